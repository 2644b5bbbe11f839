//! Apps: who they are, registered once for all schools.

use crate::redirects;
use crate::scopes::{Scope, Scopes};
use school::check::{self, Check};
use school::error::{Error, Result, Taken};
use school::{ids, slugs};
pub use store::apps::AppKind as Kind;
use store::apps::{self as rows, AppRow};
use store::{AppId, ServerKey, Tx};

/// An app as everything else knows it: all of it but its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// By what it names itself.
    pub client_id: String,
    /// Who it is for.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The last part of its addresses.
    pub slug: String,
    /// Who makes it.
    pub company: String,
    /// Where people may be sent back to.
    pub redirect_uris: Vec<String>,
    /// What it asks for.
    pub scopes: Scopes,
    /// Where it lives.
    pub app_url: Option<String>,
    /// Where its installation begins.
    pub install_url: Option<String>,
    secret_fingerprint: String,
    /// That of the secret before, and until when it counts.
    previous: Option<(String, i64)>,
}

impl From<AppRow> for App {
    fn from(row: AppRow) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            kind: row.kind,
            name: row.name,
            slug: row.slug,
            company: row.company,
            redirect_uris: serde_json::from_str(&row.redirect_uris).unwrap_or_default(),
            scopes: Scopes::known_in(&row.scopes),
            app_url: row.app_url,
            install_url: row.install_url,
            secret_fingerprint: row.secret_fingerprint,
            previous: row.previous_fingerprint.zip(row.previous_until),
        }
    }
}

impl App {
    /// The registered redirect URI that a requested one is, if it is one.
    #[must_use]
    pub fn redirects_to(&self, requested: &str) -> bool {
        self.redirect_uris.iter().any(|registered| redirects::matches(registered, requested))
    }

    /// Whether this is the app's secret, or the one before it as long as that counts. Fingerprints are compared: how
    /// long that takes says nothing about the secret.
    #[must_use]
    pub fn knows(&self, key: &ServerKey, secret: &str, now: i64) -> bool {
        let fingerprint = key.fingerprint(secret);
        let previous = self.previous.as_ref().filter(|(_, end)| now < *end);
        fingerprint == self.secret_fingerprint || previous.is_some_and(|(previous, _)| *previous == fingerprint)
    }
}

/// An app to be registered, or what one is to become.
#[derive(Debug, Clone)]
pub struct AppInput {
    /// Who it is for.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The last part of its addresses; made of its name when there is none.
    pub slug: Option<String>,
    /// Who makes it.
    pub company: String,
    /// Where people may be sent back to.
    pub redirect_uris: Vec<String>,
    /// What it asks for, by name.
    pub scopes: Vec<String>,
    /// Where it lives.
    pub app_url: Option<String>,
    /// Where its installation begins.
    pub install_url: Option<String>,
}

impl From<&App> for AppInput {
    fn from(app: &App) -> Self {
        Self {
            kind: app.kind,
            name: app.name.clone(),
            slug: Some(app.slug.clone()),
            company: app.company.clone(),
            redirect_uris: app.redirect_uris.clone(),
            scopes: app.scopes.iter().map(|scope| scope.name().to_owned()).collect(),
            app_url: app.app_url.clone(),
            install_url: app.install_url.clone(),
        }
    }
}

fn slug_of(input: &AppInput) -> String {
    input.slug.clone().unwrap_or_else(|| slugs::slug_of(input.name.trim()))
}

/// What the row of an app is made of, checked.
fn checked(input: &AppInput, mut row: AppRow) -> Result<AppRow> {
    let mut check = Check::new();
    row.kind = input.kind;
    row.name = check.required("name", Some(&input.name), check::LINE);
    row.company = check.required("company", Some(&input.company), check::LINE);
    row.slug = slug_of(input);
    check.slug("slug", &row.slug);
    check.length("slug", &row.slug, check::LINE);
    check.that(!row.slug.is_empty(), "slug", "can't be blank");
    check.that(!input.redirect_uris.is_empty(), "redirect_uris", "can't be blank");
    check.that(input.redirect_uris.len() <= 50, "redirect_uris", "are too many (maximum is 50)");
    for uri in &input.redirect_uris {
        if let Some(problem) = redirects::problem(uri) {
            check.add("redirect_uris", format!("{uri:.100} {problem}"));
        }
    }
    for name in &input.scopes {
        if Scope::named(name).is_none() {
            check.add("scopes", format!("{name:.64} is not a scope"));
        }
    }
    let scopes: Scopes = input.scopes.iter().filter_map(|name| Scope::named(name)).collect();
    check.that(!scopes.is_empty() || !input.scopes.is_empty(), "scopes", "can't be blank");
    check.that(!scopes.both_kinds_of_users(), "scopes", "have users and users_profile, of which an app picks one");
    for (name, url) in [("app_url", &input.app_url), ("install_url", &input.install_url)] {
        if let Some(problem) = url.as_deref().and_then(redirects::problem) {
            check.add(name, problem);
        }
    }
    check.done()?;
    row.redirect_uris = serde_json::to_string(&input.redirect_uris).unwrap_or_default();
    row.scopes = scopes.to_string();
    row.app_url.clone_from(&input.app_url);
    row.install_url.clone_from(&input.install_url);
    Ok(row)
}

const TAKEN: &[(&str, &str)] = &[("apps.slug", "slug")];

/// Registers an app. Its secret is given back.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong with it.
pub fn create(tx: &mut Tx<'_>, key: &ServerKey, input: &AppInput) -> Result<(App, String)> {
    let (at, secret) = (tx.moment(), ids::client_secret());
    let row = AppRow {
        client_id: ids::client_id(),
        secret_fingerprint: key.fingerprint(&secret),
        created_at: at,
        updated_at: at,
        ..AppRow::default()
    };
    let mut row = checked(input, row)?;
    row.id = AppId::next(tx)?;
    rows::insert(tx, &row, &key.seal(&secret)?).taken(TAKEN)?;
    Ok((row.into(), secret))
}

/// The app with the slug of this input, whatever else is said of it there; it is registered when there is none.
///
/// # Errors
/// As [`create`].
pub fn find_or_create(tx: &mut Tx<'_>, key: &ServerKey, input: &AppInput) -> Result<App> {
    match rows::by_slug(tx, &slug_of(input))? {
        Some(row) => Ok(row.into()),
        None => create(tx, key, input).map(|(app, _)| app),
    }
}

/// Changes what an app is. A school that has it keeps giving it no more than its admin consented to.
///
/// # Errors
/// [`Error::NotFound`] when it is gone; [`Error::Invalid`] with everything that is wrong with it.
pub fn update(tx: &mut Tx<'_>, app: &App, input: &AppInput) -> Result<App> {
    let row = rows::get(tx, app.id)?.ok_or(Error::NotFound)?;
    let mut row = checked(input, row)?;
    row.updated_at = tx.moment();
    rows::update(tx, &row).taken(TAKEN)?;
    forget_everywhere(tx, app.id)?;
    Ok(row.into())
}

/// Gives an app a new secret. The one before counts for so many milliseconds more, so that an app can change over
/// without a pause; zero ends it at once.
pub fn rotate_secret(tx: &mut Tx<'_>, key: &ServerKey, app: &App, grace: i64) -> Result<String> {
    let (at, secret) = (tx.moment(), ids::client_secret());
    rows::set_secret(tx, app.id, &key.seal(&secret)?, &key.fingerprint(&secret), at.saturating_add(grace), at)?;
    forget_everywhere(tx, app.id)?;
    Ok(secret)
}

/// An app's secret, to be shown.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Store`] when it was sealed under another server key.
pub fn secret(tx: &mut Tx<'_>, key: &ServerKey, app: &App) -> Result<String> {
    let sealed = rows::sealed_secret(tx, app.id)?.ok_or(Error::NotFound)?;
    Ok(key.open(&sealed)?)
}

/// What is remembered of an app's tokens, in every school that has it, is out of date.
fn forget_everywhere(tx: &mut Tx<'_>, app: AppId) -> Result<()> {
    for site in rows::sites_of(tx, app)? {
        store::sites::invalidate_credentials(tx, site)?;
    }
    Ok(())
}

/// Every app.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<App>> {
    Ok(rows::all(tx)?.into_iter().map(App::from).collect())
}

/// The app that names itself by this, or has this slug.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn find(tx: &mut Tx<'_>, name: &str) -> Result<App> {
    let row = match rows::by_client_id(tx, name)? {
        Some(row) => Some(row),
        None => rows::by_slug(tx, name)?,
    };
    row.map(App::from).ok_or(Error::NotFound)
}

/// Removes an app that no school has any more, and what its webhooks left.
///
/// # Errors
/// [`Error::Invalid`] when a school still has it.
pub fn delete(tx: &mut Tx<'_>, app: &App) -> Result<()> {
    if !rows::sites_of(tx, app.id)?.is_empty() {
        return Err(Error::invalid("app", "is still installed in a school"));
    }
    Ok(rows::delete(tx, app.id)?)
}

/// Removes what nobody can open or find any more once the server's key is lost: tokens, and the keys that id tokens were
/// signed with. Apps and who has them stay; their secrets are to be made anew.
pub fn forget_what_a_lost_key_sealed(tx: &mut Tx<'_>) -> Result<()> {
    store::grants::clear(tx)?;
    store::api_access_tokens::clear(tx)?;
    Ok(store::signing_keys::clear(tx)?)
}
