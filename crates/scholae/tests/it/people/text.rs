//! Text is checked and brought into one form wherever it enters, so that no two of anything look the same.

use super::browser::Browser;
use super::sign_in::ann;
use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};

/// The same name in the two forms of Unicode: composed, and as a letter with a mark.
const COMPOSED: &str = "Zo\u{eb}";
const DECOMPOSED: &str = "Zoe\u{308}";

fn user(email: &str, more: Value) -> Value {
    let mut user = json!({ "first_name": "A", "last_name": "B", "email": email });
    for (name, value) in more.as_object().expect("an object") {
        user[name] = value.clone();
    }
    user
}

/// How many of what forms make there are, and how Ann and Bob are called.
async fn rows(school: &TestSchool) -> Vec<Value> {
    let counts = school.arrange(|tx, site| {
        let mut counts = Vec::new();
        for table in ["users", "webhooks", "sign_ups", "attempts", "outgoing_mails", "mailed_links", "email_changes"] {
            let sql = format!("SELECT count(*) FROM {table} WHERE site_id = $1");
            counts.push(tx.first(&sql, store::params![site], |row| row.get::<i64>(0))?.unwrap_or(0));
        }
        Ok(counts)
    });
    let mut rows: Vec<Value> = counts.await.into_iter().map(Value::from).collect();
    rows.extend(school.get("/users").await.json()["items"].as_array().expect("users").clone());
    rows
}

/// The page with a form, where it is sent, what is written into it, and what of that must be there again.
type Form<'f> = (&'f str, &'f str, &'f [(&'f str, &'f str)], &'f str);

on_both_engines! {
    async fn control_characters_are_refused_wherever_text_is_sent(school: &TestSchool) {
        let course = school.arrange(|tx, site| {
            school::courses::create(tx, site, &school::courses::NewCourse::named("Bread"))
        }).await;
        let promotion = school.post("/promotions", json!({
            "name": "P", "amount": 10, "discount_type": "percentage", "product_ids": [course.product_id],
        })).await.expect(201).id();
        for odd in ["\u{0}", "\u{1}", "\u{8}", "\u{b}", "\u{1b}", "\u{7f}", "\u{85}", "\u{9b}"] {
            let name = format!("a{odd}b");
            for (path, body) in [
                ("/users".to_owned(), user("a@example.com", json!({ "first_name": name }))),
                ("/users".to_owned(), user("a@example.com", json!({ "bio": name }))),
                ("/users".to_owned(), user("a@example.com", json!({ "password": format!("secret{odd}") }))),
                ("/users".to_owned(), user("a@example.com", json!({ "external_id": name, "provider": "SSO" }))),
                (format!("/coupons?promotion_id={promotion}"), json!({ "code": name, "quantity": 1 })),
                ("/groups".to_owned(), json!({ "name": name })),
                ("/collections".to_owned(), json!({ "name": name })),
            ] {
                let reply = school.post(&path, body).await;
                assert_eq!(reply.status, 422, "{path} {odd:?}: {}", reply.text);
            }
            let encoded: String = odd.bytes().map(|byte| format!("%{byte:02X}")).collect();
            school.get(&format!("/users?query[external_source]=a{encoded}b")).await.expect(400);
            let form = format!("first_name=a{encoded}b&last_name=B&email=a%40example.com");
            let request = school.request(Method::POST, "/users");
            let form = request.header("Content-Type", "application/x-www-form-urlencoded").body(form);
            send(form).await.expect(422);
        }
        assert_eq!(school.get("/users").await.ids(), [0_i64; 0]);
    }

    async fn lines_and_tabs_stand_only_in_fields_of_several_lines(school: &TestSchool) {
        let lines = "one\n\ttwo\r\nthree";
        let id = school.post("/users", user("a@example.com", json!({ "bio": lines }))).await.expect(201).id();
        assert_eq!(school.get(&format!("/users/{id}")).await.json()["bio"], lines);
        for field in ["first_name", "last_name", "company", "headline", "avatar_url", "external_source"] {
            for text in ["a\nb", "a\tb", "a\rb", "a\u{2028}b"] {
                let refused = school.post("/users", user("b@example.com", json!({ field: text }))).await.expect(422);
                assert!(refused.json()["errors"][field].is_array(), "{field}: {}", refused.text);
            }
        }
    }

    async fn a_text_is_stored_and_found_in_one_form(school: &TestSchool) {
        let source = format!("{DECOMPOSED}'s");
        let body = user("a@example.com", json!({ "first_name": DECOMPOSED, "external_source": source }));
        let id = school.post("/users", body).await.expect(201).id();
        assert_eq!(school.get(&format!("/users/{id}")).await.json()["first_name"], COMPOSED);
        for form in ["Zo%C3%AB's", "Zoe%CC%88's"] {
            assert_eq!(school.get(&format!("/users?query[external_source]={form}")).await.ids(), [id], "{form}");
        }
    }

    async fn no_two_accounts_have_addresses_that_look_the_same(school: &TestSchool) {
        let id = school.user("ren\u{e9}e@example.com").await;
        for twin in [
            "RENE\u{301}E@example.com", " ren\u{e9}e@EXAMPLE.com ", "\u{200b}ren\u{e9}e@example.com\u{feff}",
            "ren\u{e9}e@example.com\u{a0}", "REN\u{c9}E@EXAMPLE.COM",
        ] {
            let refused = school.post("/users", user(twin, json!({}))).await.expect(422);
            assert!(refused.text.contains("already been taken"), "{twin:?}: {}", refused.text);
        }
        for wrong in [
            "ren\u{200b}\u{e9}e@example.com", "ren\u{ad}\u{e9}e@example.com", "<renee@example.com>", "mailto:renee@example.com",
            "Ren\u{e9}e <renee@example.com>", "re..nee@example.com", ".renee@example.com", "renee.@example.com",
            "re nee@example.com", "renee@exa mple.com", "renee@example..com", "renee@-example.com", "renee@", "@example.com",
            "a@b@c.com", "renee@example.com,b@example.com", "renee\u{202e}@example.com", "renee@example.com>", "\"a\"@example.com",
        ] {
            let refused = school.post("/users", user(wrong, json!({}))).await.expect(422);
            assert!(refused.text.contains("is invalid"), "{wrong:?}: {}", refused.text);
        }
        let found = school.get("/users?query[email]=RENE%CC%81E@example.com%E2%80%8B").await;
        assert_eq!(found.ids(), [id]);
        // The names of hosts too have two forms.
        let id = school.user("a@b\u{fc}cher.example").await;
        let refused = school.post("/users", user("a@xn--bcher-kva.example", json!({}))).await.expect(422);
        assert!(refused.text.contains("already been taken"), "{}", refused.text);
        assert_eq!(school.get("/users?query[email]=a@xn--bcher-kva.example").await.ids(), [id]);
        for fine in ["o'brien+tag@sub.example.co", "a_b-c!#$%&*/=?^`{|}~@example.com", "\u{7528}\u{6237}@\u{4f8b}\u{3048}.example"] {
            school.post("/users", user(fine, json!({}))).await.expect(201);
        }
    }

    async fn guesses_are_counted_for_the_account_however_its_address_is_written(school: &TestSchool) {
        ann(school).await;
        let spellings = ["ann@example.com", "ANN@example.com", "ann@example.com\u{200b}", "\u{feff}ann@example.com "];
        for n in 0..10 {
            Browser::new(school).sign_in(spellings[n % spellings.len()], "battery staple").await.expect(422);
        }
        for spelling in spellings {
            Browser::new(school).sign_in(spelling, "correct horse").await.expect(429);
        }
    }

    async fn a_password_is_the_same_in_both_forms_and_with_any_blank(school: &TestSchool) {
        let password = format!("{DECOMPOSED} is\u{a0}here");
        school.post("/users", user("a@example.com", json!({ "password": password }))).await.expect(201);
        for written in ["Zo\u{eb} is here", "Zoe\u{308} is here", "Zo\u{eb}\u{3000}is\u{2003}here"] {
            Browser::new(school).sign_in("a@example.com", written).await.expect(303);
        }
        for other in ["zo\u{eb} is here", "Zoe is here", "Zo\u{eb} is here "] {
            Browser::new(school).sign_in("a@example.com", other).await.expect(422);
        }
        let refused = school.post("/users", user("b@example.com", json!({ "password": "a\tb c d e" }))).await.expect(422);
        assert!(refused.json()["errors"]["password"].is_array(), "{}", refused.text);
    }

    async fn a_form_of_the_site_is_held_to_the_same_rules(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        browser.submit("/account", "/account", &[("first_name", DECOMPOSED), ("last_name", "B")]).await.expect(303);
        let page = browser.get("/account").await.text;
        assert!(page.contains(COMPOSED) && !page.contains(DECOMPOSED), "{page}");
        browser.submit("/account", "/account", &[("first_name", "a\u{1b}b"), ("last_name", "B")]).await.expect(422);
        browser.submit("/account", "/account", &[("first_name", "a\tb"), ("last_name", "B")]).await.expect(422);
    }

    async fn a_form_with_a_control_character_is_shown_again_with_its_field_named_and_nothing_lost(school: &TestSchool) {
        ann(school).await;
        let before = rows(school).await;
        let forms: [Form<'_>; 6] = [
            ("/users/sign_in", "/users/sign_in", &[("email", "ann@example.com\u{0}"), ("password", "correct horse")], "ann@example.com"),
            ("/users/sign_in", "/users/sign_in", &[("email", "ann@example.com"), ("password", "correct horse\u{7}")], "ann@example.com"),
            (
                "/users/sign_up",
                "/users/sign_up",
                &[("first_name", "Be\u{1b}n"), ("last_name", "Builder"), ("email", "ben@example.com"), ("password", "secret!")],
                "Builder",
            ),
            ("/users/password/new", "/users/password", &[("email", "ann@\u{85}example.com")], "ann@example.com"),
            ("/users/express_sign_in", "/users/express_sign_in", &[("email", "ann@example.com\u{0}")], "ann@example.com"),
            // What else is wrong is named too.
            ("/users/sign_up", "/users/sign_up", &[("first_name", "B\u{1b}"), ("last_name", ""), ("email", "nowhere")], "nowhere"),
        ];
        for (page, action, fields, kept) in forms {
            let mut browser = Browser::new(school);
            let shown = browser.submit(page, action, fields).await.expect(422).text;
            let again = [format!("action=\"{action}\""), format!("value=\"{kept}\""), "has a control character".to_owned()];
            for part in again {
                assert!(shown.contains(&part), "{page} {fields:?} lacks {part}: {shown}");
            }
            let two = kept == "nowhere";
            assert_eq!(shown.contains("Last name can&#39;t be blank") || shown.contains("Last name can't be blank"), two, "{shown}");
            assert!(!browser.is_signed_in().await);
        }
        assert_eq!(rows(school).await, before);

        let (_, mut browser) = crate::oauth::somebody(school, "bob@example.com", &["site_admin"]).await;
        let before = rows(school).await;
        let forms: [Form<'_>; 8] = [
            ("/account", "/account", &[("first_name", "a\u{1b}b"), ("last_name", "Kept")], "Kept"),
            ("/account", "/account/password", &[("current_password", "correct horse\u{0}"), ("password", "battery")], "Ann"),
            ("/account/email", "/account/email", &[("email", "new@example.com\u{0}"), ("current_password", "correct horse")], "new@example.com"),
            ("/account/email", "/account/email", &[("email", "new@example.com"), ("current_password", "correct horse\u{8}")], "new@example.com"),
            ("/account/delete", "/account/delete", &[("current_password", "correct horse\u{8}")], ""),
            ("/manage/users/new", "/manage/users", &[("first_name", "New\u{0}"), ("last_name", "One"), ("email", "new@example.com")], "One"),
            (
                "/manage/webhooks/new",
                "/manage/webhooks",
                &[("topic", "user.signup"), ("target_url", "https://example.com/\u{1}hook")],
                "https://example.com/hook",
            ),
            ("/manage/users/new", "/manage/users", &[("first_name", "A\u{0}"), ("last_name", ""), ("email", "e@example.com")], "e@example.com"),
        ];
        for (page, action, fields, kept) in forms {
            let shown = browser.submit(page, action, fields).await.expect(422).text;
            let again = [format!("action=\"{action}\""), format!("value=\"{kept}\""), "has a control character".to_owned()];
            for part in again.iter().filter(|part| !kept.is_empty() || !part.starts_with("value")) {
                assert!(shown.contains(part), "{page} {fields:?} lacks {part}: {shown}");
            }
        }
        assert_eq!(rows(school).await, before);
    }

    async fn the_key_of_a_request_is_of_plain_characters(school: &TestSchool) {
        for (key, status) in [("order-1 \u{7e}", 201), ("a\tb", 400), ("\u{e9}", 400), (" ", 400)] {
            let request = school.request(Method::POST, "/users").header("Idempotency-Key", key.as_bytes());
            let email = format!("{status}@example.com");
            send(request.json(&user(&email, json!({})))).await.expect(status);
        }
    }
}
