//! The write API of courses: what is written is read back, here and by the operations that were there before.

mod as_code;
mod files;
mod lessons;
mod outline;
mod quizzes;
mod selling;

use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};

/// The topics of the school's events, the oldest first.
async fn topics(school: &TestSchool) -> Vec<String> {
    let path = format!("{}/api/v2/events?limit=100", school.url);
    let events = send(school.request(Method::GET, &path)).await.expect(200).json();
    let name = |event: &Value| {
        format!(
            "{}.{}",
            event["resource"].as_str().expect("it is there"),
            event["action"].as_str().expect("it is there")
        )
    };
    let mut topics: Vec<String> = events["items"].as_array().expect("events").iter().map(name).collect();
    topics.reverse();
    topics
}

/// A course and a chapter of it, made by the API: their ids.
async fn course_with_chapter(school: &TestSchool, name: &str) -> (i64, i64) {
    let course = school.post("/courses", json!({ "name": name })).await.expect(201).id();
    let chapter = school.post(&format!("/courses/{course}/chapters"), json!({ "name": "One" })).await.expect(201).id();
    (course, chapter)
}
