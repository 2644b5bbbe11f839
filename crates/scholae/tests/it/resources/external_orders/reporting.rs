//! Reporting an order that was paid elsewhere, and reading it back.

use super::{dollars, order, purchase, referenced, refund, report, shown};
use crate::resources::arranged::{course, course_of};
use crate::resources::asserted::{
    Refused, Taken, assert_cases, assert_list, assert_not_found, assert_scopes, letters, problem, seen, with, without,
};
use crate::support::TestSchool;
use crate::support::redact::times;
use reqwest::Method;
use school::courses::NewCourse;
use school::products::{NewPrice, PaymentType};
use serde_json::{Value, json};

const MOMENTS: &[&str] = &["created_at", "updated_at"];

on_both_engines! {
    async fn an_order_may_be_reported_with_its_first_purchase_or_before(school: &TestSchool) {
        let bread = course(school, "Bread").await;
        let euros = NewCourse {
            prices: vec![NewPrice::primary(PaymentType::OneTime, 10_00, "eur")], ..NewCourse::named("Brot")
        };
        let brot = course_of(school, euros).await;
        let ann = school.user("ann@example.com").await;
        assert_eq!(report(school, order(ann, brot.product, "subscription")).await, 1);
        let open = times(&shown(school, 1).await, MOMENTS);
        let record = json!({
            "id": 1,
            "payment_provider": "Till",
            "user_id": ann,
            "product_id": brot.product,
            "order_type": "subscription",
            "status": "open",
            "currency": "EUR",
            "paid": 0,
            "refunded": 0,
            "balance": 0,
            "created_at": "[time]",
            "updated_at": "[time]",
        });
        assert_eq!(open, with(&record, &json!({ "transactions": [] })));
        let paid = with(&order(ann, bread.product, "one-time"), &json!({ "transaction": {
            "amount": 10_000, "currency": "usd", "reference": "123abc", "action": "purchase",
        }}));
        assert_eq!(report(school, paid).await, 2);
        let second = json!({
            "id": 2, "product_id": bread.product, "order_type": "one-time", "status": "paid", "currency": "USD",
            "paid": 10_000, "balance": 10_000,
        });
        let second = with(&record, &second);
        assert_eq!(times(&shown(school, 2).await, MOMENTS), with(&second, &json!({ "transactions": [{
            "id": 1,
            "action": "purchase",
            "amount": 10_000,
            "currency": "USD",
            "reference": "123abc",
            "created_at": "[time]",
        }]})));
        let listed = times(&school.get("/external_orders").await.expect(200).json()["items"], MOMENTS);
        assert_eq!(listed, json!([record, second]), "a list has the balances and no ledgers");
        assert_eq!(report(school, order(ann, bread.product, "payment-plan")).await, 3);
        assert_eq!(shown(school, 3).await["currency"], "USD");
        assert_list(school, "/external_orders", &[1, 2, 3]).await;

        // It is a matter of the books alone: nobody is enrolled, and nothing was ordered in the school.
        assert_list(school, "/enrollments", &[]).await;
        assert_list(school, "/orders", &[]).await;
        for path in ["/external_orders/999", "/external_orders/0", "/external_orders/mine"] {
            assert_not_found(&school.get(path).await);
        }
        // What was reported stays, though the user does not.
        let before = seen(school, &["/external_orders", "/external_orders/2"]).await;
        school.delete(&format!("/users/{ann}")).await.expect(204);
        assert_eq!(seen(school, &["/external_orders", "/external_orders/2"]).await, before);
    }

    async fn each_field_takes_what_keeps_its_rules_and_nothing_else(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let (their_course, theirs) = (course(&elsewhere, "Bread").await, elsewhere.user("ann@example.com").await);
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let good = order(ann, bread.product, "one-time");
        for field in ["payment_provider", "user_id", "product_id", "order_type"] {
            let reply = school.post("/external_orders", without(&good, field)).await.expect(422);
            assert_eq!(reply.json(), problem(field, "can't be blank"));
        }
        let blank = json!(["can't be blank"]);
        let nothing = school.post("/external_orders", json!({ "transaction": {} })).await.expect(422).json();
        assert_eq!(nothing, json!({ "errors": {
            "payment_provider": blank, "user_id": blank, "product_id": blank, "order_type": blank, "amount": blank,
            "currency": blank,
        }}));
        let not_found = || Refused("could not be found");
        assert_cases(school, Method::POST, "/external_orders", &good, [
            ("payment_provider", json!(" "), Refused("can't be blank")),
            ("payment_provider", letters(255), Taken),
            ("payment_provider", letters(256), Refused("is too long (maximum is 255 characters)")),
            ("user_id", json!(ann.to_string()), Taken),
            ("user_id", json!(999), not_found()),
            ("user_id", json!(theirs), not_found()),
            ("product_id", json!(bread.product.to_string()), Taken),
            ("product_id", json!(999), not_found()),
            ("product_id", json!(their_course.product), not_found()),
            ("order_type", json!("one-time"), Taken),
            ("order_type", json!("subscription"), Taken),
            ("order_type", json!("payment-plan"), Taken),
            ("order_type", json!("One-Time"), Refused("is not included in the list")),
            ("order_type", json!(""), Refused("can't be blank")),
        ]).await;
        // The transaction inside keeps the rules of its own address; nothing is written without it.
        let orders = school.get("/external_orders").await.ids();
        for (change, field, message) in [
            (json!({ "amount": 0 }), "amount", "must be greater than 0"),
            (json!({ "currency": "ZZZ" }), "currency", "is not a currency of ISO 4217"),
            (json!({ "action": "refund" }), "action", "must be purchase"),
        ] {
            let body = with(&good, &json!({ "transaction": with(&dollars(1), &change) }));
            assert_eq!(school.post("/external_orders", body).await.expect(422).json(), problem(field, message));
        }
        assert_list(school, "/external_orders", &orders).await;
        let spaced = with(&good, &json!({ "payment_provider": " Till " }));
        let id = report(school, spaced).await;
        assert_eq!(shown(school, id).await["payment_provider"], "Till");
    }

    async fn a_report_that_is_sent_again_is_the_same_order(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let body = with(&order(ann, bread.product, "one-time"), &json!({ "transaction": referenced(500, "r-1") }));
        let id = report(school, body.clone()).await;
        let before = shown(school, id).await;
        for again in [body.clone(), with(&body, &json!({ "transaction": referenced(500, " r-1 ") }))] {
            assert_eq!(report(school, again).await, id);
        }
        assert_eq!(shown(school, id).await, before);
        assert_list(school, "/external_orders", &[id]).await;
        // Without a reference nothing tells a second order from the first sent again.
        let silent = with(&body, &json!({ "transaction": dollars(500) }));
        let empty = with(&body, &json!({ "transaction": referenced(500, "") }));
        let mut ids = vec![id];
        for body in [silent.clone(), silent, empty.clone(), empty] {
            ids.push(report(school, body).await);
        }
        assert_list(school, "/external_orders", &ids).await;
        assert_eq!(shown(school, ids[4]).await["transactions"][0]["reference"], Value::Null);
        // Another provider's reference is another one.
        let other = with(&body, &json!({ "payment_provider": "Other" }));
        ids.push(report(school, other).await);
        assert_list(school, "/external_orders", &ids).await;
    }

    async fn another_schools_books_are_not_there(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let mut ids = Vec::new();
        for each in [&elsewhere, school] {
            let (bread, ann) = (course(each, "Bread").await, each.user("ann@example.com").await);
            let body = order(ann, bread.product, "subscription");
            ids.push(report(each, with(&body, &json!({ "transaction": referenced(500, "r-1") }))).await);
        }
        let (theirs, ours) = (ids[0], ids[1]);
        let path = format!("/external_orders/{theirs}");
        let their_books = ["/external_orders", &path, "/external_orders/reconciliation"];
        let before = seen(&elsewhere, &their_books).await;
        assert_not_found(&school.get(&path).await);
        for action in ["purchase", "refund"] {
            let reply = school.post(&format!("{path}/transactions/{action}"), dollars(1)).await;
            assert_not_found(&reply);
        }
        assert_list(school, "/external_orders", &[ours]).await;
        purchase(school, ours, referenced(70, "r-1")).await.expect(200);
        refund(school, ours, dollars(7)).await.expect(200);
        let report = school.get("/external_orders/reconciliation").await.expect(200).json();
        assert_eq!((&report["items"][0]["gross"], &report["items"][0]["refunded"]), (&json!(570), &json!(7)));
        assert_eq!(report["reused_references"].as_array().map(Vec::len), Some(1));
        assert_eq!(seen(&elsewhere, &their_books).await, before);
    }

    async fn an_app_needs_the_scope_of_what_it_does(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let path = format!("/external_orders/{}", report(school, order(ann, bread.product, "subscription")).await);
        let (purchase, refund) = (format!("{path}/transactions/purchase"), format!("{path}/transactions/refund"));
        assert_scopes(school, &[
            ("read:external_orders", Method::GET, "/external_orders", Value::Null),
            ("read:external_orders", Method::GET, &path, Value::Null),
            ("read:external_orders", Method::GET, "/external_orders/reconciliation", Value::Null),
            ("write:external_orders", Method::POST, "/external_orders", order(ann, bread.product, "one-time")),
            ("write:external_orders", Method::POST, &purchase, dollars(2)),
            ("write:external_orders", Method::POST, &refund, dollars(1)),
        ]).await;
    }
}
