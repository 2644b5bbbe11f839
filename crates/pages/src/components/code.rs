//! Code and what programs say, to be read and copied.

use super::copy_button;
use maud::{Markup, html};

/// A block of code with a name and a button that copies it.
#[must_use]
pub fn code_block(id: &str, name: &str, code: &str) -> Markup {
    html! {
        div.code {
            div.code-head { span.small.muted { (name) } (copy_button(id, name)) }
            pre #(id) tabindex="0" role="region" aria-label=(name) { code { (code) } }
        }
    }
}
