//! Several pages about one thing.

use maud::{Markup, html};

/// One of several pages about one thing.
#[derive(Debug, Clone, Copy)]
pub struct Tab<'t> {
    /// What it is called.
    pub label: &'t str,
    /// Where it is.
    pub href: &'t str,
    /// Whether it is the one that is shown.
    pub is_current: bool,
}

/// Links to the pages about one thing. `about` says which thing, for those who do not see the page.
#[must_use]
pub fn tabs(about: &str, tabs: &[Tab<'_>]) -> Markup {
    html! {
        nav.tabs aria-label=(about) {
            @for tab in tabs { a href=(tab.href) aria-current=[tab.is_current.then_some("page")] { (tab.label) } }
        }
    }
}
