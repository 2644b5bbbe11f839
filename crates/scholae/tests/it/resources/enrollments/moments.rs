//! What depends on the moment, at the exact millisecond.

use super::{PAST, change, enroll, shown};
use crate::resources::arranged::{bundle, course};
use crate::resources::asserted::{assert_list, assert_members, problem};
use crate::support::TestSchool;
use crate::support::clock::Clock;
use serde_json::json;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

with_a_stopped_clock! {
    async fn an_enrollment_has_ended_from_the_very_millisecond_of_its_expiry(school: &TestSchool, clock: &Clock) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let end = TestSchool::BEGIN + HOUR + 1;
        let dates = json!({ "activated_at": PAST, "expiry_date": "2040-01-01T01:00:00.001Z" });
        let made = enroll(school, ann, bread.id, dates).await.expect(201).json();
        assert_eq!(made["created_at"], "2040-01-01T00:00:00.000Z");
        assert_eq!((&made["updated_at"], &made["expired"]), (&made["created_at"], &json!(false)));
        let (ended, going_on) = ("/enrollments?query[expired]=true", "/enrollments?query[expired]=false");

        clock.stop_at(end - 1);
        assert_eq!(shown(school, 1).await, made);
        assert_list(school, ended, &[]).await;
        assert_list(school, going_on, &[1]).await;
        let again = enroll(school, ann, bread.id, json!({ "activated_at": PAST })).await.expect(422);
        assert_eq!(again.json(), problem("user_id", "has already been taken"));

        clock.stop_at(end);
        assert_eq!(shown(school, 1).await["expired"], true);
        assert_list(school, ended, &[1]).await;
        assert_list(school, going_on, &[]).await;
        let renewed = enroll(school, ann, bread.id, json!({ "activated_at": PAST })).await.expect(201).json();
        assert_eq!((&renewed["id"], &renewed["expired"]), (&json!(1), &json!(false)));
        assert_eq!(renewed["created_at"], "2040-01-01T00:00:00.000Z");
        assert_eq!(renewed["updated_at"], "2040-01-01T01:00:00.001Z");

        // An end of now is an end; one of the next millisecond is none yet.
        for (expiry_date, expired) in [("2040-01-01T01:00:00.001Z", true), ("2040-01-01T01:00:00.002Z", false)] {
            change(school, 1, json!({ "expiry_date": expiry_date })).await;
            assert_eq!(shown(school, 1).await["expired"], expired, "{expiry_date}");
        }
        // A bundle renews it from the same millisecond on.
        let bundle = bundle(school, "Both", &[bread.id]).await;
        for (now, expiry_date) in [(end, json!("2040-01-01T01:00:00.002Z")), (end + 1, json!(null))] {
            clock.stop_at(now);
            let body = json!({ "user_id": ann, "activated_at": PAST });
            school.post(&format!("/bundles/{}/enrollments", bundle.id), body).await.expect(201);
            assert_eq!(shown(school, 1).await["expiry_date"], expiry_date);
        }
    }

    async fn lists_are_of_enrollments_made_or_changed_around_a_moment(school: &TestSchool, clock: &Clock) {
        let (bread, cake) = (course(school, "Bread").await, course(school, "Cake").await);
        let ann = school.user("ann@example.com").await;
        // The last millisecond of the 1st, the first and the last of the 2nd, and noon of the 3rd.
        let moments = [DAY - 1, DAY, 2 * DAY - 1, 2 * DAY + 12 * HOUR];
        let mut ids = Vec::new();
        for (n, moment) in moments.into_iter().enumerate() {
            clock.stop_at(TestSchool::BEGIN + moment);
            let user = school.user(&format!("u{n}@example.com")).await;
            ids.push(enroll(school, user, bread.id, json!({})).await.expect(201).id());
        }
        ids.push(enroll(school, ann, cake.id, json!({})).await.expect(201).id());
        let [one, two, three, four, five] = ids[..] else { unreachable!("five enrollments") };
        assert_eq!(shown(school, one).await["created_at"], "2040-01-01T23:59:59.999Z");
        let made: [(&str, &[i64]); 21] = [
            ("on]=2040-01-01", &[one]),
            ("on]=2040-01-02", &[two, three]),
            ("on]=2040-01-02T18:30:00Z", &[two, three]),
            ("on]=2040-01-03", &[four, five]),
            ("on]=2040-01-04", &[]),
            ("before]=2040-01-02", &[one]),
            ("before]=2040-01-02T00:00:00Z", &[one]),
            ("before]=2040-01-02T00:00:00.001Z", &[one, two]),
            ("before]=2040-01-01T23:59:59.999Z", &[]),
            ("on_or_before]=2040-01-01T23:59:59.998Z", &[]),
            ("on_or_before]=2040-01-01T23:59:59.999Z", &[one]),
            ("on_or_before]=2040-01-02T00:00:00.000Z", &[one, two]),
            ("after]=2040-01-02T00:00:00Z", &[three, four, five]),
            ("after]=2040-01-01T23:59:59.999Z", &[two, three, four, five]),
            ("after]=2040-01-03T12:00:00Z", &[]),
            ("on_or_after]=2040-01-02", &[two, three, four, five]),
            ("on_or_after]=2040-01-02T23:59:59.999Z", &[three, four, five]),
            ("on_or_after]=2040-01-03T00:00:00Z", &[four, five]),
            ("on_or_after]=2040-01-03T12:00:00.001Z", &[]),
            ("after]=2040-01-02T02:00:00%2B02:00", &[three, four, five]),
            ("after]=2040-01-02+02:00:00+%2B0200", &[three, four, five]),
        ];
        for (query, expected) in made {
            assert_list(school, &format!("/enrollments?query[created_{query}"), expected).await;
            let of_bread: Vec<i64> = expected.iter().copied().filter(|id| *id != five).collect();
            let path = format!("/enrollments?query[course_id]={}&query[created_{query}", bread.id);
            assert_list(school, &path, &of_bread).await;
        }
        for (query, expected) in [
            ("query[created_on_or_after]=2040-01-02&query[created_before]=2040-01-03", &[two, three][..]),
            ("query[created_on]=2040-01-02&query[created_after]=2040-01-02T00:00:00Z", &[three]),
            ("query[created_on]=2040-01-02&query[created_on]=2040-01-01", &[one]),
            ("query[created_before]=2040-01-02&query[created_after]=2040-01-03T00:00:00Z", &[]),
            ("query[created_on]=2040-01-03&query[email]=ann@example.com", &[five]),
            ("query[created_on]=2040-01-02&query[email]=ann@example.com", &[]),
            ("query[created_on]=2040-01-03&query[free_trial]=true", &[four, five]),
            ("query[created_on]=2040-01-03&query[full]=true", &[]),
        ] {
            assert_list(school, &format!("/enrollments?{query}"), expected).await;
        }

        // The first two are changed on the 5th, in the other order.
        clock.stop_at(TestSchool::BEGIN + 4 * DAY);
        change(school, two, json!({ "activated_at": PAST })).await;
        clock.stop_at(TestSchool::BEGIN + 4 * DAY + 1);
        change(school, one, json!({ "expiry_date": PAST })).await;
        assert_eq!(shown(school, two).await["updated_at"], "2040-01-05T00:00:00.000Z");
        assert_eq!(shown(school, one).await["updated_at"], "2040-01-05T00:00:00.001Z");
        assert_eq!(shown(school, one).await["created_at"], "2040-01-01T23:59:59.999Z");
        let changed: [(&str, &[i64]); 9] = [
            ("on]=2040-01-05", &[one, two]),
            ("on]=2040-01-01", &[]),
            ("before]=2040-01-05T00:00:00Z", &[three, four, five]),
            ("before]=2040-01-05T00:00:00.001Z", &[two, three, four, five]),
            ("on_or_before]=2040-01-05T00:00:00Z", &[two, three, four, five]),
            ("after]=2040-01-05T00:00:00Z", &[one]),
            ("after]=2040-01-05T00:00:00.001Z", &[]),
            ("on_or_after]=2040-01-05T00:00:00.001Z", &[one]),
            ("on_or_after]=2040-01-03", &[one, two, four, five]),
        ];
        for (query, expected) in changed {
            assert_members(school, &format!("/enrollments?query[updated_{query}"), expected).await;
            let of_bread: Vec<i64> = expected.iter().copied().filter(|id| *id != five).collect();
            let path = format!("/enrollments?query[course_id]={}&query[updated_{query}", bread.id);
            assert_members(school, &path, &of_bread).await;
        }
        let both = "/enrollments?query[created_on]=2040-01-02&query[updated_on]=2040-01-05";
        assert_members(school, both, &[two]).await;
        school.get("/enrollments?query[created_on]=yesterday").await.expect(400);
    }
}
