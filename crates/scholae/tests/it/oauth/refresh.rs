//! Refresh tokens that are used twice: by two processes of an app at once, by one that lost its answer, by a thief.

use super::{Program, Sent, VERIFIER, accept, ann, challenge, pass, program};
use crate::apps::get;
use crate::people::browser::Browser;
use crate::support::TestSchool;
use crate::support::clock::Clock;
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::Engine;
use web::WebConfig;

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}")).to_owned()
}

/// A refresh token of a new grant.
async fn begun(program: &Program<'_>, browser: &mut Browser) -> String {
    let sent = accept(browser, &program.authorize("")).await;
    text(&program.redeem(sent.get("code")).await.expect(200).json(), "refresh_token")
}

/// Uses a token so many times at once; everybody is given tokens.
async fn race(program: &Program<'_>, token: &str, at_once: usize) -> Vec<Value> {
    let answers = join_all((0..at_once).map(|_| program.refresh(token))).await;
    answers.into_iter().map(|answer| answer.expect(200).json()).collect()
}

on_both_engines! {
    async fn whatever_a_race_of_two_was_answered_keeps_working(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let mut token = begun(&program, &mut browser).await;
        let races = if std::env::var_os("SCHOLAE_SOAK").is_some() { 200 } else { 20 };
        let (mut given, mut left) = (Vec::new(), Vec::new());
        for _ in 0..races {
            let both = race(&program, &token, 2).await;
            assert_ne!(both[0]["refresh_token"], both[1]["refresh_token"], "each has a chain of its own");
            token = text(&both[0], "refresh_token");
            left.push(text(&both[1], "refresh_token"));
            given.extend(both);
        }
        left.push(token);
        for refreshed in join_all(left.iter().map(|token| program.refresh(token))).await {
            given.push(refreshed.expect(200).json());
        }
        for tokens in &given {
            get(school, &text(tokens, "access_token"), "/users?limit=1").await.expect(200);
        }
    }

    async fn whatever_a_race_of_a_hundred_was_answered_keeps_working(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let token = begun(&program, &mut browser).await;
        let at_once = if std::env::var_os("SCHOLAE_SOAK").is_some() { 100 } else { 30 };
        let given = race(&program, &token, at_once).await;
        for tokens in &given {
            get(school, &text(tokens, "access_token"), "/users?limit=1").await.expect(200);
        }
        for tokens in &given {
            let next = program.refresh(&text(tokens, "refresh_token")).await.expect(200).json();
            get(school, &text(&next, "access_token"), "/users?limit=1").await.expect(200);
        }
    }

    async fn what_a_race_of_forty_was_given_may_be_used_before_an_answer_of_it_is_repeated(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let token = begun(&program, &mut browser).await;
        let given = race(&program, &token, 40).await;
        let given: Vec<String> = given.iter().map(|tokens| text(tokens, "refresh_token")).collect();
        let mut next = Vec::new();
        for refreshed in join_all(given.iter().map(|token| program.refresh(token))).await {
            next.push(text(&refreshed.expect(200).json(), "access_token"));
        }
        program.refresh(&token).await.expect(200);
        program.refresh(&given[0]).await.expect(200);
        get(school, &next[39], "/users?limit=1").await.expect(200);
    }

    async fn a_token_has_a_hundred_and_fifty_successors_and_no_more(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let token = begun(&program, &mut browser).await;
        let answers = join_all((0..155).map(|_| program.refresh(&token))).await;
        let (given, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((given.len(), refused.len()), (150, 5));
        for refused in refused {
            assert_eq!(refused.expect(400).json()["error"], "invalid_grant");
        }
        // Nothing has ended, and whatever was given keeps working.
        for tokens in [&given[0], &given[149]].map(|answer| answer.json()) {
            get(school, &text(&tokens, "access_token"), "/users?limit=1").await.expect(200);
            program.refresh(&text(&tokens, "refresh_token")).await.expect(200);
        }
    }

    async fn more_than_two_hundred_chains_of_a_grant_let_the_one_unused_longest_go(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let token = begun(&program, &mut browser).await;
        let first = race(&program, &token, 105).await;
        race(&program, &text(&first[0], "refresh_token"), 105).await;
        let kept: (String, String) = school
            .arrange(|tx, site| {
                let sql = "SELECT other_refresh_tokens, used_refresh_tokens FROM grants WHERE site_id = $1";
                Ok(tx.first(sql, store::params![site], |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or_default())
            })
            .await;
        // Of each token that was used, when, and how often.
        assert_eq!((kept.0.split(' ').count(), kept.1.split(' ').count()), (200, 4));
        assert!(!kept.0.contains(&token) && !kept.1.contains(&token), "no token is kept");
    }
}

with_a_stopped_clock! {
    async fn a_second_use_counts_for_a_minute_and_ends_everything_after_it(school: &TestSchool, clock: &Clock) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let first = begun(&program, &mut browser).await;
        let mut last = program.refresh(&first).await.expect(200).json();
        // Others are used meanwhile, and the minute of the first still runs from its first use.
        for seconds in [10, 20, 30] {
            clock.stop_at(TestSchool::BEGIN + seconds * 1_000);
            last = program.refresh(&text(&last, "refresh_token")).await.expect(200).json();
        }
        clock.stop_at(TestSchool::BEGIN + 59_999);
        let late = program.refresh(&first).await.expect(200).json();
        for tokens in [&late, &last] {
            get(school, &text(tokens, "access_token"), "/users").await.expect(200);
        }
        // Both go on for days, each by itself.
        clock.stop_at(TestSchool::BEGIN + 3 * 86_400_000);
        let last = program.refresh(&text(&last, "refresh_token")).await.expect(200).json();
        clock.stop_at(TestSchool::BEGIN + 4 * 86_400_000);
        let late = program.refresh(&text(&late, "refresh_token")).await.expect(200).json();
        let reused = program.refresh(&first).await.expect(400).json();
        assert_eq!(reused["error_description"], "invalid refresh token");
        for tokens in [&late, &last] {
            program.refresh(&text(tokens, "refresh_token")).await.expect(400);
            get(school, &text(tokens, "access_token"), "/users").await.expect(401);
        }
    }

    async fn a_minute_after_its_first_use_a_token_is_stolen(school: &TestSchool, clock: &Clock) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let first = begun(&program, &mut browser).await;
        let next = program.refresh(&first).await.expect(200).json();
        clock.stop_at(TestSchool::BEGIN + 60_000);
        program.refresh(&first).await.expect(400);
        program.refresh(&text(&next, "refresh_token")).await.expect(400);
        get(school, &text(&next, "access_token"), "/users").await.expect(401);
    }
}

#[tokio::test]
async fn an_app_asks_for_tokens_so_often_a_minute_at_each_school() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let config = WebConfig { requests_per_minute: Some(2), ..WebConfig::default() };
        let Some(school) = TestSchool::start_with(engine, config).await else { continue };
        let other = school.second_school("other").await;
        let (one, two) = (program(&school, &["read:users"]).await, program(&school, &["read:users"]).await);
        // Five times as often as the school may be called; a new minute may begin once meanwhile.
        let mut answers = Vec::new();
        while answers.last().is_none_or(|status| *status == 400) {
            let answer = one.refresh("no such token").await;
            if answer.status == 429 {
                let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
                assert!((1..=60).contains(&seconds), "{seconds}");
                assert_eq!(answer.json()["error"], "temporarily_unavailable");
            }
            answers.push(answer.status);
        }
        assert!((11..=21).contains(&answers.len()) && answers.last() == Some(&429), "{answers:?}");
        // Neither another app, nor the same app at another school, is held up.
        assert_eq!(two.refresh("no such token").await.status, 400);
        let elsewhere = Program { school: &other, ..one };
        assert_eq!(elsewhere.refresh("no such token").await.status, 400);
        school.finish().await;
    }
}

#[tokio::test]
async fn a_stranger_at_the_address_of_an_app_spends_none_of_what_it_may_ask() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let config = WebConfig { requests_per_minute: Some(2), ..WebConfig::default() };
        let Some(school) = TestSchool::start_with(engine, config).await else { continue };
        let program = program(&school, &["read:users"]).await;
        let (_, mut browser) = ann(&school).await;
        let token = begun(&program, &mut browser).await;
        let pkce = format!("&code_challenge={}&code_challenge_method=S256", challenge(VERIFIER));
        let public = pass(&mut browser, &program.authorize(&pkce)).await;
        let own = pass(&mut browser, &program.authorize(&pkce)).await;
        let redeem = |sent: &Sent, verifier: &str| json!({ "grant_type": "authorization_code", "code": sent.get("code"), "code_verifier": verifier });
        // Made-up ids, the app's id with wrong secrets and without one, and a code without what it was asked for with.
        let mut stranger = super::program(&school, &["read:users"]).await;
        let refresh = json!({ "grant_type": "refresh_token", "refresh_token": token.as_str() });
        let mut answers = Vec::new();
        for n in 0..12 {
            stranger.app.client_id = format!("made-up-{n}");
            answers.push(stranger.ask(refresh.clone()).await.status);
            answers.push(program.ask_as(Some("wrong"), refresh.clone()).await.status);
            answers.push(program.ask_as(None, refresh.clone()).await.status);
            answers.push(program.ask_as(None, redeem(&own, &VERIFIER.to_lowercase())).await.status);
        }
        assert!(answers[..10].iter().all(|status| [400, 401].contains(status)), "{answers:?}");
        assert!(answers.ends_with(&[429; 4]), "{answers:?}");
        // The app itself is answered, with its secret as with its code.
        program.refresh(&token).await.expect(200);
        program.ask_as(None, redeem(&public, VERIFIER)).await.expect(200);
        school.finish().await;
    }
}
