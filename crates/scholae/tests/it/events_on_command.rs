//! Events on command: `scholae trigger` causes each of them, and `scholae listen` forwards them as webhooks would.

use crate::support::process::{Finished, Home, Server, finish, text};
use delivery::sign;
use delivery::webhooks;
use identity::apps;
use identity::installs;
use school::events::Topic;
use school::{Set, sites};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use store::{Engine, SiteId};

/// What takes longer than this does not come.
const LONGEST: Duration = Duration::from_secs(30);

/// Writes a test twice: for a demo school and its server on SQLite, and on PostgreSQL.
macro_rules! on_a_demo_school {
    ($(fn $name:ident($home:ident: &Home, $server:ident: Server) $body:block)*) => {
        $(mod $name {
            use super::*;

            fn test($home: &Home, $server: Server) $body

            #[test]
            fn on_sqlite() {
                let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
                test(&home, demo(&home));
            }

            #[test]
            fn on_postgres() {
                let Some(home) = Home::new(Engine::Postgres) else { return };
                test(&home, demo(&home));
            }
        })*
    };
}

fn demo(home: &Home) -> Server {
    Server::start(home.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]))
}

fn triggered(home: &Home, arguments: &[&str]) -> Value {
    home.run(&[&["trigger", "--json"], arguments].concat()).json()
}

/// The envelope of an event, as it is stored.
fn stored(home: &Home, id: &str) -> Value {
    let (store, id) = (home.store(), id.to_owned());
    let body = store.read_now(move |tx| {
        let site = school::sites::by_subdomain(tx, "demo")?;
        Ok::<_, school::Error>(school::events::get(tx, site.id, &id)?.body)
    });
    serde_json::from_str(&body.expect("the event is there")).expect("JSON")
}

#[test]
fn no_database_is_made_where_there_is_none() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    for arguments in
        [&["trigger", "user.signup"][..], &["events", "tail"], &["listen", "--forward-to", "http://localhost:1/"]]
    {
        let Finished { code, err, .. } = home.run(arguments);
        assert!(code == 1 && err.contains("there is no database") && err.contains("--data"), "{err}");
    }
    assert!(std::fs::read_dir(home.folder()).expect("a folder").next().is_none(), "nothing is made");
    let target = finish(home.command(["listen", "--forward-to", "localhost:3000"]));
    assert!(target.code == 1 && target.err.contains("--forward-to"), "{}", target.err);
}

#[test]
fn a_server_that_is_not_there_is_told_with_what_to_do_and_not_asked_without_end() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    // A port that nobody listens on any more.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let url = format!("http://{free}");
    let given = ["--url", &url, "--key", "0123456789abcdef0123456789abcdef", "--school", "one"];
    let listen = ["listen", "--forward-to", "http://127.0.0.1:9/"];
    let both = [&["events", "tail"][..], &listen].map(|command| home.command(command.iter().chain(&given)));
    let both = both.map(|mut command| command.stderr(Stdio::piped()).spawn().expect("it starts"));
    for child in both {
        let ended = child.wait_with_output().expect("it ends by itself");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{err}");
        for part in ["does not answer", "nothing answers at", &url, "scholae serve", "--url"] {
            assert!(err.contains(part), "{part}: {err}");
        }
    }
}

#[test]
fn a_school_without_users_apps_or_events_begins_with_any_of_them() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(home) = Home::new(engine) else { continue };
        for (subdomain, topic) in [("first", "app.uninstalled"), ("second", "user.signup"), ("third", "order.created")]
        {
            home.run(&["site", "create", "--subdomain", subdomain, "--name", "New"]).ok();
            let came = triggered(&home, &[topic, "--school", subdomain]);
            assert_eq!(text(&came, "topic"), topic);
            let events = came["events"].as_array().expect("a list");
            assert!(events.iter().any(|event| event["id"] == came["event_id"]), "{came}");
        }
    }
}

/// A program that runs until it is dropped, and its lines.
struct Running {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let lines = lines(child.stdout.take().expect("piped"));
        let errors = lines_of_errors(&mut child);
        Self { child, lines, errors }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(LONGEST).expect("a line")
    }

    /// Waits for a line of complaints that contains this.
    fn complains(&self, part: &str) {
        while !self.errors.recv_timeout(LONGEST).expect(part).contains(part) {}
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}

fn lines_of_errors(child: &mut Child) -> Receiver<String> {
    lines(child.stderr.take().expect("piped"))
}

/// A request as it came: its headers, with names in lower case, and its body.
type Came = (HashMap<String, String>, Vec<u8>);

/// A local program that answers 202 to everything.
fn receiver() -> (String, Receiver<Came>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook?from=school", listener.local_addr().expect("an address"));
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if send.send(answer(stream)).is_err() {
                return;
            }
        }
    });
    (url, receive)
}

fn answer(stream: TcpStream) -> Came {
    let mut from = BufReader::new(stream);
    let mut line = String::new();
    from.read_line(&mut line).expect("a line");
    assert_eq!(line.trim_end(), "POST /hook?from=school HTTP/1.1");
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line).expect("a line");
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        assert!(headers.insert(name.to_lowercase(), value.to_owned()).is_none(), "{name} comes once");
    }
    let mut body = vec![0; headers["content-length"].parse().expect("a number")];
    from.read_exact(&mut body).expect("a body");
    let end = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    from.get_mut().write_all(end).expect("answered");
    (headers, body)
}

on_a_demo_school! {
    fn every_topic_is_caused_by_its_name_alone(home: &Home, server: Server) {
        drop(server);
        for topic in Topic::ALL {
            // Twice: nothing that was made the first time is in the way.
            for _ in 0..2 {
                let came = triggered(home, &[topic.name()]);
                assert_eq!(text(&came, "topic"), topic.name());
                assert!(!came["did"].as_array().expect("a list").is_empty(), "{came}");
                let envelope = stored(home, text(&came, "event_id"));
                assert_eq!((text(&envelope, "resource"), text(&envelope, "action")), (topic.resource(), topic.action()));
            }
        }
        let listed = home.run(&["trigger", "--list"]).ok().out;
        assert_eq!(listed.lines().count(), Topic::ALL.len());
        for topic in Topic::ALL {
            assert!(listed.contains(topic.name()), "{}", topic.name());
        }
    }

    fn what_is_named_is_what_it_happens_to(home: &Home, _server: Server) {
        let course = ["--user", "new@example.com", "--course", "building-with-the-api"];
        let came = triggered(home, &[&["enrollment.created"][..], &course].concat());
        let payload = stored(home, text(&came, "event_id"))["payload"].clone();
        assert!(payload.to_string().contains("new@example.com"), "{payload}");
        assert!(payload.to_string().contains("Building with the API"), "{payload}");
        // The same enrollment goes on, to its end.
        for topic in
            ["lesson.completed", "lesson.completed", "quiz.attempted", "enrollment.progress", "enrollment.completed"]
        {
            let came = triggered(home, &[&[topic][..], &course].concat());
            let happened = came["events"].as_array().expect("a list");
            assert!(happened.iter().all(|event| event["topic"] != "enrollment.created"), "{came}");
        }
        let shown = home.run(&["trigger", "user.updated", "--user", "new@example.com"]).ok().out;
        assert!(shown.contains("(changed)") && shown.contains("Event  user.updated"), "{shown}");
        let product = triggered(home, &["order.created", "--product", "sourdough-at-home"]);
        assert!(product.to_string().contains("sourdough-at-home"), "{product}");
        for (arguments, part) in [
            (&["enrollment.complete"][..], "did you mean enrollment.completed"),
            (&["zzzzzz"], "there are lead.created, order.created, order_transaction.succeeded"),
            (&["user.signin", "--user", "999999"], "there is no user `999999`"),
            (&["enrollment.created", "--course", "nothing"], "there is no course `nothing`"),
            (&["order.created", "--product", "nothing"], "there is no product `nothing`"),
            (&["enrollment.created", "--user", "new@example.com", "--course", "building-with-the-api"], "already"),
            (&["enrollment.completed", "--user", "new@example.com", "--course", "building-with-the-api"], "completed it"),
            (&["user.signup", "--user", "new@example.com"], "has already been taken"),
        ] {
            let Finished { code, err, .. } = home.run(&[&["trigger"], arguments].concat());
            assert!(code == 1 && err.contains(part), "{arguments:?}: {err}");
        }
    }

    fn an_app_is_let_in_and_taken_out_and_its_own_webhook_hears_of_it(home: &Home, server: Server) {
        let listed = |command: &[&str]| home.run(command).ok().out;
        let did = || triggered(home, &["app.uninstalled"])["did"].clone();
        let (installed, gone) =
            ("Let in Trigger app (trigger-app), with read:users read:courses.", "The school no longer has Trigger app.");
        assert_eq!(did(), json!([installed, gone]));
        let apps = listed(&["app", "list"]);
        assert!(apps.contains("trigger-app"), "{apps}");

        // Installed by somebody, and with a webhook: it is taken out as it is.
        let (hook, arrived) = receiver();
        let new = webhooks::WebhookChanges {
            topic: Some("app.uninstalled".to_owned()),
            target_url: Set::To(hook),
            ..webhooks::WebhookChanges::default()
        };
        let (store, demo) = (home.store(), SiteId::new(1));
        let made = store.write_now(demo, move |tx| {
            let app = apps::find(tx, "trigger-app")?;
            let owner = sites::by_subdomain(tx, "demo")?.owner_user_id.expect("an owner");
            installs::install(tx, demo, &app, owner)?;
            webhooks::create(tx, demo, webhooks::Owner::app(app.id), "its maker", &new)
        });
        let webhook = made.expect("a webhook");
        let came = triggered(home, &["app.uninstalled"]);
        assert_eq!(came["did"], json!([gone]));
        let (headers, body) = arrived.recv_timeout(LONGEST).expect("a request");
        assert_eq!(headers["webhook-id"], text(&came, "event_id"));
        assert_eq!(serde_json::from_slice::<Value>(&body).expect("JSON"), stored(home, text(&came, "event_id")));
        drop(server);

        // However often: one app, which the school does not have, without webhooks.
        assert_eq!(did(), json!([installed, gone]));
        assert_eq!(listed(&["app", "list"]), apps);
        let left = home.store().read_now(move |tx| -> school::Result<_> {
            Ok((installs::of_site(tx, demo)?.len(), store::webhooks::get(tx, demo, webhook.number)?))
        });
        assert_eq!(left.expect("no failure"), (0, None));
    }

    fn what_is_triggered_is_forwarded_as_a_webhook_would_send_it_and_goes_on_after_a_restart(home: &Home, server: Server) {
        let ready = server.json();
        let (url, key) = (text(&ready, "url").to_owned(), text(&ready, "api_key").to_owned());
        let address = url.strip_prefix("http://").expect("http").to_owned();
        let (hook, arrived) = receiver();
        let listen = ["listen", "--forward-to", &hook, "--url", &url];
        let topics = ["--topic", "lead.created", "--topic", "subscription.cancelled"];
        let listening = Running::start(home.command_here(listen.iter().chain(&topics)));
        listening.complains("Forwarding the events of `demo`");

        triggered(home, &["user.signup"]);
        for topic in ["lead.created", "subscription.cancelled"] {
            let event = text(&triggered(home, &[topic]), "event_id").to_owned();
            let (headers, body) = arrived.recv_timeout(LONGEST).expect("a request");
            let timestamp: i64 = headers["webhook-timestamp"].parse().expect("a number");
            assert!((store::now() / 1000 - timestamp).abs() < 60);
            for (name, value) in [
                ("content-type", "application/json"),
                ("user-agent", concat!("Scholae/", env!("CARGO_PKG_VERSION"))),
                ("x-thinkific-hmac-sha256", &sign::body(&key, &body)),
                ("x-thinkific-topic", topic),
                ("x-thinkific-subdomain", "demo"),
                ("webhook-id", &event),
                ("webhook-signature", &sign::standard(&key, &event, timestamp, &body)),
            ] {
                assert_eq!(headers.get(name).map(String::as_str), Some(value), "{name}");
            }
            assert_eq!(headers.len(), 10, "and host and content-length: {headers:?}");
            assert_eq!(serde_json::from_slice::<Value>(&body).expect("JSON"), stored(home, &event));
            let line = listening.line();
            assert!([topic, &event, "202 Accepted", " ms"].iter().all(|part| line.contains(part)), "{line}");
        }

        // What happens while the server is away is forwarded when it is back.
        drop(server);
        listening.complains("does not answer");
        let event = text(&triggered(home, &["lead.created"]), "event_id").to_owned();
        let _server = Server::start(home.command_here(["demo", "--json", "--listen", &address]));
        let (headers, _) = arrived.recv_timeout(LONGEST).expect("a request");
        assert_eq!(headers["webhook-id"], event);
        assert!(listening.line().contains(&event));
    }

    fn the_tail_shows_events_and_a_program_that_is_not_there_is_named(home: &Home, server: Server) {
        let (url, key) = (server.url.clone(), text(&server.json(), "api_key").to_owned());
        // Without the data: the key is given.
        let given = ["--url", &url, "--key", &key, "--subdomain", "demo"];
        let tail = Running::start(home.command(["events", "tail", "--json"].iter().chain(&given)));
        let lines = Running::start(home.command(["events", "tail"].iter().chain(&given)));
        let nowhere = Running::start(home.command(["listen", "--forward-to", "http://127.0.0.1:9/"].iter().chain(&given)));
        tail.complains("Listening");
        lines.complains("Listening");
        nowhere.complains("Forwarding");
        let event = text(&triggered(home, &["user.signup", "--user", "tail@example.com"]), "event_id").to_owned();
        let envelope: Value = serde_json::from_str(&tail.line()).expect("JSON");
        assert_eq!(envelope, stored(home, &event));
        let line = lines.line();
        assert!(["user.signup", &event, "tail@example.com"].iter().all(|part| line.contains(part)), "{line}");
        let line = nowhere.line();
        assert!(
            ["user.signup", &event, "no connection", "is your program listening"].iter().all(|part| line.contains(part)),
            "{line}"
        );

        let wrong = ["--url", &url, "--key", "0123456789abcdef0123456789abcdef", "--subdomain", "demo"];
        let refused = finish(home.command(["events", "tail"].iter().chain(&wrong)));
        assert!(refused.code == 1 && refused.err.contains("401") && refused.err.contains("--key"), "{}", refused.err);
    }
}
