//! `GET /dev/components`: every component of the pages in every state, in development.

use crate::area;
use axum::extract::State;
use identity::rights::Right;
use pages::components::gallery::gallery;
use pages::frame::FramedPage;
use pages::{PageError, PageResult, Visitor};
use web::App;

/// `GET /dev/components`
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> PageResult {
    if !app.config.mailbox {
        return Err(PageError::NoPage);
    }
    let visitor = visitor.signed_in("/dev/components")?;
    let (area, ()) = area::read(&visitor, Right::ManageSchool, |_, _| Ok(())).await?;
    let page = FramedPage::new("/dev/components", "Components", gallery());
    Ok(area.show(page.intro("What the pages are built of, in every state."), &visitor))
}
