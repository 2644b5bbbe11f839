//! Collections, and which products are in them.

use crate::rest::products;
use axum::http::StatusCode;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::collections::{self, Collection, CollectionInput};
use school::{CollectionId, ProductId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Field, IdList, Text, Timestamp};
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult};

/// A collection.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CollectionResponse<'a> {
    /// Its id.
    #[schemars(example = 2)]
    pub id: CollectionId,
    /// Its name.
    #[schemars(example = &"Small business")]
    pub name: &'a str,
    /// Its description.
    #[schemars(example = &"")]
    pub description: &'a str,
    /// The last part of its address.
    #[schemars(example = &"small-business")]
    pub slug: &'a str,
    /// When it was made.
    pub created_at: Timestamp,
    /// The products in it.
    #[schemars(example = [1])]
    pub product_ids: &'a [ProductId],
    /// Whether it is the school's default collection.
    #[schemars(example = false)]
    pub default: bool,
}

/// A collection to be made, or the changes to one: only the given fields change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CollectionRequest {
    /// Its name.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Small business")]
    pub name: Field<Text>,
    /// Its description; without one it has none.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"")]
    pub description: Field<Text>,
    /// The last part of its address, unique among collections; without one it is made of the name.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"small-business")]
    pub slug: Field<Text>,
}

/// Products to be put into a collection, or taken out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct MembershipsRequest {
    /// Their ids.
    #[serde(default)]
    #[schemars(required, with = "IdList<ProductId>", example = [2])]
    pub product_ids: Field<IdList<ProductId>>,
}

impl From<CollectionRequest> for CollectionInput {
    fn from(request: CollectionRequest) -> Self {
        Self { name: request.name.text(), description: request.description.text(), slug: request.slug.text() }
    }
}

impl MembershipsRequest {
    fn ids(self) -> Result<Vec<ProductId>, ApiError> {
        let ids = self.product_ids.value().ok_or_else(|| ApiError::invalid("product_ids", "can't be blank"))?;
        ids.ids("product_ids")
    }
}

fn view(collection: &Collection) -> CollectionResponse<'_> {
    CollectionResponse {
        id: collection.id,
        name: &collection.name,
        description: &collection.description,
        slug: &collection.slug,
        created_at: Timestamp(collection.created_at),
        product_ids: &collection.product_ids,
        default: collection.is_default,
    }
}

/// The endpoints of collections.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        tagged(
            "Categories",
            vec![
                endpoint::get("/collections", "getCollections", Scope::ReadCollections, list)
                    .summary("Lists the school's collections.")
                    .list_response::<CollectionResponse<'static>>(),
                endpoint::post("/collections", "crateCollection", Scope::WriteCollections, create)
                    .summary("Makes a collection.")
                    .request::<CollectionRequest>()
                    .response::<CollectionResponse<'static>>(201)
                    .response_example(|| json!({ "product_ids": [] })),
                endpoint::get("/collections/{id}", "GetCollectionbyID", Scope::ReadCollections, get)
                    .path_examples(&["2"])
                    .summary("Gives a collection.")
                    .response::<CollectionResponse<'static>>(200),
                endpoint::put("/collections/{id}", "updateCollectioByID", Scope::WriteCollections, update)
                    .path_examples(&["2"])
                    .summary("Changes the given fields of a collection.")
                    .request::<CollectionRequest>(),
                endpoint::delete("/collections/{id}", "deleteCollectionByID", Scope::WriteCollections, delete)
                    .path_examples(&["2"])
                    .summary("Removes a collection, unless it is the default one. Its products stay.")
                    .error_statuses(&[422]),
                endpoint::get("/collections/{id}/products", "getProductsbyID", Scope::ReadCollections, products)
                    .path_examples(&["2"])
                    .summary("Lists the products in a collection.")
                    .list_response::<products::ProductResponse<'static>>(),
            ],
        ),
        tagged(
            "Category Memberships",
            vec![
                endpoint::post(
                    "/collection_memberships/{id}",
                    "addProductsToCategory",
                    Scope::WriteCollections,
                    add_products,
                )
                .path_examples(&["2"])
                .summary("Puts products into a collection.")
                .request::<MembershipsRequest>()
                .empty_response(201),
                endpoint::delete(
                    "/collection_memberships/{id}",
                    "deleteProductsByID",
                    Scope::WriteCollections,
                    remove_products,
                )
                .path_examples(&["2"])
                .summary("Takes products out of a collection.")
                .request::<MembershipsRequest>(),
            ],
        ),
    ]
    .concat()
}

/// `GET /collections`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &collections::list(tx, site.id, &page_request)?, view))).await
}

/// `GET /collections/{id}`
pub async fn get(api: ApiContext, Id(id): Id<CollectionId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&collections::get(tx, site.id, id)?)))).await
}

/// `POST /collections`
pub async fn create(api: ApiContext, Body(request): Body<CollectionRequest>) -> ApiResult {
    let input = CollectionInput::from(request);
    api.write(move |tx, site| Ok(ApiResponse::created(&view(&collections::create(tx, site.id, &input)?)))).await
}

/// `PUT /collections/{id}`
pub async fn update(api: ApiContext, Id(id): Id<CollectionId>, Body(request): Body<CollectionRequest>) -> ApiResult {
    let input = CollectionInput::from(request);
    api.write(move |tx, site| {
        collections::update(tx, site.id, id, &input)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /collections/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<CollectionId>) -> ApiResult {
    api.write(move |tx, site| {
        collections::delete(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `GET /collections/{id}/products`
pub async fn products(api: ApiContext, Id(id): Id<CollectionId>, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| {
        Ok(ApiResponse::page(&query, &collections::products(tx, site.id, id, &page_request)?, products::view))
    })
    .await
}

/// `POST /collection_memberships/{id}`
pub async fn add_products(
    api: ApiContext,
    Id(id): Id<CollectionId>,
    Body(request): Body<MembershipsRequest>,
) -> ApiResult {
    let products = api.checked(request.ids())?;
    api.write(move |tx, site| {
        collections::add_products(tx, site.id, id, &products)?;
        Ok(ApiResponse::empty(StatusCode::CREATED))
    })
    .await
}

/// `DELETE /collection_memberships/{id}`
pub async fn remove_products(
    api: ApiContext,
    Id(id): Id<CollectionId>,
    Body(request): Body<MembershipsRequest>,
) -> ApiResult {
    let products = api.checked(request.ids())?;
    api.write(move |tx, site| {
        collections::remove_products(tx, site.id, id, &products)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
