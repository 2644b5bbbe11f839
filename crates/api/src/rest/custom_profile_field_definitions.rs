//! Which fields a school asks its users for.

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::DefinitionId;
use school::custom_profile_field_definitions as definitions;
use serde::Serialize;
use web::ApiResult;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::query::Query;
use web::response::ApiResponse;

/// A field that the school asks its users for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CustomProfileFieldDefinitionsResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: DefinitionId,
    /// What it is called.
    #[schemars(example = &"Phone")]
    pub label: &'a str,
    /// What kind of field it is.
    #[schemars(example = &"text")]
    pub field_type: &'static str,
    /// Whether a user must have a value.
    #[schemars(example = false)]
    pub required: bool,
}

/// The endpoints of custom profile field definitions.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Custom Profile Field Definitions",
        vec![
            endpoint::get(
                "/custom_profile_field_definitions",
                "getCustomProfileFields",
                Scope::ReadCustomProfileFields,
                list,
            )
            .summary("Lists the fields that the school asks its users for.")
            .list_response::<CustomProfileFieldDefinitionsResponse<'static>>(),
        ],
    )
}

/// `GET /custom_profile_field_definitions`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| {
        let page = definitions::list(tx, site.id, &page_request)?;
        Ok(ApiResponse::page(&query, &page, |definition| CustomProfileFieldDefinitionsResponse {
            id: definition.id,
            label: &definition.label,
            field_type: definition.field_type.name(),
            required: definition.required,
        }))
    })
    .await
}
