//! Rows of progress: which lessons a student has completed, and how they did in quizzes.

use crate::table::{select, table};
use crate::{ContentId, CourseId, EnrollmentId, QuizAttemptId, SiteId, StoreError, Tx, params};

table! {
    /// The row of an attempt at a quiz.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct QuizAttemptRow in "quiz_attempts" of site {
        keys {
            /// In which enrollment.
            enrollment_id: EnrollmentId,
            /// Which quiz.
            content_id: ContentId,
            /// Its id.
            id: QuizAttemptId,
        }
        fixed {
            /// When it was finished.
            at: i64,
            /// How many questions were answered right.
            correct_count: i64,
            /// How many were not.
            incorrect_count: i64,
            /// Whole per cent.
            grade: i64,
        }
    }
}

/// Notes that a lesson was completed. False when that is noted already.
pub fn complete(
    tx: &mut Tx<'_>,
    site: SiteId,
    enrollment: EnrollmentId,
    content: ContentId,
    at: i64,
) -> Result<bool, StoreError> {
    let added = tx.execute(
        "INSERT INTO lesson_completions (site_id, enrollment_id, content_id, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        params![site, enrollment, content, at],
    )?;
    Ok(added > 0)
}

/// How many contents a course has, and how many of them were completed in an enrollment.
pub fn counts(
    tx: &mut Tx<'_>,
    site: SiteId,
    enrollment: EnrollmentId,
    course: CourseId,
) -> Result<(i64, i64), StoreError> {
    let counts = tx.first(
        "SELECT count(*), count(l.content_id) FROM contents c
         LEFT JOIN lesson_completions l ON l.site_id = c.site_id AND l.enrollment_id = $1 AND l.content_id = c.id
         WHERE c.site_id = $2 AND c.course_id = $3 AND c.draft = FALSE",
        params![enrollment, site, course],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(counts.unwrap_or((0, 0)))
}

/// The first prerequisite before a place in a course that was not completed in an enrollment: a lesson of an earlier
/// chapter, or of the same one before the position. Drafts are none.
pub fn missing_prerequisite(
    tx: &mut Tx<'_>,
    site: SiteId,
    enrollment: EnrollmentId,
    course: CourseId,
    (chapter_position, position): (i64, i64),
) -> Result<Option<ContentId>, StoreError> {
    tx.first(
        "SELECT c.id FROM contents c
         JOIN chapters h ON h.site_id = c.site_id AND h.id = c.chapter_id
         LEFT JOIN lesson_completions l ON l.site_id = c.site_id AND l.enrollment_id = $1 AND l.content_id = c.id
         WHERE c.site_id = $2 AND c.course_id = $3 AND c.prerequisite = TRUE AND c.draft = FALSE
           AND (h.position < $4 OR h.position = $4 AND c.position < $5) AND l.content_id IS NULL
         ORDER BY h.position, c.position LIMIT 1",
        params![enrollment, site, course, chapter_position, position],
        |row| row.get(0),
    )
}

/// Adds an attempt at a quiz.
pub fn insert_attempt(tx: &mut Tx<'_>, site: SiteId, row: &QuizAttemptRow) -> Result<(), StoreError> {
    row.insert(tx, site)?;
    Ok(())
}

/// How many attempts at a quiz there were in an enrollment.
pub fn attempts(
    tx: &mut Tx<'_>,
    site: SiteId,
    enrollment: EnrollmentId,
    content: ContentId,
) -> Result<i64, StoreError> {
    let attempts = tx.first(
        "SELECT count(*) FROM quiz_attempts WHERE site_id = $1 AND enrollment_id = $2 AND content_id = $3",
        params![site, enrollment, content],
        |row| row.get(0),
    )?;
    Ok(attempts.unwrap_or(0))
}

/// The lessons that were completed in an enrollment, each with when.
pub fn completions(
    tx: &mut Tx<'_>,
    site: SiteId,
    enrollment: EnrollmentId,
) -> Result<Vec<(ContentId, i64)>, StoreError> {
    let sql = "SELECT content_id, at FROM lesson_completions WHERE site_id = $1 AND enrollment_id = $2";
    tx.query(sql, params![site, enrollment], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Every attempt at a quiz in an enrollment, oldest first.
pub fn attempts_of_enrollment(
    tx: &mut Tx<'_>,
    site: SiteId,
    enrollment: EnrollmentId,
) -> Result<Vec<QuizAttemptRow>, StoreError> {
    let sql = select!(QuizAttemptRow, "WHERE t.site_id = $1 AND t.enrollment_id = $2 ORDER BY t.id");
    tx.query(sql, params![site, enrollment], QuizAttemptRow::read)
}

/// Removes all progress in an enrollment.
pub fn delete_of_enrollment(tx: &mut Tx<'_>, site: SiteId, enrollment: EnrollmentId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM lesson_completions WHERE site_id = $1 AND enrollment_id = $2",
        "DELETE FROM quiz_attempts WHERE site_id = $1 AND enrollment_id = $2",
    ] {
        tx.execute(sql, params![site, enrollment])?;
    }
    Ok(())
}
