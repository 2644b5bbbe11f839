//! Agreeing: what a person is asked before an app is let in, and the code that the app gets then.

use super::tokens::Identity;
use crate::actor::Actor;
use crate::apps::App;
use crate::installs;
use crate::rights::Right;
use crate::scopes::{Claims, Scope, Scopes};
use school::error::Result;
use school::users::User;
use school::{Site, ids, sites};
use store::grants::{self, GrantRow};
use store::{AppId, GrantId, ServerKey, SiteId, Tx, UserId};

/// How long a code counts, in milliseconds: clients know 60 seconds.
pub const CODE_MS: i64 = 60_000;
/// A person has at most so many grants to one app; with another the oldest ends. They last as long as their refresh
/// tokens, for ever, and there is a new one with every sign-in.
const MOST: i64 = 50;

/// What an app asks a person to grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRequest {
    /// By what the app names itself.
    pub client_id: String,
    /// Where the answer is to be sent.
    pub redirect_uri: String,
    /// Whether it wants a code.
    pub wants_code: bool,
    /// Whether the person is to be asked also when they agreed before.
    pub asks_again: bool,
    /// What it asks to learn about the person.
    pub claims: Claims,
    /// What it wants to find in the id token.
    pub nonce: Option<String>,
    /// The S256 challenge of RFC 7636.
    pub code_challenge: Option<String>,
}

/// An app that may be answered: it is registered, and so is where it wants the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedClient {
    /// By what it names itself.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// Who makes it.
    pub company: String,
}

/// Why an app is not answered. Nobody is sent to an address that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientRefusal {
    /// Nobody has registered it.
    Unknown,
    /// It has not registered where it wants the answer.
    RedirectUri {
        /// What it has registered, for whoever makes it to compare.
        registered: Vec<String>,
    },
    /// The school's plan has no apps.
    NoPlan,
}

/// Finds out which app asks, and whether its answer may go where it says (RFC 9700, section 4.1).
pub fn verify_client(
    tx: &mut Tx<'_>,
    site: &Site,
    client_id: &str,
    redirect_uri: &str,
) -> Result<std::result::Result<VerifiedClient, ClientRefusal>> {
    let app = app(tx, site, client_id, redirect_uri)?;
    Ok(app.map(|app| VerifiedClient {
        client_id: app.client_id.clone(),
        name: app.name.clone(),
        company: app.company.clone(),
    }))
}

fn app(
    tx: &mut Tx<'_>,
    site: &Site,
    client_id: &str,
    redirect_uri: &str,
) -> Result<std::result::Result<App, ClientRefusal>> {
    let Some(app) = store::apps::by_client_id(tx, client_id)?.map(App::from) else {
        return Ok(Err(ClientRefusal::Unknown));
    };
    if !app.redirects_to(redirect_uri) {
        return Ok(Err(ClientRefusal::RedirectUri { registered: app.redirect_uris }));
    }
    if !sites::has_apps(site.plan) {
        return Ok(Err(ClientRefusal::NoPlan));
    }
    Ok(Ok(app))
}

/// What a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// Whether their yes lets the app into the school, or gives it more there.
    pub installs: bool,
    /// What the app may do in the school then.
    pub scopes: Scopes,
    /// What the app learns about them.
    pub claims: Claims,
}

/// The question in a line of text, by which a yes to it is told from a yes to another.
impl std::fmt::Display for Consent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}|{}|{}", self.scopes, self.claims.names(), self.installs)
    }
}

/// What is to happen with an app's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The person agreed before, and need not be asked again.
    Authorize,
    /// The person is asked.
    Ask(Consent),
    /// The school does not have the app, and this person may not let it in.
    NotInstalled,
    /// The app is not to be answered (any more).
    Refused(ClientRefusal),
}

/// What is to happen when a person's browser brings an app's request.
pub fn next_step(tx: &mut Tx<'_>, actor: &Actor, request: &GrantRequest) -> Result<Step> {
    match app(tx, actor.site(), &request.client_id, &request.redirect_uri)? {
        Ok(app) => step(tx, actor, &app, request),
        Err(refusal) => Ok(Step::Refused(refusal)),
    }
}

fn step(tx: &mut Tx<'_>, actor: &Actor, app: &App, request: &GrantRequest) -> Result<Step> {
    let (site, claims) = (actor.site().id, request.claims);
    let installer = actor.may(Right::InstallApps);
    let consented = store::apps::installed(tx, site, app.id)?.map(|install| Scopes::known_in(&install.scopes));
    let scopes = match consented {
        None if !installer => return Ok(Step::NotInstalled),
        None => return Ok(Step::Ask(Consent { installs: true, scopes: app.scopes, claims })),
        // The app asks for more than the school's admin consented to: whoever may say yes to that is asked.
        Some(consented) if installer && !app.scopes.within(consented) => {
            return Ok(Step::Ask(Consent { installs: true, scopes: app.scopes, claims }));
        }
        Some(consented) => consented.and(app.scopes),
    };
    let agreed = store::apps::consent(tx, site, app.id, actor.user_id())?;
    let enough = agreed.is_some_and(|agreed| {
        let agreed = Claims::asked_in(&agreed);
        (agreed.openid || !claims.openid)
            && (agreed.profile || !claims.profile)
            && (agreed.email || !claims.email)
            && (agreed.site || !claims.site)
    });
    let ask = !enough || request.asks_again;
    Ok(if ask { Step::Ask(Consent { installs: false, scopes, claims }) } else { Step::Authorize })
}

/// What came of authorizing an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorized {
    /// It is answered.
    Yes {
        /// Its code, when it wants one.
        code: Option<String>,
        /// Whom its id token is about.
        identity: Box<Identity>,
    },
    /// Something else is to be asked first: what the person agreed to is not what they would be asked now.
    AskAgain,
}

/// Authorizes an app for a person: notes what they agree to, lets the app into the school where that was the question,
/// and begins a grant when the app wants a code. `agreed` is the question that they have just said yes to, as its text;
/// without, they must have agreed before. Nothing is written when there is no question and no code.
pub fn authorize(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    actor: &Actor,
    request: &GrantRequest,
    agreed: Option<&str>,
) -> Result<Authorized> {
    let Ok(app) = app(tx, actor.site(), &request.client_id, &request.redirect_uri)? else {
        return Ok(Authorized::AskAgain);
    };
    match (step(tx, actor, &app, request)?, agreed) {
        // With a yes: they agreed in another window meanwhile.
        (Step::Authorize, _) => {}
        (Step::Ask(consent), Some(agreed)) if consent.to_string() == agreed => {
            agree(tx, actor.site(), actor.user(), &app, consent.claims, consent.installs)?;
        }
        _ => return Ok(Authorized::AskAgain),
    }
    let begins = Begin {
        claims: request.claims,
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        redirect_uri: request.redirect_uri.clone(),
        signed_in_at: actor.signed_in_at(),
    };
    let code = match request.wants_code {
        true => Some(begin(tx, key, actor.site().id, actor.user_id(), app.id, &begins)?),
        false => None,
    };
    let identity = Identity {
        user: actor.user().clone(),
        claims: request.claims,
        nonce: request.nonce.clone(),
        signed_in_at: actor.signed_in_at(),
    };
    Ok(Authorized::Yes { code, identity: Box::new(identity) })
}

/// Notes that a person said yes to what they were shown; with `installs`, for the school.
pub fn agree(tx: &mut Tx<'_>, site: &Site, user: &User, app: &App, claims: Claims, installs: bool) -> Result<()> {
    if installs {
        installs::install(tx, site.id, app, user.id)?;
    }
    let at = tx.moment();
    Ok(store::apps::set_consent(tx, site.id, app.id, user.id, &claims.names(), at)?)
}

/// What of a request goes into its grant.
#[derive(Debug, Clone)]
pub struct Begin {
    /// What the app asks to learn.
    pub claims: Claims,
    /// What it wants to find in the id token.
    pub nonce: Option<String>,
    /// The S256 challenge of RFC 7636.
    pub code_challenge: Option<String>,
    /// Where the code is sent.
    pub redirect_uri: String,
    /// When the person signed in.
    pub signed_in_at: i64,
}

/// Begins a grant and gives its code, which counts for [`CODE_MS`] and once.
pub fn begin(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    user: UserId,
    app: AppId,
    begin: &Begin,
) -> Result<String> {
    let (now, code) = (tx.moment(), ids::authorization_code());
    let grant = GrantRow {
        id: GrantId::next(tx)?,
        app_id: app,
        user_id: user,
        created_at: now,
        expires_at: Some(now + CODE_MS),
        scope: begin.claims.names(),
        nonce: begin.nonce.clone(),
        signed_in_at: begin.signed_in_at,
        redirect_uri: begin.redirect_uri.clone(),
        code_fingerprint: key.fingerprint(&code),
        code_challenge: begin.code_challenge.clone(),
        redeemed_at: None,
        family_fingerprint: None,
        refresh_fingerprint: None,
        other_refresh_tokens: String::new(),
        used_refresh_tokens: String::new(),
    };
    grants::insert(tx, site, &grant)?;
    if grants::keep_newest(tx, site, user, app, MOST)? > 0 {
        store::sites::invalidate_credentials(tx, site)?;
    }
    Ok(code)
}

/// The labels of scopes, in the words of the consent page.
#[must_use]
pub fn labels(scopes: Scopes) -> Vec<&'static str> {
    scopes.iter().map(Scope::label).collect()
}
