//! `course.*`: a course as the Admin API shows it, but with its product in it instead of the product's id.

use super::parts::{SAMPLE_CHAPTER, SAMPLE_COURSE, SAMPLE_PRODUCT};
use crate::catalogue::default_pictures::{BANNER, CARD};
use serde::Serialize;
use store::products::ProductStatus;
use store::{ChapterId, CourseId, InstructorId, ProductId, UserId};

/// A course.
#[derive(Debug, Clone, Serialize)]
pub struct Course<'a> {
    /// Its id.
    pub id: CourseId,
    /// Its name.
    pub name: &'a str,
    /// The last part of its address.
    pub slug: &'a str,
    /// A second line below the name.
    pub subtitle: Option<&'a str>,
    /// The product through which it is sold.
    pub product: CourseProduct<'a>,
    /// What it is about.
    pub description: Option<&'a str>,
    /// What its card in the catalogue says.
    pub course_card_text: Option<&'a str>,
    /// A video on YouTube that introduces it.
    pub intro_video_youtube: Option<&'a str>,
    /// Whom to ask about it.
    pub contact_information: Option<&'a str>,
    /// What it is found by.
    pub keywords: Option<&'a str>,
    /// How long it takes, in words.
    pub duration: Option<&'a str>,
    /// The picture on its page.
    pub banner_image_url: &'a str,
    /// The picture on its card.
    pub course_card_image_url: &'a str,
    /// A video at Wistia that introduces it.
    pub intro_video_wistia_identifier: Option<&'a str>,
    /// The users who look after it.
    pub administrator_user_ids: &'a [UserId],
    /// Its chapters, in order.
    pub chapter_ids: &'a [ChapterId],
    /// Whether students may review it.
    pub reviews_enabled: bool,
    /// Who made it.
    pub user_id: Option<UserId>,
    /// Who teaches it.
    pub instructor_id: Option<InstructorId>,
}

impl Course<'static> {
    /// A made-up course.
    pub(crate) fn sample() -> Self {
        Course {
            id: SAMPLE_COURSE.id,
            name: SAMPLE_COURSE.name,
            slug: "test-photography-with-a-phone",
            subtitle: Some("[TEST] See what is there"),
            product: CourseProduct {
                id: SAMPLE_PRODUCT,
                name: SAMPLE_COURSE.name,
                slug: "test-photography-with-a-phone",
                status: ProductStatus::Published,
            },
            description: Some("[TEST] Better pictures with what is in your pocket."),
            course_card_text: Some("[TEST] Better pictures"),
            intro_video_youtube: None,
            contact_information: None,
            keywords: Some("[TEST] photography"),
            duration: None,
            banner_image_url: BANNER,
            course_card_image_url: CARD,
            intro_video_wistia_identifier: None,
            administrator_user_ids: &[],
            chapter_ids: &[SAMPLE_CHAPTER],
            reviews_enabled: true,
            user_id: Some(UserId::new(1)),
            instructor_id: Some(InstructorId::new(1)),
        }
    }
}

/// The product of a course. Everything else of it is in its own events.
#[derive(Debug, Clone, Serialize)]
pub struct CourseProduct<'a> {
    /// Its id.
    pub id: ProductId,
    /// Its name.
    pub name: &'a str,
    /// The last part of its address.
    pub slug: &'a str,
    /// `published`, `draft` or `presell`.
    pub status: ProductStatus,
}
