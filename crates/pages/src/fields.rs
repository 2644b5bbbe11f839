//! Fields of forms: each with its label, its hint and what is wrong with it, tied together for those who do not see.

use maud::{Markup, html};
use school::error::Problem;

/// What is wrong with a form, field by field.
#[derive(Debug, Clone, Default)]
pub struct Problems(Vec<(String, String)>);

impl From<Vec<Problem>> for Problems {
    /// What the school says is wrong.
    fn from(problems: Vec<Problem>) -> Self {
        Self(problems.into_iter().map(|(field, text)| (field.into_owned(), text)).collect())
    }
}

impl Problems {
    /// One thing wrong with one field; `base` is the form as a whole.
    pub fn one(field: &str, text: impl Into<String>) -> Self {
        Self(vec![(field.to_owned(), text.into())])
    }

    /// Adds one more.
    pub fn add(&mut self, field: &str, text: impl Into<String>) {
        self.0.push((field.to_owned(), text.into()));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field with what is wrong with it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, text)| (field.as_str(), text.as_str()))
    }

    /// What is wrong with one field.
    pub fn for_field<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, text)| text.as_str())
    }

    /// Everything that is wrong, above the form, with links to the fields.
    pub fn summary(&self, fields: &[Field<'_>]) -> Markup {
        if self.0.is_empty() {
            return html! {};
        }
        html! {
            div.problems role="alert" {
                h2 { "Please look at this again" }
                ul {
                    @for (name, text) in &self.0 {
                        @match fields.iter().find(|field| field.name == name) {
                            Some(field) => li { a href={ "#" (field.id()) } { (field.label) " " (text) } },
                            None => li { (text) },
                        }
                    }
                }
            }
        }
    }
}

/// A checkbox that need not be checked.
#[must_use]
pub fn checkbox(name: &str, label: &str) -> Markup {
    html! {
        div.checkbox {
            input id={ "field-" (name) } type="checkbox" name=(name) value="1";
            label for={ "field-" (name) } { (label) }
        }
    }
}

/// A field of a form.
#[derive(Debug, Clone, Copy)]
pub struct Field<'f> {
    /// Its name, by which it is sent and problems name it.
    pub name: &'f str,
    /// What it is called.
    pub label: &'f str,
    /// The type of its input.
    pub kind: &'static str,
    /// What the browser may fill in (HTML Standard, section 4.10.18.7.1).
    pub autocomplete: &'static str,
    /// What stands in it.
    pub value: &'f str,
    /// A few words of help.
    pub hint: &'f str,
    /// Whether it must be filled in.
    pub required: bool,
}

impl<'f> Field<'f> {
    /// A field for a line of text that must be filled in.
    pub fn text(name: &'f str, label: &'f str, value: &'f str) -> Self {
        Self { name, label, kind: "text", autocomplete: "off", value, hint: "", required: true }
    }

    /// A field for an address.
    pub fn email(value: &'f str) -> Self {
        Self { kind: "email", autocomplete: "username", ..Self::text("email", "E-mail address", value) }
    }

    /// A field for a password, which is never filled in beforehand.
    pub fn password(name: &'f str, label: &'f str, autocomplete: &'static str) -> Self {
        Self { kind: "password", autocomplete, ..Self::text(name, label, "") }
    }

    /// The same with a few words of help.
    pub fn hint(self, hint: &'f str) -> Self {
        Self { hint, ..self }
    }

    fn id(&self) -> String {
        format!("field-{}", self.name)
    }

    /// The field with its label.
    pub fn show(&self, problems: &Problems) -> Markup {
        let id = self.id();
        let wrong: Vec<&str> = problems.for_field(self.name).collect();
        let mut described = Vec::new();
        if !self.hint.is_empty() {
            described.push(format!("{id}-hint"));
        }
        if !wrong.is_empty() {
            described.push(format!("{id}-problem"));
        }
        let described = (!described.is_empty()).then(|| described.join(" "));
        if self.kind == "checkbox" {
            return html! {
                div.checkbox {
                    input id=(id) name=(self.name) type="checkbox" value="true" checked[self.value == "true"]
                        required[self.required] aria-describedby=[described];
                    label for=(id) { (self.label) }
                }
            };
        }
        html! {
            div.field {
                label for=(id) {
                    (self.label)
                    @if !self.required { span.soft { " (optional)" } }
                }
                @if !self.hint.is_empty() { p.hint id={ (id) "-hint" } { (self.hint) } }
                @if !wrong.is_empty() {
                    p.problem id={ (id) "-problem" } { (self.label) " " (wrong.join(", ")) }
                }
                input id=(id) name=(self.name) type=(self.kind) value=(self.value) autocomplete=(self.autocomplete)
                    inputmode=[(self.autocomplete == "one-time-code").then_some("numeric")]
                    required[self.required] aria-invalid=[(!wrong.is_empty()).then_some("true")]
                    aria-describedby=[described];
            }
        }
    }
}
