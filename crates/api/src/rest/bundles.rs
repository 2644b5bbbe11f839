//! Bundles.

use crate::rest::courses::{self, set_flag, set_text};
use crate::rest::pictures::picture;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::bundles::{self, Bundle, NewBundle};
use school::courses::{BANNER, CARD};
use school::files::{FileAddresses, file_of_address};
use school::products::ProductStatus;
use school::{BundleId, CourseId, FileId, Set, SiteId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Bool, Field, IdInput, IdList, Text};
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult, Tx};

/// A bundle of courses.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BundleResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: BundleId,
    /// Its name.
    #[schemars(example = &"The whole school")]
    pub name: &'a str,
    /// Its description.
    #[schemars(example = &"Every course of the demo school together.")]
    pub description: Option<&'a str>,
    /// A few words beneath its name.
    #[schemars(example = &"Everything at once")]
    pub tagline: Option<&'a str>,
    /// The picture above its page.
    #[schemars(example = &"/assets/tenant/default-course-banner.jpg")]
    pub banner_image_url: &'a str,
    /// Its courses, in their order.
    #[schemars(example = [1, 2, 3, 4])]
    pub course_ids: &'a [CourseId],
    /// The picture on its card.
    #[schemars(example = &"/assets/defaults/default-product-card.png")]
    pub bundle_card_image_url: &'a str,
    /// The file of the school that the picture above its page is.
    pub banner_image_file_id: Option<FileId>,
    /// The file of the school that the picture on its card is.
    pub bundle_card_image_file_id: Option<FileId>,
    /// The last part of its address.
    #[schemars(example = &"the-whole-school")]
    pub slug: &'a str,
}

/// A bundle to be made, or the changes to one: only the given fields change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct BundleRequest {
    /// Its name.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Bread and books")]
    pub name: Field<Text>,
    /// The last part of its address, unique in the school; made of the name when it is left out.
    #[serde(default)]
    pub slug: Field<Text>,
    /// Its description.
    #[serde(default)]
    pub description: Field<Text>,
    /// A few words beneath its name.
    #[serde(default)]
    pub tagline: Field<Text>,
    /// The picture above its page.
    #[serde(default)]
    #[schemars(example = &"https://media.example.com/bundles/banner.jpg")]
    pub banner_image_url: Field<Text>,
    /// The picture on its card.
    #[serde(default)]
    #[schemars(example = &"https://media.example.com/bundles/card.jpg")]
    pub bundle_card_image_url: Field<Text>,
    /// The file of the school that the picture above its page is, instead of an address: a public picture.
    #[serde(default)]
    pub banner_image_file_id: Field<IdInput<FileId>>,
    /// The file of the school that the picture on its card is, instead of an address: a public picture.
    #[serde(default)]
    pub bundle_card_image_file_id: Field<IdInput<FileId>>,
    /// Its courses, in their order, in place of those it has. Whoever is enrolled through it keeps what they have.
    #[serde(default)]
    #[schemars(example = [1, 2])]
    pub course_ids: Field<IdList<CourseId>>,
    /// `published`, `draft` or `presell`, of its product; a new bundle is a draft when it is left out.
    #[serde(default)]
    pub status: Field<ProductStatus>,
    /// Of its product: whether it cannot be bought.
    #[serde(default)]
    pub private: Field<Bool>,
    /// Of its product: whether no page of the school shows it.
    #[serde(default)]
    pub hidden: Field<Bool>,
}

impl BundleRequest {
    fn apply(self, bundle: &mut NewBundle) -> Result<(), ApiError> {
        set_text(self.name, &mut bundle.name);
        set_text(self.slug, &mut bundle.slug);
        for (sent, field) in [
            (self.description, &mut bundle.description),
            (self.tagline, &mut bundle.tagline),
            (self.banner_image_url, &mut bundle.banner_image_url),
            (self.bundle_card_image_url, &mut bundle.bundle_card_image_url),
        ] {
            sent.text().apply(field);
        }
        match self.course_ids.0 {
            Set::Keep => {}
            Set::Clear => bundle.course_ids.clear(),
            Set::To(ids) => bundle.course_ids = ids.ids("course_ids")?,
        }
        if let Some(status) = self.status.value() {
            bundle.status = status;
        }
        set_flag(self.private, &mut bundle.private);
        set_flag(self.hidden, &mut bundle.hidden);
        Ok(())
    }

    /// The pictures that a bundle gets by it.
    fn apply_pictures(
        self,
        tx: &mut Tx<'_>,
        site: SiteId,
        addresses: &FileAddresses,
        bundle: &mut NewBundle,
    ) -> school::Result<()> {
        let (banner, card) = (self.banner_image_file_id, self.bundle_card_image_file_id);
        picture(tx, site, banner, addresses, "banner_image_file_id", &mut bundle.banner_image_url)?;
        picture(tx, site, card, addresses, "bundle_card_image_file_id", &mut bundle.bundle_card_image_url)
    }
}

fn view(bundle: &Bundle) -> BundleResponse<'_> {
    BundleResponse {
        id: bundle.id,
        name: &bundle.name,
        description: bundle.description.as_deref(),
        tagline: bundle.tagline.as_deref(),
        banner_image_url: bundle.banner_image_url.as_deref().unwrap_or(BANNER),
        course_ids: &bundle.course_ids,
        bundle_card_image_url: bundle.bundle_card_image_url.as_deref().unwrap_or(CARD),
        banner_image_file_id: bundle.banner_image_url.as_deref().and_then(file_of_address),
        bundle_card_image_file_id: bundle.bundle_card_image_url.as_deref().and_then(file_of_address),
        slug: &bundle.slug,
    }
}

/// The endpoints of bundles.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Bundles",
        vec![
            endpoint::get("/bundles", "getBundles", Scope::ReadBundles, list)
                .summary("Lists the school's bundles.")
                .list_response::<BundleResponse<'static>>(),
            endpoint::post("/bundles", "createBundle", Scope::WriteBundles, create)
                .summary("Makes a bundle, and the product through which it is sold.")
                .request::<BundleRequest>()
                .response::<BundleResponse<'static>>(201)
                .response_example(|| {
                    json!({
                        "name": "Bread and books", "slug": "bread-and-books", "description": null, "tagline": null,
                        "course_ids": [1, 2], "banner_image_url": "https://media.example.com/bundles/banner.jpg",
                        "bundle_card_image_url": "https://media.example.com/bundles/card.jpg",
                    })
                }),
            endpoint::get("/bundles/{id}", "getBundleByID", Scope::ReadBundles, get)
                .path_examples(&["1"])
                .summary("Gives a bundle.")
                .response::<BundleResponse<'static>>(200),
            endpoint::put("/bundles/{id}", "updateBundle", Scope::WriteBundles, update)
                .path_examples(&["1"])
                .summary("Changes the given fields of a bundle. How it is sold is changed at its product.")
                .request::<BundleRequest>(),
            endpoint::delete("/bundles/{id}", "deleteBundle", Scope::WriteBundles, delete)
                .path_examples(&["1"])
                .summary("Removes a bundle and its product. Its courses stay, and so do the enrollments in them."),
            endpoint::get("/bundles/{id}/courses", "getBundlesCoursesByID", Scope::ReadBundles, courses)
                .path_examples(&["1"])
                .summary("Lists the courses in a bundle.")
                .list_response::<courses::CourseResponse<'static>>(),
        ],
    )
}

/// `GET /bundles/{id}/courses`
pub async fn courses(api: ApiContext, Id(id): Id<BundleId>, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| {
        Ok(ApiResponse::page(&query, &bundles::courses(tx, site.id, id, &page_request)?, courses::view))
    })
    .await
}

/// `GET /bundles/{id}`
pub async fn get(api: ApiContext, Id(id): Id<BundleId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&bundles::get(tx, site.id, id)?)))).await
}

/// `GET /bundles`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &bundles::list(tx, site.id, &page_request)?, view))).await
}

/// `POST /bundles`
pub async fn create(api: ApiContext, Body(request): Body<BundleRequest>) -> ApiResult {
    let mut new = NewBundle { status: ProductStatus::Draft, ..NewBundle::default() };
    api.checked(request.clone().apply(&mut new))?;
    let addresses = api.app().file_addresses();
    api.write(move |tx, site| {
        let mut new = new.clone();
        request.clone().apply_pictures(tx, site.id, &addresses, &mut new)?;
        Ok(ApiResponse::created(&view(&bundles::create(tx, site.id, &new)?)))
    })
    .await
}

/// `PUT /bundles/{id}`
pub async fn update(api: ApiContext, Id(id): Id<BundleId>, Body(request): Body<BundleRequest>) -> ApiResult {
    let addresses = api.app().file_addresses();
    api.write(move |tx, site| {
        let mut new = NewBundle::of(tx, site.id, id)?;
        request.clone().apply(&mut new)?;
        request.clone().apply_pictures(tx, site.id, &addresses, &mut new)?;
        bundles::update(tx, site.id, id, &new)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /bundles/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<BundleId>) -> ApiResult {
    api.write(move |tx, site| {
        bundles::delete(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
