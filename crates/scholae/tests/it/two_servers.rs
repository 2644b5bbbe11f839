//! Two servers over one PostgreSQL: they share the queue of deliveries, and one of them may die.

use crate::support::hooks::{Writers, generated, made_webhook};
use crate::support::process::Home;
use crate::support::receiver::{Answer, Heard, Receiver};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use store::Engine;

/// How long an attempt may take; a lease is twice as long.
const TIMEOUT: Duration = Duration::from_secs(5);
const WEBHOOKS: usize = 4;

/// What was heard, by webhook and event.
fn by_event(heard: Vec<Heard>) -> BTreeMap<(String, String), Vec<Heard>> {
    let mut found: BTreeMap<_, Vec<Heard>> = BTreeMap::new();
    for one in heard {
        found.entry((one.path.clone(), one.event())).or_default().push(one);
    }
    found
}

async fn until(what: &str, right: impl Fn() -> bool) {
    let begun = Instant::now();
    while !right() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_share_the_deliveries_and_one_takes_over_what_the_other_leaves() {
    let Some(home) = Home::new(Engine::Postgres) else { return };
    let school = generated(&home, 1);
    let serve = || {
        let mut command = home.serve_command();
        let timeout = TIMEOUT.as_secs().to_string();
        command.args(["--webhook-targets", "development", "--webhook-timeout-seconds", &timeout]);
        crate::support::process::Server::start(command)
    };
    let (one, other) = (serve(), serve());
    let receiver = Receiver::start(|_| Answer::Status(200)).await;
    receiver.watch(&[one.id(), other.id()]);
    for number in 0..WEBHOOKS {
        made_webhook(&school, &one.url, "user.signup", &format!("{}/hook/{number}", receiver.url)).await;
    }

    // Both are alive: everything comes exactly once, from both of them.
    let mut writers = Writers::new(&school, 6);
    writers.write(&[&one.url, &other.url], 150).await;
    until("all of it heard", || receiver.count() >= writers.acknowledged() * WEBHOOKS).await;
    tokio::time::sleep(TIMEOUT * 2 + Duration::from_secs(3)).await;
    let heard = receiver.heard();
    let found = by_event(heard.clone());
    assert_eq!((found.len(), heard.len()), (150 * WEBHOOKS, 150 * WEBHOOKS), "each once, to each webhook");
    let from = |process: u32| heard.iter().filter(|heard| heard.process() == Some(process)).count();
    let (by_one, by_other) = (from(one.id()), from(other.id()));
    assert!(by_one > 20 && by_other > 20, "both deliver: {by_one} and {by_other}");

    // One is killed in the middle of its work. What it had claimed comes when its leases end, from the other.
    let (first, second) = (one.id(), other.id());
    let writing = tokio::spawn({
        let urls = [one.url.clone(), other.url.clone()];
        async move {
            writers.write(&[&urls[0], &urls[1]], 400).await;
            writers
        }
    });
    until("some of it heard", || receiver.count() > heard.len() + 100).await;
    one.kill();
    let killed = Instant::now();
    let writers = writing.await.expect("written");
    let events: BTreeSet<String> = school.events(&home).into_iter().map(|(ulid, _)| ulid).collect();
    assert_eq!(events.len(), writers.acknowledged(), "no event without its change, no change without its event");
    let all = events.len() * WEBHOOKS;
    until("everything heard", || by_event(receiver.heard()).len() >= all).await;
    until("everything written down", || school.waiting(&home) == 0).await;
    let found = by_event(receiver.heard());
    assert_eq!(found.len(), all, "nothing lost, nothing made up");
    assert!(found.keys().all(|(_, event)| events.contains(event)));
    let mut twice = 0;
    for ((webhook, event), times) in &found {
        times.iter().for_each(|heard| heard.is_as_documented(&school.api_key, "academy"));
        let [early, late] = times.as_slice() else {
            assert_eq!(times.len(), 1, "{event} to {webhook}");
            continue;
        };
        // Sent by the one that died, which could not write it down; and again when its lease had ended, by the other.
        twice += 1;
        // Of a connection that is let in after the death of its process, nobody can say any more whose it was.
        assert!(early.process().is_none_or(|process| process == first), "{event} to {webhook}: {times:?}");
        assert_eq!(late.process(), Some(second), "{event} to {webhook}");
        // What was sent a whole lease before had been written down: or it would have come again without any death.
        let before = killed.saturating_duration_since(early.at);
        assert!(before < TIMEOUT * 2 && late.at > killed, "{event} to {webhook}: {before:?} before the death");
    }
    eprintln!(
        "two servers: {by_one} and {by_other} of the first {} deliveries; one killed: {} more, {twice} of them twice",
        heard.len(),
        all - heard.len(),
    );
    assert!(!other.log().contains("lost"), "{}", other.log());
    let doctor = home.run(&["doctor"]);
    assert_eq!(doctor.code, 0, "{}{}", doctor.out, doctor.err);
}
