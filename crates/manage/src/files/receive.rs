//! A file that comes whole, in a form of one of the pages.

use crate::manager::Manager;
use pages::PageError;
pub(crate) use pages::receive_file::told;
use school::FileId;
use school::files::NewFile;
use web::uploads::FileForm;

/// Takes a file that comes whole in a form, and gives it when it can be used or waits to be looked at. Of one that is refused
/// nothing stays.
pub(crate) async fn receive(manager: &Manager, new: NewFile, form: FileForm) -> Result<FileId, PageError> {
    manager.receive(new, form).await
}
