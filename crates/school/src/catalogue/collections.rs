//! Collections, which a school's pages call categories: products that are shown together.

use crate::check::{Check, LINE, Set, TEXT};
use crate::error::{Error, Result, Taken};
use crate::products::{self, Product, owned_by};
use crate::slugs;
use store::collections::{self as rows, CollectionRow};
use store::products::ProductsOf;
use store::{CollectionId, Page, PageRequest, ProductId, SiteId, Tx};

/// A collection and the products in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    row: CollectionRow,
    /// The products in it, by id.
    pub product_ids: Vec<ProductId>,
}

impl std::ops::Deref for Collection {
    type Target = CollectionRow;

    fn deref(&self) -> &CollectionRow {
        &self.row
    }
}

/// A collection to be made, or the changes to one.
#[derive(Debug, Clone, Default)]
pub struct CollectionInput {
    /// Its name.
    pub name: Set<String>,
    /// Its description.
    pub description: Set<String>,
    /// The last part of its address; empty makes one of the name, with a number when that is taken.
    pub slug: Set<String>,
}

const TAKEN: &[(&str, &str)] = &[("collections.slug", "slug")];

/// A page of the school's collections.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Collection>> {
    let page = rows::page(tx, site, ask)?;
    let ids: Vec<CollectionId> = page.items.iter().map(|row| row.id).collect();
    let products = rows::products(tx, site, &ids)?;
    Ok(page.map(|row| Collection { product_ids: owned_by(&products, row.id), row }))
}

/// One collection.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such collection.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: CollectionId) -> Result<Collection> {
    let row = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    let product_ids = rows::products(tx, site, &[id])?.into_iter().map(|(_, product)| product).collect();
    Ok(Collection { row, product_ids })
}

/// The id of the first collection with this name.
pub fn id_by_name(tx: &mut Tx<'_>, site: SiteId, name: &str) -> Result<Option<CollectionId>> {
    Ok(rows::id_by_name(tx, site, name.trim())?)
}

/// A page of the products in a collection.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such collection.
pub fn products(tx: &mut Tx<'_>, site: SiteId, id: CollectionId, ask: &PageRequest) -> Result<Page<Product>> {
    known(tx, site, id)?;
    products::page(tx, site, ProductsOf::Collection(id), ask)
}

/// Makes a collection.
///
/// # Errors
/// [`Error::Invalid`] when the name is missing, or the slug is taken or no slug.
pub fn create(tx: &mut Tx<'_>, site: SiteId, input: &CollectionInput) -> Result<Collection> {
    make(tx, site, input, false)
}

/// Makes the school's default collection, which cannot be removed.
///
/// # Errors
/// [`Error::Invalid`] when there is a collection with its slug, `all-courses`.
pub fn create_default(tx: &mut Tx<'_>, site: SiteId) -> Result<Collection> {
    make(tx, site, &CollectionInput { name: Set::To("All Courses".to_owned()), ..CollectionInput::default() }, true)
}

fn make(tx: &mut Tx<'_>, site: SiteId, input: &CollectionInput, is_default: bool) -> Result<Collection> {
    let mut row = CollectionRow { is_default, ..CollectionRow::default() };
    apply(tx, site, &mut row, input)?;
    let stamp = tx.stamp(site)?;
    row.id = CollectionId::next(tx)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    rows::insert(tx, site, &row).taken(TAKEN)?;
    Ok(Collection { row, product_ids: Vec::new() })
}

/// Changes a collection.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such collection; [`Error::Invalid`] as [`create`].
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: CollectionId, input: &CollectionInput) -> Result<()> {
    let had = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    let mut has = had.clone();
    apply(tx, site, &mut has, input)?;
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, &had, &has, stamp).taken(TAKEN)
}

/// Removes a collection. Its products stay in the school.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such collection; [`Error::Invalid`] when it is the default one.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: CollectionId) -> Result<()> {
    let row = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    if row.is_default {
        return Err(Error::invalid("base", "The default category can't be deleted"));
    }
    Ok(rows::delete(tx, site, &row)?)
}

/// Puts products into a collection. Being in it already is no error.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such collection, or one of the products does not exist; nothing
/// happens then.
pub fn add_products(tx: &mut Tx<'_>, site: SiteId, id: CollectionId, product_ids: &[ProductId]) -> Result<()> {
    known(tx, site, id)?;
    if !products::unknown(tx, site, product_ids)?.is_empty() {
        return Err(Error::NotFound);
    }
    for product in product_ids {
        rows::add_product(tx, site, id, *product)?;
    }
    Ok(())
}

/// Takes products out of a collection. Not being in it is no error: after this they are not in it.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such collection.
pub fn remove_products(tx: &mut Tx<'_>, site: SiteId, id: CollectionId, product_ids: &[ProductId]) -> Result<()> {
    known(tx, site, id)?;
    for product in product_ids {
        rows::remove_product(tx, site, id, *product)?;
    }
    Ok(())
}

fn known(tx: &mut Tx<'_>, site: SiteId, id: CollectionId) -> Result<()> {
    if rows::exists(tx, site, id)? { Ok(()) } else { Err(Error::NotFound) }
}

/// Applies the input to a row, and checks what stands in it then.
fn apply(tx: &mut Tx<'_>, site: SiteId, row: &mut CollectionRow, input: &CollectionInput) -> Result<()> {
    let mut check = Check::new();
    let text = |set: &Set<String>, had: &str| match set {
        Set::Keep => had.to_owned(),
        Set::Clear => String::new(),
        Set::To(text) => text.clone(),
    };
    row.name = check.required("name", Some(&text(&input.name, &row.name)), LINE);
    row.description = text(&input.description, &row.description);
    check.length("description", &row.description, TEXT);
    row.slug = text(&input.slug, &row.slug).trim().to_owned();
    check.length("slug", &row.slug, LINE);
    check.slug("slug", &row.slug);
    let id = row.id;
    let mut taken = |slug: &str| Ok(rows::id_by_slug(tx, site, slug)?.is_some_and(|other| other != id));
    // Of a row that is fine writing it tells.
    if !check.is_fine() && taken(&row.slug)? {
        check.taken("slug");
    }
    check.done()?;
    if row.slug.is_empty() {
        row.slug = slugs::free(&row.name, taken)?;
    }
    Ok(())
}
