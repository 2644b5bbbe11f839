//! Jobs: long work, how far it is, and what came of it.

mod cancel;
mod list;
mod progress;
mod result;
mod show;

use crate::route::{PageRoute, form, page};
use bulk::jobs::{Job, JobKind, JobState};
use identity::rights::Right;
use pages::components::{Badge, Tone};
pub(crate) use progress::progress;
use school::JobId;
pub(crate) use show::refused as refused_rows;

/// Where the list of jobs is.
pub(crate) const LIST: &str = "/manage/jobs";

/// Where one job is.
pub(crate) fn path(id: JobId) -> String {
    format!("{LIST}/{id}")
}

/// What a job is called.
pub(crate) fn label(job: &Job) -> &'static str {
    match job.kind {
        JobKind::EnrollmentsCreate => "Enroll people",
        JobKind::UsersImport if bulk::jobs::params_of(job).dry_run => "Check a file of users",
        JobKind::UsersImport => "Import users",
        JobKind::UsersExport => "Export users",
        JobKind::EnrollmentsExport => "Export enrollments",
        JobKind::OrdersExport => "Export orders",
        JobKind::ProfileFieldClear => "Clear a profile field",
    }
}

/// How far a job is.
pub(crate) fn badge(job: &Job) -> Badge<'static> {
    match job.state {
        JobState::Draft => Badge::new("Being prepared", Tone::Neutral),
        JobState::Waiting => Badge::new("Waiting", Tone::Accent),
        JobState::Running => Badge::new("Running", Tone::Accent),
        JobState::Succeeded if bulk::jobs::params_of(job).dry_run => Badge::new("Checked", Tone::Accent),
        JobState::Succeeded if job.failed > 0 => Badge::new("Done, some refused", Tone::Warning),
        JobState::Succeeded => Badge::new("Done", Tone::Success),
        JobState::Failed => Badge::new("Failed", Tone::Danger),
        JobState::Cancelled => Badge::new("Stopped", Tone::Neutral),
    }
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        page("/manage/jobs/{id}", RIGHT, show::show),
        page("/manage/jobs/{id}/result.csv", RIGHT, result::csv),
        page("/manage/jobs/{id}/refused.csv", RIGHT, result::refused),
        form("/manage/jobs/{id}/cancel", RIGHT, cancel::cancel),
    ]
}
