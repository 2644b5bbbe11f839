//! A refusal names every field that is wrong at once: what is missing, what has another type, what breaks a rule, and
//! what somebody else has already.

use crate::support::TestSchool;
use reqwest::Method;
use serde_json::{Value, json};

const TAKEN: &str = "has already been taken";
const BLANK: &str = "can't be blank";
const NO_TEXT: &str = "must be a text";
const WHOLE: &str = "must be a whole number";

/// What a school has already, and a request that is refused with these problems.
struct Case {
    request: (Method, String, Value),
    problems: Value,
}

fn case(method: Method, path: impl Into<String>, body: Value, problems: Value) -> Case {
    Case { request: (method, path.into(), body), problems }
}

async fn users(school: &TestSchool) -> Vec<Case> {
    let first = json!({
        "first_name": "Ann", "last_name": "Example", "email": "ann@example.com", "roles": ["affiliate"],
        "affiliate_code": "ann", "affiliate_commission": 10, "affiliate_payout_email": "pay@example.com",
        "external_id": "crm-1",
    });
    school.post("/users", first).await.expect(201);
    let bob = school.user("bob@example.com").await;
    vec![
        case(
            Method::POST,
            "/users",
            json!({ "email": "ANN@example.com", "affiliate_code": "ann", "external_id": "crm-1", "company": [] }),
            json!({
                "first_name": [BLANK], "last_name": [BLANK], "email": [TAKEN], "affiliate_code": [TAKEN],
                "external_id": [TAKEN], "company": [NO_TEXT],
            }),
        ),
        case(
            Method::POST,
            "/users",
            json!({
                "first_name": "A", "last_name": 1.5, "email": "ann@example.com", "roles": "king", "password": "x",
                "provider": "SAML", "bio": {}, "custom_profile_fields": [[1]], "send_welcome_email": "perhaps",
            }),
            json!({
                "last_name": [NO_TEXT], "email": [TAKEN], "roles": ["must be a list"],
                "password": ["is too short (minimum is 6 characters)"], "provider": ["is not included in the list"],
                "bio": [NO_TEXT], "custom_profile_fields": ["must be an object"],
                "send_welcome_email": ["must be true or false"],
            }),
        ),
        case(
            Method::PUT,
            format!("/users/{bob}"),
            json!({ "first_name": " ", "email": "ann@example.com", "affiliate_code": "ann", "company": {} }),
            json!({ "first_name": [BLANK], "email": [TAKEN], "affiliate_code": [TAKEN], "company": [NO_TEXT] }),
        ),
        case(
            Method::POST,
            "/users",
            json!({ "first_name": "A", "last_name": "B", "email": "ann@example.com", "roles": ["affiliate"] }),
            json!({ "email": [TAKEN], "affiliate_commission": [BLANK], "affiliate_payout_email": [BLANK] }),
        ),
    ]
}

async fn catalogue(school: &TestSchool) -> Vec<Case> {
    let teacher = json!({ "first_name": "Ruth", "last_name": "Abend", "slug": "ruth" });
    school.post("/instructors", teacher).await.expect(201);
    let other = json!({ "first_name": "Otto", "last_name": "Abend" });
    let otto = school.post("/instructors", other).await.expect(201).id();
    school.post("/collections", json!({ "name": "Bread", "slug": "bread" })).await.expect(201);
    let cake = school.post("/collections", json!({ "name": "Cake" })).await.expect(201).id();
    let new = json!({ "name": "Spring", "discount_type": "fixed", "amount": 5 });
    let promotion = school.post("/promotions", new).await.expect(201).id();
    let coupons = format!("/coupons?promotion_id={promotion}");
    school.post(&coupons, json!({ "code": "SPRING" })).await.expect(201);
    let coupon = school.post(&coupons, json!({ "code": "OTHER" })).await.expect(201).id();
    vec![
        case(
            Method::POST,
            "/instructors",
            json!({ "slug": "ruth", "email": "nobody", "user_id": 999, "title": false }),
            json!({
                "first_name": [BLANK], "last_name": [BLANK], "slug": [TAKEN], "email": ["is invalid"],
                "user_id": ["must exist"], "title": [NO_TEXT],
            }),
        ),
        case(
            Method::PUT,
            format!("/instructors/{otto}"),
            json!({ "first_name": "", "slug": "ruth", "bio": [] }),
            json!({ "first_name": [BLANK], "slug": [TAKEN], "bio": [NO_TEXT] }),
        ),
        case(
            Method::POST,
            "/collections",
            json!({ "slug": "bread", "description": 1.5 }),
            json!({ "name": [BLANK], "slug": [TAKEN], "description": [NO_TEXT] }),
        ),
        case(
            Method::PUT,
            format!("/collections/{cake}"),
            json!({ "name": " ", "slug": "bread" }),
            json!({ "name": [BLANK], "slug": [TAKEN] }),
        ),
        case(
            Method::POST,
            "/promotions",
            json!({ "amount": "much", "discount_type": "free", "product_ids": 5, "duration": 0, "starts_at": "soon" }),
            json!({
                "name": [BLANK], "amount": ["must be a number with at most two decimals"],
                "discount_type": ["is not included in the list"], "product_ids": ["must be a list"],
                "duration": ["must be greater than 0"],
                "starts_at": ["must be a date and time such as 2024-01-31T12:00:00Z"],
            }),
        ),
        case(
            Method::POST,
            "/coupons",
            json!({ "code": "spring", "quantity": -1, "note": [] }),
            json!({
                "promotion_id": [BLANK], "code": [TAKEN], "quantity": ["must be greater than or equal to 0"],
                "note": [NO_TEXT],
            }),
        ),
        case(
            Method::PUT,
            format!("/coupons/{coupon}"),
            json!({ "code": "SPRING", "quantity": 5, "quantity_used": 6 }),
            json!({ "code": [TAKEN], "quantity_used": ["must be less than or equal to 5"] }),
        ),
    ]
}

async fn reviews(school: &TestSchool) -> Vec<Case> {
    let user = school.user("dan@example.com").await;
    let course = school
        .arrange(|tx, site| Ok(school::courses::create(tx, site, &school::courses::NewCourse::named("Bread"))?.id))
        .await;
    let path = format!("/course_reviews?course_id={course}");
    let review = json!({ "rating": 5, "title": "T", "review_text": "R", "user_id": user });
    school.post(&path, review).await.expect(201);
    let external = json!({ "payment_provider": [], "user_id": "x", "order_type": "gift", "transaction": [1] });
    vec![
        case(
            Method::POST,
            path,
            json!({ "rating": 6, "title": "", "review_text": [], "user_id": user }),
            json!({
                "rating": ["must be between 1 and 5"], "title": [BLANK], "review_text": [NO_TEXT], "user_id": [TAKEN],
            }),
        ),
        case(
            Method::POST,
            "/external_orders",
            external,
            json!({
                "payment_provider": [NO_TEXT], "user_id": [WHOLE], "product_id": [BLANK],
                "order_type": ["is not included in the list"], "transaction": ["must be an object"],
            }),
        ),
    ]
}

/// Chapters and contents, and where they are put.
async fn outlines(school: &TestSchool) -> Vec<Case> {
    let course = school.post("/courses", json!({ "name": "Cheese" })).await.expect(201).id();
    let chapters = format!("/courses/{course}/chapters");
    let chapter = school.post(&chapters, json!({ "name": "One" })).await.expect(201).id();
    let contents = format!("/chapters/{chapter}/contents");
    let content = school.post(&contents, json!({ "name": "One" })).await.expect(201).id();
    let positive = "must be greater than 0";
    let beside = "must be another one of the same kind and place";
    vec![
        case(
            Method::POST,
            contents.clone(),
            json!({ "chapter_id": chapter + 1, "position": 0, "text": [], "duration_in_seconds": -1 }),
            json!({
                "chapter_id": ["must be the chapter of the path"], "name": [BLANK], "position": [positive],
                "text": [NO_TEXT], "duration_in_seconds": ["must not be negative"],
            }),
        ),
        case(Method::POST, contents, json!({ "before_id": 999 }), json!({ "name": [BLANK], "before_id": [beside] })),
        case(
            Method::PUT,
            format!("/contents/{content}"),
            json!({ "name": "", "chapter_id": 999, "position": 0 }),
            json!({ "name": [BLANK], "chapter_id": ["must be a chapter of the same course"] }),
        ),
        case(
            Method::POST,
            chapters,
            json!({ "position": 0, "description": [] }),
            json!({ "name": [BLANK], "position": [positive], "description": [NO_TEXT] }),
        ),
        case(
            Method::PUT,
            format!("/chapters/{chapter}"),
            json!({ "name": " ", "after_id": 999 }),
            json!({ "name": [BLANK], "after_id": [beside] }),
        ),
    ]
}

/// Where a refusal has a form of its own, and where what the request is about is missing too: an unknown course and a
/// rating out of bounds, a user who does not exist and a date that is none.
async fn with_what_they_are_about(school: &TestSchool) -> Vec<Case> {
    let user = school.user("eve@example.com").await;
    let exists = "must exist";
    let moment = "must be a date and time such as 2024-01-31T12:00:00Z";
    let at_least = |least: i64| format!("must be greater than or equal to {least}");
    let review = json!({ "rating": 6, "title": "T", "review_text": [], "user_id": user });
    let wrong = json!({ "rating": ["must be between 1 and 5"], "review_text": [NO_TEXT] });
    let with_course = |text: &str| {
        let mut problems = wrong.clone();
        problems["course_id"] = json!([text]);
        problems
    };
    let blank = json!({ "user_id": user });
    let bulk = json!({ "bulk_quantity": 0, "bulk_coupon_code_length": "long" });
    let with_promotion = |text: &str| {
        json!({
            "promotion_id": [text], "bulk_quantity": [at_least(1)],
            "bulk_coupon_code_length": [WHOLE],
        })
    };
    vec![
        case(Method::POST, "/course_reviews?course_id=999", review.clone(), with_course(exists)),
        case(Method::POST, "/course_reviews?course_id=x", review.clone(), with_course(WHOLE)),
        case(Method::POST, "/course_reviews", review, with_course(BLANK)),
        case(
            Method::POST,
            "/course_reviews?course_id=999",
            blank,
            json!({ "course_id": [exists], "rating": [BLANK], "title": [BLANK], "review_text": [BLANK] }),
        ),
        case(Method::POST, "/coupons/bulk_create?promotion_id=999", bulk.clone(), with_promotion(exists)),
        case(Method::POST, "/coupons/bulk_create?promotion_id=1.5", bulk.clone(), with_promotion(WHOLE)),
        case(Method::POST, "/coupons/bulk_create", bulk, with_promotion(BLANK)),
        case(
            Method::POST,
            "/coupons/bulk_create",
            json!({ "promotion_id": 999, "bulk_quantity": 1001, "bulk_coupon_code_length": 5 }),
            json!({
                "promotion_id": [exists], "bulk_quantity": ["must be less than or equal to 1000"],
                "bulk_coupon_code_length": [at_least(6)],
            }),
        ),
        case(
            Method::POST,
            "/enrollments",
            json!({ "course_id": 999, "user_id": 999, "activated_at": "soon", "expiry_date": [] }),
            json!({
                "course_id": ["Course could not be found."], "user_id": ["User could not be found."],
                "activated_at": [moment], "expiry_date": [moment],
            }),
        ),
        case(
            Method::POST,
            "/enrollments",
            json!({ "course_id": "x", "user_id": 999 }),
            json!({ "course_id": [WHOLE], "user_id": ["User could not be found."] }),
        ),
        case(
            Method::POST,
            "/group_users",
            json!({ "user_id": 999, "group_names": "One" }),
            json!({ "user_id": ["Invalid user_id"], "group_names": ["must be a list"] }),
        ),
        case(
            Method::POST,
            "/group_users",
            json!({ "user_id": {}, "group_names": ["None of ours"] }),
            json!({ "user_id": [WHOLE], "group_names": ["Invalid group_names"] }),
        ),
        case(
            Method::POST,
            "/group_users",
            json!({ "user_id": 999, "group_names": vec!["One"; web::input::MAX_IDS + 1] }),
            json!({ "user_id": ["Invalid user_id"], "group_names": ["has too many entries"] }),
        ),
    ]
}

on_both_engines! {
    async fn a_refusal_names_every_field_that_is_wrong_and_changes_nothing(school: &TestSchool) {
        let mut cases = users(school).await;
        cases.extend(catalogue(school).await);
        cases.extend(reviews(school).await);
        cases.extend(outlines(school).await);
        cases.extend(with_what_they_are_about(school).await);
        for Case { request: (method, path, body), problems } in cases {
            let reply = crate::support::send(school.request(method.clone(), &path).json(&body)).await;
            let named = format!("{method} {path} {body}");
            assert_eq!((reply.status, reply.json()), (422, json!({ "errors": problems })), "{named}");
        }
        // By itself what a request is about is told as clients know it.
        let user = school.user("kim@example.com").await;
        let review = json!({ "rating": 5, "title": "T", "review_text": "R", "user_id": user });
        let reply = school.post("/course_reviews?course_id=x", review).await.expect(400);
        assert_eq!(reply.json(), json!({ "error": "Parameter course_id must be a whole number." }));
    }

    async fn an_affiliate_without_a_code_is_given_one_that_nobody_has(school: &TestSchool) {
        let affiliate = |email: &str| json!({
            "first_name": "A", "last_name": "B", "email": email, "roles": ["affiliate"],
            "affiliate_commission": 10, "affiliate_payout_email": "pay@example.com",
        });
        let mut codes = Vec::new();
        for email in ["a@example.com", "b@example.com"] {
            let user = school.post("/users", affiliate(email)).await.expect(201).json();
            codes.push(user["affiliate_code"].as_str().expect("a code").to_owned());
        }
        // Also somebody who becomes one, and one whose code is emptied; a code that is given stays.
        let later = format!("/users/{}", school.user("c@example.com").await);
        school.put(&later, affiliate("c@example.com")).await.expect(204);
        let code = async || school.get(&later).await.json()["affiliate_code"].as_str().expect("a code").to_owned();
        codes.push(code().await);
        school.put(&later, json!({ "affiliate_code": "own" })).await.expect(204);
        school.put(&later, json!({ "company": "Bakers" })).await.expect(204);
        assert_eq!(code().await, "own");
        school.put(&later, json!({ "affiliate_code": "" })).await.expect(204);
        codes.push(code().await);
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), 4, "{codes:?}");
        assert!(codes.iter().all(|code| code.len() >= 8 && code != "own"), "{codes:?}");
    }

    async fn an_array_is_no_object_and_no_object_an_array(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        let sent = [
            ("custom_profile_fields", json!([["Peru", 1]]), "must be an object"),
            ("custom_profile_fields", json!(5), "must be a list"),
            ("roles", json!({ "a": 1 }), "must be a list"),
            ("roles", json!(5), "must be a list"),
        ];
        for (field, value, problem) in sent {
            let reply = school.put(&format!("/users/{user}"), json!({ field: value })).await.expect(422);
            assert_eq!(reply.json(), json!({ "errors": { field: [problem] } }), "{value}");
        }
        // What writes an empty object as an empty array means an empty object.
        school.put(&format!("/users/{user}"), json!([])).await.expect(204);
        let reply = school.put(&format!("/users/{user}"), json!([1])).await.expect(400);
        assert_eq!(reply.json(), json!({ "error": "The request body must be a JSON object." }));
    }
}
