//! Orders: what was bought in the school itself. The API reads them; the checkout makes them.

use super::arranged::{course, course_of, order, order_of, paid, refunded, remove_course};
use super::asserted::{assert_list, assert_not_found, assert_scopes, seen, with};
use crate::support::TestSchool;
use crate::support::redact::times;
use reqwest::Method;
use school::courses::NewCourse;
use school::orders::{NewItem, NewOrder, Status};
use school::products::{NewPrice, PaymentType};
use serde_json::{Value, json};
use store::{ProductId, UserId};

/// An order as it is shown, but for its moment.
async fn shown(school: &TestSchool, id: i64) -> Value {
    times(&school.get(&format!("/orders/{id}")).await.expect(200).json(), &["created_at"])
}

/// A course that is paid in some way.
fn priced(name: &str, payment_type: PaymentType, price: i64) -> NewCourse {
    NewCourse { prices: vec![NewPrice::primary(payment_type, price, "usd")], ..NewCourse::named(name) }
}

on_both_engines! {
    async fn an_order_is_shown_with_every_field(school: &TestSchool) {
        let bread = course_of(school, priced("Bread", PaymentType::OneTime, 20_00)).await;
        let club = course_of(school, priced("Club", PaymentType::Subscription, 10_99)).await;
        let ann = school.user("Ann@Example.com").await;
        let item = |product, amount_cents| NewItem { product_id: ProductId::new(product), amount_cents };
        let of = |items| NewOrder { user_id: UserId::new(ann), items, ..NewOrder::default() };
        order_of(school, of(vec![item(bread.product, None)])).await;
        assert_eq!(shown(school, 1).await, json!({
            "id": 1,
            "created_at": "[time]",
            "user_id": ann,
            "user_email": "Ann@Example.com",
            "user_name": "Ann Example",
            "product_name": "Bread",
            "product_id": bread.product,
            "amount_dollars": "20.0",
            "amount_cents": 2000,
            "subscription": false,
            "coupon_code": null,
            "coupon_id": null,
            "affiliate_referral_code": null,
            "status": "complete",
            "items": [
                { "product_id": bread.product, "product_name": "Bread", "amount_dollars": 20.0, "amount_cents": 2000 },
            ],
        }));
        let promotion = json!({ "name": "P", "discount_type": "percentage", "amount": 50 });
        let promotion = school.post("/promotions", promotion).await.expect(201).id();
        let coupon = school.post(&format!("/coupons?promotion_id={promotion}"), json!({ "code": "Half" })).await;
        let coupon = coupon.expect(201).id();
        order_of(school, NewOrder {
            coupon_code: Some("half".to_owned()),
            affiliate_referral_code: Some("exexex".to_owned()),
            status: Status::Pending,
            ..of(vec![item(club.product, Some(5_49)), item(bread.product, Some(0))])
        }).await;
        assert_eq!(shown(school, 2).await, json!({
            "id": 2,
            "created_at": "[time]",
            "user_id": ann,
            "user_email": "Ann@Example.com",
            "user_name": "Ann Example",
            "product_name": "Club",
            "product_id": club.product,
            "amount_dollars": "5.49",
            "amount_cents": 549,
            "subscription": true,
            "coupon_code": "Half",
            "coupon_id": coupon,
            "affiliate_referral_code": "exexex",
            "status": "pending",
            "items": [
                { "product_id": club.product, "product_name": "Club", "amount_dollars": 5.49, "amount_cents": 549 },
                { "product_id": bread.product, "product_name": "Bread", "amount_dollars": 0.0, "amount_cents": 0 },
            ],
        }));
        let listed = times(&school.get("/orders").await.expect(200).json()["items"], &["created_at"]);
        assert_eq!(listed, json!([shown(school, 2).await, shown(school, 1).await]));
        let used = school.get(&format!("/coupons/{coupon}")).await.json();
        assert_eq!(used["quantity_used"], 1);
        for path in ["/orders/999", "/orders/0", "/orders/mine"] {
            assert_not_found(&school.get(path).await);
        }
        assert_scopes(school, &[
            ("read:orders", Method::GET, "/orders", Value::Null),
            ("read:orders", Method::GET, "/orders/1", Value::Null),
        ]).await;
    }

    async fn amounts_are_decimals_as_text_and_cents_as_numbers(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        for (cents, dollars, number) in [
            (0, "0.0", 0.0),
            (1, "0.01", 0.01),
            (5, "0.05", 0.05),
            (50, "0.5", 0.5),
            (100, "1.0", 1.0),
            (1_099, "10.99", 10.99),
            (1_050, "10.5", 10.5),
            (10_000_000_001, "100000000.01", 100_000_000.01),
        ] {
            let shown = shown(school, order(school, ann, &[(bread.product, cents)]).await).await;
            assert_eq!((&shown["amount_cents"], &shown["amount_dollars"]), (&json!(cents), &json!(dollars)));
            assert_eq!(shown["items"][0]["amount_dollars"], json!(number));
        }
    }

    async fn the_newest_orders_come_first(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        assert_list(school, "/orders", &[]).await;
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(order(school, ann, &[(bread.product, 1_00)]).await);
        }
        let newest_first: Vec<i64> = ids.iter().rev().copied().collect();
        assert_list(school, "/orders", &newest_first).await;
        assert_list(school, "/orders?sort=-id", &newest_first).await;
        assert_list(school, "/orders?sort=id", &ids).await;
        assert_list(school, "/orders?user_id=999", &newest_first).await;
    }

    async fn an_order_is_pending_until_it_is_paid_and_refunded_when_all_of_it_was_paid_back(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let items = vec![NewItem { product_id: ProductId::new(bread.product), amount_cents: Some(10_00) }];
        let pending = NewOrder { user_id: UserId::new(ann), items, status: Status::Pending, ..NewOrder::default() };
        let id = order_of(school, pending).await;
        let before = shown(school, id).await;
        let status = async || {
            let now = shown(school, id).await;
            assert_eq!(with(&now, &json!({ "status": "pending" })), before, "nothing else changes");
            now["status"].as_str().expect("a status").to_owned()
        };
        assert_eq!(status().await, "pending");
        let (first, second) = (paid(school, id, 4_00).await, paid(school, id, 6_00).await);
        assert_eq!(status().await, "complete");
        refunded(school, first, 4_00).await;
        refunded(school, second, 5_99).await;
        assert_eq!(status().await, "complete");
        refunded(school, second, 1).await;
        assert_eq!(status().await, "refunded");
    }

    async fn books_keep_the_names_of_then_and_those_of_one_school(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let mut schools = Vec::new();
        for each in [&elsewhere, school] {
            let (bread, ann) = (course(each, "Bread").await, each.user("ann@example.com").await);
            schools.push((order(each, ann, &[(bread.product, 10_00)]).await, bread, ann));
        }
        let [(theirs, ..), (ours, bread, ann)] = schools[..] else { unreachable!("two schools") };
        let (before, their_list) = (shown(school, ours).await, seen(&elsewhere, &["/orders"]).await);
        school.put(&format!("/users/{ann}"), json!({ "last_name": "New", "email": "new@a.com" })).await.expect(204);
        assert_eq!(shown(school, ours).await, before);
        school.delete(&format!("/users/{ann}")).await.expect(204);
        remove_course(school, bread.id).await;
        assert_eq!(shown(school, ours).await, before);
        assert_list(school, "/orders", &[ours]).await;
        assert_not_found(&school.get(&format!("/orders/{theirs}")).await);
        assert_eq!(seen(&elsewhere, &["/orders"]).await, their_list);
        assert_list(&elsewhere, "/orders", &[theirs]).await;
    }
}
