//! Courses as code: files of Markdown become a course of a school, and a course becomes files. The command line has them
//! from a folder, the API and the admin area from a request.
//!
//! [`read`] takes files apart and finds everything that is wrong with them; [`import`] makes the course, or brings it
//! up to date; [`export`] and [`files`] go the other way. Nothing is lost on the way round: what was imported is
//! exported as it was, in one canonical form. The format is described in courses/README.md.

mod check;
mod export;
mod form;
mod import;
mod lesson;
mod print;
mod read;
mod toml;

pub use export::export;
pub use import::{duplicate, import};
pub use print::files;
pub use read::{FilesByName, read};

use crate::contents::{ContentType, Question, Settings};
use crate::files::FileRef;
use crate::products::{NewPrice, ProductStatus};

/// The file that says what a course is.
pub const COURSE_FILE: &str = "course.toml";

/// A course as its files say it. Two folders that mean the same course give equal ones.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseSource {
    /// Its name.
    pub name: String,
    /// The last part of its address, and the name of its folder.
    pub slug: String,
    /// A second line below the name.
    pub subtitle: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// What its card in the catalogue says.
    pub course_card_text: Option<String>,
    /// What it is found by.
    pub keywords: Option<String>,
    /// How long it takes, in words.
    pub duration: Option<String>,
    /// Whom to ask about it.
    pub contact_information: Option<String>,
    /// Whether students may review it.
    pub reviews_enabled: bool,
    /// The picture on its card.
    pub card_image_url: Option<String>,
    /// The file of the school that it is, instead of an address.
    pub card_image_file: Option<FileRef>,
    /// The picture on its page.
    pub banner_image_url: Option<String>,
    /// The file of the school that it is, instead of an address.
    pub banner_image_file: Option<FileRef>,
    /// A video on YouTube that introduces it.
    pub intro_video_youtube: Option<String>,
    /// A video at Wistia that introduces it.
    pub intro_video_wistia_identifier: Option<String>,
    /// How much of a video must be seen before its lesson is completed, in per cent.
    pub video_completion_percentage: Option<i64>,
    /// Who teaches it.
    pub instructor: Option<InstructorSource>,
    /// How it is sold.
    pub product: ProductSource,
    /// What it costs, the primary price first; nothing when it is free.
    pub prices: Vec<NewPrice>,
    /// Its chapters, in order.
    pub chapters: Vec<ChapterSource>,
}

/// An instructor. Courses that give the same slug share one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructorSource {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their title.
    pub title: Option<String>,
    /// A few words about them.
    pub bio: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Their picture.
    pub avatar_url: Option<String>,
    /// The file of the school that it is, instead of an address.
    pub avatar_file: Option<FileRef>,
    /// The last part of their address.
    pub slug: String,
}

/// How a course is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductSource {
    /// `published`, `draft` or `presell`.
    pub status: ProductStatus,
    /// Whether it cannot be bought.
    pub private: bool,
    /// Whether no page of the school shows it.
    pub hidden: bool,
    /// Whether completing it earns a certificate.
    pub has_certificate: bool,
    /// For how many days after an enrollment it is open; none for ever.
    pub days_until_expiry: Option<i64>,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
    /// The names of the collections it is in, sorted, each once.
    pub collections: Vec<String>,
}

impl Default for ProductSource {
    fn default() -> Self {
        Self {
            status: ProductStatus::Published,
            private: false,
            hidden: false,
            has_certificate: false,
            days_until_expiry: None,
            seo_title: None,
            seo_description: None,
            collections: Vec::new(),
        }
    }
}

/// A chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChapterSource {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// The name of its folder.
    pub folder: String,
    /// Its lessons, in order.
    pub lessons: Vec<LessonSource>,
}

/// A lesson, a quiz or another piece of a chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonSource {
    /// The name of its file.
    pub file: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub content_type: ContentType,
    /// Whether it is open to everyone.
    pub free: bool,
    /// Whether nobody who learns sees it yet.
    pub draft: bool,
    /// Whether what comes after it opens only when it is completed.
    pub prerequisite: bool,
    /// How long it plays, in seconds; zero when it does not.
    pub duration_in_seconds: i64,
    /// What it is set to.
    pub settings: Settings,
    /// Its text, exactly as it is written; of a quiz or survey what stands before the first question.
    pub text: String,
    /// Its questions, without ids.
    pub questions: Vec<Question>,
}

/// Something wrong with a course's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseProblem {
    /// The file, as a path within the course's folder.
    pub file: String,
    /// What is wrong, and what to do about it.
    pub message: String,
}

/// Everything that is wrong with a course's files.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error)]
pub struct CourseProblems(pub Vec<CourseProblem>);

impl std::fmt::Display for CourseProblems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, CourseProblem { file, message }) in self.0.iter().enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            write!(f, "{line}{file}: {message}")?;
        }
        Ok(())
    }
}

impl CourseProblems {
    /// One thing wrong with one file.
    #[must_use]
    pub fn one(file: &str, message: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(file, message);
        problems
    }

    /// Something more is wrong with a file.
    pub fn add(&mut self, file: &str, message: impl Into<String>) {
        self.0.push(CourseProblem { file: file.to_owned(), message: message.into() });
    }

    /// Nothing, when nothing is wrong.
    ///
    /// # Errors
    /// Themselves, when anything is.
    pub fn done(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}
