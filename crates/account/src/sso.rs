//! Single sign-on by the school's own signed tokens: `GET /api/sso/v2/sso/jwt`.
//!
//! `return_to` leads to a place of the school and nowhere else. `error_url` may be on another host, where the school's
//! own system explains what went wrong, but only beside a token that the school has signed: otherwise anybody could
//! send anybody anywhere with the school's name in front (RFC 9700, section 4.11).

use crate::sign_in::signed_in;
use axum::extract::{ConnectInfo, Extension, RawQuery};
use axum::http::{HeaderMap, StatusCode};
use identity::sso::{self, Refused};
use maud::html;
use pages::form::{Fields, device};
use pages::layout::Page;
use pages::return_to::{local, see_other};
use pages::visitor::Visitor;
use pages::{PageError, PageResult};
use std::net::SocketAddr;
use url::Url;

/// `GET /api/sso/v2/sso/jwt`
pub(super) async fn sign_in(
    visitor: Visitor,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes())?;
    let return_to = of_this_school(query.get("return_to"), &visitor);
    let (key, site, token) = (visitor.app.key.clone(), visitor.site.clone(), query.get("jwt").to_owned());
    let device = device(&headers, peer.map(|Extension(ConnectInfo(peer))| peer), visitor.app.config.proxies);
    let before = visitor.session.as_ref().map(|session| (session.user_id, session.id));
    let signed = visitor.app.store.write(visitor.site.id, move |tx| {
        let signed = sso::sign_in(tx, &key, &site, &token, &device)?;
        if let (Ok(_), Some((user, id))) = (&signed, before) {
            // Whoever was signed in in this browser is no longer.
            match identity::sessions::end(tx, site.id, user, id) {
                Ok(()) | Err(school::Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(signed)
    });
    match signed.await {
        Ok(Ok((session, secret))) => Ok(signed_in(&visitor, &session, &secret, return_to.as_deref().unwrap_or("/"))),
        Ok(Err(refused)) => Ok(told(&visitor, refused, query.get("error_url"), return_to)),
        Err(error) => Err(PageError::from(error)),
    }
}

/// Leads to where the failure is explained, or explains it.
fn told(visitor: &Visitor, refused: Refused, error_url: &str, return_to: Option<String>) -> axum::response::Response {
    let with_reason = |mut url: Url| {
        url.query_pairs_mut().append_pair("kind", "sso").append_pair("message", &refused.to_string());
        url
    };
    if let Some(place) = of_this_school(error_url, visitor) {
        let here = Url::parse(&visitor.site_url()).and_then(|site| site.join(&place));
        if let Some(place) = here.ok().map(with_reason).and_then(|url| place_of(&url)) {
            return see_other(&place);
        }
    }
    let foreign = Url::parse(error_url).ok().filter(|url| is_plain(error_url) && is_web(url));
    if let Some(url) = foreign.filter(|_| refused.is_signed()) {
        return see_other(with_reason(url).as_str());
    }
    if let Some(place) = return_to {
        return see_other(&place);
    }
    let body = html! {
        p { "The system that led you here could not sign you in: " (refused) }
        p { "Please go back there and try again, or " a href="/users/sign_in" { "sign in here" } "." }
    };
    Page::new("You were not signed in", body).status(StatusCode::FORBIDDEN).show(visitor)
}

/// The place of this school that a path or a whole address names, if it does.
fn of_this_school(text: &str, visitor: &Visitor) -> Option<String> {
    if let Some(place) = local(text) {
        return Some(place.to_owned());
    }
    let url = Url::parse(text).ok().filter(|url| is_plain(text) && is_web(url))?;
    let host = format!("{}.{}", visitor.site.row.subdomain, visitor.app.config.base_domain);
    if !url.host_str()?.eq_ignore_ascii_case(&host) {
        return None;
    }
    place_of(&url)
}

/// Whether it is an address of the web that names nobody who signs in there.
fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() && url.password().is_none()
}

/// Whether nothing in it is read differently by different programs.
fn is_plain(text: &str) -> bool {
    text.len() <= 4096 && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn place_of(url: &Url) -> Option<String> {
    local(&url[url::Position::BeforePath..]).map(str::to_owned)
}
