//! Forms, as queries and bodies carry them: `name=value` pairs with `&` between them (URL Standard, section 5).
//!
//! The one decoder and the encoders of every surface; what it decodes is checked text ([`school::text`]). The standard
//! replaces bytes that are not UTF-8; here they are an
//! error, so that a text is never stored other than it was sent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};
use school::text::{self, ControlCharacter};
use std::borrow::Cow;

/// What a form may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most pairs.
    pub max_pairs: usize,
    /// Whether names and values are left as they are. A decoder leaves them only where each field is checked, and refused
    /// in its own words, later.
    pub unchecked: bool,
}

impl Limits {
    /// At most so many pairs of checked texts.
    #[must_use]
    pub const fn pairs(max_pairs: usize) -> Self {
        Self { max_pairs, unchecked: false }
    }
}

/// Why a form cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// It has more pairs than allowed.
    #[error("has too many fields")]
    TooManyPairs,
    /// A name or value is not UTF-8.
    #[error("is not valid UTF-8")]
    NotUtf8,
    /// A name or value holds a control character.
    #[error("{0}")]
    Control(#[from] ControlCharacter),
}

/// The pairs of a form in their order. An empty pair is skipped, a pair without `=` is a name with an empty value, and a
/// `+` is a blank.
///
/// # Errors
/// [`FormError`] when it exceeds the limits or is not UTF-8.
pub fn decode(bytes: &[u8], limits: Limits) -> Result<Vec<(String, String)>, FormError> {
    // The separators are ASCII: each name and value is UTF-8 exactly when the whole is.
    percent_decode(bytes).decode_utf8().map_err(|_| FormError::NotUtf8)?;
    let mut pairs = Vec::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        if pairs.len() == limits.max_pairs {
            return Err(FormError::TooManyPairs);
        }
        let (name, value) = (name.into_owned(), value.into_owned());
        pairs.push(if limits.unchecked { (name, value) } else { (text::taken(name)?, text::taken(value)?) });
    }
    Ok(pairs)
}

/// A name and a value that came apart from each other, as the parts of a form with files do.
///
/// # Errors
/// [`FormError`] when one of them is not UTF-8, or no text.
pub fn checked_pair(name: &str, value: &[u8]) -> Result<(String, String), FormError> {
    let value = std::str::from_utf8(value).map_err(|_| FormError::NotUtf8)?;
    Ok((text::taken(name.to_owned())?, text::taken(value.to_owned())?))
}

/// Pairs as a form: a blank is a `+`, and only letters, digits and `*-._` stay as they are.
#[must_use]
pub fn encode<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// What needs no encoding in an address (RFC 3986, section 2.3), and the brackets of `query[email]`, which every client
/// and browser takes as they are.
const COMPONENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'[').remove(b']');

/// A text as one component of an address, such as a segment of its path: a blank is `%20`.
#[must_use]
pub fn encode_component(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, COMPONENT).into()
}

/// A path, each of its segments encoded.
#[must_use]
pub fn encode_path(path: &str) -> String {
    path.split('/').map(encode_component).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Limits = Limits::pairs(3);

    fn pairs(decoded: &[(String, String)]) -> Vec<(&str, &str)> {
        decoded.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn pairs_come_in_order_with_blanks_and_escapes_decoded() {
        let decoded = decode(b"a+b=1%2B1&&flag&c=%C3%A9=", FEW).expect("a form");
        assert_eq!(pairs(&decoded), [("a b", "1+1"), ("flag", ""), ("c", "é=")]);
        assert_eq!(decode(b"", FEW), Ok(Vec::new()));
    }

    #[test]
    fn limits_control_characters_and_bytes_that_are_no_text_are_errors() {
        assert_eq!(decode(b"a=1&b=2&c=3&d=4", FEW), Err(FormError::TooManyPairs));
        for wrong in [&b"a=%ff"[..], b"%ff=a", b"a=\xff", b"a=1&b=%C3&c=%A9"] {
            assert_eq!(decode(wrong, FEW), Err(FormError::NotUtf8), "{}", String::from_utf8_lossy(wrong));
        }
        for wrong in [&b"a=%00"[..], b"a%00=1", b"a=%1B", b"a=%C2%85"] {
            assert!(matches!(decode(wrong, FEW), Err(FormError::Control(_))), "{}", String::from_utf8_lossy(wrong));
        }
        assert_eq!(pairs(&decode(b"a=e%CC%81%0A%09", FEW).expect("a form")), [("a", "\u{e9}\n\t")]);
        let kept = decode(b"a=%00", Limits { unchecked: true, ..FEW }).expect("a form");
        assert_eq!(pairs(&kept), [("a", "\0")]);
    }

    #[test]
    fn what_is_encoded_is_decoded_to_the_same() {
        let sent = [("query[email]", "ann+b@example.com"), ("q", "a b&c=d%é*~")];
        let encoded = encode(sent);
        assert_eq!(encoded, "query%5Bemail%5D=ann%2Bb%40example.com&q=a+b%26c%3Dd%25%C3%A9*%7E");
        assert_eq!(pairs(&decode(encoded.as_bytes(), FEW).expect("a form")), sent);
        let component = format!("{}={}", encode_component(sent[0].0), encode_component(sent[1].1));
        assert_eq!(component, "query[email]=a%20b%26c%3Dd%25%C3%A9%2A~");
        assert_eq!(pairs(&decode(component.as_bytes(), FEW).expect("a form")), [("query[email]", sent[1].1)]);
        assert_eq!(encode_path("/courses/brød/1-a?b"), "/courses/br%C3%B8d/1-a%3Fb");
    }
}
