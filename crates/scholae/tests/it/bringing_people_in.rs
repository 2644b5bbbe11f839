//! People out of a file, and people into courses, by command.

use crate::support::process::{Finished, Home, Server, refused, text};
use crate::support::send;
use reqwest::Client;
use serde_json::{Value, json};
use store::Engine;

/// A school with its server.
struct Place {
    home: Home,
    server: Server,
    client: Client,
    api_key: String,
}

/// An empty school on each engine.
fn places() -> impl Iterator<Item = Place> {
    [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new).map(|home| {
        let made =
            home.run(&["site", "create", "--subdomain", "one", "--name", "One", "--plan", "plus", "--json"]).json();
        let mut command = home.serve_command();
        command.env("SCHOLAE_MAILBOX", "true");
        let (server, api_key) = (Server::start(command), text(&made, "api_key").to_owned());
        Place { home, server, client: Client::new(), api_key }
    })
}

impl Place {
    async fn all(&self, path: &str) -> Vec<Value> {
        let request = self.client.get(format!("{}/api/public/v1{path}", self.server.url));
        let request = request.header("X-Auth-API-Key", &self.api_key).header("X-Auth-Subdomain", "one");
        send(request).await.expect(200).json()["items"].as_array().expect("items").clone()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}/api/public/v1{path}", self.server.url)).json(&body);
        let reply = send(request.header("X-Auth-API-Key", &self.api_key).header("X-Auth-Subdomain", "one")).await;
        assert!(reply.status < 300, "{}", reply.text);
        if reply.text.is_empty() { Value::Null } else { reply.json() }
    }

    async fn emails(&self) -> Vec<String> {
        self.all("/users?limit=250").await.iter().map(|user| text(user, "email").to_owned()).collect()
    }

    fn import(&self, file: &str, more: &[&str]) -> Finished {
        std::fs::write(self.home.folder().join("users.csv"), file).expect("written");
        self.home.run(&[&["users", "import", "users.csv"], more].concat())
    }

    /// Makes courses of these slugs.
    fn courses(&self, slugs: &[&str]) {
        for slug in slugs {
            let folder = self.home.folder().join(slug);
            std::fs::create_dir_all(&folder).expect("made");
            let toml = format!("name = \"Course {slug}\"\nslug = \"{slug}\"\n");
            std::fs::write(folder.join("course.toml"), toml).expect("written");
            self.home.run(&["course", "import", slug]).ok();
        }
    }
}

const GOOD: &str = "first_name,last_name,email,company\nAda,Lovelace,ada@example.com,\"Analytical, Ltd.\"\n\
                    Grace,Hopper,grace@example.com,\n";

#[tokio::test(flavor = "multi_thread")]
async fn users_are_imported_or_everything_that_is_wrong_is_told_at_once() {
    for place in places() {
        let imported = place.import(GOOD, &[]).ok();
        assert_eq!(imported.out, "2 users imported into school `one`. Nobody was sent a mail.\n");
        let users = place.all("/users").await;
        let seen: Vec<_> = users.iter().map(|user| (text(user, "email"), user["company"].as_str())).collect();
        assert_eq!(seen, [("ada@example.com", Some("Analytical, Ltd.")), ("grace@example.com", None)]);

        let bad = "first_name,last_name,email,roles,courses,groups\nNew,Person,new@example.com,,,\n\
                   Ada,Again,ADA@example.com,king; queen,nowhere|elsewhere,nobody;no one\nNo,,nowhere,,,\nNew,Twice,new@example.com,,,\n\
                   A,B,c@example.com\n";
        let parts = [
            "line 3, email: has already been taken: ADA@example.com",
            "line 3, roles: `king`, `queen` are no roles; there are affiliate, course_admin, group_analyst, site_admin",
            "line 3, courses: there is no course or bundle `nowhere`, `elsewhere`",
            "line 3, groups: there is no group `nobody`, `no one`",
            "line 4, last_name: can't be blank",
            "line 4, email: is invalid",
            "line 5, email: is also on line 2",
            "line 6: has 3 cells where the first line has 6",
            "nothing was imported, because 4 of 5 rows",
        ];
        refused(&place.import(bad, &[]), 1, &parts);
        refused(&place.import("first_name,last_name\nA,B\n", &[]), 1, &["`email` is missing"]);
        let unknown = place.import("first_name,last_name,email,shoe_size\nA,B,a@example.com,42\n", &[]);
        refused(&unknown, 1, &["`shoe_size` means nothing", "headline", "courses"]);
        refused(&place.import(GOOD, &["--school", "two"]), 1, &["there is no school `two`"]);
        refused(&place.home.run(&["users", "import", "missing.csv"]), 1, &["missing.csv", "cannot be read"]);
        assert_eq!(place.emails().await.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_as_spreadsheets_write_them() {
    for place in places() {
        for (n, (delimiter, mark)) in [(";", ""), ("\t", "\u{feff}"), (",", "\u{feff}")].into_iter().enumerate() {
            let file = format!("{mark}First Name,LAST-NAME,E-mail\r\nA,B,a{n}@example.com\r\n").replace(',', delimiter);
            assert!(place.import(&file, &[]).ok().out.starts_with("1 user imported"), "{delimiter:?}");
        }
        let odd = "first_name;last_name;email;bio, in short\n";
        refused(&place.import(odd, &["--delimiter", ","]), 1, &["`first_name;last_name;email;bio` means nothing"]);
        assert_eq!(place.emails().await, ["a0@example.com", "a1@example.com", "a2@example.com"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_leaves_no_trace() {
    for place in places() {
        let tried = place.import(GOOD, &["--dry-run"]).ok();
        assert_eq!(tried.out, "Dry run: 2 users can be imported into school `one`. Nothing was changed.\n");
        let bad = GOOD.replace("grace@example.com", "grace");
        refused(&place.import(&bad, &["--dry-run"]), 1, &["line 3, email: is invalid: grace", "1 of 2 rows"]);
        place.import(GOOD, &[]).ok();
        let ids: Vec<i64> = place.all("/users").await.iter().map(|user| user["id"].as_i64().expect("an id")).collect();
        let next = place.post("/users", json!({ "first_name": "A", "last_name": "B", "email": "c@example.com" })).await;
        assert_eq!([ids[0] + 1, ids[0] + 2], [ids[1], next["id"].as_i64().expect("an id")]);
        assert!(ids[0] <= 2, "no ids were used up: {ids:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_that_are_there_are_changed_when_that_is_asked_for() {
    for place in places() {
        place.import(GOOD, &[]).ok();
        let second = "email,first_name,last_name,company\nADA@example.com,,King,\nnew@example.com,New,One,New Ltd\n";
        refused(&place.import(second, &[]), 1, &["line 2, email: has already been taken"]);
        let changed = place.import(second, &["--update"]).ok().out;
        assert_eq!(
            changed,
            "2 users imported into school `one`; 1 of them was there already (0 unchanged). Nobody was sent a mail.\n"
        );
        // The same again changes nobody, and says so; a group that somebody is not in yet is a change.
        let before = place.all("/users").await;
        let again = place.import(second, &["--update"]).ok().out;
        assert!(again.contains("2 of them were there already (2 unchanged)"), "{again}");
        assert_eq!(place.all("/users").await, before);
        place.post("/groups", json!({ "name": "G" })).await;
        let grouped = "email,groups,company\nada@example.com,G,\nnew@example.com,,New Ltd\n";
        for (unchanged, count) in [("(1 unchanged)", 1), ("(2 unchanged)", 1)] {
            let told = place.import(grouped, &["--update"]).ok().out;
            assert!(told.contains(unchanged), "{told}");
            let group = place.all("/groups").await[0]["id"].clone();
            assert_eq!(place.all(&format!("/users?query[group_id]={group}")).await.len(), count);
        }
        let users = place.all("/users").await;
        let ada = users.iter().find(|user| user["last_name"] == "King").expect("Ada");
        assert_eq!(
            (text(ada, "first_name"), text(ada, "company")),
            ("Ada", "Analytical, Ltd."),
            "empty cells change nothing"
        );
        assert_eq!(users.len(), 3);
        // Names are only needed for somebody new.
        let third = "email,company\nada@example.com,Other\nnobody@example.com,X\n";
        refused(&place.import(third, &["--update"]), 1, &["line 3, first_name: can't be blank"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_be_are_written_with_the_reason_and_can_be_corrected_there() {
    for place in places() {
        let file = "email;first_name;last_name\na@example.com;A;A\nnowhere;B;B\nc@example.com;C\n";
        let imported = place.import(file, &["--skip-bad", "bad.csv"]);
        assert_eq!(imported.code, 1, "whoever watches can tell");
        assert!(
            imported.out.contains("1 user imported") && imported.out.contains("2 rows could not be"),
            "{}",
            imported.out
        );
        let path = place.home.folder().join("bad.csv");
        let bad = std::fs::read_to_string(&path).expect("written");
        let lines: Vec<&str> = bad.lines().collect();
        assert_eq!(lines[..2], ["email;first_name;last_name;reason", "nowhere;B;B;email is invalid: nowhere"]);
        assert!(lines[2].starts_with("c@example.com;C;;") && lines[2].contains("has 2 cells"), "{bad}");
        let corrected = bad.replace("nowhere;B", "b@example.com;B").replace("C;;", "C;C;");
        std::fs::write(&path, corrected).expect("written");
        place.home.run(&["users", "import", "bad.csv"]).ok();
        assert_eq!(place.emails().await, ["a@example.com", "b@example.com", "c@example.com"]);
        refused(&place.home.run(&["users", "import", "bad.csv", "--skip-bad", "bad.csv"]), 1, &["name another"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_stays_that_of_the_row_that_has_it_first_when_that_row_is_refused() {
    for place in places() {
        let file = "first_name,last_name,email,groups\nAda,King,ada@example.com,Cohrot A\n\
                    Eve,Else,ADA@example.com,\nGrace,Hopper,grace@example.com,\n";
        let parts = ["line 2, groups: there is no group `Cohrot A`", "line 3, email: is also on line 2"];
        refused(&place.import(file, &["--dry-run"]), 1, &[&parts[..], &["1 of 3 rows"]].concat());
        refused(&place.import(file, &[]), 1, &[&parts[..], &["2 of 3 rows"]].concat());
        assert_eq!(place.import(file, &["--skip-bad", "bad.csv"]).code, 1);
        assert_eq!(place.emails().await, ["grace@example.com"]);
        // Enrolling goes by the same.
        place.courses(&["first"]);
        let who = "email,course,expires\ngrace@example.com,first,soon\nGrace@example.com,first,\n";
        std::fs::write(place.home.folder().join("who.csv"), who).expect("written");
        let parts = [
            "line 2: grace@example.com: expires",
            "line 3: Grace@example.com: is also on line 2, for the same `first`",
        ];
        for more in [&[][..], &["--skip-bad", "bad.csv"]] {
            let finished = place.home.run(&[&["enroll", "--csv", "who.csv"], more].concat());
            for part in parts {
                assert!(finished.err.contains(part), "{part} in {finished:?}");
            }
        }
        assert_eq!(place.all("/enrollments").await.len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_columns_of_a_spreadsheet_are_passed_over_and_missing_groups_made_when_that_is_asked_for() {
    for place in places() {
        let file = "first_name;last_name;email;groups;;\nAda;King;ada@example.com;New|Old;;\n;;;;;\nBea;B;bea@example.com;New;;\n";
        refused(&place.import(file, &[]), 1, &["there is no group `New`, `Old`"]);
        refused(
            &place.import(&file.replace("New;;", "New;;x"), &[]),
            1,
            &["column 6 has no name in line 1, and text in line 4"],
        );
        place.import(file, &["--create-groups"]).ok();
        let groups = place.all("/groups").await;
        assert_eq!(groups.iter().map(|group| text(group, "name")).collect::<Vec<_>>(), ["New", "Old"]);
        assert_eq!(place.all(&format!("/users?query[group_id]={}", groups[0]["id"])).await.len(), 2);
        place.courses(&["first"]);
        std::fs::write(place.home.folder().join("who.csv"), "email;course;;\nada@example.com;first;;\n")
            .expect("written");
        place.home.run(&["enroll", "--csv", "who.csv"]).ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_puts_people_into_courses_and_groups_and_invites_them() {
    for place in places() {
        place.courses(&["first", "second"]);
        place.post("/groups", json!({ "name": "Cohort, A" })).await;
        let file = "first_name,last_name,email,courses,groups,invite\n\
                    http://evil.example,B,ann@example.com,first;second,\"Cohort, A\",yes\nB,B,ben@example.com,first,,\n";
        let out = place.import(file, &[]).ok().out;
        assert_eq!(out, "2 users imported into school `one`. 1 user invited by mail.\n");
        assert_eq!(place.all("/enrollments?query[email]=ann@example.com").await.len(), 2);
        let group = place.all("/groups").await[0]["id"].clone();
        assert_eq!(place.all(&format!("/users?query[group_id]={group}")).await.len(), 1);
        // Again, everything is as it was; nobody without an invitation gets one.
        place.import(file, &["--update"]).ok();
        assert_eq!(place.all("/enrollments").await.len(), 3);
        let mut mailbox = String::new();
        for _ in 0..100 {
            mailbox = send(place.client.get(format!("{}/mailbox", place.server.url))).await.text;
            if mailbox.contains("ann@example.com") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(mailbox.contains("Your account at One") && !mailbox.contains("ben@example.com"), "{mailbox}");
        let link = mailbox.split("href=\"/mailbox/").nth(1).and_then(|rest| rest.split('"').next()).expect("a mail");
        let mail = send(place.client.get(format!("{}/mailbox/{link}", place.server.url))).await.expect(200).text;
        assert!(
            mail.contains("/users/password/edit/") && !mail.contains("evil.example"),
            "nothing of the file: {mail}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_enrolled_by_command_and_once() {
    for place in places() {
        place.courses(&["first", "second"]);
        place.import(GOOD, &[]).ok();
        let enroll = |more: &[&str]| place.home.run(&[&["enroll"], more].concat());
        let first = ["--course", "first", "ada@example.com", "GRACE@example.com", "--expires", "2999-12-31"];
        let tried = enroll(&[&first[..], &["--dry-run"]].concat()).ok().out;
        assert!(tried.contains("ada@example.com: enrolled") && tried.contains("nothing was changed"), "{tried}");
        assert_eq!(place.all("/enrollments").await.len(), 0);
        let told = enroll(&first).ok().out;
        assert!(told.ends_with("2 enrolled, 0 renewed, 0 upgraded, 0 already enrolled, 0 could not be.\n"), "{told}");
        let before = place.all("/enrollments").await;
        assert_eq!((before.len(), &before[0]["expiry_date"]), (2, &json!("3000-01-01T00:00:00.000Z")));
        assert!(enroll(&first).ok().out.contains("ada@example.com: already enrolled"));
        assert_eq!(place.all("/enrollments").await, before);

        let trial = enroll(&["--course", "second", "--trial", "ada@example.com", "nobody@example.com"]);
        refused(&trial, 1, &["nobody@example.com: there is no such user"]);
        assert!(trial.out.contains("ada@example.com: enrolled"), "{}", trial.out);
        assert!(enroll(&["--course", "second", "ada@example.com"]).ok().out.contains("ada@example.com: upgraded"));
        let line = enroll(&["--course", "second", "ada@example.com", "--json"]).json();
        assert_eq!(
            line,
            json!({ "who": "ada@example.com", "line": null, "outcome": "already enrolled", "reason": null })
        );
        refused(&enroll(&["--course", "third", "ada@example.com"]), 1, &["there is no course `third`"]);
        refused(&enroll(&["ada@example.com"]), 2, &["--course"]);
        refused(&enroll(&["--course", "first"]), 2, &["EMAIL|ID", "--csv", "--group"]);
        refused(&enroll(&["--course", "first", "a@b", "--expires", "soon"]), 2, &["2027-06-30"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_or_a_group_is_enrolled() {
    for place in places() {
        place.courses(&["first", "second"]);
        place.import(GOOD, &[]).ok();
        let courses = place.all("/courses").await;
        let ids: Vec<&Value> = courses.iter().map(|course| &course["id"]).collect();
        let csv = format!(
            "E-mail;Course;Expires\nada@example.com;first;2999-01-01\ngrace@example.com;{};\n\
                           x@example.com;first;\nada@example.com;nothing;\nada@example.com;;\n",
            ids[1]
        );
        std::fs::write(place.home.folder().join("who.csv"), csv).expect("written");
        // As with an import: everything that is wrong is told, and nobody is enrolled.
        let parts = [
            "line 4: x@example.com: there is no such user",
            "line 5: ada@example.com: there is no course `nothing`",
            "line 6: ada@example.com: names no course",
            "nobody was enrolled, because 3 of 5 rows cannot be",
            "--skip-bad",
        ];
        refused(&place.home.run(&["enroll", "--csv", "who.csv"]), 1, &parts);
        assert_eq!(place.all("/enrollments").await.len(), 0);
        let told = place.home.run(&["enroll", "--csv", "who.csv", "--skip-bad", "bad.csv"]);
        assert_eq!(told.code, 1);
        for part in ["line 2: ada@example.com: enrolled", "2 enrolled", "3 could not be", "3 rows", "bad.csv"] {
            assert!(told.out.contains(part), "{part}: {}", told.out);
        }
        let bad = std::fs::read_to_string(place.home.folder().join("bad.csv")).expect("written");
        assert_eq!(
            bad.lines().take(2).collect::<Vec<_>>(),
            ["E-mail;Course;Expires;reason", "x@example.com;first;;there is no such user in this school"]
        );
        assert_eq!(place.all("/enrollments").await.len(), 2);
        let corrected = bad.replace("x@example.com", "grace@example.com").replace("nothing", "first");
        let lines: Vec<&str> = corrected.lines().take(3).collect();
        std::fs::write(place.home.folder().join("bad.csv"), lines.join("\n")).expect("written");
        place.home.run(&["enroll", "--csv", "bad.csv"]).ok();
        assert_eq!(place.all("/enrollments").await.len(), 3);

        place.post("/groups", json!({ "name": "All" })).await;
        for user in place.all("/users").await {
            place.post("/group_users", json!({ "user_id": user["id"], "group_names": ["All"] })).await;
        }
        let told = place.home.run(&["enroll", "--group", "All", "--course", "second"]).ok().out;
        assert!(told.contains("1 enrolled") && told.contains("1 already enrolled"), "{told}");
        refused(&place.home.run(&["enroll", "--group", "None", "--course", "first"]), 1, &["there is no group `None`"]);
        std::fs::write(place.home.folder().join("odd.csv"), "mail\nx\n").expect("written");
        refused(&place.home.run(&["enroll", "--csv", "odd.csv"]), 1, &["`mail` means nothing", "email, user_id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_with_a_role_is_given_an_id_of_another_system_by_a_file() {
    for place in places() {
        place.home.run(&["owner", "set", "--school", "one", "--email", "otto@example.com"]).ok();
        let admin = "first_name,last_name,email,roles\nAda,King,ada@example.com,site_admin\n";
        place.import(admin, &[]).ok();
        let file = "email,external_id\notto@example.com,E42\nada@example.com,E43\n";
        let told =
            ["line 2, external_id: of the owner", "line 3, external_id: of the owner, or of somebody with a role"];
        refused(&place.import(file, &["--update"]), 1, &told);
    }
}
