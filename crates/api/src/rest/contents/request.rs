//! Contents as clients send them: with their settings, their text and their questions.

use super::questions::ContentQuestionRequest;
use crate::rest::courses::{set_flag, set_text};
use schemars::JsonSchema;
use school::contents::{ContentType, LessonFile, NewContent, PoolDraw, Settings};
use school::files::FileRef;
use school::input::Object;
use school::rich_text::TextFormat;
use school::{ChapterId, ContentId, FileId, Set};
use serde::Deserialize;
use web::input::{Bool, Field, IdInput, Int, Text, TimestampInput};

/// A content to be made, or the changes to one: only the given fields change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ContentRequest {
    /// Its name.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Stretch and fold")]
    pub name: Field<Text>,
    /// What it is; text (`HtmlItem`) when it is left out. A content that becomes another kind keeps the settings that both
    /// kinds have.
    #[serde(default)]
    #[schemars(example = &"Lesson")]
    pub contentable_type: Field<ContentType>,
    /// Whether it is open to everyone.
    #[serde(default)]
    #[schemars(example = true)]
    pub free: Field<Bool>,
    /// Whether nobody who learns sees it yet.
    #[serde(default)]
    pub draft: Field<Bool>,
    /// Whether what comes after it in the course opens only when it is completed.
    #[serde(default)]
    pub prerequisite: Field<Bool>,
    /// How long it plays.
    #[serde(default)]
    pub duration_in_seconds: Field<Int>,
    /// The chapter of the same course to move it to.
    #[serde(default)]
    #[schemars(example = 1)]
    pub chapter_id: Field<IdInput<ChapterId>>,
    /// The place in the chapter to put it at, from one; the others make room. A new content goes to the end when no place
    /// is given.
    #[serde(default)]
    #[schemars(example = 1)]
    pub position: Field<Int>,
    /// Instead of a position: the content of the chapter to put it before.
    #[serde(default)]
    pub before_id: Field<IdInput<ContentId>>,
    /// Instead of a position: the content of the chapter to put it after.
    #[serde(default)]
    pub after_id: Field<IdInput<ContentId>>,
    /// Its text, in Markdown or HTML as `settings.format` says. HTML is kept without scripts and whatever else could run.
    #[serde(default)]
    #[schemars(example = &"Wet your hand, reach under the far edge, *stretch* and fold.")]
    pub text: Field<Text>,
    /// What it is set to.
    #[serde(default)]
    pub settings: Field<Object<SettingsRequest>>,
    /// The questions of a quiz or survey, in order, in place of those it has. Those that name their id keep it, and so do
    /// those whose prompt stays.
    #[serde(default)]
    pub questions: Field<Vec<Object<ContentQuestionRequest>>>,
}

/// What a content is set to: only the given fields change. Each kind has some of them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct SettingsRequest {
    /// In what its texts are written; Markdown when it is left out.
    #[serde(default)]
    pub format: Field<TextFormat>,
    /// Where the video, sound, document, page or meeting is.
    #[serde(default)]
    #[schemars(example = &"https://media.example.com/folding.mp4")]
    pub url: Field<Text>,
    /// The file of the school that the video, sound or document is, instead of an address. Where both are given it counts; an
    /// address alone takes its place.
    #[serde(default)]
    pub file_id: Field<IdInput<FileId>>,
    /// Whether students may take the video, sound or document home.
    #[serde(default)]
    pub downloadable: Field<Bool>,
    /// Whether the video or sound plays by itself.
    #[serde(default)]
    pub autoplay: Field<Bool>,
    /// The picture before a video plays.
    #[serde(default)]
    pub thumbnail_url: Field<Text>,
    /// The picture of the school that it is, instead of an address.
    #[serde(default)]
    pub thumbnail_file_id: Field<IdInput<FileId>>,
    /// Where the captions of a video are (WebVTT).
    #[serde(default)]
    pub captions_url: Field<Text>,
    /// The file of the school that they are, instead of an address.
    #[serde(default)]
    pub captions_file_id: Field<IdInput<FileId>>,
    /// The files of a download, or beside a video, in place of those it has.
    #[serde(default)]
    pub files: Field<Vec<Object<LessonFileRequest>>>,
    /// When a meeting begins.
    #[serde(default)]
    pub starts_at: Field<TimestampInput>,
    /// How long a meeting takes.
    #[serde(default)]
    pub duration_in_minutes: Field<Int>,
    /// A file that students begin an assignment with.
    #[serde(default)]
    pub template_url: Field<Text>,
    /// The file of the school that it is, instead of an address.
    #[serde(default)]
    pub template_file_id: Field<IdInput<FileId>>,
    /// The largest file that is handed in, in megabytes.
    #[serde(default)]
    pub file_size_limit: Field<Int>,
    /// What students read once they have handed in an assignment or a survey.
    #[serde(default)]
    pub confirmation_message: Field<Text>,
    /// What a quiz is passed with, in per cent.
    #[serde(default)]
    pub passing_grade: Field<Int>,
    /// How many of its questions a quiz asks, drawn anew for each attempt; all of them when it is empty.
    #[serde(default)]
    pub question_count: Field<Int>,
    /// How many questions a quiz takes from each of its pools, in place of what it took; not beside `question_count`.
    #[serde(default)]
    #[schemars(example = serde_json::json!([]))]
    pub pools: Field<Vec<Object<PoolRequest>>>,
    /// Whether the questions of a quiz come in another order each time.
    #[serde(default)]
    pub shuffle_questions: Field<Bool>,
    /// Whether the choices of each question of a quiz do.
    #[serde(default)]
    pub shuffle_choices: Field<Bool>,
    /// Whether the explanations of a quiz are kept from those who have answered.
    #[serde(default)]
    pub hide_explanations: Field<Bool>,
    /// How many days after an enrollment begins the content opens.
    #[serde(default)]
    pub release_after_days: Field<Int>,
    /// The moment at which the content opens.
    #[serde(default)]
    pub release_at: Field<TimestampInput>,
}

/// How many questions a quiz takes from one of its pools.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct PoolRequest {
    /// The pool's name, as its questions say it.
    #[schemars(example = &"Temperatures")]
    pub name: Text,
    /// How many of its questions are drawn, anew for each attempt; all of them where there are fewer.
    #[schemars(example = 2)]
    pub count: Int,
}

/// A file to take home.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct LessonFileRequest {
    /// What it is called.
    pub name: Text,
    /// Where it is, when it is elsewhere.
    #[serde(default)]
    #[schemars(example = &"https://media.example.com/books/templates.zip")]
    pub url: Field<Text>,
    /// The file of the school that it is, instead of an address.
    #[serde(default)]
    pub file_id: Field<IdInput<FileId>>,
}

/// A file that is named by its address or its id: the id counts, and an address alone takes the place of a file.
fn place(
    url: Field<Text>,
    id: Field<IdInput<FileId>>,
    (had_url, had_file): (&mut Option<String>, &mut Option<FileRef>),
) {
    let url = url.text();
    if url != Set::Keep {
        *had_file = None;
    }
    url.apply(had_url);
    id.set_id().map(FileRef::of_id).apply(had_file);
}

impl SettingsRequest {
    fn apply(self, settings: &mut Settings) {
        self.format.0.apply(&mut settings.format);
        for (url, file, had) in [
            (self.url, self.file_id, (&mut settings.url, &mut settings.file)),
            (self.thumbnail_url, self.thumbnail_file_id, (&mut settings.thumbnail_url, &mut settings.thumbnail_file)),
            (self.captions_url, self.captions_file_id, (&mut settings.captions_url, &mut settings.captions_file)),
            (self.template_url, self.template_file_id, (&mut settings.template_url, &mut settings.template_file)),
        ] {
            place(url, file, had);
        }
        self.confirmation_message.text().apply(&mut settings.confirmation_message);
        for (sent, field) in [
            (self.downloadable, &mut settings.downloadable),
            (self.autoplay, &mut settings.autoplay),
            (self.shuffle_questions, &mut settings.shuffle_questions),
            (self.shuffle_choices, &mut settings.shuffle_choices),
            (self.hide_explanations, &mut settings.hide_explanations),
        ] {
            sent.set(|Bool(flag)| flag).apply(field);
        }
        for (sent, field) in [
            (self.duration_in_minutes, &mut settings.duration_in_minutes),
            (self.file_size_limit, &mut settings.file_size_limit),
            (self.passing_grade, &mut settings.passing_grade),
            (self.question_count, &mut settings.question_count),
            (self.release_after_days, &mut settings.release_after_days),
        ] {
            sent.set(i64::from).apply(field);
        }
        for (sent, field) in [(self.starts_at, &mut settings.starts_at), (self.release_at, &mut settings.release_at)] {
            sent.set(|TimestampInput(at)| school::time::Moment(at).to_string()).apply(field);
        }
        let pool = |Object(pool): Object<PoolRequest>| PoolDraw { name: pool.name.into(), count: pool.count.into() };
        self.pools.set(|pools| pools.into_iter().map(pool).collect()).apply(&mut settings.pools);
        let file = |Object(file): Object<LessonFileRequest>| LessonFile {
            name: file.name.into(),
            url: file.url.value().map(String::from).unwrap_or_default(),
            file: file.file_id.id().map(FileRef::of_id),
        };
        self.files.set(|files| files.into_iter().map(file).collect()).apply(&mut settings.files);
    }
}

impl ContentRequest {
    /// What a content becomes by it.
    pub(super) fn apply(self, content: &mut NewContent) {
        set_text(self.name, &mut content.name);
        if let Some(kind) = self.contentable_type.value() {
            content.content_type = kind;
            content.settings = std::mem::take(&mut content.settings).for_kind(kind);
            if !school::contents::has_questions(kind) {
                content.questions.clear();
            }
        }
        set_flag(self.free, &mut content.free);
        set_flag(self.draft, &mut content.draft);
        set_flag(self.prerequisite, &mut content.prerequisite);
        match self.duration_in_seconds.0 {
            Set::Keep => {}
            Set::Clear => content.duration_in_seconds = 0,
            Set::To(Int(seconds)) => content.duration_in_seconds = seconds,
        }
        set_text(self.text, &mut content.text);
        match self.settings.0 {
            Set::Keep => {}
            Set::Clear => content.settings = Settings::default(),
            Set::To(Object(settings)) => settings.apply(&mut content.settings),
        }
        match self.questions.0 {
            Set::Keep => {}
            Set::Clear => content.questions.clear(),
            Set::To(questions) => {
                content.questions = questions.into_iter().map(|Object(question)| question.made()).collect();
            }
        }
    }
}
