//! Signing in with a second factor: codes of an app, recovery codes, and who must have one.

use super::browser::{Browser, hidden, set_cookies};
use super::sign_in::ann;
use super::sso::signed_with;
use crate::manage::Person;
use crate::support::TestSchool;
use crate::support::process::Home;
use identity::totp;
use serde_json::{Value, json};
use store::Engine;
use store::second_factors::{self, SecondFactorRow};

pub const PATH: &str = "/account/second_factor";
pub const SET_UP: &str = "/account/second_factor/set_up";
pub const CODE: &str = "/users/sign_in/code";
pub const PASSWORD: (&str, &str) = ("current_password", "correct horse");

/// The secret that the page to set it up shows to be typed.
#[track_caller]
fn secret(page: &str) -> String {
    let (_, rest) = page.split_once("<code class=\"secret\">").unwrap_or_else(|| panic!("no secret in {page}"));
    rest.split('<').next().unwrap_or_default().replace(' ', "")
}

/// The recovery codes that a page shows.
fn recovery_codes(page: &str) -> Vec<String> {
    page.split("<li><code>").skip(1).map(|code| code.split('<').next().unwrap_or_default().to_owned()).collect()
}

/// What the app shows now. Codes that were used before count again, as if time had gone by.
pub async fn code(school: &TestSchool, secret: &str) -> String {
    school
        .arrange(|tx, site| {
            tx.execute("UPDATE second_factors SET last_step = 0 WHERE site_id = $1", store::params![site])?;
            Ok(())
        })
        .await;
    totp::code_at(secret, store::now()).expect("a code")
}

/// A code that is wrong now.
pub fn wrong(secret: &str) -> String {
    let near: Vec<_> = (-2..=2).map(|step| totp::code_at(secret, store::now() + step * 30_000)).collect();
    (0..).map(|code| format!("{code:06}")).find(|code| !near.contains(&Some(code.clone()))).expect("another")
}

/// Turns the second factor of whoever is signed in on: its secret and the recovery codes.
pub async fn turned_on(browser: &mut Browser) -> (String, Vec<String>) {
    turned_on_at(browser, store::now()).await
}

/// The same with what the app shows at a moment.
pub async fn turned_on_at(browser: &mut Browser, now: i64) -> (String, Vec<String>) {
    browser.submit(PATH, "/account/second_factor/new", &[]).await.expect(303);
    let secret = secret(&browser.get(SET_UP).await.expect(200).text);
    let code = totp::code_at(&secret, now).expect("a code");
    let page = browser.submit(SET_UP, SET_UP, &[("code", &code), PASSWORD]).await.expect(200).text;
    (secret, recovery_codes(&page))
}

/// Ann with a second factor, on a device that is hers.
pub async fn ann_with_one(school: &TestSchool) -> (Browser, String, Vec<String>) {
    ann(school).await;
    let mut browser = Browser::new(school);
    browser.sign_in("ann@example.com", "correct horse").await.expect(303);
    let (secret, codes) = turned_on(&mut browser).await;
    (browser, secret, codes)
}

/// A browser in which Ann has given her password, and is asked for a code.
pub async fn asked(school: &TestSchool) -> Browser {
    let mut browser = Browser::new(school);
    let asked = browser.sign_in("ann@example.com", "correct horse").await.expect(303);
    assert_eq!(asked.header("location"), CODE);
    browser
}

/// The kinds of the entries of the security log that have to do with it, the oldest first.
async fn logged(school: &TestSchool) -> Vec<String> {
    let log = school.get("/security_log?sort=id&limit=250").await.expect(200).json();
    let kinds = log["items"].as_array().expect("items").iter();
    let kinds = kinds.map(|entry| entry["kind"].as_str().expect("a kind").to_owned());
    kinds.filter(|kind| kind.contains("factor") || kind.contains("recovery")).collect()
}

on_both_engines! {
    async fn it_is_set_up_with_an_app_and_asked_for_after_the_password(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        let mut elsewhere = Browser::new(school);
        for browser in [&mut browser, &mut elsewhere] {
            browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        }
        // It counts once a code and the password have confirmed it.
        browser.submit(PATH, "/account/second_factor/new", &[]).await.expect(303);
        let page = browser.get(SET_UP).await.expect(200).text;
        let secret = secret(&page);
        let uri = format!("otpauth://totp/School%20academy:ann@example.com?secret={secret}&amp;issuer=School%20academy");
        assert!(page.contains("<svg class=\"qr-code\"") && page.contains(&uri), "{page}");
        let code_now = code(school, &secret).await;
        let wrong = wrong(&secret);
        for (code, password, told) in [
            (&wrong, "correct horse", "Code is not the one that your app shows now"),
            (&code_now, "battery staple", "Your password is not right"),
        ] {
            let fields = [("code", code.as_str()), ("current_password", password)];
            let page = browser.submit(SET_UP, SET_UP, &fields).await.expect(422).text;
            assert!(page.contains(told), "{told}: {page}");
        }
        Browser::new(school).sign_in("ann@example.com", "correct horse").await.expect(303);
        let page = browser.submit(SET_UP, SET_UP, &[("code", &code_now), PASSWORD]).await.expect(200).text;
        assert_eq!(recovery_codes(&page).len(), 10, "{page}");
        assert!(browser.is_signed_in().await && !elsewhere.is_signed_in().await);

        // From now on the password leads to the second step, with where they go and whether they are remembered.
        let mut browser = Browser::new(school);
        let fields =
            [("email", "ann@example.com"), ("password", "correct horse"), ("remember", "1")];
        let first = browser.submit("/users/sign_in?return_to=%2Faccount", "/users/sign_in", &fields).await.expect(303);
        assert_eq!(first.header("location"), CODE);
        assert!(!browser.is_signed_in().await);
        let refused = browser.submit(CODE, CODE, &[("code", &wrong)]).await.expect(422).text;
        assert!(refused.contains("was used already"), "{refused}");
        // The code that set it up was used.
        browser.submit(CODE, CODE, &[("code", &code_now)]).await.expect(422);
        let code_now = code(school, &secret).await;
        let signed_in = browser.submit(CODE, CODE, &[("code", &code_now)]).await.expect(303);
        assert_eq!(signed_in.header("location"), "/account");
        let session = set_cookies(&signed_in).into_iter().find(|cookie| cookie.starts_with("scholae_session"));
        assert!(session.is_some_and(|cookie| cookie.contains("Max-Age")), "remembered");
        assert!(browser.is_signed_in().await);
        // The same code opens no second session.
        asked(school).await.submit(CODE, CODE, &[("code", &code_now)]).await.expect(422);
        assert_eq!(logged(school).await, ["second_factor_on", "second_factor_refused"]);
        assert_eq!(school.mails().await[0]["subject"], "You sign in to School academy with a second factor now");
    }

    async fn a_recovery_code_stands_for_it_once(school: &TestSchool) {
        let (_, _, codes) = ann_with_one(school).await;
        let mut browser = asked(school).await;
        let page = format!("{CODE}?recovery=1");
        browser.submit(&page, CODE, &[("recovery_code", "00000-00000")]).await.expect(422);
        browser.submit(&page, CODE, &[("recovery_code", "")]).await.expect(422);
        let typed = codes[0].to_uppercase().replace('-', " ");
        browser.submit(&page, CODE, &[("recovery_code", &typed)]).await.expect(303);
        assert!(browser.get(PATH).await.expect(200).text.contains("You have 9 recovery codes left"));
        assert!(logged(school).await.contains(&"recovery_code_used".to_owned()));
        assert_eq!(school.mails().await[0]["subject"], "A recovery code was used at School academy");
        asked(school).await.submit(&page, CODE, &[("recovery_code", &codes[0])]).await.expect(422);
        // New ones end those before.
        let change = "/account/second_factor/recovery_codes?recovery=1";
        let action = "/account/second_factor/recovery_codes";
        let fields = [("recovery_code", codes[1].as_str()), PASSWORD];
        let new = recovery_codes(&browser.submit(change, action, &fields).await.expect(200).text);
        asked(school).await.submit(&page, CODE, &[("recovery_code", &codes[2])]).await.expect(422);
        asked(school).await.submit(&page, CODE, &[("recovery_code", &new[0])]).await.expect(303);
    }

    async fn guesses_are_stopped_and_do_not_shut_out_a_device_that_is_known(school: &TestSchool) {
        let (mut known, secret, codes) = ann_with_one(school).await;
        known.submit("/", "/users/sign_out", &[]).await.expect(303);
        let wrong = wrong(&secret);
        let mut stranger = asked(school).await;
        for _ in 0..10 {
            stranger.submit(CODE, CODE, &[("code", &wrong)]).await.expect(422);
        }
        // Another try at the password gives no other ten codes.
        let stopped = asked(school).await.submit(CODE, CODE, &[("code", &code(school, &secret).await)]).await.expect(429);
        let seconds: u64 = stopped.header("retry-after").parse().expect("seconds");
        assert!((800..=900).contains(&seconds), "{seconds}");
        // Nor do they shut out whoever has a recovery code, on whatever device.
        let page = format!("{CODE}?recovery=1");
        asked(school).await.submit(&page, CODE, &[("recovery_code", &codes[0])]).await.expect(303);
        known.sign_in("ann@example.com", "correct horse").await.expect(303);
        known.submit(CODE, CODE, &[("code", &code(school, &secret).await)]).await.expect(303);
        assert!(known.is_signed_in().await);
        let told = ["second_factor_on", "second_factor_refused", "second_factor_locked", "recovery_code_used"];
        assert_eq!(logged(school).await, told);
    }

    async fn the_step_ends_in_time_and_with_the_password(school: &TestSchool) {
        let (mut browser, secret, _) = ann_with_one(school).await;
        let mut late = asked(school).await;
        school
            .arrange(|tx, site| {
                let sql = "UPDATE pending_sign_ins SET expires_at = expires_at - 900000 WHERE site_id = $1";
                tx.execute(sql, store::params![site])?;
                Ok(())
            })
            .await;
        assert_eq!(late.get(CODE).await.expect(303).header("location"), "/users/sign_in?done=code");
        let mut thief = asked(school).await;
        let token = thief.get(CODE).await.expect(200).text;
        let csrf = hidden(&token, CODE).remove(0).1;
        let fields = [("current_password", "correct horse"), ("password", "a new password")];
        browser.submit("/account", "/account/password", &fields).await.expect(303);
        let code_now = code(school, &secret).await;
        let gone = thief.post(CODE, &[("csrf", &csrf), ("code", &code_now)]).await.expect(303);
        assert_eq!(gone.header("location"), "/users/sign_in?done=code");
        assert!(!thief.is_signed_in().await);
        // Nobody begins at the second step.
        assert_eq!(Browser::new(school).get(CODE).await.expect(303).header("location"), "/users/sign_in?done=code");
    }

    async fn it_is_turned_off_with_the_password_and_a_code(school: &TestSchool) {
        let (mut browser, secret, _) = ann_with_one(school).await;
        let off = "/account/second_factor/off";
        let (right, wrong) = (code(school, &secret).await, wrong(&secret));
        for (code, password) in [(&wrong, "correct horse"), (&right, "battery staple")] {
            browser.submit(off, off, &[("code", code), ("current_password", password)]).await.expect(422);
        }
        browser.submit(off, off, &[("code", &right), PASSWORD]).await.expect(303);
        assert!(browser.get(PATH).await.expect(200).text.contains("Set up a second factor"));
        let signed_in = Browser::new(school).sign_in("ann@example.com", "correct horse").await.expect(303);
        assert_eq!(signed_in.header("location"), "/");
        assert_eq!(logged(school).await.last().map(String::as_str), Some("second_factor_off"));
        // Whoever deletes their account takes it with them: nothing is left, which the tests of every table look at.
        turned_on(&mut browser).await;
        browser.submit("/account/delete", "/account/delete", &[PASSWORD]).await.expect(200);
    }

    async fn a_school_asks_everybody_with_a_role_for_one(school: &TestSchool) {
        let rule = "/manage/settings/security/second_factor";
        let page = "/manage/settings/security";
        let mut admin = Person::SiteAdmin.signed_in(school).await;
        let mut student = Person::Student.signed_in(school).await;
        let mut owner = Person::Owner.signed_in(school).await;
        let wanted = [("requires_second_factor", "true")];
        let refused = owner.submit(page, rule, &wanted).await.expect(422).text;
        assert!(refused.contains("once you have one yourself"), "{refused}");
        turned_on(&mut owner).await;
        owner.submit(page, rule, &wanted).await.expect(303);
        let shown = owner.get(page).await.expect(200).text;
        assert!(shown.contains("siteadmin@example.com") && !shown.contains("student@example.com"), "{shown}");

        // Whoever has none is led to set it up from wherever they go, and on from there.
        for place in ["/manage/users", "/account", "/manage"] {
            let led = admin.get(place).await.expect(303).header("location").to_owned();
            assert_eq!(led, format!("{PATH}?return_to={}", place.replace('/', "%2F")));
        }
        let asks = admin.get(&format!("{PATH}?return_to=%2Fmanage")).await.expect(200).text;
        assert!(asks.contains("This school asks everybody with a role for a second factor"), "{asks}");
        student.get("/account").await.expect(200);
        let claims = json!({
            "email": "siteadmin@example.com", "first_name": "A", "last_name": "B", "iat": store::now() / 1000,
        });
        let mut by_sso = Browser::new(school);
        by_sso.get(&format!("/api/sso/v2/sso/jwt?jwt={}", signed_with(&claims, &school.api_key))).await.expect(303);
        by_sso.get("/manage/users").await.expect(303);
        turned_on(&mut admin).await;
        admin.get("/manage/users").await.expect(200);

        // The owner takes it away from somebody who has lost it; nobody else does.
        let found: Value = school.get("/users?query[email]=siteadmin@example.com").await.expect(200).json();
        let id = found["items"][0]["id"].as_i64().expect("an id");
        let (user, reset) = (format!("/manage/users/{id}"), format!("/manage/users/{id}/second_factor/reset"));
        let token = admin.token().await;
        admin.post(&reset, &[("csrf", &token)]).await.expect(403);
        owner.submit(&user, &reset, &[]).await.expect(303);
        assert!(owner.get(&user).await.expect(200).text.contains("None"));
        admin.get("/manage/users").await.expect(303);
        assert_eq!(logged(school).await.last().map(String::as_str), Some("second_factor_off"));
    }

    async fn where_people_with_a_role_are_signed_in_is_ended_by_the_owner(school: &TestSchool) {
        let page = "/manage/settings/security";
        let mut admin = Person::SiteAdmin.signed_in(school).await;
        let mut student = Person::Student.signed_in(school).await;
        let mut owner = Person::Owner.signed_in(school).await;
        owner.submit(page, "/manage/settings/security/end_session", &[]).await.expect(303);
        assert!(!admin.is_signed_in().await && owner.is_signed_in().await);
        admin.sign_in("siteadmin@example.com", "correct horse").await.expect(303);
        owner.submit(page, "/manage/settings/security/end_sessions", &[]).await.expect(303);
        assert!(!admin.is_signed_in().await && owner.is_signed_in().await && student.is_signed_in().await);
    }
}

#[test]
fn a_command_resets_that_of_somebody_who_is_locked_out() {
    for home in [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new) {
        home.run(&["site", "create", "--subdomain", "one", "--name", "One", "--owner-email", "ada@example.com"]).ok();
        let reset = ["users", "reset-second-factor", "ada@example.com"];
        assert!(home.run(&reset).err.contains("ada@example.com of school `one` has no second factor"));
        let store = home.store();
        let made = store.write_now(None, |tx| -> school::Result<()> {
            let site = school::sites::by_subdomain(tx, "one")?;
            let user = site.owner_user_id.expect("an owner");
            let factor =
                SecondFactorRow { user_id: user, sealed: vec![0], created_at: 1, confirmed_at: Some(1), last_step: 0 };
            Ok(second_factors::put(tx, site.id, &factor)?)
        });
        made.expect("made");
        drop(store);
        let told = home.run(&reset).ok().out;
        assert_eq!(told, "ada@example.com of school `one` signs in without a second factor now.\n");
        let log = home.run(&["security-log"]).ok().out;
        assert!(log.contains("second_factor_off"), "{log}");
        assert!(home.run(&reset).err.contains("has no second factor"));
    }
}
