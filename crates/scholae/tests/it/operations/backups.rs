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
