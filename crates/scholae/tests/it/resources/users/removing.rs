//! Removing a user: what goes with them, and what stays.

use crate::resources::arranged::{self, bundle, chapter, content, course, course_of, definition, order};
use crate::resources::asserted::{assert_list, assert_not_found, seen};
use crate::support::TestSchool;
use school::courses::NewCourse;
use serde_json::json;
use store::{InstructorId, UserId};

on_both_engines! {
    async fn whatever_is_the_users_own_goes_with_them(school: &TestSchool) {
        let phone = definition(school, "Phone", "text", false).await;
        let user = school.post("/users", json!({
            "first_name": "Ann", "last_name": "Example", "email": "ann@example.com", "roles": ["group_analyst"],
            "external_source": "fair", "external_id": "7",
            "custom_profile_fields": [{ "custom_profile_field_definition_id": phone, "value": "1" }],
        })).await.expect(201).id();
        let other = school.user("other@example.com").await;
        let group = school.post("/groups", json!({ "name": "G" })).await.expect(200).id();
        let analysts = format!("/groups/{group}/analysts");
        school.post(&analysts, json!({ "user_ids": [user] })).await.expect(201);
        let sold = course(school, "Bread").await;
        let both = bundle(school, "Both", &[sold.id]).await;
        for id in [user, other] {
            school.post("/group_users", json!({ "user_id": id, "group_names": ["G"] })).await.expect(201);
            school.post(&format!("/bundles/{}/enrollments", both.id), json!({ "user_id": id })).await.expect(201);
            let review = json!({ "user_id": id, "rating": 5, "title": "T", "review_text": "R", "approved": true });
            school.post(&format!("/course_reviews?course_id={}", sold.id), review).await.expect(201);
        }
        let enrollments = school.get("/enrollments").await.ids();
        let reviews = school.get(&format!("/course_reviews?course_id={}", sold.id)).await.ids();

        school.delete(&format!("/users/{user}")).await.expect(204);
        assert_not_found(&school.get(&format!("/users/{user}")).await);
        assert_not_found(&school.delete(&format!("/users/{user}")).await);
        assert_not_found(&school.get("/users/7?provider=SSO").await);
        assert_not_found(&school.get(&format!("/enrollments/{}", enrollments[0])).await);
        assert_not_found(&school.get(&format!("/course_reviews/{}", reviews[0])).await);
        assert_eq!(school.get(&analysts).await.json(), json!({ "group_analysts": [] }));
        for list in ["/users".to_owned(), format!("/users?query[group_id]={group}")] {
            assert_list(school, &list, &[other]).await;
        }
        for list in [
            "/enrollments".to_owned(),
            format!("/enrollments?query[course_id]={}", sold.id),
            format!("/bundles/{}/enrollments", both.id),
        ] {
            assert_list(school, &list, &enrollments[1..]).await;
        }
        for approved in ["", "&approved=true"] {
            let list = format!("/course_reviews?course_id={}{approved}", sold.id);
            assert_list(school, &list, &reviews[1..]).await;
        }
        for query in [
            "query[email]=ann@example.com",
            "query[role]=group_analyst",
            "query[external_source]=fair",
            "query[custom_profile_field_label]=Phone&query[custom_profile_field_value]=1",
        ] {
            assert_list(school, &format!("/users?{query}"), &[]).await;
        }
        for query in [format!("query[user_id]={user}"), "query[email]=ann@example.com".to_owned()] {
            assert_list(school, &format!("/enrollments?{query}"), &[]).await;
        }
    }

    async fn books_and_courses_stay_and_name_the_user_no_more_where_they_can(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        let instructor = json!({ "first_name": "Ann", "last_name": "Example", "slug": "ann", "user_id": user });
        let instructor = school.post("/instructors", instructor).await.expect(201).id();
        let sold = course_of(school, NewCourse {
            user_id: Some(UserId::new(user)),
            instructor_id: Some(InstructorId::new(instructor)),
            administrator_user_ids: vec![UserId::new(user)],
            ..NewCourse::named("Bread")
        }).await;
        let lesson = content(school, chapter(school, sold.id, "One").await, arranged::text("Flour")).await;
        let order = order(school, user, &[(sold.product, 10_00)]).await;
        let external = school.post("/external_orders", json!({
            "payment_provider": "P", "user_id": user, "product_id": sold.product, "order_type": "one-time",
        })).await.expect(201).id();
        let books = [format!("/orders/{order}"), format!("/external_orders/{external}"), format!("/contents/{lesson}")];
        let books: Vec<&str> = books.iter().map(String::as_str).collect();
        let before = seen(school, &books).await;

        school.delete(&format!("/users/{user}")).await.expect(204);
        assert_eq!(seen(school, &books).await, before);
        let left = school.get(&format!("/courses/{}", sold.id)).await.expect(200).json();
        assert_eq!(left["user_id"], json!(null));
        assert_eq!(left["administrator_user_ids"], json!([]));
        assert_eq!(left["instructor_id"], instructor);
        let left = school.get(&format!("/instructors/{instructor}")).await.expect(200).json();
        assert_eq!((&left["user_id"], &left["first_name"]), (&json!(null), &json!("Ann")));
    }

    async fn another_schools_user_is_not_there_and_not_touched(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let (theirs, ours) = (elsewhere.user("ann@example.com").await, school.user("ann@example.com").await);
        let before = seen(&elsewhere, &["/users"]).await;
        let path = format!("/users/{theirs}");
        assert_not_found(&school.get(&path).await);
        assert_not_found(&school.put(&path, json!({ "company": "ACME" })).await);
        assert_not_found(&school.delete(&path).await);
        assert_list(school, "/users?query[email]=ann@example.com", &[ours]).await;
        school.put(&format!("/users/{ours}"), json!({ "company": "ACME" })).await.expect(204);
        school.delete(&format!("/users/{ours}")).await.expect(204);
        assert_list(school, "/users", &[]).await;
        assert_eq!(seen(&elsewhere, &["/users"]).await, before);
    }
}
