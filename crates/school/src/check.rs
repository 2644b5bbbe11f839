//! Rules that many fields share, gathered so that a client hears of everything at once.

use crate::error::{Error, Problem, Result, TAKEN};
use crate::{email, text};
use store::addresses::trimmed;

/// Longest one-line text: names, titles, labels, codes, links.
pub const LINE: usize = 255;
/// Longest text of several paragraphs: descriptions, notes, reviews.
pub const TEXT: usize = 65_535;

/// Gathers what is wrong with a request.
#[derive(Debug, Default)]
pub struct Check {
    problems: Vec<Problem>,
    subject: Option<Error>,
}

impl Check {
    /// Nothing wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Something is wrong with a field.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.problems.push((field.into(), message.into()));
    }

    /// Something is wrong with a field unless this holds.
    pub fn that(&mut self, holds: bool, field: &'static str, message: &str) {
        if !holds {
            self.add(field, message);
        }
    }

    /// What the request is about must be named by `field`, and be there. When nothing else is wrong that is told by itself
    /// ([`Error::NotNamed`], [`Error::NoSuch`]); otherwise it is one of the fields that are wrong.
    pub fn subject(&mut self, field: &'static str, is_named: bool, is_there: bool) {
        self.subject = match (is_named, is_there) {
            (false, _) => Some(Error::NotNamed(field)),
            (true, false) => Some(Error::NoSuch(field)),
            (true, true) => None,
        };
    }

    /// A text that must be there, of at most `max` characters. Gives it without surrounding white space.
    pub fn required(&mut self, field: &'static str, text: Option<&str>, max: usize) -> String {
        let text = text.unwrap_or_default().trim();
        // What is not seen is no name.
        if text.chars().all(|c| c.is_whitespace() || store::addresses::is_invisible(c)) {
            self.add(field, "can't be blank");
        }
        self.length(field, text, max);
        text::nfc(text).into_owned()
    }

    /// A text that may be missing, of at most `max` characters.
    pub fn optional(&mut self, field: &'static str, text: Option<String>, max: usize) -> Option<String> {
        if let Some(text) = &text {
            self.length(field, text, max);
        }
        text
    }

    /// A text of at most `max` characters. One that may not be as long as [`TEXT`] has one line.
    pub fn length(&mut self, field: &'static str, text: &str, max: usize) {
        if max < TEXT && !text::is_one_line(text) {
            self.add(field, "may have one line only");
        }
        self.lines(field, text, max);
    }

    /// A text of at most `max` characters that may have several lines, however short it must be.
    pub fn lines(&mut self, field: &'static str, text: &str, max: usize) {
        if let Some(control) = text::control_character(text) {
            self.add(field, control.to_string());
        }
        // No text has more characters than bytes: counting is rarely needed.
        if text.len() > max && text.chars().count() > max {
            self.add(field, format!("is too long (maximum is {max} characters)"));
        }
    }

    /// An address that mail could be sent to. Gives it without what is not seen around it.
    pub fn email(&mut self, field: &'static str, email: &str) -> String {
        self.length(field, email, LINE);
        match email::address(email) {
            Some(address) => address.to_owned(),
            None => {
                self.add(field, "is invalid");
                email.to_owned()
            }
        }
    }

    /// The same for an address that must be there.
    pub fn required_email(&mut self, field: &'static str, email: &str) -> String {
        if trimmed(email).is_empty() {
            self.add(field, "can't be blank");
            return String::new();
        }
        self.email(field, email)
    }

    /// The last part of an address: lower-case letters, digits, hyphens and underscores.
    pub fn slug(&mut self, field: &'static str, slug: &str) {
        let valid = slug.chars().all(|c| c.is_alphanumeric() && !c.is_uppercase() || c == '-' || c == '_');
        self.that(valid, field, "may only have lower-case letters, digits, hyphens and underscores");
    }

    /// What somebody else has already.
    pub fn taken(&mut self, field: &'static str) {
        self.add(field, TAKEN);
    }

    /// What another check has refused is wrong here too; gives what it found otherwise.
    ///
    /// # Errors
    /// Every refusal that names no field.
    pub fn note<T>(&mut self, checked: Result<T>) -> Result<Option<T>> {
        match checked {
            Ok(found) => Ok(Some(found)),
            Err(Error::Invalid(problems)) => {
                self.problems.extend(problems);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether nothing was found wrong so far.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.problems.is_empty() && self.subject.is_none()
    }

    /// Refuses when anything was found wrong.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that was; what [`Check::subject`] says when that is all.
    pub fn done(self) -> Result<()> {
        let Self { mut problems, subject } = self;
        match subject {
            Some(error) if problems.is_empty() => return Err(error),
            Some(error) => problems.extend(error.problems()),
            None => {}
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }
}

/// A change to a field: left alone, emptied, or given a value. What an update is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Set<T> {
    /// Not mentioned: stays as it is.
    #[default]
    Keep,
    /// Emptied.
    Clear,
    /// Given a value.
    To(T),
}

impl<T> Set<T> {
    /// The value, when one was given.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::To(value) => Some(value),
            _ => None,
        }
    }

    /// The change, with its value made into another type.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Set<U> {
        match self {
            Self::Keep => Set::Keep,
            Self::Clear => Set::Clear,
            Self::To(value) => Set::To(make(value)),
        }
    }

    /// Applies the change to a field that may be empty.
    pub fn apply(self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::To(value) => *field = Some(value),
        }
    }
}
