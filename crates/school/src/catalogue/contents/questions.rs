//! The questions of quizzes and surveys.

use super::question::{Choice, MOST_QUESTIONS, Question, has_questions, without_ids};
use super::{ContentType, quiz_text};
use crate::check::Check;
use crate::error::{Error, Result};
use crate::rich_text::TextFormat;
use store::questions::{self as rows, ChoiceRow, QuestionRow};
use store::{ChoiceId, ContentId, QuestionId, SiteId, Tx};

/// The questions as they are kept, and everything that is wrong with them. What could not be written as the lines of a
/// course's file and read back the same is refused.
pub(crate) fn checked(questions: &[Question], of: ContentType, format: TextFormat, check: &mut Check) -> Vec<Question> {
    check.that(questions.is_empty() || has_questions(of), "questions", "are for quizzes and surveys alone");
    check.that(questions.len() <= MOST_QUESTIONS, "questions", "has too many entries (maximum is 500)");
    if questions.len() > MOST_QUESTIONS {
        return Vec::new();
    }
    let questions: Vec<Question> = questions.iter().cloned().map(|question| question.normal(format)).collect();
    let was_fine = check.is_fine();
    for (index, question) in questions.iter().enumerate() {
        question.check(index + 1, of, check);
    }
    if was_fine && check.is_fine() && has_questions(of) {
        for (index, question) in questions.iter().enumerate() {
            let one = [without_ids(question)];
            let read = quiz_text::read(&quiz_text::print("", &one));
            if !read.problems.is_empty() || read.questions != one || !read.text.is_empty() {
                check.add(
                    "questions",
                    format!(
                        "can't be kept: question {} has a line that begins as a question, a choice or an explanation \
                         does (## , - [ ] , - [x] , > ), or ends in braces; write it in another way",
                        index + 1
                    ),
                );
            }
        }
    }
    questions
}

/// Puts rows together.
pub(super) fn of_rows(questions: Vec<QuestionRow>, choices: &[ChoiceRow]) -> Vec<(ContentId, Question)> {
    let question = |row: QuestionRow| {
        let own = choices.iter().filter(|choice| choice.question_id == row.id);
        let choice = |choice: &ChoiceRow| Choice { id: choice.id, text: choice.text.clone(), correct: choice.correct };
        let question = Question {
            id: row.id,
            kind: row.kind,
            prompt: row.prompt,
            text: row.text,
            explanation: row.explanation,
            optional: row.optional,
            pool: row.pool,
            left_label: row.left_label,
            middle_label: row.middle_label,
            right_label: row.right_label,
            choices: own.map(choice).collect(),
        };
        (row.content_id, question)
    };
    questions.into_iter().map(question).collect()
}

/// Gives each question and choice the id of the one it was: by the id that it names, else by what it says, else by its
/// place. An id that the lesson does not have is none.
pub(super) fn keep_ids(new: &mut [Question], had: &[Question]) {
    let known = |id: QuestionId| had.iter().any(|question| question.id == id);
    new.iter_mut().filter(|question| !known(question.id)).for_each(|question| question.id = QuestionId::default());
    let given: Vec<QuestionId> = new.iter().map(|question| question.id).collect();
    let mut free: Vec<Option<&Question>> =
        had.iter().map(|question| (!given.contains(&question.id)).then_some(question)).collect();
    for question in new.iter_mut().filter(|question| question.id == QuestionId::default()) {
        let same = free.iter_mut().find(|had| had.is_some_and(|had| had.prompt == question.prompt));
        if let Some(had) = same.and_then(Option::take) {
            question.id = had.id;
        }
    }
    for (index, question) in new.iter_mut().enumerate().filter(|(_, question)| question.id == QuestionId::default()) {
        if let Some(had) = free.get_mut(index).and_then(Option::take) {
            question.id = had.id;
        }
    }
    for question in new {
        let had = had.iter().find(|had| had.id == question.id);
        keep_choice_ids(&mut question.choices, had.map_or(&[], |had| had.choices.as_slice()));
    }
}

fn keep_choice_ids(new: &mut [Choice], had: &[Choice]) {
    let known = |id: ChoiceId| had.iter().any(|choice| choice.id == id);
    new.iter_mut().filter(|choice| !known(choice.id)).for_each(|choice| choice.id = ChoiceId::default());
    let given: Vec<ChoiceId> = new.iter().map(|choice| choice.id).collect();
    let mut free: Vec<Option<&Choice>> =
        had.iter().map(|choice| (!given.contains(&choice.id)).then_some(choice)).collect();
    for choice in new.iter_mut().filter(|choice| choice.id == ChoiceId::default()) {
        let same = free.iter_mut().find(|had| had.is_some_and(|had| had.text == choice.text));
        if let Some(had) = same.and_then(Option::take) {
            choice.id = had.id;
        }
    }
    for (index, choice) in new.iter_mut().enumerate().filter(|(_, choice)| choice.id == ChoiceId::default()) {
        if let Some(had) = free.get_mut(index).and_then(Option::take) {
            choice.id = had.id;
        }
    }
}

/// Writes the questions of a lesson, and gives those that are new their ids.
pub(super) fn write(tx: &mut Tx<'_>, site: SiteId, content: ContentId, questions: &mut [Question]) -> Result<()> {
    let (mut question_rows, mut choice_rows) = (Vec::new(), Vec::new());
    for (position, question) in (1..).zip(questions.iter_mut()) {
        if question.id == QuestionId::default() {
            question.id = QuestionId::next(tx)?;
        }
        for (position, choice) in (1..).zip(question.choices.iter_mut()) {
            if choice.id == ChoiceId::default() {
                choice.id = ChoiceId::next(tx)?;
            }
            choice_rows.push(ChoiceRow {
                id: choice.id,
                content_id: content,
                question_id: question.id,
                position,
                text: choice.text.clone(),
                correct: choice.correct,
            });
        }
        question_rows.push(QuestionRow {
            id: question.id,
            content_id: content,
            position,
            kind: question.kind,
            prompt: question.prompt.clone(),
            text: question.text.clone(),
            explanation: question.explanation.clone(),
            optional: question.optional,
            pool: question.pool.clone(),
            left_label: question.left_label.clone(),
            middle_label: question.middle_label.clone(),
            right_label: question.right_label.clone(),
        });
    }
    Ok(rows::set(tx, site, content, &question_rows, &choice_rows)?)
}

/// The lesson that a question is part of.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such question.
pub fn content_of(tx: &mut Tx<'_>, site: SiteId, id: QuestionId) -> Result<ContentId> {
    rows::content_of(tx, site, id)?.ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(id: i64, prompt: &str) -> Question {
        Question { id: QuestionId::new(id), prompt: prompt.to_owned(), ..Question::default() }
    }

    #[test]
    fn a_question_keeps_its_id_by_its_id_by_what_it_says_and_by_its_place() {
        let had = [question(1, "a"), question(2, "b"), question(3, "c")];
        let mut new = [question(0, "c"), question(2, "B"), question(9, "new")];
        keep_ids(&mut new, &had);
        assert_eq!(new.map(|question| question.id.get()), [3, 2, 0]);
        let mut new = [question(0, "A"), question(0, "b")];
        keep_ids(&mut new, &had);
        assert_eq!(new.map(|question| question.id.get()), [1, 2]);
    }
}
