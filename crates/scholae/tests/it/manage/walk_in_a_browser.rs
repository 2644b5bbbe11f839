//! An owner runs a school from the browser, without a command line and without reading anything: from a second factor to
//! taking everything along, with the mouse and by the keyboard alone. How the pages look is tried where each has its own
//! test.

use super::import_in_a_browser::people;
use super::in_a_browser::demo;
use crate::support::chromium::Screen;
use crate::support::hand::{Hand, Person};
use crate::support::receiver::{Answer, Receiver};
use identity::totp;

const MORE: &str = "//main//summary[normalize-space()='More']";
const COURSE: &str = "Winter baking";

/// A link of the page to this address.
fn to(address: &str) -> String {
    format!("//main//a[@href='{address}']")
}

async fn signs_in(owner: &Person, email: &str, password: &str) {
    owner.fill("email", email).await;
    owner.fill("password", password).await;
    owner.press("Sign in").await;
}

async fn signs_in_with_a_second_factor(owner: &Person, school: &str, email: &str, password: &str) {
    let browser = &owner.browser;
    browser.open(&format!("{school}/account/second_factor")).await;
    signs_in(owner, email, password).await;
    owner.press("Set up a second factor").await;
    let secret = browser.run("return document.querySelector('code.secret').innerText.replaceAll(' ', '')").await;
    let secret = secret.as_str().expect("a secret").to_owned();
    owner.fill("code", &totp::code_at(&secret, store::now()).expect("a code")).await;
    owner.fill("current_password", password).await;
    owner.press("Turn the second factor on").await;
    owner.follow("I have kept them").await;
    browser.forget().await;
    browser.open(&format!("{school}/manage")).await;
    signs_in(owner, email, password).await;
    // The code that set it up was used: the next one counts already.
    owner.fill("code", &totp::code_at(&secret, store::now() + 30_000).expect("a code")).await;
    owner.press("Sign in").await;
    assert_eq!(browser.address().await, format!("{school}/manage"));
}

async fn brings_people_in(owner: &Person) {
    owner.follow("Users").await;
    owner.unfold(MORE).await;
    owner.activate(&to("/manage/users/import")).await;
    let file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    std::fs::write(file.path(), people()).expect("written");
    owner.browser.choose_file("file", file.path()).await;
    owner.press("Continue").await;
    owner.press("Check the rows").await;
    owner.sees("Nothing was changed yet").await;
    owner.press("Import 480 users").await;
    owner.sees("It is done").await;
    assert_eq!(owner.browser.text().await.matches("email is invalid").count(), 20);
}

async fn makes_a_course(owner: &Person) {
    owner.follow("Courses").await;
    owner.activate(&to("/manage/courses/new")).await;
    owner.fill("name", COURSE).await;
    owner.press("Make the course").await;
    owner.fill("name", "Day one").await;
    owner.press("Add the chapter").await;
    let url = ("url", "https://media.example.com/folding.mp4");
    for (kind, name, fields) in [
        ("Text", "Why bake?", &[][..]),
        ("Video", "Stretch and fold", &[url]),
        ("Audio", "The sound of a crust", &[url]),
        ("PDF", "A log for the starter", &[url]),
        ("Download", "Templates", &[("files", "Calculator https://media.example.com/dough.xlsx")]),
        ("Live", "Office hours", &[url, ("starts_at", "2027-03-01T18:00:00Z")]),
        ("Quiz", "Check", &[]),
    ] {
        owner.activate("//main//a[starts-with(normalize-space(), 'Add a lesson')]").await;
        owner.activate(&format!("//main//a[contains(@class, 'card')][.//strong[.='{kind}']]")).await;
        owner.fill("name", name).await;
        for (field, value) in fields {
            owner.fill(field, value).await;
        }
        owner.press("Add the lesson").await;
        owner.sees("The lesson was added").await;
        if kind != "Quiz" {
            owner.follow(COURSE).await;
        }
    }
    owner.follow("Add a question").await;
    owner.fill("prompt", "How warm is the water?").await;
    owner.fill("choice_1", "As warm as your hand").await;
    owner.tick("right_1").await;
    owner.fill("choice_2", "Boiling").await;
    owner.press("Add the question").await;
    owner.sees("The question was added.").await;
    owner.follow(COURSE).await;
    owner.activate("//main//a[normalize-space()='Settings']").await;
    owner.choose("payment_type", "One payment").await;
    owner.fill("price", "49.00").await;
    owner.press("Save").await;
    owner.sees("The settings were saved.").await;
    owner.follow(COURSE).await;
    owner.press("Publish").await;
    owner.sees("The course is published.").await;
}

async fn makes_a_coupon(owner: &Person) {
    owner.follow("Promotions").await;
    owner.activate(&to("/manage/promotions/new")).await;
    owner.fill("name", "Winter").await;
    owner.fill("amount", "15").await;
    owner.press("Make the promotion").await;
    owner.fill("code", "WINTER").await;
    owner.press("Make the coupon").await;
    owner.sees("WINTER").await;
}

async fn enrolls_a_group(owner: &Person) {
    owner.follow("Groups").await;
    owner.activate(&to("/manage/groups/new")).await;
    owner.fill("name", "Spring cohort").await;
    owner.press("Make the group").await;
    owner.fill("addresses", "person1@demo.example, person2@demo.example").await;
    owner.press("Add to the group").await;
    owner.sees("2 people were added.").await;
    owner.follow("Users").await;
    owner.unfold(MORE).await;
    owner.activate(&to("/manage/users/enroll")).await;
    owner.choose("group", "Spring cohort").await;
    owner.choose("target", COURSE).await;
    owner.press("Enroll them").await;
    owner.sees("It is done").await;
}

/// Finds out why a webhook fails, mends its address, and has what failed sent again.
async fn mends_a_webhook(owner: &Person) {
    let receiver = Receiver::start(|_| Answer::Status(200)).await;
    owner.follow("Webhooks").await;
    owner.activate(&to("/manage/webhooks/new")).await;
    owner.choose("topic", "user.signup").await;
    // Nobody listens there.
    owner.fill("target_url", "http://127.0.0.1:9/hooks").await;
    owner.press("Add the webhook").await;
    let webhook = owner.browser.address().await;
    owner.press("Send a test event").await;
    owner.browser.load_until("Not sent or not answered").await;
    assert!(owner.browser.text().await.contains("onnection refused"), "why: {}", owner.browser.text().await);
    let delivery = owner.browser.address().await;
    owner.browser.open(&webhook).await;
    owner.activate("//main//a[normalize-space()='Edit']").await;
    owner.fill("target_url", &format!("{}/hooks", receiver.url)).await;
    owner.press("Save").await;
    owner.browser.open(&delivery).await;
    owner.press("Send again").await;
    owner.browser.load_until("Delivered").await;
    assert_eq!(receiver.count(), 1);
}

async fn replaces_the_key_and_reads_the_books(owner: &Person) {
    owner.follow("API key").await;
    owner.unfold("//main//summary[normalize-space()='Replace']").await;
    owner.unfold("//main//a[@href='#rotate']").await;
    owner.press("Replace the API key").await;
    owner.sees("The key before still counts").await;
    owner.follow("Reconciliation").await;
    let plots = owner.browser.run("return document.querySelectorAll('main svg.plot, main figure svg').length").await;
    assert!(plots.as_u64().is_some_and(|plots| plots > 0), "{plots} plots");
    owner.unfold("(//main//summary[normalize-space()='Show as a table'])[1]").await;
}

async fn a_school_is_run(hand: Hand) {
    let Some((browser, said, _home, _server)) = demo(Screen::Desktop).await else { return };
    let owner = Person { browser, hand };
    let said = |name: &str| said[name].as_str().expect("text").to_owned();
    signs_in_with_a_second_factor(&owner, &said("site_url"), &said("owner_email"), &said("owner_password")).await;
    brings_people_in(&owner).await;
    makes_a_course(&owner).await;
    makes_a_coupon(&owner).await;
    enrolls_a_group(&owner).await;
    mends_a_webhook(&owner).await;
    replaces_the_key_and_reads_the_books(&owner).await;
    owner.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_runs_a_school_with_the_mouse() {
    a_school_is_run(Hand::Mouse).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_runs_a_school_by_the_keyboard_alone() {
    a_school_is_run(Hand::Keyboard).await;
}
