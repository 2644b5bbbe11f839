//! A step of a job: some of its rows, what came of them, and how far it is then, in one transaction. A crash takes back
//! all of that or nothing, so that no row is done twice and none is left out.

use super::batch::{Done, Refusals, StepError, Worker, refusal};
use super::result::{self, REFUSED, ResultRow};
use super::{Job, JobParams, enroll, export, import};
use school::error::Result;
use school::jobs::{columns, end, params_of};
use school::security_log::{ActorKind, Origin, Who};
use school::users;
use serde_json::Value;
use store::jobs::{self as rows, JobKind, JobState};
use store::{FromStore, JobId, SiteId, Tx};

/// The longest result, in bytes: 256 MiB.
const MOST_RESULT_BYTES: i64 = 256 * 1024 * 1024;

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There was nothing for this worker to do.
    Nothing,
    /// More is to be done.
    More,
    /// It was the last one.
    Ended,
}

/// On whose behalf a job works.
fn who(job: &Job) -> Who {
    match (job.actor, job.user_id, job.app_id, job.token_id) {
        (ActorKind::User, Some(user), ..) => Who::User(user),
        (ActorKind::App, user, Some(app), _) => Who::App(app, user),
        (ActorKind::ApiKey, ..) => Who::ApiKey,
        (ActorKind::ApiAccessToken, _, _, Some(token)) => Who::ApiAccessToken(token),
        _ => Who::Command,
    }
}

/// Does the next step of a job, if it is this worker's to do.
///
/// # Errors
/// [`StepError::Row`]: the step is to be done again with that row among the refusals. Anything else is the server's
/// trouble. Nothing was done then.
pub fn step(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: JobId,
    worker: &Worker<'_>,
    refusals: &Refusals,
) -> std::result::Result<Progress, StepError> {
    let Some(had) = rows::get(tx, site, id)? else { return Ok(Progress::Nothing) };
    let now = store::now();
    let is_open = matches!(had.state, JobState::Waiting | JobState::Running);
    if !is_open || !is_free(&had, worker, now) {
        return Ok(Progress::Nothing);
    }
    Origin { who: who(&had), ..Origin::default() }.set(tx);
    let params: JobParams = params_of(&had);
    let done = match had.kind {
        JobKind::EnrollmentsCreate => enroll::step(tx, site, &had, &params, refusals),
        JobKind::UsersImport => import::step(tx, site, &had, &params, worker, refusals),
        JobKind::UsersExport | JobKind::EnrollmentsExport | JobKind::OrdersExport => {
            export::step(tx, site, &had, &params)
        }
        JobKind::ProfileFieldClear => clear(tx, site, &had, &params),
    };
    let mut has = had.clone();
    has.started_at.get_or_insert(now);
    has.state = JobState::Running;
    (has.holder, has.lease_until) = (Some(worker.holder.to_owned()), Some(now + worker.lease));
    match done {
        Ok(done) => keep(tx, site, &mut has, done)?,
        // What the job needs as a whole is no longer there: the course, a column of its rows.
        Err(StepError::Other(error)) if error.store_error().is_none() => {
            let reason = match refusal(error) {
                StepError::Row { reason, .. } => reason,
                other => return Err(other),
            };
            end(&mut has, JobState::Failed, now);
            has.error = Some(reason);
        }
        Err(error) => return Err(error),
    }
    let progress = if has.ended_at.is_some() { Progress::Ended } else { Progress::More };
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, &had, &mut has, stamp)?;
    Ok(progress)
}

/// So many users lose a value in one step.
const CLEARED: i64 = 100;

/// Takes a value from some users. Nothing is told of it but how many there were.
fn clear(tx: &mut Tx<'_>, site: SiteId, job: &Job, params: &JobParams) -> std::result::Result<Done, StepError> {
    let mut done = Done::at(job.position);
    let cleared = match params.definition_id {
        Some(definition) => users::clear_values(tx, site, definition, CLEARED)?,
        None => 0,
    };
    done.without_result = cleared;
    done.total = Some(job.done + cleared as i64);
    done.has_ended = cleared < CLEARED as usize;
    Ok(done)
}

fn is_free(job: &Job, worker: &Worker<'_>, now: i64) -> bool {
    // A lease that ends later than any could is from before the clock was set back.
    let is_over = job.lease_until.is_none_or(|until| until <= now || until > now + worker.lease);
    is_over || job.holder.as_deref() == Some(worker.holder)
}

fn keep(tx: &mut Tx<'_>, site: SiteId, job: &mut Job, done: Done) -> Result<()> {
    let count = i64::try_from(done.rows.len() + done.without_result).unwrap_or(i64::MAX);
    let outcome_at = columns(job).iter().position(|name| name == "outcome");
    let is_refused = |row: &&ResultRow| outcome_at.and_then(|at| row.get(at)).and_then(Value::as_str) == Some(REFUSED);
    job.failed += i64::try_from(done.rows.iter().filter(is_refused).count()).unwrap_or(0);
    job.result_bytes += result::keep(tx, site, job.id, job.done, &done.rows)?;
    job.done += count;
    job.position = done.position;
    job.total = done.total.unwrap_or(job.total);
    let now = store::now();
    if done.has_ended {
        job.total = job.done;
        end(job, JobState::Succeeded, now);
    } else if job.result_bytes > MOST_RESULT_BYTES {
        job.error = Some(format!("the result is too long (maximum is {MOST_RESULT_BYTES} bytes)"));
        end(job, JobState::Failed, now);
    }
    Ok(())
}
