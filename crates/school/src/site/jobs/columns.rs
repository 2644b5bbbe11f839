//! What the columns of a job's input and result are called.

use super::{Job, names};
use crate::{enrollment_export, order_export};
use store::jobs::JobKind;

/// What is told of somebody to be enrolled.
const ENROLLMENTS_CREATE: [&str; 5] = ["line", "user", "user_id", "outcome", "reason"];
/// What is told of somebody who is brought in.
const USERS_IMPORT: [&str; 5] = ["line", "email", "user_id", "outcome", "reason"];

/// What the columns of a job's result are called.
#[must_use]
pub fn columns(job: &Job) -> Vec<String> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    match job.kind {
        JobKind::EnrollmentsCreate => owned(&ENROLLMENTS_CREATE),
        JobKind::UsersImport => owned(&USERS_IMPORT),
        JobKind::UsersExport => names(job),
        JobKind::EnrollmentsExport => owned(&enrollment_export::COLUMNS),
        JobKind::OrdersExport => owned(&order_export::COLUMNS),
        JobKind::ProfileFieldClear => Vec::new(),
    }
}

/// What of the name of a column counts: `First Name`, `first_name` and `FIRST-NAME` are one.
#[must_use]
pub fn column_key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
