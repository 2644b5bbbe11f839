//! What the school's own pages say of its courses, bundles, collections and lessons, to whoever looks at them.
//!
//! What is not published is there for whoever has access to it, or runs the school, and for nobody else.

use crate::courses::{self, Course};
use crate::enrollments::{self, EnrollmentFilter};
use crate::error::{Error, Result};
use crate::products::{self, ProductStatus, Productable};
use crate::{chapters, contents};
use store::{ContentId, CourseId, PageRequest, ProductId, SiteId, Tx, UserId};

/// A page shows at most so many courses or products.
const MOST: i64 = 100;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// Their account, when they are signed in.
    pub user_id: Option<UserId>,
    /// Whether they may change the school.
    pub manages: bool,
}

impl Viewer {
    /// Somebody who is not signed in.
    pub const ANYBODY: Self = Self { user_id: None, manages: false };
}

/// What somebody has of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// They are not signed in.
    Unknown,
    /// Nothing.
    None,
    /// A free trial.
    Trial,
    /// All of it; how much of it they have done, of a hundred.
    Full(i64),
    /// They had it, until a while ago.
    Ended,
}

/// What a page says of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// Its name.
    pub name: String,
    /// A second line.
    pub subtitle: Option<String>,
    /// What it is about; it may be HTML.
    pub description: Option<String>,
    /// The picture above; none for the usual one.
    pub banner_image_url: Option<String>,
    /// What is in it, in its order.
    pub parts: Vec<Part>,
    /// What the viewer has of it; none for what nobody is enrolled in.
    pub access: Option<Access>,
}

/// Something that is in something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its page, if it has one.
    pub path: Option<String>,
}

/// The path of a course's page.
#[must_use]
pub fn course_path(slug: &str) -> String {
    format!("/courses/{slug}")
}

/// The path of a bundle's page.
#[must_use]
pub fn bundle_path(slug: &str) -> String {
    format!("/bundles/{slug}")
}

/// A course.
///
/// # Errors
/// [`Error::NotFound`] when there is none that the viewer may know of.
pub fn course(tx: &mut Tx<'_>, site: SiteId, viewer: Viewer, slug: &str) -> Result<Landing> {
    let course = courses::find_by_slug(tx, site, slug)?.ok_or(Error::NotFound)?;
    let access = access(tx, site, viewer, course.id)?;
    may_know(tx, site, viewer, course.product_id, access)?;
    let chapters = chapters::all(tx, site, course.id)?;
    Ok(Landing {
        name: course.name.clone(),
        subtitle: course.subtitle.clone(),
        description: course.description.clone().or_else(|| course.course_card_text.clone()),
        banner_image_url: course.banner_image_url.clone(),
        parts: chapters.iter().map(|chapter| Part { name: chapter.name.clone(), path: None }).collect(),
        access: Some(access),
    })
}

/// A lesson of a course, with the name of the course beneath its own.
///
/// # Errors
/// [`Error::NotFound`] when there is none that the viewer may know of.
pub fn lesson(tx: &mut Tx<'_>, site: SiteId, viewer: Viewer, slug: &str, id: ContentId) -> Result<Landing> {
    let course = course(tx, site, viewer, slug)?;
    let content = contents::get(tx, site, id)?;
    if content.course_slug != slug || content.draft && !viewer.manages {
        return Err(Error::NotFound);
    }
    Ok(Landing {
        name: content.name.clone(),
        subtitle: None,
        description: None,
        parts: vec![Part { name: course.name.clone(), path: Some(course_path(slug)) }],
        ..course
    })
}

/// A bundle.
///
/// # Errors
/// [`Error::NotFound`] when there is none that the viewer may know of.
pub fn bundle(tx: &mut Tx<'_>, site: SiteId, viewer: Viewer, slug: &str) -> Result<Landing> {
    let row = store::bundles::by_slug(tx, site, slug)?.ok_or(Error::NotFound)?;
    let ids: Vec<CourseId> = store::bundles::courses(tx, site, row.id)?.into_iter().take(MOST as usize).collect();
    let courses: Vec<Course> = courses::of_ids(tx, site, &ids)?;
    let mut whole = if ids.is_empty() { Access::None } else { Access::Full(100) };
    if viewer.user_id.is_none() {
        whole = Access::Unknown;
    }
    for id in ids.iter().filter(|_| viewer.user_id.is_some()) {
        whole = match (whole, access(tx, site, viewer, *id)?) {
            (Access::Full(done), Access::Full(also)) => Access::Full(done.min(also)),
            // Whoever lacks one of its courses does not have the bundle.
            (_, lacking) => lacking,
        };
        if !matches!(whole, Access::Full(_)) {
            break;
        }
    }
    may_know(tx, site, viewer, row.product_id, whole)?;
    let mut parts = Vec::with_capacity(courses.len());
    for course in &courses {
        // Of a course that the viewer may not know of, its name is told no more than its page.
        let has = access(tx, site, viewer, course.id)?;
        match may_know(tx, site, viewer, course.product_id, has) {
            Ok(()) => parts.push(Part { name: course.name.clone(), path: Some(course_path(&course.slug)) }),
            Err(Error::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(Landing {
        name: row.name,
        subtitle: row.tagline,
        description: row.description,
        banner_image_url: row.banner_image_url,
        parts,
        access: Some(whole),
    })
}

/// A collection: the products in it that the school shows.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn collection(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<Landing> {
    let row = store::collections::by_slug(tx, site, slug)?.ok_or(Error::NotFound)?;
    let products = crate::collections::products(tx, site, row.id, &PageRequest::first(MOST))?;
    let shown = products.items.iter().filter(|product| product.status != ProductStatus::Draft && !product.hidden);
    let part = |product: &products::Product| Part {
        name: product.name.clone(),
        path: Some(match product.productable() {
            Productable::Course(_) => course_path(&product.slug),
            Productable::Bundle(_) => bundle_path(&product.slug),
        }),
    };
    Ok(Landing {
        name: row.name,
        subtitle: None,
        description: Some(row.description).filter(|text| !text.is_empty()),
        banner_image_url: None,
        parts: shown.map(part).collect(),
        access: None,
    })
}

/// Whether the viewer may know that there is something which this product sells.
fn may_know(tx: &mut Tx<'_>, site: SiteId, viewer: Viewer, product: ProductId, access: Access) -> Result<()> {
    let published = products::get(tx, site, product)?.status != ProductStatus::Draft;
    let has = !matches!(access, Access::Unknown | Access::None);
    if published || has || viewer.manages { Ok(()) } else { Err(Error::NotFound) }
}

/// What the viewer has of a course.
fn access(tx: &mut Tx<'_>, site: SiteId, viewer: Viewer, course: CourseId) -> Result<Access> {
    let Some(user_id) = viewer.user_id else { return Ok(Access::Unknown) };
    let wanted = EnrollmentFilter { user_id: Some(user_id), course_id: Some(course), ..EnrollmentFilter::default() };
    let now = tx.moment();
    let found = enrollments::list(tx, site, &wanted, &PageRequest::first(1))?;
    Ok(match found.items.first() {
        None => Access::None,
        Some(enrollment) if enrollments::is_expired(enrollment, now) => Access::Ended,
        Some(enrollment) if enrollment.activated_at.is_none_or(|at| at > now) => Access::Trial,
        Some(enrollment) => Access::Full(enrollment.percentage_completed / 100),
    })
}
