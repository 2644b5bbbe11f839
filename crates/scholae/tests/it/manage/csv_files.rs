//! Every list as a file of comma-separated values: all of it, with the same filters, and without formulas.

use super::hooks::webhook;
use super::{Person, manager};
use crate::support::TestSchool;
use serde_json::json;

on_both_engines! {
    async fn every_list_is_a_file_with_the_same_filters_and_without_formulas(school: &TestSchool) {
        let mut owner = Person::Owner.signed_in(school).await;
        webhook(&mut owner, "user.signup").await;
        for n in 0..3 {
            let body = json!({ "first_name": "=cmd()", "last_name": "E", "email": format!("a{n}@example.com"), "roles": ["course_admin"] });
            school.post("/users", body).await.expect(201);
        }
        school.post("/groups", json!({ "name": "+Cohort" })).await.expect(200);
        for (path, heading, rows, holds) in [
            ("/manage/users.csv", "id,created_at,first_name,last_name,email", 4, ",'=cmd(),E,a0@example.com,"),
            ("/manage/users.csv?role=course_admin", "id,", 3, "a2@example.com"),
            ("/manage/users.csv?q=a1", "id,", 1, "a1@example.com"),
            ("/manage/groups.csv", "id,name,token,members", 1, "'+Cohort"),
            ("/manage/webhooks.csv", "id,topic,target_url", 1, "user.signup"),
            ("/manage/events.csv?topic=user.signup", "id,topic,created_at", 4, "user.signup"),
            ("/manage/deliveries.csv?state=waiting", "id,topic,event_id,target_url,state", 3, "waiting"),
            ("/manage/security_log.csv?kind=roles_changed", "id,kind,actor", 3, "roles_changed"),
        ] {
            let reply = owner.get(path).await.expect(200);
            assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8", "{path}");
            assert!(reply.header("content-disposition").starts_with("attachment; filename="), "{path}");
            assert!(reply.text.starts_with(heading) && reply.text.contains(holds), "{path}: {}", reply.text);
            assert_eq!(reply.text.lines().count(), rows + 1, "{path}: {}", reply.text);
        }
        assert!(owner.get("/manage/users?role=course_admin").await.text.contains("/manage/users.csv?role=course_admin"));
    }

    async fn sales_and_enrollments_are_files_with_the_filters_of_their_lists(school: &TestSchool) {
        let mut browser = manager(school).await;
        let things = school.arrange(|tx, site| crate::fixtures::one_of_everything(tx, site, "mark7q")).await;
        for (path, heading, rows) in [
            ("/manage/orders.csv".to_owned(), "id,order_number,created_at,status", 1),
            ("/manage/orders.csv?q=nobody".to_owned(), "id,", 0),
            ("/manage/orders.csv?user_id=999999".to_owned(), "id,", 0),
            (format!("/manage/enrollments.csv?user_id={}", things["user"]), "id,user_id,user_email,user_name", 1),
            ("/manage/enrollments.csv?state=trial".to_owned(), "id,", 0),
            ("/manage/external_orders.csv".to_owned(), "id,created_at,payment_provider,order_type", 1),
            ("/manage/external_orders.csv?payment_provider=nobody".to_owned(), "id,", 0),
        ] {
            let reply = browser.get(&path).await.expect(200);
            assert!(reply.text.starts_with(heading), "{path}: {}", reply.text);
            assert_eq!(reply.text.lines().count(), rows + 1, "{path}: {}", reply.text);
        }
        for list in ["orders", "enrollments", "external_orders"] {
            let page = browser.get(&format!("/manage/{list}?user_id=7")).await.expect(200).text;
            assert!(page.contains(&format!("/manage/{list}.csv?user_id=7")), "{list}: {page}");
        }
    }

    async fn a_file_has_every_row_however_many_pages_there_are(school: &TestSchool) {
        let mut browser = manager(school).await;
        school
            .arrange(|tx, site| {
                for n in 0..1203 {
                    school::groups::create(tx, site, Some(&format!("g{n}")))?;
                }
                Ok(())
            })
            .await;
        let text = browser.get("/manage/groups.csv?sort=created_at").await.expect(200).text;
        let names: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
        assert_eq!(names, (0..1203).map(|n| format!("g{n}")).collect::<Vec<_>>());
    }
}

on_both_engines! {
    async fn what_the_school_holds_about_a_person_is_a_file_of_theirs(school: &TestSchool) {
        let mut browser = manager(school).await;
        let things = school.arrange(|tx, site| crate::fixtures::one_of_everything(tx, site, "mark7q")).await;
        let path = format!("/manage/users/{}", things["user"]);
        assert!(browser.get(&path).await.expect(200).text.contains(&format!("{path}/data.json")));
        let reply = browser.get(&format!("{path}/data.json")).await.expect(200);
        assert!(reply.header("content-disposition").contains("user-"), "{:?}", reply.headers);
        let data = reply.json();
        assert_eq!(data["profile"]["email"], "user-mark7q@example.com");
        assert_eq!(data["profile"]["field:label-mark7q"], "value-mark7q");
        for table in ["enrollments", "orders", "external_orders", "course_reviews", "group_users", "authentications"] {
            assert_eq!(data[table].as_array().map(Vec::len), Some(1), "{table}: {}", data[table]);
        }
        let text = reply.text;
        assert!(!text.contains("fingerprint") && !text.contains("visitor-mark7q"), "{text}");
    }
}
