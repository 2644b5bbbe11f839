//! A row of an imported file that has a cell too few or too many: nobody can know which field each of its cells is, so
//! nothing of the file is imported, and the row is named.

use crate::support::process::{Home, refused};
use store::Engine;

const NAMES: &str = "first_name,last_name,email,company\n";
const GOOD: &str = "Ada,Lovelace,ada@example.com,\"Analytical, Ltd.\"\n";

/// How many users the school has.
fn users(home: &Home) -> i64 {
    let store = home.store();
    let count = store.read_now(|tx| tx.first("SELECT count(*) FROM users", &[], |row| row.get::<i64>(0)));
    count.expect("counted").expect("a number")
}

#[test]
fn a_row_with_a_cell_too_few_or_too_many_imports_nobody_and_is_named() {
    for home in [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new) {
        home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
        for (row, cells) in [
            ("Grace,Hopper,grace@example.com", 3),
            ("Grace,Hopper,grace@example.com,Navy,", 5),
            ("Grace,Hopper,grace@example.com,Navy,1906", 5),
            ("Grace", 1),
            // A comma that should have been quoted.
            ("Grace,Hopper,grace@example.com,Navy, Ltd.", 5),
        ] {
            for (text, line) in [
                (format!("{NAMES}{row}\n{GOOD}"), 2),
                (format!("{NAMES}{GOOD}{row}\n"), 3),
                (format!("{NAMES}{GOOD}{row}"), 3),
            ] {
                std::fs::write(home.folder().join("users.csv"), &text).expect("written");
                let (line, cells) = (format!("line {line}"), format!("{cells} cell"));
                for (more, nothing) in [(&[][..], "nothing was imported"), (&["--dry-run"], "nothing was changed")] {
                    let finished = home.run(&[&["users", "import", "users.csv"], more].concat());
                    refused(&finished, 1, &[&line, &cells, nothing]);
                }
                assert_eq!(users(&home), 0, "{text}");
            }
        }
        std::fs::write(home.folder().join("users.csv"), format!("{NAMES}{GOOD}")).expect("written");
        home.run(&["users", "import", "users.csv"]).ok();
        assert_eq!(users(&home), 1);
    }
}
