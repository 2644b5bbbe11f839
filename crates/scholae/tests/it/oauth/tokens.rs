//! The token endpoint and its sisters: how apps say who they are, renewing, ending and looking at tokens.

use super::{VERIFIER, accept, ann, basic, challenge, pass, program};
use crate::apps::get;
use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}")).to_owned()
}

on_both_engines! {
    async fn an_app_says_who_it_is_in_every_way_that_clients_do(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        accept(&mut browser, &program.authorize("")).await;
        let (id, secret) = (program.app.client_id.clone(), program.secret.clone());
        let hex = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let url = format!("{}/oauth2/token", school.url);
        let post = || school.plain(Method::POST, &url).header("Host", "academy.localhost");
        for way in 0..9 {
            let sent = pass(&mut browser, &program.authorize("")).await;
            let code = sent.get("code").to_owned();
            let mut fields = vec![("grant_type", "authorization_code"), ("code", &code)];
            let request = match way {
                0 => post().header("Authorization", basic(&format!("{id}:{secret}"))).form(&fields),
                1 => post().header("Authorization", basic(&format!("{}:{}", hex(&id), hex(&secret)))).form(&fields),
                2 => {
                    fields.extend([("client_id", id.as_str()), ("client_secret", secret.as_str())]);
                    post().form(&fields)
                }
                3 => post().json(&json!({
                    "grant_type": "authorization_code", "code": code, "client_id": id, "client_secret": secret,
                })),
                4 => {
                    fields.push(("client_id", id.as_str()));
                    post().header("Authorization", basic(&format!("{id}:{secret}"))).form(&fields)
                }
                // The same in both places, and the secret in the body beside a header without one.
                5 | 6 => {
                    fields.extend([("client_id", id.as_str()), ("client_secret", secret.as_str())]);
                    let in_header = if way == 5 { secret.as_str() } else { "" };
                    post().header("Authorization", basic(&format!("{id}:{in_header}"))).form(&fields)
                }
                7 => {
                    fields.push(("client_secret", secret.as_str()));
                    let header = basic(&format!("{}:{}", hex(&id), hex(&secret)));
                    post().header("Authorization", header).form(&fields)
                }
                _ => {
                    let header = basic(&format!("{id}:{secret}")).replace("Basic ", "Basic: ");
                    post().header("Authorization", header.trim_end_matches('=')).form(&fields)
                }
            };
            send(request).await.expect(200);
        }
    }

    async fn who_is_not_the_app_is_told_so_and_nothing_is_used_up(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("")).await;
        let fields = json!({ "grant_type": "authorization_code", "code": sent.get("code") });
        for secret in [Some("wrong"), None] {
            let reply = program.ask_as(secret, fields.clone()).await.expect(401);
            assert_eq!(reply.json()["error"], "invalid_client");
            assert!(reply.header("www-authenticate").starts_with("Basic"), "{}", reply.header("www-authenticate"));
        }
        let url = format!("{}/oauth2/token", school.url);
        let post = || school.plain(Method::POST, &url).header("Host", "academy.localhost");
        send(post().json(&fields)).await.expect(401);
        send(post().header("Authorization", "Basic ???").json(&fields)).await.expect(401);
        // In the header one thing and in the body another: it is not known who that is.
        let different = [("client_secret", "x"), ("client_id", "0123456789abcdef0123456789abcdef"), ("client_secret", "%")];
        for (name, value) in different {
            let mut both = fields.clone();
            both[name] = json!(value);
            assert_eq!(program.ask(both).await.expect(401).json()["error"], "invalid_client", "{name}");
        }
        program.redeem(sent.get("code")).await.expect(200);
    }

    async fn every_answer_with_tokens_names_what_was_granted(school: &TestSchool) {
        let program = program(school, &["read:users", "write:enrollments"]).await;
        let (_, mut browser) = ann(school).await;
        let pkce = format!("&code_challenge={}&code_challenge_method=S256", challenge(VERIFIER));
        accept(&mut browser, &program.authorize("&scope=openid+email")).await;
        for (asked, named) in [
            ("", "read:users write:enrollments"),
            ("&scope=email+openid+read:orders", "read:users write:enrollments openid email"),
        ] {
            let sent = pass(&mut browser, &program.authorize(asked)).await;
            let given = program.redeem(sent.get("code")).await.expect(200).json();
            assert_eq!(given["scope"], named);
            let next = program.refresh(&text(&given, "refresh_token")).await.expect(200).json();
            assert_eq!(next["scope"], named);
            let sent = pass(&mut browser, &program.authorize(&format!("{asked}{pkce}"))).await;
            let fields = json!({
                "grant_type": "authorization_code", "code": sent.get("code"), "code_verifier": VERIFIER,
            });
            let public = program.ask_as(None, fields).await.expect(200).json();
            assert_eq!((&public["scope"], &public["refresh_token"]), (&json!(named), &Value::Null));
        }
        let sent = pass(&mut browser, &program.asking_for("code+id_token", "&scope=openid")).await;
        let hybrid = program.redeem(sent.get("code")).await.expect(200).json();
        assert_eq!(hybrid["scope"], "read:users write:enrollments openid");
    }

    async fn nonsense_gets_an_error_of_the_rfcs(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        for (fields, error) in [
            (json!({}), "invalid_request"),
            (json!({ "grant_type": "password" }), "unsupported_grant_type"),
            (json!({ "grant_type": "authorization_code" }), "invalid_request"),
            (json!({ "grant_type": "refresh_token" }), "invalid_request"),
            (json!({ "grant_type": "authorization_code", "code": "x" }), "invalid_grant"),
            (json!({ "grant_type": "refresh_token", "refresh_token": "x" }), "invalid_grant"),
            (json!({ "grant_type": "refresh_token", "refresh_token": ["x"] }), "invalid_request"),
            (json!([]), "invalid_request"),
        ] {
            let reply = program.ask(fields.clone()).await.expect(400).json();
            assert_eq!(reply["error"], error, "{fields}");
            assert!(reply["error_description"].is_string());
        }
        let url = format!("{}/oauth2/token", school.url);
        let twice = school.plain(Method::POST, &url).header("Host", "academy.localhost");
        let twice = twice.header("Authorization", basic(&format!("{}:{}", program.app.client_id, program.secret)));
        let twice = twice.header("Content-Type", "application/x-www-form-urlencoded");
        send(twice.body("grant_type=refresh_token&grant_type=refresh_token")).await.expect(400);
        let _second = school.second_school("second").await;
        let apex = school.plain(Method::POST, &url).json(&json!({}));
        send(apex).await.expect(404);
    }

    async fn each_refresh_gives_new_tokens_and_the_old_access_token_lives_on(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("")).await;
        let mut given = program.redeem(sent.get("code")).await.expect(200).json();
        let first = text(&given, "access_token");
        for _ in 0..3 {
            let next = program.refresh(&text(&given, "refresh_token")).await.expect(200).json();
            assert_ne!(next["refresh_token"], given["refresh_token"]);
            assert_ne!(next["access_token"], given["access_token"]);
            assert_eq!(next["gid"], given["gid"]);
            given = next;
        }
        get(school, &first, "/users").await.expect(200);
        get(school, &text(&given, "access_token"), "/users").await.expect(200);
        let kept: String = school
            .arrange(|tx, site| {
                let sql = "SELECT refresh_fingerprint FROM grants WHERE site_id = $1";
                Ok(tx.first(sql, store::params![site], |row| row.get(0))?.unwrap_or_default())
            })
            .await;
        assert_eq!(kept, school.key.fingerprint(&text(&given, "refresh_token")), "a fingerprint is kept, no token");
    }

    async fn a_page_of_another_origin_may_ask_for_tokens(school: &TestSchool) {
        let url = format!("{}/oauth2/token", school.url);
        let ask = school.plain(Method::OPTIONS, &url).header("Host", "academy.localhost");
        let ask = ask.header("Origin", "https://app.example").header("Access-Control-Request-Method", "POST");
        let reply = send(ask.header("Access-Control-Request-Headers", "authorization, content-type")).await.expect(204);
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert_eq!(reply.header("access-control-allow-headers"), "authorization, content-type");
        assert!(reply.header("access-control-allow-methods").contains("POST"));
        let refused = send(school.plain(Method::POST, &url).header("Host", "academy.localhost").json(&json!({}))).await;
        assert_eq!(refused.header("access-control-allow-origin"), "*");
        assert_eq!(refused.header("access-control-allow-credentials"), "");
    }

    async fn tokens_end_at_the_wish_of_whoever_has_them(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("")).await;
        let given = program.redeem(sent.get("code")).await.expect(200).json();
        let (access, refresh) = (text(&given, "access_token"), text(&given, "refresh_token"));
        get(school, &access, "/users").await.expect(200);
        // As one client does it: the access token alone, without saying who it is.
        let url = format!("{}/oauth2/revoke", school.url);
        let bare = school.plain(Method::POST, &url).header("Host", "academy.localhost").form(&[("token", &access)]);
        send(bare).await.expect(200);
        get(school, &access, "/users").await.expect(401);
        let next = program.refresh(&refresh).await.expect(200).json();
        let (access, refresh) = (text(&next, "access_token"), text(&next, "refresh_token"));
        get(school, &access, "/users").await.expect(200);
        program.form("/oauth2/revoke", &[("token", &refresh)]).await.expect(200);
        get(school, &access, "/users").await.expect(401);
        program.refresh(&refresh).await.expect(400);
        program.form("/oauth2/revoke", &[("token", "unknown")]).await.expect(200);
        program.form("/oauth2/revoke", &[]).await.expect(400);
    }

    async fn an_app_may_look_at_its_own_tokens(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let other = super::program(school, &["read:users"]).await;
        let (id, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("&scope=openid")).await;
        let given = program.redeem(sent.get("code")).await.expect(200).json();
        let (access, refresh) = (text(&given, "access_token"), text(&given, "refresh_token"));
        let seen = program.form("/oauth2/introspect", &[("token", &access)]).await.expect(200).json();
        assert_eq!((&seen["active"], &seen["scope"]), (&json!(true), &json!("read:users openid")));
        assert_eq!(seen["client_id"], program.app.client_id);
        assert!(!seen.to_string().contains("ann@example.com"), "the address was not asked for");
        assert!(seen["exp"].as_i64().expect("a moment") > store::now() / 1000 + 86_000);
        let seen = program.form("/oauth2/introspect", &[("token", &refresh)]).await.expect(200).json();
        assert_eq!((&seen["active"], &seen["token_type"]), (&json!(true), &json!("refresh_token")));
        for (asking, token) in [(&other, access.as_str()), (&other, refresh.as_str()), (&program, "unknown")] {
            let seen = asking.form("/oauth2/introspect", &[("token", token)]).await.expect(200);
            assert_eq!(seen.text, r#"{"active":false}"#);
        }
        let url = format!("{}/oauth2/introspect", school.url);
        let bare = school.plain(Method::POST, &url).header("Host", "academy.localhost");
        send(bare.form(&[("token", access.as_str()), ("client_id", &program.app.client_id)])).await.expect(401);
        school.delete(&format!("/users/{id}")).await.expect(204);
        let seen = program.form("/oauth2/introspect", &[("token", &access)]).await.expect(200);
        assert_eq!(seen.text, r#"{"active":false}"#);
    }

    async fn what_has_expired_goes_a_few_rows_at_a_time(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        accept(&mut browser, &program.authorize("")).await;
        for _ in 0..3 {
            pass(&mut browser, &program.authorize("")).await;
        }
        let kept = pass(&mut browser, &program.authorize("")).await;
        program.redeem(kept.get("code")).await.expect(200);
        let count = || {
            school.arrange(|tx, site| {
                let sql = "SELECT count(*) FROM grants WHERE site_id = $1";
                Ok(tx.first(sql, store::params![site], |row| row.get::<i64>(0))?.unwrap_or(0))
            })
        };
        assert_eq!(count().await, 5);
        school.arrange(|tx, site| Ok(identity::oauth::tokens::prune(tx, site)?)).await;
        assert_eq!(count().await, 5, "codes still count");
        school
            .arrange(|tx, site| {
                let sql = "UPDATE grants SET expires_at = expires_at - 61000 WHERE site_id = $1";
                Ok(tx.execute(sql, store::params![site])?)
            })
            .await;
        school.arrange(|tx, site| Ok(identity::oauth::tokens::prune(tx, site)?)).await;
        assert_eq!(count().await, 1, "what has a refresh token stays");
    }
}
