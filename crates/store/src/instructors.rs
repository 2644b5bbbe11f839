//! Rows of instructors.

use crate::files::{self, FileUserKind};
use crate::table::{select, table};
use crate::{
    CountedRow, InstructorId, ListQuery, Page, PageRequest, SiteId, Stamp, StoreError, Tx, UserId, lists, params,
};

table! {
    /// An instructor's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct InstructorRow in "instructors" of site {
        keys {
            /// Their id.
            id: InstructorId,
        }
        stamps {
            /// The number of their last change.
            rev: i64,
            /// When they were entered.
            created_at: i64,
            /// When they were last changed.
            updated_at: i64,
        }
        values {
            /// The user that they are.
            user_id: Option<UserId>,
            /// Their title.
            title: Option<String>,
            /// First name.
            first_name: String,
            /// Last name.
            last_name: String,
            /// A few words about them.
            bio: Option<String>,
            /// The last part of their address, which is unique in the school.
            slug: String,
            /// Their picture.
            avatar_url: Option<String>,
            /// Their address.
            email: Option<String>,
        }
    }
}

fn counted_rows(site: SiteId, id: InstructorId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::INSTRUCTORS, lists::INSTRUCTORS_BY_REV], id, rev)
}

/// Adds an instructor, under the id and the stamp that their row carries.
///
/// # Errors
/// [`StoreError::Taken`] `instructors.slug`.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, instructor: &InstructorRow) -> Result<(), StoreError> {
    instructor.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, instructor.id, instructor.rev));
    Ok(())
}

/// Writes a changed instructor over the one that was read. `stamp` becomes the time and number of the change.
///
/// # Errors
/// [`StoreError::Taken`] `instructors.slug`.
pub fn update(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &InstructorRow,
    has: &InstructorRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, stamp.rev));
    Ok(())
}

/// The instructor with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: InstructorId) -> Result<Option<InstructorRow>, StoreError> {
    tx.first(select!(InstructorRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], InstructorRow::read)
}

/// The instructor with this slug.
pub fn by_slug(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<Option<InstructorRow>, StoreError> {
    tx.first(select!(InstructorRow, "WHERE t.site_id = $1 AND t.slug = $2"), params![site, slug], InstructorRow::read)
}

/// A page of the school's instructors.
pub fn page(tx: &mut Tx<'_>, site: SiteId, request: &PageRequest) -> Result<Page<InstructorRow>, StoreError> {
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::INSTRUCTORS)),
        by_rev: Some(lists::whole(site, lists::INSTRUCTORS_BY_REV)),
        ..InstructorRow::list()
    };
    tx.page(site, &source, request, InstructorRow::read)
}

/// Removes an instructor. The courses they teach are the caller's business.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, instructor: &InstructorRow) -> Result<(), StoreError> {
    files::forget_uses(tx, site, FileUserKind::Instructor, instructor.id.get())?;
    tx.execute("DELETE FROM instructors WHERE site_id = $1 AND id = $2", params![site, instructor.id])?;
    tx.update_counts(&counted_rows(site, instructor.id, instructor.rev), &[]);
    Ok(())
}

/// The ids of the instructors that a user is, or who have this address. Looks at every instructor of the school, of whom
/// there are few.
pub fn of_person(tx: &mut Tx<'_>, site: SiteId, user: UserId, email: &str) -> Result<Vec<InstructorId>, StoreError> {
    let sql = "SELECT id FROM instructors WHERE site_id = $1 AND (user_id = $2 OR lower(email) = $3) ORDER BY id";
    tx.query(sql, params![site, user, &email.to_lowercase()], |row| row.get(0))
}

/// Lets every instructor that a user is stand without that user.
pub fn remove_user_everywhere(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    let sql = select!(InstructorRow, "WHERE t.site_id = $1 AND t.user_id = $2 ORDER BY t.id");
    for had in tx.query(sql, params![site, user], InstructorRow::read)? {
        let stamp = tx.stamp(site)?;
        update(tx, site, &had, &InstructorRow { user_id: None, ..had.clone() }, stamp)?;
    }
    Ok(())
}
