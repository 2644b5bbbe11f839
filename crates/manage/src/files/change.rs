//! Changing and deleting a file.

use super::show::page;
use super::{LIST, path};
use crate::manager::ManagerForm;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::FileId;
use school::files::{self, FileChanges, Visibility};

/// `POST /manage/files/{id}`
pub(super) async fn update(PathId(id): PathId<FileId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let changes = FileChanges {
        name: Some(fields.get("name").to_owned()),
        visibility: Visibility::named(fields.get("visibility")),
    };
    let wanted = changes.clone();
    match manager.write(move |tx, actor| files::update(tx, actor.site().id, id, &wanted)).await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", path(id)))),
        Err(error) => page(&manager, id, Some(&changes), &error.problems()?.into(), "").await,
    }
}

/// `POST /manage/files/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<FileId>, ManagerForm { manager, .. }: ManagerForm) -> PageResult {
    match manager.write(move |tx, actor| files::delete_unused(tx, actor.site().id, id)).await {
        Ok(()) => Ok(see_other(&format!("{LIST}?done=deleted"))),
        Err(error) => page(&manager, id, None, &error.problems()?.into(), "").await,
    }
}
