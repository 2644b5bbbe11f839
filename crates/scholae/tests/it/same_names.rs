//! Two schools on one server whose people and things have the same names: whoever asks one of them gets its own, and
//! what opens one opens nothing of the other. Each is tried from both sides, so that neither is the one that a query
//! without its school would find first.

use crate::apps;
use crate::oauth::{VERIFIER, accept, challenge};
use crate::people::browser::{Browser, hidden};
use crate::people::sso::{HEADER, signed};
use crate::resources::arranged::course;
use crate::resources::asserted::{assert_not_found, problem};
use crate::support::{Reply, TestSchool, send};
use identity::apps::{App, Kind};
use reqwest::Method;
use serde_json::{Value, json};
use store::UserId;

const EMAIL: &str = "ann@example.com";
const SCOPES: &[&str] = &["read:users", "write:users"];

/// One of the two schools.
struct Side<'s> {
    school: &'s TestSchool,
    /// The last name that everybody has there.
    name: &'static str,
    /// The password that Ann has there.
    password: &'static str,
    /// Her id.
    ann: i64,
    /// The product that the coupon is for.
    product: i64,
    /// What the coupon opens.
    promotion: i64,
}

impl<'s> Side<'s> {
    async fn of(school: &'s TestSchool, name: &'static str, password: &'static str) -> Self {
        let person = |email: &str| {
            json!({
                "first_name": "Ann", "last_name": name, "email": email, "external_id": "crm-1", "provider": "SSO",
                "affiliate_code": "ann", "external_source": "fair",
            })
        };
        let mut ann = person(EMAIL);
        ann["password"] = json!(password);
        ann["roles"] = json!(["site_admin"]);
        let ann = school.post("/users", ann).await.expect(201).id();
        let product = course(school, "Bread").await.product;
        let spring = json!({ "name": name, "discount_type": "fixed", "amount": 5, "product_ids": [product] });
        let promotion = school.post("/promotions", spring).await.expect(201).id();
        let code = json!({ "code": "SPRING" });
        school.post(&format!("/coupons?promotion_id={promotion}"), code).await.expect(201);
        school.post("/groups", json!({ "name": "Bakers" })).await.expect(200);
        Self { school, name, password, ann, product, promotion }
    }

    fn browser(&self) -> Browser {
        Browser::new(self.school)
    }

    /// Whether this is Ann of this school.
    async fn is_signed_in(&self, browser: &mut Browser) -> bool {
        browser.is_signed_in().await && browser.get("/account").await.expect(200).text.contains(self.name)
    }

    /// A request to the school's own host.
    fn at_host(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let host = format!("{}.localhost", self.school.subdomain);
        self.school.plain(method, &format!("{}{path}", self.school.url)).header("Host", host)
    }

    async fn ask(&self, app: &(App, String), fields: Value) -> Reply {
        let request = self.at_host(Method::POST, "/oauth2/token");
        send(request.basic_auth(&app.0.client_id, Some(&app.1)).json(&fields)).await
    }

    /// A code of the app, which the school has, for its Ann.
    async fn code(&self, app: &(App, String)) -> String {
        let mut browser = self.browser();
        browser.sign_in(EMAIL, self.password).await.expect(303);
        let path = format!(
            "/oauth2/authorize?client_id={}&redirect_uri={}&response_type=code&code_challenge={}&code_challenge_method=S256",
            app.0.client_id,
            apps::CALLBACK,
            challenge(VERIFIER),
        );
        accept(&mut browser, &path).await.get("code").to_owned()
    }
}

/// Both schools, each from its own side: itself and the other one.
async fn both<'s>(school: &'s TestSchool, elsewhere: &'s TestSchool) -> [Side<'s>; 2] {
    [Side::of(elsewhere, "Elsewhere", "battery staple").await, Side::of(school, "Academy", "correct horse").await]
}

/// The last link by mail of a kind in a school, as a path.
async fn mailed(school: &TestSchool, subdomain: &str, part: &str) -> String {
    let mails = school.mails().await;
    let host = format!("http://{subdomain}.localhost");
    let urls = mails.iter().filter_map(|mail| mail["links"].as_array()).flatten();
    let mut paths = urls.filter_map(|link| link["url"].as_str()?.strip_prefix(&host));
    paths.find(|path| path.contains(part)).unwrap_or_else(|| panic!("no {part} in {mails:?}")).to_owned()
}

on_both_engines! {
    async fn an_address_and_a_password_open_the_school_whose_they_are(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let sides = both(school, &elsewhere).await;
        for (own, other) in [(&sides[0], &sides[1]), (&sides[1], &sides[0])] {
            let mut browser = own.browser();
            browser.sign_in(EMAIL, other.password).await.expect(422);
            assert!(!browser.is_signed_in().await);
            browser.sign_in(EMAIL, own.password).await.expect(303);
            assert!(own.is_signed_in(&mut browser).await, "{}", own.name);
            // Her session is none at the other school.
            let mut stranger = other.browser();
            stranger.cookies = browser.cookies.clone();
            assert!(!stranger.is_signed_in().await);
            stranger.get("/account").await.expect(303);
        }
    }

    async fn ending_her_sessions_in_one_school_ends_none_in_the_other(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let sides = both(school, &elsewhere).await;
        let [mut there, mut here] = [sides[0].browser(), sides[1].browser()];
        there.sign_in(EMAIL, sides[0].password).await.expect(303);
        here.sign_in(EMAIL, sides[1].password).await.expect(303);
        school.put(&format!("/users/{}", sides[1].ann), json!({ "password": "a new password" })).await.expect(204);
        assert!(!here.is_signed_in().await);
        assert!(sides[0].is_signed_in(&mut there).await);
        sides[0].browser().sign_in(EMAIL, "a new password").await.expect(422);
        school.delete(&format!("/users/{}", sides[1].ann)).await.expect(204);
        assert!(sides[0].is_signed_in(&mut there).await);
        assert_eq!(elsewhere.get("/users?query[email]=ann@example.com").await.ids(), [sides[0].ann]);
    }

    async fn single_sign_on_finds_the_person_of_its_school_by_address_and_by_id(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let sides = both(school, &elsewhere).await;
        for (own, other) in [(&sides[0], &sides[1]), (&sides[1], &sides[0])] {
            for (number, id) in [Value::Null, json!("crm-1")].into_iter().enumerate() {
                let mut claims = json!({
                    "email": EMAIL, "first_name": "Ann", "last_name": own.name, "iat": store::now() / 1_000,
                    "jti": number,
                });
                if !id.is_null() {
                    claims["external_id"] = id;
                }
                let token = signed(HEADER, &claims, own.school.api_key.as_bytes());
                let path = format!("/api/sso/v2/sso/jwt?jwt={token}");
                other.browser().get(&path).await.expect(403);
                let mut browser = own.browser();
                browser.get(&path).await.expect(303);
                assert!(own.is_signed_in(&mut browser).await, "{claims}");
                own.browser().get(&path).await.expect(403);
            }
            assert_eq!(own.school.get("/users").await.ids(), [own.ann], "nobody was made");
            assert_eq!(own.school.get("/users/crm-1?provider=SSO").await.expect(200).id(), own.ann);
        }
    }

    async fn what_is_looked_for_by_a_name_is_the_schools_own(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let sides = both(school, &elsewhere).await;
        for (own, other) in [(&sides[0], &sides[1]), (&sides[1], &sides[0])] {
            for query in ["email]=ann@example.com", "email]=ANN@EXAMPLE.COM", "external_source]=fair", "role]=site_admin"] {
                let found = own.school.get(&format!("/users?query[{query}")).await.expect(200);
                assert_eq!(found.ids(), [own.ann], "{query}");
            }
            let by = |product: i64| format!("/promotions/by_coupon?product_id={product}&coupon_code=spring");
            let found = own.school.get(&by(own.product)).await.expect(200).json();
            assert_eq!((&found["id"], &found["name"]), (&json!(own.promotion), &json!(own.name)));
            assert_not_found(&own.school.get(&by(other.product)).await);
            // What is taken is taken here, though the other school has it too; and what is freed there is not free here.
            let coupons = format!("/coupons?promotion_id={}", own.promotion);
            let taken = problem("code", "has already been taken");
            assert_eq!(own.school.post(&coupons, json!({ "code": "Spring" })).await.expect(422).json(), taken);
            let groups = json!({ "user_id": own.ann, "group_names": ["Bakers"] });
            own.school.post("/group_users", groups).await.expect(201);
            assert_eq!(own.school.get("/enrollments?query[email]=ann@example.com").await.ids(), [0_i64; 0]);
        }
        let coupon = elsewhere.get(&format!("/coupons?promotion_id={}", sides[0].promotion)).await.ids()[0];
        elsewhere.delete(&format!("/coupons/{coupon}")).await.expect(204);
        let path = format!("/promotions/by_coupon?product_id={}&coupon_code=SPRING", sides[1].product);
        school.get(&path).await.expect(200);
    }

    async fn a_link_by_mail_changes_its_school_and_asks_for_its_person(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let sides = both(school, &elsewhere).await;
        for (own, other) in [(&sides[0], &sides[1]), (&sides[1], &sides[0])] {
            let mut browser = own.browser();
            let ask = [("email", EMAIL)];
            browser.submit("/users/password/new", "/users/password", &ask).await.expect(200);
            let link = mailed(own.school, &own.school.subdomain, "/users/password/edit/").await;
            other.browser().get(&link).await.expect(410);
            let page = other.browser().get("/users/password/new").await.text;
            let csrf = hidden(&page, "/users/password").remove(0).1;
            let mut stranger = other.browser();
            stranger.get("/users/password/new").await.expect(200);
            let form = [("password", "a new password"), ("csrf", csrf.as_str())];
            assert!([403, 410].contains(&stranger.post(&link, &form).await.status));
            browser.submit(&link, &link, &[("password", "a new password")]).await.expect(303);
            own.browser().sign_in(EMAIL, own.password).await.expect(422);
            own.browser().sign_in(EMAIL, "a new password").await.expect(303);
            if own.name == sides[0].name {
                other.browser().sign_in(EMAIL, other.password).await.expect(303);
            }
        }
    }

    async fn a_code_and_its_tokens_are_for_the_school_that_gave_them(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let sides = both(school, &elsewhere).await;
        let app = apps::app(school, Kind::Public, SCOPES).await;
        for side in &sides {
            apps::install(side.school, &app.0, UserId::new(side.ann)).await;
        }
        for (own, other) in [(&sides[0], &sides[1]), (&sides[1], &sides[0])] {
            let code = own.code(&app).await;
            let redeem = json!({ "grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER });
            assert_eq!(other.ask(&app, redeem.clone()).await.expect(400).json()["error"], "invalid_grant");
            let given = own.ask(&app, redeem).await.expect(200).json();
            let text = |key: &str| given[key].as_str().expect("a token").to_owned();
            let (access, refresh) = (text("access_token"), text("refresh_token"));
            let users = own.school.plain(Method::GET, "/users").bearer_auth(&access);
            assert_eq!(send(users).await.expect(200).ids(), [own.ann]);
            let info = |side: &Side<'_>| send(side.at_host(Method::GET, "/oidc/userinfo").bearer_auth(&access));
            info(other).await.expect(401);
            let refresh = json!({ "grant_type": "refresh_token", "refresh_token": refresh });
            assert_eq!(other.ask(&app, refresh.clone()).await.expect(400).json()["error"], "invalid_grant");
            own.ask(&app, refresh).await.expect(200);
        }
    }

    async fn an_idempotency_key_is_one_schools_and_one_callers(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let body = json!({ "first_name": "Bob", "last_name": "B", "email": "bob@example.com" });
        let key = |request: reqwest::RequestBuilder| send(request.header("Idempotency-Key", "one").json(&body));
        let made = key(school.request(Method::POST, "/users")).await.expect(201);
        let theirs = key(elsewhere.request(Method::POST, "/users")).await.expect(201);
        assert_ne!(theirs.id(), made.id());
        assert_eq!(theirs.header("idempotency-replayed"), "");
        // Two apps with the same scopes, which send the very same, and the school's key: to each of them it is a request of
        // its own, which is neither given another's answer nor refused for the key.
        let taken = problem("email", "has already been taken");
        let (_, first) = apps::admins_token(school, Kind::Public, &["write:users"]).await;
        let (_, second) = apps::admins_token(school, Kind::Public, &["write:users"]).await;
        for token in [&first, &second] {
            let reply = key(apps::with(school, token, Method::POST, "/users")).await.expect(422);
            assert_eq!(reply.json(), taken);
        }
        let other = json!({ "first_name": "Cat", "last_name": "C", "email": "cat@example.com" });
        let two = |request: reqwest::RequestBuilder| send(request.header("Idempotency-Key", "two").json(&other));
        let made = two(apps::with(school, &first, Method::POST, "/users")).await.expect(201);
        assert_eq!(two(apps::with(school, &second, Method::POST, "/users")).await.expect(422).json(), taken);
        assert_eq!(two(school.request(Method::POST, "/users")).await.expect(422).json(), taken);
        let again = two(apps::with(school, &first, Method::POST, "/users")).await.expect(201);
        assert_eq!((again.text.as_str(), again.header("idempotency-replayed")), (made.text.as_str(), "true"));
    }
}
