//! Rows of products, of their prices, and of which products are related.

use crate::{CountedRow, Filter, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, Value, lists, params};

/// A product's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
    /// What it sells: `Course` or `Bundle`.
    pub productable_type: String,
    /// The id of the course or bundle.
    pub productable_id: i64,
    /// Its name.
    pub name: String,
    /// The last part of its address; unique among the school's products.
    pub slug: String,
    /// `published`, `draft` or `presell`.
    pub status: String,
    /// Its place among the school's products, from one.
    pub position: i64,
    /// Whether it cannot be bought: a user is enrolled by hand.
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
}

/// A price's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// Its id, which it keeps when the product changes.
    pub id: i64,
    /// The product's id.
    pub product_id: i64,
    /// Its place among the product's prices, from zero.
    pub position: i64,
    /// Whether it is the product's main price. One of them is.
    pub is_primary: bool,
    /// `free`, `one-time`, `subscription` or `payment-plan`.
    pub payment_type: String,
    /// What tells it from the main price.
    pub label: Option<String>,
    /// Hundredths of the currency's unit.
    pub price: i64,
    /// Its currency, ISO 4217 in lower case.
    pub currency: String,
    /// For how many days a buyer is enrolled; none leaves it to the product.
    pub days_until_expiry: Option<i64>,
    /// What stands on the button.
    pub pay_button_text: Option<String>,
    /// How many payments a payment plan has.
    pub number_of_payments: Option<i64>,
    /// `month` or `year`, between payments.
    pub interval: Option<String>,
    /// How many of them lie between payments.
    pub interval_count: Option<i64>,
    /// `day` or `month`, of the trial.
    pub trial_interval: Option<String>,
    /// How many of them the trial takes.
    pub trial_interval_count: Option<i64>,
    /// What the first period of a subscription costs, in hundredths.
    pub custom_first_price: Option<i64>,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.updated_at, t.productable_type, t.productable_id, t.name, t.slug, \
                       t.status, t.position, t.private, t.hidden, t.has_certificate, t.days_until_expiry, \
                       t.keywords, t.seo_title, t.seo_description, t.description, t.card_image_url, \
                       t.instructor_names";

fn read(row: &Row<'_>) -> Result<ProductRow, StoreError> {
    Ok(ProductRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        productable_type: row.get(4)?,
        productable_id: row.get(5)?,
        name: row.get(6)?,
        slug: row.get(7)?,
        status: row.get(8)?,
        position: row.get(9)?,
        private: row.get(10)?,
        hidden: row.get(11)?,
        has_certificate: row.get(12)?,
        days_until_expiry: row.get(13)?,
        keywords: row.get(14)?,
        seo_title: row.get(15)?,
        seo_description: row.get(16)?,
        description: row.get(17)?,
        card_image_url: row.get(18)?,
        instructor_names: row.get(19)?,
    })
}

fn places(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [lists::place(site, lists::PRODUCTS, id), lists::place(site, lists::PRODUCTS_BY_REV, rev)]
}

/// The position of the school's next product. Positions grow with the ids, so that the newest product has the
/// greatest: nothing is counted.
///
/// # Errors
/// Whatever the database says.
pub fn next_position(tx: &mut Tx<'_>, site: i64) -> Result<i64, StoreError> {
    let last: Option<i64> =
        tx.first("SELECT position FROM products WHERE site_id = $1 ORDER BY id DESC LIMIT 1", params![site], |row| {
            row.get(0)
        })?;
    Ok(last.unwrap_or(0) + 1)
}

/// Adds a product.
///
/// # Errors
/// [`StoreError::Taken`] `products.slug` or `products.productable_id`.
pub fn insert(tx: &mut Tx<'_>, site: i64, product: &ProductRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO products (site_id, id, rev, created_at, updated_at, productable_type, productable_id, name, slug,
           status, position, private, hidden, has_certificate, days_until_expiry, keywords, seo_title,
           seo_description, description, card_image_url, instructor_names)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        params![
            site,
            product.id,
            product.rev,
            product.created_at,
            product.updated_at,
            &product.productable_type,
            product.productable_id,
            &product.name,
            &product.slug,
            &product.status,
            product.position,
            product.private,
            product.hidden,
            product.has_certificate,
            product.days_until_expiry,
            &product.keywords,
            &product.seo_title,
            &product.seo_description,
            &product.description,
            &product.card_image_url,
            &product.instructor_names,
        ],
    )?;
    tx.update_counts(&[], &places(site, product.id, product.rev));
    Ok(())
}

/// Changes a product; what it sells and its position stay. `had` is the row as it was read in this transaction.
///
/// # Errors
/// [`StoreError::Taken`] `products.slug`.
pub fn update(tx: &mut Tx<'_>, site: i64, had: &ProductRow, has: &ProductRow, stamp: Stamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE products SET rev = $1, updated_at = $2, name = $3, slug = $4, status = $5, private = $6, hidden = $7,
           has_certificate = $8, days_until_expiry = $9, keywords = $10, seo_title = $11, seo_description = $12,
           description = $13, card_image_url = $14, instructor_names = $15
         WHERE site_id = $16 AND id = $17",
        params![
            stamp.rev,
            stamp.at,
            &has.name,
            &has.slug,
            &has.status,
            has.private,
            has.hidden,
            has.has_certificate,
            has.days_until_expiry,
            &has.keywords,
            &has.seo_title,
            &has.seo_description,
            &has.description,
            &has.card_image_url,
            &has.instructor_names,
            site,
            had.id,
        ],
    )?;
    tx.update_counts(&places(site, had.id, had.rev), &places(site, had.id, stamp.rev));
    Ok(())
}

/// Removes a product, its prices and its relations. Its memberships, promotions and publish requests are the
/// caller's business.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, product: &ProductRow) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM related_products WHERE site_id = $1 AND product_id = $2",
        "DELETE FROM related_products WHERE site_id = $1 AND related_id = $2",
        "DELETE FROM product_prices WHERE site_id = $1 AND product_id = $2",
        "DELETE FROM products WHERE site_id = $1 AND id = $2",
    ] {
        tx.execute(sql, params![site, product.id])?;
    }
    tx.update_counts(&places(site, product.id, product.rev), &[]);
    Ok(())
}

/// The product with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<ProductRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM products t WHERE t.site_id = $1 AND t.id = $2"), params![site, id], read)
}

/// The id of the product with this slug.
///
/// # Errors
/// Whatever the database says.
pub fn id_by_slug(tx: &mut Tx<'_>, site: i64, slug: &str) -> Result<Option<i64>, StoreError> {
    tx.first("SELECT id FROM products WHERE site_id = $1 AND slug = $2", params![site, slug], |row| row.get(0))
}

/// The id of the product that sells a course or bundle.
///
/// # Errors
/// Whatever the database says.
pub fn id_by_productable(tx: &mut Tx<'_>, site: i64, kind: &str, id: i64) -> Result<Option<i64>, StoreError> {
    tx.first(
        "SELECT id FROM products WHERE site_id = $1 AND productable_type = $2 AND productable_id = $3",
        params![site, kind, id],
        |row| row.get(0),
    )
}

/// Whether there is a product with this id.
///
/// # Errors
/// Whatever the database says.
pub fn exists(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<bool, StoreError> {
    Ok(tx.first("SELECT 1 FROM products WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?.is_some())
}

/// Which of these ids are products, in order.
///
/// # Errors
/// Whatever the database says.
pub fn known(tx: &mut Tx<'_>, site: i64, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    each_of(tx, site, ids, "SELECT id FROM products WHERE site_id = $1 AND id IN ", " ORDER BY id", |row| row.get(0))
}

/// Which products a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductsOf {
    /// The whole school.
    School,
    /// The collection with this id.
    Collection(i64),
    /// Those related to the product with this id.
    Related(i64),
}

/// A page of products.
///
/// # Errors
/// Whatever the database says.
pub fn page(tx: &mut Tx<'_>, site: i64, of: ProductsOf, request: &PageRequest) -> Result<Page<ProductRow>, StoreError> {
    let mut source = ListQuery {
        table: "products",
        columns: COLUMNS,
        from: "products t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: Some(lists::whole(site, lists::PRODUCTS)),
        by_rev: Some(lists::whole(site, lists::PRODUCTS_BY_REV)),
        filters: vec![],
    };
    match of {
        ProductsOf::School => {}
        ProductsOf::Collection(id) => {
            source.from = "collection_memberships s JOIN products t ON t.site_id = s.site_id AND t.id = s.product_id";
            source.site_column = "s.site_id";
            source.id_column = "s.product_id";
            source.by_id = Some(lists::of(site, lists::PRODUCTS_OF_COLLECTION, id));
            source.by_rev = None;
            source.scope.push(Filter::is("s.collection_id = ?", id));
        }
        ProductsOf::Related(id) => {
            // A handful: counted by walking them.
            source.from = "related_products s JOIN products t ON t.site_id = s.site_id AND t.id = s.related_id";
            source.site_column = "s.site_id";
            source.id_column = "s.related_id";
            source.by_id = None;
            source.by_rev = None;
            source.scope.push(Filter::is("s.product_id = ?", id));
        }
    }
    tx.page(site, &source, request, read)
}

/// The prices of products, by product and position.
///
/// # Errors
/// Whatever the database says.
pub fn prices(tx: &mut Tx<'_>, site: i64, products: &[i64]) -> Result<Vec<PriceRow>, StoreError> {
    each_of(
        tx,
        site,
        products,
        "SELECT id, product_id, position, is_primary, payment_type, label, price, currency, days_until_expiry,
           pay_button_text, number_of_payments, billing_interval, interval_count, trial_interval,
           trial_interval_count, custom_first_price
         FROM product_prices WHERE site_id = $1 AND product_id IN ",
        " ORDER BY product_id, position",
        |row| {
            Ok(PriceRow {
                id: row.get(0)?,
                product_id: row.get(1)?,
                position: row.get(2)?,
                is_primary: row.get(3)?,
                payment_type: row.get(4)?,
                label: row.get(5)?,
                price: row.get(6)?,
                currency: row.get(7)?,
                days_until_expiry: row.get(8)?,
                pay_button_text: row.get(9)?,
                number_of_payments: row.get(10)?,
                interval: row.get(11)?,
                interval_count: row.get(12)?,
                trial_interval: row.get(13)?,
                trial_interval_count: row.get(14)?,
                custom_first_price: row.get(15)?,
            })
        },
    )
}

/// Replaces the prices of a product.
///
/// # Errors
/// Whatever the database says.
pub fn set_prices(tx: &mut Tx<'_>, site: i64, product: i64, prices: &[PriceRow]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM product_prices WHERE site_id = $1 AND product_id = $2", params![site, product])?;
    for price in prices {
        tx.execute(
            "INSERT INTO product_prices (site_id, product_id, position, id, is_primary, payment_type, label, price,
               currency, days_until_expiry, pay_button_text, number_of_payments, billing_interval, interval_count,
               trial_interval, trial_interval_count, custom_first_price)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            params![
                site,
                product,
                price.position,
                price.id,
                price.is_primary,
                &price.payment_type,
                &price.label,
                price.price,
                &price.currency,
                price.days_until_expiry,
                &price.pay_button_text,
                price.number_of_payments,
                &price.interval,
                price.interval_count,
                &price.trial_interval,
                price.trial_interval_count,
                price.custom_first_price,
            ],
        )?;
    }
    Ok(())
}

/// The products related to products, as (product, related product), by both.
///
/// # Errors
/// Whatever the database says.
pub fn related(tx: &mut Tx<'_>, site: i64, products: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    each_of(
        tx,
        site,
        products,
        "SELECT product_id, related_id FROM related_products WHERE site_id = $1 AND product_id IN ",
        " ORDER BY product_id, related_id",
        pair,
    )
}

/// Replaces the products that are related to a product.
///
/// # Errors
/// Whatever the database says.
pub fn set_related(tx: &mut Tx<'_>, site: i64, product: i64, related: &[i64]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM related_products WHERE site_id = $1 AND product_id = $2", params![site, product])?;
    for other in related {
        tx.execute(
            "INSERT INTO related_products (site_id, product_id, related_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            params![site, product, *other],
        )?;
    }
    Ok(())
}

/// Reads a row of two ids.
pub(crate) fn pair(row: &Row<'_>) -> Result<(i64, i64), StoreError> {
    Ok((row.get(0)?, row.get(1)?))
}

/// The most ids that one statement names.
const AT_ONCE: usize = 256;

/// Runs one query for many ids: `before` ends where the ids in parentheses belong, and has the school as `$1`. The
/// ids are taken sorted and once each; a page of rows is one query.
///
/// # Errors
/// Whatever the database or `read` says.
pub(crate) fn each_of<T>(
    tx: &mut Tx<'_>,
    site: i64,
    ids: &[i64],
    before: &str,
    after: &str,
    mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        // The number of ids is rounded up to a power of two by repeating the last one: the two engines then keep
        // nine prepared statements at most, not one for each size of page.
        let count = some.len().next_power_of_two();
        let last = some.last().copied().unwrap_or_default();
        let values: Vec<Value<'_>> = std::iter::once(site)
            .chain(some.iter().copied())
            .chain(std::iter::repeat_n(last, count - some.len()))
            .map(Value::Int)
            .collect();
        let names: Vec<String> = (2..count + 2).map(|number| format!("${number}")).collect();
        let sql = format!("{before}({}){after}", names.join(", "));
        found.extend(tx.query(&sql, &values, &mut read)?);
    }
    Ok(found)
}
