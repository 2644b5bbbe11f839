//! The direction of every dependency between the crates of the workspace, read from `cargo metadata`.
//!
//! A crate may only use crates of a lower layer, and those that its line names of its own layer. A crate without a line
//! fails the test, so that a new one is given its place when it is added.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// A crate, its layer, and which crates of its own layer it may use.
const LAYERS: &[(&str, u8, &[&str])] = &[
    ("database", 0, &[]),
    ("store", 1, &[]),
    ("school", 2, &[]),
    ("bulk", 2, &["school"]),
    ("identity", 2, &["school"]),
    ("delivery", 3, &[]),
    ("files", 3, &[]),
    ("worker", 3, &[]),
    ("web", 3, &["delivery", "files"]),
    ("pages", 3, &["web"]),
    ("api", 4, &[]),
    ("oauth", 4, &[]),
    ("account", 4, &[]),
    ("manage", 4, &[]),
    ("storefront", 4, &[]),
    ("server", 5, &[]),
    ("scholae", 6, &[]),
    // Measures the finished program from outside, and prepares the databases that it measures.
    ("bench", 7, &[]),
    // Part of no program.
    ("testing", 7, &[]),
];

/// The layer of the surfaces, which get what they need of the rows from the domain and from `web`.
const SURFACES: u8 = 4;

/// Every crate of the workspace with the workspace crates that its program depends on (not its tests).
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path", manifest])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let members: BTreeSet<String> = packages.iter().map(|package| text(&package["name"])).collect();
    let of = |package: &Value| {
        let all = package["dependencies"].as_array().expect("dependencies").iter();
        all.filter(|dependency| dependency["kind"] != "dev")
            .map(|dependency| text(&dependency["name"]))
            .filter(|name| members.contains(name))
            .collect()
    };
    packages.iter().map(|package| (text(&package["name"]), of(package))).collect()
}

/// What stands against the layers, in words.
fn violations(dependencies: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let layer = |name: &str| LAYERS.iter().find(|(known, ..)| *known == name);
    let mut found = Vec::new();
    for (name, uses) in dependencies {
        let Some((_, own, beside)) = layer(name) else {
            found.push(format!("`{name}` has no layer: give it a line in LAYERS, and in ARCHITECTURE.md"));
            continue;
        };
        for used in uses {
            let Some((_, theirs, _)) = layer(used) else { continue };
            if theirs > own || theirs == own && !beside.contains(&used.as_str()) {
                found.push(format!("`{name}` (layer {own}) uses `{used}` (layer {theirs})"));
            }
            if *own == SURFACES && *theirs < 2 {
                found.push(format!("`{name}` uses `{used}`: it gets what it needs from `school` and `web`"));
            }
        }
    }
    found
}

#[test]
fn dependencies_point_down_and_every_crate_has_a_layer() {
    let found = violations(&dependencies());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_dependency_upwards_and_a_crate_without_a_layer_are_found() {
    let uses = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let wrong = BTreeMap::from([
        ("store".to_owned(), uses(&["school"])),
        ("api".to_owned(), uses(&["oauth", "store"])),
        ("newcomer".to_owned(), uses(&[])),
    ]);
    assert_eq!(
        violations(&wrong),
        [
            "`api` (layer 4) uses `oauth` (layer 4)",
            "`api` uses `store`: it gets what it needs from `school` and `web`",
            "`newcomer` has no layer: give it a line in LAYERS, and in ARCHITECTURE.md",
            "`store` (layer 1) uses `school` (layer 2)",
        ]
    );
}
