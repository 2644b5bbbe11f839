//! `GET /manage/users/{id}/data.json`: what the school holds about a person, to be handed to them.

use crate::csv::attachment;
use crate::manager::Manager;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use identity::rights::Right;
use pages::{PageResult, PathId};
use school::{UserId, personal_data};

/// `GET /manage/users/{id}/data.json`
pub(super) async fn show(manager: Manager, PathId(id): PathId<UserId>) -> PageResult {
    let read = manager.read(move |tx, actor| {
        // With it goes when and from where the owner came in, which is the owner's alone to read.
        if actor.site().owner_user_id == Some(id) && !actor.may(Right::ReadSecurityLog) {
            return Err(school::Error::NotFound);
        }
        personal_data::of_user(tx, actor.site().id, id)
    });
    let (_, data) = read.await?;
    let mut response = Response::new(Body::from(format!("{data:#}")));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    attachment(&mut response, &format!("user-{id}.json"));
    Ok(response)
}
