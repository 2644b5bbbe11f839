//! Links whose mail leaves now.
//!
//! A mail says how long its link works, and may have waited: for a mail server that was down, or that there was none yet.
//! So the life of a link begins when its mail leaves. Until then nobody has its secret. A link that has ended otherwise
//! (because it was used, or the password is another one now) does not come back.

use crate::{email_changes, mailed_links, sign_up};
use school::error::Result;
use school::mails::Kind;
use store::{ServerKey, SiteId, Tx};

/// Lets the life of the link in a mail begin. False: the link works no more, and its mail is of no use.
pub fn begin_life(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, kind: Kind, secret: &str) -> Result<bool> {
    let now = tx.moment();
    Ok(match kind {
        Kind::ConfirmSignUp => store::sign_ups::begin_life(tx, site, &sign_up::fingerprint(key, secret), now)?,
        Kind::ConfirmEmail | Kind::EmailChangeAsked => {
            store::email_changes::begin_life(tx, site, &email_changes::fingerprint(key, secret), now)?
        }
        _ => store::mailed_links::begin_life(tx, site, &mailed_links::fingerprint(key, secret), now)?,
    })
}
