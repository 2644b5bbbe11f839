//! Where something is to be put among its like, as clients say it.

use school::check::Check;
use school::places::Place;
use web::context::ApiContext;
use web::input::{Field, IdInput, Int};

/// The place that `position`, `before_id` and `after_id` name together: one of them, or none.
pub(crate) fn place<T>(
    api: &ApiContext,
    position: Field<Int>,
    before: Field<IdInput<T>>,
    after: Field<IdInput<T>>,
) -> Place<T> {
    let mut check = Check::new();
    let place = match (position.value(), before.id(), after.id()) {
        (None, None, None) => Place::Stay,
        (Some(Int(position)), None, None) => Place::At(position),
        (None, Some(other), None) => Place::Before(other),
        (None, None, Some(other)) => Place::After(other),
        _ => {
            check.add("position", "can't be given beside before_id or after_id, nor these beside each other");
            Place::Stay
        }
    };
    api.refuse(check);
    place
}
