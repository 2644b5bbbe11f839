//! Rows of the questions of quizzes and surveys, and their choices. A lesson has few: they are read and written whole.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{ChoiceId, ContentId, CourseId, QuestionId, SiteId, StoreError, Tx, params};

text_enum! {
    /// How a question is answered.
    #[derive(Default)]
    pub enum QuestionKind {
        /// With one of its choices.
        #[default]
        SingleAnswer = "single_answer",
        /// With any of its choices.
        MultipleAnswers = "multiple_answers",
        /// In words.
        FreeText = "free_text",
        /// With one to five stars.
        Rating = "rating",
        /// With a place between two ends.
        Scale = "scale",
    }
}

table! {
    /// A question's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct QuestionRow in "questions" of site {
        keys {
            /// Its id.
            id: QuestionId,
        }
        fixed {
            /// The quiz or survey that it is part of.
            content_id: ContentId,
        }
        values {
            /// Its place, from one.
            position: i64,
            /// How it is answered.
            kind: QuestionKind,
            /// What is asked, in one line.
            prompt: String,
            /// What stands below that.
            text: String,
            /// What is shown once it was answered.
            explanation: String,
            /// Whether it need not be answered.
            optional: bool,
            /// The pool of its quiz from which it is drawn.
            pool: Option<String>,
            /// What the lower end of a scale is called.
            left_label: Option<String>,
            /// What its middle is called.
            middle_label: Option<String>,
            /// What its upper end is called.
            right_label: Option<String>,
        }
    }
}

table! {
    /// The row of a choice.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct ChoiceRow in "choices" of site {
        keys {
            /// Its id.
            id: ChoiceId,
        }
        fixed {
            /// The quiz or survey that its question is part of.
            content_id: ContentId,
            /// Its question.
            question_id: QuestionId,
        }
        values {
            /// Its place, from one.
            position: i64,
            /// What it says.
            text: String,
            /// Whether it is right.
            correct: bool,
        }
    }
}

/// The questions of a lesson, in order, and all their choices, by question and in order.
pub fn of_content(
    tx: &mut Tx<'_>,
    site: SiteId,
    content: ContentId,
) -> Result<(Vec<QuestionRow>, Vec<ChoiceRow>), StoreError> {
    let questions = tx.query(
        select!(QuestionRow, "WHERE t.site_id = $1 AND t.content_id = $2 ORDER BY t.position, t.id"),
        params![site, content],
        QuestionRow::read,
    )?;
    let choices = tx.query(
        select!(ChoiceRow, "WHERE t.site_id = $1 AND t.content_id = $2 ORDER BY t.question_id, t.position, t.id"),
        params![site, content],
        ChoiceRow::read,
    )?;
    Ok((questions, choices))
}

/// The questions of every lesson of a course, and their choices, in order within each.
pub fn of_course(
    tx: &mut Tx<'_>,
    site: SiteId,
    course: CourseId,
) -> Result<(Vec<QuestionRow>, Vec<ChoiceRow>), StoreError> {
    let questions = tx.query(
        select!(
            QuestionRow,
            "JOIN contents c ON c.site_id = t.site_id AND c.id = t.content_id
             WHERE t.site_id = $1 AND c.course_id = $2 ORDER BY t.content_id, t.position, t.id"
        ),
        params![site, course],
        QuestionRow::read,
    )?;
    let choices = tx.query(
        select!(
            ChoiceRow,
            "JOIN contents c ON c.site_id = t.site_id AND c.id = t.content_id
             WHERE t.site_id = $1 AND c.course_id = $2 ORDER BY t.question_id, t.position, t.id"
        ),
        params![site, course],
        ChoiceRow::read,
    )?;
    Ok((questions, choices))
}

/// The lesson that a question is part of.
pub fn content_of(tx: &mut Tx<'_>, site: SiteId, id: QuestionId) -> Result<Option<ContentId>, StoreError> {
    tx.first("SELECT content_id FROM questions WHERE site_id = $1 AND id = $2", params![site, id], |row| row.get(0))
}

/// Replaces the questions of a lesson and their choices.
pub fn set(
    tx: &mut Tx<'_>,
    site: SiteId,
    content: ContentId,
    questions: &[QuestionRow],
    choices: &[ChoiceRow],
) -> Result<(), StoreError> {
    delete_of_content(tx, site, content)?;
    for question in questions {
        question.insert(tx, site)?;
    }
    for choice in choices {
        choice.insert(tx, site)?;
    }
    Ok(())
}

/// Removes the questions of a lesson and their choices.
pub fn delete_of_content(tx: &mut Tx<'_>, site: SiteId, content: ContentId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM choices WHERE site_id = $1 AND content_id = $2", params![site, content])?;
    tx.execute("DELETE FROM questions WHERE site_id = $1 AND content_id = $2", params![site, content])?;
    Ok(())
}
