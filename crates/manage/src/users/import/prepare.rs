//! `GET /manage/users/import/{id}`: an import from its file to what came of it. It survives being left: where it is stands
//! in the job.

use super::form::ImportForm;
use super::import_path;
use crate::choices::Targets;
use crate::jobs::{progress, refused_rows};
use crate::manager::{Area, Manager, ManagerForm};
use crate::{jobs as job_pages, users::LIST};
use bulk::csv_file::CsvRow;
use bulk::jobs::{self, Job, JobKind, JobState, REFUSED, ResultRow};
use maud::{Markup, html};
use pages::components::{Banner, Icon, NumberTile, Tone, grouped, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::custom_profile_field_definitions::{self as definitions, Definition};
use school::{Error, JobId, SiteId};
use std::collections::BTreeMap;
use web::Tx;

/// So many rows are looked at for the first values of each column.
const FIRST: usize = 20;
/// So many refused rows are shown.
const SHOWN: usize = 20;

/// What is known of an import.
struct Import {
    job: Job,
    definitions: Vec<Definition>,
    targets: Targets,
    first: Vec<CsvRow>,
    outcomes: BTreeMap<String, i64>,
    refused: Vec<ResultRow>,
    /// The course or bundle, and the group, that were chosen before.
    chosen: (String, String),
}

fn import(tx: &mut Tx<'_>, site: SiteId, id: JobId) -> school::Result<Job> {
    let job = jobs::get(tx, site, id)?;
    if job.kind == JobKind::UsersImport { Ok(job) } else { Err(Error::NotFound) }
}

impl Import {
    fn read(tx: &mut Tx<'_>, site: SiteId, id: JobId) -> school::Result<Self> {
        let job = import(tx, site, id)?;
        let outcomes = if job.ended_at.is_some() { jobs::outcomes(tx, site, &job)? } else { BTreeMap::new() };
        let (mut refused, mut from) = (Vec::new(), Some(0).filter(|_| job.failed > 0 && job.ended_at.is_some()));
        while let Some(row) = from.filter(|_| refused.len() < SHOWN) {
            let read = jobs::result_rows(tx, site, id, row)?;
            refused.extend(jobs::with_outcome(&job, read.rows, REFUSED));
            from = read.next;
        }
        refused.truncate(SHOWN);
        let chosen = ImportForm::chosen(tx, site, &jobs::params_of(&job))?;
        Ok(Self {
            chosen,
            definitions: definitions::all(tx, site)?,
            targets: Targets::read(tx, site)?,
            first: jobs::first_rows(tx, site, id, FIRST)?,
            outcomes,
            refused,
            job,
        })
    }

    /// The form in which it is said what the columns mean.
    fn form(&self, form: &ImportForm, problems: &Problems, csrf: &Markup) -> Markup {
        html! {
            form method="post" action=(import_path(self.job.id)) {
                (csrf)
                (form.cards(&self.first, &self.targets, problems))
                (save_bar("Check the rows", LIST))
            }
        }
    }

    fn count(&self, outcome: &str) -> i64 {
        self.outcomes.get(outcome).copied().unwrap_or(0)
    }

    /// What importing it would come to, and the way to do so.
    fn checked(&self, csrf: &Markup) -> Markup {
        let good = self.job.done - self.job.failed;
        let here = import_path(self.job.id);
        html! {
            @if self.job.state != JobState::Succeeded {
                (progress(&self.job, csrf))
            } @else {
                div.grid.tiles {
                    (NumberTile { label: "New users", value: self.count("created"), href: None })
                    (NumberTile { label: "Users to change", value: self.count("updated"), href: None })
                    (NumberTile { label: "Rows to be refused", value: self.job.failed, href: None })
                }
                @if good > 0 {
                    (Banner::new(Tone::Neutral, "Nothing was changed yet", html! {
                        p {
                            @if self.job.failed > 0 { "The rows that are refused are left out; you can download them, correct them and import them later." }
                            @else { "Every row is in order." }
                        }
                    }))
                } @else {
                    (Banner::new(Tone::Danger, "No row can be imported", html! { p { "See below what is wrong, or change what the columns mean." } }))
                }
            }
            @if self.job.ended_at.is_some() {
                div.actions.apart {
                    a.button.quiet href={ (here) "?change=true" } { "Change the columns" }
                    @if self.job.state == JobState::Succeeded && good > 0 {
                        form method="post" action={ (here) "/start" } {
                            (csrf)
                            button type="submit" { (Icon::Upload) "Import " (grouped(good)) @if good == 1 { " user" } @else { " users" } }
                        }
                    }
                }
            }
            @if !self.refused.is_empty() { (refused_rows(&self.job, &self.refused)) }
        }
    }
}

/// `GET /manage/users/import/{id}`
pub(super) async fn show(
    manager: Manager,
    PathId(id): PathId<JobId>,
    pages::QueryFields(query): pages::QueryFields,
) -> PageResult {
    let (area, import) = manager.read(move |tx, actor| Import::read(tx, actor.site().id, id)).await?;
    let params = jobs::params_of(&import.job);
    if import.job.state == JobState::Draft || params.dry_run && query.has("change") && import.job.ended_at.is_some() {
        let names = jobs::names(&import.job);
        let form = ImportForm::of(names, &params, import.chosen.clone(), &import.definitions);
        return form_page(&manager, &area, &import, &form, &Problems::default());
    }
    if !params.dry_run {
        return Ok(see_other(&job_pages::path(id)));
    }
    let csrf = manager.csrf();
    let page = FramedPage::new(LIST, "Import users", import.checked(&csrf)).below("Users", LIST);
    manager.show(&area, page.badge(Some(job_pages::badge(&import.job))))
}

fn form_page(manager: &Manager, area: &Area, import: &Import, form: &ImportForm, problems: &Problems) -> PageResult {
    let intro = format!("{} rows in the file.", grouped(import.job.total));
    let body = import.form(form, problems, &manager.csrf());
    let page = FramedPage::new(LIST, "Import users", body).below("Users", LIST).intro(&intro);
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/users/import/{id}`: looks at every row, and changes nothing.
pub(super) async fn check(PathId(id): PathId<JobId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let (area, import) = manager.read(move |tx, actor| Import::read(tx, actor.site().id, id)).await?;
    let asked = fields.clone();
    let begun = manager.write(move |tx, actor| {
        let site = actor.site().id;
        let job = self::import(tx, site, id)?;
        let form = ImportForm::submitted(jobs::names(&job), &asked, &definitions::all(tx, site)?);
        let params = form.params(tx, site)?;
        jobs::start(tx, site, id, &params)
    });
    match begun.await {
        Ok(_) => Ok(see_other(&import_path(id))),
        Err(PageError::Refused(Error::Invalid(problems))) => {
            let form = ImportForm::submitted(jobs::names(&import.job), &fields, &import.definitions);
            form_page(&manager, &area, &import, &form, &problems.into())
        }
        Err(other) => Err(other),
    }
}

/// `POST /manage/users/import/{id}/start`: imports the rows that were found in order.
pub(super) async fn start(PathId(id): PathId<JobId>, form: ManagerForm) -> PageResult {
    let begun = form.manager.write(move |tx, actor| {
        let site = actor.site().id;
        let job = import(tx, site, id)?;
        let mut params = jobs::params_of(&job);
        if job.state != JobState::Succeeded || !params.dry_run {
            return Err(Error::invalid("base", "Its rows must be checked first"));
        }
        params.dry_run = false;
        jobs::start(tx, site, id, &params)
    });
    begun.await?;
    Ok(see_other(&job_pages::path(id)))
}
