//! Pairs of ids: who owns what.

use crate::{FromColumn, Row, StoreError};
use std::collections::HashMap;
use std::hash::Hash;

/// Reads a row of two columns.
pub(crate) fn pair<A, B>(row: &Row<'_>) -> Result<(A, B), StoreError>
where
    A: for<'r> FromColumn<'r>,
    B: for<'r> FromColumn<'r>,
{
    Ok((row.get(0)?, row.get(1)?))
}

/// Pairs of an owner and what it owns, by owner.
pub(crate) fn by_owner<K: Eq + Hash, T>(pairs: Vec<(K, T)>) -> HashMap<K, Vec<T>> {
    let mut owned_by: HashMap<K, Vec<T>> = HashMap::new();
    for (owner, owned) in pairs {
        owned_by.entry(owner).or_default().push(owned);
    }
    owned_by
}
