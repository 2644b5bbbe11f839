//! A user as webhooks are told of them.

use super::user::User;
use crate::custom_profile_field_definitions::Definition;
use crate::events::payloads::{self, CustomProfileField};
use crate::money::two_decimals;
use crate::time::Moment;

impl<'a> payloads::User<'a> {
    /// A user, with every field that the school asks for.
    #[must_use]
    pub fn of(user: &'a User, definitions: &'a [Definition]) -> Self {
        let mut values = user.custom_fields();
        let mut field = |definition: &'a Definition| {
            let at = values.iter().position(|(_, id, _)| *id == definition.id);
            let (id, value) = at.map(|at| values.swap_remove(at)).map(|(id, _, value)| (id, value)).unzip();
            CustomProfileField {
                id,
                value,
                label: &definition.label,
                custom_profile_field_definition_id: definition.id,
            }
        };
        Self {
            id: user.id,
            gid: &user.gid,
            created_at: Moment(user.created_at),
            first_name: &user.first_name,
            last_name: &user.last_name,
            company: user.company.as_deref(),
            email: &user.email,
            roles: user.roles.names().collect(),
            avatar_url: user.avatar_url.as_deref(),
            bio: user.bio.as_deref(),
            headline: user.headline.as_deref(),
            affiliate_code: user.affiliate_code.as_deref(),
            external_source: user.external_source.as_deref(),
            affiliate_commission: user.affiliate_commission.map(two_decimals),
            affiliate_commission_type: user.affiliate_commission_type,
            affiliate_payout_email: user.affiliate_payout_email.as_deref(),
            administered_course_ids: user.administered_course_ids(),
            custom_profile_fields: definitions.iter().map(&mut field).collect(),
        }
    }
}
