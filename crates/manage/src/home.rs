//! `GET /manage`: how the school is doing.

use crate::HOME;
use crate::manager::Manager;
use maud::html;
use pages::PageResult;
use pages::frame::FramedPage;

/// `GET /manage`
pub(super) async fn show(manager: Manager) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    manager.show(&area, FramedPage::new(HOME, "Home", html! {}))
}
