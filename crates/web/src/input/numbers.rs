//! Numbers.

use super::schema;
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// A whole number as clients send it: `12`, `12.0` or `"12"`. Counts and minor units.
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

/// A decimal number with at most two places as clients send it, kept in hundredths: `10.99`, `"10.99"`, `10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal(pub i64);
schema!(Decimal, "Decimal", { "type": "number" });

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
                school::money::hundredths(text)
                    .map(Decimal)
                    .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
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

impl From<Decimal> for i64 {
    /// Hundredths.
    fn from(decimal: Decimal) -> Self {
        decimal.0
    }
}
