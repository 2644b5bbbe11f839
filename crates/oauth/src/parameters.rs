//! The parameters that an app sends: JSON or a form. Each comes once (RFC 6749, section 3.2).

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use identity::oauth::OAuthRefusal;
use school::text;
use serde_json::Value;
use std::collections::BTreeMap;
use web::form::{Limits, decode};

/// Longest request of an app, in bytes.
const LONGEST: usize = 64 * 1024;
/// Most parameters of a request.
const MOST: usize = 1000;

/// The parameters of a request.
#[derive(Debug, Default)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`OAuthRefusal::InvalidRequest`] when it is neither, too long, or names a parameter twice.
    pub async fn read(headers: &HeaderMap, body: Body) -> Result<Self, OAuthRefusal> {
        let bytes = to_bytes(body, LONGEST).await.map_err(|_| OAuthRefusal::InvalidRequest("The body is too long."))?;
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_json = kind.to_ascii_lowercase().contains("json") || bytes.trim_ascii_start().starts_with(b"{");
        if is_json { Self::from_json(&bytes) } else { Self::from_form(&bytes) }
    }

    fn from_json(bytes: &[u8]) -> Result<Self, OAuthRefusal> {
        let parsed: BTreeMap<String, Value> = serde_json::from_slice(bytes)
            .map_err(|_| OAuthRefusal::InvalidRequest("The body is not a JSON object."))?;
        let mut parameters = BTreeMap::new();
        for (name, value) in parsed {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                _ => return Err(OAuthRefusal::InvalidRequest("Every field must be a text.")),
            };
            let refused = |_| OAuthRefusal::InvalidRequest("A field has a control character.");
            parameters.insert(name, text::taken(text).map_err(refused)?);
        }
        Ok(Self(parameters))
    }

    fn from_form(bytes: &[u8]) -> Result<Self, OAuthRefusal> {
        let pairs =
            decode(bytes, Limits::pairs(MOST)).map_err(|_| OAuthRefusal::InvalidRequest("The form cannot be read."))?;
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            if parameters.insert(name, value).is_some() {
                return Err(OAuthRefusal::InvalidRequest("A field comes twice."));
            }
        }
        Ok(Self(parameters))
    }

    /// A parameter; none when it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// [`OAuthRefusal::InvalidRequest`] with these words when it is not.
    pub fn required(&self, name: &str, missing: &'static str) -> Result<String, OAuthRefusal> {
        self.get(name).map(str::to_owned).ok_or(OAuthRefusal::InvalidRequest(missing))
    }
}
