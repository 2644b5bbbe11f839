//! Jobs: long work that goes on after the answer to who asked for it, in steps that each are one transaction
//! ([`step()`]). How far it has come, what came of every row, and who is at it, stands in the database, so that it
//! survives a crash, and so that another node goes on with it.

mod enroll;
mod erasure;
mod export;
mod import;
mod input;
mod params;
mod result;
mod step;

pub use erasure::replace_rows;
pub use import::Mapping;
pub use input::{InputRows, MOST_ROWS, all as input_rows, first as first_rows};
pub use params::JobParams;
pub use result::{
    REFUSED, ResultFormat, ResultRow, ResultRows, columns, opening, outcomes, push_cells, refused, rows as result_rows,
    with_outcome, written,
};
pub use step::{Invite, Progress, Refusals, StepError, Worker, step};
pub use store::jobs::{JobKind, JobRow as Job, JobState};

use crate::check::Check;
use crate::custom_profile_field_definitions as definitions;
use crate::error::{Error, Result};
use crate::security_log::{self, ActorKind, Who};
use crate::time::DAY;
use crate::user_export;
use store::job_chunks::{self, JobPart};
use store::jobs as rows;
use store::{JobId, Page, PageRequest, SiteId, Tx};

/// For how long a job is kept after it was asked for, in milliseconds: 30 days.
pub const KEPT_MS: i64 = 30 * DAY;
/// The most jobs of a school that are not ended.
const MOST_OPEN: i64 = 10_000;
/// The longest result, in bytes: 256 MiB.
pub(crate) const MOST_RESULT_BYTES: i64 = 256 * 1024 * 1024;

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

/// How a job is to be done.
#[must_use]
pub fn params_of(job: &Job) -> JobParams {
    // Written by us; what cannot be read is as good as nothing said.
    serde_json::from_str(&job.params).unwrap_or_default()
}

/// What the columns of a job's input are called; of an export of users those of its result.
#[must_use]
pub fn names(job: &Job) -> Vec<String> {
    serde_json::from_str(&job.column_names).unwrap_or_default()
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
    new.params.check(tx, site, new.kind, names, &mut check)?;
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
    let most = format!("has too many jobs that are not ended (maximum is {MOST_OPEN})");
    check.that(rows::open_count(tx, site)? < MOST_OPEN, "base", &most);
    Ok(())
}

fn insert(tx: &mut Tx<'_>, site: SiteId, new: &NewJob, state: JobState) -> Result<Job> {
    let (actor, user_id, app_id, token_id) = match security_log::who(tx) {
        Who::Command => (ActorKind::Command, None, None, None),
        Who::Anyone => (ActorKind::Anyone, None, None, None),
        Who::User(user) => (ActorKind::User, Some(user), None, None),
        Who::App(app, user) => (ActorKind::App, user, Some(app), None),
        Who::ApiKey => (ActorKind::ApiKey, None, None, None),
        Who::ApiAccessToken(token) => (ActorKind::ApiAccessToken, None, None, Some(token)),
    };
    let names = match (&new.input, new.kind) {
        (Some(input), _) => input.names.clone(),
        (None, JobKind::UsersExport) => user_export::columns(&definitions::all(tx, site)?, !new.params.without_profile),
        (None, _) => Vec::new(),
    };
    let stamp = tx.stamp(site)?;
    let mut job = Job {
        id: JobId::default(),
        rev: 0,
        created_at: 0,
        updated_at: 0,
        kind: new.kind,
        actor,
        app_id,
        token_id,
        user_id,
        state,
        params: input::json(&new.params),
        column_names: if names.is_empty() { String::new() } else { input::json(&names) },
        total: new.input.as_ref().map_or(0, |input| i64::try_from(input.rows.len()).unwrap_or(i64::MAX)),
        done: 0,
        failed: 0,
        position: 0,
        result_bytes: 0,
        started_at: None,
        ended_at: None,
        expires_at: stamp.at + KEPT_MS,
        error: None,
        holder: None,
        lease_until: None,
    };
    rows::insert(tx, site, &mut job, stamp)?;
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
    params.check(tx, site, had.kind, Some(&names), &mut check)?;
    check.done()?;
    job_chunks::delete_of(tx, site, id, Some(JobPart::Result))?;
    let input = InputRows { names, rows: input_rows(tx, site, id)? };
    let mut has = had.clone();
    has.params = input::json(params);
    has.state = JobState::Waiting;
    has.total = i64::try_from(input.rows.len()).unwrap_or(i64::MAX);
    (has.done, has.failed, has.position, has.result_bytes) = (0, 0, 0, 0);
    (has.started_at, has.ended_at, has.error) = (None, None, None);
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, &had, &mut has, stamp)?;
    begin(tx, site, &has, params, Some(&input))?;
    Ok(has)
}

/// A page of the school's jobs.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Job>> {
    Ok(rows::page(tx, site, ask)?)
}

/// One job.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such job.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: JobId) -> Result<Job> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// Stops a job. What was done stays done, and is in its result.
///
/// # Errors
/// [`Error::NotFound`] when there is no such job; [`Error::Invalid`] when it has ended.
pub fn cancel(tx: &mut Tx<'_>, site: SiteId, id: JobId) -> Result<Job> {
    let had = get(tx, site, id)?;
    if had.ended_at.is_some() {
        return Err(Error::invalid("base", "This job has ended already"));
    }
    let (stamp, mut has) = (tx.stamp(site)?, had.clone());
    step::end(&mut has, JobState::Cancelled, stamp.at);
    rows::update(tx, site, &had, &mut has, stamp)?;
    Ok(has)
}

/// Ends a job that cannot go on. What was done stays done.
///
/// # Errors
/// Only those of the store.
pub fn fail(tx: &mut Tx<'_>, site: SiteId, id: JobId, reason: &str) -> Result<()> {
    let Some(had) = rows::get(tx, site, id)?.filter(|job| job.ended_at.is_none()) else { return Ok(()) };
    let (stamp, mut has) = (tx.stamp(site)?, had.clone());
    step::end(&mut has, JobState::Failed, stamp.at);
    has.error = Some(reason.to_owned());
    Ok(rows::update(tx, site, &had, &mut has, stamp)?)
}

/// Forgets a job that has ended, with its input and its result.
///
/// # Errors
/// [`Error::NotFound`] when there is no such job; [`Error::Invalid`] when it has not ended.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: JobId) -> Result<()> {
    let job = get(tx, site, id)?;
    if job.ended_at.is_none() && job.state != JobState::Draft {
        return Err(Error::invalid("base", "This job has not ended; cancel it first"));
    }
    Ok(rows::delete(tx, site, &job)?)
}
