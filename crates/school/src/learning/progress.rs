//! Progress: lessons that students complete one by one, quizzes that they take, and how far it brings them.

use crate::contents::{ContentType, Settings};
use crate::enrollments::{self, COMPLETE, Enrollment};
use crate::error::{Error, Result};
use crate::events::{self, Topic, payloads};
use crate::lesson_locks;
use store::contents::ContentRow;
use store::progress as rows;
pub use store::progress::QuizAttemptRow as QuizAttempt;
use store::{ContentId, EnrollmentId, QuizAttemptId, SiteId, Tx};

/// The most answers that a quiz can have.
const MOST: i64 = 100_000;

/// Completes a lesson of an enrollment's course: whatever is neither a quiz nor completed already. Gives the enrollment
/// with what is done of it now; completing a lesson never takes any of it away.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such enrollment, or its course no such lesson; [`Error::Invalid`] when the
/// enrollment has ended, the lesson is not open to it, or is a quiz.
pub fn complete_lesson(
    tx: &mut Tx<'_>,
    site: SiteId,
    enrollment: EnrollmentId,
    content: ContentId,
) -> Result<Enrollment> {
    let (enrollment, content) = open(tx, site, enrollment, content)?;
    if is_quiz(&content) {
        return Err(Error::invalid("content_id", "is a quiz, which is completed by an attempt"));
    }
    complete(tx, site, enrollment, &content)
}

/// Notes that a student has answered the last question of a quiz. An attempt with the grade that the quiz is passed
/// with completes it, as does any attempt at a quiz that has none.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such enrollment, or its course no such lesson; [`Error::Invalid`] when the
/// enrollment has ended, the lesson is not open to it, or is no quiz, or nothing was answered.
pub fn attempt_quiz(
    tx: &mut Tx<'_>,
    site: SiteId,
    enrollment: EnrollmentId,
    content: ContentId,
    correct_count: i64,
    incorrect_count: i64,
) -> Result<QuizAttempt> {
    let (enrollment, content) = open(tx, site, enrollment, content)?;
    if !is_quiz(&content) {
        return Err(Error::invalid("content_id", "is no quiz"));
    }
    let counted = (0..=MOST).contains(&correct_count) && (0..=MOST).contains(&incorrect_count);
    if !counted || correct_count + incorrect_count == 0 {
        return Err(Error::invalid("correct_count", "and incorrect_count must say how the questions were answered"));
    }
    let attempt = QuizAttempt {
        id: QuizAttemptId::next(tx)?,
        enrollment_id: enrollment.id,
        content_id: content.id,
        at: tx.stamp(site)?.at,
        correct_count,
        incorrect_count,
        grade: grade(correct_count, incorrect_count),
    };
    rows::insert_attempt(tx, site, &attempt)?;
    store::student_days::note(tx, site, enrollment.user_id, attempt.at)?;
    let attempts = rows::attempts(tx, site, enrollment.id, content.id)?;
    let payload = payloads::Quiz::of(&enrollment, &content, &attempt, attempts);
    events::record(tx, site, Topic::QuizAttempted, &payload)?;
    let settings = store::contents::settings(tx, site, content.id)?;
    let settings: Settings = settings.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    if settings.passing_grade.is_none_or(|needed| attempt.grade >= needed) {
        complete(tx, site, enrollment, &content)?;
    }
    Ok(attempt)
}

/// A lesson of an enrollment's course, and how far it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonProgress {
    /// Which lesson.
    pub content_id: ContentId,
    /// Its name.
    pub name: String,
    /// What kind of lesson it is.
    pub content_type: ContentType,
    /// Whether it is open to free trials.
    pub free: bool,
    /// When it was completed.
    pub completed_at: Option<i64>,
    /// The attempts at it, where it is a quiz, oldest first.
    pub attempts: Vec<QuizAttempt>,
}

/// A chapter of an enrollment's course with its lessons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChapterProgress {
    /// Its name.
    pub name: String,
    /// Its lessons, in their order.
    pub lessons: Vec<LessonProgress>,
}

/// How far each lesson of an enrollment's course was done.
pub fn of_enrollment(tx: &mut Tx<'_>, site: SiteId, enrollment: &Enrollment) -> Result<Vec<ChapterProgress>> {
    let completions = rows::completions(tx, site, enrollment.id)?;
    let attempts = rows::attempts_of_enrollment(tx, site, enrollment.id)?;
    let mut chapters = Vec::new();
    for chapter in store::chapters::of_course(tx, site, enrollment.course_id)? {
        let contents = store::contents::of_chapter(tx, site, chapter.id)?;
        let lessons = contents.into_iter().map(|content| LessonProgress {
            completed_at: completions.iter().find(|(id, _)| *id == content.id).map(|(_, at)| *at),
            attempts: attempts.iter().filter(|attempt| attempt.content_id == content.id).cloned().collect(),
            content_id: content.id,
            content_type: content.contentable_type,
            free: content.free,
            name: content.name,
        });
        chapters.push(ChapterProgress { name: chapter.name, lessons: lessons.collect() });
    }
    Ok(chapters)
}

fn is_quiz(content: &ContentRow) -> bool {
    content.contentable_type == ContentType::Quiz
}

/// Whole per cent, halves rounded up.
fn grade(correct: i64, incorrect: i64) -> i64 {
    let all = correct + incorrect;
    (200 * correct + all) / (2 * all)
}

/// An enrollment and a lesson that is open to it.
fn open(
    tx: &mut Tx<'_>,
    site: SiteId,
    enrollment: EnrollmentId,
    content: ContentId,
) -> Result<(Enrollment, ContentRow)> {
    let enrollment = enrollments::get(tx, site, enrollment)?;
    let content = store::contents::get(tx, site, content)?.ok_or(Error::NotFound)?;
    if content.course_id != enrollment.course_id {
        return Err(Error::NotFound);
    }
    let now = tx.moment();
    if enrollments::is_expired(&enrollment, now) {
        return Err(Error::invalid("enrollment_id", "has ended"));
    }
    if !content.free && enrollment.activated_at.is_none_or(|from| from > now) {
        return Err(Error::invalid("content_id", "is not open to this enrollment"));
    }
    if let Some(lock) = lesson_locks::lock(tx, site, &enrollment, &content)? {
        return Err(Error::invalid("content_id", lock.to_string()));
    }
    Ok((enrollment, content))
}

fn complete(tx: &mut Tx<'_>, site: SiteId, enrollment: Enrollment, content: &ContentRow) -> Result<Enrollment> {
    let at = tx.stamp(site)?.at;
    if !rows::complete(tx, site, enrollment.id, content.id, at)? {
        return Ok(enrollment);
    }
    let chapter = store::chapters::get(tx, site, content.chapter_id)?.ok_or(Error::NotFound)?;
    let payload = payloads::Lesson::of(&enrollment, &chapter, content);
    events::record(tx, site, Topic::LessonCompleted, &payload)?;
    let (all, done) = rows::counts(tx, site, enrollment.id, enrollment.course_id)?;
    let percentage = enrollment.percentage_completed.max(COMPLETE * done / all.max(1));
    enrollments::progress(tx, site, &enrollment, percentage)
}

#[cfg(test)]
mod tests {
    use super::grade;

    #[test]
    fn grades_are_whole_per_cent() {
        let counts = [(1, 4, 20), (2, 1, 67), (1, 2, 33), (1, 0, 100), (0, 3, 0), (1, 7, 13)];
        for (correct, incorrect, per_cent) in counts {
            assert_eq!(grade(correct, incorrect), per_cent);
        }
    }
}
