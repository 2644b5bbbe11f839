//! A number of a period beside the one of the period before.

use super::{Icon, grouped};
use maud::{Markup, Render, html};

/// How a number compares with the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// There was nothing to compare with.
    None,
    /// As much as before.
    Same,
    /// So many percent more.
    Up(i64),
    /// So many percent less.
    Down(i64),
    /// There was none before, and now there is.
    New,
}

impl Change {
    /// From the number before to the one now.
    #[must_use]
    pub fn of(before: i64, now: i64) -> Self {
        let percent = |part: i128, whole: i128| i64::try_from((part * 100 + whole / 2) / whole).unwrap_or(i64::MAX);
        let (was, is) = (i128::from(before), i128::from(now));
        match (before, now) {
            (0, 0) => Self::None,
            (..=0, _) => Self::New,
            _ if is == was => Self::Same,
            _ if is > was => Self::Up(percent(is - was, was)),
            _ => Self::Down(percent(was - is, was)),
        }
    }
}

impl Render for Change {
    fn render(&self) -> Markup {
        html! {
            @match self {
                Self::None => "Nothing in either period",
                Self::Same => "As in the period before",
                Self::New => "None in the period before",
                Self::Up(percent) => { span.up { (Icon::ArrowUp) " " (percent) "%" } " on the period before" },
                Self::Down(percent) => { span.down { (Icon::ArrowDown) " " (percent) "%" } " on the period before" },
            }
        }
    }
}

/// A number of a period beside the one of the period before.
#[derive(Debug, Clone)]
pub struct StatTile<'t> {
    /// What is counted.
    pub label: &'t str,
    /// How many, as people write it.
    pub value: String,
    /// How that compares.
    pub change: Change,
    /// Where more is to be seen.
    pub href: Option<&'t str>,
}

impl Render for StatTile<'_> {
    fn render(&self) -> Markup {
        html! {
            div.card.tile {
                h3 {
                    @match self.href {
                        Some(href) => a.muted href=(href) { (self.label) },
                        None => (self.label),
                    }
                }
                p.value { (self.value) }
                p.change { (self.change) }
            }
        }
    }
}

/// A number that stands for itself.
#[derive(Debug, Clone)]
pub struct NumberTile<'t> {
    /// What is counted.
    pub label: &'t str,
    /// How many.
    pub value: i64,
    /// Where they are to be seen.
    pub href: Option<String>,
}

impl Render for NumberTile<'_> {
    fn render(&self) -> Markup {
        html! {
            div.card.tile {
                h3 {
                    @match &self.href {
                        Some(href) => a.muted href=(href) { (self.label) },
                        None => (self.label),
                    }
                }
                p.value { (grouped(self.value)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Change;

    #[test]
    fn a_change_is_rounded_and_never_divides_by_nothing() {
        assert_eq!(Change::of(0, 0), Change::None);
        assert_eq!(Change::of(0, 3), Change::New);
        assert_eq!(Change::of(4, 4), Change::Same);
        assert_eq!(Change::of(3, 4), Change::Up(33));
        assert_eq!(Change::of(4, 3), Change::Down(25));
        assert_eq!(Change::of(4, 0), Change::Down(100));
        assert_eq!(Change::of(1, i64::MAX), Change::Up(i64::MAX));
    }
}
