//! Making, changing, ordering and deleting a field.

use super::field_form::FieldForm;
use super::{LIST, kind_label, path};
use crate::manager::{Area, Manager, ManagerForm};
use maud::html;
use pages::components::{ConfirmDialog, Icon, grouped, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::custom_profile_field_definitions::{self as definitions, Definition};
use school::{DefinitionId, Error};

/// `GET /manage/profile_fields/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    new_page(&manager, &area, &FieldForm::new(), &Problems::default())
}

fn new_page(manager: &Manager, area: &Area, form: &FieldForm, problems: &Problems) -> PageResult {
    let body = html! {
        form method="post" action=(LIST) {
            (manager.csrf())
            (form.card(true, problems))
            (save_bar("Make the field", LIST))
        }
    };
    let page = FramedPage::new(LIST, "Make a profile field", body).below("Profile fields", LIST).narrow();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/profile_fields`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let form = FieldForm::submitted(&fields);
    let input = form.input();
    match manager.write(move |tx, actor| definitions::make(tx, actor.site().id, &input)).await {
        Ok(_) => Ok(see_other(&format!("{LIST}?done=made"))),
        Err(error) => new_page(&manager, &area, &form, &error.problems()?.into()),
    }
}

/// What the form of a field is about.
struct FieldPage {
    area: Area,
    definition: Definition,
    /// How many users have a value of it, up to ten thousand.
    users: i64,
}

impl FieldPage {
    async fn read(manager: &Manager, id: DefinitionId) -> Result<Self, PageError> {
        let read = manager.read(move |tx, actor| {
            let site = actor.site().id;
            Ok((definitions::get(tx, site, id)?, definitions::users_with_value(tx, site, id)?))
        });
        let (area, (definition, users)) = read.await?;
        Ok(Self { area, definition, users })
    }

    fn show(&self, manager: &Manager, form: &FieldForm, problems: &Problems) -> PageResult {
        let (csrf, label) = (manager.csrf(), &self.definition.label);
        let here = path(self.definition.id);
        let body = html! {
            form method="post" action=(here) {
                (csrf)
                input type="hidden" name="field_type" value=(form.kind());
                (form.card(false, problems))
                (save_bar("Save", LIST))
            }
            (ConfirmDialog {
                id: "delete",
                title: &format!("Delete {label}?"),
                body: html! {
                    p {
                        @match self.users {
                            0 => "Nobody has said anything in it.",
                            1 => "What one user has said in it is gone for good.",
                            users => { "What " (grouped(users)) " users have said in it is gone for good." },
                        }
                    }
                },
                action: &format!("{here}/delete"),
                hidden: csrf.clone(),
                confirm: &format!("Delete {label}"),
                is_dangerous: true,
            })
        };
        let page = FramedPage::new(LIST, label, body)
            .intro(kind_label(self.definition.field_type))
            .below("Profile fields", LIST)
            .actions(html! { a.button.quiet.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" } })
            .narrow();
        manager.show(&self.area, page.with_problems(problems))
    }
}

/// `GET /manage/profile_fields/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<DefinitionId>) -> PageResult {
    let page = FieldPage::read(&manager, id).await?;
    page.show(&manager, &FieldForm::of(&page.definition), &Problems::default())
}

/// `POST /manage/profile_fields/{id}`
pub(super) async fn update(PathId(id): PathId<DefinitionId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let page = FieldPage::read(&manager, id).await?;
    let form = FieldForm::submitted(&fields);
    let input = form.input();
    match manager.write(move |tx, actor| definitions::update(tx, actor.site().id, id, &input)).await {
        Ok(_) => Ok(see_other(&format!("{LIST}?done=saved"))),
        Err(error) => page.show(&manager, &form, &error.problems()?.into()),
    }
}

/// `POST /manage/profile_fields/{id}/move`, to the place `to`, from one.
pub(super) async fn move_one(PathId(id): PathId<DefinitionId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let to = fields.get("to").parse::<i64>().ok();
    let moved = manager.write(move |tx, actor| {
        definitions::get(tx, actor.site().id, id)?;
        let to = to.ok_or_else(|| Error::invalid("to", "Please say where to"))?;
        definitions::move_to(tx, actor.site().id, id, to)
    });
    moved.await?;
    Ok(see_other(&format!("{LIST}?done=moved")))
}

/// `POST /manage/profile_fields/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<DefinitionId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| definitions::delete(tx, actor.site().id, id)).await?;
    Ok(see_other(&format!("{LIST}?done=deleted")))
}
