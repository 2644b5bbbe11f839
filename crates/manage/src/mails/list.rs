//! `GET /manage/mails`: the mails that could not be sent, and why.

use super::LIST;
use crate::manager::Manager;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::PageResult;
use pages::components::{Badge, Banner, EmptyState, Icon, Tone, moment};
use pages::frame::FramedPage;
use school::mails::{self, Kind, MOST_UNSENT, Recipient, UnsentMail};
use school::{UserId, now, users};
use web::Tx;

/// What is shown.
struct MailListView {
    /// Since when mail waits that nothing sends.
    waiting_since: Option<i64>,
    /// Each mail with the user whom it is for, and their address.
    mails: Vec<(UnsentMail, Option<(UserId, String)>)>,
}

/// `GET /manage/mails`
pub(super) async fn show(manager: Manager) -> PageResult {
    let (area, view) = manager.read(MailListView::read).await?;
    let framed = FramedPage::new(LIST, "Mail", view.body())
        .intro("What could not be sent in the last 30 days, and why. What was sent is not listed.");
    manager.show(&area, framed)
}

/// What a mail is about.
fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Welcome => "Welcome",
        Kind::ConfirmSignUp => "Confirming an address",
        Kind::HasAccount => "Has an account already",
        Kind::HasPassword => "Has a password already",
        Kind::NewPassword => "A link to choose a password",
        Kind::SignInLink => "A link to sign in",
        Kind::SchoolClosed => "The school is closed",
        Kind::PasswordChanged => "A password has changed",
        Kind::SecondFactorOn => "A second factor was turned on",
        Kind::SecondFactorOff => "A second factor was turned off",
        Kind::RecoveryCodeUsed => "A recovery code was used",
        Kind::ConfirmEmail => "Confirming another address",
        Kind::EmailTaken => "Somebody asked for an address in use",
        Kind::EmailChangeAsked => "Another address was asked for",
        Kind::ChangeEmailLink => "A link to change an address",
        Kind::DeleteAccountLink => "A link to delete an account",
        Kind::AccountDeleted => "An account was deleted",
        Kind::PublishRequestApproved => "A product is published",
        Kind::PublishRequestDenied => "A product is not published",
        Kind::WebhookSwitchedOff => "A webhook was switched off",
    }
}

impl MailListView {
    fn read(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Self> {
        let site = actor.site().id;
        let mut mails = Vec::new();
        for mail in mails::unsent(tx, site)? {
            let to = match mail.recipient {
                Recipient::User(id) => users::find(tx, site, id)?.map(|user| (id, user.email.clone())),
                Recipient::Sealed => None,
            };
            mails.push((mail, to));
        }
        Ok(Self { waiting_since: mails::waiting_since(tx, site, now())?, mails })
    }

    fn body(&self) -> Markup {
        html! {
            @if let Some(since) = self.waiting_since {
                (Banner::new(Tone::Danger, "Mail is not sent", html! {
                    p {
                        "Nothing has been sent since " (moment(since)) ". Whoever runs the server sets a mail server in its "
                        "configuration; the command " code { "scholae doctor" } " says what is wrong. What waits is sent then."
                    }
                }))
            }
            div.card {
                @if self.mails.is_empty() {
                    (EmptyState {
                        icon: Icon::Mail,
                        title: "No mail has failed",
                        text: "Mails that the mail server refuses, or cannot take for now, stand here with the reason.",
                        actions: html! {},
                    })
                } @else {
                    div.scroll {
                        table.stack {
                            caption.visually-hidden { "Mails that could not be sent" }
                            thead { tr { @for column in ["Mail", "To", "Why", "Tried", "Queued"] { th scope="col" { (column) } } } }
                            tbody { @for (mail, to) in &self.mails { (row(mail, to.as_ref())) } }
                        }
                    }
                    @if self.mails.len() as i64 >= MOST_UNSENT {
                        footer { "The newest " (MOST_UNSENT) " are shown." }
                    }
                }
            }
        }
    }
}

fn row(mail: &UnsentMail, to: Option<&(UserId, String)>) -> Markup {
    html! {
        tr {
            td {
                (label(mail.kind)) " "
                @match mail.due_at {
                    Some(_) => (Badge::new("Tried again", Tone::Warning)),
                    None => (Badge::new("Given up", Tone::Danger)),
                }
            }
            td data-label="To" {
                @match to {
                    Some((id, email)) => a href={ "/manage/users/" (id) } { (email) },
                    None => span.muted { "Somebody without an account" },
                }
            }
            td data-label="Why" { (mail.failure) }
            td data-label="Tried" { (mail.tries) " times" @if let Some(due) = mail.due_at { span.sub { "next " (moment(due)) } } }
            td data-label="Queued" { (moment(mail.created_at)) }
        }
    }
}
