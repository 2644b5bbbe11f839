//! The files that whoever makes courses may choose from: those who run the school all of them, course admins those that they
//! have uploaded.

use crate::actor::Actor;
use crate::managed_courses::manages_all;
use school::error::{Error, Result};
use school::files::{self, File, FileKind, FileState, Visibility};
use school::{FileId, PageRequest};
use store::Tx;

/// So many files are looked through at most.
const MOST_SEEN: i64 = 500;
/// So many are offered at once; whoever looks for another one says how its name begins.
const MOST_OFFERED: usize = 50;

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The kinds that it may be of; any where there are none.
    pub kinds: Vec<FileKind>,
    /// Whether everybody must be able to see it.
    pub is_public: bool,
    /// How its name begins.
    pub name: String,
}

/// The files that can be chosen from, the newest first, or by their names where one is looked for.
pub fn offered(tx: &mut Tx<'_>, actor: &Actor, wanted: &Wanted) -> Result<Vec<File>> {
    let site = actor.site().id;
    let name = wanted.name.trim().to_lowercase();
    let newest = PageRequest { descending: true, ..PageRequest::first(MOST_SEEN) };
    let seen = match (manages_all(actor), name.is_empty(), &wanted.kinds[..]) {
        (false, _, _) => files::uploaded_by(tx, site, actor.user_id(), MOST_SEEN)?,
        (true, false, _) => files::search(tx, site, &name, MOST_SEEN)?,
        (true, true, [only]) => files::list(tx, site, Some(*only), &newest)?.items,
        (true, true, _) => files::list(tx, site, None, &newest)?.items,
    };
    let fits = |file: &File| {
        file.state == FileState::Ready
            && file.avatar_of_user_id.is_none()
            && (wanted.kinds.is_empty() || wanted.kinds.contains(&file.kind))
            && (!wanted.is_public || file.visibility == Visibility::Public)
            && file.name.to_lowercase().starts_with(&name)
    };
    Ok(seen.into_iter().filter(fits).take(MOST_OFFERED).collect())
}

/// A file that somebody may upload to and use.
///
/// # Errors
/// [`Error::NotFound`] when there is none that they may.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: FileId) -> Result<File> {
    let file = files::get(tx, actor.site().id, id)?;
    if manages_all(actor) || file.created_by_user_id == Some(actor.user_id()) { Ok(file) } else { Err(Error::NotFound) }
}

/// Refuses files that somebody may not choose; those that are there already stay.
///
/// # Errors
/// [`Error::Invalid`] `file_id`.
pub fn check(tx: &mut Tx<'_>, actor: &Actor, had: &[FileId], has: &[FileId]) -> Result<()> {
    for id in has.iter().filter(|id| !manages_all(actor) && !had.contains(id)) {
        let file = files::find(tx, actor.site().id, *id)?;
        if file.is_none_or(|file| file.created_by_user_id != Some(actor.user_id())) {
            return Err(Error::invalid("file_id", format!("No file has the id {id}")));
        }
    }
    Ok(())
}
