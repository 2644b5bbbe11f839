//! Streams of HTTP/2 that a client begins and never ends.

use super::wire::{PATIENCE, http2};
use crate::support::TestSchool;
use h2::Reason;
use hyper::Request;
use server::Limits;
use std::time::Duration;
use store::Engine;
use tokio::net::TcpStream;
use tokio::time::timeout;
use web::WebConfig;

async fn school(limits: Limits) -> TestSchool {
    TestSchool::start_within(Engine::Sqlite, WebConfig::default(), limits).await.expect("SQLite")
}

/// Waits for clients that make no room for their answers, but not when it is told to stop.
fn patient() -> Limits {
    Limits { write_timeout: Duration::from_secs(600), stop_timeout: Duration::from_secs(1), ..Limits::default() }
}

async fn connected(school: &TestSchool) -> TcpStream {
    TcpStream::connect(school.url.trim_start_matches("http://")).await.expect("connected")
}

fn get(path: &str) -> Request<()> {
    Request::get(format!("http://academy.localhost{path}")).body(()).expect("a request")
}

#[tokio::test]
async fn a_stream_that_makes_no_room_for_its_answer_is_reset_and_the_others_go_on() {
    let school = school(Limits { write_timeout: Duration::from_millis(400), ..Limits::default() }).await;
    let mut requests = http2(connected(&school).await, 0).await;
    let mut stalled = Vec::new();
    for path in ["/openapi.json", "/users/sign_in"] {
        let (answer, _) = requests.send_request(get(path), true).expect("sent");
        stalled.push(answer.await.expect("a head").into_body());
    }
    for body in &mut stalled {
        let error = timeout(PATIENCE, body.data()).await.expect("in time").expect("not its end").expect_err("no data");
        assert_eq!(error.reason(), Some(Reason::CANCEL));
    }
    // The connection itself is in order: whoever makes room is answered.
    let (answer, _) = requests.send_request(get("/openapi.json"), true).expect("sent");
    let mut body = answer.await.expect("a head").into_body();
    body.flow_control().release_capacity(0).expect("nothing yet");
    drop(body);
    let (answer, _) =
        requests.send_request(Request::head("http://localhost/healthz").body(()).expect("ok"), true).expect("sent");
    assert_eq!(timeout(PATIENCE, answer).await.expect("in time").expect("an answer").status(), 200);
    school.finish().await;
}

#[tokio::test]
async fn a_client_has_so_many_streams_at_once() {
    let school = school(patient()).await;
    let mut requests = http2(connected(&school).await, 0).await;
    let mut open = Vec::new();
    for _ in 0..100 {
        requests = timeout(PATIENCE, requests.ready()).await.expect("room").expect("a connection");
        open.push(requests.send_request(get("/users/sign_in"), true).expect("sent").0);
    }
    // The settings of the server have come with the first answer.
    let first = open.remove(0).await.expect("a head");
    assert_eq!(requests.current_max_send_streams(), 100);
    drop(first);
    school.finish().await;
}

#[tokio::test]
async fn whoever_has_many_streams_is_refused_more_when_others_have_many_too_and_whoever_has_few_is_not() {
    let limits = Limits { memory: usize::MAX, ..patient() };
    let school = school(limits).await;
    let mut open = Vec::new();
    let mut refused = 0;
    // 30 clients ask for 100 each, of which 8 are nobody's business; the server has room for 2,048 beyond.
    for _ in 0..30 {
        let mut requests = http2(connected(&school).await, 0).await;
        let mut answers = Vec::new();
        for _ in 0..100 {
            requests = timeout(PATIENCE, requests.ready()).await.expect("room").expect("a connection");
            answers.push(requests.send_request(get("/openapi.json"), true).expect("sent").0);
        }
        for answer in answers {
            match timeout(PATIENCE, answer).await.expect("in time") {
                Ok(head) => open.push(head.into_body()),
                Err(error) => {
                    assert_eq!(error.reason(), Some(Reason::REFUSED_STREAM));
                    refused += 1;
                }
            }
        }
    }
    assert_eq!((open.len(), refused), (30 * 8 + 2048, 30 * 92 - 2048));
    let mut requests = http2(connected(&school).await, 65_535).await;
    for _ in 0..8 {
        let (answer, _) = requests.send_request(get("/healthz"), true).expect("sent");
        assert_eq!(timeout(PATIENCE, answer).await.expect("in time").expect("an answer").status(), 200);
    }
    drop(open);
    school.finish().await;
}

#[tokio::test]
async fn a_client_that_takes_its_requests_back_again_and_again_is_cut_off() {
    let school = school(Limits::default()).await;
    let mut requests = http2(connected(&school).await, 65_535).await;
    let flood = async {
        loop {
            let Ok(ready) = requests.clone().ready().await else { break };
            requests = ready;
            let Ok((_, mut stream)) = requests.send_request(get("/users/sign_in"), true) else { break };
            stream.send_reset(Reason::CANCEL);
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, flood).await.expect("it was cut off");
    school.finish().await;
}

#[tokio::test]
async fn where_there_are_many_connections_a_new_one_has_fewer_streams_at_once() {
    let limits = Limits { connections_per_address: None, ..patient() };
    let school = school(limits).await;
    let mut others = Vec::new();
    for _ in 0..256 {
        others.push(connected(&school).await);
    }
    let mut requests = http2(connected(&school).await, 0).await;
    let (first, _) = requests.send_request(get("/users/sign_in"), true).expect("sent");
    // The settings of the server have come with the first answer.
    let first = timeout(PATIENCE, first).await.expect("in time").expect("a head");
    let mut open = vec![first];
    for _ in 1..16 {
        requests = timeout(PATIENCE, requests.ready()).await.expect("room").expect("a connection");
        let (answer, _) = requests.send_request(get("/users/sign_in"), true).expect("sent");
        open.push(timeout(PATIENCE, answer).await.expect("in time").expect("a head"));
    }
    let more = requests.send_request(get("/healthz"), true).expect("sent").0;
    assert!(timeout(Duration::from_millis(500), more).await.is_err(), "the seventeenth waits for its turn");
    drop(open);
    school.finish().await;
}
