//! Requests as clients write them, each of which one of them was refused: what they mean is clear.

use crate::support::{TestSchool, send};
use reqwest::Method;
use school::courses::NewCourse;
use serde_json::{Value, json};

async fn course(school: &TestSchool, name: &'static str) -> i64 {
    school.arrange(move |tx, site| Ok(school::courses::create(tx, site, &NewCourse::named(name))?.id.get())).await
}

/// How many events of a topic there were.
async fn events(school: &TestSchool, topic: &str) -> usize {
    let url = format!("{}/api/v2/events?query[topic]={topic}", school.url);
    let reply = send(school.plain(Method::GET, &url).bearer_auth(&school.api_key)).await.expect(200);
    reply.json()["items"].as_array().expect("items").len()
}

on_both_engines! {
    async fn a_free_trial_becomes_full_when_it_is_enrolled_again_with_a_date(school: &TestSchool) {
        let (user, course) = (school.user("ann@example.com").await, course(school, "Bread").await);
        let ids = json!({ "user_id": user, "course_id": course });
        let trial = school.post("/enrollments", ids.clone()).await.expect(201).json();
        assert_eq!(trial["is_free_trial"], true);
        // A trial over a trial says nothing new.
        let taken = json!({ "errors": { "user_id": ["has already been taken"] } });
        assert_eq!(school.post("/enrollments", ids).await.expect(422).json(), taken);
        let told = async || events(school, "enrollment.created").await;
        let before = told().await;
        let full = json!({
            "user_id": user, "course_id": course, "activated_at": "2024-01-01T00:00:00.000Z",
            "expiry_date": "2090-01-01T00:00:00.000Z",
        });
        let reply = school.post("/enrollments", full.clone()).await.expect(201).json();
        assert_eq!((&reply["id"], &reply["is_free_trial"]), (&trial["id"], &json!(false)));
        assert_eq!((&reply["activated_at"], &reply["expiry_date"]), (&full["activated_at"], &full["expiry_date"]));
        assert_eq!(told().await, before + 1);
        assert_eq!(school.post("/enrollments", full).await.expect(422).json(), taken);
        assert_eq!(told().await, before + 1);
    }

    async fn a_plus_in_an_address_that_was_not_escaped_is_a_plus(school: &TestSchool) {
        let (plus, _other) = (school.user("a+b@example.org").await, school.user("ab@example.org").await);
        let course = course(school, "Bread").await;
        school.post("/enrollments", json!({ "user_id": plus, "course_id": course })).await.expect(201);
        for address in ["a+b@example.org", "a%2Bb@example.org", "A+B@EXAMPLE.ORG", "a%20b@example.org"] {
            let users = school.get(&format!("/users?query[email]={address}")).await.expect(200);
            assert_eq!(users.ids(), [plus], "{address}");
            let enrollments = school.get(&format!("/enrollments?query[email]={address}")).await.expect(200);
            assert_eq!(enrollments.ids().len(), 1, "{address}");
        }
    }

    async fn what_the_address_must_say_may_be_said_in_the_body(school: &TestSchool) {
        let (user, course) = (school.user("ann@example.com").await, course(school, "Bread").await);
        let review = json!({ "rating": 5, "title": "T", "review_text": "R", "user_id": user, "course_id": course });
        let made = school.post("/course_reviews", review.clone()).await.expect(201).json();
        assert_eq!(made["course_id"], course);
        let mut nowhere = review.clone();
        nowhere["course_id"] = Value::Null;
        let missing = school.post("/course_reviews", nowhere).await.expect(400);
        assert_eq!(missing.json(), json!({ "error": "Parameter course_id is required." }));
        let new = json!({ "name": "Spring", "discount_type": "fixed", "amount": 5 });
        let promotion = school.post("/promotions", new.clone()).await.expect(201).id();
        let other = school.post("/promotions", new).await.expect(201).id();
        let bulk = json!({ "promotion_id": promotion.to_string(), "bulk_quantity": 2 });
        let made = school.post("/coupons/bulk_create", bulk.clone()).await.expect(201).json();
        assert_eq!(made["items"][1]["promotion_id"], promotion);
        // Where both say it, the address counts.
        let made = school.post(&format!("/coupons/bulk_create?promotion_id={other}"), bulk).await.expect(201).json();
        assert_eq!(made["items"][0]["promotion_id"], other);
        let missing = school.post("/coupons/bulk_create", json!({})).await.expect(400);
        assert_eq!(missing.json(), json!({ "error": "Parameter promotion_id is required." }));
        school.post("/coupons/bulk_create", json!({ "promotion_id": 999 })).await.expect(404);
    }

    async fn a_limit_that_is_too_high_is_cut_with_a_warning(school: &TestSchool) {
        let cut = "299 - \"Parameter limit is cut to 250\"";
        for (query, warning) in [
            ("limit=250", ""), ("limit=25", ""), ("", ""), ("limit=0", ""),
            ("limit=251", cut), ("limit=10000", cut),
        ] {
            let reply = school.get(&format!("/users?{query}")).await.expect(200);
            assert_eq!(reply.header("warning"), warning, "{query}");
        }
        let both = school.get("/users?limit=500&colour=red").await.expect(200);
        let warnings: Vec<_> = both.headers.get_all("warning").iter().filter_map(|value| value.to_str().ok()).collect();
        assert_eq!(warnings, ["299 - \"Unknown query parameter: colour\"", cut]);
    }

    async fn the_last_moments_of_the_calendar_are_dates(school: &TestSchool) {
        let (user, course) = (school.user("ann@example.com").await, course(school, "Bread").await);
        let ids = json!({ "user_id": user, "course_id": course });
        let path = format!("/enrollments/{}", school.post("/enrollments", ids).await.expect(201).id());
        for (sent, shown) in [
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
            ("9999-12-31 23:59:59 +0000", "9999-12-31T23:59:59.000Z"),
            ("9999-12-31", "9999-12-31T00:00:00.000Z"),
            ("9999-12-31T20:59:59-03:00", "9999-12-31T23:59:59.000Z"),
        ] {
            school.put(&path, json!({ "expiry_date": sent })).await.expect(204);
            assert_eq!(school.get(&path).await.json()["expiry_date"], shown, "{sent}");
        }
        for far in ["9999-12-31T23:59:59Z", "9999-12-31"] {
            assert_eq!(school.get(&format!("/enrollments?query[created_before]={far}")).await.expect(200).ids().len(), 1);
            assert!(school.get(&format!("/enrollments?query[created_after]={far}")).await.expect(200).ids().is_empty());
            let after = school.get(&format!("/enrollments?query[updated_on_or_before]={far}")).await.expect(200);
            assert_eq!(after.ids().len(), 1);
        }
    }

    async fn a_day_alone_is_the_whole_day(school: &TestSchool) {
        let ids = school.arrange(|tx, site| {
            let mut ids = Vec::new();
            // 2024-01-01, -02 and -03, at the first and the last millisecond of each.
            for at in (0..3).flat_map(|day| [0, 86_399_999].map(|within| 1_704_067_200_000 + day * 86_400_000 + within)) {
                tx.backdate(at);
                ids.push(school::groups::create(tx, site, Some(&format!("group {at}")))?.id.get());
            }
            Ok(ids)
        });
        let ids = ids.await;
        for name in ["created", "updated"] {
            for (filter, left) in [
                ("on]=2024-01-02", &ids[2..4]), ("before]=2024-01-02", &ids[..2]), ("after]=2024-01-02", &ids[4..]),
                ("on_or_before]=2024-01-02", &ids[..4]), ("on_or_after]=2024-01-02", &ids[2..]),
                ("after]=2024-01-02T00:00:00Z", &ids[3..]), ("on_or_before]=2024-01-02T00:00:00Z", &ids[..3]),
            ] {
                let reply = school.get(&format!("/groups?query[{name}_{filter}")).await.expect(200);
                assert_eq!(reply.ids(), left, "{name}_{filter}");
            }
        }
    }

    async fn a_moment_with_a_plus_that_was_not_escaped_is_read(school: &TestSchool) {
        for moment in [
            "2040-01-02 02:00:00 +0200", "2040-01-02%2002:00:00%20+0200", "2040-01-02+02:00:00++0200",
            "2040-01-02T02:00:00+02:00", "2040-01-02 02:00:00%20%2B0200",
        ] {
            school.get(&format!("/users?query[created_after]={moment}")).await.expect(200);
        }
    }

    async fn what_is_not_there_is_said_as_the_contract_says_it(school: &TestSchool) {
        let gone = school.get("/groups/7").await.expect(404);
        assert_eq!(gone.json(), json!({ "error": ["Record not found."] }));
        let gone = school.get("/groups/7/analysts").await.expect(404);
        assert_eq!(gone.json(), json!({ "error": [{ "group_id": "Could not find group with ID 7." }] }));
        school.delete("/group_analysts/7/groups/8").await.expect(404);
        let document = school.get(&format!("{}/openapi.json", school.url)).await.expect(200).json();
        let statuses = document["paths"]["/group_analysts/{user_id}/groups/{group_id}"]["delete"]["responses"].clone();
        assert!(statuses["404"].is_object(), "{statuses}");
    }

    async fn a_coupon_is_used_no_more_often_than_it_can_be(school: &TestSchool) {
        let new = json!({ "name": "Spring", "discount_type": "fixed", "amount": 5 });
        let promotion = school.post("/promotions", new).await.expect(201).id();
        let new = json!({ "promotion_id": promotion, "code": "A", "quantity": 5 });
        let path = format!("/coupons/{}", school.post("/coupons", new).await.expect(201).id());
        for (change, problem) in [
            (json!({ "quantity_used": 6 }), "must be less than or equal to 5"),
            (json!({ "quantity_used": -1 }), "must be greater than or equal to 0"),
            (json!({ "quantity": "", "quantity_used": 2_147_483_648_i64 }), "must be less than or equal to 2147483647"),
            (json!({ "quantity": 2, "quantity_used": 3 }), "must be less than or equal to 2"),
        ] {
            let reply = school.put(&path, change.clone()).await.expect(422);
            assert_eq!(reply.json(), json!({ "errors": { "quantity_used": [problem] } }), "{change}");
        }
        school.put(&path, json!({ "quantity_used": 5 })).await.expect(204);
        school.put(&path, json!({ "quantity": 9, "quantity_used": "9" })).await.expect(204);
        let blank = school.put(&path, json!({ "code": " " })).await.expect(422);
        assert_eq!(blank.json(), json!({ "errors": { "code": ["Can't be blank"] } }));
    }

    async fn collections_of_one_name_have_addresses_that_count_up(school: &TestSchool) {
        let slug = async |body: Value| school.post("/collections", body).await.expect(201).json()["slug"].clone();
        let mut slugs = Vec::new();
        for _ in 0..3 {
            slugs.push(slug(json!({ "name": "Bread" })).await);
        }
        assert_eq!(slugs, ["bread", "bread-2", "bread-3"]);
        let taken = school.post("/collections", json!({ "name": "Bread", "slug": "bread" })).await.expect(422);
        assert_eq!(taken.json(), json!({ "errors": { "slug": ["has already been taken"] } }));
        // Its own address is no hindrance to a collection that asks for one of its name again.
        school.put("/collections/1", json!({ "slug": "" })).await.expect(204);
        assert_eq!(school.get("/collections/1").await.json()["slug"], "bread");
    }

    async fn a_body_that_is_an_empty_array_is_an_empty_object(school: &TestSchool) {
        let collection = school.post("/collections", json!({ "name": "Bread" })).await.expect(201).id();
        let path = format!("/collection_memberships/{collection}");
        let request = |body: Value| school.request(Method::DELETE, &path).json(&body);
        let reply = send(request(json!([]))).await.expect(422);
        assert_eq!(reply.json(), json!({ "errors": { "product_ids": ["can't be blank"] } }));
        let reply = send(request(json!({ "product_ids": 5 }))).await.expect(422);
        assert_eq!(reply.json(), json!({ "errors": { "product_ids": ["must be a list"] } }));
        send(request(json!([1]))).await.expect(400);
        send(school.request(Method::DELETE, "/groups/7").json(&json!([]))).await.expect(404);
    }
}
