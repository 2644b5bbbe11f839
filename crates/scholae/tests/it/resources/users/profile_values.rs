//! What users answer in the fields that the school asks them for.

use super::bob;
use crate::resources::arranged::definition;
use crate::resources::asserted::{Refused, ShownAs, assert_cases, assert_list, letters, problem, with};
use crate::support::TestSchool;
use reqwest::Method;
use serde_json::{Value, json};

/// The value of one field.
fn value(definition: i64, value: &str) -> Value {
    json!([{ "custom_profile_field_definition_id": definition, "value": value }])
}

/// What a user has: the id and the value of each field.
async fn values(school: &TestSchool, path: &str) -> Vec<(i64, Option<String>)> {
    let user = school.get(path).await.expect(200).json();
    let fields = user["custom_profile_fields"].as_array().expect("a list");
    let pair = |field: &Value| (field["id"].as_i64().expect("an id"), field["value"].as_str().map(str::to_owned));
    fields.iter().map(pair).collect()
}

/// The list of those with this value of this field.
fn found(label: &str, value: &str) -> String {
    format!("/users?query[custom_profile_field_label]={label}&query[custom_profile_field_value]={value}")
}

on_both_engines! {
    async fn a_value_is_replaced_by_its_field_and_the_others_stay(school: &TestSchool) {
        let phone = definition(school, "Phone", "text", false).await;
        let country = definition(school, "Country", "country", false).await;
        let user = school.post("/users", bob()).await.expect(201).id();
        let path = format!("/users/{user}");
        let put = async |fields: Value| {
            school.put(&path, json!({ "custom_profile_fields": fields })).await.expect(204);
            values(school, &path).await
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(values(school, &path).await, [(0, None), (0, None)], "id 0 where there is no value");
        assert_eq!(put(value(country, "Peru")).await, [(0, None), (1, some("Peru"))]);
        assert_eq!(put(value(phone, "1")).await, [(2, some("1")), (1, some("Peru"))]);
        assert_eq!(put(value(country, "Chad")).await, [(2, some("1")), (1, some("Chad"))], "it keeps its id");
        assert_list(school, &found("Country", "Chad"), &[user]).await;
        assert_list(school, &found("Country", "Peru"), &[]).await;
        assert_eq!(put(json!([])).await, [(2, some("1")), (1, some("Chad"))]);
        assert_eq!(put(value(phone, "")).await, [(0, None), (1, some("Chad"))], "an empty text is no value");
        assert_list(school, &found("Phone", "1"), &[]).await;
        let both = json!([
            { "custom_profile_field_definition_id": phone, "value": "2" },
            { "custom_profile_field_definition_id": phone, "value": "3" },
        ]);
        assert_eq!(put(both).await, [(3, some("3")), (1, some("Chad"))], "the last of two counts");

        // Numbers are taken for their digits, and a definition's id may be a text.
        let digits = json!([{ "custom_profile_field_definition_id": phone.to_string(), "value": 42 }]);
        assert_eq!(put(digits).await[0], (3, some("42")));
        assert_list(school, &found("Phone", "42"), &[user]).await;
    }

    async fn values_belong_to_fields_of_the_school_and_have_a_length(school: &TestSchool) {
        let phone = definition(school, "Phone", "text", false).await;
        let elsewhere = school.second_school("elsewhere").await;
        let theirs = definition(&elsewhere, "Phone", "text", false).await;
        let body = with(&bob(), &json!({ "email": "u<n>@example.com" }));
        let shown = |id: i64, text: Value| {
            ShownAs(json!([{ "id": id, "value": text, "label": "Phone", "custom_profile_field_definition_id": phone }]))
        };
        let long = |count: usize| json!([{ "custom_profile_field_definition_id": phone, "value": letters(count) }]);
        let field = "custom_profile_fields";
        assert_cases(school, Method::POST, "/users", &body, [
            (field, value(phone, "x"), shown(1, json!("x"))),
            (field, long(65_535), shown(2, letters(65_535))),
            (field, long(65_536), Refused("is too long (maximum is 65535 characters)")),
            (field, value(999, "x"), Refused("has no definition with ID 999")),
        ]).await;
        let reply = school.post("/users", with(&bob(), &json!({ field: value(theirs, "x") }))).await.expect(422);
        assert_eq!(reply.json(), problem(field, &format!("has no definition with ID {theirs}")));
    }

    async fn a_required_field_is_asked_for_when_a_user_is_made(school: &TestSchool) {
        let before = school.post("/users", bob()).await.expect(201).id();
        let phone = definition(school, "Phone", "text", true).await;
        let country = definition(school, "Country", "country", true).await;
        let ann = with(&bob(), &json!({ "email": "ann@example.com" }));
        let reply = school.post("/users", ann.clone()).await.expect(422);
        let lacking = json!(["Phone can't be blank", "Country can't be blank"]);
        assert_eq!(reply.json(), json!({ "errors": { "custom_profile_fields": lacking } }));
        for empty in ["", "x"] {
            let half = with(&ann, &json!({ "custom_profile_fields": value(phone, empty) }));
            let reply = school.post("/users", half).await.expect(422).json();
            let lacking = if empty.is_empty() { 2 } else { 1 };
            assert_eq!(reply["errors"]["custom_profile_fields"].as_array().map(Vec::len), Some(lacking), "{empty}");
        }
        let asked = with(&ann, &json!({ "skip_custom_fields_validation": false }));
        school.post("/users", asked).await.expect(422);
        let skipped = with(&ann, &json!({ "skip_custom_fields_validation": true }));
        school.post("/users", skipped).await.expect(201);
        let given = with(&bob(), &json!({ "email": "zoe@example.com", "custom_profile_fields": [
            { "custom_profile_field_definition_id": phone, "value": "1" },
            { "custom_profile_field_definition_id": country, "value": "Peru" },
        ]}));
        school.post("/users", given).await.expect(201);
        school.put(&format!("/users/{before}"), json!({ "company": "ACME" })).await.expect(204);
    }
}
