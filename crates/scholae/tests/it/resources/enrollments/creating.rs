//! Enrolling a user in a course.

use super::{FUTURE, LONG_PAST, PAST, change, enroll, shown};
use crate::resources::arranged::{course, progress, remove_course};
use crate::resources::asserted::{assert_list, assert_not_found, assert_scopes, problem, seen, with};
use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};

/// Moments as clients write them, and as they are shown.
const MOMENTS: [(&str, &str); 9] = [
    ("2024-02-22T20:32:52Z", "2024-02-22T20:32:52.000Z"),
    ("2024-02-22T20:32:52.726Z", "2024-02-22T20:32:52.726Z"),
    ("2024-02-22T20:32:52.7269Z", "2024-02-22T20:32:52.726Z"),
    ("2018-01-01T01:01:00+00:00", "2018-01-01T01:01:00.000Z"),
    ("2018-01-01T01:01:00-08:00", "2018-01-01T09:01:00.000Z"),
    ("2024-02-29 23:59:59 +0000", "2024-02-29T23:59:59.000Z"),
    ("2024-02-29 23:59:59 +0100", "2024-02-29T22:59:59.000Z"),
    ("2024-02-29T12:00:00", "2024-02-29T12:00:00.000Z"),
    ("2024-01-01", "2024-01-01T00:00:00.000Z"),
];

on_both_engines! {
    async fn a_user_and_a_course_make_a_free_trial_that_never_ends(school: &TestSchool) {
        let bread = course(school, "Bread").await;
        let ann = school.user("Ann@Example.com").await;
        let made = enroll(school, ann, bread.id, json!({})).await.expect(201);
        assert_eq!(made.redacted(&["created_at", "updated_at"]), json!({
            "id": 1,
            "created_at": "[time]",
            "user_email": "Ann@Example.com",
            "user_name": "Ann Example",
            "user_id": ann,
            "course_name": "Bread",
            "course_id": bread.id,
            "percentage_completed": "0.0",
            "expired": false,
            "is_free_trial": true,
            "completed": false,
            "started_at": null,
            "activated_at": null,
            "completed_at": null,
            "updated_at": "[time]",
            "expiry_date": null,
        }));
        assert_eq!(made.json()["created_at"], made.json()["updated_at"]);
        assert_eq!(shown(school, 1).await, made.json());
        assert_eq!(school.get("/enrollments").await.expect(200).json()["items"], json!([made.json()]));
        // The names are those of now.
        school.put(&format!("/users/{ann}"), json!({ "last_name": "New", "email": "new@a.com" })).await.expect(204);
        let renamed = with(&made.json(), &json!({ "user_name": "Ann New", "user_email": "new@a.com" }));
        assert_eq!(shown(school, 1).await, renamed);
        for path in ["/enrollments/999", "/enrollments/0", "/enrollments/mine"] {
            assert_not_found(&school.get(path).await);
        }
        // Nobody can remove an enrollment: whoever is to be out gets an end in the past.
        school.delete("/enrollments/1").await.expect(405);
        assert_list(school, "/enrollments", &[1]).await;
    }

    async fn a_date_of_activation_opens_the_whole_course_until_the_date_of_expiry(school: &TestSchool) {
        let ann = school.user("ann@example.com").await;
        let bread = course(school, "Bread").await;
        let whole = json!({ "activated_at": LONG_PAST, "expiry_date": FUTURE });
        let full = enroll(school, ann, bread.id, whole).await.expect(201);
        assert_eq!(full.redacted(&["created_at", "updated_at"]), json!({
            "id": 1,
            "created_at": "[time]",
            "user_email": "ann@example.com",
            "user_name": "Ann Example",
            "user_id": ann,
            "course_name": "Bread",
            "course_id": bread.id,
            "percentage_completed": "0.0",
            "expired": false,
            "is_free_trial": false,
            "completed": false,
            "started_at": null,
            "activated_at": "2015-08-26T03:33:33.723Z",
            "completed_at": null,
            "updated_at": "[time]",
            "expiry_date": "2999-12-31T23:59:59.999Z",
        }));
        for (activated_at, expiry_date, trial, expired) in [
            (Value::Null, json!(FUTURE), true, false),
            (Value::Null, json!(PAST), true, true),
            (json!(PAST), Value::Null, false, false),
            (json!(PAST), json!(PAST), false, true),
            (json!(FUTURE), Value::Null, false, false),
        ] {
            let sold = course(school, "Another").await;
            let dates = json!({ "activated_at": activated_at, "expiry_date": expiry_date });
            let made = enroll(school, ann, sold.id, dates.clone()).await.expect(201).json();
            assert_eq!((&made["activated_at"], &made["expiry_date"]), (&activated_at, &expiry_date));
            assert_eq!((&made["is_free_trial"], &made["expired"]), (&json!(trial), &json!(expired)), "{dates}");
        }
        for (given, read) in MOMENTS {
            let sold = course(school, "Another").await;
            let made = enroll(school, ann, sold.id, json!({ "activated_at": given, "expiry_date": given })).await;
            let made = made.expect(201).json();
            assert_eq!((&made["activated_at"], &made["expiry_date"]), (&json!(read), &json!(read)), "{given}");
        }

        // Ids may be texts; what is not known is passed over; forms are taken.
        let sold = course(school, "Another").await;
        let loose = json!({ "user_id": ann.to_string(), "course_id": sold.id.to_string(), "activated": true, "id": 7 });
        let made = school.post("/enrollments", loose).await.expect(201).json();
        assert_eq!((&made["user_id"], &made["is_free_trial"]), (&json!(ann), &json!(true)));
        let sold = course(school, "Another").await;
        let form = format!("course_id={}&user_id={ann}&activated_at={PAST}", sold.id);
        let request = school.request(Method::POST, "/enrollments").body(form);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let made = send(request).await.expect(201).json();
        assert_eq!((&made["course_id"], &made["activated_at"]), (&json!(sold.id), &json!(PAST)));
    }

    async fn whoever_or_whatever_is_not_there_is_named(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let (their_course, theirs) = (course(&elsewhere, "Bread").await, elsewhere.user("ann@example.com").await);
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let (no_course, no_user) = ("Course could not be found.", "User could not be found.");
        for (body, lines) in [
            (json!({}), vec![no_course, no_user]),
            (json!({ "user_id": ann }), vec![no_course]),
            (json!({ "course_id": bread.id }), vec![no_user]),
            (json!({ "user_id": 999, "course_id": bread.id }), vec![no_user]),
            (json!({ "user_id": ann, "course_id": 999 }), vec![no_course]),
            (json!({ "user_id": ann, "course_id": their_course.id }), vec![no_course]),
            (json!({ "user_id": theirs, "course_id": bread.id }), vec![no_user]),
            (json!({ "user_id": theirs, "course_id": their_course.id }), vec![no_course, no_user]),
        ] {
            let reply = school.post("/enrollments", body.clone()).await.expect(422);
            assert_eq!(reply.json(), json!({ "errors": lines }), "{body}");
        }
        for field in ["activated_at", "expiry_date"] {
            let message = "must be a date and time such as 2024-01-31T12:00:00Z";
            let wrong = [json!("yesterday"), json!("2023-02-29"), json!("2024-01-01T25:00:00Z"), json!(1_704_067_200)];
            for wrong in wrong {
                let reply = enroll(school, ann, bread.id, json!({ field: wrong })).await.expect(422);
                assert_eq!(reply.json(), problem(field, message), "{wrong}");
            }
        }
        let reply = enroll(school, ann, bread.id, json!({ "user_id": "ann" })).await.expect(422);
        assert_eq!(reply.json(), problem("user_id", "must be a whole number"));
        assert_list(school, "/enrollments", &[]).await;
        assert_list(&elsewhere, "/enrollments", &[]).await;
    }

    async fn who_is_enrolled_is_enrolled_again_only_when_the_first_time_is_over(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let taken = problem("user_id", "has already been taken");
        let full = json!({ "activated_at": PAST, "expiry_date": FUTURE });
        let id = enroll(school, ann, bread.id, full).await.expect(201).id();
        progress(school, id, 2_500).await;
        let before = shown(school, id).await;
        for again in [json!({}), json!({ "activated_at": FUTURE }), json!({ "expiry_date": PAST })] {
            assert_eq!(enroll(school, ann, bread.id, again).await.expect(422).json(), taken);
        }
        assert_eq!(shown(school, id).await, before);
        let trial = enroll(school, school.user("bob@example.com").await, bread.id, json!({})).await.expect(201).json();
        let again = enroll(school, trial["user_id"].as_i64().expect("an id"), bread.id, json!({})).await.expect(422);
        assert_eq!(again.json(), taken);

        // What has ended is renewed in place: with both dates as they are said now, and the progress that was made.
        change(school, id, json!({ "expiry_date": PAST })).await;
        let renewed = enroll(school, ann, bread.id, json!({ "activated_at": LONG_PAST })).await.expect(201);
        let as_new = json!({ "activated_at": LONG_PAST, "expiry_date": null, "updated_at": "[time]" });
        assert_eq!(with(&renewed.json(), &json!({ "updated_at": "[time]" })), with(&before, &as_new));
        assert_eq!(shown(school, id).await, renewed.json());
        change(school, id, json!({ "expiry_date": PAST })).await;
        let renewed = enroll(school, ann, bread.id, json!({ "expiry_date": FUTURE })).await.expect(201).json();
        assert_eq!((&renewed["id"], &renewed["is_free_trial"]), (&json!(id), &json!(true)));
        assert_eq!((&renewed["percentage_completed"], &renewed["expiry_date"]), (&json!("0.25"), &json!(FUTURE)));
        assert_list(school, "/enrollments", &[id, trial["id"].as_i64().expect("an id")]).await;
    }

    async fn enrollments_go_with_their_user_and_their_course_in_one_school(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let mut schools = Vec::new();
        for each in [&elsewhere, school] {
            let (bread, cake) = (course(each, "Bread").await, course(each, "Cake").await);
            let (ann, bob) = (each.user("ann@example.com").await, each.user("bob@example.com").await);
            let mut ids = Vec::new();
            for (user, sold) in [(ann, bread), (ann, cake), (bob, bread), (bob, cake)] {
                ids.push(enroll(each, user, sold.id, json!({})).await.expect(201).id());
            }
            schools.push((ids, ann, bread));
        }
        let (theirs, (ours, ann, bread)) = (schools.remove(0), schools.remove(0));
        let before = seen(&elsewhere, &["/enrollments"]).await;
        assert_list(school, "/enrollments", &ours).await;
        assert_not_found(&school.get(&format!("/enrollments/{}", theirs.0[0])).await);
        let path = format!("/enrollments/{}", theirs.0[0]);
        assert_not_found(&school.put(&path, json!({ "expiry_date": PAST })).await);
        school.delete(&format!("/users/{ann}")).await.expect(204);
        assert_list(school, "/enrollments", &ours[2..]).await;
        remove_course(school, bread.id).await;
        assert_list(school, "/enrollments", &ours[3..]).await;
        assert_eq!(seen(&elsewhere, &["/enrollments"]).await, before);
    }

    async fn an_app_needs_the_scope_of_what_it_does(school: &TestSchool) {
        let (bread, cake) = (course(school, "Bread").await, course(school, "Cake").await);
        let ann = school.user("ann@example.com").await;
        let path = format!("/enrollments/{}", enroll(school, ann, bread.id, json!({})).await.expect(201).id());
        assert_scopes(school, &[
            ("read:enrollments", Method::GET, "/enrollments", Value::Null),
            ("read:enrollments", Method::GET, &path, Value::Null),
            ("write:enrollments", Method::POST, "/enrollments", json!({ "user_id": ann, "course_id": cake.id })),
            ("write:enrollments", Method::PUT, &path, json!({ "expiry_date": PAST })),
        ]).await;
    }
}
