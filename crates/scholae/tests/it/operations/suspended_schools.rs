//! Schools that are suspended: nobody gets in, nothing leaves, nothing is lost.

use crate::people::browser::Browser;
use crate::people::sign_in::ann;
use crate::support::{TestSchool, send};
use reqwest::Method;
use school::sites::{self, SiteChanges};
use serde_json::json;

async fn set_suspended(school: &TestSchool, suspended: bool) {
    let changed = school.arrange(move |tx, id| {
        let site = school::Site::from(store::sites::get(tx, id)?.expect("the school"));
        sites::set_suspended(tx, &site, suspended)
    });
    assert!(changed.await, "it was otherwise before");
}

on_both_engines! {
    async fn every_surface_of_a_suspended_school_says_so_and_opens_again(school: &TestSchool) {
        let rival = school.second_school("rival").await;
        ann(school).await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", "correct horse").await.expect(303);
        set_suspended(school, true).await;
        let refused = school.get("/users").await.expect(403);
        assert_eq!(refused.json(), json!({ "error": "This school is suspended. Ask whoever runs its server." }));
        school.post("/users", json!({})).await.expect(403);
        let hooks = school.request(Method::GET, &format!("{}/api/v2/webhooks", school.url));
        let hooks = send(hooks.bearer_auth(&school.api_key)).await;
        assert_eq!(hooks.status, 403, "{hooks:?}");
        for path in ["/", "/account", "/users/sign_in", "/manage"] {
            assert!(browser.get(path).await.expect(503).text.contains("closed for now"), "{path}");
        }
        let discovery = browser.get("/.well-known/openid-configuration").await.expect(403);
        assert_eq!(discovery.json()["error"], "access_denied");
        rival.get("/users").await.expect(200);
        Browser::at(school, "rival").get("/users/sign_in").await.expect(200);
        set_suspended(school, false).await;
        school.get("/users").await.expect(200);
        assert!(browser.is_signed_in().await, "sessions are as they were");
        let log = school.get("/security_log?sort=id").await.expect(200).json().to_string();
        assert!(log.contains("school_suspended") && log.contains("school_resumed"), "{log}");
    }

    async fn what_is_to_be_sent_waits(school: &TestSchool) {
        let user = school.user("bob@example.com").await;
        school.mails().await;
        school
            .arrange(move |tx, site| {
                school::mails::queue(tx, site, school::mails::Kind::Welcome, store::UserId::new(user))
            })
            .await;
        set_suspended(school, true).await;
        assert_eq!(school.mails().await.len(), 0);
        let due = school.store.read(store::webhooks::due).await.expect("due");
        assert!(due.is_empty(), "{due:?}");
        set_suspended(school, false).await;
        assert_eq!(school.mails().await.len(), 1);
    }

    async fn a_school_gets_another_address_and_place_for_help(school: &TestSchool) {
        school.second_school("rival").await;
        let set = |subdomain: &str| {
            let changes = SiteChanges {
                subdomain: Some(subdomain.to_owned()),
                support_email: Some("desk@college.example.org".to_owned()),
                ..SiteChanges::default()
            };
            school.store.write(school.site, move |tx| {
                let site = school::Site::from(store::sites::get(tx, store::SiteId::new(1))?.expect("the school"));
                sites::set(tx, &site, &changes)
            })
        };
        for taken in ["rival", "www", "not a label"] {
            assert!(matches!(set(taken).await, Err(school::Error::Invalid(_))), "{taken}");
        }
        set("college").await.expect("changed");
        school.get("/users").await.expect(401);
        Browser::new(school).get("/users/sign_in").await.expect(404);
        Browser::at(school, "college").get("/users/sign_in").await.expect(200);
        let renamed = school.plain(Method::GET, "/users").header("X-Auth-Subdomain", "college");
        send(renamed.header("X-Auth-API-Key", &school.api_key)).await.expect(200);
    }
}
