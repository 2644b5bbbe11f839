//! Modules of a crate do not use each other in circles: what two of them need sinks below both.
//!
//! Every file is a module. It uses what its `use` lines and paths name; a name that another module only passes on is
//! what is behind it. A module and those declared in it may use each other, since they are one thing to everybody else.
//! What only tests use does not count.

mod graph;
mod source;

use std::path::{Path, PathBuf};

/// The sources of every crate of the workspace: its name and the file that it begins with.
fn crates() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the folder of all crates");
    let mut crates = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let roots = ["lib.rs", "main.rs"].map(|file| path.join("src").join(file));
        crates.extend(roots.into_iter().filter(|root| root.exists()).map(|root| (name.clone(), root)));
    }
    crates.sort();
    crates
}

#[test]
fn no_crate_has_modules_that_use_each_other_in_a_circle() {
    let crates = crates();
    assert!(crates.iter().any(|(name, _)| name == "school"), "the crates are found");
    let mut circles = Vec::new();
    for (name, root) in crates {
        let modules = source::read(&root);
        for circle in graph::circles(&modules) {
            circles.push(format!("{name}:\n{circle}"));
        }
    }
    assert!(circles.is_empty(), "{} circles of modules\n\n{}", circles.len(), circles.join("\n"));
}

/// The circles of a crate with these files.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    graph::circles(&source::read(&folder.path().join("lib.rs")))
}

#[test]
fn a_circle_is_found_however_the_modules_name_each_other() {
    let circle = circles_of(&[
        ("lib.rs", "mod a; mod b; mod c; pub use c::Thing;"),
        ("a.rs", "use crate::b::{self, x};"),
        ("b.rs", "fn x() -> u8 { vec![crate::Thing::new()].len() }"),
        ("c.rs", "pub struct Thing; fn y() { super::a::z() }"),
    ]);
    assert_eq!(circle.len(), 1);
    for line in ["a uses b", "b uses c", "c uses a"] {
        assert!(circle[0].contains(line), "{}", circle[0]);
    }
}

#[test]
fn what_is_passed_on_tested_or_within_one_module_is_no_circle() {
    let none = circles_of(&[
        ("lib.rs", "pub mod a; mod b; pub use a::A; pub use b::B;"),
        (
            "a/mod.rs",
            "//! See [`crate::B`].\nmod one; mod two; pub use one::A; pub(crate) use two::helper; fn own() { two::helper() }",
        ),
        ("a/one.rs", "use super::helper; pub struct A; #[cfg(test)] mod tests { use crate::B; use super::*; }"),
        ("a/two.rs", "pub(crate) fn helper() { super::own() }"),
        ("b.rs", "use crate::A; pub struct B; const TEXT: &str = \"crate::b\";"),
    ]);
    assert!(none.is_empty(), "{none:?}");
}
