//! The addresses that answers of the API give lead to pages of the school, and what leads nowhere keeps the school's name.

use super::browser::Browser;
use super::sign_in::ann;
use crate::support::{Reply, TestSchool, send};
use reqwest::Method;
use school::chapters::NewChapter;
use school::contents::NewContent;
use school::courses::NewCourse;
use school::products::ProductStatus;
use school::{bundles, chapters, contents, courses};
use serde_json::json;

/// A page as a browser asks for it.
async fn open(browser: &mut Browser, path: &str) -> Reply {
    browser.send(Method::GET, path, &[], &[("Accept", "text/html,*/*;q=0.8")]).await
}

/// A course with a chapter and a lesson; gives the ids of the course and the lesson.
async fn bread(school: &TestSchool, status: ProductStatus) -> (i64, i64) {
    school
        .arrange(move |tx, site| {
            let new =
                NewCourse { status, subtitle: Some("In a week".to_owned()), ..NewCourse::named("Bread & Butter") };
            let course = courses::create(tx, site, &new)?;
            let chapter =
                NewChapter { name: "Dough".to_owned(), description: None, position: None, folder: String::new() };
            let chapter = chapters::create(tx, site, course.id, &chapter)?;
            let lesson = NewContent { name: "Folding".to_owned(), ..NewContent::default() };
            let lesson = contents::create(tx, site, chapter.id, &lesson)?;
            Ok((course.id.get(), lesson.id.get()))
        })
        .await
}

on_both_engines! {
    async fn the_address_of_a_lesson_and_of_its_course_say_what_is_there_and_whether_one_has_it(school: &TestSchool) {
        let user = ann(school).await;
        let (course, lesson) = bread(school, ProductStatus::Published).await;
        let url = school.get(&format!("/contents/{lesson}")).await.expect(200).json()["take_url"].clone();
        let take = url.as_str().expect("a url").strip_prefix("http://academy.localhost").expect("of the school").to_owned();
        let mut browser = Browser::new(school);
        for (path, parts) in [(take.as_str(), ["Folding", "Bread &amp; Butter"]), ("/courses/bread-butter", ["In a week", "Dough"])] {
            let page = open(&mut browser, path).await.expect(200).text;
            for part in parts.iter().copied().chain(["School academy", "Sign in to see whether you have access"]) {
                assert!(page.contains(part), "{part} in {page}");
            }
        }
        let page = open(&mut browser, &take).await.text;
        let to_sign_in = format!("/users/sign_in?return_to={}", take.replace('/', "%2F"));
        assert!(page.contains(&to_sign_in), "{to_sign_in} in {page}");
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        assert!(open(&mut browser, &take).await.expect(200).text.contains("You do not have access to this course"));
        let enrollment = json!({ "user_id": user, "course_id": course, "activated_at": "2024-01-01T00:00:00Z" });
        let id = school.post("/enrollments", enrollment).await.expect(201).id();
        assert!(open(&mut browser, &take).await.expect(200).text.contains("You have access to this course."));
        assert!(browser.get("/").await.expect(200).text.contains("<a href=\"/courses/bread-butter\">"));
        school.put(&format!("/enrollments/{id}"), json!({ "expiry_date": "2024-02-01T00:00:00Z" })).await.expect(204);
        assert!(open(&mut browser, &take).await.expect(200).text.contains("Your access to this course has ended"));
    }

    async fn what_is_not_published_is_shown_to_nobody_who_does_not_have_it(school: &TestSchool) {
        let user = ann(school).await;
        let (course, lesson) = bread(school, ProductStatus::Draft).await;
        let take = format!("/courses/take/bread-butter/texts/{lesson}-folding");
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        for path in ["/courses/bread-butter", take.as_str()] {
            for browser in [&mut browser, &mut Browser::new(school)] {
                let page = open(browser, path).await.expect(404).text;
                assert!(!page.contains("Bread") && page.contains("School academy"), "{page}");
            }
        }
        let enrollment = json!({ "user_id": user, "course_id": course, "activated_at": "2024-01-01T00:00:00Z" });
        school.post("/enrollments", enrollment).await.expect(201);
        open(&mut browser, &take).await.expect(200);
        // A lesson is one of its own course.
        open(&mut browser, &take.replace("bread-butter", "other")).await.expect(404);
        for nothing in ["/courses/take/bread-butter/texts/x", "/courses/take/bread-butter/texts/999-x", "/courses/%00"] {
            open(&mut browser, nothing).await.expect(404);
        }
    }

    async fn bundles_and_collections_have_pages_that_lead_on_to_their_courses(school: &TestSchool) {
        let (course, _) = bread(school, ProductStatus::Published).await;
        let product = school.get(&format!("/courses/{course}")).await.json()["product_id"].clone();
        school.arrange(move |tx, site| {
            let new = bundles::NewBundle {
                name: "Everything".to_owned(),
                course_ids: vec![school::CourseId::new(course)],
                status: ProductStatus::Published,
                ..bundles::NewBundle::default()
            };
            bundles::create(tx, site, &new).map(|_| ())
        }).await;
        let collection = school.post("/collections", json!({ "name": "Baking" })).await.expect(201).id();
        let products = json!({ "product_ids": [product] });
        school.post(&format!("/collection_memberships/{collection}"), products).await.expect(201);
        let mut browser = Browser::new(school);
        for (path, name) in [("/bundles/everything", "Everything"), ("/collections/baking", "Baking")] {
            let page = open(&mut browser, path).await.expect(200).text;
            assert!(page.contains(&format!("<h1>{name}</h1>")), "{page}");
            assert!(page.contains("href=\"/courses/bread-butter\""), "{page}");
        }
    }

    async fn the_pictures_of_what_has_none_exist(school: &TestSchool) {
        let (course, _) = bread(school, ProductStatus::Published).await;
        let course = school.get(&format!("/courses/{course}")).await.json();
        for (field, kind, begins) in [
            ("banner_image_url", "image/jpeg", &b"\xff\xd8"[..]), ("course_card_image_url", "image/png", b"\x89PNG"),
        ] {
            for host in ["academy.localhost", "localhost"] {
                let path = course[field].as_str().expect("an address");
                let request = school.plain(Method::GET, &format!("{}{path}", school.url)).header("Host", host);
                let reply = request.send().await.expect("an answer");
                assert_eq!((reply.status().as_u16(), reply.headers()["content-type"].to_str().expect("text")), (200, kind));
                assert!(reply.bytes().await.expect("bytes").starts_with(begins));
            }
        }
    }

    async fn what_leads_nowhere_keeps_the_schools_name_and_leads_on(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        for (browser, links) in [
            (&mut browser, &["href=\"/\"", "Ann Example"][..]),
            (&mut Browser::new(school), &["href=\"/\"", "/users/sign_in?return_to="][..]),
        ] {
            for path in ["/no/such/page", "/courses/none", "/collections/none", "/mailbox/1/1"] {
                let page = open(browser, path).await.expect(404).text;
                assert!(page.contains("School academy</title>"), "{page}");
                for link in links {
                    assert!(page.contains(link), "{link} in {page}");
                }
            }
        }
        // Other errors too, and no host that is no school's.
        let page = browser.post("/account", &[("csrf", "00.00")]).await.expect(403).text;
        assert!(page.contains("School academy</title>") && page.contains("This form is out of date"), "{page}");
        let elsewhere = school.plain(Method::GET, &format!("{}/no/such", school.url)).header("Host", "unknown.localhost");
        assert!(send(elsewhere.header("Accept", "text/html")).await.expect(404).text.contains("There is no such page"));
    }
}
