//! Making a user: defaults, every field, and what each field takes.

use super::bob;
use crate::resources::arranged::definition;
use crate::resources::asserted::{
    Case, Refused, Shown, ShownAs, Taken, assert_cases, assert_list, assert_not_found, letters, problem, with, without,
};
use crate::support::TestSchool;
use reqwest::Method;
use serde_json::{Value, json};

/// What becomes of the values of fields that a user may have or not, or that there must be.
fn texts() -> Vec<Case> {
    let blank = || Refused("can't be blank");
    let too_long = |max: usize| match max {
        255 => Refused("is too long (maximum is 255 characters)"),
        2048 => Refused("is too long (maximum is 2048 characters)"),
        _ => Refused("is too long (maximum is 65535 characters)"),
    };
    let mut cases = Vec::new();
    for name in ["first_name", "last_name"] {
        cases.extend([
            (name, json!(""), blank()),
            (name, json!(" \t"), blank()),
            (name, json!("O"), Shown),
            (name, json!(" Ann "), ShownAs(json!("Ann"))),
            (name, letters(255), Shown),
            (name, letters(256), too_long(255)),
        ]);
    }
    for (name, max) in [
        ("company", 255),
        ("headline", 255),
        ("external_source", 255),
        ("affiliate_code", 255),
        ("avatar_url", 2048),
        ("bio", 65_535),
    ] {
        cases.extend([(name, json!("x"), Shown), (name, letters(max), Shown), (name, letters(max + 1), too_long(max))]);
    }
    cases
}

fn addresses() -> Vec<Case> {
    let long = |count: usize| json!(format!("{}@example.com", "é".repeat(count - "@example.com".len())));
    let invalid =
        ["bob", "@example.com", "bob@", "bob@example@com", "bob smith@example.com", "bob@.com", "bob@example."];
    let mut cases: Vec<Case> = invalid.iter().map(|text| ("email", json!(text), Refused("is invalid"))).collect();
    cases.extend([
        ("email", json!(""), Refused("can't be blank")),
        ("email", json!("a@b"), Shown),
        ("email", json!(" Spaces@Example.com "), ShownAs(json!("Spaces@Example.com"))),
        ("email", json!("bob+tag@example.com"), Shown),
        ("email", json!("o'neil@example.com"), Shown),
        ("email", long(255), Shown),
        ("email", long(256), Refused("is too long (maximum is 255 characters)")),
    ]);
    cases
}

fn affiliates() -> Vec<Case> {
    let percent = Refused("must be less than or equal to 100");
    vec![
        ("affiliate_commission", json!(0), Refused("must be greater than 0")),
        ("affiliate_commission", json!(-0.01), Refused("must be greater than 0")),
        ("affiliate_commission", json!(0.01), ShownAs(json!("0.01"))),
        ("affiliate_commission", json!(12.5), ShownAs(json!("12.5"))),
        ("affiliate_commission", json!("20"), ShownAs(json!("20.0"))),
        ("affiliate_commission", json!(100), ShownAs(json!("100.0"))),
        ("affiliate_commission", json!(100.01), percent),
        ("affiliate_commission", json!(1.005), Refused("must be a number with at most two decimals")),
        ("affiliate_commission_type", json!("%"), Shown),
        ("affiliate_commission_type", json!("$"), Shown),
        ("affiliate_commission_type", json!("percent"), Refused("is not included in the list")),
        ("affiliate_payout_email", json!("a@b"), Shown),
        ("affiliate_payout_email", json!("nobody"), Refused("is invalid")),
    ]
}

on_both_engines! {
    async fn three_fields_make_a_user_and_the_others_have_their_defaults(school: &TestSchool) {
        let made = school.post("/users", bob()).await.expect(201);
        assert_eq!(made.redacted(&["created_at"]), json!({
            "id": 1,
            "created_at": "[time]",
            "first_name": "Bob",
            "last_name": "Smith",
            "full_name": "Bob Smith",
            "company": null,
            "email": "bob@example.com",
            "roles": [],
            "avatar_url": null,
            "bio": null,
            "headline": null,
            "affiliate_code": null,
            "external_source": null,
            "affiliate_commission": null,
            "affiliate_commission_type": "%",
            "affiliate_payout_email": null,
            "administered_course_ids": null,
            "custom_profile_fields": [],
        }));
        assert_eq!(school.get("/users/1").await.expect(200).json(), made.json());
        assert_eq!(school.get("/users").await.expect(200).json()["items"], json!([made.json()]));
        assert!(school.mails().await.is_empty(), "no mail is sent unless it is asked for");

        let welcomed = with(&bob(), &json!({ "email": "ann@example.com", "send_welcome_email": true }));
        school.post("/users", welcomed).await.expect(201);
        let mails = school.mails().await;
        assert_eq!((mails.len(), &mails[0]["to"]), (1, &json!("ann@example.com")));

        for field in ["first_name", "last_name", "email"] {
            let reply = school.post("/users", without(&bob(), field)).await.expect(422);
            let mut problems = json!({ field: ["can't be blank"] });
            if field != "email" {
                problems["email"] = json!(["has already been taken"]);
            }
            assert_eq!(reply.json(), json!({ "errors": problems }));
        }
        let blank = json!(["can't be blank"]);
        let nothing = school.post("/users", json!({})).await.expect(422).json();
        assert_eq!(nothing, json!({ "errors": { "first_name": blank, "last_name": blank, "email": blank } }));
        assert_list(school, "/users", &[1, 2]).await;
    }

    async fn every_field_is_kept_and_shown(school: &TestSchool) {
        let phone = definition(school, "Phone", "text", false).await;
        let country = definition(school, "Country", "country", false).await;
        let made = school.post("/users", json!({
            "first_name": "Zoë",
            "last_name": "Smith-Jones",
            "email": "Zoe@Example.com",
            "password": "secret1",
            "roles": ["site_admin", "affiliate", "group_analyst", "course_admin", "affiliate"],
            "bio": "Bakes.\nTeaches.",
            "company": "ACME",
            "headline": "Boss",
            "avatar_url": "https://example.com/avatar/123",
            "external_source": "fair",
            "affiliate_code": "zoe10",
            "affiliate_commission": 12.5,
            "affiliate_commission_type": "$",
            "affiliate_payout_email": "paid@example.com",
            "custom_profile_fields": [{ "custom_profile_field_definition_id": phone, "value": "887 909 9999" }],
            "external_id": "crm-7",
            "provider": "OPENID_CONNECT",
        })).await.expect(201);
        assert_eq!(made.redacted(&["created_at"]), json!({
            "id": 1,
            "created_at": "[time]",
            "first_name": "Zoë",
            "last_name": "Smith-Jones",
            "full_name": "Zoë Smith-Jones",
            "company": "ACME",
            "email": "Zoe@Example.com",
            "roles": ["affiliate", "course_admin", "group_analyst", "site_admin"],
            "avatar_url": "https://example.com/avatar/123",
            "bio": "Bakes.\nTeaches.",
            "headline": "Boss",
            "affiliate_code": "zoe10",
            "external_source": "fair",
            "affiliate_commission": "12.5",
            "affiliate_commission_type": "$",
            "affiliate_payout_email": "paid@example.com",
            "administered_course_ids": null,
            "custom_profile_fields": [
                { "id": 1, "value": "887 909 9999", "label": "Phone", "custom_profile_field_definition_id": phone },
                { "id": 0, "value": null, "label": "Country", "custom_profile_field_definition_id": country },
            ],
        }));
        assert_eq!(school.get("/users/1").await.expect(200).json(), made.json());
        assert_eq!(school.get("/users").await.expect(200).json()["items"], json!([made.json()]));
        let known = school.get("/users/1/authentications/OPENID_CONNECT").await.expect(200);
        assert_eq!(known.json(), json!({ "provider": "OPENID_CONNECT", "external_id": "crm-7" }));
    }

    async fn each_field_takes_what_keeps_its_rules_and_nothing_else(school: &TestSchool) {
        let body = with(&bob(), &json!({ "email": "u<n>@example.com" }));
        let create = async |body: &Value, cases: Vec<Case>| {
            assert_cases(school, Method::POST, "/users", body, cases).await;
        };
        create(&body, texts()).await;
        create(&body, addresses()).await;
        let body = with(&body, &json!({ "email": "v<n>@example.com" }));
        create(&body, affiliates()).await;
        let body = with(&body, &json!({ "email": "w<n>@example.com", "affiliate_commission_type": "$" }));
        create(&body, vec![
            ("affiliate_commission", json!(9_999.98), ShownAs(json!("9999.98"))),
            ("affiliate_commission", json!(9_999.99), Refused("must be less than 9999.99")),
        ]).await;
        let body = with(&bob(), &json!({ "email": "x<n>@example.com" }));
        create(&body, vec![
            ("password", json!("12345"), Refused("is too short (minimum is 6 characters)")),
            ("password", json!("123456"), Taken),
            ("password", letters(6), Taken),
            ("password", json!("x".repeat(1024)), Taken),
            ("password", json!("x".repeat(1025)), Refused("is too long (maximum is 1024 bytes)")),
            ("roles", json!([]), Shown),
            ("roles", json!(["course_admin"]), Shown),
            ("roles", json!(["group_analyst"]), Shown),
            ("roles", json!(["site_admin"]), Shown),
            ("roles", json!(["king"]), Refused("king is not included in the list")),
            ("roles", json!(["site_admin", "Site_Admin"]), Refused("Site_Admin is not included in the list")),
            ("roles", json!(["partner"]), Refused("partner is not included in the list")),
        ]).await;

        // Everything that is wrong is said at once.
        let wrong = school.post("/users", json!({
            "first_name": "A", "last_name": "", "email": "nobody", "password": "short", "roles": ["king"],
        })).await.expect(422);
        assert_eq!(wrong.json(), json!({ "errors": {
            "last_name": ["can't be blank"],
            "email": ["is invalid"],
            "password": ["is too short (minimum is 6 characters)"],
            "roles": ["king is not included in the list"],
        }}));
    }

    async fn an_affiliate_has_a_commission_and_is_paid_somewhere(school: &TestSchool) {
        let affiliate = with(&bob(), &json!({
            "roles": ["affiliate"], "affiliate_code": "bob", "affiliate_commission": 20,
            "affiliate_payout_email": "paid@example.com",
        }));
        for field in ["affiliate_commission", "affiliate_payout_email"] {
            let reply = school.post("/users", without(&affiliate, field)).await.expect(422);
            assert_eq!(reply.json(), problem(field, "can't be blank"));
        }
        let made = school.post("/users", affiliate.clone()).await.expect(201).json();
        assert_eq!((&made["roles"], &made["affiliate_commission"]), (&json!(["affiliate"]), &json!("20.0")));
        let code = with(&affiliate, &json!({ "email": "ann@example.com" }));
        let taken = problem("affiliate_code", "has already been taken");
        assert_eq!(school.post("/users", code).await.expect(422).json(), taken);
    }

    async fn an_address_is_one_users_in_any_case_until_they_give_it_up(school: &TestSchool) {
        let ann = school.user("Ann@Example.com").await;
        let taken = problem("email", "has already been taken");
        for email in ["Ann@Example.com", "ann@example.com", "ANN@EXAMPLE.COM", " ann@example.com"] {
            let reply = school.post("/users", with(&bob(), &json!({ "email": email }))).await.expect(422);
            assert_eq!(reply.json(), taken, "{email}");
        }
        let bob_id = school.post("/users", bob()).await.expect(201).id();
        let path = format!("/users/{bob_id}");
        assert_eq!(school.put(&path, json!({ "email": "aNN@example.com" })).await.expect(422).json(), taken);
        school.put(&path, json!({ "email": "BOB@example.com" })).await.expect(204);
        assert_eq!(school.get(&path).await.json()["email"], "BOB@example.com");

        school.put(&format!("/users/{ann}"), json!({ "email": "new@example.com" })).await.expect(204);
        school.put(&path, json!({ "email": "ann@example.com" })).await.expect(204);
        assert_list(school, "/users?query[email]=ann@example.com", &[bob_id]).await;
        school.delete(&path).await.expect(204);
        assert_not_found(&school.get(&path).await);
        let again = school.user("ann@example.com").await;
        assert_list(school, "/users?query[email]=ann@example.com", &[again]).await;
    }
}
