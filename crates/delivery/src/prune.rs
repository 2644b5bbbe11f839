//! Forgetting what happened long ago: events with their deliveries and attempts; entries of the security log and
//! of the request log; tokens that
//! have expired; webhooks of apps that a school no longer has.

use crate::give_up;
use school::{request_log, security_log};
use std::time::Duration;
use store::{Store, StoreError};

/// How often there is a look for old events.
const EVERY: Duration = Duration::from_secs(3600);
/// At most so many events are removed in one transaction, which takes about as long as a few hundred ordinary writes.
const MOST: i64 = 200;
/// The least pause between two such transactions, so that the school's own writes go first.
const PAUSE: Duration = Duration::from_millis(50);

/// Removes what is older than this, and gives up what waits for nobody, for ever.
pub(crate) async fn run(store: Store, kept: Duration) {
    loop {
        if let Err(error) = once(&store, kept).await {
            tracing::warn!(%error, "old events could not be removed");
        }
        if let Err(error) = give_up::orphans(&store).await {
            tracing::warn!(%error, "there was no look for deliveries of removed webhooks");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Removes what is older than this now; gives how many events were.
pub(crate) async fn once(store: &Store, kept: Duration) -> Result<usize, StoreError> {
    let before = store::now() - i64::try_from(kept.as_millis()).unwrap_or(i64::MAX / 2);
    let sites = store.read(store::sites::all).await?;
    let mut removed = 0;
    // Of a suspended school nothing is forgotten.
    for site in sites.into_iter().filter(|site| site.suspended_at.is_none()).map(|site| site.id) {
        while store.write(site, move |tx| identity::oauth::tokens::prune(tx, site)).await? {
            tokio::time::sleep(PAUSE).await;
        }
        store.write(site, move |tx| identity::installs::tidy(tx, site, MOST)).await?;
        let log_before = store::now() - security_log::KEPT_MS;
        while store.write(site, move |tx| store::security_log::prune(tx, site, log_before, MOST)).await?
            == MOST as usize
        {
            tokio::time::sleep(PAUSE).await;
        }
        let requests_before = store::now() - request_log::KEPT_MS;
        while store.write(site, move |tx| store::request_log::prune(tx, site, requests_before, MOST)).await?
            == MOST as usize
        {
            tokio::time::sleep(PAUSE).await;
        }
        loop {
            let begun = tokio::time::Instant::now();
            let gone = store.write(site, move |tx| store::events::prune(tx, site, before, MOST)).await?;
            removed += gone;
            if gone < MOST as usize {
                break;
            }
            tokio::time::sleep(PAUSE.max(begun.elapsed())).await;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use school::events::{Topic, record};
    use store::{DeliveryId, EventId, Location, WebhookNumber};

    #[tokio::test]
    async fn entries_of_the_security_log_are_kept_for_ninety_days() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&Location::Sqlite(folder.path().join("school.db")), 1).expect("a store");
        let site = store::SiteId::new(1);
        let now = store::now();
        let record = move |tx: &mut store::Tx<'_>| {
            for (entries, age) in [(450, security_log::KEPT_MS + 1), (3, security_log::KEPT_MS)] {
                tx.backdate(now - age);
                for _ in 0..entries {
                    security_log::record(tx, site, security_log::Kind::ApiKeyShown, None, "")?;
                }
            }
            Ok::<_, school::Error>(())
        };
        store.write(site, record).await.expect("recorded");
        let mut steps = 0;
        let prune =
            move |tx: &mut store::Tx<'_>| store::security_log::prune(tx, site, now - security_log::KEPT_MS, MOST);
        while store.write(site, prune).await.expect("pruned") == MOST as usize {
            steps += 1;
        }
        assert_eq!(steps, 2, "a few at a time");
        let all = store::PageRequest::first(10);
        let left = store.read(move |tx| security_log::list(tx, site, &security_log::Filter::default(), &all));
        let left = left.await.expect("a page");
        assert_eq!((left.total, left.items[0].id.get()), (3, 451));
    }

    #[tokio::test]
    async fn old_events_go_with_their_deliveries() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&Location::Sqlite(folder.path().join("school.db")), 1).expect("a store");
        let key = store::ServerKey::from_text("0123456789abcdef0123456789abcdef").expect("a key");
        let (day, now) = (86_400_000, store::now());
        let made = store.write(None, move |tx| {
            let new = school::sites::NewSite {
                subdomain: "demo".to_owned(),
                name: "Demo".to_owned(),
                plan: school::sites::Plan::Grow,
                currency: "usd".to_owned(),
                support_email: "help@example.org".to_owned(),
            };
            let site = school::sites::create(tx, &key, &new)?.0.id;
            for (events, days) in [(450, 31), (3, 29)] {
                tx.backdate(now - days * day);
                for _ in 0..events {
                    record(tx, site, Topic::UserSignup, &"payload")?;
                }
            }
            store::deliveries::insert(tx, site, EventId::new(1), WebhookNumber::new(5), now)?;
            store::deliveries::insert(tx, site, EventId::new(451), WebhookNumber::new(5), now)?;
            Ok::<_, school::Error>(site)
        });
        let site = made.await.expect("a school");
        let kept = Duration::from_secs(30 * 86_400);
        assert_eq!(once(&store, kept).await.expect("pruned"), 450);
        assert_eq!(once(&store, kept).await.expect("pruned"), 0);
        let left = store.read(move |tx| {
            let event = store::events::get(tx, site, EventId::new(450))?.is_some();
            let kept = store::events::get(tx, site, EventId::new(451))?.is_some();
            let deliveries =
                [1, 2].map(DeliveryId::new).map(|id| store::deliveries::get(tx, site, id).map(|row| row.is_some()));
            Ok::<_, StoreError>((event, kept, deliveries.into_iter().collect::<Result<Vec<_>, _>>()?))
        });
        assert_eq!(left.await.expect("rows"), (false, true, vec![false, true]));
        assert_eq!(once(&store, Duration::MAX).await.expect("pruned"), 0, "kept for ever");
    }
}
