//! Purchases and refunds of external orders: a ledger that only grows.

use super::{dollars, order, purchase, referenced, refund, report, shown};
use crate::resources::arranged::course;
use crate::resources::asserted::{assert_not_found, letters, problem, with, without};
use crate::support::TestSchool;
use crate::support::redact::times;
use serde_json::{Value, json};

/// What an order's balance says: status, paid, refunded, balance.
async fn balance(school: &TestSchool, id: i64) -> (String, [i64; 3]) {
    let order = shown(school, id).await;
    let sums = ["paid", "refunded", "balance"].map(|name| order[name].as_i64().expect("a number"));
    (order["status"].as_str().expect("a status").to_owned(), sums)
}

/// One order of each type.
async fn orders(school: &TestSchool) -> [i64; 3] {
    let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
    let mut ids = Vec::new();
    for order_type in ["one-time", "subscription", "payment-plan"] {
        ids.push(report(school, order(ann, bread.product, order_type)).await);
    }
    ids.try_into().expect("three orders")
}

on_both_engines! {
    async fn a_ledger_adds_up_purchases_and_refunds(school: &TestSchool) {
        let [_, id, _] = orders(school).await;
        let is = |status: &str, sums: [i64; 3]| (status.to_owned(), sums);
        assert_eq!(balance(school, id).await, is("open", [0, 0, 0]));
        for (pays, amount, expected) in [
            (true, 1_000, is("paid", [1_000, 0, 1_000])),
            (true, 250, is("paid", [1_250, 0, 1_250])),
            (false, 1, is("partially_refunded", [1_250, 1, 1_249])),
            (false, 1_249, is("refunded", [1_250, 1_250, 0])),
            (true, 5, is("partially_refunded", [1_255, 1_250, 5])),
        ] {
            let transaction = dollars(amount);
            let reply = match pays {
                true => purchase(school, id, transaction).await,
                false => refund(school, id, transaction).await,
            };
            assert_eq!((reply.status, reply.text.as_str()), (200, ""));
            assert_eq!(balance(school, id).await, expected);
        }
        let entry = |id: i64, action: &str, amount: i64| json!({
            "id": id, "action": action, "amount": amount, "currency": "USD", "reference": null, "created_at": "[time]",
        });
        assert_eq!(times(&shown(school, id).await["transactions"], &["created_at"]), json!([
            entry(1, "purchase", 1_000),
            entry(2, "purchase", 250),
            entry(3, "refund", 1),
            entry(4, "refund", 1_249),
            entry(5, "purchase", 5),
        ]));
        let last = shown(school, id).await;
        assert_eq!(last["updated_at"], last["transactions"][4]["created_at"]);
    }

    async fn each_field_takes_what_keeps_its_rules_and_nothing_else(school: &TestSchool) {
        let [_, id, _] = orders(school).await;
        let most = 1_000_000_000_000_i64;
        purchase(school, id, dollars(most)).await.expect(200);
        for field in ["amount", "currency"] {
            for action in ["purchase", "refund"] {
                let path = format!("/external_orders/{id}/transactions/{action}");
                let reply = school.post(&path, without(&dollars(1), field)).await.expect(422);
                assert_eq!(reply.json(), problem(field, "can't be blank"));
            }
        }
        let too_large = "must be less than or equal to 1000000000000";
        for (change, refused) in [
            (json!({ "amount": 0 }), Some(("amount", "must be greater than 0"))),
            (json!({ "amount": -1 }), Some(("amount", "must be greater than 0"))),
            (json!({ "amount": 1 }), None),
            (json!({ "amount": "12" }), None),
            (json!({ "amount": 12.0 }), None),
            (json!({ "amount": 1.5 }), Some(("amount", "must be a whole number"))),
            (json!({ "amount": most + 1 }), Some(("amount", too_large))),
            (json!({ "currency": "usd" }), None),
            (json!({ "currency": " USD " }), None),
            (json!({ "currency": "" }), Some(("currency", "can't be blank"))),
            (json!({ "currency": "US" }), Some(("currency", "is not a currency of ISO 4217"))),
            (json!({ "currency": "ZZZ" }), Some(("currency", "is not a currency of ISO 4217"))),
            (json!({ "currency": "EUR" }), Some(("currency", "must be USD, the order's currency"))),
            (json!({ "reference": letters(255) }), None),
            (json!({ "reference": letters(256) }), Some(("reference", "is too long (maximum is 255 characters)"))),
            (json!({ "reference": 42 }), None),
        ] {
            for (action, other) in [("purchase", "refund"), ("refund", "purchase")] {
                let before = shown(school, id).await;
                let path = format!("/external_orders/{id}/transactions/{action}");
                let body = with(&dollars(7), &change);
                let reply = school.post(&path, body.clone()).await;
                match refused {
                    None => assert_eq!(reply.status, 200, "{action} {body}: {}", reply.text),
                    Some((field, message)) => {
                        assert_eq!((reply.status, reply.json()), (422, problem(field, message)), "{action} {body}");
                        assert_eq!(shown(school, id).await, before, "{action} {body}");
                    }
                }
                // The action is in the address; said again in the body it must be the same.
                let reply = school.post(&path, with(&dollars(7), &json!({ "action": other }))).await.expect(422);
                assert_eq!(reply.json(), problem("action", &format!("must be {action}")));
            }
        }
        for action in ["purchase", "refund"] {
            let path = format!("/external_orders/{id}/transactions/{action}");
            school.post(&path, with(&dollars(7), &json!({ "action": action }))).await.expect(200);
            for nowhere in ["999", "0", "mine"] {
                let path = format!("/external_orders/{nowhere}/transactions/{action}");
                assert_not_found(&school.post(&path, dollars(7)).await);
            }
        }
    }

    async fn a_one_time_order_is_paid_once_and_the_others_again_and_again(school: &TestSchool) {
        let [once, subscription, plan] = orders(school).await;
        let once_only = problem("base", "a one-time order has just one purchase");
        purchase(school, once, dollars(100)).await.expect(200);
        assert_eq!(purchase(school, once, dollars(100)).await.expect(422).json(), once_only);
        refund(school, once, dollars(100)).await.expect(200);
        assert_eq!(purchase(school, once, dollars(100)).await.expect(422).json(), once_only);
        assert_eq!(balance(school, once).await, ("refunded".to_owned(), [100, 100, 0]));
        for id in [subscription, plan] {
            for _ in 0..3 {
                purchase(school, id, dollars(100)).await.expect(200);
            }
            assert_eq!(balance(school, id).await, ("paid".to_owned(), [300, 0, 300]));
        }
    }

    async fn no_more_is_refunded_than_was_paid(school: &TestSchool) {
        let [_, id, plan] = orders(school).await;
        let too_much = problem("amount", "exceeds what was paid");
        assert_eq!(refund(school, id, dollars(1)).await.expect(422).json(), too_much);
        purchase(school, id, dollars(100)).await.expect(200);
        purchase(school, plan, dollars(100)).await.expect(200);
        assert_eq!(refund(school, id, dollars(101)).await.expect(422).json(), too_much);
        refund(school, id, dollars(60)).await.expect(200);
        assert_eq!(refund(school, id, dollars(41)).await.expect(422).json(), too_much);
        assert_eq!(balance(school, id).await, ("partially_refunded".to_owned(), [100, 60, 40]));
        refund(school, id, dollars(40)).await.expect(200);
        assert_eq!(refund(school, id, dollars(1)).await.expect(422).json(), too_much);
        assert_eq!(balance(school, id).await, ("refunded".to_owned(), [100, 100, 0]));
        assert_eq!(balance(school, plan).await, ("paid".to_owned(), [100, 0, 100]), "the other order's is its own");
    }

    async fn the_first_transaction_says_in_which_currency_an_order_is_paid(school: &TestSchool) {
        let [id, ..] = orders(school).await;
        assert_eq!(shown(school, id).await["currency"], "USD", "the product's, until something is paid");
        purchase(school, id, json!({ "amount": 500, "currency": "jpy" })).await.expect(200);
        let order = shown(school, id).await;
        assert_eq!((&order["currency"], &order["transactions"][0]["currency"]), (&json!("JPY"), &json!("JPY")));
        let reply = refund(school, id, dollars(1)).await.expect(422);
        assert_eq!(reply.json(), problem("currency", "must be JPY, the order's currency"));
        refund(school, id, json!({ "amount": 500, "currency": "JPY" })).await.expect(200);
    }

    async fn a_transaction_that_is_sent_again_counts_once(school: &TestSchool) {
        let [_, id, _] = orders(school).await;
        purchase(school, id, referenced(100, "r-1")).await.expect(200);
        refund(school, id, referenced(30, "r-1")).await.expect(200);
        let before = shown(school, id).await;
        assert_eq!(before["transactions"].as_array().map(Vec::len), Some(2), "a refund may have its purchase's");
        for _ in 0..2 {
            assert_eq!(purchase(school, id, referenced(100, "r-1")).await.expect(200).text, "");
            assert_eq!(refund(school, id, referenced(30, " r-1 ")).await.expect(200).text, "");
        }
        assert_eq!(shown(school, id).await, before);
        let report = school.get("/external_orders/reconciliation").await.expect(200).json();
        assert_eq!((&report["items"][0]["purchases"], &report["items"][0]["refunds"]), (&json!(1), &json!(1)));
        // A refund that was refused may be sent again.
        refund(school, id, referenced(71, "r-2")).await.expect(422);
        refund(school, id, referenced(70, "r-2")).await.expect(200);
        // Without a reference each is another one.
        for reference in [Value::Null, json!("")] {
            for _ in 0..2 {
                purchase(school, id, with(&dollars(1), &json!({ "reference": reference }))).await.expect(200);
            }
        }
        assert_eq!(balance(school, id).await, ("partially_refunded".to_owned(), [104, 100, 4]));
    }
}
