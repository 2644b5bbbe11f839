//! Closing a school from its settings, opening it again by the link from the mail, and its end after thirty days.

use super::Person;
use crate::fixtures::one_of_everything;
use crate::people::browser::{Browser, link};
use crate::support::TestSchool;
use crate::support::process::Home;
use serde_json::Value;
use std::time::{Duration, Instant};
use store::{Engine, SiteId};

const CLOSE: &str = "/manage/settings/close";
const NAME: (&str, &str) = ("name", "School academy");
const PASSWORD: (&str, &str) = ("current_password", "correct horse");

async fn kinds(school: &TestSchool) -> Vec<String> {
    let log = school.get("/security_log?sort=id&limit=250").await.expect(200).json();
    let kinds = log["items"].as_array().expect("items").iter().map(|entry| entry["kind"].as_str().expect("a kind"));
    kinds.filter(|kind| kind.starts_with("school_") || kind.ends_with("_refused")).map(str::to_owned).collect()
}

on_both_engines! {
    async fn the_owner_closes_the_school_and_opens_it_again_by_the_link_from_the_mail(school: &TestSchool) {
        let mut student = Person::Student.signed_in(school).await;
        let mut owner = Person::Owner.signed_in(school).await;
        let page = owner.get(CLOSE).await.expect(200).text;
        assert!(page.contains("2 people, you too") && page.contains(">Close School academy</button>"), "{page}");
        for (fields, told) in [
            ([("name", "School"), PASSWORD], "is not the name of the school"),
            ([NAME, ("current_password", "battery staple")], "Your password is not right"),
            ([NAME, ("current_password", "")], "Your password is not right"),
        ] {
            let refused = owner.submit(CLOSE, CLOSE, &fields).await.expect(422).text;
            assert!(refused.contains(told), "{told}: {refused}");
            assert!(!refused.contains("battery"), "a password is not shown again: {refused}");
        }
        school.get("/users").await.expect(200);
        school.mails().await;
        school
            .arrange(|tx, site| {
                let user = store::sites::get(tx, site)?.and_then(|site| site.owner_user_id).expect("an owner");
                school::mails::queue(tx, site, school::mails::Kind::Welcome, user)
            })
            .await;
        let waiting = school.store.read(|tx| store::mails::due(tx, i64::MAX)).await.expect("due");
        assert_eq!(waiting.len(), 1);

        let closed = owner.submit(CLOSE, CLOSE, &[NAME, PASSWORD]).await.expect(200).text;
        assert!(closed.contains("The school is closed") && closed.contains("30 days"), "{closed}");
        for browser in [&mut owner, &mut student] {
            browser.get("/").await.expect(503);
        }
        school.get("/users").await.expect(403);
        // What tells of it leaves, and nothing else does.
        let mails = school.mails().await;
        let subject = |mail: &Value| mail["subject"].as_str().expect("a subject").to_owned();
        assert_eq!(subject(&mails[0]), "School academy is closed");
        assert!(!mails.iter().any(|mail| subject(mail).starts_with("Welcome")), "{mails:?}");
        let reopen = link(&mails[0], "Open the school again");
        let mut anybody = Browser::new(school);
        anybody.get("/users/reopen_school/0000").await.expect(410);
        anybody.post("/users/reopen_school/0000", &[]).await.expect(410);
        // Looking at the link is not enough: programs that look after mail do that too.
        assert!(anybody.get(&reopen).await.expect(200).text.contains("opens again as it was"));
        school.get("/users").await.expect(403);
        anybody.post(&reopen, &[]).await.expect(200);
        school.get("/users").await.expect(200);
        assert!(student.is_signed_in().await, "as it was");
        assert!(!owner.is_signed_in().await, "whoever closed it signs in anew");
        anybody.get(&reopen).await.expect(410);
        assert_eq!(subject(&school.mails().await[0]), "Welcome to School academy", "what waited leaves");
        let told = ["password_change_refused", "school_suspended", "school_closed", "school_resumed", "school_reopened"];
        assert_eq!(kinds(school).await, told);
        let row = school.arrange(school::sites::get).await;
        assert_eq!((row.suspended_at, row.closes_at), (None, None));
    }

    async fn a_link_of_the_mail_is_not_that_of_another_school_and_nobody_but_the_owner_closes_one(school: &TestSchool) {
        let mut owner = Person::Owner.signed_in(school).await;
        let rival = school.second_school("rival").await;
        owner.submit(CLOSE, CLOSE, &[NAME, PASSWORD]).await.expect(200);
        let reopen = link(&school.mails().await[0], "Open the school again");
        Browser::at(school, "rival").post(&reopen, &[]).await.expect(410);
        rival.get("/users").await.expect(200);
        school.get("/users").await.expect(403);
    }
}

/// What a school has in the table of schools and that of users.
fn left(home: &Home, site: i64) -> (bool, bool) {
    let store = home.store();
    let read = move || {
        let id = SiteId::new(site);
        let left = store.read_now(move |tx| -> Result<_, store::StoreError> {
            let users = tx.first("SELECT 1 FROM users WHERE site_id = $1 LIMIT 1", store::params![id], |_| Ok(()))?;
            Ok((store::sites::get(tx, id)?.is_some(), users.is_some()))
        });
        left.expect("read")
    };
    std::thread::spawn(read).join().expect("no panic")
}

#[test]
fn a_closed_school_is_deleted_after_thirty_days_and_a_command_opens_it_before() {
    for home in [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new) {
        for (site, name, closed_for) in [(1, "one", 1), (2, "two", -3_600_000), (3, "three", 1)] {
            home.run(&["site", "create", "--subdomain", name, "--name", name]).ok();
            let (store, mark) = (home.store(), format!("{name}7q"));
            let close = move || {
                let id = SiteId::new(site);
                let closed = store.write_now(id, move |tx| {
                    one_of_everything(tx, id, &mark)?;
                    let site = school::sites::get(tx, id)?;
                    let at = store::now() - closed_for;
                    school::sites::set_suspended(tx, &site, true)?;
                    school::sites::update(tx, &site, |site| {
                        site.suspended_at = Some(at);
                        site.closes_at = Some(at);
                    })
                });
                closed.expect("closed");
            };
            std::thread::spawn(close).join().expect("no panic");
        }
        home.run(&["site", "resume", "--school", "three"]).ok();
        let server = home.serve();
        let begun = Instant::now();
        while left(&home, 1).0 && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(50));
        }
        drop(server);
        assert_eq!((left(&home, 1), left(&home, 2), left(&home, 3)), ((false, false), (true, true), (true, true)));
    }
}
