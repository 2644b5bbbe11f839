//! Tokens: what a code is redeemed for, how they are renewed, and how they end.

use super::clients::Client;
use super::refresh_tokens::{self, RefreshToken, Rotation};
use super::{Answer, OAuthRefusal};
use crate::installs;
use crate::scopes::{Claims, Scopes};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use school::Site;
use school::error::Result;
use school::security_log::{self, Kind};
use school::users::{self, User};
use school::{ids, sites};
use sha2::{Digest as _, Sha256};
use store::grants::{self, GrantRow};
use store::{AppId, GrantId, ServerKey, SiteId, Tx};

/// How long an access token counts, in milliseconds: a day.
pub const ACCESS_MS: i64 = 86_400_000;
/// What apps are told of it, in seconds: clients know this number.
pub const EXPIRES_IN: i64 = 86_399;

/// What an app gets.
#[derive(Clone)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token; none for an app that has not shown a secret.
    pub refresh: Option<String>,
    /// What was granted: what the app may do here, and what it asked to learn.
    pub granted: Granted,
    /// What the id token is made of, when the app asked for one.
    pub identity: Option<Identity>,
}

/// What was granted to an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// What it may do in the school.
    pub scopes: Scopes,
    /// What it learns about the person.
    pub claims: Claims,
}

impl std::fmt::Display for Granted {
    /// The value of `scope`: names with spaces between.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(format!("{} {}", self.scopes, self.claims.names()).trim())
    }
}

/// What an id token is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The person.
    pub user: User,
    /// What the app asked to learn.
    pub claims: Claims,
    /// What the app wants to find in it.
    pub nonce: Option<String>,
    /// When the person signed in.
    pub signed_in_at: i64,
}

const BAD_CODE: OAuthRefusal = OAuthRefusal::InvalidGrant("The authorization code is wrong, used or expired.");
const BAD_REFRESH: OAuthRefusal = OAuthRefusal::InvalidGrant("invalid refresh token");
const USED_TOO_OFTEN: OAuthRefusal =
    OAuthRefusal::InvalidGrant("The refresh token was used too often. Use the one that you were given for it.");
const NOT_INSTALLED: OAuthRefusal = OAuthRefusal::InvalidGrant("The school no longer has this app.");
const NO_PLAN: OAuthRefusal = OAuthRefusal::UnauthorizedClient("Access to Apps is not available on the school's plan.");

/// What an app sends to redeem a code.
#[derive(Clone)]
pub struct Redeem {
    /// The code.
    pub code: String,
    /// Where it was sent; clients leave this out.
    pub redirect_uri: Option<String>,
    /// What the challenge was made of.
    pub verifier: Option<String>,
}

/// Redeems a code for tokens (RFC 6749, section 4.1.3). A code that comes a second time was stolen, or its tokens were:
/// everything that it gave ends (RFC 9700, section 4.5).
///
/// # Errors
/// When the store fails.
pub fn redeem(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, client: &Client, sent: &Redeem) -> Answer<Tokens> {
    let now = tx.moment();
    let Some(mut grant) = grants::by_code(tx, site.id, &key.fingerprint(&sent.code))? else { return Ok(Err(BAD_CODE)) };
    if grant.app_id != client.app.id {
        return Ok(Err(BAD_CODE));
    }
    if grant.redeemed_at.is_some() {
        end(tx, site.id, &grant, Kind::AuthorizationCodeReplayed)?;
        return Ok(Err(BAD_CODE));
    }
    if grant.expires_at.is_none_or(|end| end <= now) {
        return Ok(Err(BAD_CODE));
    }
    if sent.redirect_uri.as_ref().is_some_and(|uri| *uri != grant.redirect_uri) {
        // Whoever has a code that was sent elsewhere has it from somebody else.
        end(tx, site.id, &grant, Kind::RedirectUriMismatch)?;
        return Ok(Err(OAuthRefusal::InvalidGrant("redirect_uri is not the one that the code was sent to.")));
    }
    if let Err(refusal) = verified(&grant, client, sent.verifier.as_deref()) {
        return Ok(Err(refusal));
    }
    let claims = Claims::asked_in(&grant.scope);
    let granted = match admitted(tx, site, client)? {
        Ok(scopes) => Granted { scopes, claims },
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(user) = users::find(tx, site.id, grant.user_id)? else { return Ok(Err(BAD_CODE)) };
    let access = ids::uuid();
    grants::insert_token(tx, site.id, &key.fingerprint(&access), grant.id, now + ACCESS_MS)?;
    let refresh = client.proved.then(RefreshToken::first);
    grant.redeemed_at = Some(now);
    grant.expires_at = if refresh.is_some() { None } else { Some(now + ACCESS_MS) };
    grant.family_fingerprint = refresh.as_ref().map(|token| key.fingerprint(token.family()));
    grant.refresh_fingerprint = refresh.as_ref().map(|token| token.fingerprint(key));
    grants::update(tx, site.id, &grant)?;
    let identity =
        claims.openid.then_some(Identity { user, claims, nonce: grant.nonce, signed_in_at: grant.signed_in_at });
    Ok(Ok(Tokens { access, refresh: refresh.map(RefreshToken::into_text), granted, identity }))
}

/// Whether whoever redeems a code has shown that they are the app: by its secret, or by the verifier of a code that
/// counts. A code alone shows nothing, since anybody may have one.
///
/// # Errors
/// When the store fails.
pub fn shows_which_app(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, client: &Client, sent: &Redeem) -> Result<bool> {
    if client.proved {
        return Ok(true);
    }
    let grant = grants::by_code(tx, site.id, &key.fingerprint(&sent.code))?;
    // A code that was redeemed before ends its grant, so that it is shown once more at most.
    let now = tx.moment();
    let counts = |grant: &GrantRow| grant.redeemed_at.is_some() || grant.expires_at.is_some_and(|end| end > now);
    let grant = grant.filter(|grant| grant.app_id == client.app.id).filter(counts);
    Ok(grant.is_some_and(|grant| verified(&grant, client, sent.verifier.as_deref()).is_ok()))
}

/// Whether the app that redeems a code is the one that began (RFC 7636, section 4.6). A verifier without a challenge is
/// refused too: else whoever injects a code of a request without PKCE would pass (RFC 9700, section 4.8.2).
fn verified(grant: &GrantRow, client: &Client, verifier: Option<&str>) -> std::result::Result<(), OAuthRefusal> {
    match (&grant.code_challenge, verifier) {
        (Some(challenge), Some(verifier)) => {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            let formed = (43..=128).contains(&verifier.len()) && verifier.bytes().all(plain);
            if formed && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == *challenge {
                Ok(())
            } else {
                Err(OAuthRefusal::InvalidGrant("code_verifier does not fit the code_challenge."))
            }
        }
        (Some(_), None) => Err(OAuthRefusal::InvalidGrant("code_verifier is missing.")),
        (None, Some(_)) => Err(OAuthRefusal::InvalidGrant("The request had no code_challenge.")),
        (None, None) if client.proved => Ok(()),
        (None, None) => Err(OAuthRefusal::InvalidClient("Send the client secret, or use PKCE.")),
    }
}

/// What the app may do in the school, if that still has it, and its plan has apps.
fn admitted(tx: &mut Tx<'_>, site: &Site, client: &Client) -> Result<std::result::Result<Scopes, OAuthRefusal>> {
    if !sites::has_apps(site.plan) {
        return Ok(Err(NO_PLAN));
    }
    let granted = installs::granted(tx, site.id, &client.app)?;
    Ok(granted.ok_or(NOT_INSTALLED))
}

/// Renews tokens (RFC 6749, section 6): each refresh token counts once, but for a minute after its first use, in which
/// every use gives tokens that count. One that comes again later was stolen, or one that was given for it: the grant ends
/// (RFC 9700, section 4.14.2).
///
/// # Errors
/// When the store fails.
pub fn refresh(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, client: &Client, sent: &str) -> Answer<Tokens> {
    if !client.proved {
        return Ok(Err(OAuthRefusal::InvalidClient("A refresh token counts with the client secret only.")));
    }
    let Some(token) = RefreshToken::sent(sent) else { return Ok(Err(BAD_REFRESH)) };
    let Some(mut grant) = grants::by_family(tx, site.id, &key.fingerprint(token.family()))? else {
        return Ok(Err(BAD_REFRESH));
    };
    if grant.app_id != client.app.id {
        return Ok(Err(BAD_REFRESH));
    }
    let (now, next) = (tx.moment(), token.next());
    match refresh_tokens::rotate(&mut grant, &token.fingerprint(key), next.fingerprint(key), now) {
        Rotation::Rotated => {}
        Rotation::TooOften => return Ok(Err(USED_TOO_OFTEN)),
        Rotation::Unknown => {
            end(tx, site.id, &grant, Kind::RefreshTokenReused)?;
            return Ok(Err(BAD_REFRESH));
        }
    }
    let granted = match admitted(tx, site, client)? {
        Ok(scopes) => Granted { scopes, claims: Claims::asked_in(&grant.scope) },
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !users::exists(tx, site.id, grant.user_id)? {
        return Ok(Err(BAD_REFRESH));
    }
    let access = ids::uuid();
    grants::insert_token(tx, site.id, &key.fingerprint(&access), grant.id, now + ACCESS_MS)?;
    grants::set_refresh(tx, site.id, &grant)?;
    Ok(Ok(Tokens { access, refresh: Some(next.into_text()), granted, identity: None }))
}

/// Ends a grant with all its tokens, in the very next request of whoever has one: something came that should not have.
fn end(tx: &mut Tx<'_>, site: SiteId, grant: &GrantRow, why: Kind) -> Result<()> {
    if revoke_grant(tx, site, grant.id)? {
        security_log::record(tx, site, why, Some(grant.user_id), "")?;
    }
    Ok(())
}

fn revoke_grant(tx: &mut Tx<'_>, site: SiteId, grant: GrantId) -> Result<bool> {
    let was_there = grants::delete(tx, site, grant)?;
    if was_there {
        store::sites::invalidate_credentials(tx, site)?;
    }
    Ok(was_there)
}

/// Ends a token at the wish of whoever has it (RFC 7009): an access token alone, a refresh token with its whole grant.
/// An app that shows its secret ends only its own tokens; an unknown token is no error.
///
/// # Errors
/// When the store fails.
pub fn revoke(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, client: Option<&Client>, sent: &str) -> Answer<()> {
    let theirs = |app_id: AppId| client.is_none_or(|client| client.app.id == app_id);
    const OTHERS: OAuthRefusal = OAuthRefusal::InvalidGrant("The token is another app's.");
    let fingerprint = key.fingerprint(sent);
    if let Some(token) = grants::token(tx, &fingerprint)?.filter(|token| token.site_id == site) {
        if !theirs(token.app_id) {
            return Ok(Err(OTHERS));
        }
        grants::delete_token(tx, site, &fingerprint)?;
        store::sites::invalidate_credentials(tx, site)?;
        return Ok(Ok(()));
    }
    let Some(token) = RefreshToken::sent(sent) else { return Ok(Ok(())) };
    if let Some(grant) = grants::by_family(tx, site, &key.fingerprint(token.family()))? {
        if !theirs(grant.app_id) {
            return Ok(Err(OTHERS));
        }
        revoke_grant(tx, site, grant.id)?;
    }
    Ok(Ok(()))
}

/// What a token is, as far as its app may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Whether it is a refresh token.
    pub refresh: bool,
    /// What its app may do, and what it asked to learn.
    pub granted: Granted,
    /// The person.
    pub user: User,
    /// When it was granted.
    pub granted_at: i64,
    /// Until when it counts; none for ever.
    pub expires_at: Option<i64>,
}

/// Says what a token is, to its own app (RFC 7662). None when it counts no more, or is another's.
///
/// # Errors
/// When the store fails.
pub fn describe(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: &Site,
    client: &Client,
    sent: &str,
) -> Result<Option<Described>> {
    let (now, fingerprint) = (tx.moment(), key.fingerprint(sent));
    let access = grants::token(tx, &fingerprint)?;
    let access = access.filter(|token| token.site_id == site.id && token.expires_at > now);
    let (user, scope, granted_at, expires_at, app_id) = match access {
        Some(token) => (token.user_id, token.scope, token.granted_at, Some(token.expires_at), token.app_id),
        None => {
            let Some(token) = RefreshToken::sent(sent) else { return Ok(None) };
            let grant = grants::by_family(tx, site.id, &key.fingerprint(token.family()))?;
            let grant = grant.filter(|grant| refresh_tokens::is_unused(grant, &fingerprint));
            let Some(grant) = grant else { return Ok(None) };
            (grant.user_id, grant.scope, grant.created_at, None, grant.app_id)
        }
    };
    if app_id != client.app.id {
        return Ok(None);
    }
    let Some(user) = users::find(tx, site.id, user)? else { return Ok(None) };
    let Some(scopes) = installs::granted(tx, site.id, &client.app)? else { return Ok(None) };
    let granted = Granted { scopes, claims: Claims::asked_in(&scope) };
    Ok(Some(Described { refresh: expires_at.is_none(), granted, user, granted_at, expires_at }))
}

/// Whose access token this is, and what its app asked to learn: what userinfo tells. None when it opens nothing here.
///
/// # Errors
/// When the store fails.
pub fn bearer(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, sent: &str) -> Result<Option<Identity>> {
    let now = tx.moment();
    let token = grants::token(tx, &key.fingerprint(sent))?;
    let Some(token) = token.filter(|token| token.site_id == site.id && token.expires_at > now) else {
        return Ok(None);
    };
    if store::apps::installed(tx, site.id, token.app_id)?.is_none() {
        return Ok(None);
    }
    let Some(user) = users::find(tx, site.id, token.user_id)? else { return Ok(None) };
    Ok(Some(Identity { user, claims: Claims::asked_in(&token.scope), nonce: None, signed_in_at: token.granted_at }))
}

/// At most this many expired rows of each kind go in one transaction.
pub const PRUNED_AT_ONCE: i64 = 500;

/// Removes what has expired, so many rows at most. Whether there may be more.
pub fn prune(tx: &mut Tx<'_>, site: SiteId) -> std::result::Result<bool, store::StoreError> {
    let now = tx.moment();
    Ok(grants::prune(tx, site, now, PRUNED_AT_ONCE)? >= PRUNED_AT_ONCE as u64)
}
