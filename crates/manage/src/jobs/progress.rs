//! How far a job is, as a part of a page that looks after itself while the job is not ended.

use super::{label, path};
use bulk::jobs::{Job, JobState};
use maud::{Markup, html};
use pages::components::{Banner, Icon, Tone, grouped, moment, percentage};

/// How far a job is, and the way to stop it. The script shows it anew every second; without it somebody loads the page
/// again.
pub(crate) fn progress(job: &Job, csrf: &Markup) -> Markup {
    let is_open = job.ended_at.is_none() && job.state != JobState::Draft;
    let share = percentage(job.done, job.total);
    html! {
        div #progress data-live[is_open] aria-live="polite" {
            @if let Some(error) = &job.error {
                (Banner::new(Tone::Danger, "It could not go on", html! { p dir="auto" { (error) "." } }))
            }
            @if is_open {
                div.card {
                    div.body.fields {
                        div.progress-head {
                            h2 { (label(job)) }
                            span.number { @if job.total > 0 { (share) "%" } }
                        }
                        progress.wide value=(job.done) max=(job.total.max(1)) aria-label="Rows done" { (share) "%" }
                        p.muted {
                            @match job.state {
                                JobState::Waiting => "It begins in a moment.",
                                _ => { (grouped(job.done)) " of " (grouped(job.total)) " rows" @if job.failed > 0 { ", " (grouped(job.failed)) " refused" } },
                            }
                        }
                    }
                    footer {
                        span {
                            "You can leave this page: the work goes on. "
                            noscript { a href=(path(job.id)) { "Show how far it is now" } }
                        }
                        form method="post" action={ (path(job.id)) "/cancel" } {
                            (csrf)
                            button.quiet type="submit" { (Icon::X) "Stop" }
                        }
                    }
                }
            } @else if job.state == JobState::Cancelled {
                (Banner::new(Tone::Neutral, "It was stopped", html! {
                    p { (grouped(job.done)) " of " (grouped(job.total)) " rows were done, and stay done." }
                }))
            } @else if let Some(ended) = job.ended_at {
                @if job.error.is_none() {
                    (Banner::new(if job.failed > 0 { Tone::Warning } else { Tone::Success }, "It is done", html! {
                        p {
                            (grouped(job.done)) @if job.done == 1 { " row, " } @else { " rows, " }
                            @if job.failed > 0 { (grouped(job.failed)) " of them refused, " }
                            (moment(ended)) "."
                        }
                    }))
                }
            }
        }
    }
}
