//! The moment that stands in everything that is made.

use super::arranged::course;
use super::asserted::assert_list;
use crate::support::TestSchool;
use crate::support::clock::Clock;
use serde_json::json;

with_a_stopped_clock! {
    async fn what_is_made_says_when_to_the_millisecond_and_says_so_for_good(school: &TestSchool, clock: &Clock) {
        let bread = course(school, "Bread").await;
        let reviews = format!("/course_reviews?course_id={}", bread.id);
        let order = json!({
            "payment_provider": "Till", "user_id": 1, "product_id": bread.product, "order_type": "one-time",
            "transaction": { "amount": 1, "currency": "USD" },
        });
        let mut made = Vec::new();
        for (n, (list, body)) in (0..).zip([
            ("/users", json!({ "first_name": "Ann", "last_name": "Example", "email": "ann@example.com" })),
            ("/groups", json!({ "name": "G" })),
            ("/instructors", json!({ "first_name": "Bob", "last_name": "Jones", "slug": "bob" })),
            (&reviews, json!({ "user_id": 1, "rating": 5, "title": "T", "review_text": "R", "approved": true })),
            ("/enrollments", json!({ "user_id": 1, "course_id": bread.id })),
            ("/external_orders", order),
        ]) {
            clock.stop_at(TestSchool::BEGIN + 7 + n * 1_001);
            let moment = format!("2040-01-01T00:00:0{n}.{:03}Z", 7 + n);
            let reply = school.post(list, body).await;
            assert!([200, 201].contains(&reply.status), "{list}: {} {}", reply.status, reply.text);
            let path = format!("{}/{}", list.split('?').next().expect("a path"), reply.id());
            made.push((path, moment));
        }
        // A year later everything is changed that can be.
        clock.stop_at(TestSchool::BEGIN + 366 * 86_400_000);
        school.put("/users/1", json!({ "company": "ACME" })).await.expect(204);
        school.put("/instructors/1", json!({ "title": "Mr." })).await.expect(204);
        school.put("/enrollments/1", json!({ "activated_at": "2040-01-01" })).await.expect(204);
        let refund = json!({ "amount": 1, "currency": "USD" });
        school.post("/external_orders/1/transactions/refund", refund).await.expect(200);
        for (path, moment) in made {
            let shown = school.get(&path).await.expect(200).json();
            assert_eq!(shown["created_at"], moment, "{path}");
            if path.starts_with("/enrollments") || path.starts_with("/external_orders") {
                assert_eq!(shown["updated_at"], "2041-01-01T00:00:00.000Z", "{path}");
            }
        }
        let ledger = school.get("/external_orders/1").await.json()["transactions"].clone();
        assert_eq!(ledger[0]["created_at"], "2040-01-01T00:00:05.012Z");
        assert_eq!(ledger[1]["created_at"], "2041-01-01T00:00:00.000Z");
    }

    async fn a_clock_that_is_set_back_takes_no_times_back(school: &TestSchool, clock: &Clock) {
        let mut made = Vec::new();
        for (n, moment) in [5_000, 0, 4_999, 5_001].into_iter().enumerate() {
            clock.stop_at(TestSchool::BEGIN + moment);
            let user = school.user(&format!("u{n}@example.com")).await;
            made.push(school.get(&format!("/users/{user}")).await.json()["created_at"].clone());
        }
        let (first, last) = ("2040-01-01T00:00:05.000Z", "2040-01-01T00:00:05.001Z");
        assert_eq!(made, [first, first, first, last], "times grow with ids, as lists need it");
        for (query, expected) in [("after", vec![4]), ("on_or_after", vec![1, 2, 3, 4]), ("before", vec![])] {
            assert_list(school, &format!("/users?query[created_{query}]={first}"), &expected).await;
        }
    }
}
