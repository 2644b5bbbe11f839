//! `POST /manage/api_key/rotate`: gives the school another API key.

use super::PAGE;
use crate::manager::ManagerForm;
use pages::PageResult;
use pages::return_to::see_other;
use school::Error;
use school::sites::{self, KEY_OVERLAP_MS};

/// `POST /manage/api_key/rotate`, with `old_key`: whether the one before counts for a `day` more, or ends `now`.
pub(super) async fn rotate(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let overlap = overlap(fields.get("old_key"));
    let key = manager.app.key.clone();
    let rotated = manager.write(move |tx, actor| {
        let why = "Please choose whether the old key counts for a day more";
        let overlap = overlap.ok_or_else(|| Error::invalid("old_key", why))?;
        sites::rotate_key(tx, &key, actor.site(), overlap).map(drop)
    });
    rotated.await?;
    Ok(see_other(&format!("{PAGE}?done={}", fields.get("old_key"))))
}

/// For how long the key before counts.
fn overlap(old_key: &str) -> Option<i64> {
    match old_key {
        "day" => Some(KEY_OVERLAP_MS),
        "now" => Some(0),
        _ => None,
    }
}
