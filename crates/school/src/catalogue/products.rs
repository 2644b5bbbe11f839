//! Products: what a school sells, a course or a bundle, with its prices.

mod payload;
mod prices;

use crate::check::{Check, LINE, TEXT};
use crate::error::{Error, Result, Taken};
use crate::events::{self, Topic, payloads};
use crate::slugs;
pub use prices::{BillingInterval, NewPrice, PaymentType, Price, TrialInterval};
use std::collections::HashMap;
use store::products::{self as rows, ProductRow, ProductsOf};
pub use store::products::{NamedProduct, ProductStatus, ProductableType};
use store::{BundleId, CollectionId, CourseId, Page, PageRequest, ProductId, SiteId, Tx};

/// What a product sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Productable {
    /// A course.
    Course(CourseId),
    /// Several courses together.
    Bundle(BundleId),
}

impl Productable {
    /// Its type.
    #[must_use]
    pub fn kind(self) -> ProductableType {
        match self {
            Self::Course(_) => ProductableType::Course,
            Self::Bundle(_) => ProductableType::Bundle,
        }
    }

    /// The number of its id.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Course(id) => id.get(),
            Self::Bundle(id) => id.get(),
        }
    }
}

/// A product, with everything that is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    row: ProductRow,
    /// Its prices, by position; one of them is primary.
    pub prices: Vec<Price>,
    /// The collections it is in.
    pub collection_ids: Vec<CollectionId>,
    /// The products related to it.
    pub related_product_ids: Vec<ProductId>,
}

impl std::ops::Deref for Product {
    type Target = ProductRow;

    fn deref(&self) -> &ProductRow {
        &self.row
    }
}

impl Product {
    /// What it sells.
    #[must_use]
    pub fn productable(&self) -> Productable {
        match self.productable_type {
            ProductableType::Course => Productable::Course(CourseId::new(self.productable_id)),
            ProductableType::Bundle => Productable::Bundle(BundleId::new(self.productable_id)),
        }
    }

    /// Its primary price.
    #[must_use]
    pub fn primary_price(&self) -> Option<&Price> {
        prices::primary(&self.prices)
    }

    /// What it costs: its primary price in hundredths.
    #[must_use]
    pub fn price(&self) -> i64 {
        self.primary_price().map_or(0, |price| price.price)
    }

    /// Whether its primary price is a subscription.
    #[must_use]
    pub fn is_subscription(&self) -> bool {
        self.primary_price().is_some_and(|price| price.payment_type == PaymentType::Subscription)
    }

    /// What one of its prices is called.
    #[must_use]
    pub fn price_name(&self, price: &Price) -> String {
        match &price.label {
            Some(label) if !price.is_primary => format!("{} - {label}", self.name),
            _ => self.name.clone(),
        }
    }
}

/// A product to be made, or what is to become of one.
#[derive(Debug, Clone, PartialEq)]
pub struct NewProduct {
    /// What it sells. An update does not change it.
    pub productable: Productable,
    /// Its name.
    pub name: String,
    /// The last part of its address; empty makes one of the name.
    pub slug: String,
    /// Its status.
    pub status: ProductStatus,
    /// Whether it cannot be bought.
    pub private: bool,
    /// Whether no page of the school shows it.
    pub hidden: bool,
    /// Whether completing it earns a certificate.
    pub has_certificate: bool,
    /// For how many days after an enrollment it is open; none for ever.
    pub days_until_expiry: Option<i64>,
    /// Keywords.
    pub keywords: Option<String>,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// The picture on its card.
    pub card_image_url: Option<String>,
    /// The names of its instructors, as shown.
    pub instructor_names: Option<String>,
    /// Its prices; none at all is one primary free price in the school's currency.
    pub prices: Vec<NewPrice>,
}

impl NewProduct {
    /// A published product without a price.
    #[must_use]
    pub fn of(productable: Productable, name: &str) -> Self {
        Self {
            productable,
            name: name.to_owned(),
            slug: String::new(),
            status: ProductStatus::Published,
            private: false,
            hidden: false,
            has_certificate: false,
            days_until_expiry: None,
            keywords: None,
            seo_title: None,
            seo_description: None,
            description: None,
            card_image_url: None,
            instructor_names: None,
            prices: Vec::new(),
        }
    }
}

const TAKEN: &[(&str, &str)] = &[("products.slug", "slug"), ("products.productable_id", "productable_id")];

/// A page of the school's products.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Product>> {
    page(tx, site, ProductsOf::School, ask)
}

/// The newest products by their names, at most so many.
pub fn newest(tx: &mut Tx<'_>, site: SiteId, most: i64) -> Result<Vec<NamedProduct>> {
    Ok(rows::newest(tx, site, most)?)
}

/// What products are called; those that are gone have no name.
pub fn names(tx: &mut Tx<'_>, site: SiteId, ids: &[ProductId]) -> Result<HashMap<ProductId, String>> {
    Ok(rows::names(tx, site, ids)?.into_iter().collect())
}

/// A page of the products related to a product.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such product.
pub fn related(tx: &mut Tx<'_>, site: SiteId, id: ProductId, ask: &PageRequest) -> Result<Page<Product>> {
    if !exists(tx, site, id)? {
        return Err(Error::NotFound);
    }
    page(tx, site, ProductsOf::Related(id), ask)
}

/// A page of products with everything that is said of each: a fixed number of queries, whatever the page.
pub(crate) fn page(tx: &mut Tx<'_>, site: SiteId, of: ProductsOf, ask: &PageRequest) -> Result<Page<Product>> {
    let page = rows::page(tx, site, of, ask)?;
    let (total, offset, next_after) = (page.total, page.offset, page.next_after);
    Ok(Page { items: complete(tx, site, page.items)?, total, offset, next_after })
}

fn complete(tx: &mut Tx<'_>, site: SiteId, products: Vec<ProductRow>) -> Result<Vec<Product>> {
    let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
    let mut prices: HashMap<ProductId, Vec<Price>> = HashMap::with_capacity(ids.len());
    for price in rows::prices(tx, site, &ids)? {
        prices.entry(price.product_id).or_default().push(price);
    }
    let collections = store::collections::of_products(tx, site, &ids)?;
    let related = rows::related(tx, site, &ids)?;
    Ok(products
        .into_iter()
        .map(|row| Product {
            prices: prices.remove(&row.id).unwrap_or_default(),
            collection_ids: owned_by(&collections, row.id),
            related_product_ids: owned_by(&related, row.id),
            row,
        })
        .collect())
}

/// What belongs to one owner, of pairs (owner, owned) sorted by owner.
pub(crate) fn owned_by<O: Ord + Copy, T: Copy>(pairs: &[(O, T)], owner: O) -> Vec<T> {
    let from = pairs.partition_point(|(id, _)| *id < owner);
    pairs[from..].iter().take_while(|(id, _)| *id == owner).map(|(_, owned)| *owned).collect()
}

/// One product.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such product.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: ProductId) -> Result<Product> {
    let row = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    complete(tx, site, vec![row])?.pop().ok_or(Error::NotFound)
}

/// Whether there is a product with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: ProductId) -> Result<bool> {
    Ok(rows::exists(tx, site, id)?)
}

/// The id of the product with this slug.
pub fn id_by_slug(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<Option<ProductId>> {
    Ok(rows::id_by_slug(tx, site, slug)?)
}

/// The id of the product that sells a course or bundle.
pub fn id_by_productable(tx: &mut Tx<'_>, site: SiteId, productable: Productable) -> Result<Option<ProductId>> {
    Ok(rows::id_by_productable(tx, site, productable.kind(), productable.number())?)
}

/// Which of these ids are no products of the school, in order.
pub fn unknown(tx: &mut Tx<'_>, site: SiteId, ids: &[ProductId]) -> Result<Vec<ProductId>> {
    let known = rows::known(tx, site, ids)?;
    let mut unknown: Vec<ProductId> = ids.iter().copied().filter(|id| known.binary_search(id).is_err()).collect();
    unknown.sort_unstable();
    unknown.dedup();
    Ok(unknown)
}

/// The prices of a product, by position; none when there is no such product.
pub fn prices(tx: &mut Tx<'_>, site: SiteId, id: ProductId) -> Result<Vec<Price>> {
    Ok(rows::prices(tx, site, &[id])?)
}

/// The currency of a product's primary price, in lower case; none when there is no such product.
pub fn currency_of(tx: &mut Tx<'_>, site: SiteId, id: ProductId) -> Result<Option<String>> {
    Ok(prices::primary(&prices(tx, site, id)?).map(|price| price.currency.clone()))
}

/// Makes a product, at the end of the school's products.
///
/// # Errors
/// [`Error::Invalid`] when a field breaks a rule, the slug is taken, or another product sells the same.
pub fn create(tx: &mut Tx<'_>, site: SiteId, new: &NewProduct) -> Result<Product> {
    let mut row = ProductRow {
        productable_type: new.productable.kind(),
        productable_id: new.productable.number(),
        ..ProductRow::default()
    };
    apply(&mut row, new)?;
    row.id = ProductId::next(tx)?;
    row.position = rows::next_position(tx, site)?;
    let stamp = tx.stamp(site)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    rows::insert(tx, site, &row).taken(TAKEN)?;
    let prices = prices::of(tx, site, row.id, &new.prices, &[])?;
    rows::set_prices(tx, site, row.id, &prices)?;
    let product = Product { row, prices, collection_ids: Vec::new(), related_product_ids: Vec::new() };
    tell(tx, site, Topic::ProductCreated, &product)?;
    Ok(product)
}

fn tell(tx: &mut Tx<'_>, site: SiteId, topic: Topic, product: &Product) -> Result<()> {
    events::record(tx, site, topic, &payloads::Product::of(product))
}

/// Replaces the fields and prices of a product. The n-th price keeps the id of the n-th price before. What does not
/// change leaves no trace.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such product; [`Error::Invalid`] as [`create`].
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: ProductId, new: &NewProduct) -> Result<Product> {
    let had = get(tx, site, id)?;
    let mut has = had.clone();
    apply(&mut has.row, new)?;
    has.prices = prices::of(tx, site, id, &new.prices, &had.prices)?;
    if has == had { Ok(had) } else { write(tx, site, &had, has) }
}

/// Writes a changed product over the one that was read.
fn write(tx: &mut Tx<'_>, site: SiteId, had: &Product, mut has: Product) -> Result<Product> {
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, &had.row, &has.row, stamp).taken(TAKEN)?;
    if has.prices != had.prices {
        rows::set_prices(tx, site, had.id, &has.prices)?;
    }
    has.row.rev = stamp.rev;
    has.row.updated_at = stamp.at;
    tell(tx, site, Topic::ProductUpdated, &has)?;
    Ok(has)
}

/// Publishes a product.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such product.
pub fn publish(tx: &mut Tx<'_>, site: SiteId, id: ProductId) -> Result<()> {
    change(tx, site, id, |row| row.status = ProductStatus::Published)
}

/// Writes the names of a product's instructors on it.
pub(crate) fn set_instructor_names(tx: &mut Tx<'_>, site: SiteId, id: ProductId, names: Option<&str>) -> Result<()> {
    change(tx, site, id, |row| row.instructor_names = names.map(str::to_owned))
}

fn change(tx: &mut Tx<'_>, site: SiteId, id: ProductId, change: impl FnOnce(&mut ProductRow)) -> Result<()> {
    let had = get(tx, site, id)?;
    let mut has = had.clone();
    change(&mut has.row);
    if has == had { Ok(()) } else { write(tx, site, &had, has).map(drop) }
}

/// Replaces the products that are related to a product.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such product; [`Error::Invalid`] when one of the others is none.
pub fn set_related(tx: &mut Tx<'_>, site: SiteId, id: ProductId, related: &[ProductId]) -> Result<()> {
    if !exists(tx, site, id)? {
        return Err(Error::NotFound);
    }
    let mut check = Check::new();
    for other in unknown(tx, site, related)? {
        check.add("related_product_ids", format!("has no product with ID {other}"));
    }
    check.that(!related.contains(&id), "related_product_ids", "can't contain the product itself");
    check.done()?;
    Ok(rows::set_related(tx, site, id, related)?)
}

/// Removes a product: its prices, memberships of collections, publish requests, and its mention in promotions. What
/// it sells is the caller's business. Orders are books and stay.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such product.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: ProductId) -> Result<()> {
    let product = get(tx, site, id)?;
    store::collections::remove_product_everywhere(tx, site, id)?;
    store::promotions::remove_product_everywhere(tx, site, id)?;
    store::product_publish_requests::delete_of_product(tx, site, id)?;
    rows::delete(tx, site, &product.row)?;
    tell(tx, site, Topic::ProductDeleted, &product)
}

/// Applies the input to a row, and checks all of it, the prices too.
fn apply(row: &mut ProductRow, new: &NewProduct) -> Result<()> {
    let mut check = Check::new();
    row.name = check.required("name", Some(&new.name), LINE);
    row.slug = if new.slug.trim().is_empty() { slugs::slug_of(&row.name) } else { new.slug.trim().to_owned() };
    check.length("slug", &row.slug, LINE);
    check.slug("slug", &row.slug);
    row.status = new.status;
    row.private = new.private;
    row.hidden = new.hidden;
    row.has_certificate = new.has_certificate;
    check.that(new.days_until_expiry.is_none_or(|days| days > 0), "days_until_expiry", "must be greater than 0");
    row.days_until_expiry = new.days_until_expiry;
    for (given, field, name, max) in [
        (&new.keywords, &mut row.keywords, "keywords", TEXT),
        (&new.seo_title, &mut row.seo_title, "seo_title", LINE),
        (&new.seo_description, &mut row.seo_description, "seo_description", TEXT),
        (&new.description, &mut row.description, "description", TEXT),
        (&new.card_image_url, &mut row.card_image_url, "card_image_url", 2048),
        (&new.instructor_names, &mut row.instructor_names, "instructor_names", TEXT),
    ] {
        *field = check.optional(name, given.clone(), max);
    }
    prices::check_all(&new.prices, &mut check);
    check.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_an_owner_is_found_among_the_pairs() {
        let pairs = [(1, 7), (1, 9), (3, 2)];
        assert_eq!(owned_by(&pairs, 1), [7, 9]);
        assert_eq!(owned_by(&pairs, 2), [0_i64; 0]);
        assert_eq!(owned_by(&pairs, 3), [2]);
    }
}
