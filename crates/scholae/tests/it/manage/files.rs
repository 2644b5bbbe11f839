//! `/manage/files`: the files of the school, uploaded with a form and by script.

use super::{Person, manager};
use crate::resources::files::{objects, png, used, work};
use crate::support::TestSchool;
use serde_json::json;

fn form(token: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let field =
        |name: &str, value: &str| format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let head = format!(
        "{}{}--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/x\r\n\r\n",
        field("csrf", token),
        field("visibility", "public"),
    );
    [head.as_bytes(), bytes, b"\r\n--XX--\r\n"].concat()
}

const FORM: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=XX");
const BYTES: (&str, &str) = ("Content-Type", "application/octet-stream");

on_both_engines! {
    async fn a_file_is_uploaded_with_a_form_found_changed_and_deleted(school: &TestSchool) {
        let mut browser = manager(school).await;
        assert!(browser.get("/manage/files").await.expect(200).text.contains("No files yet"));
        let page = browser.get("/manage/files/new").await.expect(200);
        assert!(page.text.contains("enctype=\"multipart/form-data\"") && page.text.contains("type=\"file\""));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("media-src http://localhost;") && policy.contains("script-src 'self'"), "{policy}");
        let token = browser.token().await;
        let name = "Crumb <b>&amp;.png";
        let made = browser.send_body("/manage/files", form(&token, name, &png(300, 200)), &[FORM]).await.expect(303);
        let path = made.header("location").strip_suffix("?done=uploaded").expect("a place").to_owned();
        let text = browser.get(&path).await.expect(200).text;
        for words in ["Crumb -b-&amp;amp;.png", "300 × 200", "Public", "siteadmin@example.com", "http://localhost/files/", "Nothing yet"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let found = browser.get("/manage/files?q=crumb").await.expect(200).text;
        assert!(found.contains(&path) && found.contains("width=64"), "{found}");
        assert!(browser.get("/manage/files?q=other").await.text.contains("No files match"));
        assert!(browser.get("/manage/files?kind=image").await.text.contains(&path));
        assert!(!browser.get("/manage/files?kind=video").await.text.contains(&path));
        let blank = browser.submit(&path, &path, &[("name", " / "), ("visibility", "private")]).await.expect(422).text;
        assert!(blank.contains("Name can't be blank") || blank.contains("Name can&#39;t be blank"), "{blank}");
        browser.submit(&path, &path, &[("name", "crust.png"), ("visibility", "private")]).await.expect(303);
        let text = browser.get(&path).await.expect(200).text;
        assert!(text.contains("crust.png") && text.contains("It counts until"), "{text}");
        browser.submit(&path, &format!("{path}/delete"), &[]).await.expect(303);
        browser.get(&path).await.expect(404);
        work(school).await;
        assert_eq!((objects(school).await, used(school).await), (0, 0));
    }

    async fn what_is_wrong_with_a_file_stands_on_the_page(school: &TestSchool) {
        let mut browser = manager(school).await;
        let token = browser.token().await;
        let wrong = browser.send_body("/manage/files", form(&token, "a.png", b"%PDF-1.7"), &[FORM]).await.expect(422);
        assert!(wrong.text.contains("Its name ends in .png, and its content is a PDF document"), "{}", wrong.text);
        assert!(wrong.text.contains("value=\"public\" selected"), "what was chosen is not lost: {}", wrong.text);
        assert!(browser.get("/manage/files").await.text.contains("No files yet"), "nothing of it stays");
        let none = browser.submit("/manage/files/new", "/manage/files", &[]).await;
        assert!(none.status == 422 && none.text.contains("Please choose a file"), "{}", none.text);
        // From elsewhere, or without the token of a page of ours, nothing is taken.
        browser.send_body("/manage/files", form("", "a.png", &png(2, 2)), &[FORM]).await.expect(403);
        let elsewhere = [FORM, ("Origin", "http://evil.example")];
        browser.send_body("/manage/files", form(&token, "a.png", &png(2, 2)), &elsewhere).await.expect(403);
    }

    async fn a_script_sends_parts_and_goes_on_where_it_was(school: &TestSchool) {
        let mut browser = manager(school).await;
        let token = browser.token().await;
        let wrong = browser.post("/manage/files/uploads", &[("csrf", &token), ("name", "a.bin"), ("size", "0")]).await;
        assert_eq!((wrong.status, &wrong.json()["problem"]), (422, &json!("The file must be at least 1 byte")));
        let fields = [("csrf", token.as_str()), ("name", "a.txt"), ("size", "4"), ("visibility", "public")];
        let begun = browser.post("/manage/files/uploads", &fields).await.expect(201).json();
        let path = begun["href"].as_str().expect("a place").to_owned();
        let part = format!("{path}/parts?number=1");
        browser.send_body(&part, b"text".to_vec(), &[BYTES]).await.expect(403);
        let short = browser.send_body(&part, b"tex".to_vec(), &[BYTES, ("X-CSRF-Token", &token)]).await.expect(422);
        assert_eq!(short.json()["problem"], "Part 1 must have 4 bytes, and 3 have come");
        assert!(browser.get(&path).await.expect(200).text.contains("Its upload is not complete"));
        browser.send_body(&part, b"text".to_vec(), &[BYTES, ("X-CSRF-Token", &token)]).await.expect(200);
        assert_eq!(browser.get(&format!("{path}/progress")).await.expect(200).json()["parts"], json!([1]));
        let done = browser.post(&format!("{path}/complete"), &[("csrf", &token)]).await.expect(200).json();
        assert_eq!((&done["state"], &done["href"]), (&json!("ready"), &json!(path)));
    }

    async fn a_user_is_given_a_picture_and_the_one_before_goes(school: &TestSchool) {
        let mut browser = manager(school).await;
        let token = browser.token().await;
        let user = school.user("ann@example.com").await;
        let here = format!("/manage/users/{user}/picture");
        let post = |bytes: &[u8]| form(&token, "me.png", bytes);
        browser.send_body(&here, post(&png(400, 400)), &[FORM]).await.expect(303);
        let first = school.get(&format!("/users/{user}")).await.json()["avatar_url"].as_str().expect("a picture").to_owned();
        assert!(first.starts_with("http://localhost/files/") && first.ends_with("/me.png?width=320"), "{first}");
        assert!(browser.get(&format!("/manage/users/{user}")).await.text.contains(&first));
        browser.send_body(&here, post(&png(500, 400)), &[FORM]).await.expect(303);
        let second = school.get(&format!("/users/{user}")).await.json()["avatar_url"].as_str().expect("a picture").to_owned();
        assert_ne!(first, second);
        assert_eq!(school.get("/files").await.expect(200).ids().len(), 1, "the one before is gone");
        let document = form(&token, "me.pdf", b"%PDF-1.7");
        let refused = browser.send_body(&here, document, &[FORM]).await.expect(422).text;
        assert!(refused.contains("It must be a picture"), "{refused}");
        assert_eq!(school.get("/files").await.expect(200).ids().len(), 1, "nothing of it stays");
        school.delete(&format!("/users/{user}")).await.expect(204);
        work(school).await;
        assert_eq!((objects(school).await, used(school).await), (0, 0), "it goes with them");
    }

    async fn everybody_changes_and_removes_their_own_picture(school: &TestSchool) {
        let mut browser = Person::Student.signed_in(school).await;
        let token = browser.token().await;
        let post = |name: &str, bytes: &[u8]| form(&token, name, bytes);
        let sent = browser.send_body("/account/picture", post("me.png", &png(400, 400)), &[FORM]).await.expect(303);
        assert_eq!(sent.header("location"), "/account?done=picture");
        let page = browser.get("/account").await.expect(200);
        assert!(page.text.contains("/me.png?width=320") && page.text.contains("Remove the picture"), "{}", page.text);
        assert!(page.header("content-security-policy").contains("https: http://localhost;"), "{:?}", page.headers);
        let refused = browser.send_body("/account/picture", post("me.pdf", b"%PDF-1.7"), &[FORM]).await.expect(422).text;
        assert!(refused.contains("It must be a picture") && refused.contains("/me.png?width=320"), "{refused}");
        assert_eq!(school.get("/files").await.expect(200).ids().len(), 1, "nothing of it stays");
        let none = browser.post("/account/picture", &[("csrf", &token)]).await.expect(422).text;
        assert!(none.contains("Please choose a picture"), "{none}");
        browser.send_body("/account/picture", form("", "me.png", &png(2, 2)), &[FORM]).await.expect(403);
        browser.submit("/account", "/account/picture/remove", &[]).await.expect(303);
        assert!(!browser.get("/account").await.expect(200).text.contains("me.png"));
        work(school).await;
        assert_eq!((objects(school).await, used(school).await), (0, 0), "nothing of it stays");
    }
}
