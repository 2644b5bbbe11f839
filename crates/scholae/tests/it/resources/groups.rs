//! Groups of users.

use super::asserted::{
    Refused, Shown, ShownAs, assert_cases, assert_list, assert_not_found, assert_scopes, letters, problem, seen,
    without,
};
use crate::support::{Reply, TestSchool};
use reqwest::Method;
use serde_json::{Value, json};

/// A new group: its id.
async fn group(school: &TestSchool, name: &str) -> i64 {
    school.post("/groups", json!({ "name": name })).await.expect(200).id()
}

/// Puts a user into groups.
async fn join(school: &TestSchool, user: i64, names: &[&str]) -> Reply {
    school.post("/group_users", json!({ "user_id": user, "group_names": names })).await
}

fn members(group: i64) -> String {
    format!("/users?query[group_id]={group}")
}

on_both_engines! {
    async fn a_group_stands_inside_its_wrapper_and_beside_it(school: &TestSchool) {
        let made = school.post("/groups", json!({ "name": "New Group 1" })).await.expect(200);
        let token = made.json()["token"].as_str().expect("a token").to_owned();
        assert!(token.len() == 8 && token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{token}");
        assert_eq!(made.redacted(&["created_at"]), json!({
            "group": { "id": 1, "name": "New Group 1", "token": token, "created_at": "[time]" },
            "id": 1, "name": "New Group 1", "token": token, "created_at": "[time]",
        }));
        assert_eq!(made.json()["created_at"], made.json()["group"]["created_at"]);
        assert_eq!(school.get("/groups/1").await.expect(200).json(), made.json());
        // In a list it is not wrapped.
        assert_eq!(school.get("/groups").await.expect(200).json()["items"], json!([made.json()["group"]]));
    }

    async fn a_name_is_needed_and_one_groups(school: &TestSchool) {
        assert_eq!(school.post("/groups", json!({})).await.expect(422).json(), problem("name", "can't be blank"));
        assert_cases(school, Method::POST, "/groups", &json!({}), [
            ("name", json!(""), Refused("can't be blank")),
            ("name", json!(" \t "), Refused("can't be blank")),
            ("name", json!("G"), Shown),
            ("name", json!("G"), Refused("has already been taken")),
            ("name", json!(" G "), Refused("has already been taken")),
            ("name", json!("g"), Shown),
            ("name", json!(" Two words "), ShownAs(json!("Two words"))),
            ("name", json!(2024), ShownAs(json!("2024"))),
            ("name", letters(255), Shown),
            ("name", letters(256), Refused("is too long (maximum is 255 characters)")),
        ]).await;
        let groups = school.get("/groups").await.json();
        let tokens = groups["items"].as_array().expect("a list").iter().map(|group| group["token"].to_string());
        assert_eq!(tokens.collect::<std::collections::BTreeSet<_>>().len(), 5, "each group has a token of its own");
    }

    async fn users_are_put_into_groups_by_their_names_and_twice_is_no_error(school: &TestSchool) {
        let (one, two) = (group(school, "One").await, group(school, "Two").await);
        let (ann, bob) = (school.user("ann@example.com").await, school.user("bob@example.com").await);
        assert_eq!(join(school, bob, &["One"]).await.expect(201).text, "");
        assert_list(school, &members(one), &[bob]).await;
        let as_text = json!({ "user_id": ann.to_string(), "group_names": ["Two", "One"] });
        school.post("/group_users", as_text).await.expect(201);
        for _ in 0..2 {
            assert_list(school, &members(one), &[ann, bob]).await;
            assert_list(school, &members(two), &[ann]).await;
            join(school, ann, &["One", "One", "Two"]).await.expect(201);
        }
        // What is refused is refused as a whole.
        let wrong = json!({ "errors": ["Invalid group_names"] });
        for names in [&["Two", "Three"][..], &["two"], &[""], &[]] {
            assert_eq!(join(school, bob, names).await.expect(422).json(), wrong, "{names:?}");
        }
        let user = json!({ "errors": ["Invalid user_id"] });
        assert_eq!(join(school, 999, &["Two"]).await.expect(422).json(), user);
        let both = json!({ "errors": ["Invalid user_id", "Invalid group_names"] });
        assert_eq!(join(school, 999, &["Three"]).await.expect(422).json(), both);
        assert_eq!(school.post("/group_users", json!({})).await.expect(422).json(), both);
        let body = json!({ "user_id": bob, "group_names": ["Two"] });
        assert_eq!(school.post("/group_users", without(&body, "user_id")).await.expect(422).json(), user);
        assert_eq!(school.post("/group_users", without(&body, "group_names")).await.expect(422).json(), wrong);
        assert_list(school, &members(two), &[ann]).await;
    }

    async fn with_a_group_go_its_memberships_and_analysts_and_its_users_stay(school: &TestSchool) {
        let (one, two) = (group(school, "One").await, group(school, "Two").await);
        let ann = school.user("ann@example.com").await;
        school.put(&format!("/users/{ann}"), json!({ "roles": ["group_analyst"] })).await.expect(204);
        join(school, ann, &["One", "Two"]).await.expect(201);
        let analyst = format!("/group_analysts/{ann}/groups");
        school.post(&analyst, json!({ "group_ids": [one, two] })).await.expect(201);
        let token = school.get(&format!("/groups/{one}")).await.json()["token"].clone();

        assert_eq!(school.delete(&format!("/groups/{one}")).await.expect(204).text, "");
        school.get(&format!("/groups/{one}")).await.expect(404);
        assert_not_found(&school.delete(&format!("/groups/{one}")).await);
        school.get(&format!("/groups/{one}/analysts")).await.expect(404);
        assert_list(school, "/groups", &[two]).await;
        assert_list(school, &members(one), &[]).await;
        assert_list(school, &members(two), &[ann]).await;
        assert_list(school, "/users", &[ann]).await;
        assert_eq!(school.get(&format!("/groups/{two}/analysts")).await.json(), json!({ "group_analysts": [ann] }));

        // Its name is free, and a group that has it is another group, without anybody in it.
        let again = group(school, "One").await;
        assert_ne!(again, one);
        assert_ne!(school.get(&format!("/groups/{again}")).await.json()["token"], token);
        assert_list(school, &members(again), &[]).await;
        assert_eq!(school.get(&format!("/groups/{again}/analysts")).await.json(), json!({ "group_analysts": [] }));
        for path in ["/groups/999", "/groups/0", "/groups/One"] {
            school.get(path).await.expect(404);
            assert_not_found(&school.delete(path).await);
        }
    }

    async fn another_schools_groups_of_the_same_name_are_other_groups(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let mut schools = Vec::new();
        for each in [&elsewhere, school] {
            let (user, group) = (each.user("ann@example.com").await, group(each, "G").await);
            join(each, user, &["G"]).await.expect(201);
            schools.push((user, group));
        }
        let [(their_user, theirs), (user, ours)] = schools[..] else { unreachable!("two schools") };
        let their_lists = ["/groups", &members(theirs), &format!("/groups/{theirs}/analysts")];
        let before = seen(&elsewhere, &their_lists).await;
        assert_list(school, "/groups", &[ours]).await;
        assert_list(school, &members(ours), &[user]).await;
        assert_list(school, &members(theirs), &[]).await;
        school.get(&format!("/groups/{theirs}")).await.expect(404);
        assert_not_found(&school.delete(&format!("/groups/{theirs}")).await);
        let foreign = join(school, their_user, &["G"]).await.expect(422);
        assert_eq!(foreign.json(), json!({ "errors": ["Invalid user_id"] }));
        school.delete(&format!("/groups/{ours}")).await.expect(204);
        let gone = join(school, user, &["G"]).await.expect(422);
        assert_eq!(gone.json(), json!({ "errors": ["Invalid group_names"] }));
        assert_eq!(seen(&elsewhere, &their_lists).await, before);
    }

    async fn an_app_needs_the_scope_of_what_it_does(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        let path = format!("/groups/{}", group(school, "G").await);
        assert_scopes(school, &[
            ("read:groups", Method::GET, "/groups", Value::Null),
            ("read:groups", Method::GET, &path, Value::Null),
            ("write:groups", Method::POST, "/groups", json!({ "name": "H" })),
            ("write:groups", Method::POST, "/group_users", json!({ "user_id": user, "group_names": ["G"] })),
            ("write:groups", Method::DELETE, &path, Value::Null),
        ]).await;
    }
}
