//! The form of a lesson: the fields that every kind has, and those of its own kind.

use crate::files::choose;
use crate::form_values::Values;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{Choice, FileField, FormField, Input, problem_summary};
use pages::fields::Problems;
use school::contents::{Body, Content, ContentType, LessonFile, NewContent, PoolDraw, Settings, file_kinds};
use school::files::FileRef;
use school::rich_text::TextFormat;
use web::Tx;

/// A setting in the form: its name in [`Settings`], its label, its help, and how it is given.
struct SettingField(&'static str, &'static str, &'static str, How);

#[derive(Clone, Copy)]
enum How {
    Address,
    Line,
    Number,
    Flag,
    Moment,
    Files,
    Lines,
}

/// How a line of files names one of the school, before its id.
const OWN_FILE: &str = "file:";

/// The addresses that may be files of the school, each with the field of the file's id.
const PLACES: [(&str, &str); 4] = [
    ("url", "file_id"),
    ("thumbnail_url", "thumbnail_file_id"),
    ("captions_url", "captions_file_id"),
    ("template_url", "template_file_id"),
];

/// The field with the id of the file that a kind of lesson may have instead of an address.
fn file_field(address: &str, kind: ContentType) -> Option<&'static str> {
    let (_, field) = PLACES.iter().find(|(known, _)| *known == address)?;
    field.strip_suffix("_id").filter(|setting| Settings::belongs(setting, kind)).map(|_| *field)
}

/// The files that can be chosen from, by the field with their id.
#[derive(Debug, Clone, Default)]
pub(super) struct LessonFiles(Vec<(&'static str, Vec<(String, String)>)>);

impl LessonFiles {
    /// Those for a kind of lesson, with those that it has.
    pub fn read(tx: &mut Tx<'_>, actor: &Actor, kind: ContentType, had: &Settings) -> school::Result<Self> {
        let chosen = [&had.file, &had.thumbnail_file, &had.captions_file, &had.template_file];
        let mut offered = Vec::new();
        for ((address, name), chosen) in PLACES.into_iter().zip(chosen) {
            if file_field(address, kind).is_some() {
                let chosen = chosen.as_ref().map(|file| file.id);
                offered.push((name, choose::offered(tx, actor, file_kinds(name, kind), false, chosen)?));
            }
        }
        Ok(Self(offered))
    }

    fn of(&self, field: &str) -> &[(String, String)] {
        self.0.iter().find(|(known, _)| *known == field).map_or(&[], |(_, offered)| offered)
    }
}

/// Every setting, in the order of the form.
const SETTINGS: &[SettingField] = &[
    SettingField("url", "Address", "Where it is, such as https://media.example.com/folding.mp4.", How::Address),
    SettingField(
        "files",
        "Files",
        "One on each line: what it is called, a space, and its address; of a file of the school file: and its id.",
        How::Files,
    ),
    SettingField(
        "starts_at",
        "Begins at",
        "A date and time with its offset, such as 2026-03-01T19:00:00+01:00.",
        How::Moment,
    ),
    SettingField("duration_in_minutes", "Takes, in minutes", "", How::Number),
    SettingField("thumbnail_url", "Picture before it plays", "The address of a picture.", How::Address),
    SettingField("captions_url", "Captions", "The address of a file of captions (WebVTT).", How::Address),
    SettingField("template_url", "A file to begin with", "The address of a file that students fill in.", How::Address),
    SettingField("file_size_limit", "Largest file, in megabytes", "", How::Number),
    SettingField("confirmation_message", "What they read afterwards", "Shown once something was handed in.", How::Line),
    SettingField(
        "passing_grade",
        "Pass mark, in per cent",
        "Without one, any attempt completes the quiz.",
        How::Number,
    ),
    SettingField(
        "question_count",
        "Questions for each attempt",
        "So many are drawn from all of them, anew each time; all of them when it is empty.",
        How::Number,
    ),
    SettingField(
        "pools",
        "Questions from each pool",
        "One pool on each line: its name, a space, and how many of its questions each attempt takes. Questions say themselves \
         which pool they are in; those in none are always asked.",
        How::Lines,
    ),
    SettingField("shuffle_questions", "Questions in another order each time", "", How::Flag),
    SettingField("shuffle_choices", "Choices in another order each time", "", How::Flag),
    SettingField("hide_explanations", "Keep explanations from students", "", How::Flag),
    SettingField("downloadable", "Students may download it", "", How::Flag),
    SettingField("autoplay", "It plays by itself", "", How::Flag),
];

/// When a lesson opens, of every kind.
const RELEASE: &[SettingField] = &[
    SettingField("release_after_days", "Opens so many days after the enrollment begins", "", How::Number),
    SettingField("release_at", "Or opens at", "A date and time, such as 2026-03-01T18:00:00Z.", How::Moment),
];

/// As a lesson is.
pub(super) fn values_of(content: &Content, body: &Body) -> Values {
    let settings = &body.settings;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let place = |file: &LessonFile| match &file.file {
        Some(own) => format!("{OWN_FILE}{}", own.id),
        None => file.url.clone(),
    };
    let files = settings.files.iter().flatten().map(|file| format!("{} {}", file.name, place(file)));
    let pools = settings.pools.iter().flatten().map(|pool| format!("{} {}", pool.name, pool.count));
    let id = |file: &Option<FileRef>| file.as_ref().map(|file| file.id.to_string()).unwrap_or_default();
    Values::default()
        .with("name", content.name.clone())
        .with("text", body.text.clone())
        .with("format", settings.text_format().name())
        .with("duration_in_seconds", number(Some(content.duration_in_seconds).filter(|seconds| *seconds > 0)))
        .with_flag("free", content.free)
        .with_flag("draft", content.draft)
        .with_flag("prerequisite", content.prerequisite)
        .with("url", text(&settings.url))
        .with("file_id", id(&settings.file))
        .with("thumbnail_file_id", id(&settings.thumbnail_file))
        .with("captions_file_id", id(&settings.captions_file))
        .with("template_file_id", id(&settings.template_file))
        .with("files", files.collect::<Vec<_>>().join("\n"))
        .with("starts_at", text(&settings.starts_at))
        .with("duration_in_minutes", number(settings.duration_in_minutes))
        .with("thumbnail_url", text(&settings.thumbnail_url))
        .with("captions_url", text(&settings.captions_url))
        .with("template_url", text(&settings.template_url))
        .with("file_size_limit", number(settings.file_size_limit))
        .with("confirmation_message", text(&settings.confirmation_message))
        .with("passing_grade", number(settings.passing_grade))
        .with("question_count", number(settings.question_count))
        .with("pools", pools.collect::<Vec<_>>().join("\n"))
        .with_flag("shuffle_questions", settings.shuffle_questions == Some(true))
        .with_flag("shuffle_choices", settings.shuffle_choices == Some(true))
        .with_flag("hide_explanations", settings.hide_explanations == Some(true))
        .with_flag("downloadable", settings.downloadable == Some(true))
        .with_flag("autoplay", settings.autoplay == Some(true))
        .with("release_after_days", number(settings.release_after_days))
        .with("release_at", text(&settings.release_at))
}

/// What a lesson becomes by what was sent: its file, its kind and its questions stay.
pub(super) fn apply(values: &Values, had: NewContent) -> Result<NewContent, Problems> {
    let mut problems = Problems::default();
    let mut number = |name: &'static str| match values.number(name) {
        Ok(number) => number,
        Err(name) => {
            problems.add(name, "must be a whole number");
            None
        }
    };
    let duration = number("duration_in_seconds").unwrap_or(0);
    let mut settings = Settings {
        format: TextFormat::named(values.get("format")),
        url: values.text("url").map(|url| url.trim().to_owned()),
        file: own_file(values, "file_id"),
        downloadable: Some(values.is_set("downloadable")),
        autoplay: Some(values.is_set("autoplay")),
        thumbnail_url: values.text("thumbnail_url").map(|url| url.trim().to_owned()),
        thumbnail_file: own_file(values, "thumbnail_file_id"),
        captions_url: values.text("captions_url").map(|url| url.trim().to_owned()),
        captions_file: own_file(values, "captions_file_id"),
        files: None,
        starts_at: values.text("starts_at"),
        duration_in_minutes: number("duration_in_minutes"),
        template_url: values.text("template_url").map(|url| url.trim().to_owned()),
        template_file: own_file(values, "template_file_id"),
        file_size_limit: number("file_size_limit"),
        confirmation_message: values.text("confirmation_message"),
        passing_grade: number("passing_grade"),
        question_count: number("question_count"),
        pools: None,
        shuffle_questions: Some(values.is_set("shuffle_questions")),
        shuffle_choices: Some(values.is_set("shuffle_choices")),
        hide_explanations: Some(values.is_set("hide_explanations")),
        release_after_days: number("release_after_days"),
        release_at: values.text("release_at"),
    };
    settings.files = files(values.get("files"), &mut problems);
    settings.pools = pools(values.get("pools"), &mut problems);
    for (url, file) in PLACES {
        if values.text(url).is_some() && own_file(values, file).is_some() {
            problems.add(url, "is there beside a file: choose no file, or leave it empty");
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(NewContent {
        name: values.get("name").to_owned(),
        free: values.is_set("free"),
        draft: values.is_set("draft"),
        prerequisite: values.is_set("prerequisite"),
        duration_in_seconds: duration,
        settings: settings.for_kind(had.content_type),
        text: values.get("text").replace("\r\n", "\n"),
        ..had
    })
}

/// Pools, one on each line: a name, a space, how many questions.
fn pools(text: &str, problems: &mut Problems) -> Option<Vec<PoolDraw>> {
    let mut pools = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.rsplit_once(char::is_whitespace).map(|(name, count)| (name.trim(), count.parse())) {
            Some((name, Ok(count))) => pools.push(PoolDraw { name: name.to_owned(), count }),
            _ => problems.add("pools", "need a name and a number on each line"),
        }
    }
    (!pools.is_empty()).then_some(pools)
}

/// A file of the school that was chosen.
fn own_file(values: &Values, name: &str) -> Option<FileRef> {
    values.get(name).parse().ok().map(FileRef::of_id)
}

/// Files, one on each line: a name, a space, an address.
fn files(text: &str, problems: &mut Problems) -> Option<Vec<LessonFile>> {
    let mut files = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.rsplit_once(char::is_whitespace) {
            Some((name, place)) => {
                let own = place.strip_prefix(OWN_FILE).and_then(|id| id.parse().ok()).map(FileRef::of_id);
                let url = if own.is_some() { String::new() } else { place.to_owned() };
                files.push(LessonFile { name: name.trim().to_owned(), url, file: own });
            }
            None => problems.add("files", "need a name and an address on each line"),
        }
    }
    (!files.is_empty()).then_some(files)
}

fn field<'f>(
    SettingField(name, label, hint, how): &SettingField,
    values: &'f Values,
    problems: &'f Problems,
) -> FormField<'f> {
    let input = match how {
        How::Address => Input::Line("url"),
        How::Line | How::Moment => Input::Line("text"),
        How::Number => Input::Line("number"),
        How::Flag => Input::Checkbox,
        How::Files | How::Lines => Input::Text { rows: 3 },
    };
    FormField::new(name, label, values.get(name), input).hint(hint).problems(problems)
}

/// A setting in the form: where it may be a file of the school, with a way to choose one.
fn setting(one: &SettingField, kind: ContentType, files: &LessonFiles, values: &Values, problems: &Problems) -> Markup {
    let Some(name) = file_field(one.0, kind) else {
        let choose = matches!(one.3, How::Files).then(|| choose::address(&[], false));
        return html! { div.fields data-file-lines=[choose] { (field(one, values, problems)) } };
    };
    let address = FormField::line(one.0, "Address elsewhere", values.get(one.0)).hint(one.2).problems(problems);
    html! {
        (FileField {
            name,
            label: if one.0 == "url" { "File" } else { one.1 },
            offers: choose::address(file_kinds(name, kind), false),
            is_public: false,
            chosen: values.get(name),
            choices: files.of(name),
            address,
            problems,
        })
    }
}

/// The fields of a kind of lesson.
fn own_fields<'f>(kind: ContentType, values: &'f Values, problems: &'f Problems) -> Vec<FormField<'f>> {
    SETTINGS
        .iter()
        .filter(|setting| Settings::belongs(setting.0, kind))
        .map(|one| field(one, values, problems))
        .collect()
}

/// What is wrong, above the form.
pub(super) fn summary(kind: ContentType, values: &Values, problems: &Problems) -> Markup {
    let mut fields = own_fields(kind, values, problems);
    fields.extend(
        PLACES
            .iter()
            .filter(|(address, _)| file_field(address, kind).is_some())
            .map(|(_, name)| FormField::line(name, "File", values.get(name))),
    );
    fields.extend(RELEASE.iter().map(|one| field(one, values, problems)));
    let [name, text, format, duration] = common(kind, values, problems);
    fields.extend([name, text, format, duration]);
    problem_summary(problems, &fields.iter().map(FormField::named).collect::<Vec<_>>())
}

fn common<'f>(kind: ContentType, values: &'f Values, problems: &'f Problems) -> [FormField<'f>; 4] {
    let text_label = match kind {
        ContentType::HtmlItem => "Text",
        ContentType::Quiz | ContentType::Survey => "Words before the questions",
        ContentType::Assignment => "What is to be done",
        _ => "Words below it",
    };
    let rows = if kind == ContentType::HtmlItem { 18 } else { 6 };
    let formats = vec![
        Choice { value: TextFormat::NAMES[0], label: "Markdown" },
        Choice { value: TextFormat::NAMES[1], label: "HTML" },
    ];
    [
        FormField::line("name", "Name", values.get("name")).required().longest(255).problems(problems),
        FormField::new("text", text_label, values.get("text"), Input::Text { rows }).problems(problems),
        FormField::new("format", "Written in", values.get("format"), Input::Select(formats))
            .hint("HTML is cleaned when it is saved: scripts, styles and frames are taken out.")
            .required(),
        FormField::new(
            "duration_in_seconds",
            "Plays, in seconds",
            values.get("duration_in_seconds"),
            Input::Line("number"),
        )
        .problems(problems),
    ]
}

/// The cards of the form.
pub(super) fn cards(kind: ContentType, files: &LessonFiles, values: &Values, problems: &Problems) -> Markup {
    let [name, text, format, duration] = common(kind, values, problems);
    let plays = matches!(kind, ContentType::Lesson | ContentType::Audio);
    let (flags, others): (Vec<_>, Vec<_>) = SETTINGS
        .iter()
        .filter(|setting| Settings::belongs(setting.0, kind))
        .partition(|setting| matches!(setting.3, How::Flag));
    let opens = !values.get("release_after_days").is_empty() || !values.get("release_at").is_empty();
    let flag = |name: &'static str, label: &'static str, hint: &'static str| {
        FormField::new(name, label, values.get(name), Input::Checkbox).hint(hint)
    };
    html! {
        div.card {
            div.body.fields {
                (name)
                @for one in &others { (setting(one, kind, files, values, problems)) }
                @if plays { (duration) }
                @for one in &flags { (field(one, values, problems)) }
            }
        }
        div.card {
            header { div { h2 { "Text" } } }
            div.body.fields data-writes { (text) (format) }
        }
        div.card {
            header { div { h2 { "Who sees it, and when" } } }
            div.body.fields {
                (flag("draft", "Draft", "Nobody who learns sees it."))
                (flag("free", "Free preview", "Everybody may open it, without an enrollment."))
                (flag("prerequisite", "Must be completed first", "What comes after it in the course opens when it is completed."))
                details open[opens || problems.iter().any(|(name, _)| name.starts_with("release"))] {
                    summary { "Open it later" }
                    div.fields { @for one in RELEASE { (field(one, values, problems)) } }
                }
            }
        }
    }
}

/// The form with which a file is uploaded where no script runs; nothing for a kind of lesson that has none.
pub(super) fn upload_form(csrf: &Markup, here: &str, kind: ContentType) -> Markup {
    html! {
        @if Settings::belongs("file", kind) {
            form.card data-without-script method="post" action={ (here) "/file" } enctype="multipart/form-data" {
                (csrf)
                header { div { h2 { "Upload a file" } p { "It becomes a file of the school, and this lesson shows it." } } }
                div.body.fields {
                    div.field { label for="field-upload" { "File" } input #field-upload type="file" name="file" required; }
                    div.actions { button.quiet type="submit" { "Upload" } }
                }
            }
        }
    }
}
