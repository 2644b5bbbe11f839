//! A school's places for requests at once, and clients that take their time.

use super::wire::Wire;
use crate::support::TestSchool;
use store::Engine;
use web::WebConfig;

#[tokio::test]
async fn slow_bodies_take_none_of_a_schools_places() {
    let config = WebConfig { requests_per_minute: None, requests_at_once: Some(2), ..WebConfig::default() };
    let school = TestSchool::start_with(Engine::Sqlite, config).await.expect("SQLite");
    let mut slow = Vec::new();
    for n in 0..5 {
        let mut wire = Wire::connect(&school.url).await;
        let key = format!("X-Auth-API-Key: {}\r\nX-Auth-Subdomain: academy\r\n", school.api_key);
        let body = format!("{{\"name\":\"Group {n}\"}}");
        let head = format!("POST /api/public/v1/groups HTTP/1.1\r\nHost: a\r\n{key}Expect: 100-continue\r\n");
        // The server waits for the body when it asks for it.
        wire.ask(&format!("{head}Content-Length: {}\r\n\r\n", body.len())).await.expect(100);
        slow.push((wire, body));
    }
    school.get("/users").await.expect(200);
    for (wire, body) in &mut slow {
        wire.send(body).await;
        wire.reply().await.expect("an answer").expect(200);
    }
    school.finish().await;
}

#[tokio::test]
async fn slow_uploads_take_none_of_a_schools_places_and_have_places_of_their_own() {
    let config = WebConfig { requests_per_minute: None, requests_at_once: Some(2), ..WebConfig::default() };
    let school = TestSchool::start_with(Engine::Sqlite, config).await.expect("SQLite");
    let mut slow = Vec::new();
    let begin = async |wire: &mut Wire| {
        let made = school.post("/files", serde_json::json!({ "name": "a.bin", "size": 10 })).await.expect(201).id();
        let key = format!("X-Auth-API-Key: {}\r\nX-Auth-Subdomain: academy\r\n", school.api_key);
        let head =
            format!("PUT /api/public/v1/files/{made}/parts/1 HTTP/1.1\r\nHost: a\r\n{key}Expect: 100-continue\r\n");
        wire.ask(&format!("{head}Content-Length: 10\r\n\r\n")).await
    };
    for _ in 0..16 {
        let mut wire = Wire::connect(&school.url).await;
        begin(&mut wire).await.expect(100);
        slow.push(wire);
    }
    school.get("/users").await.expect(200);
    let mut one_more = Wire::connect(&school.url).await;
    let refused = begin(&mut one_more).await.expect(429);
    assert_eq!(refused.header("retry-after"), "2");
    for wire in &mut slow {
        wire.send("0123456789").await;
        wire.reply().await.expect("an answer").expect(200);
    }
    school.finish().await;
}
