//! A job that was done, so that there is one to be looked at: people enrolled at once, one of whom nobody knows.

use bulk::jobs::{self, InputRows, JobKind, JobParams, NewJob, Progress, Refusals, StepError, Worker};
use school::{Result, SiteId, Tx, courses};

/// In which course, by the last part of its address.
const COURSE: &str = "bookkeeping-for-a-small-workshop";
/// Longer than the job takes, in milliseconds.
const LEASE: i64 = 60_000;

/// Asks for the job and does it.
pub fn enroll(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    let course = courses::find_by_slug(tx, site, COURSE)?;
    let params = JobParams { course_id: course.map(|course| course.id), ..JobParams::default() };
    let rows = InputRows::of_addresses("amara.okafor@demo.example, nobody@demo.example");
    let job = jobs::create(tx, site, &NewJob { input: Some(rows), ..NewJob::of(JobKind::EnrollmentsCreate, params) })?;
    let worker = Worker { holder: "demo", lease: LEASE, invite: &|_, _, _| Ok(()) };
    loop {
        match jobs::step(tx, site, job.id, &worker, &Refusals::new()) {
            Ok(Progress::More) => {}
            Ok(Progress::Ended | Progress::Nothing) => return Ok(()),
            Err(StepError::Other(error)) => return Err(error),
            Err(StepError::Row { reason, .. }) => unreachable!("both rows are looked up first: {reason}"),
        }
    }
}
