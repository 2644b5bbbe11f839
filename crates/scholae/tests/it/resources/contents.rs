//! Contents of chapters: lessons, quizzes and everything else that is taken.

use super::arranged::{chapter, content, course, course_of, text};
use super::asserted::{assert_list, assert_not_found, assert_scopes};
use crate::support::TestSchool;
use reqwest::Method;
use school::contents::{ContentType, NewContent};
use school::courses::NewCourse;
use serde_json::{Value, json};

/// Every type as clients know it, with its part of the address where it is taken.
const TYPES: [(&str, &str); 13] = [
    ("Assignment", "assignments"),
    ("Audio", "audio"),
    ("BrilliumExam", "exams"),
    ("Disqus", "discussions"),
    ("Download", "downloads"),
    ("HtmlItem", "texts"),
    ("Iframe", "multimedia"),
    ("Lesson", "lessons"),
    ("LiveLesson", "live_events"),
    ("Pdf", "pdfs"),
    ("Presentation", "presentations"),
    ("Quiz", "quizzes"),
    ("Survey", "surveys"),
];

on_both_engines! {
    async fn every_type_of_content_is_shown_with_the_address_where_it_is_taken(school: &TestSchool) {
        let bread = course(school, "Bread & butter").await;
        let flour = chapter(school, bread.id, "Flour").await;
        let mut expected = Vec::new();
        for ((id, position), (name, path)) in (1..).zip(1..).zip(TYPES) {
            let content_type = ContentType::named(name).expect("a type");
            let new = NewContent { content_type, free: id % 2 == 0, ..text(&format!("All about {name}!")) };
            assert_eq!(content(school, flour, new).await, id);
            expected.push(json!({
                "id": id,
                "name": format!("All about {name}!"),
                "position": position,
                "chapter_id": flour,
                "contentable_type": name,
                "free": id % 2 == 0,
                "take_url": format!("http://academy.localhost/courses/take/bread-butter/{path}/{id}-all-about-{}",
                    name.to_lowercase()),
            }));
            assert_eq!(school.get(&format!("/contents/{id}")).await.expect(200).json(), expected[id as usize - 1]);
        }
        let listed = school.get(&format!("/chapters/{flour}/contents")).await.expect(200).json();
        assert_eq!(listed["items"], json!(expected));
        for path in ["/contents/999", "/contents/0", "/contents/flour", "/chapters/999/contents"] {
            assert_not_found(&school.get(path).await);
        }
        assert_scopes(school, &[
            ("read:courses", Method::GET, "/contents/1", Value::Null),
            ("read:courses", Method::GET, &format!("/chapters/{flour}/contents"), Value::Null),
        ]).await;
    }

    async fn contents_are_listed_by_their_position_in_the_chapter(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let their_course = course(&elsewhere, "Bread").await;
        let their_chapter = chapter(&elsewhere, their_course.id, "Flour").await;
        let theirs = content(&elsewhere, their_chapter, text("Rye")).await;
        let named = NewCourse { slug: "brot-é".to_owned(), ..NewCourse::named("Bread") };
        let bread = course_of(school, named).await;
        let (flour, water) = (chapter(school, bread.id, "Flour").await, chapter(school, bread.id, "Water").await);
        let mut ids = Vec::new();
        for position in [Some(5), Some(2), None, Some(2), Some(1)] {
            ids.push(content(school, flour, NewContent { position, ..text("Rye") }).await);
        }
        let [one, two, three, four, five] = ids[..] else { unreachable!("five contents") };
        let other = content(school, water, text("Rye")).await;
        let order = [five, two, four, one, three];
        assert_list(school, &format!("/chapters/{flour}/contents"), &order).await;
        assert_list(school, &format!("/chapters/{water}/contents"), &[other]).await;
        assert_eq!(school.get(&format!("/chapters/{flour}")).await.json()["content_ids"], json!(order));
        let taken = |id: i64| format!("http://academy.localhost/courses/take/brot-%C3%A9/texts/{id}-rye");
        for id in [one, other] {
            let shown = school.get(&format!("/contents/{id}")).await.expect(200).json();
            assert_eq!(shown["take_url"], taken(id), "an address has no letters that need encoding");
        }

        assert_not_found(&school.get(&format!("/contents/{theirs}")).await);
        assert_not_found(&school.get(&format!("/chapters/{their_chapter}/contents")).await);
        let shown = elsewhere.get(&format!("/contents/{theirs}")).await.expect(200).json();
        assert_eq!(shown["take_url"], format!("http://elsewhere.localhost/courses/take/bread/texts/{theirs}-rye"));
    }
}
