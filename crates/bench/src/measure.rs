//! The rows of the table, and how each is measured.

use crate::cluster::{self, Cluster};
use crate::http::{Answer, Caller, Connection};
use crate::load::{Load, Requests, Spread, drive};
use crate::machine::{self, Machine};
use crate::report::{count, milliseconds};
use crate::scholae::{Child, Home, School};
use crate::statistics::{ends, median, quantile};
use crate::yardstick::{self, Writer};
use crate::{Options, Outcome};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
    /// Resident memory.
    Memory,
    /// From start to the first answer.
    Start,
    /// The size of the program.
    Size,
}

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

const USERS: u64 = 10_000;
const USERS_SMALL: u64 = 1_000;
const COURSES: u64 = 200;
const PAGE: u64 = 250;
const MEMORY_REQUESTS: u64 = 100_000;

fn lines(large: u64) -> Vec<Line> {
    let line = |key: &str, what: String, unit, more_is_better, must, aim| Line {
        key: key.to_owned(),
        what,
        unit,
        more_is_better,
        must,
        aim,
        measured: BTreeMap::new(),
    };
    let (many, few, last) = (count(large), count(USERS_SMALL), large / PAGE);
    let yardstick = "bare axum answering the same bytes";
    vec![
        line(
            "list",
            format!("GET /users?limit=25 of {} users ÷ {yardstick}", count(USERS)),
            Unit::Ratio,
            true,
            0.20,
            Some(0.40),
        ),
        line("get", format!("GET /users/{{id}}, any of them ÷ {yardstick}"), Unit::Ratio, true, 0.40, Some(0.60)),
        line(
            "first-page",
            format!("first page at {many} users ÷ first page at {few}, median latency"),
            Unit::Ratio,
            false,
            1.2,
            Some(1.0),
        ),
        line(
            "deep-page",
            format!("page={last}&limit={PAGE} ÷ page=1&limit={PAGE} at {many} users, median latency"),
            Unit::Ratio,
            false,
            1.5,
            Some(1.1),
        ),
        line(
            "email",
            format!("query[email]= at {many} users ÷ at {few}, median latency"),
            Unit::Ratio,
            false,
            1.2,
            Some(1.0),
        ),
        line(
            "writes",
            "durable POST /enrollments, 64 clients ÷ commits of one plain writer with a sync each".to_owned(),
            Unit::Ratio,
            true,
            2.0,
            Some(6.0),
        ),
        line("memory-idle", "resident memory, demo school, idle".to_owned(), Unit::Mebibytes, false, 30.0, None),
        line(
            "memory-after",
            format!("resident memory, demo school, after {} requests", count(MEMORY_REQUESTS)),
            Unit::Mebibytes,
            false,
            64.0,
            None,
        ),
        line(
            "start",
            format!("start to first answer, {many} users there already"),
            Unit::Milliseconds,
            false,
            100.0,
            None,
        ),
        line("size", "size of the program".to_owned(), Unit::Megabytes, false, 40.0, None),
    ]
}

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
    };
    let mut lines = lines(options.large());
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

/// One side of a comparison by load.
#[derive(Debug, Default)]
struct Side {
    per_second: Vec<f64>,
    p99: Vec<f64>,
    answered: u64,
    cpu: Duration,
    own: Duration,
}

impl Side {
    fn add(&mut self, load: &Load, cpu: Duration, own: Duration) {
        self.per_second.push(load.per_second);
        self.p99.push(load.p99_ms);
        self.answered += load.answered;
        self.cpu += cpu;
        self.own += own;
    }

    /// Processor time of an answer, in microseconds.
    fn cpu_each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.answered.max(1) as f64
    }

    /// Processor time to ask, in microseconds.
    fn own_each(&self) -> f64 {
        self.own.as_secs_f64() * 1e6 / self.answered.max(1) as f64
    }
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
        if self.wants(&[Row::List, Row::Get, Row::Writes]) {
            self.say("a school to put load on");
            let home = self.home("medium")?;
            let school = home.generate(USERS, COURSES)?;
            self.settle(&home)?;
            self.under_load(&home, &school)?;
        }
        if self.wants(&[Row::FirstPage, Row::DeepPage, Row::Email, Row::Start]) {
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

    fn under_load(&mut self, home: &Home, school: &School) -> Outcome<()> {
        let server = home.serve()?;
        let caller = school.caller();
        let mut connection = Connection::open(server.address)?;
        if self.wants(&[Row::List]) {
            self.say("a page of users, beside bare axum");
            let answer = connection.get(&caller, "/api/public/v1/users?limit=25")?;
            honest(&answer, USERS)?;
            let bare = yardstick::start(&self.work.join("yardstick"), &answer)?;
            same(&bare, &caller, &answer)?;
            let caller = caller.clone();
            self.beside(&server, &bare, "list", move |_| {
                let mut request = Vec::new();
                caller.get(&mut request, format_args!("/api/public/v1/users?limit=25"));
                Box::new(move |into| {
                    into.extend_from_slice(&request);
                    true
                })
            })?;
        }
        if self.wants(&[Row::Get]) {
            self.say("a user, beside bare axum");
            let (first, last) = (school.first_user_id, school.last_user_id);
            let answer = connection.get(&caller, &format!("/api/public/v1/users/{}", u64::midpoint(first, last)))?;
            let bare = yardstick::start(&self.work.join("yardstick"), &answer)?;
            same(&bare, &caller, &answer)?;
            let caller = caller.clone();
            self.beside(&server, &bare, "get", move |n| {
                let (caller, mut spread) = (caller.clone(), Spread::new(n));
                Box::new(move |into| {
                    let id = spread.between(first, last);
                    caller.get(into, format_args!("/api/public/v1/users/{id}"));
                    true
                })
            })?;
        }
        if self.wants(&[Row::Writes]) {
            self.writes(&server, school, &mut connection)?;
        }
        Ok(())
    }

    /// Puts the same load on the server and on its yardstick, in turns.
    fn beside(
        &mut self,
        server: &Child,
        bare: &Child,
        key: &'static str,
        requests: impl Fn(u64) -> Requests,
    ) -> Outcome<()> {
        let length = Duration::from_secs_f64(self.method.round_seconds);
        let all = || (0..self.method.connections).map(&requests).collect::<Vec<_>>();
        for child in [server, bare] {
            drive(child.address, all(), length / 2, 200)?;
        }
        let (mut ours, mut theirs) = (Side::default(), Side::default());
        for _ in 0..self.method.rounds {
            for (side, child) in [(&mut ours, server), (&mut theirs, bare)] {
                let (before, own_before) = (machine::cpu_time(child.id()), machine::cpu_time(std::process::id()));
                let load = drive(child.address, all(), length, 200)?;
                let own = machine::cpu_time(std::process::id()) - own_before;
                side.add(&load, machine::cpu_time(child.id()) - before, own);
            }
        }
        let ratios = ours.per_second.iter().zip(&theirs.per_second).map(|(ours, theirs)| ours / theirs);
        let (a, b) = (median(&ours.per_second), median(&theirs.per_second));
        let numbers = format!(
            "{} ÷ {} a second; 99% within {} and {} ms; {:.1} and {:.1} µs of processor an answer, and {:.1} µs to \
             ask: {:.2} by processor time",
            count(a as u64),
            count(b as u64),
            milliseconds(median(&ours.p99)),
            milliseconds(median(&theirs.p99)),
            ours.cpu_each(),
            theirs.cpu_each(),
            theirs.own_each(),
            (theirs.cpu_each() + theirs.own_each()) / (ours.cpu_each() + ours.own_each()),
        );
        self.found(key, a / b, ends(ratios), numbers);
        Ok(())
    }

    fn writes(&mut self, server: &Child, school: &School, connection: &mut Connection) -> Outcome<()> {
        self.say("enrollments, beside a plain writer");
        let plain = self.home("plain")?;
        let mut writer = match &plain.database {
            Some(url) => Writer::postgres(url)?,
            None => Writer::sqlite(&plain.folder.join("plain.db"))?,
        };
        let length = Duration::from_secs_f64(self.method.round_seconds);
        let (caller, next) = (school.caller(), Arc::new(AtomicU64::new(0)));
        let first_course = school.first_course_id.ok_or("generate did not tell the first course")?;
        let (users, first_user, courses) = (school.users, school.first_user_id, school.courses);
        let requests = |_| -> Requests {
            let (caller, next, mut body) = (caller.clone(), Arc::clone(&next), Vec::with_capacity(128));
            Box::new(move |into| {
                use std::io::Write as _;
                let pair = next.fetch_add(1, Ordering::Relaxed);
                let (user, course) = (first_user + pair % users, first_course + pair / users);
                body.clear();
                let _infallible = write!(
                    body,
                    "{{\"user_id\":{user},\"course_id\":{course},\"activated_at\":\"2026-01-01T00:00:00Z\"}}"
                );
                caller.post(into, format_args!("/api/public/v1/enrollments"), &body);
                pair < users * courses
            })
        };
        let all = || (0..self.method.writers).map(requests).collect::<Vec<_>>();
        let mut answered = drive(server.address, all(), length / 4, 201)?.answered;
        let (mut commits, _) = writer.write(0, length / 4)?;
        let (mut ours, mut theirs) = (Side::default(), Vec::new());
        for _ in 0..self.method.rounds {
            let before = machine::cpu_time(server.id());
            let load = drive(server.address, all(), length, 201)?;
            ours.add(&load, machine::cpu_time(server.id()) - before, Duration::ZERO);
            answered += load.answered;
            let (more, per_second) = writer.write(commits, length)?;
            commits += more;
            theirs.push(per_second);
        }
        let answer = connection.get(&school.caller(), "/api/public/v1/enrollments?limit=1")?.json()?;
        let total = answer["meta"]["pagination"]["total_items"].as_u64();
        if total != Some(answered) {
            return Err(format!("{answered} enrollments were answered, the school has {total:?}").into());
        }
        let ratios = ours.per_second.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs);
        let (a, b) = (median(&ours.per_second), median(&theirs));
        let numbers = format!(
            "{} ÷ {} a second; 99% within {} ms; {:.0} µs of processor an answer",
            count(a as u64),
            count(b as u64),
            milliseconds(median(&ours.p99)),
            ours.cpu_each(),
        );
        self.found("writes", a / b, ends(ratios), numbers);
        Ok(())
    }

    fn latencies(&mut self, large: (&Home, &School), small: (&Home, &School)) -> Outcome<()> {
        if !self.wants(&[Row::FirstPage, Row::DeepPage, Row::Email]) {
            return Ok(());
        }
        let (large_server, small_server) = (large.0.serve()?, small.0.serve()?);
        let mut at_large = Timed::open(&large_server, large.1)?;
        let mut at_small = Timed::open(&small_server, small.1)?;
        honest(&at_large.connection.get(&at_large.caller, "/api/public/v1/users?limit=25")?, large.1.users)?;
        honest(&at_small.connection.get(&at_small.caller, "/api/public/v1/users?limit=25")?, small.1.users)?;
        if self.wants(&[Row::FirstPage]) {
            self.say("the first page of both");
            let path = |_: &mut Spread| "/api/public/v1/users?limit=25".to_owned();
            self.alternate("first-page", (&mut at_large, &path), (&mut at_small, &path))?;
        }
        if self.wants(&[Row::Email]) {
            self.say("a user by address in both");
            let path = |users: u64| {
                move |spread: &mut Spread| {
                    let n = spread.between(1, users);
                    format!("/api/public/v1/users?query%5Bemail%5D=user{n}%40load.example")
                }
            };
            for (timed, school) in [(&mut at_large, large.1), (&mut at_small, small.1)] {
                let path = path(school.users)(&mut timed.spread);
                let found = timed.connection.get(&timed.caller, &path)?.json()?;
                if found["items"].as_array().map(Vec::len) != Some(1) {
                    return Err(format!("{path} does not find its user: {found}").into());
                }
            }
            let (many, few) = (path(large.1.users), path(small.1.users));
            self.alternate("email", (&mut at_large, &many), (&mut at_small, &few))?;
        }
        if self.wants(&[Row::DeepPage]) {
            self.say("the last page and the first");
            let deep = large.1.users / PAGE;
            let page = |n: u64| move |_: &mut Spread| format!("/api/public/v1/users?page={n}&limit={PAGE}");
            let whole = at_large.connection.get(&at_large.caller, &page(deep)(&mut Spread::new(0)))?.json()?;
            if whole["items"].as_array().map(Vec::len) != Some(PAGE as usize) {
                return Err(format!("page {deep} is not a whole page").into());
            }
            let mut first = Timed::open(&large_server, large.1)?;
            self.alternate("deep-page", (&mut at_large, &page(deep)), (&mut first, &page(1)))?;
        }
        Ok(())
    }

    /// Times single requests of both sides in alternating batches.
    fn alternate(
        &mut self,
        key: &'static str,
        (one, path): (&mut Timed, &dyn Fn(&mut Spread) -> String),
        (other, other_path): (&mut Timed, &dyn Fn(&mut Spread) -> String),
    ) -> Outcome<()> {
        let length = Duration::from_secs_f64(self.method.batch_seconds);
        one.batch(path, length * 20)?;
        other.batch(other_path, length * 20)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..self.method.batches {
            ours.push(one.batch(path, length)?);
            theirs.push(other.batch(other_path, length)?);
        }
        let (a, b) = (median(&ours), median(&theirs));
        let mut ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let half = (quantile(&ratios, 0.25), quantile(&ratios, 0.75));
        self.found(key, a / b, half, format!("{} ÷ {} ms", milliseconds(a), milliseconds(b)));
        Ok(())
    }

    fn start(&mut self, home: &Home, school: &School) -> Outcome<()> {
        self.say("starts");
        let caller = school.caller();
        home.first_answer(&caller)?;
        let times: Vec<f64> = (0..11).map(|_| home.first_answer(&caller)).collect::<Outcome<_>>()?;
        let (low, high) = ends(times.iter().copied());
        self.found("start", median(&times), (low, high), format!("{low:.0} to {high:.0} ms in {} starts", times.len()));
        Ok(())
    }

    fn memory(&mut self) -> Outcome<()> {
        self.say("memory with the demo school");
        let home = self.home("demo")?;
        let demo = home.demo()?;
        let text = |name: &str| demo.told[name].as_str().map(str::to_owned).ok_or("the demo did not tell its key");
        let caller = Caller { subdomain: text("subdomain")?, api_key: text("api_key")? };
        std::thread::sleep(Duration::from_secs(2));
        let (filled, _) = machine::resident(demo.id())?;
        drop(demo);
        let server = home.serve()?;
        let mut connection = Connection::open(server.address)?;
        std::thread::sleep(Duration::from_secs(2));
        let (idle, idle_anon) = machine::resident(server.id())?;
        let paths = Arc::new(paths(&mut connection, &caller)?);
        let left = Arc::new(AtomicU64::new(MEMORY_REQUESTS));
        let all = (0..self.method.connections).map(|n| -> Requests {
            let (caller, paths, left) = (caller.clone(), Arc::clone(&paths), Arc::clone(&left));
            let mut spread = Spread::new(n);
            Box::new(move |into| {
                let path = &paths[spread.between(0, paths.len() as u64 - 1) as usize];
                caller.get(into, format_args!("{path}"));
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            })
        });
        let begun = Instant::now();
        let load = drive(server.address, all.collect(), Duration::from_secs(600), 200)?;
        let (after, after_anon) = machine::resident(server.id())?;
        let numbers = format!("{idle_anon:.1} MiB of it its own; {filled:.1} MiB in the process that made the demo");
        self.found("memory-idle", idle, (idle, idle), numbers);
        let numbers = format!(
            "{after_anon:.1} MiB of it its own; {} requests to {} addresses in {:.1} s",
            count(load.answered),
            paths.len(),
            begun.elapsed().as_secs_f64(),
        );
        self.found("memory-after", after, (after, after), numbers);
        Ok(())
    }
}

/// What there is to read in a school: the lists, and every record on their first pages.
fn paths(connection: &mut Connection, caller: &Caller) -> Outcome<Vec<String>> {
    let mut paths = Vec::new();
    for name in ["users", "courses", "products", "enrollments", "orders", "groups", "instructors", "collections"] {
        let list = format!("/api/public/v1/{name}");
        let Ok(answer) = connection.get(caller, &format!("{list}?limit=25")) else { continue };
        let answer = answer.json()?;
        let ids = answer["items"].as_array().into_iter().flatten().filter_map(|item| item["id"].as_u64());
        for id in ids {
            let path = format!("{list}/{id}");
            if connection.get(caller, &path).is_ok() {
                paths.push(path);
            }
        }
        for limit in [5, 10, 25, 50, 100, 250] {
            paths.push(format!("{list}?limit={limit}"));
        }
    }
    if paths.is_empty() { Err("the demo school has nothing to read".into()) } else { Ok(paths) }
}

/// One connection whose requests are timed.
struct Timed {
    connection: Connection,
    caller: Caller,
    spread: Spread,
    request: Vec<u8>,
}

impl Timed {
    fn open(server: &Child, school: &School) -> Outcome<Self> {
        let connection = Connection::open(server.address)?;
        Ok(Self { connection, caller: school.caller(), spread: Spread::new(7), request: Vec::new() })
    }

    /// Asks for so long; gives the median time of a request in milliseconds.
    fn batch(&mut self, path: &dyn Fn(&mut Spread) -> String, length: Duration) -> Outcome<f64> {
        let begun = Instant::now();
        let mut times = Vec::new();
        while begun.elapsed() < length || times.len() < 5 {
            self.request.clear();
            self.caller.get(&mut self.request, format_args!("{}", path(&mut self.spread)));
            let (head, took) = self.connection.time(&self.request)?;
            if head.status != 200 {
                return Err(format!("{} answered {}", path(&mut self.spread), head.status).into());
            }
            times.push(took.as_secs_f64() * 1000.0);
        }
        Ok(median(&times))
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

/// Makes sure that the yardstick answers what the server answered.
fn same(bare: &Child, caller: &Caller, answer: &Answer) -> Outcome<()> {
    let theirs = Connection::open(bare.address)?.get(caller, "/api/public/v1/users")?;
    if theirs.body == answer.body && theirs.headers.len() >= answer.headers.len() {
        Ok(())
    } else {
        Err("the yardstick does not answer the same bytes".into())
    }
}
