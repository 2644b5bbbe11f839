//! How far a student came.

use super::{PAST, change, enroll, shown};
use crate::resources::arranged::{course, progress};
use crate::support::TestSchool;
use crate::support::redact::times;
use serde_json::json;

on_both_engines! {
    async fn progress_is_a_fraction_of_one_and_says_when_it_began_and_ended(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let id = enroll(school, ann, bread.id, json!({ "activated_at": PAST })).await.expect(201).id();
        let [begun, not_begun] = [json!("[time]"), json!(null)];
        for (percentage, text, started_at, completed) in [
            (0, "0.0", &not_begun, false),
            (1, "0.0001", &begun, false),
            (3_333, "0.3333", &begun, false),
            (7_500, "0.75", &begun, false),
            (9_999, "0.9999", &begun, false),
            (10_000, "1.0", &begun, true),
            (5_000, "0.5", &begun, false),
            (10_000, "1.0", &begun, true),
            (0, "0.0", &begun, false),
        ] {
            progress(school, id, percentage).await;
            let has = times(&shown(school, id).await, &["started_at", "completed_at"]);
            assert_eq!(has["percentage_completed"], text);
            assert_eq!((&has["started_at"], &has["completed"]), (started_at, &json!(completed)), "{text}");
            let completed_at = if completed { &begun } else { &not_begun };
            assert_eq!(&has["completed_at"], completed_at, "{text}");
        }
        // Neither is touched by a change of dates.
        progress(school, id, 10_000).await;
        let before = shown(school, id).await;
        change(school, id, json!({ "expiry_date": PAST })).await;
        let after = shown(school, id).await;
        for kept in ["percentage_completed", "started_at", "completed", "completed_at", "created_at"] {
            assert_eq!(after[kept], before[kept], "{kept}");
        }
    }
}
