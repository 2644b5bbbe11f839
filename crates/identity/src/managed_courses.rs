//! Courses, as somebody changes them who runs the school or looks after some of them. Whoever looks after courses alone
//! sees those and no others, and leaves to those who run the school what is sold and who else looks after a course.

use crate::actor::Actor;
use crate::rights::Right;
use school::chapters::{self, Chapter};
use school::contents::{self, Content};
use school::course_reviews::{self, Review};
use school::course_source::{CourseSource, ProductSource};
use school::courses::{self, Course, NewCourse};
use school::error::{Error, Result};
use school::files::{FileAddresses, FileRef};
use school::products::ProductStatus;
use school::{
    ChapterId, ContentId, CourseId, Page, PageRequest, PublishRequestId, QuestionId, ReviewId, course_source, outline,
};
use school::{product_publish_requests, products};
use store::Tx;

/// So many courses are looked at where a list is narrowed or is somebody's own.
const MOST: i64 = 1000;

/// Whether somebody changes every course, and how it is sold.
#[must_use]
pub fn manages_all(actor: &Actor) -> bool {
    actor.may(Right::ManageSchool)
}

/// A page of the courses that somebody may change.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, ask: &PageRequest) -> Result<Page<Course>> {
    let site = actor.site().id;
    if manages_all(actor) {
        return courses::list(tx, site, ask);
    }
    let all = looked_at(tx, actor)?;
    Ok(Page { total: all.len() as i64, items: all, offset: 0, next_after: None })
}

/// Those of the courses that somebody may change whose name holds a text, the newest first.
pub fn search(tx: &mut Tx<'_>, actor: &Actor, text: &str) -> Result<Vec<Course>> {
    let wanted = text.trim().to_lowercase();
    let mut found = looked_at(tx, actor)?;
    found.retain(|course| course.name.to_lowercase().contains(&wanted));
    Ok(found)
}

/// The courses that somebody may change, the newest first.
fn looked_at(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Course>> {
    let site = actor.site().id;
    if manages_all(actor) {
        let newest = PageRequest { descending: true, ..PageRequest::first(MOST) };
        return Ok(courses::list(tx, site, &newest)?.items);
    }
    let mut own = store::courses::of_administrator(tx, site, actor.user_id())?;
    own.reverse();
    own.truncate(MOST as usize);
    courses::of_ids(tx, site, &own)
}

/// A course that somebody may change.
///
/// # Errors
/// [`Error::NotFound`] when there is none: also where they look after others alone.
pub fn course(tx: &mut Tx<'_>, actor: &Actor, id: CourseId) -> Result<Course> {
    let course = courses::get(tx, actor.site().id, id)?;
    let is_theirs = manages_all(actor) || course.administrator_user_ids.contains(&actor.user_id());
    if is_theirs { Ok(course) } else { Err(Error::NotFound) }
}

/// A chapter of a course that somebody may change.
///
/// # Errors
/// As [`course`].
pub fn chapter(tx: &mut Tx<'_>, actor: &Actor, id: ChapterId) -> Result<(Course, Chapter)> {
    let chapter = chapters::get(tx, actor.site().id, id)?;
    Ok((course(tx, actor, chapter.course_id)?, chapter))
}

/// A content of a course that somebody may change.
///
/// # Errors
/// As [`course`].
pub fn content(tx: &mut Tx<'_>, actor: &Actor, id: ContentId) -> Result<(Course, Content)> {
    let content = contents::get(tx, actor.site().id, id)?;
    Ok((course(tx, actor, content.course_id)?, content))
}

/// The content of a question in a course that somebody may change.
///
/// # Errors
/// As [`course`].
pub fn question(tx: &mut Tx<'_>, actor: &Actor, id: QuestionId) -> Result<(Course, Content)> {
    let id = contents::content_of(tx, actor.site().id, id)?;
    content(tx, actor, id)
}

/// A review of a course that somebody may change.
///
/// # Errors
/// As [`course`].
pub fn review(tx: &mut Tx<'_>, actor: &Actor, id: ReviewId) -> Result<Review> {
    let review = course_reviews::get(tx, actor.site().id, id)?;
    course(tx, actor, review.course_id)?;
    Ok(review)
}

/// Makes a course, a draft. Whoever looks after courses alone looks after it.
///
/// # Errors
/// As [`courses::create`].
pub fn create(tx: &mut Tx<'_>, actor: &Actor, name: &str) -> Result<Course> {
    let mut new = NewCourse { status: ProductStatus::Draft, user_id: Some(actor.user_id()), ..NewCourse::named(name) };
    if !manages_all(actor) {
        new.administrator_user_ids = vec![actor.user_id()];
    }
    courses::create(tx, actor.site().id, &new)
}

/// Changes a course and how it is sold. Whoever looks after courses alone changes what it says and teaches: how it is
/// sold, and who looks after it, stays as it is.
///
/// # Errors
/// As [`course`] and [`courses::update`].
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: CourseId, change: impl FnOnce(&mut NewCourse)) -> Result<Course> {
    course(tx, actor, id)?;
    let site = actor.site().id;
    let had = NewCourse::of(tx, site, id)?;
    let mut has = had.clone();
    change(&mut has);
    if !manages_all(actor) {
        has.status = had.status;
        has.private = had.private;
        has.hidden = had.hidden;
        has.has_certificate = had.has_certificate;
        has.days_until_expiry = had.days_until_expiry;
        has.prices = had.prices;
        has.administrator_user_ids = had.administrator_user_ids;
        has.user_id = had.user_id;
    }
    courses::update(tx, site, id, &has)
}

/// Asks those who run the school to publish a course.
///
/// # Errors
/// As [`course`].
pub fn ask_to_publish(tx: &mut Tx<'_>, actor: &Actor, id: CourseId) -> Result<PublishRequestId> {
    let course = course(tx, actor, id)?;
    Ok(product_publish_requests::create(tx, actor.site().id, course.product_id, actor.user_id())?.id)
}

/// Makes another course like one, as a draft.
///
/// # Errors
/// As [`course`] and [`course_source::duplicate`].
pub fn duplicate(tx: &mut Tx<'_>, actor: &Actor, id: CourseId) -> Result<Course> {
    course(tx, actor, id)?;
    course_source::duplicate(tx, actor.site().id, id, None, None)
}

/// Makes a course as its files say, or brings the one with its slug up to date. Whoever looks after courses alone looks after
/// what they make, and leaves to others how it is sold and who teaches it: a new one is a draft and free.
///
/// # Errors
/// [`Error::Invalid`] when there is a course with the slug that they may not change, it names files of the school that it
/// has not had, or the school refuses something.
pub fn import(tx: &mut Tx<'_>, actor: &Actor, source: &CourseSource, addresses: &FileAddresses) -> Result<Course> {
    let site = actor.site().id;
    if manages_all(actor) {
        return course_source::import(tx, site, source, addresses);
    }
    let mut source = source.clone();
    match courses::find_by_slug(tx, site, &source.slug)? {
        Some(had) => {
            let own = course(tx, actor, had.id).map_err(|_| Error::invalid("slug", "has already been taken"))?;
            let as_it_is = course_source::export(tx, site, &own.slug)?;
            check_files(&source, Some(&as_it_is))?;
            (source.product, source.prices) = (as_it_is.product, as_it_is.prices);
            source.instructor = as_it_is.instructor;
            course_source::import(tx, site, &source, addresses)
        }
        None => {
            check_files(&source, None)?;
            let ProductSource { seo_title, seo_description, .. } = source.product;
            let status = ProductStatus::Draft;
            source.product = ProductSource { status, seo_title, seo_description, ..ProductSource::default() };
            (source.prices, source.instructor) = (Vec::new(), None);
            let made = course_source::import(tx, site, &source, addresses)?;
            let new = NewCourse {
                administrator_user_ids: vec![actor.user_id()],
                user_id: Some(actor.user_id()),
                ..NewCourse::of(tx, site, made.id)?
            };
            courses::update(tx, site, made.id, &new)
        }
    }
}

/// Refuses files of the school that a course has not had: what is named by what it holds may be anybody's.
fn check_files(source: &CourseSource, had: Option<&CourseSource>) -> Result<()> {
    let had: Vec<&FileRef> = had.into_iter().flat_map(CourseSource::named_files).map(|(_, file)| file).collect();
    let more = source.named_files().filter(|(_, file)| !had.iter().any(|had| had.sha256 == file.sha256));
    let told = "names a file of the school: choose it in the form of the lesson instead";
    let problems: Vec<_> = more.map(|(path, _)| (path.into(), told.to_owned())).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Removes a course with everything that is in it, enrollments and progress too; for those who run the school.
///
/// # Errors
/// [`Error::NotFound`] when there is none that they may remove.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: CourseId) -> Result<()> {
    if !manages_all(actor) {
        return Err(Error::NotFound);
    }
    outline::remove_course(tx, actor.site().id, id, true)
}

/// Whether a course is published.
///
/// # Errors
/// [`Error::NotFound`] when its product is not there.
pub fn status(tx: &mut Tx<'_>, actor: &Actor, course: &Course) -> Result<ProductStatus> {
    Ok(products::get(tx, actor.site().id, course.product_id)?.status)
}
