//! Changing a user.

use super::bob;
use crate::resources::asserted::{
    Refused, Shown, ShownAs, Taken, assert_cases, assert_not_found, letters, problem, with,
};
use crate::support::TestSchool;
use reqwest::Method;
use serde_json::json;

on_both_engines! {
    async fn a_change_touches_only_the_given_field(school: &TestSchool) {
        let others = school.user("ann@example.com").await;
        let path = format!("/users/{}", school.post("/users", bob()).await.expect(201).id());
        let untouched = school.get(&format!("/users/{others}")).await.json();
        let mut user = school.get(&path).await.json();
        for (change, shown) in [
            (json!({ "first_name": "Rob" }), json!({ "first_name": "Rob", "full_name": "Rob Smith" })),
            (json!({ "last_name": "Jones" }), json!({ "last_name": "Jones", "full_name": "Rob Jones" })),
            (json!({ "email": "Rob@Example.com" }), json!({ "email": "Rob@Example.com" })),
            (json!({ "company": "ACME" }), json!({ "company": "ACME" })),
            (json!({ "headline": "Boss" }), json!({ "headline": "Boss" })),
            (json!({ "bio": "Bakes." }), json!({ "bio": "Bakes." })),
            (json!({ "avatar_url": "https://example.com/a" }), json!({ "avatar_url": "https://example.com/a" })),
            (json!({ "external_source": "fair" }), json!({ "external_source": "fair" })),
            (json!({ "affiliate_code": "rob" }), json!({ "affiliate_code": "rob" })),
            (json!({ "affiliate_commission": 5 }), json!({ "affiliate_commission": "5.0" })),
            (json!({ "affiliate_commission_type": "$" }), json!({ "affiliate_commission_type": "$" })),
            (json!({ "affiliate_payout_email": "p@a.com" }), json!({ "affiliate_payout_email": "p@a.com" })),
            (json!({ "roles": ["site_admin"] }), json!({ "roles": ["site_admin"] })),
            (json!({ "roles": ["group_analyst"] }), json!({ "roles": ["group_analyst"] })),
            (json!({ "roles": [] }), json!({ "roles": [] })),
            (json!({ "password": "another secret" }), json!({})),
            (json!({ "id": 7, "created_at": "2020-01-01T00:00:00Z", "full_name": "No" }), json!({})),
            (json!({}), json!({})),
        ] {
            let reply = school.put(&path, change.clone()).await.expect(204);
            assert_eq!(reply.text, "");
            user = with(&user, &shown);
            assert_eq!(school.get(&path).await.json(), user, "{change}");
        }
        assert_eq!(school.get(&format!("/users/{others}")).await.json(), untouched);
    }

    async fn a_change_keeps_the_rules_or_nothing_of_it_happens(school: &TestSchool) {
        let path = format!("/users/{}", school.post("/users", bob()).await.expect(201).id());
        let too_long = || Refused("is too long (maximum is 255 characters)");
        assert_cases(school, Method::PUT, &path, &json!({}), [
            ("first_name", json!(" "), Refused("can't be blank")),
            ("first_name", letters(255), Shown),
            ("first_name", letters(256), too_long()),
            ("last_name", json!(""), Refused("can't be blank")),
            ("last_name", json!(" Jones"), ShownAs(json!("Jones"))),
            ("email", json!(""), Refused("can't be blank")),
            ("email", json!("bob@"), Refused("is invalid")),
            ("email", json!("a@b"), Shown),
            ("company", letters(255), Shown),
            ("company", letters(256), too_long()),
            ("avatar_url", letters(2049), Refused("is too long (maximum is 2048 characters)")),
            ("password", json!("12345"), Refused("is too short (minimum is 6 characters)")),
            ("password", json!("123456"), Taken),
            ("roles", json!(["king"]), Refused("king is not included in the list")),
            ("affiliate_commission", json!(100), ShownAs(json!("100.0"))),
            ("affiliate_commission", json!(100.01), Refused("must be less than or equal to 100")),
            ("affiliate_commission", json!(0), Refused("must be greater than 0")),
            ("affiliate_commission_type", json!("€"), Refused("is not included in the list")),
            ("affiliate_payout_email", json!("nobody"), Refused("is invalid")),
        ]).await;

        // A commission that is fine as an amount may be too much as a percentage.
        let dollars = json!({ "affiliate_commission_type": "$", "affiliate_commission": 500 });
        school.put(&path, dollars).await.expect(204);
        let percent = school.put(&path, json!({ "affiliate_commission_type": "%" })).await.expect(422);
        assert_eq!(percent.json(), problem("affiliate_commission", "must be less than or equal to 100"));

        let before = school.get(&path).await.json();
        let half = school.put(&path, json!({ "company": "New", "headline": "x".repeat(256) })).await.expect(422);
        assert_eq!(half.json(), problem("headline", "is too long (maximum is 255 characters)"));
        assert_eq!(school.get(&path).await.json(), before);
    }

    async fn who_is_not_there_is_not_changed(school: &TestSchool) {
        for path in ["/users/1", "/users/0", "/users/-1", "/users/bob", "/users/9223372036854775807"] {
            assert_not_found(&school.get(path).await);
            assert_not_found(&school.put(path, json!({ "company": "ACME" })).await);
            assert_not_found(&school.delete(path).await);
        }
    }
}
