//! A message above what it is about.

use super::{Icon, Tone};
use maud::{Markup, Render, html};

/// A message above what it is about.
#[derive(Debug, Clone)]
pub struct Banner<'b> {
    tone: Tone,
    title: &'b str,
    body: Markup,
}

impl<'b> Banner<'b> {
    /// A message with a title, which may be empty, and a body.
    #[must_use]
    pub fn new(tone: Tone, title: &'b str, body: Markup) -> Self {
        Self { tone, title, body }
    }

    fn icon(&self) -> Icon {
        match self.tone {
            Tone::Danger => Icon::CircleAlert,
            Tone::Warning => Icon::TriangleAlert,
            Tone::Success => Icon::CircleCheck,
            Tone::Neutral | Tone::Accent => Icon::Info,
        }
    }
}

impl Render for Banner<'_> {
    fn render(&self) -> Markup {
        // What went wrong is said at once; what went well, when there is a pause.
        let role = if self.tone == Tone::Danger { "alert" } else { "status" };
        html! {
            div.banner.(self.tone.class()) role=(role) {
                (self.icon())
                div {
                    @if !self.title.is_empty() { h2 { (self.title) } }
                    (self.body)
                }
            }
        }
    }
}
