//! How often a school may call: so many requests in each minute of the clock, and so many at once.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use store::SiteId;

/// What the platform allows in a minute (120, clients wait for it), and what a school without a limit is told that it has
/// left: clients read these headers of every answer.
pub const USUAL: u32 = 120;

/// How many times as often as a school may be called, an app may ask for tokens at it from one address: whoever has a token
/// calls at least once with it. An app has these at each school that it serves.
pub(crate) const TOKENS_FOR_EACH_CALL: u32 = 5;

/// What is left to a school in this minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitStatus {
    /// Requests a minute.
    pub limit: u32,
    /// Requests left in this minute.
    pub remaining: u32,
    /// When the next minute begins, in milliseconds since 1970.
    pub reset: i64,
}

#[derive(Debug, Default)]
struct Window {
    minute: i64,
    used: u32,
    running: u32,
    uploading: u32,
}

/// The windows of all schools, in this process.
#[derive(Debug, Default)]
pub struct RateLimiter(Mutex<HashMap<SiteId, Arc<Mutex<Window>>>>);

/// One of a school's requests at once; dropping it makes room for another.
#[derive(Debug)]
pub struct ConcurrencyPermit(Arc<Mutex<Window>>);

impl Drop for ConcurrencyPermit {
    fn drop(&mut self) {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        window.running = window.running.saturating_sub(1);
    }
}

/// One of a school's uploads at once; dropping it makes room for another.
#[derive(Debug)]
pub struct UploadPermit(Arc<Mutex<Window>>);

impl Drop for UploadPermit {
    fn drop(&mut self) {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        window.uploading = window.uploading.saturating_sub(1);
    }
}

impl RateLimiter {
    /// What a school has had of its requests.
    pub fn of(&self, site: SiteId) -> SiteRequests {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        SiteRequests(Arc::clone(windows.entry(site).or_default()))
    }
}

/// The requests of one school.
#[derive(Debug)]
pub struct SiteRequests(Arc<Mutex<Window>>);

impl SiteRequests {
    /// Counts a request, and gives what is left in this minute.
    ///
    /// # Errors
    /// The same when this minute has no request left; this one was then not counted.
    pub fn count(&self, now: i64, per_minute: Option<u32>) -> Result<RateLimitStatus, RateLimitStatus> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.div_euclid(60_000);
        if held.minute != minute {
            held.minute = minute;
            held.used = 0;
        }
        let reset = (minute + 1) * 60_000;
        let Some(limit) = per_minute else { return Ok(RateLimitStatus { limit: USUAL, remaining: USUAL, reset }) };
        if held.used >= limit {
            return Err(RateLimitStatus { limit, remaining: 0, reset });
        }
        held.used += 1;
        Ok(RateLimitStatus { limit, remaining: limit - held.used, reset })
    }

    /// Takes one of the places of a school's requests at once; none when all are taken.
    pub fn enter(&self, at_once: Option<u32>) -> Option<ConcurrencyPermit> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if at_once.is_some_and(|most| held.running >= most) {
            return None;
        }
        held.running += 1;
        drop(held);
        Some(ConcurrencyPermit(Arc::clone(&self.0)))
    }

    /// Takes one of the places of a school's uploads at once, which are none of those of its requests; none when all are
    /// taken.
    pub fn enter_upload(&self, at_once: u32) -> Option<UploadPermit> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.uploading >= at_once {
            return None;
        }
        held.uploading += 1;
        drop(held);
        Some(UploadPermit(Arc::clone(&self.0)))
    }
}

/// At most this many clients are counted in a minute. Any more are not held up: a limit of each client does not stop
/// whoever can be so many, and must not stop the others.
const MOST_CLIENTS: usize = 100_000;

/// How often each of many clients asks in a minute of the clock, in this process. Of who they are a hash is kept. Nobody
/// is counted by what anybody may claim.
#[derive(Debug, Default)]
pub struct ClientLimiter {
    hashes: RandomState,
    window: Mutex<ClientWindow>,
}

#[derive(Debug, Default)]
struct ClientWindow {
    minute: i64,
    used: HashMap<u64, u32>,
}

impl ClientLimiter {
    /// Counts a request of a client.
    ///
    /// # Errors
    /// The seconds until the next minute, when this one has no request left for the client.
    pub fn count(&self, client: impl Hash, now: i64, per_minute: u32) -> Result<(), u64> {
        let mut held = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.div_euclid(60_000);
        if held.minute != minute {
            *held = ClientWindow { minute, used: HashMap::new() };
        }
        let client = self.hashes.hash_one(client);
        if held.used.len() >= MOST_CLIENTS && !held.used.contains_key(&client) {
            return Ok(());
        }
        let used = held.used.entry(client).or_default();
        if *used >= per_minute {
            return Err(((minute + 1) * 60_000 - now).unsigned_abs().div_ceil(1_000));
        }
        *used += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_requests_of_its_own_in_each_minute() {
        let limits = ClientLimiter::default();
        let now = 120_000 + 45_500;
        for _ in 0..2 {
            assert_eq!(limits.count(("school", "app"), now, 2), Ok(()));
        }
        assert_eq!(limits.count(("school", "app"), now, 2), Err(15));
        assert_eq!(limits.count(("another", "app"), now, 2), Ok(()));
        assert_eq!(limits.count(("school", "app"), now + 60_000, 2), Ok(()));
    }

    #[test]
    fn clients_beyond_those_that_can_be_counted_hold_nobody_up() {
        let limits = ClientLimiter::default();
        for client in 0..MOST_CLIENTS {
            assert_eq!(limits.count(client, 0, 1), Ok(()));
        }
        for _ in 0..2 {
            assert_eq!(limits.count("one more", 0, 1), Ok(()));
        }
        assert_eq!(limits.count(0_usize, 0, 1), Err(60), "who is counted is counted on");
    }

    #[test]
    fn a_minute_of_the_clock_has_so_many_requests_and_the_next_begins_anew() {
        let limits = RateLimiter::default();
        let now = 1_785_947_640_000 + 12_345;
        let left = |remaining| RateLimitStatus { limit: 3, remaining, reset: 1_785_947_700_000 };
        for used in 1..=3 {
            assert_eq!(limits.of(SiteId::new(1)).count(now, Some(3)), Ok(left(3 - used)));
        }
        assert_eq!(limits.of(SiteId::new(1)).count(now, Some(3)), Err(left(0)));
        assert!(limits.of(SiteId::new(2)).count(now, Some(3)).is_ok(), "another school is not touched");
        assert!(limits.of(SiteId::new(1)).count(now + 60_000, Some(3)).is_ok());
    }

    #[test]
    fn a_school_without_a_limit_is_told_of_the_usual_one_and_always_has_all_of_it_left() {
        let limits = RateLimiter::default();
        for _ in 0..2 * USUAL {
            let left = RateLimitStatus { limit: USUAL, remaining: USUAL, reset: 120_000 };
            assert_eq!(limits.of(SiteId::new(1)).count(90_000, None), Ok(left));
        }
    }

    #[test]
    fn so_many_at_once_and_a_finished_one_makes_room() {
        let limits = RateLimiter::default();
        let first = limits.of(SiteId::new(1)).enter(Some(1)).expect("there is room");
        assert!(limits.of(SiteId::new(1)).enter(Some(1)).is_none());
        drop(first);
        assert!(limits.of(SiteId::new(1)).enter(Some(1)).is_some());
    }
}
