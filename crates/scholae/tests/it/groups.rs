//! Groups, their users and their analysts.

use crate::support::TestSchool;
use serde_json::json;

on_both_engines! {
    async fn a_group_stands_inside_its_wrapper_and_beside_it(school: &TestSchool) {
        let made = school.post("/groups", json!({ "name": "New Group 1" })).await.expect(200);
        let group = made.json();
        assert_eq!(group["group"]["name"], "New Group 1");
        assert_eq!(group["id"], group["group"]["id"]);
        let token = group["group"]["token"].as_str().expect("a token");
        assert!(token.len() == 8 && token.bytes().all(|b| b.is_ascii_hexdigit()));
        let id = made.id();
        assert_eq!(school.get(&format!("/groups/{id}")).await.expect(200).json(), group);
        assert_eq!(school.get("/groups").await.expect(200).json()["items"], json!([group["group"]]));
    }

    async fn a_name_is_needed_and_unique(school: &TestSchool) {
        let blank = school.post("/groups", json!({})).await.expect(422);
        assert_eq!(blank.text, r#"{"errors":{"name":["can't be blank"]}}"#);
        school.post("/groups", json!({ "name": "G" })).await.expect(200);
        let taken = school.post("/groups", json!({ "name": "G" })).await.expect(422);
        assert_eq!(taken.text, r#"{"errors":{"name":["has already been taken"]}}"#);
    }

    async fn users_are_added_by_the_names_of_groups_and_twice_is_no_error(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        let group = school.post("/groups", json!({ "name": "G" })).await.id();
        for _ in 0..2 {
            school.post("/group_users", json!({ "user_id": user.to_string(), "group_names": ["G"] })).await.expect(201);
        }
        assert_eq!(school.get(&format!("/users?query[group_id]={group}")).await.ids(), [user]);
        let reply = school.post("/group_users", json!({ "user_id": user, "group_names": ["G", "H"] })).await.expect(422);
        assert_eq!(reply.text, r#"{"errors":["Invalid group_names"]}"#);
        school.delete(&format!("/groups/{group}")).await.expect(204);
        assert_eq!(school.get(&format!("/users?query[group_id]={group}")).await.ids(), [0; 0]);
        school.get(&format!("/users/{user}")).await.expect(200);
    }

    async fn analysts_need_the_role(school: &TestSchool) {
        let student = school.user("student@example.com").await;
        let analyst = school.user("analyst@example.com").await;
        school.put(&format!("/users/{analyst}"), json!({ "roles": ["group_analyst"] })).await.expect(204);
        let group = school.post("/groups", json!({ "name": "G" })).await.id();
        let path = format!("/groups/{group}/analysts");
        let reply = school.post(&path, json!({ "user_ids": [student, 999_999] })).await.expect(422);
        assert_eq!(reply.json(), json!({ "errors": {
            "group_analysts": format!("User IDs missing group_analysts role:: {student}"),
            "user_id": "Invalid user IDs: 999999",
        }}));
        school.post(&path, json!({ "user_ids": [analyst] })).await.expect(201);
        assert_eq!(school.get(&path).await.json(), json!({ "group_analysts": [analyst] }));
        school.delete(&format!("{path}/{analyst}")).await.expect(204);
        school.delete(&format!("{path}/{analyst}")).await.expect(404);
        school.post(&format!("/group_analysts/{analyst}/groups"), json!({ "group_ids": [group] })).await.expect(201);
        assert_eq!(school.get(&path).await.json(), json!({ "group_analysts": [analyst] }));
        let unknown = school.delete(&format!("/group_analysts/{analyst}/groups/999999")).await.expect(404);
        assert_eq!(unknown.text, r#"{"error":{"group_id":["Could not find group with ID 999999."]}}"#);
    }
}
