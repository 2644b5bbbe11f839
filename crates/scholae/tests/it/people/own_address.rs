//! Changing one's own address, and what somebody with a session of another's can do with it.

use super::browser::{Browser, events, link, time_goes_by};
use super::sign_in::ann;
use crate::support::TestSchool;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;
const PASSWORD: &str = "correct horse";

/// Somebody who is signed in.
pub(super) async fn signed_in(school: &TestSchool, email: &str, password: &str) -> Browser {
    let mut browser = Browser::new(school);
    browser.sign_in(email, password).await.expect(303);
    browser
}

/// Asks for another address.
pub(super) async fn ask(browser: &mut Browser, email: &str) {
    let fields = [("email", email), ("current_password", PASSWORD)];
    browser.submit("/account/email", "/account/email", &fields).await.expect(200);
}

/// The newest mail to an address.
async fn mail_to(school: &TestSchool, email: &str) -> Value {
    let mails = school.mails().await;
    mails.iter().find(|mail| mail["to"] == email).unwrap_or_else(|| panic!("no mail to {email} in {mails:?}")).clone()
}

async fn confirmation(school: &TestSchool, email: &str) -> String {
    link(&mail_to(school, email).await, "Confirm the new address")
}

pub(super) async fn stop_link(school: &TestSchool, email: &str) -> String {
    link(&mail_to(school, email).await, "Stop or undo the change")
}

async fn email_of(school: &TestSchool, id: i64) -> Value {
    school.get(&format!("/users/{id}")).await.expect(200).json()["email"].clone()
}

on_both_engines! {
    async fn an_address_changes_once_the_new_one_is_confirmed_and_everything_else_ends(school: &TestSchool) {
        let id = ann(school).await;
        let mut here = signed_in(school, "ann@example.com", PASSWORD).await;
        let mut there = signed_in(school, "ann@example.com", PASSWORD).await;
        let reset = [("email", "ann@example.com")];
        Browser::new(school).submit("/users/password/new", "/users/password", &reset).await.expect(200);
        let old_link = link(&mail_to(school, "ann@example.com").await, "Choose it here");
        ask(&mut here, "Anna@Example.org").await;
        let confirm = confirmation(school, "Anna@Example.org").await;
        assert_eq!(email_of(school, id).await, "ann@example.com", "nothing changes before");
        here.submit(&confirm, &confirm, &[]).await.expect(303);
        assert_eq!(email_of(school, id).await, "Anna@Example.org");
        assert!(here.is_signed_in().await && !there.is_signed_in().await);
        there.get(&old_link).await.expect(410);
        assert_eq!(events(school).await.last().expect("an event"), "user.updated");
        here.get(&confirm).await.expect(410);
        signed_in(school, "anna@example.org", PASSWORD).await;
    }

    async fn an_address_is_asked_for_with_the_password_alone(school: &TestSchool) {
        ann(school).await;
        let mut browser = signed_in(school, "ann@example.com", PASSWORD).await;
        for (email, password, told) in [
            ("anna@example.org", "battery staple", "is not right"),
            ("nobody", PASSWORD, "is invalid"),
            ("ANN@example.com", PASSWORD, "is your address already"),
        ] {
            let fields = [("email", email), ("current_password", password)];
            let page = browser.submit("/account/email", "/account/email", &fields).await.expect(422).text;
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(school.mails().await.is_empty());
    }

    async fn the_owner_of_the_old_address_stops_a_change_and_undoes_it_for_a_week(school: &TestSchool) {
        let id = ann(school).await;
        for confirmed in [false, true] {
            let password = if confirmed { "a new password" } else { PASSWORD };
            let mut thief = signed_in(school, "ann@example.com", password).await;
            let fields = [("email", "thief@example.org"), ("current_password", password)];
            thief.submit("/account/email", "/account/email", &fields).await.expect(200);
            let stop = stop_link(school, "ann@example.com").await;
            let confirm = confirmation(school, "thief@example.org").await;
            if confirmed {
                thief.submit(&confirm, &confirm, &[]).await.expect(303);
            }
            let mut owner = Browser::new(school);
            let choose = owner.submit(&stop, &stop, &[]).await.expect(303).header("location").to_owned();
            assert_eq!(email_of(school, id).await, "ann@example.com");
            assert!(!thief.is_signed_in().await);
            Browser::new(school).sign_in("ann@example.com", password).await.expect(422);
            owner.submit(&choose, &choose, &[("password", "a new password")]).await.expect(303);
            thief.sign_in("ann@example.com", password).await.expect(if confirmed { 303 } else { 422 });
            owner.get(&stop).await.expect(410);
        }
    }

    async fn a_second_change_does_not_shake_off_the_first_address(school: &TestSchool) {
        let id = ann(school).await;
        let mut thief = signed_in(school, "ann@example.com", PASSWORD).await;
        ask(&mut thief, "one@example.org").await;
        let stop = stop_link(school, "ann@example.com").await;
        let confirm = confirmation(school, "one@example.org").await;
        thief.submit(&confirm, &confirm, &[]).await.expect(303);
        ask(&mut thief, "two@example.org").await;
        let confirm = confirmation(school, "two@example.org").await;
        thief.submit(&confirm, &confirm, &[]).await.expect(303);
        let mut owner = Browser::new(school);
        owner.submit(&stop, &stop, &[]).await.expect(303);
        assert_eq!(email_of(school, id).await, "ann@example.com");
        assert!(!thief.is_signed_in().await);
    }

    async fn links_end_in_time_and_what_the_school_changes_stays(school: &TestSchool) {
        let id = ann(school).await;
        let mut browser = signed_in(school, "ann@example.com", PASSWORD).await;
        ask(&mut browser, "anna@example.org").await;
        let (stop, confirm) = (stop_link(school, "ann@example.com").await, confirmation(school, "anna@example.org").await);
        school.put(&format!("/users/{id}"), json!({ "email": "third@example.org" })).await.expect(204);
        browser.get(&confirm).await.expect(410);
        browser.get(&stop).await.expect(410);
        school.put(&format!("/users/{id}"), json!({ "email": "ann@example.com" })).await.expect(204);
        browser.get(&confirm).await.expect(200);
        let later = "UPDATE email_changes SET created_at = created_at - $1, expires_at = expires_at - $1 WHERE site_id = $2";
        for (days, confirms, stops) in [(1, 410, 200), (6, 410, 410)] {
            school.arrange(move |tx, site| { tx.execute(later, store::params![days * DAY, site])?; Ok(()) }).await;
            browser.get(&confirm).await.expect(confirms);
            browser.get(&stop).await.expect(stops);
        }
    }

    async fn a_new_address_is_confirmed_in_the_session_of_its_account_alone(school: &TestSchool) {
        ann(school).await;
        let eve = json!({ "first_name": "Eve", "last_name": "E", "email": "eve@example.com", "password": PASSWORD });
        school.post("/users", eve).await.expect(201);
        let mut ann = signed_in(school, "ann@example.com", PASSWORD).await;
        ask(&mut ann, "victim@example.org").await;
        let confirm = confirmation(school, "victim@example.org").await;
        let reply = Browser::new(school).get(&confirm).await.expect(303);
        assert!(reply.header("location").starts_with("/users/sign_in?return_to="), "{reply:?}");
        let mut eve = signed_in(school, "eve@example.com", PASSWORD).await;
        eve.get(&confirm).await.expect(410);
        let csrf = eve.token().await;
        eve.post(&confirm, &[("csrf", &csrf)]).await.expect(410);
    }

    async fn a_taken_address_is_told_to_its_owner_alone(school: &TestSchool) {
        ann(school).await;
        school.user("bob@example.com").await;
        let mut browser = signed_in(school, "ann@example.com", PASSWORD).await;
        let mut pages = Vec::new();
        for email in ["bob@example.com", "nobody@example.com"] {
            let fields = [("email", email), ("current_password", PASSWORD)];
            let reply = browser.submit("/account/email", "/account/email", &fields).await.expect(200);
            // What comes before is a form with a token of its own.
            let (_, main) = reply.text.split_once("<main").expect("the page itself");
            pages.push(main.replace(email, "[email]"));
            mail_to(school, "ann@example.com").await;
        }
        assert_eq!(pages[0], pages[1]);
        let to_bob = mail_to(school, "bob@example.com").await;
        assert_eq!(to_bob["subject"], "You already have an account at School academy");
        assert!(!to_bob["links"].to_string().contains("/account/email/"), "{to_bob}");
    }

    async fn who_has_no_password_shows_by_mail_who_they_are(school: &TestSchool) {
        let id = school.user("bob@example.com").await;
        let mut browser = Browser::new(school);
        let by_mail = "/users/express_sign_in";
        browser.submit(by_mail, by_mail, &[("email", "bob@example.com")]).await.expect(200);
        let sign_in = link(&mail_to(school, "bob@example.com").await, "Sign in");
        browser.submit(&sign_in, &sign_in, &[]).await.expect(303);
        browser.submit("/account/email", "/account/email/link", &[]).await.expect(200);
        let new = link(&mail_to(school, "bob@example.com").await, "Say which");
        Browser::new(school).get(&new).await.expect(303);
        browser.submit(&new, &new, &[("email", "rob@example.org")]).await.expect(200);
        browser.get(&new).await.expect(410);
        let confirm = confirmation(school, "rob@example.org").await;
        browser.submit(&confirm, &confirm, &[]).await.expect(303);
        assert_eq!(email_of(school, id).await, "rob@example.org");
    }

    async fn wishes_for_another_address_are_counted(school: &TestSchool) {
        ann(school).await;
        let mut browser = signed_in(school, "ann@example.com", PASSWORD).await;
        for number in 0..5 {
            ask(&mut browser, &format!("ann-{number}@example.org")).await;
        }
        let fields = [("email", "ann-6@example.org"), ("current_password", PASSWORD)];
        browser.submit("/account/email", "/account/email", &fields).await.expect(429);
        time_goes_by(school, 3_600_000).await;
        browser.submit("/account/email", "/account/email", &fields).await.expect(200);
    }
}
