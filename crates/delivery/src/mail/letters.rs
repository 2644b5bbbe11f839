//! What mails say. Their words are found when they leave.
//!
//! A school writes to whatever address it is told, and strangers tell it too. So until somebody has shown that an address
//! is theirs, mail to it holds nothing that anybody but the school chose: no name, no text, no link but the school's
//! own. Later too, what others chose is one line without a link ([`plain`]).

use super::letter::plain;
pub use super::letter::{Letter, LetterPart};
use super::own_words::in_own_words;
use school::error::Result;
use school::mail_texts;
use school::mails::{Kind, Recipient, Secret};
use school::{Site, product_publish_requests, products, users};
use store::mails::MailRow;
use store::{PublishRequestId, ServerKey, SiteId, StoreError, Tx};

/// Finds the words of a mail. None when there is nobody to read it, or nothing to say any more.
///
/// # Errors
/// [`school::Error::Store`] when it was sealed under another server key.
pub fn compose(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, mail: &MailRow) -> Result<Option<Letter>> {
    let secret: Secret = match &mail.sealed {
        Some(sealed) => serde_json::from_str(&key.open(sealed)?).map_err(|_| StoreError::Sealed)?,
        None => Secret::default(),
    };
    let (reader, email) = match mail.recipient {
        Recipient::Sealed => (None, secret.email.clone()),
        Recipient::User(user) => {
            let Some(user) = users::find(tx, site.id, user)? else { return Ok(None) };
            let email = user.email.clone();
            // Whoever is invited has not said themselves what they are called.
            let invites = mail.kind == Kind::Welcome && !secret.secret.is_empty();
            (Some(user).filter(|user| user.email_confirmed && !invites), email)
        }
    };
    let school = plain(&site.name);
    let Some((mut subject, mut parts)) = words(tx, site, &school, mail, &secret, reader.is_some())? else {
        return Ok(None);
    };
    let first_name = reader.as_ref().map(|user| plain(&user.first_name)).unwrap_or_default();
    if let Some(kind) = mail_texts::kind_of(mail.kind, !secret.secret.is_empty()) {
        if let Some(own) = mail_texts::get(tx, site.id, kind)? {
            (subject, parts) = in_own_words((&own.subject, &own.body), &parts, &school, &first_name);
        }
    }
    let last_name = reader.as_ref().map(|user| plain(&user.last_name)).unwrap_or_default();
    let greeting = if first_name.is_empty() { "Hello,".to_owned() } else { format!("Hello {first_name},") };
    parts.insert(0, LetterPart::Text(greeting));
    parts.push(LetterPart::Text(school.clone()));
    Ok(Some(Letter {
        to_name: format!("{first_name} {last_name}").trim().to_owned(),
        to_email: email,
        from_name: school,
        reply_to: site.support_email.clone(),
        subject,
        parts,
        secret: secret.secret,
    }))
}

/// Subject and words of every kind of mail, with or without what people chose (`names`). Long, because it is a table: one
/// entry a kind.
pub(super) fn words(
    tx: &mut Tx<'_>,
    site: &Site,
    school: &str,
    mail: &MailRow,
    secret: &Secret,
    names: bool,
) -> Result<Option<(String, Vec<LetterPart>)>> {
    let text = |text: &str| LetterPart::Text(text.to_owned());
    let link = |label: &str, path: &str| LetterPart::Link(label.to_owned(), path.to_owned());
    let with_secret = |path: &str| format!("{path}/{}", secret.secret);
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
        Kind::SecondFactorOn => (
            format!("You sign in to {school} with a second factor now"),
            vec![
                text("When you sign in, you are asked for a code of your app beside your password from now on."),
                text("You were signed out everywhere else. Please keep your recovery codes where you find them."),
                text("If that was not you, please choose a new password at once and answer this mail."),
                link("Choose a new password", "/users/password/new"),
            ],
        ),
        Kind::SecondFactorOff => (
            format!("You sign in to {school} without a second factor again"),
            vec![
                text(
                    "You are no longer asked for a code of your app when you sign in, and your recovery codes are gone.",
                ),
                text("If that was not you, please choose a new password at once and turn it on again."),
                link("Choose a new password", "/users/password/new"),
            ],
        ),
        Kind::RecoveryCodeUsed => (
            format!("A recovery code was used at {school}"),
            vec![
                text("Somebody, we hope you, has signed in to your account with a recovery code. It works no more."),
                text("If that was not you, please choose a new password at once and make new recovery codes."),
                link("Choose a new password", "/users/password/new"),
            ],
        ),
        Kind::ConfirmEmail => (
            format!("Confirm your new address for {school}"),
            vec![
                text(&format!("Somebody, we hope you, wants to use this address for their account at {school}.")),
                link("Confirm the new address", &with_secret("/account/email/confirmation")),
                text("The link works once, for a day, where you are signed in to that account."),
                text(nothing),
            ],
        ),
        Kind::EmailTaken => (
            format!("You already have an account at {school}"),
            vec![
                text(&format!(
                    "Somebody, perhaps you, wanted to use this address for another account at {school}. It is the \
                     address of yours already, and nothing was changed."
                )),
                link("Sign in", "/users/sign_in"),
            ],
        ),
        Kind::EmailChangeAsked => (
            format!("Another address was asked for at {school}"),
            vec![
                text(
                    "Somebody who is signed in to your account, we hope you, has asked to use another address for it. \
                     Once that is confirmed, mail goes there and you sign in with it.",
                ),
                text("If that was not you, stop it here. You then choose a new password, and everybody is signed out."),
                link("Stop or undo the change", &with_secret("/account/email/stop")),
                text("The link works for a week, also after the other address was confirmed."),
            ],
        ),
        Kind::ChangeEmailLink => (
            format!("Change your address for {school}"),
            vec![
                text("You have asked to use another address for your account."),
                link("Say which", &with_secret("/account/email/new")),
                text("The link works once, for an hour, where you are signed in. Please give it to nobody."),
                text(nothing),
            ],
        ),
        Kind::DeleteAccountLink => (
            format!("Delete your account at {school}"),
            vec![
                text("You have asked to delete your account."),
                link("See what that means, and delete it", &with_secret("/account/delete/confirmation")),
                text("The link works once, for an hour, where you are signed in. Please give it to nobody."),
                text(nothing),
            ],
        ),
        Kind::AccountDeleted => (
            format!("Your account at {school} was deleted"),
            vec![
                text(&format!("Your account at {school} is gone, with your progress, reviews and places in groups.")),
                text("What you have ordered and paid stays in the books of the school."),
                text("If that was not you, please answer this mail."),
            ],
        ),
        Kind::PublishRequestApproved | Kind::PublishRequestDenied => {
            let id = mail.detail.as_deref().and_then(|id| id.parse().ok()).unwrap_or_default();
            let Some((product, answer)) = publish_request(tx, site.id, id)? else { return Ok(None) };
            let product = if names { plain(&product) } else { "Your product".to_owned() };
            let (subject, outcome) = match mail.kind {
                Kind::PublishRequestApproved => (format!("{product} is published"), "was approved"),
                _ => (format!("{product} is not published"), "was not approved"),
            };
            let about = if names { product } else { "a product".to_owned() };
            let mut parts = vec![text(&format!("Your request to publish {about} at {school} {outcome}."))];
            parts.extend(answer.filter(|_| names).map(|answer| text(&answer)));
            (subject, parts)
        }
        Kind::SchoolClosed => (
            format!("{school} is closed"),
            vec![
                text(&format!(
                    "You have closed {school}. Nobody gets in any more, and everything in it is deleted in 30 days."
                )),
                text("Until then you can open it again, as it was. If it was not you who closed it, do so now."),
                link("Open the school again", &with_secret("/users/reopen_school")),
                text("Whoever has this link can open the school: please give it to nobody."),
            ],
        ),
        Kind::WebhookSwitchedOff => (
            format!("A webhook of {school} was switched off"),
            vec![
                text(&format!(
                    "{} is sent nothing more, because its receiver has not taken anything for days or has said that it is \
                     gone.",
                    match mail.detail.as_deref().filter(|_| names) {
                        Some(id) => format!("The webhook {}", plain(id)),
                        None => "One of its webhooks".to_owned(),
                    }
                )),
                text("Events are kept for a while and can be sent again once it is switched on."),
            ],
        ),
    }))
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
