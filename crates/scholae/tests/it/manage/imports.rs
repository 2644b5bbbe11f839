//! `/manage/users/import`: people out of a file, from choosing it to the rows that were refused.

use super::manager;
use crate::support::TestSchool;
use serde_json::json;

const IMPORT: &str = "/manage/users/import";

/// The page of an import whose file was just sent.
fn place(location: &str) -> String {
    location.split('?').next().unwrap_or_default().to_owned()
}

on_both_engines! {
    async fn a_file_is_looked_at_first_and_then_brought_in_without_its_bad_rows(school: &TestSchool) {
        let mut browser = manager(school).await;
        school.post("/groups", json!({ "name": "Cohort" })).await.expect(200);
        school.user("known@example.com").await;
        let file = "Vorname,Surname,E-Mail,Shoe\nAnn,One,ann@example.com,41\nBea,,bea@example.com,\n=1,Three,cy@example.com,\nDan,Four,KNOWN@example.com,40\n";
        let reply = browser.upload(IMPORT, IMPORT, &[("text", "")], file).await.expect(303);
        let here = place(reply.header("location"));
        // What the columns mean is guessed, and what is not known is left out.
        let text = browser.get(&here).await.expect(200).text;
        assert!(text.contains("4 rows in the file") && text.contains("ann@example.com, bea@example.com"), "{text}");
        for (column, meaning) in [(0, "first_name"), (1, "last_name"), (2, "email"), (3, "")] {
            let select = text.split(&format!("name=\"column_{column}\"")).nth(1).expect("a column");
            let select = select.split("</select>").next().unwrap_or_default();
            assert!(select.contains(&format!("<option value=\"{meaning}\" selected>")), "{column}: {select}");
        }
        let group = school.get("/groups").await.ids()[0].to_string();
        let chosen = [("column_0", "first_name"), ("column_1", "last_name"), ("column_2", "email"), ("column_3", ""), ("group", &group)];
        let before = school.get("/users").await.pagination()["total_items"].clone();
        browser.submit(&here, &here, &chosen).await.expect(303);
        let waiting = browser.get(&here).await.expect(200).text;
        assert!(waiting.contains("data-live") && waiting.contains("Check a file of users"), "{waiting}");
        school.work().await;
        let checked = browser.get(&here).await.expect(200).text;
        assert!(checked.contains("Nothing was changed yet") && checked.contains("Import 2 users"), "{checked}");
        assert!(checked.contains("last_name can&#39;t be blank") || checked.contains("last_name can't be blank"), "{checked}");
        assert_eq!(school.get("/users").await.pagination()["total_items"], before, "nothing was changed");
        let started = browser.submit(&here, &format!("{here}/start"), &[]).await.expect(303);
        let job = place(started.header("location"));
        school.work().await;
        let done = browser.get(&job).await.expect(200).text;
        assert!(done.contains("Done, some refused") && done.contains("Refused rows"), "{done}");
        let csv = browser.get(&format!("{job}/refused.csv")).await.expect(200);
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"refused-1.csv\"");
        let lines: Vec<&str> = csv.text.lines().collect();
        assert_eq!(lines[0], "Vorname,Surname,E-Mail,Shoe,reason");
        assert!(lines[1].starts_with("Bea,,bea@example.com,,") && lines[2].starts_with("Dan,Four,KNOWN@example.com,40,"), "{lines:?}");
        assert_eq!(lines.len(), 3);
        let members = school.get(&format!("/users?query[group_id]={group}")).await.json();
        let names: Vec<&str> = members["items"].as_array().expect("items").iter().map(|user| user["first_name"].as_str().expect("text")).collect();
        assert_eq!(names, ["Ann", "=1"]);
    }

    async fn a_file_that_cannot_be_read_is_refused_beside_its_field_and_nothing_is_lost(school: &TestSchool) {
        let mut browser = manager(school).await;
        for (text, wrong) in [("", "has no rows below"), ("email\n", "has no rows below"), ("first_name\n\n , \n", "has no rows below")] {
            let page = browser.submit(IMPORT, IMPORT, &[("text", text)]).await.expect(422).text;
            assert!(page.contains(wrong), "{page}");
        }
        let page = browser.upload(IMPORT, IMPORT, &[("text", "")], "\u{1}x").await;
        assert!(page.status == 422 || page.status == 303, "{}", page.status);
        // Columns that do not say whom it is about are refused when the rows are to be looked at.
        let reply = browser.submit(IMPORT, IMPORT, &[("text", "name,shoe\nAnn,41\n")]).await.expect(303);
        let here = place(reply.header("location"));
        let page = browser.submit(&here, &here, &[("column_0", "first_name"), ("column_1", "")]).await.expect(422).text;
        assert!(page.contains("`email` is missing") && page.contains("value=\"first_name\" selected"), "{page}");
        let token = browser.token().await;
        browser.post(&format!("{here}/start"), &[("csrf", &token)]).await.expect(422);
        assert!(browser.get(IMPORT).await.expect(200).text.contains("Which columns there can be"));
        assert!(browser.get("/manage/users/import/example.csv").await.expect(200).text.starts_with("first_name,last_name,email"));
    }
}
