//! A file that is uploaded on the page of a lesson and becomes what the lesson shows: for browsers without script, which
//! cannot look for one and upload it in the form itself.

use super::lesson::LessonPage;
use super::{lesson_form, lesson_path};
use crate::files::receive::{receive, told};
use crate::manager::ManagerUpload;
use identity::managed_courses;
use pages::fields::Problems;
use pages::return_to::see_other;
use pages::upload::SentFile;
use pages::{PageError, PageResult, PathId};
use school::contents::{self, ContentType, LessonFile, NewContent};
use school::files::{self, FileRef, NewFile, Visibility};
use school::places::Place;
use school::{ContentId, FileId, outline};
use web::Tx;
use web::uploads::content_length;

/// `POST /manage/lessons/{id}/file`
pub(super) async fn upload(PathId(id): PathId<ContentId>, upload: ManagerUpload) -> PageResult {
    let ManagerUpload { manager, headers, file, .. } = upload;
    let (area, page) = LessonPage::read(&manager, id).await?;
    let set = async {
        let SentFile::Form(form) = file else {
            return Err(PageError::Refused(school::Error::invalid("file", "Please choose a file")));
        };
        let (name, size) = (form.file_name.clone(), content_length(&headers));
        let new = NewFile { name, size, visibility: Visibility::Private, avatar_of: None };
        let file = receive(&manager, new, *form).await?;
        let set = manager.write(move |tx, actor| {
            managed_courses::content(tx, actor, id)?;
            show_in(tx, actor.site().id, id, file)
        });
        if let Err(error) = set.await {
            // No lesson shows it then. One that cannot be removed now is found among the files.
            let _removed = manager.write(move |tx, actor| files::delete_unused(tx, actor.site().id, file)).await;
            return Err(error);
        }
        Ok(())
    };
    match set.await {
        Ok(()) => Ok(see_other(&format!("{}?done=saved", lesson_path(id)))),
        Err(error) => {
            let problems = Problems::one("file_id", told(error)?);
            page.show(&manager, &area, &lesson_form::values_of(&page.content, &page.body), &problems, "")
        }
    }
}

/// Makes a file what a lesson shows: one more to take home, or the one that it is about.
fn show_in(tx: &mut Tx<'_>, site: school::SiteId, id: ContentId, file: FileId) -> school::Result<()> {
    let content = contents::get(tx, site, id)?;
    let mut new = NewContent::of(&content, contents::body(tx, site, id)?);
    if content.contentable_type == ContentType::Download {
        let name = files::get(tx, site, file)?.name;
        let more = LessonFile { name, url: String::new(), file: Some(FileRef::of_id(file)) };
        new.settings.files.get_or_insert_default().push(more);
    } else {
        new.settings.file = Some(FileRef::of_id(file));
    }
    outline::change_content(tx, site, id, &new, None, Place::Stay).map(drop)
}
