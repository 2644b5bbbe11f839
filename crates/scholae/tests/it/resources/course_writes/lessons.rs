//! Contents of every kind, with what each holds.

use super::course_with_chapter;
use crate::resources::arranged::text;
use crate::resources::asserted::assert_list;
use crate::support::TestSchool;
use school::contents::{self, NewContent, Settings};
use school::{ContentId, EnrollmentId, progress};
use serde_json::{Value, json};

on_both_engines! {
    async fn each_kind_holds_what_is_its_own_and_nothing_else(school: &TestSchool) {
        let (_, chapter) = course_with_chapter(school, "Bread").await;
        let path = format!("/chapters/{chapter}/contents");
        let url = "https://media.example.com/a";
        for (kind, settings) in [
            ("HtmlItem", json!({ "format": "html" })),
            ("Lesson", json!({ "url": url, "downloadable": true, "autoplay": true, "captions_url": "/files/1.vtt", "thumbnail_url": url,
                "files": [{ "name": "Slides", "url": url, "file_id": null }] })),
            ("Audio", json!({ "url": url, "downloadable": true })),
            ("Pdf", json!({ "url": url, "downloadable": true })),
            ("Download", json!({ "files": [{ "name": "Templates", "url": url, "file_id": null }, { "name": "More", "url": url, "file_id": null }] })),
            ("Presentation", json!({ "url": url })),
            ("Iframe", json!({ "url": url })),
            ("Quiz", json!({ "passing_grade": 70, "question_count": 2, "shuffle_questions": true, "shuffle_choices": true, "hide_explanations": true })),
            ("Survey", json!({ "confirmation_message": "Thank you" })),
            ("Assignment", json!({ "template_url": url, "file_size_limit": 20, "confirmation_message": "Thank you" })),
            ("LiveLesson", json!({ "url": url, "starts_at": "2026-03-01T19:00:00+01:00", "duration_in_minutes": 45 })),
            ("Disqus", json!({})),
            ("BrilliumExam", json!({ "url": url, "release_after_days": 7 })),
        ] {
            let sent = json!({ "name": kind, "contentable_type": kind, "free": true, "duration_in_seconds": 60, "draft": true,
                "prerequisite": true, "text": "<p>Words</p>", "settings": settings });
            let made = school.post(&path, sent).await.expect(201);
            let shown = made.json();
            assert_eq!((&shown["contentable_type"], &shown["free"]), (&json!(kind), &json!(true)));
            assert_eq!(school.get(&format!("/contents/{}", made.id())).await.expect(200).json(), shown);
            let body = school.get(&format!("/contents/{}/body", made.id())).await.expect(200).json();
            assert_eq!((&body["text"], &body["html"], &body["draft"]), (&json!("<p>Words</p>"), &json!("<p>Words</p>"), &json!(true)), "{kind}");
            for (name, value) in settings.as_object().expect("it is there") {
                let expected = if name == "starts_at" { json!("2026-03-01T18:00:00.000Z") } else { value.clone() };
                assert_eq!(body["settings"][name], expected, "{kind} {name}");
            }
        }
        for (kind, settings, field) in [
            ("HtmlItem", json!({ "url": url }), "url"),
            ("Lesson", json!({ "passing_grade": 70 }), "passing_grade"),
            ("Lesson", json!({ "url": "javascript:alert(1)" }), "url"),
            ("Download", json!({ "files": [{ "name": "", "url": url }] }), "files"),
            ("Quiz", json!({ "passing_grade": 101 }), "passing_grade"),
            ("HtmlItem", json!({ "release_after_days": 1, "release_at": "2026-03-01" }), "release_at"),
        ] {
            let sent = json!({ "name": "A", "contentable_type": kind, "settings": settings });
            let refused = school.post(&path, sent).await.expect(422).json();
            assert!(refused["errors"][field].is_array(), "{field}: {refused}");
        }
        let refused = school.post(&path, json!({ "name": "A", "questions": [{ "prompt": "Why?" }] })).await.expect(422).json();
        assert!(refused["errors"]["questions"].is_array(), "{refused}");
    }

    async fn html_is_cleaned_when_it_enters_and_markdown_is_kept_as_it_is(school: &TestSchool) {
        let (_, chapter) = course_with_chapter(school, "Bread").await;
        let path = format!("/chapters/{chapter}/contents");
        let evil = "<p onclick=\"alert(1)\">Hello <b>you</b></p><script>alert(1)</script><a href=\"javascript:alert(1)\">x</a>";
        let made = school.post(&path, json!({ "name": "A", "text": evil, "settings": { "format": "html" } })).await.expect(201).id();
        let body = school.get(&format!("/contents/{made}/body")).await.json();
        let clean = "<p>Hello <b>you</b></p><a rel=\"noopener noreferrer\">x</a>";
        assert_eq!((&body["text"], &body["html"]), (&json!(clean), &json!(clean)));
        let markdown = format!("# Title\n\n{evil}\n");
        let made = school.post(&path, json!({ "name": "B", "text": markdown })).await.expect(201).id();
        let body = school.get(&format!("/contents/{made}/body")).await.json();
        assert_eq!(body["text"], json!(markdown));
        let html = body["html"].as_str().expect("it is there");
        assert!(html.contains("<h1>Title</h1>") && !html.contains("script") && !html.contains("onclick"), "{html}");
    }

    async fn a_change_touches_only_the_given_field(school: &TestSchool) {
        let (_, chapter) = course_with_chapter(school, "Bread").await;
        let sent = json!({ "name": "Folding", "contentable_type": "Lesson", "text": "Watch.", "duration_in_seconds": 60,
            "settings": { "url": "https://example.com/a.mp4", "downloadable": true } });
        let id = school.post(&format!("/chapters/{chapter}/contents"), sent).await.expect(201).id();
        let path = format!("/contents/{id}");
        let body = async || school.get(&format!("{path}/body")).await.expect(200).json();
        school.put(&path, json!({ "name": "Stretch", "text": null, "settings": { "downloadable": "" } })).await.expect(204);
        let shown = body().await;
        assert_eq!((&shown["text"], &shown["settings"]["url"]), (&json!("Watch."), &json!("https://example.com/a.mp4")));
        assert_eq!((&shown["settings"]["downloadable"], &shown["duration_in_seconds"]), (&json!(false), &json!(60)));
        school.put(&path, json!({ "text": "", "draft": true })).await.expect(204);
        assert_eq!((&body().await["text"], &body().await["draft"]), (&json!(""), &json!(true)));
        // What the other kind does not have goes.
        school.put(&path, json!({ "contentable_type": "HtmlItem" })).await.expect(204);
        assert_eq!(body().await["settings"]["url"], Value::Null);
    }

    async fn contents_are_moved_within_a_chapter_and_to_another(school: &TestSchool) {
        let (course, first) = course_with_chapter(school, "Bread").await;
        let second = school.post(&format!("/courses/{course}/chapters"), json!({ "name": "Two" })).await.expect(201).id();
        let (_, elsewhere) = course_with_chapter(school, "Cake").await;
        let list = |chapter: i64| format!("/chapters/{chapter}/contents");
        let mut ids = Vec::new();
        for name in ["a", "b", "c"] {
            ids.push(school.post(&list(first), json!({ "name": name })).await.expect(201).id());
        }
        let [a, b, c] = ids[..] else { unreachable!("three") };
        let top = school.post(&list(first), json!({ "name": "top", "position": 1 })).await.expect(201).id();
        assert_list(school, &list(first), &[top, a, b, c]).await;
        let change = async |id: i64, body: Value| school.put(&format!("/contents/{id}"), body).await;
        change(c, json!({ "before_id": a })).await.expect(204);
        assert_list(school, &list(first), &[top, c, a, b]).await;
        change(a, json!({ "chapter_id": second })).await.expect(204);
        change(b, json!({ "chapter_id": second, "before_id": a })).await.expect(204);
        assert_list(school, &list(first), &[top, c]).await;
        assert_list(school, &list(second), &[b, a]).await;
        assert_eq!(school.get(&format!("/contents/{a}")).await.json()["position"], 2);
        for wrong in [json!({ "chapter_id": elsewhere }), json!({ "after_id": top, "chapter_id": second }), json!({ "position": -1 })] {
            change(a, wrong).await.expect(422);
        }
        school.delete(&format!("/contents/{top}")).await.expect(204);
        assert_eq!(school.get(&format!("/contents/{c}")).await.json()["position"], 1);
    }

    async fn drafts_times_and_prerequisites_keep_a_lesson_from_students(school: &TestSchool) {
        let (course, chapter) = course_with_chapter(school, "Bread").await;
        let list = format!("/chapters/{chapter}/contents");
        let add = async |body: Value| school.post(&list, body).await.expect(201).id();
        let draft = add(json!({ "name": "Draft", "draft": true })).await;
        let first = add(json!({ "name": "First", "prerequisite": true })).await;
        let behind = add(json!({ "name": "Behind" })).await;
        let later = add(json!({ "name": "Later", "settings": { "release_after_days": 3 } })).await;
        let fixed = add(json!({ "name": "Fixed", "settings": { "release_at": "2099-01-01" } })).await;
        let ann = school.user("ann@example.com").await;
        let enrollment = json!({ "user_id": ann, "course_id": course, "activated_at": "2020-01-01T00:00:00Z" });
        let old = school.post("/enrollments", enrollment).await.expect(201).id();
        let bob = school.user("bob@example.com").await;
        let enrollment = json!({ "user_id": bob, "course_id": course, "activated_at": store_now() });
        let new = school.post("/enrollments", enrollment).await.expect(201).id();
        let complete = async |enrollment: i64, content: i64| {
            let work = move |tx: &mut store::Tx<'_>, site| {
                match progress::complete_lesson(tx, site, EnrollmentId::new(enrollment), ContentId::new(content)) {
                    Ok(_) => Ok(String::new()),
                    Err(school::Error::Invalid(problems)) => Ok(problems[0].1.clone()),
                    Err(other) => Err(other),
                }
            };
            school.arrange(work).await
        };
        assert_eq!(complete(old, draft).await, "is a draft");
        assert_eq!(complete(old, behind).await, format!("opens when the lesson {first} is completed"));
        assert_eq!(complete(old, first).await, "");
        assert_eq!(complete(old, behind).await, "");
        assert_eq!(complete(old, later).await, "", "three days have passed");
        assert!(complete(old, fixed).await.starts_with("opens at 2099"));
        assert_eq!(complete(new, first).await, "");
        assert!(complete(new, later).await.starts_with("opens at "));
        let shown = school.get(&format!("/enrollments/{old}")).await.json();
        assert_eq!(shown["percentage_completed"], "0.75", "the draft does not count");
    }

    async fn a_quiz_of_before_questions_had_rows_is_read_as_it_was(school: &TestSchool) {
        let (_, chapter) = course_with_chapter(school, "Bread").await;
        let id = school.arrange(move |tx, site| {
            let new = NewContent { settings: Settings::default(), ..text("Check") };
            let id = contents::create(tx, site, school::ChapterId::new(chapter), &new)?.id;
            tx.execute("UPDATE contents SET contentable_type = 'Quiz' WHERE site_id = $1 AND id = $2", store::params![site, id])?;
            let body = "Before.\n\n## Why?\n\n- [x] So\n- [ ] No\n";
            tx.execute("UPDATE content_bodies SET body = $1 WHERE site_id = $2 AND content_id = $3", store::params![body, site, id])?;
            Ok(id)
        }).await;
        let read = async || school.get(&format!("/contents/{id}/body")).await.expect(200).json();
        let had = read().await;
        assert_eq!((&had["text"], &had["questions"][0]["prompt"], &had["questions"][0]["id"]), (&json!("Before."), &json!("Why?"), &Value::Null));
        school.put(&format!("/contents/{id}"), json!({ "name": "Checked" })).await.expect(204);
        let has = read().await;
        assert!(has["questions"][0]["id"].is_i64() && has["questions"][0]["choices"][1]["id"].is_i64(), "{has}");
        assert_eq!(has["text"], had["text"]);
    }
}

/// Now, as clients write it.
fn store_now() -> String {
    school::time::Moment(store::now()).to_string()
}
