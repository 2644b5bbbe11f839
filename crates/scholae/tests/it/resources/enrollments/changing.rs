//! Changing the dates of an enrollment.

use super::{FUTURE, LONG_PAST, PAST, change, enroll, shown};
use crate::resources::arranged::{course, progress};
use crate::resources::asserted::{assert_list, assert_not_found, problem, with};
use crate::support::TestSchool;
use serde_json::{Value, json};

/// An enrollment but for the moment of its last change.
async fn settled(school: &TestSchool, id: i64) -> Value {
    with(&shown(school, id).await, &json!({ "updated_at": "[time]" }))
}

on_both_engines! {
    async fn a_change_touches_only_the_given_date_and_what_follows_from_it(school: &TestSchool) {
        let (bread, cake) = (course(school, "Bread").await, course(school, "Cake").await);
        let (ann, bob) = (school.user("ann@example.com").await, school.user("bob@example.com").await);
        let id = enroll(school, ann, bread.id, json!({})).await.expect(201).id();
        let others = [
            enroll(school, bob, bread.id, json!({})).await.expect(201).id(),
            enroll(school, ann, cake.id, json!({})).await.expect(201).id(),
        ];
        let untouched = [shown(school, others[0]).await, shown(school, others[1]).await];
        progress(school, id, 5_000).await;
        let mut enrollment = settled(school, id).await;
        for (dates, follows) in [
            (json!({ "activated_at": PAST }), json!({ "is_free_trial": false })),
            (json!({ "expiry_date": FUTURE }), json!({})),
            (json!({ "activated_at": LONG_PAST }), json!({})),
            (json!({ "expiry_date": PAST }), json!({ "expired": true })),
            (json!({ "expiry_date": FUTURE }), json!({ "expired": false })),
            (json!({ "activated_at": FUTURE, "expiry_date": LONG_PAST }), json!({ "expired": true })),
        ] {
            change(school, id, dates.clone()).await;
            enrollment = with(&with(&enrollment, &dates), &follows);
            assert_eq!(settled(school, id).await, enrollment, "{dates}");
        }
        // Whose enrollment it is, and what was done, is not said here.
        let stays = json!({
            "user_id": bob, "course_id": cake.id, "percentage_completed": "1.0", "completed": true, "expired": false,
            "is_free_trial": true, "started_at": PAST, "created_at": PAST,
        });
        for nothing in [json!({}), stays] {
            change(school, id, nothing.clone()).await;
            assert_eq!(settled(school, id).await, enrollment, "{nothing}");
        }
        assert_eq!([shown(school, others[0]).await, shown(school, others[1]).await], untouched);
    }

    async fn a_change_that_cannot_be_read_changes_nothing(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let id = enroll(school, ann, bread.id, json!({ "activated_at": PAST })).await.expect(201).id();
        let before = shown(school, id).await;
        let message = "must be a date and time such as 2024-01-31T12:00:00Z";
        for (dates, field) in [
            (json!({ "expiry_date": "yesterday" }), "expiry_date"),
            (json!({ "activated_at": "2024-13-01", "expiry_date": FUTURE }), "activated_at"),
            (json!({ "activated_at": FUTURE, "expiry_date": true }), "expiry_date"),
            (json!({ "activated_at": {} }), "activated_at"),
        ] {
            let reply = school.put(&format!("/enrollments/{id}"), dates.clone()).await.expect(422);
            assert_eq!(reply.json(), problem(field, message), "{dates}");
        }
        assert_eq!(shown(school, id).await, before);
        for path in ["/enrollments/999", "/enrollments/0", "/enrollments/mine"] {
            assert_not_found(&school.put(path, json!({ "expiry_date": PAST })).await);
        }
    }

    async fn lists_and_their_counts_follow_every_change(school: &TestSchool) {
        let bread = course(school, "Bread").await;
        let ann = school.user("ann@example.com").await;
        let one = enroll(school, ann, bread.id, json!({})).await.expect(201).id();
        let bob = school.user("bob@example.com").await;
        let two = enroll(school, bob, bread.id, json!({ "activated_at": PAST })).await.expect(201).id();
        let only = |expected: &[bool]| -> Vec<i64> {
            [one, two].into_iter().zip(expected).filter(|(_, is)| **is).map(|(id, _)| id).collect()
        };
        let check = async |trials: &[bool], completed: &[bool], expired: &[bool]| {
            let not = |flags: &[bool]| flags.iter().map(|flag| !flag).collect::<Vec<_>>();
            for scope in [String::new(), format!("&query[course_id]={}", bread.id)] {
                for (query, expected) in [
                    ("free_trial]=true", only(trials)),
                    ("full]=true", only(&not(trials))),
                    ("completed]=true", only(completed)),
                    ("expired]=true", only(expired)),
                    ("expired]=false", only(&not(expired))),
                ] {
                    assert_list(school, &format!("/enrollments?query[{query}{scope}"), &expected).await;
                }
                assert_list(school, &format!("/enrollments?{scope}"), &[one, two]).await;
            }
        };
        check(&[true, false], &[false, false], &[false, false]).await;
        change(school, one, json!({ "activated_at": PAST, "expiry_date": PAST })).await;
        check(&[false, false], &[false, false], &[true, false]).await;
        progress(school, one, 10_000).await;
        progress(school, two, 9_999).await;
        check(&[false, false], &[true, false], &[true, false]).await;
        progress(school, one, 9_999).await;
        change(school, one, json!({ "expiry_date": FUTURE })).await;
        change(school, two, json!({ "expiry_date": PAST })).await;
        progress(school, two, 10_000).await;
        check(&[false, false], &[false, true], &[false, true]).await;
        enroll(school, bob, bread.id, json!({})).await.expect(201);
        check(&[false, true], &[false, true], &[false, false]).await;
    }
}
