//! Which host a request is for: decided once, when it arrives, and read here by whoever asks.

use axum::http::header::{HOST, InvalidHeaderValue};
use axum::http::{HeaderMap, HeaderValue, Uri, Version};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

/// Why a request has no host that could be trusted: 400 (RFC 9112, section 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// HTTP/1.1 demands one.
    #[error("The Host header is missing.")]
    Missing,
    /// Two of them: one server would believe this one, another that one.
    #[error("There is more than one Host header.")]
    Several,
    /// The target and the header say different things.
    #[error("The Host header is not the host of the request's target.")]
    Conflict,
    /// Not a name or an address, with or without a port.
    #[error("The host is not valid.")]
    Invalid,
    /// The target is one of another protocol.
    #[error("The request's target is not one of http or https.")]
    Scheme,
}

impl From<InvalidHeaderValue> for HostError {
    fn from(_: InvalidHeaderValue) -> Self {
        Self::Invalid
    }
}

/// Decides the host of a request, and leaves it in its one `Host` header: lower case, without a dot at the end, without
/// the port that `scheme` has anyway. It comes from HTTP/2's `:authority` or an absolute target (RFC 9112, section
/// 3.2.2), from the header where there is neither. The target keeps its path and query alone, as it has them in most
/// requests.
///
/// # Errors
/// [`HostError`], when there is no telling.
pub fn decide(version: Version, uri: &mut Uri, headers: &mut HeaderMap, scheme: &str) -> Result<(), HostError> {
    let mut given = headers.get_all(HOST).iter();
    let header = given.next();
    if given.next().is_some() {
        return Err(HostError::Several);
    }
    let from_header = match header {
        Some(header) => Some(normalized(header.to_str().map_err(|_| HostError::Invalid)?, scheme)?),
        None => None,
    };
    let Some(authority) = uri.authority() else {
        return match from_header {
            None if version == Version::HTTP_11 => Err(HostError::Missing),
            None | Some(Cow::Borrowed(_)) => Ok(()),
            Some(Cow::Owned(host)) => put(headers, &host),
        };
    };
    // Whoever is asked for something of another protocol would have to fetch it, as a proxy (RFC 9112, section 3.2.2).
    if uri.scheme_str().is_some_and(|scheme| !matches!(scheme, "http" | "https")) {
        return Err(HostError::Scheme);
    }
    let host = normalized(authority.as_str(), scheme)?.into_owned();
    if from_header.is_some_and(|header| header != host) {
        return Err(HostError::Conflict);
    }
    let path = uri.path_and_query().map_or("/", |target| target.as_str());
    *uri = path.parse().map_err(|_| HostError::Invalid)?;
    put(headers, &host)
}

fn put(headers: &mut HeaderMap, host: &str) -> Result<(), HostError> {
    headers.insert(HOST, HeaderValue::try_from(host)?);
    Ok(())
}

/// A host with its port in the one form that is compared; borrowed when it has that form already.
fn normalized<'h>(host: &'h str, scheme: &str) -> Result<Cow<'h, str>, HostError> {
    let (name, port) = match host.rsplit_once(':') {
        // The last colon of an address in brackets may be one of its own.
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    let number = match port {
        "" => None,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse::<u16>().map_err(|_| HostError::Invalid)?)
        }
        _ => return Err(HostError::Invalid),
    };
    let number = number.filter(|number| (scheme, *number) != ("http", 80) && (scheme, *number) != ("https", 443));
    let name = match name.strip_prefix('[') {
        Some(rest) => {
            let address = rest.strip_suffix(']').and_then(|text| text.parse::<Ipv6Addr>().ok());
            Cow::Owned(format!("[{}]", address.ok_or(HostError::Invalid)?))
        }
        None => {
            let bare = name.strip_suffix('.').unwrap_or(name);
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            let label = |label: &str| !label.is_empty() && label.bytes().all(letter);
            // A request may say that it is for no host (RFC 9110, section 7.2).
            if !host.is_empty() && !bare.split('.').all(label) {
                return Err(HostError::Invalid);
            }
            match bare.bytes().any(|byte| byte.is_ascii_uppercase()) {
                true => Cow::Owned(bare.to_ascii_lowercase()),
                false => Cow::Borrowed(bare),
            }
        }
    };
    let whole = match number {
        Some(number) => Cow::Owned(format!("{name}:{number}")),
        None => name,
    };
    Ok(if whole == host { Cow::Borrowed(host) } else { Cow::Owned(whole.into_owned()) })
}

/// The host that a request is for, with its port; empty when it is for none.
#[must_use]
pub fn requested(headers: &HeaderMap) -> &str {
    headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// The name or the address in a host, without its port.
#[must_use]
pub fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    }
}

/// The subdomain of the school whose own host a request is for, if it is one.
#[must_use]
pub fn school<'h>(headers: &'h HeaderMap, base_domain: &str) -> Option<&'h str> {
    let (label, rest) = name(requested(headers)).split_once('.')?;
    rest.eq_ignore_ascii_case(base_domain).then_some(label).filter(|label| !label.is_empty() && *label != "api")
}

/// Whether a request is for the platform's own host, or by an address for this machine: whom no other name led here.
#[must_use]
pub fn is_platforms(headers: &HeaderMap, base_domain: &str) -> bool {
    let name = name(requested(headers));
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    name.eq_ignore_ascii_case(base_domain) || address
}

#[cfg(test)]
#[path = "host_tests.rs"]
mod tests;
