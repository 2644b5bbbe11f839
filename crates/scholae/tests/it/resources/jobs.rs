//! Jobs: long work that goes on after the answer, in steps that neither lose nor repeat a row.

use super::arranged::{self, definition};
use super::asserted::{assert_not_found, assert_scopes, problem};
use crate::apps::{NO_SCOPE, admins_token, with};
use crate::people::browser::events;
use crate::support::{Reply, TestSchool, send, server_key};
use bulk::jobs::{self, Progress, Refusals};
use identity::apps::Kind;
use reqwest::Method;
use serde_json::{Value, json};
use store::JobId;

/// A course of this name: its id.
async fn course(school: &TestSchool, name: &str) -> i64 {
    arranged::course(school, name).await.id
}

/// A job that is asked for: its id.
async fn ask(school: &TestSchool, body: Value) -> i64 {
    school.post("/jobs", body).await.expect(201).id()
}

/// A job as it is now.
async fn job(school: &TestSchool, id: i64) -> Value {
    school.get(&format!("/jobs/{id}")).await.expect(200).json()
}

/// The rows of a result, as objects.
async fn result(school: &TestSchool, id: i64, query: &str) -> Vec<Value> {
    let reply = school.get(&format!("/jobs/{id}/result?format=jsonl{query}")).await.expect(200);
    assert_eq!(reply.header("content-type"), "application/jsonl");
    reply.text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

/// One step of a job, by a worker of this name.
async fn step(school: &TestSchool, id: i64, holder: &'static str) -> Progress {
    school
        .arrange(move |tx, site| {
            let invite =
                |tx: &mut store::Tx<'_>, site, user| identity::mailed_links::invite(tx, &server_key(), site, user);
            let worker = jobs::Worker { holder, lease: 10_000, invite: &invite };
            jobs::step(tx, site, JobId::new(id), &worker, &Refusals::new())
                .map_err(|error| school::Error::invalid("base", error.to_string()))
        })
        .await
}

async fn enrolled(school: &TestSchool) -> i64 {
    school.get("/enrollments?limit=1").await.pagination()["total_items"].as_i64().expect("a number")
}

on_both_engines! {
    async fn many_are_enrolled_and_of_each_it_is_told_what_came_of_it(school: &TestSchool) {
        let (ann, course) = (school.user("ann@example.com").await, course(school, "Bread").await);
        school.user("bea@example.com").await;
        let rows = json!([{ "email": "ann@example.com" }, { "email": "nobody@example.com" }, { "email": " BEA@example.com " }]);
        let body = json!({ "kind": "enrollments.create", "params": { "course_id": course, "expiry_date": "2999-01-01T00:00:00Z" }, "rows": rows });
        let asked = school.post("/jobs", body.clone()).await.expect(201);
        let id = asked.id();
        assert_eq!(asked.redacted(&["created_at", "updated_at", "expires_at"]), json!({
            "id": id, "kind": "enrollments.create", "state": "waiting",
            "params": { "course_id": course, "expiry_date": "2999-01-01T00:00:00.000Z" },
            "total_rows": 3, "processed_rows": 0, "refused_rows": 0, "error": null,
            "created_at": "[time]", "updated_at": "[time]", "started_at": null, "finished_at": null, "expires_at": "[time]",
        }));
        assert_eq!((enrolled(school).await, result(school, id, "").await), (0, vec![]), "it goes on after the answer");
        school.work().await;
        let done = job(school, id).await;
        assert_eq!((&done["state"], &done["processed_rows"], &done["refused_rows"]), (&json!("succeeded"), &json!(3), &json!(1)));
        let told = result(school, id, "").await;
        assert_eq!(told[0], json!({ "line": 1, "user": "ann@example.com", "user_id": ann, "outcome": "enrolled", "reason": null }));
        assert_eq!(told[1]["reason"], "there is no such user in this school");
        assert_eq!(result(school, id, "&outcome=refused").await, told[1..2]);
        let csv = school.get(&format!("/jobs/{id}/result")).await.expect(200);
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        assert!(csv.text.starts_with("line,user,user_id,outcome,reason\n1,ann@example.com,"), "{}", csv.text);
        assert_eq!(enrolled(school).await, 2);
        assert_eq!(events(school).await.iter().filter(|topic| *topic == "enrollment.created").count(), 2);
        // The same once more: whoever is enrolled stays as they are.
        let again = ask(school, body).await;
        school.work().await;
        assert_eq!(result(school, again, "").await[0]["outcome"], "already_enrolled");
        assert_eq!(school.get("/jobs").await.ids(), [id, again]);
    }

    async fn a_group_is_enrolled_and_a_row_may_name_its_own_course(school: &TestSchool) {
        let (bread, light) = (course(school, "Bread").await, course(school, "Light").await);
        let group = school.post("/groups", json!({ "name": "Cohort" })).await.expect(200).id();
        for n in 0..3 {
            let user = school.user(&format!("user{n}@example.com")).await;
            let body = json!({ "user_id": user, "group_names": ["Cohort"] });
            school.post("/group_users", body).await.expect(201);
        }
        let of_group = json!({ "kind": "enrollments.create", "params": { "group_id": group, "course_id": bread, "free_trial": true } });
        let of_group = ask(school, of_group).await;
        let csv = format!("e-mail,course,expires\nuser0@example.com,{light},2999-12-31\nuser1@example.com,nowhere,\nuser2@example.com,,\n");
        let of_file = ask(school, json!({ "kind": "enrollments.create", "csv": csv })).await;
        school.work().await;
        let done = job(school, of_group).await;
        assert_eq!((&done["total_rows"], &done["state"]), (&json!(3), &json!("succeeded")));
        assert_eq!(school.get("/enrollments?query[free_trial]=true").await.ids().len(), 3);
        let told = result(school, of_file, "").await;
        assert_eq!(told.iter().map(|row| row["line"].clone()).collect::<Vec<_>>(), [json!(2), json!(3), json!(4)]);
        assert_eq!(told[0]["outcome"], "enrolled");
        assert!(told[1]["reason"].as_str().expect("a reason").contains("there is no course `nowhere`"));
        assert_eq!(told[2]["reason"], "names no course and no bundle");
        let expiry = school.get(&format!("/enrollments?query[course_id]={light}")).await.json()["items"][0]["expiry_date"].clone();
        assert_eq!(expiry, "3000-01-01T00:00:00.000Z");
    }

    async fn people_are_brought_in_and_what_is_wrong_with_a_row_is_told(school: &TestSchool) {
        definition(school, "Country", "text", false).await;
        let course = course(school, "Bread").await;
        school.post("/groups", json!({ "name": "Cohort" })).await.expect(200);
        school.user("known@example.com").await;
        let row = |first: &str, email: &str| json!({ "first_name": first, "last_name": "E", "email": email });
        let mut ann = row("Ann", "ann@example.com");
        ann["field:Country"] = json!("Peru");
        ann["roles"] = json!(["affiliate"]);
        ann["affiliate_commission"] = json!(10);
        ann["affiliate_payout_email"] = json!("ann@example.com");
        let rows = json!([ann, row("", "bea@example.com"), row("Cy", "ANN@example.com"), row("Known", "known@example.com")]);
        let params = json!({ "groups": ["Cohort"], "courses": [course], "invite": true });
        let dry = json!({ "kind": "users.import", "params": { "dry_run": true, "update": true }, "rows": rows });
        let (dry, real) = (ask(school, dry).await, ask(school, json!({ "kind": "users.import", "params": params, "rows": rows })).await);
        let before = events(school).await.len();
        school.work().await;
        let outcomes = |told: &[Value]| told.iter().map(|row| row["outcome"].as_str().expect("text").to_owned()).collect::<Vec<_>>();
        assert_eq!(outcomes(&result(school, dry, "").await), ["created", "refused", "refused", "updated"]);
        let told = result(school, real, "").await;
        assert_eq!(outcomes(&told), ["created", "refused", "refused", "refused"]);
        assert_eq!(told[1]["reason"], "first_name can't be blank");
        assert_eq!(told[2]["reason"], "email is also on line 1: ANN@example.com");
        assert_eq!(told[3]["reason"], "email has already been taken: known@example.com");
        let ann = school.get("/users?query[email]=ann@example.com").await.json()["items"][0].clone();
        assert_eq!(ann["custom_profile_fields"][0]["value"], "Peru");
        assert_eq!(enrolled(school).await, 1);
        assert_eq!(events(school).await.len(), before + 2, "user.signup and enrollment.created");
        assert_eq!(school.mails().await.len(), 1, "an invitation");
        // Whose role changed by it is in the security log under who asked for it.
        let log = school.get("/security_log?query[kind]=roles_changed").await.expect(200).json();
        assert_eq!(log["items"][0]["actor"], "api_key");
    }

    async fn lists_are_written_out_and_a_text_is_never_a_formula(school: &TestSchool) {
        definition(school, "Motto", "text", false).await;
        for n in 0..3 {
            let fields = json!([{ "custom_profile_field_definition_id": 1, "value": "=1+1" }]);
            let body = json!({ "first_name": "Ann", "last_name": format!("-{n}"), "email": format!("a{n}@example.com"), "custom_profile_fields": fields });
            school.post("/users", body).await.expect(201);
        }
        let users = ask(school, json!({ "kind": "users.export" })).await;
        let enrollments = ask(school, json!({ "kind": "enrollments.export" })).await;
        let orders = ask(school, json!({ "kind": "orders.export" })).await;
        school.work().await;
        let csv = school.get(&format!("/jobs/{users}/result")).await.expect(200).text;
        assert!(csv.starts_with("id,created_at,first_name,last_name,email,roles,"), "{csv}");
        assert!(csv.contains(",Ann,'-0,a0@example.com,") && csv.contains(",'=1+1\n"), "{csv}");
        assert_eq!(result(school, users, "").await[2]["field:Motto"], "=1+1");
        assert_eq!(job(school, users).await["total_rows"], 3);
        assert!(school.get(&format!("/jobs/{enrollments}/result")).await.text.starts_with("id,user_id,user_email"));
        assert!(school.get(&format!("/jobs/{orders}/result")).await.text.starts_with("id,order_number"));
        // What was written out is read again as it was.
        let again = ask(school, json!({ "kind": "users.import", "params": { "update": true }, "csv": csv })).await;
        school.work().await;
        assert!(result(school, again, "").await.iter().all(|row| row["outcome"] == "updated"), "{csv}");
        let first = school.get("/users?limit=1").await.json()["items"][0].clone();
        assert_eq!((&first["last_name"], &first["custom_profile_fields"][0]["value"]), (&json!("-0"), &json!("=1+1")));
    }

    async fn a_step_is_whole_or_nothing_and_another_worker_goes_on_when_its_time_is_over(school: &TestSchool) {
        let course = course(school, "Bread").await;
        let mut rows = Vec::new();
        for n in 0..260 {
            rows.push(json!({ "email": format!("user{n}@example.com") }));
        }
        school.user("user0@example.com").await;
        school.user("user259@example.com").await;
        let id = ask(school, json!({ "kind": "enrollments.create", "params": { "course_id": course }, "rows": rows })).await;
        assert_eq!(step(school, id, "one").await, Progress::More);
        let done = job(school, id).await["processed_rows"].as_i64().expect("a number");
        assert!((1..=250).contains(&done), "{done}");
        assert_eq!(step(school, id, "two").await, Progress::Nothing, "the first is at it");
        // As if the first had died long ago.
        school.arrange(|tx, site| Ok(tx.execute("UPDATE jobs SET lease_until = 1 WHERE site_id = $1", store::params![site])?)).await;
        assert_ne!(step(school, id, "two").await, Progress::Nothing);
        assert_eq!(step(school, id, "one").await, Progress::Nothing, "now the second is");
        school.arrange(|tx, site| Ok(tx.execute("UPDATE jobs SET lease_until = 1 WHERE site_id = $1", store::params![site])?)).await;
        school.work().await;
        let told = result(school, id, "").await;
        let lines: Vec<i64> = told.iter().map(|row| row["line"].as_i64().expect("a number")).collect();
        assert_eq!(lines, (1..=260).collect::<Vec<i64>>(), "no row is lost, and none done twice");
        assert_eq!(enrolled(school).await, 2);
    }

    async fn a_job_is_stopped_forgotten_and_ends_by_itself(school: &TestSchool) {
        let id = ask(school, json!({ "kind": "users.export" })).await;
        let path = format!("/jobs/{id}");
        assert_eq!(school.delete(&path).await.expect(422).json(), problem("base", "This job has not ended; cancel it first"));
        assert_eq!(school.post(&format!("{path}/cancel"), json!({})).await.expect(200).json()["state"], "cancelled");
        school.work().await;
        assert_eq!(result(school, id, "").await, Vec::<Value>::new(), "nothing more was done");
        school.post(&format!("{path}/cancel"), json!({})).await.expect(422);
        school.delete(&path).await.expect(204);
        assert_not_found(&school.get(&path).await);
        let old = ask(school, json!({ "kind": "users.export" })).await;
        school.work().await;
        school.arrange(|tx, site| Ok(tx.execute("UPDATE jobs SET expires_at = 1 WHERE site_id = $1", store::params![site])?)).await;
        worker::Worker::new(school.store.clone(), school.key.clone()).prune().await.expect("pruned");
        assert_not_found(&school.get(&format!("/jobs/{old}")).await);
        let left: Option<i64> = school.arrange(|tx, site| Ok(tx.first("SELECT count(*) FROM job_chunks WHERE site_id = $1", store::params![site], |row| row.get(0))?)).await;
        assert_eq!(left, Some(0));
    }

    async fn what_is_wrong_with_a_job_as_a_whole_is_said_at_once(school: &TestSchool) {
        let rows = json!([{ "email": "a@example.com" }]);
        for (body, field, message) in [
            (json!({}), "kind", "can't be blank"),
            (json!({ "kind": "users.delete" }), "kind", "is not included in the list"),
            (json!({ "kind": "custom_profile_fields.clear" }), "kind", "is not included in the list"),
            (json!({ "kind": "enrollments.create", "rows": rows }), "course_id", "can't be blank"),
            (json!({ "kind": "enrollments.create", "rows": rows, "params": { "course_id": 7 } }), "course_id", "could not be found"),
            (json!({ "kind": "users.export", "rows": rows }), "rows", "are not taken by an export"),
            (json!({ "kind": "users.export", "params": { "role": "king" } }), "role", "is not included in the list"),
            (json!({ "kind": "users.import", "rows": rows }), "rows", "`first_name` is missing; `last_name` is missing"),
            (json!({ "kind": "users.import", "rows": [] }), "rows", "can't be blank"),
            (json!({ "kind": "users.import", "rows": [{ "email": {} }] }), "rows", "row 1: `email` must be a text or a number"),
            (json!({ "kind": "users.import", "rows": rows, "csv": "email\n" }), "csv", "can't be beside rows"),
        ] {
            let reply = school.post("/jobs", body.clone()).await.expect(422).json();
            let told = reply["errors"][field][0].as_str().unwrap_or_else(|| panic!("{body}: {reply}"));
            assert_eq!(told, message, "{body}");
        }
        assert_eq!(school.get("/jobs").await.ids(), Vec::<i64>::new());
        school.get("/jobs/7/result?format=xml").await.expect(400);
    }

    async fn an_app_needs_the_scope_of_what_the_job_does_and_a_key_asks_once(school: &TestSchool) {
        let export = json!({ "kind": "users.export" });
        let (both, only) = ("read:users read:jobs write:jobs", "read:jobs write:jobs");
        let token = admins_token(school, Kind::Public, &both.split(' ').collect::<Vec<_>>()).await.1;
        let lacking = admins_token(school, Kind::Public, &only.split(' ').collect::<Vec<_>>()).await.1;
        let post = async |token: &str| send(with(school, token, Method::POST, "/jobs").json(&export)).await;
        let made = post(&token).await.expect(201);
        let refused: Reply = post(&lacking).await.expect(403);
        assert_eq!(refused.text, NO_SCOPE);
        school.work().await;
        let path = format!("/jobs/{}/result", made.id());
        send(with(school, &lacking, Method::GET, &path)).await.expect(403);
        let csv = send(with(school, &token, Method::GET, &path)).await.expect(200).text;
        assert!(!csv.contains("company") && csv.contains("email"), "the general scope shows no profile: {csv}");
        assert_scopes(school, &[("read:jobs", Method::GET, "/jobs", Value::Null)]).await;
        let once = async || send(school.request(Method::POST, "/jobs").header("Idempotency-Key", "k").json(&export)).await.expect(201).id();
        assert_eq!(once().await, once().await);
    }
}
