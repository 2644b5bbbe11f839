//! Showing in a session that one is who one is, before something that a stolen session must not do: by the password, or,
//! where there is none, by a link from a mail.

use crate::sign_in::too_many_tries;
use identity::own_account::{self, PasswordCheck, Proof};
use identity::rights::Right;
use pages::fields::{Field, Problems};
use pages::{PageError, PageResult, SignedInVisitor};

/// The field in which the password is asked for.
pub(super) fn password_field<'f>() -> Field<'f> {
    Field::password("current_password", "Your password", "current-password")
}

/// Compares a password with that of whoever is signed in. The try is counted in one transaction, and compared after it.
/// `refused` shows the form again when it cannot be tried or is wrong.
///
/// # Errors
/// The page to show instead.
pub(super) async fn by_password(
    signed_in: &SignedInVisitor<'_>,
    password: &str,
    refused: impl AsyncFnOnce(Problems) -> PageResult,
) -> Result<Proof, PageResult> {
    let visitor = signed_in.visitor();
    let key = visitor.key();
    let begun =
        signed_in.write(Right::SecureOwnAccount, move |tx, actor| own_account::begin_password_check(tx, &key, actor));
    let (stored, known) = match begun.await {
        Ok(PasswordCheck::Begin(stored, session)) => (stored, session),
        Ok(PasswordCheck::Wait(seconds)) => return Err(too_many_tries(seconds, refused).await),
        Err(error) => return Err(again(error, refused).await),
    };
    let password = password.to_owned();
    match visitor.hash_known(known, move || stored.verify(&password)).await {
        Ok(Some(verified)) => Ok(Proof::Password(verified)),
        Ok(None) => Err(wrong(signed_in, refused).await),
        Err(error) => Err(Err(error)),
    }
}

/// The form again, with what is wrong with it.
async fn again(error: PageError, refused: impl AsyncFnOnce(Problems) -> PageResult) -> PageResult {
    refused(error.problems()?.into()).await
}

/// Records that the password was wrong, and shows the form again.
pub(super) async fn wrong(
    signed_in: &SignedInVisitor<'_>,
    refused: impl AsyncFnOnce(Problems) -> PageResult,
) -> PageResult {
    signed_in.write(Right::SecureOwnAccount, own_account::refuse_password).await?;
    refused(Problems::one("current_password", "is not right")).await
}
