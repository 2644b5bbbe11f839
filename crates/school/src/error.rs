//! Why the school refuses something.

use std::borrow::Cow;
use store::{FromStore, StoreError};

/// A field's name and what is wrong with it.
pub type Problem = (Cow<'static, str>, String);

/// What is said of a value that must be somebody's alone.
pub(crate) const TAKEN: &str = "has already been taken";

/// Why an operation was not carried out. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing in this school. Another school's thing is no such thing either.
    #[error("not found")]
    NotFound,
    /// Things named by the request do not exist, each under the name it was given by.
    #[error("not found: {0:?}")]
    NotFoundNamed(Vec<Problem>),
    /// The same, where the API answers plain sentences: `{"error":["Record not found."]}`.
    #[error("not found: {0:?}")]
    NotFoundLines(Vec<String>),
    /// The same, where the API answers a list of objects: `{"error":[{"group_id":"Could not find group with ID 1."}]}`.
    #[error("not found: {0:?}")]
    NotFoundObjects(Vec<Problem>),
    /// What the request is about is not named by it.
    #[error("{0} is missing")]
    NotNamed(&'static str),
    /// There is no such thing as the request is about, which this field names.
    #[error("{0} was not found")]
    NoSuch(&'static str),
    /// What was sent breaks a rule, per field: `{"errors":{"email":["has already been taken"]}}`.
    #[error("invalid: {0:?}")]
    Invalid(Vec<Problem>),
    /// The same, where the API answers plain sentences: `{"errors":["Course could not be found."]}`. Which field each is
    /// about is told where other fields are named too.
    #[error("invalid: {0:?}")]
    InvalidLines(Vec<Problem>),
    /// The same, where the API answers one text per field: `{"errors":{"group_id":"Invalid group ID: 1"}}`.
    #[error("invalid: {0:?}")]
    InvalidTexts(Vec<Problem>),
    /// The same, where the API answers a list of objects: `{"errors":[{"user_id":"not found"}]}`.
    #[error("invalid: {0:?}")]
    InvalidObjects(Vec<Problem>),
    /// The store failed; the client did nothing wrong.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an operation of the school gives.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// One thing wrong with one field.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![(field.into(), message.into())])
    }

    /// What is wrong with which fields; nothing when it is told of none.
    #[must_use]
    pub fn problems(self) -> Vec<Problem> {
        match self {
            Self::Invalid(problems)
            | Self::InvalidLines(problems)
            | Self::InvalidTexts(problems)
            | Self::InvalidObjects(problems)
            | Self::NotFoundNamed(problems)
            | Self::NotFoundObjects(problems) => problems,
            Self::NotNamed(field) => vec![(field.into(), "can't be blank".to_owned())],
            Self::NoSuch(field) => vec![(field.into(), "must exist".to_owned())],
            Self::NotFound | Self::NotFoundLines(_) | Self::Store(_) => Vec::new(),
        }
    }

    /// Turns a violated unique constraint into the client's error; everything else stays what it is.
    #[must_use]
    pub fn or_taken(self, constraints: &[(&str, &'static str)]) -> Self {
        if let Self::Store(StoreError::Taken(name)) = &self
            && let Some((_, field)) = constraints.iter().find(|(constraint, _)| constraint == name)
        {
            return Self::invalid(field, TAKEN);
        }
        self
    }
}

impl FromStore for Error {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

/// A violated unique constraint becomes the client's error by the constraint's name.
pub trait Taken<T> {
    /// `constraints` are pairs of `table.column` and the field that the client knows it by.
    fn taken(self, constraints: &[(&str, &'static str)]) -> Result<T>;
}

impl<T> Taken<T> for std::result::Result<T, StoreError> {
    fn taken(self, constraints: &[(&str, &'static str)]) -> Result<T> {
        self.map_err(|error| Error::Store(error).or_taken(constraints))
    }
}
