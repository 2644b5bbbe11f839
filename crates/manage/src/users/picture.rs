//! The picture of a user, uploaded on the page where they are edited.

use super::edit::EditPage;
use super::path;
use super::user_form::UserForm;
use crate::files::receive::{receive, told};
use crate::manager::ManagerUpload;
use identity::managed_users;
use pages::fields::Problems;
use pages::return_to::see_other;
use pages::upload::SentFile;
use pages::{PageError, PageResult, PathId};
use school::UserId;
use school::files::{self, NewFile, Visibility};
use web::uploads::content_length;

/// `POST /manage/users/{id}/picture`
pub(super) async fn upload(PathId(id): PathId<UserId>, upload: ManagerUpload) -> PageResult {
    let ManagerUpload { manager, headers, file, .. } = upload;
    let page = EditPage::read(&manager, id).await?;
    let set = async {
        let SentFile::Form(form) = file else {
            return Err(PageError::Refused(school::Error::invalid("file", "Please choose a picture")));
        };
        let (name, size) = (form.file_name.clone(), content_length(&headers));
        let new = NewFile { name, size, visibility: Visibility::Public, avatar_of: Some(id) };
        let picture = receive(&manager, new, *form).await?;
        let addresses = manager.app.file_addresses();
        let set = manager.write(move |tx, actor| managed_users::set_picture(tx, actor, id, picture, &addresses));
        if let Err(error) = set.await {
            // It is nobody's picture then. One that cannot be removed now is found among the files.
            let _removed = manager.write(move |tx, actor| files::delete(tx, actor.site().id, picture)).await;
            return Err(error);
        }
        Ok(())
    };
    match set.await {
        Ok(()) => Ok(see_other(&format!("{}?done=saved", path(id)))),
        Err(error) => {
            let problems = Problems::one("file", told(error)?);
            page.show(&manager, &UserForm::of(&page.user, page.definitions.clone()), &problems)
        }
    }
}
