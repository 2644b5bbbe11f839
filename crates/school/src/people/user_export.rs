//! Users as the rows of a file, which can be brought in again.

use crate::custom_profile_field_definitions::Definition;
use crate::money::decimal;
use crate::time::Moment;
use crate::users::User;
use serde_json::{Value, json};

/// What everybody may know who may see users.
const GENERAL: [&str; 10] = [
    "id",
    "created_at",
    "first_name",
    "last_name",
    "email",
    "roles",
    "external_source",
    "affiliate_code",
    "affiliate_commission",
    "affiliate_commission_type",
];
/// What people say of themselves, apart from custom profile fields.
const PROFILE: [&str; 4] = ["company", "headline", "bio", "avatar_url"];
/// What the column of a custom profile field begins with.
const FIELD: &str = "field:";

/// The names of the columns, with what people say of themselves or without.
#[must_use]
pub fn columns(definitions: &[Definition], with_profile: bool) -> Vec<String> {
    let mut columns: Vec<String> = GENERAL.map(str::to_owned).into();
    columns.push("affiliate_payout_email".to_owned());
    if with_profile {
        columns.extend(PROFILE.map(str::to_owned));
        columns.extend(definitions.iter().map(|definition| format!("{FIELD}{}", definition.label)));
    }
    columns
}

/// A user in these columns.
#[must_use]
pub fn row<S: AsRef<str>>(user: &User<S>, definitions: &[Definition], columns: &[String]) -> Vec<Value> {
    let text = |text: &Option<S>| text.as_ref().map_or(Value::Null, |text| json!(text.as_ref()));
    let said = user.custom_fields();
    let field = |label: &str| {
        let definition = definitions.iter().find(|known| known.label == label)?;
        said.iter().find(|(_, id, _)| *id == definition.id).map(|(.., value)| json!(value))
    };
    let cell = |column: &String| match column.as_str() {
        "id" => json!(user.id),
        "created_at" => json!(Moment(user.created_at)),
        "first_name" => json!(user.first_name.as_ref()),
        "last_name" => json!(user.last_name.as_ref()),
        "email" => json!(user.email.as_ref()),
        "roles" => json!(user.roles.names().collect::<Vec<_>>().join(";")),
        "company" => text(&user.company),
        "headline" => text(&user.headline),
        "bio" => text(&user.bio),
        "avatar_url" => text(&user.avatar_url),
        "external_source" => text(&user.external_source),
        "affiliate_code" => text(&user.affiliate_code),
        "affiliate_commission" => user.affiliate_commission.map_or(Value::Null, |amount| json!(decimal(amount))),
        "affiliate_commission_type" if user.affiliate_commission.is_none() => Value::Null,
        "affiliate_commission_type" => json!(user.affiliate_commission_type.name()),
        "affiliate_payout_email" => text(&user.affiliate_payout_email),
        other => other.strip_prefix(FIELD).and_then(field).unwrap_or(Value::Null),
    };
    columns.iter().map(cell).collect()
}
