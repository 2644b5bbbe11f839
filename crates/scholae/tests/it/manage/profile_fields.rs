//! `/manage/profile_fields`: the fields that the school asks its users for.

use super::manager;
use crate::support::TestSchool;
use serde_json::json;

const LIST: &str = "/manage/profile_fields";

on_both_engines! {
    async fn a_field_is_made_asked_for_ordered_changed_and_deleted(school: &TestSchool) {
        let mut browser = manager(school).await;
        let new = format!("{LIST}/new");
        let wrong = browser.submit(&new, LIST, &[("label", " "), ("field_type", "select"), ("choices", "kept")]).await.expect(422).text;
        assert!(wrong.contains("href=\"#field-label\"") && wrong.contains("kept</textarea>"), "{wrong}");
        let size = [("label", "Size"), ("field_type", "select"), ("choices", "S\r\nM\r\n"), ("required", "true")];
        browser.submit(&new, LIST, &size).await.expect(303);
        browser.submit(&new, LIST, &[("label", "Phone"), ("field_type", "text"), ("choices", "left out of account")]).await.expect(303);
        let fields = school.get("/custom_profile_field_definitions").await.json()["items"].clone();
        assert_eq!(fields[0], json!({ "id": 1, "label": "Size", "field_type": "select", "required": true, "choices": ["S", "M"] }));
        assert_eq!(fields[1]["choices"], json!([]));
        // Users are asked for them in this order.
        let order = |text: &str| text.find("Size").expect("Size") < text.find("Phone").expect("Phone");
        assert!(order(&browser.get(LIST).await.expect(200).text));
        let user = browser.get("/manage/users/new").await.expect(200).text;
        assert!(order(&user) && user.contains("<option value=\"M\">M</option>"), "{user}");
        browser.submit(LIST, &format!("{LIST}/2/move"), &[("to", "1")]).await.expect(303);
        assert!(!order(&browser.get(LIST).await.expect(200).text));
        let one = format!("{LIST}/1");
        browser.submit(&one, &one, &[("label", "Shirt"), ("choices", "L")]).await.expect(303);
        // What was said before the choices changed stays.
        let body = json!({ "first_name": "Ann", "last_name": "E", "email": "ann@example.com",
            "custom_profile_fields": [{ "custom_profile_field_definition_id": 1, "value": "M" }] });
        let id = school.post("/users", body).await.expect(201).id();
        let edit = browser.get(&format!("/manage/users/{id}/edit")).await.expect(200).text;
        assert!(edit.contains("<option value=\"M\" selected>M</option>") && edit.contains("<option value=\"L\">"), "{edit}");
        let asked = browser.get(&one).await.expect(200).text;
        assert!(asked.contains("What one user has said in it is gone for good"), "{asked}");
        browser.submit(&one, &format!("{one}/delete"), &[]).await.expect(303);
        school.work().await;
        assert!(!browser.get(LIST).await.expect(200).text.contains("Shirt"));
        browser.get(&one).await.expect(404);
    }
}
