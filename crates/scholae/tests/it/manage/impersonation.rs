//! Seeing the school as one of its people: what is shown and written down, what stays closed, and when it ends.

use super::Person;
use crate::apps::app;
use crate::people::browser::{Browser, hidden};
use crate::support::TestSchool;
use identity::apps::Kind;
use school::UserId;
use serde_json::{Value, json};

const END: &str = "/users/impersonation/end";
const REFUSED: &str = "Their account is theirs alone";

/// The id of somebody, by their address.
async fn id_of(school: &TestSchool, email: &str) -> i64 {
    let found = school.get(&format!("/users?query[email]={email}")).await.expect(200).json();
    found["items"][0]["id"].as_i64().expect("an id")
}

/// A student with this name.
async fn student(school: &TestSchool) -> i64 {
    let body = json!({
        "first_name": "Ann", "last_name": "Lee", "email": "ann@example.com", "password": "correct horse",
    });
    school.post("/users", body).await.expect(201).id()
}

/// Lets somebody who runs the school see it as a user.
async fn begin(browser: &mut Browser, user: i64) {
    let page = format!("/manage/users/{user}");
    browser.submit(&page, &format!("{page}/impersonate"), &[]).await.expect(303);
}

/// Who began and ended to see the school as whom, and why it ended; the oldest first.
async fn logged(school: &TestSchool) -> Vec<(String, Value, Value, String)> {
    let log = school.get("/security_log?sort=id&limit=250").await.expect(200).json();
    let text = |entry: &Value, name: &str| entry[name].as_str().expect("a text").to_owned();
    let entries = log["items"].as_array().expect("items").iter().filter(|entry| text(entry, "kind").contains("impers"));
    entries
        .map(|entry| {
            (text(entry, "kind"), entry["actor_email"].clone(), entry["user_email"].clone(), text(entry, "detail"))
        })
        .collect()
}

fn entry(kind: &str, by: &str, whom: &str, detail: &str) -> (String, Value, Value, String) {
    (format!("impersonation_{kind}"), json!(by), json!(whom), detail.to_owned())
}

async fn moved(school: &TestSchool, milliseconds: i64) {
    school
        .arrange(move |tx, site| {
            let sql = "UPDATE sessions SET acting_until = acting_until + $1 WHERE site_id = $2";
            tx.execute(sql, store::params![milliseconds, site])?;
            Ok(())
        })
        .await;
}

on_both_engines! {
    async fn the_school_is_seen_as_a_student_with_a_banner_until_it_is_stopped(school: &TestSchool) {
        let ann = student(school).await;
        let mut admin = Person::SiteAdmin.signed_in(school).await;
        begin(&mut admin, ann).await;
        let home = admin.get("/").await.expect(200).text;
        for told in ["You see the school as <bdi>Ann Lee</bdi>", "signed in as <bdi>SiteAdmin Example</bdi>", "ann@example.com"] {
            assert!(home.contains(told), "{told}: {home}");
        }
        // Their rights, not those of whoever looks; and the banner on what is refused and missing too.
        for (path, status) in [("/manage", 403), ("/manage/users", 403), ("/courses/nothing", 404)] {
            let page = admin.get(path).await.expect(status).text;
            assert!(page.contains("You see the school as") && page.contains(END), "{path}: {page}");
        }
        let back = admin.submit("/", END, &[]).await.expect(303);
        let page = format!("/manage/users/{ann}?done=impersonation_ended");
        assert_eq!(back.header("location"), page);
        let shown = admin.get(&page).await.expect(200).text;
        assert!(shown.contains("as yourself again") && !shown.contains(END), "{shown}");
        assert_eq!(
            logged(school).await,
            [
                entry("begun", "siteadmin@example.com", "ann@example.com", "for an hour at most"),
                entry("ended", "siteadmin@example.com", "ann@example.com", "by themselves"),
            ]
        );
    }

    async fn whoever_sees_the_school_so_opens_nothing_of_the_account_itself(school: &TestSchool) {
        let ann = student(school).await;
        let (tool, _) = app(school, Kind::Public, &["read:users"]).await;
        let mut owner = Person::Owner.signed_in(school).await;
        begin(&mut owner, ann).await;
        let consent = format!(
            "/oauth2/authorize?client_id={}&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback",
            tool.client_id
        );
        let pages = ["/account", "/account/email", "/account/delete", "/account/second_factor", &consent];
        for path in pages {
            let page = owner.get(path).await.expect(403).text;
            assert!(page.contains(REFUSED), "{path}: {page}");
        }
        let token = hidden(&owner.get("/").await.expect(200).text, END).remove(0).1;
        for path in [
            "/account", "/account/password", "/account/email", "/account/delete", "/account/sessions/end_others",
            "/account/second_factor/new", "/account/second_factor/off",
        ] {
            let fields = [
                ("csrf", token.as_str()), ("password", "another one"), ("current_password", "correct horse"),
                ("email", "eve@example.com"), ("first_name", "Eve"), ("last_name", "Eve"),
            ];
            let reply = owner.post(path, &fields).await;
            assert_eq!(reply.status, 403, "{path}: {}", reply.text);
        }
        let user = school.get(&format!("/users/{ann}")).await.expect(200).json();
        assert_eq!((&user["first_name"], &user["email"]), (&json!("Ann"), &json!("ann@example.com")));
        Browser::new(school).sign_in("ann@example.com", "correct horse").await.expect(303);
        // Signing out ends the session of whoever looks, and theirs alone.
        owner.submit("/", "/users/sign_out", &[]).await.expect(303);
        assert!(!owner.is_signed_in().await);
        assert_eq!(logged(school).await[1].3, "signed out");
    }

    async fn nobody_who_runs_the_school_is_seen_so_and_nobody_else_sees_it_so(school: &TestSchool) {
        let ann = student(school).await;
        let mut owner = Person::Owner.signed_in(school).await;
        let mut admin = Person::SiteAdmin.signed_in(school).await;
        let mut partner = Person::Partner.signed_in(school).await;
        let mut course_admin = Person::CourseAdmin.signed_in(school).await;
        // Those who run it, whoever asks: themselves too.
        for email in ["owner@example.com", "siteadmin@example.com", "partner@example.com"] {
            let path = format!("/manage/users/{}", id_of(school, email).await);
            for browser in [&mut owner, &mut admin] {
                assert!(!browser.get(&path).await.expect(200).text.contains("impersonate"), "{email}");
                let token = browser.token().await;
                let refused = browser.post(&format!("{path}/impersonate"), &[("csrf", &token)]).await.expect(422).text;
                assert!(refused.contains("as somebody who runs it"), "{refused}");
            }
        }
        // Those who may not, and forms that are not theirs.
        let path = format!("/manage/users/{ann}/impersonate");
        for browser in [&mut partner, &mut course_admin] {
            let token = browser.token().await;
            browser.post(&path, &[("csrf", &token)]).await.expect(403);
        }
        let stolen = admin.token().await;
        for token in ["", "forged", &stolen] {
            owner.post(&path, &[("csrf", token)]).await.expect(403);
        }
        assert!(logged(school).await.is_empty());

        // No chain: as somebody else, nobody begins anew; not as a course admin either.
        let before = admin.token().await;
        begin(&mut admin, id_of(school, "courseadmin@example.com").await).await;
        let within = hidden(&admin.get("/manage/courses").await.expect(200).text, END).remove(0).1;
        admin.post(&path, &[("csrf", &within)]).await.expect(403);
        // A form that was opened as one of the two is not sent as the other.
        admin.post(END, &[("csrf", &before)]).await.expect(403);
        admin.post("/manage/settings", &[("csrf", &before), ("name", "Mine")]).await.expect(403);
        admin.submit("/", END, &[]).await.expect(303);
        let late = admin.post("/manage/courses", &[("csrf", &within), ("name", "Late")]).await.expect(403).text;
        assert!(late.contains("out of date"), "{late}");
        // The button is pressed in a second tab, after it has ended.
        assert_eq!(admin.post(END, &[("csrf", &within)]).await.expect(303).header("location"), "/");
    }

    async fn it_ends_with_the_hour_the_role_and_the_person_and_is_written_down_each_time(school: &TestSchool) {
        let ann = student(school).await;
        let mut admin = Person::SiteAdmin.signed_in(school).await;
        let admin_id = id_of(school, "siteadmin@example.com").await;
        let is_ann = |page: &str| page.contains("You see the school as");

        begin(&mut admin, ann).await;
        moved(school, -3_599_000).await;
        assert!(is_ann(&admin.get("/").await.expect(200).text));
        moved(school, -2_000).await;
        assert!(!is_ann(&admin.get("/").await.expect(200).text));
        admin.get("/manage/users").await.expect(200);

        begin(&mut admin, ann).await;
        let role = |roles: &'static [&'static str]| json!({ "roles": roles });
        school.put(&format!("/users/{admin_id}"), role(&[])).await.expect(204);
        assert!(!is_ann(&admin.get("/").await.expect(200).text));
        admin.get("/manage/users").await.expect(403);
        school.put(&format!("/users/{admin_id}"), role(&["site_admin"])).await.expect(204);
        assert!(!is_ann(&admin.get("/").await.expect(200).text), "it does not come back");

        // Whoever comes to run the school is no longer seen so.
        begin(&mut admin, ann).await;
        school.put(&format!("/users/{ann}"), role(&["site_admin"])).await.expect(204);
        assert!(!is_ann(&admin.get("/manage/users").await.expect(200).text));
        school.put(&format!("/users/{ann}"), role(&[])).await.expect(204);

        begin(&mut admin, ann).await;
        school.put(&format!("/users/{admin_id}"), json!({ "password": "battery staple" })).await.expect(204);
        assert!(!admin.is_signed_in().await);
        admin.sign_in("siteadmin@example.com", "battery staple").await.expect(303);
        assert!(!is_ann(&admin.get("/").await.expect(200).text));
        let ended: Vec<String> = logged(school).await.into_iter().skip(1).step_by(2).map(|entry| entry.3).collect();
        let not_allowed = "it was no longer allowed";
        assert_eq!(ended, ["the hour was over", not_allowed, not_allowed, "their session ended"]);

        begin(&mut admin, ann).await;
        school.delete(&format!("/users/{ann}")).await.expect(204);
        assert!(!is_ann(&admin.get("/manage/users").await.expect(200).text));
        let last = logged(school).await.pop().expect("an entry");
        assert_eq!((last.3.as_str(), &last.2), ("the account was deleted", &Value::Null));
    }

    async fn what_is_changed_meanwhile_is_told_as_the_work_of_whoever_does_it(school: &TestSchool) {
        let mut owner = Person::Owner.signed_in(school).await;
        let ann = UserId::new(student(school).await);
        begin(&mut owner, ann.into()).await;
        let secret = owner.cookies["scholae_session"].clone();
        let key = school.key.clone();
        let who = school
            .arrange(move |tx, site| {
                let site = school::sites::get(tx, site)?;
                let actor = identity::actor::find(tx, &key, site, &secret)?.expect("somebody");
                Ok((actor.user_id(), actor.in_person().email().to_owned()))
            })
            .await;
        assert_eq!(who, (ann, "owner@example.com".to_owned()));
    }
}
