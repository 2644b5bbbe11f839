//! Every form of the site: that it counts with its token alone, and that it changes nothing once it is nobody's any more.

use super::browser::{Browser, hidden, time_goes_by, unescaped};
use crate::oauth::{action, program};
use crate::support::{Reply, TestSchool};
use axum::http::{HeaderMap, HeaderValue, header};
use identity::rights::Right;
use identity::sessions::{self, Device};
use pages::{PageError, Visitor};
use school::UserId;
use school::security_log::Kind;
use school::sites;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use store::dump::{self, Table};

/// The page of a form, where it is sent, and what is filled in.
type Form = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The forms of somebody who is signed in, each with its page and what is filled in. The consent page stands for the
/// request of an app.
const OF_A_SESSION: [Form; 8] = [
    ("/", "/users/sign_out", &[]),
    ("/account", "/account", &[("first_name", "Changed"), ("last_name", "Changed")]),
    ("/account", "/account/password", &[("current_password", "correct horse"), ("password", "a new password")]),
    ("/account/email", "/account/email", &[("email", "new@example.com"), ("current_password", "correct horse")]),
    ("/account/delete", "/account/delete", &[("current_password", "correct horse")]),
    ("/account", "/account/sessions/end", &[]),
    ("/account", "/account/sessions/end_others", &[]),
    (CONSENT, CONSENT, &[("decision", "accept")]),
];
const CONSENT: &str = "/oauth2/consent";

/// The forms that lead whoever is signed in on.
const LED_ON: [&str; 3] = ["/users/sign_in", "/users/sign_up", "/users/impersonation/end"];

/// The forms of anybody, filled in.
const OF_ANYBODY: [(&str, &[(&str, &str)]); 16] = [
    ("/users/sign_in", &[("email", "ann@example.com"), ("password", "correct horse")]),
    (
        "/users/sign_up",
        &[("first_name", "Eve"), ("last_name", "Example"), ("email", "eve@example.com"), ("password", "correct horse")],
    ),
    ("/users/confirmation/secret", &[("password", "correct horse")]),
    ("/users/password", &[("email", "ann@example.com")]),
    ("/users/password/edit/secret", &[("password", "a new password")]),
    ("/users/express_sign_in", &[("email", "ann@example.com")]),
    ("/users/express_sign_in/secret", &[]),
    // Of those whose page takes a link, or somebody without a password.
    ("/account/email/link", &[]),
    ("/account/email/new/secret", &[("email", "new@example.com")]),
    ("/account/email/confirmation/secret", &[]),
    ("/account/email/stop/secret", &[]),
    ("/account/delete/link", &[]),
    ("/account/delete/confirmation/secret", &[]),
    // Of a picture, and of whoever sees the school as somebody else.
    ("/account/picture", &[]),
    ("/account/picture/remove", &[]),
    ("/users/impersonation/end", &[]),
];

/// What happens to somebody between a page and its form, or between the request and its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    SessionEnds,
    SessionExpires,
    UserIsDeleted,
    /// Their session is left over, as it never should be.
    UserIsGone,
    RoleIsTakenAway,
}

impl Happening {
    const ALL: [Self; 5] =
        [Self::SessionEnds, Self::SessionExpires, Self::UserIsDeleted, Self::UserIsGone, Self::RoleIsTakenAway];

    async fn happen(self, school: &TestSchool, user: i64) {
        match self {
            Self::SessionEnds => {
                school.arrange(move |tx, site| sessions::end_all(tx, site, UserId::new(user), None)).await
            }
            Self::SessionExpires => time_goes_by(school, 13 * 3_600_000).await,
            Self::UserIsDeleted => drop(school.delete(&format!("/users/{user}")).await.expect(204)),
            Self::UserIsGone => {
                let rename = "UPDATE sessions SET user_id = -1 WHERE site_id = $1 AND user_id = $2";
                school
                    .arrange(move |tx, site| {
                        tx.execute(rename, store::params![site, user])?;
                        Ok(())
                    })
                    .await;
            }
            Self::RoleIsTakenAway => {
                drop(school.put(&format!("/users/{user}"), json!({ "roles": [] })).await.expect(204))
            }
        }
    }
}

/// A site admin with a password, in a browser that is signed in here and elsewhere.
async fn admin(school: &TestSchool, email: &str) -> (i64, Browser) {
    let user = json!({
        "first_name": "Ann", "last_name": "Example", "email": email, "password": "correct horse",
        "roles": ["site_admin"],
    });
    let id = school.post("/users", user).await.expect(201).id();
    let mut browser = Browser::new(school);
    for _ in 0..2 {
        let key = school.key.clone();
        let session = school
            .arrange(move |tx, site| {
                sessions::begin(tx, &key, site, UserId::new(id), &Device::default(), (Kind::SignIn, ""), false)
            })
            .await;
        browser.cookies.insert("scholae_session".to_owned(), session.secret);
    }
    (id, browser)
}

/// Every row of a database, time and again.
struct Watch<'s> {
    school: &'s TestSchool,
    tables: Arc<Vec<Table>>,
}

impl<'s> Watch<'s> {
    async fn new(school: &'s TestSchool) -> Self {
        Self { school, tables: Arc::new(school.store.read(dump::tables).await.expect("tables")) }
    }

    async fn rows(&self) -> BTreeSet<String> {
        let tables = Arc::clone(&self.tables);
        let read = self.school.store.read(move |tx| -> Result<_, store::StoreError> {
            let mut rows = BTreeSet::new();
            for table in tables.iter() {
                table.for_each(tx, |values| {
                    rows.insert(format!("{} {values:?}", table.name));
                    Ok::<_, store::StoreError>(())
                })?;
            }
            Ok(rows)
        });
        read.await.expect("rows")
    }
}

#[track_caller]
fn assert_unchanged(before: &BTreeSet<String>, after: &BTreeSet<String>, what: &str) {
    let changes: Vec<&String> = before.symmetric_difference(after).collect();
    assert!(changes.is_empty(), "{what} changes {changes:#?}");
}

/// A form of a page that is open: where it goes, and its fields.
struct Opened {
    action: String,
    fields: Vec<(String, String)>,
}

impl Opened {
    /// Opens the page of a form. `asks` is the request of an app.
    async fn open(browser: &mut Browser, asks: &str, (page, form, filled): (&str, &str, &[(&str, &str)])) -> Self {
        let shown = browser.get(if page == CONSENT { asks } else { page }).await.expect(200).text;
        let action = if form == CONSENT { action(&shown) } else { form.to_owned() };
        let mut fields = hidden(&shown, &action);
        fields.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self { action: unescaped(&action), fields }
    }

    async fn send(&self, browser: &mut Browser) -> Reply {
        let fields: Vec<(&str, &str)> =
            self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.post(&self.action, &fields).await
    }

    fn with_token(mut self, token: Option<&str>) -> Self {
        self.fields.retain(|(name, _)| name != "csrf");
        self.fields.extend(token.map(|token| ("csrf".to_owned(), token.to_owned())));
        self
    }
}

on_both_engines! {
    async fn a_form_whose_session_or_user_is_no_more_changes_nothing(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let watch = Watch::new(school).await;
        let mut number = 0;
        for happening in Happening::ALL {
            for form in OF_A_SESSION {
                if happening == Happening::RoleIsTakenAway && form.1 != CONSENT {
                    continue;
                }
                number += 1;
                let what = format!("{happening:?}, then {}", form.1);
                let (user, mut browser) = admin(school, &format!("ann-{number}@example.com")).await;
                let opened = Opened::open(&mut browser, &program.authorize(""), form).await;
                happening.happen(school, user).await;
                let before = watch.rows().await;
                let reply = opened.send(&mut browser).await;
                assert_unchanged(&before, &watch.rows().await, &what);
                assert_eq!(reply.status, 303, "{what}: {}", reply.text);
                let gone_to = reply.header("location");
                let expected = match (happening, form.1) {
                    (Happening::RoleIsTakenAway, _) => "/oauth2/authorize?",
                    (_, "/users/sign_out") => "/",
                    _ => "/users/sign_in?return_to=",
                };
                assert!(gone_to.starts_with(expected), "{what} leads to {gone_to}");
                if happening == Happening::RoleIsTakenAway {
                    assert!(browser.get(gone_to).await.expect(401).text.contains("You cannot install this app"));
                }
            }
        }
    }

    async fn what_ends_between_a_request_and_its_transaction_ends_what_it_may(school: &TestSchool) {
        let watch = Watch::new(school).await;
        for (number, happening) in Happening::ALL.into_iter().enumerate() {
            let (user, browser) = admin(school, &format!("ann-{number}@example.com")).await;
            let mut headers = HeaderMap::new();
            let cookie = format!("scholae_session={}", browser.cookies["scholae_session"]);
            headers.insert(header::HOST, HeaderValue::from_static("academy.localhost"));
            headers.insert(header::COOKIE, HeaderValue::try_from(cookie).expect("a cookie"));
            let visitor = Visitor::from_headers(school.app(), &headers, Device::default()).await.expect("a visitor");
            let signed_in = visitor.signed_in("/here").expect("somebody who is signed in");
            let acts = async || {
                let wrote = signed_in.write(Right::ManageSchool, |tx, actor| {
                    sites::update(tx, actor.site(), |row| row.name.push('!')).map(|_| ())
                });
                let wrote = wrote.await;
                (signed_in.read(Right::ManageSchool, |_, actor| Ok(actor.user_id())).await, wrote)
            };
            let (read, wrote) = acts().await;
            assert_eq!(read.expect("read"), UserId::new(user));
            wrote.expect("written");
            happening.happen(school, user).await;
            let before = watch.rows().await;
            let (read, wrote) = acts().await;
            assert_unchanged(&before, &watch.rows().await, &format!("{happening:?}"));
            for refused in [read.map(|_| ()).expect_err("refused"), wrote.expect_err("refused")] {
                match (happening, refused) {
                    (Happening::RoleIsTakenAway, PageError::NotAllowed(_)) => {}
                    (Happening::RoleIsTakenAway, other) => panic!("{other:?}"),
                    (_, PageError::SignIn(here)) => assert_eq!(here, "/here"),
                    (_, other) => panic!("{happening:?}: {other:?}"),
                }
            }
        }
    }

    async fn a_form_counts_with_its_own_token_alone(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let asks = program.authorize("");
        let (_, mut browser) = admin(school, "ann@example.com").await;
        let (_, mut other) = admin(school, "eve@example.com").await;
        let mut stranger = Browser::new(school);
        let theirs = hidden(&other.get("/account").await.text, "/account").remove(0).1;
        let nobodys = hidden(&stranger.get("/users/sign_in").await.text, "/users/sign_in").remove(0).1;
        browser.cookies.extend(stranger.cookies.clone());
        let watch = Watch::new(school).await;
        let before = watch.rows().await;
        for token in [None, Some(""), Some("00.00"), Some(theirs.as_str()), Some(nobodys.as_str())] {
            for form in OF_A_SESSION {
                let opened = Opened::open(&mut browser, &asks, form).await.with_token(token);
                opened.send(&mut browser).await.expect(403);
            }
            for (action, fields) in OF_ANYBODY {
                let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
                let opened = Opened { action: action.to_owned(), fields }.with_token(token);
                // Whoever is signed in is led on, as from a second tab.
                opened.send(&mut browser).await.expect(if LED_ON.contains(&action) { 303 } else { 403 });
            }
        }
        assert_unchanged(&before, &watch.rows().await, "a form without its token");
    }
}

/// The paths that take forms, in every source file of every crate: wherever there is a route of a page.
fn posted_paths() -> BTreeSet<String> {
    let (mut folders, mut found) = (vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("tests") && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).expect("a source");
                // A route may be followed by others, and its methods by more methods.
                let routes = source.split(".route(").skip(1).filter(|route| route.contains("post("));
                found.extend(routes.map(|route| route.split('"').nth(1).expect("a path").to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_form_of_the_site_is_in_the_tables() {
    // What apps post has no session; neither has the mailbox, which is for everybody on the machine, nor a school that is
    // closed, where the secret of a link is all that counts.
    let without_a_session = [
        "/mailbox/clear",
        "/oauth2/token",
        "/oauth2/revoke",
        "/oauth2/introspect",
        "/oidc/userinfo",
        "/users/reopen_school/{secret}",
    ];
    let known: BTreeSet<String> = OF_A_SESSION
        .iter()
        .map(|(_, form, _)| (*form).to_owned())
        .chain(OF_ANYBODY.iter().map(|(form, _)| form.replace("secret", "{secret}")))
        .chain(without_a_session.map(str::to_owned))
        .collect();
    assert_eq!(known, posted_paths());
}
