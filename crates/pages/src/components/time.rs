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

fn shown(at: i64, form: &str) -> Markup {
    let text = Moment(at).text();
    let iso = std::str::from_utf8(&text).unwrap_or_default();
    let (day, hour) = (iso.get(..10).unwrap_or(iso), iso.get(11..16).unwrap_or_default());
    html! {
        time datetime=(iso) data-show=(form) {
            (day) @if form == "moment" { " " (hour) " UTC" }
        }
    }
}
