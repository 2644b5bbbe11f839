//! Enrollments as the rows of a file.

use crate::enrollments::{Enrollment, fraction, is_expired};
use crate::time::Moment;
use serde_json::{Value, json};

/// The names of the columns.
pub const COLUMNS: [&str; 14] = [
    "id",
    "user_id",
    "user_email",
    "user_name",
    "course_id",
    "course_name",
    "percentage_completed",
    "completed",
    "is_free_trial",
    "expired",
    "created_at",
    "started_at",
    "completed_at",
    "expiry_date",
];

/// An enrollment in these columns, as it is at a moment.
#[must_use]
pub fn row(enrollment: &Enrollment, now: i64) -> Vec<Value> {
    let moment = |at: Option<i64>| at.map_or(Value::Null, |at| json!(Moment(at)));
    vec![
        json!(enrollment.id),
        json!(enrollment.user_id),
        json!(enrollment.user_email),
        json!(enrollment.user_name()),
        json!(enrollment.course_id),
        json!(enrollment.course_name),
        json!(fraction(enrollment.percentage_completed)),
        json!(enrollment.completed),
        json!(enrollment.free_trial()),
        json!(is_expired(enrollment, now)),
        moment(Some(enrollment.created_at)),
        moment(enrollment.started_at),
        moment(enrollment.completed_at),
        moment(enrollment.expiry_date),
    ]
}
