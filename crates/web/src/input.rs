//! The types of the wire: how moments, numbers and flags look, and what clients may send for them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use school::Set;
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// A moment on its way out: `2024-02-22T20:32:52.726Z`, always with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub i64);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        school::time::Moment(self.0).serialize(serializer)
    }
}

/// Gives a wire type its schema, written in place.
macro_rules! schema {
    ($type:ty, $name:literal, $schema:tt) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

schema!(Moment, "Moment", { "type": "string", "format": "date-time" });

/// A moment in nanoseconds on its way out: `2020-02-27T21:32:33.62583953+00:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nanos(pub i64);
schema!(Nanos, "Nanos", { "type": "string", "format": "date-time" });

impl Serialize for Nanos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        school::time::Nanos(self.0).serialize(serializer)
    }
}

/// A moment as clients send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MomentIn(pub i64);
schema!(MomentIn, "MomentIn", { "type": "string", "format": "date-time" });

/// Reads a moment in any form that clients send: `2024-01-01T00:00:00Z`, with milliseconds, with an offset,
/// `2024-01-01 00:00:00 +0000`, or a day alone, which is its first moment in UTC.
#[must_use]
pub fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() == 10 {
        let date: jiff::civil::Date = text.parse().ok()?;
        return Some(utc(date.to_datetime(jiff::civil::Time::midnight()))?.as_millisecond());
    }
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    let timestamp = parsed.ok().or_else(|| {
        ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S"].iter().find_map(|format| {
            jiff::Timestamp::strptime(format, text).ok().or_else(|| {
                let civil = jiff::civil::DateTime::strptime(format, text).ok()?;
                utc(civil)
            })
        })
    });
    // A date and time without any offset is taken as UTC.
    let timestamp = timestamp.or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        utc(civil)
    })?;
    Some(timestamp.as_millisecond())
}

fn utc(civil: jiff::civil::DateTime) -> Option<jiff::Timestamp> {
    jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
}

impl<'de> Deserialize<'de> for MomentIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = MomentIn;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date and time such as 2024-01-31T12:00:00Z")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<MomentIn, E> {
                moment(text).map(MomentIn).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// A whole number as clients send it: `12`, `12.0` or `"12"`. Ids, counts and minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Int(pub i64);
schema!(Int, "Int", { "type": "integer", "format": "int64" });

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Int;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Int, E> {
                Ok(Int(value))
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Int, E> {
                i64::try_from(value).map(Int).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Int, E> {
                // Beyond 2^53 a float no longer says which whole number was meant.
                if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
                    return Ok(Int(value as i64));
                }
                Err(E::invalid_value(Unexpected::Float(value), &self))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Int, E> {
                text.trim().parse().map(Int).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// A decimal number as clients send it, kept in hundredths: `10.99`, `"10.99"`, `10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hundredths(pub i64);
schema!(Hundredths, "Hundredths", { "type": "number" });

impl<'de> Deserialize<'de> for Hundredths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Hundredths;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number with at most two decimals")
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Hundredths, E> {
                self.visit_str(&value.to_string())
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Hundredths, E> {
                self.visit_str(&value.to_string())
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Hundredths, E> {
                self.visit_str(&value.to_string())
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Hundredths, E> {
                school::money::hundredths(text)
                    .map(Hundredths)
                    .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// A flag as clients send it: `true`, `1`, `"true"`, `"1"` and their opposites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub bool);
schema!(Flag, "Flag", { "type": "boolean" });

/// Reads a flag from text.
#[must_use]
pub fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" | "TRUE" | "True" | "on" | "yes" => Some(true),
        "false" | "0" | "FALSE" | "False" | "off" | "no" | "" => Some(false),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }
            fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Flag, E> {
                Ok(Flag(value))
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Flag, E> {
                if value < 2 { Ok(Flag(value == 1)) } else { Err(E::invalid_value(Unexpected::Unsigned(value), &self)) }
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Flag, E> {
                flag(text).map(Flag).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// A text as clients send it. Numbers are taken as their digits (a telephone number, a code).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);
schema!(Text, "Text", { "type": "string" });

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text, E> {
                self.visit_string(text.to_owned())
            }
            fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Text, E> {
                // PostgreSQL cannot store NUL; refused on both engines alike.
                if text.contains('\0') {
                    return Err(E::invalid_value(Unexpected::Other("NUL character"), &"a text without NUL characters"));
                }
                Ok(Text(text))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

/// A field of a request that may be left out, be null, or have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<T>(pub Set<T>);

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self(Set::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::<T>::deserialize(deserializer)?.map_or(Set::Clear, Set::To)))
    }
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
        match self.0 {
            Set::Keep => Set::Keep,
            Set::Clear => Set::Clear,
            Set::To(value) => Set::To(make(value)),
        }
    }

    /// The value, where null and nothing are the same.
    pub fn value(self) -> Option<T> {
        match self.0 {
            Set::To(value) => Some(value),
            _ => None,
        }
    }
}

impl Field<Text> {
    /// The change of a text.
    pub fn text(self) -> Set<String> {
        self.set(String::from)
    }
}

/// A list of whole numbers as clients send it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Ints(pub Vec<Int>);
schema!(Ints, "Ints", { "type": "array", "items": { "type": "integer", "format": "int64" } });

/// More ids than this in one request are refused.
pub const MOST_IDS: usize = 10_000;

impl Ints {
    /// The numbers, each once, in the order sent.
    ///
    /// # Errors
    /// A problem of the named field, when there are more than [`MOST_IDS`].
    pub fn ids(self, field: &'static str) -> Result<Vec<i64>, crate::ApiError> {
        if self.0.len() > MOST_IDS {
            return Err(crate::ApiError::invalid(field, format!("has too many entries (maximum is {MOST_IDS})")));
        }
        let mut seen = std::collections::HashSet::new();
        Ok(self.0.into_iter().map(|Int(id)| id).filter(|id| seen.insert(*id)).collect())
    }
}

/// Says of a failed deserialization what the field should have been.
pub(crate) fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once("expected ") {
        Some((_, expected)) => format!("must be {expected}"),
        None => "is invalid".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_every_form_that_clients_send() {
        let noon = 1_704_110_400_000;
        for form in [
            "2024-01-01T12:00:00Z",
            "2024-01-01T12:00:00.000Z",
            "2024-01-01T13:00:00+01:00",
            "2024-01-01 12:00:00 +0000",
            "2024-01-01 12:00:00 UTC",
            "2024-01-01T12:00:00",
            "2024-01-01 12:00:00",
        ] {
            assert_eq!(moment(form), Some(noon), "{form}");
        }
        assert_eq!(moment("2024-01-01"), Some(noon - 12 * 3_600_000));
        for wrong in ["2024-02-30", "2024-02-30T00:00:00Z", "yesterday", "", "99999-01-01", "2024-13-01T00:00:00Z"] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }
}
