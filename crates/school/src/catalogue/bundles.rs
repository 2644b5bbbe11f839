//! Bundles: several courses that are sold together.

use crate::check::{Check, LINE, TEXT};
use crate::courses::{self, Course};
use crate::error::{Error, Result, Taken};
use crate::files::{self, FileUserKind};
use crate::products::{self, NewPrice, NewProduct, ProductStatus, Productable};
use crate::{rich_text, slugs};
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

/// A page of the school's bundles.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Bundle>> {
    let Page { items, total, offset, next_after } = rows::page(tx, site, ask)?;
    let mut bundles = Vec::with_capacity(items.len());
    for row in items {
        let course_ids = rows::courses(tx, site, row.id)?;
        bundles.push(Bundle { row, course_ids });
    }
    Ok(Page { items: bundles, total, offset, next_after })
}

impl NewBundle {
    /// A bundle as it is, to be changed.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the school has no such bundle.
    pub fn of(tx: &mut Tx<'_>, site: SiteId, id: BundleId) -> Result<Self> {
        let Bundle { row, course_ids } = get(tx, site, id)?;
        let product = products::get(tx, site, row.product_id)?;
        Ok(Self {
            name: row.name,
            slug: row.slug,
            description: row.description,
            tagline: row.tagline,
            banner_image_url: row.banner_image_url,
            bundle_card_image_url: row.bundle_card_image_url,
            course_ids,
            status: product.status,
            private: product.private,
            hidden: product.hidden,
            prices: product.prices.iter().map(NewPrice::from).collect(),
        })
    }

    /// Its name and slug, once everything is found to keep the rules.
    fn checked(&self, tx: &mut Tx<'_>, site: SiteId) -> Result<(String, String)> {
        let mut check = Check::new();
        let name = check.required("name", Some(&self.name), LINE);
        let slug = if self.slug.trim().is_empty() { slugs::slug_of(&name) } else { self.slug.trim().to_owned() };
        check.length("slug", &slug, LINE);
        check.slug("slug", &slug);
        check.length("description", self.description.as_deref().unwrap_or_default(), TEXT);
        check.length("tagline", self.tagline.as_deref().unwrap_or_default(), LINE);
        for (url, field) in
            [(&self.banner_image_url, "banner_image_url"), (&self.bundle_card_image_url, "bundle_card_image_url")]
        {
            check.length(field, url.as_deref().unwrap_or_default(), 2048);
        }
        let mut once = self.course_ids.clone();
        once.sort_unstable();
        once.dedup();
        check.that(once.len() == self.course_ids.len(), "course_ids", "has a course twice");
        let known = courses::of_ids(tx, site, &once)?;
        for course in once {
            if !known.iter().any(|known| known.id == course) {
                check.add("course_ids", format!("has no course with ID {course}"));
            }
        }
        check.done()?;
        Ok((name, slug))
    }

    /// The product that sells it.
    fn product(&self, id: BundleId, name: &str, slug: &str) -> NewProduct {
        NewProduct {
            slug: slug.to_owned(),
            status: self.status,
            private: self.private,
            hidden: self.hidden,
            description: self.description.clone(),
            card_image_url: self.bundle_card_image_url.clone(),
            prices: self.prices.clone(),
            ..NewProduct::of(Productable::Bundle(id), name)
        }
    }
}

/// Makes a bundle and the product that sells it.
///
/// # Errors
/// [`Error::Invalid`] when a field breaks a rule, a slug is taken, or a course is unknown or named twice.
pub fn create(tx: &mut Tx<'_>, site: SiteId, new: &NewBundle) -> Result<Bundle> {
    let (name, slug) = new.checked(tx, site)?;
    let id = BundleId::next(tx)?;
    let product = products::create(tx, site, &new.product(id, &name, &slug))?;
    let stamp = tx.stamp(site)?;
    let row = BundleRow {
        id,
        rev: stamp.rev,
        created_at: stamp.at,
        updated_at: stamp.at,
        product_id: product.id,
        name,
        slug,
        description: new.description.clone().map(rich_text::description),
        tagline: new.tagline.clone(),
        banner_image_url: new.banner_image_url.clone(),
        bundle_card_image_url: new.bundle_card_image_url.clone(),
    };
    rows::insert(tx, site, &row, &new.course_ids).taken(TAKEN)?;
    use_files(tx, site, &row)?;
    Ok(Bundle { row, course_ids: new.course_ids.clone() })
}

const TAKEN: &[(&str, &str)] = &[("bundles.slug", "slug")];

/// Replaces the fields, the courses and the product of a bundle. Whoever is enrolled through it keeps what they have:
/// they are neither enrolled in courses that come to it, nor out of those that leave it. What does not change leaves no
/// trace.
///
/// # Errors
/// [`Error::NotFound`] when there is no such bundle; [`Error::Invalid`] as [`create`].
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: BundleId, new: &NewBundle) -> Result<Bundle> {
    let had = get(tx, site, id)?;
    let (name, slug) = new.checked(tx, site)?;
    let product = products::get(tx, site, had.product_id)?;
    // What the bundle says nothing of stays as it is.
    let wanted = NewProduct {
        has_certificate: product.has_certificate,
        days_until_expiry: product.days_until_expiry,
        keywords: product.keywords.clone(),
        seo_title: product.seo_title.clone(),
        seo_description: product.seo_description.clone(),
        instructor_names: product.instructor_names.clone(),
        ..new.product(id, &name, &slug)
    };
    products::update(tx, site, had.product_id, &wanted)?;
    let row = BundleRow {
        name,
        slug,
        description: new.description.clone().map(rich_text::description),
        tagline: new.tagline.clone(),
        banner_image_url: new.banner_image_url.clone(),
        bundle_card_image_url: new.bundle_card_image_url.clone(),
        ..had.row.clone()
    };
    if row != had.row || new.course_ids != had.course_ids {
        let stamp = tx.stamp(site)?;
        rows::update(tx, site, &row, stamp).taken(TAKEN)?;
        use_files(tx, site, &row)?;
        rows::set_courses(tx, site, id, &new.course_ids)?;
    }
    get(tx, site, id)
}

/// Notes which files of the school a bundle shows: its pictures, and those in its description.
fn use_files(tx: &mut Tx<'_>, site: SiteId, row: &BundleRow) -> Result<()> {
    let texts = [&row.banner_image_url, &row.bundle_card_image_url, &row.description];
    let texts = texts.into_iter().flatten().map(String::as_str);
    files::use_files_in(tx, site, FileUserKind::Bundle, row.id, texts, "base")
}

/// Removes a bundle and its product. Its courses stay, and whoever is enrolled in them through it stays enrolled.
///
/// # Errors
/// [`Error::NotFound`] when there is no such bundle.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: BundleId) -> Result<()> {
    let bundle = get(tx, site, id)?;
    store::enrollments::unlink_bundle(tx, site, id)?;
    rows::delete(tx, site, id)?;
    products::delete(tx, site, bundle.product_id)
}
