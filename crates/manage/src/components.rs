//! `GET /dev/components`: every component of the pages in every state, in development.

use crate::manager::Manager;
use axum::extract::State;
use pages::components::gallery::gallery;
use pages::frame::FramedPage;
use pages::{PageError, PageResult};
use web::App;

/// `GET /dev/components`
pub(super) async fn show(State(app): State<App>, manager: Manager) -> PageResult {
    if !app.config.mailbox {
        return Err(PageError::NoPage);
    }
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let page = FramedPage::new("/dev/components", "Components", gallery());
    manager.show(&area, page.intro("What the pages are built of, in every state."))
}
