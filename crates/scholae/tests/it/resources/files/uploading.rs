//! A file from its upload to its removal.

use super::{address, fetch, objects, png, upload, used, work};
use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::secrets::hex;

on_both_engines! {
    async fn a_file_is_uploaded_in_one_request_read_changed_and_removed(school: &TestSchool) {
        let text = "a,b\n1,2\n";
        let made = upload(school, "Marks \u{fc}.csv", text, "").await.expect(201).json();
        let id = made["id"].as_i64().expect("an id");
        assert_eq!(
            (&made["name"], &made["state"], &made["kind"], &made["content_type"], &made["size"], &made["visibility"]),
            (&json!("Marks \u{fc}.csv"), &json!("ready"), &json!("download"), &json!("text/csv"), &json!(8), &json!("private"))
        );
        assert_eq!(made["checksum"], hex(&Sha256::digest(text)));
        let fetched = fetch(school, Method::GET, &address(school, id).await, &[]).await;
        assert_eq!((fetched.status, fetched.bytes.as_slice()), (200, text.as_bytes()));

        let picture = upload(school, "crumb.png", png(300, 200), "&visibility=public").await.expect(201).json();
        assert_eq!((&picture["kind"], &picture["width"], &picture["height"]), (&json!("image"), &json!(300), &json!(200)));
        assert_eq!(school.get("/files").await.expect(200).ids(), [id, picture["id"].as_i64().expect("an id")]);
        assert_eq!(school.get("/files?query[kind]=download").await.expect(200).ids(), [id]);
        assert_eq!(school.get("/files?query[kind]=video").await.expect(200).pagination()["total_items"], 0);
        assert_eq!(school.get("/files?query[kind]=potato").await.expect(200).ids(), [0; 0]);

        let change = json!({ "name": "../marks.csv", "visibility": "public" });
        let changed = school.put(&format!("/files/{id}"), change).await.expect(200).json();
        assert_eq!((&changed["name"], &changed["visibility"]), (&json!("marks.csv"), &json!("public")));
        assert_eq!(school.put(&format!("/files/{id}"), json!({ "visibility": "mine" })).await.status, 422);

        let stays = address(school, id).await;
        school.delete(&format!("/files/{id}")).await.expect(204);
        school.get(&format!("/files/{id}")).await.expect(404);
        assert_eq!(fetch(school, Method::GET, &stays, &[]).await.status, 404);
        assert_eq!(objects(school).await, 2, "the bytes are removed by whoever looks after files");
        work(school).await;
        assert_eq!(objects(school).await, 1);
        assert_eq!(used(school).await, picture["size"].as_i64().expect("a number"));
    }

    async fn a_form_with_a_file_is_taken_like_the_bytes_themselves(school: &TestSchool) {
        let form = |fields: &str, name: &str| {
            format!(
                "--XX\r\n{fields}Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: application/x-anything\r\n\r\nWEBVTT\n\n00:00.000 --> 00:01.000\nHello\r\n--XX--\r\n"
            )
        };
        let post = |body: String| {
            let request = school.request(Method::POST, "/files/upload");
            send(request.header("Content-Type", "multipart/form-data; boundary=XX").body(body))
        };
        let visibility = "Content-Disposition: form-data; name=\"visibility\"\r\n\r\npublic\r\n--XX\r\n";
        let made = post(form(visibility, "C:\\hello.vtt")).await.expect(201).json();
        assert_eq!(
            (&made["name"], &made["kind"], &made["visibility"], &made["size"]),
            (&json!("hello.vtt"), &json!("captions"), &json!("public"), &json!(37))
        );
        assert_eq!(used(school).await, 37, "the form was longer than the file in it");
        let none = post("--XX--\r\n".to_owned()).await.expect(422);
        assert!(none.text.contains("can't be blank"), "{}", none.text);
        post("no form at all".to_owned()).await.expect(400);
        let half = form("", "a.vtt").replace("\r\n--XX--", "");
        post(half).await.expect(400);
        assert_eq!(school.get("/files").await.expect(200).ids().len(), 1, "nothing half-sent is left");
        work(school).await;
        assert_eq!(objects(school).await, 1);
    }

    async fn a_file_that_something_uses_is_not_removed_by_a_program(school: &TestSchool) {
        let id = upload(school, "a.txt", "text", "").await.expect(201).id();
        let file = school::FileId::new(id);
        let content = school::ContentId::new(5);
        let used_by = move |files: Vec<school::FileId>| {
            school.arrange(move |tx, site| {
                school::files::set_uses(tx, site, school::files::FileUserKind::Content, content, &files)
            })
        };
        used_by(vec![file]).await;
        let refused = school.delete(&format!("/files/{id}")).await.expect(422);
        assert!(refused.text.contains("The file is used by content 5"), "{}", refused.text);
        used_by(Vec::new()).await;
        school.delete(&format!("/files/{id}")).await.expect(204);
    }
}
