//! From a course to files, in one canonical form.

use super::toml::Toml;
use super::{COURSE_FILE, CourseSource, lesson};

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
    out.file("card_image_file", course.card_image_file.as_ref());
    out.optional("banner_image_url", course.banner_image_url.as_deref());
    out.file("banner_image_file", course.banner_image_file.as_ref());
    out.optional("intro_video_youtube", course.intro_video_youtube.as_deref());
    out.optional("intro_video_wistia_identifier", course.intro_video_wistia_identifier.as_deref());
    out.number("video_completion_percentage", course.video_completion_percentage);
    if let Some(instructor) = &course.instructor {
        out.table("[instructor]");
        out.text("first_name", &instructor.first_name);
        out.text("last_name", &instructor.last_name);
        out.optional("title", instructor.title.as_deref());
        out.optional("bio", instructor.bio.as_deref());
        out.optional("email", instructor.email.as_deref());
        out.optional("avatar_url", instructor.avatar_url.as_deref());
        out.file("avatar_file", instructor.avatar_file.as_ref());
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
