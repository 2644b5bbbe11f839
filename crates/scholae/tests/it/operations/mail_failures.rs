//! Mail that fails: why is logged and told by `doctor`, which also sends one to try.

use super::{PATIENCE, call, doctor, school};
use crate::support::process::{Home, Server};
use serde_json::json;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;
use store::Engine;

/// A mail server that answers every recipient so.
fn mail_server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || converse(stream, answer));
        }
    });
    url
}

fn converse(stream: TcpStream, answer: &str) {
    let (mut write, mut lines) = (stream.try_clone().expect("cloned"), BufReader::new(stream).lines());
    let mut say = |text: &str| write.write_all(format!("{text}\r\n").as_bytes()).is_ok();
    let mut open = say("220 ready");
    while open {
        let Some(Ok(line)) = lines.next() else { return };
        open = match line.split([' ', ':']).next().unwrap_or_default() {
            "RCPT" => say(answer),
            "DATA" => {
                say("354 go on");
                let _text = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").count();
                say("250 2.0.0 queued as 4711")
            }
            "QUIT" => false,
            _ => say("250 yes"),
        };
    }
}

fn served(home: &Home, url: &str) -> Server {
    let mut command = home.serve_command();
    command.args(["--smtp-url", url]);
    Server::start(command)
}

async fn the_cause_of_a_failure_is_logged_and_told_by_the_doctor(engine: Engine) {
    let Some(home) = Home::new(engine) else { return };
    let key = school(&home);
    let server = served(&home, &mail_server("550 5.7.1 <ann@example.com> relaying denied here"));
    let body = json!({ "first_name": "Ann", "last_name": "E", "email": "ann@example.com", "send_welcome_email": true });
    call(&server, &key, "POST", "/users", body).await.expect(201);
    let begun = Instant::now();
    while !server.log().contains("relaying denied here") {
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(!server.log().contains("ann@example.com"), "no address is logged: {}", server.log());
    let (state, found, _) = doctor(&home, "mail failures", &[]);
    assert!(state == "warning" && found.contains("550") && found.contains("relaying denied here"), "{state} {found}");
    assert!(!found.contains("ann@example.com"), "{found}");
}

#[tokio::test]
async fn the_cause_of_a_failure_is_logged_and_told_by_the_doctor_on_sqlite() {
    the_cause_of_a_failure_is_logged_and_told_by_the_doctor(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_cause_of_a_failure_is_logged_and_told_by_the_doctor_on_postgres() {
    the_cause_of_a_failure_is_logged_and_told_by_the_doctor(Engine::Postgres).await;
}

#[test]
fn the_doctor_sends_a_mail_and_says_what_the_server_answered() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    school(&home);
    let sent = |url: &str| doctor(&home, "test mail", &["--mail-to", "ann@example.com", "--smtp-url", url]);
    let (state, found, _) = sent(&mail_server("250 yes"));
    assert!(state == "ok" && found.contains("queued as 4711"), "{state} {found}");
    let (state, found, _) = sent(&mail_server("550 no such mailbox"));
    assert!(state == "failed" && found.contains("no such mailbox"), "{state} {found}");
    let (state, found, _) = sent("smtp://127.0.0.1:1");
    assert!(state == "failed" && found.contains("refused"), "{state} {found}");
    let nowhere = doctor(&home, "test mail", &["--mail-to", "ann@example.com"]);
    assert!(nowhere.0 == "failed" && nowhere.2.contains("smtp_url"), "{nowhere:?}");
    assert_eq!(doctor(&home, "test mail", &["--mail-to", "nobody", "--smtp-url", "smtp://127.0.0.1:1"]).0, "failed");
}

/// An invitation waits until there is a mail server; its link then works as long as the mail says.
async fn what_waited_for_a_mail_server_leaves_when_there_is_one(engine: Engine) {
    let Some(home) = Home::new(engine) else { return };
    school(&home);
    std::fs::write(home.folder().join("p.csv"), "first_name,last_name,email\nAnn,E,ann@example.com\n")
        .expect("written");
    home.run(&["users", "import", "p.csv", "--invite"]).ok();
    let begun = Instant::now();
    let without = Server::start(home.serve_command());
    while !doctor(&home, "mail failures", &[]).1.contains("there is no mail server (1 to be tried again") {
        assert!(begun.elapsed() < PATIENCE, "{:?}", doctor(&home, "mail failures", &[]));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    drop(without);
    const DAY: i64 = 86_400_000;
    let store = home.store();
    // The server was set up eight days later: the link would have ended yesterday.
    store
        .write(None, |tx| {
            tx.batch("UPDATE mailed_links SET created_at = created_at - 691200000, expires_at = expires_at - 691200000")
        })
        .await
        .expect("aged");
    let _with = served(&home, &mail_server("250 yes"));
    let read = |tx: &mut store::Tx<'_>| {
        let sql = "SELECT m.outcome, l.expires_at FROM outgoing_mails m, mailed_links l WHERE m.site_id = l.site_id";
        tx.first(sql, &[], |row| Ok((row.get::<Option<String>>(0)?, row.get::<i64>(1)?)))
    };
    loop {
        let (outcome, ends) = store.read(read).await.expect("read").expect("a mail and a link");
        if outcome.as_deref() == Some("sent") {
            let life = ends - store::now();
            assert!((6 * DAY..=7 * DAY).contains(&life), "it works for {life} ms");
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{outcome:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn what_waited_for_a_mail_server_leaves_when_there_is_one_on_sqlite() {
    what_waited_for_a_mail_server_leaves_when_there_is_one(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_waited_for_a_mail_server_leaves_when_there_is_one_on_postgres() {
    what_waited_for_a_mail_server_leaves_when_there_is_one(Engine::Postgres).await;
}

#[test]
fn mail_from_this_machine_is_warned_of() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    school(&home);
    let url = mail_server("250 yes");
    let (state, found, advice) = doctor(&home, "mail", &["--smtp-url", &url]);
    assert!(state == "warning" && found.contains("localhost") && advice.contains("mail_from"), "{state} {found}");
    assert!(served(&home, &url).log().contains("mail_from"));
    let right = ["--smtp-url", &url, "--mail-from", "School <school@school.example.net>"];
    assert_eq!(doctor(&home, "mail", &right).0, "ok");
}
