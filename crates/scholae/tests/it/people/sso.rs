//! Single sign-on by signed tokens, and by what only looks like one.

use super::browser::{Browser, events, set_cookies, time_goes_by};
use super::sign_in::ann;
use crate::support::{Reply, TestSchool};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use school::sites::Plan;
use serde_json::{Value, json};
use sha2::Sha256;
use store::UserId;

pub const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// A token with this header and these claims, signed with HMAC-SHA256 under a key.
pub fn signed(header: &str, claims: &Value, key: &[u8]) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key");
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// A token with these claims under a key.
pub fn signed_with(claims: &Value, key: &str) -> String {
    signed(HEADER, claims, key.as_bytes())
}

/// Seconds since 1970.
fn now() -> i64 {
    store::now() / 1000
}

/// What a client says of Bob.
pub fn bob() -> Value {
    json!({ "email": "bob@example.com", "first_name": "Bob", "last_name": "Builder", "iat": now(), "jti": rand() })
}

/// Makes each token another one.
fn rand() -> String {
    store::secrets::hex(&school::ids::uuid().into_bytes())
}

fn with(mut claims: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            claims.as_object_mut().expect("an object").remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

async fn go(school: &TestSchool, browser: &mut Browser, claims: &Value, more: &str) -> Reply {
    let token = signed(HEADER, claims, school.api_key.as_bytes());
    browser.get(&format!("/api/sso/v2/sso/jwt?jwt={token}{more}")).await
}

on_both_engines! {
    async fn a_token_makes_a_user_and_signs_them_in(school: &TestSchool) {
        let mut browser = Browser::new(school);
        let claims = with(bob(), json!({ "external_id": "crm-1", "company": "ACME", "bio": "Builds" }));
        let reply = go(school, &mut browser, &claims, "&return_to=%2Fcourses%2Fbread").await.expect(303);
        assert_eq!(reply.header("location"), "/courses/bread");
        assert!(browser.is_signed_in().await);
        assert!(!set_cookies(&reply)[0].contains("Max-Age"), "nobody is remembered");
        let user = school.get("/users/crm-1?provider=SSO").await.expect(200).json();
        assert_eq!((&user["email"], &user["company"]), (&"bob@example.com".into(), &"ACME".into()));
        assert_eq!(events(school).await, ["user.signup", "user.signin"]);
        // And finds them again, by the id, whatever their address has become.
        let claims = with(bob(), json!({ "external_id": "crm-1", "email": "robert@example.com", "first_name": "Robert" }));
        let mut browser = Browser::new(school);
        let reply = go(school, &mut browser, &claims, "").await.expect(303);
        assert_eq!(reply.header("location"), "/");
        let user = school.get("/users/crm-1?provider=SSO").await.expect(200).json();
        assert_eq!((&user["email"], &user["first_name"]), (&"robert@example.com".into(), &"Robert".into()));
        assert_eq!(events(school).await[2..], ["user.updated", "user.signin"]);
        assert_eq!(school.get("/users").await.ids().len(), 1);
    }

    async fn a_student_is_found_by_the_address_and_then_known_by_the_id(school: &TestSchool) {
        let id = school.user("Bob@example.com").await;
        go(school, &mut Browser::new(school), &with(bob(), json!({ "external_id": 17 })), "").await.expect(303);
        assert_eq!(school.get("/users/17?provider=SSO").await.expect(200).id(), id);
        // Another id with the same address is somebody else.
        let mut browser = Browser::new(school);
        go(school, &mut browser, &with(bob(), json!({ "external_id": "18" })), "").await.expect(403);
        assert!(!browser.is_signed_in().await);
        // Without an id the address is enough, as before.
        go(school, &mut browser, &bob(), "").await.expect(303);
    }

    async fn who_runs_the_school_is_signed_in_too_and_keeps_their_address(school: &TestSchool) {
        let owner = UserId::new(ann(school).await);
        school.arrange(move |tx, site| {
            let row = store::sites::get(tx, site)?.expect("a school");
            school::sites::update(tx, &row.into(), |site| site.owner_user_id = Some(owner)).map(|_| ())
        }).await;
        let admin = json!({ "first_name": "A", "last_name": "B", "email": "admin@example.com", "roles": ["site_admin"] });
        school.post("/users", admin).await.expect(201);
        let partner = UserId::new(school.user("partner@example.com").await);
        school.arrange(move |tx, site| school::users::set_partner(tx, site, partner, true).map(|_| ())).await;
        assert_eq!(school.get(&format!("/users/{partner}")).await.json()["roles"], json!([]), "the API shows none");
        for email in ["ann@example.com", "ADMIN@example.com", "partner@example.com"] {
            let mut browser = Browser::new(school);
            go(school, &mut browser, &with(bob(), json!({ "email": email })), "").await.expect(303);
            assert!(browser.is_signed_in().await, "{email}");
        }
        let boss = json!({
            "first_name": "C", "last_name": "D", "email": "boss@example.com", "roles": ["site_admin"],
            "external_id": "boss", "provider": "SSO",
        });
        school.post("/users", boss).await.expect(201);
        let claims = with(bob(), json!({ "email": "other@example.com", "external_id": "boss" }));
        go(school, &mut Browser::new(school), &claims, "").await.expect(303);
        let user = school.get("/users/boss?provider=SSO").await.json();
        assert_eq!(user["email"], "boss@example.com", "whose address a token does not change");
    }

    async fn a_token_is_used_once(school: &TestSchool) {
        let claims = bob();
        go(school, &mut Browser::new(school), &claims, "").await.expect(303);
        let mut thief = Browser::new(school);
        let reply = go(school, &mut thief, &claims, "").await.expect(403);
        assert!(reply.text.contains("The token was used before."), "{}", reply.text);
        assert!(!thief.is_signed_in().await);
        // Also when its signature is spelled with padding.
        let token = signed(HEADER, &claims, school.api_key.as_bytes());
        thief.get(&format!("/api/sso/v2/sso/jwt?jwt={token}%3D")).await.expect(403);
        assert!(!thief.is_signed_in().await);
        // What is forgotten is too old by then.
        time_goes_by(school, 5 * 3_600_000).await;
        let old = with(bob(), json!({ "iat": now() - 4 * 3600 - 1 }));
        go(school, &mut thief, &old, "").await.expect(403);
    }

    async fn a_link_that_is_opened_again_where_it_has_signed_somebody_in_leads_them_on(school: &TestSchool) {
        let claims = with(bob(), json!({ "external_id": "crm-1" }));
        let mut browser = Browser::new(school);
        go(school, &mut browser, &claims, "&return_to=%2Fcourses%2Fbread").await.expect(303);
        let (cookies, before) = (browser.cookies.clone(), events(school).await);
        let again = go(school, &mut browser, &claims, "&return_to=%2Fcourses%2Fbread").await.expect(303);
        assert_eq!(again.header("location"), "/courses/bread");
        assert!(browser.is_signed_in().await && browser.cookies == cookies, "in the session that they have");
        assert_eq!(events(school).await, before, "nothing has happened");
        // Whoever else is signed in, and nobody, is refused, and stays who they are.
        let mut others = Browser::new(school);
        go(school, &mut others, &with(bob(), json!({ "email": "eve@example.com" })), "").await.expect(303);
        go(school, &mut others, &claims, "").await.expect(403);
        assert!(others.is_signed_in().await);
        go(school, &mut Browser::new(school), &claims, "").await.expect(403);
        // So are they when they have signed out.
        browser.submit("/", "/users/sign_out", &[]).await.expect(303);
        go(school, &mut browser, &claims, "").await.expect(403);
        assert!(!browser.is_signed_in().await);
    }

    async fn a_token_is_not_used_up_by_who_only_looks(school: &TestSchool) {
        let token = signed(HEADER, &bob(), school.api_key.as_bytes());
        let path = format!("/api/sso/v2/sso/jwt?jwt={token}");
        let mut browser = Browser::new(school);
        browser.send(reqwest::Method::HEAD, &path, &[], &[]).await.expect(200);
        assert!(!browser.is_signed_in().await);
        browser.get(&path).await.expect(303);
    }

    async fn a_tokens_time_is_limited(school: &TestSchool) {
        let at = now();
        for (changes, opens) in [
            (json!({ "iat": at - 500 }), true),
            (json!({ "iat": at - 10_800 }), true),
            (json!({ "iat": at + 30 }), true),
            (json!({ "iat": (at as f64) - 0.5 }), true),
            (json!({ "iat": at.to_string() }), true),
            (json!({ "exp": at + 60 }), true),
            (json!({ "iat": at - 4 * 3600 - 60 }), false),
            (json!({ "iat": at + 120 }), false),
            (json!({ "iat": at * 1000 }), false),
            (json!({ "iat": null }), false),
            (json!({ "iat": "yesterday" }), false),
            (json!({ "iat": -1e308 }), false),
            (json!({ "iat": 1e308 }), false),
            (json!({ "exp": at - 1 }), false),
            (json!({ "exp": 0 }), false),
            (json!({ "exp": "soon" }), false),
            (json!({ "exp": [at + 60] }), false),
            (json!({ "nbf": at }), true),
            (json!({ "nbf": at + 30 }), true),
            (json!({ "nbf": at - 1000 }), true),
            (json!({ "nbf": at + 120 }), false),
            (json!({ "nbf": "later" }), false),
        ] {
            let mut browser = Browser::new(school);
            let reply = go(school, &mut browser, &with(bob(), changes.clone()), "").await;
            assert_eq!(reply.status, if opens { 303 } else { 403 }, "{changes}");
            assert_eq!(browser.is_signed_in().await, opens, "{changes}");
        }
    }

    async fn what_is_not_signed_by_the_school_opens_nothing(school: &TestSchool) {
        let (rival, rivals_key) = school.another_school("rival", Plan::Plus).await;
        assert_ne!(rival, school.site);
        let key = school.api_key.as_bytes();
        let unsigned = |header: &str| {
            format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(bob().to_string()))
        };
        let good = signed(HEADER, &bob(), key);
        let (head, tail) = good.split_once('.').expect("a token");
        let (_, signature) = tail.split_once('.').expect("a signature");
        let other = URL_SAFE_NO_PAD.encode(with(bob(), json!({ "email": "eve@example.com" })).to_string());
        let decoded = (0..key.len() / 2).map(|n| u8::from_str_radix(&school.api_key[n * 2..n * 2 + 2], 16).expect("hex"));
        for (what, token) in [
            ("another school's key", signed(HEADER, &bob(), rivals_key.as_bytes())),
            ("no key", signed(HEADER, &bob(), b"")),
            ("the key decoded", signed(HEADER, &bob(), &decoded.collect::<Vec<u8>>())),
            ("none", unsigned(r#"{"alg":"none"}"#)),
            ("None", unsigned(r#"{"alg":"None","typ":"JWT"}"#)),
            ("no signature", unsigned(HEADER)),
            ("none, signed", signed(r#"{"alg":"none"}"#, &bob(), key)),
            ("RS256, signed with the key", signed(r#"{"alg":"RS256","typ":"JWT"}"#, &bob(), key)),
            ("HS512, signed as HS256", signed(r#"{"alg":"HS512","typ":"JWT"}"#, &bob(), key)),
            ("no algorithm", signed(r#"{"typ":"JWT"}"#, &bob(), key)),
            ("other claims under the signature", format!("{head}.{other}.{signature}")),
            ("nothing", String::new()),
            ("dots", "..".to_owned()),
            ("words", "not.a.token".to_owned()),
            ("much", "a".repeat(9000)),
        ] {
            let mut browser = Browser::new(school);
            browser.get(&format!("/api/sso/v2/sso/jwt?jwt={token}")).await.expect(403);
            assert!(!browser.is_signed_in().await, "{what}");
        }
        assert_eq!(school.get("/users").await.ids(), [0_i64; 0]);
        // A key that was rotated signs nothing any more.
        let old = school.api_key.as_bytes().to_vec();
        let server_key = school.key.clone();
        school.arrange(move |tx, site| {
            let row = store::sites::get(tx, site)?.expect("a school");
            school::sites::rotate_key(tx, &server_key, &row.into(), 0)
        }).await;
        let token = signed(HEADER, &bob(), &old);
        Browser::new(school).get(&format!("/api/sso/v2/sso/jwt?jwt={token}")).await.expect(403);
    }

    async fn a_token_that_lacks_something_is_told_what(school: &TestSchool) {
        for (changes, said) in [
            (json!({ "email": null }), "The token has no email."),
            (json!({ "email": " " }), "The token has no email."),
            (json!({ "first_name": null, "last_name": " " }), "The token has no first_name or last_name."),
            (json!({ "email": "nowhere" }), "is not valid"),
            (json!({ "email": 5 }), "is not valid"),
            (json!({ "external_id": [1] }), "is not valid"),
            (json!({ "first_name": "x".repeat(300) }), "is not valid"),
        ] {
            let text = go(school, &mut Browser::new(school), &with(bob(), changes.clone()), "").await.expect(403).text;
            assert!(text.contains(said), "{changes}: {text}");
        }
        assert_eq!(school.get("/users").await.ids(), [0_i64; 0]);
    }

    async fn one_goes_on_to_a_place_of_the_school_only(school: &TestSchool) {
        for (asked, gone_to) in [
            ("%2Fenrollments", "/enrollments"),
            ("http%3A%2F%2Facademy.localhost%2Fcourses%2Fx%3Fa%3Db", "/courses/x?a=b"),
            ("https%3A%2F%2FACADEMY.localhost%3A9000%2Fcourses", "/courses"),
            ("http%3A%2F%2Facademy.localhost", "/"),
            ("https%3A%2F%2Fevil.example%2F", "/"),
            ("https%3A%2F%2Facademy.localhost.evil.example%2F", "/"),
            ("https%3A%2F%2Fevil.example%2Facademy.localhost", "/"),
            ("https%3A%2F%2Facademy.localhost%40evil.example%2F", "/"),
            ("https%3A%2F%2Fevil.example%5C%40academy.localhost%2F", "/"),
            ("https%3A%2F%2Fa%40academy.localhost%2Fx", "/"),
            ("https%3A%2F%2Facademy.localhost%2F%2Fevil.example", "/"),
            ("%2F%2Fevil.example", "/"),
            ("%2F%5Cevil.example", "/"),
            ("%09%2F%2Fevil.example", "/"),
            ("javascript%3Aalert(1)", "/"),
            ("http%3Aevil.example", "/"),
            ("http%3A%2F%2Frival.localhost%2F", "/"),
        ] {
            let reply = go(school, &mut Browser::new(school), &bob(), &format!("&return_to={asked}")).await.expect(303);
            assert_eq!(reply.header("location"), gone_to, "{asked}");
        }
    }

    async fn failures_are_explained_where_the_schools_own_system_asks_for_it(school: &TestSchool) {
        let mut browser = Browser::new(school);
        let nameless = || with(bob(), json!({ "first_name": null, "last_name": null }));
        let there = "&error_url=https%3A%2F%2Fintranet.example%2Fsso%3Fa%3Db&return_to=%2Fcourses";
        let reply = go(school, &mut browser, &nameless(), there).await.expect(303);
        let expected = "https://intranet.example/sso?a=b&kind=sso&message=The+token+has+no+first_name+or+last_name.";
        assert_eq!(reply.header("location"), expected);
        let old = with(bob(), json!({ "iat": now() - 100_000 }));
        let reply = go(school, &mut browser, &old, "&error_url=%2Fusers%2Fsign_in").await.expect(303);
        assert_eq!(reply.header("location"), "/users/sign_in?kind=sso&message=The+token+has+expired.");
        let reply = go(school, &mut browser, &old, "&return_to=%2Fcourses").await.expect(303);
        assert_eq!(reply.header("location"), "/courses");
        for error_url in ["javascript%3Aalert(1)", "data%3Atext%2Fhtml%2Cx", "https%3A%2F%2Fa%40evil.example", "ftp%3A%2F%2Fx"] {
            go(school, &mut browser, &nameless(), &format!("&error_url={error_url}")).await.expect(403);
        }
    }

    async fn nobody_is_led_to_another_host_but_by_a_fresh_unused_valid_token(school: &TestSchool) {
        let mut browser = Browser::new(school);
        let there = "&error_url=https%3A%2F%2Fevil.example%2F";
        let used = bob();
        go(school, &mut Browser::new(school), &used, "").await.expect(303);
        for claims in [
            used,
            with(bob(), json!({ "iat": now() - 100_000 })),
            with(bob(), json!({ "exp": now() - 1 })),
            with(bob(), json!({ "exp": "soon" })),
            with(bob(), json!({ "nbf": now() + 120 })),
            with(bob(), json!({ "iat": null })),
            with(bob(), json!({ "iat": now() + 120 })),
            with(bob(), json!({ "email": 5 })),
        ] {
            let reply = go(school, &mut browser, &claims, there).await.expect(403);
            assert_eq!(reply.header("location"), "", "{claims}");
        }
        // The second time such a token comes it is used.
        let nameless = with(bob(), json!({ "email": null }));
        go(school, &mut browser, &nameless, there).await.expect(303);
        go(school, &mut browser, &nameless, there).await.expect(403);
        let forged = signed(HEADER, &bob(), b"another key");
        for error_url in ["https%3A%2F%2Fevil.example%2F", "%2F%2Fevil.example", "javascript%3Aalert(1)"] {
            let path = format!("/api/sso/v2/sso/jwt?jwt={forged}&error_url={error_url}");
            assert_eq!(browser.get(&path).await.expect(403).header("location"), "");
        }
    }

    async fn a_token_that_asks_for_what_is_not_understood_opens_nothing(school: &TestSchool) {
        for header in [
            r#"{"alg":"HS256","typ":"JWT","crit":["exp"]}"#,
            r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
            r#"{"alg":"HS256","crit":[]}"#,
            r#"{"alg":"HS256","crit":null}"#,
        ] {
            let token = signed(header, &bob(), school.api_key.as_bytes());
            let mut browser = Browser::new(school);
            let path = format!("/api/sso/v2/sso/jwt?jwt={token}&error_url=https%3A%2F%2Fevil.example%2F");
            browser.get(&path).await.expect(403);
            assert!(!browser.is_signed_in().await, "{header}");
        }
    }

    async fn people_with_one_name_get_in_and_can_change_their_profile(school: &TestSchool) {
        for (changes, first, last) in [
            (json!({ "last_name": null }), "Bob", ""),
            (json!({ "last_name": "", "email": "b@example.com" }), "Bob", ""),
            (json!({ "first_name": null, "email": "c@example.com" }), "Builder", ""),
        ] {
            let claims = with(bob(), changes);
            let mut browser = Browser::new(school);
            go(school, &mut browser, &claims, "").await.expect(303);
            let user = school.get(&format!("/users?query[email]={}", claims["email"].as_str().expect("text"))).await;
            let user = user.json()["items"][0].clone();
            assert_eq!((&user["first_name"], &user["last_name"]), (&json!(first), &json!(last)));
            let page = browser.get("/account").await.expect(200).text;
            assert!(page.contains("Last name<span class=\"soft\"> (optional)"), "{page}");
            browser.submit("/account", "/account", &[("first_name", "Rob"), ("last_name", "")]).await.expect(303);
            let path = format!("/users/{}", user["id"]);
            school.put(&path, json!({ "company": "ACME", "last_name": "" })).await.expect(204);
            assert_eq!(school.get(&path).await.json()["first_name"], "Rob");
            // The next token changes nothing of that it does not say.
            go(school, &mut browser, &with(claims, json!({ "jti": rand() })), "").await.expect(303);
        }
        // Everybody else keeps both.
        let id = school.user("d@example.com").await;
        school.put(&format!("/users/{id}"), json!({ "last_name": "" })).await.expect(422);
    }

    async fn people_are_found_by_the_rule_of_addresses(school: &TestSchool) {
        let id = school.user("ren\u{e9}e@example.com").await;
        for email in ["RENE\u{301}E@Example.com", " Ren\u{e9}e@example.com\u{200b}"] {
            go(school, &mut Browser::new(school), &with(bob(), json!({ "email": email })), "").await.expect(303);
        }
        assert_eq!(school.get("/users").await.ids(), [id]);
        for changes in [
            json!({ "email": "mailto:bob@example.com" }), json!({ "first_name": "Bo\u{0}b" }),
            json!({ "company": "a\nb" }), json!({ "external_id": "a\u{1b}" }), json!({ "bio": "a\u{85}b" }),
        ] {
            let text = go(school, &mut Browser::new(school), &with(bob(), changes.clone()), "").await.expect(403).text;
            assert!(text.contains("is not valid"), "{changes}: {text}");
        }
        let claims = with(bob(), json!({ "first_name": "Zoe\u{308}", "external_id": "Zoe\u{308}" }));
        go(school, &mut Browser::new(school), &claims, "").await.expect(303);
        assert_eq!(school.get("/users/Zo%C3%AB?provider=SSO").await.expect(200).json()["first_name"], "Zo\u{eb}");
    }

    async fn whoever_was_signed_in_before_is_no_longer(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let before = browser.cookies["scholae_session"].clone();
        go(school, &mut browser, &bob(), "").await.expect(303);
        assert!(browser.get("/").await.text.contains("Bob Builder"));
        browser.cookies.insert("scholae_session".to_owned(), before);
        assert!(!browser.is_signed_in().await);
    }
}
