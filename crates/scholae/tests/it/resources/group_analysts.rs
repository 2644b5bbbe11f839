//! Analysts of groups: users with the role `group_analyst` who may look at a group's progress. They are made from the
//! group's side, many at once, and from the user's side, for many groups at once.

use super::asserted::{assert_scopes, problem};
use crate::support::TestSchool;
use reqwest::Method;
use serde_json::{Value, json};

async fn analyst(school: &TestSchool, email: &str) -> i64 {
    let id = school.user(email).await;
    school.put(&format!("/users/{id}"), json!({ "roles": ["group_analyst"] })).await.expect(204);
    id
}

async fn group(school: &TestSchool, name: &str) -> i64 {
    school.post("/groups", json!({ "name": name })).await.expect(200).id()
}

fn of_group(group: i64) -> String {
    format!("/groups/{group}/analysts")
}

fn of_user(user: i64) -> String {
    format!("/group_analysts/{user}/groups")
}

async fn assert_analysts(school: &TestSchool, group: i64, analysts: &[i64]) {
    let reply = school.get(&of_group(group)).await.expect(200);
    assert_eq!(reply.json(), json!({ "group_analysts": analysts }));
}

/// A 404 that says what was not there.
fn missing(users: &[i64], groups: &[i64]) -> Value {
    let mut error = json!({});
    if let [user] = users {
        error["user_id"] = json!([format!("Could not find user with ID {user}.")]);
    }
    if let [group] = groups {
        error["group_id"] = json!([format!("Could not find group with ID {group}.")]);
    }
    json!({ "error": error })
}

on_both_engines! {
    async fn analysts_are_made_and_unmade_from_either_side(school: &TestSchool) {
        let (one, two) = (group(school, "One").await, group(school, "Two").await);
        let (ann, bob) = (analyst(school, "ann@example.com").await, analyst(school, "bob@example.com").await);
        assert_analysts(school, one, &[]).await;
        assert_eq!(school.post(&of_group(one), json!({ "user_ids": [bob, ann] })).await.expect(201).text, "");
        assert_analysts(school, one, &[ann, bob]).await;
        assert_analysts(school, two, &[]).await;
        assert_eq!(school.post(&of_user(bob), json!({ "group_ids": [two, one] })).await.expect(201).text, "");
        assert_analysts(school, one, &[ann, bob]).await;
        assert_analysts(school, two, &[bob]).await;
        // Twice is no error, and ids may be texts.
        let again = json!({ "user_ids": [ann.to_string(), ann, bob] });
        school.post(&of_group(one), again).await.expect(201);
        school.post(&of_user(bob), json!({ "group_ids": [two.to_string(), two] })).await.expect(201);
        assert_analysts(school, one, &[ann, bob]).await;

        assert_eq!(school.delete(&format!("{}/{ann}", of_group(one))).await.expect(204).text, "");
        assert_analysts(school, one, &[bob]).await;
        assert_eq!(school.delete(&format!("{}/{two}", of_user(bob))).await.expect(204).text, "");
        assert_analysts(school, two, &[]).await;
        assert_analysts(school, one, &[bob]).await;
        // An analyst is no member.
        assert_eq!(school.get(&format!("/users?query[group_id]={one}")).await.ids(), [0; 0]);
        school.get(&format!("/users/{ann}")).await.expect(200);
    }

    async fn those_who_cannot_be_analysts_are_named_and_nobody_becomes_one(school: &TestSchool) {
        let one = group(school, "One").await;
        let ann = analyst(school, "ann@example.com").await;
        let (bob, zoe) = (school.user("bob@example.com").await, school.user("zoe@example.com").await);
        let lacking = format!("User IDs missing group_analysts role:: {bob}, {zoe}");
        for (path, user_ids, errors) in [
            (of_group(one), json!([ann, bob, zoe]), json!({ "group_analysts": lacking })),
            (of_group(one), json!([997, ann, 998]), json!({ "user_id": "Invalid user IDs: 997, 998" })),
            (of_group(999), json!([ann]), json!({ "group_id": "Invalid group ID: 999" })),
            (of_group(999), json!([bob, 998, zoe, ann]), json!({
                "group_analysts": lacking, "user_id": "Invalid user IDs: 998", "group_id": "Invalid group ID: 999",
            })),
        ] {
            let reply = school.post(&path, json!({ "user_ids": user_ids })).await.expect(422);
            assert_eq!(reply.json(), json!({ "errors": errors }), "{path} {user_ids}");
        }
        let lacks = format!("User IDs missing group_analysts role: {bob}");
        for (user, group_ids, errors) in [
            (bob, json!([one]), json!({ "group_analysts": lacks })),
            (ann, json!([one, 997, 998]), json!({ "group_id": "Invalid group IDs: 997, 998" })),
            (bob, json!([998]), json!({ "group_analysts": lacks, "group_id": "Invalid group IDs: 998" })),
        ] {
            let reply = school.post(&of_user(user), json!({ "group_ids": group_ids })).await.expect(422);
            assert_eq!(reply.json(), json!({ "errors": errors }), "{user} {group_ids}");
        }
        let unknown = school.post(&of_user(999), json!({ "group_ids": [one] })).await.expect(404);
        assert_eq!(unknown.json(), missing(&[999], &[]));
        for body in [json!({}), json!({ "user_ids": [] })] {
            let reply = school.post(&of_group(one), body).await.expect(422);
            assert_eq!(reply.json(), json!({ "errors": { "user_ids": "can't be blank" } }));
        }
        for body in [json!({}), json!({ "group_ids": [] })] {
            let reply = school.post(&of_user(ann), body).await.expect(422);
            assert_eq!(reply.json(), json!({ "errors": { "group_ids": "can't be blank" } }));
        }
        let reply = school.post(&of_group(one), json!({ "user_ids": ["ann"] })).await.expect(422);
        assert_eq!(reply.json(), problem("user_ids", "must be a whole number"));
        assert_analysts(school, one, &[]).await;
    }

    async fn whoever_is_no_analyst_of_a_group_is_not_taken_from_it(school: &TestSchool) {
        let one = group(school, "One").await;
        let (ann, bob) = (analyst(school, "ann@example.com").await, analyst(school, "bob@example.com").await);
        school.post(&of_group(one), json!({ "user_ids": [ann] })).await.expect(201);
        for (group, user, error) in [
            (one, bob, missing(&[bob], &[])),
            (one, 999, missing(&[999], &[])),
            (998, ann, missing(&[], &[998])),
            (998, 999, missing(&[999], &[998])),
        ] {
            for path in [format!("{}/{user}", of_group(group)), format!("{}/{group}", of_user(user))] {
                assert_eq!(school.delete(&path).await.expect(404).json(), error, "{path}");
            }
        }
        school.get(&of_group(999)).await.expect(404);
        assert_analysts(school, one, &[ann]).await;
        school.delete(&format!("/users/{ann}")).await.expect(204);
        assert_analysts(school, one, &[]).await;
    }

    async fn another_schools_groups_and_users_are_not_there(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let (theirs, their_group) = (analyst(&elsewhere, "ann@example.com").await, group(&elsewhere, "One").await);
        elsewhere.post(&of_group(their_group), json!({ "user_ids": [theirs] })).await.expect(201);
        let (ours, our_group) = (analyst(school, "ann@example.com").await, group(school, "One").await);

        let body = json!({ "user_ids": [theirs] });
        let errors = json!({ "user_id": format!("Invalid user IDs: {theirs}") });
        let reply = school.post(&of_group(our_group), body).await.expect(422);
        assert_eq!(reply.json(), json!({ "errors": errors }));
        let errors = json!({ "group_id": format!("Invalid group IDs: {their_group}") });
        let reply = school.post(&of_user(ours), json!({ "group_ids": [their_group] })).await.expect(422);
        assert_eq!(reply.json(), json!({ "errors": errors }));
        let errors = json!({ "group_id": format!("Invalid group ID: {their_group}") });
        let reply = school.post(&of_group(their_group), json!({ "user_ids": [ours] })).await.expect(422);
        assert_eq!(reply.json(), json!({ "errors": errors }));
        let reply = school.delete(&format!("{}/{theirs}", of_group(their_group))).await.expect(404);
        assert_eq!(reply.json(), missing(&[theirs], &[their_group]));
        school.get(&of_group(their_group)).await.expect(404);
        assert_analysts(school, our_group, &[]).await;
        assert_analysts(&elsewhere, their_group, &[theirs]).await;
    }

    async fn an_app_needs_the_scope_of_what_it_does(school: &TestSchool) {
        let (ann, one) = (analyst(school, "ann@example.com").await, group(school, "One").await);
        let (by_group, by_user) = (of_group(one), of_user(ann));
        assert_scopes(school, &[
            ("read:groups", Method::GET, &by_group, Value::Null),
            ("write:groups", Method::POST, &by_group, json!({ "user_ids": [ann] })),
            ("write:groups", Method::DELETE, &format!("{by_group}/{ann}"), Value::Null),
            ("write:groups", Method::POST, &by_user, json!({ "group_ids": [one] })),
            ("write:groups", Method::DELETE, &format!("{by_user}/{one}"), Value::Null),
        ]).await;
    }
}
