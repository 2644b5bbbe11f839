//! Fields of every kind, each with its label, help and what is wrong with it, tied together for those who do not see.

use super::{Banner, Icon, Tone};
use crate::fields::Problems;
use maud::{Markup, Render, html};

/// One of the values that a field may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<'c> {
    /// The value that is sent.
    pub value: &'c str,
    /// What people read.
    pub label: &'c str,
}

/// How the value of a field is given.
#[derive(Debug, Clone)]
pub enum Input<'f> {
    /// A line of text, by the type of the HTML input: `text`, `email`, `number`, `password`, `date`, `datetime-local`.
    Line(&'static str),
    /// Several lines.
    Text {
        /// How many are shown at first.
        rows: u8,
    },
    /// One of a list.
    Select(Vec<Choice<'f>>),
    /// Yes or no; the value is `true` or anything else.
    Checkbox,
    /// Several of a list, as checkboxes of one name; the value is not used.
    Checkboxes(Vec<(Choice<'f>, bool)>),
}

/// A field of a form.
#[derive(Debug, Clone)]
pub struct FormField<'f> {
    name: &'f str,
    label: &'f str,
    value: &'f str,
    input: Input<'f>,
    hint: &'f str,
    autocomplete: &'static str,
    is_required: bool,
    is_one_of: bool,
    longest: Option<usize>,
    problems: Option<&'f Problems>,
    about: &'f str,
}

impl<'f> FormField<'f> {
    /// A line of text that may be left empty.
    #[must_use]
    pub fn line(name: &'f str, label: &'f str, value: &'f str) -> Self {
        Self::new(name, label, value, Input::Line("text"))
    }

    /// A field of any kind.
    #[must_use]
    pub fn new(name: &'f str, label: &'f str, value: &'f str, input: Input<'f>) -> Self {
        Self {
            name,
            label,
            value,
            input,
            hint: "",
            autocomplete: "off",
            is_required: false,
            is_one_of: false,
            longest: None,
            problems: None,
            about: name,
        }
    }

    /// The same with a few words of help.
    #[must_use]
    pub fn hint(self, hint: &'f str) -> Self {
        Self { hint, ..self }
    }

    /// The same, and it must be filled in.
    #[must_use]
    pub fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// The same, and it or another field must be filled in, as its hint says.
    #[must_use]
    pub fn one_of(self) -> Self {
        Self { is_one_of: true, ..self }
    }

    /// The same with a longest text, in characters, which the browser counts.
    #[must_use]
    pub fn longest(self, longest: usize) -> Self {
        Self { longest: Some(longest), ..self }
    }

    /// The same with what is wrong with it.
    #[must_use]
    pub fn problems(self, problems: &'f Problems) -> Self {
        Self { problems: Some(problems), ..self }
    }

    /// The same, where what is wrong with it is known under another name.
    #[must_use]
    pub fn known_as(self, about: &'f str) -> Self {
        Self { about, ..self }
    }

    /// Its name and label, by which a summary of problems leads to it.
    #[must_use]
    pub fn named(&self) -> (&'f str, &'f str, String) {
        (self.about, self.label, self.id())
    }

    fn id(&self) -> String {
        format!("field-{}", self.name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"))
    }

    fn wrong(&self) -> String {
        // What is wrong with how it was typed is known under its own name.
        let names = [self.about, self.name];
        let names = if self.about == self.name { &names[..1] } else { &names };
        let Some(problems) = self.problems else { return String::new() };
        let wrong: Vec<&str> = names.iter().flat_map(|name| problems.for_field(name)).collect();
        wrong.join(", ")
    }

    fn described(&self, id: &str, wrong: &str) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{id}-hint"));
        let problem = (!wrong.is_empty()).then(|| format!("{id}-problem"));
        let both: Vec<String> = hint.into_iter().chain(problem).collect();
        (!both.is_empty()).then(|| both.join(" "))
    }

    fn notes(&self, id: &str, wrong: &str) -> Markup {
        html! {
            @if !self.hint.is_empty() { p.hint id={ (id) "-hint" } { (self.hint) } }
            @if !wrong.is_empty() { p.problem id={ (id) "-problem" } { (Icon::CircleAlert) span { (self.label) " " (wrong) } } }
        }
    }

    fn control(&self, id: &str, wrong: &str) -> Markup {
        let described = self.described(id, wrong);
        let invalid = (!wrong.is_empty()).then_some("true");
        html! {
            @match &self.input {
                Input::Line(kind) => input id=(id) name=(self.name) type=(kind) value=(self.value) dir=[is_text(kind)]
                    autocomplete=(self.autocomplete) required[self.is_required] maxlength=[self.longest]
                    aria-invalid=[invalid] aria-describedby=[described];,
                Input::Text { rows } => textarea id=(id) name=(self.name) rows=(rows) dir="auto" required[self.is_required]
                    maxlength=[self.longest] aria-invalid=[invalid] aria-describedby=[described] {
                    // A line break that a text begins with is not its own (HTML Standard, section 13.2.6.4.7).
                    "\n" (self.value)
                },
                Input::Select(choices) => select id=(id) name=(self.name) required[self.is_required] aria-invalid=[invalid]
                    aria-describedby=[described] {
                    @for choice in choices {
                        option value=(choice.value) selected[choice.value == self.value] { (choice.label) }
                    }
                },
                Input::Checkbox | Input::Checkboxes(_) => {},
            }
        }
    }

    fn checkbox(&self, id: &str, wrong: &str) -> Markup {
        let described = self.described(id, wrong);
        html! {
            div.choice {
                input id=(id) name=(self.name) type="checkbox" value="true" checked[self.value == "true"]
                    aria-describedby=[described];
                label for=(id) { (self.label) }
                (self.notes(id, wrong))
            }
        }
    }

    fn checkboxes(&self, id: &str, wrong: &str, choices: &[(Choice<'_>, bool)]) -> Markup {
        let described = self.described(id, wrong);
        html! {
            fieldset.field #(id) aria-describedby=[described] {
                legend { (self.label) }
                (self.notes(id, wrong))
                @for (at, (choice, is_chosen)) in choices.iter().enumerate() {
                    div.choice {
                        input id={ (id) "-" (at) } name=(self.name) type="checkbox" value=(choice.value) checked[*is_chosen];
                        label for={ (id) "-" (at) } { (choice.label) }
                    }
                }
            }
        }
    }
}

/// What is wrong with a form, above it, with links to its fields: each by its name, its label and its id
/// ([`FormField::named`]).
#[must_use]
pub fn problem_summary(problems: &Problems, fields: &[(&str, &str, String)]) -> Markup {
    html! {
        @if !problems.is_empty() {
            (Banner::new(Tone::Danger, "Please look at this again", html! {
                ul {
                    @for (name, text) in problems.iter() {
                        @match fields.iter().find(|(known, _, id)| *known == name || id.strip_prefix("field-") == Some(name)) {
                            Some((_, label, id)) => li { a href={ "#" (id) } { (label) " " (text) } },
                            None => li { (text) },
                        }
                    }
                }
            }))
        }
    }
}

/// Texts of people are shown in the direction in which they are written; numbers and dates have none.
fn is_text(kind: &str) -> Option<&'static str> {
    matches!(kind, "text" | "search").then_some("auto")
}

impl Render for FormField<'_> {
    fn render(&self) -> Markup {
        let (id, wrong) = (self.id(), self.wrong());
        match &self.input {
            Input::Checkbox => self.checkbox(&id, &wrong),
            Input::Checkboxes(choices) => self.checkboxes(&id, &wrong, choices),
            _ => html! {
                div.field {
                    label for=(id) {
                        (self.label)
                        @if !self.is_required && !self.is_one_of { span.muted { " (optional)" } }
                    }
                    (self.notes(&id, &wrong))
                    (self.control(&id, &wrong))
                }
            },
        }
    }
}
