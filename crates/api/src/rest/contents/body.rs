//! What a content holds, as the API shows it.

use schemars::JsonSchema;
use school::contents::{self, Body, Choice, Content, ContentType, LessonFile, Question, QuestionKind, Settings};
use school::files::{FilePlaces, FileRef};
use school::rich_text::TextFormat;
use school::{ChoiceId, ContentId, FileId, QuestionId};
use serde::Serialize;
use std::borrow::Cow;
use web::ApiResult;
use web::context::ApiContext;
use web::path::Id;
use web::response::ApiResponse;

/// What a content holds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContentBodyResponse<'a> {
    /// The content's id.
    #[schemars(example = 1)]
    pub id: ContentId,
    /// What it is.
    #[schemars(example = &"Lesson")]
    pub contentable_type: ContentType,
    /// Whether nobody who learns sees it yet.
    #[schemars(example = false)]
    pub draft: bool,
    /// Whether what comes after it in the course opens only when it is completed.
    #[schemars(example = false)]
    pub prerequisite: bool,
    /// How long it plays.
    #[schemars(example = 238)]
    pub duration_in_seconds: i64,
    /// Its text, as it was written.
    #[schemars(example = &"Not for the tax office. They only want it once a year.…")]
    pub text: &'a str,
    /// Its text as HTML, without scripts and whatever else could run.
    #[schemars(example = &"<p>Not for the tax office. They only want it once a year.…")]
    pub html: String,
    /// What it is set to.
    pub settings: SettingsResponse<'a>,
    /// The questions of a quiz or survey, in order.
    #[schemars(example = serde_json::json!([]))]
    pub questions: Vec<QuestionResponse<'a>>,
}

/// What a content is set to. What its kind does not have is null, or false.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SettingsResponse<'a> {
    /// In what its texts are written.
    #[schemars(example = &"markdown")]
    pub format: TextFormat,
    /// Where the video, sound, document, page or meeting is.
    #[schemars(example = &"https://media.example.com/books/why-bother.mp4")]
    pub url: Option<Cow<'a, str>>,
    /// The file of the school that it is; `url` is where it is to be had then, for some hours where it is private.
    pub file_id: Option<FileId>,
    /// Whether students may take the video, sound or document home.
    #[schemars(example = false)]
    pub downloadable: bool,
    /// Whether the video or sound plays by itself.
    #[schemars(example = false)]
    pub autoplay: bool,
    /// The picture before a video plays.
    pub thumbnail_url: Option<Cow<'a, str>>,
    /// The file of the school that it is.
    pub thumbnail_file_id: Option<FileId>,
    /// Where the captions of a video are (WebVTT).
    pub captions_url: Option<Cow<'a, str>>,
    /// The file of the school that they are.
    pub captions_file_id: Option<FileId>,
    /// The files of a download, or beside a video.
    #[schemars(example = serde_json::json!([]))]
    pub files: Vec<LessonFileResponse<'a>>,
    /// When a meeting begins.
    pub starts_at: Option<&'a str>,
    /// How long a meeting takes.
    pub duration_in_minutes: Option<i64>,
    /// A file that students begin an assignment with.
    pub template_url: Option<Cow<'a, str>>,
    /// The file of the school that it is.
    pub template_file_id: Option<FileId>,
    /// The largest file that is handed in, in megabytes.
    pub file_size_limit: Option<i64>,
    /// What students read once they have handed in an assignment or a survey.
    pub confirmation_message: Option<&'a str>,
    /// What a quiz is passed with, in per cent.
    pub passing_grade: Option<i64>,
    /// How many of its questions a quiz asks; null for all of them.
    pub question_count: Option<i64>,
    /// How many questions a quiz takes from each of its pools, beside all that are in none.
    #[schemars(example = serde_json::json!([]))]
    pub pools: Vec<PoolResponse<'a>>,
    /// Whether the questions of a quiz come in another order each time.
    #[schemars(example = false)]
    pub shuffle_questions: bool,
    /// Whether the choices of each question of a quiz do.
    #[schemars(example = false)]
    pub shuffle_choices: bool,
    /// Whether the explanations of a quiz are kept from those who have answered.
    #[schemars(example = false)]
    pub hide_explanations: bool,
    /// How many days after an enrollment begins the content opens.
    pub release_after_days: Option<i64>,
    /// The moment at which the content opens.
    pub release_at: Option<&'a str>,
}

/// How many questions a quiz takes from one of its pools.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PoolResponse<'a> {
    /// The pool's name, as its questions say it.
    #[schemars(example = &"Temperatures")]
    pub name: &'a str,
    /// How many of its questions are drawn, anew for each attempt.
    #[schemars(example = 2)]
    pub count: i64,
}

/// A file to take home.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LessonFileResponse<'a> {
    /// What it is called.
    #[schemars(example = &"Templates")]
    pub name: &'a str,
    /// Where it is.
    #[schemars(example = &"https://media.example.com/books/templates.zip")]
    pub url: Cow<'a, str>,
    /// The file of the school that it is; `url` is where it is to be had then.
    pub file_id: Option<FileId>,
}

/// A question.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuestionResponse<'a> {
    /// Its id; null of one that an older version of the server kept, until its content is changed.
    #[schemars(example = 1)]
    pub id: Option<QuestionId>,
    /// Its place, from one.
    #[schemars(example = 1)]
    pub position: i64,
    /// How it is answered.
    #[schemars(example = &"single_answer")]
    pub kind: QuestionKind,
    /// What is asked.
    #[schemars(example = &"How warm is the water?")]
    pub prompt: &'a str,
    /// What stands below that.
    #[schemars(example = &"")]
    pub text: &'a str,
    /// What is shown once it was answered.
    #[schemars(example = &"Hotter water kills the yeast.")]
    pub explanation: &'a str,
    /// Whether it need not be answered.
    #[schemars(example = false)]
    pub optional: bool,
    /// The pool of its quiz from which it is drawn; null for one that every attempt asks.
    pub pool: Option<&'a str>,
    /// What the lower end of a scale is called.
    pub left_label: Option<&'a str>,
    /// What its middle is called.
    pub middle_label: Option<&'a str>,
    /// What its upper end is called.
    pub right_label: Option<&'a str>,
    /// What can be chosen, in order.
    pub choices: Vec<ChoiceResponse<'a>>,
}

/// A choice of a question.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChoiceResponse<'a> {
    /// Its id; null as the question's.
    #[schemars(example = 1)]
    pub id: Option<ChoiceId>,
    /// What it says.
    #[schemars(example = &"As warm as your hand")]
    pub text: &'a str,
    /// Whether it is right.
    #[schemars(example = true)]
    pub correct: bool,
}

/// A question as the API shows it, at this place from zero.
pub(super) fn question_view(at: usize, question: &Question) -> QuestionResponse<'_> {
    let choice = |choice: &'_ Choice| (Some(choice.id).filter(|id| *id != ChoiceId::default()), choice.correct);
    QuestionResponse {
        id: Some(question.id).filter(|id| *id != QuestionId::default()),
        position: at as i64 + 1,
        kind: question.kind,
        prompt: &question.prompt,
        text: &question.text,
        explanation: &question.explanation,
        optional: question.optional,
        pool: question.pool.as_deref(),
        left_label: question.left_label.as_deref(),
        middle_label: question.middle_label.as_deref(),
        right_label: question.right_label.as_deref(),
        choices: question
            .choices
            .iter()
            .map(|one| {
                let (id, correct) = choice(one);
                ChoiceResponse { id, text: &one.text, correct }
            })
            .collect(),
    }
}

fn settings_view<'a>(settings: &'a Settings, places: &FilePlaces) -> SettingsResponse<'a> {
    let file = |file: &'a LessonFile| LessonFileResponse {
        name: &file.name,
        url: places.of(Some(&file.url), file.file.as_ref()).unwrap_or_default(),
        file_id: file.file.as_ref().map(|file| file.id),
    };
    let files = settings.files.iter().flatten().map(file);
    let id = |file: &Option<FileRef>| file.as_ref().map(|file| file.id);
    SettingsResponse {
        format: settings.text_format(),
        url: places.of(settings.url.as_deref(), settings.file.as_ref()),
        file_id: id(&settings.file),
        downloadable: settings.downloadable.unwrap_or(false),
        autoplay: settings.autoplay.unwrap_or(false),
        thumbnail_url: places.of(settings.thumbnail_url.as_deref(), settings.thumbnail_file.as_ref()),
        thumbnail_file_id: id(&settings.thumbnail_file),
        captions_url: places.of(settings.captions_url.as_deref(), settings.captions_file.as_ref()),
        captions_file_id: id(&settings.captions_file),
        files: files.collect(),
        starts_at: settings.starts_at.as_deref(),
        duration_in_minutes: settings.duration_in_minutes,
        template_url: places.of(settings.template_url.as_deref(), settings.template_file.as_ref()),
        template_file_id: id(&settings.template_file),
        file_size_limit: settings.file_size_limit,
        confirmation_message: settings.confirmation_message.as_deref(),
        passing_grade: settings.passing_grade,
        question_count: settings.question_count,
        pools: settings
            .pools
            .iter()
            .flatten()
            .map(|pool| PoolResponse { name: &pool.name, count: pool.count })
            .collect(),
        shuffle_questions: settings.shuffle_questions.unwrap_or(false),
        shuffle_choices: settings.shuffle_choices.unwrap_or(false),
        hide_explanations: settings.hide_explanations.unwrap_or(false),
        release_after_days: settings.release_after_days,
        release_at: settings.release_at.as_deref(),
    }
}

fn view<'a>(content: &Content, body: &'a Body, places: &FilePlaces) -> ContentBodyResponse<'a> {
    ContentBodyResponse {
        id: content.id,
        contentable_type: content.contentable_type,
        draft: content.draft,
        prerequisite: content.prerequisite,
        duration_in_seconds: content.duration_in_seconds,
        text: &body.text,
        html: body.html(),
        settings: settings_view(&body.settings, places),
        questions: body.questions.iter().enumerate().map(|(at, question)| question_view(at, question)).collect(),
    }
}

/// `GET /contents/{id}/body`
pub async fn get(api: ApiContext, Id(id): Id<ContentId>) -> ApiResult {
    let addresses = api.app().file_addresses();
    api.read(move |tx, site| {
        let (content, body) = (contents::get(tx, site.id, id)?, contents::body(tx, site.id, id)?);
        let places = FilePlaces::of_refs(tx, site.id, body.settings.file_refs(), &addresses)?;
        Ok(ApiResponse::ok(&view(&content, &body, &places)))
    })
    .await
}
