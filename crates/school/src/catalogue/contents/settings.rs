//! What a lesson is set to beside its text: which settings there are, which kinds of lesson have them, and their rules.

use super::ContentType;
use super::question::MOST_QUESTIONS;
use crate::check::{Check, LINE};
use crate::files::{FileKind, FileRef};
use crate::rich_text::TextFormat;
use crate::text::nfc;
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use store::FileId;

/// A quiz has no more pools than this.
const MOST_POOLS: usize = 50;
/// More files than this belong to no lesson.
const MOST_FILES: usize = 100;
/// The longest address, in characters.
const LONGEST_ADDRESS: usize = 2048;
/// The most days until a lesson opens: ten years.
const MOST_DAYS: i64 = 3650;

/// A file to take home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonFile {
    /// What it is called.
    pub name: String,
    /// Where it is, when it is elsewhere; empty of a file of the school.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// The file of the school that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileRef>,
}

/// How many questions a quiz takes from one of its pools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolDraw {
    /// The pool's name, as its questions say it.
    pub name: String,
    /// How many of its questions are drawn, anew for each attempt; all of them where there are fewer.
    pub count: i64,
}

/// Declares the settings, each with the kinds of lesson that have it; all have those without a list.
macro_rules! settings {
    ($($(#[$meta:meta])* $name:ident: $type:ty $([$($kind:ident)*])?,)*) => {
        /// What a content is set to, beside its text. What is not said is none.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct Settings {
            $($(#[$meta])* #[serde(skip_serializing_if = "Option::is_none")] pub $name: Option<$type>,)*
        }

        impl Settings {
            /// The names of all of them.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// Whether a kind of lesson has a setting.
            #[must_use]
            pub fn belongs(name: &str, kind: ContentType) -> bool {
                match name {
                    $(stringify!($name) => {
                        const KINDS: &[ContentType] = &[$($(ContentType::$kind),*)?];
                        KINDS.is_empty() || KINDS.contains(&kind)
                    })*
                    _ => false,
                }
            }

            /// The names of those that say something.
            fn said(&self) -> Vec<&'static str> {
                let mut said = Vec::new();
                $(if self.$name.is_some() { said.push(stringify!($name)); })*
                said
            }

            /// The same without what a kind of lesson does not have: a lesson that becomes of another kind.
            #[must_use]
            pub fn for_kind(mut self, kind: ContentType) -> Self {
                $(if !Self::belongs(stringify!($name), kind) { self.$name = None; })*
                self
            }
        }
    };
}

settings! {
    /// In what its texts are written; Markdown where it is not said.
    format: TextFormat,
    /// Where the video, sound, document or page is.
    url: String [Audio BrilliumExam Disqus Download Iframe Lesson LiveLesson Pdf Presentation],
    /// The file of the school that the video, sound or document is, instead of an address.
    file: FileRef [Audio Download Iframe Lesson Pdf Presentation],
    /// Whether students may take the video, sound or document home.
    downloadable: bool [Audio Lesson Pdf Presentation],
    /// Whether it plays by itself.
    autoplay: bool [Audio Lesson],
    /// The picture before a video plays.
    thumbnail_url: String [Lesson],
    /// The picture of the school that it is, instead of an address.
    thumbnail_file: FileRef [Lesson],
    /// Where the captions of a video are (WebVTT).
    captions_url: String [Lesson],
    /// The file of the school that they are, instead of an address.
    captions_file: FileRef [Lesson],
    /// Files to take home.
    files: Vec<LessonFile> [Download Lesson],
    /// When a meeting begins: a moment such as `2026-03-01T18:00:00.000Z`.
    starts_at: String [LiveLesson],
    /// How long a meeting takes.
    duration_in_minutes: i64 [LiveLesson],
    /// A file that students begin their work with.
    template_url: String [Assignment],
    /// The file of the school that it is, instead of an address.
    template_file: FileRef [Assignment],
    /// The largest file that is handed in, in megabytes.
    file_size_limit: i64 [Assignment],
    /// What students read once they have handed something in.
    confirmation_message: String [Assignment Survey],
    /// What a quiz is passed with, in per cent.
    passing_grade: i64 [Quiz],
    /// How many of its questions a quiz asks, drawn anew for each attempt; all of them where it is not said.
    question_count: i64 [Quiz],
    /// How many questions a quiz takes from each of its pools; none of a pool that is not named here.
    pools: Vec<PoolDraw> [Quiz],
    /// Whether the questions of a quiz come in another order each time.
    shuffle_questions: bool [Quiz],
    /// Whether the choices of each question do.
    shuffle_choices: bool [Quiz],
    /// Whether explanations are kept from those who have answered.
    hide_explanations: bool [Quiz],
    /// How many days after an enrollment begins the lesson opens.
    release_after_days: i64,
    /// The moment at which the lesson opens, such as `2026-03-01T18:00:00.000Z`.
    release_at: String,
}

impl Settings {
    /// In what its texts are written.
    #[must_use]
    pub fn text_format(&self) -> TextFormat {
        self.format.unwrap_or_default()
    }

    /// The same in the one form in which it is kept: what is as usual is not said.
    #[must_use]
    pub fn normal(mut self) -> Self {
        self.format = self.format.filter(|format| *format != TextFormat::default());
        for (url, file) in [
            (&mut self.url, &self.file),
            (&mut self.thumbnail_url, &self.thumbnail_file),
            (&mut self.captions_url, &self.captions_file),
            (&mut self.template_url, &self.template_file),
        ] {
            url.take_if(|_| file.is_some());
        }
        self.files.iter_mut().flatten().filter(|file| file.file.is_some()).for_each(|file| file.url.clear());
        for flag in [
            &mut self.downloadable,
            &mut self.autoplay,
            &mut self.shuffle_questions,
            &mut self.shuffle_choices,
            &mut self.hide_explanations,
        ] {
            *flag = flag.filter(|is_set| *is_set);
        }
        for text in [
            &mut self.url,
            &mut self.thumbnail_url,
            &mut self.captions_url,
            &mut self.template_url,
            &mut self.confirmation_message,
        ] {
            text.take_if(|text| text.is_empty());
        }
        self.files.take_if(|files| files.is_empty());
        self.pools.take_if(|pools| pools.is_empty());
        self.pools.iter_mut().flatten().for_each(|pool| pool.name = nfc(pool.name.trim()).into_owned());
        for moment in [&mut self.starts_at, &mut self.release_at] {
            if let Some(ms) = moment.as_deref().and_then(moment_of) {
                *moment = Some(Moment(ms).to_string());
            }
        }
        self
    }

    /// The files of the school that they name.
    pub fn file_refs(&self) -> impl Iterator<Item = &FileRef> {
        let own = [&self.file, &self.thumbnail_file, &self.captions_file, &self.template_file].into_iter().flatten();
        own.chain(self.files.iter().flatten().filter_map(|file| file.file.as_ref()))
    }

    /// The same with files named by what they hold alone, which means the same in every school.
    #[must_use]
    pub(crate) fn without_file_ids(mut self) -> Self {
        self.file_refs_mut(ContentType::Download).for_each(|(_, _, file)| file.id = FileId::default());
        self
    }

    /// The files of the school that they name, each with the name of its field and the kinds of file that it may be: any, where none are named.
    pub(crate) fn file_refs_mut(
        &mut self,
        kind: ContentType,
    ) -> impl Iterator<Item = (&'static str, &'static [FileKind], &mut FileRef)> {
        let own = [
            ("file_id", &mut self.file),
            ("thumbnail_file_id", &mut self.thumbnail_file),
            ("captions_file_id", &mut self.captions_file),
            ("template_file_id", &mut self.template_file),
        ];
        let own = own.into_iter().filter_map(move |(name, file)| Some((name, file_kinds(name, kind), file.as_mut()?)));
        let none: &[FileKind] = &[];
        let more = self.files.iter_mut().flatten();
        own.chain(more.filter_map(move |file| Some(("files", none, file.file.as_mut()?))))
    }

    fn check_pools(&self, check: &mut Check) {
        let pools = self.pools.as_deref().unwrap_or_default();
        check.that(pools.len() <= MOST_POOLS, "pools", "has too many entries (maximum is 50)");
        for (at, pool) in pools.iter().enumerate() {
            check.required("pools", Some(&pool.name), 100);
            check.that(!pool.name.contains(['"', '\\']), "pools", "must have names without quotes and backslashes");
            let twice = pools[..at].iter().any(|other| other.name == pool.name);
            check.that(!twice, "pools", "must have each name once");
            let fits = (1..=MOST_QUESTIONS as i64).contains(&pool.count);
            check.that(fits, "pools", "must take at least one question each, and 500 at most");
        }
        let both = !pools.is_empty() && self.question_count.is_some();
        check.that(!both, "pools", "can't be set beside question_count");
    }

    /// Everything that is wrong with them in a lesson of a kind.
    pub(crate) fn check(&self, kind: ContentType, check: &mut Check) {
        for name in self.said() {
            if !Self::belongs(name, kind) {
                let name = match name {
                    "file" => "file_id",
                    "thumbnail_file" => "thumbnail_file_id",
                    "captions_file" => "captions_file_id",
                    "template_file" => "template_file_id",
                    name => name,
                };
                check.add(name, format!("is nothing that a lesson of the type {kind} has"));
            }
        }
        for (name, url) in [
            ("url", &self.url),
            ("thumbnail_url", &self.thumbnail_url),
            ("captions_url", &self.captions_url),
            ("template_url", &self.template_url),
        ] {
            if let Some(url) = url {
                check_address(name, url, check);
            }
        }
        let files = self.files.as_deref().unwrap_or_default();
        check.that(files.len() <= MOST_FILES, "files", "has too many entries (maximum is 100)");
        for file in files {
            check.required("files", Some(&file.name), LINE);
            check.that(file.file.is_some() || !file.url.is_empty(), "files", "need an address or a file each");
            check_address("files", &file.url, check);
        }
        self.check_pools(check);
        check.length("confirmation_message", self.confirmation_message.as_deref().unwrap_or_default(), 2000);
        let within = |number: Option<i64>, least: i64, most: i64| number.is_none_or(|n| (least..=most).contains(&n));
        check.that(within(self.passing_grade, 0, 100), "passing_grade", "must be between 0 and 100");
        for (name, number, most) in [
            ("duration_in_minutes", self.duration_in_minutes, 7 * 24 * 60),
            ("file_size_limit", self.file_size_limit, 10_000),
            ("question_count", self.question_count, 1000),
        ] {
            check.that(within(number, 1, most), name, "must be greater than 0, and no more than is of use");
        }
        let days = within(self.release_after_days, 0, MOST_DAYS);
        check.that(days, "release_after_days", "must be between 0 and 3650");
        for (name, moment) in [("starts_at", &self.starts_at), ("release_at", &self.release_at)] {
            let is_one = moment.as_deref().is_none_or(|text| moment_of(text).is_some());
            check.that(is_one, name, "must be a date and time such as 2026-03-01T18:00:00Z");
        }
        let both = self.release_after_days.is_some() && self.release_at.is_some();
        check.that(!both, "release_at", "can't be set beside release_after_days");
    }
}

/// The kinds of file that a field of a lesson may name; any where there are none.
#[must_use]
pub fn file_kinds(field: &str, kind: ContentType) -> &'static [FileKind] {
    match (field, kind) {
        ("file_id", ContentType::Lesson) => &[FileKind::Video],
        ("file_id", ContentType::Audio) => &[FileKind::Audio],
        ("file_id", ContentType::Pdf) => &[FileKind::Pdf],
        ("file_id", ContentType::Presentation) => &[FileKind::Pdf, FileKind::Download],
        ("thumbnail_file_id", _) => &[FileKind::Image],
        ("captions_file_id", _) => &[FileKind::Captions],
        _ => &[],
    }
}

/// A moment as it is written in settings, in milliseconds since 1970.
#[must_use]
pub fn moment_of(text: &str) -> Option<i64> {
    text.trim().parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// Where a file is: on the web, or at the school itself.
fn check_address(name: &'static str, url: &str, check: &mut Check) {
    check.length(name, url, LONGEST_ADDRESS);
    let starts = ["https://", "http://", "/"].iter().any(|start| url.starts_with(start));
    let is_one = starts && !url.starts_with("//") && !url.contains(char::is_whitespace);
    check.that(is_one || url.is_empty(), name, "must be an address that begins with https:// or http://");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(settings: &Settings, kind: ContentType) -> Vec<String> {
        let mut check = Check::new();
        settings.check(kind, &mut check);
        match check.done() {
            Err(crate::Error::Invalid(problems)) => problems.into_iter().map(|(field, _)| field.into_owned()).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn each_kind_of_lesson_has_settings_of_its_own() {
        let video = Settings { url: Some("https://example.com/a.mp4".to_owned()), ..Settings::default() };
        assert_eq!(problems(&video, ContentType::Lesson), [""; 0]);
        assert_eq!(problems(&video, ContentType::HtmlItem), ["url"]);
        let passed = Settings { passing_grade: Some(101), ..Settings::default() };
        assert_eq!(problems(&passed, ContentType::Quiz), ["passing_grade"]);
        assert_eq!(video.clone().for_kind(ContentType::Quiz), Settings::default());
    }

    #[test]
    fn nothing_that_runs_is_an_address() {
        for url in ["javascript:alert(1)", "//evil.example", "data:text/html,x", "https://a b", "example.com"] {
            let settings = Settings { url: Some(url.to_owned()), ..Settings::default() };
            assert_eq!(problems(&settings, ContentType::Lesson), ["url"], "{url}");
        }
    }

    #[test]
    fn what_is_as_usual_is_not_said() {
        let said = Settings {
            format: Some(TextFormat::Markdown),
            autoplay: Some(false),
            files: Some(Vec::new()),
            starts_at: Some("2026-03-01T19:00:00+01:00".to_owned()),
            ..Settings::default()
        };
        let normal = Settings { starts_at: Some("2026-03-01T18:00:00.000Z".to_owned()), ..Settings::default() };
        assert_eq!(said.normal(), normal);
    }
}
