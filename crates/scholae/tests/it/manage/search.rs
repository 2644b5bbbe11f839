//! `/manage/search`: what is typed above every page finds people, courses, orders and pages.

use super::manager;
use crate::resources::arranged::{course, order};
use crate::support::TestSchool;

on_both_engines! {
    async fn one_search_finds_people_courses_orders_and_pages(school: &TestSchool) {
        let mut browser = manager(school).await;
        let bread = course(school, "Bread").await;
        let ann = school.user("ann@example.com").await;
        let id = order(school, ann, &[(bread.product, 10_000)]).await;
        for (words, found) in [
            ("ann", format!("href=\"/manage/users/{ann}\"")),
            ("brea", format!("href=\"/manage/courses/{}\"", bread.id)),
            ("1001", format!("href=\"/manage/orders/{id}\"")),
            ("webh", "<a href=\"/manage/webhooks\">Webhooks</a>".to_owned()),
            ("zzzz", "Nothing found".to_owned()),
        ] {
            let text = browser.get(&format!("/manage/search?q={words}")).await.expect(200).text;
            assert!(text.contains(&found), "{words}: {text}");
        }
        let text = browser.get("/manage/search?q=%3Cb%3E").await.expect(200).text;
        assert!(text.contains("Nothing found") && !text.contains("<b>"), "{text}");
    }
}
