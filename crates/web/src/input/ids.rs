//! Ids.

use super::IdInput;
use crate::ApiError;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::Hash;

/// More ids than this in one request are refused.
pub const MAX_IDS: usize = 10_000;

/// A list of ids as clients send it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
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
