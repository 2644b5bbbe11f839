//! What a visitor sends, once it is known that they meant to: a form with a token of theirs, from this host.

use crate::csrf::is_same_origin;
use crate::device;
use crate::error::PageError;
use crate::visitor::Visitor;
use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use identity::sessions::Device;
use school::error::Problem;
use school::text;
use web::App;
use web::form::{FormError, Limits, decode};

/// Longest form, in bytes.
const LONGEST: usize = 256 * 1024;
/// Most fields of a form.
const MOST_FIELDS: usize = 1000;
/// A refusal names no more fields than this.
const MOST_PROBLEMS: usize = 100;

/// The fields of a form or a query, in their order.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a form (URL Standard, section 5.1) of checked texts ([`school::text`]).
    ///
    /// # Errors
    /// [`PageError::Malformed`] when it is not UTF-8, holds a control character or has too many fields.
    pub fn parse(bytes: &[u8]) -> Result<Self, PageError> {
        decode(bytes, Limits::pairs(MOST_FIELDS)).map(Self).map_err(malformed)
    }

    /// Reads a form that somebody has filled in. A text with characters that no text has is taken without them, so that
    /// the form can be shown again with it, and its field is named.
    fn parse_filled_in(bytes: &[u8]) -> Result<(Self, Vec<Problem>), PageError> {
        let limits = Limits { unchecked: true, ..Limits::pairs(MOST_FIELDS) };
        let mut problems = Vec::new();
        let cleaned = |text: String| match text::taken(text.clone()) {
            Ok(taken) => (taken, None),
            Err(refused) => (text::cleaned(&text), Some(refused.to_string())),
        };
        let fields = decode(bytes, limits).map_err(malformed)?.into_iter().map(|(name, value)| {
            let ((name, odd_name), (value, odd_value)) = (cleaned(name), cleaned(value));
            if let Some(problem) = odd_value.or(odd_name).filter(|_| problems.len() < MOST_PROBLEMS) {
                problems.push((name.clone().into(), problem));
            }
            (name, value)
        });
        let fields = Self(fields.collect());
        Ok((fields, problems))
    }

    /// Fields that were read and checked already.
    #[must_use]
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// Every value of a field.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The first value of a field; empty when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether there is such a field, as of a checkbox that is checked.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The same without some fields.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// Every field with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn malformed(error: FormError) -> PageError {
    PageError::Malformed(match error {
        FormError::TooManyPairs => "It has too many fields.",
        FormError::NotUtf8 => "It is not valid UTF-8.",
        FormError::Control(_) => "It holds a character that no text has.",
    })
}

/// What stands in the query of an address. Characters that no text has are left out: whoever looks for something with one
/// finds what is there.
pub struct QueryFields(pub Fields);

impl<S: Sync> FromRequestParts<S> for QueryFields {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        Fields::parse_filled_in(parts.uri.query().unwrap_or_default().as_bytes()).map(|(fields, _)| Self(fields))
    }
}

/// A form that a visitor has sent from one of our pages.
pub struct SubmittedForm {
    /// Who.
    pub visitor: Visitor,
    /// From what, and where.
    pub device: Device,
    /// What.
    pub fields: Fields,
}

impl FromRequest<App> for SubmittedForm {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        match ReceivedForm::from_request(request, app).await? {
            ReceivedForm::Submitted(form) => Ok(form),
            ReceivedForm::OutOfDate(_) => Err(PageError::Forged),
        }
    }
}

/// A form that came from this host, which may be out of date: it was opened before its visitor signed in or out.
pub enum ReceivedForm {
    /// The visitor has sent it.
    Submitted(SubmittedForm),
    /// It cannot be told who has sent it. Nothing may be changed by it; it may say where to lead somebody.
    OutOfDate(SubmittedForm),
}

impl FromRequest<App> for ReceivedForm {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        let device = device::of(&parts, app);
        let mut visitor = Visitor::from_headers(app, &parts.headers, device.clone()).await?;
        if !is_same_origin(&parts.headers, visitor.host(), &app.config.scheme) {
            return Err(PageError::Forged);
        }
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.is_empty() && !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(PageError::Malformed("It must be sent as application/x-www-form-urlencoded."));
        }
        let bytes = to_bytes(body, LONGEST).await.map_err(|_| PageError::TooLarge)?;
        let (fields, problems) = Fields::parse_filled_in(&bytes)?;
        visitor.note_unreadable(problems);
        let genuine = visitor.is_csrf_token(fields.get("csrf"));
        let form = SubmittedForm { visitor, device, fields };
        Ok(if genuine { Self::Submitted(form) } else { Self::OutOfDate(form) })
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn fields_are_found_by_their_first_value() {
        let fields = Fields::parse(b"a=1+2%26&b=&c&a=3&%C3%A9=%C3%BC").expect("a form");
        assert_eq!((fields.get("a"), fields.get("b"), fields.get("\u{e9}")), ("1 2&", "", "\u{fc}"));
        assert!(fields.has("c") && !fields.has("d"));
        assert!(Fields::parse(b"a=%ff").is_err());
        assert!(Fields::parse(b"a=%00").is_err());
        let (fields, problems) = Fields::parse_filled_in(b"a=b%00c%1B%09&e%08=f&g=h").expect("a form");
        assert_eq!(fields.iter().collect::<Vec<_>>(), [("a", "bc\t"), ("e", "f"), ("g", "h")]);
        let problems: Vec<_> = problems.iter().map(|(name, text)| (name.as_ref(), text.as_str())).collect();
        assert_eq!(problems, [("a", "has a control character (U+0000)"), ("e", "has a control character (U+0008)")]);
    }
}
