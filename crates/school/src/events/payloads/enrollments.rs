//! `enrollment.*`, and what happens in an enrollment: `lesson.completed`, `quiz.attempted`

use super::parts::{NamedRef, Person, SAMPLE_CHAPTER, SAMPLE_COURSE, Student};
use crate::time::{DAY, HOUR, Moment};
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

/// How far a made-up enrollment is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SampleProgress {
    /// A free trial.
    Trial,
    /// Just made.
    New,
    /// Half of the course is done.
    Half,
    /// The course is completed.
    Done,
}

const SAMPLE_ENROLLMENT: EnrollmentId = EnrollmentId::new(97_472);

impl Enrollment<'static> {
    /// A made-up enrollment that came so far at this moment.
    pub(crate) fn sample(at: i64, progress: SampleProgress) -> Self {
        let begun = matches!(progress, SampleProgress::Half | SampleProgress::Done);
        let created_at = Moment(if begun { at - 7 * DAY } else { at });
        let percentage = match progress {
            SampleProgress::Trial | SampleProgress::New => "0.0",
            SampleProgress::Half => "0.5",
            SampleProgress::Done => "1.0",
        };
        Enrollment {
            activated_at: (progress != SampleProgress::Trial).then_some(created_at),
            completed_at: (progress == SampleProgress::Done).then_some(Moment(at)),
            course: SAMPLE_COURSE,
            course_id: SAMPLE_COURSE.id,
            created_at,
            expiry_date: None,
            free_trial: progress == SampleProgress::Trial,
            id: SAMPLE_ENROLLMENT,
            percentage_completed: percentage.to_owned(),
            started_at: begun.then_some(Moment(created_at.0 + HOUR)),
            updated_at: Moment(at),
            user: Person::SAMPLE,
        }
    }
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
    pub lesson: LessonBody<'a>,
    /// Who completed it.
    pub user: Person<'a>,
}

impl Lesson<'static> {
    /// A made-up lesson, completed.
    pub(crate) fn sample() -> Self {
        Lesson {
            chapter: NamedRef { id: SAMPLE_CHAPTER, name: "[TEST] Light" },
            course: SAMPLE_COURSE,
            enrollment: OfEnrollment { id: SAMPLE_ENROLLMENT },
            lesson: LessonBody { id: ContentId::new(242), name: "[TEST] The golden hour", position: 0, kind: "Video" },
            user: Person::SAMPLE,
        }
    }
}

/// Which enrollment.
#[derive(Debug, Clone, Serialize)]
pub struct OfEnrollment {
    /// Its id.
    pub id: EnrollmentId,
}

/// A lesson: any content of a course.
#[derive(Debug, Clone, Serialize)]
pub struct LessonBody<'a> {
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

impl Quiz<'static> {
    /// A made-up quiz, finished.
    pub(crate) fn sample() -> Self {
        Quiz {
            attempts: 2,
            correct_count: 4,
            grade: 80,
            incorrect_count: 1,
            result_id: QuizAttemptId::new(125),
            user: Person::SAMPLE.into(),
            quiz: NamedRef { id: ContentId::new(438), name: "[TEST] What have you seen?" },
        }
    }
}
