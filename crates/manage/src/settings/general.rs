//! `GET /manage/settings`: what the school is called, where its students ask for help, and what the host has given it.

use super::{GENERAL, Parts};
use crate::manager::{Area, Manager, ManagerForm};
use maud::{Markup, html};
use pages::components::{FormField, Input, grouped, problem_summary, save_bar};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, QueryFields};
use school::files::{self, FileLimits, in_words};
use school::sites::{self, SiteChanges};
use school::users::{self, UserFilter};
use school::{PageRequest, Site, SiteId, courses};
use web::Tx;

/// How much of what the host gives is used.
struct Use {
    people: i64,
    courses: i64,
    files: i64,
    /// How many bytes files may take; none when there is no limit.
    quota: Option<i64>,
}

impl Use {
    fn read(tx: &mut Tx<'_>, site: SiteId, limits: &FileLimits) -> school::Result<Self> {
        let first = PageRequest::first(1);
        Ok(Self {
            people: users::list(tx, site, &UserFilter::default(), &first, |_| ())?.total,
            courses: courses::list(tx, site, &first)?.total,
            files: files::used(tx, site)?,
            quota: files::quota(tx, site, limits)?,
        })
    }
}

/// What stands in the form.
struct SettingsForm {
    name: String,
    support_email: String,
}

impl SettingsForm {
    fn of(site: &Site) -> Self {
        Self { name: site.name.clone(), support_email: site.support_email.clone() }
    }

    fn submitted(fields: &Fields) -> Self {
        Self { name: fields.get("name").to_owned(), support_email: fields.get("support_email").to_owned() }
    }

    fn changes(&self) -> SiteChanges {
        SiteChanges {
            name: Some(self.name.clone()),
            support_email: Some(self.support_email.clone()),
            ..SiteChanges::default()
        }
    }

    fn fields<'f>(&'f self, problems: &'f Problems) -> [FormField<'f>; 2] {
        [
            FormField::line("name", "Name", &self.name)
                .hint("Stands above every page, and in every mail.")
                .required()
                .longest(255)
                .problems(problems),
            FormField::new("support_email", "Support address", &self.support_email, Input::Line("email"))
                .hint("Where students ask for help: answers to the school’s mails go there.")
                .required()
                .longest(255)
                .problems(problems),
        ]
    }
}

/// `GET /manage/settings`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let (area, read) = read(&manager).await?;
    let done = if query.get("done") == "saved" { "The settings were saved." } else { "" };
    settings_page(&manager, &area, &read, &SettingsForm::of(&read.0), done, &Problems::default())
}

/// What the page is about: the school, the parts beside it, and what is used.
type Read = (Site, Parts, Use);

async fn read(manager: &Manager) -> Result<(Area, Read), PageError> {
    let limits = *manager.app.files().limits();
    let read = manager.read(move |tx, actor| {
        let site = actor.site();
        Ok((site.clone(), Parts::of(actor), Use::read(tx, site.id, &limits)?))
    });
    read.await
}

/// `POST /manage/settings`
pub(super) async fn save(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let form = SettingsForm::submitted(&fields);
    let changes = form.changes();
    match manager.write(move |tx, actor| sites::set(tx, actor.site(), &changes).map(drop)).await {
        Ok(()) => Ok(see_other(&format!("{GENERAL}?done=saved"))),
        Err(error) => {
            let problems = error.problems()?.into();
            let (area, read) = read(&manager).await?;
            settings_page(&manager, &area, &read, &form, "", &problems)
        }
    }
}

fn settings_page(
    manager: &Manager,
    area: &Area,
    (site, parts, used): &Read,
    form: &SettingsForm,
    done: &str,
    problems: &Problems,
) -> PageResult {
    let fields = form.fields(problems);
    let body = html! {
        (parts.tabs(GENERAL))
        (problem_summary(problems, &fields.each_ref().map(FormField::named)))
        form method="post" action=(GENERAL) {
            (manager.csrf())
            div.card {
                header { div { h2 { "The school" } } }
                div.body.fields { @for field in &fields { (field) } }
            }
            (save_bar("Save", GENERAL))
        }
        (given_by_the_host(manager, site, used))
    };
    let page = FramedPage::new(GENERAL, "Settings", body).narrow().done(done);
    manager.show(area, page.with_problems(problems))
}

/// What whoever runs the server decides.
fn given_by_the_host(manager: &Manager, site: &Site, used: &Use) -> Markup {
    let limit = |own: Option<i64>, servers: Option<u32>| match own.or(servers.map(i64::from)) {
        Some(number) if number > 0 => grouped(number),
        _ => "No limit".to_owned(),
    };
    let config = &manager.app.config;
    html! {
        div.card {
            header { div { h2 { "Plan and limits" } p { "Whoever runs the server sets these: ask them to change one." } } }
            div.body {
                dl.facts {
                    dt { "Address" } dd.mono { (manager.app.site_url(&site.subdomain)) }
                    dt { "Plan" } dd { (site.plan.name()) }
                    dt { "API" } dd { @if sites::has_api(site.plan) { "Open" } @else { "Closed on this plan" } }
                    dt { "Apps" } dd { @if sites::has_apps(site.plan) { "Open" } @else { "Closed on this plan" } }
                    dt { "Currency" } dd.mono { (site.currency.to_uppercase()) }
                    dt { "People" } dd { (grouped(used.people)) }
                    dt { "Courses" } dd { (grouped(used.courses)) }
                    dt { "Files" }
                    dd {
                        (in_words(used.files))
                        @match used.quota {
                            Some(quota) => { " of " (in_words(quota)) },
                            None => ", without a limit",
                        }
                    }
                    dt { "Requests a minute" } dd { (limit(site.requests_per_minute, config.requests_per_minute)) }
                    dt { "Requests at once" } dd { (limit(site.requests_at_once, config.requests_at_once)) }
                }
            }
        }
    }
}
