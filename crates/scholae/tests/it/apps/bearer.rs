//! Access tokens of apps at the APIs: what they open, and what ends that in the very next request.

use super::{
    CALLBACK, NO_APPS, NO_SCOPE, UNAUTHENTICATED, admins_token, app, every_scope, get, install, person, tokens, with,
};
use crate::support::{TestSchool, send};
use identity::apps::{self, AppInput, Kind};
use identity::installs;
use reqwest::Method;
use school::account_deletion;
use school::custom_profile_field_definitions::FieldType;
use school::sites::{self, Plan};
use school::users::{self, UpdatedBy, UserInput, UserRef};
use school::{Set, custom_profile_field_definitions as definitions};
use serde_json::{Value, json};

on_both_engines! {
    async fn a_token_opens_its_school_with_its_scopes_and_nothing_else(school: &TestSchool) {
        let (_, token) = admins_token(school, Kind::Public, &["read:users"]).await;
        get(school, &token, "/users").await.expect(200);
        let refused = get(school, &token, "/courses").await.expect(403);
        assert_eq!(refused.text, NO_SCOPE);
        assert_eq!(refused.header("www-authenticate"), r#"Bearer error="insufficient_scope", scope="read:courses""#);
        let body = json!({ "first_name": "A", "last_name": "B", "email": "a@example.com" });
        let refused = send(with(school, &token, Method::POST, "/users").json(&body)).await.expect(403);
        assert_eq!(refused.text, NO_SCOPE);
    }

    async fn one_schools_token_opens_nothing_at_another(school: &TestSchool) {
        let (_, token) = admins_token(school, Kind::Public, &["read:users"]).await;
        school.another_school("other", Plan::Plus).await;
        let on_host = |host: &str| with(school, &token, Method::GET, "/users").header("Host", host);
        send(on_host("academy.localhost:9000")).await.expect(200);
        assert_eq!(send(on_host("other.localhost:9000")).await.expect(401).text, UNAUTHENTICATED);
        // What the request says of the school beside the token is of no account.
        let named = with(school, &token, Method::GET, "/users").header("X-Auth-Subdomain", "other");
        send(named).await.expect(200);
    }

    async fn only_those_who_run_the_school_use_the_api_through_an_app(school: &TestSchool) {
        let (app, _) = app(school, Kind::Public, &every_scope()).await;
        let admin = person(school, Some("site_admin")).await;
        install(school, &app, admin).await;
        let owner = person(school, None).await;
        school
            .arrange(move |tx, site| {
                let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
                sites::update(tx, &site.into(), |site| site.owner_user_id = Some(owner))
            })
            .await;
        let partner = person(school, None).await;
        school.arrange(move |tx, site| users::set_partner(tx, site, partner, true)).await;
        for user in [admin, owner, partner] {
            let token = tokens(school, &app, user).await.access;
            get(school, &token, "/users").await.expect(200);
        }
        for role in [None, Some("course_admin"), Some("group_analyst"), Some("affiliate")] {
            let user = person(school, role).await;
            let token = tokens(school, &app, user).await.access;
            for path in ["/users", "/courses", &format!("/users/{user}")] {
                assert_eq!(get(school, &token, path).await.expect(401).text, UNAUTHENTICATED, "{role:?} {path}");
            }
        }
    }

    async fn whatever_ends_it_ends_it_in_the_next_request(school: &TestSchool) {
        let scopes = ["read:users", "read:courses"];
        let (app, _) = app(school, Kind::Public, &scopes).await;
        let admin = person(school, Some("site_admin")).await;
        install(school, &app, admin).await;
        let roles = |roles: &[&str]| UserInput {
            roles: Set::To(roles.iter().map(|role| (*role).to_owned()).collect()),
            ..UserInput::default()
        };

        // Its person is an admin no longer, and again.
        let token = tokens(school, &app, admin).await.access;
        get(school, &token, "/users").await.expect(200);
        let none = roles(&[]);
        school.arrange(move |tx, site| users::update(tx, site, &UpdatedBy::School, &UserRef::Id(admin), &none)).await;
        get(school, &token, "/users").await.expect(401);
        let some = roles(&["site_admin"]);
        school.arrange(move |tx, site| users::update(tx, site, &UpdatedBy::School, &UserRef::Id(admin), &some)).await;
        get(school, &token, "/users").await.expect(200);

        // The app asks for less; then for more than the school consented to.
        let less = AppInput { scopes: vec!["read:courses".to_owned()], ..AppInput::from(&app) };
        let (had, input) = (app.clone(), less);
        let less = school.arrange(move |tx, _| apps::update(tx, &had, &input)).await;
        assert_eq!(get(school, &token, "/users").await.expect(403).text, NO_SCOPE);
        get(school, &token, "/courses").await.expect(200);
        let more = AppInput {
            scopes: ["read:users", "read:courses", "read:orders"].map(str::to_owned).to_vec(),
            ..AppInput::from(&less)
        };
        let more = school.arrange(move |tx, _| apps::update(tx, &less, &more)).await;
        get(school, &token, "/users").await.expect(200);
        assert_eq!(get(school, &token, "/orders").await.expect(403).text, NO_SCOPE);

        // The plan.
        let set = |plan: Plan| {
            school.arrange(move |tx, site| {
                let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
                sites::set_plan(tx, &site.into(), plan)
            })
        };
        set(Plan::Start).await;
        assert_eq!(get(school, &token, "/users").await.expect(403).text, NO_APPS);
        set(Plan::Basic).await;
        get(school, &token, "/users").await.expect(200);

        // Its person is no more: their other tokens are nobody's.
        let other = person(school, Some("site_admin")).await;
        let others = tokens(school, &app, other).await.access;
        get(school, &others, "/users").await.expect(200);
        school.arrange(move |tx, site| account_deletion::delete(tx, site, &UserRef::Id(other))).await;
        get(school, &others, "/users").await.expect(401);
        get(school, &token, "/users").await.expect(200);

        // The school has the app no longer; nor does it come back with the app.
        let gone = more.clone();
        school.arrange(move |tx, site| installs::uninstall(tx, site, &gone, None)).await;
        get(school, &token, "/users").await.expect(401);
        install(school, &more, admin).await;
        get(school, &token, "/users").await.expect(401);
    }

    async fn the_general_scope_shows_no_profiles(school: &TestSchool) {
        school.arrange(|tx, site| definitions::create(tx, site, "Country", FieldType::Text, false)).await;
        let body = json!({
            "first_name": "Ann", "last_name": "Example", "email": "ann@example.com", "bio": "B", "company": "C",
            "headline": "H", "custom_profile_fields": [{ "custom_profile_field_definition_id": 1, "value": "Peru" }],
        });
        let user = school.post("/users", body).await.expect(201).id();
        let (_, general) = admins_token(school, Kind::Public, &["read:users"]).await;
        let (_, profile) = admins_token(school, Kind::Public, &["read:users_profile"]).await;
        let path = format!("/users/{user}");
        let (seen, whole) = (get(school, &general, &path).await.json(), get(school, &profile, &path).await.json());
        assert_eq!(whole, school.get(&path).await.json(), "the profile scope shows what the key shows");
        for hidden in ["bio", "company", "headline", "avatar_url"] {
            assert_eq!(seen[hidden], Value::Null, "{hidden}");
        }
        assert_eq!(seen["custom_profile_fields"], json!([]));
        assert_eq!((&seen["email"], &seen["full_name"]), (&whole["email"], &whole["full_name"]));
        let listed = get(school, &general, "/users?query[email]=ann@example.com").await.expect(200).json();
        assert_eq!(listed["items"][0]["bio"], Value::Null);
        let by_value = "/users?query[custom_profile_field_label]=Country&query[custom_profile_field_value]=Peru";
        assert_eq!(get(school, &general, by_value).await.expect(403).text, NO_SCOPE);
        get(school, &profile, by_value).await.expect(200);
    }

    async fn addresses_of_users_are_changed_by_private_integrations_alone(school: &TestSchool) {
        let user = school.user("ann@example.com").await;
        let path = format!("/users/{user}");
        let change = |token: String, email: &str| {
            let body = json!({ "email": email, "company": "C" });
            send(with(school, &token, Method::PUT, &path).json(&body))
        };
        let (_, public) = admins_token(school, Kind::Public, &["write:users"]).await;
        let refused = change(public.clone(), "new@example.com").await.expect(422);
        assert_eq!(refused.text, r#"{"errors":{"email":["can only be updated by private integrations"]}}"#);
        change(public, "Ann@example.com").await.expect(204);
        let (_, private) = admins_token(school, Kind::Private, &["write:users"]).await;
        change(private, "new@example.com").await.expect(204);
    }

    async fn an_apps_webhooks_are_its_own(school: &TestSchool) {
        let (one, first) = admins_token(school, Kind::Public, &["read:users"]).await;
        let (_, second) = admins_token(school, Kind::Public, &["read:users"]).await;
        let url = |path: &str| format!("{}/api/v2{path}", school.url);
        let body = json!({ "topic": "user.signup", "target_url": "https://hooks.example.org/in" });
        let made = send(with(school, &first, Method::POST, &url("/webhooks")).json(&body)).await.expect(201).json();
        let own = school.request(Method::POST, &url("/webhooks")).json(&body);
        send(own).await.expect(201);
        let count = |token: String| {
            let url = url("/webhooks");
            async move { get(school, &token, &url).await.expect(200).json()["meta"]["page"]["total_items"].clone() }
        };
        assert_eq!((count(first.clone()).await, count(second.clone()).await), (json!(1), json!(0)));
        let schools = send(school.request(Method::GET, &url("/webhooks"))).await.expect(200).json();
        assert_eq!(schools["meta"]["page"]["total_items"], 1);
        assert_ne!(schools["items"][0]["id"], made["id"]);

        let id = made["id"].as_str().expect("an id");
        let path = url(&format!("/webhooks/{id}"));
        get(school, &first, &path).await.expect(200);
        for stranger in [with(school, &second, Method::GET, &path), school.request(Method::GET, &path)] {
            send(stranger).await.expect(404);
        }
        send(with(school, &second, Method::DELETE, &path)).await.expect(404);
        send(with(school, &second, Method::PUT, &path).json(&json!({ "status": "disabled" }))).await.expect(404);

        // Whoever is told of an event may look at it, and nobody else.
        school.user("new@example.com").await;
        let event = school.arrange(school::events::newest).await;
        let path = url(&format!("/events/{event}"));
        get(school, &first, &path).await.expect(200);
        get(school, &second, &path).await.expect(404);
        assert_eq!(get(school, &first, &url("/events")).await.expect(403).text, NO_SCOPE);
        get(school, &first, &url(&format!("/deliveries?query[webhook_id]={id}"))).await.expect(200);
        get(school, &first, &url("/deliveries")).await.expect(422);
        let others = get(school, &second, &url(&format!("/deliveries?query[webhook_id]={id}"))).await.expect(200);
        assert_eq!(others.json()["items"], json!([]));
        let row = id.to_owned();
        let app_id = school.arrange(move |tx, site| Ok(store::webhooks::by_id(tx, site, &row)?)).await;
        assert_eq!(app_id.expect("a webhook").app_id, Some(one.id));
    }

    async fn what_one_caller_was_answered_is_not_another_callers(school: &TestSchool) {
        let (_, first) = admins_token(school, Kind::Public, &["write:users_profile"]).await;
        let (_, second) = admins_token(school, Kind::Public, &["write:users"]).await;
        let body = json!({ "first_name": "A", "last_name": "B", "email": "a@example.com", "bio": "secret" });
        let send_as = |token: &str| {
            send(with(school, token, Method::POST, "/users").header("Idempotency-Key", "one").json(&body))
        };
        send_as(&first).await.expect(201);
        let again = send_as(&second).await.expect(422);
        assert_eq!(again.json(), json!({ "errors": { "email": ["has already been taken"] } }), "a request of its own");
        assert!(!again.text.contains("secret"), "{}", again.text);
        assert_eq!(send_as(&first).await.expect(201).header("idempotency-replayed"), "true");
    }

    async fn a_token_and_the_key_at_once_are_taken(school: &TestSchool) {
        let (app, _) = app(school, Kind::Public, &["read:users"]).await;
        let admin = person(school, Some("site_admin")).await;
        install(school, &app, admin).await;
        let student = person(school, None).await;
        let token = tokens(school, &app, student).await.access;
        send(school.request(Method::GET, "/users").bearer_auth(token)).await.expect(200);
        assert!(app.redirects_to(CALLBACK));
    }
}
