//! Rows of groups, their users and their analysts.

use crate::{CountedRow, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, lists, params};

/// A group's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// Its name, which is unique in the school.
    pub name: String,
    /// Eight hexadecimal digits that name it in links.
    pub token: String,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.name, t.token";

fn read(row: &Row<'_>) -> Result<GroupRow, StoreError> {
    Ok(GroupRow { id: row.get(0)?, rev: row.get(1)?, created_at: row.get(2)?, name: row.get(3)?, token: row.get(4)? })
}

fn places(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [lists::place(site, lists::GROUPS, id), lists::place(site, lists::GROUPS_BY_REV, rev)]
}

/// Adds a group.
///
/// # Errors
/// [`StoreError::Taken`] `groups.name` or `groups.token`.
pub fn insert(tx: &mut Tx<'_>, site: i64, stamp: Stamp, name: &str, token: &str) -> Result<i64, StoreError> {
    let id = tx.next_id("groups")?;
    tx.execute(
        "INSERT INTO groups (site_id, id, rev, created_at, updated_at, name, token)
         VALUES ($1, $2, $3, $4, $4, $5, $6)",
        params![site, id, stamp.rev, stamp.at, name, token],
    )?;
    tx.update_counts(&[], &places(site, id, stamp.rev));
    Ok(id)
}

/// The group with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<GroupRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM groups t WHERE t.site_id = $1 AND t.id = $2"), params![site, id], read)
}

/// The id of the group with this name.
///
/// # Errors
/// Whatever the database says.
pub fn id_by_name(tx: &mut Tx<'_>, site: i64, name: &str) -> Result<Option<i64>, StoreError> {
    tx.first("SELECT id FROM groups WHERE site_id = $1 AND name = $2", params![site, name], |row| row.get(0))
}

/// A page of the school's groups.
///
/// # Errors
/// Whatever the database says.
pub fn page(tx: &mut Tx<'_>, site: i64, request: &PageRequest) -> Result<Page<GroupRow>, StoreError> {
    let source = ListQuery {
        table: "groups",
        columns: COLUMNS,
        from: "groups t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: Some(lists::whole(site, lists::GROUPS)),
        by_rev: Some(lists::whole(site, lists::GROUPS_BY_REV)),
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}

/// Removes a group, its memberships and its analysts.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, group: &GroupRow) -> Result<(), StoreError> {
    for user in users(tx, site, group.id)? {
        remove_user(tx, site, group.id, user)?;
    }
    tx.execute("DELETE FROM group_analysts WHERE site_id = $1 AND group_id = $2", params![site, group.id])?;
    tx.execute("DELETE FROM groups WHERE site_id = $1 AND id = $2", params![site, group.id])?;
    tx.update_counts(&places(site, group.id, group.rev), &[]);
    Ok(())
}

fn membership(site: i64, group: i64, user: i64) -> CountedRow {
    CountedRow { site, list: lists::USERS_OF_GROUP, scope: group, state: 0, key: user }
}

fn users(tx: &mut Tx<'_>, site: i64, group: i64) -> Result<Vec<i64>, StoreError> {
    tx.query(
        "SELECT user_id FROM group_users WHERE site_id = $1 AND group_id = $2 ORDER BY user_id",
        params![site, group],
        |row| row.get(0),
    )
}

/// Puts a user into a group; nothing happens when they are in it already.
///
/// # Errors
/// Whatever the database says.
pub fn add_user(tx: &mut Tx<'_>, site: i64, group: i64, user: i64) -> Result<(), StoreError> {
    let added = tx.execute(
        "INSERT INTO group_users (site_id, group_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        params![site, group, user],
    )?;
    if added > 0 {
        tx.update_counts(&[], &[membership(site, group, user)]);
    }
    Ok(())
}

/// Takes a user out of a group.
///
/// # Errors
/// Whatever the database says.
pub fn remove_user(tx: &mut Tx<'_>, site: i64, group: i64, user: i64) -> Result<(), StoreError> {
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
///
/// # Errors
/// Whatever the database says.
pub fn remove_user_everywhere(tx: &mut Tx<'_>, site: i64, user: i64) -> Result<(), StoreError> {
    let groups: Vec<i64> =
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
///
/// # Errors
/// Whatever the database says.
pub fn analysts(tx: &mut Tx<'_>, site: i64, group: i64) -> Result<Vec<i64>, StoreError> {
    tx.query(
        "SELECT user_id FROM group_analysts WHERE site_id = $1 AND group_id = $2 ORDER BY user_id",
        params![site, group],
        |row| row.get(0),
    )
}

/// Makes a user an analyst of a group; nothing happens when they are already.
///
/// # Errors
/// Whatever the database says.
pub fn add_analyst(tx: &mut Tx<'_>, site: i64, group: i64, user: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO group_analysts (site_id, group_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        params![site, group, user],
    )?;
    Ok(())
}

/// Takes an analyst from a group; false when they were none of it.
///
/// # Errors
/// Whatever the database says.
pub fn remove_analyst(tx: &mut Tx<'_>, site: i64, group: i64, user: i64) -> Result<bool, StoreError> {
    let removed = tx.execute(
        "DELETE FROM group_analysts WHERE site_id = $1 AND group_id = $2 AND user_id = $3",
        params![site, group, user],
    )?;
    Ok(removed > 0)
}
