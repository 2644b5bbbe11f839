//! People, by picture and name.

use maud::{Markup, Render, html};

/// The picture of somebody, or the first letters of their names.
#[derive(Debug, Clone, Copy)]
pub struct Avatar<'a> {
    /// Their whole name.
    pub name: &'a str,
    /// Where their picture is.
    pub picture: Option<&'a str>,
    /// Whether it stands at the head of a page.
    pub is_large: bool,
}

impl Avatar<'_> {
    fn initials(&self) -> String {
        let mut words =
            self.name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
        let (first, last) = (words.next(), words.next_back());
        first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
    }
}

impl Render for Avatar<'_> {
    fn render(&self) -> Markup {
        html! {
            @match self.picture.filter(|address| is_shown(address)) {
                Some(address) => img.avatar.large[self.is_large] src=(address) alt="" width="32" height="32" loading="lazy"
                    referrerpolicy="no-referrer";,
                None => span.avatar.large[self.is_large] aria-hidden="true" { (self.initials()) },
            }
        }
    }
}

/// Whether a page's policy lets a picture in: from anywhere by https, and files of the school also where there is none.
fn is_shown(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://") && address.contains("/files/")
}

/// Somebody in a list: picture, name, and a line below.
#[derive(Debug, Clone, Copy)]
pub struct PersonChip<'p> {
    /// Their whole name.
    pub name: &'p str,
    /// What stands below, such as their address.
    pub below: &'p str,
    /// Where their picture is.
    pub picture: Option<&'p str>,
    /// Where the name leads.
    pub href: &'p str,
}

impl Render for PersonChip<'_> {
    fn render(&self) -> Markup {
        // Somebody without a name is known by what stands below.
        let name = if self.name.trim().is_empty() { self.below } else { self.name };
        html! {
            span.person {
                (Avatar { name, picture: self.picture, is_large: false })
                span {
                    // An address is not broken within a word, but cut where there is no room for it.
                    a.row.address[name.contains('@')] href=(self.href) dir="auto" { (name) }
                    span.sub.address[self.below.contains('@')] dir="auto" { (self.below) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Avatar;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_name_in_any_script() {
        let initials = |name| Avatar { name, picture: None, is_large: false }.initials();
        assert_eq!(initials("Amara Ngozi Okafor"), "AO");
        assert_eq!(initials("élan"), "É");
        assert_eq!(initials("李 小龙"), "李小");
        assert_eq!(initials("Tom (sales)"), "TS");
        assert_eq!(initials("  "), "");
    }
}
