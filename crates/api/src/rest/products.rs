//! Products.

mod request;

pub use request::{PriceRequest, ProductRequest};

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::money::decimal;
use school::product_sale;
use school::products::{self, BillingInterval, Price, Product, TrialInterval};
use school::{CollectionId, PriceId, ProductId};
use serde::Serialize;
use web::ApiResult;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::Timestamp;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A price of a product. The counts are texts here, as clients know them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductPriceResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: PriceId,
    /// Whether it is the product's main price.
    #[schemars(example = true)]
    pub is_primary: bool,
    /// `free`, `one-time`, `subscription` or `payment-plan`.
    #[schemars(example = &"payment-plan")]
    pub payment_type: &'static str,
    /// What tells it from the main price.
    pub label: Option<&'a str>,
    /// The amount, a decimal as text.
    #[schemars(example = &"50.0")]
    pub price: String,
    /// For how many days a buyer is enrolled.
    pub days_until_expiry: Option<String>,
    /// What stands on the button.
    pub pay_button_text: Option<&'a str>,
    /// How many payments a payment plan has.
    #[schemars(example = &"4")]
    pub number_of_payments: Option<String>,
    /// `month` or `year`, between payments.
    #[schemars(example = &"month")]
    pub interval: Option<&'static str>,
    /// How many of them lie between payments.
    #[schemars(example = &"1")]
    pub interval_count: Option<String>,
    /// `day` or `month`, of the trial.
    pub trial_interval: Option<&'static str>,
    /// How many of them the trial takes.
    pub trial_interval_count: Option<String>,
    /// What the first period of a subscription costs, a decimal as text.
    pub custom_first_price: Option<String>,
    /// What it is called: the product's name, with its label when it is not the main price.
    #[schemars(example = &"Bookkeeping for a small workshop")]
    pub price_name: String,
    /// Its currency, ISO 4217 in lower case.
    #[schemars(example = &"usd")]
    pub currency: &'a str,
}

/// A product.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: ProductId,
    /// When it was made.
    pub created_at: Timestamp,
    /// The id of the course or bundle that it sells.
    #[schemars(example = 1)]
    pub productable_id: i64,
    /// `Course` or `Bundle`.
    #[schemars(example = &"Course")]
    pub productable_type: &'static str,
    /// Its main price, a decimal as text.
    #[schemars(example = &"50.0")]
    pub price: String,
    /// Its place among the school's products.
    #[schemars(example = 1)]
    pub position: i64,
    /// `published`, `draft` or `presell`.
    #[schemars(example = &"published")]
    pub status: &'static str,
    /// Its name.
    #[schemars(example = &"Bookkeeping for a small workshop")]
    pub name: &'a str,
    /// Whether it cannot be bought: users are enrolled by hand.
    #[schemars(example = false)]
    pub private: bool,
    /// Whether no page of the school shows it.
    #[schemars(example = false)]
    pub hidden: bool,
    /// Whether its main price is a subscription.
    #[schemars(example = false)]
    pub subscription: bool,
    /// For how many days after an enrollment it is open; null for ever.
    #[schemars(example = 730)]
    pub days_until_expiry: Option<i64>,
    /// Whether completing it earns a certificate.
    #[schemars(example = true)]
    pub has_certificate: bool,
    /// Keywords.
    #[schemars(example = &"bookkeeping, small business, invoices, cash, craft")]
    pub keywords: Option<&'a str>,
    /// Title for search engines.
    pub seo_title: Option<&'a str>,
    /// Description for search engines.
    pub seo_description: Option<&'a str>,
    /// The collections it is in.
    #[schemars(example = [2])]
    pub collection_ids: &'a [CollectionId],
    /// The products related to it.
    #[schemars(example = [2, 3])]
    pub related_product_ids: &'a [ProductId],
    /// Its description.
    #[schemars(example = &"For potters, joiners, bicycle menders and everyone else who is good at their trade…")]
    pub description: Option<&'a str>,
    /// The picture on its card.
    pub card_image_url: Option<&'a str>,
    /// The last part of its address.
    #[schemars(example = &"bookkeeping-for-a-small-workshop")]
    pub slug: &'a str,
    /// Its prices.
    pub product_prices: Vec<ProductPriceResponse<'a>>,
    /// The names of its instructors.
    #[schemars(example = &"Ruth Abend")]
    pub instructor_names: Option<&'a str>,
}

fn price<'a>(product: &Product, price: &'a Price) -> ProductPriceResponse<'a> {
    let text = |count: Option<i64>| count.map(|count| count.to_string());
    ProductPriceResponse {
        id: price.id,
        is_primary: price.is_primary,
        payment_type: price.payment_type.name(),
        label: price.label.as_deref(),
        price: decimal(price.price),
        days_until_expiry: text(price.days_until_expiry),
        pay_button_text: price.pay_button_text.as_deref(),
        number_of_payments: text(price.number_of_payments),
        interval: price.interval.map(BillingInterval::name),
        interval_count: text(price.interval_count),
        trial_interval: price.trial_interval.map(TrialInterval::name),
        trial_interval_count: text(price.trial_interval_count),
        custom_first_price: price.custom_first_price.map(decimal),
        price_name: product.price_name(price),
        currency: &price.currency,
    }
}

/// A product as the API shows it.
pub fn view(product: &Product) -> ProductResponse<'_> {
    ProductResponse {
        id: product.id,
        created_at: Timestamp(product.created_at),
        productable_id: product.productable_id,
        productable_type: product.productable_type.name(),
        price: decimal(product.price()),
        position: product.position,
        status: product.status.name(),
        name: &product.name,
        private: product.private,
        hidden: product.hidden,
        subscription: product.is_subscription(),
        days_until_expiry: product.days_until_expiry,
        has_certificate: product.has_certificate,
        keywords: product.keywords.as_deref(),
        seo_title: product.seo_title.as_deref(),
        seo_description: product.seo_description.as_deref(),
        collection_ids: &product.collection_ids,
        related_product_ids: &product.related_product_ids,
        description: product.description.as_deref(),
        card_image_url: product.card_image_url.as_deref(),
        slug: &product.slug,
        product_prices: product.prices.iter().map(|one| price(product, one)).collect(),
        instructor_names: product.instructor_names.as_deref(),
    }
}

/// The endpoints of products.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Products",
        vec![
            endpoint::get("/products", "getProducts", Scope::ReadProducts, list)
                .summary("Lists the school's products.")
                .list_response::<ProductResponse<'static>>(),
            endpoint::get("/products/{id}", "getProductByID", Scope::ReadProducts, get)
                .path_examples(&["1"])
                .summary("Gives a product.")
                .response::<ProductResponse<'static>>(200),
            endpoint::put("/products/{id}", "updateProduct", Scope::WriteProducts, update)
                .path_examples(&["1"])
                .summary(
                    "Changes how a product is sold: whether it is published, its prices, its texts for search engines. Its name, \
                     address and description are those of its course or bundle, and changed there.",
                )
                .request::<ProductRequest>(),
            endpoint::get("/products/{id}/related", "getRelatedProductByProductID", Scope::ReadProducts, related)
                .path_examples(&["3"])
                .summary("Lists the products related to a product.")
                .list_response::<ProductResponse<'static>>(),
        ],
    )
}

/// `GET /products`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &products::list(tx, site.id, &page_request)?, view))).await
}

/// `GET /products/{id}`
pub async fn get(api: ApiContext, Id(id): Id<ProductId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&products::get(tx, site.id, id)?)))).await
}

/// `GET /products/{id}/related`
pub async fn related(api: ApiContext, Id(id): Id<ProductId>, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &products::related(tx, site.id, id, &page_request)?, view)))
        .await
}

/// `PUT /products/{id}`
pub async fn update(api: ApiContext, Id(id): Id<ProductId>, Body(request): Body<ProductRequest>) -> ApiResult {
    api.write(move |tx, site| {
        let changes = request.clone().changes(&products::get(tx, site.id, id)?)?;
        product_sale::change(tx, site.id, id, &changes)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
