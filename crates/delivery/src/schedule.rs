//! Which webhook is ready when, and how many of its deliveries may be under way.
//!
//! This is the memory of the sender, without any doing: what is due is written in the database, and all of this can be
//! forgotten at any moment.

use crate::claim::{ClaimRequest, Claimed};
use crate::entry::{Entry, Id, WebhookState};
use crate::send::Job;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{DeliveryId, SiteId, WebhookNumber};

/// Webhooks in one claim: one write, as long as a few dozen ordinary ones.
const CLAIM: usize = 64;

/// What counts while an attempt is under way.
#[derive(Debug, Clone)]
pub(crate) struct Started {
    pub(crate) webhook: Id,
    standing: WebhookState,
    host: Arc<str>,
}

/// A row of webhooks for each standing. One whose standing changes gets a new ticket in another row; its old one counts
/// no more.
type Rows = [VecDeque<(Id, u64)>; 3];

pub(crate) struct Schedule {
    entries: HashMap<Id, Entry>,
    alarms: BinaryHeap<Reverse<(i64, Id)>>,
    /// Something of them is due and may be claimed.
    ready: Rows,
    /// Something of them is claimed and may begin.
    waiting: Rows,
    /// Attempts under way, by the standing of their webhooks.
    under_way: [usize; 3],
    hosts: HashMap<Arc<str>, usize>,
    most: usize,
    turn: usize,
    tickets: u64,
    timeout: i64,
}

impl Schedule {
    /// `most` is the number of requests under way at once in all.
    pub(crate) fn new(most: usize, timeout: Duration) -> Self {
        Self {
            entries: HashMap::new(),
            alarms: BinaryHeap::new(),
            ready: Rows::default(),
            waiting: Rows::default(),
            under_way: [0; 3],
            hosts: HashMap::new(),
            most: most.max(2),
            turn: 0,
            tickets: 0,
            timeout: i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX / 2),
        }
    }

    /// Whether no more attempts may be under way to webhooks of this standing. However many receivers hang: those that
    /// fail take no more than half of all, together with those that nobody knows yet no more than three quarters, and
    /// the rest is always there for those that have proven themselves.
    fn full(&self, standing: usize) -> bool {
        let [failing, unknown, proven] = self.under_way;
        let three_quarters = (self.most * 3 / 4).max(1);
        failing + unknown + proven >= self.most
            || (standing < 2 && failing + unknown >= three_quarters)
            || (standing == 0 && failing >= self.half())
    }

    /// Half of all, which is also the most for a single host.
    fn half(&self) -> usize {
        (self.most / 2).max(1)
    }

    pub(crate) fn under_way(&self) -> usize {
        self.under_way.iter().sum()
    }

    /// Something of this webhook is due at this moment.
    pub(crate) fn due(&mut self, webhook: Id, at: i64, now: i64) {
        let entry = self.entries.entry(webhook).or_insert_with(Entry::unknown);
        if entry.claiming && at <= now {
            entry.news = true;
            return;
        }
        if entry.due.is_none_or(|due| at < due) {
            entry.due = Some(at);
            if at > now {
                self.alarms.push(Reverse((at, webhook)));
            }
        }
        self.enlist(webhook, now);
    }

    /// What a look into the database found, which began at `begun`: for each active webhook when something is due.
    /// Gives those that were forgotten because they are not among them.
    pub(crate) fn looked(
        &mut self,
        found: &[(SiteId, WebhookNumber, Option<i64>)],
        begun: Instant,
        now: i64,
    ) -> Vec<Id> {
        let known: HashSet<Id> = found.iter().map(|(site, number, _)| (*site, *number)).collect();
        for (site, number, at) in found {
            // What was claimed since is not seen by an older look.
            let entry = self.entries.get(&(*site, *number));
            let stale = entry.is_some_and(|entry| entry.claiming || entry.claimed.is_some_and(|at| at > begun));
            if let (Some(at), false) = (at, stale) {
                self.due((*site, *number), *at, now);
            }
        }
        // Webhooks that are no more, or switched off, are forgotten.
        let gone = |id: &Id, entry: &Entry| entry.idle() && !known.contains(id);
        let gone: Vec<Id> = self.entries.iter().filter(|(id, entry)| gone(id, entry)).map(|(id, _)| *id).collect();
        for id in &gone {
            self.entries.remove(id);
        }
        gone
    }

    /// Lets those whose time has come be claimed.
    pub(crate) fn wake(&mut self, now: i64) {
        while let Some(Reverse((at, webhook))) = self.alarms.peek().copied()
            && at <= now
        {
            self.alarms.pop();
            self.enlist(webhook, now);
        }
    }

    /// When the next one's time comes.
    pub(crate) fn next_alarm(&self) -> Option<i64> {
        self.alarms.peek().map(|Reverse((at, _))| *at)
    }

    fn enlist(&mut self, webhook: Id, now: i64) {
        let Some(entry) = self.entries.get_mut(&webhook) else { return };
        if !entry.off
            && !entry.claiming
            && entry.ready == 0
            && entry.due.is_some_and(|due| due <= now)
            && entry.room() > 0
        {
            self.tickets += 1;
            entry.ready = self.tickets;
            self.ready[entry.standing as usize].push_back((webhook, self.tickets));
        }
    }

    /// Those to claim for now.
    pub(crate) fn wishes(&mut self) -> Vec<ClaimRequest> {
        let mut wishes = Vec::new();
        for row in [2, 1, 0] {
            // What cannot begin soon is not claimed: another node may be idle.
            while !self.full(row) && wishes.len() < CLAIM && self.waiting[row].len() < CLAIM {
                let Some((webhook, ticket)) = self.ready[row].pop_front() else { break };
                let Some(entry) = self.entries.get_mut(&webhook).filter(|entry| entry.ready == ticket) else {
                    continue;
                };
                entry.ready = 0;
                let room = entry.room();
                if room == 0 || entry.claiming {
                    continue;
                }
                entry.claiming = true;
                entry.news = false;
                wishes.push(ClaimRequest { webhook, most: i64::try_from(room).unwrap_or(i64::MAX) });
            }
        }
        wishes
    }

    /// A claim has ended: with these deliveries, and perhaps there are more.
    pub(crate) fn claimed(&mut self, claimed: Claimed, now: i64) {
        let Claimed { webhook, failing, full, off, jobs } = claimed;
        let Some(entry) = self.entries.get_mut(&webhook) else { return };
        entry.claiming = false;
        if failing && entry.standing == WebhookState::Unknown {
            entry.stands(WebhookState::Failing);
        }
        entry.claimed = Some(Instant::now());
        if off {
            // What was claimed before and has not begun never does.
            entry.jobs.clear();
            entry.due = None;
            return;
        }
        if entry.off {
            return;
        }
        entry.due = (full || std::mem::take(&mut entry.news)).then_some(now);
        entry.jobs.extend(jobs);
        self.wait(webhook);
        self.enlist(webhook, now);
    }

    /// A claim has failed: once more in a second.
    pub(crate) fn claim_failed(&mut self, webhook: Id, now: i64) {
        let Some(entry) = self.entries.get_mut(&webhook) else { return };
        entry.claiming = false;
        entry.due = None;
        self.due(webhook, now + 1000, now);
    }

    fn wait(&mut self, webhook: Id) {
        let Some(entry) = self.entries.get_mut(&webhook) else { return };
        if entry.waiting == 0 && !entry.jobs.is_empty() && entry.under_way < entry.window {
            self.tickets += 1;
            entry.waiting = self.tickets;
            self.waiting[entry.standing as usize].push_back((webhook, self.tickets));
        }
    }

    /// The next attempt to begin, if one may.
    pub(crate) fn start(&mut self, now: i64) -> Option<(Job, Started)> {
        self.turn = (self.turn + 1) % 3;
        for row in [self.turn, (self.turn + 2) % 3, (self.turn + 1) % 3] {
            for _ in 0..self.waiting[row].len() {
                if self.full(row) {
                    break;
                }
                let Some((webhook, ticket)) = self.waiting[row].pop_front() else { break };
                if let Some(started) = self.start_one(webhook, ticket, now) {
                    return Some(started);
                }
            }
        }
        None
    }

    fn start_one(&mut self, webhook: Id, ticket: u64, now: i64) -> Option<(Job, Started)> {
        let half = self.half();
        let entry = self.entries.get_mut(&webhook).filter(|entry| entry.waiting == ticket)?;
        entry.waiting = 0;
        // What cannot end within its lease is left to whoever claims it then.
        while let Some(late) = entry.jobs.front().filter(|job| job.until - self.timeout < now) {
            entry.due = Some(entry.due.map_or(late.until, |due| due.min(late.until)));
            self.alarms.push(Reverse((late.until, webhook)));
            entry.jobs.pop_front();
        }
        if entry.under_way < entry.window
            && let Some(job) = entry.jobs.front()
        {
            let host = job.target.as_ref().as_ref().map_or("", |target| target.authority());
            if self.hosts.get(host).is_some_and(|count| *count >= half) {
                self.wait(webhook);
                return None;
            }
            let host: Arc<str> = host.into();
            let started = Started { webhook, standing: entry.standing, host: Arc::clone(&host) };
            let job = entry.jobs.pop_front()?;
            entry.under_way += 1;
            self.under_way[entry.standing as usize] += 1;
            *self.hosts.entry(host).or_default() += 1;
            self.wait(webhook);
            self.enlist(webhook, now);
            return Some((job, started));
        }
        self.enlist(webhook, now);
        None
    }

    /// An attempt has ended; `arrived` tells how, and none that nobody knows.
    pub(crate) fn ended(&mut self, started: &Started, arrived: Option<bool>, milliseconds: i64, now: i64) {
        let under_way = &mut self.under_way[started.standing as usize];
        *under_way = under_way.saturating_sub(1);
        if let Some(count) = self.hosts.get_mut(&started.host) {
            *count -= 1;
            if *count == 0 {
                self.hosts.remove(&started.host);
            }
        }
        let Some(entry) = self.entries.get_mut(&started.webhook) else { return };
        entry.under_way = entry.under_way.saturating_sub(1);
        match arrived {
            Some(true) => entry.arrived(milliseconds as f64),
            Some(false) => entry.failed(),
            None => {}
        }
        self.wait(started.webhook);
        self.enlist(started.webhook, now);
    }

    /// A receiver wants no more: nothing of what is claimed of its webhook begins, and nothing more is claimed until it
    /// is written down.
    pub(crate) fn hold(&mut self, webhook: Id) {
        if let Some(entry) = self.entries.get_mut(&webhook) {
            entry.jobs.clear();
            entry.due = None;
            entry.off = true;
        }
    }

    /// It is written down that a webhook is off.
    pub(crate) fn switched_off(&mut self, webhook: Id) {
        self.hold(webhook);
        if let Some(entry) = self.entries.get_mut(&webhook) {
            entry.off = false;
        }
    }

    /// Nothing more begins: gives the deliveries that were claimed and not begun, by school.
    pub(crate) fn stop(&mut self) -> HashMap<SiteId, Vec<DeliveryId>> {
        let mut left: HashMap<SiteId, Vec<DeliveryId>> = HashMap::new();
        for ((site, _), entry) in &mut self.entries {
            let jobs = entry.jobs.drain(..).map(|job| job.delivery);
            left.entry(*site).or_default().extend(jobs);
        }
        left.retain(|_, deliveries| !deliveries.is_empty());
        left
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
