//! The sender's loop: hears of work, claims it, begins it, and hears what came of it.

use crate::DeliveryConfig;
use crate::claim::{ClaimRequest, Claimed, Claims};
use crate::connect::{self, HttpClient};
use crate::entry::Id;
use crate::record::{self, Done, Recorded};
use crate::schedule::{Schedule, Started};
use crate::send::{self, Outcome};
use crate::{give_up, prune, retry};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::deliveries::{AttemptRow, Next};
use store::{DeliveryId, Engine, ServerKey, SiteId, Store, StoreError, WebhookNumber};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id as TaskId, JoinError, JoinSet};

/// How often there is a look for work that another process has made: a command line beside the server, on SQLite; other
/// nodes, on PostgreSQL, which mostly send it themselves.
const LOOK_SQLITE: Duration = Duration::from_secs(1);
const LOOK_POSTGRES: Duration = Duration::from_secs(2);
/// A look takes at most this part of the time: with very many webhooks there is one less often.
const LOOK_SHARE: u32 = 20;
/// Claims at once. SQLite writes one thing at a time anyway; PostgreSQL has a way to go for each statement.
const CLAIMS_SQLITE: usize = 1;
const CLAIMS_POSTGRES: usize = 4;
/// While so many results are not written yet, nothing more is claimed: their leases must not end before.
const UNWRITTEN: usize = 4096;
/// How long stopping may take beyond the timeout of an attempt.
const STOP: Duration = Duration::from_secs(2);

struct Look {
    begun: Instant,
    found: Vec<(SiteId, WebhookNumber, Option<i64>)>,
}

/// A claim that has ended: for which webhooks it was, and what there was.
type Claim = (Vec<Id>, Result<Vec<Claimed>, StoreError>);

struct Sender {
    config: DeliveryConfig,
    schedule: Schedule,
    claims: Arc<Claims>,
    client: HttpClient,
    claiming: JoinSet<Claim>,
    claims_at_once: usize,
    sending: JoinSet<(FinishedAttempt, AttemptRow, Outcome)>,
    started: HashMap<TaskId, Started>,
    results: mpsc::UnboundedSender<Done>,
    unwritten: usize,
    store: Store,
    giving_up: JoinSet<Id>,
    /// Those of which what waits is being given up.
    off: HashSet<Id>,
}

/// Of a delivery, what is needed after its attempt.
struct FinishedAttempt {
    delivery: DeliveryId,
    attempts: i64,
}

/// Delivers until told to stop.
pub(crate) async fn run(store: Store, key: ServerKey, config: DeliveryConfig, mut stop: oneshot::Receiver<()>) {
    let policy = Arc::new(config.policy.clone());
    let client = match connect::client(Arc::clone(&policy)) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "webhooks cannot be sent: TLS is not available");
            return;
        }
    };
    let (looks_in, mut looks) = mpsc::channel(1);
    let (results, results_out) = mpsc::unbounded_channel();
    let (told, mut recorded) = mpsc::unbounded_channel();
    // Sets of one task each: they end with this function, however it ends.
    let mut helpers = JoinSet::new();
    helpers.spawn(look(store.clone(), looks_in));
    helpers.spawn(prune::run(store.clone(), config.events_kept));
    let mut recorder = JoinSet::new();
    recorder.spawn(record::run(store.clone(), config.failing_limit, results_out, told));

    let mut sender = Sender {
        schedule: Schedule::new(config.concurrency, config.timeout),
        claims: Arc::new(Claims::new(store.clone(), key, policy, config.lease)),
        client,
        claiming: JoinSet::new(),
        claims_at_once: if store.engine() == Engine::Postgres { CLAIMS_POSTGRES } else { CLAIMS_SQLITE },
        sending: JoinSet::new(),
        started: HashMap::new(),
        results,
        unwritten: 0,
        store: store.clone(),
        giving_up: JoinSet::new(),
        off: HashSet::new(),
        config,
    };
    loop {
        sender.advance();
        tokio::select! {
            () = sender.next_event(&mut looks, &mut recorded) => {}
            _ = &mut stop => break,
        }
    }
    helpers.abort_all();
    let bound = sender.config.timeout + STOP;
    if tokio::time::timeout(bound, sender.finish(recorder)).await.is_err() {
        tracing::warn!("deliveries were still under way when the server stopped; they are sent again");
    }
}

impl Sender {
    /// Waits for whatever comes first (new deliveries, the end of a claim or of an attempt, the next due time) and takes
    /// note of it. May be dropped while it waits: nothing is taken before it is noted.
    async fn next_event(&mut self, looks: &mut mpsc::Receiver<Look>, recorded: &mut mpsc::UnboundedReceiver<Recorded>) {
        let alarm = self.schedule.next_alarm().map_or(60_000, |at| (at - store::now()).clamp(0, 60_000));
        let alarm = tokio::time::sleep(Duration::from_millis(alarm.unsigned_abs()));
        tokio::select! {
            news = self.store.webhooks_with_deliveries() => {
                let now = store::now();
                news.into_iter().for_each(|webhook| self.schedule.due(webhook, now, now));
            }
            Some(claimed) = self.claiming.join_next() => self.claimed(claimed),
            Some(ended) = self.sending.join_next_with_id() => {
                self.ended(ended);
                while let Some(ended) = self.sending.try_join_next_with_id() {
                    self.ended(ended);
                }
            }
            Some(written) = recorded.recv() => self.written(written),
            Some(Ok(webhook)) = self.giving_up.join_next() => drop(self.off.remove(&webhook)),
            Some(Look { begun, found }) = looks.recv() => {
                for gone in self.schedule.looked(&found, begun, store::now()) {
                    self.claims.forget(gone);
                }
            }
            () = alarm => {}
        }
    }
}

/// Looks for work in the database, at once and then again and again.
async fn look(store: Store, looks: mpsc::Sender<Look>) {
    let every = if store.engine() == Engine::Postgres { LOOK_POSTGRES } else { LOOK_SQLITE };
    loop {
        let begun = Instant::now();
        match store.read(store::webhooks::due).await {
            Ok(found) => {
                if looks.send(Look { begun, found }).await.is_err() {
                    return;
                }
            }
            Err(StoreError::Closed) => return,
            Err(error) => tracing::warn!(%error, "there was no look for waiting deliveries"),
        }
        tokio::time::sleep(every.max(begun.elapsed() * LOOK_SHARE)).await;
    }
}

impl Sender {
    /// Begins what may begin.
    fn advance(&mut self) {
        let now = store::now();
        self.schedule.wake(now);
        while let Some((job, started)) = self.schedule.start(now) {
            let (client, timeout) = (self.client.clone(), self.config.timeout);
            let task = self.sending.spawn(async move {
                let (attempt, verdict) = send::attempt(&client, &job, timeout).await;
                (FinishedAttempt { delivery: job.delivery, attempts: job.attempts }, attempt, verdict)
            });
            self.started.insert(task.id(), started);
        }
        while self.claiming.len() < self.claims_at_once && self.unwritten < UNWRITTEN {
            let wishes = self.schedule.wishes();
            if wishes.is_empty() {
                return;
            }
            let claims = Arc::clone(&self.claims);
            self.claiming.spawn(async move {
                let webhooks = wishes.iter().map(|ClaimRequest { webhook, .. }| *webhook).collect();
                (webhooks, claims.claim(wishes).await)
            });
        }
    }

    fn claimed(&mut self, ended: Result<Claim, JoinError>) {
        let now = store::now();
        match ended {
            Ok((_, Ok(claimed))) => {
                for claimed in claimed {
                    if claimed.off {
                        self.give_up(claimed.webhook);
                    }
                    self.schedule.claimed(claimed, now);
                }
            }
            Ok((webhooks, Err(error))) => {
                tracing::warn!(%error, "deliveries could not be claimed");
                webhooks.into_iter().for_each(|webhook| self.schedule.claim_failed(webhook, now));
            }
            Err(error) => tracing::error!(%error, "a claim ended badly"),
        }
    }

    fn ended(&mut self, ended: Result<(TaskId, (FinishedAttempt, AttemptRow, Outcome)), JoinError>) {
        let now = store::now();
        let (id, outcome) = match ended {
            Ok((id, outcome)) => (id, Some(outcome)),
            Err(error) => {
                tracing::error!(%error, "an attempt ended badly");
                (error.id(), None)
            }
        };
        let Some(started) = self.started.remove(&id) else { return };
        let arrived = outcome.as_ref().map(|(_, _, verdict)| *verdict == Outcome::Arrived);
        let milliseconds = outcome.as_ref().map_or(0, |(_, attempt, _)| attempt.milliseconds);
        self.schedule.ended(&started, arrived, milliseconds, now);
        if outcome.as_ref().is_some_and(|(_, _, verdict)| *verdict == Outcome::Gone) {
            self.schedule.hold(started.webhook);
        }
        let Some((FinishedAttempt { delivery, attempts }, attempt, verdict)) = outcome else { return };
        let pause = retry::pause(attempts + 1, self.config.retry_unit, rand::random());
        let next = match (verdict, pause) {
            (Outcome::Arrived, _) => Next::Delivered,
            (Outcome::Gone, _) | (Outcome::Failed, None) => Next::Failed,
            (Outcome::Failed, Some(pause)) => {
                Next::Again(now + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX / 2))
            }
        };
        let done = Done { webhook: started.webhook, delivery, attempt, next, gone: verdict == Outcome::Gone };
        if self.results.send(done).is_ok() {
            self.unwritten += 1;
        }
    }

    fn written(&mut self, written: Recorded) {
        let now = store::now();
        self.unwritten = self.unwritten.saturating_sub(written.results);
        for (webhook, at) in written.again {
            self.schedule.due(webhook, at, now);
        }
        for webhook in written.off {
            self.schedule.switched_off(webhook);
            self.give_up(webhook);
        }
    }

    /// What waits for a webhook that is off is given up, beside everything else.
    fn give_up(&mut self, webhook: Id) {
        self.claims.forget(webhook);
        if self.off.insert(webhook) {
            self.giving_up.spawn(give_up::all(self.store.clone(), webhook));
        }
    }

    /// Lets everything end, and has it written.
    async fn finish(mut self, mut recorder: JoinSet<()>) {
        while let Some(claimed) = self.claiming.join_next().await {
            self.claimed(claimed);
        }
        for (site, deliveries) in self.schedule.stop() {
            if let Err(error) = self.claims.put_back(site, deliveries).await {
                tracing::warn!(%error, site = site.get(), "deliveries could not be put back; they wait until their lease ends");
            }
        }
        if self.schedule.under_way() > 0 {
            tracing::info!(deliveries = self.schedule.under_way(), "waiting for deliveries that are under way");
        }
        while let Some(ended) = self.sending.join_next_with_id().await {
            self.ended(ended);
        }
        drop(self.results);
        while recorder.join_next().await.is_some() {}
    }
}
