//! Moments and days. They leave here in UTC, and the script shows them in the zone of whoever reads.

use maud::{Markup, html};
use school::time::Moment;

/// A moment, in milliseconds since 1970.
#[must_use]
pub fn moment(at: i64) -> Markup {
    shown(at, "moment")
}

/// The day of a moment, in milliseconds since 1970.
#[must_use]
pub fn date(at: i64) -> Markup {
    shown(at, "date")
}

/// How long a day is, in milliseconds.
const DAY: i64 = 86_400_000;

/// A day by its number from 1970-01-01, in UTC as the books have it: the same day wherever it is read.
#[must_use]
pub fn day(number: i64) -> String {
    let text = Moment(number.saturating_mul(DAY)).text();
    let iso = std::str::from_utf8(&text[..10]).unwrap_or_default();
    let month = month(iso);
    format!("{} {month} {}", iso[8..].trim_start_matches('0'), &iso[..4])
}

/// The same without its year, where there is little room: `7 Nov`.
#[must_use]
pub fn short_day(number: i64) -> String {
    let whole = day(number);
    whole.rsplit_once(' ').map_or(String::new(), |(day, _)| day.to_owned())
}

fn month(iso: &str) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number: usize = iso[5..7].parse().unwrap_or(1);
    NAMES[(number - 1) % 12]
}

/// A day as a field for a date has it: `2026-01-31`.
#[must_use]
pub fn day_input(number: i64) -> String {
    String::from_utf8_lossy(&Moment(number.saturating_mul(DAY)).text()[..10]).into_owned()
}

/// The number of the day that a field for a date says; none when it says none.
#[must_use]
pub fn day_of_input(text: &str) -> Option<i64> {
    school::time::day_number(text.trim())
}

fn shown(at: i64, form: &str) -> Markup {
    let text = Moment(at).text();
    let iso = std::str::from_utf8(&text).unwrap_or_default();
    let hour = iso.get(11..16).unwrap_or_default();
    html! {
        time datetime=(iso) data-show=(form) {
            (day(at.div_euclid(DAY))) @if form == "moment" { ", " (hour) " UTC" }
        }
    }
}
