//! `/manage/api_key` and `/manage/api_access_tokens`: what programs show to be let in, which is the owner's.

use super::Person;
use crate::support::TestSchool;
use crate::support::send;
use reqwest::Method;
use school::security_log::{self, Filter};
use store::PageRequest;

/// The kinds of the entries in the security log, the newest first.
async fn newest_kind(school: &TestSchool) -> String {
    let log = school.arrange(|tx, site| {
        let newest = PageRequest { descending: true, ..PageRequest::first(1) };
        security_log::list(tx, site, &Filter::default(), &newest)
    });
    log.await.items[0].kind.name().to_owned()
}

/// What a program with a bearer token is answered.
async fn status_with(school: &TestSchool, token: &str) -> u16 {
    let request = school.plain(Method::GET, &format!("{}/api/public/v1/users", school.url));
    send(request.bearer_auth(token)).await.status
}

on_both_engines! {
    async fn the_key_is_hidden_until_it_is_asked_for_which_the_log_says(school: &TestSchool) {
        let mut browser = Person::Owner.signed_in(school).await;
        let key = school.api_key.clone();
        let text = browser.get("/manage/api_key").await.expect(200).text;
        assert!(!text.contains(&key) && text.contains(&format!("••••{}", &key[key.len() - 4..])), "{text}");
        let shown = browser.submit("/manage/api_key", "/manage/api_key/reveal", &[]).await.expect(200);
        assert!(shown.text.contains(&key) && shown.header("cache-control").contains("no-store"));
        assert_eq!(newest_kind(school).await, "api_key_shown");
        assert!(!browser.get("/manage/api_key").await.text.contains(&key), "once");
    }

    async fn a_key_is_replaced_with_a_day_to_change_over_or_at_once(school: &TestSchool) {
        let mut browser = Person::Owner.signed_in(school).await;
        let token = browser.token().await;
        browser.post("/manage/api_key/rotate", &[("csrf", &token)]).await.expect(422);
        school.get("/users").await.expect(200);
        for (old_key, status, told) in [("day", 200, true), ("now", 401, false)] {
            let fields = [("csrf", token.as_str()), ("old_key", old_key)];
            browser.post("/manage/api_key/rotate", &fields).await.expect(303);
            assert_eq!(newest_kind(school).await, "api_key_rotated");
            assert_eq!(school.get("/users").await.status, status, "{old_key}");
            let text = browser.get("/manage/api_key").await.expect(200).text;
            let end = &school.api_key[school.api_key.len() - 4..];
            assert_eq!(text.contains("The key before still counts") && text.contains(end), told, "{text}");
            assert_eq!(browser.get("/manage").await.text.contains("The old API key ends soon"), told);
        }
    }

    async fn a_token_is_made_shown_once_and_revoked(school: &TestSchool) {
        let mut browser = Person::Owner.signed_in(school).await;
        let (new, list) = ("/manage/api_access_tokens/new", "/manage/api_access_tokens");
        let given = [("name", "Reports & <more>"), ("ends", "30")];
        let text = browser.submit(new, list, &given).await.expect(200).text;
        let value = text.split("id=\"api-access-token\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a token").to_owned();
        assert_eq!(status_with(school, &value).await, 200);
        let text = browser.submit(new, list, &given).await.expect(422).text;
        assert!(text.contains("Name has already been taken") && text.contains("Reports &amp; &lt;more&gt;"), "{text}");
        let text = browser.get(list).await.expect(200).text;
        assert!(text.contains("owner@example.com") && !text.contains(&value), "{text}");
        let revoke = text.split("action=\"").find(|part| part.contains("/revoke\"")).expect("a form").split('"').next().expect("an address").to_owned();
        browser.submit(list, &revoke, &[]).await.expect(303);
        assert_eq!(status_with(school, &value).await, 401);
        assert_eq!(newest_kind(school).await, "api_access_token_revoked");
        for (name, ends) in [("", "30"), ("Reports", "soon"), ("Reports", "")] {
            browser.submit(new, list, &[("name", name), ("ends", ends)]).await.expect(422);
        }
    }

    async fn the_key_is_not_for_those_who_run_the_school_for_its_owner(school: &TestSchool) {
        let mut browser = Person::SiteAdmin.signed_in(school).await;
        let token = browser.token().await;
        browser.get("/manage/api_key").await.expect(403);
        browser.post("/manage/api_key/reveal", &[("csrf", &token)]).await.expect(403);
        let home = browser.get("/manage").await.expect(200).text;
        assert!(home.contains("/manage/webhooks") && !home.contains("/manage/api_key") && !home.contains("/manage/security_log"), "{home}");
    }
}
