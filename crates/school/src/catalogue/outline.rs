//! The outline of a course as people and programs change it: chapters and contents are put at places, the others make
//! room, and the course's event is told of where its chapters are others.

use crate::chapters::{self, Chapter, NewChapter};
use crate::check::Check;
use crate::contents::{self, Content, NewContent};
use crate::courses;
use crate::error::{Error, Result};
use crate::places::Place;
use store::{ChapterId, ContentId, CourseId, SiteId, Tx};

/// Makes a chapter at a place of a course.
///
/// # Errors
/// As [`chapters::create`] and [`chapters::place`].
pub fn add_chapter(
    tx: &mut Tx<'_>,
    site: SiteId,
    course: CourseId,
    new: &NewChapter,
    place: Place<ChapterId>,
) -> Result<Chapter> {
    let mut check = Check::new();
    check.note(place.among(ChapterId::default(), &courses::get(tx, site, course)?.chapter_ids))?;
    let made = chapters::create_checked(tx, site, course, new, check)?;
    chapters::place(tx, site, made.id, place)?;
    courses::tell_updated(tx, site, course)?;
    chapters::get(tx, site, made.id)
}

/// Changes a chapter, and puts it at a place of its course.
///
/// # Errors
/// As [`chapters::update`] and [`chapters::place`].
pub fn change_chapter(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: ChapterId,
    new: &NewChapter,
    place: Place<ChapterId>,
) -> Result<Chapter> {
    let course = chapters::get(tx, site, id)?.course_id;
    let mut check = Check::new();
    check.note(place.among(id, &courses::get(tx, site, course)?.chapter_ids))?;
    let changed = chapters::update_checked(tx, site, id, new, check)?;
    let order = |tx: &mut Tx<'_>| courses::get(tx, site, changed.course_id).map(|course| course.chapter_ids);
    let had = order(tx)?;
    chapters::place(tx, site, id, place)?;
    if order(tx)? != had {
        courses::tell_updated(tx, site, changed.course_id)?;
    }
    chapters::get(tx, site, id)
}

/// Removes a chapter with its contents.
///
/// # Errors
/// [`Error::NotFound`] when there is no such chapter.
pub fn remove_chapter(tx: &mut Tx<'_>, site: SiteId, id: ChapterId) -> Result<()> {
    let course = chapters::get(tx, site, id)?.course_id;
    chapters::delete(tx, site, id)?;
    chapters::close_gaps(tx, site, course)?;
    courses::tell_updated(tx, site, course)
}

/// Makes a content at a place of a chapter, which may be named a second time (`said`).
///
/// # Errors
/// As [`contents::create`] and [`contents::place`]; [`Error::Invalid`] when it is said to be in another chapter.
pub fn add_content(
    tx: &mut Tx<'_>,
    site: SiteId,
    chapter: ChapterId,
    said: Option<ChapterId>,
    new: &NewContent,
    place: Place<ContentId>,
) -> Result<Content> {
    let mut check = Check::new();
    check.that(said.is_none_or(|said| said == chapter), "chapter_id", "must be the chapter of the path");
    check.note(place.among(ContentId::default(), &chapters::get(tx, site, chapter)?.content_ids))?;
    let made = contents::create_checked(tx, site, chapter, new, check)?;
    contents::place(tx, site, made.id, chapter, place)?;
    contents::get(tx, site, made.id)
}

/// Changes a content, and puts it at a place of a chapter of its course.
///
/// # Errors
/// As [`contents::update`] and [`contents::place`].
pub fn change_content(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: ContentId,
    new: &NewContent,
    chapter: Option<ChapterId>,
    place: Place<ContentId>,
) -> Result<Content> {
    let had = contents::get(tx, site, id)?;
    let mut check = Check::new();
    check.note(contents::check_place(tx, site, &had, chapter.unwrap_or(had.chapter_id), place))?;
    let changed = contents::update_checked(tx, site, id, new, check)?;
    contents::place(tx, site, id, chapter.unwrap_or(changed.chapter_id), place)?;
    contents::get(tx, site, id)
}

/// Removes a content with what it holds. What students have completed of the course stays as it is counted.
///
/// # Errors
/// [`Error::NotFound`] when there is no such content.
pub fn remove_content(tx: &mut Tx<'_>, site: SiteId, id: ContentId) -> Result<()> {
    let chapter = contents::get(tx, site, id)?.chapter_id;
    contents::delete(tx, site, id)?;
    contents::close_gaps(tx, site, chapter)
}

/// Removes a course with everything that is in it, unless people are enrolled: their progress would be lost with it.
///
/// # Errors
/// [`Error::NotFound`] when there is no such course; [`Error::Invalid`] when people are enrolled and it is not said that
/// their enrollments are to go too.
pub fn remove_course(tx: &mut Tx<'_>, site: SiteId, id: CourseId, with_enrollments: bool) -> Result<()> {
    courses::get(tx, site, id)?;
    let enrolled = courses::enrollment_count(tx, site, id)?;
    if enrolled > 0 && !with_enrollments {
        let message =
            format!("Users are enrolled in this course ({enrolled}): say that their enrollments are to be deleted too");
        return Err(Error::invalid("base", message));
    }
    courses::delete(tx, site, id)
}
