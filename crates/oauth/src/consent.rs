//! The page on which somebody lets an app in.

use crate::request::{Target, Wish};
use axum::http::StatusCode;
use axum::response::Response;
use identity::apps::App;
use identity::oauth::authorize;
use identity::scopes::{Claims, Scopes};
use maud::html;
use pages::layout::{Page, token};
use pages::visitor::Visitor;

/// What the page shows, in a word: a yes counts for this and for nothing that came in between.
pub(super) fn shown(scopes: Scopes, claims: Claims, installs: bool) -> String {
    format!("{scopes}|{}|{installs}", claims.names())
}

/// What an app learns about the person, in words.
fn learns(claims: Claims) -> Vec<&'static str> {
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

/// The page. `action` is the request itself, to which the answer is sent.
pub(super) fn page(
    visitor: &Visitor,
    app: &App,
    target: &Target,
    wish: &Wish,
    (scopes, installs): (Scopes, bool),
    action: &str,
) -> Response {
    let (school, learns) = (&visitor.site.row.name, learns(wish.claims));
    let labels = authorize::labels(scopes);
    let title = if installs { format!("Install {}", app.name) } else { format!("Continue to {}", app.name) };
    let host = target.redirect_uri.split("://").nth(1).unwrap_or_default().split(['/', '?']).next().unwrap_or_default();
    let body = html! {
        p.soft.maker { "Made by " (app.company) }
        @if installs {
            p { "If you accept, " (app.name) " will be installed in " (school) ". For you, and for others who use it, it \
                 may then:" }
            ul.points { @for label in &labels { li { (label) } } }
        } @else {
            p { (app.name) " is installed in " (school) ". It wants to act for you, as far as your role in the school \
                 allows." }
        }
        @if !learns.is_empty() {
            p { "It will learn about you:" }
            ul.points { @for words in &learns { li { (words) } } }
        }
        form method="post" action=(action) {
            (token(visitor))
            input type="hidden" name="shown" value=(shown(scopes, wish.claims, installs));
            button type="submit" name="decision" value="accept" {
                @if installs { "Accept & Install" } @else { "Accept" }
            }
            button.quiet type="submit" name="decision" value="cancel" { "Cancel" }
        }
        p.more { "You will be sent to " strong { (host) } "." }
    };
    Page::new(&title, body).leading_out(true).show(visitor)
}

/// A page that says why somebody cannot go on. The browser is not sent anywhere: the link is not to be trusted, or
/// there is nothing to say to the app.
pub(super) fn stopped(visitor: &Visitor, status: StatusCode, title: &str, text: &str) -> Response {
    Page::new(title, html! { p { (text) } }).status(status).show(visitor)
}
