//! What a request comes from.

use crate::App;
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use identity::sessions::Device;
use std::net::SocketAddr;

/// The device that a request comes from, as far as it is known.
#[must_use]
pub fn of(parts: &Parts, app: &App) -> Device {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    device(&parts.headers, peer, app.config.proxies)
}

/// The address that a request comes from; empty where it is not known.
#[must_use]
pub fn address(headers: &HeaderMap, extensions: &Extensions, app: &App) -> String {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    address_of(headers, peer, app.config.proxies)
}

/// What a request comes from. Behind proxies of the school's own, each of which adds the address that it was asked
/// from to `X-Forwarded-For`, the address is as far from the end as there are proxies; what stands before it, anybody
/// could have written.
fn device(headers: &HeaderMap, peer: Option<SocketAddr>, proxies: usize) -> Device {
    Device {
        user_agent: headers
            .get(header::USER_AGENT)
            .map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned())
            .unwrap_or_default(),
        secret: String::new(),
        address: address_of(headers, peer, proxies),
    }
}

fn address_of(headers: &HeaderMap, peer: Option<SocketAddr>, proxies: usize) -> String {
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .collect();
    let forwarded = proxies.checked_sub(1).and_then(|back| forwarded.iter().rev().nth(back));
    let address = forwarded.and_then(|text| text.parse().ok()).or_else(|| peer.map(|peer| peer.ip()));
    address.map(|address| address.to_canonical().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::device;
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    fn forwarded(addresses: &'static str) -> HeaderMap {
        [(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(addresses))].into_iter().collect()
    }

    #[test]
    fn an_address_is_believed_from_our_own_proxies_only() {
        let peer = Some("10.0.0.1:1".parse().expect("an address"));
        let forged = forwarded("1.1.1.1, 2.2.2.2, 3.3.3.3");
        assert_eq!(device(&forged, peer, 0).address, "10.0.0.1");
        assert_eq!(device(&forged, peer, 1).address, "3.3.3.3");
        assert_eq!(device(&forged, peer, 2).address, "2.2.2.2");
        assert_eq!(device(&forwarded("nonsense"), peer, 1).address, "10.0.0.1");
        assert_eq!(device(&HeaderMap::new(), peer, 1).address, "10.0.0.1");
    }
}
