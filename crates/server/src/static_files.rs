//! The descriptions of the APIs: `/openapi.json` and its like.

use api::{APIS, openapi};
use axum::Router;
use axum::http::{HeaderMap, header};
use axum::routing::get;
use std::sync::LazyLock;
use web::App;
use web::static_file::{ASK_AGAIN, StaticFile};

/// Each document with its address. They are the same for every server in this process.
static DOCUMENTS: LazyLock<Vec<(&'static str, StaticFile)>> = LazyLock::new(|| {
    let document = |definition| {
        let text = openapi::document(definition).to_string();
        StaticFile::new("application/json", ASK_AGAIN, text).with(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
    };
    APIS.into_iter().map(|definition| (definition.openapi_path, document(definition))).collect()
});

/// The routes of the descriptions.
pub(crate) fn routes() -> Router<App> {
    DOCUMENTS.iter().fold(Router::new(), |router, (address, document)| {
        router.route(address, get(move |headers: HeaderMap| async move { document.answer(&headers).await }))
    })
}
