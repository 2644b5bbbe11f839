//! A job whose server dies in the middle of it, or is told to stop: the next server goes on, and no row is lost or done
//! twice.

use super::{call, school};
use crate::support::process::{Home, Server};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::Engine;

/// How many people are brought in.
const ROWS: usize = 1500;
/// Longer than the lease of a job that somebody left.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a job has done so many rows, and gives it.
async fn until_done(server: &Server, key: &str, id: i64, rows: usize) -> Value {
    let begun = Instant::now();
    loop {
        let job = call(server, key, "GET", &format!("/jobs/{id}"), Value::Null).await.expect(200).json();
        if job["processed_rows"].as_u64() >= Some(rows as u64) {
            return job;
        }
        assert!(begun.elapsed() < PATIENCE, "{job}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn goes_on(engine: Engine) {
    let Some(home) = Home::new(engine) else { return };
    let key = school(&home);
    let mut rows = Vec::new();
    for n in 0..ROWS {
        rows.push(json!({ "first_name": "Ann", "last_name": "Example", "email": format!("ann{n}@example.com") }));
    }
    let server = home.serve();
    let asked = call(&server, &key, "POST", "/jobs", json!({ "kind": "users.import", "rows": rows })).await;
    let id = asked.expect(201).id();
    until_done(&server, &key, id, 100).await;
    server.kill();
    // It is left alone until the lease of the dead one is over; then it goes on.
    let server = home.serve();
    let job = until_done(&server, &key, id, 700).await;
    assert_eq!(job["state"], "running", "the machine is too fast for this test: {job}");
    server.terminate();
    server.ended(Duration::from_secs(20));
    // A server that was told to stop leaves it at once.
    let (server, begun) = (home.serve(), Instant::now());
    let left = call(&server, &key, "GET", &format!("/jobs/{id}"), Value::Null).await.expect(200).json();
    let left = left["processed_rows"].as_u64().expect("a number") as usize;
    until_done(&server, &key, id, (left + 1).min(ROWS)).await;
    assert!(begun.elapsed() < Duration::from_secs(8), "nobody waits for a lease");
    let job = until_done(&server, &key, id, ROWS).await;
    assert_eq!((&job["refused_rows"], &job["processed_rows"]), (&json!(0), &json!(ROWS)));
    let result =
        call(&server, &key, "GET", &format!("/jobs/{id}/result?format=jsonl"), Value::Null).await.expect(200).text;
    let lines: Vec<i64> = result
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("an object")["line"].as_i64().expect("a number"))
        .collect();
    assert_eq!(lines, (1..=ROWS as i64).collect::<Vec<i64>>());
    let users = call(&server, &key, "GET", "/users?limit=1", Value::Null).await.expect(200).pagination();
    assert_eq!(users["total_items"], ROWS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_on_where_a_dead_server_and_a_stopped_one_left_it_on_sqlite() {
    goes_on(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_on_where_a_dead_server_and_a_stopped_one_left_it_on_postgres() {
    goes_on(Engine::Postgres).await;
}
