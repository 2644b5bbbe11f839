//! OpenID Connect: id tokens, what they say, and the keys that verify them.

use super::{CALLBACK, ISSUER, Sent, accept, ann, claims, decide, pass, program, somebody};
use crate::people::browser::{Browser, hidden};
use crate::support::TestSchool;
use crate::support::process::Home;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::oauth::keys;
use reqwest::Client;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::Engine;
use store::UserId;

fn half(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16])
}

fn kid(token: &str) -> String {
    let header = token.split('.').next().expect("a header");
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON");
    assert_eq!(header["alg"], "RS256");
    header["kid"].as_str().expect("a kid").to_owned()
}

on_both_engines! {
    async fn everything_is_found_from_one_address(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let described = program.get("/.well-known/openid-configuration").await.expect(200);
        assert_eq!(described.header("access-control-allow-origin"), "*");
        let described = described.json();
        assert_eq!(described["issuer"], ISSUER);
        for (name, path) in [
            ("authorization_endpoint", "/oauth2/authorize"),
            ("token_endpoint", "/oauth2/token"),
            ("userinfo_endpoint", "/oidc/userinfo"),
            ("jwks_uri", "/.well-known/jwks.json"),
            ("revocation_endpoint", "/oauth2/revoke"),
            ("introspection_endpoint", "/oauth2/introspect"),
        ] {
            assert_eq!(described[name], format!("{ISSUER}{path}"));
        }
        assert_eq!(program.get("/.well-known/oauth-authorization-server").await.expect(200).json(), described);
        let keys = program.get("/.well-known/jwks.json").await.expect(200).json();
        let key = &keys["keys"][0];
        assert_eq!((&key["kty"], &key["alg"], &key["use"], &key["e"]), (&json!("RSA"), &json!("RS256"), &json!("sig"), &json!("AQAB")));
        assert!(!keys.to_string().contains("\"d\""), "no private half");
    }

    async fn the_scopes_say_what_an_app_learns(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (id, mut browser) = ann(school).await;
        let mut learnt = Vec::new();
        for scope in ["openid", "openid+profile", "openid+email", "openid+site"] {
            let sent = accept(&mut browser, &program.authorize(&format!("&scope={scope}&nonce=n-1"))).await;
            let given = program.redeem(sent.get("code")).await.expect(200).json();
            let (token, access) = (given["id_token"].as_str().expect("an id token"), given["access_token"].as_str());
            let told = claims(token);
            assert_eq!((&told["iss"], &told["nonce"]), (&json!(ISSUER), &json!("n-1")));
            assert_eq!(told["aud"], program.app.client_id);
            assert_eq!(told["at_hash"], half(access.expect("a token")));
            assert_eq!(told["user_id_api_v1"], id.to_string());
            assert_eq!(told["sub"].as_str().expect("a sub").len(), 26);
            assert_eq!(told["exp"].as_i64().unwrap_or(0) - told["iat"].as_i64().unwrap_or(0), 3600);
            let info = program.userinfo(access.expect("a token")).await.expect(200).json();
            for (name, value) in info.as_object().expect("claims") {
                assert_eq!(told[name], *value, "{name}");
            }
            learnt.push(info.as_object().expect("claims").keys().cloned().collect::<Vec<_>>().join(" "));
        }
        assert_eq!(learnt, [
            "roles sub user_id_api_v1",
            "family_name given_name name updated_at roles sub user_id_api_v1",
            "email roles sub user_id_api_v1",
            "roles site sub user_id_api_v1",
        ]);
        let sent = pass(&mut browser, &program.authorize("&scope=")).await;
        let given = program.redeem(sent.get("code")).await.expect(200).json();
        assert_eq!(given["id_token"], json!(null), "nobody asked for one");
        program.userinfo(given["access_token"].as_str().expect("a token")).await.expect(403);
        program.userinfo("5a16505d-5ee5-4853-8cb9-41b63a13a291").await.expect(401);
    }

    async fn an_id_token_comes_alone_and_together_with_a_code(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let alone = accept(&mut browser, &program.asking_for("id_token", "&scope=openid+email&nonce=n-2")).await;
        assert!(!alone.fields.contains_key("code"));
        assert_eq!((alone.get("subdomain"), alone.get("state")), ("academy", "xyz"));
        assert_eq!(claims(alone.get("id_token"))["email"], "ann@example.com");
        let both = pass(&mut browser, &program.asking_for("code+id_token", "&scope=openid&nonce=n-3")).await;
        let told = claims(both.get("id_token"));
        assert_eq!((&told["c_hash"], &told["nonce"]), (&json!(half(both.get("code"))), &json!("n-3")));
        let given = program.redeem(both.get("code")).await.expect(200).json();
        let again = claims(given["id_token"].as_str().expect("an id token"));
        assert_eq!((&again["sub"], &again["nonce"]), (&told["sub"], &told["nonce"]));
    }

    async fn answers_travel_as_the_app_wants(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let fragment = program.asking_for("code+id_token", "&scope=openid&response_mode=fragment");
        let page = browser.get(&fragment).await.expect(200);
        let reply = decide(&mut browser, &page, "accept").await.expect(303);
        assert!(reply.header("location").starts_with(&format!("{CALLBACK}#code=")), "{}", reply.header("location"));
        Sent::by(&reply).get("id_token");

        let form = program.asking_for("code+id_token", "&scope=openid&response_mode=form_post");
        let page = browser.get(&form).await.expect(200);
        let fields = hidden(&page.text, CALLBACK);
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "id_token", "subdomain", "state", "iss"]);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        let script = page.text.split("<script src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("one");
        assert!(browser.get(script).await.expect(200).text.contains("submit()"));
        program.redeem(&fields[0].1).await.expect(200);
    }

    async fn an_app_that_insists_has_people_prove_anew_who_they_are(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        accept(&mut browser, &program.authorize("&scope=openid")).await;
        for more in ["&prompt=login", "&max_age=0"] {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            let path = program.authorize(&format!("&scope=openid{more}"));
            let silently = path.replace("prompt=login", "prompt=none");
            if more.contains("max_age") {
                assert_eq!(pass(&mut browser, &format!("{silently}&prompt=none")).await.get("error"), "login_required");
            }
            let place = browser.get(&path).await.expect(303).header("location").to_owned();
            let fields = [("email", "ann@example.com"), ("password", "correct horse")];
            let begun = store::now() / 1000;
            let on = browser.submit(&place, "/users/sign_in", &fields).await.expect(303);
            let sent = pass(&mut browser, on.header("location")).await;
            let given = program.redeem(sent.get("code")).await.expect(200).json();
            let told = claims(given["id_token"].as_str().expect("an id token"));
            assert!(told["auth_time"].as_i64().expect("a moment") >= begun);
        }
        pass(&mut browser, &program.authorize("&scope=openid&max_age=1000")).await.get("code");
        browser.get(&program.authorize("&scope=openid&prompt=consent")).await.expect(200);
        pass(&mut browser, &program.authorize("&scope=openid&prompt=none")).await.get("code");
        assert!(Browser::new(school).cookies.is_empty());
    }

    async fn keys_change_without_a_token_that_cannot_be_verified(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let path = program.asking_for("id_token", "&scope=openid");
        let first = kid(accept(&mut browser, &path).await.get("id_token"));
        let (key, new) = (school.key.clone(), keys::NewKey::generate().expect("a key"));
        let rotated = school.arrange(move |tx, _| keys::rotate(tx, &key, &new, false)).await;
        assert_ne!(rotated.kid, first);
        let shown = |key: store::ServerKey, ahead: i64| {
            school.arrange(move |tx, _| {
                tx.backdate(store::now() + ahead);
                let keys = keys::load(tx, &key)?.expect("keys");
                let signs = kid(&keys.sign(&json!({})).expect("signed"));
                let jwks = keys.jwks();
                let kids = jwks["keys"].as_array().into_iter().flatten().filter_map(|key| key["kid"].as_str());
                Ok((signs, kids.map(str::to_owned).collect::<Vec<_>>()))
            })
        };
        let both = vec![rotated.kid.clone(), first.clone()];
        assert_eq!(shown(school.key.clone(), 0).await, (first.clone(), both.clone()), "shown before it signs");
        assert_eq!(shown(school.key.clone(), 3_700_000).await, (rotated.kid.clone(), both), "the old one is still shown");
        let hours = 3 * 3_600_000;
        assert_eq!(shown(school.key.clone(), hours).await, (rotated.kid.clone(), vec![rotated.kid.clone()]));
        let (key, new) = (school.key.clone(), keys::NewKey::generate().expect("a key"));
        let stolen = school.arrange(move |tx, _| keys::rotate(tx, &key, &new, true)).await;
        assert_eq!(shown(school.key.clone(), 0).await, (stolen.kid.clone(), vec![stolen.kid]), "at once");
    }

    async fn one_schools_id_token_names_that_school(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = somebody(school, "site@example.com", &["site_admin"]).await;
        let sent = accept(&mut browser, &program.asking_for("id_token", "&scope=openid+site")).await;
        let told = claims(sent.get("id_token"));
        assert_eq!(told["site"], json!({
            "currency": "usd", "domain": "academy.localhost", "name": "School academy", "subdomain": "academy",
            "support_email": "help@academy-school.net",
        }));
        assert_eq!(told["roles"], json!(["site_admin"]));
    }

    async fn roles_say_who_runs_the_school(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut admin) = ann(school).await;
        accept(&mut admin, &program.authorize("")).await;
        let (owner, mut owners) = somebody(school, "owner@example.com", &[]).await;
        let (partner, mut partners) = somebody(school, "partner@example.com", &[]).await;
        let (_, mut helper) = somebody(school, "helper@example.com", &["course_admin"]).await;
        let (_, mut student) = somebody(school, "student@example.com", &[]).await;
        school
            .arrange(move |tx, site| {
                let row = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
                school::sites::update(tx, &row.into(), |site| site.owner_user_id = Some(UserId::new(owner)))?;
                school::users::set_partner(tx, site, UserId::new(partner), true)
            })
            .await;
        for (browser, roles) in [
            (&mut owners, json!(["site_admin"])),
            (&mut partners, json!(["site_admin"])),
            (&mut helper, json!(["course_admin"])),
            (&mut student, json!([])),
        ] {
            let sent = accept(browser, &program.asking_for("id_token", "&scope=openid")).await;
            assert_eq!(claims(sent.get("id_token"))["roles"], roles);
        }
    }
}

#[tokio::test]
async fn keys_are_rotated_at_the_command_line_and_outlive_the_server() {
    for home in [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new) {
        home.run(&["site", "create", "--subdomain", "demo", "--name", "Demo"]).ok();
        let shown = async |url: &str| -> Vec<String> {
            let request = Client::new().get(format!("{url}/.well-known/jwks.json")).header("Host", "demo.localhost");
            let keys: Value = request.send().await.expect("an answer").json().await.expect("JSON");
            let keys = keys["keys"].as_array().expect("keys").iter();
            keys.map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
        };
        let server = home.serve();
        let first = shown(&server.url).await;
        assert_eq!(first.len(), 1);
        drop(server);
        let said = home.run(&["keys", "rotate"]).ok().out;
        let server = home.serve();
        let now = shown(&server.url).await;
        assert_eq!(now.len(), 2);
        assert!(now.contains(&first[0]) && now.iter().any(|kid| said.contains(kid)));
    }
}
