//! Asking who: from the headers of a request to a school and what its caller may do.
//!
//! What a credential opens is remembered, and every unit of work first compares one number in the school's row with
//! what was remembered: a key that was rotated or a plan that changed is noticed in the very next request, whichever
//! process changed it, and still a request costs one hop to the database.

use crate::face::Face;
use crate::{ApiError, App};
use axum::http::{HeaderMap, header};
use school::Site;
use school::custom_profile_field_definitions::{self as definitions, Definition};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use store::Tx;

/// What a request offers to show who it is from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A school's subdomain and its API key.
    ApiKey {
        /// The first label of the school's host name.
        subdomain: String,
        /// The fingerprint of the key under the server's key; the key itself is not kept.
        fingerprint: String,
    },
    /// A school's API key alone, where it counts as a Bearer token.
    BearerKey {
        /// The fingerprint of the key, as above.
        fingerprint: String,
    },
}

impl Credential {
    /// What the headers offer to this face, in the order in which it is tried: a Bearer token, then the key.
    #[must_use]
    pub fn offered(headers: &HeaderMap, app: &App, face: &Face) -> Vec<Self> {
        [Self::bearer(headers, app, face), Self::key(headers, app)].into_iter().flatten().collect()
    }

    /// A Bearer token (RFC 6750, section 2.1). Tokens of apps come in here, once there are any.
    fn bearer(headers: &HeaderMap, app: &App, face: &Face) -> Option<Self> {
        let (scheme, token) = text(headers, header::AUTHORIZATION.as_str())?.split_once(' ')?;
        let token = token.trim();
        let taken = face.bearer_key && scheme.eq_ignore_ascii_case("bearer") && !token.is_empty();
        taken.then(|| Self::BearerKey { fingerprint: app.key.fingerprint(token) })
    }

    fn key(headers: &HeaderMap, app: &App) -> Option<Self> {
        let key = text(headers, "x-auth-api-key")?;
        let subdomain = text(headers, "x-auth-subdomain")
            .or_else(|| school_of_host(text(headers, "host")?, &app.config.base_domain))?;
        Some(Self::ApiKey { subdomain: subdomain.to_ascii_lowercase(), fingerprint: app.key.fingerprint(key) })
    }
}

/// A header as text; none when it is empty.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|text| !text.is_empty())
}

/// The school whose own host this is, if it is one.
#[must_use]
pub fn school_of_host<'h>(host: &'h str, base_domain: &str) -> Option<&'h str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let (label, rest) = name.split_once('.')?;
    rest.eq_ignore_ascii_case(base_domain).then_some(label).filter(|label| !label.is_empty() && *label != "api")
}

/// What a credential opened: the school, and what nearly every answer needs of it beside its row.
#[derive(Debug, Clone)]
pub struct Known {
    /// The school.
    pub site: Site,
    /// The fields that it asks its users for.
    pub definitions: Vec<Definition>,
}

impl Deref for Known {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

/// At most this many credentials are remembered; then all are forgotten and asked anew.
const MOST_REMEMBERED: usize = 10_000;

/// What each credential opened.
#[derive(Default)]
pub struct Remembered(Mutex<HashMap<Credential, Arc<Known>>>);

impl Remembered {
    fn get(&self, credential: &Credential) -> Option<Arc<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(credential).cloned()
    }

    fn put(&self, credential: Credential, known: Arc<Known>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_REMEMBERED {
            all.clear();
        }
        all.insert(credential, known);
    }

    fn forget(&self, credential: &Credential) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(credential);
    }
}

/// The school that a credential opens.
///
/// # Errors
/// [`ApiError::Unauthenticated`] when it opens none, or the school's plan has no API; [`ApiError::AppsNotOnPlan`]
/// when its plan has no apps, which integrations count as.
pub async fn authenticate(app: &App, credential: &Credential) -> Result<Arc<Known>, ApiError> {
    if let Some(site) = app.remembered.get(credential) {
        return Ok(site);
    }
    let site = look_up(app, credential).await?;
    app.remembered.put(credential.clone(), Arc::clone(&site));
    Ok(site)
}

/// The first of several credentials that opens a school, and the school.
///
/// # Errors
/// As [`authenticate`]; [`ApiError::Unauthenticated`] when none does.
pub async fn authenticate_any(app: &App, offered: Vec<Credential>) -> Result<(Credential, Arc<Known>), ApiError> {
    for credential in offered {
        match authenticate(app, &credential).await {
            Ok(site) => return Ok((credential, site)),
            Err(ApiError::Unauthenticated) => {}
            Err(other) => return Err(other),
        }
    }
    Err(ApiError::Unauthenticated)
}

/// As [`authenticate`], after what was remembered turned out to be out of date.
///
/// # Errors
/// As [`authenticate`].
pub async fn authenticate_anew(app: &App, credential: &Credential) -> Result<Arc<Known>, ApiError> {
    app.remembered.forget(credential);
    authenticate(app, credential).await
}

async fn look_up(app: &App, credential: &Credential) -> Result<Arc<Known>, ApiError> {
    let (Credential::ApiKey { fingerprint, .. } | Credential::BearerKey { fingerprint }) = credential;
    let asked = credential.clone();
    let (definitions, row) = app
        .store
        .read(move |tx| -> Result<_, school::Error> {
            let row = match &asked {
                Credential::ApiKey { subdomain, .. } => store::sites::by_subdomain(tx, subdomain),
                Credential::BearerKey { fingerprint } => store::sites::by_key_fingerprint(tx, fingerprint),
            }?;
            row.map(|row| Ok((definitions::all(tx, row.id)?, row))).transpose()
        })
        .await?
        .ok_or(ApiError::Unauthenticated)?;
    // Fingerprints are compared, not keys: how long the comparison takes says nothing about the key.
    if row.api_key_fingerprint.as_ref() != Some(fingerprint) {
        return Err(ApiError::Unauthenticated);
    }
    let site = Site::from(row);
    if !site.plan.has_api() {
        return Err(ApiError::Unauthenticated);
    }
    if !site.plan.has_apps() {
        return Err(ApiError::AppsNotOnPlan);
    }
    Ok(Arc::new(Known { site, definitions }))
}

/// Makes sure, in the transaction of the request itself, that what was remembered still holds.
pub(crate) fn confirm(tx: &mut Tx<'_>, site: &Site) -> Result<(), ApiError> {
    if store::sites::credentials_rev(tx, site.id)? == Some(site.row.credentials_rev) {
        Ok(())
    } else {
        Err(ApiError::Stale)
    }
}

#[cfg(test)]
mod tests {
    use super::school_of_host;

    #[test]
    fn a_school_is_the_first_label_under_the_base_domain() {
        assert_eq!(school_of_host("demo.localhost:9000", "localhost"), Some("demo"));
        assert_eq!(school_of_host("demo.school.example", "school.example"), Some("demo"));
        for not_one in ["localhost:9000", "api.localhost", "a.b.localhost", "evil.example", ".localhost", ""] {
            assert_eq!(school_of_host(not_one, "localhost"), None, "{not_one}");
        }
    }
}
