//! Mail that really leaves: to a mail server, tried again, given up.

use super::browser::{Browser, time_goes_by};
use super::sign_in::ann;
use crate::support::{TestSchool, send};
use delivery::mail::Route;
use reqwest::Method;
use serde_json::json;
use std::sync::{Arc, Mutex};
use store::UserId;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// A mail server that answers every recipient as it was told and keeps what it is given.
struct Server {
    url: String,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    let (read, mut write) = stream.into_split();
                    let mut lines = BufReader::new(read).lines();
                    write.write_all(b"220 ready\r\n").await.expect("written");
                    while let Ok(Some(line)) = lines.next_line().await {
                        let reply = match line.split([' ', ':']).next().unwrap_or_default() {
                            "RCPT" => answer,
                            "DATA" => {
                                write.write_all(b"354 go on\r\n").await.expect("written");
                                let mut text = String::new();
                                while let Ok(Some(line)) = lines.next_line().await {
                                    if line == "." {
                                        break;
                                    }
                                    text.push_str(&line);
                                    text.push('\n');
                                }
                                kept.lock().expect("no panic").push(text);
                                "250 taken"
                            }
                            "QUIT" => break,
                            _ => "250 yes",
                        };
                        write.write_all(format!("{reply}\r\n").as_bytes()).await.expect("written");
                    }
                });
            }
        });
        Self { url, taken }
    }

    fn route(&self) -> Route {
        Route::server(&self.url, "Scholae <scholae@example.org>").expect("a route")
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().expect("no panic").clone()
    }
}

/// What became of the school's mail: outcome and tries.
async fn outcomes(school: &TestSchool) -> Vec<(Option<String>, i64)> {
    school
        .arrange(|tx, site| {
            let sql = "SELECT outcome, tries FROM outgoing_mails WHERE site_id = $1 ORDER BY id";
            Ok(tx.query(sql, store::params![site], |row| Ok((row.get(0)?, row.get(1)?)))?)
        })
        .await
}

/// Lets everybody have shown that their address is theirs.
async fn addresses_are_confirmed(school: &TestSchool) {
    let sql = "UPDATE users SET email_confirmed = TRUE WHERE site_id = $1";
    school.arrange(move |tx, site| Ok(tx.execute(sql, store::params![site])?)).await;
}

async fn owed(school: &TestSchool) {
    ann(school).await;
    addresses_are_confirmed(school).await;
    let fields = [("email", "ann@example.com")];
    Browser::new(school).submit("/users/password/new", "/users/password", &fields).await.expect(200);
}

on_both_engines! {
    async fn mail_is_handed_to_the_mail_server_once(school: &TestSchool) {
        owed(school).await;
        let server = Server::start("250 yes").await;
        let mailer = school.mailer(server.route());
        assert_eq!(mailer.send_due().await.expect("sent"), 1);
        assert_eq!(mailer.send_due().await.expect("nothing to do"), 0);
        let taken = server.taken();
        assert_eq!(taken.len(), 1);
        for part in [
            "From: \"School academy\" <scholae@example.org>",
            "Reply-To: \"School academy\" <help@academy-school.net>",
            "To: \"Ann Example\" <ann@example.com>",
            "Subject: Choose a new password for School academy",
            "Auto-Submitted: auto-generated",
            "multipart/alternative",
        ] {
            assert!(taken[0].contains(part), "{part} in {}", taken[0]);
        }
        assert_eq!(outcomes(school).await, [(Some("sent".to_owned()), 1)]);
    }

    async fn mail_that_the_server_cannot_take_now_is_tried_again_and_at_last_given_up(school: &TestSchool) {
        owed(school).await;
        let busy = Server::start("451 later, please").await;
        let mailer = school.mailer(busy.route());
        assert_eq!(mailer.send_due().await.expect("tried"), 1);
        assert_eq!(mailer.send_due().await.expect("not yet due"), 0);
        time_goes_by(school, 30_000).await;
        assert_eq!(mailer.send_due().await.expect("tried"), 1);
        assert_eq!(outcomes(school).await, [(None, 2)]);
        // It arrives when the server is there again.
        time_goes_by(school, 120_000).await;
        let server = Server::start("250 yes").await;
        assert_eq!(school.mailer(server.route()).send_due().await.expect("sent"), 1);
        assert_eq!((server.taken().len(), outcomes(school).await), (1, vec![(Some("sent".to_owned()), 3)]));

        let fields = [("email", "ann@example.com")];
        Browser::new(school).submit("/users/password/new", "/users/password", &fields).await.expect(200);
        time_goes_by(school, 3 * 86_400_000).await;
        assert_eq!(mailer.send_due().await.expect("tried"), 1);
        assert_eq!(outcomes(school).await[1], (Some("given up".to_owned()), 1));
    }

    async fn mail_that_the_server_refuses_is_not_tried_again(school: &TestSchool) {
        owed(school).await;
        let server = Server::start("550 nobody here").await;
        school.mailer(server.route()).send_due().await.expect("tried");
        assert_eq!(outcomes(school).await, [(Some("refused".to_owned()), 1)]);
    }

    async fn mail_that_was_being_sent_when_the_process_died_is_sent_by_another(school: &TestSchool) {
        owed(school).await;
        // Somebody claimed it and died.
        school.arrange(|tx, site| {
            let now = tx.moment();
            Ok(store::mails::claim(tx, site, now, now + 180_000, 8)?)
        }).await;
        let server = Server::start("250 yes").await;
        let mailer = school.mailer(server.route());
        assert_eq!(mailer.send_due().await.expect("looked"), 0, "it is left alone while the lease lasts");
        time_goes_by(school, 180_000).await;
        assert_eq!(mailer.send_due().await.expect("sent"), 1);
        assert_eq!(server.taken().len(), 1);
    }

    async fn two_nodes_send_each_mail_once(school: &TestSchool) {
        for n in 0..30 {
            let user = json!({
                "first_name": "A", "last_name": "B", "email": format!("a{n}@example.com"), "send_welcome_email": true,
            });
            school.post("/users", user).await.expect(201);
        }
        let server = Server::start("250 yes").await;
        let (one, other) = (school.mailer(server.route()), school.mailer(server.route()));
        let (one, other) = tokio::join!(one.send_due(), other.send_due());
        assert_eq!((one.expect("sent") + other.expect("sent"), server.taken().len()), (30, 30));
    }

    async fn nobody_is_written_to_who_has_left(school: &TestSchool) {
        let user = json!({ "first_name": "A", "last_name": "B", "email": "a@example.com", "send_welcome_email": true });
        let id = school.post("/users", user).await.expect(201).id();
        school.delete(&format!("/users/{id}")).await.expect(204);
        assert!(school.mails().await.is_empty());
        assert_eq!(outcomes(school).await, [(Some("nobody to read it".to_owned()), 1)]);
    }

    async fn every_kind_of_mail_says_what_it_is_about(school: &TestSchool) {
        use school::product_publish_requests::{self as requests, Answer, Decision};
        let welcome = json!({ "first_name": "Wendy", "last_name": "B", "email": "w@example.com", "send_welcome_email": true });
        school.post("/users", welcome).await.expect(201);
        let ann = UserId::new(ann(school).await);
        school.arrange(move |tx, site| {
            let course = school::courses::create(tx, site, &school::courses::NewCourse::named("Bread & <Butter>"))?;
            for (verdict, words) in [(Decision::Denied, Some("Not yet.")), (Decision::Approved, None)] {
                let request = requests::create(tx, site, course.product_id, ann)?;
                let answer = Answer {
                    user_id: Some(ann),
                    response_text: words.map(str::to_owned),
                    notify_requester: true,
                };
                requests::answer(tx, site, request.id, verdict, &answer)?;
            }
            let at = tx.moment();
            let kind = school::mails::Kind::WebhookSwitchedOff;
            Ok(store::mails::enqueue(tx, site, at, kind, ann, Some("webhook-1"))?)
        }).await;
        addresses_are_confirmed(school).await;
        let mut mails = school.mails().await;
        mails.reverse();
        let said: Vec<(&str, String)> = mails.iter().map(|mail| {
            let texts = mail["texts"].as_array().expect("texts").iter().filter_map(|text| text.as_str());
            (mail["subject"].as_str().expect("text"), texts.collect::<Vec<_>>().join(" | "))
        }).collect();
        let expected = [
            ("Welcome to School academy", "Hello Wendy, | You have an account at School academy now."),
            ("Bread & <Butter> is not published", "Bread & <Butter> at School academy was not approved. | Not yet."),
            ("Bread & <Butter> is published", "Bread & <Butter> at School academy was approved."),
            ("A webhook of School academy was switched off", "The webhook webhook-1 is sent nothing more"),
        ];
        assert_eq!(said.len(), expected.len(), "{said:?}");
        for ((subject, text), (expected, part)) in said.iter().zip(expected) {
            assert_eq!(*subject, expected);
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    async fn the_mailbox_shows_mail_and_is_emptied(school: &TestSchool) {
        owed(school).await;
        let mail = school.mails().await.remove(0);
        let page = |path: String| school.plain(Method::GET, &format!("{}{path}", school.url));
        let list = send(page("/mailbox".to_owned())).await.expect(200).text;
        assert!(list.contains("Choose a new password for School academy"), "{list}");
        let one = send(page(format!("/mailbox/{}/{}", mail["site_id"], mail["id"]))).await.expect(200).text;
        assert!(one.contains("http://academy.localhost/users/password/edit/"), "{one}");
        for nothing in ["/mailbox/1/999", "/mailbox/x/y", "/mailbox/9/1"] {
            send(page(nothing.to_owned())).await.expect(404);
        }
        let clear = || school.plain(Method::POST, &format!("{}/mailbox/clear", school.url));
        send(clear().header("Origin", "https://evil.example")).await.expect(403);
        assert_eq!(school.mails().await.len(), 1);
        send(clear()).await;
        assert!(school.mails().await.is_empty());
    }

    async fn another_name_of_this_machine_has_no_mailbox(school: &TestSchool) {
        for host in ["evil.example", "academy.localhost", "localhost.evil.example", "10.0.0.1"] {
            let request = school.plain(Method::GET, &format!("{}/mailbox", school.url)).header("Host", host);
            send(request).await.expect(404);
        }
    }
}

#[tokio::test]
async fn there_is_no_mailbox_unless_it_is_asked_for() {
    let school = TestSchool::start_with(store::Engine::Sqlite, web::WebConfig::default()).await.expect("SQLite");
    for path in ["/mailbox", "/mailbox.json", "/mailbox/1/1"] {
        send(school.plain(Method::GET, &format!("{}{path}", school.url))).await.expect(404);
    }
    school.finish().await;
}
