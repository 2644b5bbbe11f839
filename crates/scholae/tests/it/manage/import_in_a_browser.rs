//! Bringing five hundred people into a school in a real browser, twenty of whose rows are bad. Pictures are kept in
//! `target/pictures`.

use super::in_a_browser::owner;
use crate::support::chromium::{Chromium, Screen};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Five hundred rows, of which each twenty-fifth has no address.
pub(super) fn people() -> String {
    let mut file = "Vorname,Surname,E-Mail,Shoe size\n".to_owned();
    for n in 1..=500 {
        let email = if n % 25 == 0 { "nowhere".to_owned() } else { format!("person{n}@demo.example") };
        let _infallible = writeln!(file, "Person,Number {n},{email},{}", 36 + n % 10);
    }
    file
}

/// Waits until the page has these words, by itself.
async fn comes(browser: &Chromium, words: &str) {
    let begun = Instant::now();
    while !browser.text().await.contains(words) {
        assert!(begun.elapsed() < Duration::from_secs(30), "{words} never came: {}", browser.text().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn five_hundred_people(screen: Screen) {
    let Some((browser, school, _home, _server)) = owner(screen).await else { return };
    browser.open(&format!("{school}/manage/users/import")).await;
    browser.look("manage-import").await;
    let file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    std::fs::write(file.path(), people()).expect("written");
    browser.choose_file("file", file.path()).await;
    browser.press("Continue").await;
    assert!(browser.text().await.contains("500 rows in the file"), "{}", browser.text().await);
    browser.look("manage-import-columns").await;
    browser.press("Check the rows").await;
    comes(&browser, "Nothing was changed yet").await;
    let text = browser.text().await;
    assert!(text.contains("480") && text.contains("20"), "{text}");
    browser.look("manage-import-checked").await;
    browser.press("Import 480 users").await;
    // It survives being left and loaded again.
    let job = browser.address().await;
    browser.open(&format!("{school}/manage/jobs")).await;
    browser.look("manage-jobs").await;
    browser.open(&job).await;
    comes(&browser, "It is done").await;
    let text = browser.text().await;
    assert!(text.contains("Refused rows") && text.matches("email is invalid").count() == 20, "{text}");
    browser.look("manage-job").await;
    let script = "const done = arguments[arguments.length - 1];
        fetch(document.querySelector('a[href$=\"refused.csv\"]').href).then(reply => reply.text()).then(done)";
    let csv = browser.run_async(script).await;
    let csv = csv.as_str().expect("a text");
    assert_eq!(csv.lines().count(), 21, "{csv}");
    assert!(csv.starts_with("Vorname,Surname,E-Mail,Shoe size,reason\nPerson,Number 25,nowhere,"), "{csv}");
    browser.open(&format!("{school}/manage/users?q=person500")).await;
    assert!(browser.text().await.contains("Nothing found"));
    browser.open(&format!("{school}/manage/users?q=person499")).await;
    assert!(browser.text().await.contains("person499@demo.example"));
    the_other_pages(&browser, &school).await;
    browser.close().await;
}

/// Pictures of what else there is about many people at once.
async fn the_other_pages(browser: &Chromium, school: &str) {
    browser.open(&format!("{school}/manage/groups")).await;
    browser.look("manage-groups").await;
    browser.open(&format!("{school}/manage/groups/new")).await;
    browser.fill("name", "Spring cohort").await;
    browser.press("Make the group").await;
    browser.fill("addresses", "person1@demo.example, person2@demo.example").await;
    browser.press("Add to the group").await;
    assert!(browser.text().await.contains("2 people were added."));
    browser.look("manage-group").await;
    browser.open(&format!("{school}/manage/profile_fields")).await;
    browser.look("manage-profile-fields").await;
    browser.open(&format!("{school}/manage/profile_fields/new")).await;
    browser.look("manage-profile-field-new").await;
    browser.open(&format!("{school}/manage/users/enroll")).await;
    browser.look("manage-enroll").await;
    browser.open(&format!("{school}/manage/users?q=person1")).await;
    browser.run("document.querySelectorAll('td.pick input').forEach((box, at) => at < 3 && box.click())").await;
    browser.look("manage-users-chosen").await;
    browser.press("Delete").await;
    browser.look("manage-users-delete").await;
}

#[tokio::test]
async fn an_owner_brings_in_five_hundred_people_on_a_desktop() {
    five_hundred_people(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_brings_in_five_hundred_people_on_a_phone() {
    five_hundred_people(Screen::Phone).await;
}
