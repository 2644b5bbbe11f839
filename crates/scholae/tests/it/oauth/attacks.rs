//! What attackers try (RFC 6819, RFC 9700), and what they get. One test an attack.

use super::{
    CALLBACK, ISSUER, Sent, VERIFIER, accept, action, ann, challenge, claims, decide, decoded, pass, program, somebody,
};
use crate::apps::{admins_token, get};
use crate::people::browser::{Browser, hidden, unescaped};
use crate::support::{TestSchool, send};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::apps::Kind;
use reqwest::Method;
use school::sites::Plan;
use serde_json::json;

fn text(value: &serde_json::Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}")).to_owned()
}

on_both_engines! {
    async fn a_code_that_comes_twice_ends_everything_that_it_gave(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("")).await;
        let given = program.redeem(sent.get("code")).await.expect(200).json();
        let next = program.refresh(&text(&given, "refresh_token")).await.expect(200).json();
        for token in [&given, &next] {
            get(school, &text(token, "access_token"), "/users").await.expect(200);
        }
        assert_eq!(program.redeem(sent.get("code")).await.expect(400).json()["error"], "invalid_grant");
        for token in [&given, &next] {
            get(school, &text(token, "access_token"), "/users").await.expect(401);
        }
        program.refresh(&text(&next, "refresh_token")).await.expect(400);
    }

    async fn a_refresh_token_that_comes_again_later_ends_the_family_and_no_other(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("")).await;
        let first = program.redeem(sent.get("code")).await.expect(200).json();
        let other = pass(&mut browser, &program.authorize("")).await;
        let other = program.redeem(other.get("code")).await.expect(200).json();
        let mut last = first.clone();
        for _ in 0..4 {
            last = program.refresh(&text(&last, "refresh_token")).await.expect(200).json();
        }
        // The minute in which a second use is taken for the same one is over.
        school
            .arrange(|tx, site| {
                let sql = "UPDATE grants SET used_refresh_tokens = '' WHERE site_id = $1";
                Ok(tx.execute(sql, store::params![site])?)
            })
            .await;
        get(school, &text(&last, "access_token"), "/users").await.expect(200);
        let reused = program.refresh(&text(&first, "refresh_token")).await.expect(400).json();
        assert_eq!(reused, json!({ "error": "invalid_grant", "error_description": "invalid refresh token" }));
        program.refresh(&text(&last, "refresh_token")).await.expect(400);
        get(school, &text(&last, "access_token"), "/users").await.expect(401);
        // Another sign-in of the same person with the same app is another family.
        get(school, &text(&other, "access_token"), "/users").await.expect(200);
        program.refresh(&text(&other, "refresh_token")).await.expect(200);
    }

    async fn one_apps_codes_and_tokens_are_worth_nothing_to_another(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let thief = super::program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        // The school has both: nothing but the app itself stands in the way.
        accept(&mut browser, &thief.authorize("")).await;
        let sent = accept(&mut browser, &program.authorize("")).await;
        assert_eq!(thief.redeem(sent.get("code")).await.expect(400).json()["error"], "invalid_grant");
        let given = program.redeem(sent.get("code")).await.expect(200).json();
        thief.refresh(&text(&given, "refresh_token")).await.expect(400);
        thief.form("/oauth2/revoke", &[("token", &text(&given, "refresh_token"))]).await.expect(400);
        thief.form("/oauth2/revoke", &[("token", &text(&given, "access_token"))]).await.expect(400);
        get(school, &text(&given, "access_token"), "/users").await.expect(200);
        program.refresh(&text(&given, "refresh_token")).await.expect(200);
    }

    async fn a_code_counts_for_a_minute(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("")).await;
        school
            .arrange(|tx, site| {
                let sql = "UPDATE grants SET expires_at = expires_at - 60000 WHERE site_id = $1";
                Ok(tx.execute(sql, store::params![site])?)
            })
            .await;
        program.redeem(sent.get("code")).await.expect(400);
    }

    async fn without_the_verifier_a_stolen_code_is_worth_nothing(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let pkce = format!("&code_challenge={}&code_challenge_method=S256", challenge(VERIFIER));
        let sent = accept(&mut browser, &program.authorize(&pkce)).await;
        let code = sent.get("code");
        let with = |verifier: Option<&str>| {
            json!({ "grant_type": "authorization_code", "code": code, "code_verifier": verifier })
        };
        let other = "x".repeat(43);
        for verifier in [None, Some(other.as_str()), Some(&challenge(VERIFIER)), Some("short"), Some(&VERIFIER[1..])] {
            assert_eq!(program.ask(with(verifier)).await.expect(400).json()["error"], "invalid_grant", "{verifier:?}");
        }
        program.ask(with(Some(VERIFIER))).await.expect(200);
    }

    async fn pkce_cannot_be_taken_away_from_a_request_unnoticed(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        // The attacker's own code, begun without a challenge, given to a client that sends its verifier.
        let sent = accept(&mut browser, &program.authorize("")).await;
        let fields =
            json!({ "grant_type": "authorization_code", "code": sent.get("code"), "code_verifier": VERIFIER });
        assert_eq!(program.ask(fields).await.expect(400).json()["error"], "invalid_grant");
        // And a public client cannot do without PKCE at all.
        let sent = pass(&mut browser, &program.authorize("")).await;
        let fields = json!({ "grant_type": "authorization_code", "code": sent.get("code") });
        assert_eq!(program.ask_as(None, fields).await.expect(401).json()["error"], "invalid_client");
        // `plain` is no protection.
        let plain = format!("&code_challenge={VERIFIER}&code_challenge_method=plain");
        assert_eq!(pass(&mut browser, &program.authorize(&plain)).await.get("error"), "invalid_request");
        let none = format!("&code_challenge={VERIFIER}");
        assert_eq!(pass(&mut browser, &program.authorize(&none)).await.get("error"), "invalid_request");
    }

    async fn nobody_is_sent_to_an_address_that_is_not_registered(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        accept(&mut browser, &program.authorize("")).await;
        let id = &program.app.client_id;
        for uri in [
            "https://evil.example/callback",
            "https://app.example/callback/",
            "https://app.example/callback/../evil",
            "https://app.example/callback%2F",
            "https://app.example/callback%00",
            "https://app.example/callback?next=https://evil.example",
            "https://app.example/callback%23@evil.example",
            "https://app.example.evil.example/callback",
            "https://app.example@evil.example/callback",
            "https://app.example%40evil.example/callback",
            "https://app.example:443/callback",
            "https://APP.example/callback",
            "HTTPS://app.example/callback",
            "http://app.example/callback",
            "//app.example/callback",
            "/callback",
            "%5C%5Cevil.example/callback",
            "https:%5C%5Capp.example/callback",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://localhost:3000/other",
            "http://localhost:3000/callback%0d%0aSet-Cookie:a=b",
            "http://localhost.evil.example:3000/callback",
            "http://127.0.0.1:3000/callback",
            "https://localhost:3000/callback",
            "%20https://app.example/callback",
            "https://app.example/callback/%3Ca%3E%3Cscript%3E",
            "",
        ] {
            let path = format!("/oauth2/authorize?client_id={id}&redirect_uri={uri}&response_type=code&prompt=none");
            let reply = browser.get(&path).await.expect(400);
            assert_eq!(reply.header("location"), "", "{uri}");
            assert!(!reply.text.contains("href=\"https://app.example"), "{uri}: what came is no link");
            let registered = format!("<code>{CALLBACK}</code>");
            let shown = reply.text.contains("leads somewhere else") && reply.text.contains(&registered);
            assert!(shown || uri.is_empty() || uri.contains("%0"), "{uri}: what is registered is shown");
            assert!(!reply.text.contains("<a>"), "{uri}");
        }
        // Nor when the app is unknown or something comes twice.
        for query in [
            format!("client_id=unknown&redirect_uri={CALLBACK}&response_type=code"),
            format!("redirect_uri={CALLBACK}&response_type=code"),
            format!("client_id={id}&client_id={id}&redirect_uri={CALLBACK}&response_type=code"),
            format!("client_id={id}&redirect_uri={CALLBACK}&redirect_uri=https://evil.example&response_type=code"),
        ] {
            let reply = browser.get(&format!("/oauth2/authorize?{query}")).await.expect(400);
            assert_eq!(reply.header("location"), "", "{query}");
        }
    }

    async fn a_code_that_was_sent_to_one_address_is_spent_by_redeeming_it_with_another(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("")).await;
        let with = |redirect_uri: &str| {
            json!({ "grant_type": "authorization_code", "code": sent.get("code"), "redirect_uri": redirect_uri })
        };
        for redirect_uri in ["http://localhost:3000/callback", CALLBACK] {
            let refused = program.ask(with(redirect_uri)).await.expect(400).json();
            assert_eq!(refused["error"], "invalid_grant", "{redirect_uri}");
        }
        program.redeem(sent.get("code")).await.expect(400);
        let sent = pass(&mut browser, &program.authorize("")).await;
        let fields =
            json!({ "grant_type": "authorization_code", "code": sent.get("code"), "redirect_uri": CALLBACK });
        program.ask(fields).await.expect(200);
    }

    async fn an_app_that_knows_several_servers_sees_who_answers(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        assert_eq!(accept(&mut browser, &program.authorize("")).await.get("iss"), ISSUER);
        assert_eq!(pass(&mut browser, &program.asking_for("token", "")).await.get("iss"), ISSUER);
        let described = program.get("/.well-known/openid-configuration").await.json();
        assert_eq!(described["authorization_response_iss_parameter_supported"], true);
    }

    async fn a_yes_that_the_person_did_not_give_counts_for_nothing(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let page = browser.get(&program.authorize("")).await.expect(200);
        let address = unescaped(&action(&page.text));
        let shown = hidden(&page.text, &action(&page.text));
        let value = |name: &str| shown.iter().find(|(known, _)| known == name).expect(name).1.clone();
        let (csrf, shown) = (value("csrf"), value("shown"));
        // From elsewhere: without the token, with another's, with a browser that says where it comes from.
        let (_, mut eve) = somebody(school, "eve@example.com", &[]).await;
        let eves = eve.get("/").await.expect(200);
        let eves = hidden(&eves.text, "/users/sign_out")[0].1.clone();
        for token in ["", "x", eves.as_str()] {
            let fields = [("csrf", token), ("shown", shown.as_str()), ("decision", "accept")];
            browser.post(&address, &fields).await.expect(403);
        }
        let fields = [("csrf", csrf.as_str()), ("shown", shown.as_str()), ("decision", "accept")];
        for header in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")] {
            browser.send(Method::POST, &address, &fields, &[header]).await.expect(403);
        }
        // A link does not decide.
        let linked = browser.get(&format!("{address}&decision=accept&csrf={csrf}&shown=x")).await.expect(200);
        assert!(linked.text.contains("Accept &amp; Install"));
        // What was not shown is not agreed to.
        let wider = [("csrf", csrf.as_str()), ("shown", "read:orders||true"), ("decision", "accept")];
        let again = browser.post(&address, &wider).await.expect(303);
        assert!(again.header("location").starts_with("/oauth2/authorize?"));
        browser.get(&program.authorize("")).await.expect(200);
    }

    async fn the_page_cannot_be_framed_or_kept(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let page = browser.get(&program.authorize("")).await.expect(200);
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(page.header("cache-control"), "no-store");
        let back = decide(&mut browser, &page, "accept").await.expect(303);
        assert_eq!(back.header("cache-control"), "no-store");
        assert_eq!(back.header("referrer-policy"), "no-referrer");
    }

    async fn asking_for_more_in_the_request_gives_nothing(school: &TestSchool) {
        let program = program(school, &["read:courses"]).await;
        let (_, mut browser) = ann(school).await;
        let greedy = program.authorize("&scope=read:users+write:users+admin+*");
        let page = browser.get(&greedy).await.expect(200);
        assert!(!page.text.contains("users, their"), "only what the app is registered with is shown");
        let sent = Sent::by(&decide(&mut browser, &page, "accept").await.expect(303));
        let given = program.redeem(sent.get("code")).await.expect(200).json();
        get(school, &text(&given, "access_token"), "/users").await.expect(403);
        let fields = json!({
            "grant_type": "refresh_token", "refresh_token": text(&given, "refresh_token"), "scope": "read:users",
        });
        let next = program.ask(fields).await.expect(200).json();
        get(school, &text(&next, "access_token"), "/users").await.expect(403);
    }

    async fn one_schools_codes_and_tokens_are_worth_nothing_at_another(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        school.another_school("other", Plan::Plus).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("&scope=openid")).await;
        let elsewhere = |path: &str, fields: serde_json::Value| {
            let request = school.plain(Method::POST, &format!("{}{path}", school.url)).header("Host", "other.localhost");
            send(request.basic_auth(&program.app.client_id, Some(&program.secret)).json(&fields))
        };
        let code = json!({ "grant_type": "authorization_code", "code": sent.get("code") });
        elsewhere("/oauth2/token", code).await.expect(400);
        let given = program.redeem(sent.get("code")).await.expect(200).json();
        let (access, refresh) = (text(&given, "access_token"), text(&given, "refresh_token"));
        elsewhere("/oauth2/token", json!({ "grant_type": "refresh_token", "refresh_token": refresh })).await.expect(400);
        elsewhere("/oauth2/revoke", json!({ "token": access })).await.expect(200);
        let seen = elsewhere("/oauth2/introspect", json!({ "token": access })).await.expect(200);
        assert_eq!(seen.text, r#"{"active":false}"#);
        let url = format!("{}/oidc/userinfo", school.url);
        let info = school.plain(Method::GET, &url).header("Host", "other.localhost").bearer_auth(&access);
        send(info).await.expect(401);
        get(school, &access, "/users").await.expect(200);
        program.refresh(&refresh).await.expect(200);
        // A session of one school is none at another.
        let mut stranger = Browser::at(school, "other");
        stranger.cookies = browser.cookies.clone();
        stranger.get(&program.authorize("")).await.expect(303);
    }

    async fn a_session_that_was_there_before_signing_in_is_worth_nothing_afterwards(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        accept(&mut browser, &program.authorize("")).await;
        let planted = browser.cookies.clone();
        let place = browser.get(&program.authorize("&prompt=login")).await.expect(303).header("location").to_owned();
        let fields = [("email", "ann@example.com"), ("password", "correct horse")];
        browser.submit(&place, "/users/sign_in", &fields).await.expect(303);
        assert_ne!(browser.cookies, planted);
    }

    async fn nobody_who_finds_a_browser_open_passes_by_a_parameter(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        accept(&mut browser, &program.authorize("&scope=openid")).await;
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        for more in ["&prompt=login", "&max_age=0", "&max_age=1", "&prompt=login+consent"] {
            let path = program.authorize(&format!("&scope=openid{more}"));
            // The address that the school itself leads to afterwards, which an honest sign-in would have used.
            let place = browser.get(&path).await.expect(303).header("location").to_owned();
            let back = decoded(place.split("return_to=").nth(1).expect("a place"));
            for forged in [
                format!("{path}&signed_in_since=0"),
                format!("{path}&signed_in_since=0.{}", "0".repeat(64)),
                back.replace("signed_in_since=", "signed_in_since=0"),
                back.replace("prompt=login", "prompt=login+login").replace("max_age=", "max_age=0"),
                back.replace("state=xyz", "state=abc"),
                back.clone(),
            ] {
                let reply = browser.get(&forged).await.expect(303);
                assert!(reply.header("location").starts_with("/users/sign_in?"), "{forged}: {}", reply.header("location"));
                // Nor by sending the form of the question without having been asked it.
                let csrf = hidden(&browser.get("/").await.text, "/users/sign_out").remove(0).1;
                let consent = forged.replace("/oauth2/authorize", "/oauth2/consent");
                let fields = [("csrf", csrf.as_str()), ("decision", "accept"), ("shown", "")];
                let reply = browser.post(&consent, &fields).await.expect(303);
                assert!(reply.header("location").starts_with("/users/sign_in?"), "{}", reply.header("location"));
            }
        }
    }

    async fn a_proof_counts_for_the_request_that_asked_for_it_and_for_a_while(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        accept(&mut browser, &program.authorize("&scope=openid")).await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        let place = browser.get(&program.authorize("&prompt=login")).await.expect(303).header("location").to_owned();
        let fields = [("email", "ann@example.com"), ("password", "correct horse")];
        let on = browser.submit(&place, "/users/sign_in", &fields).await.expect(303).header("location").to_owned();
        pass(&mut browser, &on).await.get("code");
        let other = on.replace("state=xyz", "state=another");
        assert!(browser.get(&other).await.expect(303).header("location").starts_with("/users/sign_in?"));
    }

    async fn tokens_in_addresses_count_for_nothing(school: &TestSchool) {
        let (_, token) = admins_token(school, Kind::Public, &["read:users"]).await;
        send(school.plain(Method::GET, &format!("/users?access_token={token}"))).await.expect(401);
        let url = format!("{}/oidc/userinfo?access_token={token}", school.url);
        send(school.plain(Method::GET, &url).header("Host", "academy.localhost")).await.expect(401);
        let program = program(school, &["read:users"]).await;
        let url = format!(
            "{}/oauth2/token?client_id={}&client_secret={}&grant_type=refresh_token&refresh_token={token}",
            school.url, program.app.client_id, program.secret
        );
        send(school.plain(Method::POST, &url).header("Host", "academy.localhost")).await.expect(401);
    }

    async fn an_id_token_opens_no_api(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.asking_for("code+id_token", "&scope=openid")).await;
        let id_token = sent.get("id_token").to_owned();
        // Whatever its header says of how it is signed: as it is, unsigned, signed with what everybody can read.
        let body = id_token.split('.').nth(1).expect("claims");
        let none = format!("{}.{body}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#));
        let hmac = format!("{}.{body}.AAAA", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#));
        for token in [&id_token, &none, &hmac] {
            get(school, token, "/users").await.expect(401);
            program.userinfo(token).await.expect(401);
            assert_eq!(program.refresh(token).await.expect(400).json()["error"], "invalid_grant");
        }
        assert_eq!(claims(&id_token)["aud"], program.app.client_id, "and it is for one app alone");
    }

    async fn a_rotated_secret_is_worth_nothing_once_its_time_is_over(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("")).await;
        let (key, app) = (school.key.clone(), program.app.clone());
        let new = school.arrange(move |tx, _| identity::apps::rotate_secret(tx, &key, &app, 0)).await;
        let fields = json!({ "grant_type": "authorization_code", "code": sent.get("code") });
        program.ask(fields.clone()).await.expect(401);
        program.ask_as(Some(&new), fields).await.expect(200);
    }
}
