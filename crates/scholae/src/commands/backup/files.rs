//! The files of schools beside a backup: a folder that is named after it, with the same objects under the same names.

use crate::commands::until_done;
use crate::config::{Config, Failure};
use crate::progress::Progress;
use files::copy::{self, Copied};
use files::storage::{ObjectKey, Storage};
use std::path::{Path, PathBuf};
use store::{SiteId, Store};

/// The objects that the rows of schools name, with their sizes.
pub type Objects = Vec<(ObjectKey, i64)>;

/// `school.jsonl.files` for `school.jsonl`.
pub fn folder_of(backup: &Path) -> PathBuf {
    let mut name = backup.as_os_str().to_owned();
    name.push(".files");
    name.into()
}

/// The objects that a database names, or one school of it.
pub fn objects(store: &Store, only: Option<SiteId>) -> Result<Objects, Failure> {
    store.read_now(move |tx| {
        let mut found = Vec::new();
        let sites = store::sites::all(tx)?;
        for site in sites.into_iter().filter(|site| only.is_none_or(|only| only == site.id)) {
            store::files::objects(tx, site.id, |file, _, name, size| {
                if !name.is_empty() {
                    found.push((ObjectKey { school: site.gid.clone(), file, name: name.to_owned() }, size));
                }
                Ok::<_, Failure>(())
            })?;
        }
        Ok(found)
    })
}

/// Copies objects from one storage to another.
pub fn copy_all(what: &'static str, from: &Storage, to: &Storage, objects: Objects) -> Result<Copied, Failure> {
    let told = |error: files::storage::StorageError| Failure::Told(format!("files could not be copied: {error}"));
    let bar = Progress::of(objects.len() as u64, what);
    let copied = until_done(async {
        let mut copied = Copied::default();
        for (key, size) in &objects {
            copy::object(from, to, key, *size, &mut copied).await.map_err(told)?;
            bar.done(1);
        }
        Ok(copied)
    })?;
    bar.end();
    Ok(copied)
}

/// Copies the files of a database, or of one school of it, beside its backup; a sentence about it, where there were any.
pub fn save(config: &Config, store: &Store, backup: &Path, only: Option<SiteId>) -> Result<Option<String>, Failure> {
    let objects = objects(store, only)?;
    if objects.is_empty() {
        return Ok(None);
    }
    let folder = folder_of(backup);
    let to = Storage::folder(&folder);
    let Copied { objects, bytes, known, missing } = copy_all("copying files", &config.file_storage()?, &to, objects)?;
    if missing > 0 {
        eprintln!(
            "scholae: WARNING: {missing} pieces of files are not there to be copied; if nobody has deleted files just now, \
             `scholae doctor` names them"
        );
    }
    Ok(Some(format!("{}: {objects} pieces of files copied, {bytes} bytes; {known} were there.", folder.display())))
}

/// Copies the files of a restored database from beside its backup; a sentence about it, where there are any.
pub fn bring_back(
    config: &Config,
    store: &Store,
    backup: &Path,
    only: Option<SiteId>,
) -> Result<Option<String>, Failure> {
    let objects = objects(store, only)?;
    if objects.is_empty() {
        return Ok(None);
    }
    let (folder, to) = (folder_of(backup), config.file_storage()?);
    // Where the files themselves were left in place, nothing is missing.
    let from = if folder.is_dir() { Storage::folder(&folder) } else { to.clone() };
    let Copied { objects, bytes, known, missing } = copy_all("bringing files back", &from, &to, objects)?;
    if missing > 0 {
        eprintln!(
            "scholae: WARNING: {missing} pieces of files are neither in {} nor in {}; bring that folder beside the backup and \
             copy what is in it to the files, `scholae doctor` names what is missing",
            folder.display(),
            to.shown()
        );
    }
    Ok(Some(format!("{objects} pieces of files brought back, {bytes} bytes; {known} were there.")))
}
