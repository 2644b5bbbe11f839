//! What each event says: the shapes of payloads, as receivers know them. One shape for each thing, whatever happened
//! to it.
//!
//! Keys stand in the order of their fields. Receivers check the signature over a body that they have parsed and written
//! again, so a number is written as any program would write it: `50`, never `50.0`.

mod courses;
mod enrollments;
mod orders;
mod others;
mod parts;
mod products;
mod users;

pub use crate::money::Hundredths;
pub use courses::{Course, CourseProduct};
pub(super) use enrollments::SampleProgress;
pub use enrollments::{Enrollment, Lesson, LessonBody, OfEnrollment, Quiz};
pub use orders::{Coupon, Item, Order, OrderTransaction, PaidItem, PaidOrder, Subscriber, Subscription};
pub use others::{AppUninstalled, Lead, PlanUpdated};
pub use parts::{NamedRef, Person, Student};
pub use products::{Price, Product};
pub use users::{CustomProfileField, User};
