//! Agreeing: what a person is asked before an app is let in, and the code that the app gets then.

use crate::apps::App;
use crate::scopes::{Claims, Scope, Scopes};
use crate::{installs, rights};
use school::error::Result;
use school::users::User;
use school::{Site, ids};
use store::grants::{self, GrantRow};
use store::{ServerKey, Tx};

/// How long a code counts, in milliseconds: clients know 60 seconds.
pub const CODE_MS: i64 = 60_000;
/// A person has at most so many grants to one app; with another the oldest ends. They last as long as their refresh
/// tokens, for ever, and there is a new one with every sign-in.
const MOST: i64 = 50;

/// What is to happen with an app's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The person agreed before: the app gets its code.
    Go,
    /// The person is asked. With `installs`, they answer for the whole school.
    ConsentRequired {
        /// Whether their yes lets the app into the school, or gives it more there.
        installs: bool,
        /// What the app may do in the school then.
        scopes: Scopes,
    },
    /// The school does not have the app, and this person may not let it in.
    NotInstalled,
}

/// What is to happen when a person's browser brings an app's request.
pub fn step(tx: &mut Tx<'_>, site: &Site, user: &User, app: &App, claims: Claims) -> Result<Step> {
    let installer = rights::may_install_apps(site, user);
    let consented = store::apps::installed(tx, site.id, app.id)?.map(|install| Scopes::known_in(&install.scopes));
    let scopes = match consented {
        None if !installer => return Ok(Step::NotInstalled),
        None => return Ok(Step::ConsentRequired { installs: true, scopes: app.scopes }),
        // The app asks for more than the school's admin consented to: whoever may say yes to that is asked.
        Some(consented) if installer && !app.scopes.within(consented) => {
            return Ok(Step::ConsentRequired { installs: true, scopes: app.scopes });
        }
        Some(consented) => consented.and(app.scopes),
    };
    let agreed = store::apps::consent(tx, site.id, app.id, user.id)?;
    let enough = agreed.is_some_and(|agreed| {
        let (agreed, asked) = (Claims::asked_in(&agreed), claims);
        (agreed.openid || !asked.openid)
            && (agreed.profile || !asked.profile)
            && (agreed.email || !asked.email)
            && (agreed.site || !asked.site)
    });
    Ok(if enough { Step::Go } else { Step::ConsentRequired { installs: false, scopes } })
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
pub fn begin(tx: &mut Tx<'_>, key: &ServerKey, site: i64, user: i64, app: i64, begin: &Begin) -> Result<String> {
    let (now, code) = (tx.moment(), ids::authorization_code());
    let grant = GrantRow {
        id: tx.next_id("grants")?,
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
    };
    grants::insert(tx, site, &grant)?;
    if grants::keep_newest(tx, site, user, app, MOST)? > 0 {
        store::sites::forget_remembered(tx, site)?;
    }
    Ok(code)
}

/// The labels of scopes, in the words of the consent page.
#[must_use]
pub fn labels(scopes: Scopes) -> Vec<&'static str> {
    scopes.iter().map(Scope::label).collect()
}
