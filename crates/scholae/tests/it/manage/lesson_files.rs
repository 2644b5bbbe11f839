//! Files in the forms of lessons, courses, bundles and instructors: chosen, uploaded right there, and kept while they are used.

use super::{Person, manager};
use crate::people::browser::Browser;
use crate::resources::files::{png, upload};
use crate::support::{Reply, TestSchool};
use serde_json::{Value, json};

const VIDEO: &[u8] = b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\0\x08free";

fn led_to(reply: &Reply) -> String {
    reply.header("location").split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// A course with a lesson of a kind, made by the forms: the paths of both.
async fn lesson(browser: &mut Browser, school: &TestSchool, kind: &str) -> (String, String) {
    let course =
        led_to(&browser.submit("/manage/courses/new", "/manage/courses", &[("name", "Bread")]).await.expect(303));
    browser.submit(&course, &format!("{course}/chapters"), &[("name", "Day one")]).await.expect(303);
    let id = course.rsplit('/').next().expect("an id");
    let chapter = school.get(&format!("/courses/{id}")).await.json()["chapter_ids"][0].clone();
    let (new, add) =
        (format!("/manage/chapters/{chapter}/lessons/new?type={kind}"), format!("/manage/chapters/{chapter}/lessons"));
    let made = browser.submit(&new, &add, &[("name", "Folding")]).await.expect(303);
    (course, led_to(&made))
}

async fn settings(school: &TestSchool, lesson: &str) -> Value {
    let id = lesson.rsplit('/').next().expect("an id");
    school.get(&format!("/contents/{id}/body")).await.expect(200).json()["settings"].clone()
}

fn form(token: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n\
         --XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/x\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n--XX--\r\n"].concat()
}

const FORM: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=XX");

on_both_engines! {
    async fn a_lesson_gets_a_file_by_choosing_it_or_by_uploading_it_without_script(school: &TestSchool) {
        let mut browser = manager(school).await;
        let id = upload(school, "folding.mp4", VIDEO, "").await.expect(201).id().to_string();
        upload(school, "notes.txt", "Wet your hand.", "").await.expect(201);
        let (course, lesson) = lesson(&mut browser, school, "Lesson").await;
        let page = browser.get(&lesson).await.expect(200).text;
        assert!(page.contains("folding.mp4 (") && !page.contains("notes.txt ("), "videos alone are offered: {page}");
        browser.submit(&lesson, &lesson, &[("name", "Folding"), ("format", "html"), ("file_id", &id)]).await.expect(303);
        assert_eq!(settings(school, &lesson).await["file_id"].to_string(), id);
        assert!(browser.get(&format!("{lesson}/preview")).await.expect(200).text.contains("<video controls"), "it is shown");
        let both = [("name", "Folding"), ("format", "html"), ("file_id", id.as_str()), ("url", "https://example.com/a.mp4")];
        let refused = browser.submit(&lesson, &lesson, &both).await.expect(422).text;
        assert!(refused.contains("is there beside a file") && refused.contains("https://example.com/a.mp4"), "{refused}");
        let unknown = browser.submit(&lesson, &lesson, &[("name", "Folding"), ("file_id", "4711")]).await.expect(422).text;
        assert!(unknown.contains("No file has the id 4711"), "{unknown}");

        // The file says where it is used, and stays.
        let file = format!("/manage/files/{id}");
        let shown = browser.get(&file).await.expect(200).text;
        assert!(shown.contains(&lesson) && shown.contains(", a lesson of Bread") && !shown.contains("data-dialog=\"delete\""), "{shown}");
        let token = browser.token().await;
        let refused = browser.post(&format!("{file}/delete"), &[("csrf", &token)]).await.expect(422).text;
        assert!(refused.contains("The file is used by content"), "{refused}");

        let upload = format!("{lesson}/file");
        browser.send_body(&upload, form(&token, "again.mp4", VIDEO), &[FORM]).await.expect(303);
        assert_ne!(settings(school, &lesson).await["file_id"].to_string(), id);
        let wrong = browser.send_body(&upload, form(&token, "notes.txt", b"words"), &[FORM]).await.expect(422).text;
        assert!(wrong.contains("must be the id of a file of the kind video"), "{wrong}");
        assert_eq!(school.get("/files").await.ids().len(), 3, "nothing of it stays");
        browser.submit(&file, &format!("{file}/delete"), &[]).await.expect(303);
        browser.submit(&course, &format!("{course}/delete"), &[]).await.expect(303);
        for file in school.get("/files").await.ids() {
            school.delete(&format!("/files/{file}")).await.expect(204);
        }
    }

    async fn a_download_lists_files_of_the_school_and_pictures_are_chosen(school: &TestSchool) {
        let mut browser = manager(school).await;
        let notes = upload(school, "notes.txt", "Wet your hand.", "").await.expect(201).id();
        let picture = upload(school, "crumb.png", png(30, 20), "&visibility=public").await.expect(201).json();
        upload(school, "secret.png", png(30, 20), "").await.expect(201);
        let (course, lesson) = lesson(&mut browser, school, "Download").await;
        let lines = format!("My notes file:{notes}\nMore https://example.com/b");
        browser.submit(&lesson, &lesson, &[("name", "Templates"), ("format", "html"), ("files", &lines)]).await.expect(303);
        let shown = settings(school, &lesson).await["files"].clone();
        assert_eq!((&shown[0]["name"], &shown[0]["file_id"], &shown[1]["url"]), (&json!("My notes"), &json!(notes), &json!("https://example.com/b")));
        assert!(browser.get(&lesson).await.text.contains(&lines));

        let (id, settings) = (picture["id"].to_string(), format!("{course}/settings"));
        let page = browser.get(&settings).await.expect(200).text;
        assert!(page.contains("crumb.png") && !page.contains("secret.png"), "public pictures alone are offered: {page}");
        let sent = [("name", "Bread"), ("slug", "bread"), ("payment_type", "free"), ("banner_image_file_id", &id), ("course_card_image_url", "https://example.com/c.png")];
        browser.submit(&settings, &settings, &sent).await.expect(303);
        let course_id = course.rsplit('/').next().expect("an id");
        let shown = school.get(&format!("/courses/{course_id}")).await.json();
        assert_eq!((&shown["banner_image_url"], &shown["course_card_image_url"]), (&picture["url"], &json!("https://example.com/c.png")));
        assert!(browser.get(&settings).await.text.contains(&format!("value=\"{id}\" selected")));
        browser.submit("/manage/instructors/new", "/manage/instructors", &[("first_name", "Ann"), ("last_name", "Arbor"), ("avatar_file_id", &id)]).await.expect(303);
        let refused = browser.submit("/manage/instructors/new", "/manage/instructors", &[("first_name", "Bo"), ("last_name", "B"), ("avatar_file_id", &notes.to_string())]).await.expect(422).text;
        assert!(refused.contains("must be the id of a file of the kind image"), "{refused}");
        let bundle = [("name", "All"), ("status", "draft"), ("payment_type", "free"), ("bundle_card_image_file_id", &id)];
        browser.submit("/manage/bundles/new", "/manage/bundles", &bundle).await.expect(303);
        let uses = browser.get(&format!("/manage/files/{id}")).await.expect(200).text;
        for name in ["Ann Arbor", "All", "Bread"] {
            assert!(uses.contains(name), "{name}: {uses}");
        }
    }

    async fn who_looks_after_courses_chooses_among_their_own_files_and_uploads_more(school: &TestSchool) {
        let foreign = upload(school, "folding.mp4", VIDEO, "").await.expect(201).id();
        let mut browser = Person::CourseAdmin.signed_in(school).await;
        let (_, lesson) = lesson(&mut browser, school, "Lesson").await;
        let offered = async |browser: &mut Browser| browser.get("/manage/files/choices?kinds=video&q=fol").await.expect(200).json()["items"].clone();
        assert_eq!(offered(&mut browser).await, json!([]));
        let refused = browser.submit(&lesson, &lesson, &[("name", "A"), ("file_id", &foreign.to_string())]).await.expect(422).text;
        assert!(refused.contains(&format!("No file has the id {foreign}")), "{refused}");
        browser.get(&format!("/manage/files/{foreign}/progress")).await.expect(404);

        let token = browser.token().await;
        let size = VIDEO.len().to_string();
        let begun = browser.post("/manage/files/uploads", &[("csrf", &token), ("name", "folding-2.mp4"), ("size", &size)]).await.expect(201).json();
        let path = begun["href"].as_str().expect("a place").to_owned();
        let bytes = [("Content-Type", "application/octet-stream"), ("X-CSRF-Token", token.as_str())];
        browser.send_body(&format!("{path}/parts?number=1"), VIDEO.to_vec(), &bytes).await.expect(200);
        let done = browser.post(&format!("{path}/complete"), &[("csrf", &token)]).await.expect(200).json();
        assert_eq!((&done["state"], &done["file"]["name"], &done["file"]["url"]), (&json!("ready"), &json!("folding-2.mp4"), &Value::Null));
        let found = offered(&mut browser).await;
        assert_eq!((&found[0]["id"], &found[0]["about"]), (&done["id"], &json!("Video, 32 bytes")));
        let own = done["id"].to_string();
        browser.submit(&lesson, &lesson, &[("name", "A"), ("format", "html"), ("file_id", &own)]).await.expect(303);
        assert_eq!(settings(school, &lesson).await["file_id"].to_string(), own);
        // One that somebody else has chosen stays when they save.
        let id = lesson.rsplit('/').next().expect("an id");
        school.put(&format!("/contents/{id}"), json!({ "settings": { "file_id": foreign } })).await.expect(204);
        browser.submit(&lesson, &lesson, &[("name", "B"), ("format", "html"), ("file_id", &foreign.to_string())]).await.expect(303);
    }
}
