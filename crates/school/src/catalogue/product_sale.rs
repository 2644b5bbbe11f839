//! How a product is sold, changed on its own.

use crate::check::Set;
use crate::courses;
use crate::error::Result;
use crate::products::{self, NewPrice, NewProduct, Product, ProductStatus, Productable};
use store::{ProductId, SiteId, Tx};

/// How a product is sold, apart from what the course or bundle that it sells says of itself. What is not said stays.
#[derive(Debug, Clone, Default)]
pub struct ProductChanges {
    /// Its status.
    pub status: Option<ProductStatus>,
    /// Whether it cannot be bought.
    pub private: Option<bool>,
    /// Whether no page of the school shows it.
    pub hidden: Option<bool>,
    /// Whether completing it earns a certificate.
    pub has_certificate: Option<bool>,
    /// For how many days after an enrollment it is open.
    pub days_until_expiry: Set<i64>,
    /// Title for search engines.
    pub seo_title: Set<String>,
    /// Description for search engines.
    pub seo_description: Set<String>,
    /// Its prices, in place of those it has; none at all is free.
    pub prices: Option<Vec<NewPrice>>,
    /// The products related to it.
    pub related_product_ids: Option<Vec<ProductId>>,
}

/// Changes how a product is sold. The event of its course is told of where the status is another one.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such product; [`Error::Invalid`] when something breaks a rule.
pub fn change(tx: &mut Tx<'_>, site: SiteId, id: ProductId, changes: &ProductChanges) -> Result<Product> {
    let had = products::get(tx, site, id)?;
    let mut new = NewProduct {
        productable: had.productable(),
        name: had.name.clone(),
        slug: had.slug.clone(),
        status: changes.status.unwrap_or(had.status),
        private: changes.private.unwrap_or(had.private),
        hidden: changes.hidden.unwrap_or(had.hidden),
        has_certificate: changes.has_certificate.unwrap_or(had.has_certificate),
        days_until_expiry: had.days_until_expiry,
        keywords: had.keywords.clone(),
        seo_title: had.seo_title.clone(),
        seo_description: had.seo_description.clone(),
        description: had.description.clone(),
        card_image_url: had.card_image_url.clone(),
        instructor_names: had.instructor_names.clone(),
        prices: changes.prices.clone().unwrap_or_else(|| had.prices.iter().map(NewPrice::from).collect()),
    };
    changes.days_until_expiry.clone().apply(&mut new.days_until_expiry);
    changes.seo_title.clone().apply(&mut new.seo_title);
    changes.seo_description.clone().apply(&mut new.seo_description);
    let has = products::update(tx, site, id, &new)?;
    if let Some(related) = &changes.related_product_ids {
        products::set_related(tx, site, id, related)?;
    }
    match has.productable() {
        Productable::Course(course) if has.status != had.status => courses::tell_updated(tx, site, course)?,
        _ => {}
    }
    products::get(tx, site, id)
}
