//! Writing out users, enrollments and orders, some rows at a time, in the order of their ids.

use super::batch::{Done, StepError};
use super::{Job, JobParams, names};
use school::custom_profile_field_definitions as definitions;
use school::enrollments::{self, EnrollmentFilter};
use school::error::Result;
use school::orders::OrderFilter;
use school::users::{self, UserFilter};
use school::{enrollment_export, order_export, orders, user_export};
use serde_json::Value;
use store::jobs::JobKind;
use store::{Page, PageRequest, PageStart, SiteId, Tx};

/// So many rows are written out in one step.
const ROWS: i64 = 500;

pub(super) fn step(
    tx: &mut Tx<'_>,
    site: SiteId,
    job: &Job,
    params: &JobParams,
) -> std::result::Result<Done, StepError> {
    let ask = PageRequest { start: PageStart::After(job.position), ..PageRequest::first(ROWS) };
    let page = match job.kind {
        JobKind::UsersExport => users(tx, site, job, params, &ask)?,
        JobKind::EnrollmentsExport => enrollments(tx, site, params, &ask)?,
        _ => orders::list(tx, site, &OrderFilter::default(), &ask)?
            .map(|order| (order.id.get(), order_export::row(&order))),
    };
    let mut done = Done::at(job.position);
    // What came after the first step is written out too.
    done.total = Some(page.total.max(job.done + page.items.len() as i64));
    done.has_ended = page.next_after.is_none();
    for (id, row) in page.items {
        done.rows.push(row);
        done.position = id;
    }
    Ok(done)
}

type Rows = Page<(i64, Vec<Value>)>;

fn users(tx: &mut Tx<'_>, site: SiteId, job: &Job, params: &JobParams, ask: &PageRequest) -> Result<Rows> {
    let (definitions, columns) = (definitions::all(tx, site)?, names(job));
    let filter = UserFilter { role: params.role.clone(), group_id: params.group_id, ..UserFilter::default() };
    users::list(tx, site, &filter, ask, |user| (user.id.get(), user_export::row(user, &definitions, &columns)))
}

fn enrollments(tx: &mut Tx<'_>, site: SiteId, params: &JobParams, ask: &PageRequest) -> Result<Rows> {
    let filter =
        EnrollmentFilter { course_id: params.course_id, user_id: params.user_id, ..EnrollmentFilter::default() };
    let now = tx.moment();
    let page = enrollments::list(tx, site, &filter, ask)?;
    Ok(page.map(|enrollment| (enrollment.id.get(), enrollment_export::row(&enrollment, now))))
}
