//! What happened, one thing after the other.

use super::{Tone, moment};
use maud::{Markup, html};

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct TimelineEntry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What.
    pub what: Markup,
    /// How it went.
    pub tone: Tone,
}

/// What happened, the latest first as it is given.
#[must_use]
pub fn timeline(entries: &[TimelineEntry]) -> Markup {
    html! {
        ol.timeline {
            @for entry in entries {
                li.(entry.tone.class()) { div { (entry.what) } (moment(entry.at)) }
            }
        }
    }
}
