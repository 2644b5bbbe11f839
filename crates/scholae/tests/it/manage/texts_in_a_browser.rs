//! Texts and files of lessons in a real browser: written as they will look, pasted without what could run, with files that
//! are uploaded right there.

use super::in_a_browser::owner;
use crate::resources::files::png;
use crate::support::chromium::{Chromium, Screen};
use serde_json::json;

/// The key Control, and the key Enter (WebDriver, section 17.4.2).
const CONTROL: char = '\u{e009}';
const ENTER: &str = "\u{e007}";

/// What the editor of the lesson's text would send.
async fn text(browser: &Chromium) -> String {
    let value = browser.run("return document.querySelector('main textarea[name=text]').value").await;
    value.as_str().expect("text").to_owned()
}

/// Pastes into the editor of the lesson's text, at the cursor.
async fn paste(browser: &Chromium, html: &str) {
    let script = format!(
        "const data = new DataTransfer(); data.setData('text/html', {});
         document.activeElement.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }}))",
        json!(html)
    );
    browser.run(&script).await;
}

async fn a_lesson(browser: &Chromium, school: &str, kind: &str) {
    browser.open(&format!("{school}/manage/courses/new")).await;
    browser.fill("name", &format!("Written {kind}")).await;
    browser.press("Make the course").await;
    browser.fill("name", "Day one").await;
    browser.press("Add the chapter").await;
    browser.click("//a[contains(., 'Add a lesson')]").await;
    browser.click(&format!("//a[contains(@class, 'card')][.//strong[.='{kind}']]")).await;
    browser.fill("name", "Why bake?").await;
}

async fn a_text_is_written(screen: Screen) {
    let Some((browser, school, home, _server)) = owner(screen).await else { return };
    a_lesson(&browser, &school, "Text").await;
    browser.write("text", "Flour and ").await;
    browser.chord(CONTROL, 'b').await;
    browser.keys("water").await;
    let pressed = "return document.querySelector('[aria-label^=Bold]').getAttribute('aria-pressed')";
    assert_eq!(browser.run(pressed).await, "true");
    browser.chord(CONTROL, 'b').await;
    assert_eq!(browser.run(pressed).await, "false");
    browser.keys(&format!(".{ENTER}")).await;
    browser.touch("//button[@aria-label='List']").await;
    browser.keys(&format!("One{ENTER}Two{ENTER}{ENTER}")).await;
    let written = text(&browser).await;
    assert_eq!(written, "<p>Flour and <strong>water</strong>.</p>\n<ul><li>One</li><li>Two</li></ul>");

    // What is pasted brings nothing that runs, and no look of its own.
    let evil = "<p onclick=\"window.evil = 1\" style=\"color:red\" class=\"x\">Pasted <b>words</b></p><script>window.evil = 2</script>\
                <img src=x onerror=\"window.evil = 3\"><a href=\"javascript:window.evil = 4\">link</a><iframe src=\"https://evil.example\"></iframe><h1>Title</h1>";
    paste(&browser, evil).await;
    assert_eq!(browser.run("return window.evil ?? null").await, serde_json::Value::Null);
    let written = text(&browser).await;
    for gone in ["evil", "script", "onclick", "style", "class", "iframe"] {
        assert!(!written.contains(gone), "{gone}: {written}");
    }
    assert!(written.contains("Pasted <strong>words</strong>") && written.contains("<h2>Title</h2>"), "{written}");
    browser.look("manage-editor").await;
    browser.chord(CONTROL, 'z').await;
    assert!(!text(&browser).await.contains("Pasted"), "it is undone");

    // A picture is uploaded in the dialog and stands in the text.
    let folder = home.folder().join("chosen");
    std::fs::create_dir_all(&folder).expect("a folder");
    let picture = folder.join("crumb.png");
    std::fs::write(&picture, png(120, 80)).expect("written");
    browser.touch("//button[@aria-label='Picture']").await;
    browser.wait_for("No file of this kind is found").await;
    browser.look_at("manage-editor-picture", "dialog[open]").await;
    browser.choose_file("chooser-file", &picture).await;
    let shown = "return document.querySelector('.editable img')?.getAttribute('alt') ?? null";
    let begun = std::time::Instant::now();
    while browser.run(shown).await != "crumb.png" {
        assert!(begun.elapsed().as_secs() < 20, "no picture: {}", browser.text().await);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let sent = text(&browser).await;
    browser.press("Add the lesson").await;
    assert!(browser.text().await.contains("The lesson was added."));
    assert_eq!(text(&browser).await, sent, "what was sent is what is kept");
    browser.follow("Preview").await;
    assert_eq!(browser.run("return document.querySelectorAll('.prose li').length").await, 2);
    browser.look("manage-editor-preview").await;
    browser.close().await;
}

async fn a_file_is_chosen(screen: Screen) {
    let Some((browser, school, home, _server)) = owner(screen).await else { return };
    a_lesson(&browser, &school, "PDF").await;
    let folder = home.folder().join("chosen");
    std::fs::create_dir_all(&folder).expect("a folder");
    let document = folder.join("starter-log.pdf");
    std::fs::write(&document, b"%PDF-1.7\n%%EOF\n").expect("written");
    browser.look("manage-lesson-file-none").await;
    browser.touch("//button[@aria-label='File: choose a file…']").await;
    browser.wait_for("No file of this kind is found").await;
    browser.choose_file("chooser-file", &document).await;
    browser.wait_for("starter-log.pdf (").await;
    browser.look("manage-lesson-file").await;
    browser.press("Add the lesson").await;
    assert!(browser.text().await.contains("starter-log.pdf ("), "{}", browser.text().await);
    // Taken out, found by its name, and put in again.
    browser.touch("//button[@aria-label='File: remove the file']").await;
    browser.wait_for("No file of the school").await;
    browser.touch("//button[@aria-label='File: choose a file…']").await;
    browser.wait_for("Beginning of the name").await;
    browser.keys("star").await;
    browser.touch("//button[contains(@class, 'choice-file')][contains(., 'starter-log.pdf')]").await;
    browser.press("Save").await;
    assert!(
        browser.text().await.contains("The lesson was saved.") && browser.text().await.contains("starter-log.pdf (")
    );
    browser.open(&format!("{school}/manage/files")).await;
    browser.click("//a[contains(., 'starter-log.pdf')]").await;
    assert!(browser.text().await.contains("Why bake?, a lesson of Written PDF"), "{}", browser.text().await);
    browser.look("manage-file-used").await;
    browser.close().await;
}

#[tokio::test]
async fn an_owner_writes_a_text_on_a_desktop() {
    a_text_is_written(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_writes_a_text_on_a_phone() {
    a_text_is_written(Screen::Phone).await;
}

#[tokio::test]
async fn an_owner_chooses_a_file_of_a_lesson_on_a_desktop() {
    a_file_is_chosen(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_chooses_a_file_of_a_lesson_on_a_phone() {
    a_file_is_chosen(Screen::Phone).await;
}
