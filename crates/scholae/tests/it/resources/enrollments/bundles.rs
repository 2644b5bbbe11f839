//! Enrollments that come with a bundle of courses.

use super::{FUTURE, LONG_PAST, PAST, change, enroll, shown};
use crate::resources::arranged::{Sold, bundle, course, progress};
use crate::resources::asserted::{assert_list, assert_not_found, assert_scopes, problem, seen, with};
use crate::support::TestSchool;
use reqwest::Method;
use serde_json::{Value, json};

fn of(bundle: Sold) -> String {
    format!("/bundles/{}/enrollments", bundle.id)
}

/// Enrolls a user in a bundle, with whatever else is said.
async fn join(school: &TestSchool, bundle: Sold, user: i64, more: Value) {
    let reply = school.post(&of(bundle), with(&json!({ "user_id": user }), &more)).await.expect(201);
    assert_eq!(reply.text, "");
}

/// Both dates of some enrollments.
async fn dates(school: &TestSchool, ids: &[i64]) -> Vec<(Value, Value)> {
    let mut dates = Vec::new();
    for id in ids {
        let enrollment = shown(school, *id).await;
        dates.push((enrollment["activated_at"].clone(), enrollment["expiry_date"].clone()));
    }
    dates
}

on_both_engines! {
    async fn a_bundle_enrolls_in_each_of_its_courses(school: &TestSchool) {
        let (bread, cake) = (course(school, "Bread").await, course(school, "Cake").await);
        course(school, "In no bundle").await;
        let both = bundle(school, "Both", &[cake.id, bread.id]).await;
        let (ann, bob) = (school.user("ann@example.com").await, school.user("bob@example.com").await);
        join(school, both, ann, json!({})).await;
        join(school, both, bob, json!({ "activated_at": PAST, "expiry_date": FUTURE })).await;
        assert_list(school, "/enrollments", &[1, 2, 3, 4]).await;
        assert_list(school, &of(both), &[1, 2, 3, 4]).await;
        for (id, user, course) in [(1, ann, cake), (2, ann, bread), (3, bob, cake), (4, bob, bread)] {
            let enrollment = shown(school, id).await;
            assert_eq!((&enrollment["user_id"], &enrollment["course_id"]), (&json!(user), &json!(course.id)));
        }
        let (never, dated) = ((Value::Null, Value::Null), (json!(PAST), json!(FUTURE)));
        assert_eq!(dates(school, &[1, 2, 3, 4]).await, [never.clone(), never, dated.clone(), dated]);
        let (plain, listed) = (school.get("/enrollments").await.json(), school.get(&of(both)).await.json());
        assert_eq!(listed, plain, "an enrollment of a bundle is shown as any other");

        for (body, message) in [
            (json!({}), "can't be blank"),
            (json!({ "activated_at": PAST }), "can't be blank"),
            (json!({ "user_id": 999 }), "is invalid"),
            (json!({ "user_id": "ann" }), "must be a whole number"),
        ] {
            for reply in [school.post(&of(both), body.clone()).await, school.put(&of(both), body.clone()).await] {
                assert_eq!((reply.status, reply.json()), (422, problem("user_id", message)), "{body}");
            }
        }
        let nowhere = Sold { id: 999, product: 0 };
        assert_not_found(&school.get(&of(nowhere)).await);
        assert_not_found(&school.post(&of(nowhere), json!({ "user_id": ann })).await);
        assert_not_found(&school.put(&of(nowhere), json!({ "user_id": ann })).await);
        let wrong = json!({ "user_id": ann, "expiry_date": "never" });
        for reply in [school.post(&of(both), wrong.clone()).await, school.put(&of(both), wrong).await] {
            let message = "must be a date and time such as 2024-01-31T12:00:00Z";
            assert_eq!((reply.status, reply.json()), (422, problem("expiry_date", message)));
        }
        assert_list(school, "/enrollments", &[1, 2, 3, 4]).await;
    }

    async fn who_has_a_course_already_keeps_it_and_what_is_over_or_a_trial_begins_anew(school: &TestSchool) {
        let mut courses = Vec::new();
        for name in ["Full", "Trial", "Ended", "Ended trial", "New"] {
            courses.push(course(school, name).await.id);
        }
        let five = bundle(school, "Five", &courses).await;
        let ann = school.user("ann@example.com").await;
        for (course, more) in courses.iter().zip([
            json!({ "activated_at": LONG_PAST, "expiry_date": FUTURE }),
            json!({}),
            json!({ "activated_at": LONG_PAST, "expiry_date": PAST }),
            json!({ "expiry_date": PAST }),
        ]) {
            let id = enroll(school, ann, *course, more).await.expect(201).id();
            progress(school, id, 2_500).await;
        }
        assert_list(school, &of(five), &[]).await;
        let full = shown(school, 1).await;
        join(school, five, ann, json!({ "activated_at": PAST })).await;
        let renewed = (json!(PAST), Value::Null);
        assert_eq!(shown(school, 1).await, full);
        assert_eq!(dates(school, &[2, 3, 4, 5]).await, vec![renewed; 4]);
        for id in [2, 3, 4] {
            assert_eq!(shown(school, id).await["percentage_completed"], "0.25");
        }
        // All of them come with the bundle now; a second time changes nothing.
        assert_list(school, &of(five), &[1, 2, 3, 4, 5]).await;
        let before = seen(school, &["/enrollments"]).await;
        join(school, five, ann, json!({ "activated_at": LONG_PAST, "expiry_date": PAST })).await;
        assert_eq!(seen(school, &["/enrollments"]).await, before);
        assert_list(school, &of(five), &[1, 2, 3, 4, 5]).await;
    }

    async fn a_change_is_of_the_users_enrollments_in_the_bundle_and_of_no_others(school: &TestSchool) {
        let (bread, cake, tea) =
            (course(school, "Bread").await, course(school, "Cake").await, course(school, "Tea").await);
        let (both, drinks) =
            (bundle(school, "Both", &[bread.id, cake.id]).await, bundle(school, "Drinks", &[tea.id]).await);
        let (ann, bob) = (school.user("ann@example.com").await, school.user("bob@example.com").await);
        for user in [ann, bob] {
            join(school, both, user, json!({ "activated_at": PAST })).await;
        }
        join(school, drinks, ann, json!({ "activated_at": PAST })).await;
        assert_list(school, &of(both), &[1, 2, 3, 4]).await;
        assert_list(school, &of(drinks), &[5]).await;
        let ids = [1, 2, 3, 4, 5];
        let open = (json!(PAST), Value::Null);
        let put = async |user: i64, more: Value| {
            let reply = school.put(&of(both), with(&json!({ "user_id": user }), &more)).await;
            assert_eq!(reply.expect(204).text, "");
        };
        let mut expected = vec![open; 5];
        assert_eq!(dates(school, &ids).await, expected);
        put(ann, json!({ "expiry_date": PAST })).await;
        expected[..2].fill((json!(PAST), json!(PAST)));
        assert_eq!(dates(school, &ids).await, expected);
        assert_list(school, "/enrollments?query[expired]=true", &[1, 2]).await;
        put(ann, json!({ "activated_at": LONG_PAST })).await;
        expected[..2].fill((json!(LONG_PAST), json!(PAST)));
        assert_eq!(dates(school, &ids).await, expected);
        put(bob, json!({ "activated_at": LONG_PAST, "expiry_date": FUTURE })).await;
        expected[2..4].fill((json!(LONG_PAST), json!(FUTURE)));
        assert_eq!(dates(school, &ids).await, expected);
        put(bob, json!({})).await;
        assert_eq!(dates(school, &ids).await, expected);

        let zoe = school.user("zoe@example.com").await;
        enroll(school, zoe, bread.id, json!({})).await.expect(201);
        let reply = school.put(&of(both), json!({ "user_id": zoe, "expiry_date": PAST })).await.expect(422);
        assert_eq!(reply.json(), problem("user_id", "is not enrolled in this bundle"));
        assert_eq!(shown(school, 6).await["expiry_date"], Value::Null);
    }

    async fn the_list_of_a_bundle_knows_the_filters_of_enrollments(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let their_course = course(&elsewhere, "Bread").await;
        let theirs = bundle(&elsewhere, "Both", &[their_course.id]).await;
        let their_user = elsewhere.user("ann@example.com").await;
        join(&elsewhere, theirs, their_user, json!({ "activated_at": PAST })).await;
        let before = seen(&elsewhere, &[&of(theirs)]).await;

        let (bread, cake) = (course(school, "Bread").await, course(school, "Cake").await);
        let both = bundle(school, "Both", &[bread.id, cake.id]).await;
        let (ann, bob) = (school.user("ann@example.com").await, school.user("bob@example.com").await);
        let zoe = school.user("zoe@example.com").await;
        enroll(school, zoe, bread.id, json!({})).await.expect(201);
        for (user, more) in [(ann, json!({ "activated_at": PAST })), (bob, json!({}))] {
            join(school, both, user, more).await;
        }
        let ids = school.get(&of(both)).await.ids();
        let [ann_bread, ann_cake, bob_bread, bob_cake] = ids[..] else { unreachable!("four enrollments") };
        progress(school, ann_bread, 10_000).await;
        progress(school, bob_bread, 10_000).await;
        change(school, ann_bread, json!({ "expiry_date": PAST })).await;
        change(school, bob_cake, json!({ "expiry_date": PAST })).await;
        let user = |id: i64| format!("query[user_id]={id}");
        let in_course = |sold: Sold| format!("query[course_id]={}", sold.id);
        for (query, expected) in [
            (String::new(), vec![ann_bread, ann_cake, bob_bread, bob_cake]),
            (user(ann), vec![ann_bread, ann_cake]),
            ("query[email]=BOB@example.com".to_owned(), vec![bob_bread, bob_cake]),
            ("query[email]=zoe@example.com".to_owned(), vec![]),
            (in_course(cake), vec![ann_cake, bob_cake]),
            ("query[free_trial]=true".to_owned(), vec![bob_bread, bob_cake]),
            ("query[full]=true".to_owned(), vec![ann_bread, ann_cake]),
            ("query[completed]=true".to_owned(), vec![ann_bread, bob_bread]),
            ("query[expired]=true".to_owned(), vec![ann_bread, bob_cake]),
            ("query[expired]=0".to_owned(), vec![ann_cake, bob_bread]),
            (format!("{}&query[completed]=true", user(bob)), vec![bob_bread]),
            (format!("{}&query[expired]=true", user(bob)), vec![bob_cake]),
            (format!("{}&{}", user(ann), in_course(cake)), vec![ann_cake]),
            (format!("{}&query[full]=true", in_course(bread)), vec![ann_bread]),
            ("query[completed]=true&query[expired]=true".to_owned(), vec![ann_bread]),
            ("query[completed]=true&query[free_trial]=true".to_owned(), vec![bob_bread]),
            ("query[expired]=true&query[free_trial]=true".to_owned(), vec![bob_cake]),
            ("query[created_after]=2999-01-01T00:00:00Z".to_owned(), vec![]),
            (format!("{}&query[created_after]=2020-01-01T00:00:00Z", user(ann)), vec![ann_bread, ann_cake]),
            (user(their_user), vec![]),
            (in_course(their_course), vec![]),
        ] {
            assert_list(school, &format!("{}?{query}", of(both)), &expected).await;
        }
        assert_not_found(&school.get(&of(theirs)).await);
        assert_not_found(&school.post(&of(theirs), json!({ "user_id": ann })).await);
        let reply = school.post(&of(both), json!({ "user_id": their_user })).await.expect(422);
        assert_eq!(reply.json(), problem("user_id", "is invalid"));
        let reply = school.put(&of(both), json!({ "user_id": their_user })).await.expect(422);
        assert_eq!(reply.json(), problem("user_id", "is invalid"));
        school.delete(&format!("/users/{ann}")).await.expect(204);
        assert_list(school, &of(both), &[bob_bread, bob_cake]).await;
        assert_eq!(seen(&elsewhere, &[&of(theirs)]).await, before);
    }

    async fn an_app_needs_the_scope_of_bundles(school: &TestSchool) {
        let both = bundle(school, "Both", &[course(school, "Bread").await.id]).await;
        let ann = school.user("ann@example.com").await;
        assert_scopes(school, &[
            ("read:bundles", Method::GET, &of(both), Value::Null),
            ("write:bundles", Method::POST, &of(both), json!({ "user_id": ann })),
            ("write:bundles", Method::PUT, &of(both), json!({ "user_id": ann, "expiry_date": PAST })),
        ]).await;
    }
}
