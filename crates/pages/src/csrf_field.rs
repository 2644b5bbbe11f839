//! The field by which a form shows that it comes from one of our pages.

use crate::visitor::Visitor;
use maud::{Markup, html};

/// The field that every form carries to show that it comes from here.
#[must_use]
pub fn csrf_field(visitor: &Visitor) -> Markup {
    html! { input type="hidden" name="csrf" value=(visitor.csrf_token()); }
}
