//! What `restore` says when the books of a backup do not agree.

use super::school;
use crate::support::process::Home;
use store::Engine;

fn a_ledger_that_disagrees_fails_the_restore(engine: Engine) {
    let (Some(home), Some(other)) = (Home::new(engine), Home::new(engine)) else { return };
    school(&home);
    let file = home.folder().join("backup.jsonl");
    home.store()
        .write_now(None, |tx| {
            tx.execute(
                "INSERT INTO external_order_days (site_id, day, payment_provider, currency, gross, refunded, purchases,
                   refunds, subscriptions_opened) VALUES (1, 20000, 'card', 'usd', 100, 0, 1, 0, 0)",
                &[],
            )
        })
        .expect("written");
    home.run(&["backup", "--out", file.to_str().expect("UTF-8")]).ok();
    std::fs::create_dir_all(other.folder().join("data")).expect("a folder");
    std::fs::copy(home.folder().join("data/server.key"), other.folder().join("data/server.key")).expect("copied");
    let restored = other.run(&["restore", file.to_str().expect("UTF-8")]);
    assert_eq!(restored.code, 1, "{restored:?}");
    assert!(restored.err.contains("disagree"), "{restored:?}");
    // What was restored is there, to be looked at.
    assert!(other.run(&["site", "list"]).ok().out.contains("academy"));
}

#[test]
fn a_ledger_that_disagrees_fails_the_restore_on_sqlite() {
    a_ledger_that_disagrees_fails_the_restore(Engine::Sqlite);
}

#[test]
fn a_ledger_that_disagrees_fails_the_restore_on_postgres() {
    a_ledger_that_disagrees_fails_the_restore(Engine::Postgres);
}

#[test]
fn a_backup_takes_the_place_of_nothing_but_a_file() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    school(&home);
    let (file, link) = (home.folder().join("real.backup"), home.folder().join("latest.backup"));
    std::os::unix::fs::symlink("real.backup", &link).expect("a link");
    // Whether or not what the link names is there.
    for _ in 0..2 {
        home.run(&["backup", "--out", "latest.backup"]).ok();
        assert_eq!(std::fs::read_link(&link).expect("still a link"), std::path::Path::new("real.backup"));
        assert!(file.metadata().expect("a file").len() > 1000);
    }
    let pipe = home.folder().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    for (out, part) in
        [("pipe", "take its place"), ("/dev/null", "take its place"), ("-", "name a file"), ("data", "folder")]
    {
        let told = home.run(&["backup", "--out", out]);
        assert!(told.code == 1 && told.err.contains(part), "{out}: {told:?}");
    }
    use std::os::unix::fs::FileTypeExt as _;
    assert!(pipe.symlink_metadata().expect("there").file_type().is_fifo());
    assert!(!home.folder().join("-").exists() && !std::path::Path::new("/dev/null.part").exists());
}
