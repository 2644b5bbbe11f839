//! What courses are made of, what is sold, and files.

use super::{Case, Empty, Empty::*, none};
use crate::resources::files::{png, upload};
use crate::support::TestSchool;
use school::courses::{BANNER, CARD};
use serde_json::{Value, json};

/// A record that is read where it is changed.
fn case(operation: &'static str, path: String, full: Value, fields: Vec<(&'static str, Empty)>) -> Case {
    Case { operation, get: path.clone(), put: path, beside: Vec::new(), always: json!({}), full, fields }
}

/// A course of the school with its product: their ids.
async fn course(school: &TestSchool, name: &str) -> (i64, i64) {
    let made = school.post("/courses", json!({ "name": name })).await.expect(201).json();
    (made["id"].as_i64().expect("an id"), made["product_id"].as_i64().expect("an id"))
}

async fn courses(school: &TestSchool) -> Vec<Case> {
    let (id, product) = course(school, "Cheese").await;
    let user = school.user("cheese@example.com").await;
    let teacher = json!({ "first_name": "Ruth", "last_name": "Abend" });
    let teacher = school.post("/instructors", teacher).await.expect(201).id();
    let full = json!({
        "name": "Cheese", "slug": "from-milk", "subtitle": "S", "description": "D", "course_card_text": "C",
        "intro_video_youtube": "Y", "intro_video_wistia_identifier": "W", "contact_information": "I", "keywords": "K",
        "duration": "A day", "banner_image_url": "https://example.com/b", "reviews_enabled": true, "user_id": user,
        "course_card_image_url": "https://example.com/c", "instructor_id": teacher, "administrator_user_ids": [user],
        "video_completion_percentage": 80, "status": "published",
    });
    let fields = vec![
        ("name", Refused),
        ("slug", Become(vec![("/slug", json!("cheese")), ("/product/slug", json!("cheese"))])),
        ("subtitle", none()),
        ("description", Become(vec![("/description", Value::Null), ("/product/description", Value::Null)])),
        ("course_card_text", none()),
        ("intro_video_youtube", none()),
        ("intro_video_wistia_identifier", none()),
        ("contact_information", none()),
        ("keywords", Become(vec![("/keywords", Value::Null), ("/product/keywords", Value::Null)])),
        ("duration", none()),
        ("banner_image_url", Reads(json!(BANNER))),
        (
            "course_card_image_url",
            Become(vec![("/course_card_image_url", json!(CARD)), ("/product/card_image_url", Value::Null)]),
        ),
        ("reviews_enabled", Reads(json!(false))),
        ("user_id", none()),
        ("instructor_id", Become(vec![("/instructor_id", Value::Null), ("/product/instructor_names", Value::Null)])),
        ("administrator_user_ids", Reads(json!([]))),
        // No response shows it.
        ("video_completion_percentage", Become(vec![])),
        ("status", Become(vec![])),
    ];
    let beside = vec![("product", format!("/products/{product}"))];
    let said = Case { beside, ..case("updateCourse", format!("/courses/{id}"), full, fields) };
    vec![said, pictured_course(school).await]
}

/// A picture that everybody may see.
async fn picture(school: &TestSchool) -> i64 {
    upload(school, "crumb.png", png(3, 2), "&visibility=public").await.expect(201).id()
}

/// A course whose pictures are files of the school.
async fn pictured_course(school: &TestSchool) -> Case {
    let (id, product) = course(school, "Butter").await;
    let picture = picture(school).await;
    let full = json!({ "banner_image_file_id": picture, "course_card_image_file_id": picture });
    let fields = vec![
        (
            "banner_image_file_id",
            Become(vec![("/banner_image_file_id", Value::Null), ("/banner_image_url", json!(BANNER))]),
        ),
        (
            "course_card_image_file_id",
            Become(vec![
                ("/course_card_image_file_id", Value::Null),
                ("/course_card_image_url", json!(CARD)),
                ("/product/card_image_url", Value::Null),
            ]),
        ),
    ];
    let beside = vec![("product", format!("/products/{product}"))];
    Case { beside, ..case("updateCourse", format!("/courses/{id}"), full, fields) }
}

/// A bundle and an instructor whose pictures are files of the school.
async fn pictured(school: &TestSchool) -> Vec<Case> {
    let picture = picture(school).await;
    let bundle = school.post("/bundles", json!({ "name": "Pictured" })).await.expect(201).id();
    let products = school.get("/products?limit=250").await.expect(200).json();
    let is_its = |one: &&Value| one["productable_type"] == "Bundle" && one["productable_id"] == bundle;
    let its = products["items"].as_array().expect("products").iter().find(is_its).expect("its product")["id"].clone();
    let fields = vec![
        (
            "banner_image_file_id",
            Become(vec![("/banner_image_file_id", Value::Null), ("/banner_image_url", json!(BANNER))]),
        ),
        (
            "bundle_card_image_file_id",
            Become(vec![
                ("/bundle_card_image_file_id", Value::Null),
                ("/bundle_card_image_url", json!(CARD)),
                ("/product/card_image_url", Value::Null),
            ]),
        ),
    ];
    let full = json!({ "banner_image_file_id": picture, "bundle_card_image_file_id": picture });
    let bundle = case("updateBundle", format!("/bundles/{bundle}"), full, fields);
    let teacher = json!({ "first_name": "Pia", "last_name": "Abend", "slug": "pia" });
    let teacher = school.post("/instructors", teacher).await.expect(201).id();
    let fields = vec![("avatar_file_id", Become(vec![("/avatar_file_id", Value::Null), ("/avatar_url", Value::Null)]))];
    let full = json!({ "avatar_file_id": picture });
    let teacher = case("updateInstructor", format!("/instructors/{teacher}"), full, fields);
    vec![Case { beside: vec![("product", format!("/products/{its}"))], ..bundle }, teacher]
}

async fn sold(school: &TestSchool) -> Vec<Case> {
    let ((bread, product), (_, cake)) = (course(school, "Brioche").await, course(school, "Tart").await);
    let path = format!("/products/{product}");
    let price = json!([{ "payment_type": "one-time", "price": 5, "currency": "eur" }]);
    school.put(&path, json!({ "product_prices": price })).await.expect(204);
    let price = school.get(&path).await.json()["product_prices"][0]["id"].clone();
    let full = json!({
        "status": "published", "private": true, "hidden": true, "has_certificate": true, "days_until_expiry": 30,
        "seo_title": "T", "seo_description": "D", "related_product_ids": [cake],
        "product_prices": [{ "id": price, "payment_type": "one-time", "price": 5, "currency": "eur" }],
    });
    let fields = vec![
        ("status", Become(vec![])),
        ("private", Reads(json!(false))),
        ("hidden", Reads(json!(false))),
        ("has_certificate", Reads(json!(false))),
        ("days_until_expiry", none()),
        ("seo_title", none()),
        ("seo_description", none()),
        ("related_product_ids", Reads(json!([]))),
        (
            "product_prices",
            Become(vec![
                ("/product_prices/0/payment_type", json!("free")),
                ("/product_prices/0/price", json!("0.0")),
                ("/product_prices/0/currency", json!("usd")),
                ("/price", json!("0.0")),
            ]),
        ),
    ];
    let product = case("updateProduct", path, full, fields);
    let both = json!({ "name": "Both", "course_ids": [bread] });
    let id = school.post("/bundles", both).await.expect(201).id();
    let products = school.get("/products?limit=250").await.expect(200).json();
    let is_its = |one: &&Value| one["productable_type"] == "Bundle" && one["productable_id"] == id;
    let its = products["items"].as_array().expect("products").iter().find(is_its).expect("its product")["id"].clone();
    let full = json!({
        "name": "Both", "slug": "two", "description": "D", "tagline": "T", "course_ids": [bread], "status": "published",
        "banner_image_url": "https://example.com/b", "bundle_card_image_url": "https://example.com/c",
        "private": true, "hidden": true,
    });
    let fields = vec![
        ("name", Refused),
        ("slug", Become(vec![("/slug", json!("both")), ("/product/slug", json!("both"))])),
        ("description", Become(vec![("/description", Value::Null), ("/product/description", Value::Null)])),
        ("tagline", none()),
        ("banner_image_url", Reads(json!(BANNER))),
        (
            "bundle_card_image_url",
            Become(vec![("/bundle_card_image_url", json!(CARD)), ("/product/card_image_url", Value::Null)]),
        ),
        ("course_ids", Reads(json!([]))),
        ("status", Become(vec![])),
        ("private", Become(vec![("/product/private", json!(false))])),
        ("hidden", Become(vec![("/product/hidden", json!(false))])),
    ];
    let bundle = case("updateBundle", format!("/bundles/{id}"), full, fields);
    vec![product, Case { beside: vec![("product", format!("/products/{its}"))], ..bundle }]
}

/// Chapters, and where they are put.
async fn chapters(school: &TestSchool) -> Vec<Case> {
    let (course, _) = course(school, "Pie").await;
    let mut ids = Vec::new();
    for name in ["One", "Two", "Three"] {
        let path = format!("/courses/{course}/chapters");
        ids.push(school.post(&path, json!({ "name": name })).await.expect(201).id());
    }
    let chapter = |full: Value, fields| case("updateChapter", format!("/chapters/{}", ids[1]), full, fields);
    let stays = |field: &'static str, other: i64| chapter(json!({ field: other }), vec![(field, Become(vec![]))]);
    vec![
        chapter(
            json!({ "name": "Two", "description": "D", "position": 2 }),
            vec![("name", Refused), ("description", none()), ("position", Become(vec![]))],
        ),
        stays("before_id", ids[2]),
        stays("after_id", ids[0]),
    ]
}

/// What each setting of a content reads as when it is emptied.
fn unset() -> Value {
    json!({
        "format": "markdown", "url": null, "downloadable": false, "autoplay": false, "thumbnail_url": null,
        "captions_url": null, "files": [], "starts_at": null, "duration_in_minutes": null, "template_url": null,
        "file_size_limit": null, "confirmation_message": null, "passing_grade": null, "question_count": null,
        "shuffle_questions": false, "shuffle_choices": false, "hide_explanations": false, "release_after_days": null,
        "release_at": null, "file_id": null, "thumbnail_file_id": null, "captions_file_id": null,
        "template_file_id": null, "pools": [],
    })
}

/// Contents that are made of files, and a quiz that draws of pools.
async fn made_of_files(school: &TestSchool) -> Vec<Case> {
    let (course, _) = course(school, "Noodles").await;
    let chapter = json!({ "name": "One" });
    let chapter = school.post(&format!("/courses/{course}/chapters"), chapter).await.expect(201).id();
    let file =
        async |name: &str, bytes: &[u8]| upload(school, name, bytes, "&visibility=public").await.expect(201).id();
    let video = file("a.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp42").await;
    let captions = file("a.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n").await;
    let kinds = [
        (
            "Lesson",
            json!({ "file_id": video, "thumbnail_file_id": picture(school).await, "captions_file_id": captions }),
        ),
        ("Assignment", json!({ "template_file_id": captions })),
        ("Quiz", json!({ "pools": [{ "name": "Water", "count": 1 }] })),
    ];
    let mut cases = Vec::new();
    for (kind, settings) in kinds {
        let new = json!({ "name": kind, "contentable_type": kind });
        let id = school.post(&format!("/chapters/{chapter}/contents"), new).await.expect(201).id();
        let mut fields = Vec::new();
        for name in settings.as_object().expect("settings").keys() {
            // Tests live as long as the process.
            let at = |name: &str| &*format!("/body/settings/{name}").leak();
            let mut becomes = vec![(at(name), unset()[name].clone())];
            if let Some(place) = name.strip_suffix("file_id") {
                becomes.push((at(&format!("{place}url")), Value::Null));
            }
            fields.push((&*format!("settings/{name}").leak(), Become(becomes)));
        }
        let case = case("updateContent", format!("/contents/{id}"), json!({ "settings": settings }), fields);
        cases.push(Case { beside: vec![("body", format!("/contents/{id}/body"))], ..case });
    }
    cases
}

/// Fields that are emptied in the body of a content.
fn emptied(fields: &[(&'static str, &'static str, Value)]) -> Vec<(&'static str, Empty)> {
    fields.iter().map(|(field, pointer, value)| (*field, Become(vec![(pointer, value.clone())]))).collect()
}

/// Contents of several kinds, each with the settings that it has.
async fn contents(school: &TestSchool) -> Vec<Case> {
    let (course, _) = course(school, "Pasta").await;
    let chapter = json!({ "name": "One" });
    let chapter = school.post(&format!("/courses/{course}/chapters"), chapter).await.expect(201).id();
    let (moment, url) = ("2030-01-01T00:00:00.000Z", "https://example.com/a");
    let kinds = [
        (
            "Lesson",
            json!({
                "format": "html", "url": url, "downloadable": true, "autoplay": true, "thumbnail_url": url,
                "captions_url": url, "files": [{ "name": "F", "url": url }], "release_after_days": 2,
            }),
        ),
        ("LiveLesson", json!({ "url": url, "starts_at": moment, "duration_in_minutes": 45, "release_at": moment })),
        ("Assignment", json!({ "template_url": url, "file_size_limit": 5, "confirmation_message": "M" })),
        (
            "Quiz",
            json!({
                "passing_grade": 70, "question_count": 1, "shuffle_questions": true, "shuffle_choices": true,
                "hide_explanations": true,
            }),
        ),
    ];
    let (mut ids, path) = (Vec::new(), format!("/chapters/{chapter}/contents"));
    for (kind, _) in &kinds {
        let new = json!({ "name": kind, "contentable_type": kind });
        ids.push(school.post(&path, new).await.expect(201).id());
    }
    let mut cases = Vec::new();
    for ((kind, settings), id) in kinds.into_iter().zip(&ids) {
        let mut fields = vec![("settings", Become(vec![("/body/settings", unset())]))];
        for name in settings.as_object().expect("settings").keys() {
            // Tests live as long as the process.
            let [field, pointer] = ["settings/", "/body/settings/"].map(|start| &*format!("{start}{name}").leak());
            fields.push((field, Become(vec![(pointer, unset()[name].clone())])));
        }
        let mut full = json!({ "name": kind, "settings": settings });
        match kind {
            "Lesson" => {
                let more = json!({
                    "contentable_type": kind, "free": true, "draft": true, "prerequisite": true, "position": 1,
                    "duration_in_seconds": 60, "chapter_id": chapter, "text": "<p>T</p>",
                });
                full = super::merged(&full, &more);
                fields.extend([("name", Refused), ("free", Reads(json!(false)))]);
                fields.extend(["contentable_type", "position", "chapter_id"].map(|name| (name, Become(vec![]))));
                fields.push(("text", Become(vec![("/body/text", json!("")), ("/body/html", json!(""))])));
                fields.extend(emptied(&[
                    ("draft", "/body/draft", json!(false)),
                    ("prerequisite", "/body/prerequisite", json!(false)),
                    ("duration_in_seconds", "/body/duration_in_seconds", json!(0)),
                ]));
            }
            "LiveLesson" => {
                full["before_id"] = json!(ids[2]);
                fields.push(("before_id", Become(vec![])));
            }
            "Assignment" => {
                full["after_id"] = json!(ids[1]);
                fields.push(("after_id", Become(vec![])));
            }
            _ => {
                let question = json!({ "prompt": "Warm?", "choices": [{ "text": "Yes", "correct": true }] });
                full["questions"] = json!([question]);
                fields.push(("questions", Become(vec![("/body/questions", json!([]))])));
            }
        }
        let case = case("updateContent", format!("/contents/{id}"), full, fields);
        cases.push(Case { beside: vec![("body", format!("/contents/{id}/body"))], ..case });
    }
    cases
}

async fn questions(school: &TestSchool) -> Vec<Case> {
    let (course, _) = course(school, "Jam").await;
    let chapter = json!({ "name": "One" });
    let chapter = school.post(&format!("/courses/{course}/chapters"), chapter).await.expect(201).id();
    let survey = json!({ "name": "Ask", "contentable_type": "Survey" });
    let survey = school.post(&format!("/chapters/{chapter}/contents"), survey).await.expect(201).id();
    let path = format!("/contents/{survey}/questions");
    let chosen = json!({ "prompt": "Which?", "choices": [{ "text": "This" }] });
    let chosen = school.post(&path, chosen).await.expect(201).json();
    let scale = school.post(&path, json!({ "prompt": "How?", "kind": "scale" })).await.expect(201).id();
    let question = |id: &Value, full, fields| Case {
        get: format!("/contents/{survey}/body"),
        ..case("updateQuestion", format!("/questions/{id}"), full, fields)
    };
    let mut fields = vec![
        ("prompt", RefusedAs("questions", "can't be kept: question 1 has no prompt")),
        ("kind", Become(vec![])),
        ("position", Become(vec![])),
        ("choices", RefusedAs("questions", "can't be kept: question 1 has no choices")),
    ];
    fields.extend(emptied(&[
        ("text", "/questions/0/text", json!("")),
        ("explanation", "/questions/0/explanation", json!("")),
        ("optional", "/questions/0/optional", json!(false)),
    ]));
    let first = question(
        &chosen["id"],
        json!({
            "kind": "single_answer", "prompt": "Which?", "text": "T", "explanation": "E", "optional": true,
            "position": 1, "choices": [{ "id": chosen["choices"][0]["id"], "text": "This" }],
        }),
        fields,
    );
    let labels = [
        ("left_label", "/questions/1/left_label", Value::Null),
        ("middle_label", "/questions/1/middle_label", Value::Null),
        ("right_label", "/questions/1/right_label", Value::Null),
    ];
    let full = json!({ "left_label": "L", "middle_label": "M", "right_label": "R" });
    let scale = question(&json!(scale), full, emptied(&labels));
    let quiz = json!({ "name": "Check", "contentable_type": "Quiz", "questions": [{ "prompt": "Warm?" }] });
    let quiz = school.post(&format!("/chapters/{chapter}/contents"), quiz).await.expect(201).id();
    let get = format!("/contents/{quiz}/body");
    let pooled = school.get(&get).await.expect(200).json()["questions"][0]["id"].clone();
    let fields = emptied(&[("pool", "/questions/0/pool", Value::Null)]);
    let pooled = case("updateQuestion", format!("/questions/{pooled}"), json!({ "pool": "Water" }), fields);
    vec![first, scale, Case { get, ..pooled }]
}

async fn files(school: &TestSchool) -> Vec<Case> {
    let file = upload(school, "notes.txt", "Some notes.", "").await.expect(201).id();
    let full = json!({ "name": "notes.txt", "visibility": "public" });
    let course = r#"name = "Soup"
slug = "soup"

[[chapters]]
name = "One"
folder = "01-one"
lessons = ["01-why.md"]
"#;
    let lesson = "+++\nname = \"Why?\"\n+++\n\nBecause.\n";
    let sources = json!([{ "path": "course.toml", "text": course }, { "path": "01-one/01-why.md", "text": lesson }]);
    vec![
        case("updateFile", format!("/files/{file}"), full, vec![("name", Refused), ("visibility", Become(vec![]))]),
        case("putCourseFiles", "/course_files/soup".to_owned(), json!({ "files": sources }), vec![("files", Refused)]),
    ]
}

pub(super) async fn cases(school: &TestSchool) -> Vec<Case> {
    let mut cases = courses(school).await;
    cases.extend(sold(school).await);
    cases.extend(chapters(school).await);
    cases.extend(contents(school).await);
    cases.extend(made_of_files(school).await);
    cases.extend(pictured(school).await);
    cases.extend(questions(school).await);
    cases.extend(files(school).await);
    cases
}
