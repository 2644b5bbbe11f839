//! Links by mail: a new password, and signing in without one.

use super::browser::{Browser, events, hidden, link as mailed, time_goes_by};
use super::sign_in::ann;
use crate::support::TestSchool;
use school::sites::Plan;

const MINUTE: i64 = 60_000;

/// Asks for a new password and gives the link of the mail.
async fn asked(school: &TestSchool, browser: &mut Browser) -> String {
    let fields = [("email", "ann@example.com")];
    browser.submit("/users/password/new", "/users/password", &fields).await.expect(200);
    mailed(&school.mails().await[0], "Choose it here")
}

on_both_engines! {
    async fn a_new_password_is_chosen_by_mail_and_signs_out_everywhere(school: &TestSchool) {
        ann(school).await;
        let mut elsewhere = Browser::new(school);
        elsewhere.sign_in("ann@example.com", "correct horse").await.expect(303);
        let mut browser = Browser::new(school);
        let link = asked(school, &mut browser).await;
        browser.submit(&link, &link, &[("password", "short")]).await.expect(422);
        let reply = browser.submit(&link, &link, &[("password", "a new password")]).await.expect(303);
        assert!(browser.get(reply.header("location")).await.expect(200).text.contains("Your password was changed"));
        assert!(!elsewhere.is_signed_in().await);
        browser.sign_in("ann@example.com", "correct horse").await.expect(422);
        browser.sign_in("ann@example.com", "a new password").await.expect(303);
        let mails = school.mails().await;
        assert_eq!(mails[0]["subject"], "Your password for School academy was changed");
        // The same link again does nothing, and neither does one that was asked for before.
        Browser::new(school).get(&link).await.expect(410);
    }

    async fn a_password_is_changed_by_one_link_of_several(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        let first = asked(school, &mut browser).await;
        let second = asked(school, &mut browser).await;
        assert_ne!(first, second);
        browser.submit(&second, &second, &[("password", "a new password")]).await.expect(303);
        browser.get(&first).await.expect(410);
        browser.get(&second).await.expect(410);
    }

    async fn a_link_works_for_an_hour_in_its_own_school_for_its_own_purpose(school: &TestSchool) {
        ann(school).await;
        school.another_school("rival", Plan::Plus).await;
        let mut browser = Browser::new(school);
        let link = asked(school, &mut browser).await;
        Browser::at(school, "rival").get(&link).await.expect(410);
        browser.get(&link.replace("/users/password/edit/", "/users/express_sign_in/")).await.expect(410);
        browser.get(&link.replace("/users/password/edit/", "/users/confirmation/")).await.expect(410);
        browser.get(&link).await.expect(200);
        time_goes_by(school, 60 * MINUTE).await;
        browser.get(&link).await.expect(410);
        let page = browser.get("/users/password/new").await.text;
        let csrf = hidden(&page, "/users/password").remove(0).1;
        browser.post(&link, &[("password", "a new password"), ("csrf", &csrf)]).await.expect(410);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
    }

    async fn asking_tells_nobody_who_has_an_account(school: &TestSchool) {
        ann(school).await;
        for (page, action) in [
            ("/users/password/new", "/users/password"),
            ("/users/express_sign_in", "/users/express_sign_in"),
        ] {
            let mut replies = Vec::new();
            for email in ["ann@example.com", "eve@example.com"] {
                let mut browser = Browser::new(school);
                let reply = browser.submit(page, action, &[("email", email)]).await.expect(200);
                replies.push(reply.text.replace(email, "[email]"));
            }
            assert_eq!(replies[0], replies[1]);
        }
        let mails = school.mails().await;
        assert!(mails.iter().all(|mail| mail["to"] == "ann@example.com"), "{mails:?}");
        assert_eq!(mails.len(), 2);
    }

    async fn who_has_no_password_signs_in_by_a_link_once(school: &TestSchool) {
        school.user("bob@example.com").await;
        let mut browser = Browser::new(school);
        let fields = [("email", "bob@example.com")];
        let ask = "/users/express_sign_in?return_to=%2Faccount";
        browser.submit(ask, "/users/express_sign_in", &fields).await.expect(200);
        let link = mailed(&school.mails().await[0], "Sign in");
        browser.get(&link).await.expect(200);
        let action = link.split('?').next().expect("a path").to_owned();
        let reply = browser.submit(&link, &action, &[]).await.expect(303);
        assert_eq!(reply.header("location"), "/account");
        assert!(browser.is_signed_in().await);
        assert_eq!(events(school).await, ["user.signup", "user.signin"]);
        Browser::new(school).get(&link).await.expect(410);

        browser = Browser::new(school);
        browser.submit(ask, "/users/express_sign_in", &fields).await.expect(200);
        let link = mailed(&school.mails().await[0], "Sign in");
        time_goes_by(school, 15 * MINUTE).await;
        browser.get(&link).await.expect(410);
    }

    async fn who_has_a_password_is_reminded_of_it_and_sent_no_link(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        let page = "/users/express_sign_in";
        browser.submit(page, page, &[("email", "ann@example.com")]).await.expect(200);
        let mail = school.mails().await.remove(0);
        assert_eq!(mail["subject"], "How to sign in to School academy");
        assert_eq!(mailed(&mail, "Sign in"), "/users/sign_in");
    }

    async fn a_password_that_the_api_sets_ends_sessions_and_links(school: &TestSchool) {
        let id = ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let link = asked(school, &mut Browser::new(school)).await;
        school.put(&format!("/users/{id}"), serde_json::json!({ "password": "a new password" })).await.expect(204);
        assert!(!browser.is_signed_in().await);
        browser.get(&link).await.expect(410);
    }

    async fn somebody_who_is_deleted_is_signed_out(school: &TestSchool) {
        let id = ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let link = asked(school, &mut Browser::new(school)).await;
        school.delete(&format!("/users/{id}")).await.expect(204);
        assert!(!browser.is_signed_in().await);
        browser.get(&link).await.expect(410);
    }
}
