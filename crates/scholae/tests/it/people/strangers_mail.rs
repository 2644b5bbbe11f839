//! Mail to an address that nobody has shown to be theirs holds nothing that its sender chose: otherwise whoever signs
//! somebody up, or makes them an account, has the school send them what they like.

use super::browser::{Browser, hidden, link};
use super::sign_in::ann;
use crate::support::TestSchool;
use school::UserId;
use school::mails::Kind;
use serde_json::{Value, json};

/// What strangers write who use a school to send mail: a word that stands in no mail of ours.
const CHOSEN: &str = "Jackpot! http://evil.example/claim";

/// Everything that stands in a mail.
fn whole(mail: &Value) -> String {
    mail.to_string().replace(mail["to"].as_str().expect("an address"), "")
}

#[track_caller]
fn holds_nothing_chosen(mails: &[Value]) {
    assert!(!mails.is_empty());
    for mail in mails {
        let text = whole(mail).to_lowercase();
        for part in ["jackpot", "evil", "claim"] {
            assert!(!text.contains(part), "{part} in {text}");
        }
    }
}

on_both_engines! {
    async fn a_sign_up_sends_a_stranger_none_of_its_words(school: &TestSchool) {
        let mut eve = Browser::new(school);
        let page = eve.get("/users/sign_up?return_to=%2Fjackpot%3Fclaim%3Devil.example").await.expect(200).text;
        let mut fields = hidden(&page, "/users/sign_up");
        for (name, value) in [
            ("first_name", CHOSEN), ("last_name", CHOSEN), ("email", "victim@example.com"), ("password", "correct horse"),
        ] {
            fields.push((name.to_owned(), value.to_owned()));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        eve.post("/users/sign_up", &fields).await.expect(200);
        let mails = school.mails().await;
        holds_nothing_chosen(&mails);
        // Once it is confirmed one goes on to where one was.
        let link = link(&mails[0], "Confirm that it was you");
        let reply = eve.submit(&link, &link, &[]).await.expect(303);
        assert_eq!(reply.header("location"), "/jackpot?claim=evil.example");
    }

    async fn a_name_of_several_lines_is_refused(school: &TestSchool) {
        let fields = [
            ("first_name", "Ann\r\n\r\nYou have won"), ("last_name", "B"), ("email", "a@example.com"),
            ("password", "correct horse"),
        ];
        let page = Browser::new(school).submit("/users/sign_up", "/users/sign_up", &fields).await.expect(422).text;
        assert!(page.contains("First name may have one line only"), "{page}");
        let user = json!({ "first_name": "A\nB", "last_name": "C", "email": "a@example.com" });
        let refused = school.post("/users", user).await.expect(422);
        assert!(refused.text.contains("may have one line only"), "{}", refused.text);
    }

    async fn no_kind_of_mail_to_an_unconfirmed_address_holds_words_of_its_sender(school: &TestSchool) {
        use school::product_publish_requests::{self as requests, Answer, Decision};
        let user = json!({
            "first_name": CHOSEN, "last_name": CHOSEN, "email": "victim@example.com", "send_welcome_email": true,
        });
        let id = UserId::new(school.post("/users", user).await.expect(201).id());
        let fields = [("email", "victim@example.com")];
        for page in ["/users/password/new", "/users/express_sign_in?return_to=%2Fjackpot"] {
            let action = page.split('?').next().expect("a path").trim_end_matches("/new");
            Browser::new(school).submit(page, action, &fields).await.expect(200);
        }
        let sign_up = [("first_name", "A"), ("last_name", "B"), fields[0], ("password", "correct horse")];
        Browser::new(school).submit("/users/sign_up", "/users/sign_up", &sign_up).await.expect(200);
        school.arrange(move |tx, site| {
            let course = school::courses::create(tx, site, &school::courses::NewCourse::named(CHOSEN))?;
            for verdict in [Decision::Denied, Decision::Approved] {
                let request = requests::create(tx, site, course.product_id, id)?;
                let answer =
                    Answer { user_id: Some(id), response_text: Some(CHOSEN.to_owned()), notify_requester: true };
                requests::answer(tx, site, request.id, verdict, &answer)?;
            }
            let at = tx.moment();
            for kind in [Kind::HasPassword, Kind::PasswordChanged] {
                store::mails::enqueue(tx, site, at, kind, id, None)?;
            }
            Ok(store::mails::enqueue(tx, site, at, Kind::WebhookSwitchedOff, id, Some(CHOSEN))?)
        }).await;
        let mails = school.mails().await;
        assert_eq!(mails.len(), 9, "{mails:?}");
        holds_nothing_chosen(&mails);
    }

    async fn an_address_that_was_changed_is_unconfirmed_again(school: &TestSchool) {
        let id = ann(school).await;
        let ask = async |email: &str| {
            Browser::new(school).submit("/users/password/new", "/users/password", &[("email", email)]).await.expect(200);
            school.mails().await.remove(0)
        };
        let mail = ask("ann@example.com").await;
        assert!(!whole(&mail).contains("Ann"), "{mail}");
        let choose = link(&mail, "Choose it here");
        let password = [("password", "a new password")];
        Browser::new(school).submit(&choose, &choose, &password).await.expect(303);
        assert!(whole(&ask("ann@example.com").await).contains("Hello Ann,"), "she has shown that it is hers");
        school.put(&format!("/users/{id}"), json!({ "email": "victim@example.com" })).await.expect(204);
        let mail = ask("victim@example.com").await;
        assert!(!whole(&mail).contains("Ann"), "{mail}");
    }

    async fn a_name_in_a_later_mail_is_one_line_without_a_link(school: &TestSchool) {
        let id = ann(school).await;
        school.put(&format!("/users/{id}"), json!({ "first_name": CHOSEN, "last_name": "evil.example" })).await.expect(204);
        school.arrange(move |tx, site| {
            tx.execute("UPDATE users SET email_confirmed = TRUE WHERE site_id = $1", store::params![site])?;
            Ok(())
        }).await;
        let fields = [("email", "ann@example.com")];
        Browser::new(school).submit("/users/password/new", "/users/password", &fields).await.expect(200);
        let mail = school.mails().await.remove(0);
        let text = mail["texts"].to_string() + &mail["to_name"].to_string();
        assert!(!text.contains("://") && !text.contains("evil.example"), "{text}");
    }

    async fn the_place_to_go_on_to_does_not_travel_by_mail(school: &TestSchool) {
        school.user("bob@example.com").await;
        let mut browser = Browser::new(school);
        let ask = "/users/express_sign_in?return_to=%2Faccount";
        browser.submit(ask, "/users/express_sign_in", &[("email", "bob@example.com")]).await.expect(200);
        let link = link(&school.mails().await[0], "Sign in");
        assert!(!link.contains("account"), "{link}");
        let reply = browser.submit(&link, &link, &[]).await.expect(303);
        assert_eq!(reply.header("location"), "/account");
    }
}
