//! `/manage/enrollments`: who may take which course, until when, and how far they came.

use super::manager;
use crate::people::browser::Browser;
use crate::resources::arranged::{bundle, chapter, content, course, progress, text};
use crate::support::TestSchool;
use school::contents::{ContentType, NewContent};
use serde_json::json;
use store::{ContentId, EnrollmentId};

/// The courses of the enrollments in a list, in its order.
async fn listed(browser: &mut Browser, query: &str) -> Vec<String> {
    let page = browser.get(&format!("/manage/enrollments{query}")).await.expect(200).text;
    let rows = page.split("<a class=\"row\" dir=\"auto\" href=\"/manage/enrollments/").skip(1);
    rows.map(|row| row.split_once('>').expect("a link").1.split('<').next().unwrap_or_default().to_owned()).collect()
}

async fn enrolled(school: &TestSchool, user: i64, course: i64, activated_at: Option<&str>, ends: Option<&str>) -> i64 {
    let body = json!({ "course_id": course, "user_id": user, "activated_at": activated_at, "expiry_date": ends });
    school.post("/enrollments", body).await.expect(201).id()
}

const SINCE: Option<&str> = Some("2024-01-01T00:00:00Z");

on_both_engines! {
    async fn enrollments_are_found_by_course_state_day_student_and_words(school: &TestSchool) {
        let mut browser = manager(school).await;
        assert!(browser.get("/manage/enrollments").await.expect(200).text.contains("Nobody is enrolled yet"));
        let (bread, rolls) = (course(school, "Bread").await.id, course(school, "Rolls").await.id);
        let ann = school.user("ann@example.com").await;
        let zoe = school.post("/users", json!({ "first_name": "Zoë", "last_name": "Okafor", "email": "zoe@demo.example" })).await.id();
        let done = enrolled(school, ann, bread, SINCE, None).await;
        enrolled(school, ann, rolls, None, None).await;
        enrolled(school, zoe, rolls, SINCE, Some("2024-06-01T00:00:00Z")).await;
        progress(school, done, 10_000).await;
        for (query, found) in [
            (String::new(), vec!["Rolls", "Rolls", "Bread"]),
            ("?sort=created_at".to_owned(), vec!["Bread", "Rolls", "Rolls"]),
            (format!("?course_id={rolls}"), vec!["Rolls", "Rolls"]),
            (format!("?user_id={ann}"), vec!["Rolls", "Bread"]),
            ("?state=completed".to_owned(), vec!["Bread"]),
            ("?state=trial".to_owned(), vec!["Rolls"]),
            ("?state=ended".to_owned(), vec!["Rolls"]),
            ("?state=open".to_owned(), vec!["Rolls", "Bread"]),
            (format!("?state=full&course_id={rolls}"), vec!["Rolls"]),
            ("?q=okafor".to_owned(), vec!["Rolls"]),
            ("?q=ann&state=completed".to_owned(), vec!["Bread"]),
            ("?q=nobody".to_owned(), vec![]),
            ("?to=2020-01-01".to_owned(), vec![]),
            ("?page=9&state=x".to_owned(), vec![]),
        ] {
            assert_eq!(listed(&mut browser, &query).await, found, "{query}");
        }
    }

    async fn one_person_is_enrolled_in_a_course_or_a_bundle(school: &TestSchool) {
        let mut browser = manager(school).await;
        let (bread, rolls) = (course(school, "Bread").await, course(school, "Rolls").await);
        let both = bundle(school, "Both", &[bread.id, rolls.id]).await;
        let ann = school.user("ann@example.com").await;
        let form = format!("/manage/enrollments/new?user_id={ann}");
        assert!(browser.get(&form).await.expect(200).text.contains("value=\"ann@example.com\""));
        let offered = browser.get(&format!("/manage/enrollments/new?course_id={}", bread.id)).await.expect(200).text;
        assert!(offered.contains(&format!("value=\"{}\" selected", bread.product)), "{offered}");
        let what = bread.product.to_string();
        let given = [("person", "ann@example.com"), ("what", what.as_str()), ("access", "trial"), ("expiry_date", "2099-12-31")];
        let reply = browser.submit(&form, "/manage/enrollments", &given).await.expect(303);
        let path = reply.header("location").strip_suffix("?done=enrolled").expect("the enrollment's page").to_owned();
        let seen = school.get(&format!("/enrollments/{}", path.rsplit('/').next().expect("an id"))).await.expect(200).json();
        assert_eq!((seen["is_free_trial"].as_bool(), seen["expiry_date"].as_str()), (Some(true), Some("2100-01-01T00:00:00.000Z")));
        let given = [("person", "ann@example.com"), ("what", what.as_str()), ("access", "full")];
        let reply = browser.submit(&form, "/manage/enrollments", &given).await.expect(303);
        assert_eq!(reply.header("location"), format!("{path}?done=upgraded"));
        let text = browser.submit(&form, "/manage/enrollments", &given).await.expect(422).text;
        assert!(text.contains("Who is enrolled already"), "{text}");
        let what = both.product.to_string();
        let given = [("person", "ann@example.com"), ("what", what.as_str()), ("access", "full")];
        browser.submit(&form, "/manage/enrollments", &given).await.expect(303);
        assert_eq!(listed(&mut browser, &format!("?user_id={ann}")).await, ["Rolls", "Bread"]);
        for (given, said) in [
            ([("person", "eve@example.com"), ("what", what.as_str()), ("expiry_date", "")], "Who is nobody in this school"),
            ([("person", ""), ("what", "999999"), ("expiry_date", "")], "In what must be chosen"),
            ([("person", "ann@example.com"), ("what", "x"), ("expiry_date", "2001-01-01")], "Last day must not be over already"),
            ([("person", "ann@example.com"), ("what", what.as_str()), ("expiry_date", "soon")], "Last day must be a date"),
        ] {
            let text = browser.submit(&form, "/manage/enrollments", &given).await.expect(422).text;
            assert!(text.contains(said) && text.contains(given[0].1), "{said}: {text}");
        }
    }

    async fn an_enrollment_shows_each_lesson_and_is_extended_opened_and_ended(school: &TestSchool) {
        let mut browser = manager(school).await;
        let bread = course(school, "Bread").await.id;
        let basics = chapter(school, bread, "Basics <b>").await;
        let lesson = content(school, basics, text("Flour")).await;
        let quiz = content(school, basics, NewContent { content_type: ContentType::Quiz, ..text("Check") }).await;
        let ann = school.user("ann@example.com").await;
        let id = enrolled(school, ann, bread, SINCE, None).await;
        let enrollment = EnrollmentId::new(id);
        school.arrange(move |tx, site| school::progress::complete_lesson(tx, site, enrollment, ContentId::new(lesson))).await;
        school.arrange(move |tx, site| school::progress::attempt_quiz(tx, site, enrollment, ContentId::new(quiz), 3, 1)).await;
        let path = format!("/manage/enrollments/{id}");
        let page = browser.get(&path).await.expect(200).text;
        for part in ["Basics &lt;b&gt;", "Flour", "Check", "one attempt", "best 75%", "Ann Example in Bread", "Done", &format!("href=\"/manage/users/{ann}\"")] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let dates = format!("{path}/dates");
        browser.submit(&path, &dates, &[("expiry_date", "2099-05-31")]).await.expect(303);
        let ends = |json: serde_json::Value| json["expiry_date"].as_str().map(str::to_owned);
        let now = || async { ends(school.get(&format!("/enrollments/{id}")).await.expect(200).json()) };
        assert_eq!(now().await.as_deref(), Some("2099-06-01T00:00:00.000Z"));
        // The hour that an app has chosen stays when the day is sent as it was shown.
        school.put(&format!("/enrollments/{id}"), json!({ "expiry_date": "2099-05-31T18:30:00Z" })).await.expect(204);
        browser.submit(&path, &dates, &[("expiry_date", "2099-05-31")]).await.expect(303);
        assert_eq!(now().await.as_deref(), Some("2099-05-31T18:30:00.000Z"));
        let page = browser.submit(&path, &dates, &[("expiry_date", "later")]).await.expect(422).text;
        assert!(page.contains("Last day must be a date") && page.contains("value=\"later\""), "{page}");
        browser.submit(&path, &format!("{path}/end"), &[]).await.expect(303);
        let page = browser.get(&path).await.expect(200).text;
        assert!(page.contains("Open it again") && page.contains(">Ended<") && !page.contains("End now"), "{page}");
        let token = browser.token().await;
        browser.post(&format!("{path}/end"), &[("csrf", &token)]).await.expect(422);
        browser.submit(&path, &dates, &[("expiry_date", "")]).await.expect(303);
        assert_eq!(now().await, None);
        let user = browser.get(&format!("/manage/users/{ann}")).await.expect(200).text;
        assert!(user.contains(&format!("href=\"{path}\"")) && user.contains(&format!("/manage/enrollments?user_id={ann}")), "{user}");
    }
}
