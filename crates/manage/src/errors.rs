//! Errors in the frame of the admin area, for those who may open something of it: whoever is at work there stays there.

use crate::navigation;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use identity::rights::Right;
use identity::sessions::Device;
use maud::html;
use pages::Visitor;
use pages::error::Message;
use pages::frame::FramedPage;
use web::App;

/// Whether this is a place of the admin area.
#[must_use]
pub fn is_here(path: &str) -> bool {
    path.strip_prefix(crate::HOME).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Middleware that shows errors in the frame of the admin area.
pub async fn in_the_frame(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    show_in_the_frame(&app, &headers, response).await
}

/// The same for an answer that has been made. Whoever may open nothing of the admin area gets it as it is.
pub async fn show_in_the_frame(app: &App, headers: &HeaderMap, response: Response) -> Response {
    let Some(message) = Message::of(&response) else { return response };
    // A database that cannot be reached says no more about who is looking.
    if message.status.is_server_error() {
        return response;
    }
    let Some(mut framed) = framed(app, headers, message).await else { return response };
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            framed.headers_mut().insert(name, value.clone());
        }
    }
    framed
}

async fn framed(app: &App, headers: &HeaderMap, message: &Message) -> Option<Response> {
    let visitor = Visitor::from_headers(app, headers, Device::default()).await.ok()?;
    let signed_in = visitor.signed_in(crate::HOME).ok()?;
    let frame = signed_in.read(Right::Learn, |_, actor| Ok(navigation::frame(actor))).await.ok()?;
    if frame.navigation.is_empty() {
        return None;
    }
    let body = html! {
        div.card {
            div.empty {
                p { (message.text) }
                div.actions { a.button href=(frame.home) { "Go to the first page of the admin area" } }
            }
        }
    };
    Some(FramedPage::new("", message.title, body).status(message.status).show(&frame, &signed_in))
}
