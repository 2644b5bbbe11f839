//! Access: what a Bearer token opens, and what its bearer may do there.

use crate::apps::{App, Kind};
use crate::installs;
use crate::rights::{self, Right};
use crate::scopes::{Scope, Scopes};
use crate::second_factor;
use school::Site;
use school::error::Result;
use school::security_log::Who;
use school::users::{self, UpdatedBy, UserEditor};
use store::{ApiAccessTokenId, AppId, Tx, UserId, grants};

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The school itself, with its API key.
    School,
    /// The school itself, with the API key before the last rotation.
    PreviousKey {
        /// Until when it counts.
        until: i64,
    },
    /// The school itself, with a token it made.
    ApiAccessToken {
        /// The token's id.
        id: ApiAccessTokenId,
        /// Until when it counts; none for ever.
        expires_at: Option<i64>,
        /// About when it was last used.
        last_used_at: Option<i64>,
    },
    /// An app, for somebody.
    App(AppCaller),
}

/// An app that calls for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppCaller {
    /// The app.
    pub app_id: AppId,
    /// Who it is for.
    pub kind: Kind,
    /// The person.
    pub user_id: UserId,
    /// Until when the token counts.
    pub expires_at: i64,
    /// What the app may do here.
    pub scopes: Scopes,
    /// Whether the person may use the Admin API at all.
    pub admin: bool,
    /// Whether the person may change the address and the password of the school's owner.
    pub changes_owner: bool,
    /// Whether the person may read the school's security log.
    pub reads_security_log: bool,
}

/// What an operation needs of its caller. The school itself may do everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// An app with this scope.
    Scope(Scope),
    /// Any app that the school has: the operation shows it only what is its own.
    App,
    /// The school itself: apps cannot.
    School,
}

impl From<Scope> for Need {
    fn from(scope: Scope) -> Self {
        Self::Scope(scope)
    }
}

/// Why a caller may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessDenied {
    /// The token is no more, or its person may not use the Admin API: a student, say.
    Unauthorized,
    /// The app lacks the scope.
    Scope,
}

impl Caller {
    /// Whether the caller may do what needs this, now.
    ///
    /// # Errors
    /// [`AccessDenied`] when they may not.
    pub fn may(&self, need: Need, now: i64) -> std::result::Result<(), AccessDenied> {
        let app = match self {
            Self::School => return Ok(()),
            Self::PreviousKey { until } if now < *until => return Ok(()),
            Self::ApiAccessToken { expires_at, .. } if expires_at.is_none_or(|end| now < end) => return Ok(()),
            Self::App(app) if now < app.expires_at && app.admin => app,
            _ => return Err(AccessDenied::Unauthorized),
        };
        match need {
            Need::Scope(Scope::ReadSecurityLog) if !app.reads_security_log => Err(AccessDenied::Scope),
            Need::Scope(scope) if app.scopes.allow(scope) => Ok(()),
            Need::App => Ok(()),
            Need::Scope(_) | Need::School => Err(AccessDenied::Scope),
        }
    }

    /// The app, if it is one.
    #[must_use]
    pub fn app(&self) -> Option<&AppCaller> {
        match self {
            Self::App(app) => Some(app),
            _ => None,
        }
    }

    /// Whether users are shown with their whole profile: to an app only with that scope.
    #[must_use]
    pub fn sees_profiles(&self) -> bool {
        self.app()
            .is_none_or(|app| app.scopes.allow(Scope::ReadUsersProfile) || app.scopes.allow(Scope::WriteUsersProfile))
    }

    /// On whose behalf the caller works, for the security log.
    #[must_use]
    pub fn who(&self) -> Who {
        match self {
            Self::School | Self::PreviousKey { .. } => Who::ApiKey,
            Self::ApiAccessToken { id, .. } => Who::ApiAccessToken(*id),
            Self::App(app) => Who::App(app.app_id, Some(app.user_id)),
        }
    }

    /// That the caller changes users.
    #[must_use]
    pub fn as_editor(&self) -> UpdatedBy {
        match self.app() {
            None => UpdatedBy::School,
            Some(app) => UpdatedBy::User(UserEditor {
                id: app.user_id,
                session: None,
                changes_owner: app.changes_owner,
                by_public_app: app.kind == Kind::Public,
            }),
        }
    }
}

/// The school that an API key opens, found by the key's fingerprint: the one with this subdomain, or whichever it is.
/// Fingerprints are compared, not keys: how long the comparison takes says nothing about the key. Whether one from before
/// the last rotation still counts is for [`Caller::may`] to say, each time.
pub fn by_key(tx: &mut Tx<'_>, subdomain: Option<&str>, fingerprint: &str) -> Result<Option<(Site, Caller)>> {
    let row = match subdomain {
        Some(subdomain) => store::sites::by_subdomain(tx, subdomain)?,
        None => store::sites::by_key_fingerprint(tx, fingerprint)?,
    };
    let Some(row) = row else { return Ok(None) };
    let is = |known: &Option<String>| known.as_deref() == Some(fingerprint);
    let caller = match row.previous_key_until {
        _ if is(&row.api_key_fingerprint) => Caller::School,
        Some(until) if is(&row.previous_key_fingerprint) => Caller::PreviousKey { until },
        _ => return Ok(None),
    };
    Ok(Some((row.into(), caller)))
}

/// The school that a Bearer token opens, and who calls with it: an app's access token, or a token that a school made.
/// Whether it still counts is for [`Caller::may`] to say, each time.
pub fn by_token(tx: &mut Tx<'_>, fingerprint: &str) -> Result<Option<(Site, Caller)>> {
    if let Some(token) = grants::token(tx, fingerprint)? {
        let Some(site) = store::sites::get(tx, token.site_id)?.map(Site::from) else { return Ok(None) };
        let Some(user) = users::find(tx, site.id, token.user_id)? else { return Ok(None) };
        let Some(app) = store::apps::get(tx, token.app_id)?.map(App::from) else { return Ok(None) };
        let Some(scopes) = installs::granted(tx, site.id, &app)? else { return Ok(None) };
        // Whoever must have a second factor and has none does as little through an app as on the pages of the school.
        let is_secured = !second_factor::is_missing_of(tx, &site, &user)?;
        let caller = AppCaller {
            app_id: app.id,
            kind: app.kind,
            user_id: user.id,
            expires_at: token.expires_at,
            scopes,
            admin: is_secured && rights::may_use_admin_api(&site, &user),
            changes_owner: rights::may(&site, &user, Right::ChangeOwner),
            reads_security_log: rights::may(&site, &user, Right::ReadSecurityLog),
        };
        return Ok(Some((site, Caller::App(caller))));
    }
    let Some(token) = store::api_access_tokens::by_fingerprint(tx, fingerprint)? else { return Ok(None) };
    let Some(site) = store::sites::get(tx, token.site_id)? else { return Ok(None) };
    let (id, expires_at, last_used_at) = (token.id, token.expires_at, token.last_used_at);
    Ok(Some((site.into(), Caller::ApiAccessToken { id, expires_at, last_used_at })))
}
