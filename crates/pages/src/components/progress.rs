//! How far something has come.

use maud::{Markup, html};

/// A bar with its number.
#[must_use]
pub fn progress_bar(label: &str, done: i64, of: i64) -> Markup {
    let share = percentage(done, of);
    html! {
        span.nowrap {
            progress value=(done) max=(of.max(1)) aria-label=(label) { (share) "%" }
            span.number { (share) "%" }
        }
    }
}

/// A share in whole percent, never 100 before everything is done.
#[must_use]
pub fn percentage(done: i64, of: i64) -> i64 {
    if of <= 0 { 0 } else { (i128::from(done.clamp(0, of)) * 100 / i128::from(of)) as i64 }
}

#[cfg(test)]
mod tests {
    use super::percentage;

    #[test]
    fn a_hundred_percent_is_everything() {
        assert_eq!([percentage(999, 1000), percentage(7, 7), percentage(3, 0), percentage(9, 7)], [99, 100, 0, 100]);
        assert_eq!(percentage(i64::MAX, i64::MAX), 100);
    }
}
