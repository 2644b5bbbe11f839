//! Jobs: long work that goes on after the answer to who asked for it, in steps that each are one transaction
//! ([`step()`]). What a job is, apart from what each kind does, stands in [`school::jobs`].

mod batch;
mod check;
mod enroll;
mod export;
mod import;
mod input;
mod result;
mod step;

pub use batch::{Invite, Refusals, StepError, Worker};
pub use import::Mapping;
pub use input::{InputRows, MOST_ROWS, all as input_rows, first as first_rows};
pub use result::{
    REFUSED, ResultFormat, ResultRow, ResultRows, opening, outcomes, push_cells, refused, rows as result_rows,
    with_outcome, written,
};
pub use school::jobs::{
    Job, JobKind, JobParams, JobState, KEPT_MS, cancel, columns, delete, fail, get, list, names, params_of,
};
pub use step::{Progress, step};

use school::check::Check;
use school::custom_profile_field_definitions as definitions;
use school::error::{Error, Result};
use school::jobs::rows::json;
use school::jobs::{QueuedJob, check_open};
use school::user_export;
use store::job_chunks::{self, JobPart};
use store::{JobId, SiteId, Tx};

/// A job to be done.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// What.
    pub kind: JobKind,
    /// How.
    pub params: JobParams,
    /// The rows it works on; none for an export, and for a group.
    pub input: Option<InputRows>,
}

impl NewJob {
    /// A job of this kind without rows.
    #[must_use]
    pub fn of(kind: JobKind, params: JobParams) -> Self {
        Self { kind, params, input: None }
    }
}

/// Asks for a job. It begins as soon as a worker has seen it.
///
/// # Errors
/// [`Error::Invalid`] for everything that is wrong with how it is to be done, or with its rows as a whole; and when too
/// many of the school's jobs are not ended. What is wrong with a single row is said in the result.
pub fn create(tx: &mut Tx<'_>, site: SiteId, new: &NewJob) -> Result<Job> {
    let mut check = Check::new();
    check_rows(tx, site, new, &mut check)?;
    let names = new.input.as_ref().map(|input| input.names.as_slice());
    check::params(tx, site, new.kind, &new.params, names, &mut check)?;
    check.done()?;
    let job = insert(tx, site, new, JobState::Waiting)?;
    begin(tx, site, &job, &new.params, new.input.as_ref())?;
    Ok(job)
}

/// Keeps the rows of a job of which it is not said yet how it is to be done.
///
/// # Errors
/// [`Error::Invalid`] when there are none, or too many.
pub fn draft(tx: &mut Tx<'_>, site: SiteId, new: &NewJob) -> Result<Job> {
    let mut check = Check::new();
    check_rows(tx, site, new, &mut check)?;
    check.done()?;
    insert(tx, site, new, JobState::Draft)
}

fn check_rows(tx: &mut Tx<'_>, site: SiteId, new: &NewJob, check: &mut Check) -> Result<()> {
    if let Some(input) = &new.input {
        check.that(!input.rows.is_empty(), "rows", "can't be blank");
        let most = format!("has too many entries (maximum is {MOST_ROWS})");
        check.that(input.rows.len() <= MOST_ROWS, "rows", &most);
    }
    check_open(tx, site, check)
}

fn insert(tx: &mut Tx<'_>, site: SiteId, new: &NewJob, state: JobState) -> Result<Job> {
    let names = match (&new.input, new.kind) {
        (Some(input), _) => input.names.clone(),
        (None, JobKind::UsersExport) => user_export::columns(&definitions::all(tx, site)?, !new.params.without_profile),
        (None, _) => Vec::new(),
    };
    let total = new.input.as_ref().map_or(0, |input| input.rows.len());
    let job = school::jobs::insert(tx, site, &QueuedJob { kind: new.kind, params: &new.params, names, total, state })?;
    if let Some(input) = &new.input {
        input::keep(tx, site, job.id, &input.rows)?;
    }
    Ok(job)
}

/// Finds out what the steps of a job need to know of all of its rows.
fn begin(tx: &mut Tx<'_>, site: SiteId, job: &Job, params: &JobParams, input: Option<&InputRows>) -> Result<()> {
    match (job.kind, input) {
        (JobKind::UsersImport, Some(input)) => import::note_repeated(tx, site, job, params, &input.rows),
        _ => Ok(()),
    }
}

/// Says how a draft is to be done, or how one that was tried is to be done: it begins from its first row, and what came
/// of it before is forgotten.
///
/// # Errors
/// [`Error::NotFound`] when there is no such job; [`Error::Invalid`] as [`create`], and when it is neither a draft nor an
/// import that has changed nothing.
pub fn start(tx: &mut Tx<'_>, site: SiteId, id: JobId, params: &JobParams) -> Result<Job> {
    let had = get(tx, site, id)?;
    let was_tried = had.kind == JobKind::UsersImport && params_of(&had).dry_run && had.ended_at.is_some();
    if had.state != JobState::Draft && !was_tried {
        return Err(Error::invalid("base", "This job has begun already"));
    }
    let mut check = Check::new();
    let names = names(&had);
    check::params(tx, site, had.kind, params, Some(&names), &mut check)?;
    check.done()?;
    job_chunks::delete_of(tx, site, id, Some(JobPart::Result))?;
    let input = InputRows { names, rows: input_rows(tx, site, id)? };
    let mut has = had.clone();
    has.params = json(params);
    has.state = JobState::Waiting;
    has.total = i64::try_from(input.rows.len()).unwrap_or(i64::MAX);
    (has.done, has.failed, has.position, has.result_bytes) = (0, 0, 0, 0);
    (has.started_at, has.ended_at, has.error) = (None, None, None);
    let stamp = tx.stamp(site)?;
    store::jobs::update(tx, site, &had, &mut has, stamp)?;
    begin(tx, site, &has, params, Some(&input))?;
    Ok(has)
}
