//! What every text of a course's files must be.

use super::CourseProblems;
use crate::check::TEXT;
use crate::text::{self, nfc};

/// Gathers what is wrong with the fields of one file or table.
pub(super) struct Texts {
    problems: Vec<String>,
}

impl Texts {
    pub(super) fn new() -> Self {
        Self { problems: Vec::new() }
    }

    pub(super) fn that(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.problems.push(format!("{field} {message}"));
        }
    }

    /// A text that must be there; gives it without surrounding white space.
    pub(super) fn required(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = text.trim();
        self.that(!text.is_empty(), field, "is empty; give it a text");
        self.length(field, text, max);
        nfc(text).into_owned()
    }

    pub(super) fn optional(&mut self, field: &str, text: Option<String>, max: usize) -> Option<String> {
        if let Some(text) = &text {
            self.length(field, text, max);
        }
        text.map(|text| nfc(&text).into_owned())
    }

    fn length(&mut self, field: &str, text: &str, max: usize) {
        let length = text.chars().count();
        self.that(length <= max, field, &format!("has {length} characters; shorten it to {max}"));
        self.that(max >= TEXT || text::is_one_line(text), field, "has several lines; give it one");
        self.text(field, text);
    }

    /// A text, in the form in which it is kept.
    pub(super) fn text(&mut self, field: &str, text: &str) -> String {
        if let Err(control) = text::checked(text) {
            self.problems.push(format!("{field} {control}; remove it"));
        }
        nfc(text).into_owned()
    }

    /// Takes over what one of the school's own checks finds.
    pub(super) fn school(&mut self, check: crate::check::Check) {
        if let Err(crate::Error::Invalid(problems)) = check.done() {
            self.problems.extend(problems.into_iter().map(|(field, message)| format!("{field} {message}")));
        }
    }

    pub(super) fn report(self, file: &str, problems: &mut CourseProblems) {
        for problem in self.problems {
            problems.add(file, problem);
        }
    }
}

/// What is wrong with some TOML, and in which line.
pub(super) fn toml_error(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().replace('\n', ", ");
    match error.span() {
        // An error of a whole table, such as a missing field, has no line of its own.
        Some(span) if span.start < text.trim_end().len() && !message.starts_with("missing field") => {
            let line = text[..span.start].matches('\n').count() + 1;
            format!("line {line}: {message}")
        }
        _ => message,
    }
}
