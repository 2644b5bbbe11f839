//! Finding external orders.

use super::{order, purchase, referenced, refund, report};
use crate::resources::arranged::course;
use crate::resources::asserted::{assert_list, with};
use crate::support::TestSchool;
use serde_json::json;

/// An order that meets some of the filters.
struct Row {
    id: i64,
    user: usize,
    product: usize,
    till: bool,
    subscription: bool,
    euros: bool,
}

/// A filter as it stands in the address, and which orders it leaves.
type Filter = (String, fn(&Row) -> bool);

/// Thirty-two orders, one for each way to meet five filters or not.
struct Orders {
    users: Vec<i64>,
    products: Vec<i64>,
    rows: Vec<Row>,
}

impl Orders {
    async fn of(school: &TestSchool) -> Self {
        let (mut users, mut products, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..2 {
            users.push(school.user(&format!("u{n}@example.com")).await);
            products.push(course(school, "Bread").await.product);
        }
        for n in 0..32_usize {
            let [user, product] = [n & 1, n >> 1 & 1];
            let [till, subscription, euros] = [4, 8, 16].map(|bit| n & bit != 0);
            let order_type = if subscription { "subscription" } else { "one-time" };
            let more = json!({
                "payment_provider": if till { "Till" } else { "Other" },
                "transaction": {
                    "amount": 100, "currency": if euros { "EUR" } else { "USD" }, "reference": format!("r-{n}"),
                },
            });
            let id = report(school, with(&order(users[user], products[product], order_type), &more)).await;
            rows.push(Row { id, user, product, till, subscription, euros });
        }
        Self { users, products, rows }
    }

    fn filters(&self) -> [Filter; 5] {
        [
            (format!("query[user_id]={}", self.users[1]), |row| row.user == 1),
            (format!("query[product_id]={}", self.products[1]), |row| row.product == 1),
            ("query[payment_provider]=Till".to_owned(), |row| row.till),
            ("query[order_type]=subscription".to_owned(), |row| row.subscription),
            ("query[currency]=eur".to_owned(), |row| row.euros),
        ]
    }

    /// The query of some of the filters, and those it finds.
    fn list(&self, chosen: u32) -> (String, Vec<i64>) {
        let filters = self.filters();
        let chosen = || (0..).zip(&filters).filter(|(n, _)| chosen >> n & 1 == 1).map(|(_, filter)| filter);
        let query: Vec<&str> = chosen().map(|(query, _)| query.as_str()).collect();
        let found = self.rows.iter().filter(|row| chosen().all(|(_, meets)| meets(row)));
        (query.join("&"), found.map(|row| row.id).collect())
    }
}

on_both_engines! {
    async fn every_filter_narrows_what_every_other_leaves_and_counts_it(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let (theirs, ours) = (Orders::of(&elsewhere).await, Orders::of(school).await);
        for chosen in 1..32_u32 {
            let (query, found) = ours.list(chosen);
            if chosen.count_ones() <= 2 {
                assert_list(school, &format!("/external_orders?{query}"), &found).await;
            } else {
                let reply = school.get(&format!("/external_orders?{query}")).await.expect(200);
                assert_eq!(reply.ids(), found, "{query}");
                assert_eq!(reply.pagination()["total_items"], found.len(), "{query}");
            }
            let row = &ours.rows[30];
            let expected: Vec<i64> = found.into_iter().filter(|id| *id == row.id).collect();
            assert_list(school, &format!("/external_orders?{query}&query[reference]=r-30"), &expected).await;
            let (query, found) = theirs.list(chosen);
            assert_eq!(elsewhere.get(&format!("/external_orders?{query}")).await.expect(200).ids(), found);
        }
        let every: Vec<i64> = ours.rows.iter().map(|row| row.id).collect();
        assert_eq!(school.get("/external_orders?limit=250").await.ids(), every);
    }

    async fn a_filter_takes_its_value_to_the_letter_but_for_the_case_of_currencies(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let mut ids = Vec::new();
        for order_type in ["one-time", "subscription", "payment-plan"] {
            let paid = json!({ "transaction": referenced(100, &format!("{order_type} #1")) });
            ids.push(report(school, with(&order(ann, bread.product, order_type), &paid)).await);
        }
        let open = report(school, order(ann, bread.product, "subscription")).await;
        // An order is found by every reference in its ledger, refunds' too, and only once.
        purchase(school, ids[1], referenced(100, "second")).await.expect(200);
        refund(school, ids[1], referenced(100, "second")).await.expect(200);
        refund(school, ids[1], referenced(50, "third")).await.expect(200);
        for (query, expected) in [
            ("query[order_type]=one-time", vec![ids[0]]),
            ("query[order_type]=payment-plan", vec![ids[2]]),
            ("query[order_type]=subscription", vec![ids[1], open]),
            ("query[order_type]=Subscription", vec![]),
            ("query[payment_provider]=Till", vec![ids[0], ids[1], ids[2], open]),
            ("query[payment_provider]=till", vec![]),
            ("query[currency]=USD", vec![ids[0], ids[1], ids[2], open]),
            ("query[currency]=usd", vec![ids[0], ids[1], ids[2], open]),
            ("query[currency]=EUR", vec![]),
            ("query[reference]=subscription%20%231", vec![ids[1]]),
            ("query[reference]=second", vec![ids[1]]),
            ("query[reference]=third", vec![ids[1]]),
            ("query[reference]=Second", vec![]),
            ("query[reference]=", vec![ids[0], ids[1], ids[2], open]),
            ("query[user_id]=999", vec![]),
            ("query[product_id]=999", vec![]),
        ] {
            assert_list(school, &format!("/external_orders?{query}"), &expected).await;
        }
        for wrong in ["query[user_id]=ann", "query[product_id]=1.5"] {
            school.get(&format!("/external_orders?{wrong}")).await.expect(400);
        }
    }
}
