//! Enrolling one person in a course or a bundle.

use super::change::end_of_day;
use super::{LIST, NEW, path};
use crate::choices::{self, Choices};
use crate::manager::{Area, Manager, ManagerForm};
use maud::html;
use pages::components::{Choice, FormField, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, QueryFields};
use school::enrolling::{Access, Outcome};
use school::{CourseId, UserId, courses, now, single_enrollment, users};

/// What stands in the form.
#[derive(Debug, Clone, Default)]
struct EnrollForm {
    person: String,
    what: String,
    access: String,
    expiry_date: String,
}

impl EnrollForm {
    fn submitted(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self { person: text("person"), what: text("what"), access: text("access"), expiry_date: text("expiry_date") }
    }

    /// From when on and until when.
    fn access(&self) -> Result<Access, Problems> {
        let activated_at = (self.access != "trial").then(now);
        Ok(Access { activated_at, expiry_date: end_of_day(&self.expiry_date)? })
    }

    fn fields<'f>(&'f self, offered: &'f Choices, problems: &'f Problems) -> [FormField<'f>; 4] {
        let access = vec![
            Choice { value: "full", label: "Full access" },
            Choice { value: "trial", label: "Free trial: only what is free of it" },
        ];
        [
            FormField::new("person", "Who", &self.person, Input::Line("text"))
                .hint("Their e-mail address. Whoever has no account yet is added first.")
                .required()
                .longest(255)
                .problems(problems),
            FormField::new("what", "In what", &self.what, offered.select("Choose a course or a bundle"))
                .required()
                .problems(problems),
            FormField::new("access", "What is open to them", &self.access, Input::Select(access)).required(),
            FormField::new("expiry_date", "Last day", &self.expiry_date, Input::Line("date"))
                .hint("It ends at midnight UTC after this day. Left empty it does not end.")
                .problems(problems),
        ]
    }
}

/// `GET /manage/enrollments/new`
pub(super) async fn show_new(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let asked = query.get("user_id").parse().ok().map(UserId::new);
    let (what, course) = (query.get("what").to_owned(), query.get("course_id").parse().ok().map(CourseId::new));
    let read = manager.read(move |tx, actor| {
        let site = actor.site().id;
        let user = asked.map(|id| users::find(tx, site, id)).transpose()?.flatten();
        let course = course.map(|id| courses::of_ids(tx, site, &[id])).transpose()?.unwrap_or_default();
        let product = course.first().map(|course| course.product_id.to_string());
        Ok((Choices::enrollables(tx, site)?, user.map(|user| user.email.clone()), product))
    });
    let (area, (offered, email, product)) = read.await?;
    let what = product.unwrap_or(what);
    let form =
        EnrollForm { person: email.unwrap_or_default(), what, access: "full".to_owned(), ..EnrollForm::default() };
    new_page(&manager, &area, &form, &offered, &Problems::default())
}

fn new_page(manager: &Manager, area: &Area, form: &EnrollForm, offered: &Choices, problems: &Problems) -> PageResult {
    let fields = form.fields(offered, problems);
    let body = html! {
        (problem_summary(problems, &fields.each_ref().map(FormField::named)))
        form method="post" action=(LIST) {
            (manager.csrf())
            div.card { div.body.fields { @for field in &fields { (field) } } }
            (save_bar("Enroll them", LIST))
        }
    };
    let page = FramedPage::new(NEW, "Enroll somebody", body).below("Enrollments", LIST).narrow();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/enrollments`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, offered) = manager.read(|tx, actor| Choices::enrollables(tx, actor.site().id)).await?;
    let form = EnrollForm::submitted(&fields);
    let access = match form.access() {
        Ok(access) => access,
        Err(problems) => return new_page(&manager, &area, &form, &offered, &problems),
    };
    let given = form.clone();
    let enrolled = manager.write(move |tx, actor| {
        let site = actor.site().id;
        let what = choices::target(tx, site, &given.what)?;
        single_enrollment::enroll(tx, site, &given.person, what, access)
    });
    match enrolled.await {
        Ok(enrolled) => Ok(see_other(&match enrolled.enrollment_id {
            Some(id) => format!("{}?done={}", path(id), done(enrolled.outcome)),
            None => format!("{LIST}?user_id={}&done=bundle", enrolled.user_id),
        })),
        Err(error) => new_page(&manager, &area, &form, &offered, &error.problems()?.into()),
    }
}

fn done(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Renewed => "renewed",
        Outcome::Upgraded => "upgraded",
        Outcome::Enrolled | Outcome::Already => "enrolled",
    }
}
