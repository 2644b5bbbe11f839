//! Courses as clients send them.

use crate::rest::pictures::picture;
use schemars::JsonSchema;
use school::courses::NewCourse;
use school::files::FileAddresses;
use school::products::ProductStatus;
use school::{FileId, InstructorId, Set, SiteId, UserId};
use serde::Deserialize;
use web::input::{Bool, Field, IdInput, IdList, Int, Text};
use web::{ApiError, Tx};

/// A course to be made, or the changes to one: only the given fields change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CourseRequest {
    /// Its name.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Sourdough in a week")]
    pub name: Field<Text>,
    /// The last part of its address, unique in the school; made of the name when it is left out.
    #[serde(default)]
    pub slug: Field<Text>,
    /// A second line below the name.
    #[serde(default)]
    pub subtitle: Field<Text>,
    /// What it is about.
    #[serde(default)]
    pub description: Field<Text>,
    /// What its card in the catalogue says.
    #[serde(default)]
    pub course_card_text: Field<Text>,
    /// A video on YouTube that introduces it.
    #[serde(default)]
    pub intro_video_youtube: Field<Text>,
    /// A video at Wistia that introduces it.
    #[serde(default)]
    pub intro_video_wistia_identifier: Field<Text>,
    /// Whom to ask about it.
    #[serde(default)]
    pub contact_information: Field<Text>,
    /// What it is found by.
    #[serde(default)]
    pub keywords: Field<Text>,
    /// How long it takes, in words.
    #[serde(default)]
    pub duration: Field<Text>,
    /// The picture on its page.
    #[serde(default)]
    #[schemars(example = &"https://media.example.com/sourdough/banner.jpg")]
    pub banner_image_url: Field<Text>,
    /// The picture on its card.
    #[serde(default)]
    #[schemars(example = &"https://media.example.com/sourdough/card.jpg")]
    pub course_card_image_url: Field<Text>,
    /// The file of the school that the picture on its page is, instead of an address: a public picture.
    #[serde(default)]
    pub banner_image_file_id: Field<IdInput<FileId>>,
    /// The file of the school that the picture on its card is, instead of an address: a public picture.
    #[serde(default)]
    pub course_card_image_file_id: Field<IdInput<FileId>>,
    /// Whether students may review it.
    #[serde(default)]
    #[schemars(example = true)]
    pub reviews_enabled: Field<Bool>,
    /// Who made it.
    #[serde(default)]
    pub user_id: Field<IdInput<UserId>>,
    /// Who teaches it.
    #[serde(default)]
    pub instructor_id: Field<IdInput<InstructorId>>,
    /// The users who look after it.
    #[serde(default)]
    pub administrator_user_ids: Field<IdList<UserId>>,
    /// How much of a video must be seen before its lesson is completed, in per cent; empty for none of it.
    #[serde(default)]
    pub video_completion_percentage: Field<Int>,
    /// `published`, `draft` or `presell`, of its product; a new course is a draft when it is left out.
    #[serde(default)]
    pub status: Field<ProductStatus>,
}

impl CourseRequest {
    /// What a course becomes by it.
    pub(super) fn apply(self, course: &mut NewCourse) -> Result<(), ApiError> {
        set_text(self.name, &mut course.name);
        set_text(self.slug, &mut course.slug);
        for (sent, field) in [
            (self.subtitle, &mut course.subtitle),
            (self.description, &mut course.description),
            (self.course_card_text, &mut course.course_card_text),
            (self.intro_video_youtube, &mut course.intro_video_youtube),
            (self.intro_video_wistia_identifier, &mut course.intro_video_wistia_identifier),
            (self.contact_information, &mut course.contact_information),
            (self.keywords, &mut course.keywords),
            (self.duration, &mut course.duration),
            (self.banner_image_url, &mut course.banner_image_url),
            (self.course_card_image_url, &mut course.course_card_image_url),
        ] {
            sent.text().apply(field);
        }
        set_flag(self.reviews_enabled, &mut course.reviews_enabled);
        self.user_id.set_id().apply(&mut course.user_id);
        self.instructor_id.set_id().apply(&mut course.instructor_id);
        match self.administrator_user_ids.0 {
            Set::Keep => {}
            Set::Clear => course.administrator_user_ids.clear(),
            Set::To(ids) => {
                course.administrator_user_ids = ids.ids("administrator_user_ids")?;
                // In the order in which they are kept: what does not change leaves no trace.
                course.administrator_user_ids.sort_unstable();
            }
        }
        self.video_completion_percentage.set(i64::from).apply(&mut course.video_completion_percentage);
        if let Some(status) = self.status.value() {
            course.status = status;
        }
        Ok(())
    }
}

impl CourseRequest {
    /// The pictures that a course gets by it.
    pub(super) fn apply_pictures(
        self,
        tx: &mut Tx<'_>,
        site: SiteId,
        addresses: &FileAddresses,
        course: &mut NewCourse,
    ) -> school::Result<()> {
        let (banner, card) = (self.banner_image_file_id, self.course_card_image_file_id);
        picture(tx, site, banner, addresses, "banner_image_file_id", &mut course.banner_image_url)?;
        picture(tx, site, card, addresses, "course_card_image_file_id", &mut course.course_card_image_url)
    }
}

/// A text that is empty where it is emptied.
pub(crate) fn set_text(sent: Field<Text>, field: &mut String) {
    if let Some(text) = sent.sent() {
        *field = text;
    }
}

/// A flag that is not set where it is emptied.
pub(crate) fn set_flag(sent: Field<Bool>, field: &mut bool) {
    match sent.0 {
        Set::Keep => {}
        Set::Clear => *field = false,
        Set::To(Bool(flag)) => *field = flag,
    }
}

/// A course to be made like another.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct DuplicateCourseRequest {
    /// Its name; that of the other with "(copy)" behind it when it is left out.
    #[serde(default)]
    #[schemars(example = &"Bookkeeping for a workshop, second edition")]
    pub name: Field<Text>,
    /// The last part of its address; made of the name when it is left out.
    #[serde(default)]
    pub slug: Field<Text>,
}
