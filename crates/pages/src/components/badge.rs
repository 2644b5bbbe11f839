//! A word that says in which state something is.

use maud::{Markup, Render, html};

/// What a colour says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Neutral,
    /// It is as it should be.
    Success,
    /// Somebody should look at it.
    Warning,
    /// It failed, or is about to destroy something.
    Danger,
    /// It is chosen, new or ours.
    Accent,
}

impl Tone {
    /// The class of the style sheet.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
            Self::Accent => "accent",
        }
    }
}

/// A word that says in which state something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge<'b> {
    /// The word.
    pub text: &'b str,
    /// Its colour.
    pub tone: Tone,
}

impl<'b> Badge<'b> {
    /// A word in a colour.
    #[must_use]
    pub fn new(text: &'b str, tone: Tone) -> Self {
        Self { text, tone }
    }
}

impl Render for Badge<'_> {
    fn render(&self) -> Markup {
        html! { span.badge.(self.tone.class()) { (self.text) } }
    }
}
