//! What a run finds, as it is written down.

use crate::machine::Machine;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Engine {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What a number is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// One measurement divided by another.
    #[serde(rename = "ratio")]
    Ratio,
    /// Memory.
    #[serde(rename = "MiB")]
    Mebibytes,
    /// Time.
    #[serde(rename = "ms")]
    Milliseconds,
    /// How many in a second.
    #[serde(rename = "/s")]
    PerSecond,
    /// What is sent.
    #[serde(rename = "kB")]
    Kilobytes,
    /// A file.
    #[serde(rename = "MB")]
    Megabytes,
}

/// How a measurement turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As good as was aimed for.
    Aim,
    /// As good as it must be.
    Must,
    /// Not good enough.
    Missed,
}

/// A measurement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured {
    /// The number: of several rounds, the median.
    pub value: f64,
    /// The smallest number of any round.
    pub low: f64,
    /// The largest number of any round.
    pub high: f64,
    /// The absolute numbers behind it, for a person.
    pub numbers: String,
    /// How it turned out.
    pub verdict: Verdict,
}

/// A line of the table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// A short name.
    pub key: String,
    /// What is measured.
    pub what: String,
    /// What the numbers are of.
    pub unit: Unit,
    /// Whether more is better.
    pub more_is_better: bool,
    /// What it must be.
    pub must: f64,
    /// What it should be.
    pub aim: Option<f64>,
    /// What it is.
    pub measured: BTreeMap<Engine, Measured>,
}

impl Line {
    /// What a number means here.
    pub fn verdict(&self, value: f64) -> Verdict {
        // What is shown is what counts: two decimals.
        let value = (value * 100.0).round() / 100.0;
        let reaches = |goal: f64| if self.more_is_better { value >= goal } else { value <= goal };
        match self.aim {
            Some(aim) if reaches(aim) => Verdict::Aim,
            _ if reaches(self.must) => Verdict::Must,
            _ => Verdict::Missed,
        }
    }
}

/// How the measurements were made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Method {
    /// Whether this was only a quick look.
    pub quick: bool,
    /// Users of the large school.
    pub users_large: u64,
    /// Users of the small school.
    pub users_small: u64,
    /// Users of the school that load is put on.
    pub users: u64,
    /// Connections that read.
    pub connections: u64,
    /// Connections that write.
    pub writers: u64,
    /// Rounds of each side.
    pub rounds: usize,
    /// Seconds of a round.
    pub round_seconds: f64,
    /// Batches of each side, where single requests are timed.
    pub batches: usize,
    /// Seconds of a batch.
    pub batch_seconds: f64,
    /// Deliveries in the queue of a round.
    #[serde(default)]
    pub deliveries: u64,
    /// Deliveries that wait, where there are very many.
    #[serde(default)]
    pub waiting: u64,
}

/// Everything that a run found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Results {
    /// When.
    pub when: String,
    /// Of which commit, when that is known.
    pub commit: Option<String>,
    /// On what.
    pub machine: Machine,
    /// How.
    pub method: Method,
    /// What.
    pub lines: Vec<Line>,
}

impl Results {
    /// The engines that were measured.
    pub fn engines(&self) -> Vec<Engine> {
        let measured = |engine: &Engine| self.lines.iter().any(|line| line.measured.contains_key(engine));
        [Engine::Sqlite, Engine::Postgres].into_iter().filter(measured).collect()
    }
}
