//! What is left of somebody who was erased: every row of every table is looked at, so that a table or a column that is
//! added is noticed; and that the books still agree.

use crate::deletion_traces::{MARK, busy, naming};
use crate::people::browser::{Browser, hidden};
use crate::support::TestSchool;
use crate::support::process::{Home, refused};
use serde_json::{Value, json};
use store::{Engine, UserId};

/// What somebody is called who is about to be erased; nobody else is.
const NAMES: [&str; 5] = ["Qfirst7", "Qlast7", "Qcompany7", "Qbio7", "Qheadline7"];

/// A number that no text has in it.
const NOBODY: i64 = 4_111_222_333_444_555;

/// Where the number of somebody who was erased stays, which leads to nobody.
const NUMBERED: &[(&str, &str)] = &[
    ("orders", "user_id"),
    // As the address that stands for nobody.
    ("orders", "user_email"),
    ("external_orders", "user_id"),
    ("external_order_transactions", "user_id"),
    ("subscriptions", "user_id"),
    ("events", "body"),
    ("idempotency_keys", "body"),
];

/// Somebody who did everything, with names of their own, in the log, the answers, the mails and the leads too.
async fn person(school: &TestSchool) -> i64 {
    let user = busy(school).await;
    let [first_name, last_name, company, bio, headline] = NAMES;
    let names = json!({
        "first_name": first_name, "last_name": last_name, "company": company, "bio": bio, "headline": headline,
    });
    school.put(&format!("/users/{user}"), names).await.expect(204);
    let email = format!("user-{MARK}@example.com");
    let same = email.clone();
    school
        .arrange(move |tx, site| {
            let lead = school::leads::NewLead {
                email: same.clone(),
                first_name: NAMES[0].to_owned(),
                last_name: Some(NAMES[1].to_owned()),
                subscribed: true,
            };
            school::leads::create(tx, site, &lead)?;
            tx.execute(
                "UPDATE webhooks SET created_by = $1 WHERE site_id = $2",
                store::params![&user.to_string(), site],
            )?;
            let teacher = school::instructors::InstructorInput {
                first_name: school::Set::To(NAMES[0].to_owned()),
                last_name: school::Set::To(NAMES[1].to_owned()),
                email: school::Set::To(same.clone()),
                ..Default::default()
            };
            school::instructors::create(tx, site, &teacher).map(drop)
        })
        .await;
    let product = school.get("/products").await.ids()[0];
    school
        .arrange(move |tx, site| {
            let item = school::orders::NewItem { product_id: store::ProductId::new(product), amount_cents: Some(7_00) };
            let order =
                school::orders::NewOrder { user_id: UserId::new(user), items: vec![item], ..Default::default() };
            school::orders::create(tx, site, &order).map(drop)
        })
        .await;
    let bought = json!({
        "payment_provider": "Stripe", "user_id": user, "product_id": product, "order_type": "one-time",
        "transaction": { "amount": 500, "currency": "USD", "reference": "r-1", "action": "purchase" },
    });
    for key in ["plain".to_owned(), format!("for {email}")] {
        let body = if key == "plain" { bought.clone() } else { json!({ "user_ids": [] }) };
        let path = if key == "plain" { "/external_orders" } else { "/groups" };
        let body = if path == "/groups" { json!({ "name": "Another" }) } else { body };
        crate::support::send(school.request(reqwest::Method::POST, path).header("Idempotency-Key", key).json(&body))
            .await;
    }
    school.mails().await;
    Browser::new(school).sign_in(&email, "battery staple").await;
    user
}

fn texts() -> Vec<String> {
    let names = NAMES.iter().map(|name| (*name).to_owned());
    names.chain([format!("user-{MARK}"), format!("user-external-{MARK}")]).collect()
}

async fn event_count(school: &TestSchool) -> usize {
    school.arrange(|tx, site| Ok(store::events::after(tx, site, store::EventId::default(), 1000)?.len())).await
}

/// Sums of the books.
async fn books(school: &TestSchool) -> Vec<Value> {
    let mut books = Vec::new();
    for path in ["/orders", "/external_orders"] {
        let mut page = school.get(path).await.expect(200).json();
        for item in page["items"].as_array_mut().expect("items") {
            for name in ["user_email", "user_name", "billing_name", "updated_at"] {
                item.as_object_mut().expect("an order").remove(name);
            }
        }
        books.push(page);
    }
    books.push(school.get("/external_orders/reconciliation").await.json());
    books
}

on_both_engines! {
    async fn neither_address_nor_names_are_left_and_the_number_only_where_books_need_it(school: &TestSchool) {
        let user = person(school).await;
        let others = school.get("/users").await.json()["meta"].clone();
        let before = books(school).await;
        let named = naming(school, NOBODY, texts()).await;
        for (table, column) in [("orders", "user_name"), ("events", "body"), ("leads", "email"), ("instructors", "email")] {
            assert!(named.contains(&(table.to_owned(), column.to_owned())), "the test has nobody in {table}.{column}");
        }
        school.delete(&format!("/users/{user}?erase=true")).await.expect(204);
        assert_eq!(naming(school, NOBODY, texts()).await, Default::default(), "names and addresses");
        let mut left = naming(school, user, texts()).await;
        left.retain(|(table, column)| !NUMBERED.contains(&(table.as_str(), column.as_str())));
        assert!(left.is_empty(), "the number is still in {left:#?}");
        assert_eq!(books(school).await, before);
        let total = |meta: &Value| meta["pagination"]["total_items"].as_i64().expect("a total");
        assert_eq!(total(&school.get("/users").await.json()["meta"]), total(&others) - 1);
    }

    async fn what_receivers_are_told_of_somebody_erased_has_the_number_alone(school: &TestSchool) {
        let user = person(school).await;
        school.delete(&format!("/users/{user}?erase=true")).await.expect(204);
        let told = school
            .arrange(|tx, site| Ok(store::events::after(tx, site, store::EventId::default(), 1000)?))
            .await;
        let last: Value = serde_json::from_str(&told.last().expect("an event").body).expect("JSON");
        assert_eq!((&last["resource"], &last["action"]), (&json!("user"), &json!("deleted")));
        let payload = &last["payload"];
        assert_eq!((&payload["id"], &payload["first_name"]), (&json!(user), &json!("Erased")));
        assert_eq!(payload["email"], format!("user-{user}@erased.invalid"));
    }

    async fn somebody_whose_account_is_gone_already_is_erased_by_the_id_that_it_had(school: &TestSchool) {
        let user = person(school).await;
        school.delete(&format!("/users/{user}")).await.expect(204);
        let named = naming(school, NOBODY, texts()).await;
        assert!(named.contains(&("orders".to_owned(), "user_email".to_owned())), "{named:?}");
        let before = books(school).await;
        school.delete(&format!("/users/{user}?erase=true")).await.expect(204);
        assert_eq!(naming(school, NOBODY, texts()).await, Default::default(), "names and addresses");
        assert_eq!(books(school).await, before);
        // Nothing is left that says anything of them.
        school.delete(&format!("/users/{user}?erase=true")).await.expect(404);
    }

    async fn an_earlier_account_goes_with_the_one_that_has_its_address(school: &TestSchool) {
        let user = person(school).await;
        school.delete(&format!("/users/{user}")).await.expect(204);
        let email = format!("user-{MARK}@example.com");
        let again = school.post("/users", json!({ "first_name": "New", "last_name": "Owner", "email": email }));
        let again = again.await.expect(201).id();
        // Only what is said of the account that is gone: the address is somebody's again.
        school.delete(&format!("/users/{user}?erase=true")).await.expect(204);
        assert_eq!(naming(school, NOBODY, NAMES.map(str::to_owned).to_vec()).await.get(&("orders".to_owned(), "user_name".to_owned())), None);
        assert_eq!(school.get(&format!("/users/{again}")).await.json()["email"], email);
        school.delete(&format!("/users/{again}?erase=true")).await.expect(204);
        assert_eq!(naming(school, NOBODY, texts()).await, Default::default());
    }

    async fn others_keep_everything(school: &TestSchool) {
        let rival = school.second_school("rival").await;
        let same = json!({ "first_name": NAMES[0], "last_name": NAMES[1], "email": format!("user-{MARK}@example.com") });
        let theirs = rival.post("/users", same).await.expect(201).id();
        let user = person(school).await;
        let namesake = school.post("/users", json!({ "first_name": NAMES[0], "last_name": NAMES[1], "email": "b@example.com" }));
        let namesake = namesake.await.expect(201).id();
        let (here, there) = (event_count(school).await, event_count(&rival).await);
        school.delete(&format!("/users/{user}?erase=true")).await.expect(204);
        assert!(event_count(school).await >= here && event_count(&rival).await == there);
        assert_eq!(school.get(&format!("/users/{namesake}")).await.json()["first_name"], NAMES[0]);
        assert_eq!(rival.get(&format!("/users/{theirs}")).await.json()["email"], format!("user-{MARK}@example.com"));
        let told = rival.arrange(|tx, site| Ok(store::events::after(tx, site, store::EventId::default(), 1000)?)).await;
        assert!(told[0].body.contains(NAMES[0]));
    }

    async fn without_the_choice_a_deletion_is_as_before_and_the_owner_stays(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        school.delete(&format!("/users/{user}?erase=maybe")).await.expect(400);
        school.delete(&format!("/users/{user}?erase=false")).await.expect(204);
        let owner = school.user("owner@example.com").await;
        school
            .arrange(move |tx, site| {
                let site = school::Site::from(store::sites::get(tx, site)?.expect("the school"));
                school::sites::update(tx, &site, |site| site.owner_user_id = Some(UserId::new(owner))).map(drop)
            })
            .await;
        school.delete(&format!("/users/{owner}?erase=true")).await.expect(422);
        school.get(&format!("/users/{owner}")).await.expect(200);
        school.delete("/users/999999?erase=true").await.expect(404);
    }

    async fn the_admin_area_has_the_choice_in_its_dialog(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        let mut browser = Browser::new(school);
        let admin = json!({
            "first_name": "A", "last_name": "A", "email": "admin@example.com", "password": "correct horse",
            "roles": ["site_admin"],
        });
        school.post("/users", admin).await.expect(201);
        browser.sign_in("admin@example.com", "correct horse").await.expect(303);
        let here = format!("/manage/users/{user}");
        let page = browser.get(&here).await.expect(200).text;
        assert!(page.contains("Erase from orders and events too"), "{page}");
        let action = format!("{here}/delete");
        let csrf = hidden(&page, &action).remove(0).1;
        let reply = browser.post(&action, &[("csrf", &csrf), ("erase", "true")]).await.expect(303);
        assert!(browser.get(reply.header("location")).await.expect(200).text.contains("The user was erased."));
        assert_eq!(naming(school, NOBODY, vec!["ann@example.com".to_owned()]).await, Default::default());
    }
}

#[test]
fn nothing_of_somebody_erased_is_left_in_the_files_of_sqlite() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
    let people = home.folder().join("people.csv");
    // Enough of them that pages become free, and one longer than a page.
    let rows: String =
        (0..80).map(|n| format!("Qfirst{n},Qmustermann,q{n}@mustermann.example,{}\n", "x".repeat(90))).collect();
    std::fs::write(&people, format!("first_name,last_name,email,company\n{rows}")).expect("written");
    home.run(&["users", "import", people.to_str().expect("UTF-8")]).ok();
    let bytes = || {
        let files = std::fs::read_dir(home.folder().join("data")).expect("a folder").flatten();
        let database = files.filter(|file| file.file_name().to_string_lossy().starts_with("scholae.db"));
        database.flat_map(|file| std::fs::read(file.path()).expect("read")).collect::<Vec<u8>>()
    };
    let told = |bytes: &[u8]| bytes.to_ascii_lowercase().windows(10).filter(|text| text == b"mustermann").count();
    assert!(told(&bytes()) > 80);
    // The store stays open, as that of a server does.
    let store = home.store();
    let key = store::ServerKey::from_file(&home.folder().join("data/server.key")).expect("a key");
    let site = store::SiteId::new(1);
    let erased = store.write_now(site, move |tx| -> school::Result<()> {
        for n in 0..80 {
            let user = school::users::id_by_email(tx, site, &format!("q{n}@mustermann.example"))?.expect("a user");
            identity::managed_users::erase(tx, &key, site, &school::users::UserRef::Id(user))?;
        }
        Ok(())
    });
    erased.expect("erased");
    assert_eq!(told(&bytes()), 0, "while the server runs");
    drop(store);
    assert_eq!(told(&bytes()), 0);
}

#[test]
fn a_command_erases_somebody_once_it_was_confirmed() {
    for home in [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new) {
        home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
        let people = home.folder().join("people.csv");
        std::fs::write(&people, "first_name,last_name,email\nAda,Lovelace,ada@example.com\n").expect("written");
        home.run(&["users", "import", people.to_str().expect("UTF-8")]).ok();
        let erase = ["users", "erase", "ada@example.com"];
        refused(&home.run(&erase), 1, &["nothing was erased", "--confirm ada@example.com"]);
        refused(&home.run(&["users", "erase", "eve@example.com"]), 1, &["no user `eve@example.com`"]);
        let erased = home.run(&["users", "erase", "ada@example.com", "--confirm", "ada@example.com"]).ok();
        assert!(erased.out.contains("was erased from school `one`") && erased.out.contains("Backups"), "{erased:?}");
        refused(&home.run(&erase), 1, &["no user"]);
        // Whoever was only deleted is still named in events, and is erased by the address or the id that they had.
        std::fs::write(&people, "first_name,last_name,email\nEve,Hopper,eve@example.com\nBob,Doe,bob@example.com\n")
            .expect("written");
        home.run(&["users", "import", people.to_str().expect("UTF-8")]).ok();
        let store = home.store();
        let gone = store.write_now(None, |tx| -> school::Result<Vec<UserId>> {
            let site = store::sites::all(tx)?[0].id;
            let mut gone = Vec::new();
            for email in ["eve@example.com", "bob@example.com"] {
                let user = school::users::id_by_email(tx, site, email)?.expect("a user");
                school::account_deletion::delete(tx, site, &school::users::UserRef::Id(user))?;
                gone.push(user);
            }
            Ok(gone)
        });
        let bob = gone.expect("deleted")[1].to_string();
        drop(store);
        refused(
            &home.run(&["users", "erase", "eve@example.com"]),
            1,
            &["no user any more", "--confirm eve@example.com"],
        );
        for who in ["eve@example.com", bob.as_str()] {
            let erased = home.run(&["users", "erase", who, "--confirm", who]).ok();
            assert!(erased.out.contains(&format!("What was left of {who}")), "{erased:?}");
        }
        refused(&home.run(&["users", "erase", "eve@example.com"]), 1, &["no user"]);
        home.run(&["doctor"]).ok();
    }
}
