//! Taking deliveries out of the queue: for many webhooks at once, in one write.

use crate::entry::Id;
use crate::guard::{Policy, TargetError};
use crate::send::{Job, Target};
use crate::sign::{Signer, SigningKeys};
use hyper::body::Bytes;
use school::events::Topic;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::deliveries::DeliveryState;
use store::{AppId, DeliveryId, Engine, ServerKey, SiteId, Store, StoreError, Tx};

/// At most this many deliveries are claimed in one write, some five milliseconds of it: what the school itself writes
/// meanwhile waits no longer than that.
const MOST: i64 = 512;

/// A webhook of which so many deliveries are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClaimRequest {
    pub(crate) webhook: Id,
    pub(crate) most: i64,
}

/// What was claimed for a webhook.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) webhook: Id,
    /// Whether its last attempt failed.
    pub(crate) failing: bool,
    /// Whether there may be more of them.
    pub(crate) full: bool,
    /// It is switched off, or no more: nothing of it is sent.
    pub(crate) off: bool,
    pub(crate) jobs: Vec<Job>,
}

/// What claims need.
pub(crate) struct Claims {
    store: Store,
    key: ServerKey,
    policy: Arc<Policy>,
    lease: Duration,
    /// What claims of this process take turns among. Those of several nodes must not wait for each other: rows that
    /// another has locked are skipped. No school has a negative number.
    lane: SiteId,
    schools: Mutex<HashMap<SiteId, Arc<School>>>,
    targets: Mutex<HashMap<Id, (String, SharedTarget)>>,
}

type SharedTarget = Arc<Result<Target, TargetError>>;

/// What the requests of a school's webhooks carry, remembered until its credentials change.
struct School {
    credentials_rev: i64,
    subdomain: Arc<str>,
    api_key: Secret,
    /// The client secrets of its apps; a new one makes what is remembered of every school with the app out of date.
    apps: Mutex<HashMap<AppId, Secret>>,
}

/// What requests are signed with, or why they cannot be.
type Secret = Result<SigningKeys, &'static str>;

impl Claims {
    pub(crate) fn new(store: Store, key: ServerKey, policy: Arc<Policy>, lease: Duration) -> Self {
        let lane = SiteId::new(-1 - i64::from(rand::random::<u32>()));
        Self { store, key, policy, lease, lane, schools: Mutex::default(), targets: Mutex::default() }
    }

    /// Claims what is due of these webhooks.
    pub(crate) async fn claim(self: Arc<Self>, wishes: Vec<ClaimRequest>) -> Result<Vec<Claimed>, StoreError> {
        let claims = Arc::clone(&self);
        self.store
            .write(self.lane, move |tx| {
                if tx.engine() == Engine::Postgres {
                    // A claim that a crash takes back is a delivery that somebody claims again: nothing to wait for.
                    tx.batch("SET LOCAL synchronous_commit = off")?;
                }
                let now = store::now();
                let mut left = MOST;
                let mut claimed = Vec::with_capacity(wishes.len());
                for ClaimRequest { webhook, most } in wishes.iter().copied() {
                    let one = claims.one(tx, ClaimRequest { webhook, most: most.min(left) }, now)?;
                    left -= i64::try_from(one.jobs.len()).unwrap_or(MOST);
                    claimed.push(one);
                }
                Ok(claimed)
            })
            .await
    }

    fn one(&self, tx: &mut Tx<'_>, wish: ClaimRequest, now: i64) -> Result<Claimed, StoreError> {
        let (site, number) = wish.webhook;
        let mut claimed =
            Claimed { webhook: wish.webhook, failing: false, full: wish.most <= 0, off: false, jobs: vec![] };
        if claimed.full {
            return Ok(claimed);
        }
        let open = store::webhooks::get_of_open_school(tx, site, number)?;
        let Some(webhook) = open.filter(|webhook| webhook.active) else {
            // What waits for the webhooks of a suspended school waits on.
            return Ok(Claimed { off: !store::sites::is_suspended(tx, site)?, ..claimed });
        };
        let until = now + i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX / 2);
        let rows = store::deliveries::claim(tx, site, number, now, until, wish.most)?;
        if rows.is_empty() {
            return Ok(claimed);
        }
        let Some(school) = self.school(tx, site)? else { return Ok(claimed) };
        let target = self.target(wish.webhook, &webhook.target_url);
        let keys = match Signer::of(&webhook) {
            Signer::School => school.api_key.clone(),
            Signer::App(app) => self.app_secret(tx, &school, app)?,
        };
        claimed.failing = webhook.failing_since.is_some();
        claimed.full = i64::try_from(rows.len()).is_ok_and(|rows| rows >= wish.most);
        claimed.jobs = rows
            .into_iter()
            .map(|row| Job {
                delivery: row.id,
                attempts: row.attempts,
                until,
                ulid: row.ulid,
                topic: Topic::numbered(row.topic).map_or("", Topic::name),
                body: Bytes::from(row.body),
                target: Arc::clone(&target),
                keys: keys.clone(),
                subdomain: Arc::clone(&school.subdomain),
            })
            .collect();
        Ok(claimed)
    }

    fn school(&self, tx: &mut Tx<'_>, site: SiteId) -> Result<Option<Arc<School>>, StoreError> {
        let Some(credentials_rev) = store::sites::credentials_rev(tx, site)? else { return Ok(None) };
        let known = self.schools.lock().unwrap_or_else(PoisonError::into_inner).get(&site).cloned();
        if let Some(school) = known.filter(|school| school.credentials_rev == credentials_rev) {
            return Ok(Some(school));
        }
        let Some(row) = store::sites::get(tx, site)? else { return Ok(None) };
        let sealed = store::sites::sealed_key(tx, site)?;
        let previous = store::sites::previous_key(tx, site)?.map(|previous| (previous.sealed, previous.until));
        let api_key = self.opened(
            sealed,
            previous,
            ["the school's API key was sealed under another server key", "the school has no API key to sign with"],
        );
        let school =
            Arc::new(School { credentials_rev, subdomain: row.subdomain.into(), api_key, apps: Mutex::default() });
        self.schools.lock().unwrap_or_else(PoisonError::into_inner).insert(site, Arc::clone(&school));
        Ok(Some(school))
    }

    fn app_secret(&self, tx: &mut Tx<'_>, school: &School, app: AppId) -> Result<Secret, StoreError> {
        if let Some(known) = school.apps.lock().unwrap_or_else(PoisonError::into_inner).get(&app) {
            return Ok(known.clone());
        }
        let (sealed, previous) = (store::apps::sealed_secret(tx, app)?, store::apps::previous_sealed_secret(tx, app)?);
        let secret = self.opened(
            sealed,
            previous,
            ["the app's client secret was sealed under another server key", "the app that made the webhook is no more"],
        );
        school.apps.lock().unwrap_or_else(PoisonError::into_inner).insert(app, secret.clone());
        Ok(secret)
    }

    /// Opens what requests are signed with. One from before that does not open signs nothing.
    fn opened(
        &self,
        sealed: Option<Vec<u8>>,
        previous: Option<(Vec<u8>, i64)>,
        [foreign, missing]: [&'static str; 2],
    ) -> Secret {
        let current = self.key.open(&sealed.ok_or(missing)?).map_err(|_| foreign)?;
        let previous = previous.and_then(|(sealed, until)| Some((self.key.open(&sealed).ok()?.into(), until)));
        Ok(SigningKeys { current: current.into(), previous })
    }

    fn target(&self, webhook: Id, url: &str) -> SharedTarget {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, target)) = targets.get(&webhook).filter(|(known, _)| known == url) {
            return Arc::clone(target);
        }
        let target = Arc::new(Target::new(url, &self.policy));
        targets.insert(webhook, (url.to_owned(), Arc::clone(&target)));
        target
    }

    /// Forgets a webhook that has nothing to send, and is perhaps no more.
    pub(crate) fn forget(&self, webhook: Id) {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).remove(&webhook);
    }

    /// Puts deliveries back that were claimed and not begun, so that nobody has to wait for their lease to end.
    pub(crate) async fn put_back(&self, site: SiteId, deliveries: Vec<DeliveryId>) -> Result<(), StoreError> {
        self.store
            .write(site, move |tx| {
                let now = store::now();
                for delivery in &deliveries {
                    let row = store::deliveries::get(tx, site, *delivery)?;
                    if let Some(row) = row.filter(|row| row.state == DeliveryState::Waiting) {
                        store::deliveries::resend(tx, site, &row, now)?;
                    }
                }
                Ok::<_, StoreError>(())
            })
            .await
    }
}
