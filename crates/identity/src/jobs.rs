//! What an app must be let do to ask for a job, beside asking for jobs at all.

use crate::access::{Caller, Need};
use crate::scopes::Scope;
use school::jobs::JobKind;

/// The scope of what a kind of job does, which an app could also do one by one.
#[must_use]
pub fn scope(kind: JobKind) -> Scope {
    match kind {
        JobKind::EnrollmentsCreate => Scope::WriteEnrollments,
        JobKind::UsersImport => Scope::WriteUsers,
        JobKind::UsersExport => Scope::ReadUsers,
        JobKind::EnrollmentsExport => Scope::ReadEnrollments,
        JobKind::OrdersExport => Scope::ReadOrders,
        JobKind::ProfileFieldClear => Scope::WriteCustomProfileFields,
    }
}

/// What a caller lacks to ask for a job of this kind, or to read what came of it; none for whoever may.
#[must_use]
pub fn lacks(caller: &Caller, kind: JobKind, now: i64) -> Option<Need> {
    let need = Need::Scope(scope(kind));
    caller.may(need, now).is_err().then_some(need)
}
