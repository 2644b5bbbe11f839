//! Reviews: what students think of a course, one each.

use crate::check::{Check, LINE, TEXT};
use crate::error::{Error, Result, Taken};
use store::course_reviews as rows;
pub use store::course_reviews::ReviewRow as Review;
use store::{CourseId, Page, PageRequest, ReviewId, SiteId, Tx, UserId};

/// A review to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewReview {
    /// Who wrote it.
    pub user_id: Option<UserId>,
    /// One to five.
    pub rating: Option<i64>,
    /// Its title.
    pub title: Option<String>,
    /// Its text.
    pub review_text: Option<String>,
    /// Whether everybody may read it.
    pub approved: bool,
}

/// A page of the reviews of a course: of all, or of the approved ones.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such course.
pub fn list(
    tx: &mut Tx<'_>,
    site: SiteId,
    course: CourseId,
    only_approved: bool,
    ask: &PageRequest,
) -> Result<Page<Review>> {
    if !store::courses::exists(tx, site, course)? {
        return Err(Error::NotFound);
    }
    Ok(rows::page(tx, site, course, only_approved, ask)?)
}

/// One review.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such review.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: ReviewId) -> Result<Review> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// Makes a review of a course.
///
/// # Errors
/// [`Error::NotNamed`] or [`Error::NoSuch`] when nothing but the course is missing; [`Error::Invalid`] when a field is
/// missing or breaks a rule, the user does not exist, or has reviewed the course already.
pub fn create(tx: &mut Tx<'_>, site: SiteId, course: Option<CourseId>, new: &NewReview) -> Result<Review> {
    let mut check = Check::new();
    let named = course.is_some();
    let course = course.unwrap_or_default();
    check.subject("course_id", named, named && store::courses::exists(tx, site, course)?);
    match new.rating {
        None => check.add("rating", "can't be blank"),
        Some(rating) => check.that((1..=5).contains(&rating), "rating", "must be between 1 and 5"),
    }
    let title = check.required("title", new.title.as_deref(), LINE);
    let review_text = check.required("review_text", new.review_text.as_deref(), TEXT);
    match new.user_id {
        None => check.add("user_id", "can't be blank"),
        Some(user) => check.that(store::users::exists(tx, site, user)?, "user_id", "must exist"),
    }
    if let Some(user) = new.user_id
        && !check.is_fine()
        && rows::exists_of(tx, site, course, user)?
    {
        check.taken("user_id");
    }
    check.done()?;
    let stamp = tx.stamp(site)?;
    let row = Review {
        id: ReviewId::next(tx)?,
        rev: stamp.rev,
        created_at: stamp.at,
        updated_at: stamp.at,
        course_id: course,
        user_id: new.user_id.unwrap_or_default(),
        rating: new.rating.unwrap_or_default(),
        title,
        review_text,
        approved: new.approved,
    };
    rows::insert(tx, site, &row).taken(&[("course_reviews.course_id", "user_id")])?;
    Ok(row)
}

/// Lets everybody read a review, or nobody but those who run the school. What is so already leaves no trace.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such review.
pub fn set_approved(tx: &mut Tx<'_>, site: SiteId, id: ReviewId, approved: bool) -> Result<()> {
    let had = get(tx, site, id)?;
    if had.approved == approved {
        return Ok(());
    }
    let stamp = tx.stamp(site)?;
    Ok(rows::update(tx, site, &had, &Review { approved, ..had.clone() }, stamp)?)
}

/// Removes a review. Whoever wrote it may write another one.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such review.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: ReviewId) -> Result<()> {
    let review = get(tx, site, id)?;
    Ok(rows::delete(tx, site, &review)?)
}
