//! What students do in courses: enrolling, progress, reviews.

pub mod bulk_enrollments;
pub mod course_reviews;
pub mod enrollments;
mod payloads;
pub mod lesson_locks;
pub mod progress;
