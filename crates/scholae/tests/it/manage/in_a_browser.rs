//! The admin area in a real browser, against the demo school as it is started by hand. Pictures of every page are kept in
//! `target/pictures`; each is held against the rules for people with disabilities.

use crate::support::chromium::{Chromium, Screen};
use crate::support::process::{Home, Server};
use serde_json::Value;
use store::Engine;

/// A browser, and a demo school with what its command says.
pub async fn demo(screen: Screen) -> Option<(Chromium, Value, Home, Server)> {
    let browser = Chromium::start(screen).await?;
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let server = Server::start(home.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]));
    let said: Value = server.json();
    Some((browser, said, home, server))
}

/// A browser in which the owner of a demo school is signed in, and where the school is.
pub(super) async fn owner(screen: Screen) -> Option<(Chromium, String, Home, Server)> {
    let (browser, said, home, server) = demo(screen).await?;
    let school = said["site_url"].as_str().expect("an address").to_owned();
    browser.open(&format!("{school}/manage")).await;
    browser.fill("email", said["owner_email"].as_str().expect("an address")).await;
    browser.fill("password", said["owner_password"].as_str().expect("a password")).await;
    browser.press("Sign in").await;
    assert_eq!(browser.address().await, format!("{school}/manage"));
    Some((browser, school, home, server))
}

async fn the_people_of_a_school(screen: Screen) {
    let Some((browser, school, _home, _server)) = owner(screen).await else { return };
    browser.open(&format!("{school}/manage/users")).await;
    browser.look("manage-users").await;
    browser.follow("Add a user").await;
    browser.look("manage-user-new").await;
    browser.fill("first_name", "Ann").await;
    browser.fill("last_name", "Example").await;
    browser.fill("email", "amara.okafor@demo.example").await;
    browser.press("Add the user").await;
    assert!(browser.text().await.contains("E-mail address has already been taken"));
    browser.look("manage-user-problems").await;
    browser.fill("email", "ann@demo.example").await;
    browser.press("Add the user").await;
    assert!(browser.text().await.contains("The user was added."));
    browser.look("manage-user").await;
    browser.follow("Edit").await;
    browser.fill("company", "Harbour Bakery Co-op").await;
    browser.press("Save").await;
    assert!(browser.text().await.contains("Harbour Bakery Co-op"));
    browser.open(&format!("{school}/manage/users?q=ann+exa")).await;
    assert!(browser.text().await.contains("ann@demo.example"));
    browser.look("manage-users-found").await;
    browser.follow("Ann Example").await;
    // The dialog is a part of the page that its link leads to, also where no script runs.
    let address = format!("{}#delete", browser.address().await);
    browser.open(&address).await;
    browser.look("manage-user-delete").await;
    browser.press("Delete Ann Example").await;
    assert!(browser.text().await.contains("The user was deleted."));
    browser.open(&format!("{school}/manage/users?q=nobody+at+all")).await;
    browser.look("manage-users-nothing-found").await;
    browser.open(&format!("{school}/dev/components")).await;
    browser.look("components").await;
    browser.close().await;
}

#[tokio::test]
async fn an_owner_looks_after_the_people_of_the_school_on_a_desktop() {
    the_people_of_a_school(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_looks_after_the_people_of_the_school_on_a_phone() {
    the_people_of_a_school(Screen::Phone).await;
}

async fn what_programs_are_told(screen: Screen) {
    let Some((browser, school, _home, _server)) = owner(screen).await else { return };
    browser.look("manage-home").await;
    browser.open(&format!("{school}/manage/webhooks")).await;
    browser.look("manage-webhooks-empty").await;
    browser.open(&format!("{school}/manage/webhooks/new")).await;
    browser.run("document.querySelector('[name=topic]').value = 'order.created'").await;
    browser.look("manage-webhook-new").await;
    // Nobody listens there: what is sent does not arrive.
    browser.fill("target_url", "http://127.0.0.1:9/hooks").await;
    browser.press("Add the webhook").await;
    assert!(browser.text().await.contains("The webhook was added."));
    browser.look("manage-webhook").await;
    browser.press("Send a test event").await;
    assert!(browser.text().await.contains("A test event is sent."));
    browser.load_until("Not sent or not answered").await;
    browser.look("manage-delivery").await;
    for (page, picture) in [
        ("webhooks", "manage-webhooks"),
        ("deliveries", "manage-deliveries"),
        ("deliveries?state=given_up", "manage-deliveries-none"),
        ("events", "manage-events"),
        ("api_key#rotate", "manage-api-key-rotate"),
        ("api_access_tokens", "manage-api-access-tokens-empty"),
        ("security_log", "manage-security-log"),
        ("mails", "manage-mails"),
    ] {
        browser.open(&format!("{school}/manage/{page}")).await;
        browser.look(picture).await;
    }
    browser.open(&format!("{school}/manage/api_access_tokens/new")).await;
    browser.fill("name", "Reports").await;
    browser.press("Make the token").await;
    assert!(browser.text().await.contains("Copy the token now"));
    browser.look("manage-api-access-token").await;
    browser.open(&format!("{school}/manage/api_access_tokens")).await;
    browser.look("manage-api-access-tokens").await;
    browser.close().await;
}

#[tokio::test]
async fn an_owner_connects_a_program_on_a_desktop() {
    what_programs_are_told(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_connects_a_program_on_a_phone() {
    what_programs_are_told(Screen::Phone).await;
}
