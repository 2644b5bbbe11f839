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
