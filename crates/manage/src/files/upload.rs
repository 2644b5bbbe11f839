//! `/manage/files/new`: uploading. Without script one file in one form; with script as many as wanted, in parts.

use super::{LIST, UPLOADS, path};
use crate::manager::{Area, Manager, ManagerUpload};
use maud::html;
use pages::components::{Choice, FileDrop, FormField, Input};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::upload::SentFile;
use pages::{PageError, PageResult};
use school::FileId;
use school::files::{self, FileState, NewFile, Visibility, in_words};
use web::uploads::content_length;

/// `GET /manage/files/new`
pub(super) async fn show(manager: Manager) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    page(&manager, &area, Visibility::Private, &Problems::default())
}

fn page(manager: &Manager, area: &Area, chosen: Visibility, problems: &Problems) -> PageResult {
    let choices = vec![
        Choice { value: "private", label: "Private: students of the lessons that use it" },
        Choice { value: "public", label: "Public: whoever has its address" },
    ];
    let problem = problems.iter().map(|(_, text)| text).collect::<Vec<_>>().join(". ");
    let limit = in_words(manager.app.files().limits().size);
    let hint = format!(
        "Pictures, video, audio, PDFs, captions and other files of {limit} at most. What a file is, its content says."
    );
    let drop = FileDrop {
        action: LIST,
        begin: UPLOADS,
        hidden: manager.csrf(),
        fields: html! { (FormField::new("visibility", "Who may have it", chosen.name(), Input::Select(choices))) },
        hint: &hint,
        problem: &problem,
    };
    let body = html! { div.card { div.body { (drop) } } };
    manager
        .show(area, FramedPage::new(LIST, "Upload files", body).below("Files", LIST).narrow().with_problems(problems))
}

/// `POST /manage/files`
pub(super) async fn create(upload: ManagerUpload) -> PageResult {
    let ManagerUpload { manager, fields, headers, file } = upload;
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let visibility = Visibility::named(fields.get("visibility")).unwrap_or_default();
    let SentFile::Form(form) = file else {
        return page(&manager, &area, visibility, &Problems::one("file", "Please choose a file"));
    };
    let new = NewFile { name: form.file_name.clone(), size: content_length(&headers), visibility, avatar_of: None };
    match received(&manager, new, form).await {
        Ok(id) => Ok(see_other(&format!("{}?done=uploaded", path(id)))),
        Err(error) => {
            let problems = error.problems()?;
            let told = problems.into_iter().map(|(field, text)| match &*field {
                "size" => (field, format!("The file {text}")),
                _ => (field, text),
            });
            page(&manager, &area, visibility, &told.collect::<Vec<_>>().into())
        }
    }
}

/// Takes a file that comes whole.
async fn received(manager: &Manager, new: NewFile, form: web::uploads::FileForm) -> Result<FileId, PageError> {
    let limits = *manager.app.files().limits();
    let begun = manager.write(move |tx, actor| {
        let site = actor.site();
        Ok((files::begin(tx, site.id, &new, &limits)?, site.id, site.gid.clone()))
    });
    let (file, site, gid) = begun.await?;
    let id = file.id;
    let ended = match manager.app.receive_whole((site, &gid), &file, form.into_bytes()).await {
        Ok(parts) => {
            manager.write(move |tx, actor| files::complete_with(tx, actor.site().id, id, &parts)).await.map(drop)
        }
        Err(error) => Err(error.into()),
    };
    if let Err(error) = ended {
        // One that cannot be removed now is given up by itself.
        let _given_up = manager.write(move |tx, actor| files::delete(tx, actor.site().id, id)).await;
        return Err(error);
    }
    manager.app.look_at_file(site, id).await;
    // One that is refused is told of here, and nothing of it stays.
    let told = manager.write(move |tx, actor| {
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
