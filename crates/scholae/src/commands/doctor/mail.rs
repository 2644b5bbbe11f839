//! What `doctor` asks about mail: whether it leaves, from whom, what came back, and whether one arrives.

use super::Report;
use crate::config::{Config, Failure};
use delivery::mail::Route;
use store::Store;

/// Failures are told for so long, in milliseconds: as long as a mail is tried.
const TOLD: i64 = 3 * 86_400_000;

/// Whether mail leaves.
pub(super) fn route(config: &Config, report: &mut Report) {
    let check = "mail";
    match config.mail() {
        Err(error) => report.failed(check, error.to_string(), "look at smtp_url (SCHOLAE_SMTP_URL) and mail_from"),
        Ok(Route::Nowhere) => report.warning(check, NO_MAIL, SET_MAIL),
        Ok(Route::Mailbox) if config.web(0).base_domain != "localhost" => report.warning(
            check,
            "it is kept in the mailbox of development, which everybody can read at /mailbox",
            "set mailbox = false (SCHOLAE_MAILBOX) and smtp_url (SCHOLAE_SMTP_URL)",
        ),
        Ok(Route::Mailbox) => report.ok(check, "it is kept in the mailbox of development, at /mailbox"),
        Ok(route) => match sender_is_nobodys(&route) {
            Some(from) => report.warning(check, format!("it is from {from}, {NOBODYS_SENDER}"), SET_SENDER),
            None => report.ok(check, "there is a mail server; --mail-to ADDRESS tries it"),
        },
    }
}

/// Why mails could not be sent lately.
pub(super) fn failures(store: &Store, report: &mut Report) {
    let check = "mail failures";
    let since = store::now() - TOLD;
    match store.read_now(move |tx| store::mails::failures(tx, since)) {
        Err(error) => report.failed(check, error.to_string(), "see the line on the database"),
        Ok(failures) if failures.is_empty() => report.ok(check, "none in the last three days"),
        Ok(failures) => {
            let told = failures.iter().take(3).map(|failure| {
                format!("{} ({} to be tried again, {} given up)", failure.failure, failure.waiting, failure.ended)
            });
            report.warning(
                check,
                told.collect::<Vec<_>>().join("; "),
                "look at smtp_url (SCHOLAE_SMTP_URL), mail_from and the mail server's log; --mail-to ADDRESS tries one",
            );
        }
    }
}

/// Sends one mail, and tells what the mail server answered.
///
/// # Errors
/// When no runtime can be had.
pub(super) fn send(config: &Config, to: &str, report: &mut Report) -> Result<(), Failure> {
    let check = "test mail";
    let Ok(route) = config.mail() else { return Ok(()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match (runtime.block_on(route.send_test_mail(to)), route) {
        (Ok(answer), _) => report.ok(check, format!("the mail server has taken one to {to}: {answer}")),
        (Err(why), Route::Server(..)) => {
            report.failed(check, why, "look at smtp_url (SCHOLAE_SMTP_URL), mail_from and the mail server's log");
        }
        (Err(why), _) => report.failed(check, why, SET_MAIL),
    }
    Ok(())
}

/// The sender of mail, when nobody else on the internet would take it for one.
#[must_use]
pub fn sender_is_nobodys(route: &Route) -> Option<String> {
    let from = route.sender()?;
    let domain = from.domain().to_ascii_lowercase();
    let nobodys = !domain.contains('.') || domain.ends_with(".localhost") || domain.ends_with(".local");
    nobodys.then(|| from.to_string())
}

/// What it means that there is no mail server.
pub const NO_MAIL: &str = "there is no mail server: nobody can confirm an address or get a link; mail waits, and is \
                           given up after three days";
/// What to do about it.
pub const SET_MAIL: &str = "set smtp_url (SCHOLAE_SMTP_URL) to the mail server; for trying out, mailbox = true \
                            (SCHOLAE_MAILBOX) keeps mail at /mailbox";
/// What it means that mail is from this machine.
pub const NOBODYS_SENDER: &str =
    "a name of this machine alone: most mail servers refuse such mail, or take it for spam";
/// What to do about it.
pub const SET_SENDER: &str =
    "set mail_from (SCHOLAE_MAIL_FROM) to an address of your own domain, for which the mail server may send";
