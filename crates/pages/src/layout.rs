//! The layout of every page: the same head, the school's name, who is signed in; and the headers that keep it safe.

use crate::assets;
use crate::document::document;
use crate::fields::Problems;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

/// Nothing runs, nothing is loaded but the page's own files, and nobody frames it (CSP Level 3).
const POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data: https:; \
                      base-uri 'none'; frame-ancestors 'none'";
/// Forms go to this host alone. Browsers ask this of every step that follows a form too, so that a form which ends at
/// an app must do without.
const FORMS_HERE: &str = "; form-action 'self'";

/// A page to be shown.
#[derive(Debug)]
pub struct Page<'p> {
    /// What it is called: its title, and its first heading.
    title: &'p str,
    /// What stands below the heading.
    body: Markup,
    status: StatusCode,
    /// Whether what its forms send may end on another host, as at an app.
    allows_foreign_redirect: bool,
    /// Whether it holds more than a form.
    wide: bool,
}

impl<'p> Page<'p> {
    /// A page with a form or a few words.
    #[must_use]
    pub fn new(title: &'p str, body: Markup) -> Self {
        Self { title, body, status: StatusCode::OK, allows_foreign_redirect: false, wide: false }
    }

    /// The same with another status.
    #[must_use]
    pub fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same with a form that was sent before: unprocessable when something is wrong with it.
    #[must_use]
    pub fn with_problems(self, problems: &Problems) -> Self {
        if problems.is_empty() { self } else { self.status(StatusCode::UNPROCESSABLE_ENTITY) }
    }

    /// The same, from where a form may end on another host when it leads to this place: at an app, which asked to be let
    /// in.
    #[must_use]
    pub fn leading_to(self, return_to: &str) -> Self {
        self.leading_to_app(return_to.starts_with("/oauth2/"))
    }

    /// The same, from where a form may end on another host, or not.
    #[must_use]
    pub fn leading_to_app(self, allows_foreign_redirect: bool) -> Self {
        Self { allows_foreign_redirect, ..self }
    }

    /// The same with more room.
    #[must_use]
    pub fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// The page as one of the platform, which belongs to no school.
    #[must_use]
    pub fn show_without_school(self) -> Response {
        self.render("Scholae", &html! {}, &html! {}, "")
    }

    /// `files` is the origin of the school's files, where pictures may be beside those by https.
    pub(crate) fn render(self, site_name: &str, links: &Markup, above: &Markup, files: &str) -> Response {
        let Self { title, body, status, allows_foreign_redirect, wide } = self;
        let head = html! {
            link rel="preload" as="font" type="font/woff2" crossorigin href=(*assets::FONT);
            link rel="stylesheet" href=(*assets::STYLE);
        };
        let body = html! {
            (above)
            header.top {
                a.brand href="/" { (site_name) }
                (links)
            }
            main #main tabindex="-1" class=[wide.then_some("wide")] {
                h1 { (title) }
                (body)
            }
        };
        let html = document(title, site_name, &head, &body);
        let response = (status, html.into_string()).into_response();
        let policy = if files.starts_with("http:") {
            POLICY.replace("https:;", &format!("https: {files};"))
        } else {
            POLICY.to_owned()
        };
        if allows_foreign_redirect {
            return with_policy(response, &policy);
        }
        secure(response, &(policy + FORMS_HERE))
    }
}

/// Gives a page of ours the headers that keep it safe, alone in its window: an app that opened it hears nothing from
/// it afterwards.
pub(crate) fn secure(response: Response, policy: &str) -> Response {
    let mut response = with_policy(response, policy);
    let alone = HeaderValue::from_static("same-origin");
    response.headers_mut().insert(HeaderName::from_static("cross-origin-opener-policy"), alone);
    response
}

fn with_policy(mut response: Response, policy: &str) -> Response {
    let headers = response.headers_mut();
    for (name, value) in security_headers() {
        headers.insert(name, value);
    }
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The headers of every page beside its policy. The referrer stays within the school, because links that work once
/// must not travel; it is not left out altogether, because browsers would then not say where a form comes from.
fn security_headers() -> [(HeaderName, HeaderValue); 5] {
    let text = HeaderValue::from_static;
    [
        (header::CONTENT_TYPE, text("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, text("no-store")),
        (header::X_FRAME_OPTIONS, text("DENY")),
        (header::X_CONTENT_TYPE_OPTIONS, text("nosniff")),
        (header::REFERRER_POLICY, text("same-origin")),
    ]
}

/// A page of a few words that belongs to no school.
#[must_use]
pub fn message_page(status: StatusCode, title: &str, text: &str) -> Response {
    Page::new(title, html! { p { (text) } }).status(status).show_without_school()
}
