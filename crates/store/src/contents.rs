//! Rows of contents, the lessons of a chapter, and what they hold.

use crate::chapters::{Keys, cut};
use crate::courses::{gathered, one_of};
use crate::{Page, PageRequest, Row, Stamp, StoreError, Tx, params};
use std::collections::HashMap;

/// A content's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
    /// The course it is part of.
    pub course_id: i64,
    /// The chapter it is part of.
    pub chapter_id: i64,
    /// Its name.
    pub name: String,
    /// Its place in the chapter.
    pub position: i64,
    /// What it is, by the name clients know.
    pub contentable_type: String,
    /// Whether it is open to everyone.
    pub free: bool,
    /// How long it plays, in seconds; zero when it does not.
    pub duration_in_seconds: i64,
}

/// What a content holds, apart from its row so that lists stay small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyRow {
    /// The name of its file, where the course is a folder of files.
    pub file: String,
    /// Its settings, as a JSON object.
    pub settings: String,
    /// Its text, in Markdown.
    pub body: String,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.updated_at, t.course_id, t.chapter_id, t.name, t.position, \
                       t.contentable_type, t.free, t.duration_in_seconds";

fn read(row: &Row<'_>) -> Result<ContentRow, StoreError> {
    Ok(ContentRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        course_id: row.get(4)?,
        chapter_id: row.get(5)?,
        name: row.get(6)?,
        position: row.get(7)?,
        contentable_type: row.get(8)?,
        free: row.get(9)?,
        duration_in_seconds: row.get(10)?,
    })
}

/// Adds a content, under the id and the stamp that its row carries.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, content: &ContentRow, body: &BodyRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO contents (site_id, id, rev, created_at, updated_at, course_id, chapter_id, name, position,
           contentable_type, free, duration_in_seconds)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            site,
            content.id,
            content.rev,
            content.created_at,
            content.updated_at,
            content.course_id,
            content.chapter_id,
            &content.name,
            content.position,
            &content.contentable_type,
            content.free,
            content.duration_in_seconds,
        ],
    )?;
    tx.execute(
        "INSERT INTO content_bodies (site_id, content_id, file, settings, body) VALUES ($1, $2, $3, $4, $5)",
        params![site, content.id, &body.file, &body.settings, &body.body],
    )?;
    Ok(())
}

/// Writes a changed content over the one with its id. `stamp` becomes the time and number of the change.
///
/// # Errors
/// Whatever the database says.
pub fn update(tx: &mut Tx<'_>, site: i64, has: &ContentRow, body: &BodyRow, stamp: Stamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE contents SET rev = $1, updated_at = $2, chapter_id = $3, name = $4, position = $5,
           contentable_type = $6, free = $7, duration_in_seconds = $8
         WHERE site_id = $9 AND id = $10",
        params![
            stamp.rev,
            stamp.at,
            has.chapter_id,
            &has.name,
            has.position,
            &has.contentable_type,
            has.free,
            has.duration_in_seconds,
            site,
            has.id,
        ],
    )?;
    tx.execute(
        "UPDATE content_bodies SET file = $1, settings = $2, body = $3 WHERE site_id = $4 AND content_id = $5",
        params![&body.file, &body.settings, &body.body, site, has.id],
    )?;
    Ok(())
}

/// The content with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<ContentRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM contents t WHERE t.site_id = $1 AND t.id = $2"), params![site, id], read)
}

/// What a content holds.
///
/// # Errors
/// Whatever the database says.
pub fn body(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<BodyRow>, StoreError> {
    tx.first(
        "SELECT file, settings, body FROM content_bodies WHERE site_id = $1 AND content_id = $2",
        params![site, id],
        |row| Ok(BodyRow { file: row.get(0)?, settings: row.get(1)?, body: row.get(2)? }),
    )
}

/// What a content is set to, as a JSON object; its text is not read.
///
/// # Errors
/// Whatever the database says.
pub fn settings(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<String>, StoreError> {
    tx.first("SELECT settings FROM content_bodies WHERE site_id = $1 AND content_id = $2", params![site, id], |row| {
        row.get(0)
    })
}

/// Every content of a chapter, in order.
///
/// # Errors
/// Whatever the database says.
pub fn of_chapter(tx: &mut Tx<'_>, site: i64, chapter: i64) -> Result<Vec<ContentRow>, StoreError> {
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM contents t WHERE t.site_id = $1 AND t.chapter_id = $2 ORDER BY t.position, t.id"
        ),
        params![site, chapter],
        read,
    )
}

/// The ids of the contents of a chapter with the names of their files.
///
/// # Errors
/// Whatever the database says.
pub fn files(tx: &mut Tx<'_>, site: i64, chapter: i64) -> Result<Vec<(i64, String)>, StoreError> {
    tx.query(
        "SELECT t.id, b.file FROM contents t JOIN content_bodies b ON b.site_id = t.site_id AND b.content_id = t.id
         WHERE t.site_id = $1 AND t.chapter_id = $2",
        params![site, chapter],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Every content of a course with what it holds, in order within each chapter.
///
/// # Errors
/// Whatever the database says.
pub fn with_bodies(tx: &mut Tx<'_>, site: i64, course: i64) -> Result<Vec<(ContentRow, BodyRow)>, StoreError> {
    tx.query(
        &format!(
            "SELECT {COLUMNS}, b.file, b.settings, b.body FROM contents t
             JOIN content_bodies b ON b.site_id = t.site_id AND b.content_id = t.id
             WHERE t.site_id = $1 AND t.course_id = $2 ORDER BY t.chapter_id, t.position, t.id"
        ),
        params![site, course],
        |row| Ok((read(row)?, BodyRow { file: row.get(11)?, settings: row.get(12)?, body: row.get(13)? })),
    )
}

/// A page of the contents of a chapter.
///
/// # Errors
/// Whatever the database says.
pub fn page(tx: &mut Tx<'_>, site: i64, chapter: i64, request: &PageRequest) -> Result<Page<ContentRow>, StoreError> {
    let keys = |row: &ContentRow| Keys { id: row.id, rev: row.rev, created: row.created_at, updated: row.updated_at };
    Ok(cut(of_chapter(tx, site, chapter)?, request, keys))
}

/// What a chapter says of one of its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The content's id.
    pub id: i64,
    /// What it is, by the name clients know.
    pub contentable_type: String,
    /// How long it plays, in seconds.
    pub duration_in_seconds: i64,
}

/// What each of these chapters is made of, in order.
///
/// # Errors
/// Whatever the database says.
pub fn parts(tx: &mut Tx<'_>, site: i64, chapters: &[i64]) -> Result<HashMap<i64, Vec<Part>>, StoreError> {
    let Some((ids, values)) = one_of(site, chapters) else { return Ok(HashMap::new()) };
    let sql = format!(
        "SELECT chapter_id, id, contentable_type, duration_in_seconds FROM contents
         WHERE site_id = $1 AND chapter_id IN {ids} ORDER BY chapter_id, position, id"
    );
    let parts = tx.query(&sql, &values, |row| {
        let part = Part { id: row.get(1)?, contentable_type: row.get(2)?, duration_in_seconds: row.get(3)? };
        Ok((row.get(0)?, part))
    })?;
    Ok(gathered(parts))
}

/// Removes every content of a course and what they hold.
///
/// # Errors
/// Whatever the database says.
pub fn delete_of_course(tx: &mut Tx<'_>, site: i64, course: i64) -> Result<(), StoreError> {
    let ids: Vec<i64> =
        tx.query("SELECT id FROM contents WHERE site_id = $1 AND course_id = $2", params![site, course], |row| {
            row.get(0)
        })?;
    ids.into_iter().try_for_each(|id| delete(tx, site, id))
}

/// Removes a content and what it holds. Completions of it stay behind and count for nothing: its id is not given
/// again.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM content_bodies WHERE site_id = $1 AND content_id = $2", params![site, id])?;
    tx.execute("DELETE FROM contents WHERE site_id = $1 AND id = $2", params![site, id])?;
    Ok(())
}
