//! A parameter of a query: its name, its meaning and the type of its value.

use serde_json::{Value, json};

/// What kind of value a parameter has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamType {
    /// A whole number.
    Integer,
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A date and time.
    Moment,
    /// One of some words.
    OneOf(&'static [&'static str]),
}

/// A parameter of a query.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// What kind of value it has.
    pub param_type: ParamType,
    /// Whether the endpoint refuses to do without.
    pub required: bool,
}

impl Param {
    /// A whole number.
    #[must_use]
    pub const fn integer(name: &'static str, about: &'static str) -> Self {
        Self { name, about, param_type: ParamType::Integer, required: false }
    }

    /// Text.
    #[must_use]
    pub const fn text(name: &'static str, about: &'static str) -> Self {
        Self { name, about, param_type: ParamType::Text, required: false }
    }

    /// True or false.
    #[must_use]
    pub const fn flag(name: &'static str, about: &'static str) -> Self {
        Self { name, about, param_type: ParamType::Flag, required: false }
    }

    /// A date and time.
    #[must_use]
    pub const fn moment(name: &'static str, about: &'static str) -> Self {
        Self { name, about, param_type: ParamType::Moment, required: false }
    }

    /// One of some words.
    #[must_use]
    pub const fn one_of(name: &'static str, words: &'static [&'static str], about: &'static str) -> Self {
        Self { name, about, param_type: ParamType::OneOf(words), required: false }
    }

    /// The endpoint refuses to do without it.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Its schema.
    #[must_use]
    pub fn schema(&self) -> Value {
        match self.param_type {
            ParamType::Integer => json!({ "type": "integer", "format": "int64" }),
            ParamType::Text => json!({ "type": "string" }),
            ParamType::Flag => json!({ "type": "boolean" }),
            ParamType::Moment => json!({ "type": "string", "format": "date-time" }),
            ParamType::OneOf(words) => json!({ "type": "string", "enum": words }),
        }
    }
}
