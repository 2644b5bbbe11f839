//! Coupons: codes that open a promotion, each a number of times. Each is made in its promotion and stays there.

use super::arrange::{order, product};
use super::{
    OtherSchool, Request, School, changes_only, column, coupon, delete, finds_nothing, get, lists, needs_scopes, pages,
    post, promotion, put, refuses, user,
};
use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a coupon without a limit shows as its quantity: the field is never null.
const UNLIMITED: i64 = 2_147_483_647;

/// A new coupon of a promotion, as the answer shows it.
async fn made(school: &impl School, promotion: i64, body: Value) -> Value {
    let reply = school.post(&format!("/coupons?promotion_id={promotion}"), body).await.expect(201);
    let coupon = reply.redacted(&["created_at"]);
    let shown = school.get(&format!("/coupons/{}", coupon["id"])).await.expect(200);
    assert_eq!(shown.json(), reply.json(), "what was made is what is there");
    coupon
}

/// Proves that a coupon is refused for its missing code. Clients know the sentence with a capital letter and without.
async fn refuses_without_a_code(school: &impl School, (method, path, body): Request) {
    let reply = school.call(&method, &path, &body).await.expect(422);
    assert_eq!(reply.text.to_lowercase(), r#"{"errors":{"code":["can't be blank"]}}"#, "{path} {body}");
}

/// Proves that a coupon is refused that has no promotion, or one that does not exist.
async fn refuses_without_a_promotion(school: &impl School) {
    refuses(school, post("/coupons", json!({ "code": "A" })), json!({ "promotion_id": ["can't be blank"] })).await;
    let unknown = json!({ "promotion_id": ["must exist"] });
    refuses(school, post("/coupons?promotion_id=999", json!({ "code": "A" })), unknown.clone()).await;
    refuses(school, post("/coupons", json!({ "code": "A", "promotion_id": 999 })), unknown).await;
    school.post("/coupons?promotion_id=spring", json!({ "code": "A" })).await.expect(400);
}

on_both_engines! {
    async fn a_coupon_needs_a_code_alone_and_shows_everything_that_is_given(school: &TestSchool) {
        let spring = promotion(school, "Spring").await;
        assert_eq!(made(school, spring, json!({ "code": "MINIMUM" })).await, json!({
            "id": 1, "code": "MINIMUM", "note": null, "quantity_used": 0, "quantity": UNLIMITED,
            "promotion_id": spring, "created_at": "[time]",
        }));
        let everything = json!({ "code": "Maximum 50%", "note": "For the fair\nin May", "quantity": 50 });
        assert_eq!(made(school, spring, everything).await, json!({
            "id": 2, "code": "Maximum 50%", "note": "For the fair\nin May", "quantity_used": 0, "quantity": 50,
            "promotion_id": spring, "created_at": "[time]",
        }));

        // One client names the promotion in the body; where both do, the address counts.
        let autumn = promotion(school, "Autumn").await;
        let in_body = school.post("/coupons", json!({ "code": "BODY", "promotion_id": autumn })).await.expect(201);
        assert_eq!(in_body.json()["promotion_id"], autumn);
        let both = made(school, spring, json!({ "code": "BOTH", "promotion_id": autumn })).await;
        assert_eq!(both["promotion_id"], spring);

        // Nulls say what leaving out says, numbers may be text and text a number, unknown fields are passed over.
        let spellings = [
            (json!({ "code": "NULLS", "note": null, "quantity": null }), "NULLS", Value::Null, UNLIMITED),
            (json!({ "code": "TEXT", "quantity": "7" }), "TEXT", Value::Null, 7),
            (json!({ "code": "WHOLE", "quantity": 7.0 }), "WHOLE", Value::Null, 7),
            (json!({ "code": 2024, "note": 1 }), "2024", json!("1"), UNLIMITED),
            (json!({ "code": "USED", "quantity_used": 3, "colour": "red" }), "USED", Value::Null, UNLIMITED),
            (json!({ "code": "  SPACES AROUND\t", "note": " n " }), "SPACES AROUND", json!(" n "), UNLIMITED),
            (json!({ "code": "NEVER", "quantity": 0 }), "NEVER", Value::Null, 0),
            (json!({ "code": "UNLIMITED", "quantity": UNLIMITED }), "UNLIMITED", Value::Null, UNLIMITED),
        ];
        for (body, code, note, quantity) in spellings {
            let coupon = made(school, spring, body).await;
            let shown = [&coupon["code"], &coupon["note"], &coupon["quantity"], &coupon["quantity_used"]];
            assert_eq!(shown, [&json!(code), &note, &json!(quantity), &json!(0)]);
        }
        let form = school.request(Method::POST, &format!("/coupons?promotion_id={spring}"));
        let form = send(form.form(&[("code", "FORM"), ("note", "a b"), ("quantity", "3")])).await.expect(201).json();
        assert_eq!([&form["code"], &form["note"], &form["quantity"]], [&json!("FORM"), &json!("a b"), &json!(3)]);
    }

    async fn a_change_touches_the_given_field_and_nothing_else(school: &TestSchool) {
        let spring = promotion(school, "Spring").await;
        let coupon = made(school, spring, json!({ "code": "SPRING", "note": "For you", "quantity": 5 })).await;
        let path = format!("/coupons/{}", coupon["id"]);
        for (given, shown) in [
            (json!({ "code": "SUMMER" }), json!({ "code": "SUMMER" })),
            (json!({ "code": "summer" }), json!({ "code": "summer" })),
            (json!({ "note": "For all" }), json!({ "note": "For all" })),
            (json!({ "quantity": 10 }), json!({ "quantity": 10 })),
            (json!({ "quantity": "11" }), json!({ "quantity": 11 })),
            (json!({ "quantity": UNLIMITED }), json!({ "quantity": UNLIMITED })),
            (json!({ "quantity_used": "4" }), json!({ "quantity_used": 4 })),
            (json!({ "quantity_used": 0 }), json!({ "quantity_used": 0 })),
            // What cannot be changed is passed over, like a field that nobody knows.
            (json!({ "promotion_id": 99, "id": 99, "created_at": "2020-01-01T00:00:00Z", "x": 1 }), json!({})),
            (json!({}), json!({})),
            (
                json!({ "code": "ALL", "note": "Four", "quantity": 4, "quantity_used": 1 }),
                json!({ "code": "ALL", "note": "Four", "quantity": 4, "quantity_used": 1 }),
            ),
        ] {
            changes_only(school, &path, given, shown).await;
        }
        let listed = school.get(&format!("/coupons?promotion_id={spring}")).await.expect(200).json();
        assert_eq!(listed["items"], json!([school.get(&path).await.json()]));
    }

    async fn each_rule_at_its_boundary(school: &TestSchool) {
        let spring = promotion(school, "Spring").await;
        let id = coupon(school, spring, "CHANGED").await;
        let (made, changed) = (format!("/coupons?promotion_id={spring}"), format!("/coupons/{id}"));
        let (line, text) = (|n: usize| "é".repeat(n), |n: usize| "x".repeat(n));

        // Just inside, made and changed alike. A code takes 255 characters, a note 65,535.
        for fields in [
            json!({ "code": "c" }),
            json!({ "code": line(255) }),
            json!({ "code": "NOTE", "note": text(65_535) }),
            json!({ "code": "NOTHING", "note": "" }),
            json!({ "code": "NONE", "quantity": 0 }),
            json!({ "code": "MOST", "quantity": i64::MAX }),
        ] {
            let id = school.post(&made, fields.clone()).await.expect(201).id();
            school.put(&format!("/coupons/{id}"), fields).await.expect(204);
        }
        for fields in [json!({ "quantity_used": 0 }), json!({ "quantity_used": UNLIMITED })] {
            school.put(&changed, fields).await.expect(204);
        }
        let before = (school.get(&made).await.json(), school.get(&changed).await.json());

        // Just outside, and what is no value of the field at all.
        for (given, problems) in [
            (json!({ "code": line(256) }), json!({ "code": ["is too long (maximum is 255 characters)"] })),
            (json!({ "code": "A", "note": text(65_536) }),
                json!({ "note": ["is too long (maximum is 65535 characters)"] })),
            (json!({ "code": "A", "quantity": -1 }), json!({ "quantity": ["must be greater than or equal to 0"] })),
            (json!({ "code": "A", "quantity": 1.5 }), json!({ "quantity": ["must be a whole number"] })),
            (json!({ "code": "A", "quantity": "many" }), json!({ "quantity": ["must be a whole number"] })),
            (json!({ "code": true }), json!({ "code": ["must be a text"] })),
            (json!({ "code": ["A"] }), json!({ "code": ["must be a text"] })),
            (json!({ "code": "A", "note": {} }), json!({ "note": ["must be a text"] })),
            // Everything that is wrong is said at once.
            (json!({ "code": line(256), "note": text(65_536), "quantity": -1 }), json!({
                "code": ["is too long (maximum is 255 characters)"],
                "note": ["is too long (maximum is 65535 characters)"],
                "quantity": ["must be greater than or equal to 0"],
            })),
        ] {
            refuses(school, post(&made, given.clone()), problems.clone()).await;
            refuses(school, put(&changed, given), problems).await;
        }
        let negative = json!({ "quantity_used": ["must be greater than or equal to 0"] });
        refuses(school, put(&changed, json!({ "quantity_used": -1 })), negative).await;
        for blank in [json!({}), json!({ "code": null }), json!({ "code": "" }), json!({ "code": " \t" })] {
            refuses_without_a_code(school, post(&made, blank)).await;
        }
        for blank in ["", " \n"] {
            refuses_without_a_code(school, put(&changed, json!({ "code": blank }))).await;
        }

        refuses_without_a_promotion(school).await;
        assert_eq!((school.get(&made).await.json(), school.get(&changed).await.json()), before, "nothing has changed");
    }

    async fn a_code_opens_one_promotion_of_a_school_in_any_case(school: &TestSchool) {
        let (spring, autumn) = (promotion(school, "Spring").await, promotion(school, "Autumn").await);
        let first = coupon(school, spring, "Été 24").await;
        let other = coupon(school, spring, "Other").await;
        let taken = json!({ "code": ["has already been taken"] });
        for code in ["Été 24", "été 24", "ÉTÉ 24", "  été 24 "] {
            for promotion in [spring, autumn] {
                let path = format!("/coupons?promotion_id={promotion}");
                refuses(school, post(path, json!({ "code": code })), taken.clone()).await;
            }
            refuses(school, put(format!("/coupons/{other}"), json!({ "code": code })), taken.clone()).await;
        }
        lists(school, &format!("/coupons?promotion_id={spring}"), &[first, other]).await;
        lists(school, &format!("/coupons?promotion_id={autumn}"), &[]).await;

        // It is free again when its coupon gets another one, or is removed, or its promotion is.
        school.put(&format!("/coupons/{first}"), json!({ "code": "Hiver" })).await.expect(204);
        let second = coupon(school, autumn, "été 24").await;
        school.delete(&format!("/coupons/{second}")).await.expect(204);
        coupon(school, autumn, "ÉTÉ 24").await;
        school.delete(&format!("/promotions/{autumn}")).await.expect(204);
        coupon(school, spring, "Été 24").await;
    }

    async fn a_list_is_of_one_promotion_and_counts_what_comes_and_goes(school: &TestSchool) {
        let (spring, autumn) = (promotion(school, "Spring").await, promotion(school, "Autumn").await);
        let (of_spring, of_autumn) =
            (format!("/coupons?promotion_id={spring}"), format!("/coupons?promotion_id={autumn}"));
        lists(school, &of_spring, &[]).await;
        let mut ids = Vec::new();
        for number in 0..5 {
            ids.push(coupon(school, spring, &format!("S{number}")).await);
            coupon(school, autumn, &format!("A{number}")).await;
        }
        lists(school, &of_spring, &ids).await;
        let codes = async |order: &str| column(&school.get(&format!("{of_spring}&{order}")).await.expect(200), "code");
        assert_eq!(codes("sort=-id&limit=2").await, json!(["S4", "S3"]));

        // A change moves nothing in the usual order, and to the end in that of changes.
        school.put(&format!("/coupons/{}", ids[1]), json!({ "note": "new" })).await.expect(204);
        lists(school, &of_spring, &ids).await;
        assert_eq!(codes("sort=updated_at").await, json!(["S0", "S2", "S3", "S4", "S1"]));
        assert_eq!(codes("sort=-updated_at&limit=2").await, json!(["S1", "S4"]));

        school.delete(&format!("/coupons/{}", ids.remove(3))).await.expect(204);
        lists(school, &of_spring, &ids).await;
        let three = format!("/coupons/bulk_create?promotion_id={spring}");
        ids.extend(school.post(&three, json!({ "bulk_quantity": 3 })).await.expect(201).ids());
        lists(school, &of_spring, &ids).await;
        assert_eq!(school.get(&of_autumn).await.ids().len(), 5);

        // Without its promotion there is no list, and none of a promotion that is not there.
        for path in ["/coupons", "/coupons?promotion_id=", "/coupons?promotionid=1"] {
            let reply = school.get(path).await.expect(400);
            assert_eq!(reply.text, r#"{"error":"Parameter promotion_id is required."}"#, "{path}");
        }
        let reply = school.get("/coupons?promotion_id=spring").await.expect(400);
        assert_eq!(reply.text, r#"{"error":"Parameter promotion_id must be a whole number."}"#);
        finds_nothing(school, vec![get("/coupons?promotion_id=999"), get("/coupons?promotion_id=-1")]).await;
    }

    async fn many_coupons_are_made_at_once_with_codes_nobody_can_guess(school: &TestSchool) {
        let spring = promotion(school, "Spring").await;
        let path = format!("/coupons/bulk_create?promotion_id={spring}");
        // Unless told: one coupon with a code of ten characters and no limit.
        let one = school.post(&path, json!({})).await.expect(201);
        let code = column(&one, "code")[0].clone();
        assert_eq!(code.as_str().map(str::len), Some(10));
        assert_eq!(one.redacted(&["created_at"]), json!({ "items": [{
            "id": 1, "code": code, "note": null, "quantity_used": 0, "quantity": UNLIMITED, "promotion_id": spring,
            "created_at": "[time]",
        }] }));
        assert_eq!(school.get("/coupons/1").await.expect(200).json(), one.json()["items"][0]);

        let body = json!({ "bulk_quantity_per_coupon": "2", "bulk_coupon_code_length": 6, "bulk_quantity": 3 });
        let three = school.post(&path, body).await.expect(201).json();
        for (coupon, id) in three["items"].as_array().expect("items").iter().zip(2..) {
            assert_eq!([&coupon["id"], &coupon["quantity"], &coupon["promotion_id"]], [id, 2, spring]);
            assert_eq!(coupon["code"].as_str().expect("a code").len(), 6);
            // What is answered is what is in the school.
            assert_eq!(school.get(&format!("/coupons/{id}")).await.expect(200).json(), *coupon);
        }
        let listed = school.get(&format!("/coupons?promotion_id={spring}")).await.expect(200);
        assert_eq!(column(&listed, "quantity"), json!([UNLIMITED, 2, 2, 2]));

        // The most: a thousand, all different, and all of them in the list.
        let most = json!({ "bulk_coupon_code_length": 64, "bulk_quantity": 1000 });
        let thousand = school.post(&path, most).await.expect(201);
        let codes = column(&thousand, "code");
        let codes: BTreeSet<&str> = codes.as_array().expect("codes").iter().filter_map(Value::as_str).collect();
        assert_eq!(codes.len(), 1000, "no code comes twice");
        assert!(codes.iter().all(|code| code.len() == 64), "{codes:?}");
        let all = pages(school, &format!("/coupons?promotion_id={spring}"), 250).await;
        assert_eq!((all.len(), &all[4..]), (1004, thousand.ids().as_slice()));

        for (body, problems) in [
            (json!({ "bulk_coupon_code_length": 5 }),
                json!({ "bulk_coupon_code_length": ["must be greater than or equal to 6"] })),
            (json!({ "bulk_coupon_code_length": 65 }),
                json!({ "bulk_coupon_code_length": ["must be less than or equal to 64"] })),
            (json!({ "bulk_quantity": 0 }), json!({ "bulk_quantity": ["must be greater than or equal to 1"] })),
            (json!({ "bulk_quantity": 1001 }), json!({ "bulk_quantity": ["must be less than or equal to 1000"] })),
            (json!({ "bulk_quantity_per_coupon": 0 }),
                json!({ "bulk_quantity_per_coupon": ["must be greater than or equal to 1"] })),
            (json!({ "bulk_quantity": "ten" }), json!({ "bulk_quantity": ["must be a whole number"] })),
            (json!({ "bulk_quantity": -1, "bulk_coupon_code_length": 0 }), json!({
                "bulk_coupon_code_length": ["must be greater than or equal to 6"],
                "bulk_quantity": ["must be greater than or equal to 1"],
            })),
        ] {
            refuses(school, post(&path, body), problems).await;
        }
        let reply = school.post("/coupons/bulk_create", json!({})).await.expect(400);
        assert_eq!(reply.text, r#"{"error":"Parameter promotion_id is required."}"#);
        finds_nothing(school, vec![post("/coupons/bulk_create?promotion_id=999", json!({}))]).await;
        let total = school.get(&format!("/coupons?promotion_id={spring}")).await.pagination()["total_items"].clone();
        assert_eq!(total, 1004, "what was refused made nothing");
    }

    async fn an_order_uses_a_coupon_once_and_keeps_the_code_when_the_coupon_is_gone(school: &TestSchool) {
        let spring = promotion(school, "Spring").await;
        let (ann, bread) = (user(school, "ann@example.com").await, product(school, "Bread").await);
        let twice = made(school, spring, json!({ "code": "Twice", "quantity": 2 })).await["id"].clone();
        let path = format!("/coupons/{twice}");
        let uses = async || school.get(&path).await.json()["quantity_used"].clone();
        let first = order(school, ann, bread, "TWICE").await.expect("ordered");
        assert_eq!(uses().await, 1);
        order(school, ann, bread, "twice").await.expect("ordered");
        assert_eq!(uses().await, 2);
        assert!(order(school, ann, bread, "Twice").await.expect_err("refused").contains("has been used up"));
        assert_eq!(uses().await, 2, "a refused order uses nothing");
        // A greater quantity, or a smaller number of uses, lets it be used again.
        for given in [json!({ "quantity": 3 }), json!({ "quantity_used": 2 })] {
            school.put(&path, given).await.expect(204);
            order(school, ann, bread, "Twice").await.expect("ordered");
            assert_eq!(uses().await, 3);
        }

        let deleted = school.delete(&path).await.expect(204);
        assert_eq!(deleted.text, "");
        finds_nothing(school, vec![get(&path), put(&path, json!({ "note": "x" })), delete(&path)]).await;
        assert!(order(school, ann, bread, "Twice").await.is_err());
        let kept = school.get(&format!("/orders/{first}")).await.expect(200).json();
        assert_eq!((&kept["coupon_code"], &kept["coupon_id"]), (&json!("Twice"), &twice));
    }

    async fn with_a_body_too_a_coupon_is_removed_and_nothing_beside_it(school: &TestSchool) {
        let spring = promotion(school, "Spring").await;
        let (a, b) = (coupon(school, spring, "A").await, coupon(school, spring, "B").await);
        let c = coupon(school, spring, "C").await;
        for (id, body) in [(a, json!([])), (c, json!({ "id": b }))] {
            school.call(&Method::DELETE, &format!("/coupons/{id}"), &body).await.expect(204);
        }
        lists(school, &format!("/coupons?promotion_id={spring}"), &[b]).await;
        assert_eq!(school.get(&format!("/promotions/{spring}")).await.json()["coupon_ids"], json!([b]));
    }

    async fn another_schools_coupons_are_not_there_whatever_their_codes(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        let (ours, theirs) = (promotion(school, "Spring").await, promotion(&other, "Spring").await);
        let (our_coupon, their_coupon) =
            (coupon(school, ours, "SPRING").await, coupon(&other, theirs, "spring").await);
        let untouched = other.get(&format!("/coupons/{their_coupon}")).await.expect(200).json();
        let path = format!("/coupons/{their_coupon}");
        finds_nothing(school, vec![
            get(&path),
            put(&path, json!({ "note": "ours now" })),
            delete(&path),
            get(format!("/coupons?promotion_id={theirs}")),
            post(format!("/coupons/bulk_create?promotion_id={theirs}"), json!({})),
        ]).await;
        let unknown = json!({ "promotion_id": ["must exist"] });
        refuses(school, post(format!("/coupons?promotion_id={theirs}"), json!({ "code": "X" })), unknown.clone()).await;
        refuses(school, post("/coupons", json!({ "code": "X", "promotion_id": theirs })), unknown).await;

        // Each school changes, uses and removes its own, also where the codes are the same.
        school.put(&format!("/coupons/{our_coupon}"), json!({ "code": "sPRING", "note": "ours" })).await.expect(204);
        let (ann, bread) = (user(school, "ann@example.com").await, product(school, "Bread").await);
        order(school, ann, bread, "SPRING").await.expect("ordered");
        assert_eq!(school.get(&format!("/coupons/{our_coupon}")).await.json()["quantity_used"], 1);
        assert_eq!(other.get(&path).await.json(), untouched);
        let (ann, bread) = (user(&other, "ann@example.com").await, product(&other, "Bread").await);
        order(&other, ann, bread, "SPRING").await.expect("ordered");
        assert_eq!(other.get(&path).await.json()["quantity_used"], 1);
        assert_eq!(school.get(&format!("/coupons/{our_coupon}")).await.json()["quantity_used"], 1);
        lists(school, &format!("/coupons?promotion_id={ours}"), &[our_coupon]).await;
        lists(&other, &format!("/coupons?promotion_id={theirs}"), &[their_coupon]).await;
        school.delete(&format!("/coupons/{our_coupon}")).await.expect(204);
        school.delete(&format!("/promotions/{ours}")).await.expect(204);
        lists(&other, &format!("/coupons?promotion_id={theirs}"), &[their_coupon]).await;
    }

    async fn a_token_needs_the_scopes_of_coupons(school: &TestSchool) {
        let spring = promotion(school, "Spring").await;
        let id = coupon(school, spring, "SPRING").await;
        needs_scopes(school, "coupons", vec![
            get(format!("/coupons?promotion_id={spring}")),
            get(format!("/coupons/{id}")),
            post(format!("/coupons?promotion_id={spring}"), json!({ "code": "NEW" })),
            post(format!("/coupons/bulk_create?promotion_id={spring}"), json!({})),
            put(format!("/coupons/{id}"), json!({ "note": "new" })),
            delete(format!("/coupons/{id}")),
        ]).await;
        assert_eq!(school.get(&format!("/coupons?promotion_id={spring}")).await.ids().len(), 2, "each was done once");
    }
}
