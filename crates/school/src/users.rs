//! Users: students and everybody else of a school.

use crate::check::{Check, LINE, Set, TEXT};
use crate::custom_profile_field_definitions::Definition;
use crate::error::{Error, Result, Taken};
use crate::events::{self, Topic, payloads};
use crate::mails::Kind;
use crate::passwords::Password;
use crate::{access, courses, ids, mailed_links, sessions, subscriptions};
use std::fmt::Write as _;
use store::users::{self as rows, UserFilter, UserRow};
use store::{Ask, Page, Tx};

/// What a user may be beside a student. The numbers are stored; never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Earns a commission for those they bring.
    Affiliate = 0,
    /// Looks after courses.
    CourseAdmin = 1,
    /// Looks at the progress of groups.
    GroupAnalyst = 2,
    /// Runs the school.
    SiteAdmin = 3,
    /// Runs the school for its owner, from outside. The API neither shows nor sets this.
    Partner = 4,
}

impl Role {
    /// Every role that the API knows, with its name there.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Affiliate, "affiliate"),
        (Self::CourseAdmin, "course_admin"),
        (Self::GroupAnalyst, "group_analyst"),
        (Self::SiteAdmin, "site_admin"),
    ];

    /// The role with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(role, _)| *role)
    }
}

/// A user. Lists show `User<&str>`, whose texts are still the database's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User<S = String>(UserRow<S>);

impl<S> std::ops::Deref for User<S> {
    type Target = UserRow<S>;

    fn deref(&self) -> &UserRow<S> {
        &self.0
    }
}

/// A user's value of a custom profile field, as stored in their row: value id, definition id, value.
pub type StoredField<'a> = (i64, i64, std::borrow::Cow<'a, str>);

impl<S: AsRef<str>> User<S> {
    /// Whether the user has a role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles >> role as i64 & 1 == 1
    }

    /// The user's values of custom profile fields.
    #[must_use]
    pub fn custom_fields(&self) -> Vec<StoredField<'_>> {
        stored(self.custom_fields.as_ref())
    }
}

impl User {
    /// The user, as most events name one.
    pub(crate) fn person(&self) -> payloads::Person<'_> {
        payloads::Person { email: &self.email, first_name: &self.first_name, id: self.id, last_name: &self.last_name }
    }
}

/// Reads the values of a row: for each `value id,definition id,length:value`, one after the other. Lists show the
/// fields of every user, and this is read without a copy.
fn stored(text: &str) -> Vec<StoredField<'_>> {
    let mut fields = Vec::with_capacity(4);
    let mut rest = text;
    while let Some((id, tail)) = number(rest, b',')
        && let Some((definition, tail)) = number(tail, b',')
        && let Some((length, tail)) = number(tail, b':')
        && let Some((value, next)) = usize::try_from(length).ok().and_then(|length| tail.split_at_checked(length))
    {
        fields.push((id, definition, value.into()));
        rest = next;
    }
    fields
}

/// A number of digits alone and the text after the byte that ends it.
fn number(text: &str, end: u8) -> Option<(i64, &str)> {
    let mut number = 0_i64;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => number = number.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?,
            _ if byte == end && index > 0 => return Some((number, &text[index + 1..])),
            _ => return None,
        }
    }
    None
}

/// Writes what [`stored`] reads.
fn written(fields: &[(i64, i64, String)]) -> String {
    fields.iter().fold(String::new(), |mut text, (id, definition, value)| {
        let _infallible = write!(text, "{id},{definition},{}:{value}", value.len());
        text
    })
}

/// Who gave a user an external id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Single sign-on by the school's own signed tokens.
    Sso,
    /// Single sign-on by OpenID Connect.
    OpenidConnect,
}

impl Provider {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sso => "SSO",
            Self::OpenidConnect => "OPENID_CONNECT",
        }
    }

    /// The provider with this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sso, Self::OpenidConnect].into_iter().find(|known| known.name().eq_ignore_ascii_case(name))
    }
}

/// How a request names a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// By id.
    Id(i64),
    /// By the id that a provider knows them by.
    External(Provider, String),
}

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
    pub custom_profile_fields: Set<Vec<(i64, Option<String>)>>,
}

/// What else a new user comes with.
#[derive(Debug, Clone, Default)]
pub struct Welcome {
    /// Required custom profile fields may be missing.
    pub skip_custom_fields_validation: bool,
    /// Whether the school's welcome mail is owed to them.
    pub send_welcome_email: bool,
    /// The id by which a provider knows them.
    pub external_id: Option<(Provider, String)>,
}

/// Which users a list is of.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The one with this address.
    pub email: Option<String>,
    /// Those with this role, by name.
    pub role: Option<String>,
    /// Those from this source.
    pub external_source: Option<String>,
    /// Those with this value of the field with this label.
    pub field: Option<(String, String)>,
    /// Those in this group.
    pub group_id: Option<i64>,
}

/// A page of the school's users, each shown while it is read.
///
/// # Errors
/// Whatever the store says.
pub fn list<T>(
    tx: &mut Tx<'_>,
    site: i64,
    wanted: &Wanted,
    ask: &Ask,
    mut show: impl FnMut(&User<&str>) -> T,
) -> Result<Page<T>> {
    let mut filter = UserFilter {
        email: wanted.email.clone(),
        external_source: wanted.external_source.clone(),
        group_id: wanted.group_id,
        ..UserFilter::default()
    };
    if let Some(name) = &wanted.role {
        // A role that nobody can have is had by nobody.
        let Some(role) = Role::named(name) else { return Ok(Page::empty()) };
        filter.role = Some(role as i64);
    }
    if let Some((label, value)) = &wanted.field {
        let definitions = store::custom_profile_field_definitions::all(tx, site)?;
        let Some(definition) = definitions.iter().find(|known| known.label == *label) else {
            return Ok(Page::empty());
        };
        filter.value = Some((definition.id, value_hash(value)));
    }
    Ok(rows::page(tx, site, &filter, ask, |row| show(&User(row)))?)
}

/// The user with this id, if there is one.
///
/// # Errors
/// Whatever the store says.
pub fn find(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<User>> {
    Ok(rows::get(tx, site, id)?.map(User))
}

/// Whether there is a user with this id.
///
/// # Errors
/// Whatever the store says.
pub fn exists(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<bool> {
    Ok(rows::exists(tx, site, id)?)
}

/// The id of the user with this address, in any case.
///
/// # Errors
/// Whatever the store says.
pub fn id_by_email(tx: &mut Tx<'_>, site: i64, email: &str) -> Result<Option<i64>> {
    Ok(rows::id_by_email(tx, site, email)?)
}

/// One user.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such user.
pub fn get(tx: &mut Tx<'_>, site: i64, who: &Who) -> Result<User> {
    let id = id_of(tx, site, who)?;
    find(tx, site, id)?.ok_or(Error::NotFound)
}

/// One user, shown while they are read.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such user.
pub fn show<T>(tx: &mut Tx<'_>, site: i64, who: &Who, mut show: impl FnMut(&User<&str>) -> T) -> Result<T> {
    let id = id_of(tx, site, who)?;
    rows::show(tx, site, id, |row| show(&User(row)))?.ok_or(Error::NotFound)
}

fn id_of(tx: &mut Tx<'_>, site: i64, who: &Who) -> Result<i64> {
    match who {
        Who::Id(id) => Ok(*id),
        Who::External(provider, external_id) => {
            rows::id_by_external_id(tx, site, provider.name(), external_id)?.ok_or(Error::NotFound)
        }
    }
}

/// The id by which a provider knows a user.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, or the provider does not know them.
pub fn external_id(tx: &mut Tx<'_>, site: i64, id: i64, provider: Provider) -> Result<String> {
    rows::external_id(tx, site, id, provider.name())?.ok_or(Error::NotFound)
}

/// Notes by which id a provider knows a user, whom it knew by none.
///
/// # Errors
/// [`Error::Invalid`] when it knows somebody else by it.
pub fn set_external_id(tx: &mut Tx<'_>, site: i64, id: i64, provider: Provider, external_id: &str) -> Result<()> {
    rows::set_external_id(tx, site, id, provider.name(), external_id).taken(TAKEN)
}

const TAKEN: &[(&str, &str)] = &[
    ("users.email_key", "email"),
    ("users.affiliate_code", "affiliate_code"),
    ("authentications.external_id", "external_id"),
    ("authentications_pkey", "external_id"),
];

/// Makes a user.
///
/// # Errors
/// [`Error::Invalid`] for everything that breaks a rule: missing names, an address or code in use, a short password,
/// unknown roles, a required custom profile field without a value, an affiliate without a commission.
pub fn create(tx: &mut Tx<'_>, site: i64, input: &UserInput, welcome: &Welcome) -> Result<User> {
    let definitions = store::custom_profile_field_definitions::all(tx, site)?;
    let (mut row, fields) = checked(input, welcome, &definitions)?;
    let stamp = tx.stamp(site)?;
    row.id = tx.next_id("users")?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    row.gid = ids::ulid(stamp.at);
    let values = store_fields(tx, &mut row, &fields)?;
    rows::insert(tx, site, &row, &values).taken(TAKEN)?;
    if let Some((provider, external_id)) = &welcome.external_id {
        rows::set_external_id(tx, site, row.id, provider.name(), external_id).taken(TAKEN)?;
    }
    if welcome.send_welcome_email {
        store::mails::owe(tx, site, stamp.at, Kind::Welcome.name(), row.id, None)?;
    }
    let user = User(row);
    events::record(tx, site, Topic::UserSignup, &payloads::User::of(&user, &definitions))?;
    Ok(user)
}

/// Whether a user could be made of this, apart from whether the address is in use.
///
/// # Errors
/// As [`create`].
pub fn check(tx: &mut Tx<'_>, site: i64, input: &UserInput, welcome: &Welcome) -> Result<()> {
    let definitions = store::custom_profile_field_definitions::all(tx, site)?;
    checked(input, welcome, &definitions).map(|_| ())
}

/// Values of custom profile fields by definition.
type Values = Vec<(i64, Option<String>)>;

/// A new user's row without what the store gives it, and the values of its custom profile fields.
fn checked(input: &UserInput, welcome: &Welcome, definitions: &[Definition]) -> Result<(UserRow, Values)> {
    let mut row = UserRow { affiliate_commission_type: "%".to_owned(), express_sign_in: true, ..UserRow::default() };
    let mut check = Check::new();
    apply(&mut row, input, &mut check);
    let fields = fields(&row, input, definitions, &mut check);
    if !welcome.skip_custom_fields_validation {
        for definition in definitions.iter().filter(|definition| definition.required) {
            let given = fields.iter().any(|(id, value)| *id == definition.id && value.is_some());
            check.that(given, "custom_profile_fields", &format!("{} can't be blank", definition.label));
        }
    }
    check.done()?;
    Ok((row, fields))
}

/// Changes a user.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user; [`Error::Invalid`] as [`create`].
pub fn update(tx: &mut Tx<'_>, site: i64, who: &Who, input: &UserInput) -> Result<User> {
    update_own(tx, site, who, input, None)
}

/// The same, done by the user in a session, which lasts when the password changes; every other ends.
///
/// # Errors
/// As [`update`].
pub fn update_own(tx: &mut Tx<'_>, site: i64, who: &Who, input: &UserInput, signed_in: Option<i64>) -> Result<User> {
    let had = get(tx, site, who)?;
    let definitions = store::custom_profile_field_definitions::all(tx, site)?;
    let mut row = had.0.clone();
    let mut check = Check::new();
    apply(&mut row, input, &mut check);
    let fields = fields(&row, input, &definitions, &mut check);
    check.done()?;
    let stamp = tx.stamp(site)?;
    let values = store_fields(tx, &mut row, &fields)?;
    rows::update(tx, site, &had.0, &row, stamp).taken(TAKEN)?;
    rows::set_values(tx, site, row.id, &hashes(&had.0.custom_fields), &values)?;
    row.rev = stamp.rev;
    row.updated_at = stamp.at;
    if row.password_hash != had.password_hash {
        // Whoever knew the old one is signed out, and links that stood for it lead nowhere.
        sessions::end_all(tx, site, row.id, signed_in)?;
        mailed_links::end_all(tx, site, row.id)?;
    }
    let user = User(row);
    if user.roles != had.roles {
        access::person_changed(tx, site, user.id, false)?;
    }
    let heard_of = |user: &User| (user.email.clone(), user.first_name.clone(), user.last_name.clone(), user.roles);
    if heard_of(&user) != heard_of(&had) {
        events::record(tx, site, Topic::UserUpdated, &payloads::User::of(&user, &definitions))?;
    }
    Ok(user)
}

/// Makes a user a partner of the school, or no longer one.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub fn set_partner(tx: &mut Tx<'_>, site: i64, id: i64, partner: bool) -> Result<User> {
    let had = find(tx, site, id)?.ok_or(Error::NotFound)?;
    let mut row = had.0.clone();
    let bit = 1 << Role::Partner as i64;
    row.roles = if partner { row.roles | bit } else { row.roles & !bit };
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, &had.0, &row, stamp).taken(TAKEN)?;
    access::person_changed(tx, site, id, false)?;
    row.rev = stamp.rev;
    row.updated_at = stamp.at;
    Ok(User(row))
}

/// Notes that a user has signed in, whichever way.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub fn signed_in(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<()> {
    let user = find(tx, site, id)?.ok_or(Error::NotFound)?;
    let definitions = store::custom_profile_field_definitions::all(tx, site)?;
    events::record(tx, site, Topic::UserSignin, &payloads::User::of(&user, &definitions))
}

/// Removes a user: their account, memberships, enrollments and reviews. Orders are books and stay; what they still
/// subscribe to is cancelled.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub fn delete(tx: &mut Tx<'_>, site: i64, who: &Who) -> Result<()> {
    let user = get(tx, site, who)?;
    let definitions = store::custom_profile_field_definitions::all(tx, site)?;
    subscriptions::cancel_all_of(tx, site, &user)?;
    sessions::end_all(tx, site, user.id, None)?;
    mailed_links::end_all(tx, site, user.id)?;
    store::groups::remove_user_everywhere(tx, site, user.id)?;
    store::enrollments::delete_of_user(tx, site, user.id)?;
    store::course_reviews::delete_of_user(tx, site, user.id)?;
    for course in store::courses::remove_user_everywhere(tx, site, user.id)? {
        courses::tell_updated(tx, site, course)?;
    }
    access::person_changed(tx, site, user.id, true)?;
    rows::delete(tx, site, &user.0, &hashes(&user.0.custom_fields))?;
    events::record(tx, site, Topic::UserDeleted, &payloads::User::of(&user, &definitions))
}

/// Applies the input to a row, and checks what stands in it then.
fn apply(row: &mut UserRow, input: &UserInput, check: &mut Check) {
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
    let mut roles = row.roles & 1 << Role::Partner as i64;
    for name in names {
        match Role::named(name) {
            Some(role) => roles |= 1 << role as i64,
            None => check.add("roles", format!("{name:.64} is not included in the list")),
        }
    }
    row.roles = roles;
}

fn affiliate(row: &mut UserRow, input: &UserInput, check: &mut Check) {
    input.affiliate_commission.clone().apply(&mut row.affiliate_commission);
    match &input.affiliate_commission_type {
        Set::Keep => {}
        Set::Clear => row.affiliate_commission_type = "%".to_owned(),
        Set::To(kind) if ["%", "$"].contains(&kind.as_str()) => row.affiliate_commission_type.clone_from(kind),
        Set::To(_) => check.add("affiliate_commission_type", "is not included in the list"),
    }
    if let Some(commission) = row.affiliate_commission {
        // A percentage is above 0 and at most 100; a fixed amount is below 9,999.99.
        let most = if row.affiliate_commission_type == "%" { 10_000 } else { 999_998 };
        check.that(commission > 0, "affiliate_commission", "must be greater than 0");
        let limit = if most == 10_000 { "must be less than or equal to 100" } else { "must be less than 9999.99" };
        check.that(commission <= most, "affiliate_commission", limit);
    }
    if row.roles >> Role::Affiliate as i64 & 1 == 1 && input.roles != Set::Keep {
        check.that(row.affiliate_code.is_some(), "affiliate_code", "can't be blank");
        check.that(row.affiliate_commission.is_some(), "affiliate_commission", "can't be blank");
        check.that(row.affiliate_payout_email.is_some(), "affiliate_payout_email", "can't be blank");
    }
    if let Set::To(email) = &input.affiliate_payout_email {
        check.email("affiliate_payout_email", email);
    }
}

/// The values of custom profile fields after the change, per definition.
fn fields(
    row: &UserRow,
    input: &UserInput,
    definitions: &[Definition],
    check: &mut Check,
) -> Vec<(i64, Option<String>)> {
    let mut fields: Vec<(i64, Option<String>)> =
        stored(&row.custom_fields).into_iter().map(|(_, id, value)| (id, Some(value.into_owned()))).collect();
    let given = match &input.custom_profile_fields {
        Set::Keep => return fields,
        Set::Clear => &Vec::new(),
        Set::To(given) => given,
    };
    for (definition, value) in given {
        let Some(known) = definitions.iter().find(|known| known.id == *definition) else {
            check.add("custom_profile_fields", format!("has no definition with ID {definition}"));
            continue;
        };
        let value = value.clone().filter(|value| !value.is_empty());
        if let Some(value) = &value {
            check.length("custom_profile_fields", value, TEXT);
        }
        fields.retain(|(id, _)| *id != known.id);
        fields.push((known.id, value));
    }
    fields
}

/// Writes the values into the row, keeping the ids of values that were there; gives how they are found.
fn store_fields(tx: &mut Tx<'_>, row: &mut UserRow, fields: &[(i64, Option<String>)]) -> Result<Vec<(i64, i64)>> {
    let mut kept: Vec<(i64, i64, String)> = Vec::with_capacity(fields.len());
    {
        let had = stored(&row.custom_fields);
        for (definition, value) in fields {
            let Some(value) = value else { continue };
            let id = match had.iter().find(|(_, known, _)| known == definition) {
                Some((id, ..)) => *id,
                None => tx.next_id("custom_profile_field_values")?,
            };
            kept.push((id, *definition, value.clone()));
        }
    }
    row.custom_fields = written(&kept);
    Ok(kept.iter().map(|(_, definition, value)| (*definition, value_hash(value))).collect())
}

fn hashes(custom_fields: &str) -> Vec<(i64, i64)> {
    stored(custom_fields).iter().map(|(_, definition, value)| (*definition, value_hash(value))).collect()
}

/// By what a value is found. 64 bits of SHA-256: two values with one hash do not happen by accident.
fn value_hash(value: &str) -> i64 {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(value.as_bytes());
    digest.first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_custom_fields_are_read_as_they_were_written() {
        let fields = vec![
            (1, 2, "Peru".to_owned()),
            (3, 4, String::new()),
            (5, 6, "a,b:c\n7,8,9:Zoë \u{1f980}".to_owned()),
            (i64::MAX, i64::MAX, ":,0:".to_owned()),
        ];
        let text = written(&fields);
        let read: Vec<_> = stored(&text).into_iter().map(|(id, of, value)| (id, of, value.into_owned())).collect();
        assert_eq!(read, fields);
        for cut in 0..text.len() {
            // However it was damaged, reading it does not fail.
            let _fewer = text.get(..cut).map(stored);
        }
        assert!(stored("").is_empty());
    }
}
