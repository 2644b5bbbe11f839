//! Signing up, and that it tells nobody who has an account.

use super::browser::{Browser, events, hidden, link, time_goes_by};
use super::sign_in::ann;
use crate::support::TestSchool;
use school::custom_profile_field_definitions::{self as definitions, FieldType};
use serde_json::json;

const DAY: i64 = 86_400_000;

/// Signs Ann up; she is to open the mail next.
async fn sign_up(browser: &mut Browser, email: &str) -> crate::support::Reply {
    let fields = [("first_name", "Ann"), ("last_name", "Example"), ("email", email), ("password", "correct horse")];
    browser.submit("/users/sign_up", "/users/sign_up", &fields).await
}

on_both_engines! {
    async fn somebody_signs_up_and_confirms_by_mail(school: &TestSchool) {
        let mut browser = Browser::new(school);
        let reply = sign_up(&mut browser, " Ann@Example.com ").await.expect(200);
        assert!(reply.text.contains("Check your mail"), "{}", reply.text);
        assert_eq!(school.get("/users").await.ids(), [0_i64; 0], "there is no account yet");
        let mails = school.mails().await;
        assert_eq!((&mails[0]["to"], mails.len()), (&json!("Ann@Example.com"), 1));
        let link = link(&mails[0], "Confirm that it was you");
        // Looking at the link is not enough: programs that look after mail do that too.
        browser.get(&link).await.expect(200);
        assert_eq!(school.get("/users").await.ids(), [0_i64; 0]);
        let reply = browser.submit(&link, &link, &[]).await.expect(303);
        assert_eq!(reply.header("location"), "/");
        assert!(browser.is_signed_in().await);
        assert_eq!(school.get("/users?query[email]=ann@example.com").await.ids().len(), 1);
        assert_eq!(events(school).await, ["user.signup", "user.signin"]);
        browser.get(&link).await.expect(410);
        Browser::new(school).sign_in("ann@example.com", "correct horse").await.expect(303);
    }

    async fn an_address_with_an_account_is_answered_as_any_other(school: &TestSchool) {
        ann(school).await;
        let mut replies = Vec::new();
        for email in ["ann@example.com", "eve@example.com"] {
            let mut browser = Browser::new(school);
            let reply = sign_up(&mut browser, email).await.expect(200);
            let mut headers: Vec<&str> = reply.headers.keys().map(|name| name.as_str()).collect();
            headers.sort_unstable();
            replies.push((reply.text.replace(email, "[email]"), format!("{headers:?}")));
        }
        assert_eq!(replies[0], replies[1]);
        let mails = school.mails().await;
        let subject = |to: &str| {
            let mail = mails.iter().find(|mail| mail["to"] == to).expect("a mail");
            mail["subject"].as_str().expect("text").to_owned()
        };
        assert_eq!(subject("ann@example.com"), "You already have an account at School academy");
        assert_eq!(subject("eve@example.com"), "Confirm your address for School academy");
        // Her password is still hers.
        Browser::new(school).sign_in("ann@example.com", "correct horse").await.expect(303);
    }

    async fn whoever_opens_the_link_elsewhere_must_know_the_password(school: &TestSchool) {
        // Eve signs up with Ann's address, and hopes that Ann confirms it.
        let mut eve = Browser::new(school);
        sign_up(&mut eve, "ann@example.com").await.expect(200);
        let link = link(&school.mails().await[0], "Confirm that it was you");
        let mut ann = Browser::new(school);
        let page = ann.get(&link).await.expect(200);
        assert!(page.text.contains("please enter the password"), "{}", page.text);
        ann.submit(&link, &link, &[]).await.expect(422);
        ann.submit(&link, &link, &[("password", "battery staple")]).await.expect(422);
        assert_eq!(school.get("/users").await.ids(), [0_i64; 0], "there is no account that Eve has prepared");
        // Somebody who changes to their telephone knows it.
        let mut telephone = Browser::new(school);
        telephone.submit(&link, &link, &[("password", "correct horse")]).await.expect(303);
        assert!(telephone.is_signed_in().await);
    }

    async fn a_link_works_for_a_day_in_its_own_school(school: &TestSchool) {
        school.another_school("rival", school::sites::Plan::Plus).await;
        let mut browser = Browser::new(school);
        sign_up(&mut browser, "ann@example.com").await.expect(200);
        let link = link(&school.mails().await[0], "Confirm that it was you");
        let mut rival = Browser::at(school, "rival");
        rival.cookies = browser.cookies.clone();
        rival.get(&link).await.expect(410);
        browser.get("/users/confirmation/".to_owned().as_str()).await.expect(404);
        browser.get(&format!("/users/confirmation/{}", "0".repeat(64))).await.expect(410);
        time_goes_by(school, DAY).await;
        browser.get(&link).await.expect(410);
    }

    async fn the_rules_are_those_of_the_api_and_each_problem_stands_at_its_field(school: &TestSchool) {
        let required = school
            .arrange(|tx, site| definitions::create(tx, site, "Country", FieldType::Country, true))
            .await;
        let mut browser = Browser::new(school);
        let fields = [("first_name", " "), ("last_name", ""), ("email", "nowhere"), ("password", "12345")];
        let text = browser.submit("/users/sign_up", "/users/sign_up", &fields).await.expect(422).text;
        for said in [
            "First name can't be blank",
            "Last name can't be blank",
            "E-mail address is invalid",
            "Password is too short (minimum is 6 characters)",
        ] {
            assert!(text.contains(&said.replace('\'', "&#39;")) || text.contains(said), "{said} in {text}");
        }
        assert!(text.contains("aria-describedby=\"field-password-hint field-password-problem\""), "{text}");
        assert!(text.contains("href=\"#field-email\""), "{text}");
        assert!(!text.contains("12345"), "a password is never shown: {text}");
        assert!(school.mails().await.is_empty());

        let fields = [("first_name", "Ann"), ("last_name", "B"), ("email", "a@b.c"), ("password", "123456")];
        let text = browser.submit("/users/sign_up", "/users/sign_up", &fields).await.expect(422).text;
        assert!(text.contains(&format!("href=\"#field-field_{required}\"")), "{text}");
        let named = format!("field_{required}");
        let fields = [fields[0], fields[1], fields[2], fields[3], (named.as_str(), "Peru")];
        browser.submit("/users/sign_up", "/users/sign_up", &fields).await.expect(200);
        let link = link(&school.mails().await[0], "Confirm that it was you");
        browser.submit(&link, &link, &[]).await.expect(303);
        let id = school.get("/users").await.ids()[0];
        let user = school.get(&format!("/users/{id}")).await.json();
        assert_eq!(user["custom_profile_fields"][0]["value"], "Peru");
        assert_eq!(user["roles"], json!([]), "nobody gives themselves a role");
    }

    async fn much_mail_to_an_address_is_not_sent(school: &TestSchool) {
        for _ in 0..5 {
            sign_up(&mut Browser::new(school), "ann@example.com").await.expect(200);
        }
        let reply = sign_up(&mut Browser::new(school), "ANN@example.com").await.expect(429);
        assert!(reply.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 3000));
        assert_eq!(school.mails().await.len(), 5);
    }

    async fn what_waits_for_confirmation_is_sealed(school: &TestSchool) {
        sign_up(&mut Browser::new(school), "ann@example.com").await.expect(200);
        let kept = school
            .arrange(|tx, site| {
                let sql = "SELECT sealed FROM sign_ups WHERE site_id = $1";
                let mut kept: Vec<Vec<u8>> = tx.query(sql, store::params![site], |row| row.get(0))?;
                let sql = "SELECT sealed FROM outgoing_mails WHERE site_id = $1";
                kept.extend(tx.query(sql, store::params![site], |row| row.get::<Vec<u8>>(0))?);
                Ok(kept)
            })
            .await;
        assert_eq!(kept.len(), 2);
        for sealed in kept {
            assert!(!String::from_utf8_lossy(&sealed).contains("example.com"));
        }
        school.mails().await;
        let left = school
            .arrange(|tx, site| {
                let sql = "SELECT COUNT(sealed) FROM outgoing_mails WHERE site_id = $1";
                Ok(tx.first(sql, store::params![site], |row| row.get::<i64>(0))?)
            })
            .await;
        assert_eq!(left, Some(0), "the secret is gone with the mail");
    }

    async fn the_way_back_to_an_app_survives_signing_up(school: &TestSchool) {
        let mut browser = Browser::new(school);
        let page = "/users/sign_up?return_to=%2Foauth2%2Fauthorize%3Fclient_id%3D1%26state%3Da%2520b";
        let shown = browser.get(page).await.expect(200).text;
        assert_eq!(hidden(&shown, "/users/sign_up")[1].1, "/oauth2/authorize?client_id=1&state=a%20b");
        let fields =
            [("first_name", "Ann"), ("last_name", "B"), ("email", "ann@example.com"), ("password", "123456")];
        browser.submit(page, "/users/sign_up", &fields).await.expect(200);
        let link = link(&school.mails().await[0], "Confirm that it was you");
        let path = link.split('?').next().expect("a path");
        let reply = browser.submit(&link, path, &[]).await.expect(303);
        assert_eq!(reply.header("location"), "/oauth2/authorize?client_id=1&state=a%20b");
    }
}
