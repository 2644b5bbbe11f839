//! When a delivery that failed is tried again.

use std::time::Duration;

/// How often a delivery is attempted before it has failed: once, and again after each pause.
pub const ATTEMPTS: usize = PAUSES.len() + 1;

/// The pauses between the attempts, in seconds: 15 attempts over 16 hours, which is what receivers of such webhooks
/// have been told to expect ("retried up to 14 times over 16 hours"). The first ones are short, for a receiver that is
/// being restarted; the last ones long, for one whose people are asleep.
pub const PAUSES: [u32; 14] = [
    10, 20, 30, 60, 120, 360, 600, 900, 1500, // an hour: seconds, then minutes
    3600, 7200, 10_800, 14_400, 18_000, // and fifteen more
];

/// How far a pause may be from the table's, in both directions: deliveries that failed together do not all come back
/// together.
const JITTER: f64 = 0.2;

/// The pause after so many attempts; none when it was the last. `unit` is the length of one second of the table (tests
/// make it shorter), `chance` a random number from 0 to 1.
///
/// A delivery that somebody sends again after its last attempt has failed begins the table anew.
#[must_use]
pub fn pause(attempts: i64, unit: Duration, chance: f64) -> Option<Duration> {
    let round = usize::try_from(attempts.max(1) - 1).unwrap_or(0) % ATTEMPTS;
    let seconds = PAUSES.get(round)?;
    Some((unit * *seconds).mul_f64(1.0 - JITTER + 2.0 * JITTER * chance.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_attempts_take_sixteen_hours() {
        assert_eq!(ATTEMPTS, 15);
        assert_eq!(PAUSES.iter().sum::<u32>(), 16 * 3600);
        assert!(PAUSES.is_sorted());
    }

    #[test]
    fn the_pause_keeps_within_a_fifth_of_the_table() {
        let second = Duration::from_secs(1);
        assert_eq!(pause(1, second, 0.5), Some(Duration::from_secs(10)));
        assert_eq!(pause(1, second, 0.0), Some(Duration::from_secs(8)));
        assert_eq!(pause(14, second, 1.0), Some(Duration::from_secs(21_600)));
        assert_eq!(pause(15, second, 0.5), None);
        assert_eq!(pause(2, Duration::from_millis(1), 0.5), Some(Duration::from_millis(20)));
    }

    #[test]
    fn a_delivery_that_is_sent_again_begins_anew() {
        assert_eq!(pause(16, Duration::from_secs(1), 0.5), Some(Duration::from_secs(10)));
        assert_eq!(pause(30, Duration::from_secs(1), 0.5), None);
    }
}
