//! `GET /manage/jobs/{id}`: one job, while it works and afterwards.

use super::{LIST, badge, label, path, progress};
use crate::manager::Manager;
use crate::users;
use bulk::jobs::{self, Job, JobKind, JobState, REFUSED, ResultRow, columns, names};
use maud::{Markup, html};
use pages::components::{EmptyState, Icon, NumberTile, date, grouped};
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::JobId;
use serde_json::Value;
use std::collections::BTreeMap;

/// So many of the refused rows stand on the page.
const SHOWN: usize = 20;

/// What is shown of a job.
struct JobPage {
    job: Job,
    outcomes: BTreeMap<String, i64>,
    refused: Vec<ResultRow>,
}

/// `GET /manage/jobs/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<JobId>) -> PageResult {
    let read = manager.read(move |tx, actor| {
        let site = actor.site().id;
        let job = jobs::get(tx, site, id)?;
        let (mut outcomes, mut refused, mut from) = (BTreeMap::new(), Vec::new(), Some(0));
        if job.ended_at.is_some() {
            outcomes = jobs::outcomes(tx, site, &job)?;
            while let Some(row) = from.filter(|_| job.failed > 0 && refused.len() < SHOWN) {
                let read = jobs::result_rows(tx, site, id, row)?;
                refused.extend(jobs::with_outcome(&job, read.rows, REFUSED));
                from = read.next;
            }
            refused.truncate(SHOWN);
        }
        Ok(JobPage { job, outcomes, refused })
    });
    let (area, page) = read.await?;
    let is_prepared = page.job.state == JobState::Draft || jobs::params_of(&page.job).dry_run;
    if page.job.kind == JobKind::UsersImport && is_prepared {
        return Ok(see_other(&users::import_path(id)));
    }
    let framed = FramedPage::new(LIST, label(&page.job), page.body(&manager.csrf()))
        .badge(Some(badge(&page.job)))
        .below("Jobs", LIST)
        .actions(page.actions());
    manager.show(&area, framed)
}

impl JobPage {
    fn actions(&self) -> Markup {
        let here = path(self.job.id);
        html! {
            @if self.job.done > 0 && self.job.ended_at.is_some() && !columns(&self.job).is_empty() {
                a.button href={ (here) "/result.csv" } download { (Icon::Download) "Download the result" }
            }
        }
    }

    fn body(&self, csrf: &Markup) -> Markup {
        html! {
            (progress(&self.job, csrf))
            @if !self.outcomes.is_empty() {
                div.grid.tiles {
                    @for (outcome, count) in &self.outcomes { (NumberTile { label: outcome_label(outcome), value: *count, href: None }) }
                }
            }
            @if !self.refused.is_empty() { (refused(&self.job, &self.refused)) }
            @else if self.job.ended_at.is_some() && self.job.done == 0 && self.job.error.is_none() {
                div.card {
                    (EmptyState { icon: Icon::ListChecks, title: "Nothing to do", text: "There were no rows.", actions: html! {} })
                }
            }
            p.muted.small { "Kept until " (date(self.job.expires_at)) "." }
        }
    }
}

/// What people read of an outcome.
pub(super) fn outcome_label(outcome: &str) -> &'static str {
    match outcome {
        "enrolled" => "Enrolled",
        "renewed" => "Renewed",
        "upgraded" => "Full after a trial",
        "already_enrolled" => "Enrolled before",
        "created" => "New users",
        "updated" => "Changed users",
        REFUSED => "Refused",
        _ => "Others",
    }
}

/// The first rows that were refused, with the way to all of them.
pub(crate) fn refused(job: &Job, rows: &[ResultRow]) -> Markup {
    let columns = columns(job);
    let text = |row: &ResultRow, names: &[&str]| {
        let at = columns.iter().position(|column| names.contains(&column.as_str()));
        match at.and_then(|at| row.get(at)) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    };
    html! {
        div.card {
            header {
                div {
                    h2 { "Refused rows" }
                    p {
                        @if job.failed > rows.len() as i64 { "The first " (rows.len()) " of " (grouped(job.failed)) "." }
                        " Download them, correct them, and send them once more."
                    }
                }
                @if !names(job).is_empty() {
                    a.button.quiet href={ (path(job.id)) "/refused.csv" } download { (Icon::Download) "Download them" }
                }
            }
            div.scroll {
                table.stack {
                    caption.visually-hidden { "Refused rows" }
                    thead { tr { th.line scope="col" { "Line" } th scope="col" { "Who" } th scope="col" { "Why" } } }
                    tbody {
                        @for row in rows {
                            tr {
                                td.line { span.phone-only { "Line " } (text(row, &["line"])) }
                                td data-label="Who" dir="auto" { (text(row, &["email", "user"])) }
                                td data-label="Why" dir="auto" { (text(row, &["reason"])) }
                            }
                        }
                    }
                }
            }
        }
    }
}
