//! Whose webhooks a caller sees and changes, and as whom.

use delivery::webhooks::Owner;
use web::authentication::AuthContext;

/// Who changes webhooks: whoever an app calls for; the key and the school's own tokens belong to its owner.
pub(super) fn acting_user(known: &AuthContext) -> String {
    known.caller.app().map_or(known.owner_user_id.unwrap_or_default(), |app| app.user_id).to_string()
}

/// Whose webhooks the caller sees and changes.
pub(super) fn owner(known: &AuthContext) -> Owner {
    known.caller.app().map_or(Owner::SCHOOL, |app| Owner::app(app.app_id))
}
