//! What the script of the upload page asks for: an upload that begins, its parts, how far it is, and its end. It is answered
//! in JSON.

use super::answer::answer;
use super::receive::told;
use super::{choose, path};
use crate::manager::{Manager, ManagerForm, ManagerUpload};
use axum::http::StatusCode;
use identity::managed_files;
use pages::upload::SentFile;
use pages::{PageError, PageResult, PathId};
use school::FileId;
use school::files::{self, File, FileState, NewFile, Visibility};
use serde_json::{Value, json};
use web::Tx;

/// A refusal as the script shows it; everything else is answered as on every page.
fn refused(error: PageError) -> PageResult {
    Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "problem": told(error)? })))
}

/// How far a file is.
fn view(tx: &mut Tx<'_>, site: school::SiteId, file: &File) -> school::Result<Value> {
    let parts = if file.state == FileState::Uploading { files::parts_come(tx, site, file.id)? } else { Vec::new() };
    Ok(json!({
        "id": file.id, "state": file.state, "size": file.size, "part_size": file.part_size, "parts": parts,
        "problem": file.problem, "href": path(file.id),
    }))
}

/// `POST /manage/files/uploads`
pub(super) async fn begin(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let new = NewFile {
        name: Some(fields.get("name").to_owned()),
        size: fields.get("size").parse().ok(),
        visibility: Visibility::named(fields.get("visibility")).unwrap_or_default(),
        avatar_of: None,
    };
    let limits = *manager.app.files().limits();
    let begun = manager.write(move |tx, actor| {
        let site = actor.site().id;
        let file = files::begin(tx, site, &new, &limits)?;
        view(tx, site, &file)
    });
    match begun.await {
        Ok(view) => Ok(answer(StatusCode::CREATED, &view)),
        Err(error) => refused(error),
    }
}

/// `GET /manage/files/{id}/progress`
pub(super) async fn progress(manager: Manager, PathId(id): PathId<FileId>) -> PageResult {
    let read = manager.read(move |tx, actor| {
        let file = managed_files::get(tx, actor, id)?;
        Ok((view(tx, actor.site().id, &file)?, actor.site().id, file))
    });
    let (_, (mut view, site, file)) = read.await?;
    view["file"] = choose::view(&manager, site, &file);
    Ok(answer(StatusCode::OK, &view))
}

/// `POST /manage/files/{id}/parts?number=…`
pub(super) async fn put_part(PathId(id): PathId<FileId>, upload: ManagerUpload) -> PageResult {
    let ManagerUpload { manager, fields, file: sent, .. } = upload;
    let read = manager.read(move |tx, actor| {
        let site = actor.site();
        managed_files::get(tx, actor, id)?;
        Ok((files::uploading(tx, site.id, id)?, site.id, site.gid.clone()))
    });
    let (file, site, gid) = match read.await {
        Ok((_, found)) => found,
        Err(error) => return refused(error),
    };
    let SentFile::Bytes(bytes) = sent else { return Err(PageError::Malformed("It holds no part of a file.")) };
    let number = fields.get("number").parse().unwrap_or_default();
    let part = match manager.app.receive_part((site, &gid), &file, number, bytes).await {
        Ok(part) => part,
        Err(error) => return refused(error.into()),
    };
    let noted = part.clone();
    let written = manager.write(move |tx, actor| {
        let before = files::note_part(tx, actor.site().id, id, &noted)?;
        let file = files::get(tx, actor.site().id, id)?;
        Ok((view(tx, actor.site().id, &file)?, before))
    });
    let (result, unused) = match written.await {
        Ok((view, before)) => (Ok(answer(StatusCode::OK, &view)), before),
        Err(error) => (refused(error), Some(part)),
    };
    if let Some(part) = unused {
        manager.app.discard_part(&gid, &file, &part).await;
    }
    result
}

/// `POST /manage/files/{id}/complete`
pub(super) async fn complete(PathId(id): PathId<FileId>, form: ManagerForm) -> PageResult {
    let manager = form.manager;
    let ended = manager.write(move |tx, actor| {
        let site = actor.site().id;
        managed_files::get(tx, actor, id)?;
        files::complete(tx, site, id)?;
        Ok(site)
    });
    match ended.await {
        Ok(site) => manager.app.look_at_file(site, id).await,
        Err(error) => return refused(error),
    }
    progress(manager, PathId(id)).await
}
