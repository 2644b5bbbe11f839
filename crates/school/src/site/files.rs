//! The files of a school: pictures, videos, sound, documents, downloads. Here is what is known of them and the rules;
//! their bytes are kept, looked at and sent by the crate `files`.
//!
//! A row is there before any byte is: an upload begins with [`begin`], each part that has come is noted with [`note_part`],
//! [`complete`] says that all of them have, and [`settle`] what was found out about them. A file that is deleted leaves a
//! note by which its bytes are removed afterwards.

mod address;
mod name;
mod references;
mod uses;

use crate::check::Check;
use crate::error::{Error, Result};
use crate::security_log::{Who, who};
pub use address::{FileAddresses, Signed, encoded_name};
pub use references::{FilePlaces, FileRef, file_of_address, files_in, picture_address};
pub(crate) use references::{is_here, use_files_in};
use store::files as rows;
pub use store::files::{FileKind, FileRow as File, FileState, Part, Visibility};
use store::{FileId, Page, PageRequest, SiteId, Tx, UserId};
pub use uses::{FileUse, FileUserKind, delete_unused, named_uses, set_uses, thing, uses};

/// The length of a part, in bytes, where a file is not so large that it would have too many of them.
pub const PART_SIZE: i64 = 8 * 1024 * 1024;
/// A file has so many parts at most.
const MOST_PARTS: i64 = 4_000;
/// An upload to which nothing was added for so long is given up, in milliseconds.
pub const LEFT_AFTER: i64 = 24 * 3_600_000;
/// For so long nobody else looks at a file that is being looked at, in milliseconds.
pub const LEASE: i64 = 5 * 60_000;
/// The longest name that is looked at, in characters: a path before it is left out, and what is too long is cut.
const LONGEST_SENT: usize = 4096;

/// What the server allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// How many bytes all files of a school may take that has no number of its own; none means no limit.
    pub quota: Option<i64>,
    /// How many bytes one file may have.
    pub size: i64,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { quota: Some(100 << 30), size: 10 << 30 }
    }
}

/// A file that is to be uploaded.
#[derive(Debug, Clone, Default)]
pub struct NewFile {
    /// Its name as whoever has it calls it.
    pub name: Option<String>,
    /// How many bytes it has.
    pub size: Option<i64>,
    /// Who may have it.
    pub visibility: Visibility,
    /// Whose picture it is to be.
    pub avatar_of: Option<UserId>,
}

/// Begins an upload.
///
/// # Errors
/// [`Error::Invalid`] when the name or the size is missing or cannot be, or the school has no room for it.
pub fn begin(tx: &mut Tx<'_>, site: SiteId, new: &NewFile, limits: &FileLimits) -> Result<File> {
    let mut check = Check::new();
    let name = clean_name(new.name.as_deref().unwrap_or_default(), &mut check);
    match new.size {
        None => check.add("size", "can't be blank"),
        Some(size) if size < 1 => check.add("size", "must be at least 1 byte"),
        Some(size) if size > limits.size => {
            check.add("size", format!("is too large (maximum is {} for one file)", in_words(limits.size)));
        }
        Some(_) => {}
    }
    check.done()?;
    let size = new.size.unwrap_or_default();
    room_for(tx, site, size, limits)?;
    let created_by_user_id = match who(tx) {
        Who::User(user) | Who::App(_, Some(user)) => Some(user),
        _ => None,
    };
    let stamp = tx.stamp(site)?;
    let file = File {
        id: FileId::next(tx)?,
        rev: stamp.rev,
        created_at: stamp.at,
        updated_at: stamp.at,
        token: crate::ids::file_token(),
        avatar_of_user_id: new.avatar_of,
        created_by_user_id,
        name,
        visibility: new.visibility,
        state: FileState::Uploading,
        size,
        part_size: part_size(size),
        kind: FileKind::Unknown,
        content_type: String::new(),
        checksum: None,
        width: None,
        height: None,
        duration_ms: None,
        problem: None,
        due_at: Some(store::now() + LEFT_AFTER),
    };
    rows::insert(tx, site, &file)?;
    Ok(file)
}

/// A name as it is kept.
fn clean_name(sent: &str, check: &mut Check) -> String {
    // Some systems send the whole path; what is longer than any of their names is none.
    if sent.chars().count() > LONGEST_SENT {
        check.add("name", format!("is too long (maximum is {LONGEST_SENT} characters)"));
        return String::new();
    }
    let name = name::clean(sent);
    check.that(!name.is_empty(), "name", "can't be blank");
    name
}

/// The length of the parts of a file: more for one that would have too many.
fn part_size(size: i64) -> i64 {
    const STEP: i64 = 1024 * 1024;
    let least = size.div_euclid(MOST_PARTS) + 1;
    PART_SIZE.max(least.div_euclid(STEP) * STEP + STEP * i64::from(least % STEP > 0))
}

/// Refuses what the school has no room for. Writes of one school take turns, so that two uploads never share what is left.
fn room_for(tx: &mut Tx<'_>, site: SiteId, more: i64, limits: &FileLimits) -> Result<()> {
    let quota = quota(tx, site, limits)?;
    let used = rows::used(tx, site)?;
    match quota {
        Some(quota) if used.saturating_add(more) > quota => Err(Error::invalid(
            "size",
            format!(
                "is more than the school has room for: {} of {} are used. Delete files that are not needed, or ask whoever \
                 runs the server for more",
                in_words(used),
                in_words(quota)
            ),
        )),
        _ => Ok(()),
    }
}

/// How many bytes the files of a school may take; none when there is no limit.
pub fn quota(tx: &mut Tx<'_>, site: SiteId, limits: &FileLimits) -> Result<Option<i64>> {
    let own = store::sites::get(tx, site)?.ok_or(Error::NotFound)?.file_quota;
    Ok(own.map_or(limits.quota, Some).filter(|quota| *quota > 0))
}

/// How many bytes the files of a school take, uploads that have begun included.
pub fn used(tx: &mut Tx<'_>, site: SiteId) -> Result<i64> {
    Ok(rows::used(tx, site)?)
}

/// A number of bytes as people say it: `12 bytes`, `3.4 MB`.
#[must_use]
pub fn in_words(bytes: i64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
    }
    let mut number = bytes as f64 / 1000.0;
    let mut unit = 0;
    while number >= 999.95 && unit + 1 < UNITS.len() {
        number /= 1000.0;
        unit += 1;
    }
    let text = format!("{number:.1}");
    format!("{} {}", text.strip_suffix(".0").unwrap_or(&text), UNITS[unit])
}

/// How many parts a file has.
#[must_use]
pub fn part_count(file: &File) -> i64 {
    (file.size + file.part_size - 1) / file.part_size
}

/// How many bytes a part of a file has.
///
/// # Errors
/// [`Error::Invalid`] when the file has no part of this number.
pub fn size_of_part(file: &File, number: i64) -> Result<i64> {
    let count = part_count(file);
    if !(1..=count).contains(&number) {
        return Err(Error::invalid("number", format!("must be from 1 to {count}")));
    }
    Ok(if number == count { file.size - (count - 1) * file.part_size } else { file.part_size })
}

/// The file to which a part may be added now.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such file; [`Error::Invalid`] when its upload has ended.
pub fn uploading(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> Result<File> {
    let file = get(tx, site, id)?;
    match file.state {
        FileState::Uploading => Ok(file),
        _ => Err(Error::invalid("base", "The upload of this file has ended")),
    }
}

/// Notes that a part has come, and which object holds it. Gives the object that held it before, which nobody needs now.
///
/// # Errors
/// As [`uploading`]; [`Error::Invalid`] when the part has another length than it must.
pub fn note_part(tx: &mut Tx<'_>, site: SiteId, id: FileId, part: &Part) -> Result<Option<Part>> {
    let file = uploading(tx, site, id)?;
    let size = size_of_part(&file, part.number)?;
    if part.size != size {
        return Err(wrong_length(part.number, size, part.size));
    }
    let before = rows::parts(tx, site, id, part.number, part.number)?.pop();
    rows::set_part(tx, site, id, part)?;
    rows::set_due(tx, site, id, Some(store::now() + LEFT_AFTER))?;
    Ok(before)
}

/// That a part has another length than it must.
#[must_use]
pub fn wrong_length(number: i64, must: i64, has: i64) -> Error {
    Error::invalid("base", format!("Part {number} must have {must} bytes, and {has} have come"))
}

/// The numbers of the parts that have come, in order.
pub fn parts_come(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> Result<Vec<i64>> {
    Ok(rows::parts(tx, site, id, 1, i64::MAX)?.into_iter().map(|part| part.number).collect())
}

/// The parts of a file that hold its bytes from one to another, both included.
pub fn parts_with(tx: &mut Tx<'_>, site: SiteId, file: &File, first: i64, last: i64) -> Result<Vec<Part>> {
    Ok(rows::parts(tx, site, file.id, first / file.part_size + 1, last / file.part_size + 1)?)
}

/// Ends an upload: from now on it is looked at what the file is. One whose upload has ended is given as it is.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such file; [`Error::Invalid`] when parts are missing.
pub fn complete(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> Result<File> {
    let file = get(tx, site, id)?;
    if file.state != FileState::Uploading {
        return Ok(file);
    }
    let come = parts_come(tx, site, id)?;
    let missing: Vec<String> = (1..=part_count(&file))
        .filter(|number| come.binary_search(number).is_err())
        .take(10)
        .map(|n| n.to_string())
        .collect();
    if !missing.is_empty() {
        return Err(Error::invalid("base", format!("Parts are missing: {}", missing.join(", "))));
    }
    let due_at = Some(store::now() + LEASE);
    change(tx, site, &file, |file| {
        file.state = FileState::Checking;
        file.due_at = due_at;
    })
}

/// Notes all parts of a file at once, of which it is only now known how long it is: no longer than was said before. From
/// now on it is looked at what it is.
///
/// # Errors
/// As [`uploading`]; [`Error::Invalid`] when it is empty.
pub fn complete_with(tx: &mut Tx<'_>, site: SiteId, id: FileId, parts: &[Part]) -> Result<File> {
    let file = uploading(tx, site, id)?;
    let size: i64 = parts.iter().map(|part| part.size).sum();
    if size < 1 {
        return Err(Error::invalid("size", "must be at least 1 byte"));
    }
    for part in parts {
        rows::set_part(tx, site, id, part)?;
    }
    let due_at = Some(store::now() + LEASE);
    change(tx, site, &file, |file| {
        file.size = size.min(file.size);
        file.state = FileState::Checking;
        file.due_at = due_at;
    })
}

/// What a file was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: FileKind,
    /// Its media type.
    pub content_type: String,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub checksum: String,
    /// The width, in pixels.
    pub width: Option<i64>,
    /// The height, in pixels.
    pub height: Option<i64>,
    /// How long it is, in milliseconds.
    pub duration_ms: Option<i64>,
    /// The one object that holds all of it from now on, where it was written anew.
    pub rewritten: Option<Part>,
}

/// What came of looking at a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It can be used.
    Ready(Found),
    /// It is not taken, and why.
    Refused(String),
    /// It could not be looked at, and why. It is tried again later.
    Later(String),
}

/// Writes down what came of looking at a file. Nothing happens to one that somebody else has settled, or that is gone.
pub fn settle(tx: &mut Tx<'_>, site: SiteId, id: FileId, verdict: &Verdict) -> Result<Option<File>> {
    let Some(file) = rows::get(tx, site, id)?.filter(|file| file.state == FileState::Checking) else {
        return Ok(None);
    };
    let changed = match verdict {
        Verdict::Ready(found) => {
            if let Some(whole) = &found.rewritten {
                rows::clear_parts(tx, site, id)?;
                rows::set_part(tx, site, id, whole)?;
            }
            change(tx, site, &file, |file| {
                file.state = FileState::Ready;
                file.kind = found.kind;
                file.content_type.clone_from(&found.content_type);
                file.checksum = Some(found.checksum.clone());
                (file.width, file.height, file.duration_ms) = (found.width, found.height, found.duration_ms);
                if let Some(whole) = &found.rewritten {
                    (file.size, file.part_size) = (whole.size, whole.size.max(1));
                }
                (file.problem, file.due_at) = (None, None);
            })?
        }
        Verdict::Refused(why) => {
            rows::clear_parts(tx, site, id)?;
            rows::note_removed(tx, site, id)?;
            // Whoever sent it reads why; then it is forgotten.
            let due_at = Some(store::now() + LEFT_AFTER);
            change(tx, site, &file, |file| {
                file.state = FileState::Refused;
                (file.problem, file.due_at) = (Some(why.clone()), due_at);
            })?
        }
        Verdict::Later(why) => {
            let due_at = Some(store::now() + LEASE);
            change(tx, site, &file, |file| (file.problem, file.due_at) = (Some(why.clone()), due_at))?
        }
    };
    Ok(Some(changed))
}

fn change(tx: &mut Tx<'_>, site: SiteId, had: &File, change: impl FnOnce(&mut File)) -> Result<File> {
    let mut has = had.clone();
    change(&mut has);
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, had, &has, stamp)?;
    (has.rev, has.updated_at) = (stamp.rev, stamp.at);
    Ok(has)
}

/// The file with this id, whatever its state.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> Result<Option<File>> {
    Ok(rows::get(tx, site, id)?)
}

/// The file with this id, whatever its state.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such file.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> Result<File> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// A page of the school's files, or of those of one kind.
pub fn list(tx: &mut Tx<'_>, site: SiteId, kind: Option<FileKind>, request: &PageRequest) -> Result<Page<File>> {
    Ok(rows::page(tx, site, kind, request)?)
}

/// Files whose names begin with a text, in whatever case, by their names; so many at most.
pub fn search(tx: &mut Tx<'_>, site: SiteId, beginning: &str, most: i64) -> Result<Vec<File>> {
    Ok(rows::named_like(tx, site, beginning.trim(), most)?)
}

/// The files that a user has uploaded, the newest first; so many at most.
pub fn uploaded_by(tx: &mut Tx<'_>, site: SiteId, user: UserId, most: i64) -> Result<Vec<File>> {
    Ok(rows::uploaded_by(tx, site, user, most)?)
}

/// What may be changed of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileChanges {
    /// Its name.
    pub name: Option<String>,
    /// Who may have it. Of a file that was public, copies may be kept by whoever had it.
    pub visibility: Option<Visibility>,
}

/// Changes what may be changed of a file.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such file; [`Error::Invalid`] when the name is none, or a file
/// becomes private that is shown to everybody.
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: FileId, changes: &FileChanges) -> Result<File> {
    let file = get(tx, site, id)?;
    let mut check = Check::new();
    let name = changes.name.as_deref().map(|name| clean_name(name, &mut check));
    if changes.visibility == Some(Visibility::Private) && file.visibility == Visibility::Public {
        let shown = uses(tx, site, id)?.into_iter().find(|(kind, _)| *kind != FileUserKind::Content);
        if let Some((kind, id)) = shown {
            check.add("visibility", format!("must stay public: {} {id} shows it to everybody", thing(kind)));
        }
    }
    check.done()?;
    change(tx, site, &file, |file| {
        file.name = name.unwrap_or_else(|| file.name.clone());
        file.visibility = changes.visibility.unwrap_or(file.visibility);
    })
}

/// Deletes a file. Its bytes are removed afterwards.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such file.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> Result<()> {
    let file = get(tx, site, id)?;
    Ok(rows::delete(tx, site, &file)?)
}

/// The kinds of files by their names, as programs know them.
pub const KINDS: [(&str, FileKind); 6] = [
    ("image", FileKind::Image),
    ("video", FileKind::Video),
    ("audio", FileKind::Audio),
    ("pdf", FileKind::Pdf),
    ("captions", FileKind::Captions),
    ("download", FileKind::Download),
];

/// What a kind is called; none while it is not known.
#[must_use]
pub fn kind_name(kind: FileKind) -> Option<&'static str> {
    KINDS.iter().find(|(_, known)| *known == kind).map(|(name, _)| *name)
}

/// The kind with this name.
#[must_use]
pub fn kind_named(name: &str) -> Option<FileKind> {
    KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// Takes from the files what is somebody's own who goes: the picture that they uploaded of themselves, and that they have
/// uploaded others.
pub fn forget_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<()> {
    for file in rows::avatars_of(tx, site, user)? {
        rows::delete(tx, site, &file)?;
    }
    rows::set_uses(tx, site, FileUserKind::User, user.get(), &[])?;
    Ok(rows::forget_creator(tx, site, user)?)
}

/// A picture that was uploaded as a user's is theirs from now on, instead of those before, which are deleted. Gives it.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such file; [`Error::Invalid`] when it is no picture of theirs.
pub fn use_as_avatar(tx: &mut Tx<'_>, site: SiteId, user: UserId, id: FileId) -> Result<File> {
    let file = get(tx, site, id)?;
    let is_picture = file.kind == FileKind::Image && file.state == FileState::Ready;
    if !is_picture || file.avatar_of_user_id != Some(user) {
        return Err(Error::invalid("file", "It must be a picture: JPEG, PNG, GIF or WebP"));
    }
    for before in rows::avatars_of(tx, site, user)?.into_iter().filter(|before| before.id != id) {
        rows::delete(tx, site, &before)?;
    }
    rows::set_uses(tx, site, FileUserKind::User, user.get(), &[id])?;
    Ok(file)
}

/// A user has no picture any more that was uploaded.
pub fn remove_avatar(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<()> {
    for file in rows::avatars_of(tx, site, user)? {
        rows::delete(tx, site, &file)?;
    }
    Ok(rows::set_uses(tx, site, FileUserKind::User, user.get(), &[])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_of_one_length_and_not_too_many() {
        for size in [1, PART_SIZE, PART_SIZE + 1, 10 << 30, 1 << 40] {
            let part = part_size(size);
            let count = (size + part - 1) / part;
            assert!(count <= MOST_PARTS && part >= PART_SIZE, "{size}: {count} parts of {part}");
        }
        assert_eq!(part_size(1 << 30), PART_SIZE);
    }

    #[test]
    fn numbers_of_bytes_are_said_as_people_say_them() {
        let said: Vec<String> = [1, 999, 1000, 3_400_000, 999_960, 100 << 30].map(in_words).into();
        assert_eq!(said, ["1 byte", "999 bytes", "1 KB", "3.4 MB", "1 MB", "107.4 GB"]);
    }
}
