//! A course as webhooks are told of it.

use super::{BANNER, CARD, Course};
use crate::events::payloads;
use store::products::ProductRow;

impl<'a> payloads::Course<'a> {
    /// A course with its product.
    #[must_use]
    pub fn of(course: &'a Course, product: &'a ProductRow) -> Self {
        Self {
            id: course.id,
            name: &course.name,
            slug: &course.slug,
            subtitle: course.subtitle.as_deref(),
            product: payloads::CourseProduct {
                id: product.id,
                name: &product.name,
                slug: &product.slug,
                status: product.status,
            },
            description: course.description.as_deref(),
            course_card_text: course.course_card_text.as_deref(),
            intro_video_youtube: course.intro_video_youtube.as_deref(),
            contact_information: course.contact_information.as_deref(),
            keywords: course.keywords.as_deref(),
            duration: course.duration.as_deref(),
            banner_image_url: course.banner_image_url.as_deref().unwrap_or(BANNER),
            course_card_image_url: course.course_card_image_url.as_deref().unwrap_or(CARD),
            intro_video_wistia_identifier: course.intro_video_wistia_identifier.as_deref(),
            administrator_user_ids: &course.administrator_user_ids,
            chapter_ids: &course.chapter_ids,
            reviews_enabled: course.reviews_enabled,
            user_id: course.user_id,
            instructor_id: course.instructor_id,
        }
    }
}
