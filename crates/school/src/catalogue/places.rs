//! Places in an order: where something is to be put among its like.

use crate::error::{Error, Result};

/// Where something is to be put among its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place<T> {
    /// Where it is; at the end when it is not among them.
    #[default]
    Stay,
    /// At a place from one; one beyond the end is the end.
    At(i64),
    /// Just before another.
    Before(T),
    /// Just after another.
    After(T),
}

impl<T: Copy + PartialEq> Place<T> {
    /// The order in which everything stands once this is at its place.
    ///
    /// # Errors
    /// [`Error::Invalid`] when what the place names is not among them, or the place is no number from one.
    pub(crate) fn among(self, this: T, order: &[T]) -> Result<Vec<T>> {
        let is_there = order.contains(&this);
        let mut rest: Vec<T> = order.iter().copied().filter(|other| *other != this).collect();
        let beside = |other: T, field: &'static str| {
            let found = rest.iter().position(|known| *known == other);
            found.ok_or_else(|| Error::invalid(field, "must be another one of the same kind and place"))
        };
        let at = match self {
            Self::Stay if is_there => return Ok(order.to_vec()),
            Self::Stay => rest.len(),
            Self::At(position) if position > 0 => usize::try_from(position - 1).unwrap_or(rest.len()).min(rest.len()),
            Self::At(_) => return Err(Error::invalid("position", "must be greater than 0")),
            Self::Before(other) => beside(other, "before_id")?,
            Self::After(other) => beside(other, "after_id")? + 1,
        };
        rest.insert(at, this);
        Ok(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_put_at_its_place_and_the_others_keep_their_order() {
        let order = [1, 2, 3, 4];
        for (place, after) in [
            (Place::Stay, [1, 2, 3, 4]),
            (Place::At(1), [3, 1, 2, 4]),
            (Place::At(3), [1, 2, 3, 4]),
            (Place::At(99), [1, 2, 4, 3]),
            (Place::Before(1), [3, 1, 2, 4]),
            (Place::Before(4), [1, 2, 3, 4]),
            (Place::After(4), [1, 2, 4, 3]),
            (Place::After(1), [1, 3, 2, 4]),
        ] {
            assert_eq!(place.among(3, &order).ok(), Some(after.to_vec()), "{place:?}");
        }
        assert_eq!(Place::Stay.among(5, &[1, 2]).ok(), Some(vec![1, 2, 5]));
        for wrong in [Place::At(0), Place::At(-1), Place::Before(3), Place::After(9)] {
            assert!(wrong.among(3, &order).is_err(), "{wrong:?}");
        }
    }
}
