//! A whole course in one request: courses as code over HTTP.

use super::topics;
use crate::support::TestSchool;
use serde_json::{Value, json};

const TOML: &str = r#"name = "Sourdough in a week"
slug = "sourdough-in-a-week"
subtitle = "Flour, water, patience"
reviews_enabled = true
video_completion_percentage = 90

[product]
status = "published"
private = false
hidden = false
has_certificate = false

[[prices]]
payment_type = "one-time"
price = "49.00"
currency = "usd"

[[chapters]]
name = "Day one"
description = "Begin."
folder = "01-day-one"
lessons = ["01-why.md", "02-folding.md", "03-check.quiz.md", "04-ask.survey.md"]

[[chapters]]
name = "Day two"
folder = "02-day-two"
lessons = ["01-words.md", "02-meet.md", "03-work.md"]
"#;

const FILES: [(&str, &str); 7] = [
    ("01-day-one/01-why.md", "+++\nname = \"Why?\"\nfree = true\n+++\n\nBecause *bread*.\n"),
    (
        "01-day-one/02-folding.md",
        "+++\nname = \"Folding\"\ntype = \"Lesson\"\nprerequisite = true\nurl = \"https://example.com/a.mp4\"\n\
        duration_in_seconds = 428\ndownloadable = true\nfiles = [{ name = \"Notes\", url = \"https://example.com/n.pdf\" }]\n+++\n",
    ),
    (
        "01-day-one/03-check.quiz.md",
        "+++\nname = \"Check\"\npassing_grade = 70\nquestion_count = 1\nshuffle_questions = true\n+++\n\n\
        Take your time.\n\n## How warm?\n\n- [x] Hand\n- [ ] Boiling\n\n> Hotter kills it.\n\n## Which? {multiple}\n\n- [x] Yeast\n- [ ] Salt\n",
    ),
    (
        "01-day-one/04-ask.survey.md",
        "+++\nname = \"Ask\"\nconfirmation_message = \"Thanks\"\n+++\n\n\
        ## How was it? {scale optional left=\"Bad\" right=\"Good\"}\n\n## Anything else?\n",
    ),
    (
        "02-day-two/01-words.md",
        "+++\nname = \"Words\"\ndraft = true\nformat = \"html\"\nrelease_after_days = 2\n+++\n\n<p>Hello <b>you</b></p>\n",
    ),
    (
        "02-day-two/02-meet.md",
        "+++\nname = \"Meet\"\ntype = \"LiveLesson\"\nurl = \"https://example.com/meet\"\n\
        starts_at = \"2026-03-01T18:00:00.000Z\"\nduration_in_minutes = 45\n+++\n",
    ),
    ("02-day-two/03-work.md", "+++\nname = \"Work\"\ntype = \"Assignment\"\nfile_size_limit = 20\n+++\n\nBake one.\n"),
];

fn files() -> Value {
    let files = [("course.toml", TOML)].into_iter().chain(FILES);
    json!({ "files": files.map(|(path, text)| json!({ "path": path, "text": text })).collect::<Vec<_>>() })
}

/// The course as it is exported.
async fn exported(school: &TestSchool, slug: &str) -> Value {
    school.get(&format!("/course_files/{slug}")).await.expect(200).json()["files"].clone()
}

/// The same course, step by step.
async fn written_step_by_step(school: &TestSchool) {
    let course = school
        .post(
            "/courses",
            json!({
                "name": "Sourdough in a week", "subtitle": "Flour, water, patience", "reviews_enabled": true,
                "video_completion_percentage": 90, "status": "published",
            }),
        )
        .await
        .expect(201)
        .json();
    let price = json!({ "product_prices": [{ "payment_type": "one-time", "price": "49.00", "currency": "usd" }] });
    school.put(&format!("/products/{}", course["product_id"]), price).await.expect(204);
    let chapters = format!("/courses/{}/chapters", course["id"]);
    let one = school.post(&chapters, json!({ "name": "Day one", "description": "Begin." })).await.expect(201).id();
    let two = school.post(&chapters, json!({ "name": "Day two" })).await.expect(201).id();
    let lesson = async |chapter: i64, body: Value| {
        school.post(&format!("/chapters/{chapter}/contents"), body).await.expect(201).id()
    };
    lesson(one, json!({ "name": "Why?", "free": true, "text": "Because *bread*.\n" })).await;
    lesson(one, json!({ "name": "Folding", "contentable_type": "Lesson", "prerequisite": true, "duration_in_seconds": 428, "settings": {
        "url": "https://example.com/a.mp4", "downloadable": true, "files": [{ "name": "Notes", "url": "https://example.com/n.pdf" }] } })).await;
    let quiz = lesson(
        one,
        json!({ "name": "Check", "contentable_type": "Quiz", "text": "Take your time.\n",
        "settings": { "passing_grade": 70, "question_count": 1, "shuffle_questions": true } }),
    )
    .await;
    let question = async |body: Value| {
        school.post(&format!("/contents/{quiz}/questions"), body).await.expect(201);
    };
    question(json!({ "prompt": "Which?", "kind": "multiple_answers", "choices": [{ "text": "Yeast", "correct": true }, { "text": "Salt" }] })).await;
    question(json!({ "position": 1, "prompt": "How warm?", "explanation": "Hotter kills it.",
        "choices": [{ "text": "Hand", "correct": true }, { "text": "Boiling" }] }))
    .await;
    lesson(one, json!({ "name": "Ask", "contentable_type": "Survey", "settings": { "confirmation_message": "Thanks" }, "questions": [
        { "prompt": "How was it?", "kind": "scale", "left_label": "Bad", "right_label": "Good", "optional": true }, { "prompt": "Anything else?" }] })).await;
    lesson(
        two,
        json!({ "name": "Words", "draft": true, "text": "<p>Hello <b>you</b></p><script>x</script>\n",
        "settings": { "format": "html", "release_after_days": 2 } }),
    )
    .await;
    lesson(
        two,
        json!({ "name": "Meet", "contentable_type": "LiveLesson", "settings": { "url": "https://example.com/meet",
        "starts_at": "2026-03-01T19:00:00+01:00", "duration_in_minutes": 45 } }),
    )
    .await;
    lesson(two, json!({ "name": "Work", "contentable_type": "Assignment", "text": "Bake one.\n", "settings": { "file_size_limit": 20 } })).await;
}

on_both_engines! {
    async fn a_course_written_step_by_step_equals_the_same_course_as_code_byte_for_byte(school: &TestSchool) {
        let other = school.second_school("elsewhere").await;
        other.put("/course_files/sourdough-in-a-week", files()).await.expect(200);
        written_step_by_step(school).await;
        let (stepwise, as_code) = (exported(school, "sourdough-in-a-week").await, exported(&other, "sourdough-in-a-week").await);
        assert_eq!(as_code, files()["files"], "what was sent comes back to the letter");
        assert_eq!(stepwise, as_code);
        // What is written back changes nothing.
        let told = topics(school).await;
        school.put("/course_files/sourdough-in-a-week", json!({ "files": stepwise })).await.expect(200);
        assert_eq!(topics(school).await, told);
    }

    async fn sending_a_course_again_changes_nothing_and_another_version_keeps_the_ids(school: &TestSchool) {
        let path = "/course_files/sourdough-in-a-week";
        let first = school.put(path, files()).await.expect(200).json();
        let told = topics(school).await;
        assert_eq!(school.put(path, files()).await.expect(200).json(), first);
        assert_eq!(topics(school).await, told);
        let listed = school.get(&format!("/chapters/{}/contents", first["chapter_ids"][0])).await.json();
        let mut other = files();
        let toml = TOML.replace("\"01-why.md\", ", "").replace("Day one", "The first day");
        other["files"][0]["text"] = json!(toml);
        school.put(path, other).await.expect(200);
        let chapter = school.get(&format!("/chapters/{}", first["chapter_ids"][0])).await.expect(200).json();
        let ids: Vec<Value> = listed["items"].as_array().expect("it is there")[1..].iter().map(|lesson| lesson["id"].clone()).collect();
        assert_eq!((&chapter["name"], &chapter["content_ids"]), (&json!("The first day"), &json!(ids)));
        school.get(&format!("/contents/{}", listed["items"][0]["id"])).await.expect(404);
    }

    async fn everything_that_is_wrong_with_the_files_is_told_under_their_names(school: &TestSchool) {
        let path = "/course_files/sourdough-in-a-week";
        let mut wrong = files();
        wrong["files"][1]["text"] = json!("No front matter");
        wrong["files"][3]["text"] = json!("+++\nname = \"Check\"\n+++\n\n## Why?\n\n- [ ] No\n");
        wrong["files"].as_array_mut().expect("it is there").pop();
        let refused = school.put(path, wrong).await.expect(422).json();
        for (file, problem) in [
            ("01-day-one/01-why.md", "has no front matter"),
            ("01-day-one/03-check.quiz.md", "has no right choice"),
            ("02-day-two/03-work.md", "is missing; send it along"),
        ] {
            assert!(refused["errors"][file][0].as_str().unwrap_or_default().contains(problem), "{file}: {refused}");
        }
        school.get(path).await.expect(404);
        let other = school.put("/course_files/bread", files()).await.expect(422).json();
        assert!(other["errors"]["course.toml"][0].as_str().expect("it is there").contains("is not the name of the folder"), "{other}");
        school.put(path, json!({})).await.expect(422);
    }
}
