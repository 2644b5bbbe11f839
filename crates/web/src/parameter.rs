//! A query parameter: its name, its meaning and the type of its value.

use serde_json::{Value, json};

/// The type of a parameter's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamType {
    /// A whole number.
    Integer,
    /// Text.
    Text,
    /// True or false.
    Boolean,
    /// A date and time.
    Timestamp,
    /// One of some words.
    OneOf(&'static [&'static str]),
}

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
    /// The type of its value.
    pub param_type: ParamType,
    /// Whether a request without it is refused.
    pub required: bool,
    /// A value of it, as it stands in an address.
    pub example: Option<&'static str>,
}

impl Param {
    const fn new(name: &'static str, description: &'static str, param_type: ParamType) -> Self {
        Self { name, description, param_type, required: false, example: None }
    }

    /// A whole number.
    #[must_use]
    pub const fn integer(name: &'static str, description: &'static str) -> Self {
        Self::new(name, description, ParamType::Integer)
    }

    /// Text.
    #[must_use]
    pub const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, description, ParamType::Text)
    }

    /// True or false.
    #[must_use]
    pub const fn boolean(name: &'static str, description: &'static str) -> Self {
        Self::new(name, description, ParamType::Boolean)
    }

    /// A date and time.
    #[must_use]
    pub const fn timestamp(name: &'static str, description: &'static str) -> Self {
        Self::new(name, description, ParamType::Timestamp)
    }

    /// One of some words.
    #[must_use]
    pub const fn one_of(name: &'static str, words: &'static [&'static str], description: &'static str) -> Self {
        Self::new(name, description, ParamType::OneOf(words))
    }

    /// A request without it is refused. The example is a value of it.
    #[must_use]
    pub const fn required(self, example: &'static str) -> Self {
        Self { required: true, example: Some(example), ..self }
    }

    /// Its schema.
    #[must_use]
    pub fn schema(&self) -> Value {
        match self.param_type {
            ParamType::Integer => json!({ "type": "integer", "format": "int64" }),
            ParamType::Text => json!({ "type": "string" }),
            ParamType::Boolean => json!({ "type": "boolean" }),
            ParamType::Timestamp => json!({ "type": "string", "format": "date-time" }),
            ParamType::OneOf(words) => json!({ "type": "string", "enum": words }),
        }
    }
}
