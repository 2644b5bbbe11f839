//! Asking who: from the headers of a request to a school and what its caller may do.
//!
//! What a credential opens is remembered, and every unit of work first compares one number in the school's row with
//! what was remembered: a key that was rotated or a plan that changed is noticed in the very next request, whichever
//! process changed it, and still a request costs one hop to the database.

pub use crate::credential_cache::{AuthContext, Credential};
use crate::definition::ApiDefinition;
use crate::{ApiError, App, host};
use axum::http::{HeaderMap, HeaderName, header};
use identity::access::{self, AccessDenied, Caller, Need};
use school::custom_profile_field_definitions as definitions;
use school::sites;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Tx;

static API_KEY: HeaderName = HeaderName::from_static("x-auth-api-key");
static SUBDOMAIN: HeaderName = HeaderName::from_static("x-auth-subdomain");

/// Keys have this many characters, and tokens more: clients tell them apart by that too.
const KEY: usize = 32;

impl Credential {
    /// What the headers offer to this API, in the order in which it is tried: a Bearer token, then the key of the school
    /// that they name, or that the host is.
    fn offered(
        headers: &HeaderMap,
        app: &App,
        definition: &ApiDefinition,
        host: Option<&str>,
    ) -> impl Iterator<Item = Self> {
        [Self::bearer(headers, app, definition, host), Self::key(headers, app, host)].into_iter().flatten()
    }

    /// A Bearer token in the header (RFC 6750, section 2.1); in an address it would be seen by others, and does not
    /// count.
    fn bearer(headers: &HeaderMap, app: &App, definition: &ApiDefinition, host: Option<&str>) -> Option<Self> {
        let token = bearer_token(headers)?;
        let fingerprint = app.key.fingerprint(token);
        if token.len() > KEY {
            return Some(Self::Token { fingerprint });
        }
        if definition.bearer_key {
            return Some(Self::BearerKey { fingerprint });
        }
        Some(Self::ApiKey { subdomain: subdomain(headers, host)?, fingerprint })
    }

    fn key(headers: &HeaderMap, app: &App, host: Option<&str>) -> Option<Self> {
        let key = text(headers, &API_KEY)?;
        Some(Self::ApiKey { subdomain: subdomain(headers, host)?, fingerprint: app.key.fingerprint(key) })
    }
}

/// The school that a request names: in the header, or by its host.
fn subdomain(headers: &HeaderMap, host: Option<&str>) -> Option<String> {
    Some(text(headers, &SUBDOMAIN).or(host)?.to_ascii_lowercase())
}

/// The Bearer token that a request carries.
#[must_use]
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    credentials_of(text(headers, &header::AUTHORIZATION)?, "bearer")
}

/// What an `Authorization` header carries for this scheme (RFC 9110, section 11.6.2). Some programs write a colon after
/// the scheme.
#[must_use]
pub fn credentials_of<'h>(header: &'h str, scheme: &str) -> Option<&'h str> {
    let (named, rest) = header.trim().split_at_checked(scheme.len())?;
    let spaced = rest.trim_start();
    let credentials = spaced.strip_prefix(':').unwrap_or(spaced);
    let is_separated = credentials.len() < rest.len();
    Some(credentials.trim()).filter(|text| named.eq_ignore_ascii_case(scheme) && is_separated && !text.is_empty())
}

/// A header as text; none when it is empty.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|text| !text.is_empty())
}

/// The school that a credential opens, for something that needs this of its caller.
///
/// # Errors
/// [`ApiError::Unauthenticated`] when it opens none, or the school's plan has no API; [`ApiError::AppsNotOnPlan`]
/// when its plan has no apps, which integrations count as; [`ApiError::Suspended`]; [`ApiError::InsufficientScope`].
pub async fn authenticate(app: &App, credential: &Credential, need: Need) -> Result<Arc<AuthContext>, ApiError> {
    let now = store::now();
    if let Some(known) = app.remembered.get(credential)
        && known.caller.may(need, now).is_ok()
    {
        return Ok(known);
    }
    // What was remembered allows, until the transaction says that it is out of date; it never refuses.
    let known = look_up(app, credential).await?;
    app.remembered.put(credential.clone(), Arc::clone(&known));
    match known.caller.may(need, now) {
        Ok(()) => Ok(known),
        Err(AccessDenied::Unauthorized) => Err(ApiError::Unauthenticated),
        Err(AccessDenied::Scope) => Err(ApiError::InsufficientScope(need)),
    }
}

/// The first of several credentials that opens a school, and the school. On a school's own host a token of another
/// school is none.
///
/// # Errors
/// As [`authenticate`]; [`ApiError::Unauthenticated`] when none does.
pub async fn authenticate_any(
    app: &App,
    headers: &HeaderMap,
    definition: &ApiDefinition,
    need: Need,
) -> Result<(Credential, Arc<AuthContext>), ApiError> {
    // Nobody's at the bare host, also where there is one school: a program that does not name it must hear so while it is
    // written, not when there is a second one.
    let host = host::school(headers, &app.config.base_domain);
    for credential in Credential::offered(headers, app, definition, host) {
        match authenticate(app, &credential, need).await {
            Ok(known) => {
                let token = matches!(credential, Credential::Token { .. });
                if !token || host.is_none_or(|host| host.eq_ignore_ascii_case(&known.subdomain)) {
                    return Ok((credential, known));
                }
            }
            Err(ApiError::Unauthenticated) => {}
            Err(other) => return Err(other),
        }
    }
    Err(ApiError::Unauthenticated)
}

/// What is remembered of the first credential that a refused request offered, if anything is.
pub(crate) fn known(app: &App, headers: &HeaderMap, definition: &ApiDefinition) -> Option<Arc<AuthContext>> {
    let host = host::school(headers, &app.config.base_domain);
    let known = Credential::offered(headers, app, definition, host).find_map(|offered| app.remembered.get(&offered));
    known.filter(|known| host.is_none_or(|host| host.eq_ignore_ascii_case(&known.subdomain)))
}

/// As [`authenticate`], after what was remembered turned out to be out of date.
///
/// # Errors
/// As [`authenticate`].
pub async fn authenticate_anew(app: &App, credential: &Credential, need: Need) -> Result<Arc<AuthContext>, ApiError> {
    app.remembered.forget(credential);
    authenticate(app, credential, need).await
}

/// What is known is looked up again for a refused request when it is older than this, in milliseconds.
const KNOWN_LONG: i64 = 1_000;

/// As [`authenticate_anew`], for a request that is about to be refused by what is remembered; none when that is of this
/// very moment.
pub(crate) async fn again(
    app: &App,
    credential: &Credential,
    need: Need,
    known: &AuthContext,
) -> Option<Arc<AuthContext>> {
    if store::now() - known.known_since < KNOWN_LONG {
        return None;
    }
    authenticate_anew(app, credential, need).await.ok()
}

async fn look_up(app: &App, credential: &Credential) -> Result<Arc<AuthContext>, ApiError> {
    let asked = credential.clone();
    let known = app
        .store
        .read(move |tx| -> Result<_, school::Error> {
            let opened = match &asked {
                Credential::ApiKey { subdomain, fingerprint } => access::by_key(tx, Some(subdomain), fingerprint)?,
                Credential::BearerKey { fingerprint } => access::by_key(tx, None, fingerprint)?,
                Credential::Token { fingerprint } => access::by_token(tx, fingerprint)?,
            };
            let Some((site, caller)) = opened else { return Ok(None) };
            let used = match &caller {
                Caller::ApiAccessToken { last_used_at, .. } => last_used_at.unwrap_or(0),
                _ => 0,
            };
            let definitions = definitions::all(tx, site.id)?;
            Ok(Some(AuthContext {
                site,
                definitions,
                caller,
                noted: Arc::new(AtomicI64::new(used)),
                known_since: store::now(),
            }))
        })
        .await?
        .ok_or(ApiError::Unauthenticated)?;
    if known.suspended_at.is_some() {
        return Err(ApiError::Suspended);
    }
    // Some plans have apps without the API key, and some the key without apps.
    if !sites::has_api(known.plan) && known.caller.app().is_none() {
        return Err(ApiError::Unauthenticated);
    }
    if !sites::has_apps(known.plan) {
        return Err(ApiError::AppsNotOnPlan);
    }
    Ok(Arc::new(known))
}

/// When a token was last used is written down this often at most, in milliseconds.
const NOTED_EVERY: i64 = 3_600_000;

/// Notes that a token of the school's own is used. The request does not wait for it.
pub(crate) fn note(app: &App, known: &AuthContext) {
    let Caller::ApiAccessToken { id, .. } = known.caller else { return };
    let (now, noted) = (store::now(), known.noted.load(Ordering::Relaxed));
    if now - noted < NOTED_EVERY
        || known.noted.compare_exchange(noted, now, Ordering::Relaxed, Ordering::Relaxed).is_err()
    {
        return;
    }
    let (store, site) = (app.store.clone(), known.id);
    tokio::spawn(async move {
        if let Err(error) = store.write(site, move |tx| store::api_access_tokens::used(tx, site, id, now)).await {
            tracing::warn!(%error, %site, "the use of a token could not be noted");
        }
    });
}

/// Makes sure, in the transaction of the request itself, that what was remembered still holds: nothing has changed, and
/// what ends by itself has not ended meanwhile.
pub(crate) fn confirm(tx: &mut Tx<'_>, known: &AuthContext, need: Need) -> Result<(), ApiError> {
    let unchanged = store::sites::credentials_rev(tx, known.id)? == Some(known.credentials_rev);
    if unchanged && known.caller.may(need, store::now()).is_ok() { Ok(()) } else { Err(ApiError::Stale) }
}
