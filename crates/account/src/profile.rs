//! What a school asks people for: their names, and fields of its own.

use pages::fields::{Field, Problems};
use pages::form::Fields;
use school::custom_profile_field_definitions::Definition;
use school::error::Problem;
use school::users::User;

/// Somebody's profile in a form.
#[derive(Debug)]
pub(super) struct Profile {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    custom: Vec<Custom>,
}

#[derive(Debug)]
struct Custom {
    definition: Definition,
    name: String,
    value: String,
}

impl Profile {
    /// As a form says.
    pub fn sent(definitions: Vec<Definition>, fields: &Fields) -> Self {
        let custom = definitions.into_iter().map(|definition| {
            let name = format!("field_{}", definition.id);
            Custom { value: fields.get(&name).trim().to_owned(), name, definition }
        });
        Self {
            first_name: fields.get("first_name").to_owned(),
            last_name: fields.get("last_name").to_owned(),
            custom: custom.collect(),
        }
    }

    /// As a user has it.
    pub fn of(definitions: Vec<Definition>, user: &User) -> Self {
        let has = user.custom_fields();
        let custom = definitions.into_iter().map(|definition| {
            let value = has.iter().find(|(_, id, _)| *id == definition.id).map(|(.., value)| value.to_string());
            Custom { name: format!("field_{}", definition.id), value: value.unwrap_or_default(), definition }
        });
        Self { first_name: user.first_name.clone(), last_name: user.last_name.clone(), custom: custom.collect() }
    }

    /// The fields of the names.
    pub fn names(&self) -> [Field<'_>; 2] {
        [
            Field { autocomplete: "given-name", ..Field::text("first_name", "First name", &self.first_name) },
            Field { autocomplete: "family-name", ..Field::text("last_name", "Last name", &self.last_name) },
        ]
    }

    /// The school's own fields.
    pub fn custom(&self) -> impl Iterator<Item = Field<'_>> {
        self.custom.iter().map(|Custom { definition, name, value }| Field {
            kind: if definition.field_type == "checkbox" { "checkbox" } else { "text" },
            autocomplete: if definition.field_type == "country" { "country-name" } else { "off" },
            required: definition.required,
            ..Field::text(name, &definition.label, value)
        })
    }

    /// Those that must be filled in.
    pub fn required(&self) -> impl Iterator<Item = Field<'_>> {
        self.custom().filter(|field| field.required)
    }

    /// Their values, by definition.
    pub fn values(&self) -> Vec<(i64, Option<String>)> {
        let value = |custom: &Custom| Some(custom.value.clone()).filter(|value| !value.is_empty());
        self.custom.iter().map(|custom| (custom.definition.id, value(custom))).collect()
    }

    /// What the school says is wrong, each with the field that it is about.
    pub fn told(&self, problems: &[Problem]) -> Problems {
        let mut told = Problems::default();
        for (field, text) in problems {
            let custom = self.custom.iter().filter(|_| field == "custom_profile_fields");
            let about = custom.filter_map(|custom| Some((custom, text.strip_prefix(&custom.definition.label)?))).next();
            match about {
                Some((custom, rest)) => told.add(&custom.name, rest.trim_start()),
                None => told.add(field, text.as_str()),
            }
        }
        told
    }
}
