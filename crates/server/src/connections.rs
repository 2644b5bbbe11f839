//! All connections of a server: who is let in, who has to go when there is no more room, and what is logged of it.

use crate::clock::{self, Moment, passed};
use crate::connection::{Connection, Order};
use crate::limits::{Http2, Limits, SHARED_STREAMS};
use crate::memory::Memory;
use crate::refusals::Refusals;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// So many are asked to go at once when there is no room: the search takes longer than the rest.
const GO_AT_ONCE: usize = 16;
/// A client that was waited for less long is not slow yet; not even where memory is short.
const SLOW: Duration = Duration::from_secs(1);
const SLOW_NOW: Duration = Duration::from_millis(200);

/// The connections of a server.
pub(crate) struct Connections {
    pub(crate) limits: Limits,
    memory: Arc<Memory>,
    all: Mutex<All>,
    /// Whether the server stops.
    leaving: AtomicBool,
    pub(crate) refusals: Refusals,
    /// Told when the last one has ended.
    empty: Notify,
}

#[derive(Default)]
struct All {
    last: u64,
    open: HashMap<u64, Arc<Connection>>,
    by_network: HashMap<IpAddr, usize>,
}

/// A connection that was let in; it makes room when this is dropped.
pub(crate) struct Admitted {
    id: u64,
    pub(crate) connection: Arc<Connection>,
    connections: Arc<Connections>,
}

impl Connections {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            memory: Arc::new(Memory::new(limits.memory / 2, SHARED_STREAMS)),
            limits,
            all: Mutex::default(),
            leaving: AtomicBool::new(false),
            refusals: Refusals::default(),
            empty: Notify::new(),
        }
    }

    /// Lets a connection in, or refuses it.
    pub(crate) fn admit(self: &Arc<Self>, peer: SocketAddr) -> Option<Admitted> {
        let network = network(peer.ip());
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let from_there = all.by_network.get(&network).copied().unwrap_or(0);
        if self.limits.connections_per_address.is_some_and(|most| from_there >= most)
            && self.evict_idle_of(&mut all, network) == 0
        {
            self.refusals.of_address(peer.ip());
            return None;
        }
        if all.open.len() >= self.limits.connections && self.evict(&mut all) == 0 {
            self.refusals.of_connections();
            return None;
        }
        all.last += 1;
        let http2 = Http2::beside(all.open.len());
        let (id, connection) = (all.last, Arc::new(Connection::new(peer, http2, Arc::clone(&self.memory))));
        all.open.insert(id, Arc::clone(&connection));
        *all.by_network.entry(network).or_default() += 1;
        Some(Admitted { id, connection, connections: Arc::clone(self) })
    }

    /// Cuts those off that are idle for longest, and those whose clients are waited for when none is; says how many.
    pub(crate) fn evict_idle(&self) -> usize {
        self.evict(&mut self.all.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Closes the connection of a network that is idle for longest, so that one which has too many can go on without
    /// waiting for their time to pass; says how many. Those that have just become idle stay: otherwise whoever opens one
    /// after the other would keep the server busy with closing.
    fn evict_idle_of(&self, all: &mut All, of: IpAddr) -> usize {
        let now = clock::now();
        let theirs = all.open.iter().filter(|(_, connection)| network(connection.peer.ip()) == of);
        let idle = theirs.filter(|(_, connection)| connection.waiting_since() == 0);
        let idle = idle.filter_map(|(id, connection)| Some((connection.idle_since()?, *id)));
        let longest = idle.filter(|(since, _)| passed(*since, now, SLOW)).min();
        let Some(connection) = longest.and_then(|(_, id)| all.remove(id)) else { return 0 };
        connection.tell(Order::Cut);
        self.refusals.of_shed(1);
        1
    }

    fn evict(&self, all: &mut All) -> usize {
        let now = clock::now();
        let mut found: Vec<(bool, Moment, u64)> = Vec::new();
        for (id, connection) in &all.open {
            let waiting = connection.waiting_since();
            match connection.idle_since() {
                Some(since) if waiting == 0 => found.push((false, since, *id)),
                _ if passed(waiting, now, SLOW) => found.push((true, waiting, *id)),
                _ => {}
            }
        }
        let idle = found.iter().filter(|(slow, ..)| !slow).count();
        let many = if idle > 0 { idle } else { found.len() }.min(GO_AT_ONCE);
        if many < found.len() {
            found.select_nth_unstable(many);
        }
        for (_, _, id) in &found[..many] {
            if let Some(connection) = all.remove(*id) {
                connection.tell(Order::Cut);
            }
        }
        self.refusals.of_shed(many);
        many
    }

    /// Looks at every connection, and at what all of them take together.
    pub(crate) fn check(&self) {
        let now = clock::set();
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = 0;
        let leaving = self.leaving.load(Relaxed);
        for connection in all.open.values() {
            if leaving {
                connection.leave(now);
            }
            match connection.check(&self.limits, now) {
                Some(fault) => self.refusals.of_fault(fault),
                None => taken += connection.cost(),
            }
        }
        if taken > self.limits.memory || self.memory.is_crowded() {
            self.free_memory(&all, taken, now);
        }
        drop(all);
        self.refusals.log(&self.limits, now);
    }

    /// Cuts off those who have taken most for longest while they were waited for, until a quarter of all that is taken
    /// is free. Whoever is not read on because there is no memory is not slow, and only has to go when all that is held
    /// is too much.
    fn free_memory(&self, all: &All, taken: usize, now: Moment) {
        // Who was told before is about to go.
        let (told, others): (Vec<_>, Vec<_>) = all.open.values().partition(|connection| connection.is_cut());
        let too_much = taken > self.limits.memory;
        let standing = others.into_iter().filter_map(|connection| {
            let (paused, since) = match connection.waiting_since() {
                0 => (true, connection.paused_since()),
                since => (false, since),
            };
            let goes = if paused { since != 0 && too_much } else { passed(since, now, SLOW_NOW) };
            goes.then_some((paused, since, connection))
        });
        let mut slow: Vec<_> = standing
            .map(|(paused, since, connection)| {
                let cost = connection.cost();
                let weight = cost as u128 * u128::from(now.saturating_sub(since));
                ((paused, Reverse(weight)), cost, connection)
            })
            .collect();
        slow.sort_unstable_by_key(|(order, ..)| *order);
        let mut free: usize = told.iter().map(|connection| connection.cost()).sum();
        for (_, cost, connection) in slow {
            if free >= taken / 4 {
                break;
            }
            connection.tell(Order::Cut);
            self.refusals.of_memory();
            free += cost;
        }
    }

    /// Whether bodies take all the memory that they may.
    pub(crate) fn is_memory_full(&self) -> bool {
        self.memory.is_crowded()
    }

    /// Has every connection go once its requests are answered.
    pub(crate) fn leave(&self) {
        self.leaving.store(true, Relaxed);
        for connection in self.all.lock().unwrap_or_else(PoisonError::into_inner).open.values() {
            connection.leave(clock::now());
        }
    }

    /// Cuts every connection off.
    pub(crate) fn cut(&self) {
        for connection in self.all.lock().unwrap_or_else(PoisonError::into_inner).open.values() {
            connection.tell(Order::Cut);
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).open.len()
    }

    /// Waits until there is none.
    pub(crate) async fn ended(&self) {
        while self.count() > 0 {
            self.empty.notified().await;
        }
    }
}

impl All {
    fn remove(&mut self, id: u64) -> Option<Arc<Connection>> {
        let connection = self.open.remove(&id)?;
        let network = network(connection.peer.ip());
        if let Some(count) = self.by_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.by_network.remove(&network);
            }
        }
        Some(connection)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.connection.close();
        let mut all = self.connections.all.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have lost its place before, to one that came later.
        let _connection = all.remove(self.id);
        if all.open.is_empty() {
            self.connections.empty.notify_one();
        }
    }
}

/// What counts as one address: of IPv6 the network, within which a client may choose (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_whole_network_of_ipv6() {
        let of = |text: &str| network(text.parse().expect("an address")).to_string();
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
