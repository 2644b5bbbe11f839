//! Which fields a school asks its users for.

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::DefinitionId;
use school::custom_profile_field_definitions::{self as definitions, Definition, DefinitionInput};
use serde::{Deserialize, Serialize};
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Bool, Field, Int, MAX_IDS, Text};
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult};

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
    /// What forms let a value be chosen from, for the kind `select`.
    #[schemars(example = [""; 0])]
    pub choices: Vec<String>,
}

/// A field to be defined, or the changes to one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CustomProfileFieldDefinitionRequest {
    /// What it is called, unique in the school.
    #[schemars(required, with = "Text", example = &"Phone")]
    pub label: Field<Text>,
    /// `text`, `checkbox`, `country` or `select`; `text` unless told. It cannot be changed.
    #[schemars(with = "Option<Text>", example = &"text")]
    pub field_type: Field<Text>,
    /// Whether a user must have a value.
    #[schemars(with = "Option<Bool>", example = false)]
    pub required: Field<Bool>,
    /// What forms let a value be chosen from, for the kind `select`.
    #[schemars(with = "Option<Vec<Text>>")]
    pub choices: Field<Vec<Text>>,
    /// Its place among the others where users are asked, from one; behind them unless told. Lists stay in the order of
    /// `id`.
    pub position: Field<Int>,
}

impl CustomProfileFieldDefinitionRequest {
    fn input(self) -> Result<DefinitionInput, ApiError> {
        if self.choices.0.value().is_some_and(|choices| choices.len() > MAX_IDS) {
            return Err(ApiError::invalid("choices", "has too many entries"));
        }
        Ok(DefinitionInput {
            label: self.label.text(),
            field_type: self.field_type.text(),
            required: self.required.set(|Bool(yes)| yes),
            choices: self.choices.set(|choices| choices.into_iter().map(String::from).collect()),
            position: self.position.set(|Int(place)| place),
        })
    }
}

fn view(definition: &Definition) -> CustomProfileFieldDefinitionsResponse<'_> {
    CustomProfileFieldDefinitionsResponse {
        id: definition.id,
        label: &definition.label,
        field_type: definition.field_type.name(),
        required: definition.required,
        choices: definitions::choices(definition),
    }
}

/// The endpoints of custom profile field definitions.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    const PATH: &str = "/custom_profile_field_definitions";
    const ONE: &str = "/custom_profile_field_definitions/{id}";
    tagged(
        "Custom Profile Field Definitions",
        vec![
            endpoint::get(PATH, "getCustomProfileFields", Scope::ReadCustomProfileFields, list)
                .summary("Lists the fields that the school asks its users for.")
                .list_response::<CustomProfileFieldDefinitionsResponse<'static>>(),
            endpoint::post(PATH, "createCustomProfileField", Scope::WriteCustomProfileFields, create)
                .summary("Defines a field that the school asks its users for.")
                .request::<CustomProfileFieldDefinitionRequest>()
                .response::<CustomProfileFieldDefinitionsResponse<'static>>(201),
            endpoint::get(ONE, "getCustomProfileFieldByID", Scope::ReadCustomProfileFields, get)
                .path_examples(&["1"])
                .summary("Gives a field that the school asks its users for.")
                .response::<CustomProfileFieldDefinitionsResponse<'static>>(200),
            endpoint::put(ONE, "updateCustomProfileFieldByID", Scope::WriteCustomProfileFields, update)
                .path_examples(&["1"])
                .summary("Changes a field that the school asks its users for.")
                .request::<CustomProfileFieldDefinitionRequest>(),
            endpoint::delete(ONE, "deleteCustomProfileFieldByID", Scope::WriteCustomProfileFields, delete)
                .path_examples(&["1"])
                .summary("Removes a field. What users have said in it goes too."),
        ],
    )
}

/// `GET /custom_profile_field_definitions`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| {
        let page = definitions::list(tx, site.id, &page_request)?;
        Ok(ApiResponse::page(&query, &page, view))
    })
    .await
}

/// `POST /custom_profile_field_definitions`
pub async fn create(api: ApiContext, Body(request): Body<CustomProfileFieldDefinitionRequest>) -> ApiResult {
    let input = api.checked(request.input())?;
    api.write(move |tx, site| Ok(ApiResponse::created(&view(&definitions::make(tx, site.id, &input)?)))).await
}

/// `GET /custom_profile_field_definitions/{id}`
pub async fn get(api: ApiContext, Id(id): Id<DefinitionId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&definitions::get(tx, site.id, id)?)))).await
}

/// `PUT /custom_profile_field_definitions/{id}`
pub async fn update(
    api: ApiContext,
    Id(id): Id<DefinitionId>,
    Body(request): Body<CustomProfileFieldDefinitionRequest>,
) -> ApiResult {
    let input = api.checked(request.input())?;
    api.write(move |tx, site| {
        definitions::update(tx, site.id, id, &input)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /custom_profile_field_definitions/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<DefinitionId>) -> ApiResult {
    api.write(move |tx, site| {
        definitions::delete(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
