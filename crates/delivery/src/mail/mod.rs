//! Mail on its way out: claimed, put into words, handed to a mail server, tried again, and written down.
//!
//! A mail is claimed for the length of a lease and its outcome written afterwards; when the process dies in between,
//! somebody claims it again. So a mail may come twice, then with the same Message-ID, but none is lost. On PostgreSQL
//! several nodes share the work.

mod failure;
mod letter;
pub mod letters;
pub mod mailbox;
mod own_words;
mod render;
pub mod usual_words;

pub use failure::reason;
use identity::sent_links;
use letters::Letter;
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use school::{Error, Site, mails};
use std::sync::Arc;
use std::time::Duration;
use store::mails::MailRow;
use store::{ServerKey, SiteId, Store, StoreError};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

/// How often there is a look for mail that is due.
const LOOK: Duration = Duration::from_secs(1);
/// So many mails of a school are claimed at once, and sent at once.
const AT_ONCE: i64 = 8;
/// How long the mail server may take for one.
const TIMEOUT: Duration = Duration::from_secs(60);
/// For how long a claimed mail is left alone by everybody else, in milliseconds: longer than the timeout.
const LEASE: i64 = 3 * 60_000;
/// Mail that could not be sent for so long is given up, in milliseconds.
const GIVEN_UP: i64 = mails::TRIED_FOR_MS;
/// Why a mail waits where there is no mail server.
const NO_SERVER: &str = "there is no mail server";
/// The pauses after the first tries, in milliseconds; the last goes on.
const PAUSES: [i64; 6] = [30_000, 2 * 60_000, 10 * 60_000, 60 * 60_000, 4 * 3_600_000, 8 * 3_600_000];
/// How long what became of mail is kept, in milliseconds.
const KEPT: i64 = 30 * 86_400_000;
/// How often there is a look for what is older, and how much is removed in one transaction.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
const PRUNED_AT_ONCE: i64 = 200;

/// Where mail goes.
#[derive(Clone)]
pub enum Route {
    /// To a mail server, from an address.
    Server(Box<AsyncSmtpTransport<Tokio1Executor>>, lettre::Address),
    /// Into the mailbox of development.
    Mailbox,
    /// Nowhere: it waits, and is given up.
    Nowhere,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Server(..) => "Server",
            Self::Mailbox => "Mailbox",
            Self::Nowhere => "Nowhere",
        })
    }
}

impl Route {
    /// The address that mail is from, where it leaves.
    #[must_use]
    pub fn sender(&self) -> Option<&lettre::Address> {
        match self {
            Self::Server(_, from) => Some(from),
            Self::Mailbox | Self::Nowhere => None,
        }
    }

    /// Sends one mail to this address, to see whether that works; gives what the mail server answered.
    ///
    /// # Errors
    /// Why it did not: also where mail does not leave.
    pub async fn send_test_mail(&self, to: &str) -> Result<String, String> {
        let Self::Server(transport, from) = self else { return Err("there is no mail server".to_owned()) };
        let message = render::test_message(from, to).ok_or_else(|| format!("{to} is not an address"))?;
        match tokio::time::timeout(TIMEOUT, transport.send(message)).await {
            Ok(Ok(answer)) => {
                let said = answer.message().collect::<Vec<_>>().join(" ");
                Ok(format!("{} {said}", answer.code()))
            }
            Ok(Err(error)) => Err(failure::with_causes(&error)),
            Err(_) => Err(TIMED_OUT.to_owned()),
        }
    }

    /// To the mail server with this address: `smtps://user:password@host`, `smtp://host:25`,
    /// `smtp://user:password@host:587?tls=required`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with either address.
    pub fn server(url: &str, from: &str) -> Result<Self, String> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            // The error might hold the address, and that the password.
            .map_err(|_| "smtp_url must be like smtps://user:password@host or smtp://host:25".to_owned())?
            .timeout(Some(TIMEOUT))
            .build();
        let from: lettre::message::Mailbox =
            from.parse().map_err(|_| "mail_from must be like Scholae <scholae@example.org>".to_owned())?;
        Ok(Self::Server(Box::new(transport), from.email))
    }
}

/// How links to a school begin, by its subdomain.
pub type SiteUrl = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// What the sender of mail works with.
#[derive(Clone)]
pub struct Mailer {
    /// Where the mail is.
    pub store: Store,
    /// What opens what is sealed.
    pub key: ServerKey,
    /// Where it goes.
    pub route: Route,
    /// Where its links lead.
    pub site_url: SiteUrl,
}

/// The sender of mail at work; dropped, it ends at once, and what it was sending is sent again.
#[derive(Debug)]
pub struct Running {
    stop: Option<oneshot::Sender<()>>,
    work: JoinHandle<()>,
}

impl Running {
    /// Begins nothing more and lets what is under way end.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Err(error) = (&mut self.work).await {
            tracing::error!(%error, "the sender of mail ended badly");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.work.abort();
    }
}

/// Begins to send mail. Called on a tokio runtime, where the work then runs.
///
/// # Panics
/// Outside a tokio runtime.
#[must_use]
pub fn start(mailer: Mailer) -> Running {
    let (stop, mut stopped) = oneshot::channel();
    let work = tokio::spawn(async move {
        let mut pruned: Option<tokio::time::Instant> = None;
        let mut waited = !matches!(mailer.route, Route::Nowhere);
        loop {
            if waited {
                match mailer.send_what_waited().await {
                    Ok(()) => waited = false,
                    Err(StoreError::Closed) => return,
                    Err(error) => {
                        tracing::warn!(%error, "mail that waited for a mail server could not be looked after")
                    }
                }
            }
            if let Err(error) = mailer.send_due().await {
                if matches!(error, StoreError::Closed) {
                    return;
                }
                tracing::warn!(%error, "mail could not be looked after");
            }
            if pruned.is_none_or(|at| at.elapsed() >= PRUNE_EVERY) {
                pruned = Some(tokio::time::Instant::now());
                if let Err(error) = mailer.prune().await {
                    tracing::warn!(%error, "old mail could not be removed");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = &mut stopped => return,
            }
        }
    });
    Running { stop: Some(stop), work }
}

/// A claimed mail: in words, or why it has none.
type Claimed = (MailRow, Result<Letter, &'static str>);

impl Mailer {
    /// Sends everything that is due now, of every school; gives how many mails there were.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn send_due(&self) -> Result<usize, StoreError> {
        let now = store::now();
        let mut sent = 0;
        for site in self.store.read(move |tx| store::mails::due(tx, now)).await? {
            loop {
                let had = match &self.route {
                    Route::Mailbox => self.put_into_mailbox(site).await?,
                    Route::Server(transport, from) => self.to_server(site, transport, from).await?,
                    Route::Nowhere => self.give_up(site).await?,
                };
                sent += had;
                if had < AT_ONCE as usize {
                    break;
                }
            }
        }
        Ok(sent)
    }

    /// Lets mail that only waited because there was no mail server be due now.
    async fn send_what_waited(&self) -> Result<(), StoreError> {
        for site in self.store.read(store::sites::all).await? {
            let site = site.id;
            let write = self.store.write(site, move |tx| {
                let now = tx.moment();
                store::mails::due_after_all(tx, site, now, now + LEASE, NO_SERVER)
            });
            write.await?;
        }
        Ok(())
    }

    /// Puts what is due into the mailbox, in one transaction: each mail once.
    async fn put_into_mailbox(&self, site: SiteId) -> Result<usize, StoreError> {
        let (key, site_url) = (self.key.clone(), Arc::clone(&self.site_url));
        let boxed = self.store.write(site, move |tx| -> school::Result<usize> {
            let Some(school) = store::sites::get(tx, site)?.map(Site::from) else { return Ok(0) };
            let claimed = claim(tx, &key, &school)?;
            for (mail, letter) in &claimed {
                let outcome = match letter {
                    Ok(letter) => {
                        mailbox::put(tx, &key, &school, mail, letter, &site_url(&school.subdomain))?;
                        "in the mailbox"
                    }
                    Err(why) => why,
                };
                let now = tx.moment();
                store::mails::end(tx, site, mail.id, now, outcome)?;
            }
            Ok(claimed.len())
        });
        boxed.await.map_err(of_store)
    }

    /// Hands what is due to the mail server.
    async fn to_server(
        &self,
        site: SiteId,
        transport: &AsyncSmtpTransport<Tokio1Executor>,
        from: &lettre::Address,
    ) -> Result<usize, StoreError> {
        let key = self.key.clone();
        let claimed = self.store.write(site, move |tx| -> school::Result<_> {
            let Some(school) = store::sites::get(tx, site)?.map(Site::from) else { return Ok(None) };
            let claimed = claim(tx, &key, &school)?;
            Ok(Some((school, claimed)))
        });
        let Some((school, claimed)) = claimed.await.map_err(of_store)? else { return Ok(0) };
        let (had, site_url) = (claimed.len(), (self.site_url)(&school.subdomain));
        let mut sending = JoinSet::new();
        for (mail, letter) in claimed {
            let (transport, from) = (transport.clone(), from.clone());
            let (site_url, gid) = (site_url.clone(), school.gid.clone());
            sending.spawn(async move {
                let outcome = match letter {
                    Err(why) => Outcome::Ended(why),
                    Ok(letter) => match render::message(&letter, &site_url, &from, &format!("{}.{gid}", mail.id)) {
                        None => Outcome::Ended("not an address"),
                        Some(message) => match tokio::time::timeout(TIMEOUT, transport.send(message)).await {
                            Ok(Err(error)) if error.is_permanent() => Outcome::refused(&error, site, &mail),
                            Ok(sent) => Outcome::of(sent.map(drop).map_err(|error| reason(&error)), site, &mail),
                            Err(_) => Outcome::of(Err(TIMED_OUT.to_owned()), site, &mail),
                        },
                    },
                };
                (mail, outcome)
            });
        }
        while let Some(ended) = sending.join_next().await {
            match ended {
                Ok((mail, outcome)) => self.note(site, mail, outcome).await?,
                Err(error) => tracing::error!(%error, "sending a mail ended badly"),
            }
        }
        Ok(had)
    }

    async fn note(&self, site: SiteId, mail: MailRow, outcome: Outcome) -> Result<(), StoreError> {
        let write = self.store.write(site, move |tx| {
            let now = tx.moment();
            match &outcome {
                Outcome::Ended(how) => store::mails::end(tx, site, mail.id, now, how).map(|_| ()),
                Outcome::Refused(why) => {
                    store::mails::failed(tx, site, mail.id, why)?;
                    store::mails::end(tx, site, mail.id, now, "refused").map(|_| ())
                }
                Outcome::Again(why) if now - mail.created_at >= GIVEN_UP => {
                    tracing::warn!(site = site.get(), mail = mail.id.get(), why, "a mail was given up");
                    store::mails::failed(tx, site, mail.id, why)?;
                    store::mails::end(tx, site, mail.id, now, "given up").map(|_| ())
                }
                Outcome::Again(why) => store::mails::again(tx, site, mail.id, now + pause(mail.tries), why),
            }
        });
        write.await
    }

    /// Where mail goes nowhere, what has waited for too long is given up.
    async fn give_up(&self, site: SiteId) -> Result<usize, StoreError> {
        let write = self.store.write(site, move |tx| -> Result<usize, StoreError> {
            let now = tx.moment();
            let claimed = store::mails::claim(tx, site, now, now + PAUSES[3], AT_ONCE)?;
            for mail in &claimed {
                store::mails::failed(tx, site, mail.id, NO_SERVER)?;
                if now - mail.created_at >= GIVEN_UP {
                    store::mails::end(tx, site, mail.id, now, "given up")?;
                }
            }
            Ok(claimed.len())
        });
        write.await
    }

    /// Forgets what became of mail long ago, in small steps.
    async fn prune(&self) -> Result<(), StoreError> {
        let before = store::now() - KEPT;
        for site in self.store.read(store::sites::all).await? {
            let site = site.id;
            while self.store.write(site, move |tx| store::mails::prune(tx, site, before, PRUNED_AT_ONCE)).await?
                >= PRUNED_AT_ONCE as u64
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }
}

/// What is said of a mail server that says nothing.
const TIMED_OUT: &str = "the mail server did not answer in time";

/// What became of an attempt.
enum Outcome {
    /// Nothing more happens to it.
    Ended(&'static str),
    /// The mail server does not want it, and says why.
    Refused(String),
    /// It is tried again; why it failed.
    Again(String),
}

impl Outcome {
    fn of(sent: Result<(), String>, site: SiteId, mail: &MailRow) -> Self {
        let Err(why) = sent else { return Self::Ended("sent") };
        tracing::warn!(
            site = site.get(),
            mail = mail.id.get(),
            why,
            tries = mail.tries,
            "a mail could not be sent; it is tried again"
        );
        Self::Again(why)
    }

    fn refused(error: &SmtpError, site: SiteId, mail: &MailRow) -> Self {
        let why = reason(error);
        tracing::warn!(site = site.get(), mail = mail.id.get(), why, "the mail server refuses a mail");
        Self::Refused(why)
    }
}

/// The pause after so many tries, in milliseconds.
fn pause(tries: i64) -> i64 {
    let index = usize::try_from(tries - 1).unwrap_or(0).min(PAUSES.len() - 1);
    PAUSES[index]
}

/// Claims mail of a school and finds its words.
fn claim(tx: &mut store::Tx<'_>, key: &ServerKey, school: &Site) -> school::Result<Vec<Claimed>> {
    let now = tx.moment();
    let rows = store::mails::claim(tx, school.id, now, now + LEASE, AT_ONCE)?;
    let mut claimed = Vec::with_capacity(rows.len());
    for mail in rows {
        let letter = match letters::compose(tx, key, school, &mail) {
            Ok(Some(letter)) => match letter.secret.is_empty()
                || sent_links::begin_life(tx, key, school.id, mail.kind, &letter.secret)?
            {
                true => Ok(letter),
                false => Err("its link works no more"),
            },
            Ok(None) => Err("nobody to read it"),
            // Sealed under a key that this server no longer has.
            Err(Error::Store(StoreError::Sealed)) => Err("cannot be opened"),
            Err(error) => return Err(error),
        };
        claimed.push((mail, letter));
    }
    Ok(claimed)
}

fn of_store(error: Error) -> StoreError {
    match error {
        Error::Store(error) => error,
        other => StoreError::Engine(other.to_string()),
    }
}
