//! Objects that no row names: what is left when a process ends between writing an object and noting it.

use crate::Files;
use crate::sizes::is_size;
use crate::storage::{ObjectKey, StorageError};
use futures_util::TryStreamExt as _;
use school::files::FileState;
use std::collections::HashMap;
use store::{FileId, SiteId, Store, StoreError};

/// An object that is younger than this is left alone, in milliseconds: its row may be about to be written.
pub const YOUNG: i64 = 24 * 3_600_000;

/// Why there was no sweep.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl store::FromStore for SweepError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Storage(_) => None,
        }
    }
}

/// What is there of a school's files, compared with its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Objects that no row names, with their sizes.
    pub orphans: Vec<(ObjectKey, u64)>,
    /// Files that can be used and lack an object, or have one of another size.
    pub damaged: Vec<FileId>,
    /// How many files can be used.
    pub ready: u64,
    /// How many bytes their objects have.
    pub bytes: u64,
}

/// The state of a file and the objects of its parts, as its rows say.
struct Known {
    state: FileState,
    parts: HashMap<String, i64>,
}

/// Compares what is there of a school's files with its rows. Objects written after `until` (milliseconds since 1970) are not
/// looked at as orphans.
///
/// # Errors
/// When the database or the storage fails.
pub async fn compare(files: &Files, store: &Store, site: SiteId, until: i64) -> Result<Comparison, SweepError> {
    let read = move |tx: &mut store::Tx<'_>| -> Result<HashMap<FileId, Known>, SweepError> {
        let mut known: HashMap<FileId, Known> = HashMap::new();
        store::files::objects(tx, site, |file, state, token, size| {
            let file = known.entry(file).or_insert(Known { state, parts: HashMap::new() });
            if !token.is_empty() {
                file.parts.insert(token.to_owned(), size);
            }
            Ok::<_, SweepError>(())
        })?;
        Ok(known)
    };
    // The objects first: what is written meanwhile is young, and what is removed meanwhile is named by no row.
    let school = store.read(move |tx| store::sites::gid(tx, site)).await?.unwrap_or_default();
    let there: Vec<_> = files.storage().list(&school, None).try_collect().await?;
    let mut known = store.read(read).await?;
    let mut found = Comparison::default();
    for object in there {
        let file = known.get_mut(&object.key.file);
        let is_named = file.is_some_and(|file| {
            let named = file.parts.get(&object.key.name).copied();
            if named == i64::try_from(object.size).ok() {
                file.parts.remove(&object.key.name);
            }
            found.bytes += if named.is_some() { object.size } else { 0 };
            named.is_some() || file.state == FileState::Ready && is_size(&object.key.name)
        });
        if !is_named && object.written_at < until {
            found.orphans.push((object.key, object.size));
        }
    }
    for (id, file) in known.into_iter().filter(|(_, file)| file.state == FileState::Ready) {
        found.ready += 1;
        if !file.parts.is_empty() {
            found.damaged.push(id);
        }
    }
    found.damaged.sort_unstable();
    found.orphans.sort();
    Ok(found)
}

/// Removes the objects of a school that no row names; gives how many.
///
/// # Errors
/// As [`compare`].
pub async fn sweep(files: &Files, store: &Store, site: SiteId) -> Result<u64, SweepError> {
    let found = compare(files, store, site, store::now() - YOUNG).await?;
    for (key, _) in &found.orphans {
        files.storage().delete(key).await?;
    }
    Ok(found.orphans.len() as u64)
}
