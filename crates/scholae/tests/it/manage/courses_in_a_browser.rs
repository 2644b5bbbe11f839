//! An owner makes a course in a real browser: six kinds of lesson and a quiz, a price, and out it goes; also by the keyboard
//! alone. Pictures of every page are kept in `target/pictures`.

use super::in_a_browser::owner;
use crate::support::chromium::{Chromium, Screen};

async fn add(browser: &Chromium, kind: &str, name: &str, fields: &[(&str, &str)]) {
    browser.click("//a[contains(., 'Add a lesson')]").await;
    if kind == "Text" {
        browser.look("manage-lesson-kinds").await;
    }
    browser.click(&format!("//a[contains(@class, 'card')][.//strong[.='{kind}']]")).await;
    browser.fill("name", name).await;
    if kind == "Text" {
        let markdown = "const format = document.querySelector('[name=format]'); format.value = 'markdown';
                        format.dispatchEvent(new Event('change', { bubbles: true }))";
        browser.run(markdown).await;
    }
    for (field, value) in fields {
        browser.fill(field, value).await;
    }
    browser.press("Add the lesson").await;
    assert!(browser.text().await.contains("The lesson was added"), "{kind}");
}

async fn a_course_from_nothing(screen: Screen) {
    let Some((browser, school, _home, _server)) = owner(screen).await else { return };
    browser.open(&format!("{school}/manage/courses")).await;
    browser.look("manage-courses").await;
    browser.follow("Make a course").await;
    browser.fill("name", "Sourdough in a week").await;
    browser.look("manage-course-new").await;
    browser.press("Make the course").await;
    browser.look("manage-course-empty").await;
    let course = browser.address().await.split('?').next().unwrap_or_default().to_owned();
    browser.fill("name", "Day one").await;
    browser.press("Add the chapter").await;
    let url = ("url", "https://media.example.com/folding.mp4");
    for (kind, name, fields) in [
        ("Text", "Why bake?", &[("text", "# Patience\n\nFlour, *water*, salt.")][..]),
        ("Video", "Stretch and fold", &[url, ("duration_in_seconds", "428")]),
        ("Audio", "The sound of a crust", &[url]),
        ("PDF", "A log for the starter", &[url]),
        ("Download", "Templates", &[("files", "Calculator https://media.example.com/dough.xlsx")]),
        ("Live", "Office hours", &[url, ("starts_at", "2027-03-01T18:00:00Z")]),
        ("Quiz", "Check", &[("passing_grade", "70")]),
    ] {
        browser.open(&course).await;
        add(&browser, kind, name, fields).await;
        if kind == "Text" || kind == "Video" {
            browser.look(&format!("manage-lesson-{}", kind.to_lowercase())).await;
        }
    }
    browser.look("manage-quiz-empty").await;
    browser.follow("Add a question").await;
    for (field, value) in
        [("prompt", "How warm is the water?"), ("choice_1", "As warm as your hand"), ("choice_2", "Boiling")]
    {
        browser.fill(field, value).await;
    }
    browser.press("Add the question").await;
    assert!(browser.text().await.contains("has no right choice"));
    browser.look("manage-question-problem").await;
    browser.run("document.querySelector('[name=right_1]').checked = true").await;
    browser.write("explanation", "Hotter water kills the yeast.").await;
    browser.press("Add the question").await;
    assert!(browser.text().await.contains("The question was added."));
    browser.look("manage-quiz").await;
    browser.follow("Preview").await;
    browser.look("manage-lesson-preview").await;
    browser.open(&course).await;
    browser.look("manage-course").await;
    browser.click("//main//a[normalize-space()='Settings']").await;
    browser.run("document.querySelector('[name=payment_type]').value = 'one-time'").await;
    browser.fill("price", "49.00").await;
    browser.look("manage-course-settings").await;
    browser.press("Save").await;
    assert!(browser.text().await.contains("The settings were saved."));
    browser.open(&course).await;
    browser.press("Publish").await;
    assert!(browser.text().await.contains("The course is published."));
    browser.open(&format!("{course}#delete")).await;
    browser.look("manage-course-delete").await;
    browser.open(&format!("{school}/manage/courses?q=sourdough+in")).await;
    let text = browser.text().await;
    assert!(text.contains("$49.00") && text.contains("Published"), "{text}");
    browser.open(&format!("{school}/manage/courses/import")).await;
    browser.look("manage-course-import").await;
    browser.close().await;
}

/// Walks with the key Tab to what is called so, and presses Enter.
async fn enter(browser: &Chromium, name: &str) {
    let focused = "const at = document.activeElement; return at.getAttribute('aria-label') ?? (at.innerText || at.name || '').replace(/\\s+/g, ' ').trim()";
    for _ in 0..120 {
        browser.keys(TAB).await;
        if browser.run(focused).await == name {
            return browser.enter().await;
        }
    }
    panic!("no way by Tab to {name}: {}", browser.text().await);
}

/// The key Tab (WebDriver, section 17.4.2).
const TAB: &str = "\u{e004}";

#[tokio::test]
async fn an_owner_makes_a_course_by_the_keyboard_alone() {
    let Some((browser, school, _home, _server)) = owner(Screen::Desktop).await else { return };
    browser.open(&format!("{school}/manage")).await;
    enter(&browser, "Courses").await;
    enter(&browser, "Make a course").await;
    let to = async |name: &str, text: &str| {
        for _ in 0..120 {
            browser.keys(TAB).await;
            if browser.run("return document.activeElement.name ?? ''").await == name {
                return browser.keys(text).await;
            }
        }
        panic!("no way by Tab to {name}");
    };
    to("name", "By the keys").await;
    enter(&browser, "Make the course").await;
    to("name", "Day one").await;
    enter(&browser, "Add the chapter").await;
    for lesson in ["First", "Second"] {
        enter(&browser, "Add a lesson to Day one").await;
        let about = "Text Words, pictures and links to read.";
        enter(&browser, about).await;
        to("name", lesson).await;
        enter(&browser, "Add the lesson").await;
        enter(&browser, "By the keys").await;
    }
    enter(&browser, "Move First down").await;
    let text = browser.text().await;
    assert!(text.find("Second") < text.find("First"), "{text}");
    enter(&browser, "Publish").await;
    assert!(browser.text().await.contains("The course is published."));
    browser.close().await;
}

#[tokio::test]
async fn an_owner_drags_a_lesson_to_another_chapter() {
    let Some((browser, school, _home, _server)) = owner(Screen::Desktop).await else { return };
    browser.open(&format!("{school}/manage/courses/new")).await;
    browser.fill("name", "Dragged").await;
    browser.press("Make the course").await;
    let course = browser.address().await.split('?').next().unwrap_or_default().to_owned();
    for chapter in ["Day one", "Day two"] {
        browser.fill("name", chapter).await;
        browser.press("Add the chapter").await;
    }
    for (at, name) in [(1, "First"), (1, "Second"), (2, "Third")] {
        browser.open(&course).await;
        browser.click(&format!("(//a[contains(., 'Add a lesson')])[{at}]")).await;
        browser.click("//a[contains(@class, 'card')][.//strong[.='Text']]").await;
        browser.fill("name", name).await;
        browser.press("Add the lesson").await;
    }
    browser.open(&course).await;
    let order = async || {
        let script = "return [...document.querySelectorAll('[data-chapter]')].map(chapter =>
                      [...chapter.querySelectorAll('li[data-lesson] a')].map(link => link.innerText.trim()).filter(Boolean).join(' '))";
        browser.run(script).await
    };
    assert_eq!(order().await, serde_json::json!(["First Second", "Third"]));
    let row = |name: &str| format!("//li[@data-lesson][.//a[contains(., '{name}')]]");
    browser.drag(&row("First"), &row("Third")).await;
    assert_eq!(order().await, serde_json::json!(["Second", "First Third"]));
    browser.drag(&row("Third"), &row("Second")).await;
    assert_eq!(order().await, serde_json::json!(["Third Second", "First"]));
    browser.look("manage-course-dragged").await;
    browser.close().await;
}

#[tokio::test]
async fn an_owner_makes_a_course_on_a_desktop() {
    a_course_from_nothing(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_makes_a_course_on_a_phone() {
    a_course_from_nothing(Screen::Phone).await;
}
