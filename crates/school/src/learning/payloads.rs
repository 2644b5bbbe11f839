//! Enrollments, completed lessons and attempts at quizzes as webhooks are told of them.

use super::enrollments::fraction;
use crate::contents;
use crate::events::payloads::{self, NamedRef, Person};
use crate::time::Moment;
use store::CourseId;
use store::chapters::ChapterRow;
use store::contents::ContentRow;
use store::enrollments::EnrollmentRow;
use store::progress::QuizAttemptRow;

fn person(row: &EnrollmentRow) -> Person<'_> {
    Person { email: &row.user_email, first_name: &row.user_first_name, id: row.user_id, last_name: &row.user_last_name }
}

fn course(row: &EnrollmentRow) -> NamedRef<'_, CourseId> {
    NamedRef { id: row.course_id, name: &row.course_name }
}

impl<'a> payloads::Enrollment<'a> {
    /// An enrollment, as it was read.
    #[must_use]
    pub fn of(row: &'a EnrollmentRow) -> Self {
        Self {
            activated_at: row.activated_at.map(Moment),
            completed_at: row.completed_at.map(Moment),
            course: course(row),
            course_id: row.course_id,
            created_at: Moment(row.created_at),
            expiry_date: row.expiry_date.map(Moment),
            free_trial: row.free_trial(),
            id: row.id,
            percentage_completed: fraction(row.percentage_completed),
            started_at: row.started_at.map(Moment),
            updated_at: Moment(row.updated_at),
            user: person(row),
        }
    }
}

impl<'a> payloads::Lesson<'a> {
    /// A lesson that was completed in an enrollment.
    #[must_use]
    pub fn of(enrollment: &'a EnrollmentRow, chapter: &'a ChapterRow, content: &'a ContentRow) -> Self {
        Self {
            chapter: NamedRef { id: chapter.id, name: &chapter.name },
            course: course(enrollment),
            enrollment: payloads::OfEnrollment { id: enrollment.id },
            lesson: payloads::LessonItself {
                id: content.id,
                name: &content.name,
                position: content.position,
                kind: contents::title(content.contentable_type),
            },
            user: person(enrollment),
        }
    }
}

impl<'a> payloads::Quiz<'a> {
    /// An attempt at a quiz, the `attempts`th in this enrollment.
    #[must_use]
    pub fn of(enrollment: &'a EnrollmentRow, content: &'a ContentRow, attempt: &QuizAttemptRow, attempts: i64) -> Self {
        Self {
            attempts,
            correct_count: attempt.correct_count,
            grade: attempt.grade,
            incorrect_count: attempt.incorrect_count,
            result_id: attempt.id,
            user: person(enrollment).into(),
            quiz: NamedRef { id: content.id, name: &content.name },
        }
    }
}
