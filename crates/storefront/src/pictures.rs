//! The pictures of courses and bundles that have none of their own, at the addresses that the API names.

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use school::courses::{BANNER, CARD};
use std::sync::LazyLock;
use web::App;
use web::static_file::{ASK_AGAIN, StaticFile};

static FILES: LazyLock<[(&str, StaticFile); 2]> = LazyLock::new(|| {
    [
        (BANNER, StaticFile::new("image/jpeg", ASK_AGAIN, include_bytes!("../assets/banner.jpg").as_slice())),
        (CARD, StaticFile::new("image/png", ASK_AGAIN, include_bytes!("../assets/card.png").as_slice())),
    ]
});

/// The routes of the pictures, on every host: answers of the API name them without one.
pub(super) fn routes() -> Router<App> {
    FILES.iter().fold(Router::new(), |router, (address, file)| {
        router.route(address, get(move |headers: HeaderMap| async move { file.answer(&headers).await }))
    })
}
