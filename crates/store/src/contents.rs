//! Rows of contents, the lessons of a chapter, and what they hold.

use crate::enums::text_enum;
use crate::files::{self, FileUserKind};
use crate::pairs::by_owner;
use crate::short_list::{Keys, cut};
use crate::table::{select, table};
use crate::{ChapterId, ContentId, CourseId, Page, PageRequest, SiteId, Stamp, StoreError, Tx, params, questions};
use std::collections::HashMap;

text_enum! {
    /// What a content is.
    #[derive(Default)]
    pub enum ContentType {
        /// Work to be handed in.
        Assignment = "Assignment",
        /// Sound.
        Audio = "Audio",
        /// An examination at an outside provider.
        BrilliumExam = "BrilliumExam",
        /// A discussion.
        Disqus = "Disqus",
        /// Files to take home.
        Download = "Download",
        /// Text.
        #[default]
        HtmlItem = "HtmlItem",
        /// A page from elsewhere.
        Iframe = "Iframe",
        /// A video.
        Lesson = "Lesson",
        /// A meeting at a set time.
        LiveLesson = "LiveLesson",
        /// A document.
        Pdf = "Pdf",
        /// Slides.
        Presentation = "Presentation",
        /// Questions with right and wrong answers.
        Quiz = "Quiz",
        /// Questions without.
        Survey = "Survey",
    }
}

table! {
    /// A content's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct ContentRow in "contents" of site {
        keys {
            /// Its id.
            id: ContentId,
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
            /// The chapter it is part of.
            chapter_id: ChapterId,
            /// Its name.
            name: String,
            /// Its place in the chapter.
            position: i64,
            /// What it is.
            contentable_type: ContentType,
            /// Whether it is open to everyone.
            free: bool,
            /// How long it plays, in seconds; zero when it does not.
            duration_in_seconds: i64,
            /// Whether nobody who learns sees it yet.
            draft: bool,
            /// Whether what comes after it opens only when it is completed.
            prerequisite: bool,
        }
    }
}

table! {
    /// What a content holds, apart from its row so that lists stay small.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BodyRow in "content_bodies" of site {
        parent { content_id: ContentId }
        values {
            /// The name of its file, where the course is a folder of files.
            file: String,
            /// Its settings, as a JSON object.
            settings: String,
            /// Its text, in Markdown.
            body: String,
        }
    }
}

/// Adds a content, under the id and the stamp that its row carries.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, content: &ContentRow, body: &BodyRow) -> Result<(), StoreError> {
    content.insert(tx, site)?;
    body.insert(tx, site, content.id)?;
    Ok(())
}

/// Writes a changed content over the one with its id. `stamp` becomes the time and number of the change.
pub fn update(tx: &mut Tx<'_>, site: SiteId, has: &ContentRow, body: &BodyRow, stamp: Stamp) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    body.update(tx, site, has.id)?;
    Ok(())
}

/// The content with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: ContentId) -> Result<Option<ContentRow>, StoreError> {
    tx.first(select!(ContentRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], ContentRow::read)
}

/// What a content holds.
pub fn body(tx: &mut Tx<'_>, site: SiteId, id: ContentId) -> Result<Option<BodyRow>, StoreError> {
    tx.first(select!(BodyRow, "WHERE t.site_id = $1 AND t.content_id = $2"), params![site, id], BodyRow::read)
}

/// What a content is set to, as a JSON object; its text is not read.
pub fn settings(tx: &mut Tx<'_>, site: SiteId, id: ContentId) -> Result<Option<String>, StoreError> {
    tx.first("SELECT settings FROM content_bodies WHERE site_id = $1 AND content_id = $2", params![site, id], |row| {
        row.get(0)
    })
}

/// Every content of a chapter, in order.
pub fn of_chapter(tx: &mut Tx<'_>, site: SiteId, chapter: ChapterId) -> Result<Vec<ContentRow>, StoreError> {
    tx.query(
        select!(ContentRow, "WHERE t.site_id = $1 AND t.chapter_id = $2 ORDER BY t.position, t.id"),
        params![site, chapter],
        ContentRow::read,
    )
}

/// The ids of the contents of a chapter with the names of their files.
pub fn files(tx: &mut Tx<'_>, site: SiteId, chapter: ChapterId) -> Result<Vec<(ContentId, String)>, StoreError> {
    tx.query(
        "SELECT t.id, b.file FROM contents t JOIN content_bodies b ON b.site_id = t.site_id AND b.content_id = t.id
         WHERE t.site_id = $1 AND t.chapter_id = $2",
        params![site, chapter],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Every content of a course with what it holds, in order within each chapter.
pub fn with_bodies(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<Vec<(ContentRow, BodyRow)>, StoreError> {
    let sql = select!(
        ContentRow + "b.file, b.settings, b.body",
        "JOIN content_bodies b ON b.site_id = t.site_id AND b.content_id = t.id
         WHERE t.site_id = $1 AND t.course_id = $2 ORDER BY t.chapter_id, t.position, t.id"
    );
    tx.query(sql, params![site, course], |row| Ok((ContentRow::read(row)?, BodyRow::read_at(row, ContentRow::WIDTH)?)))
}

/// A page of the contents of a chapter.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    chapter: ChapterId,
    request: &PageRequest,
) -> Result<Page<ContentRow>, StoreError> {
    let keys =
        |row: &ContentRow| Keys { id: row.id.get(), rev: row.rev, created: row.created_at, updated: row.updated_at };
    Ok(cut(of_chapter(tx, site, chapter)?, request, keys))
}

/// What a chapter says of one of its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentSummary {
    /// The content's id.
    pub id: ContentId,
    /// What it is.
    pub contentable_type: ContentType,
    /// How long it plays, in seconds.
    pub duration_in_seconds: i64,
}

/// What each of these chapters is made of, in order.
pub fn parts(
    tx: &mut Tx<'_>,
    site: SiteId,
    chapters: &[ChapterId],
) -> Result<HashMap<ChapterId, Vec<ContentSummary>>, StoreError> {
    let parts = tx.query_in(
        site,
        chapters.iter().copied(),
        "SELECT chapter_id, id, contentable_type, duration_in_seconds FROM contents WHERE site_id = $1 AND chapter_id IN ",
        " ORDER BY chapter_id, position, id",
        |row| {
            let part = ContentSummary { id: row.get(1)?, contentable_type: row.get(2)?, duration_in_seconds: row.get(3)? };
            Ok((row.get(0)?, part))
        },
    )?;
    Ok(by_owner(parts))
}

/// Removes every content of a course and what they hold.
pub fn delete_of_course(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<(), StoreError> {
    let ids: Vec<ContentId> =
        tx.query("SELECT id FROM contents WHERE site_id = $1 AND course_id = $2", params![site, course], |row| {
            row.get(0)
        })?;
    ids.into_iter().try_for_each(|id| delete(tx, site, id))
}

/// Removes a content and what it holds. Completions of it stay behind and count for nothing: its id is not given
/// again.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: ContentId) -> Result<(), StoreError> {
    questions::delete_of_content(tx, site, id)?;
    for thing in [FileUserKind::Content, FileUserKind::ContentText] {
        files::forget_uses(tx, site, thing, id.get())?;
    }
    tx.execute("DELETE FROM content_bodies WHERE site_id = $1 AND content_id = $2", params![site, id])?;
    tx.execute("DELETE FROM contents WHERE site_id = $1 AND id = $2", params![site, id])?;
    Ok(())
}
