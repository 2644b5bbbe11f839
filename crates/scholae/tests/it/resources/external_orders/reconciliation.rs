//! What the books of external orders say of a period.

use super::{dollars, order, purchase, refund, report};
use crate::resources::arranged::{course, course_of};
use crate::resources::asserted::{problem, with};
use crate::support::TestSchool;
use crate::support::clock::Clock;
use school::courses::NewCourse;
use school::products::{BillingInterval, NewPrice, PaymentType};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A line of a report: gross, refunded, purchases, refunds, subscriptions opened and being paid.
fn line(payment_provider: &str, currency: &str, numbers: [i64; 6]) -> Value {
    let [gross, refunded, purchases, refunds, subscriptions_opened, subscriptions_paying] = numbers;
    json!({
        "payment_provider": payment_provider,
        "currency": currency,
        "gross": gross,
        "refunded": refunded,
        "net": gross - refunded,
        "purchases": purchases,
        "refunds": refunds,
        "subscriptions_opened": subscriptions_opened,
        "subscriptions_paying": subscriptions_paying,
    })
}

async fn asked(school: &TestSchool, query: &str) -> Value {
    school.get(&format!("/external_orders/reconciliation{query}")).await.expect(200).json()
}

/// How many subscriptions are being paid at the end of a period.
async fn paying(school: &TestSchool, query: &str) -> i64 {
    let report = asked(school, query).await;
    let items = report["items"].as_array().expect("a list");
    items.iter().map(|item| item["subscriptions_paying"].as_i64().expect("a number")).sum()
}

with_a_stopped_clock! {
    async fn a_report_sums_up_whole_days_by_provider_and_currency(school: &TestSchool, clock: &Clock) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let nothing = json!({ "from": "2039-12-03", "to": "2040-01-01", "items": [], "reused_references": [] });
        assert_eq!(asked(school, "").await, nothing, "thirty days, today among them");
        let at = |moment: i64| clock.stop_at(TestSchool::BEGIN + moment);
        let of = |provider: &str, order_type: &str, transaction: Value| {
            with(&order(ann, bread.product, order_type),
                &json!({ "payment_provider": provider, "transaction": transaction }))
        };
        // The 1st of January, to its last millisecond.
        at(DAY - 1);
        let once = report(school, of("Till", "one-time", dollars(1_000))).await;
        report(school, of("Till", "one-time", json!({ "amount": 70, "currency": "EUR" }))).await;
        report(school, of("Other", "one-time", dollars(5))).await;
        let silent = json!({ "payment_provider": "Silent" });
        report(school, with(&order(ann, bread.product, "payment-plan"), &silent)).await;
        // The 2nd, from its first.
        at(DAY);
        refund(school, once, dollars(300)).await.expect(200);
        let club = report(school, of("Till", "subscription", dollars(20))).await;
        // The 3rd.
        at(2 * DAY + 12 * HOUR);
        purchase(school, club, dollars(20)).await.expect(200);
        refund(school, club, dollars(1)).await.expect(200);
        at(2 * DAY + 12 * HOUR + 1);

        let (other, euros) = (line("Other", "USD", [5, 0, 1, 0, 0, 0]), line("Till", "EUR", [70, 0, 1, 0, 0, 0]));
        let first = line("Till", "USD", [1_000, 0, 1, 0, 0, 0]);
        let second = line("Till", "USD", [20, 300, 1, 1, 1, 1]);
        let third = line("Till", "USD", [20, 1, 1, 1, 0, 1]);
        let whole = line("Till", "USD", [1_040, 301, 3, 2, 1, 1]);
        let days = |from: &str, to: &str, items: &[&Value]| json!({
            "from": from, "to": to, "items": items, "reused_references": [],
        });
        for (query, expected) in [
            ("", days("2039-12-05", "2040-01-03", &[&other, &euros, &whole])),
            ("?from=2040-01-01&to=2040-01-03", days("2040-01-01", "2040-01-03", &[&other, &euros, &whole])),
            ("?from=2040-01-01&to=2040-01-01", days("2040-01-01", "2040-01-01", &[&other, &euros, &first])),
            ("?from=2040-01-02&to=2040-01-02", days("2040-01-02", "2040-01-02", &[&second])),
            ("?from=2040-01-03&to=2040-01-03", days("2040-01-03", "2040-01-03", &[&third])),
            ("?from=2040-01-03", days("2040-01-03", "2040-01-03", &[&third])),
            ("?to=2040-01-01", days("2039-12-03", "2040-01-01", &[&other, &euros, &first])),
            ("?to=2040-01-31", days("2040-01-02", "2040-01-31", &[&line("Till", "USD", [40, 301, 2, 2, 1, 1])])),
            // A moment stands for its day.
            ("?from=2040-01-02T23:59:59.999Z&to=2040-01-02T00:00:00Z", days("2040-01-02", "2040-01-02", &[&second])),
            ("?from=2040-01-03T00:30:00%2B01:00&to=2040-01-02", days("2040-01-02", "2040-01-02", &[&second])),
            ("?payment_provider=Other", days("2039-12-05", "2040-01-03", &[&other])),
            ("?payment_provider=other", days("2039-12-05", "2040-01-03", &[])),
            ("?payment_provider=Silent", days("2039-12-05", "2040-01-03", &[])),
            ("?currency=EUR", days("2039-12-05", "2040-01-03", &[&euros])),
            ("?currency=usd", days("2039-12-05", "2040-01-03", &[&other, &whole])),
            ("?currency=EUR&payment_provider=Other", days("2039-12-05", "2040-01-03", &[])),
            ("?currency=USD&payment_provider=Till&to=2040-01-01", days("2039-12-03", "2040-01-01", &[&first])),
        ] {
            assert_eq!(asked(school, query).await, expected, "{query}");
        }
        let reply = school.get("/external_orders/reconciliation?from=2040-01-03&to=2040-01-02").await.expect(422);
        assert_eq!(reply.json(), problem("from", "must not be after to"));
        let reply = school.get("/external_orders/reconciliation?from=2040-01-04").await.expect(422);
        assert_eq!(reply.json(), problem("from", "must not be after to"));
        school.get("/external_orders/reconciliation?from=yesterday").await.expect(400);
    }

    async fn a_subscription_is_being_paid_for_its_interval_and_a_week(school: &TestSchool, clock: &Clock) {
        let price = |interval: Option<BillingInterval>, count: Option<i64>| NewCourse {
            prices: vec![NewPrice {
                interval,
                interval_count: count,
                ..NewPrice::primary(PaymentType::Subscription, 10_00, "usd")
            }],
            ..NewCourse::named("Club")
        };
        let ann = school.user("ann@example.com").await;
        let monthly = course_of(school, price(Some(BillingInterval::Month), None)).await.product;
        let quarterly = course_of(school, price(Some(BillingInterval::Month), Some(3))).await.product;
        let yearly = course_of(school, price(Some(BillingInterval::Year), None)).await.product;
        let free = course(school, "Free").await.product;
        let opened = |provider: &str, product: i64| {
            with(&order(ann, product, "subscription"), &json!({ "payment_provider": provider }))
        };
        // Noon and a half second of the 31st of January 2040, a leap year: a month later is the 29th of February. With
        // the week they end on the 7th of March, of May, and of February 2041; without an interval it is a month.
        let begun = TestSchool::BEGIN + 30 * DAY + 12 * HOUR + 500;
        clock.stop_at(begun);
        let subscriptions = [("Monthly", monthly, 36), ("Free", free, 36), ("Quarterly", quarterly, 97),
            ("Yearly", yearly, 373)];
        let mut ids = Vec::new();
        for (provider, product, _) in subscriptions {
            ids.push(report(school, with(&opened(provider, product), &json!({ "transaction": dollars(1_000) }))).await);
        }
        for moment in [begun, begun + 1] {
            clock.stop_at(moment);
            assert_eq!(paying(school, "").await, 4, "from the very moment at which it was opened: {moment}");
        }
        for (provider, _, days) in subscriptions {
            let query = format!("?payment_provider={provider}");
            for (moment, count) in [(begun + days * DAY, 1), (begun + days * DAY + 1, 0)] {
                clock.stop_at(moment);
                assert_eq!(paying(school, &query).await, count, "{provider} at {moment}");
            }
        }
        // Of a period that is over it is asked as its last day ended.
        for (to, count) in [
            ("2040-01-30", 0), ("2040-01-31", 4), ("2040-03-06", 4), ("2040-03-07", 2), ("2040-05-06", 2),
            ("2040-05-07", 1), ("2041-02-06", 1), ("2041-02-07", 0),
        ] {
            assert_eq!(paying(school, &format!("?to={to}")).await, count, "{to}");
        }
        let june = json!([line("Yearly", "USD", [0, 0, 0, 0, 0, 1])]);
        assert_eq!(asked(school, "?from=2040-06-01&to=2040-06-30").await["items"], june);

        // A purchase begins the interval anew, from the 6th of March 2041 to that of April; a refund of all ends it.
        let renewed = begun + 400 * DAY;
        clock.stop_at(renewed);
        purchase(school, ids[0], dollars(1_000)).await.expect(200);
        for (moment, count) in [(renewed + 1, 1), (renewed + 38 * DAY, 1), (renewed + 38 * DAY + 1, 0)] {
            clock.stop_at(moment);
            assert_eq!(paying(school, "").await, count, "{moment}");
        }
        clock.stop_at(renewed + 1);
        refund(school, ids[0], dollars(1_999)).await.expect(200);
        assert_eq!(paying(school, "").await, 1);
        refund(school, ids[0], dollars(1)).await.expect(200);
        assert_eq!(paying(school, "").await, 0);

        // One that is opened in the last millisecond of a day is paying as the day ends.
        clock.stop_at(renewed - renewed % DAY + DAY - 1);
        let late = opened("Late", monthly);
        report(school, with(&late, &json!({ "transaction": dollars(1_000) }))).await;
        clock.stop_at(renewed - renewed % DAY + 2 * DAY);
        assert_eq!(paying(school, "?to=2041-03-06&payment_provider=Late").await, 1);
        assert_eq!(paying(school, "?to=2041-03-05&payment_provider=Late").await, 0);

        // A subscription that is opened counts as opened in the product's currency until it is paid in another.
        let moves = report(school, opened("Moves", monthly)).await;
        clock.stop_at(renewed + 2 * DAY);
        let items = async || asked(school, "?payment_provider=Moves").await["items"].clone();
        assert_eq!(items().await, json!([line("Moves", "USD", [0, 0, 0, 0, 1, 0])]));
        purchase(school, moves, json!({ "amount": 10, "currency": "EUR" })).await.expect(200);
        assert_eq!(items().await, json!([line("Moves", "EUR", [10, 0, 1, 0, 1, 1])]));
    }
}
