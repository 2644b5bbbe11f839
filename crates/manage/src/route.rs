//! The pages of the admin area, each on one line: where it is, who may open it, what shows it. The navigation, the
//! router, and the test of who may open what come from these lines.

use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{self, Next};
use axum::routing::MethodRouter;
use identity::rights::Right;
use web::App;

/// A page, or a form that is sent.
pub struct PageRoute {
    /// `GET`, or `POST` for a form.
    pub method: &'static str,
    /// Where it is.
    pub path: &'static str,
    /// The right that opens it.
    pub right: Right,
    pub(crate) handler: MethodRouter<App>,
}

/// The right that the route of a request asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteRight(pub Right);

/// A page that is shown.
pub(crate) fn page<H, T>(path: &'static str, right: Right, handler: H) -> PageRoute
where
    H: Handler<T, App>,
    T: 'static,
{
    PageRoute { method: "GET", path, right, handler: guarded(axum::routing::get(handler), right) }
}

/// A form that is sent.
pub(crate) fn form<H, T>(path: &'static str, right: Right, handler: H) -> PageRoute
where
    H: Handler<T, App>,
    T: 'static,
{
    PageRoute { method: "POST", path, right, handler: guarded(axum::routing::post(handler), right) }
}

/// Tells the handler which right its visitor must have; the transaction in which it reads or writes asks for it.
fn guarded(handler: MethodRouter<App>, right: Right) -> MethodRouter<App> {
    handler.layer(middleware::from_fn(move |mut request: Request, next: Next| {
        request.extensions_mut().insert(RouteRight(right));
        next.run(request)
    }))
}
