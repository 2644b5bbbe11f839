//! A lesson's file: TOML front matter between two lines of `+++`, then the text.

use super::{CourseProblems, LessonSource, check, form};
use school::check::LINE;
use school::contents::{self, ContentType, Settings};

const FENCE: &str = "+++";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    name: String,
    #[serde(rename = "type")]
    content_type: Option<String>,
    #[serde(default)]
    free: bool,
    url: Option<String>,
    duration_in_seconds: Option<i64>,
    passing_grade: Option<i64>,
}

/// Reads a lesson from the text of its file; `path` names it in problems.
pub(super) fn parse(path: &str, file: &str, text: &str, problems: &mut CourseProblems) -> Option<LessonSource> {
    let Some((front, body)) = split(text) else {
        problems.add(path, "has no front matter; begin it with a line of +++, name = \"…\", and another line of +++");
        return None;
    };
    let (front, wrong) = form::read::<Front>(&front, |key| (key == "name").then(|| "-".into()));
    for problem in wrong {
        problems.add(path, problem);
    }
    let front = front?;
    let mut check = check::Texts::new();
    let name = check.required("name", &front.name, LINE);
    let url = check.optional("url", front.url, 2048);
    let content_type = match front.content_type.as_deref() {
        None => contents::type_of_file(file),
        Some(name) => ContentType::named(name).unwrap_or_else(|| {
            check.that(false, "type", &format!("\"{name}\" is none of {}", ContentType::NAMES.join(", ")));
            ContentType::HtmlItem
        }),
    };
    let duration_in_seconds = front.duration_in_seconds.unwrap_or(0);
    check.that(duration_in_seconds >= 0, "duration_in_seconds", "must not be negative");
    let grade = front.passing_grade;
    check.that(grade.is_none_or(|grade| (0..=100).contains(&grade)), "passing_grade", "must be between 0 and 100");
    let text = check.text("text", body);
    for problem in answers(content_type, body) {
        problems.add(path, problem);
    }
    check.report(path, problems);
    Some(LessonSource {
        file: file.to_owned(),
        name,
        content_type,
        free: front.free,
        duration_in_seconds,
        settings: Settings { url, passing_grade: grade },
        text,
    })
}

/// Parts the front matter from the text. The front matter keeps its place in the file, line by line, so that problems
/// name the right one. One empty line before the text belongs to neither.
fn split(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.split_inclusive('\n');
    let first = lines.next()?;
    if first.trim_end() != FENCE {
        return None;
    }
    let mut front = "\n".to_owned();
    let mut at = first.len();
    for line in lines {
        at += line.len();
        if line.trim_end() == FENCE {
            let rest = &text[at..];
            let body = rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n")).unwrap_or(rest);
            return Some((front, body));
        }
        front.push_str(line);
    }
    None
}

/// A lesson's file in its canonical form.
pub(super) fn print(lesson: &LessonSource) -> String {
    let mut text = super::toml::Toml::new();
    text.line(FENCE);
    text.text("name", &lesson.name);
    if lesson.content_type != contents::type_of_file(&lesson.file) {
        text.text("type", lesson.content_type.name());
    }
    if lesson.free {
        text.flag("free", true);
    }
    text.optional("url", lesson.settings.url.as_deref());
    text.number("duration_in_seconds", Some(lesson.duration_in_seconds).filter(|seconds| *seconds != 0));
    text.number("passing_grade", lesson.settings.passing_grade);
    text.line(FENCE);
    if !lesson.text.is_empty() {
        text.line("");
    }
    text.end() + &lesson.text
}

/// What is wrong with the choices of a quiz or survey.
fn answers(kind: ContentType, body: &str) -> Vec<String> {
    if !matches!(kind, ContentType::Quiz | ContentType::Survey) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let mut question: Option<Question<'_>> = None;
    let mut fence: Option<&str> = None;
    for line in body.lines() {
        let trimmed = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        if fence.is_some() {
            continue;
        }
        if let Some(heading) = line.strip_prefix("## ") {
            problems.extend(question.take().and_then(|question| question.problem(kind)));
            question = Some(Question { heading: heading.trim(), right: 0, wrong: 0 });
        } else if let Some(right) = choice(trimmed) {
            match &mut question {
                None => problems.push("has a choice before its first question; begin a question with ## ".to_owned()),
                Some(question) if right => question.right += 1,
                Some(question) => question.wrong += 1,
            }
        }
    }
    problems.extend(question.and_then(|question| question.problem(kind)));
    problems
}

/// Whether a line is a choice, and then whether it is a right one.
fn choice(line: &str) -> Option<bool> {
    match line.get(..5)? {
        "- [x]" | "- [X]" => Some(true),
        "- [ ]" => Some(false),
        _ => None,
    }
}

struct Question<'a> {
    heading: &'a str,
    right: usize,
    wrong: usize,
}

impl Question<'_> {
    fn problem(&self, kind: ContentType) -> Option<String> {
        let Self { heading, right, wrong } = self;
        match kind {
            ContentType::Survey if *right > 0 => {
                Some(format!("is a survey, but \"{heading}\" has a right choice; leave all boxes empty: - [ ]"))
            }
            ContentType::Quiz if *right == 0 && *wrong > 0 => {
                Some(format!("has no right choice for \"{heading}\"; mark at least one with - [x]"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_matter_is_parted_from_the_text() {
        assert_eq!(split("+++\na = 1\n+++\n\nText\n"), Some(("\na = 1\n".to_owned(), "Text\n")));
        assert_eq!(split("\u{feff}+++\r\na = 1\r\n+++\r\n\r\nText"), Some(("\na = 1\r\n".to_owned(), "Text")));
        assert_eq!(split("+++\n+++"), Some(("\n".to_owned(), "")));
        assert_eq!(split("+++\n+++\n\n\n+++\n"), Some(("\n".to_owned(), "\n+++\n")));
        for none in ["", "Text", "+++", "+++\na = 1\n", "\n+++\n+++\n"] {
            assert_eq!(split(none), None, "{none:?}");
        }
    }

    #[test]
    fn quizzes_have_right_choices_and_surveys_have_none() {
        let quiz = |body| answers(ContentType::Quiz, body);
        assert!(quiz("## One?\n\n- [x] yes\n- [ ] no\n\n## Two?\n\nIn words.\n").is_empty());
        assert_eq!(quiz("## One?\n\n- [ ] yes\n- [ ] no\n## Two?\n- [ ] no").len(), 2);
        assert_eq!(quiz("- [x] yes").len(), 1);
        assert!(quiz("## One?\n```\n- [ ] only shown\n```\n- [x] yes").is_empty());
        assert_eq!(answers(ContentType::Survey, "## One?\n- [x] yes\n- [ ] no").len(), 1);
        assert!(answers(ContentType::HtmlItem, "- [ ] buy flour").is_empty());
    }
}
