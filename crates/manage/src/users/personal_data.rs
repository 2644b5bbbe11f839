//! `GET /manage/users/{id}/data.json`: what the school holds about a person, to be handed to them.

use crate::csv::attachment;
use crate::manager::Manager;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use identity::managed_users;
use pages::{PageResult, PathId};
use school::UserId;

/// `GET /manage/users/{id}/data.json`
pub(super) async fn show(manager: Manager, PathId(id): PathId<UserId>) -> PageResult {
    let (_, data) = manager.read(move |tx, actor| managed_users::personal_data(tx, actor, id)).await?;
    let mut response = Response::new(Body::from(format!("{data:#}")));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    attachment(&mut response, &format!("user-{id}.json"));
    Ok(response)
}
