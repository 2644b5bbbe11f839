//! Chapters: the parts of a course, in order.

use crate::check::{Check, LINE, TEXT};
use crate::contents::ContentType;
use crate::error::{Error, Result};
use crate::file_names;
use crate::places::Place;
use store::chapters::{self as rows, ChapterRow};
use store::contents::ContentSummary;
use store::{ChapterId, ContentId, CourseId, Page, PageRequest, SiteId, Tx};

/// A chapter, with what is said of its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    row: ChapterRow,
    /// How long its videos play together, in seconds.
    pub duration_in_seconds: i64,
    /// The ids of its contents, in order.
    pub content_ids: Vec<ContentId>,
}

impl std::ops::Deref for Chapter {
    type Target = ChapterRow;

    fn deref(&self) -> &ChapterRow {
        &self.row
    }
}

impl NewChapter {
    /// A chapter as it is, to be changed.
    #[must_use]
    pub fn of(chapter: &Chapter) -> Self {
        Self {
            name: chapter.name.clone(),
            description: chapter.description.clone(),
            position: None,
            folder: chapter.folder.clone(),
        }
    }
}

impl Chapter {
    fn new(row: ChapterRow, parts: &[ContentSummary]) -> Self {
        let videos = parts.iter().filter(|part| part.contentable_type == ContentType::Lesson);
        Self {
            row,
            duration_in_seconds: videos.map(|part| part.duration_in_seconds).sum(),
            content_ids: parts.iter().map(|part| part.id).collect(),
        }
    }
}

/// A chapter to be made, or what is to become of one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewChapter {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its place in the course, from one; none is the last place for a new chapter, its own for an old one.
    pub position: Option<i64>,
    /// The name of its folder, where the course is a folder of files; empty makes one of position and name.
    pub folder: String,
}

/// A page of the chapters of a course.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such course.
pub fn list(tx: &mut Tx<'_>, site: SiteId, course: CourseId, ask: &PageRequest) -> Result<Page<Chapter>> {
    if !store::courses::exists(tx, site, course)? {
        return Err(Error::NotFound);
    }
    let page = rows::page(tx, site, course, ask)?;
    let ids: Vec<ChapterId> = page.items.iter().map(|chapter| chapter.id).collect();
    let mut parts = store::contents::parts(tx, site, &ids)?;
    Ok(page.map(|row| {
        let parts = parts.remove(&row.id).unwrap_or_default();
        Chapter::new(row, &parts)
    }))
}

/// Every chapter of a course, in order.
pub fn all(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<Vec<Chapter>> {
    Ok(list(tx, site, course, &PageRequest::first(i64::MAX))?.items)
}

/// One chapter.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such chapter.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: ChapterId) -> Result<Chapter> {
    let row = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    let mut parts = store::contents::parts(tx, site, &[id])?;
    Ok(Chapter::new(row, &parts.remove(&id).unwrap_or_default()))
}

/// Makes a chapter of a course.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such course; [`Error::Invalid`] when a field breaks a rule or another
/// chapter of the course has the folder.
pub fn create(tx: &mut Tx<'_>, site: SiteId, course: CourseId, new: &NewChapter) -> Result<Chapter> {
    create_checked(tx, site, course, new, Check::new())
}

/// As [`create`], where something may have been found wrong already.
pub(crate) fn create_checked(
    tx: &mut Tx<'_>,
    site: SiteId,
    course: CourseId,
    new: &NewChapter,
    check: Check,
) -> Result<Chapter> {
    if !store::courses::exists(tx, site, course)? {
        return Err(Error::NotFound);
    }
    let mut row = ChapterRow { course_id: course, ..ChapterRow::default() };
    apply(tx, site, &mut row, new, check)?;
    let stamp = tx.stamp(site)?;
    row.id = ChapterId::next(tx)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    rows::insert(tx, site, &row)?;
    Ok(Chapter::new(row, &[]))
}

/// Replaces the fields of a chapter. A change that changes nothing leaves no trace.
///
/// # Errors
/// [`Error::NotFound`] when there is no such chapter; [`Error::Invalid`] as [`create`].
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: ChapterId, new: &NewChapter) -> Result<Chapter> {
    update_checked(tx, site, id, new, Check::new())
}

/// As [`update`], where something may have been found wrong already.
pub(crate) fn update_checked(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: ChapterId,
    new: &NewChapter,
    check: Check,
) -> Result<Chapter> {
    let had = get(tx, site, id)?;
    let mut has = had.clone();
    apply(tx, site, &mut has.row, new, check)?;
    if has != had {
        let stamp = tx.stamp(site)?;
        rows::update(tx, site, &has.row, stamp)?;
        has.row.rev = stamp.rev;
        has.row.updated_at = stamp.at;
    }
    Ok(has)
}

/// Puts a chapter at a place of its course; the others make room, and the places are 1, 2, 3 and so on afterwards.
///
/// # Errors
/// [`Error::NotFound`] when there is no such chapter; [`Error::Invalid`] when what the place names is not of the course.
pub fn place(tx: &mut Tx<'_>, site: SiteId, id: ChapterId, place: Place<ChapterId>) -> Result<()> {
    let chapter = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    let there = rows::of_course(tx, site, chapter.course_id)?;
    let ids: Vec<ChapterId> = there.iter().map(|row| row.id).collect();
    let order = place.among(id, &ids)?;
    number(tx, site, &order, there)
}

/// Closes the gaps between the places of a course's chapters.
pub(crate) fn close_gaps(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<()> {
    let there = rows::of_course(tx, site, course)?;
    let order: Vec<ChapterId> = there.iter().map(|row| row.id).collect();
    number(tx, site, &order, there)
}

/// Numbers chapters in this order; what has its number is left alone.
fn number(tx: &mut Tx<'_>, site: SiteId, order: &[ChapterId], rows: Vec<ChapterRow>) -> Result<()> {
    for row in rows {
        let position = order.iter().position(|id| *id == row.id).map_or(row.position, |at| at as i64 + 1);
        if position != row.position {
            let stamp = tx.stamp(site)?;
            rows::update(tx, site, &ChapterRow { position, ..row }, stamp)?;
        }
    }
    Ok(())
}

/// Removes a chapter and its contents.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such chapter.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: ChapterId) -> Result<()> {
    for content in get(tx, site, id)?.content_ids {
        store::contents::delete(tx, site, content)?;
    }
    Ok(rows::delete(tx, site, id)?)
}

/// Applies the input to a row, and checks what stands in it then.
fn apply(tx: &mut Tx<'_>, site: SiteId, row: &mut ChapterRow, new: &NewChapter, mut check: Check) -> Result<()> {
    let others = rows::of_course(tx, site, row.course_id)?;
    let others: Vec<&ChapterRow> = others.iter().filter(|other| other.id != row.id).collect();
    let taken = |folder: &str| others.iter().any(|other| file_names::same(&other.folder, folder));
    row.name = check.required("name", Some(&new.name), LINE);
    row.description = check.optional("description", new.description.clone(), TEXT);
    row.position = match new.position {
        Some(position) => position,
        None if row.id != ChapterId::default() => row.position,
        None => others.last().map_or(1, |last| last.position + 1),
    };
    check.that(row.position > 0, "position", "must be greater than 0");
    if new.folder.is_empty() {
        row.folder = file_names::free(row.position, &row.name, "", taken);
    } else {
        row.folder.clone_from(&new.folder);
        check.that(file_names::is_valid(&row.folder), "folder", "is no name of a folder");
        check.that(!taken(&row.folder), "folder", "has already been taken");
    }
    check.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_lasts_as_long_as_its_videos() {
        let row = ChapterRow { name: "Dough".to_owned(), ..ChapterRow::default() };
        let part = |id, kind: ContentType, seconds| ContentSummary {
            id: ContentId::new(id),
            contentable_type: kind,
            duration_in_seconds: seconds,
        };
        let (video, sound) = (ContentType::Lesson, ContentType::Audio);
        let parts = [part(4, video, 60), part(2, sound, 500), part(3, video, 5)];
        let chapter = Chapter::new(row, &parts);
        assert_eq!((chapter.duration_in_seconds, chapter.content_ids), (65, [4, 2, 3].map(ContentId::new).to_vec()));
    }
}
