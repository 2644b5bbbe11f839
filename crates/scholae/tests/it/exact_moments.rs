//! What ends at a moment, tried at its last millisecond and at the next one. Enrollments and what is paid elsewhere have
//! tests of their own beside their resources.

use crate::apps;
use crate::oauth::{accept, ann, pass, program};
use crate::people::browser::{Browser, hidden};
use crate::people::sso::{HEADER, signed};
use crate::support::clock::Clock;
use crate::support::{Reply, TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Where a link is asked for, where that form goes, what is filled in, the label of the link, and how long it works.
type LinkKind<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, i64);

/// Moves the clock to so many milliseconds after its beginning.
fn at(clock: &Clock, moment: i64) {
    clock.stop_at(TestSchool::BEGIN + moment);
}

/// Somebody with a password.
async fn bob(school: &TestSchool) -> i64 {
    let bob = json!({
        "first_name": "Bob", "last_name": "Jones", "email": "bob@example.com", "password": "correct horse",
    });
    school.post("/users", bob).await.expect(201).id()
}

/// The path of the link with this label in the newest mail that has one, once the server has sent it.
async fn mailed(school: &TestSchool, label: &str) -> String {
    let begun = Instant::now();
    loop {
        let sent = send(school.plain(Method::GET, &format!("{}/mailbox.json", school.url))).await.expect(200).json();
        let mut links = sent["items"].as_array().expect("items").iter().flat_map(|mail| mail["links"].as_array());
        if let Some(found) = links.find_map(|links| links.iter().find(|link| link["label"] == label)) {
            let (_, rest) = found["url"].as_str().and_then(|url| url.split_once("://")).expect("a url");
            return rest[rest.find('/').expect("a path")..].to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{label} is not sent: {sent}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Lets the school have so many requests a minute; the server knows once it was asked for something.
async fn limit(school: &TestSchool, requests_per_minute: i64) {
    school
        .arrange(move |tx, site| {
            let row = store::sites::get(tx, site)?.expect("a school");
            school::sites::update(tx, &row.into(), |site| site.requests_per_minute = Some(requests_per_minute))
                .map(|_| ())
        })
        .await;
    school.get("/groups").await.expect(200);
}

/// A token of the school's single sign-on for somebody, with these moments in seconds.
fn sso_token(school: &TestSchool, moments: &Value) -> String {
    let mut claims = json!({ "email": "eve@example.com", "first_name": "Eve", "last_name": "Example" });
    for (name, value) in moments.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    signed(HEADER, &claims, school.api_key.as_bytes())
}

with_a_stopped_clock! {
    async fn a_session_ends_when_it_was_not_used_for_so_long(school: &TestSchool, clock: &Clock) {
        bob(school).await;
        let account = [("email", "bob@example.com"), ("password", "correct horse")];
        let remembered = [account[0], account[1], ("remember", "1")];
        let mut begun = 0;
        for (fields, idle) in [(&account[..], 12 * HOUR), (&remembered[..], 14 * DAY)] {
            at(clock, begun);
            let (mut used, mut unused) = (Browser::new(school), Browser::new(school));
            for browser in [&mut used, &mut unused] {
                browser.submit("/users/sign_in", "/users/sign_in", fields).await.expect(303);
            }
            at(clock, begun + idle - 1);
            assert!(used.is_signed_in().await, "{idle}");
            at(clock, begun + idle);
            assert!(!unused.is_signed_in().await, "{idle}");
            // What is used lasts on from there.
            at(clock, begun + 2 * idle - 2);
            assert!(used.is_signed_in().await, "{idle}");
            begun += 3 * idle;
        }
    }

    async fn a_session_ends_after_ninety_days_however_much_it_is_used(school: &TestSchool, clock: &Clock) {
        bob(school).await;
        let mut browser = Browser::new(school);
        let fields = [("email", "bob@example.com"), ("password", "correct horse"), ("remember", "1")];
        browser.submit("/users/sign_in", "/users/sign_in", &fields).await.expect(303);
        for day in (13..90).step_by(13) {
            at(clock, day * DAY);
            assert!(browser.is_signed_in().await, "day {day}");
        }
        at(clock, 90 * DAY - 1);
        assert!(browser.is_signed_in().await);
        at(clock, 90 * DAY);
        assert!(!browser.is_signed_in().await);
    }

    async fn a_mailed_link_works_to_its_last_millisecond(school: &TestSchool, clock: &Clock) {
        bob(school).await;
        school.user("cat@example.com").await;
        let sign_up = [
            ("first_name", "Dan"), ("last_name", "D"), ("email", "dan@example.com"), ("password", "correct horse"),
        ];
        let (bob, cat) = ([("email", "bob@example.com")], [("email", "cat@example.com")]);
        let kinds: [LinkKind<'_>; 3] = [
            ("/users/password/new", "/users/password", &bob, "Choose it here", 60 * MINUTE),
            ("/users/express_sign_in", "/users/express_sign_in", &cat, "Sign in", 15 * MINUTE),
            ("/users/sign_up", "/users/sign_up", &sign_up, "Confirm that it was you", DAY),
        ];
        for (number, (page, action, fields, label, life)) in kinds.into_iter().enumerate() {
            let begun = 2 * DAY * (number as i64 + 1);
            at(clock, begun);
            let mut browser = Browser::new(school);
            browser.submit(page, action, fields).await.expect(200);
            let link = mailed(school, label).await;
            for (moment, status) in [(0, 200), (life - 1, 200), (life, 410), (life + DAY, 410), (life - 1, 200)] {
                at(clock, begun + moment);
                assert_eq!(browser.get(&link).await.status, status, "{label} after {moment}");
            }
            // What is sent counts as little as what is shown.
            let shown = browser.get(&link).await.expect(200).text;
            let path = link.split('?').next().expect("a path");
            let mut form = hidden(&shown, path);
            form.push(("password".to_owned(), "correct horse".to_owned()));
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            at(clock, begun + life);
            browser.post(path, &form).await.expect(410);
            at(clock, begun + life - 1);
            browser.post(path, &form).await.expect(303);
        }
    }

    async fn tries_count_to_the_last_millisecond_of_their_window(school: &TestSchool, clock: &Clock) {
        bob(school).await;
        school.user("cat@example.com").await;
        let mut browser = Browser::new(school);
        let wrong = [("email", "bob@example.com"), ("password", "not this one")];
        let right = [("email", "bob@example.com"), ("password", "correct horse")];
        let cat = [("email", "cat@example.com")];
        at(clock, 0);
        for _ in 0..10 {
            browser.submit("/users/sign_in", "/users/sign_in", &wrong).await.expect(422);
        }
        at(clock, 15 * MINUTE - 1);
        browser.submit("/users/sign_in", "/users/sign_in", &right).await.expect(429);
        at(clock, 15 * MINUTE);
        browser.submit("/users/sign_in", "/users/sign_in", &right).await.expect(303);

        let begun = DAY;
        at(clock, begun);
        let mut browser = Browser::new(school);
        let ask = "/users/express_sign_in";
        for _ in 0..5 {
            browser.submit(ask, ask, &cat).await.expect(200);
        }
        at(clock, begun + HOUR - 1);
        browser.submit(ask, ask, &cat).await.expect(429);
        at(clock, begun + HOUR);
        browser.submit(ask, ask, &cat).await.expect(200);
    }

    async fn a_code_counts_for_a_minute_and_its_token_for_a_day(school: &TestSchool, clock: &Clock) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        let early = accept(&mut browser, &program.authorize("&scope=openid")).await;
        let late = pass(&mut browser, &program.authorize("&scope=openid")).await;
        at(clock, MINUTE);
        assert_eq!(program.redeem(late.get("code")).await.expect(400).json()["error"], "invalid_grant");
        at(clock, MINUTE - 1);
        let given = program.redeem(early.get("code")).await.expect(200).json();
        let token = given["access_token"].as_str().expect("a token");
        let end = MINUTE - 1 + DAY;
        for (moment, counts) in [(MINUTE, true), (end - 1, true), (end, false)] {
            at(clock, moment);
            let status = if counts { 200 } else { 401 };
            assert_eq!(apps::get(school, token, "/users").await.status, status, "{moment}");
            assert_eq!(program.userinfo(token).await.status, status, "{moment}");
            let seen = program.form("/oauth2/introspect", &[("token", token)]).await.expect(200).json();
            assert_eq!(seen["active"], counts, "{moment}");
        }
    }

    async fn a_secret_that_was_replaced_counts_to_its_last_millisecond(school: &TestSchool, clock: &Clock) {
        let program = program(school, &["read:users"]).await;
        let (key, app) = (school.key.clone(), program.app.clone());
        school.arrange(move |tx, _| identity::apps::rotate_secret(tx, &key, &app, HOUR)).await;
        let end = TestSchool::BEGIN + HOUR;
        school
            .arrange(move |tx, _| Ok(tx.execute("UPDATE apps SET previous_until = $1", store::params![end])?))
            .await;
        for (moment, status) in [(HOUR - 1, 400), (HOUR, 401)] {
            at(clock, moment);
            assert_eq!(program.redeem("no code").await.status, status, "{moment}: 400 is that the code is wrong");
        }
    }

    async fn an_idempotency_key_is_remembered_for_a_day(school: &TestSchool, clock: &Clock) {
        let create = async || -> Reply {
            let request = school.request(Method::POST, "/promotions").header("Idempotency-Key", "one");
            send(request.json(&json!({ "name": "Spring", "discount_type": "fixed", "amount": 5 }))).await.expect(201)
        };
        let first = create().await.id();
        for (moment, replayed) in [(0, "true"), (DAY - 1, "true"), (DAY, ""), (2 * DAY - 1, "true"), (2 * DAY, "")] {
            at(clock, moment);
            let reply = create().await;
            assert_eq!(reply.header("idempotency-replayed"), replayed, "{moment}");
            assert_eq!(reply.id() == first, moment < DAY, "{moment}");
        }
    }

    async fn a_token_of_single_sign_on_counts_from_a_minute_before_to_four_hours_after(
        school: &TestSchool, clock: &Clock
    ) {
        let second = TestSchool::BEGIN / 1_000 + 5 * 3_600;
        for (moments, first, last) in [
            (json!({ "iat": second }), 5 * HOUR - 60 * SECOND, 9 * HOUR + 999),
            (json!({ "iat": second, "exp": second + 10 }), 5 * HOUR - 60 * SECOND, 5 * HOUR + 10 * SECOND - 1),
        ] {
            for (number, (moment, opens)) in
                [(first - 1, false), (first, true), (last, true), (last + 1, false)].into_iter().enumerate()
            {
                let mut moments = moments.clone();
                moments["jti"] = json!(number);
                at(clock, moment);
                let path = format!("/api/sso/v2/sso/jwt?jwt={}", sso_token(school, &moments));
                let status = if opens { 303 } else { 403 };
                assert_eq!(Browser::new(school).get(&path).await.status, status, "{moments} at {moment}");
            }
        }
    }

    async fn an_app_that_wants_a_fresh_sign_in_takes_one_of_just_its_age(school: &TestSchool, clock: &Clock) {
        let program = program(school, &["read:users"]).await;
        let (_, mut browser) = ann(school).await;
        for (moment, status) in [(60 * SECOND, 200), (60 * SECOND + 1, 303)] {
            at(clock, moment);
            assert_eq!(browser.get(&program.authorize("&max_age=60")).await.status, status, "{moment}");
        }
    }

    async fn a_minute_has_so_many_requests_and_says_when_the_next_begins(school: &TestSchool, clock: &Clock) {
        limit(school, 3).await;
        at(clock, MINUTE + 1_500);
        for remaining in ["2", "1", "0"] {
            let reply = school.get("/users").await.expect(200);
            assert_eq!((reply.header("ratelimit-limit"), reply.header("x-ratelimit-limit-minute")), ("3", "3"));
            assert_eq!(reply.header("ratelimit-remaining"), remaining);
            assert_eq!(reply.header("x-ratelimit-remaining-minute"), remaining);
            assert_eq!(reply.header("ratelimit-reset"), (TestSchool::BEGIN + 2 * MINUTE).to_string());
        }
        let refused = school.get("/users").await.expect(429);
        assert_eq!(refused.text, r#"{"message":"API rate limit exceeded"}"#);
        assert_eq!(refused.header("retry-after"), "59");
    }

    async fn the_headers_that_tests_compare_are_the_same_on_both_sides_of_a_minute(school: &TestSchool, clock: &Clock) {
        limit(school, 3).await;
        let mut replies = Vec::new();
        for moment in [2 * MINUTE - 1, 2 * MINUTE - 1, 2 * MINUTE] {
            at(clock, moment);
            replies.push(school.get("/groups").await.expect(200));
        }
        let [_, before, after] = &replies[..] else { unreachable!("three requests") };
        for name in ["ratelimit-reset", "ratelimit-remaining", "x-ratelimit-remaining-minute", "x-request-id"] {
            assert_ne!(before.header(name), after.header(name), "{name}");
        }
        assert_eq!(before.headers_of_any_moment(), after.headers_of_any_moment());
    }

    async fn a_minutes_requests_are_counted_anew_from_its_first_millisecond(school: &TestSchool, clock: &Clock) {
        limit(school, 2).await;
        for minute in 1..3 {
            for moment in [minute * MINUTE, minute * MINUTE, (minute + 1) * MINUTE - 1] {
                at(clock, moment);
                let status = if moment == minute * MINUTE { 200 } else { 429 };
                assert_eq!(school.get("/groups").await.status, status, "{moment}");
            }
        }
    }
}

on_both_engines! {
    async fn a_lease_keeps_others_away_to_its_last_millisecond(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        school.arrange(move |tx, site| {
            let (user, kind) = (store::UserId::new(user), store::mails::MailKind::HasPassword);
            store::mails::enqueue(tx, site, 1_000, kind, user, None)?;
            let claim = |tx: &mut store::Tx<'_>, now: i64, until: i64| {
                let due = store::mails::due(tx, now)?.len();
                Ok::<_, store::StoreError>((due, store::mails::claim(tx, site, now, until, 8)?.len()))
            };
            assert_eq!(claim(tx, 999, 5_000)?, (0, 0), "before it is due");
            assert_eq!(claim(tx, 1_000, 5_000)?, (1, 1), "as it is due");
            assert_eq!(claim(tx, 4_999, 9_000)?, (0, 0), "while somebody has it");
            assert_eq!(claim(tx, 5_000, 9_000)?, (1, 1), "as the lease ends");
            Ok(())
        }).await;
        let webhooks = format!("{}/api/v2/webhooks", school.url);
        let hook = json!({ "topic": "user.signup", "target_url": "https://hooks.example.org/x" });
        send(school.request(Method::POST, &webhooks).json(&hook)).await.expect(201);
        school.user("bob@example.com").await;
        school.arrange(|tx, site| {
            tx.execute("UPDATE deliveries SET due_at = 1000 WHERE site_id = $1", store::params![site])?;
            let sql = "SELECT webhook FROM deliveries WHERE site_id = $1";
            let webhook = tx.first(sql, store::params![site], |row| row.get(0))?.expect("a delivery");
            let claim = |tx: &mut store::Tx<'_>, now: i64, until: i64| {
                Ok::<_, store::StoreError>(store::deliveries::claim(tx, site, webhook, now, until, 8)?.len())
            };
            assert_eq!(claim(tx, 999, 5_000)?, 0, "before it is due");
            assert_eq!(claim(tx, 1_000, 5_000)?, 1, "as it is due");
            assert_eq!(claim(tx, 4_999, 9_000)?, 0, "while somebody has it");
            assert_eq!(claim(tx, 5_000, 9_000)?, 1, "as the lease ends");
            Ok(())
        }).await;
    }

    async fn a_lesson_opens_with_its_enrollment_and_closes_with_it(school: &TestSchool) {
        use crate::resources::arranged::{chapter, content, course, text};
        use school::enrollments::{self, Dates};
        use school::{Set, progress};
        let bread = course(school, "Bread").await;
        let lesson = content(school, chapter(school, bread.id, "One").await, text("Flour")).await;
        let user = school.user("ann@example.com").await;
        let (begins, ends) = (store::now() + HOUR, store::now() + 2 * HOUR);
        let dates = json!({ "user_id": user, "course_id": bread.id });
        let id = school.post("/enrollments", dates).await.expect(201).id();
        let open = async |moment: i64| {
            let (site, id, lesson) = (school.site, store::EnrollmentId::new(id), store::ContentId::new(lesson));
            let tried = school.store.write(site, move |tx| {
                tx.backdate(moment);
                progress::complete_lesson(tx, site, id, lesson).map(|_| ())
            });
            tried.await.is_ok()
        };
        assert!(!open(begins).await, "a trial opens no lesson that is not free");
        school.arrange(move |tx, site| {
            let dates = Dates { activated_at: Set::To(begins), expiry_date: Set::To(ends) };
            enrollments::update(tx, site, store::EnrollmentId::new(id), &dates).map(|_| ())
        }).await;
        for (moment, opens) in [(begins - 1, false), (begins, true), (ends - 1, true), (ends, false)] {
            assert_eq!(open(moment).await, opens, "{moment}");
        }
    }
}
