//! Deliveries from a real store to receivers that misbehave in every way.

mod support;

use delivery::sign;
use school::events::Topic;
use serde_json::Value;
use std::time::{Duration, Instant};
use store::deliveries::DeliveryState;
use support::{Answer, Receiver, School, config, ok};
use testing::postgres;

const TOPIC: Topic = Topic::UserSignup;

#[tokio::test(flavor = "multi_thread")]
async fn an_event_arrives_signed() {
    let school = School::new().await;
    let receiver = Receiver::new(|_| Answer::With("202 Accepted", "thank you\0!".to_owned())).await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    school.webhook(Topic::UserDeleted, &receiver.url).await;
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config());
    school.happen(TOPIC, 1).await;
    let deliveries =
        school.until(webhook, |all| all.iter().all(|(row, _)| row.state == DeliveryState::Delivered)).await;
    delivery.stop().await;

    let heard = receiver.heard();
    assert_eq!(heard.len(), 1);
    let heard = &heard[0];
    assert!(heard.head.starts_with("POST /hooks?from=scholae HTTP/1.1\r\n"), "{}", heard.head);
    let event: Value = serde_json::from_str(&heard.body).expect("JSON");
    assert_eq!(event["resource"], "user");
    let id = event["id"].as_str().expect("an id");
    let timestamp: i64 = heard.header("webhook-timestamp").parse().expect("a number");
    assert!((timestamp - store::now() / 1000).abs() < 30);
    let body = heard.body.as_bytes();
    assert!(heard.body.contains("Jörg <b>"), "as stored: {}", heard.body);
    assert!(heard.head.contains("\r\nX-Thinkific-Hmac-Sha256: "), "as documented: {}", heard.head);
    assert_eq!(heard.header("content-type"), "application/json");
    assert_eq!(heard.header("user-agent"), concat!("Scholae/", env!("CARGO_PKG_VERSION")));
    assert_eq!(heard.header("x-thinkific-topic"), "user.signup");
    assert_eq!(heard.header("x-thinkific-subdomain"), "demo");
    assert_eq!(heard.header("x-thinkific-hmac-sha256"), sign::body(&school.api_key, body));
    assert_eq!(heard.header("webhook-id"), id);
    assert_eq!(heard.header("webhook-signature"), sign::standard(&school.api_key, id, timestamp, body));

    let (row, attempts) = &deliveries[0];
    assert_eq!((row.attempts, attempts.len()), (1, 1));
    assert_eq!((attempts[0].status, attempts[0].error.as_deref()), (Some(202), None));
    assert_eq!(attempts[0].answer.as_deref(), Some("thank you!"));
    let sent = attempts[0].request_head.as_deref().expect("what was sent");
    assert!(sent.starts_with(&format!("POST {}\n", receiver.url)), "{sent}");
    for line in sent.lines().skip(1) {
        let (name, value) = line.split_once(": ").expect("a header");
        assert_eq!(heard.header(name), value, "{name}, as it came over the wire");
    }
    assert!(sent.contains("webhook-signature: ") && sent.contains("x-thinkific-hmac-sha256: "), "{sent}");
    assert!(attempts[0].answer_head.as_deref().is_some_and(|head| head.contains("content-length: ")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_an_address_is_not_kept_with_what_was_sent_and_long_answers_are_cut() {
    let school = School::new().await;
    let long: &str = Box::leak(format!("200 OK\r\nX-Long: {}", "x".repeat(3000)).into_boxed_str());
    let receiver = Receiver::new(move |_| Answer::With(long, "taken".to_owned())).await;
    let target = receiver.url.replacen("://", "://ann:secret@", 1);
    let webhook = school.webhook(TOPIC, &target).await;
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config());
    school.happen(TOPIC, 1).await;
    let deliveries =
        school.until(webhook, |all| all.iter().all(|(row, _)| row.state == DeliveryState::Delivered)).await;
    delivery.stop().await;
    assert!(receiver.heard()[0].header("authorization").starts_with("Basic "));
    let attempt = &deliveries[0].1[0];
    let sent = attempt.request_head.as_deref().expect("what was sent");
    assert!(sent.contains("authorization: (not kept)\n") && !sent.contains("secret"), "{sent}");
    let answered = attempt.answer_head.as_deref().expect("what was answered");
    assert!(answered.len() <= 2048 + 4 && answered.contains('…'), "{answered}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_signs_what_comes_after() {
    let school = School::new().await;
    let receiver = Receiver::new(|_| ok()).await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config());
    school.happen(TOPIC, 1).await;
    school.until(webhook, |all| all.len() == 1 && all[0].0.state == DeliveryState::Delivered).await;
    let (site, key) = (school.site, school.key.clone());
    let rotated = school.store.write(site, move |tx| {
        let row = store::sites::get(tx, site)?.expect("a site");
        school::sites::rotate_key(tx, &key, &row.into(), 0)
    });
    let rotated = rotated.await.expect("a key");
    school.happen(TOPIC, 1).await;
    school.until(webhook, |all| all.len() == 2 && all[1].0.state == DeliveryState::Delivered).await;
    delivery.stop().await;
    let heard = receiver.heard();
    assert_eq!(heard[0].header("x-thinkific-hmac-sha256"), sign::body(&school.api_key, heard[0].body.as_bytes()));
    assert_eq!(heard[1].header("x-thinkific-hmac-sha256"), sign::body(&rotated, heard[1].body.as_bytes()));
}

/// Rotates the key of the school, or the secret of the app, so long ago, with an hour of overlap; gives both.
async fn rotated(school: &School, app: Option<&identity::apps::App>, ago: i64) -> [String; 2] {
    let (site, key, app) = (school.site, school.key.clone(), app.cloned());
    let both = school.store.write(site, move |tx| {
        tx.backdate(store::now() - ago);
        let row = school::Site::from(store::sites::get(tx, site)?.expect("a site"));
        Ok::<_, school::Error>(match &app {
            Some(app) => {
                [identity::apps::secret(tx, &key, app)?, identity::apps::rotate_secret(tx, &key, app, 3_600_000)?]
            }
            None => [
                school::sites::api_key(tx, &key, &row)?.expect("a key"),
                school::sites::rotate_key(tx, &key, &row, 3_600_000)?,
            ],
        })
    });
    both.await.expect("both")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_or_a_secret_that_was_replaced_signs_beside_the_new_one_as_long_as_it_counts() {
    let school = School::new().await;
    let receiver = Receiver::new(|_| ok()).await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    let key = school.key.clone();
    let input = identity::apps::AppInput {
        kind: identity::apps::Kind::Private,
        name: "Mailer".to_owned(),
        slug: None,
        company: "Mailer".to_owned(),
        redirect_uris: vec!["https://app.example/callback".to_owned()],
        scopes: vec!["read:users".to_owned()],
        app_url: None,
        install_url: None,
    };
    let site = school.site;
    let app = school.store.write(site, move |tx| {
        let (app, _) = identity::apps::create(tx, &key, &input)?;
        identity::installs::install(tx, site, &app, store::UserId::new(1)).map(|()| app)
    });
    let app = app.await.expect("an app");
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config());
    let mut count = 0;
    for of in [None, Some(&app)] {
        let id = of.map(|app| app.id);
        let set = move |tx: &mut store::Tx<'_>| tx.execute("UPDATE webhooks SET app_id = $1", store::params![id]);
        school.store.write(school.site, set).await.expect("made by the app");
        for (ago, both) in [(0, true), (3_600_000, false), (0, true)] {
            let [old, new] = rotated(&school, of, ago).await;
            school.happen(TOPIC, 1).await;
            count += 1;
            let all = |all: &[_]| all.len() == count;
            school
                .until(webhook, |sent| all(sent) && sent.iter().all(|(row, _)| row.state == DeliveryState::Delivered))
                .await;
            let heard = receiver.heard().pop().expect("a request");
            let (id, at) = (heard.header("webhook-id"), heard.header("webhook-timestamp").parse().expect("seconds"));
            let [new, old] = [new, old].map(|key| sign::standard(&key, id, at, heard.body.as_bytes()));
            let signatures = if both { format!("{new} {old}") } else { new };
            assert_eq!(heard.header("webhook-signature"), signatures, "{of:?} {ago}");
        }
    }
    delivery.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_tried_again_with_longer_and_longer_pauses() {
    let school = School::new().await;
    let receiver = Receiver::new(|number| match number {
        0 => Answer::With("500 Internal Server Error", "no".to_owned()),
        1 => Answer::Close,
        2 => Answer::With("404 Not Found", String::new()),
        _ => ok(),
    })
    .await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    let mut config = config();
    config.retry_unit = Duration::from_millis(10);
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config);
    school.happen(TOPIC, 1).await;
    let failing = school.until(webhook, |all| all.iter().any(|(row, _)| row.attempts > 0)).await;
    assert_eq!(failing[0].0.state, DeliveryState::Waiting);
    assert!(school.row(webhook).await.failing_since.is_some());
    let deliveries = school.until(webhook, |all| all[0].0.state == DeliveryState::Delivered).await;
    delivery.stop().await;

    let (row, attempts) = &deliveries[0];
    assert_eq!(row.attempts, 4);
    let statuses: Vec<_> = attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(500), None, Some(404), Some(200)]);
    assert!(attempts[1].error.is_some());
    assert_eq!(school.row(webhook).await.failing_since, None, "a success clears it");
    let heard = receiver.heard();
    assert_eq!(heard.len(), 4);
    // 10, 20 and 30 units of 10 ms, less a fifth.
    for (pair, least) in heard.windows(2).zip([80, 160, 240]) {
        let pause = pair[1].at - pair[0].at;
        assert!(pause >= Duration::from_millis(least), "{pause:?} is shorter than {least} ms");
        assert_eq!(pair[0].body, pair[1].body);
        assert_eq!(pair[0].header("webhook-id"), pair[1].header("webhook-id"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_fifteen_attempts_it_has_failed() {
    let school = School::new().await;
    let receiver = Receiver::new(|_| Answer::With("503 Service Unavailable", String::new())).await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    let mut config = config();
    config.retry_unit = Duration::from_micros(20);
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config);
    school.happen(TOPIC, 1).await;
    let deliveries = school.until(webhook, |all| all.iter().all(|(row, _)| row.state == DeliveryState::Failed)).await;
    delivery.stop().await;
    assert_eq!(deliveries[0].1.len(), 15);
    assert_eq!(receiver.heard().len(), 15);
    assert!(school.row(webhook).await.active);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_is_not_asked_again() {
    let school = School::new().await;
    let receiver = Receiver::new(|_| Answer::With("410 Gone", "gone".to_owned())).await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    school.happen(TOPIC, 300).await;
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config());
    let deliveries = school.until(webhook, |all| all.iter().all(|(row, _)| row.state != DeliveryState::Waiting)).await;
    delivery.stop().await;
    assert!(receiver.heard().len() <= 2, "{}", receiver.heard().len());
    assert!(deliveries.iter().filter(|(row, _)| row.state == DeliveryState::GivenUp).count() >= 298);
    let row = school.row(webhook).await;
    assert!(!row.active);
    assert_eq!(row.off_reason.as_deref(), Some("The receiver answered 410 Gone."));
    assert_eq!(mails(&school).await, [("webhook_switched_off".to_owned(), 7, Some(row.id))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_fails_for_days_is_switched_off() {
    let school = School::new().await;
    let receiver = Receiver::new(|_| Answer::With("500 Oh", String::new())).await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    let mut config = config();
    config.failing_limit = Duration::from_millis(300);
    config.retry_unit = Duration::from_millis(2);
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config);
    school.happen(TOPIC, 3).await;
    school.until(webhook, |all| all.iter().all(|(row, _)| row.state == DeliveryState::GivenUp)).await;
    delivery.stop().await;
    let row = school.row(webhook).await;
    assert!(!row.active);
    assert!(row.off_reason.is_some_and(|reason| reason.starts_with("Every attempt failed for ")));
    assert_eq!(mails(&school).await.len(), 1);
}

async fn mails(school: &School) -> Vec<(String, i64, Option<String>)> {
    let site = school.site;
    let sql = "SELECT kind, user_id, detail FROM outgoing_mails WHERE site_id = $1 ORDER BY id";
    let read = school
        .store
        .read(move |tx| tx.query(sql, store::params![site], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))));
    read.await.expect("mails")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_a_failure_and_not_followed() {
    let school = School::new().await;
    let receiver =
        Receiver::new(|number| if number == 0 { Answer::With("302 Found", String::new()) } else { ok() }).await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config());
    school.happen(TOPIC, 1).await;
    let deliveries =
        school.until(webhook, |all| all.iter().all(|(row, _)| row.state == DeliveryState::Delivered)).await;
    delivery.stop().await;
    assert_eq!(deliveries[0].1[0].status, Some(302));
    assert!(receiver.heard().iter().all(|heard| heard.head.starts_with("POST /hooks?")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_hangs_holds_up_no_other() {
    let school = School::new().await;
    let hanging = Receiver::new(|_| Answer::Hang).await;
    let quick = Receiver::new(|_| ok()).await;
    let mut hung = Vec::new();
    for _ in 0..5 {
        hung.push(school.webhook(TOPIC, &hanging.url).await);
    }
    let webhook = school.webhook(TOPIC, &quick.url).await;
    let mut config = config().with_timeout(Duration::from_millis(1500));
    config.concurrency = 8;
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config);
    let begun = Instant::now();
    school.happen(TOPIC, 100).await;
    let deliveries =
        school.until(webhook, |all| all.iter().all(|(row, _)| row.state == DeliveryState::Delivered)).await;
    assert!(begun.elapsed() < Duration::from_millis(1400), "{:?}", begun.elapsed());
    assert_eq!(deliveries.len(), 100);
    let timed_out = school.until(hung[0], |all| all.iter().any(|(_, attempts)| !attempts.is_empty())).await;
    let attempt = timed_out.iter().find_map(|(_, attempts)| attempts.first()).expect("an attempt");
    assert_eq!((attempt.status, attempt.error.as_deref()), (None, Some("no answer in time")));
    assert!((1500..2500).contains(&attempt.milliseconds), "{}", attempt.milliseconds);
    let begun = Instant::now();
    delivery.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_huge_answer_only_the_beginning_is_read() {
    let school = School::new().await;
    let receiver = Receiver::new(|_| Answer::Flood(200)).await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config());
    school.happen(TOPIC, 1).await;
    let deliveries =
        school.until(webhook, |all| all.iter().all(|(row, _)| row.state == DeliveryState::Delivered)).await;
    delivery.stop().await;
    assert_eq!(deliveries[0].1[0].answer.as_deref(), Some("x".repeat(1024).as_str()));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(receiver.written() < 50 << 20, "{} bytes", receiver.written());
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_may_come_byte_by_byte() {
    let school = School::new().await;
    let text = "HTTP/1.1 201 Created\r\nContent-Length: 6\r\n\r\nsl\u{f6}w!";
    let patient = Receiver::new(move |_| Answer::Slowly(text, Duration::from_millis(5))).await;
    let endless = "HTTP/1.1 200 OK\r\n\r\nand it goes on and on and on and on and on and on and on and on and on";
    let endless = Receiver::new(move |_| Answer::Slowly(endless, Duration::from_millis(40))).await;
    let never = "HTTP/1.1 200 OK\r\nX: and it goes on and on and on and on and on and on and on and on and on on";
    let never = Receiver::new(move |_| Answer::Slowly(never, Duration::from_millis(100))).await;
    let mut webhooks = Vec::new();
    for receiver in [&patient, &endless, &never] {
        webhooks.push(school.webhook(TOPIC, &receiver.url).await);
    }
    let mut config = config();
    config.retry_unit = Duration::from_secs(10);
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config);
    school.happen(TOPIC, 1).await;
    let tried = |all: &[(_, Vec<store::deliveries::AttemptRow>)]| all.iter().all(|(_, attempts)| attempts.len() == 1);
    let mut attempts = Vec::new();
    for webhook in webhooks {
        attempts.push(school.until(webhook, tried).await.remove(0).1.remove(0));
    }
    delivery.stop().await;
    assert_eq!((attempts[0].status, attempts[0].answer.as_deref()), (Some(201), Some("slöw!")));
    assert_eq!(attempts[1].status, Some(200), "the status decides");
    assert!(attempts[1].answer.as_deref().is_some_and(|answer| answer.starts_with("and it goes on")));
    assert_eq!(attempts[2].error.as_deref(), Some("no answer in time"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_under_way_at_a_crash_is_sent_again_after_its_lease() {
    let school = School::new().await;
    let receiver = Receiver::new(|number| if number < 2 { Answer::Hang } else { ok() }).await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    let mut config = config();
    config.lease = Duration::from_millis(3500);
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config.clone());
    let begun = Instant::now();
    school.happen(TOPIC, 2).await;
    while receiver.heard().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(delivery);
    let School { store, key, site, api_key, folder } = school;
    drop(store);
    let school = School { store: support::open(folder.path()), key, site, api_key, folder };
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config);
    let deliveries =
        school.until(webhook, |all| all.iter().all(|(row, _)| row.state == DeliveryState::Delivered)).await;
    assert!(begun.elapsed() >= Duration::from_millis(3500), "{:?}", begun.elapsed());
    delivery.stop().await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 4);
    let mut ids: Vec<_> = heard.iter().map(|heard| heard.header("webhook-id").to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2, "the same events twice");
    assert!(deliveries.iter().all(|(_, attempts)| attempts.len() == 1), "the lost attempts were never seen to end");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_writes_down_what_was_under_way_and_puts_back_the_rest() {
    let school = School::new().await;
    let slow = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let receiver =
        Receiver::new(move |number| if number < 30 { ok() } else { Answer::Slowly(slow, Duration::from_millis(10)) });
    let receiver = receiver.await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config());
    school.happen(TOPIC, 200).await;
    while receiver.heard().len() < 40 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    delivery.stop().await;
    let deliveries = school.deliveries(webhook).await;
    let arrived = deliveries.iter().filter(|(row, _)| row.state == DeliveryState::Delivered).count();
    assert_eq!(arrived, receiver.heard().len(), "each that was begun was written down");
    assert!(arrived < 200);
    let now = store::now();
    assert!(
        deliveries.iter().all(|(row, _)| row.state == DeliveryState::Delivered || row.due_at <= now),
        "nothing is still claimed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn production_sends_nothing_inside() {
    let school = School::new().await;
    let receiver = Receiver::new(|_| ok()).await;
    let port = receiver.url.split(['/', ':']).nth(4).expect("a port").to_owned();
    let plain = school.webhook(TOPIC, &receiver.url).await;
    let literal = school.webhook(TOPIC, &format!("https://127.1:{port}/")).await;
    let named = school.webhook(TOPIC, &format!("https://localhost:{port}/")).await;
    let mut config = config();
    config.policy = delivery::guard::Policy::new("production", "", "school.example").expect("a policy");
    config.retry_unit = Duration::from_secs(10);
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config);
    school.happen(TOPIC, 1).await;
    let mut errors = Vec::new();
    for webhook in [plain, literal, named] {
        let tried = school.until(webhook, |all| all.iter().all(|(_, attempts)| attempts.len() == 1)).await;
        errors.push(tried[0].1[0].error.clone().unwrap_or_default());
    }
    delivery.stop().await;
    assert_eq!(
        errors,
        [
            "the target URL must begin with https://",
            "the target URL does not lead to a public address",
            "the target URL is a name of a local network",
        ]
    );
    assert!(receiver.heard().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_begin_in_the_order_of_their_events() {
    let school = School::new().await;
    let receiver = Receiver::new(|_| ok()).await;
    let webhook = school.webhook(TOPIC, &receiver.url).await;
    school.happen(TOPIC, 400).await;
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config());
    let deliveries =
        school.until(webhook, |all| all.iter().all(|(row, _)| row.state == DeliveryState::Delivered)).await;
    delivery.stop().await;
    assert_eq!((deliveries.len(), receiver.heard().len()), (400, 400), "each once");
    let mut latest = 0;
    for (row, attempts) in &deliveries {
        // Tasks that begin one after the other may be run the other way round.
        assert!(attempts[0].at >= latest - 100, "{} began long before the one before it", row.id);
        latest = latest.max(attempts[0].at);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_on_postgres_share_the_work() {
    let Some(url) = postgres::fresh_database() else { return };
    let opened = tokio::task::spawn_blocking(|| {
        let location = store::Location::Postgres(url);
        [0, 1].map(|_| store::Store::open(&location, 8).expect("a store"))
    });
    let [one, two] = opened.await.expect("opened");
    let school = School::on(one, tempfile::tempdir().expect("a folder")).await;
    let (ours, theirs) = (Receiver::new(|_| ok()).await, Receiver::new(|_| ok()).await);
    let mut webhooks = Vec::new();
    for receiver in [&ours, &theirs] {
        for _ in 0..3 {
            webhooks.push(school.webhook(TOPIC, &receiver.url).await);
        }
    }
    school.happen(TOPIC, 100).await;
    let nodes = [school.store.clone(), two].map(|store| delivery::start(store, school.key.clone(), config()));
    school.happen(TOPIC, 30).await;
    for webhook in webhooks {
        let done = school.until(webhook, |all| all.iter().all(|(row, _)| row.state == DeliveryState::Delivered)).await;
        assert_eq!(done.len(), 130);
        assert!(done.iter().all(|(row, attempts)| row.attempts == 1 && attempts.len() == 1));
    }
    for node in nodes {
        node.stop().await;
    }
    assert_eq!((ours.heard().len(), theirs.heard().len()), (390, 390), "each once");
}

/// As a crash leaves it: the webhooks are off and gone, and nobody has come to give up what waits for them.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_waiting_for_webhooks_that_are_off_or_gone_is_given_up_at_the_next_start() {
    let school = School::new().await;
    let receiver = Receiver::new(|_| ok()).await;
    let (off, gone) = (school.webhook(TOPIC, &receiver.url).await, school.webhook(TOPIC, &receiver.url).await);
    school.happen(TOPIC, 300).await;
    let (site, mut row) = (school.site, school.row(off).await);
    row.active = false;
    let left = school.store.write(site, move |tx| {
        store::webhooks::update(tx, site, &row)?;
        let gone = store::webhooks::get(tx, site, gone)?.expect("a webhook");
        store::webhooks::delete(tx, site, &gone)
    });
    left.await.expect("left");
    // What the writes announce is gone with the process that made them.
    school.store.webhooks_with_deliveries().await;
    let delivery = delivery::start(school.store.clone(), school.key.clone(), config());
    for webhook in [off, gone] {
        school
            .until(webhook, |all| all.len() == 300 && all.iter().all(|(row, _)| row.state == DeliveryState::GivenUp))
            .await;
    }
    delivery.stop().await;
    assert_eq!(receiver.heard().len(), 0);
}
