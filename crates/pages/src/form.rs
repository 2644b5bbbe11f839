//! What a visitor sends, once it is known that they meant to.
//!
//! A form counts only when it carries the token of the visitor's own session (or, without one, of their browser) and
//! the browser does not say that it comes from elsewhere (OWASP, Cross-Site Request Forgery Prevention).

use crate::error::PageError;
use crate::visitor::Visitor;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, FromRequest, Request};
use axum::http::{HeaderMap, header};
use identity::sessions::Device;
use percent_encoding::percent_decode;
use std::net::SocketAddr;
use web::App;

/// Longest form, in bytes.
const LONGEST: usize = 256 * 1024;
/// Most fields of a form.
const MOST_FIELDS: usize = 1000;

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a form (URL Standard, section 5.1).
    ///
    /// # Errors
    /// [`PageError::Malformed`] when it is not UTF-8 or has too many fields.
    pub fn parse(bytes: &[u8]) -> Result<Self, PageError> {
        let mut fields = Vec::new();
        for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if fields.len() >= MOST_FIELDS {
                return Err(PageError::Malformed("It has too many fields."));
            }
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = (&pair[..at], pair.get(at + 1..).unwrap_or_default());
            fields.push((decode(name)?, decode(value)?));
        }
        Ok(Self(fields))
    }

    /// The first value of a field; empty when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether there is such a field, as of a box that is ticked.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Every field with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn decode(bytes: &[u8]) -> Result<String, PageError> {
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let text = percent_decode(&spaced).decode_utf8().map_err(|_| PageError::Malformed("It is not valid UTF-8."))?;
    if text.contains('\0') {
        return Err(PageError::Malformed("It holds a character that no text has."));
    }
    Ok(text.into_owned())
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
        let (parts, body) = request.into_parts();
        let visitor = Visitor::of(app, &parts.headers).await?;
        if !is_from_here(&parts.headers, &visitor.host, &app.config.scheme) {
            return Err(PageError::Forged);
        }
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.is_empty() && !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(PageError::Malformed("It must be sent as application/x-www-form-urlencoded."));
        }
        let bytes = to_bytes(body, LONGEST).await.map_err(|_| PageError::TooLarge)?;
        let fields = Fields::parse(&bytes)?;
        if !visitor.is_csrf(fields.get("csrf")) {
            return Err(PageError::Forged);
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
        let device = device(&parts.headers, peer, app.config.proxies);
        Ok(Self { visitor, device, fields })
    }
}

/// Whether the browser says nothing against a form's coming from this very host. A sibling (another school) is not it.
pub fn is_from_here(headers: &HeaderMap, host: &str, scheme: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let site = text("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let origin = text("origin").is_none_or(|origin| origin.eq_ignore_ascii_case(&format!("{scheme}://{host}")));
    site && origin
}

/// What a request comes from. Behind proxies of the school's own, each of which adds the address that it was asked
/// from to `X-Forwarded-For`, the address is as far from the end as there are proxies; what stands before it, anybody
/// could have written.
pub fn device(headers: &HeaderMap, peer: Option<SocketAddr>, proxies: usize) -> Device {
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .collect();
    let forwarded = proxies.checked_sub(1).and_then(|back| forwarded.iter().rev().nth(back));
    let address = forwarded.and_then(|text| text.parse().ok()).or_else(|| peer.map(|peer| peer.ip()));
    Device {
        user_agent: headers
            .get(header::USER_AGENT)
            .map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned())
            .unwrap_or_default(),
        address: address.map(|address| address.to_canonical().to_string()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_form_from_another_place_is_not_from_here() {
        for (pairs, from_here) in [
            (&[][..], true),
            (&[("origin", "https://demo.school.example")], true),
            (&[("origin", "https://demo.school.example"), ("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("origin", "https://other.school.example")], false),
            (&[("origin", "http://demo.school.example")], false),
            (&[("origin", "https://demo.school.example:444")], false),
            (&[("origin", "https://demo.school.example.evil.example")], false),
            (&[("origin", "null")], false),
        ] {
            assert_eq!(is_from_here(&headers(pairs), "demo.school.example", "https"), from_here, "{pairs:?}");
        }
    }

    #[test]
    fn an_address_is_believed_from_our_own_proxies_only() {
        let peer = Some("10.0.0.1:1".parse().expect("an address"));
        let forged = headers(&[("x-forwarded-for", "1.1.1.1, 2.2.2.2, 3.3.3.3")]);
        assert_eq!(device(&forged, peer, 0).address, "10.0.0.1");
        assert_eq!(device(&forged, peer, 1).address, "3.3.3.3");
        assert_eq!(device(&forged, peer, 2).address, "2.2.2.2");
        assert_eq!(device(&headers(&[("x-forwarded-for", "nonsense")]), peer, 1).address, "10.0.0.1");
        assert_eq!(device(&headers(&[]), peer, 1).address, "10.0.0.1");
    }

    #[test]
    fn forms_are_read() {
        let fields = Fields::parse(b"a=1+2%26&b=&c&a=3&%C3%A9=%C3%BC").expect("a form");
        assert_eq!((fields.get("a"), fields.get("b"), fields.get("\u{e9}")), ("1 2&", "", "\u{fc}"));
        assert!(fields.has("c") && !fields.has("d"));
        assert!(Fields::parse(b"a=%ff").is_err());
        assert!(Fields::parse(b"a=%00").is_err());
    }
}
