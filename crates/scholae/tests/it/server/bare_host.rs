//! A server with one school answers for it at the bare host too; with a second one it does not.

use super::wire::Wire;
use crate::support::{TestSchool, send};
use reqwest::Method;

fn port(school: &TestSchool) -> &str {
    school.url.rsplit(':').next().expect("a port")
}

on_both_engines! {
    async fn the_only_schools_pages_and_discovery_are_at_the_bare_host(school: &TestSchool) {
        let mut wire = Wire::connect(&school.url).await;
        for host in [format!("localhost:{}", port(school)), format!("127.0.0.1:{}", port(school))] {
            assert!(wire.get("/users/sign_in", &host).await.expect(200).text.contains("School academy"));
            assert!(wire.get("/", &host).await.expect(200).text.contains("School academy"));
            let found = wire.get("/.well-known/openid-configuration", &host).await.expect(200).json();
            assert_eq!(found["issuer"], format!("http://{host}"));
            for (name, value) in found.as_object().expect("an object") {
                if name.ends_with("_endpoint") || name == "jwks_uri" {
                    assert!(value.as_str().is_some_and(|url| url.starts_with(&format!("http://{host}/"))), "{name} {value}");
                }
            }
            wire.get("/.well-known/jwks.json", &host).await.expect(200);
        }
        let own = wire.get("/.well-known/openid-configuration", "academy.localhost").await.expect(200).json();
        assert_eq!(own["issuer"], "http://academy.localhost");
    }

    async fn a_program_that_does_not_name_its_school_hears_so_also_where_there_is_only_one(school: &TestSchool) {
        let users = school.plain(Method::GET, "/users").header("X-Auth-API-Key", &school.api_key);
        send(users.try_clone().expect("no body")).await.expect(401);
        send(users.header("X-Auth-Subdomain", &school.subdomain)).await.expect(200);
    }

    async fn with_a_second_school_the_bare_host_is_no_schools(school: &TestSchool) {
        let mut wire = Wire::connect(&school.url).await;
        wire.get("/users/sign_in", "localhost").await.expect(200);
        school.second_school("second").await;
        for path in ["/users/sign_in", "/.well-known/openid-configuration", "/oauth2/authorize"] {
            wire.get(path, "localhost").await.expect(404);
            wire.get(path, "evil.example").await.expect(404);
        }
        wire.get("/users/sign_in", "second.localhost").await.expect(200);
    }

    async fn any_other_name_is_no_schools(school: &TestSchool) {
        let mut wire = Wire::connect(&school.url).await;
        for host in ["evil.example", "api.localhost", "10.0.0.1", "other.localhost"] {
            wire.get("/users/sign_in", host).await.expect(404);
        }
    }
}
