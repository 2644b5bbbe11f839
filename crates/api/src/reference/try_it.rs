//! A form that sends an operation's request from the page. It is hidden until a script shows it, which sends it too; the
//! key stands in the bar above, and is kept nowhere.

use super::operation::{Operation, Parameter};
use maud::{Markup, html};

/// The form of an operation.
pub(super) fn form(operation: &Operation<'_>, root: &str) -> Markup {
    let method = operation.method.to_uppercase();
    let mut parameters = operation.own_parameters();
    parameters.extend(operation.parameters().filter(|parameter| operation.is_list() && parameter.name == "limit"));
    html! {
        form.try hidden autocomplete="off" data-method=(method) data-path={ (root) (operation.path) } {
            @for parameter in &parameters { (field(parameter)) }
            @if let Some(body) = operation.request_example() {
                label {
                    "Body"
                    textarea rows="6" spellcheck="false" { (serde_json::to_string_pretty(body).unwrap_or_default()) }
                }
            }
            p.send {
                button type="submit" { "Send " (method) }
                @if operation.method != "get" { " " small { "This changes the school." } }
            }
            output aria-live="polite" {}
        }
    }
}

fn field(Parameter { name, location, required, example, .. }: &Parameter<'_>) -> Markup {
    // What must be there is filled with the example; the rest is for whoever wants it.
    let value = example
        .filter(|_| *required)
        .map(|example| example.as_str().map_or_else(|| example.to_string(), str::to_owned));
    html! {
        label {
            (name)
            input type="text" name=(name) data-in=(location) value=[value] required[*required] spellcheck="false"
                autocapitalize="none";
        }
    }
}
