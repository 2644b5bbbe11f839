//! A lesson's file: TOML front matter between two lines of `+++`, then the text.

use super::toml::FileToml;
use super::{CourseProblems, LessonSource, check, form};
use crate::check::{Check, LINE, TEXT};
use crate::contents::quiz_text::{self, QuizText};
use crate::contents::{self, ContentType, LessonFile, PoolDraw, Question, Settings};
use crate::files::FileRef;
use crate::rich_text::{self, TextFormat};

const FENCE: &str = "+++";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    name: String,
    #[serde(rename = "type")]
    content_type: Option<String>,
    #[serde(default)]
    free: bool,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    prerequisite: bool,
    format: Option<TextFormat>,
    url: Option<String>,
    file: Option<FileToml>,
    duration_in_seconds: Option<i64>,
    downloadable: Option<bool>,
    autoplay: Option<bool>,
    thumbnail_url: Option<String>,
    thumbnail_file: Option<FileToml>,
    captions_url: Option<String>,
    captions_file: Option<FileToml>,
    files: Option<Vec<LessonFileToml>>,
    starts_at: Option<String>,
    duration_in_minutes: Option<i64>,
    template_url: Option<String>,
    template_file: Option<FileToml>,
    file_size_limit: Option<i64>,
    confirmation_message: Option<String>,
    passing_grade: Option<i64>,
    question_count: Option<i64>,
    pools: Option<Vec<PoolDraw>>,
    shuffle_questions: Option<bool>,
    shuffle_choices: Option<bool>,
    hide_explanations: Option<bool>,
    release_after_days: Option<i64>,
    release_at: Option<String>,
}

/// A file to take home.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct LessonFileToml {
    name: String,
    #[serde(default)]
    url: String,
    file: Option<FileToml>,
}

impl Front {
    fn settings(&mut self) -> Settings {
        Settings {
            format: self.format,
            url: self.url.take(),
            file: self.file.take().map(FileRef::from),
            downloadable: self.downloadable,
            autoplay: self.autoplay,
            thumbnail_url: self.thumbnail_url.take(),
            thumbnail_file: self.thumbnail_file.take().map(FileRef::from),
            captions_url: self.captions_url.take(),
            captions_file: self.captions_file.take().map(FileRef::from),
            files: self.files.take().map(|files| files.into_iter().map(LessonFileToml::made).collect()),
            starts_at: self.starts_at.take(),
            duration_in_minutes: self.duration_in_minutes,
            template_url: self.template_url.take(),
            template_file: self.template_file.take().map(FileRef::from),
            file_size_limit: self.file_size_limit,
            confirmation_message: self.confirmation_message.take(),
            passing_grade: self.passing_grade,
            question_count: self.question_count,
            pools: self.pools.take(),
            shuffle_questions: self.shuffle_questions,
            shuffle_choices: self.shuffle_choices,
            hide_explanations: self.hide_explanations,
            release_after_days: self.release_after_days,
            release_at: self.release_at.take(),
        }
        .normal()
    }
}

impl LessonFileToml {
    fn made(self) -> LessonFile {
        LessonFile { name: self.name, url: self.url, file: self.file.map(FileRef::from) }
    }
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
    let mut front = front?;
    let mut check = check::Texts::new();
    let name = check.required("name", &front.name, LINE);
    let content_type = match front.content_type.as_deref() {
        None => contents::type_of_file(file),
        Some(name) => ContentType::named(name).unwrap_or_else(|| {
            check.that(false, "type", &format!("\"{name}\" is none of {}", ContentType::NAMES.join(", ")));
            ContentType::HtmlItem
        }),
    };
    let duration_in_seconds = front.duration_in_seconds.unwrap_or(0);
    check.that(duration_in_seconds >= 0, "duration_in_seconds", "must not be negative");
    let settings = front.settings();
    let mut rules = Check::new();
    settings.check(content_type, &mut rules);
    check.school(rules);
    let text = check.text("text", body);
    let format = settings.text_format();
    let read = match contents::has_questions(content_type) {
        true => quiz_text::read(&text),
        false => QuizText { text, ..QuizText::default() },
    };
    for problem in read.problems.into_iter().chain(answers(content_type, &read.questions)) {
        problems.add(path, problem);
    }
    let mut rules = Check::new();
    rules.length("text", &read.text, TEXT);
    let questions = contents::checked_questions(&read.questions, content_type, format, &mut rules);
    if answers(content_type, &questions).is_empty() {
        check.school(rules);
    }
    check.report(path, problems);
    Some(LessonSource {
        file: file.to_owned(),
        name,
        content_type,
        free: front.free,
        draft: front.draft,
        prerequisite: front.prerequisite,
        duration_in_seconds,
        settings,
        text: rich_text::stored(&read.text, format),
        questions,
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
    if lesson.draft {
        text.flag("draft", true);
    }
    if lesson.prerequisite {
        text.flag("prerequisite", true);
    }
    let settings = &lesson.settings;
    text.optional("format", settings.format.map(TextFormat::name));
    text.optional("url", settings.url.as_deref());
    text.file("file", settings.file.as_ref());
    text.number("duration_in_seconds", Some(lesson.duration_in_seconds).filter(|seconds| *seconds != 0));
    text.set("downloadable", settings.downloadable);
    text.set("autoplay", settings.autoplay);
    text.optional("thumbnail_url", settings.thumbnail_url.as_deref());
    text.file("thumbnail_file", settings.thumbnail_file.as_ref());
    text.optional("captions_url", settings.captions_url.as_deref());
    text.file("captions_file", settings.captions_file.as_ref());
    if let Some(files) = &settings.files {
        text.files("files", files);
    }
    text.optional("starts_at", settings.starts_at.as_deref());
    text.number("duration_in_minutes", settings.duration_in_minutes);
    text.optional("template_url", settings.template_url.as_deref());
    text.file("template_file", settings.template_file.as_ref());
    text.number("file_size_limit", settings.file_size_limit);
    text.optional("confirmation_message", settings.confirmation_message.as_deref());
    text.number("passing_grade", settings.passing_grade);
    text.number("question_count", settings.question_count);
    if let Some(pools) = &settings.pools {
        text.pools("pools", pools);
    }
    text.set("shuffle_questions", settings.shuffle_questions);
    text.set("shuffle_choices", settings.shuffle_choices);
    text.set("hide_explanations", settings.hide_explanations);
    text.number("release_after_days", settings.release_after_days);
    text.optional("release_at", settings.release_at.as_deref());
    text.line(FENCE);
    let body = quiz_text::print(&lesson.text, &lesson.questions);
    if !body.is_empty() {
        text.line("");
    }
    text.end() + &body
}

/// What is wrong with the choices of a quiz or survey.
fn answers(kind: ContentType, questions: &[Question]) -> Vec<String> {
    let problem = |question: &Question| {
        let Question { prompt, choices, .. } = question;
        let right = choices.iter().filter(|choice| choice.correct).count();
        match kind {
            ContentType::Survey if right > 0 => {
                Some(format!("is a survey, but \"{prompt}\" has a right choice; leave all boxes empty: - [ ]"))
            }
            ContentType::Quiz if right == 0 && !choices.is_empty() => {
                Some(format!("has no right choice for \"{prompt}\"; mark at least one with - [x]"))
            }
            _ => None,
        }
    };
    questions.iter().filter_map(problem).collect()
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
        let problems = |kind, body| answers(kind, &quiz_text::read(body).questions);
        let quiz = |body| problems(ContentType::Quiz, body);
        assert!(quiz("## One?\n\n- [x] yes\n- [ ] no\n\n## Two?\n\nIn words.\n").is_empty());
        assert_eq!(quiz("## One?\n\n- [ ] yes\n- [ ] no\n## Two?\n- [ ] no").len(), 2);
        assert!(quiz("## One?\n```\n- [ ] only shown\n```\n- [x] yes").is_empty());
        assert_eq!(problems(ContentType::Survey, "## One?\n- [x] yes\n- [ ] no").len(), 1);
    }
}
