//! The ids by which single sign-on providers know users.

use super::bob;
use crate::resources::asserted::{assert_not_found, letters, problem, with};
use crate::support::TestSchool;
use serde_json::{Value, json};

/// A user whom a provider knows.
fn known(email: &str, external_id: &str, more: Value) -> Value {
    with(&with(&bob(), &json!({ "email": email, "external_id": external_id })), &more)
}

on_both_engines! {
    async fn an_external_id_names_a_user_together_with_its_provider(school: &TestSchool) {
        let sso = school.post("/users", known("sso@example.com", "crm/7 é", json!({}))).await.expect(201).id();
        let openid = known("openid@example.com", "crm/7 é", json!({ "provider": "OPENID_CONNECT" }));
        let openid = school.post("/users", openid).await.expect(201).id();
        let path = |provider: &str| format!("/users/crm%2F7%20%C3%A9?provider={provider}");
        for (provider, user, other) in [("SSO", sso, "OPENID_CONNECT"), ("OPENID_CONNECT", openid, "SSO")] {
            let own = school.get(&format!("/users/{user}")).await.expect(200).json();
            assert_eq!(school.get(&path(provider)).await.expect(200).json(), own);
            let known = school.get(&format!("/users/{user}/authentications/{provider}")).await.expect(200).json();
            assert_eq!(known, json!({ "provider": provider, "external_id": "crm/7 é" }));
            assert_not_found(&school.get(&format!("/users/{user}/authentications/{other}")).await);
        }
        school.put(&path("OPENID_CONNECT"), json!({ "company": "ACME" })).await.expect(204);
        assert_eq!(school.get(&format!("/users/{openid}")).await.json()["company"], "ACME");
        assert_eq!(school.get(&format!("/users/{sso}")).await.json()["company"], json!(null));
        school.delete(&path("SSO")).await.expect(204);
        assert_not_found(&school.get(&format!("/users/{sso}")).await);
        assert_not_found(&school.get(&path("SSO")).await);
        school.get(&path("OPENID_CONNECT")).await.expect(200);

        // With its user the id is gone, and may be another's.
        let again = school.post("/users", known("again@example.com", "crm/7 é", json!({}))).await.expect(201).id();
        assert_eq!(school.get(&path("SSO")).await.expect(200).id(), again);
    }

    async fn an_external_id_is_one_users_in_a_school_and_a_provider(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let body = |email: &str| known(email, "7", json!({ "provider": "SSO" }));
        let theirs = elsewhere.post("/users", body("ann@example.com")).await.expect(201).id();
        assert_not_found(&school.get("/users/7?provider=SSO").await);
        assert_not_found(&school.get(&format!("/users/{theirs}/authentications/SSO")).await);
        let ours = school.post("/users", body("ann@example.com")).await.expect(201).id();
        assert_eq!(school.get("/users/7?provider=SSO").await.expect(200).id(), ours);
        assert_eq!(elsewhere.get("/users/7?provider=SSO").await.expect(200).id(), theirs);
        let taken = school.post("/users", body("bob@example.com")).await.expect(422);
        assert_eq!(taken.json(), problem("external_id", "has already been taken"));
        assert_eq!(school.get("/users?query[email]=bob@example.com").await.ids(), [0; 0], "nobody was made");
        school.delete("/users/7?provider=SSO").await.expect(204);
        elsewhere.get("/users/7?provider=SSO").await.expect(200);
    }

    async fn providers_are_two_and_an_external_id_may_be_missing(school: &TestSchool) {
        let wrong = school.post("/users", known("a@example.com", "7", json!({ "provider": "SAML" }))).await.expect(422);
        assert_eq!(wrong.json(), problem("provider", "is not included in the list"));
        let none = school.post("/users", known("none@example.com", "", json!({}))).await.expect(201).id();
        for provider in ["SSO", "OPENID_CONNECT", "SAML"] {
            assert_not_found(&school.get(&format!("/users/{none}/authentications/{provider}")).await);
        }
        assert_not_found(&school.get("/users/999/authentications/SSO").await);

        let longest = letters(255);
        let most = with(&bob(), &json!({ "external_id": longest }));
        let id = school.post("/users", most).await.expect(201).id();
        let shown = school.get(&format!("/users/{id}/authentications/SSO")).await.expect(200).json();
        assert_eq!(shown["external_id"], longest);
        let more = with(&bob(), &json!({ "email": "more@example.com", "external_id": letters(256) }));
        let reply = school.post("/users", more).await.expect(422);
        assert_eq!(reply.json(), problem("external_id", "is too long (maximum is 255 characters)"));

        // Without a provider what stands in the path is an id, and no other provider is known there.
        assert_not_found(&school.get("/users/crm-7").await);
        assert_not_found(&school.get(&format!("/users/{id}?provider=SSO")).await);
        let reply = school.get(&format!("/users/{id}?provider=SAML")).await.expect(400);
        assert_eq!(reply.json()["error"], "Parameter provider must be SSO or OPENID_CONNECT.");
    }
}
