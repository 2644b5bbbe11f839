//! Files in a real browser: chosen, sent in parts with progress, refused, shown, deleted.

use super::in_a_browser::owner;
use crate::resources::files::png;
use crate::support::chromium::Screen;

/// A second of silence.
fn wav() -> Vec<u8> {
    let mut bytes =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x40\x1f\0\0".to_vec();
    bytes.resize(44 + 8000, 128);
    let length = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&length);
    bytes
}

async fn the_files_of_a_school(screen: Screen) {
    let Some((browser, school, home, _server)) = owner(screen).await else { return };
    browser.open(&format!("{school}/manage/files")).await;
    browser.look("manage-files-empty").await;
    browser.open(&format!("{school}/manage/files/new")).await;
    browser.look("manage-files-new").await;
    let folder = home.folder().join("chosen");
    std::fs::create_dir_all(&folder).expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    // Longer than one part.
    let long = write("lecture-notes.bin", &vec![7; 9 << 20]);
    let chosen = [
        write("crumb-structure.png", &png(1200, 800)),
        write("greeting.wav", &wav()),
        long,
        write("page.jpg", b"<html><script>alert(1)</script>"),
    ];
    let paths: Vec<_> = chosen.iter().map(std::path::PathBuf::as_path).collect();
    browser.choose_files("file", &paths).await;
    browser.wait_for("It is a web page").await;
    browser.look("manage-files-uploaded").await;
    assert_eq!(browser.text().await.matches("Uploaded").count(), 3);
    browser.open(&format!("{school}/manage/files")).await;
    browser.look("manage-files").await;
    browser.click("//a[contains(., 'crumb-structure.png')]").await;
    // The picture comes from the host that is nobody's.
    let shown = "return document.querySelector('.preview img').naturalWidth";
    let begun = std::time::Instant::now();
    while browser.run(shown).await != serde_json::json!(960) {
        assert!(begun.elapsed().as_secs() < 10, "the picture is not shown");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    browser.look("manage-file-picture").await;
    let address = format!("{}#delete", browser.address().await);
    browser.open(&address).await;
    browser.look("manage-file-delete").await;
    browser.press("Delete the file").await;
    assert!(browser.text().await.contains("The file was deleted."));
    browser.click("//a[contains(., 'greeting.wav')]").await;
    browser.look("manage-file-sound").await;
    assert!(browser.text().await.contains("0:01"));
    browser.close().await;
}

#[tokio::test]
async fn an_owner_uploads_files_on_a_desktop() {
    the_files_of_a_school(Screen::Desktop).await;
}

#[tokio::test]
async fn an_owner_uploads_files_on_a_phone() {
    the_files_of_a_school(Screen::Phone).await;
}
