//! `/manage/bundles`, `/manage/categories`, `/manage/instructors` and the reviews of courses.

use super::{Person, manager};
use crate::resources::arranged::course;
use crate::support::TestSchool;
use serde_json::json;

on_both_engines! {
    async fn a_bundle_is_made_priced_changed_and_deleted(school: &TestSchool) {
        let (bread, cake) = (course(school, "Bread").await.id.to_string(), course(school, "Cake").await.id.to_string());
        let mut browser = manager(school).await;
        assert!(browser.get("/manage/bundles").await.expect(200).text.contains("No bundles yet"));
        let sent = [("name", "Both"), ("course_ids", &*cake), ("course_ids", &*bread), ("status", "published"), ("payment_type", "subscription"),
            ("price", "9.00"), ("currency", "EUR"), ("interval", "year")];
        browser.submit("/manage/bundles/new", "/manage/bundles", &sent).await.expect(303);
        let shown = school.get("/bundles/1").await.json();
        assert_eq!(shown["course_ids"], json!([2, 1]));
        let list = browser.get("/manage/bundles").await.text;
        assert!(list.contains("9.00 a year") && list.contains("2 courses") && list.contains("Published"), "{list}");
        browser.submit("/manage/bundles/1", "/manage/bundles/1", &[("name", "Cake alone"), ("slug", "both"), ("course_ids", &cake), ("payment_type", "free")]).await.expect(303);
        let shown = school.get("/bundles/1").await.json();
        assert_eq!((&shown["name"], &shown["course_ids"]), (&json!("Cake alone"), &json!([2])));
        let wrong = browser.submit("/manage/bundles/1", "/manage/bundles/1", &[("name", ""), ("slug", "No slug")]).await.expect(422).text;
        assert!(wrong.contains("lower-case letters"), "{wrong}");
        browser.submit("/manage/bundles/1", "/manage/bundles/1/delete", &[]).await.expect(303);
        school.get("/bundles/1").await.expect(404);
    }

    async fn a_category_holds_what_is_chosen(school: &TestSchool) {
        let (bread, cake) = (course(school, "Bread").await.product, course(school, "Cake").await.product);
        let (bread, cake) = (bread.to_string(), cake.to_string());
        let mut browser = manager(school).await;
        browser.submit("/manage/categories/new", "/manage/categories", &[("name", "Baking"), ("product_ids", &bread)]).await.expect(303);
        let shown = school.get("/collections/1").await.json();
        assert_eq!((&shown["slug"], &shown["product_ids"]), (&json!("baking"), &json!([1])));
        browser.submit("/manage/categories/1", "/manage/categories/1", &[("name", "Sweet"), ("slug", "baking"), ("product_ids", &cake)]).await.expect(303);
        assert_eq!(school.get("/collections/1").await.json()["product_ids"], json!([2]));
        browser.submit("/manage/categories/new", "/manage/categories", &[("name", "Other"), ("slug", "baking")]).await.expect(422);
        browser.submit("/manage/categories/1", "/manage/categories/1/delete", &[]).await.expect(303);
        school.get("/collections/1").await.expect(404);
    }

    async fn an_instructor_is_added_changed_and_deleted(school: &TestSchool) {
        let mut browser = manager(school).await;
        let wrong = browser.submit("/manage/instructors/new", "/manage/instructors", &[("first_name", "Ines"), ("email", "nobody")]).await.expect(422).text;
        assert!(wrong.contains("E-mail address is invalid") && wrong.contains("value=\"Ines\""), "{wrong}");
        browser.submit("/manage/instructors/new", "/manage/instructors", &[("first_name", "Ines"), ("last_name", "Okafor")]).await.expect(303);
        browser.submit("/manage/instructors/1", "/manage/instructors/1", &[("first_name", "Ines"), ("last_name", "Okafor"), ("slug", "ines"), ("title", "Baker")]).await.expect(303);
        let shown = school.get("/instructors/1").await.json();
        assert_eq!((&shown["slug"], &shown["title"]), (&json!("ines"), &json!("Baker")));
        assert!(browser.get("/manage/instructors").await.text.contains("Ines Okafor"));
        browser.submit("/manage/instructors/1", "/manage/instructors/1/delete", &[]).await.expect(303);
        school.get("/instructors/1").await.expect(404);
    }

    async fn a_review_waits_to_be_approved_and_is_hidden_and_deleted(school: &TestSchool) {
        let bread = course(school, "Bread").await;
        let ann = school.user("ann@example.com").await;
        let review = json!({ "user_id": ann, "rating": 4, "title": "<b>Good</b>", "review_text": "Clear and kind", "approved": false });
        let id = school.post(&format!("/course_reviews?course_id={}", bread.id), review).await.expect(201).id();
        let mut browser = manager(school).await;
        let page = format!("/manage/courses/{}/reviews", bread.id);
        let text = browser.get(&page).await.expect(200).text;
        assert!(text.contains("Waiting") && text.contains("&lt;b&gt;Good") && !text.contains("<b>Good"), "{text}");
        let approved = async || school.get(&format!("/course_reviews?course_id={}&approved=true", bread.id)).await.json()["meta"]["pagination"]["total_items"].clone();
        browser.submit(&page, &format!("/manage/reviews/{id}/approve"), &[]).await.expect(303);
        assert_eq!(approved().await, 1);
        browser.submit(&page, &format!("/manage/reviews/{id}/hide"), &[]).await.expect(303);
        assert_eq!(approved().await, 0);
        // Whoever looks after other courses decides nothing here.
        let mut other = Person::CourseAdmin.signed_in(school).await;
        let token = other.token().await;
        other.post(&format!("/manage/reviews/{id}/approve"), &[("csrf", &token)]).await.expect(404);
        browser.submit(&page, &format!("/manage/reviews/{id}/delete"), &[]).await.expect(303);
        school.get(&format!("/course_reviews/{id}")).await.expect(404);
        assert_eq!(school.arrange(|tx, _| Ok(store::lists::audit(tx)?)).await, []);
    }
}
