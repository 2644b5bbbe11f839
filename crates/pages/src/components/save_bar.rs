//! The bar below a form that saves it.

use maud::{Markup, html};

/// The bar below a form. The script says in it when something was changed and not saved.
#[must_use]
pub fn save_bar(save: &str, cancel: &str) -> Markup {
    html! {
        div.savebar {
            p data-changed="Changes that are not saved" {}
            a.button.quiet href=(cancel) { "Cancel" }
            button type="submit" { (save) }
        }
    }
}
