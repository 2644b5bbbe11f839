//! Slugs: the last part of an address, made of a name.

use crate::check::LINE;
use crate::error::Result;

/// Makes the last part of an address out of a name: `Sourdough at home!` becomes `sourdough-at-home`.
#[must_use]
pub fn slug_of(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.to_lowercase().chars() {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "untitled".to_owned() } else { slug.to_owned() }
}

/// A slug made of a name, with a number at its end when it is taken.
pub(crate) fn free(name: &str, mut taken: impl FnMut(&str) -> Result<bool>) -> Result<String> {
    let stem: String = slug_of(name).chars().take(LINE - 8).collect();
    let mut slug = stem.clone();
    let mut number = 1;
    while taken(&slug)? {
        number += 1;
        slug = format!("{stem}-{number}");
    }
    Ok(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_slug_counts_up() {
        let taken = ["bread", "bread-2"];
        let slug = free("Bread!", |slug| Ok(taken.contains(&slug)));
        assert_eq!(slug.ok().as_deref(), Some("bread-3"));
        let long = free(&"ß".repeat(300), |_| Ok(false));
        assert!(long.is_ok_and(|slug| slug.chars().count() <= LINE));
    }
}
