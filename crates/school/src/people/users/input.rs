//! What is said of a user to be made or changed, and the rules it is checked by.

use super::fields::{self, FieldValues, Values};
use crate::check::{Check, LINE, Set, TEXT};
use crate::custom_profile_field_definitions::Definition;
use crate::external_ids::Provider;
use crate::input::Input;
use crate::money::Hundredths;
use crate::passwords::Password;
use crate::roles::{Role, Roles};
use schemars::JsonSchema;
use serde::Deserialize;
use store::users::{CommissionType, UserRow, email_key};

/// Declares what is said of users. A field stands here once: requests read it ([`Deserialize`]), files have a column of
/// its name ([`UserInput::cells`]), and the first line of its documentation is that of both; the others are for requests
/// alone. With a number in brackets it is a text that
/// may be empty, of at most so many characters, and goes into the column with its name as it is.
macro_rules! user_input {
    ($(#[doc = $doc:literal] $(#[doc = $more:literal])* $name:ident: $type:ty $([$max:expr])?,)*) => {
        /// A user to be made, or the changes to one.
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(default)]
        pub struct UserInput {
            $(#[doc = $doc] $(#[doc = $more])* pub $name: Set<$type>,)*
        }

        impl UserInput {
            /// The fields that can stand in the cell of a file, in order: their names, and what they mean.
            pub fn cells() -> impl Iterator<Item = (&'static str, &'static str)> {
                let all = [$((stringify!($name), $doc, <$type as Input>::IN_CELL)),*];
                all.into_iter().filter(|(_, _, in_cell)| *in_cell).map(|(name, doc, _)| (name, doc.trim()))
            }

            /// Takes the value of a cell that is not empty, of the field with this name.
            ///
            /// # Errors
            /// What is wrong with it.
            pub fn set_cell(&mut self, name: &str, cell: &str) -> std::result::Result<(), &'static str> {
                match name {
                    $(stringify!($name) => self.$name = Set::To(Input::of_cell(cell)?),)*
                    _ => return Err("is no field of a user"),
                }
                Ok(())
            }

            fn apply_texts(&self, row: &mut UserRow, check: &mut Check) {
                $($(apply_text(&self.$name, &mut row.$name, stringify!($name), $max, check);)?)*
            }
        }
    };
}

user_input! {
    /// First name.
    first_name: String,
    /// Last name.
    last_name: String,
    /// Address; unique in the school.
    /// Only an integration with the school's API key, or a private app, may change it.
    email: String,
    /// Password, of at least six characters. Without one the express sign-in link works.
    password: Password,
    /// Any of affiliate, course_admin, group_analyst, site_admin.
    roles: Vec<String>,
    /// A few words about them.
    bio: String [TEXT],
    /// Company.
    company: String [LINE],
    /// Title.
    headline: String [LINE],
    /// Picture.
    avatar_url: String [2048],
    /// Where they came from.
    external_source: String [LINE],
    /// Code of an affiliate.
    affiliate_code: String [LINE],
    /// Commission of an affiliate.
    affiliate_commission: Hundredths,
    /// `%` for a percentage, `$` for an amount.
    affiliate_commission_type: String,
    /// Where an affiliate is paid.
    affiliate_payout_email: String [LINE],
    /// Values of custom profile fields.
    custom_profile_fields: FieldValues,
}

/// What else a new user comes with.
#[derive(Debug, Clone, Default)]
pub struct CreationOptions {
    /// Required custom profile fields may be missing.
    pub skip_custom_fields_validation: bool,
    /// The last name may be missing: there are people with one name.
    pub may_have_one_name: bool,
    /// They have shown that the address is theirs.
    pub email_confirmed: bool,
    /// Whether they are sent the school's welcome mail.
    pub send_welcome_email: bool,
    /// The id by which a provider knows them.
    pub external_id: Option<(Provider, String)>,
}

/// A new user's row without what the store gives it, the hash of their password, and the values of their custom profile
/// fields.
pub(super) fn checked<'a>(
    input: &'a UserInput,
    welcome: &CreationOptions,
    definitions: &[Definition],
    check: &mut Check,
) -> (UserRow, Option<&'a str>, Values) {
    let mut row = UserRow { express_sign_in: true, ..UserRow::default() };
    let password_hash = apply(&mut row, input, check, welcome.may_have_one_name);
    row.email_confirmed = welcome.email_confirmed;
    if let Some((_, external_id)) = &welcome.external_id {
        check.length("external_id", external_id, LINE);
    }
    let fields = fields::after(&row, &input.custom_profile_fields, definitions, check);
    if !welcome.skip_custom_fields_validation {
        for definition in definitions.iter().filter(|definition| definition.required) {
            let given = fields.iter().any(|(id, value)| *id == definition.id && value.is_some());
            check.that(given, "custom_profile_fields", &format!("{} can't be blank", definition.label));
        }
    }
    (row, password_hash, fields)
}

/// Applies the input to a row, and checks what stands in it then; whoever has one name keeps to it. Gives the hash of the
/// password that was chosen.
pub(super) fn apply<'a>(
    row: &mut UserRow,
    input: &'a UserInput,
    check: &mut Check,
    may_have_one_name: bool,
) -> Option<&'a str> {
    let text = |set: &Set<String>, had: &str| match set {
        Set::Keep => had.to_owned(),
        Set::Clear => String::new(),
        Set::To(text) => text.clone(),
    };
    row.first_name = check.required("first_name", Some(&text(&input.first_name, &row.first_name)), LINE);
    let last_name = text(&input.last_name, &row.last_name);
    if may_have_one_name && last_name.trim().is_empty() {
        row.last_name = String::new();
    } else {
        row.last_name = check.required("last_name", Some(&last_name), LINE);
    }
    let email = text(&input.email, &row.email);
    // An address of before there were these rules stays, until it is changed.
    if email != row.email || email.is_empty() {
        let had = email_key(&row.email);
        row.email = check.required_email("email", &email);
        // Nobody has shown yet that another one is theirs.
        row.email_confirmed &= email_key(&row.email) == had;
    }
    input.apply_texts(row, check);
    let password_hash = password(row, input, check);
    roles(row, input, check);
    affiliate(row, input, check);
    password_hash
}

fn apply_text(set: &Set<String>, field: &mut Option<String>, name: &'static str, max: usize, check: &mut Check) {
    if let Set::To(text) = set {
        check.length(name, text, max);
    }
    set.clone().apply(field);
}

fn password<'a>(row: &mut UserRow, input: &'a UserInput, check: &mut Check) -> Option<&'a str> {
    let hash = input.password.value()?.hash().map_err(|problem| check.add("password", problem)).ok()?;
    row.has_password = true;
    row.express_sign_in = false;
    Some(hash)
}

fn roles(row: &mut UserRow, input: &UserInput, check: &mut Check) {
    let names = match &input.roles {
        Set::Keep => return,
        Set::Clear => &Vec::new(),
        Set::To(names) => names,
    };
    // Who may set the others may not make or unmake a partner.
    let mut roles = if row.roles.has(Role::Partner) { Roles::default().with(Role::Partner) } else { Roles::default() };
    for name in names {
        match Role::named(name) {
            Some(role) => roles = roles.with(role),
            None => check.add("roles", format!("{name:.64} is not included in the list")),
        }
    }
    row.roles = roles;
}

fn affiliate(row: &mut UserRow, input: &UserInput, check: &mut Check) {
    input.affiliate_commission.clone().map(|Hundredths(commission)| commission).apply(&mut row.affiliate_commission);
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
    if row.roles.has(Role::Affiliate) && input.roles != Set::Keep {
        check.that(row.affiliate_commission.is_some(), "affiliate_commission", "can't be blank");
        check.that(row.affiliate_payout_email.is_some(), "affiliate_payout_email", "can't be blank");
    }
    if let Set::To(email) = &input.affiliate_payout_email {
        row.affiliate_payout_email = Some(check.email("affiliate_payout_email", email));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::DefinitionId;

    #[test]
    fn a_request_and_the_cells_of_a_file_say_the_same() {
        let sent: UserInput = serde_json::from_value(serde_json::json!({
            "first_name": "Ada", "company": 1815, "bio": "", "roles": ["affiliate", "site_admin"],
            "affiliate_commission": "12.5", "last_name": null,
            "custom_profile_fields": [
                { "custom_profile_field_definition_id": "7", "value": "" },
                { "custom_profile_field_definition_id": "8", "value": null },
            ],
        }))
        .expect("an input");
        let mut written = UserInput::default();
        let cells = [
            ("first_name", "Ada"),
            ("company", "1815"),
            ("roles", "affiliate; site_admin ;"),
            ("affiliate_commission", "12.5"),
        ];
        for (name, cell) in cells {
            assert_eq!(written.set_cell(name, cell), Ok(()), "{name}");
        }
        for input in [&sent, &written] {
            assert_eq!(input.first_name, Set::To("Ada".to_owned()));
            assert_eq!(input.company, Set::To("1815".to_owned()));
            assert_eq!(input.roles, Set::To(vec!["affiliate".to_owned(), "site_admin".to_owned()]));
            assert_eq!(input.affiliate_commission, Set::To(Hundredths(1250)));
            assert_eq!(input.last_name, Set::Keep);
        }
        assert_eq!((&sent.bio, &written.bio), (&Set::Clear, &Set::Keep));
        assert_eq!(sent.custom_profile_fields, Set::To(vec![(DefinitionId::new(7), None)]));
    }

    #[test]
    fn what_is_wrong_with_a_cell_is_said() {
        let mut input = UserInput::default();
        let wrong = input.set_cell("affiliate_commission", "1.234");
        assert_eq!(wrong, Err("is not a number with at most two decimals, like 12.5"));
        for name in ["password", "custom_profile_fields", "id"] {
            assert!(
                input.set_cell(name, "7").is_err() && !UserInput::cells().any(|(known, _)| known == name),
                "{name}"
            );
        }
        for (name, _) in UserInput::cells() {
            assert_eq!(input.set_cell(name, "7"), Ok(()), "{name}");
        }
    }
}
