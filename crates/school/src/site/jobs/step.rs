//! A step of a job: some of its rows, what came of them, and how far it is then, in one transaction. A crash takes back
//! all of that or nothing, so that no row is done twice and none is left out.

use super::result::{self, REFUSED, ResultRow};
use super::{Job, JobParams, MOST_RESULT_BYTES, enroll, export, import};
use crate::custom_profile_field_definitions as definitions;
use crate::error::{Error, Problem, Result};
use crate::security_log::{ActorKind, Origin, Who};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use store::jobs::{self as rows, JobKind, JobState};
use store::{FromStore, JobId, SiteId, StoreError, Tx, UserId};

/// The other writes of a school wait no longer than for a step.
const STEP: Duration = Duration::from_millis(25);
/// The most rows of a step.
const MOST_ROWS: usize = 250;

/// Sends somebody an invitation to choose a password.
pub type Invite<'w> = &'w (dyn Fn(&mut Tx<'_>, SiteId, UserId) -> Result<()> + 'w);

/// Who does the work.
#[derive(Clone, Copy)]
pub struct Worker<'w> {
    /// By what it is told from others.
    pub holder: &'w str,
    /// For how long nobody else does what it has begun, in milliseconds.
    pub lease: i64,
    /// How people are invited.
    pub invite: Invite<'w>,
}

/// Rows that were refused when they were done, by their position, with the reason. What else such a row did was taken back,
/// so that the step is done anew without it.
pub type Refusals = BTreeMap<i64, String>;

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

/// Why a step was taken back.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A row was refused after something of it was done.
    #[error("row {position} was refused: {reason}")]
    Row {
        /// Which.
        position: i64,
        /// Why.
        reason: String,
    },
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

impl FromStore for StepError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Other(error) => error.store_error(),
            Self::Row { .. } => None,
        }
    }
}

impl StepError {
    /// The same of the row at this position.
    pub(super) fn at(self, at: i64) -> Self {
        match self {
            Self::Row { reason, .. } => Self::Row { position: at, reason },
            other => other,
        }
    }
}

/// What the school has against a row, as a refusal of it; what is the server's trouble stays that.
pub(super) fn refusal(error: Error) -> StepError {
    let named = |problems: Vec<Problem>| {
        problems.into_iter().map(|(field, text)| format!("{field} {text}")).collect::<Vec<_>>().join("; ")
    };
    let sentences = |problems: Vec<Problem>| problems.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ");
    let reason = match error {
        Error::Store(error) => return StepError::Other(Error::Store(error)),
        Error::Invalid(problems)
        | Error::InvalidTexts(problems)
        | Error::InvalidObjects(problems)
        | Error::NotFoundNamed(problems)
        | Error::NotFoundObjects(problems) => named(problems),
        Error::InvalidLines(problems) => sentences(problems),
        Error::NotFoundLines(lines) => lines.join(" "),
        error @ (Error::NotNamed(_) | Error::NoSuch(_)) => error.to_string(),
        Error::NotFound => "what it names is no longer there".to_owned(),
    };
    StepError::Row { position: 0, reason }
}

/// How much a step may do.
pub(super) struct Budget(Instant);

impl Budget {
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }

    /// Whether it is used up after so many rows. One row is always done.
    pub(super) fn is_spent(&self, rows: usize) -> bool {
        rows >= MOST_ROWS || rows > 0 && self.0.elapsed() >= STEP
    }
}

/// What a step has done.
pub(super) struct Done {
    pub rows: Vec<ResultRow>,
    /// Where the next one goes on.
    pub position: i64,
    pub has_ended: bool,
    /// How many rows there are in all, where that is found out by the way.
    pub total: Option<i64>,
    /// How many rows were done of which nothing is told.
    pub without_result: usize,
}

impl Done {
    pub(super) fn at(position: i64) -> Self {
        Self { rows: Vec::new(), position, has_ended: false, total: None, without_result: 0 }
    }

    /// Adds what came of the next row of the input.
    pub(super) fn push(&mut self, row: ResultRow) {
        self.rows.push(row);
        self.position += 1;
    }
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
    let params: JobParams = super::params_of(&had);
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
        Some(definition) => definitions::clear_values(tx, site, definition, CLEARED)?,
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
    let outcome_at = result::columns(job).iter().position(|name| name == "outcome");
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

/// Ends a job.
pub(super) fn end(job: &mut Job, state: JobState, now: i64) {
    job.state = state;
    job.ended_at = Some(now);
    (job.holder, job.lease_until) = (None, None);
}
