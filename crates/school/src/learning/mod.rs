//! What students do in courses: enrolling, progress, reviews.

pub mod course_reviews;
pub mod enrolling;
pub mod enrollment_export;
pub mod enrollments;
pub mod lesson_locks;
mod payloads;
pub mod progress;
pub mod single_enrollment;
