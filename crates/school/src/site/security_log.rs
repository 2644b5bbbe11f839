//! The security log: what happened to the ways into a school. Who signed in and who could not, from where; whose password,
//! roles or key changed, and by whom; which apps came and went; which codes and tokens came a second time.
//!
//! An entry is written in the transaction of its cause. On whose behalf that works, and from where, is known to whoever
//! begins it: [`Origin::set`] keeps it for the transaction, and what happens in it is recorded with it. Where nothing was
//! set, it is a command on the server.
//!
//! What strangers can cause as often as they like has one entry for each address and hour, which counts. Addresses beyond
//! five hundred in an hour share one.

use crate::error::Result;
use std::sync::Arc;
use store::security_log as rows;
pub use store::security_log::{
    ActorKind, SecurityEventKind as Kind, SecurityLogFilter as Filter, SecurityLogRow as Entry,
};
use store::{ApiAccessTokenId, AppId, Page, PageRequest, SecurityLogId, SiteId, Stamp, Tx, UserId};

/// For how long an entry is kept, in milliseconds: 90 days.
pub const KEPT_MS: i64 = 90 * 86_400_000;
/// Entries of strangers in one hour, at most.
const MOST_IN_AN_HOUR: i64 = 500;
const HOUR: i64 = 3_600_000;
/// Longest name of a program that is kept, in characters.
const LONGEST_AGENT: usize = 255;
/// Longest detail that is kept, in characters.
const LONGEST_DETAIL: usize = 500;

/// On whose behalf a transaction works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Who {
    /// Whoever runs the server, with a command.
    #[default]
    Command,
    /// Nobody who is signed in.
    Anyone,
    /// A user.
    User(UserId),
    /// An app, for somebody or for itself.
    App(AppId, Option<UserId>),
    /// A program with the school's API key.
    ApiKey,
    /// A program with an API access token of the school.
    ApiAccessToken(ApiAccessTokenId),
}

/// On whose behalf a transaction works, and from where that was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Who.
    pub who: Who,
    /// The address that the request came from; empty where it is not known.
    pub address: String,
    /// What the program there calls itself.
    pub user_agent: String,
}

impl Origin {
    /// Keeps this for the rest of the transaction.
    pub fn set(self, tx: &mut Tx<'_>) {
        tx.set_context(Arc::new(self));
    }

    fn of(tx: &mut Tx<'_>) -> Arc<Self> {
        tx.context().unwrap_or_default()
    }
}

/// On whose behalf the transaction works.
#[must_use]
pub fn who(tx: &mut Tx<'_>) -> Who {
    Origin::of(tx).who
}

/// Records what happens in this transaction, and whom it is about.
pub fn record(tx: &mut Tx<'_>, site: SiteId, kind: Kind, about: Option<UserId>, detail: &str) -> Result<()> {
    let who = who(tx);
    record_of(tx, site, who, kind, about, detail)
}

/// The same of somebody who has just shown who they are: the transaction began for nobody.
pub fn record_of(
    tx: &mut Tx<'_>,
    site: SiteId,
    who: Who,
    kind: Kind,
    about: Option<UserId>,
    detail: &str,
) -> Result<()> {
    if tx.is_without_events() {
        return Ok(());
    }
    let stamp = tx.stamp(site)?;
    let entry = entry(tx, site, who, kind, about, detail)?;
    insert(tx, site, entry, stamp)
}

/// Records what strangers can cause as often as they like: once for each address and hour.
pub fn count(tx: &mut Tx<'_>, site: SiteId, kind: Kind, about: Option<UserId>, detail: &str) -> Result<()> {
    let stamp = tx.stamp(site)?;
    let who = who(tx);
    let mut entry = Entry { actor_user_id: None, ..entry(tx, site, who, kind, about, detail)? };
    let hour = stamp.at.div_euclid(HOUR);
    entry.hour = Some(hour);
    let mut known = rows::of_hour(tx, site, hour, kind, (&entry.detail, &entry.address))?;
    if known.is_none() && rows::hour_is_full(tx, site, hour, MOST_IN_AN_HOUR)? {
        entry.address.clear();
        entry.user_agent.clear();
        known = rows::of_hour(tx, site, hour, kind, (&entry.detail, ""))?;
    }
    let Some(had) = known else { return insert(tx, site, entry, stamp) };
    let user_id = had.user_id.filter(|user| about == Some(*user));
    let has = Entry { times: had.times + 1, user_id, ..had.clone() };
    Ok(rows::update(tx, site, &had, &has, stamp)?)
}

fn entry(tx: &mut Tx<'_>, site: SiteId, who: Who, kind: Kind, about: Option<UserId>, detail: &str) -> Result<Entry> {
    let origin = Origin::of(tx);
    let (actor, actor_user_id, actor_name) = match who {
        Who::Command => (ActorKind::Command, None, None),
        Who::Anyone => (ActorKind::Anyone, None, None),
        Who::User(user) => (ActorKind::User, Some(user), None),
        Who::App(app, user) => (ActorKind::App, user, store::apps::get(tx, app)?.map(|app| app.slug)),
        Who::ApiKey => (ActorKind::ApiKey, None, None),
        Who::ApiAccessToken(id) => {
            let token = store::api_access_tokens::all(tx, site)?.into_iter().find(|token| token.id == id);
            (ActorKind::ApiAccessToken, None, token.map(|token| token.name))
        }
    };
    let printable = |text: &str, most: usize| text.chars().filter(|c| !c.is_control()).take(most).collect();
    Ok(Entry {
        id: SecurityLogId::default(),
        rev: 0,
        created_at: 0,
        updated_at: 0,
        kind,
        actor,
        actor_user_id,
        actor_name,
        detail: printable(detail, LONGEST_DETAIL),
        address: origin.address.clone(),
        user_agent: printable(&origin.user_agent, LONGEST_AGENT),
        hour: None,
        user_id: about,
        times: 1,
        user_email: None,
        actor_email: None,
    })
}

fn insert(tx: &mut Tx<'_>, site: SiteId, mut entry: Entry, stamp: Stamp) -> Result<()> {
    entry.id = SecurityLogId::next(tx)?;
    entry.rev = stamp.rev;
    entry.created_at = stamp.at;
    entry.updated_at = stamp.at;
    Ok(rows::insert(tx, site, &entry)?)
}

/// A page of the log. Who may read it is asked before.
pub fn list(tx: &mut Tx<'_>, site: SiteId, wanted: &Filter, request: &PageRequest) -> Result<Page<Entry>> {
    Ok(rows::page(tx, site, wanted, request)?)
}
