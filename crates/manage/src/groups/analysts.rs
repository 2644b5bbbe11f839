//! Who may look at the progress of a group.

use super::path;
use super::show::GroupPage;
use crate::manager::ManagerForm;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::roles::Role;
use school::{Error, GroupId, UserId, groups, users};

/// `POST /manage/groups/{id}/analysts`, by address. They must have the role.
pub(super) async fn add(PathId(id): PathId<GroupId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let asked = fields.get("analyst").trim().to_owned();
    let added = manager.write(move |tx, actor| {
        let site = actor.site().id;
        groups::get(tx, site, id)?;
        if asked.is_empty() {
            return Err(Error::invalid("analyst", "can't be blank"));
        }
        let user = match users::id_by_email(tx, site, &asked)? {
            Some(user) => users::find(tx, site, user)?,
            None => None,
        };
        match user {
            None => Err(Error::invalid("analyst", "belongs to nobody in the school")),
            Some(user) if !user.has(Role::GroupAnalyst) => Err(Error::invalid(
                "analyst",
                "belongs to somebody without the role Group analyst; give it to them first",
            )),
            Some(user) => groups::add_analysts(tx, site, id, &[user.id]),
        }
    });
    match added.await {
        Ok(()) => Ok(see_other(&format!("{}?done=analyst", path(id)))),
        Err(error) => {
            let problems = error.problems()?.into();
            GroupPage::show_again(&manager, id, "", fields.get("analyst"), &problems).await
        }
    }
}

/// `POST /manage/groups/{id}/remove_analyst`
pub(super) async fn remove(PathId(id): PathId<GroupId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let user = UserId::new(fields.get("id").parse().unwrap_or_default());
    let removed = manager.write(move |tx, actor| {
        groups::get(tx, actor.site().id, id)?;
        match groups::remove_analyst(tx, actor.site().id, id, user) {
            // Somebody else has done it meanwhile.
            Err(Error::NotFoundNamed(_)) => Ok(()),
            other => other,
        }
    });
    removed.await?;
    Ok(see_other(&format!("{}?done=analyst_removed", path(id))))
}
