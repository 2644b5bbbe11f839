//! Bundles: several courses that are sold together.

use crate::check::{Check, LINE, TEXT};
use crate::courses::{self, Course};
use crate::error::{Error, Result, Taken};
use crate::products::{self, NewPrice, NewProduct, ProductStatus, Productable};
use crate::slugs;
use store::bundles::{self as rows, BundleRow};
use store::{BundleId, CourseId, Page, PageRequest, SiteId, Tx};

/// A bundle and its courses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    row: BundleRow,
    /// Its courses, in their order.
    pub course_ids: Vec<CourseId>,
}

impl std::ops::Deref for Bundle {
    type Target = BundleRow;

    fn deref(&self) -> &BundleRow {
        &self.row
    }
}

/// A bundle to be made, with the product that sells it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewBundle {
    /// Its name.
    pub name: String,
    /// The last part of its address; empty makes one of the name.
    pub slug: String,
    /// Its description.
    pub description: Option<String>,
    /// A few words beneath its name.
    pub tagline: Option<String>,
    /// The picture above its page.
    pub banner_image_url: Option<String>,
    /// The picture on its card.
    pub bundle_card_image_url: Option<String>,
    /// Its courses, in their order.
    pub course_ids: Vec<CourseId>,
    /// The product's status.
    pub status: ProductStatus,
    /// Whether it cannot be bought.
    pub private: bool,
    /// Whether no page of the school shows it.
    pub hidden: bool,
    /// Its prices; none at all is free.
    pub prices: Vec<NewPrice>,
}

/// One bundle.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such bundle.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: BundleId) -> Result<Bundle> {
    let row = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    Ok(Bundle { row, course_ids: rows::courses(tx, site, id)? })
}

/// Whether there is a bundle with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: BundleId) -> Result<bool> {
    Ok(rows::exists(tx, site, id)?)
}

/// The courses of a bundle, in their order; none when there is no such bundle.
pub fn course_ids(tx: &mut Tx<'_>, site: SiteId, id: BundleId) -> Result<Vec<CourseId>> {
    Ok(rows::courses(tx, site, id)?)
}

/// A page of a bundle's courses, by id.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such bundle.
pub fn courses(tx: &mut Tx<'_>, site: SiteId, id: BundleId, ask: &PageRequest) -> Result<Page<Course>> {
    if !exists(tx, site, id)? {
        return Err(Error::NotFound);
    }
    let Page { items, total, offset, next_after } = rows::course_page(tx, site, id, ask)?;
    Ok(Page { items: courses::of_ids(tx, site, &items)?, total, offset, next_after })
}

/// Makes a bundle and the product that sells it.
///
/// # Errors
/// [`Error::Invalid`] when a field breaks a rule, a slug is taken, or a course is unknown or named twice.
pub fn create(tx: &mut Tx<'_>, site: SiteId, new: &NewBundle) -> Result<Bundle> {
    let mut check = Check::new();
    let name = check.required("name", Some(&new.name), LINE);
    let slug = if new.slug.trim().is_empty() { slugs::slug_of(&name) } else { new.slug.trim().to_owned() };
    check.length("description", new.description.as_deref().unwrap_or_default(), TEXT);
    check.length("tagline", new.tagline.as_deref().unwrap_or_default(), LINE);
    for (url, field) in
        [(&new.banner_image_url, "banner_image_url"), (&new.bundle_card_image_url, "bundle_card_image_url")]
    {
        check.length(field, url.as_deref().unwrap_or_default(), 2048);
    }
    let mut once = new.course_ids.clone();
    once.sort_unstable();
    once.dedup();
    check.that(once.len() == new.course_ids.len(), "course_ids", "has a course twice");
    for course in &once {
        if !courses::exists(tx, site, *course)? {
            check.add("course_ids", format!("has no course with ID {course}"));
        }
    }
    check.done()?;
    let id = BundleId::next(tx)?;
    let product = products::create(
        tx,
        site,
        &NewProduct {
            slug: slug.clone(),
            status: new.status,
            private: new.private,
            hidden: new.hidden,
            description: new.description.clone(),
            card_image_url: new.bundle_card_image_url.clone(),
            prices: new.prices.clone(),
            ..NewProduct::of(Productable::Bundle(id), &name)
        },
    )?;
    let stamp = tx.stamp(site)?;
    let row = BundleRow {
        id,
        rev: stamp.rev,
        created_at: stamp.at,
        updated_at: stamp.at,
        product_id: product.id,
        name,
        slug,
        description: new.description.clone(),
        tagline: new.tagline.clone(),
        banner_image_url: new.banner_image_url.clone(),
        bundle_card_image_url: new.bundle_card_image_url.clone(),
    };
    rows::insert(tx, site, &row, &new.course_ids).taken(&[("bundles.slug", "slug")])?;
    Ok(Bundle { row, course_ids: new.course_ids.clone() })
}
