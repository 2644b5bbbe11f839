//! What stands where there is nothing yet.

use super::Icon;
use maud::{Markup, Render, html};

/// What stands where there is nothing yet: what this is for, and what to do first.
#[derive(Debug, Clone)]
pub struct EmptyState<'e> {
    /// A picture of what would be here.
    pub icon: Icon,
    /// What there is none of.
    pub title: &'e str,
    /// What it is for, in a sentence or two.
    pub text: &'e str,
    /// Links and buttons.
    pub actions: Markup,
}

impl Render for EmptyState<'_> {
    fn render(&self) -> Markup {
        html! {
            div.empty {
                (self.icon)
                h2 { (self.title) }
                p { (self.text) }
                div.actions { (self.actions) }
            }
        }
    }
}
