//! How courses are sold: products, prices and bundles.

use super::{course_with_chapter, topics};
use crate::resources::asserted::assert_not_found;
use crate::support::TestSchool;
use serde_json::{Value, json};

on_both_engines! {
    async fn a_product_is_published_and_priced(school: &TestSchool) {
        let (course, _) = course_with_chapter(school, "Bread").await;
        let product = school.get(&format!("/courses/{course}")).await.json()["product_id"].clone();
        let (other, _) = course_with_chapter(school, "Cake").await;
        let other = school.get(&format!("/courses/{other}")).await.json()["product_id"].clone();
        let path = format!("/products/{product}");
        school.put(&path, json!({
            "status": "published", "has_certificate": true, "days_until_expiry": 365, "seo_title": "Bread!", "related_product_ids": [other],
            "product_prices": [
                { "payment_type": "one-time", "price": "49.00", "currency": "EUR" },
                { "payment_type": "payment-plan", "label": "In parts", "price": 17.5, "number_of_payments": 3, "currency": "eur" },
            ],
        })).await.expect(204);
        let shown = school.get(&path).await.json();
        assert_eq!((&shown["status"], &shown["price"], &shown["days_until_expiry"]), (&json!("published"), &json!("49.0"), &json!(365)));
        assert_eq!((&shown["related_product_ids"], &shown["seo_title"]), (&json!([other]), &json!("Bread!")));
        let prices = shown["product_prices"].as_array().expect("it is there");
        assert_eq!((&prices[1]["interval"], &prices[1]["number_of_payments"]), (&json!("month"), &json!("3")));
        let told = topics(school).await;
        assert_eq!(told[told.len() - 2..], ["product.updated", "course.updated"]);
        // One by its id keeps what is not given; what is not named goes.
        let kept = json!({ "product_prices": [{ "id": prices[1]["id"], "is_primary": true, "price": 20 }], "seo_title": "", "days_until_expiry": "" });
        school.put(&path, kept).await.expect(204);
        let shown = school.get(&path).await.json();
        assert_eq!((&shown["price"], &shown["seo_title"], &shown["days_until_expiry"]), (&json!("20.0"), &Value::Null, &Value::Null));
        assert_eq!(shown["product_prices"][0]["number_of_payments"], "3");
        for wrong in [
            json!({ "product_prices": [{ "payment_type": "free", "price": 5 }] }),
            json!({ "product_prices": [{ "payment_type": "one-time", "price": 5, "currency": "zzz" }] }),
            json!({ "product_prices": [{ "payment_type": "one-time", "price": 5 }, { "payment_type": "one-time", "price": 6 }] }),
            json!({ "related_product_ids": [product] }),
            json!({ "status": "sold" }),
        ] {
            school.put(&path, wrong).await.expect(422);
        }
        assert_eq!(school.get(&path).await.json(), shown);
    }

    async fn a_bundle_is_made_changed_listed_and_removed_and_its_enrollments_stay(school: &TestSchool) {
        let ((bread, _), (cake, _)) = (course_with_chapter(school, "Bread").await, course_with_chapter(school, "Cake").await);
        let made = school.post("/bundles", json!({ "name": "Both", "course_ids": [cake, bread], "tagline": "All" })).await.expect(201);
        let path = format!("/bundles/{}", made.id());
        assert_eq!(school.get(&path).await.json(), made.json());
        assert_eq!(made.json()["course_ids"], json!([cake, bread]));
        assert_eq!(school.get("/bundles").await.expect(200).json()["items"], json!([made.json()]));
        let ann = school.user("ann@example.com").await;
        let enrolled = school.post(&format!("{path}/enrollments"), json!({ "user_id": ann })).await;
        assert!(enrolled.status < 300, "{}", enrolled.text);
        school.put(&path, json!({ "name": "Bread alone", "course_ids": [bread], "tagline": "" })).await.expect(204);
        let shown = school.get(&path).await.json();
        assert_eq!((&shown["name"], &shown["course_ids"], &shown["tagline"], &shown["slug"]), (&json!("Bread alone"), &json!([bread]), &Value::Null, &json!("both")));
        for wrong in [json!({ "course_ids": [bread, 999] }), json!({ "name": "" }), json!({ "slug": "No slug" })] {
            school.put(&path, wrong).await.expect(422);
        }
        school.delete(&path).await.expect(204);
        assert_not_found(&school.get(&path).await);
        let left = school.get(&format!("/enrollments?query[user_id]={ann}")).await.json();
        assert_eq!(left["items"].as_array().expect("it is there").len(), 2);
        assert_eq!(topics(school).await.last().map(String::as_str), Some("product.deleted"));
        let wrong = school.arrange(|tx, _| Ok(store::lists::audit(tx)?)).await;
        assert_eq!(wrong, []);
    }
}
