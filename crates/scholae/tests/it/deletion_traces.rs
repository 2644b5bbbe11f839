//! What is left of somebody who was deleted: every row of every table is looked at, so that a table or a column that is
//! added is noticed.

use crate::apps;
use crate::fixtures::one_of_everything;
use crate::people::browser::Browser;
use crate::support::{TestSchool, server_key};
use bulk::jobs::{self, InputRows, JobKind, JobParams, NewJob};
use identity::apps::Kind;
use school::files::{FileLimits, NewFile};
use school::request_log::{self, Answered, CalledBy};
use school::security_log::{self, Origin, Who};
use school::subscriptions::{self, NewSubscription};
use serde_json::json;
use std::collections::BTreeSet;
use store::dump;
use store::pending_sign_ins::PendingSignInRow;
use store::recovery_codes::RecoveryCodeRow;
use store::second_factors::SecondFactorRow;
use store::sessions::SessionRow;
use store::{AppId, ProductId, SessionId, UserId, Value};

/// Where ids of users begin, so that no other number is one of them.
const IDS: i64 = 5_111_000_000_000;
pub const MARK: &str = "gone7q";

/// Where somebody stays named, and why.
const KEPT: &[(&str, &str)] = &[
    // Books: what was sold to whom, and what was paid.
    ("orders", "user_id"),
    ("orders", "user_email"),
    ("orders", "user_name"),
    ("external_orders", "user_id"),
    ("external_order_transactions", "user_id"),
    ("subscriptions", "user_id"),
    // What happened and what was sent, for 30 days: webhooks that were down are told of it.
    ("events", "body"),
    ("outgoing_mails", "user_id"),
    // What was brought in and written out, for 30 days.
    ("job_chunks", "rows"),
    // What was answered, for a day, to who asks again with the same key.
    ("idempotency_keys", "body"),
];

/// Columns that are about whoever owns the school or acts for it, who cannot be deleted, or about another server.
const NOBODYS: &[(&str, &str)] = &[("sites", "owner_user_id")];

/// The tables and columns that name somebody, by their id or by one of these texts.
pub async fn naming(school: &TestSchool, id: i64, texts: Vec<String>) -> BTreeSet<(String, String)> {
    let digits = id.to_string();
    let read = school.store.read(move |tx| -> Result<_, store::StoreError> {
        let mut found = BTreeSet::new();
        for table in dump::tables(tx)? {
            table.for_each(tx, |values| {
                for (column, value) in table.columns.iter().zip(values) {
                    let says =
                        |text: &str| text.contains(&digits) || texts.iter().any(|one| text.contains(one.as_str()));
                    let names = match value {
                        Value::Int(number) => *number == id,
                        Value::Text(text) => says(text),
                        Value::Bytes(bytes) => says(&String::from_utf8_lossy(bytes)),
                        _ => false,
                    };
                    // Of the user's own table the id is the key.
                    if names {
                        found.insert((table.name.to_string(), column.name.clone()));
                    }
                }
                Ok::<_, store::StoreError>(())
            })?;
        }
        Ok(found)
    });
    read.await.expect("rows")
}

/// The columns of every table that, by their names, are about somebody.
async fn about_somebody(school: &TestSchool) -> BTreeSet<(String, String)> {
    let tables = school.store.read(dump::tables).await.expect("tables");
    let about = |column: &str| column.ends_with("user_id") || column == "installed_by";
    let columns = tables.iter().flat_map(|table| {
        let named = table.columns.iter().filter(|column| about(&column.name));
        named.map(|column| (table.name.to_string(), column.name.clone()))
    });
    columns.collect()
}

/// Somebody who did everything that can be done in a school: their id.
pub async fn busy(school: &TestSchool) -> i64 {
    let users = vec![("users".to_owned(), IDS)];
    school.store.write(None, move |tx| dump::set_counters(tx, &users)).await.expect("set");
    let things = school.arrange(|tx, site| one_of_everything(tx, site, MARK)).await;
    let (user, email) = (things["user"].parse::<i64>().expect("a number"), things["email"].clone());
    let rights = json!({ "roles": ["site_admin", "group_analyst", "course_admin"], "password": "correct horse" });
    school.put(&format!("/users/{user}"), rights).await.expect(204);
    school.post(&format!("/groups/{}/analysts", things["group"]), json!({ "user_ids": [user] })).await.expect(201);
    let teacher = json!({ "first_name": "T", "last_name": "T", "slug": "teacher", "user_id": user });
    school.post("/instructors", teacher).await.expect(201);
    let product: i64 = things["product"].parse().expect("a number");
    let (person, sold) = (UserId::new(user), ProductId::new(product));
    school
        .arrange(move |tx, site| {
            let course = school::courses::NewCourse {
                user_id: Some(person),
                administrator_user_ids: vec![person],
                ..school::courses::NewCourse::named("Theirs")
            };
            school::courses::create(tx, site, &course)?;
            subscriptions::open(
                tx,
                site,
                &NewSubscription { user_id: person, product_id: sold, amount: None, interval: None },
            )?;
            school::product_publish_requests::create(tx, site, sold, person)
        })
        .await;
    let course = school::CourseId::new(things["course"].parse().expect("a number"));
    let files = move |tx: &mut store::Tx<'_>, site| {
        Origin { who: Who::User(person), ..Origin::default() }.set(tx);
        for avatar_of in [Some(person), None] {
            let new = NewFile { name: Some("theirs.png".to_owned()), size: Some(9), avatar_of, ..NewFile::default() };
            school::files::begin(tx, site, &new, &FileLimits::default())?;
        }
        Ok(())
    };
    school.arrange(files).await;
    let token = move |tx: &mut store::Tx<'_>, site| {
        Origin { who: Who::User(person), ..Origin::default() }.set(tx);
        identity::api_access_tokens::create(tx, &server_key(), site, "Theirs", None)?;
        let rows = InputRows::of_addresses(&format!("user-{MARK}@example.com"));
        let params = JobParams { course_id: Some(course), ..JobParams::default() };
        let new = NewJob { input: Some(rows), ..NewJob::of(JobKind::EnrollmentsCreate, params) };
        jobs::create(tx, site, &new)?;
        jobs::create(tx, site, &NewJob::of(JobKind::UsersExport, JobParams::default())).map(drop)
    };
    school.arrange(token).await;
    let enrollment = store::EnrollmentId::new(things["enrollment"].parse().expect("a number"));
    school.arrange(move |tx, site| school::enrollments::set_progress(tx, site, enrollment, 5_000).map(drop)).await;
    let requests = school.get("/product_publish_requests").await.expect(200).ids();
    for id in requests {
        let path = format!("/product_publish_requests/{id}/approve");
        school.post(&path, json!({ "user_id": user })).await;
    }
    let (app, _) = apps::app(school, Kind::Public, &["read:users"]).await;
    apps::install(school, &app, person).await;
    apps::tokens(school, &app, person).await;
    school.arrange(move |tx, site| Ok(store::apps::set_consent(tx, site, app.id, person, "openid", 1)?)).await;
    let mut browser = Browser::new(school);
    browser.sign_in(&email, "correct horse").await.expect(303);
    browser.submit("/users/password/new", "/users/password", &[("email", &email)]).await.expect(200);
    let other = [("email", "other@example.com"), ("current_password", "correct horse")];
    browser.submit("/account/email", "/account/email", &other).await.expect(200);
    school.arrange(move |tx, site| has_a_second_factor(tx, site, person, app.id)).await;
    school.arrange(move |tx, site| is_seen_as(tx, site, person)).await;
    school.work().await;
    user
}

/// What there is of somebody who signs in with a second factor, and for whom an app has called.
fn has_a_second_factor(tx: &mut store::Tx<'_>, site: store::SiteId, person: UserId, app: AppId) -> school::Result<()> {
    let (user_id, created_at, expires_at) = (person, store::now(), store::now() + 60_000);
    let factor = SecondFactorRow { user_id, sealed: vec![0], created_at, confirmed_at: Some(1), last_step: 0 };
    store::second_factors::put(tx, site, &factor)?;
    let fingerprint = || "no fingerprint of anybody".to_owned();
    store::recovery_codes::insert(tx, site, &RecoveryCodeRow { fingerprint: fingerprint(), user_id, created_at })?;
    let pending = PendingSignInRow {
        fingerprint: fingerprint(),
        user_id,
        kind: security_log::Kind::SignIn,
        remembered: false,
        return_to: String::new(),
        created_at,
        expires_at,
    };
    store::pending_sign_ins::insert(tx, site, &pending)?;
    let called = Answered {
        at: created_at,
        by: CalledBy::App(app, person),
        method: "GET",
        root: "/api/public/v1",
        route: "/users",
        path: "/api/public/v1/users".to_owned(),
        status: 200,
        microseconds: 1,
        request_id: "a-request".to_owned(),
        address: "192.0.2.1".to_owned(),
    };
    request_log::record(tx, site, &[called], 100)
}

/// A session in which somebody else sees the school as them.
fn is_seen_as(tx: &mut store::Tx<'_>, site: store::SiteId, person: UserId) -> school::Result<()> {
    let (now, later) = (store::now(), store::now() + 60_000);
    let session = SessionRow {
        id: SessionId::next(tx)?,
        user_id: UserId::new(person.get() + 1),
        created_at: now,
        ends_at: later,
        remembered: false,
        user_agent: String::new(),
        address: String::new(),
        fingerprint: "another fingerprint of nobody".to_owned(),
        signed_in_at: now,
        seen_at: now,
        expires_at: later,
        acting_as_user_id: Some(person),
        acting_until: Some(later),
    };
    Ok(store::sessions::insert(tx, site, &session)?)
}

on_both_engines! {
    async fn nothing_but_the_books_names_somebody_who_was_deleted(school: &TestSchool) {
        let user = busy(school).await;
        let texts = || vec![format!("user-{MARK}"), format!("user-external-{MARK}")];
        let before = naming(school, user, texts()).await;
        let unnamed: Vec<_> = about_somebody(school).await.difference(&before).cloned().collect();
        let nobodys: Vec<_> = NOBODYS.iter().map(|(table, column)| ((*table).to_owned(), (*column).to_owned())).collect();
        assert_eq!(unnamed, nobodys, "the test has nobody in these columns: it must, to see that they are left");
        school.delete(&format!("/users/{user}")).await.expect(204);
        let mut left = naming(school, user, texts()).await;
        left.retain(|(table, column)| !KEPT.contains(&(table.as_str(), column.as_str())));
        assert!(left.is_empty(), "somebody who was deleted is still named in {left:#?}");
    }
}
