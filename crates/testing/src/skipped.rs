//! What a test cannot try because this machine lacks a program. It is said, and `make test` counts it at its end, so
//! that nobody takes for tested what was not; `.ci/run` fails on it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The environment variable with the file that `make test` empties before the tests and reads after them.
pub const FILE: &str = "SKIPPED_TESTS";

/// Notes that the running test does not try `what`, and why. `why` is what the tests that were skipped are counted by.
pub fn note(what: &str, why: &str) {
    eprintln!("SKIPPED {what}: {why}");
    if let Some(file) = std::env::var_os(FILE) {
        note_in(Path::new(&file), what, why);
    }
}

/// The same in a file: a line with the reason, the name of the test, and what was not tried.
pub fn note_in(file: &Path, what: &str, why: &str) {
    // The harness names the thread of a test after it.
    let thread = std::thread::current();
    let line = format!("{why}\t{}\t{what}\n", thread.name().unwrap_or("a test"));
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
    // In one piece: other tests write there too.
    let written = opened.and_then(|mut opened| opened.write_all(line.as_bytes()));
    written.unwrap_or_else(|error| panic!("{}, in which skipped tests are noted: {error}", file.display()));
}

/// Whether this machine has every one of these programs; notes that `what` is not tried when it does not.
pub fn can(what: &str, programs: &[&str]) -> bool {
    let missing: Vec<&str> = programs.iter().copied().filter(|program| !has(program)).collect();
    if !missing.is_empty() {
        note(what, &without(&missing));
    }
    missing.is_empty()
}

/// Why something is skipped where these programs are missing.
pub fn without(programs: &[&str]) -> String {
    format!("there is no {} here", programs.join(" and no "))
}

/// Whether this machine has a program.
pub fn has(program: &str) -> bool {
    find(program).is_some()
}

/// Where this machine has a program.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
