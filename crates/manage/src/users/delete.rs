//! What takes something from a user: their sessions, or their account.

use super::{LIST, path};
use crate::manager::ManagerForm;
use identity::managed_users;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::UserId;

/// `POST /manage/users/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<UserId>, form: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = form;
    let (erase, key) = (fields.get("erase") == "true", manager.key());
    let deleted = manager.write(move |tx, actor| match erase {
        true => managed_users::erase_by(tx, &key, actor, id),
        false => managed_users::delete(tx, actor, id),
    });
    deleted.await?;
    Ok(see_other(&format!("{LIST}?done={}", if erase { "erased" } else { "deleted" })))
}

/// `POST /manage/users/{id}/sign_out`
pub(super) async fn sign_out(PathId(id): PathId<UserId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| managed_users::sign_out_everywhere(tx, actor, id)).await?;
    Ok(see_other(&format!("{}?done=signed_out", path(id))))
}
