//! `enrollment.*`, and what happens in an enrollment: `lesson.completed`, `quiz.attempted`

use super::parts::{NamedRef, Person, Student};
use crate::time::Moment;
use serde::Serialize;
use store::{ChapterId, ContentId, CourseId, EnrollmentId, QuizAttemptId};

/// An enrollment.
#[derive(Debug, Clone, Serialize)]
pub struct Enrollment<'a> {
    /// From when on the whole course is open; null for a free trial.
    pub activated_at: Option<Moment>,
    /// When the course was completed.
    pub completed_at: Option<Moment>,
    /// In which course.
    pub course: NamedRef<'a, CourseId>,
    /// The course's id.
    pub course_id: CourseId,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends; null for never.
    pub expiry_date: Option<Moment>,
    /// Whether only what is free of the course is open.
    pub free_trial: bool,
    /// Its id.
    pub id: EnrollmentId,
    /// How much of the course was done: a decimal as text, from `0.0` to `1.0`.
    pub percentage_completed: String,
    /// When the user began.
    pub started_at: Option<Moment>,
    /// When it was last changed.
    pub updated_at: Moment,
    /// Who is enrolled.
    pub user: Person<'a>,
}

/// A lesson that a student has completed.
#[derive(Debug, Clone, Serialize)]
pub struct Lesson<'a> {
    /// The chapter that it is part of.
    pub chapter: NamedRef<'a, ChapterId>,
    /// The course that it is part of.
    pub course: NamedRef<'a, CourseId>,
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
    pub id: EnrollmentId,
}

/// A lesson: any content of a course.
#[derive(Debug, Clone, Serialize)]
pub struct LessonItself<'a> {
    /// Its id.
    pub id: ContentId,
    /// Its name.
    pub name: &'a str,
    /// Its place in the chapter.
    pub position: i64,
    /// What it is, in the words of those who made it: `Video`.
    #[serde(rename = "type")]
    pub kind: &'static str,
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
    pub result_id: QuizAttemptId,
    /// Who made it.
    pub user: Student<'a>,
    /// Which quiz.
    pub quiz: NamedRef<'a, ContentId>,
}
