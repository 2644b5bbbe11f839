//! Letting an app in, in a real browser, against the demo school as it is started by hand. Pictures of every page are
//! kept in `target/pictures`.

use super::Sent;
use crate::support::chromium::{Chromium, Screen};
use crate::support::process::{Home, Server};
use crate::support::receiver::{Answer, Receiver};
use reqwest::Client;
use serde_json::{Value, json};
use std::time::Duration;
use store::Engine;

/// Signs in on the page that is open.
async fn sign_in(browser: &Chromium, email: &str, password: &str) {
    assert!(browser.address().await.contains("/users/sign_in?"), "{}", browser.address().await);
    browser.fill("email", email).await;
    browser.fill("password", password).await;
    browser.press("Sign in").await;
}

/// Where the browser is: with what it came to the app.
async fn arrived(browser: &Chromium, callback: &str) -> Sent {
    let sent = Sent::at(&browser.address().await);
    assert_eq!(sent.to, callback, "{}", browser.text().await);
    sent
}

/// What the app heard last by a form.
async fn posted(app: &Receiver) -> String {
    for _ in 0..250 {
        if let Some(heard) = app.heard().iter().rfind(|heard| heard.method == "POST") {
            return String::from_utf8(heard.body.clone()).expect("UTF-8");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no form came to the app: {:?}", app.heard());
}

async fn letting_an_app_in(screen: Screen) {
    let Some(browser) = Chromium::start(screen).await else { return };
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let server = Server::start(home.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]));
    let said: Value = server.json();
    let text = |at: &str| said.pointer(at).and_then(Value::as_str).unwrap_or_else(|| panic!("no {at}")).to_owned();
    let (school, owner, password) = (text("/site_url"), text("/owner_email"), text("/owner_password"));
    let app = Receiver::start(|_| Answer::Status(200)).await;
    let callback = format!("{}/callback", app.url);
    let link = format!(
        "{school}/oauth2/authorize?client_id={}&redirect_uri={callback}&response_type=code&state=xyz",
        text("/apps/0/client_id")
    );
    let student = json!({
        "first_name": "Sam", "last_name": "Student", "email": "sam@example.com", "password": "correct horse",
    });
    let made = Client::new()
        .post(format!("{}/api/public/v1/users", server.url))
        .header("X-Auth-API-Key", text("/api_key"))
        .header("X-Auth-Subdomain", text("/subdomain"))
        .json(&student);
    assert_eq!(made.send().await.expect("an answer").status(), 201);

    // A student cannot install it, and learns who can.
    browser.open(&link).await;
    browser.look("app-sign-in").await;
    sign_in(&browser, "sam@example.com", "correct horse").await;
    assert!(browser.text().await.contains("Only the owner, a site admin or a partner"));
    browser.look("app-not-installed").await;
    assert_eq!(app.count(), 0);
    browser.press("Sign out").await;

    // The owner has second thoughts, and accepts another time.
    browser.open(&link).await;
    sign_in(&browser, &owner, &password).await;
    let page = browser.text().await;
    assert!(page.contains("Install Demo Public App") && page.contains("See your users"), "{page}");
    browser.look("app-install").await;
    browser.press("Cancel").await;
    let sent = arrived(&browser, &callback).await;
    assert_eq!((sent.get("error"), sent.get("state")), ("access denied", "xyz"));
    assert!(browser.address().await.contains("?error=access+denied&"), "{}", browser.address().await);
    browser.open(&link).await;
    browser.press("Accept & Install").await;
    let sent = arrived(&browser, &callback).await;
    assert_eq!((sent.get("subdomain"), sent.get("state")), ("demo", "xyz"));
    let first = sent.get("code").to_owned();
    browser.open(&link).await;
    assert_ne!(arrived(&browser, &callback).await.get("code"), first, "straight through, with another code");

    // The owner is asked about themselves, and the app hears of it in a form.
    browser.open(&format!("{link}&scope=openid+profile+email+site&nonce=n&response_mode=form_post")).await;
    browser.look("app-owner-claims").await;
    browser.press("Accept").await;
    let form = posted(&app).await;
    assert!(form.contains("code=") && form.contains("subdomain=demo") && form.contains("state=xyz"), "{form}");

    // Now it is installed, and the student is told what it learns, and what it may do for them.
    browser.open(&school).await;
    browser.press("Sign out").await;
    browser.open(&format!("{link}&scope=openid+profile+email")).await;
    sign_in(&browser, "sam@example.com", "correct horse").await;
    let page = browser.text().await;
    assert!(
        page.contains("Your e-mail address") && page.contains("is installed in") && page.contains("See your users"),
        "{page}"
    );
    browser.look("app-student").await;
    browser.press("Accept").await;
    arrived(&browser, &callback).await.get("code");
    browser.open(&link).await;
    arrived(&browser, &callback).await.get("code");

    // Links that are not right lead nowhere.
    for (wrong, picture) in [
        (link.replace("/callback", "/elsewhere"), "app-wrong-address"),
        (link.replace("client_id=", "client_id=x"), "app-unknown"),
        (link.replace("redirect_uri=", "other="), "app-incomplete"),
    ] {
        browser.open(&wrong).await;
        assert!(browser.address().await.starts_with(&school));
        browser.look(picture).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn an_owner_lets_an_app_in_and_a_student_uses_it_on_a_desktop() {
    letting_an_app_in(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_lets_an_app_in_and_a_student_uses_it_on_a_phone() {
    letting_an_app_in(Screen::Phone).await;
}
