//! What mails say. Their words are found when they leave.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use school::error::Result;
use school::mails::{Kind, Recipient, Secret};
use school::{Site, product_publish_requests, products, users};
use serde::{Deserialize, Serialize};
use store::mails::MailRow;
use store::{PublishRequestId, ServerKey, SiteId, StoreError, Tx};

/// A mail in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Whom it is to, by name.
    pub to_name: String,
    /// Their address.
    pub to_email: String,
    /// The school that writes.
    pub from_name: String,
    /// Where answers go.
    pub reply_to: String,
    /// What it is about.
    pub subject: String,
    /// What it says, one paragraph after the other.
    pub parts: Vec<LetterPart>,
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LetterPart {
    /// Words.
    Text(String),
    /// A link into the school: what it says, and its path with its query.
    Link(String, String),
}

/// Finds the words of a mail. None when there is nobody to read it, or nothing to say any more.
///
/// # Errors
/// [`school::Error::Store`] when it was sealed under another server key.
pub fn compose(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, mail: &MailRow) -> Result<Option<Letter>> {
    let secret: Secret = match &mail.sealed {
        Some(sealed) => serde_json::from_str(&key.open(sealed)?).map_err(|_| StoreError::Sealed)?,
        None => Secret::default(),
    };
    let (first_name, last_name, email) = match mail.recipient {
        Recipient::Sealed => (secret.first_name.clone(), secret.last_name.clone(), secret.email.clone()),
        Recipient::User(user) => {
            let Some(user) = users::find(tx, site.id, user)? else { return Ok(None) };
            (user.first_name.clone(), user.last_name.clone(), user.email.clone())
        }
    };
    let Some((subject, mut parts)) = words(tx, site, mail, &secret)? else { return Ok(None) };
    let invites = mail.kind == Kind::Welcome && !secret.secret.is_empty();
    // Whoever is invited has not said themselves what they are called.
    let (first_name, last_name) = if invites { (String::new(), String::new()) } else { (first_name, last_name) };
    let greeting = if first_name.is_empty() { "Hello,".to_owned() } else { format!("Hello {first_name},") };
    parts.insert(0, LetterPart::Text(greeting));
    parts.push(LetterPart::Text(site.name.clone()));
    Ok(Some(Letter {
        to_name: format!("{first_name} {last_name}").trim().to_owned(),
        to_email: email,
        from_name: site.name.clone(),
        reply_to: site.support_email.clone(),
        subject,
        parts,
    }))
}

/// Subject and words of every kind of mail. Long, because it is a table: one entry a kind.
fn words(tx: &mut Tx<'_>, site: &Site, mail: &MailRow, secret: &Secret) -> Result<Option<(String, Vec<LetterPart>)>> {
    let school = &site.name;
    let text = |text: &str| LetterPart::Text(text.to_owned());
    let link = |label: &str, path: &str| LetterPart::Link(label.to_owned(), path.to_owned());
    let with_secret = |path: &str| format!("{path}/{}{}", secret.secret, return_query(&secret.return_to));
    let nothing = "If you did not ask for this, you need not do anything.";
    Ok(Some(match mail.kind {
        // An invitation: the link is in it, and nothing that came with the person's name.
        Kind::Welcome if !secret.secret.is_empty() => (
            format!("Your account at {school}"),
            vec![
                text(&format!("{school} has made an account for this address.")),
                link("Choose a password", &with_secret("/users/password/edit")),
                text("The link works once, for a week. After that, you can ask for another."),
                link("Ask for another link", "/users/password/new"),
                text("If you do not know this school, you need not do anything."),
            ],
        ),
        Kind::Welcome => (
            format!("Welcome to {school}"),
            vec![
                text(&format!("You have an account at {school} now.")),
                link("Choose a password", "/users/password/new"),
                link("Sign in", "/users/sign_in"),
            ],
        ),
        Kind::ConfirmSignUp => (
            format!("Confirm your address for {school}"),
            vec![
                text(&format!("Somebody, we hope you, has signed up at {school} with this address.")),
                link("Confirm that it was you", &with_secret("/users/confirmation")),
                text("The link works once, for a day."),
                text(nothing),
            ],
        ),
        Kind::HasAccount => (
            format!("You already have an account at {school}"),
            vec![
                text(&format!(
                    "Somebody, perhaps you, has tried to sign up at {school} with this address. You have an account \
                     there already, and nothing was changed."
                )),
                link("Sign in", "/users/sign_in"),
                link("Choose a new password", "/users/password/new"),
            ],
        ),
        Kind::HasPassword => (
            format!("How to sign in to {school}"),
            vec![
                text("You have asked for a link to sign in. Your account has a password; please sign in with it."),
                link("Sign in", "/users/sign_in"),
                link("Choose a new password, if you have forgotten it", "/users/password/new"),
                text(nothing),
            ],
        ),
        Kind::NewPassword => (
            format!("Choose a new password for {school}"),
            vec![
                text("You have asked to choose a new password."),
                link("Choose it here", &with_secret("/users/password/edit")),
                text("The link works once, for an hour."),
                text(nothing),
            ],
        ),
        Kind::SignInLink => (
            format!("Your link to sign in to {school}"),
            vec![
                link("Sign in", &with_secret("/users/express_sign_in")),
                text("The link works once, for a quarter of an hour. Please give it to nobody."),
                text(nothing),
            ],
        ),
        Kind::PasswordChanged => (
            format!("Your password for {school} was changed"),
            vec![
                text("Your password was changed, and you were signed out everywhere else."),
                text("If that was not you, please choose a new one at once."),
                link("Choose a new password", "/users/password/new"),
            ],
        ),
        Kind::PublishRequestApproved | Kind::PublishRequestDenied => {
            let id = mail.detail.as_deref().and_then(|id| id.parse().ok()).unwrap_or_default();
            let Some((product, answer)) = publish_request(tx, site.id, id)? else { return Ok(None) };
            let (subject, outcome) = match mail.kind {
                Kind::PublishRequestApproved => (format!("{product} is published"), "was approved"),
                _ => (format!("{product} is not published"), "was not approved"),
            };
            let mut parts = vec![text(&format!("Your request to publish {product} at {school} {outcome}."))];
            parts.extend(answer.map(|answer| text(&answer)));
            (subject, parts)
        }
        Kind::WebhookSwitchedOff => (
            format!("A webhook of {school} was switched off"),
            vec![
                text(&format!(
                    "The webhook {} is sent nothing more, because its receiver has not taken anything for days or has \
                     said that it is gone.",
                    mail.detail.as_deref().unwrap_or_default()
                )),
                text("Events are kept for a while and can be sent again once it is switched on."),
            ],
        ),
    }))
}

/// What stays as it is in the query of a link, so that a reader sees where it leads.
const READABLE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// The query that says where a link goes on to.
fn return_query(return_to: &str) -> String {
    if return_to.is_empty() || return_to == "/" {
        return String::new();
    }
    format!("?return_to={}", utf8_percent_encode(return_to, READABLE))
}

/// The name of the product that a request is about, and what was said to it.
fn publish_request(tx: &mut Tx<'_>, site: SiteId, id: PublishRequestId) -> Result<Option<(String, Option<String>)>> {
    let request = match product_publish_requests::get(tx, site, id) {
        Err(school::Error::NotFound) => return Ok(None),
        other => other?,
    };
    match products::get(tx, site, request.product_id) {
        Err(school::Error::NotFound) => Ok(None),
        product => Ok(Some((product?.name.clone(), request.response_text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_to_go_on_to_survives_the_mail() {
        assert_eq!(return_query("/"), "");
        assert_eq!(return_query("/oauth2/authorize?a=b&c=d%20e"), "?return_to=/oauth2/authorize%3Fa%3Db%26c%3Dd%2520e");
    }
}
