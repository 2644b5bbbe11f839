//! Enrolling many at once: whose addresses are pasted or in a file, or who is in a group.

use super::LIST;
use crate::choices::{self, Targets};
use crate::jobs as job_pages;
use crate::manager::{Area, Manager, ManagerFormWithFiles};
use bulk::enrollment_columns::moment;
use bulk::jobs::{self, InputRows, JobKind, JobParams, NewJob};
use maud::html;
use pages::components::{FormField, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, QueryFields};
use school::Error;
use school::products::Productable;

/// Where it is.
pub(super) const ENROLL: &str = "/manage/users/enroll";

/// What stands in the form.
#[derive(Debug, Clone, Default)]
struct EnrollForm {
    target: String,
    addresses: String,
    group: String,
    expires: String,
    free_trial: bool,
}

impl EnrollForm {
    fn submitted(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            target: text("target"),
            addresses: text("addresses"),
            group: text("group"),
            expires: text("expires"),
            free_trial: fields.has("free_trial"),
        }
    }

    fn fields<'f>(&'f self, targets: &'f Targets, problems: &'f Problems) -> [FormField<'f>; 6] {
        let trial = if self.free_trial { "true" } else { "" };
        [
            FormField::new("target", "Course or bundle", &self.target, targets.products())
                .known_as("course_id")
                .required()
                .problems(problems),
            FormField::new("addresses", "Addresses", &self.addresses, Input::Text { rows: 6 })
                .hint("One on each line, or with commas between.")
                .known_as("rows")
                .problems(problems),
            FormField::new("file", "Or a CSV file", "", Input::Line("file")).hint(
                "With a column email or user_id, and course, bundle or expires where they differ from row to row.",
            ),
            FormField::new("group", "Or everybody in a group", &self.group, targets.groups())
                .known_as("group_id")
                .problems(problems),
            FormField::new("expires", "Access ends after the day (UTC)", &self.expires, Input::Line("date"))
                .hint("Never when left empty.")
                .known_as("expiry_date")
                .problems(problems),
            FormField::new("free_trial", "As a free trial", trial, Input::Checkbox)
                .hint("Only what is free of the course is open to them."),
        ]
    }
}

/// `GET /manage/users/enroll`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let (area, targets) = manager.read(|tx, actor| Targets::read(tx, actor.site().id)).await?;
    page(&manager, &area, &targets, &EnrollForm::submitted(&query), &Problems::default())
}

fn page(manager: &Manager, area: &Area, targets: &Targets, form: &EnrollForm, problems: &Problems) -> PageResult {
    let fields = form.fields(targets, problems);
    let named = fields.each_ref().map(FormField::named);
    let [target, addresses, file, group, expires, trial] = fields;
    let body = html! {
        (problem_summary(problems, &named))
        form method="post" action=(ENROLL) enctype="multipart/form-data" {
            (manager.csrf())
            div.card { header { div { h2 { "Whom" } } } div.body.fields { (addresses) (file) (group) } }
            div.card { header { div { h2 { "In what" } } } div.body.fields { (target) (expires) (trial) } }
            (save_bar("Enroll them", LIST))
        }
    };
    let framed = FramedPage::new(LIST, "Enroll many", body)
        .below("Users", LIST)
        .intro("Whoever is enrolled already stays as they are. Addresses without an account are told afterwards.")
        .narrow();
    manager.show(area, framed.with_problems(problems))
}

/// `POST /manage/users/enroll`
pub(super) async fn enroll(ManagerFormWithFiles { manager, fields, files }: ManagerFormWithFiles) -> PageResult {
    let (area, targets) = manager.read(|tx, actor| Targets::read(tx, actor.site().id)).await?;
    let form = EnrollForm::submitted(&fields);
    let again = |problems: Problems| page(&manager, &area, &targets, &form, &problems);
    let input = match files.into_iter().next() {
        Some(file) => match InputRows::of_csv(file.bytes) {
            Ok(rows) => Some(rows),
            Err(problem) => return again(Problems::one("rows", format!("cannot be read: {problem}"))),
        },
        None => Some(InputRows::of_addresses(&form.addresses)).filter(|rows| !rows.rows.is_empty()),
    };
    let expiry_date = match form.expires.trim() {
        "" => None,
        day => match moment(day) {
            Ok(end) => Some(end),
            Err(problem) => return again(Problems::one("expiry_date", problem)),
        },
    };
    let asked = form.clone();
    let begun = manager.write(move |tx, actor| {
        let site = actor.site().id;
        let target = choices::target(tx, site, &asked.target)?;
        let params = JobParams {
            course_id: target.and_then(|target| if let Productable::Course(id) = target { Some(id) } else { None }),
            bundle_id: target.and_then(|target| if let Productable::Bundle(id) = target { Some(id) } else { None }),
            group_id: choices::group(tx, site, &asked.group)?,
            free_trial: asked.free_trial,
            expiry_date,
            ..JobParams::default()
        };
        let new = NewJob { input: input.clone(), ..NewJob::of(JobKind::EnrollmentsCreate, params) };
        jobs::create(tx, site, &new)
    });
    match begun.await {
        Ok(job) => Ok(see_other(&job_pages::path(job.id))),
        Err(error) => match error.problems() {
            Ok(problems) => again(problems.into()),
            Err(pages::PageError::Refused(Error::NotFound)) => again(Problems::one("course_id", "must be chosen")),
            Err(other) => Err(other),
        },
    }
}
