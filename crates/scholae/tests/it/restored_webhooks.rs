//! A restored database has the webhooks of the school it was taken from, and what they were still to be told. Whether
//! they are told is said when it is restored.

use crate::support::hooks::{generated, made_webhook};
use crate::support::process::{Home, Server};
use crate::support::receiver::{Answer, Receiver};
use school::events::{Topic, record};
use serde_json::json;
use std::time::{Duration, Instant};
use store::Engine;
use store::deliveries::DeliveryState;

fn serve(home: &Home) -> Server {
    let mut command = home.serve_command();
    command.args(["--webhook-targets", "development"]);
    Server::start(command)
}

async fn restored(engine: Engine) {
    let Some(home) = Home::new(engine) else { return };
    let school = generated(&home, 1);
    let receiver = Receiver::start(|_| Answer::Status(200)).await;
    let server = serve(&home);
    let webhook = made_webhook(&school, &server.url, "user.signup", &receiver.url).await;
    drop(server);
    // Nobody is there to send what happens now.
    let (store, site) = (home.store(), school.site);
    let happened = std::thread::spawn(move || {
        store.write_now(site, move |tx| record(tx, site, Topic::UserSignup, &json!({ "id": 1 })))
    });
    happened.join().expect("no panic").expect("an event");
    let file = home.folder().join("backup.jsonl");
    let file = file.to_str().expect("UTF-8");
    home.run(&["backup", "--out", file]).ok();

    for (choice, state, heard) in [("off", DeliveryState::GivenUp, 0), ("keep", DeliveryState::Delivered, 1)] {
        let copy = Home::new(engine).expect("as the first one");
        std::fs::create_dir_all(copy.folder().join("data")).expect("made");
        std::fs::copy(home.folder().join("data/server.key"), copy.folder().join("data/server.key")).expect("copied");
        let unsaid = copy.run(&["restore", file]);
        assert_eq!(unsaid.code, 1, "{}", unsaid.out);
        assert!(unsaid.err.contains("1 active webhooks") && unsaid.err.contains("--webhooks off"), "{}", unsaid.err);
        copy.run(&["restore", file, "--webhooks", choice]).ok();
        assert_eq!(school.in_state(&copy, Some(&webhook), DeliveryState::Waiting), 1, "as it was");
        let _server = serve(&copy);
        let begun = Instant::now();
        while school.in_state(&copy, Some(&webhook), state) == 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "{choice}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(receiver.count(), heard, "{choice}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_of_a_restored_school_are_told_nothing_unless_that_is_said_on_sqlite() {
    restored(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_of_a_restored_school_are_told_nothing_unless_that_is_said_on_postgres() {
    restored(Engine::Postgres).await;
}
