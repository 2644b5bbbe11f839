//! Code and what programs say, to be read and copied.

use super::copy_button;
use maud::{Markup, html};

/// A block of code with a name and a button that copies it.
#[must_use]
pub fn code_block(id: &str, name: &str, code: &str) -> Markup {
    block(id, name, code, false)
}

/// The same for what programs say to each other: long lines go on in the next.
#[must_use]
pub fn message_block(id: &str, name: &str, message: &str) -> Markup {
    block(id, name, message, true)
}

fn block(id: &str, name: &str, code: &str, wraps: bool) -> Markup {
    html! {
        div.code.wraps[wraps] {
            div.code-head { span.small.muted { (name) } (copy_button(id, name)) }
            pre #(id) tabindex="0" role="region" aria-label=(name) { code { (code) } }
        }
    }
}
