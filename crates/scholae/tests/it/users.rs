//! Users.

use crate::support::TestSchool;
use serde_json::json;

on_both_engines! {
    async fn a_user_is_made_and_shown_with_every_field(school: &TestSchool) {
        let phone = school
            .arrange(|tx, site| school::custom_profile_field_definitions::create(tx, site, "Phone", "text", false))
            .await;
        let made = school.post("/users", json!({
            "first_name": "Bob", "last_name": "Smith", "email": "Bob@Example.com", "company": "ACME",
            "roles": ["group_analyst"], "headline": "Boss",
            "custom_profile_fields": [{ "custom_profile_field_definition_id": phone, "value": "887 909 9999" }],
        })).await.expect(201);
        // The same on both engines.
        insta::allow_duplicates! { insta::assert_json_snapshot!(made.json(), {
            ".id" => "[id]", ".created_at" => "[moment]",
            ".custom_profile_fields[].id" => "[id]", ".custom_profile_fields[].custom_profile_field_definition_id" => "[id]",
        }, @r#"
        {
          "id": "[id]",
          "created_at": "[moment]",
          "first_name": "Bob",
          "last_name": "Smith",
          "full_name": "Bob Smith",
          "company": "ACME",
          "email": "Bob@Example.com",
          "roles": [
            "group_analyst"
          ],
          "avatar_url": null,
          "bio": null,
          "headline": "Boss",
          "affiliate_code": null,
          "external_source": null,
          "affiliate_commission": null,
          "affiliate_commission_type": "%",
          "affiliate_payout_email": null,
          "administered_course_ids": null,
          "custom_profile_fields": [
            {
              "id": "[id]",
              "value": "887 909 9999",
              "label": "Phone",
              "custom_profile_field_definition_id": "[id]"
            }
          ]
        }
        "#) };
        assert_eq!(school.get(&format!("/users/{}", made.id())).await.expect(200).json(), made.json());
    }

    async fn an_address_belongs_to_one_user_in_any_case(school: &TestSchool) {
        school.user("ann@example.com").await;
        let again = json!({ "first_name": "A", "last_name": "B", "email": "ANN@example.com" });
        let reply = school.post("/users", again).await.expect(422);
        assert_eq!(reply.text, r#"{"errors":{"email":["has already been taken"]}}"#);
    }

    async fn everything_missing_is_named_at_once(school: &TestSchool) {
        let reply = school.post("/users", json!({})).await.expect(422);
        let blank = json!(["can't be blank"]);
        assert_eq!(reply.json(), json!({ "errors": { "first_name": blank, "last_name": blank, "email": blank } }));
        let reply = school.post("/users", json!({
            "first_name": "A", "last_name": "B", "email": "no address", "password": "short", "roles": ["king"],
        })).await.expect(422);
        assert_eq!(reply.json()["errors"]["password"], json!(["is too short (minimum is 6 characters)"]));
        assert_eq!(reply.json()["errors"]["email"], json!(["is invalid"]));
        assert!(reply.json()["errors"]["roles"].is_array());
    }

    async fn a_change_touches_only_what_is_given_and_null_empties_what_may_be_empty(school: &TestSchool) {
        let id = school.user("ann@example.com").await;
        let path = format!("/users/{id}");
        school.put(&path, json!({ "company": "ACME", "headline": "Boss" })).await.expect(204);
        school.put(&path, json!({ "company": null, "first_name": null, "email": null })).await.expect(204);
        let user = school.get(&path).await.json();
        assert_eq!(user["company"], json!(null));
        assert_eq!(user["headline"], json!("Boss"));
        assert_eq!((&user["first_name"], &user["email"]), (&json!("Ann"), &json!("ann@example.com")));
    }

    async fn a_user_is_found_by_the_id_that_a_provider_knows_them_by(school: &TestSchool) {
        let id = school.post("/users", json!({
            "first_name": "A", "last_name": "B", "email": "a@example.com", "external_id": "crm/7", "provider": "SSO",
        })).await.expect(201).id();
        assert_eq!(school.get("/users/crm%2F7?provider=SSO").await.expect(200).id(), id);
        school.get("/users/crm%2F7?provider=OPENID_CONNECT").await.expect(404);
        let known = school.get(&format!("/users/{id}/authentications/SSO")).await.expect(200);
        assert_eq!(known.text, r#"{"provider":"SSO","external_id":"crm/7"}"#);
        school.get(&format!("/users/{id}/authentications/OPENID_CONNECT")).await.expect(404);
        school.put("/users/crm%2F7?provider=SSO", json!({ "company": "ACME" })).await.expect(204);
        school.delete("/users/crm%2F7?provider=SSO").await.expect(204);
        school.get(&format!("/users/{id}")).await.expect(404);
    }

    async fn filters_narrow_the_list_and_combine(school: &TestSchool) {
        let country = school
            .arrange(|tx, site| school::custom_profile_field_definitions::create(tx, site, "Country", "text", false))
            .await;
        let mut ids = vec![];
        for n in 0..6 {
            let roles = if n < 2 { json!(["site_admin"]) } else { json!([]) };
            ids.push(school.post("/users", json!({
                "first_name": "A", "last_name": "B", "email": format!("u{n}@example.com"), "roles": roles,
                "external_source": if n % 2 == 0 { "fair" } else { "web" },
                "custom_profile_fields": [
                    { "custom_profile_field_definition_id": country, "value": if n < 3 { "Peru" } else { "Chad" } },
                ],
            })).await.expect(201).id());
        }
        let group = school.post("/groups", json!({ "name": "G" })).await.expect(200).id();
        for id in [ids[0], ids[3]] {
            school.post("/group_users", json!({ "user_id": id, "group_names": ["G"] })).await.expect(201);
        }
        let peru = "query[custom_profile_field_label]=Country&query[custom_profile_field_value]=Peru";
        for (query, expected) in [
            ("query[email]=U3@example.com".to_owned(), vec![3]),
            ("query[email]=nobody@example.com".to_owned(), vec![]),
            ("query%5Brole%5D=site_admin".to_owned(), vec![0, 1]),
            ("query[role]=king".to_owned(), vec![]),
            ("query[external_source]=fair".to_owned(), vec![0, 2, 4]),
            (peru.to_owned(), vec![0, 1, 2]),
            (format!("query[group_id]={group}"), vec![0, 3]),
            (format!("query[group_id]={group}&query[email]=u3@example.com"), vec![3]),
            (format!("query[group_id]={group}&{peru}"), vec![0]),
            (format!("query[role]=site_admin&query[external_source]=web&{peru}"), vec![1]),
            ("query[role]=site_admin&query[external_source]=fair".to_owned(), vec![0]),
        ] {
            let reply = school.get(&format!("/users?{query}")).await.expect(200);
            let expected: Vec<i64> = expected.iter().map(|n| ids[*n]).collect();
            assert_eq!(reply.ids(), expected, "{query}");
            assert_eq!(reply.pagination()["total_items"], json!(expected.len()), "{query}");
        }
        let reply = school.get("/users?query[custom_profile_field_label]=Country").await.expect(400);
        assert_eq!(reply.text, r#"{"error":"Parameter query[custom_profile_field_value] is required."}"#);
    }

    async fn a_removed_user_is_gone_from_every_list(school: &TestSchool) {
        let id = school.user("ann@example.com").await;
        let group = school.post("/groups", json!({ "name": "G" })).await.id();
        school.post("/group_users", json!({ "user_id": id, "group_names": ["G"] })).await.expect(201);
        school.delete(&format!("/users/{id}")).await.expect(204);
        school.delete(&format!("/users/{id}")).await.expect(404);
        for query in ["".to_owned(), "?query[email]=ann@example.com".to_owned(), format!("?query[group_id]={group}")] {
            assert_eq!(school.get(&format!("/users{query}")).await.pagination()["total_items"], 0);
        }
        school.user("ann@example.com").await;
    }
}
