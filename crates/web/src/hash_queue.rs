//! The queue of passwords that wait to be hashed.
//!
//! Hashing is slow on purpose and takes much memory, and anybody may have it done by signing in or up. So only a few
//! passwords are hashed at once, clients take turns, and one client has only so many waiting: whoever sends many waits
//! for themselves, and not others for them.

use std::collections::{HashMap, VecDeque};
use std::net::Ipv6Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::SiteId;
use tokio::sync::oneshot;

/// Most passwords that wait for an address: a classroom behind one address signs in within a second or two, and
/// nobody needs more.
const MOST_OF_AN_ADDRESS: usize = 8;
/// Most passwords that wait for the programs of a school, which its limit of requests at once usually bounds before.
const MOST_OF_A_SCHOOL: usize = 64;
/// A client that has too many waiting is told to come back after so many seconds.
const RETRY_AFTER: u64 = 1;

/// Who has a password hashed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HashClient {
    /// Somebody at an IP address; of IPv6, in its network of 64 bits.
    Address(String),
    /// Somebody with a device, a session or a link that an account knows, by what it is known.
    Known(String),
    /// A program with a school's key or token, by the school's id.
    School(SiteId),
}

impl HashClient {
    /// Whoever is at this address. Whoever has one of IPv6 has the 2^64 of its network (RFC 4291, section 2.5.4).
    #[must_use]
    pub fn at(address: &str) -> Self {
        Self::Address(match address.parse::<Ipv6Addr>() {
            Ok(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).to_string(),
            Err(_) => address.to_owned(),
        })
    }

    fn most_waiting(&self) -> usize {
        match self {
            Self::Address(_) | Self::Known(_) => MOST_OF_AN_ADDRESS,
            Self::School(_) => MOST_OF_A_SCHOOL,
        }
    }
}

/// A client has too many passwords waiting: seconds until it is worth trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords of one client wait to be hashed")]
pub struct HashQueueFull(pub u64);

/// The queue.
#[derive(Debug)]
pub(crate) struct HashQueue {
    at_once: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    clients: HashMap<HashClient, Load>,
    /// Clients with somebody waiting, in the order of their turns.
    turns: VecDeque<HashClient>,
}

/// What a client has in the queue.
#[derive(Debug, Default)]
struct Load {
    running: usize,
    waiting: VecDeque<oneshot::Sender<HashPermit>>,
}

/// Leave to hash one password; dropping it gives the next in turn theirs.
#[derive(Debug)]
pub(crate) struct HashPermit {
    queue: Arc<HashQueue>,
    client: HashClient,
}

impl HashQueue {
    /// A queue that hashes so many at once, two at least: one place is always left to others than whoever is at it.
    pub fn new(at_once: usize) -> Arc<Self> {
        Arc::new(Self { at_once: at_once.max(2), state: Mutex::default() })
    }

    /// Waits for the client's turn.
    ///
    /// # Errors
    /// [`HashQueueFull`] when it has too many waiting.
    pub async fn enter(self: &Arc<Self>, client: HashClient) -> Result<HashPermit, HashQueueFull> {
        let turn = {
            let mut state = self.state();
            let load = state.clients.entry(client.clone()).or_default();
            // Whoever hung up waits no longer.
            load.waiting.retain(|waiting| !waiting.is_closed());
            if load.waiting.len() >= client.most_waiting() {
                return Err(HashQueueFull(RETRY_AFTER));
            }
            let (sender, turn) = oneshot::channel();
            load.waiting.push_back(sender);
            if load.waiting.len() == 1 && !state.turns.contains(&client) {
                state.turns.push_back(client);
            }
            turn
        };
        self.advance();
        turn.await.map_err(|_| HashQueueFull(RETRY_AFTER))
    }

    /// Gives leave to as many as there is room for. They are told once the lock is free: one that is gone gives its
    /// place back at once.
    fn advance(self: &Arc<Self>) {
        let mut begin = Vec::new();
        {
            let mut state = self.state();
            while state.running < self.at_once
                && let Some((client, waiting)) = state.next(self.at_once - 1)
            {
                state.running += 1;
                begin.push((waiting, HashPermit { queue: Arc::clone(self), client }));
            }
        }
        for (waiting, permit) in begin {
            drop(waiting.send(permit));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whose turn it is: the client that has waited longest since its last turn, unless it has `most` running.
    fn next(&mut self, most: usize) -> Option<(HashClient, oneshot::Sender<HashPermit>)> {
        for _ in 0..self.turns.len() {
            let client = self.turns.pop_front()?;
            let Some(load) = self.clients.get_mut(&client) else { continue };
            load.waiting.retain(|waiting| !waiting.is_closed());
            let turn = if load.running < most { load.waiting.pop_front() } else { None };
            load.running += usize::from(turn.is_some());
            if !load.waiting.is_empty() {
                self.turns.push_back(client.clone());
            } else if load.running == 0 {
                self.clients.remove(&client);
            }
            if let Some(turn) = turn {
                return Some((client, turn));
            }
        }
        None
    }
}

impl Drop for HashPermit {
    fn drop(&mut self) {
        {
            let mut state = self.queue.state();
            state.running -= 1;
            if let Some(load) = state.clients.get_mut(&self.client) {
                load.running -= 1;
                if load.running == 0 && load.waiting.is_empty() {
                    state.clients.remove(&self.client);
                }
            }
        }
        self.queue.advance();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    type Entering = Pin<Box<dyn Future<Output = Result<HashPermit, HashQueueFull>>>>;

    /// What comes of a look at the queue: nothing while the client waits.
    fn look(entering: &mut Entering) -> Option<Result<HashPermit, HashQueueFull>> {
        match pin!(entering).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(entered) => Some(entered),
            Poll::Pending => None,
        }
    }

    /// Somebody who waits, from here on.
    #[track_caller]
    fn wait(queue: &Arc<HashQueue>, address: &str) -> Entering {
        let (queue, client) = (Arc::clone(queue), HashClient::at(address));
        let mut entering: Entering = Box::pin(async move { queue.enter(client).await });
        assert!(look(&mut entering).is_none(), "{address} waits");
        entering
    }

    #[track_caller]
    fn begun(entering: &mut Entering) -> HashPermit {
        look(entering).expect("it is their turn").expect("a permit")
    }

    /// Somebody whose turn it is at once.
    #[track_caller]
    fn begin(queue: &Arc<HashQueue>, address: &str) -> HashPermit {
        let (queue, client) = (Arc::clone(queue), HashClient::at(address));
        begun(&mut (Box::pin(async move { queue.enter(client).await }) as Entering))
    }

    #[test]
    fn a_flood_from_one_address_is_refused_and_nobody_else_waits_behind_it() {
        let queue = HashQueue::new(2);
        let first = begin(&queue, "192.0.2.1");
        let mut waiting: Vec<Entering> = (0..MOST_OF_AN_ADDRESS).map(|_| wait(&queue, "192.0.2.1")).collect();
        let mut refused: Entering = {
            let queue = Arc::clone(&queue);
            Box::pin(async move { queue.enter(HashClient::at("192.0.2.1")).await })
        };
        assert_eq!(look(&mut refused).expect("an answer").expect_err("too many"), HashQueueFull(RETRY_AFTER));
        let other = begin(&queue, "192.0.2.2");
        let mut third = wait(&queue, "192.0.2.3");
        drop(other);
        let third = begun(&mut third);
        assert!(waiting.iter_mut().all(|entering| look(entering).is_none()), "they wait for their own first");
        drop(first);
        let second = begun(&mut waiting[0]);
        assert!(look(&mut waiting[1]).is_none());
        drop((second, third));
    }

    #[test]
    fn clients_take_turns() {
        let queue = HashQueue::new(2);
        let running = [begin(&queue, "a"), begin(&queue, "b")];
        let mut many = [wait(&queue, "a"), wait(&queue, "a")];
        let mut one = wait(&queue, "c");
        drop(running);
        let (first, theirs) = (begun(&mut many[0]), begun(&mut one));
        assert!(look(&mut many[1]).is_none());
        drop(theirs);
        assert!(look(&mut many[1]).is_none(), "a client never has all places");
        drop(first);
        begun(&mut many[1]);
    }

    #[test]
    fn whoever_hangs_up_waits_no_longer_and_gives_their_place_back() {
        let queue = HashQueue::new(2);
        let first = begin(&queue, "a");
        let gone: Vec<Entering> = (0..MOST_OF_AN_ADDRESS).map(|_| wait(&queue, "a")).collect();
        drop(gone);
        let mut next = wait(&queue, "a");
        let called = wait(&queue, "a");
        drop(first);
        let second = begun(&mut next);
        // The next is told that it is their turn, and is gone before they hear of it.
        drop(second);
        drop(called);
        drop([begin(&queue, "a"), begin(&queue, "b")]);
        assert!(queue.state().clients.is_empty() && queue.state().turns.is_empty(), "nothing is left over");
    }

    #[test]
    fn the_addresses_of_one_network_are_one_client() {
        assert_eq!(HashClient::at("2001:db8:1:2:3:4:5:6"), HashClient::at("2001:db8:1:2::1"));
        assert_ne!(HashClient::at("2001:db8:1:2::1"), HashClient::at("2001:db8:1:3::1"));
        assert_ne!(HashClient::at("192.0.2.7"), HashClient::at("192.0.2.8"));
    }
}
