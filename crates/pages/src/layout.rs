//! The frame of every page: the same head, the school's name, who is signed in; and the headers that keep it safe.

use crate::assets;
use crate::visitor::Visitor;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

/// Nothing runs, nothing is loaded but the page's own files, and nobody frames it (CSP Level 3).
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data: https:; base-uri 'none'; \
                      frame-ancestors 'none'";
/// Forms go to this host alone. Browsers ask this of every step that follows a form too, so that a form which ends at
/// an app must do without.
const FORMS_HERE: &str = "; form-action 'self'";

/// A page to be shown.
#[derive(Debug)]
pub struct Page<'p> {
    /// What it is called: its title, and its first heading.
    pub title: &'p str,
    /// What stands below the heading.
    pub body: Markup,
    /// Its status.
    pub status: StatusCode,
    /// Whether what its forms send may end on another host, as at an app.
    pub leads_out: bool,
    /// Whether it holds more than a form.
    pub wide: bool,
}

impl<'p> Page<'p> {
    /// A page with a form or a few words.
    #[must_use]
    pub fn new(title: &'p str, body: Markup) -> Self {
        Self { title, body, status: StatusCode::OK, leads_out: false, wide: false }
    }

    /// The same with another status.
    #[must_use]
    pub fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same, from where a form may lead to another host.
    #[must_use]
    pub fn leading_out(self, leads_out: bool) -> Self {
        Self { leads_out, ..self }
    }

    /// The same with more room.
    #[must_use]
    pub fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// The page in the frame of the visitor's school.
    #[must_use]
    pub fn show(self, visitor: &Visitor) -> Response {
        let mut response = self.framed(&visitor.site.row.name, &who(visitor));
        if let Some(cookie) = visitor.cookie() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// The page in a frame with this name and these links.
    #[must_use]
    pub fn framed(self, name: &str, links: &Markup) -> Response {
        let Self { title, body, status, leads_out, wide } = self;
        let html = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) " · " (name) }
                    link rel="icon" type="image/svg+xml" href=(*assets::ICON);
                    link rel="stylesheet" href=(*assets::STYLE);
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header.top {
                        a.brand href="/" { (name) }
                        (links)
                    }
                    main #main tabindex="-1" class=[wide.then_some("wide")] {
                        h1 { (title) }
                        (body)
                    }
                }
            }
        };
        let policy = if leads_out { POLICY.to_owned() } else { format!("{POLICY}{FORMS_HERE}") };
        let mut response = (status, html.into_string()).into_response();
        let headers = response.headers_mut();
        for (name, value) in safe() {
            headers.insert(name, value);
        }
        if !leads_out {
            // An app that opened this page in a window of its own hears from that window afterwards.
            let alone = HeaderValue::from_static("same-origin");
            headers.insert(HeaderName::from_static("cross-origin-opener-policy"), alone);
        }
        if let Ok(policy) = HeaderValue::try_from(policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// The headers of every page beside its policy. The referrer stays within the school, because links that work once
/// must not travel; it is not left out altogether, because browsers would then not say where a form comes from.
fn safe() -> [(HeaderName, HeaderValue); 5] {
    let text = HeaderValue::from_static;
    [
        (header::CONTENT_TYPE, text("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, text("no-store")),
        (header::X_FRAME_OPTIONS, text("DENY")),
        (header::X_CONTENT_TYPE_OPTIONS, text("nosniff")),
        (header::REFERRER_POLICY, text("same-origin")),
    ]
}

/// The links above every page of a school.
fn who(visitor: &Visitor) -> Markup {
    html! {
        nav aria-label="Account" {
            @if let Some(session) = &visitor.session {
                a href="/account" { (session.user.first_name) " " (session.user.last_name) }
                form method="post" action="/users/sign_out" {
                    (token(visitor))
                    button.plain type="submit" { "Sign out" }
                }
            } @else {
                a href="/users/sign_in" { "Sign in" }
                a href="/users/sign_up" { "Sign up" }
            }
        }
    }
}

/// What every form carries to show that it comes from here.
#[must_use]
pub fn token(visitor: &Visitor) -> Markup {
    html! { input type="hidden" name="csrf" value=(visitor.csrf()); }
}

/// A page of a few words that belongs to no school.
#[must_use]
pub fn notice(status: StatusCode, title: &str, text: &str) -> Response {
    Page::new(title, html! { p { (text) } }).status(status).framed("Scholae", &html! {})
}
