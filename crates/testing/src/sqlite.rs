//! A fresh SQLite database for each test: a copy of one that was migrated once, which takes a tenth of the time.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::OnceLock;
use store::{Location, Store};

static MIGRATED: OnceLock<Vec<u8>> = OnceLock::new();

/// Puts a new, migrated, empty database where there is none.
pub fn fresh_database(path: &Path) {
    let migrated = MIGRATED.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let template = folder.path().join("template.db");
        // The last connection that closes leaves everything in the file itself.
        drop(Store::open(&Location::Sqlite(template.clone()), 1).expect("migrated"));
        std::fs::read(&template).expect("read")
    });
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    made.expect("a new file").write_all(migrated).expect("written");
}
