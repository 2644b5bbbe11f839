//! Idempotency keys: a `POST` that is sent again with the same `Idempotency-Key` has one effect, and the same answer.

use super::arrange::recorded_answers;
use super::arrange::{age_idempotency_keys, bundle, course, product, product_with_status, publish_request};
use super::{App, OtherSchool, School, collection, coupon, finds_nothing, get, lists, promotion, user};
use crate::support::{Reply, TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};

/// How long an answer is kept: a day, in milliseconds.
const KEPT: i64 = 24 * 3_600_000;
/// What is answered to another request with a key that was used.
const USED: &str = r#"{"errors":{"base":["Idempotency-Key was already used with a different request"]}}"#;

/// Sends a request with a key.
async fn send_with(school: &impl School, key: &str, method: Method, path: &str, body: &Value) -> Reply {
    send(school.request(method, path).header("Idempotency-Key", key).json(body)).await
}

async fn post_with(school: &impl School, key: &str, path: &str, body: &Value) -> Reply {
    send_with(school, key, Method::POST, path, body).await
}

/// Whether an answer says that it was given before.
fn is_replay(reply: &Reply) -> bool {
    let header = reply.header("idempotency-replayed");
    assert!(["", "true"].contains(&header), "{header}");
    header == "true"
}

/// Proves that a second answer is the first one again, to the letter.
fn same(first: &Reply, again: &Reply) {
    assert!(!is_replay(first) && is_replay(again), "{first:?} {again:?}");
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.header("content-type"), first.header("content-type"));
}

/// How many promotions a school has.
async fn promotions(school: &impl School) -> Value {
    school.get("/promotions").await.expect(200).pagination()["total_items"].clone()
}

/// What makes a promotion.
fn spring() -> Value {
    json!({ "name": "Spring", "discount_type": "fixed", "amount": 5 })
}

on_both_engines! {
    async fn every_kind_of_post_has_one_effect_and_one_answer(school: &TestSchool) {
        let spring_id = promotion(school, "Spring").await;
        let (breads, rye) = (collection(school, "Breads").await, product(school, "Rye").await);
        let (spelt, _) = course(school, "Spelt").await;
        let (both, _) = bundle(school, "Both", &[spelt]).await;
        let (ann, bob) = (user(school, "ann@example.com").await, user(school, "bob@example.com").await);
        let draft = product_with_status(school, "Draft", "draft").await;
        let (wanted, unwanted) =
            (publish_request(school, draft, ann).await, publish_request(school, draft, ann).await);
        let webhooks = format!("{}/api/v2/webhooks", school.url);
        let requests = [
            ("/promotions".to_owned(), spring(), 201),
            (format!("/coupons?promotion_id={spring_id}"), json!({ "code": "SPRING" }), 201),
            // The codes are drawn once.
            (format!("/coupons/bulk_create?promotion_id={spring_id}"), json!({ "bulk_quantity": 20 }), 201),
            ("/collections".to_owned(), json!({ "name": "Cakes" }), 201),
            (format!("/collection_memberships/{breads}"), json!({ "product_ids": [rye] }), 201),
            (format!("/bundles/{both}/enrollments"), json!({ "user_id": ann }), 201),
            (format!("/product_publish_requests/{wanted}/approve"), json!({ "user_id": bob }), 200),
            (format!("/product_publish_requests/{unwanted}/deny"), json!({ "user_id": bob }), 200),
            ("/users".to_owned(), json!({ "first_name": "C", "last_name": "D", "email": "cd@example.com" }), 201),
            ("/groups".to_owned(), json!({ "name": "Bakers" }), 200),
            ("/instructors".to_owned(), json!({ "first_name": "A", "last_name": "B", "slug": "ab" }), 201),
            ("/enrollments".to_owned(), json!({ "user_id": bob, "course_id": spelt }), 201),
            (webhooks.clone(), json!({ "topic": "order.created", "target_url": "https://hooks.example/x" }), 201),
        ];
        let mut first = Vec::new();
        for (number, (path, body, status)) in requests.iter().enumerate() {
            first.push(post_with(school, &format!("key {number}"), path, body).await.expect(*status));
        }
        // Long after, when some of it has gone, the answer is still what it was.
        let made = first[0].id();
        school.delete(&format!("/promotions/{made}")).await.expect(204);
        for (number, (path, body, _)) in requests.iter().enumerate() {
            for _ in 0..2 {
                same(&first[number], &post_with(school, &format!("key {number}"), path, body).await);
            }
        }
        finds_nothing(school, vec![get(format!("/promotions/{made}"))]).await;
        let total = async |path: &str| school.get(path).await.expect(200).pagination()["total_items"].clone();
        assert_eq!(total("/promotions").await, 1);
        assert_eq!(total(&format!("/coupons?promotion_id={spring_id}")).await, 21);
        assert_eq!([total("/collections").await, total("/users").await, total("/groups").await], [2, 3, 1]);
        assert_eq!([total("/enrollments").await, total("/instructors").await], [2, 1]);
        let page = school.get(&webhooks).await.expect(200).json()["meta"]["page"]["total_items"].clone();
        assert_eq!(page, 1);
    }

    async fn a_key_stands_for_one_request_to_the_letter(school: &TestSchool) {
        let (first, second) = (promotion(school, "First").await, promotion(school, "Second").await);
        let path = format!("/coupons?promotion_id={first}");
        let made = post_with(school, "k", &path, &json!({ "code": "A", "quantity": 5 })).await.expect(201);
        for (path, body) in [
            (path.clone(), json!({ "code": "B", "quantity": 5 })),
            (path.clone(), json!({ "code": "A", "quantity": 6 })),
            (path.clone(), json!({ "code": "A" })),
            (path.clone(), json!({ "code": "A", "quantity": 5, "note": null })),
            (format!("/coupons?promotion_id={second}"), json!({ "code": "A", "quantity": 5 })),
            (format!("{path}&x=1"), json!({ "code": "A", "quantity": 5 })),
            ("/coupons".to_owned(), json!({ "code": "A", "quantity": 5, "promotion_id": first })),
            ("/promotions".to_owned(), spring()),
            (format!("/coupons/bulk_create?promotion_id={first}"), json!({})),
        ] {
            let refused = post_with(school, "k", &path, &body).await.expect(422);
            assert_eq!((refused.text.as_str(), is_replay(&refused)), (USED, false), "{path} {body}");
        }
        same(&made, &post_with(school, "k", &path, &json!({ "code": "A", "quantity": 5 })).await);
        lists(school, &path, &[made.id()]).await;
        lists(school, &format!("/coupons?promotion_id={second}"), &[]).await;
        lists(school, "/promotions", &[first, second]).await;
        // Another key, and no key, are another request.
        let without_limit = json!({ "bulk_quantity": 1 });
        let bulk = format!("/coupons/bulk_create?promotion_id={second}");
        for key in ["k1", "K", "k "] {
            // A key is as it is written, but for the spaces around it.
            let made = post_with(school, key, &bulk, &without_limit).await;
            assert_eq!(made.status, if key == "k " { 422 } else { 201 }, "{key:?}");
        }
        school.post(&bulk, without_limit).await.expect(201);
        assert_eq!(school.get(&format!("/coupons?promotion_id={second}")).await.ids().len(), 3);
    }

    async fn a_refused_request_leaves_its_key_free(school: &TestSchool) {
        let id = promotion(school, "First").await;
        coupon(school, id, "TAKEN").await;
        let path = format!("/coupons?promotion_id={id}");
        for (path, body, status) in [
            (path.as_str(), json!({ "code": "" }), 422),
            (path.as_str(), json!({ "code": "taken" }), 422),
            ("/coupons?promotion_id=999", json!({ "code": "A" }), 422),
            ("/coupons?promotion_id=x", json!({ "code": "A" }), 400),
            ("/coupons/bulk_create", json!({}), 400),
            ("/coupons/bulk_create?promotion_id=999", json!({}), 404),
            (path.as_str(), json!([]), 422),
            (path.as_str(), json!([1]), 400),
            ("/nowhere", json!({}), 404),
        ] {
            for _ in 0..2 {
                assert!(!is_replay(&post_with(school, "k", path, &body).await.expect(status)), "{path} {body}");
            }
        }
        let stranger = school.plain(Method::POST, &path).header("Idempotency-Key", "k");
        send(stranger.json(&json!({ "code": "A" }))).await.expect(401);
        let made = post_with(school, "k", &path, &json!({ "code": "A" })).await.expect(201);
        same(&made, &post_with(school, "k", &path, &json!({ "code": "A" })).await);
        // Who may not is told nothing of the answer.
        let stranger = school.plain(Method::POST, &path).header("Idempotency-Key", "k");
        let refused = send(stranger.json(&json!({ "code": "A" }))).await.expect(401);
        assert_eq!((refused.text.as_str(), is_replay(&refused)), (r#"{"error":"Authentication Error"}"#, false));
    }

    async fn a_key_has_up_to_255_printable_characters(school: &TestSchool) {
        let mut expected = 0;
        for key in ["k".to_owned(), "k".repeat(255), "a key, with \"marks\" & <signs>; ~!".to_owned(), "0".to_owned()] {
            let made = post_with(school, &key, "/promotions", &spring()).await.expect(201);
            same(&made, &post_with(school, &key, "/promotions", &spring()).await);
            expected += 1;
        }
        for key in [&b""[..], b" ", b"\t", "k".repeat(256).as_bytes(), "schlüssel".as_bytes(), b"\xff"] {
            let request = school.request(Method::POST, "/promotions").header("Idempotency-Key", key);
            let reply = send(request.json(&spring())).await;
            let why = r#"{"error":"Idempotency-Key must be 1 to 255 printable characters."}"#;
            assert_eq!((reply.status, reply.text.as_str()), (400, why), "{key:?}");
        }
        assert_eq!(promotions(school).await, expected);
    }

    async fn what_is_no_post_has_its_effect_each_time(school: &TestSchool) {
        let id = promotion(school, "First").await;
        let path = format!("/promotions/{id}");
        for name in ["Second", "Third", "Second"] {
            let reply = send_with(school, "k", Method::PUT, &path, &json!({ "name": name })).await.expect(204);
            assert!(!is_replay(&reply));
            let shown = send_with(school, "k", Method::GET, &path, &json!({})).await.expect(200);
            assert_eq!((&shown.json()["name"], is_replay(&shown)), (&json!(name), false));
        }
        send_with(school, "k", Method::DELETE, &path, &json!({})).await.expect(204);
        send_with(school, "k", Method::DELETE, &path, &json!({})).await.expect(404);
        // None of them has used the key up.
        let made = post_with(school, "k", "/promotions", &spring()).await.expect(201);
        same(&made, &post_with(school, "k", "/promotions", &spring()).await);
        send_with(school, "k", Method::PUT, &format!("/promotions/{}", made.id()), &spring()).await.expect(204);
        assert_eq!(recorded_answers(school).await, 1);
    }

    async fn forms_count_as_they_are_sent(school: &TestSchool) {
        let form = [("name", "Spring"), ("discount_type", "fixed"), ("amount", "5")];
        let post = || school.request(Method::POST, "/promotions").header("Idempotency-Key", "k").form(&form);
        let made = send(post()).await.expect(201);
        same(&made, &send(post()).await);
        // The same in JSON is another request.
        assert_eq!(post_with(school, "k", "/promotions", &spring()).await.expect(422).text, USED);
        assert_eq!(promotions(school).await, 1);
    }

    async fn each_school_and_each_app_has_keys_of_its_own(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        let made = post_with(school, "k", "/promotions", &spring()).await.expect(201);
        let theirs = post_with(&other, "k", "/promotions", &spring()).await.expect(201);
        assert_ne!(made.id(), theirs.id());
        same(&made, &post_with(school, "k", "/promotions", &spring()).await);
        same(&theirs, &post_with(&other, "k", "/promotions", &spring()).await);
        lists(school, "/promotions", &[made.id()]).await;
        lists(&other, "/promotions", &[theirs.id()]).await;

        // What the school was answered is neither replayed to an app nor in its way, nor one app's to another or to the
        // school; nor is it with another request under the same key.
        let first = App::with(school, &["write:promotions"]).await;
        let second = App::with(school, &["write:promotions", "read:promotions"]).await;
        let of_first = post_with(&first, "k", "/promotions", &spring()).await.expect(201);
        let of_second = post_with(&second, "k", "/promotions", &spring()).await.expect(201);
        for (reply, app) in [(&of_first, &first), (&of_second, &second)] {
            same(reply, &post_with(app, "k", "/promotions", &spring()).await);
            let summer = json!({ "name": "Summer", "discount_type": "fixed", "amount": 5 });
            assert_eq!(post_with(app, "k", "/promotions", &summer).await.expect(422).text, USED);
        }
        let summer = json!({ "name": "Summer", "discount_type": "fixed", "amount": 5 });
        let of_app = post_with(&second, "of an app", "/promotions", &spring()).await.expect(201);
        let of_school = post_with(school, "of an app", "/promotions", &summer).await.expect(201);
        same(&made, &post_with(school, "k", "/promotions", &spring()).await);
        let ids = [&made, &of_first, &of_second, &of_app, &of_school].map(Reply::id);
        lists(school, "/promotions", &ids).await;
    }

    async fn an_answer_is_kept_for_a_day_and_old_ones_are_cleared_away(school: &TestSchool) {
        let made = post_with(school, "k", "/promotions", &spring()).await.expect(201);
        age_idempotency_keys(school, KEPT - 60_000).await;
        same(&made, &post_with(school, "k", "/promotions", &spring()).await);
        age_idempotency_keys(school, 60_000).await;
        // Then it is a key like any other: for the same request, and for a different one.
        let again = post_with(school, "k", "/promotions", &spring()).await.expect(201);
        assert_ne!(again.id(), made.id());
        same(&again, &post_with(school, "k", "/promotions", &spring()).await);
        age_idempotency_keys(school, KEPT).await;
        let different = json!({ "name": "Summer", "discount_type": "percentage", "amount": 10 });
        let summer = post_with(school, "k", "/promotions", &different).await.expect(201);
        same(&summer, &post_with(school, "k", "/promotions", &different).await);
        lists(school, "/promotions", &[made.id(), again.id(), summer.id()]).await;

        // Each new key makes room: what is too old goes, a few at a time, and nothing that is not.
        let other = OtherSchool::on(school).await;
        post_with(&other, "k", "/promotions", &spring()).await.expect(201);
        age_idempotency_keys(&other, KEPT).await;
        for number in 0..9 {
            post_with(school, &number.to_string(), "/promotions", &spring()).await.expect(201);
        }
        age_idempotency_keys(school, KEPT).await;
        let kept = post_with(school, "kept", "/promotions", &spring()).await.expect(201);
        post_with(school, "kept too", "/promotions", &spring()).await.expect(201);
        assert_eq!(recorded_answers(school).await, 2, "ten that were too old are gone");
        same(&kept, &post_with(school, "kept", "/promotions", &spring()).await);
        assert_eq!(recorded_answers(&other).await, 1, "another school's are its own business");
    }

    async fn of_requests_at_the_same_time_one_has_the_effect(school: &TestSchool) {
        let id = promotion(school, "Spring").await;
        let path = format!("/coupons/bulk_create?promotion_id={id}");
        let body = json!({ "bulk_quantity": 5 });
        let post = || post_with(school, "k", &path, &body);
        let (a, b, c, d, e) = tokio::join!(post(), post(), post(), post(), post());
        let all = [a, b, c, d, e];
        let (replays, firsts): (Vec<&Reply>, Vec<&Reply>) = all.iter().partition(|reply| is_replay(reply));
        assert_eq!((replays.len(), firsts.len()), (4, 1));
        replays.into_iter().for_each(|replay| same(firsts[0], replay));
        lists(school, &format!("/coupons?promotion_id={id}"), &firsts[0].ids()).await;

        // Two different ones with one key: one has its effect, the other is refused.
        let (first, second) = (json!({ "name": "One" }), json!({ "name": "Two" }));
        let post = |body| post_with(school, "collections", "/collections", body);
        let (one, two) = tokio::join!(post(&first), post(&second));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422]);
        assert_eq!(school.get("/collections").await.ids().len(), 1);
    }
}
