//! What apps may do with users.

use super::bob;
use crate::apps::{NO_SCOPE, admins_token, get, with as with_token};
use crate::resources::arranged::definition;
use crate::resources::asserted::{assert_scopes, problem, with};
use crate::support::{TestSchool, send};
use identity::apps::Kind;
use reqwest::Method;
use serde_json::{Value, json};

on_both_engines! {
    async fn an_app_needs_the_scope_of_what_it_does(school: &TestSchool) {
        let known = with(&bob(), &json!({ "email": "known@example.com", "external_id": "7" }));
        let path = format!("/users/{}", school.post("/users", known).await.expect(201).id());
        assert_scopes(school, &[
            ("read:users", Method::GET, "/users", Value::Null),
            ("read:users", Method::GET, &path, Value::Null),
            ("read:users", Method::GET, "/users/7?provider=SSO", Value::Null),
            ("read:users", Method::GET, &format!("{path}/authentications/SSO"), Value::Null),
            ("write:users", Method::POST, "/users", bob()),
            ("write:users", Method::PUT, &path, json!({ "first_name": "Rob" })),
            ("write:users", Method::DELETE, &path, Value::Null),
        ]).await;
    }

    async fn the_general_scope_shows_who_a_user_is_and_not_what_they_say_of_themselves(school: &TestSchool) {
        let phone = definition(school, "Phone", "text", false).await;
        let body = with(&bob(), &json!({
            "bio": "B", "company": "C", "headline": "H", "avatar_url": "https://example.com/a", "external_source": "S",
            "custom_profile_fields": [{ "custom_profile_field_definition_id": phone, "value": "1" }],
        }));
        let user = school.post("/users", body).await.expect(201).json();
        let path = format!("/users/{}", user["id"]);
        let (_, profile) = admins_token(school, Kind::Public, &["read:users_profile"]).await;
        let (_, general) = admins_token(school, Kind::Public, &["read:users"]).await;
        assert_eq!(get(school, &profile, &path).await.expect(200).json(), user);
        let hidden = json!({
            "bio": null, "company": null, "headline": null, "avatar_url": null, "custom_profile_fields": [],
        });
        assert_eq!(get(school, &general, &path).await.expect(200).json(), with(&user, &hidden));
        let listed = get(school, &general, "/users?query[email]=bob@example.com").await.expect(200).json();
        assert_eq!(listed["items"], json!([with(&user, &hidden)]));
        // Finding somebody by a value would show that they have it.
        let by_value = "/users?query[custom_profile_field_label]=Phone&query[custom_profile_field_value]=1";
        assert_eq!(get(school, &general, by_value).await.expect(403).text, NO_SCOPE);
        assert_eq!(get(school, &profile, by_value).await.expect(200).ids(), [user["id"].as_i64().expect("an id")]);
    }

    async fn an_address_is_changed_by_private_integrations_alone(school: &TestSchool) {
        let path = format!("/users/{}", school.post("/users", bob()).await.expect(201).id());
        let (_, public) = admins_token(school, Kind::Public, &["write:users"]).await;
        let (_, private) = admins_token(school, Kind::Private, &["write:users"]).await;
        let put = |token: &str, body: Value| send(with_token(school, token, Method::PUT, &path).json(&body));
        let before = school.get(&path).await.json();
        let moved = json!({ "email": "new@example.com", "last_name": "New" });
        let refused = put(&public, moved.clone()).await.expect(422);
        assert_eq!(refused.json(), problem("email", "can only be updated by private integrations"));
        assert_eq!(school.get(&path).await.json(), before);
        put(&public, json!({ "email": "Bob@example.com", "last_name": "Jones" })).await.expect(204);
        put(&private, moved).await.expect(204);
        let after = school.get(&path).await.json();
        assert_eq!((&after["email"], &after["full_name"]), (&json!("new@example.com"), &json!("Bob New")));
    }
}
