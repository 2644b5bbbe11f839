//! Rows of enrollments.
use crate::{StoreError, Tx};
/// x
pub fn delete_of_user(_tx: &mut Tx<'_>, _site: i64, _user: i64) -> Result<(), StoreError> { Ok(()) }
