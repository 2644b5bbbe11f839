//! What keeps a lesson from a student who is enrolled in its course: it is a draft, its time has not come, or something
//! must be completed before it.

use crate::contents::{Settings, moment_of};
use crate::enrollments::Enrollment;
use crate::error::{Error, Result};
use crate::time::{DAY, Moment};
use std::fmt;
use store::contents::ContentRow;
use store::{ContentId, SiteId, Tx};

/// Why a lesson is not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// It is a draft.
    Draft,
    /// It opens at this moment, in milliseconds; none when the enrollment has not begun.
    Until(Option<i64>),
    /// This lesson must be completed first.
    Behind(ContentId),
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft => f.write_str("is a draft"),
            Self::Until(Some(at)) => write!(f, "opens at {}", Moment(*at)),
            Self::Until(None) => f.write_str("opens some days after the enrollment begins"),
            Self::Behind(content) => write!(f, "opens when the lesson {content} is completed"),
        }
    }
}

/// What keeps a lesson from the student of an enrollment, if anything. Whether the enrollment itself is open is not asked.
pub fn lock(tx: &mut Tx<'_>, site: SiteId, enrollment: &Enrollment, content: &ContentRow) -> Result<Option<Lock>> {
    if content.draft {
        return Ok(Some(Lock::Draft));
    }
    let settings = store::contents::settings(tx, site, content.id)?;
    let settings: Settings = settings.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let now = tx.moment();
    if let Some(days) = settings.release_after_days {
        let opens = enrollment.activated_at.map(|from| from.saturating_add(days * DAY));
        if opens.is_none_or(|at| at > now) {
            return Ok(Some(Lock::Until(opens)));
        }
    }
    if let Some(at) = settings.release_at.as_deref().and_then(moment_of).filter(|at| *at > now) {
        return Ok(Some(Lock::Until(Some(at))));
    }
    let chapter = store::chapters::get(tx, site, content.chapter_id)?.ok_or(Error::NotFound)?;
    let place = (chapter.position, content.position);
    let missing = store::progress::missing_prerequisite(tx, site, enrollment.id, content.course_id, place)?;
    Ok(missing.map(Lock::Behind))
}
