//! Why a mail could not be sent, in words that hold nobody's address: they are logged and kept.

use std::error::Error;

/// The longest reason that is kept, in characters.
const LONGEST: usize = 300;

/// An error with its causes, without addresses of people.
#[must_use]
pub fn reason(error: &(dyn Error + 'static)) -> String {
    without_addresses(&with_causes(error))
}

/// An error with its causes.
pub(super) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let said = next.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = next.source();
    }
    text
}

/// The words of a text but those that hold an address.
fn without_addresses(text: &str) -> String {
    let words = text.split_whitespace().map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_address_is_kept() {
        let said = super::without_addresses("550 5.7.1 <ann@example.com>: relaying\r\ndenied (from=ann@example.com)");
        assert_eq!(said, "550 5.7.1 … relaying denied …");
        assert_eq!(super::without_addresses(&"x".repeat(1000)).len(), super::LONGEST);
    }
}
