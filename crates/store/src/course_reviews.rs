//! Rows of reviews: what a student thinks of a course.

use crate::table::{select, table};
use crate::{
    CountSelection, CountedRow, CourseId, Filter, ListQuery, Page, PageRequest, ReviewId, SiteId, Stamp, StoreError,
    Tx, UserId, Value, lists, params,
};

table! {
    /// A review's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ReviewRow in "course_reviews" of site {
        keys {
            /// Its id.
            id: ReviewId,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When it was written.
            created_at: i64,
            /// When it was last changed.
            updated_at: i64,
        }
        fixed {
            /// The course it is of.
            course_id: CourseId,
            /// Who wrote it.
            user_id: UserId,
        }
        values {
            /// One to five.
            rating: i64,
            /// Its title.
            title: String,
            /// Its text.
            review_text: String,
            /// Whether everybody may read it.
            approved: bool,
        }
    }
}

/// The state of an approved review in its list; others have zero.
const APPROVED: i64 = 1;

fn counted_row(site: SiteId, review: &ReviewRow) -> CountedRow {
    let state = if review.approved { APPROVED } else { 0 };
    CountedRow { state, ..lists::counted_row_of(site, lists::REVIEWS_OF_COURSE, review.course_id, review.id) }
}

/// Adds a review, under the id and the stamp that its row carries.
///
/// # Errors
/// [`StoreError::Taken`] `course_reviews.course_id` when the user has reviewed the course already.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, review: &ReviewRow) -> Result<(), StoreError> {
    review.insert(tx, site)?;
    tx.update_counts(&[], &[counted_row(site, review)]);
    Ok(())
}

/// Writes a changed review over the one that was read. `stamp` becomes the time and number of the change.
pub fn update(tx: &mut Tx<'_>, site: SiteId, had: &ReviewRow, has: &ReviewRow, stamp: Stamp) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    tx.update_counts(&[counted_row(site, had)], &[counted_row(site, has)]);
    Ok(())
}

/// Removes a review.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, review: &ReviewRow) -> Result<(), StoreError> {
    tx.execute("DELETE FROM course_reviews WHERE site_id = $1 AND id = $2", params![site, review.id])?;
    tx.update_counts(&[counted_row(site, review)], &[]);
    Ok(())
}

/// The review with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: ReviewId) -> Result<Option<ReviewRow>, StoreError> {
    tx.first(select!(ReviewRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], ReviewRow::read)
}

/// Whether a user has reviewed a course.
pub fn exists_of(tx: &mut Tx<'_>, site: SiteId, course: CourseId, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM course_reviews WHERE site_id = $1 AND course_id = $2 AND user_id = $3";
    Ok(tx.first(sql, params![site, course, user], |_| Ok(()))?.is_some())
}

/// A page of the reviews of a course: of all, or of the approved ones.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    course: CourseId,
    only_approved: bool,
    request: &PageRequest,
) -> Result<Page<ReviewRow>, StoreError> {
    let mut part = lists::of(site, lists::REVIEWS_OF_COURSE, course);
    let mut scope = vec![Filter::is("t.course_id = ?", course)];
    if only_approved {
        part = CountSelection { states: 1 << APPROVED, ..part };
        scope.push(Filter::is("t.approved = ?", true));
    }
    let source = ListQuery { scope, by_id: Some(part), ..ReviewRow::list() };
    tx.page(site, &source, request, ReviewRow::read)
}

/// Removes every review that a user has written.
pub fn delete_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    delete_where(tx, site, "user_id", user.into())
}

/// Removes every review of a course.
pub fn delete_of_course(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<(), StoreError> {
    delete_where(tx, site, "course_id", course.into())
}

fn delete_where(tx: &mut Tx<'_>, site: SiteId, column: &str, id: Value<'_>) -> Result<(), StoreError> {
    let sql = format!("SELECT {} FROM course_reviews t WHERE t.site_id = $1 AND t.{column} = $2", ReviewRow::COLUMNS);
    let reviews = tx.query(&sql, &[site.into(), id], ReviewRow::read)?;
    tx.execute(&format!("DELETE FROM course_reviews WHERE site_id = $1 AND {column} = $2"), &[site.into(), id])?;
    for review in &reviews {
        tx.update_counts(&[counted_row(site, review)], &[]);
    }
    Ok(())
}
