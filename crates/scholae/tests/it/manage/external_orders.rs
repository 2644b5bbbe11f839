//! `/manage/external_orders` and `/manage/reconciliation`: what students paid elsewhere.

use super::manager;
use crate::resources::arranged::course;
use crate::support::TestSchool;
use serde_json::{Value, json};

/// How many rows a list has.
fn rows(page: &str) -> usize {
    page.matches("<a class=\"row\" href=\"/manage/external_orders/").count()
}

async fn report(school: &TestSchool, user: i64, product: i64, provider: &str, money: Value) -> i64 {
    let body = json!({
        "payment_provider": provider, "user_id": user, "product_id": product, "order_type": "subscription",
        "transaction": money,
    });
    school.post("/external_orders", body).await.expect(201).id()
}

async fn enter(school: &TestSchool, order: i64, action: &str, money: Value) {
    school.post(&format!("/external_orders/{order}/transactions/{action}"), money).await.expect(200);
}

fn usd(amount: i64, reference: &str) -> Value {
    json!({ "amount": amount, "currency": "USD", "reference": reference })
}

on_both_engines! {
    async fn external_orders_are_found_and_shown_with_all_that_was_reported(school: &TestSchool) {
        let mut browser = manager(school).await;
        assert!(browser.get("/manage/external_orders").await.expect(200).text.contains("No external orders yet"));
        let bread = course(school, "Bread").await;
        let (ann, bob) = (school.user("ann@example.com").await, school.user("bob@example.com").await);
        let first = report(school, ann, bread.product, "Pay & Co", usd(10_000, "ch_1")).await;
        report(school, bob, bread.product, "Other", json!({ "amount": 500, "currency": "JPY" })).await;
        enter(school, first, "purchase", usd(2_000, "ch_2")).await;
        enter(school, first, "refund", usd(500, "re_1")).await;
        enter(school, first, "purchase", usd(2_001, "ch_2")).await;
        for (query, count) in [
            (String::new(), 2),
            ("?payment_provider=Pay+%26+Co".to_owned(), 1),
            (format!("?user_id={bob}"), 1),
            (format!("?product_id={}", bread.product), 2),
            ("?currency=jpy".to_owned(), 1),
            ("?order_type=one-time".to_owned(), 0),
            ("?q=ch_2".to_owned(), 1),
            ("?q=nothing".to_owned(), 0),
            ("?to=2020-01-01".to_owned(), 0),
        ] {
            let text = browser.get(&format!("/manage/external_orders{query}")).await.expect(200).text;
            assert_eq!(rows(&text), count, "{query}");
        }
        let text = browser.get(&format!("/manage/external_orders/{first}")).await.expect(200).text;
        for part in [
            "$100.00 paid", "$20.00 paid", "$5.00 refunded", "balance $115.00", "balance $135.01", "Partly refunded",
            "Reference used before", "ch_1", "re_1", "ann@example.com", "Pay &amp; Co", "/manage/reconciliation?payment_provider=Pay+%26+Co",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let text = browser.get(&format!("/manage/users/{ann}")).await.expect(200).text;
        assert!(text.contains(&format!("href=\"/manage/external_orders/{first}\"")), "{text}");
        browser.get("/manage/external_orders/999999").await.expect(404);
    }

    async fn the_report_sums_up_draws_and_names_what_should_be_looked_at(school: &TestSchool) {
        let mut browser = manager(school).await;
        let text = browser.get("/manage/reconciliation").await.expect(200).text;
        assert!(text.contains("Nothing was reported in this period") && !text.contains("No reference was used twice"), "{text}");
        let bread = course(school, "Bread").await;
        let ann = school.user("ann@example.com").await;
        let first = report(school, ann, bread.product, "Pay", usd(10_000, "ch_1")).await;
        enter(school, first, "refund", usd(2_500, "re_1")).await;
        report(school, ann, bread.product, "Pay", json!({ "amount": 700, "currency": "EUR" })).await;
        let text = browser.get("/manage/reconciliation").await.expect(200).text;
        for part in ["$100.00", "$25.00", "$75.00", "€7.00", "1 purchase", "1 refund", "No reference was used twice"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(text.matches("<svg class=\"plot\"").count(), 2);
        enter(school, first, "purchase", usd(300, "ch_1")).await;
        let text = browser.get("/manage/reconciliation").await.expect(200).text;
        assert!(text.contains("Pay reported a purchase under the reference ch_1, which had been used before."), "{text}");
        assert!(text.contains("href=\"/manage/external_orders?q=ch_1\"") && text.contains("$3.00"), "{text}");
        let text = browser.get("/manage/reconciliation?currency=eur&payment_provider=Pay").await.expect(200).text;
        assert!(text.contains("€7.00") && !text.contains("$100.00") && !text.contains("ch_1"), "{text}");
        assert!(browser.get("/manage/reconciliation?from=2020-01-01&to=2020-12-31").await.expect(200).text.contains("Nothing was reported"));
        for (query, said) in [
            ("?from=x", "From must be a date"),
            ("?from=2024-01-02&to=2024-01-01", "From must not be after the other date"),
            ("?from=2001-01-02", "From must be within three years"),
            ("?from=9999-01-01", "From must not be in the future"),
        ] {
            let text = browser.get(&format!("/manage/reconciliation{query}")).await.expect(422).text;
            assert!(text.contains(said), "{query}: {text}");
        }
    }
}
