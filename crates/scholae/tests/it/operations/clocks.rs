//! A clock that was years ahead for a while: what was written meanwhile is told of and mended, and dates nothing after.

use super::{PATIENCE, call, doctor, school};
use crate::support::TestSchool;
use crate::support::clock::Clock;
use crate::support::process::{Home, Server};
use serde_json::{Value, json};
use std::time::Instant;
use store::{Engine, clocks};

const TEN_YEARS: i64 = 10 * 365 * 86_400;

fn year(value: &Value, field: &str) -> i64 {
    value[field].as_str().and_then(|text| text.get(..4)?.parse().ok()).unwrap_or_else(|| panic!("{field} of {value}"))
}

fn this_year() -> i64 {
    let now = serde_json::to_value(school::time::Moment(store::now())).expect("a moment");
    year(&json!({ "now": now }), "now")
}

async fn user(server: &Server, key: &str, email: &str) -> Value {
    let body = json!({ "first_name": "Ann", "last_name": "Example", "email": email, "send_welcome_email": true });
    call(server, key, "POST", "/users", body).await.expect(201).json()
}

async fn emails(server: &Server, key: &str, path: &str) -> Vec<String> {
    let items = call(server, key, "GET", path, Value::Null).await.expect(200).json()["items"].clone();
    items.as_array().expect("items").iter().map(|user| user["email"].as_str().expect("text").to_owned()).collect()
}

/// A school with a user before, one of the time when the clock was ahead, and one after.
async fn excursion(engine: Engine) -> Option<(Home, Server, String)> {
    let (home, clock) = (Home::new(engine)?, Clock::new()?);
    let key = school(&home);
    let serve = || {
        let mut command = home.serve_command();
        command.args(["--mailbox", "true"]);
        clock.give(&mut command);
        Server::start(command)
    };
    let server = serve();
    user(&server, &key, "before@example.com").await;
    clock.advance(TEN_YEARS);
    assert!(year(&user(&server, &key, "ahead@example.com").await, "created_at") > this_year());
    server.kill();
    clock.advance(-TEN_YEARS);
    let server = serve();
    // The year may end meanwhile.
    assert!(year(&user(&server, &key, "after@example.com").await, "created_at") <= this_year());
    Some((home, server, key))
}

async fn one_write_under_a_wrong_clock_dates_nothing_after_it(engine: Engine) {
    let Some((home, server, key)) = excursion(engine).await else { return };
    // Filters find by the dates that stand there, in whatever order.
    let next_year = this_year() + 1;
    for (filter, found) in [
        (
            format!("query[created_before]={next_year}-01-02T00:00:00Z"),
            &["before@example.com", "after@example.com"][..],
        ),
        (format!("query[created_after]={next_year}-01-02T00:00:00Z"), &["ahead@example.com"]),
        (format!("query[updated_before]={next_year}-01-02T00:00:00Z"), &["before@example.com", "after@example.com"]),
    ] {
        assert_eq!(emails(&server, &key, &format!("/users?{filter}")).await, found, "{filter}");
    }
    assert!(server.log().contains("ahead of this machine's clock"), "{}", server.log());
    let (state, found, advice) = doctor(&home, "clock", &[]);
    assert_eq!(state, "failed", "{found}");
    assert!(found.contains("academy") && advice.contains("--repair"), "{found} {advice}");
    assert_eq!(doctor(&home, "clock", &["--repair"]).0, "warning");
    assert_eq!(doctor(&home, "clock", &[]).0, "ok");
    assert_eq!(doctor(&home, "ledgers", &[]).0, "ok");
    let mended = call(&server, &key, "GET", "/users?query[email]=ahead@example.com", Value::Null).await.json();
    assert!(year(&mended["items"][0], "created_at") <= this_year());
    assert_eq!(
        emails(&server, &key, &format!("/users?query[created_before]={next_year}-01-02T00:00:00Z")).await.len(),
        3
    );
}

async fn mail_of_the_wrong_time_is_not_held_until_then(engine: Engine) {
    let (Some(home), Some(clock)) = (Home::new(engine), Clock::new()) else { return };
    let key = school(&home);
    // Nothing is sent while the clock is ahead: there is nowhere to send it to.
    let mut command = home.serve_command();
    clock.give(&mut command);
    clock.advance(TEN_YEARS);
    let server = Server::start(command);
    user(&server, &key, "ahead@example.com").await;
    server.kill();
    let mut command = home.serve_command();
    command.args(["--mailbox", "true"]);
    let server = Server::start(command);
    let begun = Instant::now();
    loop {
        let box_ = crate::support::send(reqwest::Client::new().get(format!("{}/mailbox.json", server.url))).await;
        if !box_.expect(200).json()["items"].as_array().expect("items").is_empty() {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "the mail is held");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn one_write_under_a_wrong_clock_dates_nothing_after_it_on_sqlite() {
    one_write_under_a_wrong_clock_dates_nothing_after_it(Engine::Sqlite).await;
}

#[tokio::test]
async fn one_write_under_a_wrong_clock_dates_nothing_after_it_on_postgres() {
    one_write_under_a_wrong_clock_dates_nothing_after_it(Engine::Postgres).await;
}

#[tokio::test]
async fn mail_of_the_wrong_time_is_not_held_until_then_on_sqlite() {
    mail_of_the_wrong_time_is_not_held_until_then(Engine::Sqlite).await;
}

#[tokio::test]
async fn mail_of_the_wrong_time_is_not_held_until_then_on_postgres() {
    mail_of_the_wrong_time_is_not_held_until_then(Engine::Postgres).await;
}

on_both_engines! {
    async fn a_delivery_that_was_put_off_by_years_is_due_at_once(school: &TestSchool) {
        let webhook = json!({ "topic": "user.signup", "target_url": "https://hooks.example.org/in" });
        school.post(&format!("{}/api/v2/webhooks", school.url), webhook).await.expect(201);
        school.user("ann@example.com").await;
        let put_off = store::now() + TEN_YEARS * 1000;
        let due = async || {
            let sql = "SELECT due_at FROM deliveries WHERE site_id = $1";
            school.arrange(move |tx, site| Ok(tx.query(sql, store::params![site], |row| row.get::<i64>(0))?)).await
        };
        // An hour is an ordinary pause.
        for (at, brought) in [(store::now() + 3_600_000, 0), (put_off, 1)] {
            let later = "UPDATE deliveries SET due_at = $1 WHERE site_id = $2";
            school.arrange(move |tx, site| Ok(tx.execute(later, store::params![at, site])?)).await;
            let has = school.arrange(|tx, site| Ok(clocks::has_put_off(tx, site, store::now())?)).await;
            assert_eq!(has, brought > 0);
            let done = school.arrange(|tx, site| Ok(clocks::bring_due_forward(tx, site, store::now())?)).await;
            assert_eq!(done, brought);
        }
        assert!(due().await[0] <= store::now());
    }
}
