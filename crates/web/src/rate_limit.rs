//! How often a school may call: so many requests in each minute of the clock, and so many at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::SiteId;

/// What the platform allows in a minute (120, clients wait for it), and what a school without a limit is told that it has
/// left: clients read these headers of every answer.
pub const USUAL: u32 = 120;

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

/// Whether a request may go on.
#[derive(Debug)]
pub enum Admission {
    /// It may. The guard is held until it is answered.
    Admitted(RateLimitStatus, ConcurrencyPermit),
    /// Not in this minute.
    MinuteExceeded(RateLimitStatus),
    /// Too many of the school's requests are being answered right now.
    TooManyAtOnce(RateLimitStatus),
}

#[derive(Debug, Default)]
struct Window {
    minute: i64,
    used: u32,
    running: u32,
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

impl RateLimiter {
    /// Counts a request of a school, and says whether it may go on.
    pub fn enter(&self, site: SiteId, now: i64, per_minute: Option<u32>, at_once: Option<u32>) -> Admission {
        let window = {
            let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(windows.entry(site).or_default())
        };
        let mut held = window.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.div_euclid(60_000);
        if held.minute != minute {
            held.minute = minute;
            held.used = 0;
        }
        let reset = (minute + 1) * 60_000;
        if let Some(limit) = per_minute
            && held.used >= limit
        {
            return Admission::MinuteExceeded(RateLimitStatus { limit, remaining: 0, reset });
        }
        held.used += 1;
        let left = per_minute.map_or(RateLimitStatus { limit: USUAL, remaining: USUAL, reset }, |limit| {
            RateLimitStatus { limit, remaining: limit.saturating_sub(held.used), reset }
        });
        if at_once.is_some_and(|most| held.running >= most) {
            return Admission::TooManyAtOnce(left);
        }
        held.running += 1;
        drop(held);
        Admission::Admitted(left, ConcurrencyPermit(window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_of_the_clock_has_so_many_requests_and_the_next_begins_anew() {
        let limits = RateLimiter::default();
        let now = 1_785_947_640_000 + 12_345;
        for used in 1..=3 {
            match limits.enter(SiteId::new(1), now, Some(3), None) {
                Admission::Admitted(left, _) => {
                    assert_eq!(left, RateLimitStatus { limit: 3, remaining: 3 - used, reset: 1_785_947_700_000 });
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(
            limits.enter(SiteId::new(1), now, Some(3), None),
            Admission::MinuteExceeded(RateLimitStatus { remaining: 0, .. })
        ));
        assert!(
            matches!(limits.enter(SiteId::new(2), now, Some(3), None), Admission::Admitted(..)),
            "another school is not touched"
        );
        assert!(matches!(limits.enter(SiteId::new(1), now + 60_000, Some(3), None), Admission::Admitted(..)));
    }

    #[test]
    fn a_school_without_a_limit_is_told_of_the_usual_one_and_always_has_all_of_it_left() {
        let limits = RateLimiter::default();
        for _ in 0..2 * USUAL {
            let Admission::Admitted(left, _) = limits.enter(SiteId::new(1), 90_000, None, None) else {
                panic!("there is no limit")
            };
            assert_eq!(left, RateLimitStatus { limit: USUAL, remaining: USUAL, reset: 120_000 });
        }
    }

    #[test]
    fn so_many_at_once_and_a_finished_one_makes_room() {
        let limits = RateLimiter::default();
        let Admission::Admitted(_, first) = limits.enter(SiteId::new(1), 0, None, Some(1)) else {
            panic!("there is room")
        };
        assert!(matches!(limits.enter(SiteId::new(1), 0, None, Some(1)), Admission::TooManyAtOnce(_)));
        drop(first);
        assert!(matches!(limits.enter(SiteId::new(1), 0, None, Some(1)), Admission::Admitted(..)));
    }
}
