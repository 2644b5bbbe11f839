//! `POST /manage/api_access_tokens/{id}/revoke`

use super::LIST;
use crate::manager::ManagerForm;
use identity::api_access_tokens;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::ApiAccessTokenId;

/// `POST /manage/api_access_tokens/{id}/revoke`
pub(super) async fn revoke(PathId(id): PathId<ApiAccessTokenId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| api_access_tokens::revoke_by_id(tx, actor.site().id, id)).await?;
    Ok(see_other(&format!("{LIST}?done=revoked")))
}
