//! What a group of writes keeps in memory until just before its commit: the next ids, the clock of each site, and the
//! changes to the maintained counts. Hundreds of writes that share a commit then cost one update each.

use crate::counts::row::CountedRow;
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

/// The moment and the place in the order of changes that a written row is stamped with.
///
/// Within one site `rev` only ever grows, in the order of the writes, and so does the moment: `created_at` never runs
/// against `id`, nor `updated_at` against `rev`, even when the machine's clock is set back a little. When it is set back
/// by more (see [`crate::clock`]), moments go back with it, and lists no longer rely on their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// Number of this change within the site.
    pub rev: i64,
}

#[derive(Default)]
pub(crate) struct PendingChanges {
    pub(crate) writing: bool,
    pub(crate) on_caller_thread: bool,
    pub(crate) ids: HashMap<&'static str, i64>,
    pub(crate) clocks: HashMap<i64, Clock>,
    pub(crate) cached: HashMap<(&'static str, i64), String>,
    pub(crate) counts: HashMap<CountedRow, i64>,
    pub(crate) queues: Vec<(i64, i64)>,
    pub(crate) events: Vec<i64>,
    pub(crate) erased: bool,
    pub(crate) unit: UnitChanges,
}

/// What belongs to the unit of work that runs now.
#[derive(Default)]
pub(crate) struct UnitChanges {
    pub(crate) moment: Option<i64>,
    pub(crate) backdated: bool,
    pub(crate) without_events: bool,
    pub(crate) context: Option<Arc<dyn Any + Send + Sync>>,
    pub(crate) counts: Vec<(CountedRow, i64)>,
    pub(crate) queues: Vec<(i64, i64)>,
    pub(crate) events: Vec<i64>,
    pub(crate) erased: bool,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Clock {
    pub(crate) at: i64,
    pub(crate) rev: i64,
    /// The earliest moment to which the site's moments went back; up to it their order can be relied on.
    pub(crate) set_back_to: Option<i64>,
}

impl PendingChanges {
    pub(crate) fn reading() -> Self {
        Self::default()
    }

    /// For a read on the thread of the caller, which others wait for.
    pub(crate) fn reading_on_caller_thread() -> Self {
        Self { on_caller_thread: true, ..Self::default() }
    }

    pub(crate) fn writing() -> Self {
        Self { writing: true, ..Self::default() }
    }

    /// A unit of work begins.
    pub(crate) fn begin(&mut self) {
        self.unit.moment = None;
        self.unit.backdated = false;
        self.unit.without_events = false;
        self.unit.context = None;
        self.discard();
    }

    /// The unit's changes stay.
    pub(crate) fn keep(&mut self) {
        for (row, by) in self.unit.counts.drain(..) {
            *self.counts.entry(row).or_default() += by;
        }
        self.queues.append(&mut self.unit.queues);
        self.events.append(&mut self.unit.events);
        self.erased |= std::mem::take(&mut self.unit.erased);
    }

    /// The unit's changes are undone. Ids and revisions it took are not given again within the group.
    pub(crate) fn discard(&mut self) {
        self.unit.counts.clear();
        self.unit.queues.clear();
        self.unit.events.clear();
        self.unit.erased = false;
    }

    /// Which queues, as (site, queue), have work once the group is committed.
    pub(crate) fn queues(&self) -> &[(i64, i64)] {
        &self.queues
    }

    /// Which sites have new events once the group is committed.
    pub(crate) fn events(&self) -> &[i64] {
        &self.events
    }
}

/// The machine's clock, in milliseconds since 1970-01-01T00:00:00Z.
#[must_use]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
