//! A file that comes whole, in a form of one of our pages.

use crate::error::PageError;
use crate::visitor::SignedInVisitor;
use identity::rights::Right;
use school::FileId;
use school::files::{self, FileState, NewFile};
use web::App;
use web::uploads::FileForm;

/// What is wrong with a file, as it is told beside the field.
///
/// # Errors
/// The error, when it is about something else.
pub fn told(error: PageError) -> Result<String, PageError> {
    let told = error.problems()?.into_iter().map(|(field, text)| match &*field {
        "size" => format!("The file {text}"),
        "name" => format!("The name {text}"),
        _ => text,
    });
    Ok(told.collect::<Vec<_>>().join(". "))
}

/// Takes a file that comes whole in a form from somebody with a right, and gives it when it can be used or waits to be
/// looked at. Of one that is refused nothing stays.
///
/// # Errors
/// [`PageError::Refused`] with what is wrong with the file ([`told`]); as [`SignedInVisitor::write`].
pub async fn receive(
    app: &App,
    visitor: &SignedInVisitor<'_>,
    right: Right,
    new: NewFile,
    form: FileForm,
) -> Result<FileId, PageError> {
    let limits = *app.files().limits();
    let begun = visitor.write(right, move |tx, actor| {
        let site = actor.site();
        Ok((files::begin(tx, site.id, &new, &limits)?, site.id, site.gid.clone()))
    });
    let (file, site, gid) = begun.await?;
    let id = file.id;
    let ended = match app.receive_whole((site, &gid), &file, form.into_bytes()).await {
        Ok(parts) => {
            let complete = visitor.write(right, move |tx, actor| files::complete_with(tx, actor.site().id, id, &parts));
            complete.await.map(drop)
        }
        Err(error) => Err(error.into()),
    };
    if let Err(error) = ended {
        // One that cannot be removed now is given up by itself.
        let _given_up = visitor.write(right, move |tx, actor| files::delete(tx, actor.site().id, id)).await;
        return Err(error);
    }
    app.look_at_file(site, id).await;
    // One that is refused is told of here, and nothing of it stays.
    let told = visitor.write(right, move |tx, actor| {
        let file = files::get(tx, actor.site().id, id)?;
        match (file.state, file.problem) {
            (FileState::Refused, Some(problem)) => {
                files::delete(tx, actor.site().id, id)?;
                Ok(Some(problem))
            }
            _ => Ok(None),
        }
    });
    match told.await? {
        Some(problem) => Err(school::Error::invalid("file", problem).into()),
        None => Ok(id),
    }
}
