//! Enrollments: who may take which course, until when, and how far they came.

mod bundles;
mod changing;
mod creating;
mod filters;
mod moments;
mod progress;
mod renewals;

use crate::resources::asserted::with;
use crate::support::{Reply, TestSchool};
use serde_json::{Value, json};

/// A moment that is over.
const PAST: &str = "2020-01-01T00:00:00.000Z";
/// Another one.
const LONG_PAST: &str = "2015-08-26T03:33:33.723Z";
/// A moment that no test lives to see.
const FUTURE: &str = "2999-12-31T23:59:59.999Z";

/// Enrolls a user in a course, with whatever else is said.
async fn enroll(school: &TestSchool, user: i64, course: i64, more: Value) -> Reply {
    school.post("/enrollments", with(&json!({ "user_id": user, "course_id": course }), &more)).await
}

/// An enrollment as it is shown.
async fn shown(school: &TestSchool, id: i64) -> Value {
    school.get(&format!("/enrollments/{id}")).await.expect(200).json()
}

/// Changes an enrollment.
async fn change(school: &TestSchool, id: i64, dates: Value) {
    let reply = school.put(&format!("/enrollments/{id}"), dates).await.expect(204);
    assert_eq!(reply.text, "");
}
