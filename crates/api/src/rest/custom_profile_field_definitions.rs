//! Which fields a school asks its users for.

use schemars::JsonSchema;
use school::custom_profile_field_definitions as definitions;
use serde::Serialize;
use web::ApiResult;
use web::context::ApiContext;
use web::query::Query;
use web::response::ApiResponse;

/// A field that the school asks its users for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CustomProfileFieldDefinitionsResponse<'a> {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub label: &'a str,
    /// What kind of field it is.
    pub field_type: &'a str,
    /// Whether a user must have a value.
    pub required: bool,
}

/// `GET /custom_profile_field_definitions`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let ask = query.ask()?;
    api.read(move |tx, site| {
        let page = definitions::list(tx, site.id, &ask)?;
        Ok(ApiResponse::page(&query, &page, |definition| CustomProfileFieldDefinitionsResponse {
            id: definition.id,
            label: &definition.label,
            field_type: &definition.field_type,
            required: definition.required,
        }))
    })
    .await
}
