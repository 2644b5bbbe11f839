//! What is not tested is noted, counted at the end of `make test`, and refused by `.ci/run`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use testing::skipped;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the report at the end of `make test` says of a file.
fn report(file: &Path) -> Output {
    Command::new(root().join(".ci/skipped")).arg(file).output().expect("the report runs")
}

fn noted(notes: &[(&str, &str)]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    for (what, why) in notes {
        skipped::note_in(file.path(), what, why);
    }
    file
}

#[test]
fn a_skip_is_noted_with_its_reason_and_the_name_of_the_test() {
    let file = noted(&[("the pages in a browser", "there is no chromium here")]);
    let line = std::fs::read_to_string(file.path()).expect("text");
    let test = "a_skip_is_noted_with_its_reason_and_the_name_of_the_test";
    assert_eq!(line, format!("there is no chromium here\t{test}\tthe pages in a browser\n"));
}

#[test]
fn what_a_machine_has_is_not_skipped_and_what_it_lacks_is_named() {
    assert!(skipped::can("a shell", &["sh"]) && skipped::has("sh"));
    assert!(!skipped::has("no-such-program"));
    assert_eq!(skipped::without(&["bash", "curl"]), "there is no bash and no curl here");
}

#[test]
fn the_report_counts_the_tests_that_were_skipped_by_their_reasons() {
    let (browser, node) = ("there is no chromium here", "there is no node here");
    let file = noted(&[("a page", browser), ("another page of the same test", browser), ("an example", node)]);
    std::thread::Builder::new()
        .name("another::test".to_owned())
        .spawn({
            let path = file.path().to_owned();
            move || skipped::note_in(&path, "a page", browser)
        })
        .expect("a thread")
        .join()
        .expect("no panic");
    let output = report(file.path());
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{said}");
    let lines: Vec<&str> = said.lines().map(str::trim).collect();
    assert_eq!(lines[0], "2 tests were skipped, wholly or in part:", "{said}");
    assert_eq!(lines[1..3], ["2 because there is no chromium here", "1 because there is no node here"], "{said}");
}

#[test]
fn nothing_is_reported_when_nothing_was_skipped() {
    let output = report(noted(&[]).path());
    assert_eq!((output.status.code(), output.stdout), (Some(0), vec![]));
}

/// No test says on its own that it is skipped: `make test` would not count it.
#[test]
fn every_skip_goes_through_the_one_function() {
    let mut alone = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("skipped.rs") {
                let text = std::fs::read_to_string(&path).expect("UTF-8").to_lowercase();
                let says = |line: &&str| line.contains("println!(\"skipped") || line.contains("command -v");
                alone.extend(text.lines().filter(says).map(|line| format!("{}: {}", path.display(), line.trim())));
            }
        }
    }
    assert!(alone.is_empty(), "{}", alone.join("\n"));
}
