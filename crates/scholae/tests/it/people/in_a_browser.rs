//! The whole way of a person through the pages, in a real browser, against the demo school as it is started by hand.
//! Pictures of every page are kept in `target/pictures`.

use crate::support::chromium::{Chromium, Screen};
use crate::support::process::{Home, Server};
use serde_json::Value;
use store::Engine;

/// Opens the newest mail with this subject and follows its link.
async fn follow_mail(browser: &Chromium, mailbox: &str, subject: &str, link: &str, picture: Option<&str>) {
    for _ in 0..100 {
        browser.open(mailbox).await;
        if browser.text().await.contains(subject) {
            break;
        }
        // The sender of mail looks once a second.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    if let Some(picture) = picture {
        browser.look(picture).await;
    }
    browser.click(&format!("(//a[contains(., {subject:?})])[1]")).await;
    if let Some(picture) = picture {
        browser.look(&format!("{picture}-mail")).await;
    }
    browser.follow(link).await;
}

async fn the_way_of_a_person(screen: Screen) {
    let Some(browser) = Chromium::start(screen).await else { return };
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let server = Server::start(home.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]));
    let said: Value = server.json();
    let school = said["site_url"].as_str().expect("an address");
    let mailbox = said["mailbox_url"].as_str().expect("an address");

    browser.open(school).await;
    browser.look("home-visitor").await;
    browser.follow("Sign up").await;
    browser.look("sign-up").await;
    browser.fill("first_name", "Ann").await;
    browser.fill("last_name", "Example").await;
    browser.fill("email", "ann@example.com").await;
    browser.fill("password", "short").await;
    browser.press("Sign up").await;
    assert!(browser.text().await.contains("Password is too short (minimum is 6 characters)"));
    browser.look("sign-up-problems").await;
    browser.fill("password", "correct horse").await;
    browser.press("Sign up").await;
    browser.look("check-your-mail").await;
    follow_mail(&browser, mailbox, "Confirm your address", "Confirm that it was you", Some("mailbox")).await;
    browser.look("confirm").await;
    browser.press("Confirm and begin").await;
    assert!(browser.text().await.contains("You are signed in as Ann Example"));
    browser.look("home").await;

    browser.press("Sign out").await;
    browser.follow("Sign in").await;
    browser.look("sign-in").await;
    browser.fill("email", "ann@example.com").await;
    browser.fill("password", "battery staple").await;
    browser.press("Sign in").await;
    browser.look("sign-in-problems").await;
    browser.fill("password", "correct horse").await;
    browser.press("Sign in").await;
    assert!(browser.text().await.contains("You are signed in as"));

    // In another browser, which has forgotten the password.
    browser.forget().await;
    browser.open(&format!("{school}/users/sign_in")).await;
    browser.follow("Forgot your password?").await;
    browser.look("password-new").await;
    browser.fill("email", "ann@example.com").await;
    browser.press("Send the link").await;
    follow_mail(&browser, mailbox, "Choose a new password", "Choose it here", None).await;
    browser.look("password-edit").await;
    browser.fill("password", "a better password").await;
    browser.press("Change the password").await;
    browser.look("password-changed").await;
    browser.fill("email", "ann@example.com").await;
    browser.fill("password", "a better password").await;
    browser.press("Sign in").await;
    browser.forget().await;
    browser.open(&format!("{school}/account")).await;
    assert!(browser.address().await.contains("/users/sign_in?return_to="));
    browser.fill("email", "ann@example.com").await;
    browser.fill("password", "a better password").await;
    browser.press("Sign in").await;
    assert_eq!(browser.address().await, format!("{school}/account"));
    browser.look("account").await;
    browser.click("(//form[@action='/account/sessions/end']/button)[1]").await;
    assert!(browser.text().await.contains("It was signed out."));
    browser.fill("first_name", "Anna").await;
    browser.press("Save the profile").await;
    assert!(browser.text().await.contains("Your profile was changed."));
    browser.look("account-changed").await;
    browser.press("Sign out").await;

    // Whoever runs the school, and somebody who learns in it.
    browser.follow("Sign in").await;
    browser.fill("email", said["owner_email"].as_str().expect("an address")).await;
    browser.fill("password", said["owner_password"].as_str().expect("a password")).await;
    browser.press("Sign in").await;
    assert!(browser.text().await.contains("Olga Marsh"));
    browser.press("Sign out").await;
    browser.follow("Sign in").await;
    browser.follow("Have a link to sign in sent by mail").await;
    browser.look("express").await;
    browser.fill("email", "amara.okafor@demo.example").await;
    browser.press("Send the link").await;
    follow_mail(&browser, mailbox, "Your link to sign in", "Sign in", None).await;
    browser.look("express-link").await;
    browser.press("Sign in to Demo School").await;
    let text = browser.text().await;
    assert!(text.contains("Amara Okafor") && text.contains("Your courses"), "{text}");
    browser.look("home-student").await;
    browser.open(&format!("{school}/no/such/page")).await;
    browser.look("nothing-here").await;
    assert!(browser.text().await.contains("Go to the first page"));
    browser.open(&format!("{school}/courses/sourdough-at-home")).await;
    browser.look("course").await;
    assert!(browser.text().await.contains("this course"));
    browser.press("Sign out").await;
    browser.open(&format!("{school}/courses/sourdough-at-home")).await;
    browser.look("course-visitor").await;
    assert!(browser.text().await.contains("Sign in to see whether you have access"));
    browser.open(&format!("{school}/bundles/the-whole-school")).await;
    browser.look("bundle-visitor").await;
    browser.follow("Sign in").await;
    browser.close().await;
}

#[tokio::test]
async fn somebody_signs_up_forgets_the_password_and_looks_after_their_account_on_a_desktop() {
    the_way_of_a_person(Screen::Desktop).await;
}

#[tokio::test]
async fn somebody_signs_up_forgets_the_password_and_looks_after_their_account_on_a_phone() {
    the_way_of_a_person(Screen::Phone).await;
}
