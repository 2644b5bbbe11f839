//! The body of a request: JSON or a form, deserialized into the type that the handler takes.

use crate::context::ApiContext;
use crate::form::{self, FormError, Limits};
use crate::{ApiError, input};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use school::error::Problem;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;
use std::borrow::Cow;

/// A request's body as a `T`. A missing body is an empty object, so that a handler names what it lacks; a field that cannot
/// be read is as good as missing, and then nothing is written ([`ApiContext::write`], [`ApiContext::checked`]).
pub struct Body<T>(pub T);

/// A body that did not come in time.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the body did not come in time")]
pub struct TooSlow;

impl TooSlow {
    /// Whether it is what is behind an error.
    #[must_use]
    pub fn caused(error: &(dyn std::error::Error + 'static)) -> bool {
        std::iter::successors(Some(error), |error| error.source()).any(|cause| cause.is::<Self>())
    }
}

/// More fields than this in a form are refused.
const MAX_PAIRS: usize = 10_000;
/// A refusal names no more fields than this.
const MAX_PROBLEMS: usize = 100;
/// Deeper nesting than this in a form is refused; JSON has the same kind of limit of its own (128).
const MAX_DEPTH: usize = 16;

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let api = ApiContext::from_request_parts(parts, state).await?;
        let (bytes, form) = api.body();
        let mut value = if form { parse_form(bytes)? } else { parse_json(bytes)? };
        if value.as_array().is_some_and(Vec::is_empty) {
            // What PHP makes of an array without keys.
            value = Value::Object(Map::new());
        }
        if !value.is_object() {
            return Err(ApiError::BadRequest("The request body must be a JSON object.".to_owned()));
        }
        let (read, problems) = read_fields(value)?;
        api.note_unreadable(problems);
        Ok(Self(read))
    }
}

/// Reads what can be read of an object, and names what cannot.
fn read_fields<T: DeserializeOwned>(mut value: Value) -> Result<(T, Vec<Problem>), ApiError> {
    let mut problems: Vec<Problem> = Vec::new();
    loop {
        let error = match serde_path_to_error::deserialize(&value) {
            Ok(read) => return Ok((read, problems)),
            Err(error) => error,
        };
        let (place, name) = place(&error, &mut value);
        problems.push((name.map_or("base".into(), Cow::Owned), input::problem(error.inner())));
        match place {
            // Without it the rest can be read.
            Some(place) if !place.is_null() && problems.len() < MAX_PROBLEMS => *place = Value::Null,
            _ => return Err(school::Error::Invalid(problems).into()),
        }
    }
}

/// The field that an error is about, and its name: of something in a list the list, of something in an object the field
/// itself.
fn place<'v, E>(
    error: &serde_path_to_error::Error<E>,
    value: &'v mut Value,
) -> (Option<&'v mut Value>, Option<String>) {
    let mut at = Some(value);
    let mut name = None;
    for segment in error.path() {
        let Segment::Map { key } = segment else { break };
        at = at.and_then(|value| value.get_mut(key));
        name = Some(key.clone());
    }
    (at.filter(|_| name.is_some()), name)
}

/// Reads JSON. Of a name that comes twice the last one counts, as clients of the vendor are used to.
pub(crate) fn parse_json(bytes: &[u8]) -> Result<Value, ApiError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| ApiError::BadRequest(format!("The request body is not valid JSON: {error}.")))
}

/// Reads a form in the way of Rails: `a=1`, `a[b]=1`, `a[]=1`, `a[][b]=1`.
fn parse_form(bytes: &[u8]) -> Result<Value, ApiError> {
    let mut root = Value::Object(Map::new());
    // A text is left to the field it stands in, which refuses it by its name, as it does in JSON.
    let pairs = form::decode(bytes, Limits { max_pairs: MAX_PAIRS, unchecked: true }).map_err(|error| {
        ApiError::BadRequest(match error {
            FormError::TooManyPairs => format!("The form {error} (maximum is {MAX_PAIRS})."),
            FormError::NotUtf8 | FormError::Control(_) => format!("The form {error}."),
        })
    })?;
    for (name, value) in pairs {
        let mut parts = name.split('[').map(|part| part.trim_end_matches(']'));
        let first = parts.next().unwrap_or_default().to_owned();
        let path: Vec<&str> = parts.collect();
        if path.len() > MAX_DEPTH {
            return Err(ApiError::BadRequest("The form is nested too deeply.".to_owned()));
        }
        if let Value::Object(fields) = &mut root {
            insert(fields.entry(first).or_insert(Value::Null), &path, value);
        }
    }
    Ok(root)
}

fn insert(slot: &mut Value, path: &[&str], value: String) {
    let Some((part, rest)) = path.split_first() else {
        *slot = Value::String(value);
        return;
    };
    if part.is_empty() {
        if !slot.is_array() {
            *slot = Value::Array(Vec::new());
        }
        let Value::Array(items) = slot else { return };
        // `a[][b]` goes on with the last item until it has a `b` already.
        let fits = rest
            .first()
            .is_some_and(|next| items.last().and_then(Value::as_object).is_some_and(|last| !last.contains_key(*next)));
        if !fits {
            items.push(Value::Null);
        }
        if let Some(last) = items.last_mut() {
            insert(last, rest, value);
        }
    } else {
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        if let Value::Object(fields) = slot {
            insert(fields.entry(*part).or_insert(Value::Null), rest, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_are_read_as_rails_reads_them() {
        let form = b"first_name=Ann+B&roles[]=affiliate&roles%5B%5D=course_admin&a[b][c]=1\
                     &fields[][id]=1&fields[][value]=x&fields[][id]=2&fields[][value]=y";
        assert_eq!(
            parse_form(form).expect("a form"),
            json!({
                "first_name": "Ann B",
                "roles": ["affiliate", "course_admin"],
                "a": { "b": { "c": "1" } },
                "fields": [{ "id": "1", "value": "x" }, { "id": "2", "value": "y" }]
            })
        );
        assert!(parse_form(b"a=%ff").is_err());
    }
}
