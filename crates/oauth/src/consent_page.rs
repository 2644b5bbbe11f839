//! The page on which somebody lets an app in.

use axum::http::StatusCode;
use axum::response::Response;
use identity::oauth::authorize::{Consent, VerifiedClient, labels};
use identity::scopes::Claims;
use maud::html;
use pages::layout::Page;
use pages::school_page::csrf_field;
use pages::visitor::Visitor;

/// What an app learns about the person, in words.
fn learned(claims: Claims) -> Vec<&'static str> {
    [
        (claims.openid, "That it is you, and your role in the school"),
        (claims.profile, "Your name and picture"),
        (claims.email, "Your e-mail address"),
        (claims.site, "The name and address of the school"),
    ]
    .into_iter()
    .filter(|(asked, _)| *asked)
    .map(|(_, words)| words)
    .collect()
}

/// The page. `action` is the request itself, to which the decision is sent.
pub(super) fn consent_page(
    visitor: &Visitor,
    client: &VerifiedClient,
    redirect_uri: &str,
    consent: &Consent,
    action: &str,
) -> Response {
    let (school, learned, name) = (&visitor.school_name, learned(consent.claims), &client.name);
    let labels = labels(consent.scopes);
    let title = if consent.installs { format!("Install {name}") } else { format!("Continue to {name}") };
    let host = redirect_uri.split("://").nth(1).unwrap_or_default().split(['/', '?']).next().unwrap_or_default();
    let body = html! {
        p.soft.maker { "Made by " (client.company) }
        @if consent.installs {
            p { "If you accept, " (name) " will be installed in " (school) ". For you, and for others who use it, it \
                 may then:" }
            ul.points { @for label in &labels { li { (label) } } }
        } @else {
            p { (name) " is installed in " (school) ". It wants to act for you" @if labels.is_empty() { "." } @else { ". As \
                 far as your role in the school allows, it may then:" } }
            @if !labels.is_empty() { ul.points { @for label in &labels { li { (label) } } } }
        }
        @if !learned.is_empty() {
            p { "It will learn about you:" }
            ul.points { @for words in &learned { li { (words) } } }
        }
        form method="post" action=(action) {
            (csrf_field(visitor))
            input type="hidden" name="shown" value=(consent);
            button type="submit" name="decision" value="accept" {
                @if consent.installs { "Accept & Install" } @else { "Accept" }
            }
            button.quiet type="submit" name="decision" value="cancel" { "Cancel" }
        }
        p.more { "You will be sent to " strong { (host) } "." }
    };
    Page::new(&title, body).leading_to_app(true).show(visitor)
}

/// How much of an address that came with a link is shown.
const SHOWN: usize = 200;

/// A page that says where an app wanted somebody to be sent, and what it has registered: whoever makes it sees what to
/// change. No link leads to what came.
pub(super) fn wrong_redirect_page(visitor: &Visitor, came: &str, registered: &[String]) -> Response {
    let shown: String = came.chars().take(SHOWN).collect();
    let cut = if shown.len() < came.len() { "…" } else { "" };
    let body = html! {
        p { "The address that the app wants you to be sent to is not registered for it (redirect_uri). Please tell \
             whoever makes it. They compare these two, which must be the same, letter by letter:" }
        p { "What came:" br; code { (shown) (cut) } }
        p { "What is registered:" }
        ul.points { @for uri in registered { li { code { (uri) } } } }
    };
    Page::new("This link leads somewhere else", body).status(StatusCode::BAD_REQUEST).show(visitor)
}

/// A page that says why somebody cannot go on. The browser is not sent anywhere: the link is not to be trusted, or
/// there is nothing to say to the app.
pub(super) fn error_page(visitor: &Visitor, status: StatusCode, title: &str, text: &str) -> Response {
    Page::new(title, html! { p { (text) } }).status(status).show(visitor)
}
