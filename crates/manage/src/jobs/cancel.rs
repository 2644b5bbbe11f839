//! `POST /manage/jobs/{id}/cancel`

use super::path;
use crate::manager::ManagerForm;
use bulk::jobs;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::JobId;

/// `POST /manage/jobs/{id}/cancel`
pub(super) async fn cancel(PathId(id): PathId<JobId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| jobs::cancel(tx, actor.site().id, id)).await?;
    Ok(see_other(&path(id)))
}
