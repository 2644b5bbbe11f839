//! `GET /manage/requests/{id}`: one request.

use super::LIST;
use super::words::{Callers, status, took};
use crate::manager::Manager;
use crate::users;
use maud::html;
use pages::components::{copy_button, moment};
use pages::frame::FramedPage;
use pages::{PageResult, PathId};
use school::{RequestLogId, request_log};
use web::form::encode;

/// `GET /manage/requests/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<RequestLogId>) -> PageResult {
    let read =
        manager.read(move |tx, actor| Ok((request_log::get(tx, actor.site().id, id)?, Callers::read(tx, actor)?)));
    let (area, (request, callers)) = read.await?;
    let same_route = format!("{LIST}?{}", encode([("route", request.route.as_str())]));
    let body = html! {
        div.card {
            header { div { h2 { "What was called" } } }
            div.body {
                dl.facts {
                    dt { "Path" } dd.mono { (request.path) }
                    dt { "Route" } dd { a.mono href=(same_route) { (request.route) } }
                    dt { "Status" } dd { (status(request.status)) }
                    dt { "Took" } dd { (took(request.microseconds)) }
                    dt { "When" } dd { (moment(request.created_at)) }
                    dt { "Request id" }
                    dd { code #request-id { (request.request_id) } (copy_button("request-id", "request id")) }
                }
            }
        }
        div.card {
            header { div { h2 { "Who called" } } }
            div.body {
                dl.facts {
                    dt { "Credential" } dd { (callers.name(&request)) }
                    @if let Some(user) = request.user_id { dt { "For" } dd { a href=(users::path(user)) { "User " (user) } } }
                    dt { "Address" }
                    dd.mono { @if request.address.is_empty() { span.muted { "Not known" } } @else { (request.address) } }
                }
            }
        }
    };
    let title = format!("{} {}", request.method, request.route);
    manager.show(&area, FramedPage::new(LIST, &title, body).below("Requests", LIST).narrow())
}
