//! The program at the command line.

use crate::support::process::{Home, Server, finish, pipe, refused, text};
use crate::support::{Reply, send};
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use store::Engine;
use testing::skipped;

fn home() -> Home {
    Home::new(Engine::Sqlite).expect("SQLite is always there")
}

/// The places for one test on each engine.
fn homes() -> impl Iterator<Item = Home> {
    [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new)
}

/// A school as a client sees it.
struct School {
    client: Client,
    url: String,
    subdomain: String,
    api_key: String,
}

impl School {
    fn new(server: &Server, subdomain: &str, api_key: &str) -> Self {
        let (subdomain, api_key) = (subdomain.to_owned(), api_key.trim().to_owned());
        Self { client: Client::new(), url: server.url.clone(), subdomain, api_key }
    }

    async fn get(&self, path: &str) -> Reply {
        let request = self.client.get(format!("{}/api/public/v1{path}", self.url));
        send(request.header("X-Auth-API-Key", &self.api_key).header("X-Auth-Subdomain", &self.subdomain)).await
    }

    async fn all(&self, path: &str) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let reply = self.get(&format!("{path}{separator}limit=250")).await.expect(200);
        assert_eq!(reply.pagination()["total_pages"], 1, "{path} fits on a page");
        reply.json()["items"].as_array().expect("items").clone()
    }
}

#[test]
fn every_command_tells_what_it_understands() {
    let home = home();
    let commands: [(&[&str], &[&str]); 38] = [
        (
            &[],
            &["serve", "demo", "site", "key", "course", "users", "generate", "backup", "restore", "doctor", "config"],
        ),
        (&["serve"], &["--json"]),
        (&["demo"], &["--json", "--fresh"]),
        (&["site"], &["create", "list", "update", "suspend", "resume", "delete"]),
        (
            &["site", "create"],
            &[
                "--subdomain",
                "--name",
                "--plan",
                "--currency",
                "--support-email",
                "--json",
                "pro_growth",
                "--owner-email",
            ],
        ),
        (&["owner"], &["set"]),
        (&["owner", "set"], &["--school", "--subdomain", "--email", "--first-name", "--last-name", "--password-stdin"]),
        (&["site", "list"], &["--json"]),
        (
            &["site", "update"],
            &[
                "--school",
                "--plan",
                "--name",
                "--subdomain",
                "--support-email",
                "--own-requests-per-minute",
                "--own-requests-at-once",
            ],
        ),
        (&["site", "suspend"], &["--school"]),
        (&["site", "resume"], &["--school"]),
        (&["site", "delete"], &["--school", "--confirm"]),
        (&["users", "erase"], &["--school", "--confirm"]),
        (&["users", "reset-second-factor"], &["--school"]),
        (&["key"], &["show", "rotate", "revoke"]),
        (&["key", "show"], &["--school"]),
        (&["key", "rotate"], &["--school", "--now"]),
        (&["key", "revoke"], &["--school"]),
        (&["app"], &["create", "list", "show", "set", "rotate-secret", "uninstall", "delete"]),
        (&["app", "create"], &["--name", "--company", "--kind", "--redirect-uri", "--scope", "--json", "public"]),
        (&["app", "set"], &["<APP>", "--name", "--kind", "--redirect-uri", "--scope", "--app-url", "--install-url"]),
        (&["app", "rotate-secret"], &["<APP>", "--grace-hours"]),
        (&["app", "uninstall"], &["<APP>", "--school", "--reason"]),
        (&["token"], &["create", "list", "revoke"]),
        (&["token", "create"], &["--name", "--school", "--expires-in-days", "--json"]),
        (&["keys"], &["rotate"]),
        (&["course"], &["import", "export"]),
        (&["course", "import"], &["<FOLDER>", "--school", "--check"]),
        (&["course", "export"], &["<SLUG>", "<FOLDER>", "--school"]),
        (
            &["users", "import"],
            &[
                "<FILE.csv>",
                "--school",
                "--dry-run",
                "--update",
                "--skip-bad",
                "--invite",
                "--delimiter",
                "  headline  ",
            ],
        ),
        (
            &["enroll"],
            &[
                "[EMAIL|ID]",
                "--course",
                "--bundle",
                "--csv",
                "--group",
                "--expires",
                "--trial",
                "--dry-run",
                "--skip-bad",
            ],
        ),
        (&["completions"], &["<SHELL>", "zsh"]),
        (&["man"], &["[COMMAND]", "--out"]),
        (&["security-log"], &["--school", "--since", "--until", "--kind", "--user", "--by", "--limit", "--json"]),
        (&["generate"], &["--subdomain", "--users", "--courses", "--enrollments", "--orders", "--seed", "--json"]),
        (&["backup"], &["--out", "--school"]),
        (&["restore"], &["<FILE>", "--new-server-key", "--school", "--webhooks"]),
        (&["doctor"], &["--json", "--repair"]),
    ];
    for (command, parts) in commands {
        for help in ["--help", "-h"] {
            let shown = finish(home.command(command.iter().chain([&help]))).ok();
            for part in parts {
                assert!(shown.out.contains(part), "{part} is not in the help of {command:?}: {}", shown.out);
            }
            assert_eq!(shown.err, "");
        }
    }
    assert!(std::fs::read_dir(home.folder()).expect("a folder").next().is_none(), "help makes nothing");
    assert_eq!(finish(home.command(["--version"])).ok().out, concat!("scholae ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn the_first_help_is_an_overview() {
    let shown = finish(home().command(["-h"])).ok().out;
    insta::assert_snapshot!(shown, @"
    A self-hosted school with a complete developer platform

    Usage: scholae <COMMAND>

    Commands:
      serve         Serve the schools of a database
      demo          Make a finished demo school, print where to look, and serve it
      site          Make schools, list them, change their plan
      owner         Say who owns a school
      key           Show, rotate or revoke a school's API key
      app           Register apps, list them, change them, take them out of schools
      token         Make, list and revoke a school's API access tokens
      keys          The keys that id tokens are signed with
      course        Courses as code: a folder of Markdown becomes a course, and back
      users         Bring users in from a file
      enroll        Enroll people in a course or a bundle: named ones, those of a file, or a group
      trigger       Make a real change in a school, so that its event happens
      listen        Forward a school's events to a program on this machine, signed as webhooks are
      events        Look at what happens in a school
      security-log  Print who signed in, from where, and what changed of keys, passwords, roles and apps
      generate      Make a school of any size, the same each time, for benchmarks and load tests
      files         Look after uploaded files
      backup        Write the whole database into one file, while it is in use
      restore       Read a backup into an empty database, of either engine
      doctor        Look whether everything is in order, and say what to do about what is not
      config        Print the configuration file with every default
      settings      List the settings of the data and the server, which every command takes
      completions   Print a script that completes commands and options in a shell
      man           Print the manual page of a command, or write those of all into a folder
      help          Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Examples:
      scholae demo
      scholae serve --data /var/lib/scholae
      scholae help users import

    Every command takes --data, --database and --config too; `scholae help settings` lists all settings.
    ");
}

#[test]
fn what_is_not_understood_is_named_with_what_was_perhaps_meant() {
    let home = home();
    for (arguments, parts) in [
        (&["sreve"][..], &["unrecognized subcommand 'sreve'", "'serve'"][..]),
        (
            &["app", "create", "--name", "A", "--redirect-uri", "https://a.example/", "--scope", "read:bogus"],
            &["'read:bogus'", "read:courses", "write:enrollments"],
        ),
        (&["serve", "--lisen", "x"], &["unexpected argument '--lisen'", "'--listen'"]),
        (&["site", "create", "--name", "One"], &["--subdomain <SUBDOMAIN>"]),
        (&["site", "create", "--subdomain", "one", "--name", "One", "--plan", "gold"], &["'gold'", "grow", "plus"]),
        (&["generate", "--users", "many"], &["'many'", "--users"]),
        (&["key", "show", "one", "--school", "two"], &["cannot be used with"]),
        (&["course", "export", "slug"], &["<FOLDER>"]),
        (&["backup"], &["--out <FILE>"]),
        (&[], &["Usage: scholae", "Commands:"]),
    ] {
        refused(&finish(home.command(arguments)), 2, parts);
    }
    assert!(std::fs::read_dir(home.folder()).expect("a folder").next().is_none(), "nothing is made");
}

#[test]
fn the_configuration_that_is_printed_is_one() {
    let home = home();
    let printed = home.run(&["config"]).ok().out;
    let keys: toml::Table = printed.parse().expect("TOML");
    let settings = finish(home.command(["help", "settings"])).ok().out;
    for key in keys.keys().filter(|key| *key != "server_key") {
        assert!(settings.contains(&format!("--{} <", key.replace('_', "-"))), "{key} is a flag too: {settings}");
    }
    std::fs::write(home.folder().join("own.toml"), &printed).expect("written");
    let again = finish(home.command(["config", "--config", "own.toml"])).ok();
    assert_eq!((again.out.as_str(), again.err.as_str()), (printed.as_str(), ""));
    finish(home.command(["site", "create", "--subdomain", "one", "--name", "One", "--config", "own.toml"])).ok();
    let listed = finish(home.command(["site", "list", "--json", "--config", "own.toml"]));
    assert_eq!(text(&listed.json(), "subdomain"), "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn schools_and_their_keys_are_managed_while_the_server_runs() {
    for home in homes() {
        let server = home.serve();
        refused(&home.run(&["key", "show"]), 1, &["there is no school yet", "scholae site create"]);
        let create = ["site", "create", "--subdomain", "one", "--name", "One", "--plan", "plus"];
        let made = home.run(&[&create[..], &["--json"]].concat()).json();
        assert_eq!(text(&made, "subdomain"), "one");
        let first = text(&made, "api_key").to_owned();
        refused(&home.run(&create), 1, &["subdomain has already been taken"]);
        let wrong = home.run(&["site", "create", "--subdomain", "O N E", "--name", "One"]);
        refused(&wrong, 1, &["subdomain must be a host label"]);

        let status = async |key: &str| School::new(&server, "one", key).get("/courses").await.status;
        assert_eq!(status(&first).await, 200);
        assert_eq!(home.run(&["key", "show"]).ok().out.trim(), first);
        let second = home.run(&["key", "rotate", "--now"]).ok().out;
        assert_eq!((status(&first).await, status(second.trim()).await), (401, 200), "rotation counts at once");
        assert_eq!(home.run(&["key", "show", "one"]).ok().out, second);
        home.run(&["key", "revoke", "--school", "one"]).ok();
        assert_eq!(status(second.trim()).await, 401);
        refused(&home.run(&["key", "show"]), 1, &["revoked", "scholae key rotate"]);
        let third = home.run(&["key", "rotate"]).ok().out;
        assert_eq!((status(second.trim()).await, status(third.trim()).await), (401, 200));

        let updated = home.run(&["site", "update", "--plan", "free", "--name", "First"]).ok().out;
        assert_eq!(updated, "School `one` is on plan free, is called First.\n");
        assert_ne!(status(third.trim()).await, 200, "the plan has no API");
        home.run(&["site", "update", "--plan", "plus"]).ok();
        assert_eq!(status(third.trim()).await, 200);
        let updated = ["site", "update", "--own-requests-at-once", "7", "--own-requests-per-minute", "1000000"];
        assert_eq!(
            home.run(&updated).ok().out,
            "School `one` may make 1000000 requests a minute, may make 7 requests at once.\n"
        );
        refused(&home.run(&["site", "update"]), 1, &["nothing is to be changed", "--plan"]);
        // The request that notices it was let in by the old number.
        assert_eq!(status(third.trim()).await, 200);
        let limited = School::new(&server, "one", &third).get("/courses").await.expect(200);
        assert_eq!(limited.header("ratelimit-limit"), "1000000");

        home.run(&["site", "create", "--subdomain", "two", "--name", "Two"]).ok();
        refused(&home.run(&["key", "rotate"]), 1, &["several schools", "--school"]);
        refused(&home.run(&["key", "show", "three"]), 1, &["there is no school `three`", "scholae site list"]);
        let listed = home.run(&["site", "list", "--json"]).ok().out;
        let listed: Vec<Value> = listed.lines().map(|line| line.parse().expect("JSON")).collect();
        let names: Vec<_> =
            listed.iter().map(|site| (text(site, "subdomain"), text(site, "name"), text(site, "plan"))).collect();
        assert_eq!(names, [("one", "First", "plus"), ("two", "Two", "grow")]);
        let listed = home.run(&["site", "list"]).ok();
        assert_eq!((listed.out.lines().count(), listed.err.as_str()), (2, ""));
        assert!(!listed.out.contains(third.trim()));
        assert!(!server.log().contains(third.trim()) && !server.log().contains(&first));
    }
}

/// The demo school, served.
fn demo(home: &Home) -> (Server, School, Value) {
    let server = Server::start(home.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]));
    let said = server.json();
    let school = School::new(&server, text(&said, "subdomain"), text(&said, "api_key"));
    (server, school, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_school_is_finished_and_stays() {
    let home = home();
    let (server, school, said) = demo(&home);
    let keys: Vec<&str> = said.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["url", "site_url", "subdomain", "api_key", "owner_email", "owner_password", "mailbox_url", "apps"]
    );
    let kinds: Vec<&Value> = said["apps"].as_array().expect("apps").iter().map(|app| &app["kind"]).collect();
    assert_eq!(kinds, ["public", "private"]);
    let port = school.url.rsplit(':').next().expect("a port").to_owned();
    assert_eq!(text(&said, "site_url"), format!("http://demo.localhost:{port}"));
    assert_eq!((text(&said, "api_key").len(), text(&said, "subdomain")), (32, "demo"));

    let courses = school.all("/courses").await;
    assert!(courses.len() >= 4);
    let users = school.all("/users").await;
    assert!(users.len() >= 40);
    assert!(users.iter().any(|user| user["email"] == said["owner_email"]));
    let groups = school.all("/groups").await;
    for name in ["Cohort A", "Cohort B"] {
        let group = groups.iter().find(|group| group["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        assert!(!school.all(&format!("/users?query[group_id]={}", group["id"])).await.is_empty(), "{name} has users");
    }
    assert!(school.all("/orders").await.len() >= 10);
    assert!(school.all("/enrollments").await.len() >= 40);
    let products = school.all("/products").await;
    let bundle = products.iter().find(|product| product["productable_type"] == "Bundle").expect("a bundle");
    let bundle = format!("/bundles/{}", bundle["productable_id"]);
    assert!(school.all(&format!("{bundle}/courses")).await.len() >= 2);
    assert!(!school.all(&format!("{bundle}/enrollments")).await.is_empty());
    let promotions = school.all("/promotions").await;
    let promotion = promotions.first().expect("a promotion");
    assert!(!school.all(&format!("/coupons?promotion_id={}", promotion["id"])).await.is_empty());
    let mut reviews = 0;
    for course in &courses {
        reviews += school.all(&format!("/course_reviews?course_id={}", course["id"])).await.len();
    }
    assert!(reviews >= 3);
    let orders = school.all("/external_orders").await;
    assert!(orders.iter().any(|order| order["order_type"] == "subscription"));
    assert!(orders.iter().any(|order| order["refunded"] != 0));
    for path in ["/collections", "/instructors", "/product_publish_requests", "/custom_profile_field_definitions"] {
        assert!(!school.all(path).await.is_empty(), "{path}");
    }
    let removed = format!("{}/api/public/v1/users/{}", school.url, users[5]["id"]);
    let request = school.client.delete(removed);
    send(request.header("X-Auth-API-Key", &school.api_key).header("X-Auth-Subdomain", "demo")).await.expect(204);
    drop(server);

    let (_server, again, said_again) = demo(&home);
    for key in ["api_key", "subdomain", "owner_email", "owner_password"] {
        assert_eq!(said[key], said_again[key], "{key} stays");
    }
    assert_eq!(again.all("/users").await.len(), users.len() - 1);
    assert_eq!(again.all("/courses").await.len(), courses.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_prints_a_first_request_that_works() {
    let home = home();
    let command = home.command_here(["demo", "--listen", "127.0.0.1:0"]);
    let server = Server::start_until(command, |line| line.contains("Ctrl-C"));
    let begin = server.ready.find("  curl ").expect("a curl");
    let end = server.ready[begin..].find("\n\n").expect("its end") + begin;
    let line = |name: &str| {
        let line = server.ready.lines().find_map(|line| line.trim().strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {}", server.ready)).trim().to_owned()
    };
    for address in [line("Reference"), format!("{}/courses", line("API  "))] {
        let request = Client::new().get(&address).header("X-Auth-Subdomain", line("Subdomain"));
        send(request.header("X-Auth-API-Key", line("API key"))).await.expect(200);
    }
    if !skipped::can("the demo's curl", &["bash", "curl"]) {
        return;
    }
    let asked = pipe(Command::new("bash"), &server.ready[begin..end]).ok();
    let answer: Value = serde_json::from_str(&asked.out).expect("JSON");
    assert_eq!(answer["items"].as_array().expect("items").len(), 2, "{answer}");
}

/// Everything that the API lists of a generated school.
async fn generated(home: &Home, seed: &str) -> BTreeMap<&'static str, Vec<Value>> {
    let sizes = ["--users", "120", "--courses", "5", "--enrollments", "250", "--orders", "60"];
    let arguments = [&sizes[..], &["--seed", seed, "--json"]].concat();
    let made = home.run(&[&["generate"][..], &arguments].concat()).json();
    assert_eq!((&made["users"], &made["courses"], &made["enrollments"]), (&json!(120), &json!(5), &json!(250)));
    let mut command = home.serve_command();
    command.args(["--public-port", "80"]);
    let server = Server::start(command);
    let school = School::new(&server, "load", text(&made, "api_key"));
    let mut lists = BTreeMap::new();
    for path in ["/users", "/courses", "/enrollments", "/orders", "/products", "/custom_profile_field_definitions"] {
        lists.insert(path, school.all(path).await);
    }
    lists
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_school_is_the_same_each_time_on_either_engine() {
    let first = generated(&home(), "1").await;
    assert_eq!((first["/users"].len(), first["/enrollments"].len(), first["/orders"].len()), (120, 250, 60));
    for home in homes() {
        for (path, again) in generated(&home, "1").await {
            assert_eq!(again, first[path], "{path}");
        }
        let taken = home.run(&["generate", "--users", "1"]);
        refused(&taken, 1, &["already been taken"]);
    }
    assert_ne!(generated(&home(), "2").await["/users"], first["/users"]);
    let home = home();
    refused(&home.run(&["generate", "--users", "2", "--courses", "2", "--enrollments", "5"]), 1, &["more enrollments"]);
}

/// The files below a folder with their content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let content = std::fs::read(&path).expect("a file");
                found.insert(path.strip_prefix(folder).expect("below").to_owned(), content);
            }
        }
    }
    found
}

#[test]
fn a_course_is_imported_and_exported_byte_for_byte() {
    let courses = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../courses");
    for home in homes() {
        home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
        for entry in courses.read_dir().expect("a folder") {
            let source = entry.expect("an entry").path();
            if !source.is_dir() {
                continue;
            }
            let slug = source.file_name().and_then(|name| name.to_str()).expect("a name");
            let from = source.to_str().expect("UTF-8");
            let checked = home.run(&["course", "import", from, "--check"]).ok();
            assert!(checked.out.contains("is in order"), "{}", checked.out);
            let first = home.run(&["course", "import", from]).ok().out;
            assert_eq!(home.run(&["course", "import", from]).ok().out, first, "again: the same course");
            home.run(&["course", "export", slug, slug]).ok();
            let (exported, original) = (files(&home.folder().join(slug)), files(&source));
            assert!(exported.keys().eq(original.keys()), "{slug}: {:?}", exported.keys());
            for (path, content) in &original {
                assert!(exported[path] == *content, "{slug}/{}", path.display());
            }
            home.run(&["course", "export", slug, slug]).ok();
            assert!(files(&home.folder().join(slug)) == original, "{slug}: again, over itself");
            refused(&home.run(&["course", "export", slug, "elsewhere"]), 1, &["elsewhere", "must be named", slug]);
            // What was exported is a course that changes nothing.
            assert_eq!(home.run(&["course", "import", slug]).ok().out, first);
        }
        refused(&home.run(&["course", "export", "nothing", "nothing"]), 1, &["there is no course `nothing`"]);
        std::fs::create_dir(home.folder().join("empty")).expect("made");
        refused(&home.run(&["course", "import", "empty"]), 1, &["course.toml"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_demo_begins_anew_and_nothing_else_is_deleted() {
    let home = home();
    let (server, school, said) = demo(&home);
    let removed = format!("{}/api/public/v1/users/{}", school.url, school.all("/users").await[5]["id"]);
    let request = school.client.delete(removed);
    send(request.header("X-Auth-API-Key", &school.api_key).header("X-Auth-Subdomain", "demo")).await.expect(204);
    let users = school.all("/users").await.len();
    let taken = server.url.trim_start_matches("http://").to_owned();
    refused(&home.run(&["demo", "--fresh", "--listen", &taken]), 1, &["nothing was deleted", "end it first"]);
    // Wherever it listens.
    let beside = home.run(&["demo", "--fresh", "--listen", "127.0.0.1:0"]);
    refused(&beside, 1, &["nothing was deleted", "another program has", "end it first"]);
    drop(server);
    let server = Server::start(home.command_here(["demo", "--json", "--fresh", "--listen", "127.0.0.1:0"]));
    let again = server.json();
    assert_ne!(again["api_key"], said["api_key"]);
    let school = School::new(&server, "demo", text(&again, "api_key"));
    assert_eq!(school.all("/users").await.len(), users + 1);
    drop(server);
    home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
    let fresh = home.run(&["demo", "--fresh", "--listen", "127.0.0.1:0"]);
    refused(&fresh, 1, &["nothing was deleted", "holds the school `one`"]);
    assert_eq!(home.run(&["site", "list"]).ok().out.lines().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_enrolled_in_a_bundle_of_the_demo() {
    let home = home();
    let (server, school, _) = demo(&home);
    let product = school.all("/products").await.into_iter().find(|product| product["productable_type"] == "Bundle");
    let product = product.expect("a bundle");
    let (slug, id) = (text(&product, "slug").to_owned(), product["productable_id"].to_string());
    home.run(&["enroll", "--bundle", &slug, "owner@demo.example"]).ok();
    let told = home.run(&["enroll", "--bundle", &id, "owner@demo.example"]).ok().out;
    assert!(told.contains("owner@demo.example: already enrolled"), "{told}");
    refused(&home.run(&["enroll", "--course", &slug, "owner@demo.example"]), 1, &["there is no course"]);
    drop(server);
}

/// What the API says about a whole school.
async fn everything(home: &Home, api_key: &str) -> Vec<Reply> {
    let mut command = home.serve_command();
    command.args(["--public-port", "80"]);
    let server = Server::start(command);
    let school = School::new(&server, "demo", api_key);
    let mut replies = Vec::new();
    for path in [
        "/users",
        "/groups",
        "/courses",
        "/products",
        "/collections",
        "/instructors",
        "/promotions",
        "/enrollments",
        "/orders",
        "/external_orders",
        "/enrollments?sort=-updated_at",
        "/users?sort=-updated_at",
        "/product_publish_requests",
        "/custom_profile_field_definitions",
    ] {
        let separator = if path.contains('?') { '&' } else { '?' };
        replies.push(school.get(&format!("{path}{separator}limit=250")).await.expect(200));
    }
    // Ids go on where they were.
    let request = school.client.post(format!("{}/api/public/v1/users", school.url));
    let body = json!({ "first_name": "Last", "last_name": "One", "email": "last@example.com" });
    let request = request.header("X-Auth-API-Key", &school.api_key).header("X-Auth-Subdomain", "demo").json(&body);
    let mut last = send(request).await.expect(201);
    last.text = last.id().to_string();
    replies.push(last);
    replies
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_with_texts_of_before_there_was_a_check_is_mended_and_says_so() {
    for second in homes() {
        let first = home();
        drop(demo(&first));
        let store = first.store();
        let sql = "UPDATE users SET first_name = 'A' || char(0, 1) || 'B', company = 'C' || char(155) WHERE id = 1";
        // No runtime may wait for a database that is closed.
        let changed = std::thread::spawn(move || store.write_now(None, move |tx| tx.execute(sql, &[])));
        assert_eq!(changed.join().expect("no panic").expect("changed"), 1);
        let file = first.folder().join("old.jsonl");
        let file = file.to_str().expect("UTF-8");
        first.run(&["backup", "--out", file]).ok();
        std::fs::create_dir_all(second.folder().join("data")).expect("made");
        let key = second.folder().join("data/server.key");
        std::fs::copy(first.folder().join("data/server.key"), key).expect("copied");
        let restored = second.run(&["restore", file]).ok();
        assert!(restored.err.contains("control characters"), "{}", restored.err);
        assert!(restored.err.contains("users.company (1), users.first_name (1)"), "{}", restored.err);
        let store = second.store();
        let sql = "SELECT first_name || '|' || company FROM users WHERE id = 1";
        let found =
            std::thread::spawn(move || store.read_now(move |tx| tx.first(sql, &[], |row| row.get::<String>(0))));
        let found = found.join().expect("no panic").expect("read");
        assert_eq!(found.as_deref(), Some("A  B|C\u{a0}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_moves_from_one_engine_to_the_other_and_back() {
    let Some(second) = Home::new(Engine::Postgres) else { return };
    let (first, third) = (home(), home());
    let (server, school, _) = demo(&first);
    let api_key = school.api_key.clone();
    let (one, two, three) =
        (first.folder().join("one.jsonl"), first.folder().join("two.jsonl"), first.folder().join("three.jsonl"));
    let file = |path: &PathBuf| path.to_str().expect("UTF-8").to_owned();
    // While it is in use.
    first.run(&["backup", "--out", &file(&one)]).ok();
    drop(server);
    refused(&second.run(&["restore", &file(&one)]), 1, &["server key", "--new-server-key"]);
    for home in [&second, &third] {
        std::fs::create_dir_all(home.folder().join("data")).expect("made");
        std::fs::copy(first.folder().join("data/server.key"), home.folder().join("data/server.key")).expect("copied");
    }
    let restored = second.run(&["restore", &file(&one)]).ok();
    assert_eq!(restored.err, "");
    assert!(restored.out.contains("Demo School"), "{}", restored.out);
    second.run(&["backup", "--out", &file(&two)]).ok();
    third.run(&["restore", &file(&two)]).ok();
    third.run(&["backup", "--out", &file(&three)]).ok();
    // The first line says when and where it was taken; the last has the sum over all.
    let rows = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a backup");
        let mut lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        let last: Value = lines.pop().expect("a last line").parse().expect("JSON");
        lines.push(last["rows"].to_string());
        lines
    };
    assert!(rows(&one) == rows(&two) && rows(&two) == rows(&three), "three times the same rows");
    refused(&third.run(&["restore", &file(&one)]), 1, &["has a school already (`demo`)"]);

    let cut = std::fs::read_to_string(&one).expect("a backup");
    std::fs::write(first.folder().join("cut.jsonl"), &cut[..cut.len() / 2]).expect("written");
    let fourth = home();
    refused(&fourth.run(&["restore", &file(&first.folder().join("cut.jsonl"))]), 1, &["not complete"]);

    let (a, b, c) =
        (everything(&first, &api_key).await, everything(&second, &api_key).await, everything(&third, &api_key).await);
    for ((a, b), c) in a.iter().zip(&b).zip(&c) {
        assert_eq!(a.text, b.text);
        assert_eq!(a.text, c.text);
    }
    for home in [&first, &second, &third] {
        let looked = home.run(&["doctor"]);
        assert_eq!(looked.code, 0, "{}", looked.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctors_exit_code_says_whether_something_is_wrong() {
    use std::os::unix::fs::PermissionsExt as _;
    for home in homes() {
        if home.database().is_none() {
            let looked = home.run(&["doctor"]);
            assert_eq!(looked.code, 1, "{}", looked.out);
            assert!(looked.out.contains("FAILED") && !home.folder().join("data").exists(), "looking makes nothing");
        }
        home.run(&["generate", "--users", "50", "--courses", "2", "--enrollments", "60"]).ok();
        let looked = home.run(&["doctor"]).ok();
        assert!(!looked.out.contains("FAILED"), "{}", looked.out);
        let lines = home.run(&["doctor", "--json"]).ok().out;
        for line in lines.lines() {
            let line: Value = line.parse().expect("JSON");
            assert!(["ok", "warning"].contains(&text(&line, "state")), "{line}");
        }

        let key = home.folder().join("data/server.key");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("changed");
        let looked = home.run(&["doctor"]);
        assert!(looked.code == 1 && looked.out.contains("chmod 600"), "{}", looked.out);
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("changed");
        home.run(&["doctor"]).ok();

        let store = home.store();
        store.write(None, |tx| tx.execute("UPDATE tallies SET n = n + 1 WHERE list = 1", &[])).await.expect("spoilt");
        tokio::task::spawn_blocking(move || drop(store)).await.expect("closed");
        let looked = home.run(&["doctor"]);
        assert!(looked.code == 1 && looked.out.contains("users") && looked.out.contains("--repair"), "{}", looked.out);
        home.run(&["doctor", "--repair"]).ok();
        let looked = home.run(&["doctor"]).ok();
        assert!(!looked.out.contains("counted anew"), "{}", looked.out);
    }
}
