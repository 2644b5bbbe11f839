//! Signing in and out: the session's cookie, and what protects it.

use super::browser::{Browser, events, hidden, set_cookies};
use crate::support::TestSchool;
use reqwest::Method;
use school::sites::Plan;
use serde_json::json;
use store::Engine;
use web::WebConfig;

/// Ann, who has a password: her id.
pub async fn ann(school: &TestSchool) -> i64 {
    let ann = json!({
        "first_name": "Ann", "last_name": "Example", "email": "ann@example.com", "password": "correct horse",
    });
    school.post("/users", ann).await.expect(201).id()
}

on_both_engines! {
    async fn what_is_no_page_by_itself_leads_on_when_somebody_opens_it(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        let html = [("Accept", "text/html,application/xhtml+xml")];
        // Nobody is signed in: there is nothing to ask.
        let nobody = browser.send(Method::GET, "/users/sign_out", &[], &html).await.expect(303);
        assert_eq!(nobody.header("location"), "/");
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let asked = browser.send(Method::GET, "/users/sign_out", &[], &html).await.expect(200).text;
        assert!(asked.contains("Do you want to sign out?") && browser.is_signed_in().await, "{asked}");
        browser.submit("/users/sign_out", "/users/sign_out", &[]).await.expect(303);
        assert!(!browser.is_signed_in().await);
        for path in ["/users/password", "/account/password", "/account/sessions/end", "/oauth2/token"] {
            let page = browser.send(Method::GET, path, &[], &html).await.expect(405);
            assert!(page.text.contains("School academy") && page.text.contains("href=\"/\""), "{path}: {}", page.text);
            assert!(page.header("allow").starts_with("POST"), "{path}");
            // A program is told by the status.
            assert_eq!(browser.get(path).await.expect(405).text, "", "{path}");
        }
    }

    async fn somebody_signs_in_and_out(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        assert!(!browser.is_signed_in().await);
        let reply = browser.sign_in("Ann@Example.com", "correct horse").await.expect(303);
        assert_eq!(reply.header("location"), "/");
        assert!(browser.is_signed_in().await);
        assert_eq!(events(school).await, ["user.signup", "user.signin"]);
        browser.submit("/", "/users/sign_out", &[]).await.expect(303);
        assert!(!browser.is_signed_in().await);
    }

    async fn the_session_is_ended_by_signing_out_and_not_only_forgotten_by_the_browser(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let kept = browser.cookies.clone();
        browser.submit("/", "/users/sign_out", &[]).await.expect(303);
        browser.cookies = kept;
        assert!(!browser.is_signed_in().await);
    }

    async fn a_wrong_password_and_an_unknown_address_are_told_the_same(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        let wrong = browser.sign_in("ann@example.com", "battery staple").await.expect(422);
        let mut browser = Browser::new(school);
        let unknown = browser.sign_in("eve@example.com", "battery staple").await.expect(422);
        let plain = |text: &str, email: &str| {
            let token = hidden(text, "/users/sign_in");
            text.replace(email, "[email]").replace(&token[0].1, "[csrf]")
        };
        assert_eq!(plain(&wrong.text, "ann@example.com"), plain(&unknown.text, "eve@example.com"));
        assert!(set_cookies(&wrong).iter().all(|cookie| !cookie.starts_with("scholae_session")));
    }

    async fn many_guesses_at_an_account_are_stopped_and_say_when_to_come_back(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        for _ in 0..10 {
            browser.sign_in("ann@example.com", "battery staple").await.expect(422);
        }
        let stopped = browser.sign_in("ANN@example.com ", "correct horse").await.expect(429);
        let seconds: u64 = stopped.header("retry-after").parse().expect("seconds");
        assert!((800..=900).contains(&seconds), "{seconds}");
        assert!(stopped.text.contains("15 minutes"), "{}", stopped.text);
        assert!(!browser.is_signed_in().await);
        // Another account is not locked; and one that does not exist is in the end, too.
        for _ in 0..10 {
            browser.sign_in("eve@example.com", "battery staple").await.expect(422);
        }
        browser.sign_in("eve@example.com", "battery staple").await.expect(429);
    }

    async fn the_right_password_makes_the_guesses_before_it_forgotten(school: &TestSchool) {
        ann(school).await;
        for _ in 0..3 {
            let mut browser = Browser::new(school);
            for _ in 0..6 {
                browser.sign_in("ann@example.com", "battery staple").await.expect(422);
            }
            browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        }
    }

    async fn a_session_that_was_there_before_signing_in_is_worth_nothing_afterwards(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.get("/users/sign_in").await;
        let planted = "ab".repeat(32);
        browser.cookies.insert("scholae_session".to_owned(), planted.clone());
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        assert_ne!(browser.cookies["scholae_session"], planted);
        let mut thief = Browser::new(school);
        thief.cookies.insert("scholae_session".to_owned(), planted);
        assert!(!thief.is_signed_in().await);
    }

    async fn another_schools_cookie_opens_nothing(school: &TestSchool) {
        ann(school).await;
        school.another_school("rival", Plan::Plus).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        let mut elsewhere = Browser::at(school, "rival");
        elsewhere.cookies = browser.cookies.clone();
        assert!(!elsewhere.is_signed_in().await);
    }

    async fn a_form_without_its_token_or_from_elsewhere_changes_nothing(school: &TestSchool) {
        ann(school).await;
        let mut browser = Browser::new(school);
        let fields = [("email", "ann@example.com"), ("password", "correct horse")];
        browser.post("/users/sign_in", &fields).await.expect(403);
        let other = {
            let mut other = Browser::new(school);
            let page = other.get("/users/sign_in").await.text;
            hidden(&page, "/users/sign_in").remove(0).1
        };
        browser.get("/users/sign_in").await;
        let with = |token: &str| {
            let mut all: Vec<(String, String)> =
                fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            all.push(("csrf".to_owned(), token.to_owned()));
            all
        };
        let all = with(&other);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.post("/users/sign_in", &all).await.expect(403);

        let page = browser.get("/users/sign_in").await.text;
        let all = with(&hidden(&page, "/users/sign_in")[0].1);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for headers in [
            [("Origin", "https://evil.example")],
            [("Origin", "http://rival.localhost")],
            [("Origin", "null")],
            [("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "same-site")],
        ] {
            browser.send(Method::POST, "/users/sign_in", &all, &headers).await.expect(403);
        }
        let ours = [("Origin", "http://academy.localhost"), ("Sec-Fetch-Site", "same-origin")];
        browser.send(Method::POST, "/users/sign_in", &all, &ours).await.expect(303);
        // The token of before signing in is not the session's.
        browser.post("/users/sign_out", &all[2..]).await.expect(403);
        assert!(browser.is_signed_in().await);
    }

    async fn after_signing_in_one_goes_on_to_a_place_of_the_school_only(school: &TestSchool) {
        ann(school).await;
        for (asked, gone_to) in [
            ("/account", "/account"),
            ("/oauth2/authorize?client_id=1&state=a%20b", "/oauth2/authorize?client_id=1&state=a%20b"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("\t//evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("", "/"),
        ] {
            let mut browser = Browser::new(school);
            let page: String = form_urlencoded(asked);
            let page = format!("/users/sign_in?return_to={page}");
            let fields = [("email", "ann@example.com"), ("password", "correct horse")];
            let reply = browser.submit(&page, "/users/sign_in", &fields).await.expect(303);
            assert_eq!(reply.header("location"), gone_to, "{asked:?}");
            // Also when the form was changed.
            let mut browser = Browser::new(school);
            let token = hidden(&browser.get("/users/sign_in").await.text, "/users/sign_in").remove(0).1;
            let fields = [fields[0], fields[1], ("return_to", asked), ("csrf", &token)];
            let reply = browser.post("/users/sign_in", &fields).await.expect(303);
            assert_eq!(reply.header("location"), gone_to, "{asked:?}");
        }
    }

    async fn nobody_frames_a_page_and_nothing_runs_in_it(school: &TestSchool) {
        let mut browser = Browser::new(school);
        for page in ["/", "/users/sign_in"] {
            let reply = browser.get(page).await.expect(200);
            let policy = reply.header("content-security-policy");
            for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"] {
                assert!(policy.contains(part), "{policy}");
            }
            assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(reply.header("x-frame-options"), "DENY");
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            assert_eq!(reply.header("referrer-policy"), "same-origin");
            assert_eq!(reply.header("cache-control"), "no-store");
            assert!(!reply.text.contains("<script"));
        }
    }

    async fn a_host_that_is_no_schools_has_no_pages(school: &TestSchool) {
        for host in ["unknown.localhost", "evil.example", "a.academy.localhost", "academy.localhost.evil.example"] {
            let mut browser = Browser::new(school);
            browser.host = host.to_owned();
            let reply = browser.get("/users/sign_in").await.expect(404);
            assert!(reply.text.contains("There is no school here"), "{}", reply.text);
            // In development the first page names a school that there is; none is named elsewhere.
            let first = browser.get("/").await.expect(404).text;
            assert!(!first.contains("demo.") && first.contains("There is no school here"), "{first}");
        }
    }

    async fn a_token_of_a_form_is_another_on_every_page(school: &TestSchool) {
        let mut browser = Browser::new(school);
        let mut tokens = Vec::new();
        for _ in 0..2 {
            tokens.push(hidden(&browser.get("/users/sign_in").await.text, "/users/sign_in").remove(0).1);
        }
        assert_ne!(tokens[0], tokens[1]);
        for forged in ["", ".", "00.", &tokens[0][..16], &format!("{}0", tokens[0]), &tokens[0].replace('.', "")] {
            browser.post("/users/sign_in", &[("csrf", forged)]).await.expect(403);
        }
        browser.post("/users/sign_in", &[("csrf", &tokens[0])]).await.expect(422);
    }

    async fn what_somebody_writes_is_shown_as_text(school: &TestSchool) {
        let mut browser = Browser::new(school);
        let hostile = "\"><script>alert(1)</script>";
        let reply = browser.sign_in(hostile, "battery staple").await.expect(422);
        assert!(!reply.text.contains("<script"), "{}", reply.text);
        assert!(reply.text.contains("&lt;script&gt;"), "{}", reply.text);
    }
}

fn form_urlencoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn cookies_are_for_this_host_alone_and_for_no_script() {
    for (scheme, name, secure) in [("http", "scholae_session", false), ("https", "__Host-scholae_session", true)] {
        let config = WebConfig { scheme: scheme.to_owned(), ..WebConfig::default() };
        let school = TestSchool::start_with(Engine::Sqlite, config).await.expect("SQLite is always there");
        ann(&school).await;
        for remember in [false, true] {
            let mut browser = Browser::new(&school);
            let mut fields = vec![("email", "ann@example.com"), ("password", "correct horse")];
            if remember {
                fields.push(("remember", "1"));
            }
            let reply = browser.submit("/users/sign_in", "/users/sign_in", &fields).await.expect(303);
            let cookies = set_cookies(&reply);
            let cookie = cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}="))).expect("a session");
            for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            assert_eq!(cookie.contains("Secure"), secure, "{cookie}");
            assert_eq!(cookie.contains("Max-Age"), remember, "{cookie}");
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        school.finish().await;
    }
}
