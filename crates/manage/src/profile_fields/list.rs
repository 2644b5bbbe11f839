//! `GET /manage/profile_fields`: every field, in the order in which users are asked.

use super::{LIST, kind_label, path};
use crate::manager::Manager;
use maud::{Markup, html};
use pages::components::{Badge, EmptyState, Icon, Tone};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::custom_profile_field_definitions::{self as definitions, Definition};

/// `GET /manage/profile_fields`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let (area, all) = manager.read(|tx, actor| definitions::all(tx, actor.site().id)).await?;
    let done = match query.get("done") {
        "made" => "The field was made.",
        "saved" => "The changes were saved.",
        "moved" => "The field was moved.",
        "deleted" => "The field was deleted. What people have said in it goes too.",
        _ => "",
    };
    let framed = FramedPage::new(LIST, "Profile fields", list(&all, &manager.csrf()))
        .intro("What your school asks its users for, beside names and address. They stand on everybody's profile.")
        .actions(html! { a.button href="/manage/profile_fields/new" { (Icon::Plus) "Make a field" } });
    manager.show(&area, framed.done(done))
}

fn list(all: &[Definition], csrf: &Markup) -> Markup {
    html! {
        div.card {
            @if all.is_empty() {
                (EmptyState {
                    icon: Icon::ListChecks,
                    title: "No fields of your own yet",
                    text: "A telephone number, a country, a shirt size: whatever the school needs to know of everybody.",
                    actions: html! { a.button href="/manage/profile_fields/new" { "Make a field" } },
                })
            } @else {
                ol.rows {
                    @for (at, definition) in all.iter().enumerate() {
                        li {
                            div {
                                p { a.strong href=(path(definition.id)) dir="auto" { (definition.label) } }
                                p {
                                    (kind_label(definition.field_type))
                                    @let choices = definitions::choices(definition);
                                    @if !choices.is_empty() { ": " span dir="auto" { (choices.join(", ")) } }
                                }
                            }
                            @if definition.required { (Badge::new("Required", Tone::Accent)) }
                            form.order method="post" action={ (path(definition.id)) "/move" } {
                                (csrf)
                                button.bare.square type="submit" name="to" value=(at) disabled[at == 0]
                                    aria-label={ "Move " (definition.label) " up" } { (Icon::ArrowUp) }
                                button.bare.square type="submit" name="to" value=(at + 2) disabled[at + 1 == all.len()]
                                    aria-label={ "Move " (definition.label) " down" } { (Icon::ArrowDown) }
                            }
                        }
                    }
                }
            }
        }
    }
}
