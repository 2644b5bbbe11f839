//! Every statement about the rows of a school names the school: one that forgot its `site_id` would find the rows of
//! whichever school comes first. What is read here is the source, so that no statement is left out for want of a test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What is meant to ask all schools at once: the file below `crates`, and the statement, or how it begins.
const OF_ALL_SCHOOLS: &[(&str, &str)] = &[
    // What files take is taken again by `doctor --repair`, of all schools at once.
    ("store/src/files.rs", "DELETE FROM file_usage"),
    ("store/src/files.rs", "INSERT INTO file_usage (site_id, bytes) SELECT…"),
    // What counts and sums up everything again, for `doctor` and for tests.
    ("store/src/lists.rs", "SELECT…"),
    ("store/src/external_order_audit.rs", "SELECT…"),
    ("store/src/books.rs", "SELECT…"),
    // Schools themselves, and what is the platform's: apps, and the keys that tokens are signed with.
    ("store/src/sites.rs", "WHERE id = $1"),
    ("store/src/sites.rs", "WHERE subdomain = $1"),
    ("store/src/sites.rs", "WHERE api_key_fingerprint = $1"),
    ("store/src/sites.rs", "WHERE previous_key_fingerprint = $1"),
    ("store/src/sites.rs", "ORDER BY id"),
    // Whether the words of people are there at all, asked when a database is opened; and why mail fails, for `doctor`.
    ("store/src/users.rs", "SELECT 1 FROM user_words LIMIT 1"),
    ("store/src/users.rs", "SELECT 1 FROM users LIMIT 1"),
    ("store/src/mails.rs", "SELECT failure, CAST(…"),
    ("store/src/apps.rs", "WHERE id = $1"),
    ("store/src/apps.rs", "WHERE client_id = $1"),
    ("store/src/apps.rs", "WHERE slug = $1"),
    ("store/src/apps.rs", "ORDER BY id"),
    ("store/src/apps.rs", "SELECT site_id FROM installs WHERE app_id = $1 ORDER BY site_id"),
    ("store/src/signing_keys.rs", "ORDER BY id DESC"),
    // A token says itself which school it is for.
    ("store/src/api_access_tokens.rs", "WHERE fingerprint = $1"),
    ("store/src/grants.rs", "SELECT t.site_id, t.grant_id, t.expires_at…"),
    // What a lost server key sealed is worth nothing, whose ever it is.
    ("store/src/api_access_tokens.rs", "DELETE FROM api_access_tokens"),
    ("store/src/grants.rs", "DELETE FROM access_tokens"),
    ("store/src/grants.rs", "DELETE FROM grants"),
    // The mailbox of development, and the sender of webhooks, which looks for the work of every school.
    ("store/src/mailbox.rs", "ORDER BY t.created_at DESC, t.mail_id DESC LIMIT $1"),
    ("store/src/webhooks.rs", "SELECT w.site_id, w.number, w.active…"),
];

/// The files of a folder's Rust sources, tests apart.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() && name != "tests" && name != "target" {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The texts in a source, each with what stands before it on its line.
fn texts(source: &str) -> Vec<(String, String)> {
    let (mut found, mut chars, mut before) = (Vec::new(), source.chars().peekable(), String::new());
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '\'' => {
                // A character, not a lifetime: `'"'` and `'\''`.
                let ahead: String = chars.clone().take(3).collect();
                let skipped =
                    if ahead.starts_with('\\') { 3 } else { usize::from(ahead.chars().nth(1) == Some('\'')) * 2 };
                chars.by_ref().take(skipped).for_each(drop);
            }
            '"' => {
                let mut text = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => {
                            text.push(' ');
                            chars.next();
                        }
                        c => text.push(c),
                    }
                }
                found.push((before.clone(), text));
            }
            c => before.push(c),
        }
        if before.len() > 400 {
            before = before.chars().skip(200).collect();
        }
    }
    found
}

/// The tables that have a `site_id`, by the migrations.
fn tables() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").read_dir().expect("a folder") {
        let sql = std::fs::read_to_string(file.expect("a file").path()).expect("a migration");
        for table in sql.split("CREATE TABLE ").skip(1) {
            let (name, columns) = table.split_once('(').expect("a name");
            if columns.trim_start().starts_with("site_id") {
                found.insert(name.trim().to_owned());
            }
        }
    }
    found
}

/// How often a statement names a table with rows of schools, in a way that reads or changes them.
fn named(text: &str, tables: &BTreeSet<String>) -> usize {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let verbs = ["FROM", "JOIN", "UPDATE", "INTO"];
    words.windows(2).filter(|pair| verbs.contains(&pair[0]) && tables.contains(pair[1])).count()
}

#[test]
fn every_statement_about_rows_of_a_school_names_the_school() {
    let tables = tables();
    assert!(tables.len() > 50, "{tables:?}");
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for name in [
        "store",
        "school",
        "bulk",
        "identity",
        "delivery",
        "worker",
        "files",
        "web",
        "pages",
        "api",
        "oauth",
        "account",
        "manage",
        "storefront",
        "server",
        "scholae",
    ] {
        sources(&crates.join(name).join("src"), &mut files);
    }
    let (mut statements, mut wrong, mut excused) = (0, Vec::new(), BTreeSet::new());
    for file in files {
        let source = std::fs::read_to_string(&file).expect("a source");
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        let place = file.strip_prefix(&crates).expect("below").display().to_string();
        for (before, text) in texts(source) {
            // A row's own statement names its table by its type.
            let before = before.trim_end();
            let of_a_row =
                !before.ends_with('+') && before.rfind("select!(").is_some_and(|at| !before[at..].contains(')'));
            let names = named(&text, &tables) + usize::from(of_a_row);
            let sites = text.matches("site_id = ").count() + usize::from(text.contains("(site_id"));
            if names == 0 {
                continue;
            }
            statements += 1;
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let means = |meant: &str| match meant.strip_suffix('…') {
                Some(begins) => text.starts_with(begins),
                None => text == meant,
            };
            let excuse = OF_ALL_SCHOOLS.iter().find(|(file, meant)| *file == place && means(meant));
            if let Some(excuse) = excuse {
                excused.insert(*excuse);
            } else if sites < names {
                wrong.push(format!("{place}: {text}"));
            }
        }
    }
    assert!(statements > 150, "only {statements} statements were found");
    assert!(
        wrong.is_empty(),
        "{} statements do not name the school of every table:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let unneeded: Vec<_> = OF_ALL_SCHOOLS.iter().filter(|excuse| !excused.contains(*excuse)).collect();
    assert!(unneeded.is_empty(), "these are no longer there: {unneeded:?}");
}
