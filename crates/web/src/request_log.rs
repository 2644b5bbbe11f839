//! Requests that wait to be written down. Where a school sends more than can be written, its next ones are dropped.

use identity::access::Caller;
use school::request_log::{Answered, CalledBy};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use store::SiteId;

/// So many of one school wait to be written at most, so that none fills the places of the others.
const MOST_OF_SCHOOL: usize = 2_000;
/// So many wait to be written at most.
const MOST_WAITING: usize = 10_000;
/// Those that wait.
#[derive(Default)]
pub(crate) struct RequestLog {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    by_site: HashMap<SiteId, Vec<Answered>>,
    count: usize,
}

/// Who called, as the log says it.
pub(crate) fn called_by(caller: &Caller) -> CalledBy {
    match caller {
        Caller::School => CalledBy::ApiKey,
        Caller::PreviousKey { .. } => CalledBy::PreviousApiKey,
        Caller::ApiAccessToken { id, .. } => CalledBy::ApiAccessToken(*id),
        Caller::App(app) => CalledBy::App(app.app_id, app.user_id),
    }
}

impl RequestLog {
    /// Lets a request be written; false when too many wait.
    pub(crate) fn note(&self, site: SiteId, answered: Answered) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.count >= MOST_WAITING {
            return false;
        }
        let of_school = waiting.by_site.entry(site).or_default();
        if of_school.len() >= MOST_OF_SCHOOL {
            return false;
        }
        of_school.push(answered);
        waiting.count += 1;
        true
    }

    /// Those that wait, of each school; they wait no more.
    pub(crate) fn take(&self) -> HashMap<SiteId, Vec<Answered>> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner)).by_site
    }
}
