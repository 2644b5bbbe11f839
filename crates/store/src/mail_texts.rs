//! Rows of the mails that a school has found words of its own for.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{SiteId, StoreError, Tx, params};

text_enum! {
    /// The mails to students whose words a school may change.
    pub enum MailTextKind {
        /// To somebody whom the school has invited.
        Invitation = "invitation",
        /// To somebody whom the school has made an account for.
        Welcome = "welcome",
        /// To somebody who has signed up: is this your address?
        ConfirmSignUp = "confirm_sign_up",
        /// To somebody with an account, when their address was signed up again.
        HasAccount = "has_account",
        /// A link to choose a password.
        NewPassword = "new_password",
        /// A link to sign in.
        SignInLink = "sign_in_link",
        /// To an address that somebody wants for theirs: is this your address?
        ConfirmEmail = "confirm_email",
        /// To somebody who has deleted their account.
        AccountDeleted = "account_deleted",
    }
}

table! {
    /// A mail's words.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MailTextRow in "mail_texts" of site {
        keys {
            /// Which mail.
            kind: MailTextKind,
        }
        values {
            /// What it is about.
            subject: String,
            /// What it says.
            body: String,
            /// When that was last changed.
            updated_at: i64,
        }
    }
}

/// Every mail that a school has found words for.
pub fn all(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<MailTextRow>, StoreError> {
    tx.query(select!(MailTextRow, "WHERE site_id = $1 ORDER BY kind"), params![site], MailTextRow::read)
}

/// The words that a school has found for a mail, if it has.
pub fn get(tx: &mut Tx<'_>, site: SiteId, kind: MailTextKind) -> Result<Option<MailTextRow>, StoreError> {
    tx.first(select!(MailTextRow, "WHERE site_id = $1 AND kind = $2"), params![site, kind], MailTextRow::read)
}

/// Writes the words of a mail, in the place of those that were there.
pub fn put(tx: &mut Tx<'_>, site: SiteId, text: &MailTextRow) -> Result<(), StoreError> {
    delete(tx, site, text.kind)?;
    text.insert(tx, site)?;
    Ok(())
}

/// Removes the words of a mail; whether there were any.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, kind: MailTextKind) -> Result<bool, StoreError> {
    let sql = "DELETE FROM mail_texts WHERE site_id = $1 AND kind = $2";
    Ok(tx.execute(sql, params![site, kind])? > 0)
}
