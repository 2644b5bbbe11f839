//! Questions as lines of Markdown, as they stand in a course's files:
//!
//! ```text
//! ## How many rows does a page hold at most?
//!
//! A paragraph here belongs to the question.
//!
//! - [x] 250
//! - [ ] 1000
//!
//! > Shown once the question has been answered.
//! ```
//!
//! What differs from what the choices say stands in braces after the prompt: `## How was it? {rating optional}`.

use super::question::{Choice, Question, QuestionKind};
use std::fmt::Write as _;

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct QuizText {
    /// What stands before the first question; all of it, to the letter, where there is none.
    pub text: String,
    /// The questions, without ids.
    pub questions: Vec<Question>,
    /// What is wrong with the lines.
    pub problems: Vec<String>,
}

/// Which part of a question the lines belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Text,
    Choices,
    Explanation,
}

/// Reads questions, and what stands before them.
pub(crate) fn read(body: &str) -> QuizText {
    let mut read = QuizText::default();
    let (mut before, mut part, mut fence) = (String::new(), Part::Text, None);
    for line in body.lines() {
        let trimmed = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        let was_open = fence.is_some();
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        let plain = !was_open && fence.is_none();
        if plain && let Some(heading) = line.strip_prefix("## ") {
            finish(&mut read);
            read.questions.push(Question { prompt: heading.trim().to_owned(), ..Question::default() });
            part = Part::Text;
            continue;
        }
        let Some(question) = read.questions.last_mut() else {
            if plain && choice(trimmed).is_some() {
                let message = "has a choice before its first question; begin a question with ## ";
                read.problems.push(message.to_owned());
            }
            before.push_str(line);
            before.push('\n');
            continue;
        };
        part = match (part, choice(trimmed)) {
            (Part::Text | Part::Choices, Some((correct, text))) if plain => {
                question.choices.push(Choice { text: text.to_owned(), correct, ..Choice::default() });
                Part::Choices
            }
            (Part::Text, _) => {
                question.text.push_str(line);
                question.text.push('\n');
                Part::Text
            }
            (part, _) if trimmed.is_empty() => part,
            (_, _) if trimmed.starts_with('>') => {
                question.explanation.push_str(quoted(trimmed));
                question.explanation.push('\n');
                Part::Explanation
            }
            (part, _) => {
                let Question { prompt, .. } = question;
                read.problems.push(format!(
                    "has text after the choices of \"{prompt}\"; put it before them, or begin each line with > as an \
                     explanation"
                ));
                part
            }
        };
    }
    finish(&mut read);
    read.text = if read.questions.is_empty() { body.to_owned() } else { before.trim_end().to_owned() };
    read
}

/// Tidies the question that was read last.
fn finish(read: &mut QuizText) {
    let Some(question) = read.questions.last_mut() else { return };
    let text = question.text.trim_matches('\n').trim_end().to_owned();
    question.text = text;
    if question.choices.is_empty() {
        // What a question ends with that is answered in words is its explanation.
        let lines: Vec<&str> = question.text.lines().collect();
        let quotes = lines.iter().rev().take_while(|line| line.starts_with('>')).count();
        let (text, explanation) = lines.split_at(lines.len() - quotes);
        let explanation: Vec<&str> = explanation.iter().map(|line| quoted(line)).collect();
        let (text, explanation) = (text.join("\n").trim_end().to_owned(), explanation.join("\n"));
        question.text = text;
        question.explanation = explanation;
    }
    question.explanation = question.explanation.trim_matches('\n').trim_end().to_owned();
    question.kind = question.usual_kind();
    if let Some((prompt, attributes)) = question.prompt.strip_suffix('}').and_then(|prompt| prompt.rsplit_once('{')) {
        let (prompt, mut with) = (prompt.trim_end().to_owned(), question.clone());
        if apply(attributes, &mut with) {
            *question = Question { prompt, ..with };
        }
    }
}

/// A line of a quotation without its mark.
fn quoted(line: &str) -> &str {
    let line = line.strip_prefix('>').unwrap_or(line);
    line.strip_prefix(' ').unwrap_or(line)
}

/// Whether a line is a choice: then whether it is right, and what it says.
fn choice(line: &str) -> Option<(bool, &str)> {
    let (mark, text) = (line.get(..5)?, line.get(5..)?.trim());
    match mark {
        "- [x]" | "- [X]" => Some((true, text)),
        "- [ ]" => Some((false, text)),
        _ => None,
    }
}

/// Reads what stands in braces; false when it is anything else.
fn apply(attributes: &str, question: &mut Question) -> bool {
    let mut rest = attributes.trim_start();
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix("=\"").and_then(|value| value.split_once('"')) {
            Some((value, after)) => (Some(value.to_owned()), after),
            None => (None, after),
        };
        match (name, value) {
            ("optional", None) => question.optional = true,
            ("pool", Some(name)) => question.pool = Some(name),
            ("left", Some(label)) => question.left_label = Some(label),
            ("middle", Some(label)) => question.middle_label = Some(label),
            ("right", Some(label)) => question.right_label = Some(label),
            (name, None) => match kind_named(name) {
                Some(kind) => question.kind = kind,
                None => return false,
            },
            _ => return false,
        }
        if !after.is_empty() && !after.starts_with(' ') {
            return false;
        }
        rest = after.trim_start();
    }
    true
}

const KINDS: [(&str, QuestionKind); 5] = [
    ("single", QuestionKind::SingleAnswer),
    ("multiple", QuestionKind::MultipleAnswers),
    ("text", QuestionKind::FreeText),
    ("rating", QuestionKind::Rating),
    ("scale", QuestionKind::Scale),
];

fn kind_named(name: &str) -> Option<QuestionKind> {
    KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// The lines of questions and of what stands before them.
pub(crate) fn print(text: &str, questions: &[Question]) -> String {
    if questions.is_empty() {
        return text.to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    if !text.is_empty() {
        parts.push(text.to_owned());
    }
    for question in questions {
        parts.push(format!("## {}{}", question.prompt, attributes(question)));
        if !question.text.is_empty() {
            parts.push(question.text.clone());
        }
        if !question.choices.is_empty() {
            let line = |choice: &Choice| format!("- [{}] {}", if choice.correct { 'x' } else { ' ' }, choice.text);
            parts.push(question.choices.iter().map(line).collect::<Vec<_>>().join("\n"));
        }
        if !question.explanation.is_empty() {
            let line = |line: &str| if line.is_empty() { ">".to_owned() } else { format!("> {line}") };
            parts.push(question.explanation.lines().map(line).collect::<Vec<_>>().join("\n"));
        }
    }
    parts.join("\n\n") + "\n"
}

/// What must be said of a question beside its choices.
fn attributes(question: &Question) -> String {
    let mut said = String::new();
    if question.kind != question.usual_kind() {
        said.push_str(KINDS.iter().find(|(_, kind)| *kind == question.kind).map_or("", |(name, _)| name));
    }
    if question.optional {
        said.push_str(" optional");
    }
    for (name, label) in [
        ("pool", &question.pool),
        ("left", &question.left_label),
        ("middle", &question.middle_label),
        ("right", &question.right_label),
    ] {
        if let Some(label) = label {
            let _infallible = write!(said, " {name}=\"{label}\"");
        }
    }
    if said.is_empty() { said } else { format!(" {{{}}}", said.trim_start()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIZ: &str = "Before.\n\n## One?\n\nA paragraph.\n\n```\n## no question\n- [ ] no choice\n```\n\n- [x] yes\n\
                        - [ ] no\n\n> Because.\n>\n> Indeed.\n\n## How was it? {scale optional left=\"Bad\" right=\"Good\"}\n\n\
                        ## In words?\n\n> What was meant.\n\n## Which? {multiple pool=\"Water\"}\n\n- [x] this\n- [ ] that\n";

    #[test]
    fn questions_are_read_as_they_are_written() {
        let read = read(QUIZ);
        assert_eq!(read.problems, [""; 0]);
        assert_eq!(read.text, "Before.");
        let [one, scale, words, multiple] = &read.questions[..] else { panic!("{:?}", read.questions) };
        assert_eq!(
            (one.kind, one.choices.len(), one.explanation.as_str()),
            (QuestionKind::SingleAnswer, 2, "Because.\n\nIndeed.")
        );
        assert!(one.text.starts_with("A paragraph.") && one.text.ends_with("```"));
        assert_eq!((scale.kind, scale.optional, scale.left_label.as_deref()), (QuestionKind::Scale, true, Some("Bad")));
        assert_eq!((words.kind, words.explanation.as_str()), (QuestionKind::FreeText, "What was meant."));
        assert_eq!((multiple.kind, multiple.prompt.as_str()), (QuestionKind::MultipleAnswers, "Which?"));
        assert_eq!(multiple.pool.as_deref(), Some("Water"));
        assert_eq!(print(&read.text, &read.questions), QUIZ);
    }

    #[test]
    fn what_is_in_no_place_is_a_problem() {
        for (body, wrong) in
            [("- [x] yes", "before its first question"), ("## One?\n- [x] yes\nand so on", "after the choices")]
        {
            let problems = read(body).problems;
            assert!(problems.len() == 1 && problems[0].contains(wrong), "{problems:?}");
        }
        assert_eq!(read("## A set {x, y}").questions[0].prompt, "A set {x, y}");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_read_is_written_so_that_it_is_read_the_same(body in "(## |- \\[x\\] |- \\[ \\] |> |```|\n|\n\n|[a-c{}]|rating| ){0,40}") {
            let first = read(&body);
            let again = read(&print(&first.text, &first.questions));
            // A question whose text only a fence holds together, or that ends in a quotation, is refused where it enters.
            if first.problems.is_empty() && !body.contains("```") && !body.contains("> ") && !body.contains('{') {
                proptest::prop_assert_eq!(again.questions, first.questions);
            }
        }
    }
}
