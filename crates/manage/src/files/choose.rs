//! Choosing a file of the school in a form: what is offered, as a list in the page and as an answer to its script.

use super::answer::answer;
use super::words;
use crate::manager::Manager;
use axum::http::StatusCode;
use identity::actor::Actor;
use identity::managed_files::{self, Wanted};
use pages::{PageResult, QueryFields};
use school::files::{self, File, FileKind, FileState, Visibility, in_words};
use school::{FileId, SiteId};
use serde_json::json;
use web::{Tx, now};

/// Where a script asks which files there are.
pub(crate) const CHOICES: &str = "/manage/files/choices";
/// The width of the small pictures, in pixels.
const THUMBNAIL: u32 = 64;

/// The address at which a script asks for files of these kinds; of any, where none are named.
pub(crate) fn address(kinds: &[FileKind], is_public: bool) -> String {
    let names: Vec<&str> = kinds.iter().filter_map(|kind| files::kind_name(*kind)).collect();
    format!("{CHOICES}?kinds={}{}", names.join(","), if is_public { "&public=true" } else { "" })
}

/// The files that a list in a page offers, by id and name: the newest, and the one that is chosen.
pub(crate) fn offered(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kinds: &[FileKind],
    is_public: bool,
    chosen: Option<FileId>,
) -> school::Result<Vec<(String, String)>> {
    let wanted = Wanted { kinds: kinds.to_vec(), is_public, name: String::new() };
    let mut offered = managed_files::offered(tx, actor, &wanted)?;
    if let Some(id) = chosen.filter(|id| offered.iter().all(|file| file.id != *id)) {
        offered.extend(files::find(tx, actor.site().id, id)?);
    }
    let label = |file: &File| format!("{} ({})", file.name, in_words(file.size));
    Ok(offered.iter().map(|file| (file.id.to_string(), label(file))).collect())
}

/// `GET /manage/files/choices`: what a script shows.
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let wanted = Wanted {
        kinds: query.get("kinds").split(',').filter_map(files::kind_named).collect(),
        is_public: query.get("public") == "true",
        name: query.get("q").to_owned(),
    };
    let read = manager.read(move |tx, actor| Ok((actor.site().id, managed_files::offered(tx, actor, &wanted)?)));
    let (_, (site, offered)) = read.await?;
    let items: Vec<_> = offered.iter().map(|file| view(&manager, site, file)).collect();
    Ok(answer(StatusCode::OK, &json!({ "items": items })))
}

/// A file as a script shows it. The address of a private one ends, so that no text can name it.
pub(super) fn view(manager: &Manager, site: SiteId, file: &File) -> serde_json::Value {
    let addresses = manager.app.file_addresses();
    let is_ready = file.state == FileState::Ready;
    let picture = (is_ready && file.kind == FileKind::Image).then(|| addresses.in_width(site, file, now(), THUMBNAIL));
    let url = (is_ready && file.visibility == Visibility::Public).then(|| addresses.of(site, file, now()));
    json!({
        "id": file.id, "name": file.name, "about": format!("{}, {}", words::kind(file.kind), in_words(file.size)),
        "picture": picture, "url": url,
    })
}
