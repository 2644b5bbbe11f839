//! One's own picture, uploaded on the page of one's account.

use crate::ACCOUNT_PATH;
use crate::account::AccountPage;
use axum::extract::State;
use identity::own_account;
use identity::rights::Right;
use pages::fields::Problems;
use pages::receive_file::{receive, told};
use pages::return_to::see_other;
use pages::upload::{SentFile, SubmittedUpload};
use pages::{PageError, PageResult};
use school::files::{self, NewFile, Visibility};
use web::App;
use web::uploads::content_length;

const RIGHT: Right = Right::ManageOwnAccount;

/// `POST /account/picture`
pub(super) async fn upload(State(app): State<App>, upload: SubmittedUpload) -> PageResult {
    let SubmittedUpload { visitor, headers, file, .. } = upload;
    let signed_in = visitor.signed_in(ACCOUNT_PATH)?;
    let set = async {
        let SentFile::Form(form) = file else {
            return Err(PageError::Refused(school::Error::invalid("file", "Please choose a picture")));
        };
        let user = signed_in.read(RIGHT, |_, actor| Ok(actor.user_id())).await?;
        let (name, size) = (form.file_name.clone(), content_length(&headers));
        let new = NewFile { name, size, visibility: Visibility::Public, avatar_of: Some(user) };
        let picture = receive(&app, &signed_in, RIGHT, new, *form).await?;
        let addresses = app.file_addresses();
        let set = signed_in.write(RIGHT, move |tx, actor| own_account::set_picture(tx, actor, picture, &addresses));
        if let Err(error) = set.await {
            // It is nobody's picture then. One that cannot be removed now is found among the files.
            let _removed = signed_in.write(RIGHT, move |tx, actor| files::delete(tx, actor.site().id, picture)).await;
            return Err(error);
        }
        Ok(())
    };
    match set.await {
        Ok(()) => Ok(see_other("/account?done=picture")),
        Err(error) => {
            let problems = Problems::one("file", &told(error)?);
            Ok(AccountPage::read(&signed_in).await?.show(&visitor, "", &problems))
        }
    }
}

/// `POST /account/picture/remove`
pub(super) async fn remove(form: pages::SubmittedForm) -> PageResult {
    form.visitor.signed_in(ACCOUNT_PATH)?.write(RIGHT, own_account::remove_picture).await?;
    Ok(see_other("/account?done=no_picture"))
}
