//! The machine that is measured on, and what the kernel counts about a process.

use crate::Outcome;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// What the results depend on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Machine {
    /// Model of the processor.
    pub cpu: String,
    /// Cores that this program may use.
    pub cores: usize,
    /// Memory, in MiB.
    pub memory_mib: u64,
    /// The kernel.
    pub kernel: String,
    /// The file system under the databases.
    pub file_system: String,
    /// How often a second one page of 4 KiB is written to the end of a log of 4 MiB, over and over, and synced.
    pub syncs_per_second: f64,
    /// The median time of such a sync, in milliseconds.
    pub sync_ms: f64,
    /// How busy the machine was beforehand (load average of a minute).
    pub load_before: f64,
    /// Version of SQLite.
    pub sqlite: String,
    /// Version of PostgreSQL, when it is measured.
    pub postgres: Option<String>,
}

/// Describes this machine, with the disk that the folder is on.
pub fn describe(folder: &Path, postgres: Option<String>) -> Outcome<Machine> {
    let (syncs_per_second, sync_ms) = syncs(folder)?;
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    Ok(Machine {
        cpu: cpu.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned()),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_mib: kib(&memory, "MemTotal:") / 1024,
        kernel: format!("{} {}", text("/proc/sys/kernel/ostype"), text("/proc/sys/kernel/osrelease")),
        file_system: file_system(folder),
        syncs_per_second,
        sync_ms,
        load_before: load(),
        sqlite: rusqlite::version().to_owned(),
        postgres,
    })
}

/// The load average of the last minute.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0.0)
}

/// Writes pages the way a write-ahead log is written: in place, in a file that does not grow.
fn syncs(folder: &Path) -> Outcome<(f64, f64)> {
    const PAGE: usize = 4096;
    const PAGES: u64 = 1024;
    let path = folder.join("sync-speed");
    let mut file = fs::File::create(&path)?;
    for _ in 0..PAGES {
        file.write_all(&[0; PAGE])?;
    }
    file.sync_all()?;
    let page = [1; PAGE];
    let mut times = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        let one = Instant::now();
        file.write_all_at(&page, times.len() as u64 % PAGES * PAGE as u64)?;
        file.sync_data()?;
        times.push(one.elapsed().as_secs_f64() * 1000.0);
    }
    let per_second = times.len() as f64 / begun.elapsed().as_secs_f64();
    fs::remove_file(&path)?;
    Ok((per_second, crate::statistics::median(&times)))
}

fn file_system(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let under = mounts.lines().filter_map(|line| {
        let mut parts = line.split(' ');
        let (_, place, kind) = (parts.next()?, parts.next()?, parts.next()?);
        folder.starts_with(place).then(|| (place.len(), kind.to_owned()))
    });
    under.max_by_key(|(length, _)| *length).map_or_else(|| "unknown".to_owned(), |(_, kind)| kind)
}

fn kib(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The resident memory of a process in MiB: all of it, and the part that is not backed by files.
pub fn resident(process: u32) -> Outcome<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    Ok((kib(&status, "VmRSS:") as f64 / 1024.0, kib(&status, "RssAnon:") as f64 / 1024.0))
}

/// How much processor time a process has used (in ticks of the kernel, a hundredth of a second each).
pub fn cpu_time(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name of the program is in parentheses and may hold anything; the numbers follow it.
    let numbers = stat.rsplit_once(')').map_or("", |(_, numbers)| numbers);
    let ticks: u64 = numbers.split_whitespace().skip(11).take(2).filter_map(|tick| tick.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
