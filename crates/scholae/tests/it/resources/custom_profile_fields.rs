//! The fields that a school asks its users for. The API reads them; how users answer is in `users/profile_values.rs`.

use super::arranged::definition;
use super::asserted::{assert_list, assert_scopes, seen};
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
                { "id": 1, "label": "Phone", "field_type": "text", "required": true },
                { "id": 2, "label": "Newsletter é", "field_type": "checkbox", "required": false },
                { "id": 3, "label": "Country", "field_type": "country", "required": false },
                { "id": 4, "label": "Size", "field_type": "select", "required": true },
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
}
