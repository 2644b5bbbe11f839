//! Who is in a group.

use super::path;
use super::show::GroupPage;
use crate::manager::ManagerForm;
use bulk::jobs::InputRows;
use pages::fields::Problems;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::{Error, GroupId, UserId, groups, users};

/// The most addresses that are taken at once.
const MOST: usize = 2000;

/// `POST /manage/groups/{id}/members`: puts everybody with these addresses into the group. Those that nobody has are told,
/// and stay in the field.
pub(super) async fn add(PathId(id): PathId<GroupId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let asked = fields.get("addresses").to_owned();
    let added = manager.write(move |tx, actor| {
        let site = actor.site().id;
        groups::get(tx, site, id)?;
        let addresses: Vec<String> =
            InputRows::of_addresses(&asked).rows.into_iter().filter_map(|row| row.cells.into_iter().next()).collect();
        if addresses.is_empty() {
            return Err(Error::invalid("addresses", "can't be blank"));
        }
        if addresses.len() > MOST {
            return Err(Error::invalid("addresses", format!("are too many (maximum is {MOST} at once)")));
        }
        let (mut count, mut unknown) = (0, Vec::new());
        for address in addresses {
            match users::id_by_email(tx, site, &address)? {
                Some(user) => {
                    groups::add_member(tx, site, id, user)?;
                    count += 1;
                }
                None => unknown.push(address),
            }
        }
        Ok((count, unknown))
    });
    let (count, problems, left) = match added.await {
        Ok((count, unknown)) if unknown.is_empty() => {
            return Ok(see_other(&format!("{}?done=added&count={count}", path(id))));
        }
        Ok((count, unknown)) => {
            let problem = "belong to nobody in the school; the others were added";
            (count, Problems::one("addresses", problem), unknown.join("\n"))
        }
        Err(error) => (0, error.problems()?.into(), fields.get("addresses").to_owned()),
    };
    let _added: i64 = count;
    GroupPage::show_again(&manager, id, &left, "", &problems).await
}

/// `POST /manage/groups/{id}/remove_members`, with the `id` of each that was chosen.
pub(super) async fn remove(PathId(id): PathId<GroupId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let chosen: Vec<UserId> = fields.all("id").filter_map(|id| id.parse::<i64>().ok()).map(UserId::new).collect();
    let removed = manager.write(move |tx, actor| {
        let site = actor.site().id;
        groups::get(tx, site, id)?;
        if chosen.is_empty() {
            return Err(Error::invalid("id", "Please choose whom to take out of the group"));
        }
        for user in &chosen {
            groups::remove_member(tx, site, id, *user)?;
        }
        Ok(chosen.len())
    });
    let count = removed.await?;
    Ok(see_other(&format!("{}?done=removed&count={count}", path(id))))
}
