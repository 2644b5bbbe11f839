//! Rows of courses, and who looks after them.

use crate::files::{self, FileUserKind};
use crate::pairs::{by_owner, pair};
use crate::table::{select, table};
use crate::{
    ChapterId, CountedRow, CourseId, InstructorId, ListQuery, Page, PageRequest, ProductId, SiteId, Stamp, StoreError,
    Tx, UserId, instructors, lists, params,
};
use std::collections::HashMap;

table! {
    /// A course's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct CourseRow in "courses" of site {
        keys {
            /// Its id.
            id: CourseId,
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
            /// What is sold to give access to it.
            product_id: ProductId,
            /// Its name.
            name: String,
            /// The last part of its address, which is unique in the school.
            slug: String,
            /// A second line below the name.
            subtitle: Option<String>,
            /// What it is about.
            description: Option<String>,
            /// What its card in the catalogue says.
            course_card_text: Option<String>,
            /// A video on YouTube that introduces it.
            intro_video_youtube: Option<String>,
            /// Whom to ask about it.
            contact_information: Option<String>,
            /// What it is found by.
            keywords: Option<String>,
            /// How long it takes, in words.
            duration: Option<String>,
            /// The picture on its page.
            banner_image_url: Option<String>,
            /// The picture on its card.
            course_card_image_url: Option<String>,
            /// A video at Wistia that introduces it.
            intro_video_wistia_identifier: Option<String>,
            /// Whether students may review it.
            reviews_enabled: bool,
            /// Who made it.
            user_id: Option<UserId>,
            /// Who teaches it.
            instructor_id: Option<InstructorId>,
            /// How much of a video must be seen before its lesson is completed, in per cent.
            video_completion_percentage: Option<i64>,
        }
    }
}

fn counted_rows(site: SiteId, id: CourseId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::COURSES, lists::COURSES_BY_REV], id, rev)
}

/// Adds a course, under the id and the stamp that its row carries.
///
/// # Errors
/// [`StoreError::Taken`] `courses.slug`.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, course: &CourseRow) -> Result<(), StoreError> {
    course.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, course.id, course.rev));
    Ok(())
}

/// Writes a changed course over the one that was read. `stamp` becomes the time and number of the change.
///
/// # Errors
/// [`StoreError::Taken`] `courses.slug`.
pub fn update(tx: &mut Tx<'_>, site: SiteId, had: &CourseRow, has: &CourseRow, stamp: Stamp) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, stamp.rev));
    Ok(())
}

/// The course with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: CourseId) -> Result<Option<CourseRow>, StoreError> {
    tx.first(select!(CourseRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], CourseRow::read)
}

/// The course with this slug.
pub fn by_slug(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<Option<CourseRow>, StoreError> {
    tx.first(select!(CourseRow, "WHERE t.site_id = $1 AND t.slug = $2"), params![site, slug], CourseRow::read)
}

/// Whether there is a course with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: CourseId) -> Result<bool, StoreError> {
    Ok(tx.first("SELECT 1 FROM courses WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?.is_some())
}

/// Those of these courses that there are, by id.
pub fn by_ids(tx: &mut Tx<'_>, site: SiteId, ids: &[CourseId]) -> Result<Vec<CourseRow>, StoreError> {
    let sql = select!(CourseRow, "WHERE t.site_id = $1 AND t.id IN ");
    tx.query_in(site, ids.iter().copied(), sql, " ORDER BY t.id", CourseRow::read)
}

/// A page of the school's courses.
pub fn page(tx: &mut Tx<'_>, site: SiteId, request: &PageRequest) -> Result<Page<CourseRow>, StoreError> {
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::COURSES)),
        by_rev: Some(lists::whole(site, lists::COURSES_BY_REV)),
        ..CourseRow::list()
    };
    tx.page(site, &source, request, CourseRow::read)
}

/// The ids of the chapters of each of these courses, in their order.
pub fn chapter_ids(
    tx: &mut Tx<'_>,
    site: SiteId,
    courses: &[CourseId],
) -> Result<HashMap<CourseId, Vec<ChapterId>>, StoreError> {
    let sql = "SELECT course_id, id FROM chapters WHERE site_id = $1 AND course_id IN ";
    Ok(by_owner(tx.query_in(site, courses.iter().copied(), sql, " ORDER BY course_id, position, id", pair)?))
}

/// The ids of the users who look after each of these courses, by id.
pub fn administrators(
    tx: &mut Tx<'_>,
    site: SiteId,
    courses: &[CourseId],
) -> Result<HashMap<CourseId, Vec<UserId>>, StoreError> {
    let sql = "SELECT course_id, user_id FROM course_administrators WHERE site_id = $1 AND course_id IN ";
    Ok(by_owner(tx.query_in(site, courses.iter().copied(), sql, " ORDER BY course_id, user_id", pair)?))
}

/// The courses that a user looks after, by id.
pub fn of_administrator(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<CourseId>, StoreError> {
    tx.query(
        "SELECT course_id FROM course_administrators WHERE site_id = $1 AND user_id = $2 ORDER BY course_id",
        params![site, user],
        |row| row.get(0),
    )
}

/// Makes these users, and nobody else, look after a course.
pub fn set_administrators(tx: &mut Tx<'_>, site: SiteId, course: CourseId, users: &[UserId]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM course_administrators WHERE site_id = $1 AND course_id = $2", params![site, course])?;
    for user in users {
        tx.execute(
            "INSERT INTO course_administrators (site_id, course_id, user_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            params![site, course, *user],
        )?;
    }
    Ok(())
}

/// Removes a course and who looks after it. What it is made of, what sells it and who is enrolled in it are the
/// caller's business.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, course: &CourseRow) -> Result<(), StoreError> {
    tx.execute("DELETE FROM course_administrators WHERE site_id = $1 AND course_id = $2", params![site, course.id])?;
    files::forget_uses(tx, site, FileUserKind::Course, course.id.get())?;
    tx.execute("DELETE FROM courses WHERE site_id = $1 AND id = $2", params![site, course.id])?;
    tx.update_counts(&counted_rows(site, course.id, course.rev), &[]);
    Ok(())
}

/// Takes a user from every course they look after or have made, and from the instructor that they are. Gives the
/// courses that it changed, by id.
pub fn remove_user_everywhere(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<CourseId>, StoreError> {
    let mut changed: Vec<CourseId> = tx.query(
        "SELECT course_id FROM course_administrators WHERE site_id = $1 AND user_id = $2",
        params![site, user],
        |row| row.get(0),
    )?;
    tx.execute("DELETE FROM course_administrators WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    let sql = select!(CourseRow, "WHERE t.site_id = $1 AND t.user_id = $2 ORDER BY t.id");
    for had in tx.query(sql, params![site, user], CourseRow::read)? {
        let stamp = tx.stamp(site)?;
        update(tx, site, &had, &CourseRow { user_id: None, ..had.clone() }, stamp)?;
        changed.push(had.id);
    }
    instructors::remove_user_everywhere(tx, site, user)?;
    changed.sort_unstable();
    changed.dedup();
    Ok(changed)
}

/// The products of the courses that an instructor teaches, by id.
pub fn product_ids_of_instructor(
    tx: &mut Tx<'_>,
    site: SiteId,
    instructor: InstructorId,
) -> Result<Vec<ProductId>, StoreError> {
    tx.query(
        "SELECT product_id FROM courses WHERE site_id = $1 AND instructor_id = $2 ORDER BY product_id",
        params![site, instructor],
        |row| row.get(0),
    )
}

/// Takes an instructor from every course they teach. Gives the courses that it changed, by id.
pub fn remove_instructor_everywhere(
    tx: &mut Tx<'_>,
    site: SiteId,
    instructor: InstructorId,
) -> Result<Vec<CourseId>, StoreError> {
    let mut changed = Vec::new();
    let sql = select!(CourseRow, "WHERE t.site_id = $1 AND t.instructor_id = $2 ORDER BY t.id");
    for had in tx.query(sql, params![site, instructor], CourseRow::read)? {
        let stamp = tx.stamp(site)?;
        update(tx, site, &had, &CourseRow { instructor_id: None, ..had.clone() }, stamp)?;
        changed.push(had.id);
    }
    Ok(changed)
}
