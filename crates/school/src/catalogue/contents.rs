//! Contents: the lessons, quizzes and other pieces of a chapter, in order.

use crate::check::{Check, LINE};
use crate::error::{Error, Result};
use crate::{file_names, slugs};
pub use store::contents::ContentType;
use store::contents::{self as rows, BodyRow, ContentRow};
use store::{ChapterId, ContentId, CourseId, Page, PageRequest, SiteId, Tx};

/// The part of a content's address that its type makes.
#[must_use]
pub fn path(kind: ContentType) -> &'static str {
    match kind {
        ContentType::Assignment => "assignments",
        ContentType::Audio => "audio",
        ContentType::BrilliumExam => "exams",
        ContentType::Disqus => "discussions",
        ContentType::Download => "downloads",
        ContentType::HtmlItem => "texts",
        ContentType::Iframe => "multimedia",
        ContentType::Lesson => "lessons",
        ContentType::LiveLesson => "live_events",
        ContentType::Pdf => "pdfs",
        ContentType::Presentation => "presentations",
        ContentType::Quiz => "quizzes",
        ContentType::Survey => "surveys",
    }
}

/// What those who make courses call a type, as `lesson.completed` says it. `Video` is known to receivers; the others
/// are the words that stand in the course builder.
#[must_use]
pub fn title(kind: ContentType) -> &'static str {
    match kind {
        ContentType::Assignment => "Assignment",
        ContentType::Audio => "Audio",
        ContentType::BrilliumExam => "Exam",
        ContentType::Disqus => "Discussion",
        ContentType::Download => "Download",
        ContentType::HtmlItem => "Text",
        ContentType::Iframe => "Multimedia",
        ContentType::Lesson => "Video",
        ContentType::LiveLesson => "Live",
        ContentType::Pdf => "PDF",
        ContentType::Presentation => "Presentation",
        ContentType::Quiz => "Quiz",
        ContentType::Survey => "Survey",
    }
}

/// How the names of a type's files end.
#[must_use]
pub fn ending(kind: ContentType) -> &'static str {
    match kind {
        ContentType::Quiz => ".quiz.md",
        ContentType::Survey => ".survey.md",
        _ => ".md",
    }
}

/// The type of a file that does not say.
#[must_use]
pub fn type_of_file(file: &str) -> ContentType {
    let named = [ContentType::Quiz, ContentType::Survey].into_iter().find(|kind| file.ends_with(ending(*kind)));
    named.unwrap_or(ContentType::HtmlItem)
}

/// What a content is set to, beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// Where the video, sound, document or page is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What a quiz is passed with, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passing_grade: Option<i64>,
}

/// A content, with the course it is taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    row: ContentRow,
    /// The last part of the course's address.
    pub course_slug: String,
}

impl std::ops::Deref for Content {
    type Target = ContentRow;

    fn deref(&self) -> &ContentRow {
        &self.row
    }
}

impl Content {
    /// Its path on the school's own host, where students take it: `/courses/take/bread/texts/12-folding`.
    #[must_use]
    pub fn take_path(&self) -> String {
        let (kind, name) = (path(self.contentable_type), slugs::slug_of(&self.name));
        format!("/courses/take/{}/{kind}/{}-{name}", self.course_slug, self.id)
    }
}

/// What a content holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The name of its file, where the course is a folder of files.
    pub file: String,
    /// What it is set to.
    pub settings: Settings,
    /// Its text, in Markdown.
    pub text: String,
}

impl From<BodyRow> for Body {
    fn from(row: BodyRow) -> Self {
        Self { file: row.file, settings: serde_json::from_str(&row.settings).unwrap_or_default(), text: row.body }
    }
}

/// A content to be made, or what is to become of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContent {
    /// Its name.
    pub name: String,
    /// What it is.
    pub content_type: ContentType,
    /// Whether it is open to everyone.
    pub free: bool,
    /// How long it plays, in seconds; zero when it does not.
    pub duration_in_seconds: i64,
    /// Its place in the chapter, from one; none is the last place for a new content, its own for an old one.
    pub position: Option<i64>,
    /// The name of its file, where the course is a folder of files; empty makes one of position and name.
    pub file: String,
    /// What it is set to.
    pub settings: Settings,
    /// Its text, in Markdown, kept as it is.
    pub text: String,
}

/// A page of the contents of a chapter.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such chapter.
pub fn list(tx: &mut Tx<'_>, site: SiteId, chapter: ChapterId, ask: &PageRequest) -> Result<Page<Content>> {
    let chapter = store::chapters::get(tx, site, chapter)?.ok_or(Error::NotFound)?;
    let course_slug = course_slug(tx, site, chapter.course_id)?;
    Ok(rows::page(tx, site, chapter.id, ask)?.map(|row| Content { row, course_slug: course_slug.clone() }))
}

/// One content.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such content.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: ContentId) -> Result<Content> {
    let row = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    Ok(Content { course_slug: course_slug(tx, site, row.course_id)?, row })
}

fn course_slug(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<String> {
    Ok(store::courses::get(tx, site, course)?.ok_or(Error::NotFound)?.slug)
}

/// What a content holds.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such content.
pub fn body(tx: &mut Tx<'_>, site: SiteId, id: ContentId) -> Result<Body> {
    Ok(rows::body(tx, site, id)?.ok_or(Error::NotFound)?.into())
}

/// Every content of a course with what it holds, by chapter id and in order within each chapter.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such course.
pub fn with_bodies(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<Vec<(Content, Body)>> {
    let slug = course_slug(tx, site, course)?;
    let rows = rows::with_bodies(tx, site, course)?;
    Ok(rows.into_iter().map(|(row, body)| (Content { row, course_slug: slug.clone() }, body.into())).collect())
}

/// Makes a content of a chapter.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such chapter; [`Error::Invalid`] when a field breaks a rule or another
/// content of the chapter has the file.
pub fn create(tx: &mut Tx<'_>, site: SiteId, chapter: ChapterId, new: &NewContent) -> Result<Content> {
    let chapter = store::chapters::get(tx, site, chapter)?.ok_or(Error::NotFound)?;
    let mut row = ContentRow { course_id: chapter.course_id, chapter_id: chapter.id, ..ContentRow::default() };
    let body = apply(tx, site, &mut row, new)?;
    let stamp = tx.stamp(site)?;
    row.id = ContentId::next(tx)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    rows::insert(tx, site, &row, &body)?;
    Ok(Content { row, course_slug: course_slug(tx, site, chapter.course_id)? })
}

/// Replaces the fields of a content and what it holds. A change that changes nothing leaves no trace.
///
/// # Errors
/// [`Error::NotFound`] when there is no such content; [`Error::Invalid`] as [`create`].
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: ContentId, new: &NewContent) -> Result<Content> {
    let had = get(tx, site, id)?;
    let held = rows::body(tx, site, id)?;
    let mut has = had.clone();
    let holds = apply(tx, site, &mut has.row, new)?;
    if has != had || held.as_ref() != Some(&holds) {
        let stamp = tx.stamp(site)?;
        rows::update(tx, site, &has.row, &holds, stamp)?;
        has.row.rev = stamp.rev;
        has.row.updated_at = stamp.at;
    }
    Ok(has)
}

/// Removes a content and what it holds.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such content.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: ContentId) -> Result<()> {
    let content = get(tx, site, id)?;
    Ok(rows::delete(tx, site, content.id)?)
}

/// Applies the input to a row, checks what stands in it then, and gives what the content is to hold.
fn apply(tx: &mut Tx<'_>, site: SiteId, row: &mut ContentRow, new: &NewContent) -> Result<BodyRow> {
    let mut check = Check::new();
    row.name = check.required("name", Some(&new.name), LINE);
    row.contentable_type = new.content_type;
    row.free = new.free;
    row.duration_in_seconds = new.duration_in_seconds;
    check.that(row.duration_in_seconds >= 0, "duration_in_seconds", "must not be negative");
    if let Some(url) = &new.settings.url {
        check.length("url", url, 2048);
    }
    let grade = new.settings.passing_grade.is_none_or(|grade| (0..=100).contains(&grade));
    check.that(grade, "passing_grade", "must be between 0 and 100");
    row.position = match new.position {
        Some(position) => position,
        None if row.id != ContentId::default() => row.position,
        None => rows::of_chapter(tx, site, row.chapter_id)?.last().map_or(1, |last| last.position + 1),
    };
    check.that(row.position > 0, "position", "must be greater than 0");
    let others = rows::files(tx, site, row.chapter_id)?;
    let taken = |file: &str| others.iter().any(|(id, other)| *id != row.id && file_names::same(other, file));
    let file = if new.file.is_empty() {
        file_names::free(row.position, &row.name, ending(new.content_type), taken)
    } else {
        check.that(
            file_names::is_valid(&new.file) && new.file.ends_with(".md"),
            "file",
            "is no name of a Markdown file",
        );
        check.that(!taken(&new.file), "file", "has already been taken");
        new.file.clone()
    };
    check.done()?;
    let settings = serde_json::to_string(&new.settings).unwrap_or_else(|_| unreachable!("texts and numbers are JSON"));
    Ok(BodyRow { file, settings, body: new.text.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_its_type_by_its_ending() {
        assert_eq!(type_of_file("05-check.quiz.md"), ContentType::Quiz);
        assert_eq!(type_of_file("05-feedback.survey.md"), ContentType::Survey);
        assert_eq!(type_of_file("05-quiz.md"), ContentType::HtmlItem);
    }
}
