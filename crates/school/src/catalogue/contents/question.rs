//! A question of a quiz or a survey.

use super::ContentType;
use crate::check::{Check, TEXT};
use crate::rich_text::{self, TextFormat};
use crate::text::nfc;
pub use store::questions::QuestionKind;
use store::{ChoiceId, QuestionId};

/// A lesson has at most so many questions.
pub const MOST_QUESTIONS: usize = 500;
/// A question has at most so many choices.
pub const MOST_CHOICES: usize = 50;
/// The longest prompt and the longest choice, in characters.
pub const LONGEST_PROMPT: usize = 2000;

/// A question. Its id is zero until it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// Its id.
    pub id: QuestionId,
    /// How it is answered.
    pub kind: QuestionKind,
    /// What is asked, in one line.
    pub prompt: String,
    /// What stands below that.
    pub text: String,
    /// What is shown once it was answered.
    pub explanation: String,
    /// Whether it need not be answered.
    pub optional: bool,
    /// The pool of its quiz from which it is drawn; without one it is asked in every attempt.
    pub pool: Option<String>,
    /// What the lower end of a scale is called.
    pub left_label: Option<String>,
    /// What its middle is called.
    pub middle_label: Option<String>,
    /// What its upper end is called.
    pub right_label: Option<String>,
    /// What can be chosen.
    pub choices: Vec<Choice>,
}

/// A choice of a question. Its id is zero until it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Its id.
    pub id: ChoiceId,
    /// What it says.
    pub text: String,
    /// Whether it is right.
    pub correct: bool,
}

/// Whether a kind of lesson has questions.
#[must_use]
pub fn has_questions(kind: ContentType) -> bool {
    matches!(kind, ContentType::Quiz | ContentType::Survey)
}

impl Question {
    /// How a question is answered that does not say: by its choices.
    #[must_use]
    pub fn usual_kind(&self) -> QuestionKind {
        match self.choices.iter().filter(|choice| choice.correct).count() {
            _ if self.choices.is_empty() => QuestionKind::FreeText,
            0 | 1 => QuestionKind::SingleAnswer,
            _ => QuestionKind::MultipleAnswers,
        }
    }

    /// Whether it is answered with choices of its own.
    #[must_use]
    pub fn has_choices(&self) -> bool {
        matches!(self.kind, QuestionKind::SingleAnswer | QuestionKind::MultipleAnswers)
    }

    /// The same as it is kept: one line where there is one, HTML cleaned.
    pub(super) fn normal(mut self, format: TextFormat) -> Self {
        let line = |text: &str| {
            let text = rich_text::stored(text, format).split_whitespace().collect::<Vec<_>>().join(" ");
            nfc(&text).into_owned()
        };
        let block = |text: &str| {
            let text = rich_text::stored(&text.replace("\r\n", "\n"), format);
            nfc(text.trim_matches('\n').trim_end()).into_owned()
        };
        self.prompt = line(&self.prompt);
        self.text = block(&self.text);
        self.explanation = block(&self.explanation);
        for choice in &mut self.choices {
            choice.text = line(&choice.text);
        }
        for label in [&mut self.pool, &mut self.left_label, &mut self.middle_label, &mut self.right_label] {
            *label = label.take().map(|label| nfc(label.trim()).into_owned()).filter(|label| !label.is_empty());
        }
        self
    }

    pub(super) fn check(&self, number: usize, of: ContentType, check: &mut Check) {
        let mut wrong = |what: &str| check.add("questions", format!("can't be kept: question {number} {what}"));
        if self.prompt.is_empty() {
            wrong("has no prompt");
        }
        let right = self.choices.iter().filter(|choice| choice.correct).count();
        if self.choices.iter().any(|choice| choice.text.is_empty()) {
            wrong("has an empty choice");
        }
        if self.choices.len() > MOST_CHOICES {
            wrong("has more than 50 choices");
        }
        if self.has_choices() && self.choices.is_empty() {
            wrong("has no choices");
        }
        if !self.has_choices() && !self.choices.is_empty() {
            wrong("has choices, which its kind does not have");
        }
        match of {
            ContentType::Survey if right > 0 => wrong("is of a survey, and has a right choice"),
            ContentType::Quiz if self.has_choices() && right == 0 && !self.choices.is_empty() => {
                wrong("has no right choice");
            }
            ContentType::Quiz if self.kind == QuestionKind::SingleAnswer && right > 1 => {
                wrong("has several right choices, and takes one answer");
            }
            ContentType::Quiz if matches!(self.kind, QuestionKind::Rating | QuestionKind::Scale) => {
                wrong("is of a kind that surveys alone have");
            }
            _ => {}
        }
        let has_labels = [&self.left_label, &self.middle_label, &self.right_label].into_iter().any(Option::is_some);
        if self.pool.is_some() && of != ContentType::Quiz {
            wrong("is in a pool, which quizzes alone have");
        }
        if has_labels && self.kind != QuestionKind::Scale {
            wrong("has labels, which scales alone have");
        }
        let choices = self.choices.iter().map(|choice| &choice.text);
        let labels = [&self.pool, &self.left_label, &self.middle_label, &self.right_label].into_iter().flatten();
        for line in std::iter::once(&self.prompt).chain(choices) {
            check.length("questions", line, LONGEST_PROMPT);
        }
        for label in labels {
            check.length("questions", label, 100);
        }
        for block in [&self.text, &self.explanation] {
            check.length("questions", block, TEXT);
        }
    }
}

/// The same without ids: what two questions say.
pub(crate) fn without_ids(question: &Question) -> Question {
    let choices = question.choices.iter().map(|choice| Choice { id: ChoiceId::default(), ..choice.clone() });
    Question { id: QuestionId::default(), choices: choices.collect(), ..question.clone() }
}
