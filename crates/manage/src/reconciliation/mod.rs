//! The reconciliation report: what the books of external orders say, to be compared with those of who took the payments.

mod plots;
mod report;

pub(crate) use crate::addresses::RECONCILIATION as PAGE;
use crate::route::{PageRoute, page};
use identity::rights::Right;

pub(super) fn table() -> Vec<PageRoute> {
    vec![page(PAGE, Right::ManageSchool, report::show)]
}
