//! The fields that a school asks its users for. How users answer is in `users/profile_values.rs`.

use super::arranged::definition;
use super::asserted::{assert_list, assert_scopes, problem, seen};
use crate::support::TestSchool;
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/custom_profile_field_definitions";

on_both_engines! {
    async fn the_list_shows_each_field_with_its_kind_and_whether_it_is_required(school: &TestSchool) {
        assert_scopes(school, &[("read:custom_profile_fields", Method::GET, PATH, Value::Null)]).await;
        let user = school.user("ann@example.com").await;
        let nothing = school.get(PATH).await.expect(200);
        assert_eq!(nothing.json(), json!({ "items": [], "meta": { "pagination": {
            "current_page": 1, "next_page": null, "prev_page": null, "total_pages": 1, "total_items": 0,
            "entries_info": "0-0 of 0",
        }}}));
        definition(school, "Phone", "text", true).await;
        definition(school, "Newsletter é", "checkbox", false).await;
        definition(school, "Country", "country", false).await;
        definition(school, "Size", "select", true).await;
        assert_eq!(school.get(PATH).await.expect(200).json(), json!({
            "items": [
                { "id": 1, "label": "Phone", "field_type": "text", "required": true, "choices": [] },
                { "id": 2, "label": "Newsletter é", "field_type": "checkbox", "required": false, "choices": [] },
                { "id": 3, "label": "Country", "field_type": "country", "required": false, "choices": [] },
                { "id": 4, "label": "Size", "field_type": "select", "required": true, "choices": [] },
            ],
            "meta": { "pagination": {
                "current_page": 1, "next_page": null, "prev_page": null, "total_pages": 1, "total_items": 4,
                "entries_info": "1-4 of 4",
            }},
        }));
        assert_list(school, PATH, &[1, 2, 3, 4]).await;

        // A field is in the very next answer about a user.
        let labels = async || {
            let user = school.get(&format!("/users/{user}")).await.json();
            let fields = user["custom_profile_fields"].as_array().cloned().expect("a list");
            fields.iter().map(|field| field["label"].as_str().expect("a label").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(labels().await, ["Phone", "Newsletter é", "Country", "Size"]);
        definition(school, "Fax", "text", false).await;
        assert_eq!(labels().await, ["Phone", "Newsletter é", "Country", "Size", "Fax"]);
    }

    async fn a_school_has_its_own_fields(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let theirs = definition(&elsewhere, "Phone", "text", false).await;
        let before = seen(&elsewhere, &[PATH]).await;
        assert_list(school, PATH, &[]).await;
        let ours = [definition(school, "Phone", "text", true).await, definition(school, "Fax", "text", true).await];
        assert_list(school, PATH, &ours).await;
        assert_list(&elsewhere, PATH, &[theirs]).await;
        assert_eq!(seen(&elsewhere, &[PATH]).await, before);
        // Nor is what one school requires required in the other.
        elsewhere.user("ann@example.com").await;
        let body = json!({ "first_name": "Ann", "last_name": "Example", "email": "ann@example.com" });
        school.post("/users", body).await.expect(422);
    }

    async fn a_field_is_defined_changed_moved_and_removed_with_what_users_said_in_it(school: &TestSchool) {
        let size = json!({ "label": "Size", "field_type": "select", "choices": ["S", " M ", "S", ""] });
        let made = school.post(PATH, size).await.expect(201);
        assert_eq!(made.json(), json!({
            "id": 1, "label": "Size", "field_type": "select", "required": false, "choices": ["S", "M"],
        }));
        let phone = school.post(PATH, json!({ "label": "Phone", "position": 1 })).await.expect(201).id();
        let one = format!("{PATH}/{phone}");
        assert_eq!(school.get(&one).await.expect(200).json()["field_type"], "text");
        school.put(&one, json!({ "label": "Telephone", "required": true })).await.expect(204);
        let changed = school.get(&one).await.json();
        assert_eq!((&changed["label"], &changed["required"]), (&json!("Telephone"), &json!(true)));
        school.put(&one, json!({ "required": "" })).await.expect(204);
        assert_eq!(school.get(&one).await.json()["required"], false);
        for (body, field, message) in [
            (json!({ "label": "" }), "label", "can't be blank"),
            (json!({ "label": "Size" }), "label", "has already been taken"),
            (json!({ "field_type": "checkbox" }), "field_type", "can't be changed: users have values of this kind"),
            (json!({ "choices": ["a"] }), "choices", "are for fields of the kind select"),
        ] {
            assert_eq!(school.put(&one, body).await.expect(422).json(), problem(field, message));
        }
        let unknown = json!({ "label": "X", "field_type": "colour" });
        assert_eq!(school.post(PATH, unknown).await.expect(422).json(), problem("field_type", "is not included in the list"));

        // Lists keep the order of ids; users are asked in the order of the places.
        assert_list(school, PATH, &[1, phone]).await;
        let body = json!({ "first_name": "Ann", "last_name": "E", "email": "ann@example.com", "custom_profile_fields": [
            { "custom_profile_field_definition_id": phone, "value": "555" },
            { "custom_profile_field_definition_id": 1, "value": "M" },
        ]});
        let user = school.post("/users", body).await.expect(201).id();
        let said = async || {
            let user = school.get(&format!("/users/{user}")).await.json();
            let fields = user["custom_profile_fields"].as_array().cloned().expect("a list");
            fields.iter().map(|field| format!("{} {}", field["label"], field["value"])).collect::<Vec<_>>()
        };
        assert_eq!(said().await, [r#""Telephone" "555""#, r#""Size" "M""#]);
        school.put(&one, json!({ "position": 9 })).await.expect(204);
        assert_eq!(said().await, [r#""Size" "M""#, r#""Telephone" "555""#]);
        school.delete(&one).await.expect(204);
        school.get(&one).await.expect(404);
        assert_eq!(said().await, [r#""Size" "M""#]);
        school.work().await;
        let left = school.arrange(move |tx, site| Ok(store::users::get(tx, site, store::UserId::new(user))?)).await;
        let left = left.expect("the user").custom_fields;
        assert!(!left.contains("555") && left.contains('M'), "{left}");
    }
}
