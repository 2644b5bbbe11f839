//! The owner of a school in a real browser: a second factor, signing in with it and with a recovery code, the settings of
//! the school, and what programs called. Pictures of every page are kept in `target/pictures`.

use super::in_a_browser::demo;
use crate::support::chromium::Screen;
use identity::totp;
use reqwest::Client;

async fn a_second_factor_and_the_settings(screen: Screen) {
    let Some((browser, said, _home, _server)) = demo(screen).await else { return };
    let said = |name: &str| said[name].as_str().expect("text").to_owned();
    let (school, email, password) = (said("site_url"), said("owner_email"), said("owner_password"));
    browser.open(&format!("{school}/account/second_factor")).await;
    browser.fill("email", &email).await;
    browser.fill("password", &password).await;
    browser.press("Sign in").await;
    browser.look("account-second-factor-off").await;
    browser.press("Set up a second factor").await;
    browser.look("account-second-factor-set-up").await;
    let secret = browser.run("return document.querySelector('code.secret').innerText.replaceAll(' ', '')").await;
    let secret = secret.as_str().expect("a secret").to_owned();
    browser.fill("code", "000000").await;
    browser.fill("current_password", "wrong").await;
    browser.press("Turn the second factor on").await;
    browser.look("account-second-factor-problems").await;
    browser.fill("code", &totp::code_at(&secret, store::now()).expect("a code")).await;
    browser.fill("current_password", &password).await;
    browser.press("Turn the second factor on").await;
    browser.look("account-second-factor-recovery-codes").await;
    let recovery = browser.run("return document.querySelector('.recovery-codes code').innerText").await;
    let recovery = recovery.as_str().expect("a recovery code").to_owned();
    browser.follow("I have kept them").await;
    browser.look("account-with-second-factor").await;
    browser.open(&format!("{school}/account/second_factor")).await;
    browser.look("account-second-factor-on").await;
    browser.follow("Turn it off").await;
    browser.look("account-second-factor-turn-off").await;

    // From now on the password leads to the second step, and that to where they wanted to go.
    browser.forget().await;
    browser.open(&format!("{school}/manage/settings")).await;
    browser.fill("email", &email).await;
    browser.fill("password", &password).await;
    browser.press("Sign in").await;
    browser.look("sign-in-code").await;
    browser.fill("code", "000000").await;
    browser.press("Sign in").await;
    browser.look("sign-in-code-problems").await;
    // The one that set it up was used: the next one counts already.
    browser.fill("code", &totp::code_at(&secret, store::now() + 30_000).expect("a code")).await;
    browser.press("Sign in").await;
    assert_eq!(browser.address().await, format!("{school}/manage/settings"));
    browser.look("manage-settings").await;
    browser.fill("support_email", "nobody").await;
    browser.run("document.querySelector('[name=support_email]').type = 'text'").await;
    browser.press("Save").await;
    browser.look("manage-settings-problems").await;
    browser.open(&format!("{school}/manage/settings/security")).await;
    browser.look("manage-settings-security").await;
    browser.open(&format!("{school}/manage/settings/security#end-sessions")).await;
    browser.look("manage-settings-security-sign-out").await;

    // What a program called stands in the request log a second later.
    let program = Client::new();
    for (path, id) in [("/users", "first-page"), ("/courses/999999", "no-course"), ("/users?limit=many", "no-number")] {
        let request = program.get(format!("{}/api/public/v1{path}", said("url"))).header("X-Request-Id", id);
        let request = request.header("X-Auth-API-Key", said("api_key")).header("X-Auth-Subdomain", said("subdomain"));
        request.send().await.expect("an answer");
    }
    browser.open(&format!("{school}/manage/requests")).await;
    browser.load_until("no-number").await;
    browser.look("manage-requests").await;
    browser.open(&format!("{school}/manage/requests?status=errors")).await;
    assert!(!browser.text().await.contains("first-page"));
    browser.look("manage-requests-errors").await;
    browser.follow("GET /api/public/v1/courses/999999").await;
    browser.look("manage-request").await;

    // The telephone is lost: a recovery code stands for it.
    browser.forget().await;
    browser.open(&format!("{school}/account/second_factor")).await;
    browser.fill("email", &email).await;
    browser.fill("password", &password).await;
    browser.press("Sign in").await;
    browser.follow("Use a recovery code, if your app is not at hand").await;
    browser.look("sign-in-recovery-code").await;
    browser.fill("recovery_code", &recovery.to_uppercase()).await;
    browser.press("Sign in").await;
    assert!(browser.text().await.contains("You have 9 recovery codes left"));
    browser.close().await;
}

#[tokio::test]
async fn an_owner_signs_in_with_a_second_factor_on_a_desktop() {
    a_second_factor_and_the_settings(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_signs_in_with_a_second_factor_on_a_phone() {
    a_second_factor_and_the_settings(Screen::Phone).await;
}
