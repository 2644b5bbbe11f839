//! Answers without the moments at which a test happened to run.

use super::Reply;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Headers that tell of the moment of a request, or number it, and say nothing of what was asked for. They differ between
/// two equal requests when a second, or a minute of the limits, ends in between.
const OF_THE_MOMENT: [&str; 6] =
    ["date", "ratelimit-remaining", "ratelimit-reset", "retry-after", "x-ratelimit-remaining-minute", "x-request-id"];

impl Reply {
    /// The headers with `[moment]` in place of what only tells when the request was made: whoever compares the headers of
    /// two answers compares these.
    pub fn headers_of_any_moment(&self) -> BTreeMap<String, Vec<String>> {
        let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in &self.headers {
            let is_moment = OF_THE_MOMENT.contains(&name.as_str());
            let value = if is_moment { "[moment]" } else { value.to_str().unwrap_or("no text") };
            headers.entry(name.to_string()).or_default().push(value.to_owned());
        }
        headers
    }

    /// The body with `[time]` in place of every moment under one of these names; see [`times`].
    #[track_caller]
    pub fn redacted(&self, names: &[&str]) -> Value {
        times(&self.json(), names)
    }
}

/// The same JSON with `[time]` in place of every moment under one of these names, however deep it stands. Null stays.
/// Fails when a name is missing, or when what stands there is no moment as the API writes one: UTC, to the millisecond.
#[track_caller]
pub fn times(body: &Value, names: &[&str]) -> Value {
    let mut body = body.clone();
    for name in names {
        assert!(replace(&mut body, name) > 0, "no {name} in {body}");
    }
    body
}

/// Replaces the moments under a name; gives how many times the name was found.
#[track_caller]
fn replace(value: &mut Value, name: &str) -> usize {
    match value {
        Value::Array(items) => items.iter_mut().map(|item| replace(item, name)).sum(),
        Value::Object(fields) => {
            let mut found = 0;
            for (known, value) in fields {
                if known == name && !value.is_null() {
                    let text = value.as_str().unwrap_or_else(|| panic!("{name} is no text: {value}"));
                    assert!(is_moment(text), "{name} is no moment: {text}");
                    *value = json!("[time]");
                }
                found += usize::from(known == name) + replace(value, name);
            }
            found
        }
        _ => 0,
    }
}

/// Whether a text has the form `2024-02-22T20:32:52.726Z`.
fn is_moment(text: &str) -> bool {
    let form = b"0000-00-00T00:00:00.000Z";
    let fits = |(byte, form): (u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == *form };
    text.len() == form.len() && text.bytes().zip(form).all(fits)
}
