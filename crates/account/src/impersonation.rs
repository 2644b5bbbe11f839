//! Ending that somebody who runs the school sees it as another person: the button above every page.

use axum::response::Response;
use identity::impersonation;
use identity::rights::Right;
use pages::return_to::see_other;
use pages::{PageError, PageResult, ReceivedForm};

/// `POST /users/impersonation/end`
pub(super) async fn end(form: ReceivedForm) -> PageResult {
    let visitor = match form {
        ReceivedForm::Submitted(form) => form.visitor,
        // It has ended by itself, or in another tab.
        ReceivedForm::OutOfDate(form) if !form.visitor.is_impersonating() => return Ok(back(None)),
        ReceivedForm::OutOfDate(_) => return Err(PageError::Forged),
    };
    let ended = visitor.signed_in("/")?.write(Right::EndSession, impersonation::end).await?;
    Ok(back(ended.map(|user| format!("/manage/users/{user}?done=impersonation_ended"))))
}

/// To the page of the person whom they saw the school as.
fn back(page: Option<String>) -> Response {
    see_other(page.as_deref().unwrap_or("/"))
}
