//! Groups of users, and the analysts who may look at their progress.

use crate::check::{Check, LINE};
use crate::error::{Error, Result, Taken};
use crate::roles::Role;
use crate::users::UserFilter;
use crate::{ids, users};
use store::groups as rows;
pub use store::groups::GroupRow as Group;
use store::{GroupId, Page, PageRequest, SiteId, Tx, UserId};

/// A page of the school's groups.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Group>> {
    Ok(rows::page(tx, site, ask)?)
}

/// One group.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such group.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: GroupId) -> Result<Group> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// Whether there is a group with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: GroupId) -> Result<bool> {
    Ok(rows::get(tx, site, id)?.is_some())
}

/// The group with this name.
pub fn id_by_name(tx: &mut Tx<'_>, site: SiteId, name: &str) -> Result<Option<GroupId>> {
    Ok(rows::id_by_name(tx, site, name)?)
}

/// Makes a group.
///
/// # Errors
/// [`Error::Invalid`] when the name is missing, too long or taken.
pub fn create(tx: &mut Tx<'_>, site: SiteId, name: Option<&str>) -> Result<Group> {
    let mut check = Check::new();
    let name = check.required("name", name, LINE);
    check.done()?;
    let stamp = tx.stamp(site)?;
    let id = rows::insert(tx, site, stamp, &name, &ids::group_token()).taken(&[("groups.name", "name")])?;
    get(tx, site, id)
}

/// Removes a group. Its users stay in the school.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such group.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: GroupId) -> Result<()> {
    let group = get(tx, site, id)?;
    Ok(rows::delete(tx, site, &group)?)
}

/// Puts a user into groups, which are named, and gives whether they were not in all of them before. Being in one of them
/// already is no error.
///
/// # Errors
/// [`Error::InvalidLines`] when the user or one of the groups does not exist; nothing happens then.
pub fn add_user(tx: &mut Tx<'_>, site: SiteId, user: Option<UserId>, names: &[String]) -> Result<bool> {
    let mut wrong = Vec::new();
    let user = match user {
        Some(user) if users::exists(tx, site, user)? => Some(user),
        _ => None,
    };
    if user.is_none() {
        wrong.push(("user_id".into(), "Invalid user_id".to_owned()));
    }
    let mut groups = Vec::with_capacity(names.len());
    for name in names {
        groups.extend(rows::id_by_name(tx, site, name)?);
    }
    if names.is_empty() || groups.len() != names.len() {
        wrong.push(("group_names".into(), "Invalid group_names".to_owned()));
    }
    let (Some(user), true) = (user, wrong.is_empty()) else { return Err(Error::InvalidLines(wrong)) };
    let mut added = false;
    for group in groups {
        added |= rows::add_user(tx, site, group, user)?;
    }
    Ok(added)
}

/// How many users are in a group.
pub fn member_count(tx: &mut Tx<'_>, site: SiteId, id: GroupId) -> Result<i64> {
    let filter = UserFilter { group_id: Some(id), ..UserFilter::default() };
    Ok(users::list(tx, site, &filter, &PageRequest::first(1), |_| ())?.total)
}

/// Gives a group another name.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such group; [`Error::Invalid`] when the name is missing, too long or taken.
pub fn rename(tx: &mut Tx<'_>, site: SiteId, id: GroupId, name: &str) -> Result<Group> {
    let had = get(tx, site, id)?;
    let mut check = Check::new();
    let name = check.required("name", Some(name), LINE);
    check.done()?;
    let (stamp, mut has) = (tx.stamp(site)?, Group { name, ..had.clone() });
    rows::update(tx, site, &had, &mut has, stamp).taken(&[("groups.name", "name")])?;
    Ok(has)
}

/// Puts a user into a group; gives whether they were not in it before.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user or group.
pub fn add_member(tx: &mut Tx<'_>, site: SiteId, id: GroupId, user: UserId) -> Result<bool> {
    let is_there = exists(tx, site, id)? && users::exists(tx, site, user)?;
    if is_there { Ok(rows::add_user(tx, site, id, user)?) } else { Err(Error::NotFound) }
}

/// Takes a user out of a group. They stay in the school.
///
/// # Errors
/// [`Error::NotFound`] when there is no such group.
pub fn remove_member(tx: &mut Tx<'_>, site: SiteId, id: GroupId, user: UserId) -> Result<()> {
    if exists(tx, site, id)? { Ok(rows::remove_user(tx, site, id, user)?) } else { Err(Error::NotFound) }
}

/// The groups that a user is an analyst of, by name.
pub fn of_analyst(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<Group>> {
    Ok(rows::of_analyst(tx, site, user)?)
}

/// A group that a user is an analyst of.
///
/// # Errors
/// [`Error::NotFound`] when they are not, or there is none.
pub fn get_of_analyst(tx: &mut Tx<'_>, site: SiteId, user: UserId, id: GroupId) -> Result<Group> {
    let found = rows::of_analyst(tx, site, user)?.into_iter().find(|group| group.id == id);
    found.ok_or(Error::NotFound)
}

/// The analysts of a group, by id.
///
/// # Errors
/// [`Error::NotFoundObjects`] when the school has no such group.
pub fn analysts(tx: &mut Tx<'_>, site: SiteId, group: GroupId) -> Result<Vec<UserId>> {
    if rows::get(tx, site, group)?.is_none() {
        return Err(Error::NotFoundObjects(vec![(
            "group_id".into(),
            format!("Could not find group with ID {group}."),
        )]));
    }
    Ok(rows::analysts(tx, site, group)?)
}

fn no_user(user: UserId) -> Error {
    Error::NotFoundNamed(vec![("user_id".into(), format!("Could not find user with ID {user}."))])
}

fn joined(ids: &[impl ToString]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Makes users analysts of a group. They must have the role of one.
///
/// # Errors
/// [`Error::InvalidTexts`] naming the group or the users that do not exist or lack the role; nothing happens then.
pub fn add_analysts(tx: &mut Tx<'_>, site: SiteId, group: GroupId, user_ids: &[UserId]) -> Result<()> {
    let mut wrong = Vec::new();
    let (mut unknown, mut lacking) = (Vec::new(), Vec::new());
    for &user in user_ids {
        match users::find(tx, site, user)? {
            None => unknown.push(user),
            Some(user) if !user.has(Role::GroupAnalyst) => lacking.push(user.id),
            Some(_) => {}
        }
    }
    if user_ids.is_empty() {
        wrong.push(("user_ids".into(), "can't be blank".to_owned()));
    }
    if !lacking.is_empty() {
        wrong.push(("group_analysts".into(), format!("User IDs missing group_analysts role:: {}", joined(&lacking))));
    }
    if !unknown.is_empty() {
        wrong.push(("user_id".into(), format!("Invalid user IDs: {}", joined(&unknown))));
    }
    if rows::get(tx, site, group)?.is_none() {
        wrong.push(("group_id".into(), format!("Invalid group ID: {group}")));
    }
    if !wrong.is_empty() {
        return Err(Error::InvalidTexts(wrong));
    }
    for &user in user_ids {
        rows::add_analyst(tx, site, group, user)?;
    }
    Ok(())
}

/// Makes a user an analyst of groups.
///
/// # Errors
/// [`Error::NotFoundNamed`] when there is no such user; [`Error::InvalidTexts`] when they lack the role or a group
/// does not exist; nothing happens then.
pub fn add_groups_to_analyst(tx: &mut Tx<'_>, site: SiteId, user: UserId, group_ids: &[GroupId]) -> Result<()> {
    let Some(analyst) = users::find(tx, site, user)? else { return Err(no_user(user)) };
    let mut wrong = Vec::new();
    if !analyst.has(Role::GroupAnalyst) {
        wrong.push(("group_analysts".into(), format!("User IDs missing group_analysts role: {user}")));
    }
    let mut unknown = Vec::new();
    for &group in group_ids {
        if rows::get(tx, site, group)?.is_none() {
            unknown.push(group);
        }
    }
    if group_ids.is_empty() {
        wrong.push(("group_ids".into(), "can't be blank".to_owned()));
    }
    if !unknown.is_empty() {
        wrong.push(("group_id".into(), format!("Invalid group IDs: {}", joined(&unknown))));
    }
    if !wrong.is_empty() {
        return Err(Error::InvalidTexts(wrong));
    }
    for &group in group_ids {
        rows::add_analyst(tx, site, group, user)?;
    }
    Ok(())
}

/// Takes an analyst from a group.
///
/// # Errors
/// [`Error::NotFoundNamed`] when the user, the group, or the one's being an analyst of the other does not exist.
pub fn remove_analyst(tx: &mut Tx<'_>, site: SiteId, group: GroupId, user: UserId) -> Result<()> {
    let mut missing = Vec::new();
    if !users::exists(tx, site, user)? {
        missing.push(("user_id".into(), format!("Could not find user with ID {user}.")));
    }
    if rows::get(tx, site, group)?.is_none() {
        missing.push(("group_id".into(), format!("Could not find group with ID {group}.")));
    }
    if !missing.is_empty() {
        return Err(Error::NotFoundNamed(missing));
    }
    if rows::remove_analyst(tx, site, group, user)? { Ok(()) } else { Err(no_user(user)) }
}
