//! Ids.

use super::Int;
use crate::ApiError;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::Hash;

/// More ids than this in one request are refused.
pub const MAX_IDS: usize = 10_000;

/// An id as clients send it: a whole number, as [`Int`] takes it.
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

/// A list of ids as clients send it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IdList<T>(pub Vec<IdInput<T>>);

impl<T: JsonSchema> JsonSchema for IdList<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<T>::json_schema(generator)
    }
}

impl<T> Default for IdList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy + Eq + Hash> IdList<T> {
    /// The ids, each once, in the order sent.
    ///
    /// # Errors
    /// A problem of the named field, when there are more than [`MAX_IDS`].
    pub fn ids(self, field: &'static str) -> Result<Vec<T>, ApiError> {
        if self.0.len() > MAX_IDS {
            return Err(ApiError::invalid(field, format!("has too many entries (maximum is {MAX_IDS})")));
        }
        let mut seen = HashSet::new();
        Ok(self.0.into_iter().map(|IdInput(id)| id).filter(|id| seen.insert(*id)).collect())
    }
}
