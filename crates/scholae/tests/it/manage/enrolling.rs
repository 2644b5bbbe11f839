//! `/manage/users/enroll`, and the page of a job.

use super::manager;
use crate::resources::arranged::course;
use crate::support::TestSchool;
use serde_json::json;

const ENROLL: &str = "/manage/users/enroll";

on_both_engines! {
    async fn many_are_enrolled_by_their_addresses_a_file_or_a_group(school: &TestSchool) {
        let mut browser = manager(school).await;
        let course = course(school, "Bread").await;
        let (ann, _) = (school.user("ann@example.com").await, school.user("bea@example.com").await);
        let group = school.post("/groups", json!({ "name": "Cohort" })).await.expect(200).id().to_string();
        school.post("/group_users", json!({ "user_id": ann, "group_names": ["Cohort"] })).await.expect(201);
        let target = course.product.to_string();
        let given = [("target", target.as_str()), ("addresses", "ann@example.com,\nnobody@example.com"), ("expires", "2999-12-31")];
        let reply = browser.submit(ENROLL, ENROLL, &given).await.expect(303);
        let job = reply.header("location").to_owned();
        let waiting = browser.get(&job).await.expect(200).text;
        assert!(waiting.contains("It begins in a moment") && waiting.contains("Stop"), "{waiting}");
        school.work().await;
        let done = browser.get(&job).await.expect(200).text;
        assert!(done.contains("there is no such user in this school") && !done.contains("data-live"), "{done}");
        let csv = browser.get(&format!("{job}/result.csv")).await.expect(200).text;
        assert!(csv.contains("1,ann@example.com,") && csv.contains(",enrolled,"), "{csv}");
        let expiry = school.get("/enrollments").await.json()["items"][0]["expiry_date"].clone();
        assert_eq!(expiry, "3000-01-01T00:00:00.000Z");
        browser.upload(ENROLL, ENROLL, &[("target", &target), ("addresses", "")], "email\nbea@example.com\n").await.expect(303);
        browser.submit(ENROLL, ENROLL, &[("target", &target), ("group", &group)]).await.expect(303);
        school.work().await;
        assert_eq!(school.get("/enrollments").await.ids().len(), 2);
        assert!(browser.get("/manage/jobs").await.expect(200).text.contains("Enroll people"));
    }

    async fn what_is_missing_is_said_and_a_job_can_be_stopped(school: &TestSchool) {
        let mut browser = manager(school).await;
        let page = browser.submit(ENROLL, ENROLL, &[("addresses", "kept@example.com"), ("expires", "")]).await.expect(422).text;
        assert!(page.contains("Course or bundle can&#39;t be blank") || page.contains("Course or bundle can't be blank"), "{page}");
        assert!(page.contains("kept@example.com"), "{page}");
        let target = course(school, "Bread").await.product.to_string();
        let page = browser.submit(ENROLL, ENROLL, &[("target", &target), ("expires", "soon")]).await.expect(422).text;
        assert!(page.contains("must be a date"), "{page}");
        let reply = browser.submit(ENROLL, ENROLL, &[("target", &target), ("addresses", "a@example.com")]).await.expect(303);
        let job = reply.header("location").to_owned();
        browser.submit(&job, &format!("{job}/cancel"), &[]).await.expect(303);
        assert!(browser.get(&job).await.expect(200).text.contains("It was stopped"));
    }
}
