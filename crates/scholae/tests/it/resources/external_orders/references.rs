//! By what a payment provider knows a transaction: what is reported twice counts once, and what is charged again under
//! the same reference is charged again, and said.

use super::{dollars, order, purchase, referenced, refund, report, shown};
use crate::resources::arranged::course;
use crate::resources::asserted::{assert_list, problem, with};
use crate::support::clock::Clock;
use crate::support::{Reply, TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

/// What an answer says of its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// That it is a new one, by saying nothing.
    Nothing,
    /// That it is the one that was reported before.
    Replayed,
    /// That it is a new one under a reference that was used before.
    UsedBefore,
}

fn said(reply: &Reply) -> Said {
    match (reply.header("idempotency-replayed"), reply.header("warning")) {
        ("", "") => Said::Nothing,
        ("true", warning) if warning.starts_with("299 - \"") && warning.contains("already reported") => Said::Replayed,
        ("", warning) if warning.starts_with("299 - \"") && warning.contains("used before") => Said::UsedBefore,
        other => panic!("{other:?}"),
    }
}

/// An order of a user for a product, with its first purchase.
fn opened(user: i64, product: i64, order_type: &str, amount: i64, reference: &str) -> Value {
    with(&order(user, product, order_type), &json!({ "transaction": referenced(amount, reference) }))
}

/// Reports an order: its id, and what the answer says.
async fn post(school: &TestSchool, body: Value) -> (i64, Said) {
    let reply = school.post("/external_orders", body).await.expect(201);
    assert_eq!(reply.json(), json!({ "id": reply.id() }));
    (reply.id(), said(&reply))
}

/// What the ledger of an order has, by action and amount.
async fn ledger(school: &TestSchool, id: i64) -> Vec<(String, i64)> {
    let order = shown(school, id).await;
    let entries = order["transactions"].as_array().expect("a ledger").iter();
    entries
        .map(|entry| (entry["action"].as_str().expect("one").to_owned(), entry["amount"].as_i64().expect("one")))
        .collect()
}

fn entries(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(action, amount)| ((*action).to_owned(), *amount)).collect()
}

/// Sends all of these at the same time: the answers, in their order.
async fn at_once(school: &TestSchool, path: &str, bodies: Vec<Value>) -> Vec<Reply> {
    let requests = bodies.into_iter().map(|body| tokio::spawn(send(school.request(Method::POST, path).json(&body))));
    let mut replies = Vec::new();
    for request in requests.collect::<Vec<_>>() {
        replies.push(request.await.expect("an answer"));
    }
    replies
}

/// The references that a report names, each with how often and for how much.
async fn reused(school: &TestSchool, query: &str) -> Value {
    school.get(&format!("/external_orders/reconciliation{query}")).await.expect(200).json()["reused_references"].clone()
}

with_a_stopped_clock! {
    async fn an_order_is_the_same_for_a_day_and_another_one_later(school: &TestSchool, clock: &Clock) {
        let (bread, ann) = (course(school, "Bread").await.product, school.user("ann@example.com").await);
        let body = opened(ann, bread, "subscription", 500, "sub-1");
        let (first, new) = post(school, body.clone()).await;
        assert_eq!(new, Said::Nothing);
        let before = shown(school, first).await;
        for moment in [0, 1, DAY - 1] {
            clock.stop_at(TestSchool::BEGIN + moment);
            assert_eq!(post(school, body.clone()).await, (first, Said::Replayed), "{moment}");
        }
        assert_eq!(shown(school, first).await, before, "a replay changes nothing");
        clock.stop_at(TestSchool::BEGIN + DAY);
        let (second, again) = post(school, body.clone()).await;
        assert_eq!((second == first, again), (false, Said::UsedBefore));
        // The day is counted from the last time that it was a transaction.
        clock.stop_at(TestSchool::BEGIN + 2 * DAY - 1);
        assert_eq!(post(school, body.clone()).await, (second, Said::Replayed));
        clock.stop_at(TestSchool::BEGIN + 2 * DAY);
        let (third, again) = post(school, body).await;
        assert_eq!(again, Said::UsedBefore);
        assert_list(school, "/external_orders", &[first, second, third]).await;
        assert_list(school, "/external_orders?query[reference]=sub-1", &[first, second, third]).await;
    }

    async fn a_charge_and_a_refund_are_the_same_for_a_day_and_new_ones_later(school: &TestSchool, clock: &Clock) {
        let (bread, ann) = (course(school, "Bread").await.product, school.user("ann@example.com").await);
        let id = report(school, order(ann, bread, "subscription")).await;
        let both = async |expected: Said| {
            for reply in [purchase(school, id, referenced(500, "sub-1")).await, refund(school, id, referenced(9, "sub-1")).await] {
                assert_eq!((reply.status, reply.text.as_str(), said(&reply)), (200, "", expected));
            }
        };
        for day in 0..3 {
            clock.stop_at(TestSchool::BEGIN + day * DAY);
            both(if day == 0 { Said::Nothing } else { Said::UsedBefore }).await;
            let before = shown(school, id).await;
            for moment in [0, DAY - 1] {
                clock.stop_at(TestSchool::BEGIN + day * DAY + moment);
                both(Said::Replayed).await;
            }
            assert_eq!(shown(school, id).await, before);
        }
        let one = [("purchase", 500), ("refund", 9)];
        assert_eq!(ledger(school, id).await, entries(&[one, one, one].concat()));
    }

    async fn a_one_time_order_and_a_refund_keep_their_rules_when_a_reference_comes_late(
        school: &TestSchool, clock: &Clock
    ) {
        let (bread, ann) = (course(school, "Bread").await.product, school.user("ann@example.com").await);
        let (id, _) = post(school, opened(ann, bread, "one-time", 500, "r-1")).await;
        assert_eq!(said(&purchase(school, id, referenced(500, "r-1")).await.expect(200)), Said::Replayed);
        refund(school, id, referenced(300, "r-1")).await.expect(200);
        clock.stop_at(TestSchool::BEGIN + DAY);
        let once = problem("base", "a one-time order has just one purchase");
        assert_eq!(purchase(school, id, referenced(500, "r-1")).await.expect(422).json(), once);
        let too_much = problem("amount", "exceeds what was paid");
        assert_eq!(refund(school, id, referenced(300, "r-1")).await.expect(422).json(), too_much);
        assert_eq!(said(&refund(school, id, referenced(200, "r-1")).await.expect(200)), Said::UsedBefore);
        assert_eq!(ledger(school, id).await, entries(&[("purchase", 500), ("refund", 300), ("refund", 200)]));
    }

    async fn a_report_names_the_references_that_were_used_again(school: &TestSchool, clock: &Clock) {
        let (bread, ann) = (course(school, "Bread").await.product, school.user("ann@example.com").await);
        let other = with(&opened(ann, bread, "subscription", 70, "other"), &json!({ "payment_provider": "Other" }));
        let (club, _) = post(school, opened(ann, bread, "subscription", 500, "sub-1")).await;
        post(school, other.clone()).await;
        assert_eq!(reused(school, "").await, json!([]), "a replay and a first use are none");
        for day in 1..3 {
            clock.stop_at(TestSchool::BEGIN + day * DAY);
            purchase(school, club, referenced(500, "sub-1")).await.expect(200);
            purchase(school, club, referenced(500, "sub-1")).await.expect(200);
        }
        refund(school, club, referenced(20, "sub-1")).await.expect(200);
        refund(school, club, referenced(30, "sub-1")).await.expect(200);
        clock.stop_at(TestSchool::BEGIN + 4 * DAY - 1);
        post(school, other).await;
        let line = |provider: &str, action: &str, reference: &str, transactions: i64, amount: i64| json!({
            "payment_provider": provider, "currency": "USD", "action": action, "reference": reference,
            "transactions": transactions, "amount": amount,
        });
        let (others, refunds) = (line("Other", "purchase", "other", 1, 70), line("Till", "refund", "sub-1", 1, 30));
        for (query, expected) in [
            ("", json!([others, line("Till", "purchase", "sub-1", 2, 1_000), refunds])),
            ("?from=2040-01-02&to=2040-01-02", json!([line("Till", "purchase", "sub-1", 1, 500)])),
            ("?from=2040-01-03&to=2040-01-03", json!([line("Till", "purchase", "sub-1", 1, 500), refunds])),
            ("?from=2040-01-04", json!([others])),
            ("?payment_provider=Other", json!([others])),
            ("?currency=usd&payment_provider=Other", json!([others])),
            ("?currency=EUR", json!([])),
            ("?to=2040-01-01", json!([])),
        ] {
            assert_eq!(reused(school, query).await, expected, "{query}");
        }
    }
}

on_both_engines! {
    async fn a_reference_counts_within_its_order(school: &TestSchool) {
        let mut ids = Vec::new();
        let elsewhere = school.second_school("elsewhere").await;
        for each in [&elsewhere, school] {
            let (bread, cake) = (course(each, "Bread").await.product, course(each, "Cake").await.product);
            let (ann, bob) = (each.user("ann@example.com").await, each.user("bob@example.com").await);
            for (user, product) in [(ann, bread), (bob, bread), (ann, cake), (bob, cake)] {
                for provider in ["Till", "Other"] {
                    let body = opened(user, product, "subscription", 500, "r-1");
                    let (id, new) = post(each, with(&body, &json!({ "payment_provider": provider }))).await;
                    assert_eq!(new, Said::Nothing, "{user} {product} {provider}");
                    ids.push(id);
                }
            }
            // Two orders of one buyer for one product.
            let mut pair = Vec::new();
            for _ in 0..2 {
                pair.push(report(each, order(ann, bread, "payment-plan")).await);
            }
            for id in pair {
                for reply in [purchase(each, id, referenced(9, "r-2")).await, refund(each, id, referenced(9, "r-2")).await] {
                    assert_eq!((reply.status, said(&reply)), (200, Said::Nothing));
                }
                ids.push(id);
            }
        }
        for (n, id) in ids.iter().enumerate() {
            let of = if n < 10 { &elsewhere } else { school };
            assert_eq!(shown(of, *id).await["paid"], if n % 10 < 8 { 500 } else { 9 }, "{id}");
        }
    }

    async fn with_other_content_a_reference_is_another_transaction(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await.product, school.user("ann@example.com").await);
        let (first, _) = post(school, opened(ann, bread, "subscription", 500, "r-1")).await;
        let mut ids = vec![first];
        let euros = json!({ "transaction": { "amount": 500, "currency": "EUR", "reference": "r-1" } });
        for body in [
            opened(ann, bread, "subscription", 501, "r-1"),
            opened(ann, bread, "payment-plan", 500, "r-1"),
            with(&order(ann, bread, "subscription"), &euros),
        ] {
            let (id, other) = post(school, body.clone()).await;
            assert_eq!((ids.contains(&id), other), (false, Said::UsedBefore), "{body}");
            assert_eq!(post(school, body).await, (id, Said::Replayed), "each is found again");
            ids.push(id);
        }
        assert_eq!(post(school, opened(ann, bread, "subscription", 500, " r-1 ")).await, (first, Said::Replayed));
        assert_eq!(said(&purchase(school, first, referenced(501, "r-1")).await.expect(200)), Said::UsedBefore);
        assert_eq!(said(&purchase(school, first, referenced(500, "r-1")).await.expect(200)), Said::Replayed);
        assert_eq!(said(&refund(school, first, referenced(5, "r-1")).await.expect(200)), Said::Nothing);
        assert_eq!(said(&refund(school, first, referenced(6, "r-1")).await.expect(200)), Said::UsedBefore);
        let expected = [("purchase", 500), ("purchase", 501), ("refund", 5), ("refund", 6)];
        assert_eq!(ledger(school, first).await, entries(&expected));
        assert_list(school, "/external_orders", &ids).await;
    }

    async fn without_a_reference_every_report_is_a_transaction(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await.product, school.user("ann@example.com").await);
        let mut ids = Vec::new();
        for transaction in [dollars(5), dollars(5), referenced(5, ""), referenced(5, " ")] {
            let body = with(&order(ann, bread, "subscription"), &json!({ "transaction": transaction }));
            let (id, new) = post(school, body).await;
            assert_eq!(new, Said::Nothing);
            assert_eq!(said(&purchase(school, id, transaction).await.expect(200)), Said::Nothing);
            ids.push(id);
        }
        assert_list(school, "/external_orders", &ids).await;
    }

    async fn an_idempotency_key_and_a_query_that_is_not_known_go_on_as_they_are(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await.product, school.user("ann@example.com").await);
        let body = opened(ann, bread, "one-time", 500, "r-1");
        let keyed = async |key: &str, body: &Value| {
            let request = school.request(Method::POST, "/external_orders?lunch=1").header("Idempotency-Key", key);
            send(request.json(body)).await
        };
        let first = keyed("a", &body).await.expect(201);
        assert_eq!(first.headers.get_all("warning").iter().count(), 1);
        let by_key = keyed("a", &body).await.expect(201);
        assert_eq!((by_key.text.as_str(), by_key.header("idempotency-replayed")), (first.text.as_str(), "true"));
        let by_reference = keyed("b", &body).await.expect(201);
        assert_eq!((by_reference.text.as_str(), by_reference.header("idempotency-replayed")), (first.text.as_str(), "true"));
        let warnings: Vec<_> = by_reference.headers.get_all("warning").iter().map(|one| one.to_str().expect("text")).collect();
        assert!(warnings.iter().any(|one| one.contains("lunch")) && warnings.iter().any(|one| one.contains("reported")));
        let other = opened(ann, bread, "one-time", 501, "r-1");
        keyed("a", &other).await.expect(422);
        assert_list(school, "/external_orders", &[first.id()]).await;
    }

    async fn refunds_at_the_same_time_never_exceed_the_charge(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await.product, school.user("ann@example.com").await);
        for round in 0..4 {
            let (id, _) = post(school, opened(ann, bread, "subscription", 100, &format!("sub-{round}"))).await;
            let path = format!("/external_orders/{id}/transactions/refund");
            let mut bodies = vec![referenced(30, "same"); 12];
            bodies.extend((0..12).map(|n| referenced(30, &format!("r-{n}"))));
            let replies = at_once(school, &path, bodies).await;
            let (same, others) = replies.split_at(12);
            let taken = |replies: &[Reply], what: Said| {
                replies.iter().filter(|reply| reply.status == 200 && said(reply) == what).count()
            };
            let fresh = taken(same, Said::Nothing);
            assert!(fresh <= 1, "one reference is refunded once: {fresh}");
            assert_eq!(fresh + taken(others, Said::Nothing), 3, "thirty of a hundred, three times");
            assert_eq!(taken(same, Said::Replayed), if fresh == 1 { 11 } else { 0 });
            let refused = same.iter().chain(others).filter(|reply| reply.status != 200);
            refused.for_each(|reply| assert_eq!(reply.json(), problem("amount", "exceeds what was paid")));
            assert_eq!(shown(school, id).await["balance"], 10);
        }
    }

    async fn the_same_order_reported_at_once_from_many_sides_is_one(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await.product, school.user("ann@example.com").await);
        let body = opened(ann, bread, "one-time", 100, "r-1");
        let replies = at_once(school, "/external_orders", vec![body; 12]).await;
        assert_eq!(replies.iter().filter(|reply| said(reply) == Said::Nothing).count(), 1);
        assert_eq!(replies.iter().filter(|reply| said(reply) == Said::Replayed).count(), 11);
        assert_list(school, "/external_orders", &[replies[0].id()]).await;
    }
}
