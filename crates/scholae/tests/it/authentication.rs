//! Who may call: the key, the subdomain, the plan.

use crate::support::{TestSchool, send};
use reqwest::Method;
use school::sites::{self, Plan};

const UNAUTHENTICATED: &str = r#"{"error":"Authentication Error"}"#;
const NO_APPS: &str = r#"{"error":"Access to Apps is not available on your plan. Upgrade to gain access"}"#;

on_both_engines! {
    async fn no_credentials_and_wrong_ones_get_the_same_401_without_rate_limit_headers(school: &TestSchool) {
        let plain = || school.plain(Method::GET, "/users");
        let wrong_key = "0".repeat(32);
        for request in [
            plain(),
            plain().header("X-Auth-API-Key", &school.api_key),
            plain().header("X-Auth-Subdomain", &school.subdomain),
            plain().header("X-Auth-API-Key", &wrong_key).header("X-Auth-Subdomain", &school.subdomain),
            plain().header("X-Auth-API-Key", &school.api_key).header("X-Auth-Subdomain", "nobody"),
            plain().bearer_auth("5a16505d-5ee5-4853-8cb9-41b63a13a291"),
        ] {
            let reply = send(request).await.expect(401);
            assert_eq!(reply.text, UNAUTHENTICATED);
            assert_eq!(reply.header("ratelimit-limit"), "");
        }
    }

    async fn header_names_and_the_subdomain_are_taken_in_any_case(school: &TestSchool) {
        let request = school.plain(Method::GET, "/users").header("x-auth-api-key", &school.api_key);
        send(request.header("x-auth-subdomain", "ACADEMY")).await.expect(200);
    }

    async fn the_school_is_also_named_by_its_own_host(school: &TestSchool) {
        let on_host = |host: &str| {
            school.plain(Method::GET, "/users").header("X-Auth-API-Key", &school.api_key).header("Host", host)
        };
        send(on_host("academy.localhost:9000")).await.expect(200);
        send(on_host("other.localhost:9000")).await.expect(401);
        send(on_host("academy.elsewhere.example")).await.expect(401);
    }

    async fn both_schemes_at_once_are_taken(school: &TestSchool) {
        send(school.request(Method::GET, "/users").bearer_auth("anything")).await.expect(200);
    }

    async fn a_token_counts_with_a_colon_after_the_scheme(school: &TestSchool) {
        let key = school.key.clone();
        let made = school.arrange(move |tx, site| identity::api_access_tokens::create(tx, &key, site, "own", None));
        let token = made.await.1;
        let webhooks = format!("{}/api/v2/webhooks", school.url);
        for path in ["/users", webhooks.as_str()] {
            for written in ["Bearer: ", "bearer : ", "Bearer:", "BEARER  ", "Bearer :"] {
                let request = school.plain(Method::GET, path).header("Authorization", format!("{written}{token}"));
                assert_eq!(send(request).await.status, 200, "{path} {written}");
            }
            for written in ["Bearer", "Bearer:: ", "Bear: ", ": "] {
                let request = school.plain(Method::GET, path).header("Authorization", format!("{written}{token}"));
                assert_eq!(send(request).await.status, 401, "{path} {written}");
            }
        }
    }

    async fn the_key_counts_as_a_bearer_token_with_the_subdomain_beside_it(school: &TestSchool) {
        let (_, others) = school.another_school("other", Plan::Plus).await;
        let bearer = |key: &str| school.plain(Method::GET, "/users").header("Authorization", format!("Bearer {key}"));
        let named = |key: &str, subdomain: &str| bearer(key).header("X-Auth-Subdomain", subdomain);
        send(named(&school.api_key, "academy")).await.expect(200);
        send(named(&school.api_key, "ACADEMY")).await.expect(200);
        send(named(&format!(": {}", school.api_key), "academy")).await.expect(200);
        send(bearer(&school.api_key).header("Host", "academy.localhost")).await.expect(200);
        for refused in [
            bearer(&school.api_key),
            named(&school.api_key, "other"),
            named(&school.api_key, "nobody"),
            named(&others, "academy"),
            named(&"0".repeat(32), "academy"),
            bearer(&school.api_key).header("Host", "other.localhost"),
        ] {
            assert_eq!(send(refused).await.expect(401).text, UNAUTHENTICATED);
        }
    }

    async fn a_plan_without_the_api_gets_401_and_one_without_apps_403(school: &TestSchool) {
        for (subdomain, plan, status, body) in [
            ("free", Plan::Free, 401, UNAUTHENTICATED),
            ("basic", Plan::Basic, 401, UNAUTHENTICATED),
            ("start", Plan::Start, 403, NO_APPS),
        ] {
            let (_, key) = school.another_school(subdomain, plan).await;
            let request = school.plain(Method::GET, "/courses").header("X-Auth-API-Key", key);
            let reply = send(request.header("X-Auth-Subdomain", subdomain)).await.expect(status);
            assert_eq!(reply.text, body);
        }
        for plan in [Plan::Grow, Plan::ProGrowth, Plan::Premier, Plan::Plus] {
            let subdomain = plan.name().replace('_', "-");
            let (_, key) = school.another_school(&subdomain, plan).await;
            let request = school.plain(Method::GET, "/courses").header("X-Auth-API-Key", key);
            send(request.header("X-Auth-Subdomain", subdomain)).await.expect(200);
        }
    }

    async fn a_key_that_was_rotated_without_overlap_or_revoked_stops_working_at_once(school: &TestSchool) {
        school.get("/users").await.expect(200);
        let (site, key) = (school.site, school.key.clone());
        let new = school
            .arrange(move |tx, _| {
                let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
                sites::rotate_key(tx, &key, &site.into(), 0)
            })
            .await;
        assert_eq!(school.get("/users").await.expect(401).text, UNAUTHENTICATED);
        let with_new = || {
            let request = school.plain(Method::GET, "/users").header("X-Auth-API-Key", &new);
            request.header("X-Auth-Subdomain", &school.subdomain)
        };
        send(with_new()).await.expect(200);
        school
            .arrange(move |tx, site| {
                let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
                sites::revoke_key(tx, &site.into())
            })
            .await;
        send(with_new()).await.expect(401);
    }

    async fn a_changed_plan_counts_in_the_next_request(school: &TestSchool) {
        school.get("/users").await.expect(200);
        let set = |plan: Plan| {
            school.arrange(move |tx, site| {
                let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
                sites::update(tx, &site.into(), |site| site.plan = plan)
            })
        };
        set(Plan::Start).await;
        assert_eq!(school.get("/users").await.expect(403).text, NO_APPS);
        set(Plan::Grow).await;
        school.get("/users").await.expect(200);
    }
}
