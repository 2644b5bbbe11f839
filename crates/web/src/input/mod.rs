//! The types of values in requests and responses: how times, numbers and flags look, and what clients may send for them.

mod ids;
mod timestamps;

pub use ids::{IdList, MAX_IDS};
pub use school::input::{Decimal, IdInput, Int, Object, Text};
pub(crate) use timestamps::is_day;
pub use timestamps::{NanosTimestamp, TIMESTAMP_EXAMPLE, Timestamp, TimestampInput, parse_timestamp};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use school::Set;
use school::input::change_of;
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;

/// Gives a wire type its schema, written in place.
macro_rules! schema {
    ($type:ty, $name:literal, $schema:tt) => {
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

use schema;

/// A flag as clients send it: `true`, `1`, `"true"`, `"1"` and their opposites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bool(pub bool);
schema!(Bool, "Bool", { "type": "boolean" });

/// Parses a flag.
#[must_use]
pub fn parse_bool(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" | "TRUE" | "True" | "on" | "yes" => Some(true),
        "false" | "0" | "FALSE" | "False" | "off" | "no" | "" => Some(false),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for Bool {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Bool;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }
            fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Bool, E> {
                Ok(Bool(value))
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Bool, E> {
                if value < 2 { Ok(Bool(value == 1)) } else { Err(E::invalid_value(Unexpected::Unsigned(value), &self)) }
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bool, E> {
                parse_bool(text).map(Bool).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// A field of a request that may be left out or null, be empty, or have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<T>(pub Set<T>);

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self(Set::Keep)
    }
}

/// As [`change_of`]: null and nothing are the same, and an empty text empties the field.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        change_of(deserializer).map(Self)
    }
}

/// Reads a field that null empties, because null is what people write for it: an enrollment that never ends.
///
/// # Errors
/// Those of the value.
pub fn null_empties<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Field<T>, D::Error> {
    // It is called for a field that is there: what is kept was null.
    let Field(set) = Field::deserialize(deserializer)?;
    Ok(Field(if matches!(set, Set::Keep) { Set::Clear } else { set }))
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Option<T>>()
    }
}

impl<T> Field<T> {
    /// The change, with its value made into the school's type.
    pub fn set<U>(self, make: impl FnOnce(T) -> U) -> Set<U> {
        self.0.map(make)
    }

    /// The value, where an empty one and nothing are the same.
    pub fn value(self) -> Option<T> {
        match self.0 {
            Set::To(value) => Some(value),
            _ => None,
        }
    }
}

impl Field<Text> {
    /// The text, where an empty one is a text too.
    pub fn sent(self) -> Option<String> {
        match self.0 {
            Set::Keep => None,
            Set::Clear => Some(String::new()),
            Set::To(Text(text)) => Some(text),
        }
    }

    /// The change of a text.
    pub fn text(self) -> Set<String> {
        self.set(String::from)
    }
}

impl<T> Field<IdInput<T>> {
    /// The id, where an empty one and nothing are the same.
    pub fn id(self) -> Option<T> {
        self.value().map(|IdInput(id)| id)
    }

    /// The change of an id.
    pub fn set_id(self) -> Set<T> {
        self.set(|IdInput(id)| id)
    }
}

/// What a field should have been, of a failed deserialization.
pub(crate) fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once("expected ") {
        // What our types are called is nobody's business.
        Some((_, expected)) if expected.starts_with("struct ") || expected == "a map" => "must be an object".to_owned(),
        Some((_, "a sequence")) => "must be a list".to_owned(),
        Some((_, expected)) => format!("must be {expected}"),
        None => "is invalid".to_owned(),
    }
}
