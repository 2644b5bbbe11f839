//! Which host a request is for, however it says so.

use super::wire::Wire;
use crate::support::{TestSchool, send, server_key};
use identity::api_access_tokens;
use reqwest::{Client, Method};
use school::sites::Plan;

async fn own_token(school: &TestSchool) -> String {
    school.arrange(|tx, site| api_access_tokens::create(tx, &server_key(), site, "Host", None)).await.1
}

/// A client of HTTP/2 to whom this name leads to the test's server.
fn http2_client(school: &TestSchool, name: &str) -> Client {
    let address = school.url.trim_start_matches("http://").parse().expect("an address");
    Client::builder().http2_prior_knowledge().resolve(name, address).build().expect("a client")
}

on_both_engines! {
    async fn a_schools_pages_are_found_by_every_form_of_its_host(school: &TestSchool) {
        for host in ["academy.localhost", "ACADEMY.localhost", "academy.localhost.", "academy.localhost:80"] {
            let mut wire = Wire::connect(&school.url).await;
            let page = wire.get("/users/sign_in", host).await.expect(200);
            assert!(page.text.contains("School academy"), "{host}");
            let absolute = format!("GET http://{host}/users/sign_in HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert!(wire.ask(&absolute).await.expect(200).text.contains("School academy"), "{host}");
        }
        let port = school.url.rsplit(':').next().expect("a port");
        let client = http2_client(school, "academy.localhost");
        let page = send(client.get(format!("http://academy.localhost:{port}/users/sign_in"))).await.expect(200);
        assert!(page.text.contains("School academy"));
        let discovery = format!("http://academy.localhost:{port}/.well-known/openid-configuration");
        assert!(send(client.get(discovery)).await.expect(200).json()["issuer"].is_string());
    }

    async fn a_token_of_another_school_is_none_at_a_schools_own_host_however_it_is_named(school: &TestSchool) {
        school.another_school("other", Plan::Plus).await;
        let token = own_token(school).await;
        let users = "/api/public/v1/users";
        let port = school.url.rsplit(':').next().expect("a port");
        let mut wire = Wire::connect(&school.url).await;
        for (target, host, status) in [
            (users.to_owned(), "academy.localhost", 200),
            (users.to_owned(), "api.localhost", 200),
            (users.to_owned(), "other.localhost", 401),
            (users.to_owned(), "other.localhost.", 401),
            (users.to_owned(), "OTHER.localhost:80", 401),
            (format!("http://other.localhost{users}"), "other.localhost", 401),
            (format!("http://academy.localhost{users}"), "academy.localhost", 200),
        ] {
            let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n");
            assert_eq!(wire.ask(&request).await.status, status, "{target} {host}");
        }
        for (host, status) in [("academy.localhost", 200), ("other.localhost", 401), ("other.localhost.", 401)] {
            let request = http2_client(school, host).get(format!("http://{host}:{port}{users}")).bearer_auth(&token);
            assert_eq!(send(request).await.status, status, "{host}");
        }
    }

    async fn a_request_of_two_minds_about_its_host_is_refused(school: &TestSchool) {
        for head in [
            "GET /healthz HTTP/1.1\r\n",
            "GET /healthz HTTP/1.1\r\nHost: academy.localhost\r\nHost: academy.localhost\r\n",
            "GET /healthz HTTP/1.1\r\nHost: academy.localhost\r\nHost: other.localhost\r\n",
            "GET http://academy.localhost/healthz HTTP/1.1\r\nHost: other.localhost\r\n",
            "GET ftp://academy.localhost/healthz HTTP/1.1\r\nHost: academy.localhost\r\n",
            "GET /healthz HTTP/1.1\r\nHost: academy.localhost/x\r\n",
            "GET /healthz HTTP/1.1\r\nHost: me@academy.localhost\r\n",
        ] {
            let mut wire = Wire::connect(&school.url).await;
            let refused = wire.ask(&format!("{head}\r\n")).await.expect(400);
            let why = refused.json()["error"].as_str().unwrap_or_default().to_owned();
            assert!(why.contains("ost") || why.contains("target"), "{head}: {why}");
            // The connection is in order.
            wire.get("/healthz", "academy.localhost").await.expect(200);
        }
        let other = http2_client(school, "localhost").get(format!("{}/healthz", school.url)).header("Host", "other.localhost");
        send(other).await.expect(400);
        Wire::connect(&school.url).await.ask("GET /healthz HTTP/1.0\r\n\r\n").await.expect(200);
    }

    async fn slashes_that_clients_put_twice_or_at_the_end_mean_nothing(school: &TestSchool) {
        let key = format!("X-Auth-API-Key: {}\r\nX-Auth-Subdomain: academy\r\n", school.api_key);
        let mut wire = Wire::connect(&school.url).await;
        for path in ["/api/public/v1/users/", "//api/public/v1//users", "/api//public/v1/users//?limit=1"] {
            wire.ask(&format!("GET {path} HTTP/1.1\r\nHost: a\r\n{key}\r\n")).await.expect(200);
        }
        // Nor do they lead to another host.
        wire.get("//evil.example/users/sign_in", "academy.localhost").await.expect(404);
    }

    async fn a_body_of_two_lengths_is_read_in_one_way_and_the_connection_ends(school: &TestSchool) {
        let (length, chunked) = ("Content-Length: 4", "Transfer-Encoding: chunked");
        for headers in [[length, chunked], [chunked, length]] {
            let mut wire = Wire::connect(&school.url).await;
            let hidden = "GET /healthz HTTP/1.1\r\nHost: academy.localhost\r\n\r\n";
            let head = format!("POST /users/sign_in HTTP/1.1\r\nHost: academy.localhost\r\n{}\r\n\r\n", headers.join("\r\n"));
            wire.send(format!("{head}0\r\n\r\n{hidden}")).await;
            let reply = wire.reply().await.expect("an answer");
            assert_eq!(reply.header("connection"), "close", "{headers:?}: {}", reply.status);
            assert!(wire.reply().await.is_none(), "what comes after is no request of anybody's");
        }
    }

    async fn the_mailbox_is_at_the_platforms_own_host_alone_in_every_form_of_it(school: &TestSchool) {
        let mut wire = Wire::connect(&school.url).await;
        for (host, status) in [
            ("localhost:9000", 200), ("LOCALHOST.", 200), ("127.0.0.1:1", 200), ("[::1]:9000", 200), ("[0:0::1]", 200),
            ("academy.localhost", 404), ("evil.example", 404), ("127.0.0.1.evil.example", 404), ("10.0.0.1", 404),
        ] {
            assert_eq!(wire.get("/mailbox.json", host).await.status, status, "{host}");
        }
    }

    async fn the_same_request_with_one_idempotency_key_is_the_same_over_either_protocol(school: &TestSchool) {
        let body = serde_json::json!({ "name": "Once" });
        let groups = format!("{}/api/public/v1/groups", school.url);
        let request = |client: &Client| {
            let request = client.request(Method::POST, &groups).header("X-Auth-API-Key", &school.api_key);
            request.header("X-Auth-Subdomain", "academy").header("Idempotency-Key", "k").json(&body)
        };
        let http2 = http2_client(school, "localhost");
        let first = send(request(&Client::new())).await.expect(200);
        let again = send(request(&http2)).await.expect(200);
        assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &first.text));
    }
}
