//! `GET /manage/settings/code`: code that is added to the pages of students.

use super::{CODE, GENERAL, Parts};
use crate::manager::{Manager, ManagerForm};
use maud::html;
use pages::components::{Banner, FormField, Input, Tone, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, QueryFields};
use school::page_codes::{self, LONGEST, PageCodes};

/// `GET /manage/settings/code`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let done = if query.get("done") == "saved" { "The code was saved." } else { "" };
    show_page(&manager, None, done, &Problems::default()).await
}

async fn show_page(manager: &Manager, typed: Option<PageCodes>, done: &str, problems: &Problems) -> PageResult {
    let read = manager.read(|tx, actor| Ok((Parts::of(actor), page_codes::get(tx, actor.site().id)?)));
    let (area, (parts, saved)) = read.await?;
    let codes = typed.unwrap_or(saved);
    let fields = [
        FormField::new("head", "Tracking code, in the head of each page", &codes.head, Input::Text { rows: 8 })
            .hint("What a service for analytics asks you to put before </head>.")
            .longest(LONGEST)
            .problems(problems),
        FormField::new("footer", "Footer code, at the end of each page", &codes.footer, Input::Text { rows: 8 })
            .hint("What asks to be put before </body>: a chat, a widget.")
            .longest(LONGEST)
            .problems(problems),
    ];
    let body = html! {
        (parts.tabs(CODE))
        (problem_summary(problems, &fields.each_ref().map(FormField::named)))
        (Banner::new(Tone::Neutral, "Kept for the site that is to come", html! {
            p { "The pages that students see now run no code of others. This is kept, backed up and shown to nobody until the site of the school can be built; it is added to that." }
        }))
        form method="post" action=(CODE) {
            (manager.csrf())
            div.card {
                header {
                    div {
                        h2 { "Code of pages" }
                        p { "It runs with the rights of whoever looks at a page, yours too: take it from nobody whom you would not give the school to." }
                    }
                }
                div.body.fields.code-fields { @for field in &fields { (field) } }
            }
            (save_bar("Save", CODE))
        }
    };
    let page = FramedPage::new(GENERAL, "Settings", body).narrow().done(done);
    manager.show(&area, page.with_problems(problems))
}

/// `POST /manage/settings/code`
pub(super) async fn save(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let code = |name: &str| fields.get(name).replace("\r\n", "\n");
    let codes = PageCodes { head: code("head"), footer: code("footer") };
    let wanted = codes.clone();
    match manager.write(move |tx, actor| page_codes::set(tx, actor.site().id, &wanted)).await {
        Ok(()) => Ok(see_other(&format!("{CODE}?done=saved"))),
        Err(error) => show_page(&manager, Some(codes), "", &error.problems()?.into()).await,
    }
}
