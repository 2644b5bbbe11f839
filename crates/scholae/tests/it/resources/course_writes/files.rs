//! Files of the school in lessons, and as pictures of courses, bundles and instructors.

use super::{course_with_chapter, topics};
use crate::resources::files::{fetch, png, upload};
use crate::support::TestSchool;
use reqwest::Method;
use serde_json::{Value, json};

const VIDEO: &[u8] = b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\0\x08free";
const CAPTIONS: &str = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n";

async fn file(school: &TestSchool, name: &str, bytes: impl Into<Vec<u8>>, more: &str) -> Value {
    school.get(&format!("/files/{}", upload(school, name, bytes, more).await.expect(201).id())).await.expect(200).json()
}

async fn settings(school: &TestSchool, content: i64) -> Value {
    school.get(&format!("/contents/{content}/body")).await.expect(200).json()["settings"].clone()
}

on_both_engines! {
    async fn a_lesson_names_files_of_the_school_and_is_read_with_addresses_that_work(school: &TestSchool) {
        let (_, chapter) = course_with_chapter(school, "Bread").await;
        let path = format!("/chapters/{chapter}/contents");
        let video = file(school, "folding.mp4", VIDEO, "").await;
        let (captions, notes) = (file(school, "folding.vtt", CAPTIONS, "").await, file(school, "notes.txt", "Wet your hand.", "").await);
        let picture = file(school, "crumb.png", png(30, 20), "&visibility=public").await;
        let sent = json!({ "name": "Folding", "contentable_type": "Lesson", "settings": {
            "file_id": video["id"], "url": "https://elsewhere.example/a.mp4", "captions_file_id": captions["id"], "thumbnail_file_id": picture["id"],
            "files": [{ "name": "Notes", "file_id": notes["id"] }, { "name": "More", "url": "https://elsewhere.example/b" }] } });
        let id = school.post(&path, sent).await.expect(201).id();
        let shown = settings(school, id).await;
        for (field, file) in [("file_id", &video), ("captions_file_id", &captions), ("thumbnail_file_id", &picture)] {
            assert_eq!(shown[field], file["id"], "{field}: {shown}");
        }
        assert_eq!((&shown["files"][0]["file_id"], &shown["files"][1]["file_id"]), (&notes["id"], &Value::Null));
        assert_eq!(fetch(school, Method::GET, shown["url"].as_str().expect("an address"), &[]).await.bytes, VIDEO);
        let note = shown["files"][0]["url"].as_str().expect("an address");
        assert_eq!(fetch(school, Method::GET, note, &[]).await.bytes, b"Wet your hand.");
        assert_eq!(shown["thumbnail_url"], picture["url"]);

        // What was read can be sent back, and changes nothing.
        let before = school.get(&format!("/contents/{id}")).await.json();
        school.put(&format!("/contents/{id}"), json!({ "settings": shown })).await.expect(204);
        assert_eq!((settings(school, id).await["file_id"].clone(), school.get(&format!("/contents/{id}")).await.json()), (video["id"].clone(), before));
        // An address takes the place of a file, and nothing of both.
        school.put(&format!("/contents/{id}"), json!({ "settings": { "url": "https://elsewhere.example/a.mp4", "captions_file_id": "" } })).await.expect(204);
        let shown = settings(school, id).await;
        assert_eq!((&shown["url"], &shown["file_id"], &shown["captions_url"]), (&json!("https://elsewhere.example/a.mp4"), &Value::Null, &Value::Null));

        for (kind, setting, value, told) in [
            ("Lesson", "file_id", json!(4711), "No file has the id 4711"),
            ("Lesson", "file_id", notes["id"].clone(), "must be the id of a file of the kind video"),
            ("Lesson", "thumbnail_file_id", video["id"].clone(), "must be the id of a file of the kind image"),
            ("HtmlItem", "file_id", notes["id"].clone(), "is nothing that a lesson of the type HtmlItem has"),
            ("Download", "files", json!([{ "name": "A" }]), "need an address or a file each"),
            ("Download", "files", json!([{ "name": "A", "file_id": 4711 }]), "No file has the id 4711"),
        ] {
            let refused = school.post(&path, json!({ "name": "A", "contentable_type": kind, "settings": { setting: value } })).await.expect(422);
            assert!(refused.json()["errors"][setting][0].as_str().unwrap_or_default().contains(told), "{told}: {}", refused.text);
        }
        let begun = school.post("/files", json!({ "name": "long.mp4", "size": 10 })).await.expect(201).id();
        let refused = school.post(&path, json!({ "name": "A", "contentable_type": "Lesson", "settings": { "file_id": begun } })).await.expect(422);
        assert!(refused.text.contains("whose upload is complete"), "{}", refused.text);
        // Another school's file is none of this school.
        let other = school.second_school("elsewhere").await;
        let foreign = upload(&other, "a.mp4", VIDEO, "").await.expect(201).id();
        let (_, chapter) = course_with_chapter(&other, "Cake").await;
        other.post(&format!("/chapters/{chapter}/contents"), json!({ "name": "A", "contentable_type": "Lesson", "settings": { "file_id": foreign } })).await.expect(201);
        let sent = json!({ "name": "A", "contentable_type": "Lesson", "settings": { "file_id": video["id"] } });
        other.post(&format!("/chapters/{chapter}/contents"), sent).await.expect(422);
    }

    async fn a_file_that_a_lesson_or_a_page_shows_cannot_be_deleted_before_it_is_let_go(school: &TestSchool) {
        let (course, chapter) = course_with_chapter(school, "Bread").await;
        let notes = file(school, "notes.txt", "Wet your hand.", "").await;
        let picture = file(school, "crumb.png", png(30, 20), "&visibility=public").await;
        let (notes_path, picture_path) = (format!("/files/{}", notes["id"]), format!("/files/{}", picture["id"]));
        let sent = json!({ "name": "Templates", "contentable_type": "Download", "settings": { "files": [{ "name": "Notes", "file_id": notes["id"] }] } });
        let lesson = school.post(&format!("/chapters/{chapter}/contents"), sent).await.expect(201).id();
        let refused = school.delete(&notes_path).await.expect(422).text;
        assert!(refused.contains(&format!("The file is used by content {lesson} (Templates in Bread)")), "{refused}");
        let html = format!("<p>Look: <img src=\"{}\"></p>", picture["url"].as_str().expect("an address"));
        school.put(&format!("/contents/{lesson}"), json!({ "text": html, "settings": { "format": "html" } })).await.expect(204);
        let refused = school.delete(&picture_path).await.expect(422).text;
        assert!(refused.contains(&format!("the text of content {lesson} (Templates in Bread)")), "{refused}");
        let refused = school.put(&picture_path, json!({ "visibility": "private" })).await.expect(422).text;
        assert!(refused.contains("must stay public"), "{refused}");
        // A private picture would be gone from a text after a few hours.
        let url = fresh(school, &notes_path).await;
        let refused = school.put(&format!("/contents/{lesson}"), json!({ "text": format!("<img src=\"{url}\">") })).await.expect(422).text;
        assert!(refused.contains("which is private; make it public first"), "{refused}");
        school.delete(&format!("/contents/{lesson}")).await.expect(204);
        school.delete(&notes_path).await.expect(204);
        // The pictures of a course, a bundle and an instructor.
        school.put(&format!("/courses/{course}"), json!({ "course_card_image_file_id": picture["id"] })).await.expect(204);
        let shown = school.get(&format!("/courses/{course}")).await.json();
        assert_eq!((&shown["course_card_image_url"], &shown["course_card_image_file_id"], &shown["banner_image_file_id"]), (&picture["url"], &picture["id"], &Value::Null));
        let bundle = school.post("/bundles", json!({ "name": "All", "banner_image_file_id": picture["id"] })).await.expect(201);
        assert_eq!((&bundle.json()["banner_image_url"], &bundle.json()["banner_image_file_id"]), (&picture["url"], &picture["id"]));
        let instructor = school.post("/instructors", json!({ "first_name": "Ann", "last_name": "Arbor", "slug": "ann", "avatar_file_id": picture["id"] })).await.expect(201);
        assert_eq!((&instructor.json()["avatar_url"], &instructor.json()["avatar_file_id"]), (&picture["url"], &picture["id"]));
        let refused = school.delete(&picture_path).await.expect(422).text;
        for used in ["course", "bundle", "instructor"] {
            assert!(refused.contains(used), "{used}: {refused}");
        }
        school.put(&format!("/courses/{course}"), json!({ "course_card_image_file_id": "" })).await.expect(204);
        assert_eq!(school.get(&format!("/courses/{course}")).await.json()["course_card_image_file_id"], Value::Null);
        school.delete(&format!("/bundles/{}", bundle.id())).await.expect(204);
        school.put(&format!("/instructors/{}", instructor.id()), json!({ "avatar_url": "https://elsewhere.example/a.png" })).await.expect(204);
        let private = upload(school, "b.png", png(3, 2), "").await.expect(201).id();
        let refused = school.put(&format!("/courses/{course}"), json!({ "banner_image_file_id": private })).await.expect(422);
        assert!(refused.json()["errors"]["banner_image_file_id"].is_array(), "{}", refused.text);
        school.delete(&picture_path).await.expect(204);
        // A course takes what it says of files with it.
        school.put(&format!("/files/{private}"), json!({ "visibility": "public" })).await.expect(200);
        school.put(&format!("/courses/{course}"), json!({ "banner_image_file_id": private })).await.expect(204);
        school.delete(&format!("/courses/{course}")).await.expect(204);
        school.delete(&format!("/files/{private}")).await.expect(204);
    }

    async fn a_course_as_code_names_files_by_what_they_hold_and_comes_to_another_school(school: &TestSchool) {
        let (course, chapter) = course_with_chapter(school, "Bread").await;
        let (video, notes) = (file(school, "folding.mp4", VIDEO, "").await, file(school, "notes.txt", "Wet your hand.", "").await);
        let picture = file(school, "crumb.png", png(30, 20), "&visibility=public").await;
        school.put(&format!("/courses/{course}"), json!({ "banner_image_file_id": picture["id"] })).await.expect(204);
        let sent = json!({ "name": "Folding", "contentable_type": "Lesson", "settings": { "file_id": video["id"], "files": [{ "name": "Notes", "file_id": notes["id"] }] } });
        school.post(&format!("/chapters/{chapter}/contents"), sent).await.expect(201);
        let code = school.get("/course_files/bread").await.expect(200).json()["files"].clone();
        let (toml, lesson) = (code[0]["text"].as_str().expect("text"), code[1]["text"].as_str().expect("text"));
        assert!(toml.contains(&format!("banner_image_file = \"sha256:{}\"", picture["checksum"].as_str().expect("text"))), "{toml}");
        assert!(lesson.contains(&format!("file = \"sha256:{}\"", video["checksum"].as_str().expect("text"))), "{lesson}");
        assert!(!toml.contains("/files/") && !lesson.contains("/files/"), "no address of this server: {toml}{lesson}");
        // Back in the same school it changes nothing.
        let told = topics(school).await;
        school.put("/course_files/bread", json!({ "files": code })).await.expect(200);
        assert_eq!((topics(school).await, school.get("/course_files/bread").await.json()["files"].clone()), (told, code.clone()));
        // Elsewhere the files must be there first, and everything that is missing is named.
        let other = school.second_school("elsewhere").await;
        let refused = other.put("/course_files/bread", json!({ "files": code })).await.expect(422).json();
        assert!(refused["errors"]["course.toml"][0].as_str().unwrap_or_default().contains("upload it first"), "{refused}");
        let path = code[1]["path"].as_str().expect("a path");
        assert_eq!(refused["errors"][path].as_array().map(Vec::len), Some(2), "{refused}");
        upload(&other, "another-name.mp4", VIDEO, "").await.expect(201);
        upload(&other, "n.txt", "Wet your hand.", "").await.expect(201);
        upload(&other, "crumb.png", png(30, 20), "&visibility=public").await.expect(201);
        other.put("/course_files/bread", json!({ "files": code })).await.expect(200);
        assert_eq!(other.get("/course_files/bread").await.expect(200).json()["files"], code);
        school.post(&format!("/courses/{course}/duplicate"), json!({ "name": "Bread again" })).await.expect(201);
        let refused = school.delete(&format!("/files/{}", video["id"])).await.expect(422).text;
        assert!(refused.contains("in Bread again"), "{refused}");
    }
}

/// Where a file is now.
async fn fresh(school: &TestSchool, path: &str) -> String {
    let file = school.get(path).await.expect(200).json();
    file["url"].as_str().expect("an address").replace('&', "&amp;")
}
