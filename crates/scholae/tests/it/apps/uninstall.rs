//! Taking an app out of a school: what ends, and who hears of it.

use super::{admins_token, get, install, person, tokens, with};
use crate::support::{TestSchool, send};
use identity::apps::Kind;
use identity::installs;
use reqwest::Method;
use serde_json::{Value, json};

on_both_engines! {
    async fn an_uninstalled_apps_webhooks_hear_of_it_and_then_go(school: &TestSchool) {
        let (app, token) = admins_token(school, Kind::Public, &["read:users"]).await;
        let (_, bystander) = admins_token(school, Kind::Public, &["read:users"]).await;
        let url = format!("{}/api/v2/webhooks", school.url);
        let webhook = |topic: &str| json!({ "topic": topic, "target_url": "https://hooks.example.org/in" });
        for (token, topic) in [(&token, "app.uninstalled"), (&token, "user.signup"), (&bystander, "app.uninstalled")] {
            send(with(school, token, Method::POST, &url).json(&webhook(topic))).await.expect(201);
        }
        send(school.request(Method::POST, &url).json(&webhook("app.uninstalled"))).await.expect(201);

        let gone = app.clone();
        school.arrange(move |tx, site| installs::uninstall(tx, site, &gone, Some("too loud"))).await;
        get(school, &token, "/users").await.expect(401);
        get(school, &bystander, "/users").await.expect(200);
        let event = school.arrange(school::events::newest).await;
        let event = school.arrange(move |tx, site| school::events::get(tx, site, &event)).await;
        let body: Value = serde_json::from_str(&event.body).expect("JSON");
        assert_eq!((&body["resource"], &body["action"]), (&json!("app"), &json!("uninstalled")));
        assert_eq!(body["payload"]["client_id"], app.client_id);
        assert_eq!(body["payload"]["reason"], "too loud");

        let id = app.id;
        let (waiting, left) = school
            .arrange(move |tx, site| {
                let waiting = store::deliveries::page(
                    tx,
                    site,
                    &store::deliveries::DeliveryFilter::default(),
                    &store::PageRequest::first(10),
                )?;
                Ok((waiting.items, store::webhooks::of_app(tx, site, id)?))
            })
            .await;
        assert_eq!(waiting.len(), 2, "the app's own webhook and the school's; not the other app's");
        assert_eq!(left.len(), 1, "only the one that is to be told stays");
        assert!(waiting.iter().any(|delivery| delivery.row.webhook == left[0].number));

        // Nothing is tidied away while it waits; told, it goes.
        assert_eq!(school.arrange(move |tx, site| Ok(installs::tidy(tx, site, 10)?)).await, 0);
        let number = left[0].number;
        school.arrange(move |tx, site| Ok(store::deliveries::give_up(tx, site, number, store::now(), 10)?)).await;
        assert_eq!(school.arrange(move |tx, site| Ok(installs::tidy(tx, site, 10)?)).await, 1);
    }

    async fn an_app_that_comes_back_begins_anew(school: &TestSchool) {
        let (app, token) = admins_token(school, Kind::Public, &["read:users"]).await;
        let url = format!("{}/api/v2/webhooks", school.url);
        let body = json!({ "topic": "app.uninstalled", "target_url": "https://hooks.example.org/in" });
        send(with(school, &token, Method::POST, &url).json(&body)).await.expect(201);
        let gone = app.clone();
        school.arrange(move |tx, site| installs::uninstall(tx, site, &gone, None)).await;
        let admin = person(school, Some("site_admin")).await;
        install(school, &app, admin).await;
        let token = tokens(school, &app, admin).await.access;
        assert_eq!(get(school, &token, &url).await.expect(200).json()["items"], json!([]));
    }
}
