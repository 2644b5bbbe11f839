//! Jobs: long work that goes on after the answer to who asked for it. How far it has come, what came of every row, and who
//! is at it, stands in the database, so that it survives a crash, and so that another node goes on with it. What each kind
//! does is the business of the crate `bulk`.

mod columns;
mod erasure;
mod params;
pub mod rows;

pub use columns::{column_key, columns};
pub use erasure::replace_rows;
pub use params::JobParams;
pub use store::jobs::{JobKind, JobRow as Job, JobState};

use crate::check::Check;
use crate::error::{Error, Result};
use crate::security_log::{self, ActorKind, Who};
use crate::time::DAY;
use rows::json;
use store::{JobId, Page, PageRequest, SiteId, Tx, jobs};

/// For how long a job is kept after it was asked for, in milliseconds: 30 days.
pub const KEPT_MS: i64 = 30 * DAY;
/// The most jobs of a school that are not ended.
const MOST_OPEN: i64 = 10_000;

/// A job as it is when it was asked for.
#[derive(Debug, Clone)]
pub struct QueuedJob<'a> {
    /// What.
    pub kind: JobKind,
    /// How.
    pub params: &'a JobParams,
    /// What the columns of its input are called; of an export of users those of its result.
    pub names: Vec<String>,
    /// How many rows it has.
    pub total: usize,
    /// Whether it is a draft or waits to be done.
    pub state: JobState,
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

/// Finds out whether the school may have another job that is not ended.
///
/// # Errors
/// Only those of the store.
pub fn check_open(tx: &mut Tx<'_>, site: SiteId, check: &mut Check) -> Result<()> {
    let most = format!("has too many jobs that are not ended (maximum is {MOST_OPEN})");
    check.that(jobs::open_count(tx, site)? < MOST_OPEN, "base", &most);
    Ok(())
}

/// Puts a job behind the others of its school. Whether it can be done is for who asks for it to check, as is
/// [`check_open`].
///
/// # Errors
/// Only those of the store.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, new: &QueuedJob<'_>) -> Result<Job> {
    let (actor, user_id, app_id, token_id) = match security_log::who(tx) {
        Who::Command => (ActorKind::Command, None, None, None),
        Who::Anyone => (ActorKind::Anyone, None, None, None),
        Who::User(user) => (ActorKind::User, Some(user), None, None),
        Who::App(app, user) => (ActorKind::App, user, Some(app), None),
        Who::ApiKey => (ActorKind::ApiKey, None, None, None),
        Who::ApiAccessToken(token) => (ActorKind::ApiAccessToken, None, None, Some(token)),
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
        state: new.state,
        params: json(new.params),
        column_names: if new.names.is_empty() { String::new() } else { json(&new.names) },
        total: i64::try_from(new.total).unwrap_or(i64::MAX),
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
    jobs::insert(tx, site, &mut job, stamp)?;
    Ok(job)
}

/// A page of the school's jobs.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Job>> {
    Ok(jobs::page(tx, site, ask)?)
}

/// One job.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such job.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: JobId) -> Result<Job> {
    jobs::get(tx, site, id)?.ok_or(Error::NotFound)
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
    end(&mut has, JobState::Cancelled, stamp.at);
    jobs::update(tx, site, &had, &mut has, stamp)?;
    Ok(has)
}

/// Ends a job that cannot go on. What was done stays done.
///
/// # Errors
/// Only those of the store.
pub fn fail(tx: &mut Tx<'_>, site: SiteId, id: JobId, reason: &str) -> Result<()> {
    let Some(had) = jobs::get(tx, site, id)?.filter(|job| job.ended_at.is_none()) else { return Ok(()) };
    let (stamp, mut has) = (tx.stamp(site)?, had.clone());
    end(&mut has, JobState::Failed, stamp.at);
    has.error = Some(reason.to_owned());
    Ok(jobs::update(tx, site, &had, &mut has, stamp)?)
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
    Ok(jobs::delete(tx, site, &job)?)
}

/// Ends a job.
pub fn end(job: &mut Job, state: JobState, now: i64) {
    job.state = state;
    job.ended_at = Some(now);
    (job.holder, job.lease_until) = (None, None);
}
