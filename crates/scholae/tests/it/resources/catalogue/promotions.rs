//! Promotions: what coupons take off the price of products, from when until when, and for how many payments.

use super::arrange::{course, product, remove_course};
use super::{
    OtherSchool, School, changes_only, column, coupon, delete, finds_nothing, get, lists, needs_scopes, post,
    promotion, put, refuses,
};
use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};

/// The least that makes a promotion.
fn least() -> Value {
    json!({ "name": "Spring", "discount_type": "fixed", "amount": 5 })
}

/// The least, with these fields beside or instead.
fn with(fields: Value) -> Value {
    let mut body = least();
    for (name, value) in fields.as_object().expect("fields") {
        body[name] = value.clone();
    }
    body
}

/// A new promotion, as the answer shows it.
async fn made(school: &impl School, body: Value) -> Value {
    let reply = school.post("/promotions", body).await.expect(201);
    let shown = school.get(&format!("/promotions/{}", reply.id())).await.expect(200);
    assert_eq!(shown.json(), reply.json(), "what was made is what is there");
    reply.redacted(&["created_at"])
}

/// Asks which promotion a code opens for a product; none when it is refused as not there.
async fn by_coupon(school: &impl School, product: i64, code: &str) -> Option<i64> {
    let reply = school.get(&format!("/promotions/by_coupon?product_id={product}&coupon_code={code}")).await;
    if reply.status == 404 {
        return None;
    }
    let found = reply.expect(200);
    assert_eq!(school.get(&format!("/promotions/{}", found.id())).await.json(), found.json(), "the whole promotion");
    Some(found.id())
}

/// Fields that break a rule each, made and changed alike: which one, and what is said of it. There is the product
/// `bread`, and a coupon of another promotion.
#[rustfmt::skip]
fn broken_rules(bread: i64, coupon: i64) -> Vec<(Value, &'static str, String)> {
    let number = "must be a number with at most two decimals";
    let moment = "must be a date and time such as 2024-01-31T12:00:00Z";
    let foreign = format!("has no coupon with ID {coupon}");
    let rules: Vec<(Value, &'static str, &str)> = vec![
        (json!({ "name": "" }), "name", "can't be blank"),
        (json!({ "name": " \t\n" }), "name", "can't be blank"),
        (json!({ "name": "é".repeat(256) }), "name", "is too long (maximum is 255 characters)"),
        (json!({ "name": ["Spring"] }), "name", "must be a text"),
        (json!({ "description": "x".repeat(65_536) }), "description", "is too long (maximum is 65535 characters)"),
        (json!({ "discount_type": "" }), "discount_type", "can't be blank"),
        (json!({ "discount_type": "free" }), "discount_type", "is not included in the list"),
        (json!({ "discount_type": "Fixed" }), "discount_type", "is not included in the list"),
        (json!({ "amount": 0 }), "amount", "must be greater than 0"),
        (json!({ "amount": -0.01 }), "amount", "must be greater than 0"),
        (json!({ "amount": 0, "discount_type": "percentage" }), "amount", "must be greater than 0"),
        (json!({ "amount": 100.01, "discount_type": "percentage" }), "amount", "must be less than or equal to 100"),
        (json!({ "amount": 0.001 }), "amount", number),
        (json!({ "amount": "5 dollars" }), "amount", number),
        (json!({ "amount": 1e300 }), "amount", number),
        (json!({ "amount": true }), "amount", number),
        (json!({ "duration": 0 }), "duration", "must be greater than 0"),
        (json!({ "duration": -1 }), "duration", "must be greater than 0"),
        (json!({ "duration": 1.5 }), "duration", "must be a whole number"),
        (json!({ "starts_at": "spring" }), "starts_at", moment),
        (json!({ "starts_at": "2024-02-30" }), "starts_at", moment),
        (json!({ "expires_at": 1_704_067_200 }), "expires_at", moment),
        (json!({ "starts_at": "2024-02-01T00:00:00Z", "expires_at": "2024-02-01T00:00:00Z" }),
            "expires_at", "must be after starts_at"),
        (json!({ "product_ids": [bread, 999] }), "product_ids", "has no product with ID 999"),
        (json!({ "product_ids": ["bread"] }), "product_ids", "must be a whole number"),
        (json!({ "coupon_ids": [999] }), "coupon_ids", "has no coupon with ID 999"),
        // A coupon is made in its promotion and is never moved to another.
        (json!({ "coupon_ids": [coupon] }), "coupon_ids", &foreign),
    ];
    rules.into_iter().map(|(fields, field, problem)| (fields, field, problem.to_owned())).collect()
}

on_both_engines! {
    async fn a_promotion_needs_a_name_a_type_and_an_amount_and_shows_everything_that_is_given(school: &TestSchool) {
        let (bread, cake) = (product(school, "Bread").await, product(school, "Cake").await);
        assert_eq!(made(school, least()).await, json!({
            "id": 1, "created_at": "[time]", "name": "Spring", "description": null, "starts_at": null,
            "expires_at": null, "discount_type": "fixed", "amount": "5.0", "product_ids": [], "coupon_ids": [],
            "duration": null,
        }));
        let everything = json!({
            "name": "Autumn", "description": "For all\nwho bake", "starts_at": "2018-01-01T01:01:00Z",
            "expires_at": "2018-01-31T01:01:00Z", "discount_type": "percentage", "amount": 12.5,
            "product_ids": [cake, bread], "coupon_ids": [], "duration": 3,
        });
        assert_eq!(made(school, everything).await, json!({
            "id": 2, "created_at": "[time]", "name": "Autumn", "description": "For all\nwho bake",
            "starts_at": "2018-01-01T01:01:00.000Z", "expires_at": "2018-01-31T01:01:00.000Z",
            "discount_type": "percentage", "amount": "12.5", "product_ids": [bread, cake], "coupon_ids": [],
            "duration": 3,
        }));

        // What clients write for the same thing: each field, and how it is shown then.
        let nulls = json!({ "description": null, "starts_at": null, "expires_at": null, "product_ids": null,
                            "coupon_ids": null, "duration": null });
        for (fields, field, shown) in [
            (nulls, "product_ids", json!([])),
            (json!({ "name": "  Spring \t" }), "name", json!("Spring")),
            (json!({ "amount": "10.99" }), "amount", json!("10.99")),
            (json!({ "amount": 10.0 }), "amount", json!("10.0")),
            (json!({ "amount": "0.10" }), "amount", json!("0.1")),
            (json!({ "amount": 0.01 }), "amount", json!("0.01")),
            (json!({ "amount": 1_000_000 }), "amount", json!("1000000.0")),
            (json!({ "duration": "12" }), "duration", json!(12)),
            (json!({ "description": "" }), "description", Value::Null),
            (json!({ "product_ids": [bread.to_string(), bread, cake, bread] }), "product_ids", json!([bread, cake])),
            (json!({ "starts_at": "2024-01-01" }), "starts_at", json!("2024-01-01T00:00:00.000Z")),
            (json!({ "starts_at": "2024-01-01T12:00:00.5Z" }), "starts_at", json!("2024-01-01T12:00:00.500Z")),
            (json!({ "starts_at": "2024-01-01T12:00:00+02:00" }), "starts_at", json!("2024-01-01T10:00:00.000Z")),
            (json!({ "starts_at": "2024-01-01 12:00:00 +0000" }), "starts_at", json!("2024-01-01T12:00:00.000Z")),
            (json!({ "expires_at": "2999-12-31T23:59:59Z" }), "expires_at", json!("2999-12-31T23:59:59.000Z")),
            (json!({ "created_at": "2020-01-01T00:00:00Z", "id": 99, "colour": "red" }), "created_at", json!("[time]")),
        ] {
            assert_eq!(made(school, with(fields)).await[field], shown, "{field}");
        }
        let form = [("name", "Form"), ("discount_type", "percentage"), ("amount", "10"), ("product_ids[]", "1"),
                    ("product_ids[]", "2"), ("expires_at", "2030-01-01T00:00:00+00:00")];
        let form = send(school.request(Method::POST, "/promotions").form(&form)).await.expect(201).json();
        assert_eq!([&form["amount"], &form["product_ids"], &form["expires_at"]],
                   [&json!("10.0"), &json!([1, 2]), &json!("2030-01-01T00:00:00.000Z")]);
    }

    async fn a_change_touches_the_given_field_and_nothing_else(school: &TestSchool) {
        let (bread, cake) = (product(school, "Bread").await, product(school, "Cake").await);
        let id = made(school, with(json!({
            "description": "D", "starts_at": "2024-01-01T00:00:00Z", "expires_at": "2024-02-01T00:00:00Z",
            "product_ids": [bread], "duration": 3,
        }))).await["id"].clone();
        let path = format!("/promotions/{id}");
        let coupons = [coupon(school, id.as_i64().expect("an id"), "A").await, coupon(school, 1, "B").await];
        for (given, shown) in [
            (json!({ "name": " Summer " }), json!({ "name": "Summer" })),
            (json!({ "description": "For all" }), json!({ "description": "For all" })),
            (json!({ "starts_at": "2024-01-15" }), json!({ "starts_at": "2024-01-15T00:00:00.000Z" })),
            (json!({ "expires_at": "2024-03-01" }), json!({ "expires_at": "2024-03-01T00:00:00.000Z" })),
            (json!({ "discount_type": "percentage" }), json!({ "discount_type": "percentage" })),
            (json!({ "amount": "99.99" }), json!({ "amount": "99.99" })),
            (json!({ "duration": 6 }), json!({ "duration": 6 })),
            (json!({ "product_ids": [cake] }), json!({ "product_ids": [cake] })),
            (json!({ "product_ids": [cake, bread] }), json!({ "product_ids": [bread, cake] })),
            (json!({ "product_ids": [] }), json!({ "product_ids": [] })),
            // Its own coupons may be named; they stay as they are, also those that are not.
            (json!({ "coupon_ids": coupons }), json!({})),
            (json!({ "coupon_ids": [coupons[1]] }), json!({})),
            (json!({ "coupon_ids": [] }), json!({})),
            (json!({ "id": 99, "created_at": "2020-01-01T00:00:00Z", "x": 1 }), json!({})),
            (json!({}), json!({})),
            // A type and an amount that fit each other, where neither would fit the other's old value.
            (json!({ "discount_type": "fixed", "amount": 250 }),
                json!({ "discount_type": "fixed", "amount": "250.0" })),
            (json!({ "starts_at": "2025-01-01", "expires_at": "2025-02-01" }),
                json!({ "starts_at": "2025-01-01T00:00:00.000Z", "expires_at": "2025-02-01T00:00:00.000Z" })),
        ] {
            changes_only(school, &path, given, shown).await;
        }
        let listed = school.get("/promotions").await.expect(200).json();
        assert_eq!(listed["items"], json!([school.get(&path).await.json()]));
    }

    async fn each_rule_at_its_boundary(school: &TestSchool) {
        let bread = product(school, "Bread").await;
        let stored = with(json!({ "starts_at": "2024-01-01T00:00:00Z", "expires_at": "2024-02-01T00:00:00Z" }));
        let id = made(school, stored).await["id"].clone();
        let foreign_coupon = coupon(school, promotion(school, "Other").await, "OTHER").await;
        let path = format!("/promotions/{id}");
        for fields in [
            json!({ "name": "é".repeat(255) }),
            json!({ "description": "x".repeat(65_535) }),
            json!({ "amount": 0.01 }),
            json!({ "amount": "90000000000000.00" }),
            json!({ "amount": 100, "discount_type": "percentage" }),
            json!({ "amount": "0.01", "discount_type": "percentage" }),
            json!({ "duration": 1 }),
            json!({ "starts_at": "2024-01-01T00:00:00.000Z", "expires_at": "2024-01-01T00:00:00.001Z" }),
        ] {
            let fine = made(school, with(fields.clone())).await["id"].clone();
            school.put(&format!("/promotions/{fine}"), with(fields)).await.expect(204);
        }
        let before = (school.get("/promotions").await.json(), school.get(&path).await.json());

        for (fields, field, problem) in broken_rules(bread, foreign_coupon) {
            let problems = json!({ (field): [problem] });
            refuses(school, post("/promotions", with(fields.clone())), problems.clone()).await;
            refuses(school, put(&path, fields), problems).await;
        }
        // A change must fit what stands already.
        for (fields, field, problem) in [
            (json!({ "expires_at": "2024-01-01T00:00:00Z" }), "expires_at", "must be after starts_at"),
            (json!({ "starts_at": "2024-02-01T00:00:00Z" }), "expires_at", "must be after starts_at"),
        ] {
            refuses(school, put(&path, fields), json!({ (field): [problem] })).await;
        }
        let expensive = made(school, with(json!({ "amount": 250 }))).await["id"].clone();
        let too_much = json!({ "amount": ["must be less than or equal to 100"] });
        let percentage = json!({ "discount_type": "percentage" });
        refuses(school, put(format!("/promotions/{expensive}"), percentage), too_much).await;
        school.delete(&format!("/promotions/{expensive}")).await.expect(204);

        // Everything that is missing is said at once, and so is everything that is wrong.
        let blank = json!(["can't be blank"]);
        let missing = json!({ "name": blank, "discount_type": blank, "amount": blank });
        refuses(school, post("/promotions", json!({})), missing.clone()).await;
        let nulls = json!({ "name": null, "discount_type": null, "amount": null });
        refuses(school, post("/promotions", nulls), missing).await;
        refuses(school, post("/promotions", json!({
            "name": " ", "discount_type": "free", "amount": 0, "duration": 0, "starts_at": "2024-01-02",
            "expires_at": "2024-01-01", "product_ids": [998, 999, 998],
        })), json!({
            "name": blank, "discount_type": ["is not included in the list"], "amount": ["must be greater than 0"],
            "duration": ["must be greater than 0"], "expires_at": ["must be after starts_at"],
            "product_ids": ["has no product with ID 998", "has no product with ID 999"],
        })).await;
        assert_eq!((school.get("/promotions").await.json(), school.get(&path).await.json()), before);
    }

    async fn a_removed_promotion_takes_its_coupons_along(school: &TestSchool) {
        let (spring, autumn) = (promotion(school, "Spring").await, promotion(school, "Autumn").await);
        let first = coupon(school, spring, "FIRST").await;
        let second = coupon(school, spring, "SECOND").await;
        let kept = coupon(school, autumn, "KEPT").await;
        let path = format!("/promotions/{spring}");
        assert_eq!(school.get(&path).await.json()["coupon_ids"], json!([first, second]));
        assert_eq!(school.delete(&path).await.expect(204).text, "");
        finds_nothing(school, vec![
            get(&path),
            put(&path, json!({ "name": "X" })),
            delete(&path),
            get(format!("/coupons?promotion_id={spring}")),
            get(format!("/coupons/{first}")),
            get(format!("/coupons/{second}")),
        ]).await;
        lists(school, "/promotions", &[autumn]).await;
        lists(school, &format!("/coupons?promotion_id={autumn}"), &[kept]).await;
        finds_nothing(school, vec![get("/promotions/0"), get("/promotions/abc"), delete("/promotions/999")]).await;
    }

    async fn a_code_opens_a_promotion_for_the_products_it_applies_to(school: &TestSchool) {
        let (bread_course, bread) = course(school, "Bread").await;
        let cake = product(school, "Cake").await;
        let all = promotion(school, "All").await;
        let bread_only = made(school, with(json!({ "product_ids": [bread] }))).await["id"].as_i64().expect("an id");
        coupon(school, all, "Übrig 10%").await;
        coupon(school, bread_only, "BREAD").await;
        for (product, code, found) in [
            (bread, "%C3%9Cbrig%2010%25", Some(all)),
            (cake, "%C3%BCBRIG+10%25", Some(all)),
            (999, "%C3%9Cbrig%2010%25", None),
            (bread, "BREAD", Some(bread_only)),
            (bread, "bread", Some(bread_only)),
            (bread, "%20bread%20", Some(bread_only)),
            (cake, "BREAD", None),
            (bread, "BREA", None),
            (bread, "NOBODYS", None),
        ] {
            assert_eq!(by_coupon(school, product, code).await, found, "{code} for {product}");
        }
        for (query, missing) in [
            ("", "product_id"),
            ("?coupon_code=BREAD", "product_id"),
            ("?product_id=1", "coupon_code"),
            ("?product_id=1&coupon_code=", "coupon_code"),
            ("?product_id=&coupon_code=BREAD", "product_id"),
        ] {
            let reply = school.get(&format!("/promotions/by_coupon{query}")).await.expect(400);
            assert_eq!(reply.json(), json!({ "error": format!("Parameter {missing} is required.") }), "{query}");
        }
        school.get("/promotions/by_coupon?product_id=bread&coupon_code=BREAD").await.expect(400);

        // It follows every change: of the products, of the code, and of what there is.
        let path = format!("/promotions/{bread_only}");
        let for_both = async |code: &str| {
            [by_coupon(school, bread, code).await.is_some(), by_coupon(school, cake, code).await.is_some()]
        };
        for (product_ids, found) in
            [(json!([cake]), [false, true]), (json!([]), [true, true]), (json!([bread, cake]), [true, true])]
        {
            school.put(&path, json!({ "product_ids": product_ids })).await.expect(204);
            assert_eq!(for_both("BREAD").await, found, "{product_ids}");
        }
        remove_course(school, bread_course).await;
        assert_eq!(school.get(&path).await.json()["product_ids"], json!([cake]));
        assert_eq!(for_both("BREAD").await, [false, true]);
        let id = school.get(&path).await.json()["coupon_ids"][0].clone();
        school.put(&format!("/coupons/{id}"), json!({ "code": "CAKE" })).await.expect(204);
        assert_eq!((for_both("BREAD").await, for_both("CAKE").await), ([false, false], [false, true]));
        school.delete(&format!("/coupons/{id}")).await.expect(204);
        assert_eq!(for_both("CAKE").await, [false, false]);
    }

    async fn a_promotion_of_one_product_is_not_one_of_all_when_the_product_is_gone(school: &TestSchool) {
        let (course, bread) = course(school, "Bread").await;
        let cake = product(school, "Cake").await;
        let id = made(school, with(json!({ "product_ids": [bread] }))).await["id"].as_i64().expect("an id");
        coupon(school, id, "BREAD").await;
        remove_course(school, course).await;
        assert_eq!(by_coupon(school, cake, "BREAD").await, None);
        // Not by a change of something else either; but by one of its products.
        school.put(&format!("/promotions/{id}"), json!({ "name": "Renamed" })).await.expect(204);
        assert_eq!(by_coupon(school, cake, "BREAD").await, None);
        school.put(&format!("/promotions/{id}"), json!({ "product_ids": [] })).await.expect(204);
        assert_eq!(by_coupon(school, cake, "BREAD").await, Some(id));
    }

    async fn the_list_keeps_the_order_of_creation_and_counts_what_comes_and_goes(school: &TestSchool) {
        lists(school, "/promotions", &[]).await;
        let bread = product(school, "Bread").await;
        let mut ids = Vec::new();
        for number in 0..5 {
            ids.push(promotion(school, &format!("{}", 9 - number)).await);
        }
        school.put(&format!("/promotions/{}", ids[1]), json!({ "product_ids": [bread] })).await.expect(204);
        let (first, second) = (coupon(school, ids[0], "A").await, coupon(school, ids[0], "B").await);
        let third = coupon(school, ids[3], "C").await;
        lists(school, "/promotions", &ids).await;
        // Each item is the whole record, with its own products and coupons.
        let listed = school.get("/promotions").await.expect(200);
        for (item, id) in listed.json()["items"].as_array().expect("items").iter().zip(&ids) {
            assert_eq!(*item, school.get(&format!("/promotions/{id}")).await.json());
        }
        assert_eq!(column(&listed, "coupon_ids"), json!([[first, second], [], [], [third], []]));
        assert_eq!(column(&listed, "product_ids"), json!([[], [bread], [], [], []]));

        assert_eq!(school.get("/promotions?sort=updated_at").await.ids(), [ids[0], ids[2], ids[3], ids[4], ids[1]]);
        assert_eq!(school.get("/promotions?sort=-id&limit=2").await.ids(), [ids[4], ids[3]]);
        school.delete(&format!("/promotions/{}", ids.remove(2))).await.expect(204);
        ids.push(promotion(school, "Sixth").await);
        lists(school, "/promotions", &ids).await;
    }

    async fn another_schools_promotions_are_not_there_whatever_their_names(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        let (our_bread, their_bread) = (product(school, "Bread").await, product(&other, "Bread").await);
        let ours = made(school, with(json!({ "product_ids": [our_bread] }))).await["id"].as_i64().expect("an id");
        let theirs = made(&other, with(json!({ "product_ids": [their_bread] }))).await["id"].as_i64().expect("an id");
        let (our_coupon, their_coupon) = (coupon(school, ours, "BREAD").await, coupon(&other, theirs, "BREAD").await);
        let (our_path, their_path) = (format!("/promotions/{ours}"), format!("/promotions/{theirs}"));
        let untouched = other.get(&their_path).await.expect(200).json();
        finds_nothing(school, vec![
            get(&their_path), put(&their_path, json!({ "name": "ours now" })), delete(&their_path),
            get(format!("/promotions/by_coupon?product_id={their_bread}&coupon_code=BREAD")),
        ]).await;
        for (field, id) in [("product", their_bread), ("coupon", their_coupon)] {
            let fields = json!({ (format!("{field}_ids")): [id] });
            let problems = json!({ (format!("{field}_ids")): [format!("has no {field} with ID {id}")] });
            refuses(school, put(&our_path, fields.clone()), problems.clone()).await;
            refuses(school, post("/promotions", with(fields)), problems).await;
        }
        // The same code opens each school's own promotion.
        assert_eq!(by_coupon(school, our_bread, "bread").await, Some(ours));
        assert_eq!(by_coupon(&other, their_bread, "bread").await, Some(theirs));
        assert_eq!(school.get(&our_path).await.json()["coupon_ids"], json!([our_coupon]));
        lists(school, "/promotions", &[ours]).await;
        school.delete(&our_path).await.expect(204);
        assert_eq!(other.get(&their_path).await.json(), untouched);
        lists(&other, "/promotions", &[theirs]).await;
    }

    async fn a_token_needs_the_scopes_of_promotions(school: &TestSchool) {
        let bread = product(school, "Bread").await;
        let id = promotion(school, "Spring").await;
        coupon(school, id, "SPRING").await;
        needs_scopes(school, "promotions", vec![
            get("/promotions"),
            get(format!("/promotions/{id}")),
            get(format!("/promotions/by_coupon?product_id={bread}&coupon_code=SPRING")),
            post("/promotions", least()),
            put(format!("/promotions/{id}"), json!({ "name": "new" })),
            delete(format!("/promotions/{id}")),
        ]).await;
        assert_eq!(school.get("/promotions").await.ids().len(), 1, "each was done once");
    }
}
