//! Changing how long an enrollment is open.

use super::path;
use super::show::EnrollmentPage;
use crate::dates::DAY_MS;
use crate::manager::ManagerForm;
use pages::components::day_of_input;
use pages::fields::Problems;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::enrollments::{self, Dates};
use school::{EnrollmentId, Set, now};

/// When an enrollment ends whose last day this is; nothing for never.
pub(super) fn end_of_day(text: &str) -> Result<Option<i64>, Problems> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    match day_of_input(text) {
        Some(day) => Ok(Some(day.saturating_add(1).saturating_mul(DAY_MS))),
        None => Err(Problems::one("expiry_date", "must be a date")),
    }
}

/// `POST /manage/enrollments/{id}/dates`
pub(super) async fn dates(PathId(id): PathId<EnrollmentId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let (area, page) = EnrollmentPage::load(&manager, id).await?;
    let ends = fields.get("expiry_date").to_owned();
    let end = match end_of_day(&ends) {
        Ok(end) => end,
        Err(problems) => return page.show(&manager, &area, &ends, &problems, ""),
    };
    // Sent as it was shown, the hour at which it ends stays too.
    let expiry_date = if ends == page.ends() { Set::Keep } else { end.map_or(Set::Clear, Set::To) };
    let activated_at = if fields.has("activate") { Set::To(now()) } else { Set::Keep };
    let changes = Dates { activated_at, expiry_date };
    match manager.write(move |tx, actor| enrollments::update(tx, actor.site().id, id, &changes)).await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", path(id)))),
        Err(error) => page.show(&manager, &area, &ends, &error.problems()?.into(), ""),
    }
}

/// `POST /manage/enrollments/{id}/end`
pub(super) async fn end(PathId(id): PathId<EnrollmentId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| enrollments::end(tx, actor.site().id, id)).await?;
    Ok(see_other(&format!("{}?done=ended", path(id))))
}
