//! Where commands find the data, which of them make it, and what a demo does not touch.

use crate::support::process::{Home, Server, finish, refused, text};
use serde_json::Value;
use store::Engine;

fn home() -> Home {
    Home::new(Engine::Sqlite).expect("SQLite is always there")
}

/// The places for one test on each engine.
fn homes() -> impl Iterator<Item = Home> {
    [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new)
}

#[test]
fn commands_beside_a_running_demo_find_it() {
    let home = home();
    let server = Server::start(home.command(["demo", "--json", "--listen", "127.0.0.1:0"]));
    let said = server.json();
    let key = finish(home.command(["key", "show"])).ok();
    assert_eq!(key.out.trim(), text(&said, "api_key"));
    assert_eq!(key.err, "scholae: this is the demo's data, ./.demo; --data names another folder\n");
    let triggered = finish(home.command(["trigger", "user.signup", "--json"])).ok();
    assert_eq!(triggered.err, "", "JSON comes alone");
    assert_eq!(text(&triggered.json(), "topic"), "user.signup");

    // What makes schools does not put them into the demo, and who has a school of their own is not shown the demo's.
    finish(home.command(["site", "create", "--subdomain", "own", "--name", "Own"])).ok();
    let listed = finish(home.command(["site", "list", "--json"]));
    assert_eq!(text(&listed.json(), "subdomain"), "own");
}

#[test]
fn what_the_demo_tells_to_type_beside_it_works() {
    for home in homes() {
        let last = |line: &str| line.contains("Ctrl-C");
        let server = Server::start_until(home.command_here(["demo", "--listen", "127.0.0.1:0"]), last);
        let line = server.ready.lines().find_map(|line| line.strip_prefix("  scholae trigger "));
        let typed = line.unwrap_or_else(|| panic!("nothing to type in {}", server.ready)).split_whitespace();
        let triggered = finish(home.command(["trigger"].into_iter().chain(typed))).ok();
        assert!(triggered.out.contains("user.signup"), "{}", triggered.out);
    }
}

#[test]
fn whoever_names_the_data_is_not_shown_the_demos() {
    let home = home();
    std::fs::create_dir(home.folder().join(".demo")).expect("made");
    let made = ["site", "create", "--subdomain", "demo", "--name", "Demo", "--data", ".demo"];
    finish(home.command(made)).ok();
    finish(home.command(["key", "show"])).ok();
    std::fs::write(home.folder().join("own.toml"), "data = \"./scholae-data\"\n").expect("written");
    let show = |more: &[&str], variable: Option<(&str, &str)>| {
        let mut command = home.command(["key", "show"]);
        command.args(more).envs(variable);
        refused(&finish(command), 1, &["there is no database at"]);
    };
    show(&["--data", "elsewhere"], None);
    show(&["--database", "sqlite://elsewhere.db"], None);
    show(&["--config", "own.toml"], None);
    show(&[], Some(("SCHOLAE_DATA", "./scholae-data")));
}

#[test]
fn commands_that_do_not_make_a_school_make_no_database() {
    for home in homes() {
        std::fs::write(home.folder().join("users.csv"), "first_name,last_name,email\n").expect("written");
        let run = |arguments: &[&str]| {
            let mut command = home.command(arguments);
            command.args(["--data", "data"]);
            if let Some((server, _)) = home.database().and_then(|url| url.rsplit_once('/')) {
                // The database of a place has its tables already; PostgreSQL's own is empty.
                command.args(["--database", &format!("{server}/postgres")]);
            }
            finish(command)
        };
        for arguments in [
            &["key", "show"][..],
            &["key", "rotate"],
            &["site", "list"],
            &["site", "update", "--name", "New"],
            &["app", "list"],
            &["app", "create", "--name", "A", "--scope", "read:users", "--redirect-uri", "https://a.example/"],
            &["token", "list"],
            &["keys", "rotate"],
            &["course", "export", "slug", "slug"],
            &["users", "import", "users.csv"],
            &["trigger", "user.signup"],
            &["events", "tail"],
            &["listen", "--forward-to", "http://localhost:1/"],
        ] {
            let finished = run(arguments);
            refused(&finished, 1, &["there is no database at", "`scholae site create` or `scholae demo`", "--data"]);
            assert_eq!(finished.out, "");
        }
        refused(&run(&["backup", "--out", "backup"]), 1, &["there is no database"]);
        let made: Vec<_> =
            home.folder().read_dir().expect("a folder").map(|entry| entry.expect("one").path()).collect();
        assert_eq!(made, [home.folder().join("users.csv")], "nothing is made");
        // Nor are there tables in PostgreSQL's database.
        refused(&run(&["key", "show"]), 1, &["there is no database at"]);
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named_by_every_command() {
    let home = home();
    let data = home.folder().join("data");
    std::fs::create_dir(&data).expect("made");
    std::fs::write(data.join("scholae.db"), "this is no database, but a text of some length\n".repeat(100))
        .expect("written");
    let every = [
        &["serve"][..],
        &["demo"],
        &["site", "create", "--subdomain", "one", "--name", "One"],
        &["site", "list"],
        &["key", "show"],
    ];
    for arguments in every {
        refused(&home.run(arguments), 1, &["data/scholae.db", "file is not a database", "restore the last backup"]);
    }
    std::fs::remove_file(data.join("scholae.db")).expect("removed");
    home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
    let store = home.store();
    let newer = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
                 SELECT 999, name, applied_on, checksum FROM refinery_schema_history WHERE version = 1";
    store.write_now(None, move |tx| tx.execute(newer, &[])).expect("written");
    drop(store);
    for arguments in every {
        refused(&home.run(arguments), 1, &["data/scholae.db has tables of version 999", "an older one?"]);
    }
}

#[test]
fn a_demo_leaves_other_schools_alone() {
    for home in homes() {
        // Also one that is called as the demo's is.
        home.run(&["site", "create", "--subdomain", "demo", "--name", "Real"]).ok();
        let refusal = home.run(&["demo", "--listen", "127.0.0.1:0"]);
        refused(&refusal, 1, &["holds the school `demo`", "`scholae serve`", "--data"]);
        assert_eq!(home.run(&["site", "list", "--json"]).ok().out.lines().count(), 1);
        assert_eq!(home.run(&["app", "list"]).ok().out, "", "nothing was added");
    }
}

#[test]
fn the_demo_prints_an_owner_who_can_sign_in() {
    for home in homes() {
        let start = || Server::start(home.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]));
        let said = start().json();
        let change = |sql: &'static str| {
            let store = home.store();
            store.write_now(None, move |tx| tx.execute(sql, &[])).expect("changed");
            std::thread::spawn(move || drop(store)).join().expect("closed");
        };
        let owner = || {
            let store = home.store();
            let found = store.read_now(|tx| {
                let site = school::sites::by_subdomain(tx, "demo")?;
                let id = site.owner_user_id.expect("an owner");
                let hash = identity::passwords::stored(tx, site.id, id)?;
                Ok::<_, school::Error>(school::users::find(tx, site.id, id)?.map(|owner| (owner.email.clone(), hash)))
            });
            std::thread::spawn(move || drop(store)).join().expect("closed");
            found.expect("read")
        };
        change("DELETE FROM users WHERE email_key = 'owner@demo.example'");
        assert_eq!(owner(), None);
        let again = start().json();
        assert_eq!((&again["owner_email"], &again["owner_password"]), (&said["owner_email"], &said["owner_password"]));
        let (email, hash) = owner().expect("somebody");
        assert_eq!(email, text(&again, "owner_email"));
        assert!(hash.verify(text(&again, "owner_password")).is_some());

        change("UPDATE users SET password_hash = 'of another' WHERE email_key = 'owner@demo.example'");
        let again = start().json();
        assert_eq!((text(&again, "owner_email"), &again["owner_password"]), ("owner@demo.example", &Value::Null));

        // Nobody owns it, and somebody has the owner's address: it is they.
        change("UPDATE sites SET owner_user_id = NULL");
        let again = start().json();
        let (_, hash) = owner().expect("somebody");
        assert!(hash.verify(text(&again, "owner_password")).is_some());
    }
}
