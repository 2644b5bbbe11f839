//! One school of several: deleted, backed up and restored, while the others stay as they are.

use crate::fixtures::one_of_everything;
use crate::support::process::{Home, refused};
use std::collections::BTreeMap;
use store::dump;
use store::{Engine, SiteId, StoreError};

/// How many rows each school has in each table.
fn rows(home: &Home) -> BTreeMap<(i64, &'static str), u64> {
    let store = home.store();
    let read = move || {
        store.read_now(|tx| -> Result<_, StoreError> {
            let mut rows = BTreeMap::new();
            for table in dump::tables(tx)? {
                for site in 1..=3 {
                    let count = table.count_of(tx, SiteId::new(site))?;
                    if count > 0 {
                        rows.insert((site, table.name), count);
                    }
                }
            }
            Ok(rows)
        })
    };
    std::thread::spawn(read).join().expect("no panic").expect("rows")
}

fn of(rows: &BTreeMap<(i64, &'static str), u64>, site: i64) -> BTreeMap<&'static str, u64> {
    rows.iter().filter(|((of, _), _)| *of == site).map(|((_, table), count)| (*table, *count)).collect()
}

/// A server with two schools in which there is one of everything.
fn two_schools(engine: Engine) -> Option<Home> {
    let home = Home::new(engine)?;
    for (site, name) in [(1, "one"), (2, "two")] {
        home.run(&["site", "create", "--subdomain", name, "--name", name]).ok();
        let (store, mark) = (home.store(), format!("{name}7q"));
        let fill = move || {
            let id = SiteId::new(site);
            store.write_now(id, move |tx| one_of_everything(tx, id, &mark).map(drop)).expect("filled");
        };
        std::thread::spawn(fill).join().expect("no panic");
    }
    Some(home)
}

fn homes() -> impl Iterator<Item = Home> {
    [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(two_schools)
}

#[test]
fn a_deleted_school_leaves_nothing_and_the_other_stays() {
    for home in homes() {
        let before = rows(&home);
        assert!(of(&before, 1).len() > 25, "{before:?}");
        refused(&home.run(&["site", "delete", "--school", "one"]), 1, &["nothing was deleted", "--confirm one"]);
        refused(&home.run(&["site", "delete", "--school", "one", "--confirm", "two"]), 1, &["nothing was deleted"]);
        assert_eq!(rows(&home), before);
        let told = home.run(&["site", "delete", "--school", "one", "--confirm", "one"]).ok().out;
        assert!(told.contains("School `one` is deleted"), "{told}");
        let after = rows(&home);
        assert_eq!(of(&after, 1), BTreeMap::new());
        assert_eq!(of(&after, 2), of(&before, 2));
        let doctor = home.run(&["doctor"]).ok();
        assert!(!doctor.out.contains("do not agree"), "{doctor:?}");
        refused(&home.run(&["site", "delete", "--school", "one", "--confirm", "one"]), 1, &["no school `one`"]);
    }
}

#[test]
fn a_school_comes_back_from_its_own_backup_and_from_one_of_everything() {
    for home in homes() {
        let before = rows(&home);
        home.run(&["backup", "--out", "all.jsonl"]).ok();
        home.run(&["backup", "--school", "one", "--out", "one.jsonl"]).ok();
        let key = home.run(&["key", "show", "--school", "one"]).ok().out;
        for file in ["one.jsonl", "all.jsonl"] {
            home.run(&["site", "delete", "--school", "one", "--confirm", "one"]).ok();
            refused(&home.run(&["restore", file, "--school", "three", "--webhooks", "off"]), 1, &["no school `three`"]);
            refused(&home.run(&["restore", file, "--school", "one"]), 1, &["active webhooks"]);
            let told = home.run(&["restore", file, "--school", "one", "--webhooks", "keep"]).ok();
            assert!(told.out.contains("agrees with the rows"), "{told:?}");
            assert_eq!(rows(&home), before, "{file}");
            assert_eq!(home.run(&["key", "show", "--school", "one"]).ok().out, key);
            home.run(&["doctor"]).ok();
        }
        // What is made next has an id that nobody had.
        home.run(&["site", "create", "--subdomain", "three", "--name", "three"]).ok();
        assert_eq!(rows(&home)[&(3, "sites")], 1);
    }
}

#[test]
fn a_school_is_refused_where_its_id_or_subdomain_is_taken() {
    for home in homes() {
        home.run(&["backup", "--school", "one", "--out", "one.jsonl"]).ok();
        let before = rows(&home);
        let restore = ["restore", "one.jsonl", "--school", "one", "--webhooks", "keep"];
        refused(&home.run(&restore), 1, &["has the id 1", "Ids are kept"]);
        home.run(&["site", "set", "--school", "one", "--subdomain", "uno"]).ok();
        refused(&home.run(&restore), 1, &["has the id 1, and so has school `uno`"]);
        home.run(&["site", "delete", "--school", "uno", "--confirm", "uno"]).ok();
        home.run(&["site", "set", "--school", "two", "--subdomain", "one"]).ok();
        refused(&home.run(&restore), 1, &["there is a school `one` here already"]);
        assert_eq!(of(&rows(&home), 2), of(&before, 2));
    }
}

#[test]
fn the_backup_of_one_school_has_nothing_of_another_and_fills_an_empty_database() {
    for home in homes() {
        home.run(&["backup", "--school", "one", "--out", "one.jsonl"]).ok();
        let text = std::fs::read_to_string(home.folder().join("one.jsonl")).expect("a backup");
        assert!(text.contains("one7q") && !text.contains("two7q"));
        home.run(&["backup", "--out", "all.jsonl"]).ok();
        // A database that is not there yet is made, whether or not the one school is named.
        for (folder, restore) in [
            ("elsewhere", &["restore", "one.jsonl"][..]),
            ("new", &["restore", "one.jsonl", "--school", "one"]),
            ("another", &["restore", "all.jsonl", "--school", "one"]),
        ] {
            std::fs::create_dir(home.folder().join(folder)).expect("a folder");
            std::fs::copy(home.folder().join("data/server.key"), home.folder().join(folder).join("server.key"))
                .expect("copied");
            let there = |arguments: &[&str]| {
                let arguments = arguments.iter().copied().chain(["--data", folder]);
                crate::support::process::finish(home.command(arguments.map(str::to_owned).collect::<Vec<_>>())).ok()
            };
            let told = there(&[restore, &["--webhooks", "keep"]].concat());
            assert!(told.out.contains("one ") && told.out.contains("agrees with the rows"), "{told:?}");
            there(&["key", "show", "--school", "one"]);
        }
    }
}
