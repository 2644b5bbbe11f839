//! Enrollments in a bundle: a user is enrolled in each of its courses at once, and the dates of all of them are changed
//! at once. One by one they are enrollments like others.

use super::arrange::{bundle, course, progress};
use super::{
    OtherSchool, School, column, filters_combine, finds_nothing, get, lists, needs_scopes, post, put, refuses, user,
};
use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};

const PAST: &str = "2020-01-01T00:00:00.000Z";
const FUTURE: &str = "2090-01-01T00:00:00.000Z";

/// A bundle of two courses, and a user: their ids, and the path of the bundle's enrollments.
struct Breads {
    rye: i64,
    spelt: i64,
    ann: i64,
    path: String,
}

async fn breads(school: &impl School) -> Breads {
    let (rye, spelt) = (course(school, "Rye").await.0, course(school, "Spelt").await.0);
    let (bundle, _) = bundle(school, "Breads", &[spelt, rye]).await;
    Breads { rye, spelt, ann: user(school, "ann@example.com").await, path: format!("/bundles/{bundle}/enrollments") }
}

/// The enrollment of a user in a course; null when there is none.
async fn enrollment(school: &impl School, user: i64, course: i64) -> Value {
    let path = format!("/enrollments?query[user_id]={user}&query[course_id]={course}");
    school.get(&path).await.expect(200).json()["items"][0].clone()
}

/// Enrolls a user in one course, outside of any bundle.
async fn enroll(school: &impl School, user: i64, course: i64, activated_at: Value, expiry_date: Value) -> i64 {
    let body = json!({
        "user_id": user, "course_id": course, "activated_at": activated_at, "expiry_date": expiry_date,
    });
    school.post("/enrollments", body).await.expect(201).id()
}

on_both_engines! {
    async fn a_user_is_enrolled_in_every_course_at_once(school: &TestSchool) {
        let Breads { rye, spelt, ann, path } = breads(school).await;
        lists(school, &path, &[]).await;
        let reply = school.post(&path, json!({ "user_id": ann })).await.expect(201);
        assert_eq!(reply.text, "", "there is nothing to show");
        // Without a date of activation they are trials, and without one of expiry they never end.
        let trial = |id: i64, course: i64, name: &str| json!({
            "id": id, "created_at": "[time]", "user_email": "ann@example.com", "user_name": "Ann Example",
            "user_id": ann, "course_name": name, "course_id": course, "percentage_completed": "0.0", "expired": false,
            "is_free_trial": true, "completed": false, "started_at": null, "activated_at": null, "completed_at": null,
            "updated_at": "[time]", "expiry_date": null,
        });
        let listed = school.get(&path).await.expect(200);
        assert_eq!(listed.redacted(&["created_at", "updated_at"])["items"],
                   json!([trial(1, spelt, "Spelt"), trial(2, rye, "Rye")]), "in the order of the bundle");
        for item in listed.json()["items"].as_array().expect("items") {
            assert_eq!(*item, school.get(&format!("/enrollments/{}", item["id"])).await.json());
        }

        let bob = user(school, "bob@example.com").await;
        let dates = json!({ "user_id": bob.to_string(), "activated_at": PAST, "expiry_date": FUTURE, "x": 1 });
        school.post(&path, dates).await.expect(201);
        for course in [rye, spelt] {
            let full = enrollment(school, bob, course).await;
            assert_eq!([&full["activated_at"], &full["expiry_date"]], [PAST, FUTURE]);
            assert_eq!([&full["is_free_trial"], &full["expired"]], [false, false]);
        }
        let cid = user(school, "cid@example.com").await;
        let form = [("user_id", cid.to_string()), ("activated_at", "2020-01-01 00:00:00 +0000".to_owned())];
        send(school.request(Method::POST, &path).form(&form)).await.expect(201);
        assert_eq!(enrollment(school, cid, rye).await["activated_at"], PAST);
        let dan = user(school, "dan@example.com").await;
        let nulls = json!({ "user_id": dan, "activated_at": null, "expiry_date": null });
        school.post(&path, nulls).await.expect(201);
        lists(school, &path, &[1, 2, 3, 4, 5, 6, 7, 8]).await;
    }

    async fn what_a_user_has_already_stays_unless_it_is_a_trial_or_has_ended(school: &TestSchool) {
        let Breads { rye, spelt, ann, path } = breads(school).await;
        let given = json!({ "user_id": ann, "activated_at": "2024-01-01T00:00:00.000Z", "expiry_date": FUTURE });
        let dates = |enrollment: &Value| [enrollment["activated_at"].clone(), enrollment["expiry_date"].clone()];
        let as_given = [given["activated_at"].clone(), given["expiry_date"].clone()];
        // In one course the user has a full enrollment, in the other one of each kind in turn.
        let full = enroll(school, ann, rye, json!(PAST), Value::Null).await;
        let untouched = enrollment(school, ann, rye).await;
        let id = enroll(school, ann, spelt, Value::Null, Value::Null).await;
        school.post(&path, given.clone()).await.expect(201);
        assert_eq!(dates(&enrollment(school, ann, spelt).await), as_given, "a trial becomes full");
        school.put(&format!("/enrollments/{id}"), json!({ "expiry_date": PAST })).await.expect(204);
        progress(school, id, 5_000).await;
        school.post(&path, given.clone()).await.expect(201);
        let renewed = enrollment(school, ann, spelt).await;
        assert_eq!(dates(&renewed), as_given, "one that has ended is opened again");
        assert_eq!([&renewed["id"], &renewed["percentage_completed"]], [&json!(id), &json!("0.5")], "in its place");
        school.post(&path, json!({ "user_id": ann, "expiry_date": PAST })).await.expect(201);
        assert_eq!(enrollment(school, ann, spelt).await, renewed, "a full one stays");
        assert_eq!(enrollment(school, ann, rye).await, untouched);
        // All of them are the bundle's from then on, each once.
        lists(school, &path, &[full, id]).await;
        lists(school, "/enrollments", &[full, id]).await;
    }

    async fn a_change_of_a_date_is_for_every_course_and_for_nothing_else(school: &TestSchool) {
        let Breads { rye, spelt, ann, path } = breads(school).await;
        let (oat, bob) = (course(school, "Oat").await.0, user(school, "bob@example.com").await);
        enroll(school, ann, oat, json!(PAST), json!(FUTURE)).await;
        for user in [ann, bob] {
            let dates = json!({ "user_id": user, "activated_at": PAST, "expiry_date": FUTURE });
            school.post(&path, dates).await.expect(201);
        }
        let others = [(ann, oat), (bob, rye), (bob, spelt)];
        let mut before = Vec::new();
        for (user, course) in others {
            before.push(enrollment(school, user, course).await);
        }
        let mut now = json!({ "activated_at": PAST, "expiry_date": FUTURE, "expired": false });
        let (later, earlier) = ("2090-02-02T00:00:00.000Z", "2020-02-02T12:30:00.000Z");
        for (given, field, value, expired) in [
            (json!({ "expiry_date": later }), "expiry_date", later, false),
            (json!({ "activated_at": "2020-02-02T13:30:00+01:00" }), "activated_at", earlier, false),
            // A date in the past ends them, and one in the future opens them again.
            (json!({ "expiry_date": earlier }), "expiry_date", earlier, true),
            (json!({ "expiry_date": FUTURE }), "expiry_date", FUTURE, false),
            (json!({}), "expiry_date", FUTURE, false),
        ] {
            let mut body = given;
            body["user_id"] = json!(ann);
            assert_eq!(school.put(&path, body).await.expect(204).text, "");
            now[field] = json!(value);
            now["expired"] = json!(expired);
            for course in [rye, spelt] {
                let enrollment = enrollment(school, ann, course).await;
                for field in ["activated_at", "expiry_date", "expired"] {
                    assert_eq!(enrollment[field], now[field], "{field} of {course} after {now}");
                }
            }
        }
        for ((user, course), before) in others.into_iter().zip(before) {
            assert_eq!(enrollment(school, user, course).await, before);
        }
    }

    async fn each_rule_of_a_request(school: &TestSchool) {
        let Breads { ann, path, .. } = breads(school).await;
        let moment = "must be a date and time such as 2024-01-31T12:00:00Z";
        for (fields, field, problem) in [
            (json!({}), "user_id", "can't be blank"),
            (json!({ "user_id": null }), "user_id", "can't be blank"),
            (json!({ "user_id": 999 }), "user_id", "is invalid"),
            (json!({ "user_id": "ann" }), "user_id", "must be a whole number"),
            (json!({ "user_id": [ann] }), "user_id", "must be a whole number"),
            (json!({ "user_id": ann, "activated_at": "now" }), "activated_at", moment),
            (json!({ "user_id": ann, "expiry_date": "2024-02-30" }), "expiry_date", moment),
            (json!({ "user_id": ann, "expiry_date": 1_704_067_200 }), "expiry_date", moment),
        ] {
            refuses(school, post(&path, fields.clone()), json!({ (field): [problem] })).await;
            // Of somebody who is not enrolled that is said as well.
            let mut problems = json!({ (field): [problem] });
            if fields["user_id"] == ann {
                problems["user_id"] = json!(["is not enrolled in this bundle"]);
            }
            refuses(school, put(&path, fields), problems).await;
        }
        // Who is not enrolled has no dates to change, also when they have the courses from elsewhere.
        let without = json!({ "user_id": ["is not enrolled in this bundle"] });
        let ends = json!({ "user_id": ann, "expiry_date": PAST });
        refuses(school, put(&path, ends.clone()), without.clone()).await;
        let courses = school.get("/courses").await.ids();
        for course in &courses {
            enroll(school, ann, *course, json!(PAST), Value::Null).await;
        }
        refuses(school, put(&path, ends.clone()), without).await;
        lists(school, &path, &[]).await;
        let nowhere = "/bundles/999/enrollments";
        finds_nothing(school, vec![get(nowhere), post(nowhere, ends.clone()), put(nowhere, ends.clone())]).await;
        // A bundle without courses takes anybody, and enrolls them in nothing.
        let (empty, _) = bundle(school, "Empty", &[]).await;
        let empty = format!("/bundles/{empty}/enrollments");
        school.post(&empty, ends).await.expect(201);
        lists(school, &empty, &[]).await;
    }

    async fn every_filter_alone_and_with_every_other(school: &TestSchool) {
        let Breads { rye, spelt, ann, path } = breads(school).await;
        let mut users = vec![ann];
        for email in ["bob@example.com", "cid@example.com", "dan@example.com"] {
            users.push(user(school, email).await);
        }
        // Places 0 and 1 are Ann's trials, 2 and 3 Bob's full ones, 4 and 5 Cid's that have ended, 6 and 7 Dan's trials
        // that have ended; the even ones in spelt, the odd ones in rye. Two are completed: 3 and 6.
        for (user, activated_at, expiry_date) in [
            (users[0], Value::Null, json!(FUTURE)),
            (users[1], json!(PAST), Value::Null),
            (users[2], json!(PAST), json!(PAST)),
            (users[3], Value::Null, json!(PAST)),
        ] {
            let body = json!({ "user_id": user, "activated_at": activated_at, "expiry_date": expiry_date });
            school.post(&path, body).await.expect(201);
        }
        let ids = school.get(&path).await.ids();
        progress(school, ids[3], 10_000).await;
        progress(school, ids[6], 10_000).await;
        // What is in no bundle, though it meets every filter, is in no list of it.
        let (oat, _) = course(school, "Oat").await;
        enroll(school, users[1], oat, json!(PAST), Value::Null).await;
        lists(school, &path, &ids).await;

        let of = |query: &str| format!("query[{query}");
        filters_combine(school, &path, &ids, &[
            (of(&format!("user_id]={}", users[1])), &[2, 3]),
            (of("user_id]=999"), &[]),
            (of("email]=CID@example.com"), &[4, 5]),
            (of("email]=nobody@example.com"), &[]),
            (of(&format!("course_id]={rye}")), &[1, 3, 5, 7]),
            (of(&format!("course_id]={spelt}")), &[0, 2, 4, 6]),
            (of(&format!("course_id]={oat}")), &[]),
            (of("free_trial]=true"), &[0, 1, 6, 7]),
            (of("full]=1"), &[2, 3, 4, 5]),
            (of("completed]=true"), &[3, 6]),
            (of("expired]=true"), &[4, 5, 6, 7]),
            (of("expired]=0"), &[0, 1, 2, 3]),
            // A flag that is not set leaves everything.
            (of("free_trial]=false"), &[0, 1, 2, 3, 4, 5, 6, 7]),
            (of("completed]=0"), &[0, 1, 2, 3, 4, 5, 6, 7]),
        ]).await;
        let triple = format!("{path}?query[course_id]={spelt}&query[expired]=true&query[free_trial]=1");
        lists(school, &triple, &[ids[6]]).await;
        lists(school, &format!("{path}?query[expired]=true&query[full]=true"), &[ids[4], ids[5]]).await;
        for (query, what) in [("user_id]=ann", "a whole number"), ("completed]=maybe", "true or false")] {
            let name = format!("query[{}]", query.split(']').next().expect("a name"));
            let reply = school.get(&format!("{path}?query[{query}")).await.expect(400);
            assert_eq!(reply.json(), json!({ "error": format!("Parameter {name} must be {what}.") }));
        }
        let open = school.get(&format!("{path}?query[expired]=0")).await;
        assert_eq!(column(&open, "expired"), json!([false, false, false, false]));
    }

    async fn one_enrollment_may_be_of_two_bundles_and_goes_with_its_user(school: &TestSchool) {
        let Breads { rye, ann, path, .. } = breads(school).await;
        let (other, _) = bundle(school, "Rye only", &[rye]).await;
        let other = format!("/bundles/{other}/enrollments");
        let bob = user(school, "bob@example.com").await;
        for user in [ann, bob] {
            school.post(&path, json!({ "user_id": user, "activated_at": PAST })).await.expect(201);
        }
        school.post(&other, json!({ "user_id": bob })).await.expect(201);
        let ids = school.get(&path).await.ids();
        lists(school, &other, &ids[3..]).await;
        school.put(&other, json!({ "user_id": bob, "expiry_date": PAST })).await.expect(204);
        lists(school, &format!("{path}?query[expired]=true"), &ids[3..]).await;
        school.delete(&format!("/users/{bob}")).await.expect(204);
        lists(school, &path, &ids[..2]).await;
        lists(school, &other, &[]).await;
    }

    async fn another_schools_bundles_enroll_nobody(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        let (ours, theirs) = (breads(school).await, breads(&other).await);
        school.post(&ours.path, json!({ "user_id": ours.ann })).await.expect(201);
        other.post(&theirs.path, json!({ "user_id": theirs.ann })).await.expect(201);
        let untouched = other.get(&theirs.path).await.json();
        let (our_ids, their_ids) = (school.get(&ours.path).await.ids(), other.get(&theirs.path).await.ids());
        finds_nothing(school, vec![
            get(&theirs.path),
            post(&theirs.path, json!({ "user_id": ours.ann })),
            put(&theirs.path, json!({ "user_id": ours.ann, "expiry_date": PAST })),
            put(&theirs.path, json!({ "user_id": theirs.ann, "expiry_date": PAST })),
        ]).await;
        let unknown = json!({ "user_id": ["is invalid"] });
        refuses(school, post(&ours.path, json!({ "user_id": theirs.ann })), unknown.clone()).await;
        refuses(school, put(&ours.path, json!({ "user_id": theirs.ann })), unknown).await;
        // Both have an Ann with the same address, in courses with the same names.
        lists(school, &format!("{}?query[email]=ann@example.com", ours.path), &our_ids).await;
        lists(school, &format!("{}?query[user_id]={}", ours.path, theirs.ann), &[]).await;
        lists(school, &format!("{}?query[course_id]={}", ours.path, theirs.rye), &[]).await;
        school.put(&ours.path, json!({ "user_id": ours.ann, "expiry_date": PAST })).await.expect(204);
        assert_eq!(other.get(&theirs.path).await.json(), untouched);
        lists(&other, &theirs.path, &their_ids).await;
    }

    async fn a_token_needs_the_scopes_of_bundles(school: &TestSchool) {
        let Breads { ann, path, .. } = breads(school).await;
        needs_scopes(school, "bundles", vec![
            get(&path),
            post(&path, json!({ "user_id": ann })),
            put(&path, json!({ "user_id": ann, "expiry_date": FUTURE })),
        ]).await;
        let reply = school.call(&Method::DELETE, &path, &json!({ "user_id": ann })).await;
        assert_eq!((reply.status, reply.header("allow")), (405, "GET, POST, PUT"), "they are ended, not removed");
    }
}
