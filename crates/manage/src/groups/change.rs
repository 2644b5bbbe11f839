//! Making, renaming and deleting a group.

use super::{LIST, path};
use crate::manager::{Area, Manager, ManagerForm};
use maud::html;
use pages::components::{FormField, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::GroupId;
use school::groups::{self, Group};

/// `GET /manage/groups/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    page(&manager, &area, None, "", &Problems::default())
}

/// The form of a new group, or of one that is there.
fn page(manager: &Manager, area: &Area, group: Option<&Group>, name: &str, problems: &Problems) -> PageResult {
    let field = FormField::line("name", "Name", name).required().longest(255).problems(problems);
    let here = group.map_or(LIST.to_owned(), |group| path(group.id));
    let (title, save, action) = match group {
        None => ("Make a group", "Make the group", LIST.to_owned()),
        Some(_) => ("Rename the group", "Save", format!("{here}/edit")),
    };
    let body = html! {
        (problem_summary(problems, &[field.named()]))
        form method="post" action=(action) {
            (manager.csrf())
            div.card { div.body.fields { (field) } }
            (save_bar(save, &here))
        }
    };
    let mut framed = FramedPage::new(LIST, title, body).below("Groups", LIST).narrow();
    if let Some(group) = group {
        framed = framed.below(&group.name, here);
    }
    manager.show(area, framed.with_problems(problems))
}

/// `POST /manage/groups`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let name = fields.get("name").to_owned();
    match manager.write(move |tx, actor| groups::create(tx, actor.site().id, Some(&name))).await {
        Ok(group) => Ok(see_other(&format!("{}?done=made", path(group.id)))),
        Err(error) => page(&manager, &area, None, fields.get("name"), &error.problems()?.into()),
    }
}

/// `GET /manage/groups/{id}/edit`
pub(super) async fn show(manager: Manager, PathId(id): PathId<GroupId>) -> PageResult {
    let (area, group) = manager.read(move |tx, actor| groups::get(tx, actor.site().id, id)).await?;
    page(&manager, &area, Some(&group), &group.name, &Problems::default())
}

/// `POST /manage/groups/{id}/edit`
pub(super) async fn rename(PathId(id): PathId<GroupId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let (area, group) = manager.read(move |tx, actor| groups::get(tx, actor.site().id, id)).await?;
    let name = fields.get("name").to_owned();
    match manager.write(move |tx, actor| groups::rename(tx, actor.site().id, id, &name)).await {
        Ok(_) => Ok(see_other(&format!("{}?done=renamed", path(id)))),
        Err(error) => page(&manager, &area, Some(&group), fields.get("name"), &error.problems()?.into()),
    }
}

/// `POST /manage/groups/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<GroupId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| groups::delete(tx, actor.site().id, id)).await?;
    Ok(see_other(&format!("{LIST}?done=deleted")))
}
