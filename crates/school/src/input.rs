//! Values as people and programs give them, in requests and in files: what is taken for a text, a number, an amount.

use crate::check::Set;
use crate::money::{self, Hundredths};
use crate::text::{self, ControlCharacter};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The type of a field that is given: what stands for it in a request, and in a cell of a file.
pub trait Input: Sized {
    /// How it stands in a request.
    type Sent: DeserializeOwned + JsonSchema;
    /// Whether it can stand in a cell.
    const IN_CELL: bool = true;

    /// The value that was sent.
    fn of_sent(sent: Self::Sent) -> Self;

    /// The value of a cell that is not empty.
    ///
    /// # Errors
    /// What is wrong with it.
    fn of_cell(cell: &str) -> Result<Self, &'static str>;
}

/// As [`change_of`].
impl<'de, T: Input> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(change_of::<T::Sent, D>(deserializer)?.map(T::of_sent))
    }
}

/// What a field of a request changes. Null leaves it as it is, because many programs send null for whatever was not set;
/// an empty text empties it, in JSON as in a form, which has no other way to say so.
///
/// # Errors
/// Those of the value.
pub fn change_of<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Set<T>, D::Error> {
    deserializer.deserialize_any(ReadChange(PhantomData))
}

struct ReadChange<T>(PhantomData<T>);

/// Hands a plain value on to the type of the field.
macro_rules! hand_on {
    ($($method:ident($type:ty))*) => {
        $(fn $method<E: serde::de::Error>(self, value: $type) -> Result<Set<T>, E> {
            T::deserialize(value.into_deserializer()).map(Set::To)
        })*
    };
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ReadChange<T> {
    type Value = Set<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    hand_on! { visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Set<T>, E> {
        Ok(Set::Keep)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Set<T>, E> {
        Ok(Set::Keep)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Set<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Set<T>, E> {
        if text.is_empty() { Ok(Set::Clear) } else { T::deserialize(text.into_deserializer()).map(Set::To) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Set<T>, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(items)).map(Set::To)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Set<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(Set::To)
    }
}

/// An object with fields, for which a list of the values of its fields is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Read<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields)).map(Object)
            }
        }
        deserializer.deserialize_any(Read(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Object<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: Input> JsonSchema for Set<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::Sent::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Option<T::Sent>>()
    }
}

macro_rules! schema {
    ($type:ident, $schema:tt) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// A text that was checked ([`crate::text`]). Numbers are taken as their digits (a telephone number, a code).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);
schema!(Text, { "type": "string" });

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
                let refused = |ControlCharacter(_)| {
                    E::invalid_value(Unexpected::Other("control character"), &"a text without control characters")
                };
                text::taken(text).map(Text).map_err(refused)
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

/// A whole number: `12`, `12.0` or `"12"`. Counts, ids and minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Int(pub i64);
schema!(Int, { "type": "integer", "format": "int64" });

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

impl From<Int> for i64 {
    fn from(int: Int) -> Self {
        int.0
    }
}

/// An id: a whole number, as [`Int`] takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdInput<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for IdInput<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Int(number) = Int::deserialize(deserializer)?;
        T::deserialize(number.into_deserializer()).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for IdInput<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A decimal number with at most two places, kept in hundredths: `10.99`, `"10.99"`, `10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal(pub i64);
schema!(Decimal, { "type": "number" });

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Decimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number with at most two decimals")
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Decimal, E> {
                self.visit_str(&value.to_string())
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Decimal, E> {
                self.visit_str(&value.to_string())
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Decimal, E> {
                self.visit_str(&value.to_string())
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
                money::hundredths(text).map(Decimal).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl From<Decimal> for i64 {
    /// Hundredths.
    fn from(decimal: Decimal) -> Self {
        decimal.0
    }
}

impl Input for String {
    type Sent = Text;

    fn of_sent(Text(text): Text) -> Self {
        text
    }

    fn of_cell(cell: &str) -> Result<Self, &'static str> {
        Ok(cell.to_owned())
    }
}

/// In a cell there is a semicolon between texts.
impl Input for Vec<String> {
    type Sent = Vec<Text>;

    fn of_sent(texts: Vec<Text>) -> Self {
        // A form says that there are none with one that is empty.
        texts.into_iter().map(String::from).filter(|text| !text.is_empty()).collect()
    }

    fn of_cell(cell: &str) -> Result<Self, &'static str> {
        Ok(cell.split(';').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect())
    }
}

impl Input for Hundredths {
    type Sent = Decimal;

    fn of_sent(Decimal(hundredths): Decimal) -> Self {
        Self(hundredths)
    }

    fn of_cell(cell: &str) -> Result<Self, &'static str> {
        money::hundredths(cell).map(Self).ok_or("is not a number with at most two decimals, like 12.5")
    }
}
