//! Rows of chapters. A course has few of them: they are read whole, and a page is cut in memory.

use crate::short_list::{Keys, cut};
use crate::table::{select, table};
use crate::{ChapterId, CourseId, Page, PageRequest, SiteId, Stamp, StoreError, Tx, params};

table! {
    /// A chapter's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct ChapterRow in "chapters" of site {
        keys {
            /// Its id.
            id: ChapterId,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When it was made.
            created_at: i64,
            /// When it was last changed.
            updated_at: i64,
        }
        fixed {
            /// The course it is part of.
            course_id: CourseId,
        }
        values {
            /// Its name.
            name: String,
            /// What it is about.
            description: Option<String>,
            /// Its place in the course.
            position: i64,
            /// The name of its folder, where the course is a folder of files.
            folder: String,
        }
    }
}

/// Adds a chapter, under the id and the stamp that its row carries.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, chapter: &ChapterRow) -> Result<(), StoreError> {
    chapter.insert(tx, site)?;
    Ok(())
}

/// Writes a changed chapter over the one with its id. `stamp` becomes the time and number of the change.
pub fn update(tx: &mut Tx<'_>, site: SiteId, has: &ChapterRow, stamp: Stamp) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    Ok(())
}

/// The chapter with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: ChapterId) -> Result<Option<ChapterRow>, StoreError> {
    tx.first(select!(ChapterRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], ChapterRow::read)
}

/// Every chapter of a course, in order.
pub fn of_course(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<Vec<ChapterRow>, StoreError> {
    tx.query(
        select!(ChapterRow, "WHERE t.site_id = $1 AND t.course_id = $2 ORDER BY t.position, t.id"),
        params![site, course],
        ChapterRow::read,
    )
}

/// A page of the chapters of a course.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    course: CourseId,
    request: &PageRequest,
) -> Result<Page<ChapterRow>, StoreError> {
    let keys =
        |row: &ChapterRow| Keys { id: row.id.get(), rev: row.rev, created: row.created_at, updated: row.updated_at };
    Ok(cut(of_course(tx, site, course)?, request, keys))
}

/// Removes a chapter. Its contents are the caller's business.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: ChapterId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM chapters WHERE site_id = $1 AND id = $2", params![site, id])?;
    Ok(())
}

/// Removes every chapter of a course. Their contents are the caller's business.
pub fn delete_of_course(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM chapters WHERE site_id = $1 AND course_id = $2", params![site, course])?;
    Ok(())
}
