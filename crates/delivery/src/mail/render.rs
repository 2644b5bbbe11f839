//! A letter as a message of mail (RFC 5322): plain text, and the same as simple HTML.

use super::letters::{Letter, LetterPart};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use maud::{DOCTYPE, html};

/// The message; none when an address cannot be written to. The same letter has the same `id`, by which a reader's
/// program knows that it has come before.
pub(super) fn message(letter: &Letter, site_url: &str, from: &Address, id: &str) -> Option<Message> {
    let to: Address = letter.to_email.parse().ok()?;
    let mut builder = Message::builder()
        .from(Mailbox::new(Some(line(&letter.from_name)), from.clone()))
        .to(Mailbox::new(Some(line(&letter.to_name)).filter(|name| !name.is_empty()), to))
        .subject(line(&letter.subject))
        .message_id(Some(format!("<{id}@{}>", from.domain())))
        // Nobody's answering machine answers (RFC 3834).
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    if let Some(address) = reply_to(&letter.reply_to) {
        builder = builder.reply_to(Mailbox::new(Some(line(&letter.from_name)), address));
    }
    builder.multipart(MultiPart::alternative_plain_html(plain(letter, site_url), rich(letter, site_url))).ok()
}

/// Where answers go; nowhere when the school's address is nobody's: examples are under these names (RFC 2606), and
/// answers to them are lost.
fn reply_to(address: &str) -> Option<Address> {
    let address: Address = address.parse().ok()?;
    let domain = address.domain().to_ascii_lowercase();
    let is_under = |name: &str| domain == name || domain.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    let nobodys = ["example.com", "example.net", "example.org", "example", "invalid", "test", "localhost"];
    (!nobodys.into_iter().any(is_under)).then_some(address)
}

/// A mail by which somebody tries whether mail leaves; none when there is no such address.
pub(super) fn test_message(from: &Address, to: &str) -> Option<Message> {
    let builder = Message::builder()
        .from(Mailbox::new(Some("Scholae".to_owned()), from.clone()))
        .to(Mailbox::new(None, to.parse().ok()?))
        .subject("A test of Scholae's mail")
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    builder.body("Mail of this server arrives. It was sent by `scholae doctor --mail-to`.\n".to_owned()).ok()
}

/// A text as one line: nothing in it ends a header.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn plain(letter: &Letter, site_url: &str) -> String {
    let parts = letter.parts.iter().map(|part| match part {
        LetterPart::Text(text) => text.clone(),
        LetterPart::Link(label, path) => format!("{label}:\n{site_url}{path}"),
    });
    parts.collect::<Vec<_>>().join("\n\n") + "\n"
}

fn rich(letter: &Letter, site_url: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; }
            body style="font:16px/1.5 system-ui,sans-serif;max-width:36em" {
                @for part in &letter.parts {
                    @match part {
                        LetterPart::Text(text) => p { (text) },
                        LetterPart::Link(label, path) => p { a href={ (site_url) (path) } { (label) } },
                    }
                }
            }
        }
    };
    page.into_string() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            to_name: "Ann\r\nBcc: eve@example.com".to_owned(),
            to_email: "ann@example.com".to_owned(),
            from_name: "School <of> \"Baking\"".to_owned(),
            reply_to: "help@example.com".to_owned(),
            subject: "Bread & <b>butter</b>\r\nBcc: eve@example.com".to_owned(),
            parts: vec![
                LetterPart::Text("Hello <Ann>,".to_owned()),
                LetterPart::Link("Sign in".to_owned(), "/users/sign_in?a=1&b=2".to_owned()),
            ],
            secret: String::new(),
        }
    }

    #[test]
    fn names_and_subjects_add_no_headers_and_no_html() {
        let from = "scholae@example.org".parse().expect("an address");
        let message = message(&letter(), "https://demo.example.org", &from, "1.gid").expect("a message");
        let text = String::from_utf8(message.formatted()).expect("text");
        let head = text.split("\r\n\r\n").next().expect("a head");
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
        assert_eq!(message.envelope().to().len(), 1);
        assert!(head.contains("Message-ID: <1.gid@example.org>"), "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        let html = rich(&letter(), "https://demo.example.org");
        assert!(html.contains("Hello &lt;Ann&gt;,") && html.contains("sign_in?a=1&amp;b=2\""), "{html}");
        assert!(plain(&letter(), "https://x").contains("Sign in:\nhttps://x/users/sign_in?a=1&b=2"));
    }

    #[test]
    fn answers_go_to_no_example() {
        for (address, real) in [
            ("help@school.net", true),
            ("help@notexample.com", true),
            ("support@example.com", false),
            ("support@mail.Example.org", false),
            ("support@localhost", false),
            ("support@school.test", false),
            ("nobody", false),
        ] {
            assert_eq!(reply_to(address).is_some(), real, "{address}");
        }
    }

    #[test]
    fn a_letter_to_no_address_is_none() {
        let from = "scholae@example.org".parse().expect("an address");
        let nowhere = Letter { to_email: "ann".to_owned(), ..letter() };
        assert!(message(&nowhere, "https://demo.example.org", &from, "1").is_none());
    }
}
