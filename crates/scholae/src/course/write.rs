//! From a course to files, in one canonical form.

use super::toml::Toml;
use super::{COURSE_FILE, CourseProblems, CourseSource, lesson};
use school::file_names;
use std::path::Path;

/// The files of a course: each one's path within the course's folder, and its text.
#[must_use]
pub fn files(course: &CourseSource) -> Vec<(String, String)> {
    let mut files = vec![(COURSE_FILE.to_owned(), print(course))];
    for chapter in &course.chapters {
        for lesson in &chapter.lessons {
            files.push((format!("{}/{}", chapter.folder, lesson.file), lesson::print(lesson)));
        }
    }
    files
}

/// Writes the files of a course into its folder, which is made when it is missing. Other files there stay.
///
/// # Errors
/// When the folder is not named by the course's slug, or a file cannot be written. Nothing is written outside the
/// folder: names that are paths, and links, are refused.
pub fn write(course: &CourseSource, folder: &Path) -> Result<(), CourseProblems> {
    if folder.file_name().is_none_or(|name| *name != *course.slug) {
        let message = format!("must be named \"{}\", which is the course's slug", course.slug);
        return Err(CourseProblems::one(&folder.display().to_string(), message));
    }
    let mut problems = CourseProblems::default();
    for (path, text) in files(course) {
        let parts: Vec<&str> = path.split('/').collect();
        if parts.len() > 2 || !parts.iter().all(|part| file_names::is_valid(part)) {
            problems.add(&path, "is no name of a file on every machine; rename it in the school");
        } else if let Err(why) = put(folder, &parts, &text) {
            problems.add(&path, why);
        }
    }
    problems.done()
}

fn put(folder: &Path, parts: &[&str], text: &str) -> Result<(), String> {
    let mut path = folder.to_owned();
    for (index, part) in parts.iter().enumerate() {
        if index + 1 == parts.len() {
            std::fs::create_dir_all(&path).map_err(|error| format!("its folder cannot be made: {error}"))?;
        }
        path.push(part);
        if path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
            return Err("would be written through a link; remove the link".to_owned());
        }
    }
    std::fs::write(&path, text).map_err(|error| format!("cannot be written: {error}"))
}

fn print(course: &CourseSource) -> String {
    let mut out = Toml::new();
    out.text("name", &course.name);
    out.text("slug", &course.slug);
    out.optional("subtitle", course.subtitle.as_deref());
    out.optional("description", course.description.as_deref());
    out.optional("course_card_text", course.course_card_text.as_deref());
    out.optional("keywords", course.keywords.as_deref());
    out.optional("duration", course.duration.as_deref());
    out.optional("contact_information", course.contact_information.as_deref());
    out.flag("reviews_enabled", course.reviews_enabled);
    out.optional("card_image_url", course.card_image_url.as_deref());
    out.optional("banner_image_url", course.banner_image_url.as_deref());
    out.optional("intro_video_youtube", course.intro_video_youtube.as_deref());
    out.optional("intro_video_wistia_identifier", course.intro_video_wistia_identifier.as_deref());
    if let Some(instructor) = &course.instructor {
        out.table("[instructor]");
        out.text("first_name", &instructor.first_name);
        out.text("last_name", &instructor.last_name);
        out.optional("title", instructor.title.as_deref());
        out.optional("bio", instructor.bio.as_deref());
        out.optional("email", instructor.email.as_deref());
        out.optional("avatar_url", instructor.avatar_url.as_deref());
        out.text("slug", &instructor.slug);
    }
    let product = &course.product;
    out.table("[product]");
    out.text("status", product.status.name());
    out.flag("private", product.private);
    out.flag("hidden", product.hidden);
    out.flag("has_certificate", product.has_certificate);
    out.number("days_until_expiry", product.days_until_expiry);
    out.optional("seo_title", product.seo_title.as_deref());
    out.optional("seo_description", product.seo_description.as_deref());
    if !product.collections.is_empty() {
        out.texts("collections", product.collections.iter().map(String::as_str));
    }
    for price in &course.prices {
        out.table("[[prices]]");
        out.price(price);
    }
    for chapter in &course.chapters {
        out.table("[[chapters]]");
        out.text("name", &chapter.name);
        out.optional("description", chapter.description.as_deref());
        out.text("folder", &chapter.folder);
        out.texts("lessons", chapter.lessons.iter().map(|lesson| lesson.file.as_str()));
    }
    out.end()
}
