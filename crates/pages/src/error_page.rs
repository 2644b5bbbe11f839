//! Errors as pages of the school whose host was asked: with its name, and with ways on.

use crate::error::{Message, PageError};
use crate::layout::Page;
use crate::return_to::{local_path, with_return};
use crate::visitor::Visitor;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use identity::sessions::Device;
use maud::html;
use web::App;

/// Middleware that shows errors as pages of the school whose host was asked: with its name, and with ways on.
pub async fn in_the_school(State(app): State<App>, request: Request, next: Next) -> Response {
    let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && is_person(&headers) {
        let allowed = response.headers().get(header::ALLOW).cloned();
        response = PageError::NotOpened.into_response();
        response.headers_mut().extend(allowed.map(|allowed| (header::ALLOW, allowed)));
    }
    show_in_the_school(&app, &headers, &path, response).await
}

/// Whether somebody is looking: browsers name the type when they open a page, and only then (Fetch Standard, section 4).
#[must_use]
pub fn is_person(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted.filter_map(|value| value.to_str().ok()).any(|value| value.contains("text/html"))
}

/// The same for an answer that has been made.
pub async fn show_in_the_school(app: &App, headers: &HeaderMap, path: &str, response: Response) -> Response {
    let Some(message) = response.extensions().get::<Message>().cloned() else { return response };
    // A database that cannot be reached says no more about the school.
    if message.status.is_server_error() {
        return response;
    }
    let Ok(visitor) = Visitor::from_headers(app, headers, Device::default()).await else { return response };
    let signed_in = visitor.session.is_some();
    let body = html! {
        p { (message.text) }
        p.actions {
            a.button href="/" { "Go to the first page" }
            @if !signed_in { a.button.quiet href=(with_return("/users/sign_in", local_path(path).unwrap_or("/"))) { "Sign in" } }
        }
    };
    let mut shown = Page::new(message.title, body).status(message.status).show(&visitor);
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            shown.headers_mut().insert(name, value.clone());
        }
    }
    shown
}
