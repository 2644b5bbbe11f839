//! Keys and secrets, which are shown when asked for and copied without being read.

use super::Icon;
use maud::{Markup, Render, html};

/// A button that copies the text of an element. It appears with the script that it needs.
#[must_use]
pub fn copy_button(id: &str, what: &str) -> Markup {
    html! {
        button.bare type="button" hidden data-copy=(id) {
            (Icon::Copy) span data-done="Copied" { "Copy" } span.visually-hidden { " " (what) }
        }
    }
}

/// A key or secret.
#[derive(Debug, Clone, Copy)]
pub enum Secret<'s> {
    /// In full.
    Revealed {
        /// The id of its element.
        id: &'s str,
        /// What it is, for those who do not see the page.
        name: &'s str,
        /// It.
        value: &'s str,
    },
    /// Its last characters.
    Hidden {
        /// The last characters, by which people tell two of them apart.
        end: &'s str,
    },
}

impl Render for Secret<'_> {
    fn render(&self) -> Markup {
        html! {
            div.secret {
                @match self {
                    Self::Revealed { id, name, value } => {
                        code #(id) { (value) }
                        (copy_button(id, name))
                    }
                    Self::Hidden { end } => code { "••••••••••••••••" (end) },
                }
            }
        }
    }
}
