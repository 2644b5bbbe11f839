//! Rows of users, and what finds them: roles, external ids, values of custom profile fields.

pub use crate::addresses::email_key;
use crate::enums::text_enum;
use crate::roles::{Role, Roles};
use crate::table::{select, table};
use crate::user_words;
use crate::{
    CountedRow, DefinitionId, Filter, GroupId, ListQuery, Page, PageRequest, SiteId, Stamp, StoreError, Tx, UserId,
    day_counts, lists, params,
};
use std::collections::BTreeSet;

text_enum! {
    /// Who gave a user an external id.
    pub enum Provider {
        /// Single sign-on by the school's own signed tokens.
        Sso = "SSO",
        /// Single sign-on by OpenID Connect.
        OpenidConnect = "OPENID_CONNECT",
    }
}

text_enum! {
    /// What the commission of an affiliate is.
    #[derive(Default)]
    pub enum CommissionType {
        /// A part of what is paid, in hundredths of a percent.
        #[default]
        Percentage = "%",
        /// An amount of money, in hundredths of the currency.
        Fixed = "$",
    }
}

table! {
    /// A user's row. Its texts are its own, or (`UserRow<&str>`) borrowed from the database's row while that is shown.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct UserRow<S> in "users" of site {
        keys {
            /// Their id.
            id: UserId,
        }
        stamps {
            /// The number of their last change.
            rev: i64,
            /// When they signed up.
            created_at: i64,
            /// When they were last changed.
            updated_at: i64,
        }
        fixed {
            /// Their global id, a ULID.
            gid: S,
        }
        values {
            /// Their address, as they wrote it.
            email: S,
            /// First name.
            first_name: S,
            /// Last name.
            last_name: S,
            /// Company.
            company: Option<S>,
            /// A few words about them.
            bio: Option<S>,
            /// Their title.
            headline: Option<S>,
            /// Their picture.
            avatar_url: Option<S>,
            /// Their roles.
            roles: Roles,
            /// Where they came from.
            external_source: Option<S>,
            /// Code of an affiliate.
            affiliate_code: Option<S>,
            /// Hundredths of a percent, or of the currency.
            affiliate_commission: Option<i64>,
            /// What the commission is.
            affiliate_commission_type: CommissionType,
            /// Where an affiliate is paid.
            affiliate_payout_email: Option<S>,
            /// Their custom profile fields, in a form that is the school's.
            custom_fields: S,
            /// The courses a course admin looks after: JSON array of ids.
            administered_course_ids: Option<S>,
            /// Whether a link that is sent by mail signs them in: as long as they have not chosen a password.
            express_sign_in: bool,
            /// Whether they have shown that their address is theirs. Mail to it holds no word of anybody's until then.
            email_confirmed: bool,
        }
        joined {
            /// Whether they have chosen a password.
            has_password: bool = "t.password_hash IS NOT NULL",
        }
        derived(row) { email_key = email_key(&row.email) }
        written { password_hash: Option<&str> }
    }
}

/// Notes that a user has shown that their address is theirs.
pub fn confirm_email(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    let sql = "UPDATE users SET email_confirmed = TRUE WHERE site_id = $1 AND id = $2";
    tx.execute(sql, params![site, user])?;
    Ok(())
}

fn counted_day(site: SiteId, user: &UserRow) -> CountedRow {
    day_counts::counted_row(site, lists::USERS_OF_DAY, user.created_at)
}

fn counted_rows(site: SiteId, id: UserId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::USERS, lists::USERS_BY_REV], id, rev)
}

fn counted_rows_of_roles(site: SiteId, id: UserId, roles: Roles) -> Vec<CountedRow> {
    roles.numbers().map(|role| lists::counted_row_of(site, lists::USERS_OF_ROLE, role, id)).collect()
}

/// Adds a user. `values` are the (definition id, value hash) pairs of their custom profile fields.
///
/// # Errors
/// [`StoreError::Taken`] `users.email_key` or `users.affiliate_code`.
pub fn insert(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: &UserRow,
    password_hash: Option<&str>,
    values: &[(DefinitionId, i64)],
) -> Result<(), StoreError> {
    user.insert(tx, site, password_hash)?;
    tx.update_counts(&[], &counted_rows(site, user.id, user.rev));
    tx.update_counts(&[], &[counted_day(site, user)]);
    set_roles(tx, site, user.id, Roles::default(), user.roles)?;
    user_words::replace(tx, site, user.id, &BTreeSet::new(), &words(user))?;
    set_values(tx, site, user.id, &[], values)
}

/// Writes a changed user over the one that was read. `stamp` becomes the time and number of the change.
///
/// # Errors
/// [`StoreError::Taken`] `users.email_key` or `users.affiliate_code`.
pub fn update(tx: &mut Tx<'_>, site: SiteId, had: &UserRow, has: &UserRow, stamp: Stamp) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, stamp.rev));
    user_words::replace(tx, site, had.id, &words(had), &words(has))?;
    set_roles(tx, site, had.id, had.roles, has.roles)
}

/// Removes a user and what finds them. Their memberships and enrollments are the caller's business.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, user: &UserRow, values: &[(DefinitionId, i64)]) -> Result<(), StoreError> {
    set_values(tx, site, user.id, values, &[])?;
    set_roles(tx, site, user.id, user.roles, Roles::default())?;
    user_words::replace(tx, site, user.id, &words(user), &BTreeSet::new())?;
    tx.execute("DELETE FROM authentications WHERE site_id = $1 AND user_id = $2", params![site, user.id])?;
    tx.execute("DELETE FROM users WHERE site_id = $1 AND id = $2", params![site, user.id])?;
    tx.update_counts(&counted_rows(site, user.id, user.rev), &[]);
    tx.update_counts(&[counted_day(site, user)], &[]);
    Ok(())
}

/// The words by which a user is found.
fn words(user: &UserRow) -> BTreeSet<String> {
    user_words::of([&user.first_name, &user.last_name, &user.email, user.company.as_deref().unwrap_or_default()])
}

/// The users who have, for each word of a text, a word that begins with it: at most so many, in the order of the words.
pub fn search(tx: &mut Tx<'_>, site: SiteId, text: &str, most: usize) -> Result<Vec<UserRow>, StoreError> {
    let terms = user_words::terms(text);
    let mut found = Vec::new();
    for id in user_words::candidates(tx, site, &terms)? {
        if found.len() >= most {
            break;
        }
        found.extend(get(tx, site, id)?.filter(|user| user_words::have_all(&words(user), &terms)));
    }
    Ok(found)
}

/// Whether there are users and no words of them: in a database from before there were any, or one that was restored from
/// such a one.
pub(crate) fn words_are_missing(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    let mut is_empty = |sql| Ok::<_, StoreError>(tx.first(sql, &[], |_| Ok(()))?.is_none());
    Ok(is_empty("SELECT 1 FROM user_words LIMIT 1")? && !is_empty("SELECT 1 FROM users LIMIT 1")?)
}

/// Writes the words of everybody where there are none.
pub(crate) fn write_missing_words(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    if !words_are_missing(tx)? {
        return Ok(());
    }
    for site in tx.query("SELECT id FROM sites ORDER BY id", &[], |row| row.get::<SiteId>(0))? {
        let mut after = UserId::new(0);
        loop {
            let sql = select!(UserRow, "WHERE t.site_id = $1 AND t.id > $2 ORDER BY t.id LIMIT 500");
            #[expect(clippy::redundant_closure, reason = "the function alone is for rows of one lifetime")]
            let users: Vec<UserRow> = tx.query(sql, params![site, after], |row| UserRow::read(row))?;
            let Some(last) = users.last() else { break };
            after = last.id;
            for user in &users {
                user_words::replace(tx, site, user.id, &BTreeSet::new(), &words(user))?;
            }
        }
    }
    Ok(())
}

fn set_roles(tx: &mut Tx<'_>, site: SiteId, user: UserId, had: Roles, has: Roles) -> Result<(), StoreError> {
    for role in had.but(has).numbers() {
        tx.execute(
            "DELETE FROM user_roles WHERE site_id = $1 AND role = $2 AND user_id = $3",
            params![site, role, user],
        )?;
    }
    for role in has.but(had).numbers() {
        tx.execute("INSERT INTO user_roles (site_id, role, user_id) VALUES ($1, $2, $3)", params![site, role, user])?;
    }
    tx.update_counts(&counted_rows_of_roles(site, user, had), &counted_rows_of_roles(site, user, has));
    Ok(())
}

/// Replaces the (definition id, value hash) pairs by which a user is found.
pub fn set_values(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: UserId,
    had: &[(DefinitionId, i64)],
    has: &[(DefinitionId, i64)],
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

/// Replaces a user's password.
pub fn set_password(tx: &mut Tx<'_>, site: SiteId, user: UserId, hash: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE users SET password_hash = $1 WHERE site_id = $2 AND id = $3", params![hash, site, user])?;
    Ok(())
}

/// Takes a user's password away.
pub fn clear_password(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    tx.execute("UPDATE users SET password_hash = NULL WHERE site_id = $1 AND id = $2", params![site, user])?;
    Ok(())
}

/// The hash of a user's password; none when they have not chosen one.
pub fn password_hash(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT password_hash FROM users WHERE site_id = $1 AND id = $2";
    Ok(tx.first(sql, params![site, user], |row| row.get(0))?.flatten())
}

/// The user with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<Option<UserRow>, StoreError> {
    #[expect(clippy::redundant_closure, reason = "the function alone is for rows of one lifetime")]
    tx.first(select!(UserRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], |row| UserRow::read(row))
}

/// Shows the user with this id while their row is read: no texts are copied.
pub fn show<T>(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: UserId,
    mut show: impl FnMut(UserRow<&str>) -> T,
) -> Result<Option<T>, StoreError> {
    let sql = select!(UserRow, "WHERE t.site_id = $1 AND t.id = $2");
    tx.first(sql, params![site, id], |row| Ok(show(UserRow::read(row)?)))
}

/// The id of the user with this address, in any case.
pub fn id_by_email(tx: &mut Tx<'_>, site: SiteId, email: &str) -> Result<Option<UserId>, StoreError> {
    tx.first("SELECT id FROM users WHERE site_id = $1 AND email_key = $2", params![site, &email_key(email)], |row| {
        row.get(0)
    })
}

/// The id of the user with this code of an affiliate.
pub fn id_by_affiliate_code(tx: &mut Tx<'_>, site: SiteId, code: &str) -> Result<Option<UserId>, StoreError> {
    let sql = "SELECT id FROM users WHERE site_id = $1 AND affiliate_code = $2";
    tx.first(sql, params![site, code], |row| row.get(0))
}

/// Whether there is a user with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<bool, StoreError> {
    Ok(tx.first("SELECT 1 FROM users WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?.is_some())
}

/// Which users a list is of.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// The one with this address.
    pub email: Option<String>,
    /// Those with this role.
    pub role: Option<Role>,
    /// Those in this group.
    pub group_id: Option<GroupId>,
    /// Those from this source.
    pub external_source: Option<String>,
    /// Those with this value, as (definition id, value hash).
    pub value: Option<(DefinitionId, i64)>,
}

/// A page of the school's users, each shown while it is read: a list copies no texts.
pub fn page<T>(
    tx: &mut Tx<'_>,
    site: SiteId,
    filter: &UserFilter,
    request: &PageRequest,
    mut show: impl FnMut(UserRow<&str>) -> T,
) -> Result<Page<T>, StoreError> {
    let mut source = ListQuery {
        by_id: Some(lists::whole(site, lists::USERS)),
        by_rev: Some(lists::whole(site, lists::USERS_BY_REV)),
        ..UserRow::list()
    };
    let email = filter.email.as_deref().map(email_key);
    let joined = filter.group_id.is_some() || filter.value.is_some() || filter.role.is_some();
    if let Some(email) = &email {
        source.by_id = None;
        source.by_rev = None;
        source.scope.push(Filter::is("t.email_key = ?", email));
    }
    if let Some(group) = filter.group_id {
        let from = "group_users s JOIN users t ON t.site_id = s.site_id AND t.id = s.user_id";
        let part = lists::of(site, lists::USERS_OF_GROUP, group);
        source.join_from(from, "s.user_id", Some(part).filter(|_| email.is_none()));
        source.scope.push(Filter::is("s.group_id = ?", group));
    } else if let Some((definition, value)) = filter.value {
        let from = "custom_profile_field_values s JOIN users t ON t.site_id = s.site_id AND t.id = s.user_id";
        source.join_from(from, "s.user_id", None);
        source.scope.push(Filter::is("s.definition_id = ?", definition));
        source.scope.push(Filter::is("s.value_hash = ?", value));
    } else if let Some(role) = filter.role.map(|role| role as i64) {
        let from = "user_roles s JOIN users t ON t.site_id = s.site_id AND t.id = s.user_id";
        let part = lists::of(site, lists::USERS_OF_ROLE, role);
        source.join_from(from, "s.user_id", Some(part).filter(|_| email.is_none()));
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
        source.filters.push(Filter::is("(t.roles & ?) <> 0", 1_i64 << role as i64));
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
    tx.page(site, &source, request, |row| Ok(show(UserRow::read(row)?)))
}

/// The user that a provider knows by this id.
pub fn id_by_external_id(
    tx: &mut Tx<'_>,
    site: SiteId,
    provider: Provider,
    external_id: &str,
) -> Result<Option<UserId>, StoreError> {
    tx.first(
        "SELECT user_id FROM authentications WHERE site_id = $1 AND provider = $2 AND external_id = $3",
        params![site, provider, external_id],
        |row| row.get(0),
    )
}

/// By which id a provider knows a user.
pub fn external_id(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: UserId,
    provider: Provider,
) -> Result<Option<String>, StoreError> {
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
    site: SiteId,
    user: UserId,
    provider: Provider,
    external_id: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO authentications (site_id, provider, external_id, user_id) VALUES ($1, $2, $3, $4)",
        params![site, provider, external_id, user],
    )?;
    Ok(())
}

/// The users with any role, by their ids; the first so many.
pub fn with_a_role(tx: &mut Tx<'_>, site: SiteId, most: i64) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT DISTINCT user_id FROM user_roles WHERE site_id = $1 ORDER BY user_id LIMIT $2";
    tx.query(sql, params![site, most], |row| row.get(0))
}

/// What a list of people says of each.
#[derive(Debug, Clone)]
pub struct NamedUser {
    /// The id.
    pub id: UserId,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub roles: Roles,
}

/// The users with these ids.
pub fn of_ids(tx: &mut Tx<'_>, site: SiteId, ids: &[UserId]) -> Result<Vec<NamedUser>, StoreError> {
    let sql = "SELECT id, first_name, last_name, email, roles FROM users WHERE site_id = $1 AND id IN ";
    tx.query_in(site, ids.iter().copied(), sql, "", |row| {
        let (first_name, last_name) = (row.get(1)?, row.get(2)?);
        Ok(NamedUser { id: row.get(0)?, first_name, last_name, email: row.get(3)?, roles: row.get(4)? })
    })
}
