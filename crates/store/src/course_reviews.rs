//! Rows of reviews: what a student thinks of a course.

use crate::CountSelection;
use crate::{CountedRow, Filter, ListQuery, Page, PageRequest, Row, StoreError, Tx, lists, params};

/// A review's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was written.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
    /// The course it is of.
    pub course_id: i64,
    /// Who wrote it.
    pub user_id: i64,
    /// One to five.
    pub rating: i64,
    /// Its title.
    pub title: String,
    /// Its text.
    pub review_text: String,
    /// Whether everybody may read it.
    pub approved: bool,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.updated_at, t.course_id, t.user_id, t.rating, t.title, \
                       t.review_text, t.approved";

/// The state of an approved review in its list; others have zero.
const APPROVED: i64 = 1;

fn read(row: &Row<'_>) -> Result<ReviewRow, StoreError> {
    Ok(ReviewRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        course_id: row.get(4)?,
        user_id: row.get(5)?,
        rating: row.get(6)?,
        title: row.get(7)?,
        review_text: row.get(8)?,
        approved: row.get(9)?,
    })
}

fn place(site: i64, review: &ReviewRow) -> CountedRow {
    let state = if review.approved { APPROVED } else { 0 };
    CountedRow { site, list: lists::REVIEWS_OF_COURSE, scope: review.course_id, state, key: review.id }
}

/// Adds a review, under the id and the stamp that its row carries.
///
/// # Errors
/// [`StoreError::Taken`] `course_reviews.course_id` when the user has reviewed the course already.
pub fn insert(tx: &mut Tx<'_>, site: i64, review: &ReviewRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO course_reviews (site_id, id, rev, created_at, updated_at, course_id, user_id, rating, title,
           review_text, approved)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            site,
            review.id,
            review.rev,
            review.created_at,
            review.updated_at,
            review.course_id,
            review.user_id,
            review.rating,
            &review.title,
            &review.review_text,
            review.approved,
        ],
    )?;
    tx.update_counts(&[], &[place(site, review)]);
    Ok(())
}

/// The review with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<ReviewRow>, StoreError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM course_reviews t WHERE t.site_id = $1 AND t.id = $2"),
        params![site, id],
        read,
    )
}

/// A page of the reviews of a course: of all, or of the approved ones.
///
/// # Errors
/// Whatever the database says.
pub fn page(
    tx: &mut Tx<'_>,
    site: i64,
    course: i64,
    only_approved: bool,
    request: &PageRequest,
) -> Result<Page<ReviewRow>, StoreError> {
    let mut part = lists::of(site, lists::REVIEWS_OF_COURSE, course);
    let mut scope = vec![Filter::is("t.course_id = ?", course)];
    if only_approved {
        part = CountSelection { states: 1 << APPROVED, ..part };
        scope.push(Filter::is("t.approved = ?", true));
    }
    let source = ListQuery {
        table: "course_reviews",
        columns: COLUMNS,
        from: "course_reviews t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope,
        by_id: Some(part),
        by_rev: None,
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}

/// Removes every review that a user has written.
///
/// # Errors
/// Whatever the database says.
pub fn delete_of_user(tx: &mut Tx<'_>, site: i64, user: i64) -> Result<(), StoreError> {
    delete_where(tx, site, "user_id", user)
}

/// Removes every review of a course.
///
/// # Errors
/// Whatever the database says.
pub fn delete_of_course(tx: &mut Tx<'_>, site: i64, course: i64) -> Result<(), StoreError> {
    delete_where(tx, site, "course_id", course)
}

fn delete_where(tx: &mut Tx<'_>, site: i64, column: &str, id: i64) -> Result<(), StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM course_reviews t WHERE t.site_id = $1 AND t.{column} = $2");
    let reviews = tx.query(&sql, params![site, id], read)?;
    tx.execute(&format!("DELETE FROM course_reviews WHERE site_id = $1 AND {column} = $2"), params![site, id])?;
    for review in &reviews {
        tx.update_counts(&[place(site, review)], &[]);
    }
    Ok(())
}
