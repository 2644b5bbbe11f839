//! The rows of the table, and how each is measured: what is common to them is here, each subject in its own file.

mod apps;
mod deliveries;
mod jobs;
mod lines;
mod manage;
mod pages;
mod reading;
mod resources;
mod results;
mod uploads;
mod webhooks;
mod writes;

pub use results::{Engine, Line, Measured, Method, Results, Unit, Verdict};

use crate::cluster::{self, Cluster};
use crate::http::Answer;
use crate::machine;
use crate::report::count;
use crate::scholae::Home;
use crate::{Options, Outcome};
use clap::ValueEnum;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A row, or two that are measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Row {
    /// GET /users?limit=25 beside bare axum.
    List,
    /// GET /users/{id} beside bare axum.
    Get,
    /// The first page of a large school beside that of a small one.
    FirstPage,
    /// The last page beside the first.
    DeepPage,
    /// A user found by address in a large school and in a small one.
    Email,
    /// Durable writes beside one plain writer.
    Writes,
    /// Many people enrolled by one job.
    BulkEnroll,
    /// Deliveries beside a bare client.
    Deliveries,
    /// From the commit of a change to the first byte at the receiver.
    DeliveryTime,
    /// Writes with a webhook that hears of them, and without.
    HookedWrites,
    /// What receivers that never answer cost the others.
    SilentReceivers,
    /// Claims from a long queue and from a short one.
    Claims,
    /// A read with a Bearer token beside one with the key.
    Bearer,
    /// Renewed tokens beside another provider.
    Refresh,
    /// Codes redeemed with an id token beside bare signatures.
    Codes,
    /// How long authorizing takes.
    Authorize,
    /// Any page of the users in the admin area of a large school.
    ManageUsers,
    /// The home page of the admin area of a school with many enrollments and orders.
    ManageHome,
    /// What a browser loads of any page of the admin area.
    ManageBytes,
    /// Resident memory.
    Memory,
    /// Memory while a large file is uploaded.
    Upload,
    /// From start to the first answer.
    Start,
    /// The size of the program.
    Size,
}

const USERS: u64 = 10_000;
const USERS_SMALL: u64 = 1_000;
const COURSES: u64 = 200;
const PAGE: u64 = 250;
const MEMORY_REQUESTS: u64 = 100_000;

/// Measures everything that was asked for.
pub fn all(options: &Options) -> Outcome<Results> {
    let program = options.server()?;
    fs::create_dir_all(&options.work)?;
    let work = options.work.canonicalize()?;
    let engines = options.engines();
    let programs = cluster::programs();
    let version = programs.as_deref().filter(|_| engines.contains(&Engine::Postgres)).and_then(cluster::version);
    let machine = machine::describe(&work, version)?;
    eprintln!("{}, {} cores, {:.0} syncs a second", machine.cpu, machine.cores, machine.syncs_per_second);
    if machine.load_before > 0.5 {
        eprintln!("something else keeps this machine busy (load {}): the numbers will suffer", machine.load_before);
    }
    let quick = options.quick;
    let method = Method {
        quick,
        users_large: options.large(),
        users_small: USERS_SMALL,
        users: USERS,
        connections: 16,
        writers: 64,
        rounds: if quick { 3 } else { 7 },
        round_seconds: if quick { 1.5 } else { 4.0 },
        batches: if quick { 30 } else { 150 },
        batch_seconds: 0.05,
        deliveries: if quick { 5_000 } else { 30_000 },
        waiting: if quick { 100_000 } else { 1_000_000 },
    };
    let mut lines = lines::lines(&method);
    let measured = engines.into_iter().try_for_each(|engine| {
        let found = Bench::of(options, &method, &program, &work, engine, programs.as_deref())?;
        for (key, one) in found {
            if let Some(line) = lines.iter_mut().find(|line| line.key == key) {
                let verdict = line.verdict(one.value);
                line.measured.insert(engine, Measured { verdict, ..one });
            }
        }
        Ok(())
    });
    tidy(&work, options.keep).and(measured)?;
    lines.retain(|line| !line.measured.is_empty());
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output().ok();
    let commit = commit.filter(|output| output.status.success());
    let commit = commit.and_then(|output| Some(String::from_utf8(output.stdout).ok()?.trim().to_owned()));
    let when = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string();
    Ok(Results { when, commit, machine, method, lines })
}

/// Removes what was made; of what should be kept, all but the large school.
fn tidy(work: &Path, keep: bool) -> Outcome<()> {
    if !keep {
        return Ok(fs::remove_dir_all(work)?);
    }
    for engine in ["sqlite", "postgres"] {
        for entry in fs::read_dir(work.join(engine)).into_iter().flatten() {
            let path = entry?.path();
            if !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("large")) {
                fs::remove_dir_all(path)?;
            }
        }
    }
    Ok(())
}

struct Bench<'b> {
    options: &'b Options,
    method: &'b Method,
    program: &'b Path,
    work: &'b Path,
    engine: Engine,
    cluster: Option<Cluster>,
    found: Vec<(&'static str, Measured)>,
}

impl<'b> Bench<'b> {
    /// Measures one engine, and stops what it started.
    fn of(
        options: &'b Options,
        method: &'b Method,
        program: &'b Path,
        work: &'b Path,
        engine: Engine,
        programs: Option<&Path>,
    ) -> Outcome<Vec<(&'static str, Measured)>> {
        let cluster = match (engine, programs) {
            (Engine::Sqlite, _) => None,
            (Engine::Postgres, Some(programs)) => Some(Cluster::start(programs, &work.join("cluster"))?),
            (Engine::Postgres, None) => {
                eprintln!("PostgreSQL is not measured: there are no programs of it on this machine");
                return Ok(vec![]);
            }
        };
        let mut bench = Self { options, method, program, work, engine, cluster, found: vec![] };
        bench.run()?;
        Ok(bench.found)
    }

    fn wants(&self, rows: &[Row]) -> bool {
        self.options.only.is_empty() || rows.iter().any(|row| self.options.only.contains(row))
    }

    fn say(&self, what: &str) {
        eprintln!("{}: {what}", self.engine.name());
    }

    fn found(&mut self, key: &'static str, value: f64, (low, high): (f64, f64), numbers: String) {
        eprintln!("  {key}: {value:.3} ({low:.3} to {high:.3}): {numbers}");
        self.found.push((key, Measured { value, low, high, numbers, verdict: Verdict::Missed }));
    }

    fn run(&mut self) -> Outcome<()> {
        if self.wants(&[Row::Size]) {
            let size = fs::metadata(self.program)?.len() as f64;
            self.found("size", size / 1e6, (size / 1e6, size / 1e6), format!("{} bytes", count(size as u64)));
        }
        if self.wants(&[Row::Memory]) {
            self.memory()?;
        }
        if self.wants(&[Row::Upload]) {
            self.upload()?;
        }
        if self.wants(&[Row::List, Row::Get, Row::Writes]) {
            self.say("a school to put load on");
            let home = self.home("medium")?;
            let school = home.generate(USERS, COURSES)?;
            self.settle(&home)?;
            self.under_load(&home, &school)?;
        }
        self.jobs()?;
        self.deliveries()?;
        self.webhooks()?;
        self.apps()?;
        self.manage_home()?;
        if self.wants(&[Row::FirstPage, Row::DeepPage, Row::Email, Row::Start, Row::ManageUsers]) {
            self.say("a small school and a large one");
            let small = self.home("small")?;
            let small_school = small.generate(USERS_SMALL, 10)?;
            let name = format!("large-{}", self.method.users_large);
            let kept = Home::kept(self.program, self.work, &name, self.cluster.as_ref());
            let (large, large_school) = match kept {
                Some(kept) => kept,
                None => {
                    let large = self.home(&name)?;
                    let school = large.generate(self.method.users_large, 10)?;
                    (large, school)
                }
            };
            self.settle(&small)?;
            self.settle(&large)?;
            self.latencies((&large, &large_school), (&small, &small_school))?;
            if self.wants(&[Row::ManageUsers]) {
                self.manage_users(&large, &large_school)?;
            }
            if self.wants(&[Row::Start]) {
                self.start(&large, &large_school)?;
            }
        }
        Ok(())
    }

    fn home(&self, name: &str) -> Outcome<Home> {
        Home::new(self.program, self.work, name, self.cluster.as_ref())
    }

    fn settle(&self, home: &Home) -> Outcome<()> {
        match (&self.cluster, &home.database) {
            (Some(cluster), Some(url)) => cluster.settle(url),
            _ => Ok(()),
        }
    }
}

/// Makes sure that what is measured is the whole thing: limits are counted, totals are exact, fields are there.
fn honest(answer: &Answer, users: u64) -> Outcome<()> {
    let body = answer.json()?;
    let total = body["meta"]["pagination"]["total_items"].as_u64();
    if total != Some(users) {
        return Err(format!("the school has {users} users, the list says {total:?}").into());
    }
    if body["items"][0]["custom_profile_fields"].as_array().is_none_or(Vec::is_empty) {
        return Err("the users have no custom profile fields".into());
    }
    if !answer.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("ratelimit-remaining")) {
        return Err("the limits are not counted".into());
    }
    Ok(())
}
