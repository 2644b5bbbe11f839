//! Courses and chapters, made, changed, moved and removed.

use super::{course_with_chapter, topics};
use crate::resources::asserted::{assert_list, assert_not_found};
use crate::support::TestSchool;
use serde_json::{Value, json};

on_both_engines! {
    async fn a_course_is_made_changed_and_read_back_by_the_old_operations(school: &TestSchool) {
        let teacher = json!({ "first_name": "Ines", "last_name": "Okafor" });
        let teacher = school.post("/instructors", teacher).await.expect(201).id();
        let ann = school.user("ann@example.com").await;
        let made = school.post("/courses", json!({
            "name": "Sourdough", "subtitle": "In a week", "description": "All about it", "reviews_enabled": true,
            "instructor_id": teacher, "user_id": ann, "administrator_user_ids": [ann],
        })).await.expect(201);
        assert_eq!(school.get(&format!("/courses/{}", made.id())).await.json(), made.json());
        let product = format!("/products/{}", made.json()["product_id"]);
        let sold = school.get(&product).await.json();
        assert_eq!((&sold["status"], &sold["slug"], &sold["price"]), (&json!("draft"), &json!("sourdough"), &json!("0.0")));
        assert_eq!(sold["instructor_names"], "Ines Okafor");

        // Null leaves a field as it is, and an empty text empties it.
        let path = format!("/courses/{}", made.id());
        let change = json!({ "name": "Bread", "subtitle": "", "description": null, "administrator_user_ids": "", "status": "published" });
        school.put(&path, change.clone()).await.expect(204);
        let shown = school.get(&path).await.json();
        assert_eq!((&shown["name"], &shown["subtitle"], &shown["description"]), (&json!("Bread"), &Value::Null, &json!("All about it")));
        assert_eq!((&shown["administrator_user_ids"], &shown["slug"]), (&json!([]), &json!("sourdough")));
        assert_eq!(school.get(&product).await.json()["status"], "published");
        let told = topics(school).await;
        assert_eq!(told[told.len() - 4..], ["product.created", "course.created", "product.updated", "course.updated"]);
        school.put(&path, change).await.expect(204);
        assert_eq!(topics(school).await, told, "what changes nothing is no event");

        for (body, field, problem) in [
            (json!({}), "name", "can't be blank"),
            (json!({ "name": "B", "slug": "sourdough" }), "slug", "has already been taken"),
            (json!({ "name": "B", "video_completion_percentage": 101 }), "video_completion_percentage", "must be between 1 and 100"),
        ] {
            let refused = school.post("/courses", body).await.expect(422).json();
            assert_eq!(refused["errors"][field], json!([problem]), "{refused}");
        }
    }

    async fn chapters_are_put_at_places_that_stay_without_gaps(school: &TestSchool) {
        let (course, one) = course_with_chapter(school, "Bread").await;
        let path = format!("/courses/{course}/chapters");
        let add = async |body: Value| school.post(&path, body).await.expect(201).id();
        let two = add(json!({ "name": "Two", "description": "Second" })).await;
        let first = add(json!({ "name": "First", "position": 1 })).await;
        let between = add(json!({ "name": "Between", "after_id": one })).await;
        assert_list(school, &path, &[first, one, between, two]).await;
        let positions = async || {
            let listed = school.get(&path).await.json();
            listed["items"].as_array().expect("it is there").iter().map(|chapter| chapter["position"].as_i64().expect("it is there")).collect::<Vec<_>>()
        };
        assert_eq!(positions().await, [1, 2, 3, 4]);
        school.put(&format!("/chapters/{two}"), json!({ "before_id": first })).await.expect(204);
        school.put(&format!("/chapters/{one}"), json!({ "position": 99, "name": "Last" })).await.expect(204);
        assert_list(school, &path, &[two, first, between, one]).await;
        assert_eq!(school.get(&format!("/courses/{course}")).await.json()["chapter_ids"], json!([two, first, between, one]));
        school.delete(&format!("/chapters/{first}")).await.expect(204);
        assert_list(school, &path, &[two, between, one]).await;
        assert_eq!(positions().await, [1, 2, 3]);
        assert_eq!(topics(school).await.last().map(String::as_str), Some("course.updated"));
        assert_not_found(&school.get(&format!("/chapters/{first}")).await);
        for wrong in [json!({ "position": 0 }), json!({ "before_id": first }), json!({ "position": 1, "after_id": one })] {
            school.put(&format!("/chapters/{two}"), wrong).await.expect(422);
        }
        assert_list(school, &path, &[two, between, one]).await;
    }

    async fn a_course_that_people_are_enrolled_in_is_removed_only_where_that_is_said(school: &TestSchool) {
        let (course, chapter) = course_with_chapter(school, "Bread").await;
        let ann = school.user("ann@example.com").await;
        let enrollment = school.post("/enrollments", json!({ "user_id": ann, "course_id": course })).await.expect(201).id();
        let path = format!("/courses/{course}");
        let refused = school.delete(&path).await.expect(422).json();
        assert!(refused["errors"]["base"][0].as_str().expect("it is there").contains("(1)"), "{refused}");
        school.get(&format!("/enrollments/{enrollment}")).await.expect(200);
        school.delete(&format!("{path}?with_enrollments=true")).await.expect(204);
        for gone in [path, format!("/chapters/{chapter}"), format!("/enrollments/{enrollment}")] {
            assert_not_found(&school.get(&gone).await);
        }
        assert_eq!(topics(school).await.iter().rev().take(2).collect::<Vec<_>>(), ["product.deleted", "course.deleted"]);
    }

    async fn a_course_is_made_like_another(school: &TestSchool) {
        let (course, chapter) = course_with_chapter(school, "Bread").await;
        let quiz = json!({ "name": "Check", "contentable_type": "Quiz", "questions": [{ "prompt": "Why?", "text": "Say it." }] });
        school.post(&format!("/chapters/{chapter}/contents"), quiz).await.expect(201);
        school.put(&format!("/courses/{course}"), json!({ "status": "published" })).await.expect(204);
        let like = school.post(&format!("/courses/{course}/duplicate"), json!({})).await.expect(201).json();
        assert_eq!((&like["name"], &like["slug"]), (&json!("Bread (copy)"), &json!("bread-copy")));
        assert_eq!(school.get(&format!("/products/{}", like["product_id"])).await.json()["status"], "draft");
        let chapters = like["chapter_ids"].as_array().expect("it is there");
        assert!(chapters.len() == 1 && chapters[0] != chapter);
        let lessons = school.get(&format!("/chapters/{}/contents", chapters[0])).await.json();
        let body = school.get(&format!("/contents/{}/body", lessons["items"][0]["id"])).await.json();
        assert_eq!((&body["questions"][0]["prompt"], &body["questions"][0]["kind"]), (&json!("Why?"), &json!("free_text")));
        let named = json!({ "name": "Cake", "slug": "bread" });
        school.post(&format!("/courses/{course}/duplicate"), named).await.expect(422);
    }
}
