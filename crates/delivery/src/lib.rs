//! Webhooks and mail: who wants to be told of what, and the way out. The deliveries of the queue are claimed, signed,
//! sent, tried again, and written down.
//!
//! What is to be sent is in the database, and so is what came of it. A delivery is
//! claimed for the length of a lease, sent, and its result written; when the process dies in between, the lease ends
//! and somebody claims it again: at least once, and the event's id tells a receiver that it has seen it before.
//!
//! - [`webhooks`]: making and changing them; their deliveries, to be looked at and repeated.
//! - [`guard`]: where webhooks may lead; also asked when a webhook is made.
//! - [`sign`]: the signatures; [`request`]: what a receiver gets; [`connect`]: the client that sends it.
//! - [`retry`]: when a failed delivery is tried again.
//! - [`mail`]: mail, which has a queue of its own.
//! - `schedule`, of one `entry` for each webhook: which webhook is ready when, and how much may be under way to it.
//! - `claim`, `send`, `record`, `give_up`, `prune`: what their names say.

mod addresses;
mod claim;
pub mod clock;
pub mod connect;
mod entry;
mod give_up;
pub mod guard;
pub mod mail;
mod prune;
mod record;
pub mod request;
pub mod retry;
mod run;
mod schedule;
mod send;
pub mod sign;
pub mod webhooks;

use guard::Policy;
use std::time::Duration;
use store::{ServerKey, Store};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How deliveries are made.
#[derive(Debug, Clone)]
pub struct DeliveryConfig {
    /// Where webhooks may lead.
    pub policy: Policy,
    /// Requests under way at once, in all.
    pub concurrency: usize,
    /// How long an attempt may take, from connecting to the beginning of the answer.
    pub timeout: Duration,
    /// For how long a claimed delivery is left alone by everybody else. Longer than the timeout, so that a result is
    /// written before it ends.
    pub lease: Duration,
    /// The length of one second of the table of pauses; tests make it shorter.
    pub retry_unit: Duration,
    /// A webhook all of whose attempts fail for this long is switched off.
    pub failing_limit: Duration,
    /// How long events are kept, with their deliveries.
    pub events_kept: Duration,
}

impl DeliveryConfig {
    /// The defaults: 512 requests at once; 10 seconds for an attempt and 20 for a lease; webhooks are switched off
    /// after three days; events are kept for 30.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            concurrency: 512,
            timeout: Duration::ZERO,
            lease: Duration::ZERO,
            retry_unit: Duration::from_secs(1),
            failing_limit: Duration::from_secs(3 * 86_400),
            events_kept: Duration::from_secs(30 * 86_400),
        }
        .with_timeout(Duration::from_secs(10))
    }

    /// Another timeout, with a lease twice as long.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, lease: timeout * 2, ..self }
    }
}

/// The sender at work. It ends with [`Delivery::stop`]; dropped, it ends at once, and what it was sending is sent
/// again when its lease has ended.
#[derive(Debug)]
pub struct Delivery {
    stop: Option<oneshot::Sender<()>>,
    work: JoinHandle<()>,
}

/// Begins to deliver. Called on a tokio runtime, where the work then runs.
///
/// # Panics
/// Outside a tokio runtime.
#[must_use]
pub fn start(store: Store, key: ServerKey, config: DeliveryConfig) -> Delivery {
    let (stop, stopped) = oneshot::channel();
    Delivery { stop: Some(stop), work: tokio::spawn(run::run(store, key, config, stopped)) }
}

impl Delivery {
    /// Begins nothing more, lets what is under way end (which takes no longer than the timeout), writes everything
    /// down, and puts back what was claimed.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Err(error) = (&mut self.work).await {
            tracing::error!(%error, "the sender of webhooks ended badly");
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.work.abort();
    }
}
