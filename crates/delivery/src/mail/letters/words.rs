//! Subject and words of every kind of mail.

use crate::mail::letter::{LetterPart, plain};
use school::error::Result;
use school::mails::{Kind, Secret};
use school::{product_publish_requests, products};
use store::mails::MailRow;
use store::{PublishRequestId, SiteId, Tx};

/// A subject, and one paragraph after the other.
type Words = (String, Vec<LetterPart>);

/// What whoever may not have asked for a mail is told.
const NOTHING: &str = "If you did not ask for this, you need not do anything.";

/// The words of a mail, with or without what people chose (`names`); none when there is nothing to say any more.
pub(in crate::mail) fn words(
    tx: &mut Tx<'_>,
    site: SiteId,
    school: &str,
    mail: &MailRow,
    secret: &Secret,
    names: bool,
) -> Result<Option<Words>> {
    let writer = Writer { school, secret: &secret.secret };
    Ok(Some(match mail.kind {
        Kind::Welcome if !secret.secret.is_empty() => writer.invitation(),
        Kind::Welcome => writer.welcome(),
        Kind::ConfirmSignUp => writer.confirm_sign_up(),
        Kind::HasAccount => writer.has_account(),
        Kind::HasPassword => writer.has_password(),
        Kind::NewPassword => writer.new_password(),
        Kind::SignInLink => writer.sign_in_link(),
        Kind::PasswordChanged => writer.password_changed(),
        Kind::SecondFactorOn => writer.second_factor_on(),
        Kind::SecondFactorOff => writer.second_factor_off(),
        Kind::RecoveryCodeUsed => writer.recovery_code_used(),
        Kind::ConfirmEmail => writer.confirm_email(),
        Kind::EmailTaken => writer.email_taken(),
        Kind::EmailChangeAsked => writer.email_change_asked(),
        Kind::ChangeEmailLink => writer.change_email_link(),
        Kind::DeleteAccountLink => writer.delete_account_link(),
        Kind::AccountDeleted => writer.account_deleted(),
        Kind::PublishRequestApproved | Kind::PublishRequestDenied => {
            let id = mail.detail.as_deref().and_then(|id| id.parse().ok()).unwrap_or_default();
            let Some((product, answer)) = publish_request(tx, site, id)? else { return Ok(None) };
            let chosen = names.then(|| (plain(&product), answer));
            writer.publish_request(mail.kind == Kind::PublishRequestApproved, chosen)
        }
        Kind::SchoolClosed => writer.school_closed(),
        Kind::WebhookSwitchedOff => writer.webhook_switched_off(mail.detail.as_deref().filter(|_| names)),
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

fn text(text: &str) -> LetterPart {
    LetterPart::Text(text.to_owned())
}

fn link(label: &str, path: &str) -> LetterPart {
    LetterPart::Link(label.to_owned(), path.to_owned())
}

/// What writes for a school.
struct Writer<'a> {
    /// What the school is called.
    school: &'a str,
    /// The secret of the link in the mail.
    secret: &'a str,
}

impl Writer<'_> {
    fn with_secret(&self, path: &str) -> String {
        format!("{path}/{}", self.secret)
    }

    /// An invitation: the link is in it, and nothing that came with the person's name.
    fn invitation(&self) -> Words {
        let school = self.school;
        (
            format!("Your account at {school}"),
            vec![
                text(&format!("{school} has made an account for this address.")),
                link("Choose a password", &self.with_secret("/users/password/edit")),
                text("The link works once, for a week. After that, you can ask for another."),
                link("Ask for another link", "/users/password/new"),
                text("If you do not know this school, you need not do anything."),
            ],
        )
    }

    /// To whoever has an account now.
    fn welcome(&self) -> Words {
        let school = self.school;
        (
            format!("Welcome to {school}"),
            vec![
                text(&format!("You have an account at {school} now.")),
                link("Choose a password", "/users/password/new"),
                link("Sign in", "/users/sign_in"),
            ],
        )
    }

    /// To whoever has signed up.
    fn confirm_sign_up(&self) -> Words {
        let school = self.school;
        (
            format!("Confirm your address for {school}"),
            vec![
                text(&format!("Somebody, we hope you, has signed up at {school} with this address.")),
                link("Confirm that it was you", &self.with_secret("/users/confirmation")),
                text("The link works once, for a day."),
                text(NOTHING),
            ],
        )
    }

    /// To whoever has signed up and had an account before.
    fn has_account(&self) -> Words {
        let school = self.school;
        (
            format!("You already have an account at {school}"),
            vec![
                text(&format!(
                    "Somebody, perhaps you, has tried to sign up at {school} with this address. You have an account \
                 there already, and nothing was changed."
                )),
                link("Sign in", "/users/sign_in"),
                link("Choose a new password", "/users/password/new"),
            ],
        )
    }

    /// To whoever has asked for a link and has a password.
    fn has_password(&self) -> Words {
        let school = self.school;
        (
            format!("How to sign in to {school}"),
            vec![
                text("You have asked for a link to sign in. Your account has a password; please sign in with it."),
                link("Sign in", "/users/sign_in"),
                link("Choose a new password, if you have forgotten it", "/users/password/new"),
                text(NOTHING),
            ],
        )
    }

    /// To whoever has forgotten their password.
    fn new_password(&self) -> Words {
        let school = self.school;
        (
            format!("Choose a new password for {school}"),
            vec![
                text("You have asked to choose a new password."),
                link("Choose it here", &self.with_secret("/users/password/edit")),
                text("The link works once, for an hour."),
                text(NOTHING),
            ],
        )
    }

    /// To whoever has asked for a link.
    fn sign_in_link(&self) -> Words {
        let school = self.school;
        (
            format!("Your link to sign in to {school}"),
            vec![
                link("Sign in", &self.with_secret("/users/express_sign_in")),
                text("The link works once, for a quarter of an hour. Please give it to nobody."),
                text(NOTHING),
            ],
        )
    }

    /// To whoever has another password now.
    fn password_changed(&self) -> Words {
        let school = self.school;
        (
            format!("Your password for {school} was changed"),
            vec![
                text("Your password was changed, and you were signed out everywhere else."),
                text("If that was not you, please choose a new one at once."),
                link("Choose a new password", "/users/password/new"),
            ],
        )
    }

    /// To whoever signs in with a second factor from now on.
    fn second_factor_on(&self) -> Words {
        let school = self.school;
        (
            format!("You sign in to {school} with a second factor now"),
            vec![
                text("When you sign in, you are asked for a code of your app beside your password from now on."),
                text("You were signed out everywhere else. Please keep your recovery codes where you find them."),
                text("If that was not you, please choose a new password at once and answer this mail."),
                link("Choose a new password", "/users/password/new"),
            ],
        )
    }

    /// To whoever signs in without one again.
    fn second_factor_off(&self) -> Words {
        let school = self.school;
        (
            format!("You sign in to {school} without a second factor again"),
            vec![
                text(
                    "You are no longer asked for a code of your app when you sign in, and your recovery codes are gone.",
                ),
                text("If that was not you, please choose a new password at once and turn it on again."),
                link("Choose a new password", "/users/password/new"),
            ],
        )
    }

    /// To whoever has signed in with a recovery code.
    fn recovery_code_used(&self) -> Words {
        let school = self.school;
        (
            format!("A recovery code was used at {school}"),
            vec![
                text("Somebody, we hope you, has signed in to your account with a recovery code. It works no more."),
                text("If that was not you, please choose a new password at once and make new recovery codes."),
                link("Choose a new password", "/users/password/new"),
            ],
        )
    }

    /// To the address that somebody wants to use.
    fn confirm_email(&self) -> Words {
        let school = self.school;
        (
            format!("Confirm your new address for {school}"),
            vec![
                text(&format!("Somebody, we hope you, wants to use this address for their account at {school}.")),
                link("Confirm the new address", &self.with_secret("/account/email/confirmation")),
                text("The link works once, for a day, where you are signed in to that account."),
                text(NOTHING),
            ],
        )
    }

    /// To an address that somebody wants to use and that somebody has.
    fn email_taken(&self) -> Words {
        let school = self.school;
        (
            format!("You already have an account at {school}"),
            vec![
                text(&format!(
                    "Somebody, perhaps you, wanted to use this address for another account at {school}. It is the \
                 address of yours already, and nothing was changed."
                )),
                link("Sign in", "/users/sign_in"),
            ],
        )
    }

    /// To the address that somebody has, when another one is asked for.
    fn email_change_asked(&self) -> Words {
        let school = self.school;
        (
            format!("Another address was asked for at {school}"),
            vec![
                text(
                    "Somebody who is signed in to your account, we hope you, has asked to use another address for it. \
                 Once that is confirmed, mail goes there and you sign in with it.",
                ),
                text("If that was not you, stop it here. You then choose a new password, and everybody is signed out."),
                link("Stop or undo the change", &self.with_secret("/account/email/stop")),
                text("The link works for a week, also after the other address was confirmed."),
            ],
        )
    }

    /// To whoever wants to use another address and has no password.
    fn change_email_link(&self) -> Words {
        let school = self.school;
        (
            format!("Change your address for {school}"),
            vec![
                text("You have asked to use another address for your account."),
                link("Say which", &self.with_secret("/account/email/new")),
                text("The link works once, for an hour, where you are signed in. Please give it to nobody."),
                text(NOTHING),
            ],
        )
    }

    /// To whoever wants to delete their account and has no password.
    fn delete_account_link(&self) -> Words {
        let school = self.school;
        (
            format!("Delete your account at {school}"),
            vec![
                text("You have asked to delete your account."),
                link("See what that means, and delete it", &self.with_secret("/account/delete/confirmation")),
                text("The link works once, for an hour, where you are signed in. Please give it to nobody."),
                text(NOTHING),
            ],
        )
    }

    /// To whoever has no account any more.
    fn account_deleted(&self) -> Words {
        let school = self.school;
        (
            format!("Your account at {school} was deleted"),
            vec![
                text(&format!("Your account at {school} is gone, with your progress, reviews and places in groups.")),
                text("What you have ordered and paid stays in the books of the school."),
                text("If that was not you, please answer this mail."),
            ],
        )
    }

    /// To the school, when the receiver of a webhook has taken nothing for long.
    fn school_closed(&self) -> Words {
        let school = self.school;
        (
            format!("{school} is closed"),
            vec![
                text(&format!(
                    "You have closed {school}. Nobody gets in any more, and everything in it is deleted in 30 days."
                )),
                text("Until then you can open it again, as it was. If it was not you who closed it, do so now."),
                link("Open the school again", &self.with_secret("/users/reopen_school")),
                text("Whoever has this link can open the school: please give it to nobody."),
            ],
        )
    }

    fn webhook_switched_off(&self, id: Option<&str>) -> Words {
        let school = self.school;
        (
            format!("A webhook of {school} was switched off"),
            vec![
                text(&format!(
                    "{} is sent nothing more, because its receiver has not taken anything for days or has said that it is \
                 gone.",
                    match id {
                        Some(id) => format!("The webhook {}", plain(id)),
                        None => "One of its webhooks".to_owned(),
                    }
                )),
                text("Events are kept for a while and can be sent again once it is switched on."),
            ],
        )
    }

    /// To whoever asked for a product to be published. `chosen` is what people chose: its name, and what was answered.
    fn publish_request(&self, approved: bool, chosen: Option<(String, Option<String>)>) -> Words {
        let school = self.school;
        let (name, answer) = chosen.map_or((None, None), |(name, answer)| (Some(name), answer));
        let subject = name.as_deref().unwrap_or("Your product");
        let (subject, outcome) = match approved {
            true => (format!("{subject} is published"), "was approved"),
            false => (format!("{subject} is not published"), "was not approved"),
        };
        let about = name.as_deref().unwrap_or("a product");
        let mut parts = vec![text(&format!("Your request to publish {about} at {school} {outcome}."))];
        parts.extend(answer.map(|answer| text(&answer)));
        (subject, parts)
    }
}
