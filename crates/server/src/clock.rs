//! A clock that is cheap to look at: what watches the connections sets it a few times a second.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
static NOW: AtomicU64 = AtomicU64::new(1);

/// A moment of this clock, in milliseconds; 0 stands for none.
pub(crate) type Moment = u64;

/// About now.
pub(crate) fn now() -> Moment {
    NOW.load(Relaxed)
}

/// Sets the clock, and gives what it shows then.
pub(crate) fn set() -> Moment {
    let passed = u64::try_from(BEGUN.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1;
    NOW.fetch_max(passed, Relaxed).max(passed)
}

/// Whether more than this has passed at `now` since a moment; never since none.
pub(crate) fn passed(since: Moment, now: Moment, time: Duration) -> bool {
    since != 0 && u128::from(now.saturating_sub(since)) > time.as_millis()
}
