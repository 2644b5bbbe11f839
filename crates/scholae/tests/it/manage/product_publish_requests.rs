//! `/manage/product_publish_requests`: what course admins ask for.

use super::manager;
use crate::resources::arranged::course_of;
use crate::support::TestSchool;
use school::courses::NewCourse;
use school::product_publish_requests;
use school::products::ProductStatus;
use store::{ProductId, UserId};

/// A request for a product that is not published: its page, and the product.
async fn request(school: &TestSchool, name: &str) -> (String, i64) {
    let course = course_of(school, NewCourse { status: ProductStatus::Draft, ..NewCourse::named(name) }).await;
    let user = school.user(&format!("{}@example.com", name.to_lowercase())).await;
    let (product, user) = (ProductId::new(course.product), UserId::new(user));
    let made = school.arrange(move |tx, site| product_publish_requests::create(tx, site, product, user)).await;
    (format!("/manage/product_publish_requests/{}", made.id), course.product)
}

async fn status(school: &TestSchool, product: i64) -> String {
    school.get(&format!("/products/{product}")).await.expect(200).json()["status"].as_str().expect("text").to_owned()
}

on_both_engines! {
    async fn a_request_is_approved_or_denied_once_with_a_word_to_who_asked(school: &TestSchool) {
        let mut browser = manager(school).await;
        assert!(browser.get("/manage/product_publish_requests").await.expect(200).text.contains("No request waits"));
        let (bread, product) = request(school, "Bread").await;
        let (rolls, other) = request(school, "Rolls").await;
        let text = browser.get("/manage/product_publish_requests").await.expect(200).text;
        assert!(text.contains("Bread") && text.contains("rolls@example.com") && text.contains("of 2 requests"), "{text}");
        let home = browser.get("/manage").await.expect(200).text;
        assert!(home.contains("2 products wait to be published") && home.contains("href=\"/manage/product_publish_requests\""));
        let approve = format!("{bread}/approve");
        let fields = [("response_text", "Well <done>"), ("notify_requester", "true")];
        browser.submit(&bread, &approve, &fields).await.expect(303);
        assert_eq!(status(school, product).await, "published");
        let text = browser.get(&bread).await.expect(200).text;
        assert!(text.contains("Well &lt;done&gt;") && text.contains("Published") && !text.contains("/approve"), "{text}");
        let mails = school.mails().await;
        assert!(mails.iter().any(|mail| mail["to"].as_str().is_some_and(|to| to.contains("bread@example.com"))), "{mails:?}");
        let token = browser.token().await;
        let text = browser.post(&format!("{bread}/deny"), &[("csrf", &token)]).await.expect(422).text;
        assert!(text.contains("has already been answered"), "{text}");
        browser.post(&format!("{rolls}/deny"), &[("csrf", &token), ("response_text", "")]).await.expect(303);
        assert_ne!(status(school, other).await, "published");
        assert!(browser.get("/manage/product_publish_requests?done=denied").await.expect(200).text.contains("The request was denied."));
        browser.get("/manage/product_publish_requests/999999").await.expect(404);
    }
}
