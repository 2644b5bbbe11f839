//! Rows of instructors.

use crate::{CountedRow, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, lists, params};

/// An instructor's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstructorRow {
    /// Their id.
    pub id: i64,
    /// The number of their last change.
    pub rev: i64,
    /// When they were entered.
    pub created_at: i64,
    /// When they were last changed.
    pub updated_at: i64,
    /// The user that they are.
    pub user_id: Option<i64>,
    /// Their title.
    pub title: Option<String>,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// A few words about them.
    pub bio: Option<String>,
    /// The last part of their address, which is unique in the school.
    pub slug: String,
    /// Their picture.
    pub avatar_url: Option<String>,
    /// Their address.
    pub email: Option<String>,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.updated_at, t.user_id, t.title, t.first_name, t.last_name, t.bio, \
                       t.slug, t.avatar_url, t.email";

fn read(row: &Row<'_>) -> Result<InstructorRow, StoreError> {
    Ok(InstructorRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        user_id: row.get(4)?,
        title: row.get(5)?,
        first_name: row.get(6)?,
        last_name: row.get(7)?,
        bio: row.get(8)?,
        slug: row.get(9)?,
        avatar_url: row.get(10)?,
        email: row.get(11)?,
    })
}

fn places(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [lists::place(site, lists::INSTRUCTORS, id), lists::place(site, lists::INSTRUCTORS_BY_REV, rev)]
}

/// Adds an instructor, under the id and the stamp that their row carries.
///
/// # Errors
/// [`StoreError::Taken`] `instructors.slug`.
pub fn insert(tx: &mut Tx<'_>, site: i64, instructor: &InstructorRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO instructors (site_id, id, rev, created_at, updated_at, user_id, title, first_name, last_name, bio,
           slug, avatar_url, email)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            site,
            instructor.id,
            instructor.rev,
            instructor.created_at,
            instructor.updated_at,
            instructor.user_id,
            &instructor.title,
            &instructor.first_name,
            &instructor.last_name,
            &instructor.bio,
            &instructor.slug,
            &instructor.avatar_url,
            &instructor.email,
        ],
    )?;
    tx.update_counts(&[], &places(site, instructor.id, instructor.rev));
    Ok(())
}

/// Writes a changed instructor over the one that was read. `stamp` becomes the time and number of the change.
///
/// # Errors
/// [`StoreError::Taken`] `instructors.slug`.
pub fn update(
    tx: &mut Tx<'_>,
    site: i64,
    had: &InstructorRow,
    has: &InstructorRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE instructors SET rev = $1, updated_at = $2, user_id = $3, title = $4, first_name = $5, last_name = $6,
           bio = $7, slug = $8, avatar_url = $9, email = $10
         WHERE site_id = $11 AND id = $12",
        params![
            stamp.rev,
            stamp.at,
            has.user_id,
            &has.title,
            &has.first_name,
            &has.last_name,
            &has.bio,
            &has.slug,
            &has.avatar_url,
            &has.email,
            site,
            had.id,
        ],
    )?;
    tx.update_counts(&places(site, had.id, had.rev), &places(site, had.id, stamp.rev));
    Ok(())
}

/// The instructor with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<InstructorRow>, StoreError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM instructors t WHERE t.site_id = $1 AND t.id = $2"),
        params![site, id],
        read,
    )
}

/// The instructor with this slug.
///
/// # Errors
/// Whatever the database says.
pub fn by_slug(tx: &mut Tx<'_>, site: i64, slug: &str) -> Result<Option<InstructorRow>, StoreError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM instructors t WHERE t.site_id = $1 AND t.slug = $2"),
        params![site, slug],
        read,
    )
}

/// A page of the school's instructors.
///
/// # Errors
/// Whatever the database says.
pub fn page(tx: &mut Tx<'_>, site: i64, request: &PageRequest) -> Result<Page<InstructorRow>, StoreError> {
    let source = ListQuery {
        table: "instructors",
        columns: COLUMNS,
        from: "instructors t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: Some(lists::whole(site, lists::INSTRUCTORS)),
        by_rev: Some(lists::whole(site, lists::INSTRUCTORS_BY_REV)),
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}

/// Removes an instructor. The courses they teach are the caller's business.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, instructor: &InstructorRow) -> Result<(), StoreError> {
    tx.execute("DELETE FROM instructors WHERE site_id = $1 AND id = $2", params![site, instructor.id])?;
    tx.update_counts(&places(site, instructor.id, instructor.rev), &[]);
    Ok(())
}

/// Lets every instructor that a user is stand without that user.
///
/// # Errors
/// Whatever the database says.
pub fn remove_user_everywhere(tx: &mut Tx<'_>, site: i64, user: i64) -> Result<(), StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM instructors t WHERE t.site_id = $1 AND t.user_id = $2 ORDER BY t.id");
    for had in tx.query(&sql, params![site, user], read)? {
        let stamp = tx.stamp(site)?;
        update(tx, site, &had, &InstructorRow { user_id: None, ..had.clone() }, stamp)?;
    }
    Ok(())
}
