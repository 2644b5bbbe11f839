//! The settings that people meet who are not signed in: who may sign up, what mails say, and single sign-on; and the code
//! of pages.

use super::{Person, manager};
use crate::people::browser::{Browser, link};
use crate::people::sso::{bob, signed_with};
use crate::support::TestSchool;
use serde_json::{Value, json};

const SIGN_UP: &str = "/manage/settings/sign_up";
const MAILS: &str = "/manage/settings/mails";
const CODE: &str = "/manage/settings/code";
const SSO: &str = "/manage/settings/sso";

async fn rule(browser: &mut Browser, rule: &str, domains: &str) {
    browser.submit(SIGN_UP, SIGN_UP, &[("rule", rule), ("domains", domains)]).await.expect(303);
}

/// Sends the form to sign up, also where it is not shown.
async fn sign_up(school: &TestSchool, email: &str) -> crate::support::Reply {
    let mut browser = Browser::new(school);
    let token = browser.token().await;
    let fields = [
        ("csrf", token.as_str()),
        ("first_name", "Ann"),
        ("last_name", "Lee"),
        ("email", email),
        ("password", "correct horse"),
    ];
    browser.post("/users/sign_up", &fields).await
}

/// Comes with a token that says who they are: where that leads.
async fn by_sso(school: &TestSchool, claims: &Value) -> u16 {
    let path = format!("/api/sso/v2/sso/jwt?jwt={}", signed_with(claims, &school.api_key));
    Browser::new(school).get(&path).await.status
}

async fn details(school: &TestSchool, kind: &str) -> Vec<String> {
    let log = school.get(&format!("/security_log?query[kind]={kind}&sort=id")).await.expect(200).json();
    let entries = log["items"].as_array().expect("items").iter();
    entries.map(|entry| entry["detail"].as_str().expect("a text").to_owned()).collect()
}

on_both_engines! {
    async fn the_rule_about_signing_up_counts_on_every_way_in(school: &TestSchool) {
        let mut browser = manager(school).await;
        let waiting = sign_up(school, "early@example.com").await.expect(200);
        assert!(waiting.text.contains("Check your mail"));
        let early = link(&school.mails().await[0], "Confirm that it was you");

        rule(&mut browser, "domains", "@Bakery.example, b\u{fc}cher.example\nbakery.example").await;
        let shown = browser.get(SIGN_UP).await.expect(200).text;
        assert!(shown.contains("bakery.example\nb\u{fc}cher.example</textarea>"), "{shown}");
        for email in ["a@bakery.example", "b@BAKERY.example", "c@xn--bcher-kva.example"] {
            sign_up(school, email).await.expect(200);
        }
        for email in ["d@shop.bakery.example", "e@example.com", "f@bakery.example.evil.example", "g@notbakery.example"] {
            let refused = sign_up(school, email).await.expect(422).text;
            assert!(refused.contains("is not at a host from which people may sign up"), "{email}: {refused}");
        }
        let mut claims = bob();
        assert_ne!(by_sso(school, &claims).await, 303, "somebody new");
        claims["email"] = json!("bob@bakery.example");
        claims["jti"] = json!("another");
        assert_eq!(by_sso(school, &claims).await, 303);

        rule(&mut browser, "invited", "bakery.example").await;
        let page = Browser::new(school).get("/users/sign_up").await.expect(200).text;
        assert!(page.contains("By invitation only") && !page.contains("<input type=\"password\""), "{page}");
        assert!(!Browser::new(school).get("/").await.text.contains("/users/sign_up"));
        let refused = sign_up(school, "a@bakery.example").await.expect(422).text;
        assert!(refused.contains("by invitation only"), "{refused}");
        // What began before the rule was made does not go round it.
        let mut late = Browser::new(school);
        late.submit(&early, &early, &[("password", "correct horse")]).await.expect(410);
        claims["email"] = json!("new@bakery.example");
        claims["jti"] = json!("a third");
        assert_ne!(by_sso(school, &claims).await, 303);
        // Whoever has an account comes in, and the school adds whom it likes.
        claims["email"] = json!("bob@bakery.example");
        claims["jti"] = json!("a fourth");
        assert_eq!(by_sso(school, &claims).await, 303);
        let body = json!({ "first_name": "A", "last_name": "B", "email": "added@example.com", "password": "correct horse" });
        school.post("/users", body).await.expect(201);
        Browser::new(school).sign_in("added@example.com", "correct horse").await.expect(303);
        assert_eq!(
            details(school, "sign_up_rule_changed").await,
            ["addresses at bakery.example, b\u{fc}cher.example", "by invitation only"]
        );
    }

    async fn a_rule_that_cannot_be_is_told_beside_its_field(school: &TestSchool) {
        let mut browser = manager(school).await;
        for (rule, domains, told) in [
            ("domains", "", "Hosts of addresses can"),
            ("domains", "bakery.example not!a!host", "has not!a!host, which is no host of addresses"),
            ("anything", "", "Who may sign up must be one of these"),
        ] {
            let refused = browser.submit(SIGN_UP, SIGN_UP, &[("rule", rule), ("domains", domains)]).await.expect(422).text;
            assert!(refused.contains(told), "{told}: {refused}");
        }
        assert!(Browser::new(school).get("/users/sign_up").await.expect(200).text.contains("Password"));
    }

    async fn mails_have_the_words_that_the_school_finds_for_them_and_their_links(school: &TestSchool) {
        let mut browser = manager(school).await;
        let page = format!("{MAILS}/confirm_sign_up");
        assert!(browser.get(&page).await.expect(200).text.contains("Confirm your address for {{school}}"));
        let own = [("subject", "Hello from {{school}}"), ("body", "Bread <b>rises</b>, {{first_name}}.\n{{link}}\nSee you!")];
        let shown = browser.submit(&page, &page, &[own[0], own[1], ("do", "preview")]).await.expect(200).text;
        assert!(shown.contains("Bread &lt;b&gt;rises&lt;/b&gt;, Ann.") && shown.contains("Hello from School academy"), "{shown}");
        assert!(browser.get(MAILS).await.expect(200).text.matches("Your words").count() == 0, "nothing was saved");
        browser.submit(&page, &page, &[own[0], own[1], ("do", "save")]).await.expect(303);

        sign_up(school, "ann@example.com").await.expect(200);
        let mail = school.mails().await.remove(0);
        assert_eq!(mail["subject"], "Hello from School academy");
        let text = mail.to_string();
        // Nobody has shown yet that the address is theirs: their name is not in it.
        assert!(text.contains("Bread <b>rises</b>, .") && text.contains("See you!"), "{text}");
        let confirm = link(&mail, "Confirm that it was you");
        let mut ann = Browser::new(school);
        ann.submit(&confirm, &confirm, &[("password", "correct horse")]).await.expect(303);

        // The name of a person is not looked through for names of variables.
        let page = format!("{MAILS}/new_password");
        let own = [("subject", "{{first_name}}: a password"), ("body", "{{link}}"), ("do", "save")];
        browser.submit(&page, &page, &own).await.expect(303);
        let id = school.get("/users?query[email]=ann@example.com").await.ids()[0];
        school.put(&format!("/users/{id}"), json!({ "first_name": "{{school}}" })).await.expect(204);
        Browser::new(school).submit("/users/password/new", "/users/password", &[("email", "ann@example.com")]).await.expect(200);
        let mail = school.mails().await.remove(0);
        assert_eq!(mail["subject"], "{{school}}: a password");
        link(&mail, "Choose it here");

        for (subject, body, told) in [
            ("", "{{link}}", "Subject can"),
            ("A", "No link", "Words must have {{link}}"),
            ("A", "{{link}}\n{{secret}}", "{{secret}}, which stands for nothing"),
            ("A\r\nBcc: eve@example.com", "{{link}}", "Subject may have one line only"),
        ] {
            let fields = [("subject", subject), ("body", body), ("do", "save")];
            let refused = browser.submit(&page, &page, &fields).await.expect(422).text;
            assert!(refused.contains(told), "{told}: {refused}");
        }
        browser.submit(&page, &format!("{page}/reset"), &[]).await.expect(303);
        Browser::new(school).submit("/users/password/new", "/users/password", &[("email", "ann@example.com")]).await.expect(200);
        assert_eq!(school.mails().await[0]["subject"], "Choose a new password for School academy");
        browser.get(&format!("{MAILS}/password_changed")).await.expect(404);
    }

    async fn code_of_pages_is_kept_within_its_length_and_told_in_the_log(school: &TestSchool) {
        let mut owner = Person::Owner.signed_in(school).await;
        assert!(owner.get(CODE).await.expect(200).text.contains("Kept for the site that is to come"));
        let code = "<script>track('</textarea>')</script>\r\n<!-- end -->";
        owner.submit(CODE, CODE, &[("head", code), ("footer", "")]).await.expect(303);
        let shown = owner.get(CODE).await.expect(200).text;
        assert!(shown.contains("&lt;script&gt;track('&lt;/textarea&gt;')&lt;/script&gt;\n&lt;!-- end --&gt;"), "{shown}");
        assert!(!owner.get("/").await.expect(200).text.contains("track("));
        let long = "x".repeat(20_001);
        let refused = owner.submit(CODE, CODE, &[("head", code), ("footer", &long)]).await.expect(422).text;
        assert!(refused.contains("is too long (maximum is 20000 characters)"), "the length");
        owner.submit(CODE, CODE, &[("head", ""), ("footer", "<i>x</i>")]).await.expect(303);
        assert_eq!(details(school, "page_code_changed").await, ["head", "head", "footer"]);
    }

    async fn single_sign_on_is_tried_and_what_failed_is_shown(school: &TestSchool) {
        let mut owner = Person::Owner.signed_in(school).await;
        by_sso(school, &json!({ "iat": 1 })).await;
        let page = owner.get(SSO).await.expect(200).text;
        assert!(page.contains("The token has expired.") && page.contains("/api/sso/v2/sso/jwt"), "{page}");
        let led = owner.submit(SSO, "/manage/settings/sso/try", &[]).await.expect(303).header("location").to_owned();
        let back = owner.get(&led).await.expect(303).header("location").to_owned();
        assert_eq!(back, format!("{SSO}?done=tried"));
        assert!(owner.get(&back).await.expect(200).text.contains("It works"));
        // The token counts once, and for the one who asked.
        let mut stranger = Browser::new(school);
        stranger.get(&led).await;
        assert!(!stranger.is_signed_in().await);
    }
}
