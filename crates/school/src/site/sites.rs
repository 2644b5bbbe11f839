//! Sites: a school, its plan, its API key.

use crate::check::{self, Check};
use crate::error::{Error, Result, Taken};
use crate::events::{self, Topic, payloads};
use crate::ids;
use crate::money::Currency;
use crate::security_log::{self, Kind};
use crate::time::Moment;
pub use store::sites::Plan;
use store::sites::{self as rows, PreviousKey, SignUpRule, SiteRow};
use store::{ServerKey, SiteId, Tx, UserId};

/// A school as everything else knows it: all of it but its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its id, which is also the `tenant_id` of its events.
    pub id: SiteId,
    /// Its global id, a UUID.
    pub gid: String,
    /// The first label of its host name.
    pub subdomain: String,
    /// What it calls itself.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// Its currency, ISO 4217 in lower case.
    pub currency: String,
    /// Where its students ask for help.
    pub support_email: String,
    /// Its owner, once there is one.
    pub owner_user_id: Option<UserId>,
    /// Its own limit of requests a minute; none takes the server's.
    pub requests_per_minute: Option<i64>,
    /// Its own limit of requests at once; none takes the server's.
    pub requests_at_once: Option<i64>,
    /// How many bytes its files may take; none takes the server's number, 0 means no limit.
    pub file_quota: Option<i64>,
    /// Whether everybody with a role must have a second factor.
    pub requires_second_factor: bool,
    /// Who may have an account by themselves.
    pub sign_up_rule: SignUpRule,
    /// The hosts of addresses that it names for that, one on each line.
    pub sign_up_domains: String,
    /// Since when it is suspended, in milliseconds since 1970; none while it is open.
    pub suspended_at: Option<i64>,
    /// When it is deleted, since its owner has closed it, in milliseconds since 1970; none while it is not closed.
    pub closes_at: Option<i64>,
    /// Changes whenever its key, plan, limits or profile fields do: what is remembered of them is then out of date.
    pub credentials_rev: i64,
}

impl From<SiteRow> for Site {
    fn from(row: SiteRow) -> Self {
        Self {
            id: row.id,
            gid: row.gid,
            subdomain: row.subdomain,
            name: row.name,
            plan: row.plan,
            currency: row.currency,
            support_email: row.support_email,
            owner_user_id: row.owner_user_id,
            requests_per_minute: row.requests_per_minute,
            requests_at_once: row.requests_at_once,
            file_quota: row.file_quota,
            requires_second_factor: row.requires_second_factor,
            sign_up_rule: row.sign_up_rule,
            sign_up_domains: row.sign_up_domains,
            suspended_at: row.suspended_at,
            closes_at: row.closes_at,
            credentials_rev: row.credentials_rev,
        }
    }
}

/// Whether the API key of a school on this plan opens the API. Which plans have which access is written down here and
/// nowhere else.
#[must_use]
pub fn has_api(plan: Plan) -> bool {
    !matches!(plan, Plan::Free | Plan::Basic)
}

/// Whether apps and integrations may use a school on this plan.
#[must_use]
pub fn has_apps(plan: Plan) -> bool {
    !matches!(plan, Plan::Free | Plan::Start)
}

/// A school to be made.
#[derive(Debug, Clone)]
pub struct NewSite {
    /// The first label of its host name.
    pub subdomain: String,
    /// What it calls itself.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// Its currency, ISO 4217.
    pub currency: String,
    /// Where its students ask for help.
    pub support_email: String,
}

/// For how long a school that its owner has closed is kept, in milliseconds: 30 days.
pub const CLOSED_KEPT_MS: i64 = 30 * 86_400_000;

/// Names that are hosts of the platform itself.
const RESERVED: [&str; 6] = ["www", "api", "app", "partners", "admin", "localhost"];

/// A subdomain as it is written, once it was found to be one.
fn subdomain(text: &str, check: &mut Check) -> String {
    let subdomain = text.trim().to_lowercase();
    let label = !subdomain.is_empty()
        && subdomain.len() <= 63
        && subdomain.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !subdomain.starts_with('-')
        && !subdomain.ends_with('-');
    check.that(label, "subdomain", "must be a host label: lower-case letters, digits and hyphens");
    check.that(!RESERVED.contains(&subdomain.as_str()), "subdomain", "is reserved");
    subdomain
}

/// Makes a school, with an API key, which is given back to be shown.
///
/// # Errors
/// [`Error::Invalid`] when the subdomain is no host label, reserved or taken, or a field is missing.
pub fn create(tx: &mut Tx<'_>, key: &ServerKey, new: &NewSite) -> Result<(Site, String)> {
    let mut check = Check::new();
    let name = check.required("name", Some(&new.name), check::LINE);
    let subdomain = subdomain(&new.subdomain, &mut check);
    let support_email = check.email("support_email", &new.support_email);
    let currency = Currency::named(&new.currency);
    check.that(currency.is_some(), "currency", "is not a currency of ISO 4217");
    check.done()?;
    let api_key = ids::api_key();
    let row = SiteRow {
        id: SiteId::next(tx)?,
        gid: ids::uuid(),
        subdomain,
        name,
        plan: new.plan,
        currency: new.currency.to_lowercase(),
        support_email,
        owner_user_id: None,
        requests_per_minute: None,
        requests_at_once: None,
        file_quota: None,
        requires_second_factor: false,
        sign_up_rule: SignUpRule::Open,
        sign_up_domains: String::new(),
        suspended_at: None,
        closes_at: None,
        api_key_fingerprint: Some(key.fingerprint(&api_key)),
        previous_key_fingerprint: None,
        previous_key_until: None,
        credentials_rev: 1,
        created_at: tx.moment(),
        updated_at: tx.moment(),
    };
    rows::insert(tx, &row, &key.seal(&api_key)?).taken(&[("sites.subdomain", "subdomain")])?;
    Ok((row.into(), api_key))
}

/// The school with this id.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, site: SiteId) -> Result<Site> {
    Ok(rows::get(tx, site)?.ok_or(Error::NotFound)?.into())
}

/// The school with this subdomain.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn by_subdomain(tx: &mut Tx<'_>, subdomain: &str) -> Result<Site> {
    rows::by_subdomain(tx, &subdomain.to_lowercase())?.map(Site::from).ok_or(Error::NotFound)
}

/// Every school.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Site>> {
    Ok(rows::all(tx)?.into_iter().map(Site::from).collect())
}

/// The school's API key, to be shown; none when it was revoked.
///
/// # Errors
/// [`Error::Store`] when it was sealed under another server key.
pub fn api_key(tx: &mut Tx<'_>, key: &ServerKey, site: &Site) -> Result<Option<String>> {
    Ok(rows::sealed_key(tx, site.id)?.map(|sealed| key.open(&sealed)).transpose()?)
}

/// The same, for a person to see: the security log says so.
///
/// # Errors
/// As [`api_key`].
pub fn show_api_key(tx: &mut Tx<'_>, key: &ServerKey, site: &Site) -> Result<Option<String>> {
    let shown = api_key(tx, key, site)?;
    if shown.is_some() {
        security_log::record(tx, site.id, Kind::ApiKeyShown, None, "")?;
    }
    Ok(shown)
}

/// An API key that was replaced and still counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousApiKey {
    /// The key.
    pub key: String,
    /// Until when it counts, in milliseconds since 1970; in this moment it does no more.
    pub until: i64,
}

/// The school's API key before the last rotation, while it counts.
///
/// # Errors
/// [`Error::Store`] when it was sealed under another server key.
pub fn previous_api_key(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, now: i64) -> Result<Option<PreviousApiKey>> {
    let previous = rows::previous_key(tx, site)?.filter(|previous| now < previous.until);
    let opened =
        previous.map(|previous| Ok(PreviousApiKey { key: key.open(&previous.sealed)?, until: previous.until }));
    opened.transpose()
}

/// How long an API key counts after it was replaced, unless told otherwise, in milliseconds: a day.
pub const KEY_OVERLAP_MS: i64 = 86_400_000;

/// Gives the school a new API key. The one before counts for so many milliseconds more, so that programs can change over
/// without a pause; zero ends it with the commit. One that was before that counts no more in any case: there are two keys
/// at most.
pub fn rotate_key(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, overlap: i64) -> Result<String> {
    let api_key = ids::api_key();
    let sealed = key.seal(&api_key)?;
    let at = tx.moment();
    let previous = match (rows::get(tx, site.id)?.and_then(|row| row.api_key_fingerprint), overlap > 0) {
        // One that is sealed under another server key can neither be found by its fingerprint nor sign anything.
        (Some(fingerprint), true) => rows::sealed_key(tx, site.id)?
            .filter(|sealed| key.open(sealed).is_ok())
            .map(|sealed| PreviousKey { sealed, fingerprint, until: at.saturating_add(overlap) }),
        _ => None,
    };
    let detail = match &previous {
        Some(previous) => format!("the key before counts until {}", Moment(previous.until)),
        None => "the key before counts no more".to_owned(),
    };
    rows::set_key(tx, site.id, Some((&sealed, &key.fingerprint(&api_key))), previous.as_ref(), at)?;
    security_log::record(tx, site.id, Kind::ApiKeyRotated, None, &detail)?;
    Ok(api_key)
}

/// Takes the school's API key away, and one before it that still counts: no key opens the API until a new one is made.
pub fn revoke_key(tx: &mut Tx<'_>, site: &Site) -> Result<()> {
    let at = tx.moment();
    rows::set_key(tx, site.id, None, None, at)?;
    security_log::record(tx, site.id, Kind::ApiKeyRevoked, None, "")
}

/// What is to be changed of a school's own settings; none leaves each as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteChanges {
    /// The first label of its host name.
    pub subdomain: Option<String>,
    /// What it calls itself.
    pub name: Option<String>,
    /// Where its students ask for help.
    pub support_email: Option<String>,
    /// Its own limit of requests a minute.
    pub requests_per_minute: Option<i64>,
    /// Its own limit of requests at once.
    pub requests_at_once: Option<i64>,
    /// How many bytes its files may take.
    pub file_quota: Option<i64>,
}

/// Changes a school's own settings. Another subdomain counts at once: pages, tokens and links with the one before lead
/// nowhere.
///
/// # Errors
/// [`Error::Invalid`] as [`create`]; [`Error::NotFound`] when the school is gone.
pub fn set(tx: &mut Tx<'_>, site: &Site, changes: &SiteChanges) -> Result<Site> {
    let mut check = Check::new();
    let subdomain = changes.subdomain.as_ref().map(|text| subdomain(text, &mut check));
    let name = changes.name.as_ref().map(|name| check.required("name", Some(name), check::LINE));
    let support_email = changes.support_email.as_ref().map(|email| check.email("support_email", email));
    check.done()?;
    update(tx, site, |site| {
        site.subdomain = subdomain.unwrap_or_else(|| site.subdomain.clone());
        site.name = name.unwrap_or_else(|| site.name.clone());
        site.support_email = support_email.unwrap_or_else(|| site.support_email.clone());
        site.requests_per_minute = changes.requests_per_minute.or(site.requests_per_minute);
        site.requests_at_once = changes.requests_at_once.or(site.requests_at_once);
        site.file_quota = changes.file_quota.or(site.file_quota);
    })
}

/// Suspends a school, or opens it again; nothing of it is changed or lost. While it is suspended nobody gets in, by API
/// or by pages, and no webhook and no mail leaves. Gives whether it was otherwise before.
///
/// # Errors
/// [`Error::NotFound`] when the school is gone.
pub fn set_suspended(tx: &mut Tx<'_>, site: &Site, suspended: bool) -> Result<bool> {
    let now: Site = rows::get(tx, site.id)?.ok_or(Error::NotFound)?.into();
    if now.suspended_at.is_some() == suspended {
        return Ok(false);
    }
    let at = tx.moment();
    update(tx, site, |site| {
        site.suspended_at = suspended.then_some(at);
        // Whoever opens it undoes that it was closed.
        site.closes_at = site.closes_at.filter(|_| suspended);
    })?;
    let kind = if suspended { Kind::SchoolSuspended } else { Kind::SchoolResumed };
    security_log::record(tx, site.id, kind, None, "")?;
    Ok(true)
}

/// Changes what may change of a school: everything but its ids.
///
/// # Errors
/// [`Error::NotFound`] when the school is gone; [`Error::Invalid`] when the subdomain is taken.
pub fn update(tx: &mut Tx<'_>, site: &Site, change: impl FnOnce(&mut Site)) -> Result<Site> {
    let had = rows::get(tx, site.id)?.ok_or(Error::NotFound)?;
    let mut has = Site::from(had.clone());
    change(&mut has);
    let row = SiteRow {
        name: has.name,
        plan: has.plan,
        currency: has.currency,
        support_email: has.support_email,
        owner_user_id: has.owner_user_id,
        requests_per_minute: has.requests_per_minute,
        requests_at_once: has.requests_at_once,
        file_quota: has.file_quota,
        subdomain: has.subdomain,
        requires_second_factor: has.requires_second_factor,
        sign_up_rule: has.sign_up_rule,
        sign_up_domains: has.sign_up_domains,
        suspended_at: has.suspended_at,
        closes_at: has.closes_at,
        ..had.clone()
    };
    let at = tx.moment();
    rows::update(tx, &row, at).taken(&[("sites.subdomain", "subdomain")])?;
    if row.plan != had.plan {
        let payload = payloads::PlanUpdated {
            plan: row.plan,
            previous_plan: had.plan,
            subdomain: &row.subdomain,
            name: &row.name,
        };
        events::record(tx, site.id, Topic::PlanUpdated, &payload)?;
    }
    Ok(Site { credentials_rev: had.credentials_rev + 1, ..row.into() })
}

/// The user who owns the school, if any does.
pub fn owner(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<UserId>> {
    Ok(rows::get(tx, site)?.and_then(|row| row.owner_user_id))
}

/// Puts a school on a plan. Nothing happens when it is on it.
///
/// # Errors
/// [`Error::NotFound`] when the school is gone.
pub fn set_plan(tx: &mut Tx<'_>, site: &Site, plan: Plan) -> Result<Site> {
    let now: Site = rows::get(tx, site.id)?.ok_or(Error::NotFound)?.into();
    if now.plan == plan {
        return Ok(now);
    }
    update(tx, site, |site| site.plan = plan)
}
