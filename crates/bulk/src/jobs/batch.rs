//! Some rows of a job, which are done in one transaction: how much that may be, and what came of them.

use super::result::ResultRow;
use school::error::{Error, Problem, Result};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use store::{FromStore, SiteId, StoreError, Tx, UserId};

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
