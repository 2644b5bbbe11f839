//! With what somebody uses a page: a mouse, or the keyboard alone. The keyboard goes from what has the focus to what is
//! wanted as the key Tab does, and presses Enter there; nothing is focused by a script.

use super::chromium::Chromium;
use serde_json::json;
use std::time::{Duration, Instant};

/// Keys by their code points (WebDriver, section 17.4.2).
const TAB: &str = "\u{e004}";
const SPACE: &str = " ";
/// The most steps to anything on a page.
const STEPS: usize = 200;

/// With what a page is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// Clicks.
    Mouse,
    /// Tab, Enter, the space bar and letters.
    Keyboard,
}

/// Somebody at a browser.
pub struct Person {
    pub browser: Chromium,
    pub hand: Hand,
}

impl Person {
    /// Follows the link with these words.
    pub async fn follow(&self, words: &str) {
        self.activate(&format!("//a[normalize-space()={words:?}]")).await;
    }

    /// Presses the button with these words.
    pub async fn press(&self, words: &str) {
        self.activate(&format!("//button[normalize-space()={words:?}]")).await;
    }

    /// Follows or presses what an XPath names, and waits until another page has come.
    pub async fn activate(&self, xpath: &str) {
        match self.hand {
            Hand::Mouse => self.browser.click(xpath).await,
            Hand::Keyboard => {
                self.tab_to(xpath).await;
                self.browser.enter().await;
            }
        }
    }

    /// Opens what a link or a summary unfolds on the same page.
    pub async fn unfold(&self, xpath: &str) {
        match self.hand {
            Hand::Mouse => self.browser.point(xpath).await,
            Hand::Keyboard => {
                self.tab_to(xpath).await;
                self.browser.keys("\u{e007}").await;
            }
        }
    }

    /// Writes into the field with this name, in place of what is there: Tab chooses all of a line.
    pub async fn fill(&self, name: &str, text: &str) {
        match self.hand {
            Hand::Mouse => self.browser.fill(name, text).await,
            Hand::Keyboard => {
                self.tab_to(&field(name)).await;
                self.browser.keys(text).await;
            }
        }
    }

    /// Chooses an option of the list with this name by its words.
    pub async fn choose(&self, name: &str, words: &str) {
        match self.hand {
            Hand::Mouse => self.browser.point(&format!("{}/option[normalize-space()={words:?}]", field(name))).await,
            Hand::Keyboard => {
                self.tab_to(&field(name)).await;
                self.browser.keys(words).await;
            }
        }
        let chosen = format!("return document.querySelector('main [name={name}]').selectedOptions[0].text.trim()");
        assert_eq!(self.browser.run(&chosen).await, json!(words), "{name}");
    }

    /// Ticks the box with this name.
    pub async fn tick(&self, name: &str) {
        match self.hand {
            Hand::Mouse => self.browser.point(&field(name)).await,
            Hand::Keyboard => {
                self.tab_to(&field(name)).await;
                self.browser.keys(SPACE).await;
            }
        }
    }

    /// Waits until these words are on the page.
    pub async fn sees(&self, words: &str) {
        self.browser.wait_for(words).await;
    }

    /// Goes on with Tab until what the XPath names has the focus. How far that is, a script says; that it is so, the
    /// browser.
    async fn tab_to(&self, xpath: &str) {
        let quoted = json!(xpath);
        let target = format!(
            "const found = document.evaluate({quoted}, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
             const all = Array.from({{ length: found.snapshotLength }}, (_, at) => found.snapshotItem(at));
             const target = all.find(one => one.checkVisibility({{ visibilityProperty: true }})) ?? null;"
        );
        let distance = format!(
            "{target}
             const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
                 .filter(one => one.tabIndex >= 0 && !one.disabled && one.type !== 'hidden'
                     && one.checkVisibility({{ visibilityProperty: true }}));
             const at = stops.indexOf(target);
             return at < 0 ? -1 : Math.max(0, at - stops.indexOf(document.activeElement));"
        );
        let is_there = format!("{target} return target !== null && target === document.activeElement;");
        let begun = Instant::now();
        let steps = loop {
            if let Some(steps) = self.browser.run(&distance).await.as_u64() {
                break steps;
            }
            let page = self.browser.text().await;
            assert!(begun.elapsed() < Duration::from_secs(10), "nothing to reach by Tab is {xpath}: {page}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        self.browser.keys(&TAB.repeat(usize::try_from(steps).expect("few"))).await;
        for _ in 0..STEPS {
            if self.browser.run(&is_there).await == json!(true) {
                return;
            }
            self.browser.keys(TAB).await;
        }
        panic!("no way by Tab to {xpath}: {}", self.browser.text().await);
    }
}

/// The field with this name.
fn field(name: &str) -> String {
    format!("//main//*[@name={name:?} and not(@type='hidden')]")
}
