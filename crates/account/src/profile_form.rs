//! What a school asks people for in a form: their names, and fields of its own.

use identity::own_account::{Profile, ProfileField, ProfileInput};
use pages::fields::{Field, Problems};
use pages::form::Fields;
use school::custom_profile_field_definitions::FieldType;
use school::error::Problem;

/// Somebody's profile in a form.
#[derive(Debug)]
pub(super) struct ProfileForm {
    pub first_name: String,
    pub last_name: String,
    /// They have one name, and may keep to it.
    has_one_name: bool,
    custom: Vec<CustomField>,
}

#[derive(Debug)]
struct CustomField {
    /// The name of its input.
    name: String,
    field: ProfileField,
}

impl From<ProfileField> for CustomField {
    fn from(field: ProfileField) -> Self {
        Self { name: format!("field_{}", field.id), field }
    }
}

impl From<&Profile> for ProfileForm {
    /// As somebody has it.
    fn from(profile: &Profile) -> Self {
        Self {
            first_name: profile.first_name.clone(),
            last_name: profile.last_name.clone(),
            has_one_name: profile.last_name.is_empty(),
            custom: profile.fields.iter().cloned().map(CustomField::from).collect(),
        }
    }
}

impl ProfileForm {
    /// As somebody has filled it in, where the school asks for these fields of its own.
    pub fn submitted(asked: Vec<ProfileField>, fields: &Fields) -> Self {
        let custom = asked.into_iter().map(CustomField::from).map(|CustomField { name, field }| {
            let value = fields.get(&name).trim().to_owned();
            CustomField { name, field: ProfileField { value, ..field } }
        });
        Self {
            first_name: fields.get("first_name").to_owned(),
            last_name: fields.get("last_name").to_owned(),
            has_one_name: false,
            custom: custom.collect(),
        }
    }

    /// The same as filled in by whoever has this profile.
    pub fn of(self, profile: &Profile) -> Self {
        Self { has_one_name: profile.last_name.is_empty(), ..self }
    }

    /// What is to be kept of it.
    pub fn input(&self) -> ProfileInput {
        let value = |custom: &CustomField| Some(custom.field.value.clone()).filter(|value| !value.is_empty());
        ProfileInput {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            fields: self.custom.iter().map(|custom| (custom.field.id, value(custom))).collect(),
        }
    }

    /// The fields of the names.
    pub fn name_fields(&self) -> [Field<'_>; 2] {
        [
            Field { autocomplete: "given-name", ..Field::text("first_name", "First name", &self.first_name) },
            Field {
                autocomplete: "family-name",
                required: !self.has_one_name,
                ..Field::text("last_name", "Last name", &self.last_name)
            },
        ]
    }

    /// The school's own fields.
    pub fn custom_fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.custom.iter().map(|CustomField { name, field }| Field {
            kind: if field.kind == FieldType::Checkbox { "checkbox" } else { "text" },
            autocomplete: if field.kind == FieldType::Country { "country-name" } else { "off" },
            required: field.required,
            ..Field::text(name, &field.label, &field.value)
        })
    }

    /// Those of them that must be filled in.
    pub fn required_fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.custom_fields().filter(|field| field.required)
    }

    /// What the school says is wrong, each with the field that it is about.
    pub fn problems(&self, problems: &[Problem]) -> Problems {
        let mut found = Problems::default();
        for (name, text) in problems {
            let custom = self.custom.iter().filter(|_| name == "custom_profile_fields");
            let about = custom.filter_map(|custom| Some((custom, text.strip_prefix(&custom.field.label)?))).next();
            match about {
                Some((custom, rest)) => found.add(&custom.name, rest.trim_start()),
                None => found.add(name, text.as_str()),
            }
        }
        found
    }
}
