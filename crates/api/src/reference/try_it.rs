//! A form that sends an operation's request from the page. It is hidden until a script shows it, which sends it too; the
//! key stands in the bar above, and is kept nowhere.

use super::operation::{Operation, Parameter};
use maud::{Markup, html};
use serde_json::{Value, json};

/// What stands for something new in a form: the script writes another text there each time.
const NEW: &str = "{new}";

/// Fields whose examples tell of what the demo school has already, with what its form sends instead: the demo school, and
/// one that has the same, takes it. What has something new in it is taken again and again.
const INSTEAD: &[(&str, &[(&str, &str)])] = &[
    ("createUser", &[("email", "amara.{new}@demo.example"), ("external_id", "crm-{new}")]),
    ("createGroup", &[("name", "Cohort {new}")]),
    ("createInstructor", &[("slug", "ruth-abend-{new}")]),
    ("crateCollection", &[("slug", "small-business-{new}")]),
    ("createCoupon", &[("code", "PARTNER-{new}")]),
    ("createCustomProfileField", &[("label", "Phone {new}")]),
];
/// The same for people who are enrolled, or have reviewed a course: somebody who is not, and has not.
const SOMEBODY_ELSE: &[(&str, i64)] = &[("createEnrollment", 1), ("createCourseReview", 2)];

/// Where the school gives ids that nobody can know beforehand: the script asks it for one that it has.
const GIVEN_IDS: &[&str] = &["/webhooks", "/events", "/deliveries"];

/// What the form of an operation sends at first.
fn body(operation: &Operation<'_>) -> Option<Value> {
    let mut body = operation.request_example()?.clone();
    let id = operation.spec["operationId"].as_str().unwrap_or_default();
    let texts = INSTEAD.iter().filter(|(known, _)| *known == id).flat_map(|(_, fields)| *fields);
    for (field, text) in texts {
        body[*field] = json!(text);
    }
    if let Some((_, user)) = SOMEBODY_ELSE.iter().find(|(known, _)| *known == id) {
        body["user_id"] = json!(user);
    }
    Some(body)
}

/// The list that has the record which an operation is about, where its id is given by chance.
fn list_of_ids(path: &str) -> Option<&str> {
    let (list, _) = path.split_once("/{id}")?;
    GIVEN_IDS.contains(&list).then_some(list)
}

/// Operations that destroy something, or take it back for good, by another method than `DELETE`.
const DESTROYS: &[&str] = &["cancelJob", "putCourseFiles", "refundExternalOrder"];

/// Whether an operation destroys what it names.
fn destroys(operation: &Operation<'_>) -> bool {
    operation.method == "delete" || operation.spec["operationId"].as_str().is_some_and(|id| DESTROYS.contains(&id))
}

/// The form of an operation.
pub(super) fn form(operation: &Operation<'_>, root: &str) -> Markup {
    let method = operation.method.to_uppercase();
    let mut parameters = operation.own_parameters();
    if operation.is_list() {
        parameters.extend(operation.shared_parameters());
    }
    let destroys = destroys(operation);
    html! {
        form.try hidden autocomplete="off" spellcheck="false" autocapitalize="none" data-method=(method) data-path={ (root) (operation.path) }
            data-destroys=[destroys.then_some("")]
            data-ids=[list_of_ids(operation.path).filter(|_| !destroys).map(|list| format!("{root}{list}"))] {
            @for parameter in &parameters { (field(parameter, destroys)) }
            @if let Some(body) = body(operation) {
                @let text = serde_json::to_string_pretty(&body).unwrap_or_default();
                label {
                    "Body"
                    textarea rows="6" data-new=[text.contains(NEW).then_some(NEW)] { (text) }
                }
            }
            p.send {
                button type="submit" { "Send " (method) }
                @if destroys { " " small { "This destroys something of the school. You are asked once more." } }
                @else if operation.method != "get" { " " small { "This changes the school." } }
            }
            output aria-live="polite" {}
        }
    }
}

fn field(Parameter { name, location, required, example, .. }: &Parameter<'_>, destroys: bool) -> Markup {
    // What must be there is filled with the example; the rest is for whoever wants it. What is destroyed is named by
    // whoever wants that.
    let value = example
        .filter(|_| *required && !destroys)
        .map(|example| example.as_str().map_or_else(|| example.to_string(), str::to_owned));
    html! {
        label {
            (name)
            input name=(name) data-in=(location) value=[value] required[*required];
        }
    }
}
