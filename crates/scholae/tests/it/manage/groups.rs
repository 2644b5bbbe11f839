//! `/manage/groups`, and the part of a group analyst.

use super::{Person, manager};
use crate::resources::arranged::{course, progress};
use crate::support::TestSchool;
use serde_json::json;

on_both_engines! {
    async fn a_group_is_made_filled_renamed_and_deleted(school: &TestSchool) {
        let mut browser = manager(school).await;
        let ann = school.user("ann@example.com").await;
        school.user("bea@example.com").await;
        let reply = browser.submit("/manage/groups/new", "/manage/groups", &[("name", "Cohort <A>")]).await.expect(303);
        let path = reply.header("location").strip_suffix("?done=made").expect("the group's page").to_owned();
        let taken = browser.submit("/manage/groups/new", "/manage/groups", &[("name", "Cohort <A>")]).await.expect(422).text;
        assert!(taken.contains("Name has already been taken") && taken.contains("value=\"Cohort &lt;A&gt;\""), "{taken}");
        let members = format!("{path}/members");
        browser.submit(&path, &members, &[("addresses", "ann@example.com, bea@example.com")]).await.expect(303);
        // Whom nobody knows is told, and the others are in.
        let text = browser.submit(&path, &members, &[("addresses", "ann@example.com nobody@example.com")]).await.expect(422).text;
        assert!(text.contains("belong to nobody in the school") && text.contains("nobody@example.com</textarea>"), "{text}");
        assert!(text.contains("1–2") && text.contains("of 2 members"), "{text}");
        browser.submit(&path, &format!("{path}/remove_members"), &[("id", &ann.to_string())]).await.expect(303);
        let text = browser.get(&path).await.expect(200).text;
        assert!(!text.contains("ann@example.com") && text.contains("bea@example.com"), "{text}");
        let edit = format!("{path}/edit");
        browser.submit(&edit, &edit, &[("name", "Cohort B")]).await.expect(303);
        assert!(browser.get("/manage/groups").await.expect(200).text.contains("Cohort B"));
        browser.submit(&path, &format!("{path}/delete"), &[]).await.expect(303);
        browser.get(&path).await.expect(404);
        assert!(browser.get("/manage/groups").await.expect(200).text.contains("No groups yet"));
    }

    async fn an_analyst_sees_the_progress_of_the_groups_they_were_given_and_of_no_other(school: &TestSchool) {
        let mut admin = manager(school).await;
        let mut analyst = Person::GroupAnalyst.signed_in(school).await;
        let (ann, course) = (school.user("ann@example.com").await, course(school, "Bread").await);
        let body = json!({ "course_id": course.id, "user_id": ann, "activated_at": "2026-01-01T00:00:00Z" });
        let enrollment = school.post("/enrollments", body).await.expect(201).id();
        progress(school, enrollment, 4_200).await;
        let mine = school.post("/groups", json!({ "name": "Mine" })).await.expect(200).id();
        let other = school.post("/groups", json!({ "name": "Other" })).await.expect(200).id();
        school.post("/group_users", json!({ "user_id": ann, "group_names": ["Mine"] })).await.expect(201);
        let path = format!("/manage/groups/{mine}");
        for (address, wrong) in [("ann@example.com", "without the role Group analyst"), ("no@example.com", "belongs to nobody")] {
            let text = admin.submit(&path, &format!("{path}/analysts"), &[("analyst", address)]).await.expect(422).text;
            assert!(text.contains(wrong) && text.contains(&format!("value=\"{address}\"")), "{text}");
        }
        admin.submit(&path, &format!("{path}/analysts"), &[("analyst", "groupanalyst@example.com")]).await.expect(303);
        assert!(analyst.get("/").await.expect(200).text.contains("Your groups"));
        let list = analyst.get("/manage/my_groups").await.expect(200).text;
        assert!(list.contains("Mine") && list.contains("1 member") && !list.contains("Other"), "{list}");
        assert!(!list.contains("href=\"/manage/users\""), "the navigation shows nothing else: {list}");
        let page = analyst.get(&format!("/manage/my_groups/{mine}")).await.expect(200).text;
        assert!(page.contains("ann@example.com") && page.contains("Bread") && page.contains("42%"), "{page}");
        let csv = analyst.get(&format!("/manage/my_groups/{mine}/members.csv")).await.expect(200).text;
        assert!(csv.contains("ann@example.com,Bread,0.42,false"), "{csv}");
        for strange in [format!("/manage/my_groups/{other}"), format!("/manage/my_groups/{other}/members.csv")] {
            analyst.get(&strange).await.expect(404);
        }
        analyst.get(&path).await.expect(403);
        let id = school.get("/users?query[email]=groupanalyst@example.com").await.ids()[0].to_string();
        admin.submit(&path, &format!("{path}/remove_analyst"), &[("id", &id)]).await.expect(303);
        analyst.get(&format!("/manage/my_groups/{mine}")).await.expect(404);
    }
}
