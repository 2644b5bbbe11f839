//! What is done with several users at once.

use super::{Person, manager};
use crate::resources::arranged::course;
use crate::support::TestSchool;
use serde_json::json;

const BULK: &str = "/manage/users/bulk";

on_both_engines! {
    async fn several_are_enrolled_put_into_a_group_signed_out_and_deleted(school: &TestSchool) {
        let mut browser = manager(school).await;
        let (ann, bea) = (school.user("ann@example.com").await, school.user("bea@example.com").await);
        let target = course(school, "Bread").await.product.to_string();
        let group = school.post("/groups", json!({ "name": "Cohort" })).await.expect(200).id().to_string();
        let page = |action: &str| format!("{BULK}?id={ann}&id={bea}&action={action}");
        let asked = browser.get(&page("delete")).await.expect(200).text;
        assert!(asked.contains("Delete 2 users?") && asked.contains("ann@example.com"), "{asked}");
        for (action, given, done) in [
            ("enroll", vec![("target", target.as_str())], "2 users were enrolled."),
            ("group", vec![("group", group.as_str())], "2 users were added to the group."),
            ("sign_out", vec![], "2 users were signed out everywhere."),
        ] {
            let reply = browser.submit(&page(action), BULK, &given).await.expect(303);
            assert!(browser.get(reply.header("location")).await.expect(200).text.contains(done));
        }
        assert_eq!(school.get("/enrollments").await.ids().len(), 2);
        assert_eq!(school.get(&format!("/users?query[group_id]={group}")).await.ids(), [ann, bea]);
        let refused = browser.submit(&page("enroll"), BULK, &[]).await.expect(422).text;
        assert!(refused.contains("Course or bundle must be chosen"), "{refused}");
        browser.submit(&page("delete"), BULK, &[]).await.expect(303);
        school.get(&format!("/users/{ann}")).await.expect(404);
        assert!(browser.get(BULK).await.expect(200).text.contains("Nobody is chosen"));
    }

    async fn when_one_of_them_cannot_be_nothing_is_done_with_the_others(school: &TestSchool) {
        let _owner = Person::Owner.signed_in(school).await;
        let mut browser = manager(school).await;
        let owner = school.get("/users?query[email]=owner@example.com").await.ids()[0];
        let ann = school.user("ann@example.com").await;
        let page = format!("{BULK}?id={ann}&id={owner}&action=delete");
        let text = browser.submit(&page, BULK, &[]).await.expect(422).text;
        assert!(text.contains("The owner of the school can&#39;t be deleted") || text.contains("The owner of the school can't be deleted"), "{text}");
        school.get(&format!("/users/{ann}")).await.expect(200);
    }
}
