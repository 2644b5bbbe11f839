//! What the sender remembers of one webhook.

use crate::send::Job;
use std::collections::VecDeque;
use std::time::Instant;
use store::{SiteId, WebhookNumber};

/// A school, and the number of a webhook of it.
pub(crate) type Id = (SiteId, WebhookNumber);

/// Requests under way at once to a webhook that takes them.
pub(crate) const WINDOW: usize = 16;
/// And to one whose last attempt failed, or that has not been tried yet.
pub(crate) const SMALL: usize = 2;
/// The most deliveries of one webhook that are claimed ahead.
const AHEAD: f64 = 128.0;
/// Claimed ahead is what is sent within this time, in milliseconds: far less than the length of a lease.
const AHEAD_TIME: f64 = 500.0;

/// How a webhook has done. In each row of webhooks, this is the place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum WebhookState {
    /// Its last attempt failed.
    Failing = 0,
    /// It has not been tried since the server began.
    #[default]
    Unknown = 1,
    /// Its last attempt arrived.
    Proven = 2,
}

#[derive(Default)]
pub(crate) struct Entry {
    /// When there is something in the database for it, as far as is known.
    pub(crate) due: Option<i64>,
    /// A claim is under way; whether something came up meanwhile, and when it ended.
    pub(crate) claiming: bool,
    pub(crate) news: bool,
    pub(crate) claimed: Option<Instant>,
    /// The tickets with which it stands in the rows of the schedule; zero: in none.
    pub(crate) ready: u64,
    pub(crate) waiting: u64,
    /// Claimed, and not begun.
    pub(crate) jobs: VecDeque<Job>,
    pub(crate) under_way: usize,
    pub(crate) window: usize,
    pub(crate) standing: WebhookState,
    /// Its receiver has just said that it wants no more.
    pub(crate) off: bool,
    /// How long an attempt takes, in milliseconds, smoothed.
    pub(crate) pace: f64,
}

impl Entry {
    pub(crate) fn unknown() -> Self {
        Self { window: SMALL, ..Self::default() }
    }

    /// An attempt arrived.
    pub(crate) fn arrived(&mut self, milliseconds: f64) {
        let proven = self.standing == WebhookState::Proven;
        self.window = if proven { (self.window * 2).min(WINDOW) } else { SMALL * 2 };
        self.pace = if proven { self.pace * 0.9 + milliseconds * 0.1 } else { milliseconds };
        self.stands(WebhookState::Proven);
    }

    /// An attempt failed.
    pub(crate) fn failed(&mut self) {
        self.window = SMALL;
        self.stands(WebhookState::Failing);
    }

    /// How many more may be claimed.
    pub(crate) fn room(&self) -> usize {
        let all = if self.standing == WebhookState::Proven {
            let ahead =
                (self.window as f64 * AHEAD_TIME / self.pace.max(1.0)).clamp(self.window as f64, AHEAD) as usize;
            // Few large claims rather than many small ones.
            if self.jobs.len() * 2 > ahead { 0 } else { ahead }
        } else {
            self.window.saturating_sub(self.under_way)
        };
        all.saturating_sub(self.jobs.len())
    }

    pub(crate) fn stands(&mut self, standing: WebhookState) {
        if standing != self.standing {
            // Its tickets are for another row.
            (self.standing, self.ready, self.waiting) = (standing, 0, 0);
        }
    }

    pub(crate) fn idle(&self) -> bool {
        !self.claiming && self.ready == 0 && self.waiting == 0 && self.jobs.is_empty() && self.under_way == 0
    }
}
