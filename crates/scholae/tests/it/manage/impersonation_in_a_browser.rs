//! The owner of a school in a real browser: seeing it as a student, the settings that students meet, and closing it.
//! Pictures of every page are kept in `target/pictures`.

use super::in_a_browser::demo;
use crate::support::chromium::Screen;

async fn a_student_as_the_owner_sees_them(screen: Screen) {
    let Some((browser, said, _home, _server)) = demo(screen).await else { return };
    let said = |name: &str| said[name].as_str().expect("text").to_owned();
    let (school, password) = (said("site_url"), said("owner_password"));
    browser.open(&format!("{school}/manage/users?q=amara")).await;
    browser.fill("email", &said("owner_email")).await;
    browser.fill("password", &password).await;
    browser.press("Sign in").await;
    browser.follow("Amara Okafor").await;
    let person = browser.address().await;
    browser.open(&format!("{person}#impersonate")).await;
    browser.look("manage-user-impersonate").await;
    browser.press("See the school as them").await;
    assert!(browser.text().await.contains("You see the school as Amara Okafor"));
    browser.look("impersonation-home").await;
    browser.open(&format!("{school}/account")).await;
    browser.look("impersonation-account-refused").await;
    browser.press("Stop and go back").await;
    assert_eq!(browser.address().await, format!("{person}?done=impersonation_ended"));
    browser.look("manage-user-impersonation-ended").await;

    for (part, picture) in [
        ("", "manage-settings-with-use"),
        ("/sign_up", "manage-settings-sign-up"),
        ("/mails", "manage-settings-mails"),
        ("/mails/confirm_sign_up", "manage-settings-mail"),
        ("/code", "manage-settings-code"),
        ("/sso", "manage-settings-sso"),
        ("/close", "manage-settings-close"),
    ] {
        browser.open(&format!("{school}/manage/settings{part}")).await;
        browser.look(picture).await;
    }
    browser.open(&format!("{school}/manage/settings/mails/new_password")).await;
    browser.fill("body", "Forgotten? It happens.").await;
    browser.press("Save").await;
    browser.look("manage-settings-mail-problems").await;
    browser.open(&format!("{school}/account")).await;
    browser.look("account-with-picture").await;
    browser.open(&format!("{school}/manage/settings/close")).await;
    browser.fill("name", "Another").await;
    browser.fill("current_password", &password).await;
    browser.click("//main//button[starts-with(normalize-space(), 'Close ')]").await;
    browser.look("manage-settings-close-problems").await;
    browser.close().await;
}

#[tokio::test]
async fn an_owner_sees_the_school_as_a_student_on_a_desktop() {
    a_student_as_the_owner_sees_them(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_sees_the_school_as_a_student_on_a_phone() {
    a_student_as_the_owner_sees_them(Screen::Phone).await;
}
