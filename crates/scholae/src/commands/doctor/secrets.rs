//! What `doctor` asks about secrets: whether the server's key is there and nobody else can read it, whether it is the
//! one that the database is under, and whether what was sealed opens with it.

use super::Report;
use crate::commands::token::moment;
use crate::config::{Config, Failure, HOW_TO_BRING_IT};
use std::os::unix::fs::PermissionsExt as _;
use store::server_key::{self, KeyMatch};
use store::{ServerKey, Store, StoreError, Tx};

/// The file of the server's key, before the database is looked at.
pub(super) fn key_file(config: &Config, report: &mut Report) {
    let (check, path) = ("server key", config.key_file());
    let shown = path.display();
    match (config.existing_key(), std::fs::metadata(&path)) {
        (Err(failure), _) => report.failed(check, failure.to_string(), "bring the server.key of your backup back"),
        (Ok(None), _) => report.warning(
            check,
            format!("there is none, neither {shown} nor SCHOLAE_SERVER_KEY"),
            "one is made with the first school; if there are schools, bring their server.key back",
        ),
        (Ok(Some(_)), Err(_)) => report.ok(check, "of the configuration"),
        (Ok(Some(_)), Ok(metadata)) => {
            let (mode, advice) = (metadata.permissions().mode() & 0o777, format!("chmod 600 {shown}"));
            let found = format!("{shown} has the permissions {mode:o}");
            if mode & 0o007 != 0 {
                report.failed(check, format!("{found}: everybody on this machine can use it"), advice);
            } else if mode & 0o070 != 0 {
                report.warning(check, format!("{found}: its group can use it"), advice);
            } else {
                report.ok(check, found);
            }
        }
    }
}

/// What is sealed in the database.
#[derive(Debug, Clone, Default)]
struct Sealed {
    schools: usize,
    /// Schools whose API key does not open.
    shut: Vec<String>,
    /// Schools that have none.
    revoked: Vec<String>,
    /// Schools whose key before the last rotation still counts, and until when.
    overlapping: Vec<(String, i64)>,
    apps: usize,
    /// Apps whose secret does not open.
    shut_apps: Vec<String>,
}

impl Sealed {
    fn look(tx: &mut Tx<'_>, key: Option<&ServerKey>) -> Result<Self, StoreError> {
        let opens = |sealed: &[u8]| key.is_some_and(|key| key.open(sealed).is_ok());
        let mut found = Self::default();
        for site in store::sites::all(tx)? {
            found.schools += 1;
            if let Some(until) = site.previous_key_until.filter(|until| tx.moment() < *until) {
                found.overlapping.push((site.subdomain.clone(), until));
            }
            match store::sites::sealed_key(tx, site.id)? {
                None => found.revoked.push(site.subdomain),
                Some(sealed) if !opens(&sealed) => found.shut.push(site.subdomain),
                Some(_) => {}
            }
        }
        for app in store::apps::all(tx)? {
            found.apps += 1;
            if store::apps::sealed_secret(tx, app.id)?.is_some_and(|sealed| !opens(&sealed)) {
                found.shut_apps.push(app.slug);
            }
        }
        Ok(found)
    }
}

/// Whether the key is the database's, and what opens with it.
pub(super) fn all(config: &Config, store: &Store, report: &mut Report) {
    // A server key that cannot be read has its own line.
    let key = config.existing_key().unwrap_or_default();
    let there_is_one = key.is_some();
    let found = store
        .read_now(move |tx| Ok::<_, Failure>((server_key::look(tx, key.as_ref())?, Sealed::look(tx, key.as_ref())?)));
    let (standing, sealed) = match found {
        Ok(found) => found,
        Err(failure) => return report.failed("server key", failure.to_string(), "see the line on the database"),
    };
    let foreign = standing == KeyMatch::Foreign;
    match standing {
        KeyMatch::Kept => report.ok("server key", "it is the one that the database is under"),
        KeyMatch::Free if there_is_one => report.ok("server key", "nothing in the database is under another one"),
        KeyMatch::Free => {}
        KeyMatch::Foreign if there_is_one => {
            report.failed("server key", "the database is under another one: no server starts on it", HOW_TO_BRING_IT);
        }
        KeyMatch::Foreign => {
            report.failed("server key", "the database is under one, and here is none", HOW_TO_BRING_IT);
        }
    }
    api_keys(&sealed, foreign, report);
    app_secrets(&sealed, foreign, report);
}

/// What helps when the key is not the database's is said with the key.
fn advice(foreign: bool, otherwise: &str) -> &str {
    if foreign { "see the line on the server key" } else { otherwise }
}

fn api_keys(sealed: &Sealed, foreign: bool, report: &mut Report) {
    let Sealed { schools, shut, revoked, overlapping, .. } = sealed;
    let check = "API keys";
    if *schools == 0 {
        return report.warning(check, "there is no school yet", "make one with `scholae site create`");
    }
    if !shut.is_empty() {
        let found = format!("{} of {schools} do not open with this server key: {}", shut.len(), shut.join(", "));
        report.failed(check, found, advice(foreign, "make a new one with `scholae key rotate SUBDOMAIN`"));
    }
    if !revoked.is_empty() {
        let found = format!("{} of {schools} schools have none: {}", revoked.len(), revoked.join(", "));
        let advice = "until there is one, only apps and tokens open the API: `scholae key rotate SUBDOMAIN` makes it";
        report.warning(check, found, advice);
    }
    for (subdomain, until) in overlapping {
        report.ok(check, format!("of {subdomain} an old key still counts until {}", moment(*until)));
    }
    if shut.is_empty() && revoked.is_empty() {
        report.ok(check, format!("open with this server key (schools: {schools})"));
    }
}

fn app_secrets(sealed: &Sealed, foreign: bool, report: &mut Report) {
    let Sealed { apps, shut_apps, .. } = sealed;
    let check = "app secrets";
    match (apps, shut_apps.len()) {
        (0, _) => {}
        (_, 0) => report.ok(check, format!("open with this server key (apps: {apps})")),
        (_, shut) => report.failed(
            check,
            format!("{shut} of {apps} do not open with this server key: {}", shut_apps.join(", ")),
            advice(foreign, "make new ones with `scholae app rotate-secret APP`, and give them to their programs"),
        ),
    }
}
