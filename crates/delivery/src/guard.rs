//! Where webhooks may lead.
//!
//! Whoever may make a webhook lets this server send requests, and sees the beginning of what is answered. In
//! production it therefore sends them out into the public internet only: never to the machine itself, its neighbours,
//! its cloud's metadata service or the platform's own hosts. [`check_url`] looks at the address as it is written, which
//! is all there is to see when a webhook is made; [`Policy::admits`] at each address that a name leads to at the moment
//! a connection is made, and the connection goes to that very address. A name that leads elsewhere later (rebinding)
//! gains nothing.

use crate::addresses::{Range, is_public};
use std::net::IpAddr;
use url::{Host, Url};

/// Where webhooks may lead. The default is the strictest: the public internet, by https.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    development: bool,
    allow: Vec<Allow>,
    base_domain: String,
}

/// What somebody who runs a server has allowed beside the public internet.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Allow {
    Host { name: String, port: Option<u16> },
    Range(Range),
}

/// Why a target is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is no address of a web server.
    #[error("is not a web address")]
    Malformed,
    /// It is not `https`.
    #[error("must begin with https://")]
    NotHttps,
    /// It is a name of the machine or of the network that it is in.
    #[error("is a name of a local network")]
    LocalName,
    /// It is an address that is not out in the public internet, or a name that leads to one.
    #[error("does not lead to a public address")]
    NotPublic,
    /// It is the platform itself.
    #[error("leads to this platform itself")]
    OwnDomain,
}

/// Names that are never out in the public internet: of the machine itself (RFC 6761), of multicast DNS (RFC 6762), of
/// home networks (RFC 8375), the one that ICANN keeps for private use, and those that routers and companies use.
const LOCAL: [&str; 9] =
    ["localhost", "local", "internal", "home.arpa", "localdomain", "lan", "intranet", "corp", "private"];

impl Policy {
    /// The policy of a configuration. `targets` is `production` or `development` (where everything that is http or
    /// https is welcome), `allow` a list with commas of what is allowed in production beside the public internet: host
    /// names, `host:port`, addresses and ranges such as `10.20.0.0/16`. An allowed host may also be without TLS.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn new(targets: &str, allow: &str, base_domain: &str) -> Result<Self, String> {
        let development = match targets {
            "production" => false,
            "development" => true,
            other => return Err(format!("webhook_targets must be production or development, not `{other}`")),
        };
        let parts = allow.split(',').map(str::trim).filter(|part| !part.is_empty());
        let allow = parts
            .map(|part| {
                Allow::parse(part).ok_or_else(|| format!("webhook_allow: `{part}` is no host, address or range"))
            })
            .collect::<Result<_, _>>()?;
        let base_domain = base_domain.split(':').next().unwrap_or_default().trim_matches('.').to_lowercase();
        Ok(Self { development, allow, base_domain })
    }

    /// Everything is welcome that is http or https.
    #[must_use]
    pub fn development() -> Self {
        Self { development: true, allow: vec![], base_domain: String::new() }
    }

    /// Whether a connection to this address, to which the host of a target led, may be made.
    #[must_use]
    pub fn admits(&self, host: &str, port: u16, address: IpAddr) -> bool {
        self.development || is_public(address) || self.allows_host(host, port) || self.allows_address(address)
    }

    fn allows_host(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.');
        self.allow.iter().any(|allow| match allow {
            Allow::Host { name, port: only } => name.eq_ignore_ascii_case(host) && only.is_none_or(|only| only == port),
            Allow::Range(_) => false,
        })
    }

    fn allows_address(&self, address: IpAddr) -> bool {
        self.allow.iter().any(|allow| matches!(allow, Allow::Range(range) if range.has(address)))
    }

    /// Looks at a target and takes it apart.
    pub(crate) fn check(&self, target: &str) -> Result<Url, TargetError> {
        // The parser of browsers: it reads 0x7f.1, 2130706433 and 0177.0.0.1 as the address they are.
        let url = Url::parse(target).map_err(|_| TargetError::Malformed)?;
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(TargetError::Malformed);
        };
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(TargetError::Malformed),
        };
        if self.development || self.allows_host(&host.to_string(), port) {
            return Ok(url);
        }
        let address = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        };
        match (address, host) {
            (Some(address), _) if self.allows_address(address) => return Ok(url),
            _ if !secure => return Err(TargetError::NotHttps),
            (Some(address), _) if !is_public(address) => return Err(TargetError::NotPublic),
            (None, Host::Domain(name)) => self.check_name(name.trim_end_matches('.'))?,
            _ => {}
        }
        Ok(url)
    }

    fn check_name(&self, name: &str) -> Result<(), TargetError> {
        if name.is_empty() {
            return Err(TargetError::Malformed);
        }
        let within = |domain: &str| {
            !domain.is_empty() && name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        // A name without a dot is one of the network's own: another container, a neighbour.
        if !name.contains('.') || LOCAL.iter().any(|local| within(local)) {
            return Err(TargetError::LocalName);
        }
        if within(&self.base_domain) {
            return Err(TargetError::OwnDomain);
        }
        Ok(())
    }
}

impl Allow {
    fn parse(text: &str) -> Option<Self> {
        if let Some(range) = Range::parse(text) {
            return Some(Self::Range(range));
        }
        if text.contains('/') {
            return None;
        }
        // Read as a host of a target, so that both are written alike.
        let url = Url::parse(&format!("https://{text}/")).ok()?;
        let plain = url.username().is_empty() && url.password().is_none() && url.path() == "/" && url.query().is_none();
        let name = url.host_str().filter(|_| plain)?.trim_end_matches('.').to_owned();
        // The parser leaves out the port that https has anyway.
        let port = url.port().or_else(|| text.ends_with(":443").then_some(443));
        Some(Self::Host { name, port })
    }
}

/// Looks at a target as it is written: what is asked when a webhook is made, before anything is sent. Names are not
/// resolved.
///
/// # Errors
/// [`TargetError`], whose text goes on from "the target URL".
pub fn check_url(target: &str, policy: &Policy) -> Result<(), TargetError> {
    policy.check(target).map(|_| ())
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
