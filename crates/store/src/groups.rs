//! Rows of groups, their users and their analysts.

use crate::table::{select, table};
use crate::{CountedRow, GroupId, ListQuery, Page, PageRequest, SiteId, Stamp, StoreError, Tx, UserId, lists, params};

table! {
    /// A group's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct GroupRow in "groups" of site {
        keys {
            /// Its id.
            id: GroupId,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When it was made.
            created_at: i64,
            /// When it was last changed.
            updated_at: i64,
        }
        values {
            /// Its name, which is unique in the school.
            name: String,
            /// Eight hexadecimal digits that name it in links.
            token: String,
        }
    }
}

fn counted_rows(site: SiteId, id: GroupId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::GROUPS, lists::GROUPS_BY_REV], id, rev)
}

/// Adds a group.
///
/// # Errors
/// [`StoreError::Taken`] `groups.name` or `groups.token`.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, stamp: Stamp, name: &str, token: &str) -> Result<GroupId, StoreError> {
    let id = GroupId::next(tx)?;
    let Stamp { rev, at } = stamp;
    let (name, token) = (name.to_owned(), token.to_owned());
    GroupRow { id, rev, created_at: at, updated_at: at, name, token }.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, id, stamp.rev));
    Ok(id)
}

/// Writes a changed group over the one that was read; the stamp becomes its time of change and its revision.
///
/// # Errors
/// [`StoreError::Taken`] `groups.name`.
pub fn update(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &GroupRow,
    has: &mut GroupRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.rev = stamp.rev;
    has.updated_at = stamp.at;
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, has.id, has.rev));
    Ok(())
}

/// The groups that a user is an analyst of, by name.
pub fn of_analyst(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<GroupRow>, StoreError> {
    let sql = select!(
        GroupRow,
        "JOIN group_analysts a ON a.site_id = t.site_id AND a.group_id = t.id
         WHERE t.site_id = $1 AND a.user_id = $2 ORDER BY t.name, t.id"
    );
    tx.query(sql, params![site, user], GroupRow::read)
}

/// The group with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: GroupId) -> Result<Option<GroupRow>, StoreError> {
    tx.first(select!(GroupRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], GroupRow::read)
}

/// The id of the group with this name.
pub fn id_by_name(tx: &mut Tx<'_>, site: SiteId, name: &str) -> Result<Option<GroupId>, StoreError> {
    tx.first("SELECT id FROM groups WHERE site_id = $1 AND name = $2", params![site, name], |row| row.get(0))
}

/// A page of the school's groups.
pub fn page(tx: &mut Tx<'_>, site: SiteId, request: &PageRequest) -> Result<Page<GroupRow>, StoreError> {
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::GROUPS)),
        by_rev: Some(lists::whole(site, lists::GROUPS_BY_REV)),
        ..GroupRow::list()
    };
    tx.page(site, &source, request, GroupRow::read)
}

/// Removes a group, its memberships and its analysts.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, group: &GroupRow) -> Result<(), StoreError> {
    for user in users(tx, site, group.id)? {
        remove_user(tx, site, group.id, user)?;
    }
    tx.execute("DELETE FROM group_analysts WHERE site_id = $1 AND group_id = $2", params![site, group.id])?;
    tx.execute("DELETE FROM groups WHERE site_id = $1 AND id = $2", params![site, group.id])?;
    tx.update_counts(&counted_rows(site, group.id, group.rev), &[]);
    Ok(())
}

fn membership(site: SiteId, group: GroupId, user: UserId) -> CountedRow {
    lists::counted_row_of(site, lists::USERS_OF_GROUP, group, user)
}

fn users(tx: &mut Tx<'_>, site: SiteId, group: GroupId) -> Result<Vec<UserId>, StoreError> {
    tx.query(
        "SELECT user_id FROM group_users WHERE site_id = $1 AND group_id = $2 ORDER BY user_id",
        params![site, group],
        |row| row.get(0),
    )
}

/// Puts a user into a group; false when they are in it already.
pub fn add_user(tx: &mut Tx<'_>, site: SiteId, group: GroupId, user: UserId) -> Result<bool, StoreError> {
    let added = tx.execute(
        "INSERT INTO group_users (site_id, group_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        params![site, group, user],
    )?;
    if added > 0 {
        tx.update_counts(&[], &[membership(site, group, user)]);
    }
    Ok(added > 0)
}

/// Takes a user out of a group.
pub fn remove_user(tx: &mut Tx<'_>, site: SiteId, group: GroupId, user: UserId) -> Result<(), StoreError> {
    let removed = tx.execute(
        "DELETE FROM group_users WHERE site_id = $1 AND group_id = $2 AND user_id = $3",
        params![site, group, user],
    )?;
    if removed > 0 {
        tx.update_counts(&[membership(site, group, user)], &[]);
    }
    Ok(())
}

/// Takes a user out of every group, as a member and as an analyst.
pub fn remove_user_everywhere(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    let groups: Vec<GroupId> =
        tx.query("SELECT group_id FROM group_users WHERE site_id = $1 AND user_id = $2", params![site, user], |row| {
            row.get(0)
        })?;
    for group in groups {
        remove_user(tx, site, group, user)?;
    }
    tx.execute("DELETE FROM group_analysts WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    Ok(())
}

/// The analysts of a group, by id.
pub fn analysts(tx: &mut Tx<'_>, site: SiteId, group: GroupId) -> Result<Vec<UserId>, StoreError> {
    tx.query(
        "SELECT user_id FROM group_analysts WHERE site_id = $1 AND group_id = $2 ORDER BY user_id",
        params![site, group],
        |row| row.get(0),
    )
}

/// Makes a user an analyst of a group; nothing happens when they are already.
pub fn add_analyst(tx: &mut Tx<'_>, site: SiteId, group: GroupId, user: UserId) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO group_analysts (site_id, group_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        params![site, group, user],
    )?;
    Ok(())
}

/// Takes an analyst from a group; false when they were none of it.
pub fn remove_analyst(tx: &mut Tx<'_>, site: SiteId, group: GroupId, user: UserId) -> Result<bool, StoreError> {
    let removed = tx.execute(
        "DELETE FROM group_analysts WHERE site_id = $1 AND group_id = $2 AND user_id = $3",
        params![site, group, user],
    )?;
    Ok(removed > 0)
}
