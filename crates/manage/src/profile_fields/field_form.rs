//! The form in which a field is made and changed.

use super::KINDS;
use maud::{Markup, html};
use pages::components::{Choice, FormField, Input, problem_summary};
use pages::fields::Problems;
use pages::form::Fields;
use school::Set;
use school::custom_profile_field_definitions::{self as definitions, Definition, DefinitionInput};

/// What stands in the form.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldForm {
    label: String,
    kind: String,
    choices: String,
    required: bool,
}

impl FieldForm {
    /// An empty form.
    pub fn new() -> Self {
        Self { kind: "text".to_owned(), ..Self::default() }
    }

    /// As a field is.
    pub fn of(definition: &Definition) -> Self {
        Self {
            label: definition.label.clone(),
            kind: definition.field_type.name().to_owned(),
            choices: definitions::choices(definition).join("\n"),
            required: definition.required,
        }
    }

    /// As somebody has sent it.
    pub fn submitted(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            label: text("label"),
            kind: text("field_type"),
            choices: text("choices"),
            required: fields.has("required"),
        }
    }

    /// What the field is to be. Choices are left out of account for a kind without.
    pub fn input(&self) -> DefinitionInput {
        let choices: Vec<String> = self.choices.lines().map(str::to_owned).filter(|_| self.kind == "select").collect();
        DefinitionInput {
            label: Set::To(self.label.clone()),
            field_type: Set::To(self.kind.clone()),
            required: Set::To(self.required),
            choices: Set::To(choices),
            position: Set::Keep,
        }
    }

    fn fields<'f>(&'f self, is_new: bool, problems: &'f Problems) -> Vec<FormField<'f>> {
        let kinds = KINDS.iter().map(|(kind, label)| Choice { value: kind.name(), label }).collect();
        let required = if self.required { "true" } else { "" };
        let mut fields = vec![FormField::line("label", "Name", &self.label).required().longest(255).problems(problems)];
        if is_new {
            fields.push(
                FormField::new("field_type", "Kind", &self.kind, Input::Select(kinds))
                    .hint("It cannot be changed later.")
                    .required()
                    .problems(problems),
            );
        }
        if is_new || self.kind == "select" {
            fields.push(
                FormField::new("choices", "Choices", &self.choices, Input::Text { rows: 5 })
                    .hint("One on each line, for the kind “One of several choices”.")
                    .problems(problems),
            );
        }
        fields.push(
            FormField::new("required", "Everybody must say it", required, Input::Checkbox)
                .hint("Asked for when somebody is added from now on. Who is here already stays as they are."),
        );
        fields
    }

    /// The card of the form, with what is wrong above it.
    pub fn card(&self, is_new: bool, problems: &Problems) -> Markup {
        let fields = self.fields(is_new, problems);
        let named: Vec<_> = fields.iter().map(FormField::named).collect();
        html! {
            (problem_summary(problems, &named))
            div.card { div.body.fields { @for field in &fields { (field) } } }
        }
    }

    /// The kind, to be sent along where it is not asked for.
    pub fn kind(&self) -> &str {
        &self.kind
    }
}
