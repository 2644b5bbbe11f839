//! `GET /manage/settings/sign_up`: who may have an account by themselves.

use super::{GENERAL, Parts, SIGN_UP};
use crate::manager::{Manager, ManagerForm};
use maud::html;
use pages::components::{Choice, FormField, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, QueryFields};
use school::Error;
use school::sign_up_rules::{self, SignUpRule};

/// The rules, as they are sent and as people read them.
const RULES: [(SignUpRule, &str, &str); 3] = [
    (SignUpRule::Open, "open", "Everybody"),
    (SignUpRule::Domains, "domains", "Whoever has an address at one of these hosts"),
    (SignUpRule::Invited, "invited", "Nobody: only whom the school has invited"),
];

/// What stands in the form.
struct RuleForm {
    rule: String,
    domains: String,
}

/// `GET /manage/settings/sign_up`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let done = if query.get("done") == "saved" { "The rule was saved. It counts from now on." } else { "" };
    show_page(&manager, None, done, &Problems::default()).await
}

async fn show_page(manager: &Manager, typed: Option<RuleForm>, done: &str, problems: &Problems) -> PageResult {
    let read = manager.read(|_, actor| Ok((Parts::of(actor), actor.site().clone())));
    let (area, (parts, site)) = read.await?;
    let saved = || RuleForm {
        rule: site.sign_up_rule.name().to_owned(),
        domains: sign_up_rules::domains(&site).collect::<Vec<_>>().join("\n"),
    };
    let form = typed.unwrap_or_else(saved);
    let choices = RULES.map(|(_, value, label)| Choice { value, label }).to_vec();
    let fields = [
        FormField::new("rule", "Who may sign up", &form.rule, Input::Select(choices))
            .hint("People whom you add, import or invite, and whom programs add, are not held to it.")
            .required()
            .problems(problems),
        FormField::new("domains", "Hosts of addresses", &form.domains, Input::Text { rows: 4 })
            .hint("One on each line: bakery.example lets in ann@bakery.example, and not ann@shop.bakery.example.")
            .problems(problems),
    ];
    let body = html! {
        (parts.tabs(SIGN_UP))
        (problem_summary(problems, &fields.each_ref().map(FormField::named)))
        form method="post" action=(SIGN_UP) {
            (manager.csrf())
            div.card {
                header {
                    div {
                        h2 { "Who may have an account by themselves" }
                        p { "With the form of the school, or by single sign-on. Whoever has an account keeps it." }
                    }
                }
                div.body.fields { @for field in &fields { (field) } }
            }
            (save_bar("Save", SIGN_UP))
        }
    };
    let page = FramedPage::new(GENERAL, "Settings", body).narrow().done(done);
    manager.show(&area, page.with_problems(problems))
}

/// `POST /manage/settings/sign_up`
pub(super) async fn save(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let form = RuleForm { rule: fields.get("rule").to_owned(), domains: fields.get("domains").to_owned() };
    let rule = RULES.iter().find(|(_, name, _)| *name == form.rule).map(|(rule, ..)| *rule);
    let domains = form.domains.clone();
    let saved = manager.write(move |tx, actor| {
        let rule = rule.ok_or_else(|| Error::invalid("rule", "must be one of these"))?;
        sign_up_rules::set(tx, actor.site(), rule, &domains)
    });
    match saved.await {
        Ok(()) => Ok(see_other(&format!("{SIGN_UP}?done=saved"))),
        Err(error) => show_page(&manager, Some(form), "", &error.problems()?.into()).await,
    }
}
