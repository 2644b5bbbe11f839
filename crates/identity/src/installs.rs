//! Installs: which schools have which apps, and what each school's admin consented to.

use crate::apps::App;
use crate::scopes::Scopes;
use school::error::{Error, Result};
use school::events::{self, Topic, payloads};
use school::security_log::{self, Kind};
use school::time::Moment;
use store::apps::{self as rows, InstallRow};
use store::{AppId, SiteId, StoreError, Tx, UserId};

/// Deliveries of a removed webhook that are given up with it, at most.
const GIVEN_UP_AT_ONCE: i64 = 500;

/// What a school consented to for an app, as far as the app still asks for it; none when the school does not have it.
pub fn granted(tx: &mut Tx<'_>, site: SiteId, app: &App) -> Result<Option<Scopes>> {
    let install = rows::installed(tx, site, app.id)?;
    Ok(install.map(|install| Scopes::known_in(&install.scopes).and(app.scopes)))
}

/// The apps that a school has.
pub fn of_site(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<(App, InstallRow)>> {
    let installs = rows::of_site(tx, site)?;
    let mut apps = Vec::with_capacity(installs.len());
    for install in installs {
        if let Some(row) = rows::get(tx, install.app_id)? {
            apps.push((App::from(row), install));
        }
    }
    Ok(apps)
}

/// The schools that have an app.
pub fn sites_of(tx: &mut Tx<'_>, app: &App) -> Result<Vec<SiteId>> {
    Ok(rows::sites_of(tx, app.id)?)
}

/// Notes that an admin of a school consents to everything that an app asks for now. Whether they may is asked before.
pub fn install(tx: &mut Tx<'_>, site: SiteId, app: &App, by: UserId) -> Result<()> {
    let had = rows::installed(tx, site, app.id)?;
    if had.is_none() {
        // What an earlier install left to be told of its end: this one begins without webhooks.
        remove_webhooks(tx, site, app.id)?;
    }
    let at = tx.moment();
    rows::install(tx, site, app.id, &app.scopes.to_string(), by, at)?;
    store::sites::invalidate_credentials(tx, site)?;
    let kind = match had.map(|had| Scopes::known_in(&had.scopes)) {
        None => Kind::AppInstalled,
        Some(scopes) if scopes != app.scopes => Kind::AppScopesChanged,
        Some(_) => return Ok(()),
    };
    security_log::record(tx, site, kind, Some(by), &format!("{}: {}", app.slug, app.scopes))
}

/// Takes an app out of a school: its tokens end, `app.uninstalled` is sent to whichever of its webhooks wanted to hear
/// of it and to the school's own, and its other webhooks are gone. Those that are still to be told go once they were
/// (see [`store::webhooks::left_behind`]).
///
/// # Errors
/// [`Error::NotFound`] when the school does not have it.
pub fn uninstall(tx: &mut Tx<'_>, site: SiteId, app: &App, reason: Option<&str>) -> Result<()> {
    if rows::installed(tx, site, app.id)?.is_none() {
        return Err(Error::NotFound);
    }
    rows::uninstall(tx, site, app.id)?;
    let detail = reason.map_or_else(|| app.slug.clone(), |reason| format!("{}: {reason}", app.slug));
    security_log::record(tx, site, Kind::AppUninstalled, None, &detail)?;
    rows::forget_consents_to(tx, site, app.id)?;
    store::grants::delete_of_app(tx, site, app.id)?;
    store::sites::invalidate_credentials(tx, site)?;
    let uninstalled_at = Moment(tx.moment());
    let payload = payloads::AppUninstalled { client_id: &app.client_id, name: &app.name, reason, uninstalled_at };
    events::record_of_app(tx, site, Topic::AppUninstalled, &payload, app.id)?;
    for webhook in store::webhooks::of_app(tx, site, app.id)? {
        if webhook.topic != Topic::AppUninstalled as i64 || !webhook.active {
            remove_webhook(tx, site, &webhook)?;
        }
    }
    Ok(())
}

fn remove_webhooks(tx: &mut Tx<'_>, site: SiteId, app: AppId) -> Result<()> {
    for webhook in store::webhooks::of_app(tx, site, app)? {
        remove_webhook(tx, site, &webhook)?;
    }
    Ok(())
}

fn remove_webhook(tx: &mut Tx<'_>, site: SiteId, webhook: &store::webhooks::WebhookRow) -> Result<()> {
    store::webhooks::delete(tx, site, webhook)?;
    // What waits beyond these is given up when it is due, one by one.
    let now = tx.moment();
    store::deliveries::give_up(tx, site, webhook.number, now, GIVEN_UP_AT_ONCE)?;
    Ok(())
}

/// Removes what apps that a school no longer has left behind: so many webhooks at most. How many there were.
pub fn tidy(tx: &mut Tx<'_>, site: SiteId, most: i64) -> std::result::Result<usize, StoreError> {
    let left = store::webhooks::left_behind(tx, site, most)?;
    for webhook in &left {
        store::webhooks::delete(tx, site, webhook)?;
    }
    Ok(left.len())
}
