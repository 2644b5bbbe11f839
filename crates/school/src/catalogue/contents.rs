//! Contents: the lessons, quizzes and other pieces of a chapter, in order.

mod attempt;
mod lesson_files;
mod question;
mod questions;
pub(crate) mod quiz_text;
mod settings;

use crate::check::{Check, LINE, TEXT};
use crate::error::{Error, Result};
use crate::places::Place;
use crate::{file_names, rich_text, slugs};
pub(crate) use question::without_ids;
pub use question::{Choice, MOST_CHOICES, MOST_QUESTIONS, Question, QuestionKind, has_questions};
pub(crate) use questions::checked as checked_questions;
pub use questions::content_of;
pub use settings::{LessonFile, PoolDraw, Settings, file_kinds, moment_of};
use std::collections::HashMap;
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
    /// Its text, in the format that its settings name.
    pub text: String,
    /// Its questions, in order; none but of quizzes and surveys.
    pub questions: Vec<Question>,
}

impl Body {
    /// What a content of a kind holds, of its rows. Quizzes of before questions had rows have them in their text.
    fn of(kind: ContentType, row: BodyRow, questions: Vec<Question>) -> Self {
        let settings = serde_json::from_str(&row.settings).unwrap_or_default();
        let mut body = Self { file: row.file, settings, text: row.body, questions };
        if has_questions(kind) && body.questions.is_empty() {
            let read = quiz_text::read(&body.text);
            (body.text, body.questions) = (read.text, read.questions);
        }
        body
    }

    /// Its text as HTML that can be put into a page.
    #[must_use]
    pub fn html(&self) -> String {
        rich_text::html_of(&self.text, self.settings.text_format())
    }
}

/// A content to be made, or what is to become of one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewContent {
    /// Its name.
    pub name: String,
    /// What it is.
    pub content_type: ContentType,
    /// Whether it is open to everyone.
    pub free: bool,
    /// Whether nobody who learns sees it yet.
    pub draft: bool,
    /// Whether what comes after it opens only when it is completed.
    pub prerequisite: bool,
    /// How long it plays, in seconds; zero when it does not.
    pub duration_in_seconds: i64,
    /// Its place in the chapter, from one; none is the last place for a new content, its own for an old one.
    pub position: Option<i64>,
    /// The name of its file, where the course is a folder of files; empty makes one of position and name.
    pub file: String,
    /// What it is set to.
    pub settings: Settings,
    /// Its text: Markdown, kept as it is, or HTML, kept as [`rich_text::clean`] leaves it.
    pub text: String,
    /// Its questions, in order. Those that name an id of the content keep it.
    pub questions: Vec<Question>,
}

impl NewContent {
    /// A content as it is, to be changed.
    #[must_use]
    pub fn of(content: &Content, body: Body) -> Self {
        Self {
            name: content.name.clone(),
            content_type: content.contentable_type,
            free: content.free,
            draft: content.draft,
            prerequisite: content.prerequisite,
            duration_in_seconds: content.duration_in_seconds,
            position: None,
            file: body.file,
            settings: body.settings,
            text: body.text,
            questions: body.questions,
        }
    }
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
    let content = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    let body = rows::body(tx, site, id)?.ok_or(Error::NotFound)?;
    let (questions, choices) = store::questions::of_content(tx, site, id)?;
    let questions = questions::of_rows(questions, &choices).into_iter().map(|(_, question)| question).collect();
    Ok(Body::of(content.contentable_type, body, questions))
}

/// Every content of a course with what it holds, by chapter id and in order within each chapter.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such course.
pub fn with_bodies(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<Vec<(Content, Body)>> {
    let slug = course_slug(tx, site, course)?;
    let (questions, choices) = store::questions::of_course(tx, site, course)?;
    let mut of_contents: HashMap<ContentId, Vec<Question>> = HashMap::new();
    for (content, question) in questions::of_rows(questions, &choices) {
        of_contents.entry(content).or_default().push(question);
    }
    let with_body = |(row, body): (ContentRow, BodyRow)| {
        let body = Body::of(row.contentable_type, body, of_contents.remove(&row.id).unwrap_or_default());
        (Content { row, course_slug: slug.clone() }, body)
    };
    Ok(rows::with_bodies(tx, site, course)?.into_iter().map(with_body).collect())
}

/// Makes a content of a chapter.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such chapter; [`Error::Invalid`] when a field breaks a rule or another
/// content of the chapter has the file.
pub fn create(tx: &mut Tx<'_>, site: SiteId, chapter: ChapterId, new: &NewContent) -> Result<Content> {
    create_checked(tx, site, chapter, new, Check::new())
}

/// As [`create`], where something may have been found wrong already.
pub(crate) fn create_checked(
    tx: &mut Tx<'_>,
    site: SiteId,
    chapter: ChapterId,
    new: &NewContent,
    check: Check,
) -> Result<Content> {
    let chapter = store::chapters::get(tx, site, chapter)?.ok_or(Error::NotFound)?;
    let mut row = ContentRow { course_id: chapter.course_id, chapter_id: chapter.id, ..ContentRow::default() };
    let (body, mut questions) = apply(tx, site, &mut row, new, check)?;
    let stamp = tx.stamp(site)?;
    row.id = ContentId::next(tx)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    rows::insert(tx, site, &row, &body)?;
    lesson_files::note_uses(tx, site, row.id, &body.settings, &body.body, &questions)?;
    if !questions.is_empty() {
        questions::keep_ids(&mut questions, &[]);
        questions::write(tx, site, row.id, &mut questions)?;
    }
    Ok(Content { row, course_slug: course_slug(tx, site, chapter.course_id)? })
}

/// Replaces the fields of a content and what it holds. A change that changes nothing leaves no trace.
///
/// # Errors
/// [`Error::NotFound`] when there is no such content; [`Error::Invalid`] as [`create`].
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: ContentId, new: &NewContent) -> Result<Content> {
    update_checked(tx, site, id, new, Check::new())
}

/// As [`update`], where something may have been found wrong already.
pub(crate) fn update_checked(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: ContentId,
    new: &NewContent,
    check: Check,
) -> Result<Content> {
    let had = get(tx, site, id)?;
    let (held, asked) = (rows::body(tx, site, id)?, body(tx, site, id)?.questions);
    let mut has = had.clone();
    let (holds, mut asks) = apply(tx, site, &mut has.row, new, check)?;
    questions::keep_ids(&mut asks, &asked);
    let other_questions = asks != asked;
    if has != had || held.as_ref() != Some(&holds) || other_questions {
        let stamp = tx.stamp(site)?;
        rows::update(tx, site, &has.row, &holds, stamp)?;
        lesson_files::note_uses(tx, site, id, &holds.settings, &holds.body, &asks)?;
        if other_questions || !asks.is_empty() {
            questions::write(tx, site, id, &mut asks)?;
        }
        has.row.rev = stamp.rev;
        has.row.updated_at = stamp.at;
    }
    Ok(has)
}

/// Finds out whether a content can be put at a place, before anything is written.
pub(crate) fn check_place(
    tx: &mut Tx<'_>,
    site: SiteId,
    content: &Content,
    chapter: ChapterId,
    place: Place<ContentId>,
) -> Result<()> {
    let to = store::chapters::get(tx, site, chapter)?.filter(|chapter| chapter.course_id == content.course_id);
    if to.is_none() {
        return Err(Error::invalid("chapter_id", "must be a chapter of the same course"));
    }
    let there: Vec<ContentId> = rows::of_chapter(tx, site, chapter)?.iter().map(|row| row.id).collect();
    place.among(content.id, &there).map(drop)
}

/// Puts a content at a place of a chapter, which may be another one of its course; the others make room, and the places
/// of both chapters are 1, 2, 3 and so on afterwards.
///
/// # Errors
/// [`Error::NotFound`] when there is no such content; [`Error::Invalid`] when the chapter or what the place names is not of
/// the course.
pub fn place(tx: &mut Tx<'_>, site: SiteId, id: ContentId, chapter: ChapterId, place: Place<ContentId>) -> Result<()> {
    let content = get(tx, site, id)?;
    let to = store::chapters::get(tx, site, chapter)?.filter(|chapter| chapter.course_id == content.course_id);
    if to.is_none() {
        return Err(Error::invalid("chapter_id", "must be a chapter of the same course"));
    }
    let ids = |rows: &[ContentRow]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let there = rows::of_chapter(tx, site, chapter)?;
    let order = place.among(id, &ids(&there))?;
    if content.chapter_id != chapter {
        let mut moved = content.row.clone();
        moved.chapter_id = chapter;
        // The name of its file must be free where it goes.
        let own = rows::body(tx, site, id)?.ok_or(Error::NotFound)?;
        let others = rows::files(tx, site, chapter)?;
        let taken = |file: &str| others.iter().any(|(_, other)| file_names::same(other, file));
        let file = match taken(&own.file) {
            true => file_names::free(there.len() as i64 + 1, &moved.name, ending(moved.contentable_type), taken),
            false => own.file.clone(),
        };
        let stamp = tx.stamp(site)?;
        rows::update(tx, site, &moved, &BodyRow { file, ..own }, stamp)?;
        let left = rows::of_chapter(tx, site, content.chapter_id)?;
        number(tx, site, &ids(&left), left)?;
    }
    let there = rows::of_chapter(tx, site, chapter)?;
    number(tx, site, &order, there)
}

/// Closes the gaps between the places of a chapter's contents.
pub(crate) fn close_gaps(tx: &mut Tx<'_>, site: SiteId, chapter: ChapterId) -> Result<()> {
    let there = rows::of_chapter(tx, site, chapter)?;
    let order: Vec<ContentId> = there.iter().map(|row| row.id).collect();
    number(tx, site, &order, there)
}

/// Numbers contents in this order; what has its number is left alone.
fn number(tx: &mut Tx<'_>, site: SiteId, order: &[ContentId], rows: Vec<ContentRow>) -> Result<()> {
    for row in rows {
        let position = order.iter().position(|id| *id == row.id).map_or(row.position, |at| at as i64 + 1);
        if position != row.position {
            let body = rows::body(tx, site, row.id)?.ok_or(Error::NotFound)?;
            let stamp = tx.stamp(site)?;
            rows::update(tx, site, &ContentRow { position, ..row }, &body, stamp)?;
        }
    }
    Ok(())
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
fn apply(
    tx: &mut Tx<'_>,
    site: SiteId,
    row: &mut ContentRow,
    new: &NewContent,
    mut check: Check,
) -> Result<(BodyRow, Vec<Question>)> {
    row.name = check.required("name", Some(&new.name), LINE);
    row.contentable_type = new.content_type;
    row.free = new.free;
    row.draft = new.draft;
    row.prerequisite = new.prerequisite;
    row.duration_in_seconds = new.duration_in_seconds;
    check.that(row.duration_in_seconds >= 0, "duration_in_seconds", "must not be negative");
    let mut settings = new.settings.clone().normal();
    settings.check(new.content_type, &mut check);
    let had = lesson_files::held(tx, site, row.id)?;
    for (field, kinds, file) in settings.file_refs_mut(new.content_type) {
        file.complete(tx, site, &had, kinds, &mut check, field)?;
    }
    let format = settings.text_format();
    check.length("text", &new.text, TEXT);
    let (text, given) = match has_questions(new.content_type) && new.questions.is_empty() {
        // Questions may come as the lines of a course's file, too.
        true => {
            let read = quiz_text::read(&new.text);
            read.problems.into_iter().for_each(|problem| check.add("text", problem));
            (read.text, read.questions)
        }
        false => (new.text.clone(), new.questions.clone()),
    };
    let text = rich_text::stored(&text, format);
    let questions = questions::checked(&given, new.content_type, format, &mut check);
    let text = if questions.is_empty() { text } else { text.trim_end().to_owned() };
    if !questions.is_empty() && !quiz_text::read(&text).questions.is_empty() {
        check.add("text", "has a line that begins as a question does (## ); write it in another way");
    }
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
    let settings = serde_json::to_string(&settings).unwrap_or_else(|_| unreachable!("texts and numbers are JSON"));
    Ok((BodyRow { file, settings, body: text }, questions))
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
