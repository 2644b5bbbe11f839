//! Chapters of courses.

use super::arranged::{chapter, chapter_of, content, course, text};
use super::asserted::{assert_list, assert_not_found, assert_scopes};
use crate::support::TestSchool;
use reqwest::Method;
use school::chapters::NewChapter;
use school::contents::{ContentType, NewContent};
use serde_json::{Value, json};

on_both_engines! {
    async fn a_chapter_is_shown_with_its_contents_and_the_length_of_its_videos(school: &TestSchool) {
        let bread = course(school, "Bread").await;
        let described = NewChapter { description: Some("The first chapter".to_owned()), ..NewChapter::default() };
        let flour = chapter_of(school, bread.id, NewChapter { name: "Flour".to_owned(), ..described }).await;
        chapter(school, bread.id, "Water").await;
        let empty = json!({
            "id": 2, "name": "Water", "position": 2, "description": null, "duration_in_seconds": 0, "content_ids": [],
        });
        assert_eq!(school.get("/chapters/2").await.expect(200).json(), empty);
        let lasting = |name: &str, content_type, duration_in_seconds| {
            NewContent { content_type, duration_in_seconds, ..text(name) }
        };
        for new in [
            lasting("Video", ContentType::Lesson, 60),
            lasting("Sound", ContentType::Audio, 500),
            lasting("Another video", ContentType::Lesson, 5),
            NewContent { position: Some(1), ..lasting("Text", ContentType::HtmlItem, 7) },
            lasting("Live", ContentType::LiveLesson, 3_600),
        ] {
            content(school, flour, new).await;
        }
        let full = json!({
            "id": 1, "name": "Flour", "position": 1, "description": "The first chapter", "duration_in_seconds": 65,
            "content_ids": [1, 4, 2, 3, 5],
        });
        assert_eq!(school.get("/chapters/1").await.expect(200).json(), full);
        let listed = school.get("/courses/1/chapters").await.expect(200).json();
        assert_eq!(listed["items"], json!([full, empty]));
        for path in ["/chapters/999", "/chapters/0", "/chapters/flour", "/courses/999/chapters"] {
            assert_not_found(&school.get(path).await);
        }
        assert_scopes(school, &[
            ("read:courses", Method::GET, "/chapters/1", Value::Null),
            ("read:courses", Method::GET, "/chapters/1/contents", Value::Null),
        ]).await;
    }

    async fn chapters_are_listed_by_their_position_in_the_course(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let theirs = course(&elsewhere, "Bread").await;
        let their_chapter = chapter(&elsewhere, theirs.id, "One").await;
        let (bread, cake) = (course(school, "Bread").await, course(school, "Cake").await);
        let mut ids = Vec::new();
        for position in [Some(5), Some(2), None, Some(2), Some(1)] {
            let new = NewChapter { name: "Any".to_owned(), position, ..NewChapter::default() };
            ids.push(chapter_of(school, bread.id, new).await);
        }
        let [one, two, three, four, five] = ids[..] else { unreachable!("five chapters") };
        let other = chapter(school, cake.id, "One").await;
        let order = [five, two, four, one, three];
        let list = format!("/courses/{}/chapters", bread.id);
        assert_list(school, &list, &order).await;
        let positions: Vec<i64> = school.get(&list).await.json()["items"]
            .as_array().expect("a list").iter().filter_map(|chapter| chapter["position"].as_i64()).collect();
        assert_eq!(positions, [1, 2, 2, 5, 6]);
        assert_eq!(school.get(&format!("/courses/{}", bread.id)).await.json()["chapter_ids"], json!(order));
        assert_list(school, &format!("/courses/{}/chapters", cake.id), &[other]).await;

        assert_not_found(&school.get(&format!("/chapters/{their_chapter}")).await);
        assert_not_found(&school.get(&format!("/chapters/{their_chapter}/contents")).await);
        assert_list(&elsewhere, &format!("/courses/{}/chapters", theirs.id), &[their_chapter]).await;
    }
}
