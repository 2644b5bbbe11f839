//! Who was signed in on a device before is not shut out by what strangers try.

use super::browser::{Browser, hidden, link, set_cookies, time_goes_by};
use super::sign_in::ann;
use crate::support::TestSchool;
use identity::attempts::{self, Attempt};
use school::sites::Plan;
use serde_json::json;

const FIELDS: [(&str, &str); 1] = [("email", "ann@example.com")];

/// A browser that Ann has signed in and out with.
async fn anns(school: &TestSchool) -> Browser {
    let mut browser = Browser::new(school);
    browser.sign_in("ann@example.com", "correct horse").await.expect(303);
    browser.submit("/", "/users/sign_out", &[]).await.expect(303);
    browser
}

/// As many wrong tries at Ann's password as are heard, and as much mail to her as is sent.
async fn attack(school: &TestSchool) {
    let mut stranger = Browser::new(school);
    for _ in 0..10 {
        stranger.sign_in("ann@example.com", "battery staple").await.expect(422);
    }
    stranger.sign_in("ann@example.com", "battery staple").await.expect(429);
    for page in ["/users/password/new", "/users/express_sign_in"] {
        let action = page.trim_end_matches("/new");
        for _ in 0..5 {
            stranger.submit(page, action, &FIELDS).await.expect(200);
        }
        stranger.submit(page, action, &FIELDS).await.expect(429);
    }
}

/// Lets there be too many tries from the address of every test.
async fn nobody_may_try_from_here(school: &TestSchool) {
    let key = school.key.clone();
    school
        .arrange(move |tx, site| {
            while attempts::count(tx, &key, site, Attempt::SignInFrom, "127.0.0.1")?.is_none() {}
            Ok(())
        })
        .await;
}

on_both_engines! {
    async fn the_right_password_from_a_known_device_works_whatever_strangers_try(school: &TestSchool) {
        ann(school).await;
        let mut known = anns(school).await;
        attack(school).await;
        known.sign_in("ann@example.com", "battery staple").await.expect(422);
        known.sign_in("ann@example.com", "correct horse").await.expect(303);
        assert!(known.is_signed_in().await);
        // What it knows makes nobody else's tries forgotten.
        Browser::new(school).sign_in("ann@example.com", "correct horse").await.expect(429);
    }

    async fn a_known_device_is_sent_one_link_an_hour_whatever_strangers_ask_for(school: &TestSchool) {
        ann(school).await;
        let mut known = anns(school).await;
        attack(school).await;
        let before = school.mails().await.len();
        known.submit("/users/password/new", "/users/password", &FIELDS).await.expect(200);
        let mails = school.mails().await;
        assert_eq!(mails.len(), before + 1);
        known.get(&link(&mails[0], "Choose it here")).await.expect(200);
        known.submit("/users/password/new", "/users/password", &FIELDS).await.expect(429);
        time_goes_by(school, 3_600_000).await;
        known.submit("/users/password/new", "/users/password", &FIELDS).await.expect(200);
    }

    async fn a_link_that_came_by_mail_works_whatever_strangers_at_the_same_address_try(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.submit("/users/password/new", "/users/password", &FIELDS).await.expect(200);
        let choose = link(&school.mails().await[0], "Choose it here");
        nobody_may_try_from_here(school).await;
        browser.sign_in("other@example.com", "battery staple").await.expect(429);
        browser.submit(&choose, &choose, &[("password", "a new password")]).await.expect(303);
    }

    async fn whoever_is_signed_in_changes_their_password_whatever_strangers_try(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        browser.cookies.remove("scholae_device");
        attack(school).await;
        nobody_may_try_from_here(school).await;
        let change = |current: &'static str| [("current_password", current), ("password", "another horse")];
        browser.submit("/account", "/account/password", &change("correct horse")).await.expect(303);
        // Whoever finds a session open has a few tries too, and no more.
        for _ in 0..10 {
            browser.submit("/account", "/account/password", &change("battery staple")).await.expect(422);
        }
        browser.submit("/account", "/account/password", &change("another horse")).await.expect(429);
    }

    async fn a_stolen_cookie_gives_its_own_few_tries_at_that_one_account(school: &TestSchool) {
        ann(school).await;
        let bob = json!({
            "first_name": "Bob", "last_name": "B", "email": "bob@example.com", "password": "correct horse",
        });
        school.post("/users", bob).await.expect(201);
        let mut thief = anns(school).await;
        attack(school).await;
        for _ in 0..10 {
            thief.sign_in("ann@example.com", "battery staple").await.expect(422);
        }
        thief.sign_in("ann@example.com", "correct horse").await.expect(429);
        // It stands for nobody else.
        for _ in 0..10 {
            Browser::new(school).sign_in("bob@example.com", "battery staple").await.expect(422);
        }
        thief.sign_in("bob@example.com", "correct horse").await.expect(429);
    }

    async fn a_device_is_forgotten_when_the_password_is_changed_elsewhere_and_kept_where_it_is(school: &TestSchool) {
        ann(school).await;
        let mut elsewhere = anns(school).await;
        let mut here = anns(school).await;
        here.sign_in("ann@example.com", "correct horse").await.expect(303);
        let change = [("current_password", "correct horse"), ("password", "another horse")];
        here.submit("/account", "/account/password", &change).await.expect(303);
        here.submit("/", "/users/sign_out", &[]).await.expect(303);
        attack(school).await;
        elsewhere.sign_in("ann@example.com", "another horse").await.expect(429);
        here.sign_in("ann@example.com", "another horse").await.expect(303);
    }

    async fn a_device_is_known_to_its_own_school_and_to_no_script(school: &TestSchool) {
        ann(school).await;
        school.another_school("rival", Plan::Plus).await;
        let mut browser = Browser::new(school);
        let reply = browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let cookies = set_cookies(&reply);
        let cookie = cookies.iter().find(|cookie| cookie.starts_with("scholae_device=")).expect("a device");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let mut rival = Browser::at(school, "rival");
        rival.cookies = browser.cookies.clone();
        for _ in 0..10 {
            rival.sign_in("ann@example.com", "battery staple").await.expect(422);
        }
        Browser::at(school, "rival").sign_in("ann@example.com", "battery staple").await.expect(429);
    }

    async fn a_second_tab_with_the_form_to_sign_in_and_a_second_sign_out_lead_on(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        let page = browser.get("/users/sign_in?return_to=%2Faccount").await.expect(200).text;
        let fields = hidden(&page, "/users/sign_in");
        let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.extend([("email", "ann@example.com"), ("password", "correct horse")]);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let second = browser.post("/users/sign_in", &fields).await.expect(303);
        assert_eq!(second.header("location"), "/account");
        // So is whoever signs up there.
        let elsewhere = browser.post("/users/sign_up", &fields).await;
        assert_eq!(elsewhere.expect(303).header("location"), "/account");
        let out = hidden(&browser.get("/").await.text, "/users/sign_out");
        let out = [("csrf", out[0].1.as_str())];
        browser.post("/users/sign_out", &out).await.expect(303);
        assert_eq!(browser.post("/users/sign_out", &out).await.expect(303).header("location"), "/");
        // A form that is out of date, of somebody who is not signed in, is shown anew with what was typed.
        let shown = browser.post("/users/sign_in", &fields).await.expect(403).text;
        assert!(shown.contains("value=\"ann@example.com\"") && !shown.contains("correct horse"), "{shown}");
        assert_eq!(hidden(&shown, "/users/sign_in")[1].1, "/account");
        let shown = browser.post("/users/sign_up", &fields).await.expect(403).text;
        assert!(shown.contains("value=\"ann@example.com\"") && shown.contains("out of date"), "{shown}");
        // Whoever signed in again meanwhile is asked, and is not signed out by a form of before.
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let shown = browser.post("/users/sign_out", &out).await.expect(403).text;
        let fresh = hidden(&shown, "/users/sign_out");
        assert!(browser.is_signed_in().await);
        browser.post("/users/sign_out", &[("csrf", fresh[0].1.as_str())]).await.expect(303);
        assert!(!browser.is_signed_in().await);
    }
}
