//! The step by which somebody without a password shows who they are, before something that a stolen session must not do:
//! a link is sent to them, and opens the page anew.

use crate::sign_up::{check_your_mail, link_gone};
use identity::actor::Actor;
use identity::mailed_links::{self, Purpose};
use identity::own_account::Proof;
use identity::rights::Right;
use maud::{Markup, html};
use pages::school_page::csrf_field;
use pages::{PageError, PageResult, SignedInVisitor, SubmittedForm, Visitor};
use web::{ServerKey, Tx};

/// Sends the link; the seconds to wait when too many were asked for.
type Ask = fn(&mut Tx<'_>, &ServerKey, &Actor) -> school::error::Result<Option<u64>>;

/// The step before one thing.
pub(super) struct LinkStep {
    /// Where the thing is done. The form that asks for the link goes to `/link` below it.
    pub path: &'static str,
    /// Where it is done by a link, which ends with its secret.
    pub by_link: &'static str,
    /// What the link is for.
    pub purpose: Purpose,
    /// What they open the link to do: the end of a sentence.
    pub what_for: &'static str,
    /// Sends the link.
    pub ask: Ask,
}

impl LinkStep {
    /// Where a link leads.
    pub fn place(&self, secret: &str) -> String {
        format!("{}/{secret}", self.by_link)
    }

    /// What a link shows.
    pub fn proof(&self, secret: String) -> Proof {
        Proof::Link(self.purpose, secret)
    }

    /// What is said to whoever has no password, with the form that asks for the link.
    pub fn offer(&self, visitor: &Visitor, text: &str) -> Markup {
        html! {
            p { "You have not chosen a password. " (text) }
            form method="post" action={ (self.path) "/link" } {
                (csrf_field(visitor))
                button type="submit" { "Send the link" }
            }
        }
    }

    /// Sends the link to whoever is signed in.
    pub async fn request(&self, form: SubmittedForm) -> PageResult {
        let SubmittedForm { visitor, .. } = form;
        let signed_in = visitor.signed_in(self.path)?;
        let email = signed_in.session.email.clone();
        let (key, ask) = (visitor.key(), self.ask);
        match signed_in.write(Right::ManageOwnAccount, move |tx, actor| ask(tx, &key, actor)).await? {
            Some(seconds) => Err(PageError::TooMany(seconds)),
            None => Ok(check_your_mail(&visitor, &email, self.what_for)),
        }
    }

    /// Shows the page that a link opens, to whom it was sent.
    pub async fn open(
        &self,
        visitor: &Visitor,
        secret: &str,
        show: impl AsyncFnOnce(SignedInVisitor<'_>, &str) -> PageResult,
    ) -> PageResult {
        let here = self.place(secret);
        let signed_in = visitor.signed_in(&here)?;
        let (key, purpose, secret) = (visitor.key(), self.purpose, secret.to_owned());
        let works = signed_in
            .read(Right::ManageOwnAccount, move |tx, actor| mailed_links::is_of(tx, &key, actor, purpose, &secret));
        if works.await? { show(signed_in, &here).await } else { Ok(link_gone(visitor)) }
    }
}
