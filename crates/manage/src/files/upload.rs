//! `/manage/files/new`: uploading. Without script one file in one form; with script as many as wanted, in parts.

use super::receive::{receive, told};
use super::{LIST, UPLOADS, path};
use crate::manager::{Area, Manager, ManagerUpload};
use maud::html;
use pages::PageResult;
use pages::components::{Choice, FileDrop, FormField, Input};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::upload::SentFile;
use school::files::{NewFile, Visibility, in_words};
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
        fields: html! { (FormField::new("visibility", "Who may have it", chosen.name(), Input::Select(choices)).required()) },
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
    match receive(&manager, new, *form).await {
        Ok(id) => Ok(see_other(&format!("{}?done=uploaded", path(id)))),
        Err(error) => {
            let problem = told(error)?;
            page(&manager, &area, visibility, &Problems::one("file", problem))
        }
    }
}
