//! What takes something from a user: their sessions, or their account.

use super::{LIST, path};
use axum::extract::Path;
use identity::managed_users;
use identity::rights::Right;
use pages::return_to::see_other;
use pages::{PageResult, SubmittedForm};
use school::UserId;

/// `POST /manage/users/{id}/delete`
pub(super) async fn delete(Path(id): Path<UserId>, form: SubmittedForm) -> PageResult {
    let visitor = form.visitor.signed_in(&path(id))?;
    visitor.write(Right::ManageSchool, move |tx, actor| managed_users::delete(tx, actor, id)).await?;
    Ok(see_other(&format!("{LIST}?done=deleted")))
}

/// `POST /manage/users/{id}/sign_out`
pub(super) async fn sign_out(Path(id): Path<UserId>, form: SubmittedForm) -> PageResult {
    let visitor = form.visitor.signed_in(&path(id))?;
    visitor.write(Right::ManageSchool, move |tx, actor| managed_users::sign_out_everywhere(tx, actor, id)).await?;
    Ok(see_other(&format!("{}?done=signed_out", path(id))))
}
