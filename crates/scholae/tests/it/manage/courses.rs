//! `/manage/courses`: courses made, filled, priced, published and handed on, by those who may.

use super::{Person, manager};
use crate::people::browser::Browser;
use crate::support::TestSchool;
use school::UserId;
use school::courses::{self, NewCourse};
use serde_json::{Value, json};

/// Where a form leads, without what was said of it.
fn led_to(reply: &crate::support::Reply) -> String {
    reply.header("location").split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Makes a course with a chapter by their forms: the paths of both.
async fn course_with_chapter(browser: &mut Browser, school: &TestSchool, name: &str) -> (String, String) {
    let made = browser.submit("/manage/courses/new", "/manage/courses", &[("name", name)]).await.expect(303);
    let course = led_to(&made);
    browser.submit(&course, &format!("{course}/chapters"), &[("name", "Day one")]).await.expect(303);
    let id = course.rsplit('/').next().expect("an id");
    let chapters = school.get(&format!("/courses/{id}")).await.json()["chapter_ids"].clone();
    (course, format!("/manage/chapters/{}", chapters[0]))
}

/// Adds a lesson by its form: its path.
async fn lesson(browser: &mut Browser, chapter: &str, kind: &str, fields: &[(&str, &str)]) -> String {
    let page = format!("{chapter}/lessons/new?type={kind}");
    led_to(&browser.submit(&page, &format!("{chapter}/lessons"), fields).await.expect(303))
}

async fn body(school: &TestSchool, lesson: &str) -> Value {
    school.get(&format!("/contents/{}/body", lesson.rsplit('/').next().expect("an id"))).await.expect(200).json()
}

on_both_engines! {
    async fn a_course_is_made_filled_priced_and_published(school: &TestSchool) {
        let mut browser = manager(school).await;
        assert!(browser.get("/manage/courses").await.expect(200).text.contains("No courses yet"));
        let empty = browser.submit("/manage/courses/new", "/manage/courses", &[("name", " ")]).await.expect(422).text;
        assert!(empty.contains("Name can't be blank") || empty.contains("Name can&#39;t be blank"), "{empty}");
        let (course, chapter) = course_with_chapter(&mut browser, school, "Bread <b>").await;
        let words = lesson(&mut browser, &chapter, "HtmlItem", &[("name", "Why?"), ("format", "html"), ("text", "<p>So</p><script>x</script>"), ("free", "true")]).await;
        assert_eq!(body(school, &words).await["text"], "<p>So</p>");
        let video = lesson(&mut browser, &chapter, "Lesson", &[("name", "Folding"), ("url", "https://example.com/a.mp4"), ("duration_in_seconds", "428"),
            ("files", "My notes https://example.com/n.pdf"), ("downloadable", "true"), ("draft", "true")]).await;
        let shown = body(school, &video).await;
        assert_eq!((&shown["settings"]["files"][0], &shown["draft"]), (&json!({ "name": "My notes", "url": "https://example.com/n.pdf", "file_id": null }), &json!(true)));
        // What is wrong stands beside its field, and what was typed stays.
        let page = format!("{chapter}/lessons/new?type=Lesson");
        let wrong = browser.submit(&page, &format!("{chapter}/lessons"), &[("name", "A film"), ("url", "javascript:alert(1)"), ("release_after_days", "soon")]).await.expect(422).text;
        assert!(wrong.contains("must be a whole number") && wrong.contains("A film"), "{wrong}");
        let changed = [("name", "Stretch and fold"), ("url", "https://example.com/a.mp4"), ("text", "Watch."), ("prerequisite", "true"), ("release_after_days", "2")];
        browser.submit(&video, &video, &changed).await.expect(303);
        let shown = body(school, &video).await;
        assert_eq!((&shown["draft"], &shown["settings"]["downloadable"], &shown["settings"]["release_after_days"]), (&json!(false), &json!(false), &json!(2)));
        let outline = browser.get(&course).await.expect(200).text;
        assert!(outline.contains("Stretch and fold") && outline.contains("Prerequisite") && outline.contains("Bread &lt;b&gt;") && !outline.contains("Bread <b>"), "{outline}");

        let settings = format!("{course}/settings");
        let sale = [("name", "Bread"), ("slug", "bread"), ("subtitle", "In a week"), ("reviews_enabled", "true"), ("payment_type", "payment-plan"),
            ("price", "17.50"), ("currency", "EUR"), ("interval", "month"), ("number_of_payments", "3"), ("seo_title", "Bread!"), ("has_certificate", "true")];
        browser.submit(&settings, &settings, &sale).await.expect(303);
        browser.submit(&course, &format!("{course}/status"), &[("status", "published")]).await.expect(303);
        let product = school.get("/products/1").await.json();
        assert_eq!((&product["status"], &product["price"], &product["seo_title"]), (&json!("published"), &json!("17.5"), &json!("Bread!")));
        assert_eq!((&product["product_prices"][0]["number_of_payments"], &product["has_certificate"]), (&json!("3"), &json!(true)));
        let (admin, other) = (school.user("admin@example.com").await, crate::resources::arranged::course(school, "Cake").await);
        school.put(&format!("/users/{admin}"), json!({ "roles": ["course_admin"] })).await.expect(204);
        let (admin_id, other) = (admin.to_string(), other.product.to_string());
        let with: Vec<(&str, &str)> =
            sale.into_iter().chain([("administrator_user_ids", &*admin_id), ("related_product_ids", &*other)]).collect();
        browser.submit(&settings, &settings, &with).await.expect(303);
        assert_eq!(school.get("/courses/1").await.json()["administrator_user_ids"], json!([admin]));
        assert_eq!(school.get("/products/1").await.json()["related_product_ids"], json!([2]));
        let sale: Vec<(&str, &str)> = sale.into_iter().filter(|(name, _)| *name != "price").chain([("price", "much")]).collect();
        let wrong = browser.submit(&settings, &settings, &sale).await.expect(422).text;
        assert!(wrong.contains("must be an amount such as 49.00"), "{wrong}");
        assert!(browser.get("/manage/courses?q=bre&status=published").await.text.contains("3 × €17.50"));
        assert!(!browser.get("/manage/courses?status=draft").await.text.contains("17.50"));
    }

    async fn a_course_has_several_prices_and_one_is_the_main_one(school: &TestSchool) {
        let mut browser = manager(school).await;
        let (course, _) = course_with_chapter(&mut browser, school, "Bread").await;
        let settings = format!("{course}/settings");
        let once = [("name", "Bread"), ("slug", "bread"), ("payment_type", "one-time"), ("price", "49.00"), ("currency", "EUR"), ("primary", "1")];
        let plan = [("payment_type_2", "payment-plan"), ("label_2", "In three parts"), ("price_2", "17.50"), ("currency_2", "EUR"), ("interval_2", "month"), ("number_of_payments_2", "3")];
        let monthly = [("payment_type_3", "subscription"), ("label_3", "By the month"), ("price_3", "9.00"), ("currency_3", "EUR"), ("interval_3", "month")];
        let all: Vec<(&str, &str)> = once.into_iter().chain(plan).chain(monthly).collect();
        browser.submit(&settings, &settings, &all).await.expect(303);
        let prices = async || {
            let product = school.get("/products/1").await.json();
            let told = |price: &Value| (price["payment_type"].as_str().expect("text").to_owned(), price["is_primary"].as_bool().expect("a flag"));
            product["product_prices"].as_array().expect("a list").iter().map(told).collect::<Vec<_>>()
        };
        let price = |kind: &str, is_primary: bool| (kind.to_owned(), is_primary);
        assert_eq!(prices().await, [price("one-time", true), price("payment-plan", false), price("subscription", false)]);
        let page = browser.get(&settings).await.expect(200).text;
        for shown in ["In three parts", "By the month", "value=\"17.5", "name=\"payment_type_4\""] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        // Another one becomes the main one, and needs no name then; the one that was needs one.
        let subscription = [("label", ""), ("primary", "3")];
        let wrong: Vec<(&str, &str)> = all.iter().copied().filter(|(name, _)| *name != "primary").chain(subscription).collect();
        let refused = browser.submit(&settings, &settings, &wrong).await.expect(422).text;
        assert!(refused.contains("need a label unless they are primary"), "{refused}");
        let right: Vec<(&str, &str)> = wrong.iter().copied().filter(|(name, _)| *name != "label").chain([("label", "At once")]).collect();
        browser.submit(&settings, &settings, &right).await.expect(303);
        assert_eq!(prices().await, [price("subscription", true), price("one-time", false), price("payment-plan", false)]);
        // One that is taken out is gone.
        let ids: Vec<String> = school.get("/products/1").await.json()["product_prices"].as_array().expect("a list").iter().map(|price| price["id"].to_string()).collect();
        let out = [("name", "Bread"), ("slug", "bread"), ("price_id", ids[0].as_str()), ("payment_type", "subscription"), ("price", "9.00"), ("currency", "EUR"),
            ("interval", "month"), ("primary", "1"), ("price_id_2", &ids[1]), ("payment_type_2", ""), ("price_id_3", &ids[2]), ("payment_type_3", "payment-plan"),
            ("label_3", "In three parts"), ("price_3", "17.50"), ("currency_3", "EUR"), ("interval_3", "month"), ("number_of_payments_3", "3")];
        browser.submit(&settings, &settings, &out).await.expect(303);
        assert_eq!(prices().await, [price("subscription", true), price("payment-plan", false)]);
    }

    async fn a_quiz_is_written_and_shown_as_students_see_it(school: &TestSchool) {
        let mut browser = manager(school).await;
        let (_, chapter) = course_with_chapter(&mut browser, school, "Bread").await;
        let quiz = lesson(&mut browser, &chapter, "Quiz", &[("name", "Check"), ("passing_grade", "70"), ("shuffle_questions", "true")]).await;
        let (new, add) = (format!("{quiz}/questions/new"), format!("{quiz}/questions"));
        let question = [("prompt", "How *warm*?"), ("kind", "single_answer"), ("choice_1", "Hand"), ("right_1", "true"), ("choice_3", "Boiling"), ("explanation", "It kills them.")];
        browser.submit(&new, &add, &question).await.expect(303);
        let wrong = browser.submit(&new, &add, &[("prompt", "Which?"), ("kind", "single_answer"), ("choice_1", "Salt")]).await.expect(422).text;
        assert!(wrong.contains("has no right choice") && wrong.contains("value=\"Salt\""), "{wrong}");
        browser.submit(&new, &add, &[("prompt", "Say why"), ("kind", "free_text")]).await.expect(303);
        let shown = body(school, &quiz).await;
        let ids: Vec<&Value> = shown["questions"].as_array().expect("it is there").iter().map(|question| &question["id"]).collect();
        let first = format!("/manage/questions/{}", ids[0]);
        browser.submit(&first, &first, &[("prompt", "How warm is it?"), ("kind", "single_answer"), ("choice_1", "Hand"), ("right_1", "true")]).await.expect(303);
        browser.submit(&quiz, &format!("{first}/move"), &[("to", "down")]).await.expect(303);
        let has = body(school, &quiz).await;
        assert_eq!((&has["questions"][1]["id"], &has["questions"][1]["prompt"]), (ids[0], &json!("How warm is it?")));
        assert_eq!(has["questions"][1]["choices"], json!([{ "id": shown["questions"][0]["choices"][0]["id"], "text": "Hand", "correct": true }]));
        // Saving the lesson leaves its questions alone.
        browser.submit(&quiz, &quiz, &[("name", "Checked"), ("passing_grade", "80")]).await.expect(303);
        assert_eq!(body(school, &quiz).await["questions"], has["questions"]);
        let preview = browser.get(&format!("{quiz}/preview")).await.expect(200).text;
        assert!(preview.contains("How warm is it?") && preview.contains("Hand") && preview.contains("<textarea"), "{preview}");
        browser.submit(&first, &format!("{first}/delete"), &[]).await.expect(303);
        browser.get(&first).await.expect(404);
    }

    async fn a_quiz_takes_questions_of_a_pool_and_its_preview_shows_an_attempt(school: &TestSchool) {
        let mut browser = manager(school).await;
        let (_, chapter) = course_with_chapter(&mut browser, school, "Bread").await;
        let quiz = lesson(&mut browser, &chapter, "Quiz", &[("name", "Check"), ("pools", "Water and salt 1")]).await;
        let (new, add) = (format!("{quiz}/questions/new"), format!("{quiz}/questions"));
        for (prompt, pool) in [("Always?", ""), ("Warm?", "Water and salt"), ("Cold?", "Water and salt")] {
            browser.submit(&new, &add, &[("prompt", prompt), ("kind", "free_text"), ("pool", pool)]).await.expect(303);
        }
        let page = browser.get(&quiz).await.expect(200).text;
        assert!(page.contains("Water and salt 1") && page.contains("Water and salt</span>"), "{page}");
        let preview = browser.get(&format!("{quiz}/preview")).await.expect(200).text;
        assert!(preview.contains("Always?") && preview.contains("Warm?") != preview.contains("Cold?"), "{preview}");
        let wrong = browser.submit(&quiz, &quiz, &[("name", "Check"), ("pools", "Water")]).await.expect(422).text;
        assert!(wrong.contains("need a name and a number on each line"), "{wrong}");
        let both = browser.submit(&quiz, &quiz, &[("name", "Check"), ("pools", "Water 1"), ("question_count", "2")]).await.expect(422).text;
        assert!(both.contains("be set beside question_count"), "{both}");
    }

    async fn lessons_are_moved_by_buttons_and_by_dragging(school: &TestSchool) {
        let mut browser = manager(school).await;
        let (course, one) = course_with_chapter(&mut browser, school, "Bread").await;
        browser.submit(&course, &format!("{course}/chapters"), &[("name", "Day two")]).await.expect(303);
        let chapters = school.get("/courses/1").await.json()["chapter_ids"].clone();
        let (a, b) = (lesson(&mut browser, &one, "HtmlItem", &[("name", "A")]).await, lesson(&mut browser, &one, "HtmlItem", &[("name", "B")]).await);
        let order = async |chapter: &Value| school.get(&format!("/chapters/{chapter}")).await.json()["content_ids"].clone();
        let id = |path: &str| path.rsplit('/').next().expect("it is there").parse::<i64>().expect("it is there");
        browser.submit(&course, &format!("{b}/move"), &[("to", "up")]).await.expect(303);
        assert_eq!(order(&chapters[0]).await, json!([id(&b), id(&a)]));
        let two = chapters[1].to_string();
        browser.submit(&course, &format!("{b}/move"), &[("chapter_id", &two)]).await.expect(303);
        let before = id(&b).to_string();
        browser.submit(&course, &format!("{a}/move"), &[("chapter_id", &two), ("before_id", &before)]).await.expect(303);
        assert_eq!((order(&chapters[0]).await, order(&chapters[1]).await), (json!([]), json!([id(&a), id(&b)])));
        browser.submit(&course, &format!("/manage/chapters/{two}/move"), &[("to", "up")]).await.expect(303);
        assert_eq!(school.get("/courses/1").await.json()["chapter_ids"], json!([chapters[1], chapters[0]]));
        browser.submit(&course, &format!("/manage/chapters/{two}/move"), &[("to", "up")]).await.expect(303);
        let edit = format!("/manage/chapters/{two}");
        browser.submit(&edit, &edit, &[("name", "The second day"), ("description", "More")]).await.expect(303);
        assert_eq!(school.get(&format!("/chapters/{two}")).await.json()["description"], "More");
        browser.submit(&edit, &format!("{edit}/delete"), &[]).await.expect(303);
        browser.get(&a).await.expect(404);
    }

    async fn a_course_goes_out_as_code_and_comes_back_the_same_and_is_duplicated_and_deleted(school: &TestSchool) {
        let mut browser = manager(school).await;
        let (course, chapter) = course_with_chapter(&mut browser, school, "Bread").await;
        lesson(&mut browser, &chapter, "HtmlItem", &[("name", "Why?"), ("text", "Because.\r\n\r\nIndeed.\r\n")]).await;
        let file = browser.get(&format!("{course}/export")).await.expect(200).text;
        assert!(file.contains("Because.\\n\\nIndeed.\\n"), "{file}");
        browser.submit(&course, &format!("{course}/delete"), &[]).await.expect(303);
        browser.get(&course).await.expect(404);
        let back = browser.submit("/manage/courses/import", "/manage/courses/import", &[("course", &file)]).await.expect(303);
        let again = led_to(&back);
        assert_eq!(browser.get(&format!("{again}/export")).await.expect(200).text, file);
        for (wrong, told) in [("", "be blank"), ("{", "is no exported course"), ("{\"slug\":\"x\",\"files\":[]}", "course.toml: is missing")] {
            let text = browser.submit("/manage/courses/import", "/manage/courses/import", &[("course", wrong)]).await.expect(422).text;
            assert!(text.contains(told), "{told}: {text}");
        }
        let copy = led_to(&browser.submit(&again, &format!("{again}/duplicate"), &[]).await.expect(303));
        assert!(browser.get(&copy).await.expect(200).text.contains("Bread (copy)"));
    }

    async fn who_looks_after_courses_sees_and_changes_those_alone_and_not_how_they_are_sold(school: &TestSchool) {
        let other = school.arrange(|tx, site| courses::create(tx, site, &NewCourse::named("Somebody else's"))).await;
        let mut browser = Person::CourseAdmin.signed_in(school).await;
        assert!(!browser.get("/manage/courses").await.expect(200).text.contains("Somebody else"));
        browser.get(&format!("/manage/courses/{}", other.id)).await.expect(404);
        let (course, chapter) = course_with_chapter(&mut browser, school, "Their own").await;
        lesson(&mut browser, &chapter, "HtmlItem", &[("name", "Words")]).await;
        assert!(browser.get("/manage/courses").await.text.contains("Their own"));
        let settings = format!("{course}/settings");
        let sent = [("name", "Bread"), ("slug", "bread"), ("payment_type", "one-time"), ("price", "5.00"), ("private", "true")];
        browser.submit(&settings, &settings, &sent).await.expect(303);
        browser.submit(&course, &format!("{course}/status"), &[("status", "published")]).await.expect(303);
        let id = course.rsplit('/').next().expect("it is there");
        let shown = school.get(&format!("/courses/{id}")).await.json();
        let product = school.get(&format!("/products/{}", shown["product_id"])).await.json();
        assert_eq!((&shown["name"], &product["status"], &product["price"], &product["private"]), (&json!("Bread"), &json!("draft"), &json!("0.0"), &json!(false)));
        let asked = school.get("/product_publish_requests").await.json();
        assert_eq!(asked["items"][0]["product"]["id"].as_i64().or(asked["items"][0]["product_id"].as_i64()), product["id"].as_i64(), "{asked}");
        let token = browser.token().await;
        browser.post(&format!("{course}/delete"), &[("csrf", &token)]).await.expect(404);
        let theirs = browser.get(&format!("{course}/export")).await.expect(200).text.replace("bread", "somebody-else-s");
        browser.submit("/manage/courses/import", "/manage/courses/import", &[("course", &theirs)]).await.expect(422);
        // Nor do files change who teaches, or name files of others.
        let ruth = school.post("/instructors", json!({ "first_name": "Ruth", "last_name": "Abend", "slug": "ruth" })).await.expect(201).id();
        let toml = "name = \"New\"\nslug = \"new-one\"\n\n[instructor]\nslug = \"ruth\"\nfirst_name = \"Eve\"\nlast_name = \"Else\"\n";
        let file = json!({ "slug": "new-one", "files": [{ "path": "course.toml", "text": toml }] }).to_string();
        browser.submit("/manage/courses/import", "/manage/courses/import", &[("course", &file)]).await.expect(303);
        assert_eq!(school.get(&format!("/instructors/{ruth}")).await.json()["first_name"], "Ruth");
        let lost: Vec<UserId> = Vec::new();
        let gone = UserId::new(shown["administrator_user_ids"][0].as_i64().expect("it is there"));
        let new = school.arrange(move |tx, site| {
            let new = NewCourse { administrator_user_ids: lost.clone(), ..NewCourse::of(tx, site, school::CourseId::new(2))? };
            courses::update(tx, site, school::CourseId::new(2), &new)
        }).await;
        assert!(!new.administrator_user_ids.contains(&gone));
        browser.get(&course).await.expect(404);
    }
}
