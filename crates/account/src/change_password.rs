//! Changing one's own password, by whoever knows the one that they have.

use crate::ACCOUNT_PATH;
use crate::account::AccountPage;
use crate::sign_in::too_many_tries;
use identity::own_account::{self, PasswordCheck};
use identity::passwords;
use identity::rights::Right;
use pages::fields::Problems;
use pages::return_to::see_other;
use pages::{PageResult, SubmittedForm};

/// `POST /account/password`. The try is counted in one transaction and the password changed in another, with hashing
/// between the two; the second goes by whether the password is still the one that was compared.
pub(super) async fn change_password(form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, device, fields } = form;
    let signed_in = visitor.signed_in(ACCOUNT_PATH)?;
    let refused = async |problems: Problems| -> PageResult {
        Ok(AccountPage::read(&signed_in).await?.show(&visitor, "", &problems))
    };
    let key = visitor.key();
    let begun =
        signed_in.write(Right::ManageOwnAccount, move |tx, actor| own_account::begin_password_check(tx, &key, actor));
    let begun = match begun.await {
        Err(error) => return refused(error.problems()?.into()).await,
        Ok(begun) => begun,
    };
    let (stored, known) = match begun {
        PasswordCheck::Begin(stored, session) => (stored, session),
        #[expect(
            clippy::redundant_closure,
            reason = "`refused` itself is not general enough over the lifetime of the future"
        )]
        PasswordCheck::Wait(seconds) => return too_many_tries(seconds, |problems| refused(problems)).await,
    };
    let (current, new) = (fields.get("current_password").to_owned(), fields.get("password").to_owned());
    let hashed = visitor.hash_known(known, move || {
        let verified = stored.verify(&current)?;
        Some((verified, passwords::hash(&new)))
    });
    let wrong = async || {
        signed_in.write(Right::ManageOwnAccount, own_account::refuse_password).await?;
        refused(Problems::one("current_password", "is not right")).await
    };
    let Some((verified, new)) = hashed.await? else { return wrong().await };
    let key = visitor.key();
    let changed = signed_in.write(Right::ManageOwnAccount, move |tx, actor| {
        own_account::change_password(tx, &key, actor, &verified, &new, &device)
    });
    match changed.await {
        Ok(Some(session)) => {
            let mut response = see_other("/account?done=password");
            visitor.set_session(&mut response, &session);
            Ok(response)
        }
        Ok(None) => wrong().await,
        Err(error) => refused(error.problems()?.into()).await,
    }
}
