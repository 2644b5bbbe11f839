//! `GET /manage`: how the school is doing.

use crate::{HOME, area};
use identity::rights::Right;
use maud::html;
use pages::frame::FramedPage;
use pages::{PageResult, Visitor};

/// `GET /manage`
pub(super) async fn show(visitor: Visitor) -> PageResult {
    let visitor = visitor.signed_in(HOME)?;
    let (area, ()) = area::read(&visitor, Right::ManageSchool, |_, _| Ok(())).await?;
    Ok(area.show(FramedPage::new(HOME, "Home", html! {}), &visitor))
}
