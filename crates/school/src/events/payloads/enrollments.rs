//! `enrollment.*`, and what happens in an enrollment: `lesson.completed`, `quiz.attempted`

use super::{Named, Person, Student};
use crate::contents::ContentType;
use crate::enrollments::fraction;
use crate::time::Moment;
use serde::Serialize;
use store::chapters::ChapterRow;
use store::contents::ContentRow;
use store::enrollments::EnrollmentRow;
use store::progress::QuizAttemptRow;

/// An enrollment.
#[derive(Debug, Clone, Serialize)]
pub struct Enrollment<'a> {
    /// From when on the whole course is open; null for a free trial.
    pub activated_at: Option<Moment>,
    /// When the course was completed.
    pub completed_at: Option<Moment>,
    /// In which course.
    pub course: Named<'a>,
    /// The course's id.
    pub course_id: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends; null for never.
    pub expiry_date: Option<Moment>,
    /// Whether only what is free of the course is open.
    pub free_trial: bool,
    /// Its id.
    pub id: i64,
    /// How much of the course was done: a decimal as text, from `0.0` to `1.0`.
    pub percentage_completed: String,
    /// When the user began.
    pub started_at: Option<Moment>,
    /// When it was last changed.
    pub updated_at: Moment,
    /// Who is enrolled.
    pub user: Person<'a>,
}

fn person(row: &EnrollmentRow) -> Person<'_> {
    Person { email: &row.user_email, first_name: &row.user_first_name, id: row.user_id, last_name: &row.user_last_name }
}

fn course(row: &EnrollmentRow) -> Named<'_> {
    Named { id: row.course_id, name: &row.course_name }
}

impl<'a> Enrollment<'a> {
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

/// A lesson that a student has completed.
#[derive(Debug, Clone, Serialize)]
pub struct Lesson<'a> {
    /// The chapter that it is part of.
    pub chapter: Named<'a>,
    /// The course that it is part of.
    pub course: Named<'a>,
    /// In which enrollment.
    pub enrollment: OfEnrollment,
    /// The lesson.
    pub lesson: LessonItself<'a>,
    /// Who completed it.
    pub user: Person<'a>,
}

/// Which enrollment.
#[derive(Debug, Clone, Serialize)]
pub struct OfEnrollment {
    /// Its id.
    pub id: i64,
}

/// A lesson: any content of a course.
#[derive(Debug, Clone, Serialize)]
pub struct LessonItself<'a> {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: &'a str,
    /// Its place in the chapter.
    pub position: i64,
    /// What it is, in the words of those who made it: `Video`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl<'a> Lesson<'a> {
    /// A lesson that was completed in an enrollment.
    #[must_use]
    pub fn of(enrollment: &'a EnrollmentRow, chapter: &'a ChapterRow, content: &'a ContentRow) -> Self {
        let kind = ContentType::named(&content.contentable_type).unwrap_or(ContentType::HtmlItem);
        Self {
            chapter: Named { id: chapter.id, name: &chapter.name },
            course: course(enrollment),
            enrollment: OfEnrollment { id: enrollment.id },
            lesson: LessonItself {
                id: content.id,
                name: &content.name,
                position: content.position,
                kind: kind.title(),
            },
            user: person(enrollment),
        }
    }
}

/// A quiz that a student has finished.
#[derive(Debug, Clone, Serialize)]
pub struct Quiz<'a> {
    /// How many attempts this makes.
    pub attempts: i64,
    /// How many questions were answered right.
    pub correct_count: i64,
    /// Whole per cent.
    pub grade: i64,
    /// How many questions were answered wrong.
    pub incorrect_count: i64,
    /// The attempt's id.
    pub result_id: i64,
    /// Who made it.
    pub user: Student<'a>,
    /// Which quiz.
    pub quiz: Named<'a>,
}

impl<'a> Quiz<'a> {
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
            quiz: Named { id: content.id, name: &content.name },
        }
    }
}
