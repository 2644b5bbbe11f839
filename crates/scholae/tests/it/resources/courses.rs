//! Courses. The API reads them; they are made where courses are written, and sold as products.

use super::arranged::{self, Sold, bundle, chapter, content, course, course_of, order, remove_course};
use super::asserted::{assert_list, assert_not_found, assert_scopes, seen};
use crate::support::TestSchool;
use reqwest::Method;
use school::courses::NewCourse;
use serde_json::{Value, json};
use store::{InstructorId, UserId};

on_both_engines! {
    async fn a_course_is_shown_with_every_field_and_two_pictures_in_any_case(school: &TestSchool) {
        let least = course(school, "Sourdough at home!").await;
        let shown = school.get("/courses/1").await.expect(200).json();
        assert_eq!(shown, json!({
            "id": 1,
            "name": "Sourdough at home!",
            "slug": "sourdough-at-home",
            "subtitle": null,
            "product_id": least.product,
            "description": null,
            "course_card_text": null,
            "intro_video_youtube": null,
            "contact_information": null,
            "keywords": null,
            "duration": null,
            "banner_image_url": "/assets/tenant/default-course-banner.jpg",
            "course_card_image_url": "/assets/defaults/default-product-card.png",
            "banner_image_file_id": null,
            "course_card_image_file_id": null,
            "intro_video_wistia_identifier": null,
            "administrator_user_ids": [],
            "chapter_ids": [],
            "reviews_enabled": false,
            "user_id": null,
            "instructor_id": null,
        }));
        let (ann, bob) = (school.user("ann@example.com").await, school.user("bob@example.com").await);
        let body = json!({ "first_name": "Bob", "last_name": "Jones", "slug": "bob" });
        let instructor = school.post("/instructors", body).await.expect(201).id();
        let some = |text: &str| Some(text.to_owned());
        let most = course_of(school, NewCourse {
            slug: "bread".to_owned(),
            subtitle: some("A second line"),
            description: some("All about bread"),
            course_card_text: some("Bread!"),
            intro_video_youtube: some("youtube01"),
            intro_video_wistia_identifier: some("wistia0123"),
            contact_information: some("Ask Ann"),
            keywords: some("bread,baking"),
            duration: some("22"),
            banner_image_url: some("https://example.com/banner.jpg"),
            course_card_image_url: some("https://example.com/card.jpg"),
            reviews_enabled: true,
            user_id: Some(UserId::new(ann)),
            instructor_id: Some(InstructorId::new(instructor)),
            administrator_user_ids: vec![UserId::new(bob), UserId::new(ann)],
            ..NewCourse::named("Bread")
        }).await;
        let (first, second) = (chapter(school, most.id, "One").await, chapter(school, most.id, "Two").await);
        let whole = school.get("/courses/2").await.expect(200).json();
        assert_eq!(whole, json!({
            "id": 2,
            "name": "Bread",
            "slug": "bread",
            "subtitle": "A second line",
            "product_id": most.product,
            "description": "All about bread",
            "course_card_text": "Bread!",
            "intro_video_youtube": "youtube01",
            "contact_information": "Ask Ann",
            "keywords": "bread,baking",
            "duration": "22",
            "banner_image_url": "https://example.com/banner.jpg",
            "course_card_image_url": "https://example.com/card.jpg",
            "banner_image_file_id": null,
            "course_card_image_file_id": null,
            "intro_video_wistia_identifier": "wistia0123",
            "administrator_user_ids": [ann, bob],
            "chapter_ids": [first, second],
            "reviews_enabled": true,
            "user_id": ann,
            "instructor_id": instructor,
        }));
        assert_eq!(school.get("/courses").await.expect(200).json()["items"], json!([shown, whole]));
        for Sold { id, product } in [least, most] {
            let product = school.get(&format!("/products/{product}")).await.expect(200).json();
            let sells = (&product["productable_type"], &product["productable_id"]);
            assert_eq!(sells, (&json!("Course"), &json!(id)));
        }
        for path in ["/courses/999", "/courses/0", "/courses/bread"] {
            assert_not_found(&school.get(path).await);
        }
        let both = bundle(school, "Both", &[most.id, least.id]).await;
        let listed = school.get(&format!("/bundles/{}/courses", both.id)).await.expect(200).json();
        assert_eq!(listed["items"], json!([shown, whole]), "a bundle shows its courses as the list does");
        assert_scopes(school, &[
            ("read:courses", Method::GET, "/courses", Value::Null),
            ("read:courses", Method::GET, "/courses/2", Value::Null),
            ("read:courses", Method::GET, "/courses/2/chapters", Value::Null),
        ]).await;
    }

    async fn with_a_course_goes_all_that_it_is_made_of_and_the_books_stay(school: &TestSchool) {
        let (bread, cake) = (course(school, "Bread").await, course(school, "Cake").await);
        let both = bundle(school, "Both", &[bread.id, cake.id]).await;
        let ann = school.user("ann@example.com").await;
        let mut made = Vec::new();
        for sold in [bread, cake] {
            let chapter = chapter(school, sold.id, "One").await;
            let content = content(school, chapter, arranged::text("Flour")).await;
            let enrollment = json!({ "user_id": ann, "course_id": sold.id });
            let enrollment = school.post("/enrollments", enrollment).await.expect(201).id();
            let review = json!({ "user_id": ann, "rating": 5, "title": "T", "review_text": "R", "approved": true });
            let review = school.post(&format!("/course_reviews?course_id={}", sold.id), review).await.expect(201).id();
            made.push([
                format!("/courses/{}", sold.id),
                format!("/products/{}", sold.product),
                format!("/chapters/{chapter}"),
                format!("/contents/{content}"),
                format!("/enrollments/{enrollment}"),
                format!("/course_reviews/{review}"),
            ]);
        }
        school.post(&format!("/bundles/{}/enrollments", both.id), json!({ "user_id": ann })).await.expect(201);
        let order = order(school, ann, &[(bread.product, 10_00)]).await;
        let external = school.post("/external_orders", json!({
            "payment_provider": "P", "user_id": ann, "product_id": bread.product, "order_type": "one-time",
        })).await.expect(201).id();
        let books = [format!("/orders/{order}"), format!("/external_orders/{external}")];
        let stays: Vec<&str> = books.iter().chain(&made[1]).map(String::as_str).collect();
        let before = seen(school, &stays).await;
        let others = school.get("/enrollments").await.ids()[1..].to_vec();

        remove_course(school, bread.id).await;
        for path in &made[0] {
            assert_not_found(&school.get(path).await);
        }
        for list in [
            format!("/courses/{}/chapters", bread.id),
            format!("/course_reviews?course_id={}", bread.id),
            made[0][2].clone() + "/contents",
        ] {
            assert_not_found(&school.get(&list).await);
        }
        assert_eq!(seen(school, &stays).await, before);
        assert_list(school, "/courses", &[cake.id]).await;
        assert_list(school, &format!("/bundles/{}/courses", both.id), &[cake.id]).await;
        assert_eq!(school.get(&format!("/bundles/{}", both.id)).await.json()["course_ids"], json!([cake.id]));
        for list in ["/enrollments", &format!("/bundles/{}/enrollments", both.id)] {
            assert_list(school, list, &others).await;
        }
        assert_list(school, &format!("/enrollments?query[course_id]={}", bread.id), &[]).await;
        assert_list(school, "/products", &[cake.product, both.product]).await;
    }

    async fn another_schools_courses_are_not_there(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let (theirs, ours) = (course(&elsewhere, "Bread").await, course(school, "Bread").await);
        chapter(&elsewhere, theirs.id, "One").await;
        let before = seen(&elsewhere, &["/courses"]).await;
        for path in [format!("/courses/{}", theirs.id), format!("/courses/{}/chapters", theirs.id)] {
            assert_not_found(&school.get(&path).await);
            elsewhere.get(&path).await.expect(200);
        }
        assert_list(school, "/courses", &[ours.id]).await;
        let shown = school.get(&format!("/courses/{}", ours.id)).await.expect(200).json();
        assert_eq!((&shown["slug"], &shown["chapter_ids"]), (&json!("bread"), &json!([])));
        remove_course(school, ours.id).await;
        assert_list(school, "/courses", &[]).await;
        assert_eq!(seen(&elsewhere, &["/courses"]).await, before);
    }

    async fn the_list_is_in_the_order_of_their_making(school: &TestSchool) {
        let mut ids = Vec::new();
        for name in ["C", "A", "E", "B", "D"] {
            ids.push(course(school, name).await.id);
        }
        assert_list(school, "/courses", &ids).await;
        remove_course(school, ids.remove(2)).await;
        assert_list(school, "/courses", &ids).await;
        ids.push(course(school, "E").await.id);
        assert_list(school, "/courses", &ids).await;
    }
}
