//! Rows of users, and what finds them: roles, external ids, values of custom profile fields.

use crate::{CountedRow, Filter, FromColumn, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, lists, params};
use std::sync::LazyLock;

/// A user's row. Its texts are its own, or (`UserRow<&str>`) borrowed from the database's row while that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRow<S = String> {
    /// Their id.
    pub id: i64,
    /// The number of their last change.
    pub rev: i64,
    /// When they signed up.
    pub created_at: i64,
    /// When they were last changed.
    pub updated_at: i64,
    /// Their global id, a ULID.
    pub gid: S,
    /// Their address, as they wrote it.
    pub email: S,
    /// First name.
    pub first_name: S,
    /// Last name.
    pub last_name: S,
    /// Company.
    pub company: Option<S>,
    /// A few words about them.
    pub bio: Option<S>,
    /// Their title.
    pub headline: Option<S>,
    /// Their picture.
    pub avatar_url: Option<S>,
    /// Their roles: bit n set for role n.
    pub roles: i64,
    /// Where they came from.
    pub external_source: Option<S>,
    /// Code of an affiliate.
    pub affiliate_code: Option<S>,
    /// Hundredths of a percent, or of the currency.
    pub affiliate_commission: Option<i64>,
    /// `%` or `$`.
    pub affiliate_commission_type: S,
    /// Where an affiliate is paid.
    pub affiliate_payout_email: Option<S>,
    /// Their custom profile fields, in a form that is the school's.
    pub custom_fields: S,
    /// The courses a course admin looks after: JSON array of ids.
    pub administered_course_ids: Option<S>,
    /// Hash of their password; none when they have not chosen one.
    pub password_hash: Option<S>,
    /// Whether their express sign-in link works.
    pub express_sign_in: bool,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.updated_at, t.gid, t.email, t.first_name, t.last_name, t.company, \
                       t.bio, t.headline, t.avatar_url, t.roles, t.external_source, t.affiliate_code, \
                       t.affiliate_commission, t.affiliate_commission_type, t.affiliate_payout_email, \
                       t.custom_fields, t.administered_course_ids, t.password_hash, t.express_sign_in";

static ONE: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {COLUMNS} FROM users t WHERE t.site_id = $1 AND t.id = $2"));

fn read<'r, S: FromColumn<'r>>(row: &Row<'r>) -> Result<UserRow<S>, StoreError>
where
    Option<S>: FromColumn<'r>,
{
    Ok(UserRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        gid: row.get(4)?,
        email: row.get(5)?,
        first_name: row.get(6)?,
        last_name: row.get(7)?,
        company: row.get(8)?,
        bio: row.get(9)?,
        headline: row.get(10)?,
        avatar_url: row.get(11)?,
        roles: row.get(12)?,
        external_source: row.get(13)?,
        affiliate_code: row.get(14)?,
        affiliate_commission: row.get(15)?,
        affiliate_commission_type: row.get(16)?,
        affiliate_payout_email: row.get(17)?,
        custom_fields: row.get(18)?,
        administered_course_ids: row.get(19)?,
        password_hash: row.get(20)?,
        express_sign_in: row.get(21)?,
    })
}

/// By what an address is found: two spellings that differ in case are one address.
#[must_use]
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

fn places(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [lists::place(site, lists::USERS, id), lists::place(site, lists::USERS_BY_REV, rev)]
}

fn role_places(site: i64, id: i64, roles: i64) -> Vec<CountedRow> {
    each_role(roles)
        .map(|role| CountedRow { site, list: lists::USERS_OF_ROLE, scope: role, state: 0, key: id })
        .collect()
}

fn each_role(roles: i64) -> impl Iterator<Item = i64> {
    (0..63).filter(move |role| roles >> role & 1 == 1)
}

/// Adds a user. `values` are the (definition id, value hash) pairs of their custom profile fields.
///
/// # Errors
/// [`StoreError::Taken`] `users.email_key` or `users.affiliate_code`.
pub fn insert(tx: &mut Tx<'_>, site: i64, user: &UserRow, values: &[(i64, i64)]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO users (site_id, id, rev, created_at, updated_at, gid, email, email_key, first_name, last_name,
           company, bio, headline, avatar_url, roles, external_source, affiliate_code, affiliate_commission,
           affiliate_commission_type, affiliate_payout_email, custom_fields, administered_course_ids, password_hash,
           express_sign_in)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
           $23, $24)",
        params![
            site,
            user.id,
            user.rev,
            user.created_at,
            user.updated_at,
            &user.gid,
            &user.email,
            &email_key(&user.email),
            &user.first_name,
            &user.last_name,
            &user.company,
            &user.bio,
            &user.headline,
            &user.avatar_url,
            user.roles,
            &user.external_source,
            &user.affiliate_code,
            user.affiliate_commission,
            &user.affiliate_commission_type,
            &user.affiliate_payout_email,
            &user.custom_fields,
            &user.administered_course_ids,
            &user.password_hash,
            user.express_sign_in,
        ],
    )?;
    tx.update_counts(&[], &places(site, user.id, user.rev));
    set_roles(tx, site, user.id, 0, user.roles)?;
    set_values(tx, site, user.id, &[], values)
}

/// Writes a changed user over the one that was read. `stamp` becomes the time and number of the change.
///
/// # Errors
/// [`StoreError::Taken`] `users.email_key` or `users.affiliate_code`.
pub fn update(tx: &mut Tx<'_>, site: i64, had: &UserRow, has: &UserRow, stamp: Stamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE users SET rev = $1, updated_at = $2, email = $3, email_key = $4, first_name = $5, last_name = $6,
           company = $7, bio = $8, headline = $9, avatar_url = $10, roles = $11, external_source = $12,
           affiliate_code = $13, affiliate_commission = $14, affiliate_commission_type = $15,
           affiliate_payout_email = $16, custom_fields = $17, administered_course_ids = $18, password_hash = $19,
           express_sign_in = $20
         WHERE site_id = $21 AND id = $22",
        params![
            stamp.rev,
            stamp.at,
            &has.email,
            &email_key(&has.email),
            &has.first_name,
            &has.last_name,
            &has.company,
            &has.bio,
            &has.headline,
            &has.avatar_url,
            has.roles,
            &has.external_source,
            &has.affiliate_code,
            has.affiliate_commission,
            &has.affiliate_commission_type,
            &has.affiliate_payout_email,
            &has.custom_fields,
            &has.administered_course_ids,
            &has.password_hash,
            has.express_sign_in,
            site,
            had.id,
        ],
    )?;
    tx.update_counts(&places(site, had.id, had.rev), &places(site, had.id, stamp.rev));
    set_roles(tx, site, had.id, had.roles, has.roles)
}

/// Removes a user and what finds them. Their memberships and enrollments are the caller's business.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, user: &UserRow, values: &[(i64, i64)]) -> Result<(), StoreError> {
    set_values(tx, site, user.id, values, &[])?;
    set_roles(tx, site, user.id, user.roles, 0)?;
    tx.execute("DELETE FROM authentications WHERE site_id = $1 AND user_id = $2", params![site, user.id])?;
    tx.execute("DELETE FROM users WHERE site_id = $1 AND id = $2", params![site, user.id])?;
    tx.update_counts(&places(site, user.id, user.rev), &[]);
    Ok(())
}

fn set_roles(tx: &mut Tx<'_>, site: i64, user: i64, had: i64, has: i64) -> Result<(), StoreError> {
    for role in each_role(had & !has) {
        tx.execute(
            "DELETE FROM user_roles WHERE site_id = $1 AND role = $2 AND user_id = $3",
            params![site, role, user],
        )?;
    }
    for role in each_role(has & !had) {
        tx.execute("INSERT INTO user_roles (site_id, role, user_id) VALUES ($1, $2, $3)", params![site, role, user])?;
    }
    tx.update_counts(&role_places(site, user, had), &role_places(site, user, has));
    Ok(())
}

/// Replaces the (definition id, value hash) pairs by which a user is found.
///
/// # Errors
/// Whatever the database says.
pub fn set_values(
    tx: &mut Tx<'_>,
    site: i64,
    user: i64,
    had: &[(i64, i64)],
    has: &[(i64, i64)],
) -> Result<(), StoreError> {
    for (definition, value) in had.iter().filter(|pair| !has.contains(pair)) {
        tx.execute(
            "DELETE FROM custom_profile_field_values
             WHERE site_id = $1 AND definition_id = $2 AND value_hash = $3 AND user_id = $4",
            params![site, *definition, *value, user],
        )?;
    }
    for (definition, value) in has.iter().filter(|pair| !had.contains(pair)) {
        tx.execute(
            "INSERT INTO custom_profile_field_values (site_id, definition_id, value_hash, user_id)
             VALUES ($1, $2, $3, $4)",
            params![site, *definition, *value, user],
        )?;
    }
    Ok(())
}

/// The user with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<UserRow>, StoreError> {
    #[expect(clippy::redundant_closure, reason = "the function alone is for rows of one lifetime")]
    tx.first(&ONE, params![site, id], |row| read(row))
}

/// Shows the user with this id while their row is read: no texts are copied.
///
/// # Errors
/// Whatever the database says.
pub fn show<T>(
    tx: &mut Tx<'_>,
    site: i64,
    id: i64,
    mut show: impl FnMut(UserRow<&str>) -> T,
) -> Result<Option<T>, StoreError> {
    tx.first(&ONE, params![site, id], |row| Ok(show(read(row)?)))
}

/// The id of the user with this address, in any case.
///
/// # Errors
/// Whatever the database says.
pub fn id_by_email(tx: &mut Tx<'_>, site: i64, email: &str) -> Result<Option<i64>, StoreError> {
    tx.first("SELECT id FROM users WHERE site_id = $1 AND email_key = $2", params![site, &email_key(email)], |row| {
        row.get(0)
    })
}

/// Whether there is a user with this id.
///
/// # Errors
/// Whatever the database says.
pub fn exists(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<bool, StoreError> {
    Ok(tx.first("SELECT 1 FROM users WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?.is_some())
}

/// Which users a list is of.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// The one with this address.
    pub email: Option<String>,
    /// Those with this role, by its number.
    pub role: Option<i64>,
    /// Those in this group.
    pub group_id: Option<i64>,
    /// Those from this source.
    pub external_source: Option<String>,
    /// Those with this value, as (definition id, value hash).
    pub value: Option<(i64, i64)>,
}

/// A page of the school's users, each shown while it is read: a list copies no texts.
///
/// # Errors
/// Whatever the database says.
pub fn page<T>(
    tx: &mut Tx<'_>,
    site: i64,
    filter: &UserFilter,
    request: &PageRequest,
    mut show: impl FnMut(UserRow<&str>) -> T,
) -> Result<Page<T>, StoreError> {
    let mut source = ListQuery {
        table: "users",
        columns: COLUMNS,
        from: "users t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: Some(lists::whole(site, lists::USERS)),
        by_rev: Some(lists::whole(site, lists::USERS_BY_REV)),
        filters: vec![],
    };
    let email = filter.email.as_deref().map(email_key);
    let mut joined = false;
    let mut join = |source: &mut ListQuery<'_>, from, by_id| {
        source.from = from;
        source.site_column = "s.site_id";
        source.id_column = "s.user_id";
        source.by_id = by_id;
        source.by_rev = None;
        joined = true;
    };
    if let Some(email) = &email {
        source.by_id = None;
        source.by_rev = None;
        source.scope.push(Filter::is("t.email_key = ?", email));
    }
    if let Some(group) = filter.group_id {
        let from = "group_users s JOIN users t ON t.site_id = s.site_id AND t.id = s.user_id";
        let part = lists::of(site, lists::USERS_OF_GROUP, group);
        join(&mut source, from, Some(part).filter(|_| email.is_none()));
        source.scope.push(Filter::is("s.group_id = ?", group));
    } else if let Some((definition, value)) = filter.value {
        let from = "custom_profile_field_values s JOIN users t ON t.site_id = s.site_id AND t.id = s.user_id";
        join(&mut source, from, None);
        source.scope.push(Filter::is("s.definition_id = ?", definition));
        source.scope.push(Filter::is("s.value_hash = ?", value));
    } else if let Some(role) = filter.role {
        let from = "user_roles s JOIN users t ON t.site_id = s.site_id AND t.id = s.user_id";
        let part = lists::of(site, lists::USERS_OF_ROLE, role);
        join(&mut source, from, Some(part).filter(|_| email.is_none()));
        source.scope.push(Filter::is("s.role = ?", role));
    }
    // The narrowest of the conditions drives the list; the others are asked of each of its rows.
    if let (Some((definition, value)), true) = (filter.value, filter.group_id.is_some()) {
        source.filters.push(Filter::new(
            "EXISTS (SELECT 1 FROM custom_profile_field_values v WHERE v.site_id = t.site_id AND v.user_id = t.id \
             AND v.definition_id = ? AND v.value_hash = ?)",
            [definition.into(), value.into()],
        ));
    }
    if let (Some(role), true) = (filter.role, filter.group_id.is_some() || filter.value.is_some()) {
        source.filters.push(Filter::is("(t.roles & ?) <> 0", 1_i64 << role));
    }
    if let Some(external_source) = &filter.external_source {
        let filter = Filter::is("t.external_source = ?", external_source);
        if joined {
            source.filters.push(filter);
        } else {
            source.scope.push(filter);
            source.by_id = None;
            source.by_rev = None;
        }
    }
    tx.page(site, &source, request, |row| Ok(show(read(row)?)))
}

/// The user that a provider knows by this id.
///
/// # Errors
/// Whatever the database says.
pub fn id_by_external_id(
    tx: &mut Tx<'_>,
    site: i64,
    provider: &str,
    external_id: &str,
) -> Result<Option<i64>, StoreError> {
    tx.first(
        "SELECT user_id FROM authentications WHERE site_id = $1 AND provider = $2 AND external_id = $3",
        params![site, provider, external_id],
        |row| row.get(0),
    )
}

/// By which id a provider knows a user.
///
/// # Errors
/// Whatever the database says.
pub fn external_id(tx: &mut Tx<'_>, site: i64, user: i64, provider: &str) -> Result<Option<String>, StoreError> {
    tx.first(
        "SELECT external_id FROM authentications WHERE site_id = $1 AND user_id = $2 AND provider = $3",
        params![site, user, provider],
        |row| row.get(0),
    )
}

/// Notes by which id a provider knows a user.
///
/// # Errors
/// [`StoreError::Taken`] when the provider knows another user by it.
pub fn set_external_id(
    tx: &mut Tx<'_>,
    site: i64,
    user: i64,
    provider: &str,
    external_id: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO authentications (site_id, provider, external_id, user_id) VALUES ($1, $2, $3, $4)",
        params![site, provider, external_id, user],
    )?;
    Ok(())
}
