//! Addresses of mail: the one reading of what people and programs write for one.
//!
//! What is taken for an address is one, alone: no name beside it, no brackets, no `mailto:`, nothing that is not seen. So
//! no two accounts have addresses that look the same; by what one is found is [`store::addresses::email_key`].

use store::addresses::{is_another_form, is_invisible, trimmed};

/// The address that a text is, without what is not seen around it; none when it is something else. It is a dot-atom and
/// a host (RFC 5321, section 4.1.2), each of which may have letters of any script (RFC 6531, section 3.3).
#[must_use]
pub fn address(text: &str) -> Option<&str> {
    let text = trimmed(text);
    let (name, host) = text.rsplit_once('@')?;
    (name.split('.').all(is_atom) && host.split('.').all(is_label)).then_some(text)
}

fn is_atom(text: &str) -> bool {
    let fine = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        _ if c.is_ascii() => "!#$%&'*+-/=?^_`{|}~".contains(c),
        _ => is_of_a_script(c),
    };
    !text.is_empty() && text.chars().all(fine)
}

fn is_label(text: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || !c.is_ascii() && is_of_a_script(c);
    !text.is_empty() && !text.starts_with('-') && !text.ends_with('-') && text.chars().all(fine)
}

fn is_of_a_script(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !is_invisible(c) && !is_another_form(c)
}

#[cfg(test)]
mod tests {
    use super::address;
    use proptest::prelude::*;
    use store::addresses::email_key;

    #[test]
    fn an_address_is_one_alone() {
        for fine in ["ann@example.com", "o'brien+a@b.co", "a@localhost", "\u{7528}\u{6237}@\u{4f8b}.example", "a@b_c.d"]
        {
            assert_eq!(address(fine), Some(fine), "{fine}");
        }
        assert_eq!(address(" \u{feff}ann@example.com\u{200b}\n"), Some("ann@example.com"));
        for wrong in [
            "",
            "@",
            "a@",
            "@b",
            "a",
            "a@b@c",
            "a..b@c",
            ".a@c",
            "a.@c",
            "a@b..c",
            "a@.b",
            "a@b.",
            "a@-b",
            "a@b-",
            "a b@c",
            "<a@b>",
            "mailto:a@b",
            "Ann <a@b>",
            "a@b,c@d",
            "\"a\"@b",
            "a\u{200b}b@c",
            "a@b\u{ad}c",
            "a\u{202e}@b",
            "a\tb@c",
            "a@b/c",
            "a@[127.0.0.1]",
            "a(b)@c",
            "a\u{a0}b@c",
            "\u{ff54}win@b",
            "a\u{fb01}@b",
            "a@\u{ff42}",
        ] {
            assert_eq!(address(wrong), None, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_around_an_address_makes_no_other(
            name in "[a-z\u{e0}-\u{f6}]{1,8}", host in "[a-z]{1,8}\\.[a-z]{2,3}",
            before in "[ \u{200b}\u{feff}\u{a0}\t]{0,3}", after in "[ \u{200b}\u{2060}\u{ad}\r\n]{0,3}",
        ) {
            let plain = format!("{name}@{host}");
            let wrapped = format!("{before}{}{after}", plain.to_uppercase());
            let found = address(&wrapped).expect("an address");
            prop_assert_eq!(email_key(found), email_key(&plain));
            prop_assert_eq!(email_key(&wrapped), email_key(&plain));
        }

        #[test]
        fn nothing_unseen_is_within_an_address(text in "\\PC{0,10}@\\PC{0,10}") {
            if let Some(found) = address(&text) {
                prop_assert!(!found.chars().any(|c| c.is_whitespace() || store::addresses::is_invisible(c)));
                prop_assert_eq!(address(found), Some(found));
            }
        }
    }
}
