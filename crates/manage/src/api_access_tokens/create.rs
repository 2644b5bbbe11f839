//! Making a token, which is shown once.

use super::LIST;
use crate::manager::{Area, Manager, ManagerForm};
use identity::api_access_tokens;
use maud::html;
use pages::PageResult;
use pages::components::{Choice, FormField, Input, Secret, problem_summary, save_bar};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use school::now;

/// For how long a token counts, in days; nothing for ever.
const DAYS: [Choice<'static>; 4] = [
    Choice { value: "30", label: "In 30 days" },
    Choice { value: "90", label: "In 90 days" },
    Choice { value: "365", label: "In a year" },
    Choice { value: "never", label: "Never" },
];
const DAY_MS: i64 = 86_400_000;

/// What stands in the form.
struct TokenForm {
    name: String,
    ends: String,
}

impl TokenForm {
    fn submitted(fields: &Fields) -> Self {
        Self { name: fields.get("name").to_owned(), ends: fields.get("ends").to_owned() }
    }

    /// When it ends. Where nothing that there is was chosen that is past, and refused with all else that is wrong.
    fn expires_at(&self) -> Option<i64> {
        let Some(known) = DAYS.iter().find(|choice| choice.value == self.ends) else { return Some(0) };
        known.value.parse::<i64>().ok().map(|days| now() + days * DAY_MS)
    }

    fn fields<'f>(&'f self, problems: &'f Problems) -> [FormField<'f>; 2] {
        [
            FormField::line("name", "Name", &self.name)
                .hint("Which program it is for.")
                .required()
                .longest(255)
                .problems(problems),
            FormField::new("ends", "It ends", &self.ends, Input::Select(DAYS.into()))
                .known_as("expires_at")
                .required()
                .problems(problems),
        ]
    }
}

/// `GET /manage/api_access_tokens/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let form = TokenForm { name: String::new(), ends: "90".to_owned() };
    new_page(&manager, &area, &form, &Problems::default())
}

fn new_page(manager: &Manager, area: &Area, form: &TokenForm, problems: &Problems) -> PageResult {
    let fields = form.fields(problems);
    let body = html! {
        (problem_summary(problems, &fields.each_ref().map(FormField::named)))
        form method="post" action=(LIST) {
            (manager.csrf())
            div.card { div.body.fields { @for field in &fields { (field) } } }
            (save_bar("Make the token", LIST))
        }
    };
    let page = FramedPage::new(LIST, "Make an API access token", body)
        .below("API access tokens", LIST)
        .intro("It opens what the API key opens, and is shown once.")
        .narrow();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/api_access_tokens`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let form = TokenForm::submitted(&fields);
    let (key, name, expires_at) = (manager.app.key.clone(), form.name.clone(), form.expires_at());
    let made = manager.write(move |tx, actor| api_access_tokens::create(tx, &key, actor.site().id, &name, expires_at));
    match made.await {
        Ok((token, value)) => made_page(&manager, &area, &token.name, &value),
        Err(error) => new_page(&manager, &area, &form, &error.problems()?.into()),
    }
}

/// The token, this once. Sent again by a reload the form is refused, since there is a token of this name.
fn made_page(manager: &Manager, area: &Area, name: &str, value: &str) -> PageResult {
    let body = html! {
        div.card {
            header { div { h2 dir="auto" { (name) } p { "Copy the token now: it is shown this once." } } }
            div.body.fields {
                (Secret::Revealed { id: "api-access-token", name: "API access token", value })
                p { "Programs send it with each request: " code { "Authorization: Bearer …" } }
                div.actions { a.button href=(LIST) { "Done" } }
            }
        }
    };
    let page = FramedPage::new(LIST, "The token was made", body).below("API access tokens", LIST).narrow();
    manager.show(area, page)
}
