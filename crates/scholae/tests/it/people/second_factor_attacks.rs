//! Whoever tries to get around a second factor: by another way in, with what stands between the two steps, with a code
//! that was used, and with what the database keeps.

use super::browser::{Browser, hidden, link};
use super::own_address::{ask, signed_in, stop_link};
use super::second_factor::{CODE, PASSWORD, PATH, SET_UP, ann_with_one, asked, code, turned_on, turned_on_at};
use super::sign_in::ann;
use super::sso::signed_with;
use crate::apps::{admins_token, get};
use crate::manage::Person;
use crate::oauth::{Sent, decide, pass, program};
use crate::support::TestSchool;
use crate::support::clock::Clock;
use identity::apps::Kind;
use identity::totp;
use serde_json::json;
use std::time::Duration;
use store::second_factors::{self, SecondFactorRow};

const STEP_MS: i64 = 30_000;

/// A link of single sign-on for somebody.
fn sso_link(school: &TestSchool, email: &str, jti: &str) -> String {
    let claims = json!({ "email": email, "first_name": "A", "last_name": "B", "iat": store::now() / 1000, "jti": jti });
    format!("/api/sso/v2/sso/jwt?jwt={}&return_to=%2Faccount", signed_with(&claims, &school.api_key))
}

on_both_engines! {
    async fn an_app_of_somebody_who_must_have_one_and_has_none_does_nothing(school: &TestSchool) {
        let (_, token) = admins_token(school, Kind::Private, &["read:users"]).await;
        get(school, &token, "/users").await.expect(200);
        let require = |is_required: bool| {
            school.arrange(move |tx, site| {
                let site = school::sites::get(tx, site)?;
                school::sites::update(tx, &site, |site| site.requires_second_factor = is_required).map(|_| ())
            })
        };
        require(true).await;
        get(school, &token, "/users").await.expect(401);
        let staff = async |has_one: bool| {
            school.arrange(move |tx, site| {
                for user_id in store::users::with_a_role(tx, site, 10)? {
                    if has_one {
                        let factor = SecondFactorRow { user_id, sealed: vec![], created_at: 1, confirmed_at: None, last_step: 0 };
                        second_factors::put(tx, site, &factor)?;
                        second_factors::confirm(tx, site, user_id, 1)?;
                    } else {
                        second_factors::delete(tx, site, user_id)?;
                    }
                }
                Ok(())
            }).await;
        };
        staff(true).await;
        get(school, &token, "/users").await.expect(200);
        staff(false).await;
        get(school, &token, "/users").await.expect(401);
        require(false).await;
        get(school, &token, "/users").await.expect(200);
    }

    async fn one_that_was_set_up_after_another_address_was_asked_for_goes_when_that_is_stopped(school: &TestSchool) {
        let id = ann(school).await;
        let is_on = || {
            school.arrange(move |tx, site| Ok(store::second_factors::confirmed_at(tx, site, store::UserId::new(id))?.is_some()))
        };
        let mut thief = signed_in(school, "ann@example.com", PASSWORD.1).await;
        ask(&mut thief, "thief@example.org").await;
        let stop = stop_link(school, "ann@example.com").await;
        turned_on(&mut thief).await;
        assert!(is_on().await);
        // The mail leaves later than that: from then on it counts.
        let later = "UPDATE email_changes SET created_at = created_at + 60000 WHERE site_id = $1";
        school.arrange(move |tx, site| { tx.execute(later, store::params![site])?; Ok(()) }).await;
        Browser::new(school).submit(&stop, &stop, &[]).await.expect(303);
        assert!(!is_on().await);
    }

    async fn every_way_in_leads_to_it(school: &TestSchool) {
        let mut owner = Person::Owner.signed_in(school).await;
        let (secret, _) = turned_on(&mut owner).await;
        owner.submit("/", "/users/sign_out", &[]).await.expect(303);
        let email = "owner@example.com";

        // The password.
        let by_password = Browser::new(school).sign_in(email, "correct horse").await.expect(303);
        assert_eq!(by_password.header("location"), CODE);
        // Single sign-on, also for who runs the school: whoever has the API key signs such links.
        let mut browser = Browser::new(school);
        let by_sso = browser.get(&sso_link(school, email, "1")).await.expect(303);
        assert_eq!(by_sso.header("location"), CODE);
        assert!(!browser.is_signed_in().await);
        let on = browser.submit(CODE, CODE, &[("code", &code(school, &secret).await)]).await.expect(303);
        assert_eq!(on.header("location"), "/account");
        assert!(browser.is_signed_in().await);
        // What an app asks for: the request waits until the code was given.
        let program = program(school, &["read:users"]).await;
        let mut browser = Browser::new(school);
        let path = program.authorize("&scope=read:users");
        let place = browser.get(&path).await.expect(303).header("location").to_owned();
        let fields = [("email", email), ("password", "correct horse")];
        let led = browser.submit(&place, "/users/sign_in", &fields).await.expect(303);
        assert_eq!(led.header("location"), CODE);
        browser.get(&path).await.expect(303);
        let on = browser.submit(CODE, CODE, &[("code", &code(school, &secret).await)]).await.expect(303);
        let page = browser.get(on.header("location")).await.expect(200);
        decide(&mut browser, &page, "accept").await.expect(303);
        // An app that wants a recent proof has both asked for anew.
        let login = program.authorize("&scope=read:users&prompt=login");
        let place = browser.get(&login).await.expect(303).header("location").to_owned();
        let asked_for = Sent::at(&place).get("return_to").to_owned();
        tokio::time::sleep(Duration::from_millis(5)).await;
        let led = browser.submit(&place, "/users/sign_in", &fields).await.expect(303);
        assert_eq!(led.header("location"), CODE);
        let asks_again = browser.get(&asked_for).await.expect(303);
        assert!(asks_again.header("location").starts_with("/users/sign_in"), "the password alone is no proof");
        // Nor is the password in a session, by which the session is given another secret.
        let changed = [("current_password", "correct horse"), ("password", "correct horse too")];
        browser.submit("/account", "/account/password", &changed).await.expect(303);
        assert!(browser.get(&asked_for).await.expect(303).header("location").starts_with("/users/sign_in"));
        let fields = [("email", email), ("password", "correct horse too")];
        browser.submit(&place, "/users/sign_in", &fields).await.expect(303);
        let on = browser.submit(CODE, CODE, &[("code", &code(school, &secret).await)]).await.expect(303);
        assert_eq!(on.header("location"), asked_for);
        pass(&mut browser, &asked_for).await.get("code");

        // A link from a mail, for somebody who has chosen no password.
        school
            .arrange(|tx, site| {
                let sql = "UPDATE users SET password_hash = NULL, express_sign_in = TRUE WHERE site_id = $1";
                tx.execute(sql, store::params![site])?;
                Ok(())
            })
            .await;
        let mut browser = Browser::new(school);
        let path = "/users/express_sign_in";
        browser.submit(path, path, &[("email", email)]).await.expect(200);
        let mailed = link(&school.mails().await[0], "Sign in");
        let led = browser.submit(&mailed, &mailed, &[]).await.expect(303);
        assert_eq!(led.header("location"), CODE);
        assert!(!browser.is_signed_in().await);
        // The link was used up, whatever became of the code.
        Browser::new(school).get(&mailed).await.expect(410);
        browser.submit(CODE, CODE, &[("code", &code(school, &secret).await)]).await.expect(303);
        assert!(browser.is_signed_in().await);
    }

    async fn between_the_two_steps_nothing_can_be_done(school: &TestSchool) {
        let (_, secret, _) = ann_with_one(school).await;
        let mut thief = asked(school).await;
        let csrf = hidden(&thief.get(CODE).await.expect(200).text, CODE).remove(0).1;
        for place in ["/account", "/manage", PATH, "/account/second_factor/off", "/account/email", "/account/delete"] {
            let led = thief.get(place).await.expect(303).header("location").to_owned();
            assert!(led.starts_with("/users/sign_in?return_to="), "{place}: {led}");
        }
        for (place, fields) in [
            ("/account/second_factor/off", vec![PASSWORD, ("recovery_code", "00000-00000")]),
            ("/account/password", vec![PASSWORD, ("password", "stolen horse")]),
            ("/account/delete", vec![PASSWORD]),
            ("/account/second_factor/new", vec![]),
        ] {
            let fields: Vec<_> = fields.into_iter().chain([("csrf", csrf.as_str())]).collect();
            let led = thief.post(place, &fields).await.expect(303);
            assert!(led.header("location").starts_with("/users/sign_in"), "{place}");
        }
        // What the browser has for the second step is no session, and a session's secret is nothing for that step.
        let step = thief.cookies["scholae_sign_in"].clone();
        let mut other = Browser::new(school);
        other.cookies.insert("scholae_session".to_owned(), step.clone());
        assert!(!other.is_signed_in().await);
        // It counts in the browser of its school alone, once, and not longer than the password.
        let code_now = code(school, &secret).await;
        thief.submit(CODE, CODE, &[("code", &code_now)]).await.expect(303);
        let mut again = Browser::new(school);
        again.cookies.insert("scholae_sign_in".to_owned(), step);
        assert_eq!(again.get(CODE).await.expect(303).header("location"), "/users/sign_in?done=code");
    }

    async fn a_code_opens_one_session_however_many_give_it_at_once(school: &TestSchool) {
        let (_, secret, codes) = ann_with_one(school).await;
        for (name, value) in [("code", code(school, &secret).await), ("recovery_code", codes[0].clone())] {
            let mut sent = Vec::new();
            for _ in 0..4 {
                let mut browser = asked(school).await;
                let csrf = hidden(&browser.get(CODE).await.expect(200).text, CODE).remove(0).1;
                let value = value.clone();
                sent.push(tokio::spawn(async move {
                    browser.post(CODE, &[("csrf", &csrf), (name, &value)]).await.status
                }));
            }
            let mut opened = 0;
            for sent in sent {
                match sent.await.expect("sent") {
                    303 => opened += 1,
                    status => assert_eq!(status, 422),
                }
            }
            assert_eq!(opened, 1, "{name}");
        }
    }

    async fn what_is_kept_gives_no_code_away(school: &TestSchool) {
        let (mut browser, secret, codes) = ann_with_one(school).await;
        let kept = school
            .arrange(|tx, site| {
                let sql = "SELECT sealed FROM second_factors WHERE site_id = $1";
                let sealed: Vec<Vec<u8>> = tx.query(sql, store::params![site], |row| row.get(0))?;
                let sql = "SELECT fingerprint FROM recovery_codes WHERE site_id = $1 ORDER BY fingerprint";
                let codes: Vec<String> = tx.query(sql, store::params![site], |row| row.get(0))?;
                Ok((sealed, codes))
            })
            .await;
        let (sealed, fingerprints) = kept;
        let bytes = secret.as_bytes();
        assert!(!sealed[0].windows(bytes.len()).any(|part| part == bytes), "the secret is sealed");
        assert_eq!(school.key.open(&sealed[0]).expect("under the server's key"), secret);
        assert_eq!(fingerprints.len(), codes.len());
        for code in &codes {
            let plain = code.replace('-', "");
            assert!(fingerprints.iter().all(|kept| kept.len() == 64 && !kept.contains(&plain)), "{fingerprints:?}");
        }
        // Neither is shown again: not to whoever comes back, nor by what the school writes down or sends.
        assert_eq!(browser.get(SET_UP).await.expect(303).header("location"), PATH);
        let mut told: Vec<String> = Vec::new();
        for page in [PATH, "/account", "/account/second_factor/recovery_codes"] {
            told.push(browser.get(page).await.expect(200).text);
        }
        told.push(school.get("/security_log?limit=250").await.expect(200).text);
        told.push(serde_json::to_string(&school.mails().await).expect("text"));
        for text in told {
            assert!(!text.contains(&secret) && codes.iter().all(|code| !text.contains(code)), "{text}");
        }
    }
}

with_a_stopped_clock! {
    async fn a_code_counts_a_step_early_and_late_and_none_before_one_that_was_used(school: &TestSchool, clock: &Clock) {
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let (secret, _) = turned_on_at(&mut browser, TestSchool::BEGIN).await;
        let at = |step: i64| totp::code_at(&secret, TestSchool::BEGIN + step * STEP_MS).expect("a code");
        clock.stop_at(TestSchool::BEGIN + 10 * STEP_MS);
        for (step, status) in [(8, 422), (12, 422), (9, 303), (9, 422), (11, 303), (10, 422), (11, 422)] {
            asked(school).await.submit(CODE, CODE, &[("code", &at(step))]).await.expect(status);
        }
        // The last moment of the step after, and the first one that is too late.
        clock.stop_at(TestSchool::BEGIN + 15 * STEP_MS - 1);
        asked(school).await.submit(CODE, CODE, &[("code", &at(13))]).await.expect(303);
        clock.stop_at(TestSchool::BEGIN + 15 * STEP_MS);
        code(school, &secret).await;
        asked(school).await.submit(CODE, CODE, &[("code", &at(13))]).await.expect(422);
    }
}
