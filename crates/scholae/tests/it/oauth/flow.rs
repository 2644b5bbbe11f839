//! The authorization code flow, from the link to the API.

use super::{CALLBACK, ISSUER, Sent, VERIFIER, accept, ann, challenge, current, decide, pass, program, somebody};
use crate::apps::{get, input};
use crate::people::browser::Browser;
use crate::support::TestSchool;
use identity::apps::{self, AppInput, Kind};
use identity::installs;
use school::sites::{self, Plan};
use serde_json::json;

on_both_engines! {
    async fn an_admin_installs_an_app_and_it_reads_the_school(school: &TestSchool) {
        let program = program(school, &["read:users", "read:courses"]).await;
        let (_, mut browser) = ann(school).await;
        let page = browser.get(&program.authorize("")).await.expect(200);
        for shown in [&program.app.name, "Apps and Sons", "See your users", "See your courses", "Accept &amp; Install"] {
            assert!(page.text.contains(shown), "{shown}: {}", page.text);
        }
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
        let sent = Sent::by(&decide(&mut browser, &page, "accept").await.expect(303));
        assert_eq!(sent.to, CALLBACK);
        assert_eq!((sent.get("subdomain"), sent.get("state"), sent.get("iss")), ("academy", "xyz", ISSUER));
        assert_eq!(sent.get("code").len(), 32);

        let reply = program.redeem(sent.get("code")).await.expect(200);
        assert_eq!((reply.header("cache-control"), reply.header("pragma")), ("no-store", "no-cache"));
        let given = reply.json();
        let keys: Vec<&String> = given.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["access_token", "token_type", "refresh_token", "expires_in", "gid", "scope"]);
        assert_eq!((&given["token_type"], &given["expires_in"]), (&json!("bearer"), &json!(86_399)));
        let token = given["access_token"].as_str().expect("a token");
        assert_eq!((token.len(), &token[14..15]), (36, "4"), "a UUID of version 4");
        assert_eq!(given["gid"].as_str().expect("a gid").len(), 36);
        get(school, token, "/users").await.expect(200);
        get(school, token, "/orders").await.expect(403);

        // Again it goes without a question, with another code.
        let again = pass(&mut browser, &program.authorize("")).await;
        assert_ne!(again.get("code"), sent.get("code"));
        program.redeem(again.get("code")).await.expect(200);
        get(school, token, "/users").await.expect(200);
    }

    async fn whoever_is_not_signed_in_signs_in_first_and_goes_on(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        ann(school).await;
        let mut browser = Browser::new(school);
        let to_sign_in = browser.get(&program.authorize("&nonce=a%26b")).await.expect(303);
        let place = to_sign_in.header("location").to_owned();
        assert!(place.starts_with("/users/sign_in?"), "{place}");
        let fields = [("email", "ann@example.com"), ("password", "correct horse")];
        let on = browser.submit(&place, "/users/sign_in", &fields).await.expect(303);
        let here = on.header("location").to_owned();
        assert!(here.starts_with("/oauth2/authorize?") && here.contains("nonce=a%26b"), "{here}");
        accept(&mut browser, &here).await.get("code");
    }

    async fn cancelling_leads_back_with_the_two_words_that_clients_know(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let page = browser.get(&program.authorize("")).await.expect(200);
        let reply = decide(&mut browser, &page, "cancel").await.expect(303);
        assert!(reply.header("location").starts_with(&format!("{CALLBACK}?error=access+denied&state=xyz")));
        browser.get(&program.authorize("")).await.expect(200);
    }

    async fn only_those_who_may_install_do_and_then_everybody_is_let_through(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut student) = somebody(school, "student@example.com", &[]).await;
        let (_, mut helper) = somebody(school, "helper@example.com", &["course_admin"]).await;
        for browser in [&mut student, &mut helper] {
            let page = browser.get(&program.authorize("")).await.expect(401);
            assert!(page.text.contains("is not installed"), "{}", page.text);
            assert_eq!(page.header("location"), "");
        }
        let (_, mut admin) = ann(school).await;
        accept(&mut admin, &program.authorize("")).await;
        // Each person is asked once, about themselves.
        for browser in [&mut student, &mut helper] {
            let page = browser.get(&program.authorize("&scope=openid+email")).await.expect(200);
            assert!(page.text.contains("Your e-mail address") && !page.text.contains("Accept &amp; Install"));
            let sent = Sent::by(&decide(browser, &page, "accept").await.expect(303));
            let given = program.redeem(sent.get("code")).await.expect(200).json();
            let token = given["access_token"].as_str().expect("a token");
            get(school, token, "/users").await.expect(401);
            program.userinfo(token).await.expect(200);
            pass(browser, &program.authorize("&scope=openid")).await.get("code");
            // More about them is asked for again.
            browser.get(&program.authorize("&scope=openid+email+profile")).await.expect(200);
        }
    }

    async fn an_app_that_asks_for_more_gets_it_when_an_admin_agrees(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut admin) = ann(school).await;
        let (_, mut student) = somebody(school, "student@example.com", &[]).await;
        let first = accept(&mut admin, &program.authorize("")).await;
        let given = program.redeem(first.get("code")).await.expect(200).json();
        let token = given["access_token"].as_str().expect("a token").to_owned();
        accept(&mut student, &program.authorize("")).await;
        let app = current(school, &program.app).await;
        let more =
            AppInput { scopes: vec!["read:users".to_owned(), "read:courses".to_owned()], ..AppInput::from(&app) };
        school.arrange(move |tx, _| apps::update(tx, &app, &more)).await;
        get(school, &token, "/courses").await.expect(403);
        pass(&mut student, &program.authorize("")).await.get("code");
        get(school, &token, "/courses").await.expect(403);
        accept(&mut admin, &program.authorize("")).await;
        get(school, &token, "/courses").await.expect(200);
    }

    async fn what_changes_while_the_page_is_open_is_shown_before_it_counts(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut admin) = ann(school).await;
        let page = admin.get(&program.authorize("")).await.expect(200);
        let app = current(school, &program.app).await;
        let more =
            AppInput { scopes: vec!["read:users".to_owned(), "read:orders".to_owned()], ..AppInput::from(&app) };
        school.arrange(move |tx, _| apps::update(tx, &app, &more)).await;
        let again = decide(&mut admin, &page, "accept").await.expect(303);
        assert!(again.header("location").starts_with("/oauth2/authorize?"), "{}", again.header("location"));
        let app = current(school, &program.app).await;
        assert_eq!(school.arrange(move |tx, site| installs::granted(tx, site, &app)).await, None);
        let page = admin.get(again.header("location")).await.expect(200);
        assert!(page.text.contains("See your orders"));
    }

    async fn an_app_on_somebodys_own_machine_needs_no_secret_but_pkce(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let pkce = format!("&code_challenge={}&code_challenge_method=S256", challenge(VERIFIER));
        let path = program.authorize(&pkce).replace(CALLBACK, "http://localhost:51234/callback");
        let sent = accept(&mut browser, &path).await;
        assert_eq!(sent.to, "http://localhost:51234/callback");
        let fields =
            json!({ "grant_type": "authorization_code", "code": sent.get("code"), "code_verifier": VERIFIER });
        let given = program.ask_as(None, fields).await.expect(200).json();
        assert_eq!(given["refresh_token"], json!(null), "without a secret there is no refresh token");
        get(school, given["access_token"].as_str().expect("a token"), "/users").await.expect(200);
        // With the secret, PKCE and a refresh token go together.
        let sent = pass(&mut browser, &program.authorize(&pkce)).await;
        let fields =
            json!({ "grant_type": "authorization_code", "code": sent.get("code"), "code_verifier": VERIFIER });
        assert!(program.ask(fields).await.expect(200).json()["refresh_token"].is_string());
    }

    async fn requests_as_clients_write_them_are_understood(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        accept(&mut browser, &program.authorize("")).await;
        let long = "s".repeat(128);
        let id = &program.app.client_id;
        for path in [
            format!("/oauth2/authorize?client_id={id}&redirect_uri={CALLBACK}&response_type=code&"),
            format!("/oauth2/authorize?client_id={id}&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&response_type=code&state={long}"),
            format!("/oauth2/authorize?response_type=code&client_id={id}&redirect_uri={CALLBACK}&scope=write:site_scripts%20openid"),
        ] {
            let page = browser.get(&path).await;
            let sent = match page.status {
                302 => Sent::by(&page),
                _ => Sent::by(&decide(&mut browser, &page.expect(200), "accept").await.expect(303)),
            };
            program.redeem(sent.get("code")).await.expect(200);
            if path.contains(&long) {
                assert_eq!(sent.get("state"), long);
            }
        }
        // One client begins at the page itself.
        let direct = program.authorize("").replace("/oauth2/authorize", "/oauth2/consent");
        pass(&mut browser, &direct).await.get("code");
    }

    async fn a_plan_without_apps_lets_nothing_in(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let sent = accept(&mut browser, &program.authorize("")).await;
        school
            .arrange(move |tx, site| {
                let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
                sites::set_plan(tx, &site.into(), Plan::Start)
            })
            .await;
        browser.get(&program.authorize("")).await.expect(403);
        assert_eq!(program.redeem(sent.get("code")).await.expect(400).json()["error"], "unauthorized_client");
    }

    async fn errors_go_to_the_app_once_its_address_is_known(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        for (path, error) in [
            (program.asking_for("token", ""), "unsupported_response_type"),
            (program.asking_for("id_token", ""), "invalid_scope"),
            (program.authorize("&code_challenge=short&code_challenge_method=S256"), "invalid_request"),
            (program.authorize("&response_type=code"), "invalid_request"),
            (program.authorize("&prompt=none"), "consent_required"),
        ] {
            let sent = pass(&mut browser, &path).await;
            assert_eq!((sent.get("error"), sent.get("state"), sent.get("iss")), (error, "xyz", ISSUER), "{path}");
        }
        let mut stranger = Browser::new(school);
        let sent = pass(&mut stranger, &program.authorize("&prompt=none")).await;
        assert_eq!(sent.get("error"), "login_required");
    }

    async fn a_grant_too_many_ends_the_oldest(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let first = accept(&mut browser, &program.authorize("")).await;
        let first = program.redeem(first.get("code")).await.expect(200).json();
        for _ in 0..50 {
            pass(&mut browser, &program.authorize("")).await;
        }
        let refresh = first["refresh_token"].as_str().expect("a token");
        assert_eq!(program.refresh(refresh).await.expect(400).json()["error"], "invalid_grant");
        assert_eq!(input(Kind::Public, &[]).kind, Kind::Public);
    }
}
