//! Writing down what came of attempts: many in one transaction, grouped by school.

use crate::entry::Id;
use school::mails::Kind;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::deliveries::{self, AttemptRow, Next};
use store::{DeliveryId, SiteId, Store, StoreError, Tx, WebhookNumber, mails, sites, webhooks};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

/// How long a result waits for others to be written with it. Nothing is sent later for it.
const GATHER: Duration = Duration::from_millis(1);
/// At most this many results are written at once: enough to share one commit, little enough not to hold up the
/// school's own writes.
const MOST: usize = 256;
/// The pause before results are written again that could not be.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// What came of an attempt.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) webhook: Id,
    pub(crate) delivery: DeliveryId,
    pub(crate) attempt: AttemptRow,
    pub(crate) next: Next,
    /// The receiver answered 410.
    pub(crate) gone: bool,
}

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// How many results.
    pub(crate) results: usize,
    /// When webhooks have to be looked after again.
    pub(crate) again: Vec<(Id, i64)>,
    /// Webhooks that were switched off.
    pub(crate) off: Vec<Id>,
}

/// Writes results until there will be no more.
pub(crate) async fn run(
    store: Store,
    failing_limit: Duration,
    mut results: UnboundedReceiver<Done>,
    told: UnboundedSender<Recorded>,
) {
    let mut batch = Vec::with_capacity(MOST);
    while results.recv_many(&mut batch, MOST).await > 0 {
        if batch.len() < MOST && !results.is_closed() {
            tokio::time::sleep(GATHER).await;
            while batch.len() < MOST
                && let Ok(result) = results.try_recv()
            {
                batch.push(result);
            }
        }
        let mut groups: HashMap<SiteId, Vec<Done>> = HashMap::new();
        for result in batch.drain(..) {
            groups.entry(result.webhook.0).or_default().push(result);
        }
        let mut writes = JoinSet::new();
        for (site, group) in groups {
            writes.spawn(write(store.clone(), site, failing_limit, group));
        }
        while let Some(written) = writes.join_next().await {
            let Ok(recorded) = written else { continue };
            // Whoever asked may be gone.
            let _heard = told.send(recorded);
        }
    }
}

/// Writes the results of one school: together, or one by one when one of them cannot be written.
async fn write(store: Store, site: SiteId, failing_limit: Duration, group: Vec<Done>) -> Recorded {
    let again = group.iter().filter_map(|done| match done.next {
        Next::Again(at) => Some((done.webhook, at)),
        _ => None,
    });
    let mut recorded = Recorded { results: group.len(), again: again.collect(), off: vec![] };
    let mut parts: Vec<Arc<[Done]>> = vec![group.into()];
    while let Some(part) = parts.pop() {
        match write_once(&store, site, failing_limit, &part).await {
            Ok(off) => recorded.off.extend(off),
            Err(StoreError::Closed) => return recorded,
            // The database is away, or its disk is full: the results are kept until it is back.
            Err(StoreError::Unavailable(error)) => {
                tracing::warn!(
                    error,
                    site = site.get(),
                    results = part.len(),
                    "results of deliveries cannot be written yet"
                );
                tokio::time::sleep(TRY_AGAIN).await;
                parts.push(part);
            }
            Err(error) if part.len() == 1 => {
                tracing::error!(%error, site = site.get(), "the result of a delivery is lost")
            }
            Err(_) => parts.extend(part.iter().rev().map(|done| Arc::from([done.clone()]))),
        }
    }
    recorded
}

async fn write_once(
    store: &Store,
    site: SiteId,
    failing_limit: Duration,
    group: &Arc<[Done]>,
) -> Result<Vec<Id>, StoreError> {
    let group = Arc::clone(group);
    store
        .write(site, move |tx| {
            let mut groups: HashMap<WebhookNumber, Vec<&Done>> = HashMap::new();
            for done in group.iter() {
                deliveries::record(tx, site, done.delivery, &done.attempt, done.next)?;
                groups.entry(done.webhook.1).or_default().push(done);
            }
            let mut off = Vec::new();
            for (number, results) in groups {
                if judge(tx, site, number, &results, failing_limit)? {
                    off.push((site, number));
                }
            }
            Ok(off)
        })
        .await
}

/// Notes how a webhook does, and switches it off when it has to be. True: it is off, by this or by somebody else.
fn judge(
    tx: &mut Tx<'_>,
    site: SiteId,
    number: WebhookNumber,
    results: &[&Done],
    failing_limit: Duration,
) -> Result<bool, StoreError> {
    let gone = results.iter().any(|done| done.gone);
    let arrived = results.iter().any(|done| done.next == Next::Delivered);
    let Some(mut webhook) = webhooks::get(tx, site, number)?.filter(|webhook| webhook.active) else {
        return Ok(gone);
    };
    let first = results.iter().map(|done| done.attempt.at).min().unwrap_or_default();
    let last = results.iter().map(|done| done.attempt.at).max().unwrap_or_default();
    let limit = i64::try_from(failing_limit.as_millis()).unwrap_or(i64::MAX);
    let since = webhook.failing_since.unwrap_or(first);
    let reason = if gone {
        "The receiver answered 410 Gone.".to_owned()
    } else if !arrived && last - since >= limit {
        format!("Every attempt failed for {} days.", failing_limit.as_secs() / 86_400)
    } else {
        let failing_since = if arrived { None } else { Some(since) };
        if webhook.failing_since != failing_since {
            webhook.failing_since = failing_since;
            webhooks::update(tx, site, &webhook)?;
        }
        return Ok(false);
    };
    tracing::info!(site = site.get(), webhook = webhook.id, reason, "a webhook was switched off");
    let now = store::now();
    webhook.active = false;
    webhook.off_reason = Some(reason);
    webhook.failing_since = Some(since);
    webhook.updated_at_ns = webhook.updated_at_ns.max(now.saturating_mul(1_000_000));
    webhooks::update(tx, site, &webhook)?;
    if let Some(owner) = sites::get(tx, site)?.and_then(|site| site.owner_user_id) {
        mails::enqueue(tx, site, now, Kind::WebhookSwitchedOff, owner, Some(&webhook.id))?;
    }
    Ok(true)
}
