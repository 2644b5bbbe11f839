//! The fields that the school asks its users for, beyond the usual.

mod change;
mod field_form;
mod list;

use crate::route::{PageRoute, form, page};
use identity::rights::Right;
use school::DefinitionId;
use school::custom_profile_field_definitions::FieldType;

/// Where the list of fields is.
pub(crate) const LIST: &str = "/manage/profile_fields";

/// Where one field is changed.
fn path(id: DefinitionId) -> String {
    format!("{LIST}/{id}")
}

/// The kinds of fields, as people know them.
const KINDS: [(FieldType, &str); 4] = [
    (FieldType::Text, "Text"),
    (FieldType::Checkbox, "Checkbox"),
    (FieldType::Country, "Country"),
    (FieldType::Select, "One of several choices"),
];

/// What people call a kind.
fn kind_label(kind: FieldType) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, label)| label)
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        form(LIST, RIGHT, change::create),
        page("/manage/profile_fields/new", RIGHT, change::show_new),
        page("/manage/profile_fields/{id}", RIGHT, change::show),
        form("/manage/profile_fields/{id}", RIGHT, change::update),
        form("/manage/profile_fields/{id}/move", RIGHT, change::move_one),
        form("/manage/profile_fields/{id}/delete", RIGHT, change::delete),
    ]
}
