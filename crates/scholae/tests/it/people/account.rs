//! One's own account.

use super::browser::{Browser, events, hidden, time_goes_by};
use super::sign_in::ann;
use crate::support::TestSchool;
use school::custom_profile_field_definitions::{self as definitions, FieldType};

on_both_engines! {
    async fn the_account_is_for_those_who_are_signed_in(school: &TestSchool) {
        let mut browser = Browser::new(school);
        let reply = browser.get("/account").await.expect(303);
        assert_eq!(reply.header("location"), "/users/sign_in?return_to=%2Faccount");
        let csrf = hidden(&browser.get("/users/sign_in").await.text, "/users/sign_in").remove(0).1;
        for form in ["/account", "/account/password", "/account/sessions/end", "/account/sessions/end_others"] {
            browser.post(form, &[("csrf", &csrf)]).await.expect(303);
        }
    }

    async fn somebody_changes_their_profile(school: &TestSchool) {
        let definition = school
            .arrange(|tx, site| definitions::create(tx, site, "Phone", FieldType::Text, true))
            .await;
        let id = school.post("/users", serde_json::json!({
            "first_name": "Ann", "last_name": "Example", "email": "ann@example.com", "password": "correct horse",
            "skip_custom_fields_validation": true,
        })).await.expect(201).id();
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let phone = format!("field_{definition}");
        let fields = [("first_name", "Anna"), ("last_name", "Example"), (phone.as_str(), "")];
        let text = browser.submit("/account", "/account", &fields).await.expect(422).text;
        assert!(text.contains(&format!("href=\"#field-{phone}\"")), "{text}");
        let fields = [fields[0], fields[1], (phone.as_str(), "555"), ("roles[]", "site_admin"), ("email", "x@y.z")];
        browser.submit("/account", "/account", &fields).await.expect(303);
        let user = school.get(&format!("/users/{id}")).await.json();
        assert_eq!((&user["first_name"], &user["email"]), (&"Anna".into(), &"ann@example.com".into()));
        assert_eq!(user["custom_profile_fields"][0]["value"], "555");
        assert_eq!(user["roles"], serde_json::json!([]));
        assert_eq!(events(school).await, ["user.signup", "user.signin", "user.updated"]);
    }

    async fn a_password_is_changed_by_who_knows_it_and_every_other_session_ends(school: &TestSchool) {
        ann(school).await;
        let (mut here, mut there) = (Browser::new(school), Browser::new(school));
        for browser in [&mut here, &mut there] {
            browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        }
        let before = here.cookies["scholae_session"].clone();
        let fields = [("current_password", "battery staple"), ("password", "a new password")];
        here.submit("/account", "/account/password", &fields).await.expect(422);
        let fields = [("current_password", "correct horse"), ("password", "short")];
        here.submit("/account", "/account/password", &fields).await.expect(422);
        assert!(there.is_signed_in().await);
        let fields = [("current_password", "correct horse"), ("password", "a new password")];
        here.submit("/account", "/account/password", &fields).await.expect(303);
        assert!(here.is_signed_in().await && !there.is_signed_in().await);
        assert_ne!(here.cookies["scholae_session"], before, "the session has a new secret");
        there.cookies.insert("scholae_session".to_owned(), before);
        assert!(!there.is_signed_in().await);
        there.sign_in("ann@example.com", "a new password").await.expect(303);
        assert_eq!(school.mails().await[0]["subject"], "Your password for School academy was changed");
    }

    async fn guesses_at_the_current_password_are_counted_too(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let guess = [("current_password", "battery staple"), ("password", "a new password")];
        for _ in 0..10 {
            browser.submit("/account", "/account/password", &guess).await.expect(422);
        }
        let right = [("current_password", "correct horse"), ("password", "a new password")];
        browser.submit("/account", "/account/password", &right).await.expect(429);
    }

    async fn somebody_sees_where_they_are_signed_in_and_ends_it(school: &TestSchool) {
        ann(school).await;
        let mut browsers = Vec::new();
        for _ in 0..4 {
            let mut browser = Browser::new(school);
            browser.sign_in("ann@example.com", "correct horse").await.expect(303);
            browsers.push(browser);
        }
        let page = browsers[3].get("/account").await.expect(200).text;
        assert_eq!(page.matches("/account/sessions/end\"").count(), 3, "each but this one");
        // The newest comes first: the one before this is the first to be ended.
        browsers[3].submit("/account", "/account/sessions/end", &[]).await.expect(303);
        assert!(!browsers[2].is_signed_in().await && browsers[1].is_signed_in().await);
        browsers[3].submit("/account", "/account/sessions/end_others", &[]).await.expect(303);
        assert!(!browsers[0].is_signed_in().await && !browsers[1].is_signed_in().await);
        assert!(browsers[3].is_signed_in().await);
    }

    async fn nobody_ends_somebody_elses_session(school: &TestSchool) {
        ann(school).await;
        school.post("/users", serde_json::json!({
            "first_name": "Eve", "last_name": "Example", "email": "eve@example.com", "password": "correct horse",
        })).await.expect(201);
        let (mut ann, mut eve) = (Browser::new(school), Browser::new(school));
        ann.sign_in("ann@example.com", "correct horse").await.expect(303);
        eve.sign_in("eve@example.com", "correct horse").await.expect(303);
        let csrf = hidden(&eve.get("/account").await.text, "/account").remove(0).1;
        for id in ["1", "2", "3", "-1", "x", "99999999999999999999"] {
            eve.post("/account/sessions/end", &[("csrf", &csrf), ("session", id)]).await;
        }
        assert!(ann.is_signed_in().await);
    }

    async fn a_session_ends_when_it_is_not_used_and_in_any_case(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        time_goes_by(school, 11 * 3_600_000).await;
        assert!(browser.is_signed_in().await, "after eleven hours");
        time_goes_by(school, 3_600_000).await;
        assert!(!browser.is_signed_in().await, "after twelve");
    }
}
