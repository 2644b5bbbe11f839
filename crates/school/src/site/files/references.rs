//! How other things name files of the school: lessons by id, courses as code by what a file holds, pages and texts by its
//! address.

use super::{File, FileAddresses, FileKind, FileState, FileUserKind, Visibility, rows, set_uses};
use crate::check::Check;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use store::{FileId, SiteId, Tx};

/// How the name of a file by what it holds begins: `sha256:` and 64 hexadecimal digits.
const BY_CONTENT: &str = "sha256:";
/// So many files with the same bytes are looked at.
const MOST_ALIKE: i64 = 20;

/// A file of the school that a thing is made of. Whoever names it gives the id or the checksum; what is kept has both, since
/// a file that can be used never holds anything else again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileRef {
    /// Its id; zero while it is only known what it holds.
    pub id: FileId,
    /// The SHA-256 of its bytes, in hexadecimal digits; empty while only its id is known.
    pub sha256: String,
}

impl FileRef {
    /// The file with this id.
    #[must_use]
    pub fn of_id(id: FileId) -> Self {
        Self { id, sha256: String::new() }
    }

    /// The file that a course as code names: `sha256:…`, which means the same on every server.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        let digits = code.strip_prefix(BY_CONTENT)?;
        let is_one = digits.len() == 64 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Self { id: FileId::default(), sha256: digits.to_owned() })
    }

    /// As a course as code names it.
    #[must_use]
    pub fn code(&self) -> String {
        format!("{BY_CONTENT}{}", self.sha256)
    }

    /// Finds the file and completes what is known of it: it must be one of these kinds that can be used; any is where none
    /// are named. Of files with the same bytes one that `had` names goes first.
    pub(crate) fn complete(
        &mut self,
        tx: &mut Tx<'_>,
        site: SiteId,
        had: &[FileId],
        kinds: &[FileKind],
        check: &mut Check,
        field: &'static str,
    ) -> Result<()> {
        match find(tx, site, self, had)? {
            Err(why) => check.add(field, why),
            Ok(file) if file.state != FileState::Ready => {
                check.add(field, "must be the id of a file whose upload is complete and that was checked");
            }
            Ok(file) if !kinds.is_empty() && !kinds.contains(&file.kind) => {
                let names: Vec<&str> = kinds.iter().filter_map(|kind| super::kind_name(*kind)).collect();
                check.add(field, format!("must be the id of a file of the kind {}", names.join(" or ")));
            }
            Ok(file) => *self = Self { id: file.id, sha256: file.checksum.unwrap_or_default() },
        }
        Ok(())
    }
}

/// The file that is named, or why there is none.
fn find(tx: &mut Tx<'_>, site: SiteId, named: &FileRef, had: &[FileId]) -> Result<std::result::Result<File, String>> {
    if named.id != FileId::default() {
        return Ok(rows::get(tx, site, named.id)?.ok_or_else(|| format!("No file has the id {}", named.id)));
    }
    let mut alike = rows::with_checksum(tx, site, &named.sha256, MOST_ALIKE)?;
    let at = alike.iter().position(|file| had.contains(&file.id)).unwrap_or_default();
    if alike.is_empty() {
        return Ok(Err(format!("names {}, which no file of this school holds: upload it first", named.code())));
    }
    Ok(Ok(alike.swap_remove(at)))
}

/// Whether the school has a file that holds this.
///
/// # Errors
/// Those of the store.
pub(crate) fn is_here(tx: &mut Tx<'_>, site: SiteId, named: &FileRef) -> Result<bool> {
    Ok(find(tx, site, named, &[])?.is_ok())
}

/// Where a picture of the school is that everybody may see: what a course, a bundle or an instructor keeps as the address of
/// its picture.
///
/// # Errors
/// [`Error::Invalid`] in `field` when the school has no such file, it is no picture, or not everybody may see it.
pub fn picture_address(
    tx: &mut Tx<'_>,
    site: SiteId,
    named: &FileRef,
    addresses: &FileAddresses,
    field: &'static str,
) -> Result<String> {
    let mut check = Check::new();
    let mut found = named.clone();
    found.complete(tx, site, &[], &[FileKind::Image], &mut check, field)?;
    check.done()?;
    let file = super::get(tx, site, found.id)?;
    if file.visibility != Visibility::Public {
        return Err(Error::invalid(field, "must be the id of a public file: everybody sees the picture"));
    }
    Ok(addresses.of(site, &file, store::now()))
}

/// The file that an address is of, by its form alone; none where it is of something else.
#[must_use]
pub fn file_of_address(address: &str) -> Option<FileId> {
    let (_, path) = address.split_once("/files/")?;
    let site = path.split('/').next()?.parse().ok()?;
    named_in(site, address).first().map(|(id, _)| *id)
}

/// The files whose addresses stand in a text, with the random part of each address.
fn named_in(site: SiteId, text: &str) -> Vec<(FileId, &str)> {
    let beginning = format!("/files/{site}/");
    let mut found = Vec::new();
    for (at, _) in text.match_indices(&beginning) {
        let rest = &text[at + beginning.len()..];
        let mut parts = rest.splitn(3, '/');
        let (Some(id), Some(token), Some(_)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let is_token = !token.is_empty() && token.len() <= 64 && token.bytes().all(|c| c.is_ascii_alphanumeric());
        if let (Ok(id), true) = (id.parse(), is_token) {
            found.push((id, token));
        }
    }
    found
}

/// The files of the school whose addresses stand in these texts, each once.
pub fn files_in<'t>(tx: &mut Tx<'_>, site: SiteId, texts: impl IntoIterator<Item = &'t str>) -> Result<Vec<File>> {
    let mut files: Vec<File> = Vec::new();
    for (id, token) in texts.into_iter().flat_map(|text| named_in(site, text)) {
        if files.iter().all(|file| file.id != id)
            && let Some(file) = rows::get(tx, site, id)?.filter(|file| file.token == token)
        {
            files.push(file);
        }
    }
    Ok(files)
}

/// Notes that a thing uses the files whose addresses stand in its texts, and no others.
///
/// # Errors
/// [`Error::Invalid`] in `field` when not everybody may have one of them: its address would lead nowhere after a few hours.
pub(crate) fn use_files_in<'t>(
    tx: &mut Tx<'_>,
    site: SiteId,
    thing: FileUserKind,
    thing_id: impl Into<i64>,
    texts: impl IntoIterator<Item = &'t str>,
    field: &'static str,
) -> Result<()> {
    let files = files_in(tx, site, texts)?;
    if let Some(file) = files.iter().find(|file| file.visibility != Visibility::Public) {
        let told = format!("can't name the file {} ({}), which is private; make it public first", file.id, file.name);
        return Err(Error::invalid(field, told));
    }
    let ids: Vec<FileId> = files.iter().map(|file| file.id).collect();
    set_uses(tx, site, thing, thing_id, &ids)
}

/// Where the files that a thing names are to be had now.
#[derive(Debug, Clone, Default)]
pub struct FilePlaces(HashMap<FileId, String>);

impl FilePlaces {
    /// Where these files are to be had: public ones at addresses that stay, private ones at addresses that end.
    pub fn of_refs<'r>(
        tx: &mut Tx<'_>,
        site: SiteId,
        files: impl Iterator<Item = &'r FileRef>,
        addresses: &FileAddresses,
    ) -> Result<Self> {
        let mut places = HashMap::new();
        for named in files {
            if let Some(file) = rows::get(tx, site, named.id)? {
                places.insert(file.id, addresses.of(site, &file, store::now()));
            }
        }
        Ok(Self(places))
    }

    /// Where something is that is a file of the school or elsewhere.
    #[must_use]
    pub fn of<'u>(&self, url: Option<&'u str>, file: Option<&FileRef>) -> Option<Cow<'u, str>> {
        match file {
            Some(file) => self.0.get(&file.id).cloned().map(Cow::Owned),
            None => url.map(Cow::Borrowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_files_by_their_addresses() {
        let text = "<img src=\"https://a.example/files/1/42/0f3c/crumb.png?width=9\"> /files/1/7/ab/x /files/2/9/ab/x /files/1/x/y/z";
        let named = named_in(SiteId::new(1), text);
        assert_eq!(named, [(FileId::new(42), "0f3c"), (FileId::new(7), "ab")]);
    }

    #[test]
    fn a_file_is_named_by_what_it_holds() {
        let code = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(FileRef::of_code(&code).expect("one").code(), code);
        for none in ["sha256:0a", "0a", "sha256:", &code.to_uppercase()] {
            assert_eq!(FileRef::of_code(none), None, "{none}");
        }
    }
}
