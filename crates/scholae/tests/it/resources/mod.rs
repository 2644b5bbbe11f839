//! The resources of the Admin API, each in a file of its own: how one is made, read, changed and removed, what each
//! field takes, what a list can be asked for, and what goes with whatever is removed.

pub mod arranged;
pub mod asserted;
mod catalogue;
mod chapters;
mod client_requests;
mod contents;
mod course_reviews;
mod course_writes;
mod courses;
mod custom_profile_fields;
mod enrollments;
mod every_problem;
mod external_orders;
pub mod files;
mod group_analysts;
mod groups;
mod instructors;
mod jobs;
mod moments;
mod orders;
mod unset_fields;
mod users;
