//! What uses a file. Who changes what a thing uses says so in the same transaction; what is used is not deleted.

use super::{delete, get, rows};
use crate::error::{Error, Result};
pub use store::files::FileUserKind;
use store::{BundleId, ContentId, CourseId, FileId, InstructorId, SiteId, Tx, UserId};

/// So many uses of a file are named at most.
const MOST_USES: i64 = 100;

/// What a kind of thing that uses files is called.
#[must_use]
pub fn thing(kind: FileUserKind) -> &'static str {
    match kind {
        FileUserKind::Content => "content",
        FileUserKind::Course => "course",
        FileUserKind::Instructor => "instructor",
        FileUserKind::User => "user",
        FileUserKind::Bundle => "bundle",
        FileUserKind::ContentText => "the text of content",
    }
}

/// What uses a file, a hundred things at most.
pub fn uses(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> Result<Vec<(FileUserKind, i64)>> {
    Ok(rows::uses(tx, site, id, MOST_USES)?)
}

/// A thing that uses a file, as people know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUse {
    /// What kind of thing.
    pub kind: FileUserKind,
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The course that a lesson is of.
    pub course: Option<(CourseId, String)>,
}

/// What uses a file, by name; a hundred things at most.
pub fn named_uses(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> Result<Vec<FileUse>> {
    let mut named = Vec::new();
    for (kind, id) in uses(tx, site, id)? {
        let mut course = None;
        let name = match kind {
            FileUserKind::Content | FileUserKind::ContentText => {
                let content = store::contents::get(tx, site, ContentId::new(id))?;
                if let Some(content) = &content {
                    course = store::courses::get(tx, site, content.course_id)?.map(|course| (course.id, course.name));
                }
                content.map(|content| content.name)
            }
            FileUserKind::Course => store::courses::get(tx, site, CourseId::new(id))?.map(|course| course.name),
            FileUserKind::Bundle => store::bundles::get(tx, site, BundleId::new(id))?.map(|bundle| bundle.name),
            FileUserKind::Instructor => store::instructors::get(tx, site, InstructorId::new(id))?
                .map(|one| format!("{} {}", one.first_name, one.last_name)),
            FileUserKind::User => store::users::get(tx, site, UserId::new(id))?
                .map(|user| format!("{} {}", user.first_name, user.last_name)),
        };
        named.push(FileUse { kind, id, name: name.unwrap_or_default(), course });
    }
    Ok(named)
}

/// Notes which files a thing uses from now on; none when it is gone.
///
/// # Errors
/// [`Error::Invalid`] `file_id` when the school has no such file.
pub fn set_uses(
    tx: &mut Tx<'_>,
    site: SiteId,
    thing: FileUserKind,
    thing_id: impl Into<i64>,
    files: &[FileId],
) -> Result<()> {
    for file in files {
        if rows::get(tx, site, *file)?.is_none() {
            return Err(Error::invalid("file_id", format!("No file has the id {file}")));
        }
    }
    Ok(rows::set_uses(tx, site, thing, thing_id.into(), files)?)
}

/// Deletes a file that nothing uses.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such file; [`Error::Invalid`] when something uses it, which is named.
pub fn delete_unused(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> Result<()> {
    get(tx, site, id)?;
    let uses = named_uses(tx, site, id)?;
    if uses.is_empty() {
        return delete(tx, site, id);
    }
    let named = uses.iter().map(|one| match &one.course {
        Some((_, course)) => format!("{} {} ({} in {course})", thing(one.kind), one.id, one.name),
        None if one.name.is_empty() => format!("{} {}", thing(one.kind), one.id),
        None => format!("{} {} ({})", thing(one.kind), one.id, one.name),
    });
    Err(Error::invalid("base", format!("The file is used by {}", named.collect::<Vec<_>>().join(", "))))
}
