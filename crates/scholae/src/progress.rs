//! Progress of long work, on the terminal only: nothing is drawn when the error stream is a file or a pipe.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for work with a known number of steps.
#[must_use]
pub fn bar(steps: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(steps).with_message(what);
    // The template is a constant; should it not parse, the default bar does.
    let style = ProgressStyle::with_template("{msg:>24} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
