//! What is said of a user to be made or changed, and the rules it is checked by.

use super::fields::{self, Values};
use crate::check::{Check, LINE, Set, TEXT};
use crate::custom_profile_field_definitions::Definition;
use crate::error::Result;
use crate::external_ids::Provider;
use crate::passwords::Password;
use crate::roles::{Role, Roles};
use store::DefinitionId;
use store::users::{CommissionType, UserRow};

/// A user to be made, or the changes to one.
#[derive(Debug, Clone, Default)]
pub struct UserInput {
    /// First name.
    pub first_name: Set<String>,
    /// Last name.
    pub last_name: Set<String>,
    /// Address.
    pub email: Set<String>,
    /// Password; none activates the express sign-in link of a new user.
    pub password: Set<Password>,
    /// Roles by name.
    pub roles: Set<Vec<String>>,
    /// A few words about them.
    pub bio: Set<String>,
    /// Company.
    pub company: Set<String>,
    /// Title.
    pub headline: Set<String>,
    /// Picture.
    pub avatar_url: Set<String>,
    /// Where they came from.
    pub external_source: Set<String>,
    /// Code of an affiliate.
    pub affiliate_code: Set<String>,
    /// Hundredths.
    pub affiliate_commission: Set<i64>,
    /// `%` or `$`.
    pub affiliate_commission_type: Set<String>,
    /// Where an affiliate is paid.
    pub affiliate_payout_email: Set<String>,
    /// Values of custom profile fields: definition id and value.
    pub custom_profile_fields: Set<Vec<(DefinitionId, Option<String>)>>,
}

/// What else a new user comes with.
#[derive(Debug, Clone, Default)]
pub struct Welcome {
    /// Required custom profile fields may be missing.
    pub skip_custom_fields_validation: bool,
    /// Whether they are sent the school's welcome mail.
    pub send_welcome_email: bool,
    /// The id by which a provider knows them.
    pub external_id: Option<(Provider, String)>,
}

/// A new user's row without what the store gives it, and the values of its custom profile fields.
pub(super) fn checked(input: &UserInput, welcome: &Welcome, definitions: &[Definition]) -> Result<(UserRow, Values)> {
    let mut row = UserRow { express_sign_in: true, ..UserRow::default() };
    let mut check = Check::new();
    apply(&mut row, input, &mut check);
    let fields = fields::after(&row, &input.custom_profile_fields, definitions, &mut check);
    if !welcome.skip_custom_fields_validation {
        for definition in definitions.iter().filter(|definition| definition.required) {
            let given = fields.iter().any(|(id, value)| *id == definition.id && value.is_some());
            check.that(given, "custom_profile_fields", &format!("{} can't be blank", definition.label));
        }
    }
    check.done()?;
    Ok((row, fields))
}

/// Applies the input to a row, and checks what stands in it then.
pub(super) fn apply(row: &mut UserRow, input: &UserInput, check: &mut Check) {
    // Nobody is without a name or an address: clients that send null for them mean that they leave them alone.
    let text = |set: &Set<String>, had: &str| set.value().map_or(had, String::as_str).to_owned();
    row.first_name = check.required("first_name", Some(&text(&input.first_name, &row.first_name)), LINE);
    row.last_name = check.required("last_name", Some(&text(&input.last_name, &row.last_name)), LINE);
    row.email = check.required("email", Some(&text(&input.email, &row.email)), LINE);
    if !row.email.is_empty() {
        check.email("email", &row.email);
    }
    for (set, field, name, max) in [
        (&input.bio, &mut row.bio, "bio", TEXT),
        (&input.company, &mut row.company, "company", LINE),
        (&input.headline, &mut row.headline, "headline", LINE),
        (&input.avatar_url, &mut row.avatar_url, "avatar_url", 2048),
        (&input.external_source, &mut row.external_source, "external_source", LINE),
        (&input.affiliate_code, &mut row.affiliate_code, "affiliate_code", LINE),
        (&input.affiliate_payout_email, &mut row.affiliate_payout_email, "affiliate_payout_email", LINE),
    ] {
        if let Set::To(text) = set {
            check.length(name, text, max);
        }
        set.clone().apply(field);
    }
    password(row, input, check);
    roles(row, input, check);
    affiliate(row, input, check);
}

fn password(row: &mut UserRow, input: &UserInput, check: &mut Check) {
    let Set::To(password) = &input.password else { return };
    match password.hash() {
        Err(problem) => check.add("password", problem),
        Ok(hash) => {
            row.password_hash = Some(hash.to_owned());
            row.express_sign_in = false;
        }
    }
}

fn roles(row: &mut UserRow, input: &UserInput, check: &mut Check) {
    let names = match &input.roles {
        Set::Keep => return,
        Set::Clear => &Vec::new(),
        Set::To(names) => names,
    };
    // Who may set the others may not make or unmake a partner.
    let had = Roles::from_bits(row.roles);
    let mut roles = if had.has(Role::Partner) { Roles::default().with(Role::Partner) } else { Roles::default() };
    for name in names {
        match Role::named(name) {
            Some(role) => roles = roles.with(role),
            None => check.add("roles", format!("{name:.64} is not included in the list")),
        }
    }
    row.roles = roles.bits();
}

fn affiliate(row: &mut UserRow, input: &UserInput, check: &mut Check) {
    input.affiliate_commission.clone().apply(&mut row.affiliate_commission);
    match &input.affiliate_commission_type {
        Set::Keep => {}
        Set::Clear => row.affiliate_commission_type = CommissionType::default(),
        Set::To(name) => match CommissionType::named(name) {
            Some(kind) => row.affiliate_commission_type = kind,
            None => check.add("affiliate_commission_type", "is not included in the list"),
        },
    }
    if let Some(commission) = row.affiliate_commission {
        // A percentage is above 0 and at most 100; a fixed amount is below 9,999.99.
        let (most, limit) = match row.affiliate_commission_type {
            CommissionType::Percentage => (10_000, "must be less than or equal to 100"),
            CommissionType::Fixed => (999_998, "must be less than 9999.99"),
        };
        check.that(commission > 0, "affiliate_commission", "must be greater than 0");
        check.that(commission <= most, "affiliate_commission", limit);
    }
    if Roles::from_bits(row.roles).has(Role::Affiliate) && input.roles != Set::Keep {
        check.that(row.affiliate_code.is_some(), "affiliate_code", "can't be blank");
        check.that(row.affiliate_commission.is_some(), "affiliate_commission", "can't be blank");
        check.that(row.affiliate_payout_email.is_some(), "affiliate_payout_email", "can't be blank");
    }
    if let Set::To(email) = &input.affiliate_payout_email {
        check.email("affiliate_payout_email", email);
    }
}
