//! `scholae doctor`: one look at everything that a school stands on, each with what to do when it is not in order.

pub mod clock;
mod files;
pub mod mail;
pub mod reach;
mod secrets;

use crate::config::{Config, Failure, advice};
use crate::demo;
use crate::location::shown;
use crate::progress::during;
use clap::Args;
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use store::{Engine, Store, books, dump, lists};

/// A file that is damaged is mostly found to be within this time; the rest is looked at in the end.
const SHORT_LOOK: Duration = Duration::from_secs(1);
/// What to do about a file that is lost, and about one that is damaged.
const GONE: &str =
    "stop the server if it runs; bring the file back, or restore the last backup (`scholae restore FILE`)";
const DAMAGED: &str = "stop the server, keep a copy of the file and of those beside it, and restore the last backup into a \
                       new data folder";
/// Below this much room on the data folder's disk there is a warning.
const LITTLE_ROOM: u64 = 1 << 30;
/// Below this much the next writes may fail.
const NO_ROOM: u64 = 64 << 20;

const AFTER_HELP: &str = "\
Every check is one line: ok, WARNING (works, but look at it) or FAILED (put it right), and what to do. The exit code \
is 1 when something FAILED. The server may go on meanwhile; the counts and ledgers are compared as of one moment. A \
large school takes a while: every row is read.

--repair writes the maintained counts anew from the rows, and puts dates in order that were written while the clock was \
wrong: those ahead of it become those of what came after. See that the clock is right before. Nothing else is ever \
changed.";

/// Look whether everything is in order, and say what to do about what is not
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct Doctor {
    /// Write maintained counts that do not agree with the rows anew, and put dates in order that a wrong clock has made
    #[arg(long)]
    repair: bool,
    /// Send a mail to this address, and tell what the mail server answered
    #[arg(long, value_name = "ADDRESS")]
    mail_to: Option<String>,
    /// Print one line of JSON for each check: {"check", "state", "found", "advice"}
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warning,
    Failed,
}

/// What one check has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line {
    check: &'static str,
    state: State,
    found: String,
    /// What to do; none when it is in order.
    advice: Option<String>,
}

/// The lines so far, printed as they come: some checks take a while.
struct Report {
    json: bool,
    failed: bool,
}

impl Report {
    fn line(&mut self, check: &'static str, state: State, found: impl Into<String>, advice: Option<String>) {
        self.failed |= state == State::Failed;
        let line = Line { check, state, found: found.into(), advice };
        let mut out = std::io::stdout().lock();
        // Whoever has stopped to listen (`scholae doctor | head`) is told nothing more; the exit code stands.
        let _told = if self.json {
            writeln!(out, "{}", serde_json::json!(line))
        } else {
            let state = match line.state {
                State::Ok => "ok",
                State::Warning => "WARNING",
                State::Failed => "FAILED",
            };
            let advice = line.advice.map(|advice| format!("\n{:26}→ {advice}", "")).unwrap_or_default();
            writeln!(out, "{state:<8} {:<16} {}{advice}", line.check, line.found)
        };
    }

    fn ok(&mut self, check: &'static str, found: impl Into<String>) {
        self.line(check, State::Ok, found, None);
    }

    fn warning(&mut self, check: &'static str, found: impl Into<String>, advice: impl Into<String>) {
        self.line(check, State::Warning, found, Some(advice.into()));
    }

    fn failed(&mut self, check: &'static str, found: impl Into<String>, advice: impl Into<String>) {
        self.line(check, State::Failed, found, Some(advice.into()));
    }
}

impl Doctor {
    /// Looks at everything and prints what it finds.
    ///
    /// # Errors
    /// Only what makes looking impossible, such as a database address that is none.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let mut report = Report { json: self.json, failed: false };
        folder(config, &mut report);
        room(&config.data, &mut report);
        secrets::key_file(config, &mut report);
        reach::address(config, &mut report);
        reach::proxy(config, &mut report);
        let store = database(config, &mut report)?;
        let sites = store.as_ref().and_then(|store| store.read_now(school::sites::all).ok()).unwrap_or_default();
        let of_the_demo = sites.iter().any(demo::is_the_demos);
        let mail = if of_the_demo { config.as_the_demo_has_it() } else { config.clone() };
        mail::route(&mail, &mut report);
        if let Some(to) = &self.mail_to {
            mail::send(&mail, to, &mut report)?;
        }
        if let Some(store) = store {
            secrets::all(config, &store, &mut report);
            reach::name(config, &store, &mut report);
            reach::owners(&store, &mut report);
            clock::look(&store, self.repair, &mut report);
            mail::failures(&store, &mut report);
            counts(&store, self.repair, &mut report);
            ledgers(&store, &mut report);
            files::look(config, &store, self.repair, &mut report);
            if store.engine() == Engine::Sqlite {
                file(&store, &mut report);
            }
        }
        Ok(if report.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn folder(config: &Config, report: &mut Report) {
    let (check, shown) = ("data folder", config.data.display());
    if !config.data.is_dir() {
        let advice = "it is made with the first school; is --data (SCHOLAE_DATA) the folder you mean?";
        return report.warning(check, format!("{shown} is not there"), advice);
    }
    let probe = config.data.join(format!(".doctor-{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&probe).map(drop);
    let _none_was_made = std::fs::remove_file(&probe);
    match written {
        Ok(()) => report.ok(check, format!("{shown} can be written")),
        Err(error) => report.failed(
            check,
            format!("{shown} cannot be written: {error}"),
            "give it to the user that the server runs as: chown -R USER FOLDER",
        ),
    }
}

/// The room on the disk, as POSIX `df` tells it: the standard library has no way to ask. Without `df` no line.
fn room(data: &Path, report: &mut Report) {
    let Some(there) = data.ancestors().find(|folder| folder.is_dir()) else { return };
    let Ok(output) = std::process::Command::new("df").arg("-Pk").arg(there).output() else { return };
    let Some(left) = free_bytes(&String::from_utf8_lossy(&output.stdout)) else { return };
    let found = format!("{:.1} GiB are free", left as f64 / f64::from(1 << 30));
    let advice = "make room: remove old backups, or move the data folder to a larger disk";
    match left {
        0..NO_ROOM => report.failed("disk", found, advice),
        NO_ROOM..LITTLE_ROOM => report.warning("disk", found, advice),
        LITTLE_ROOM.. => report.ok("disk", found),
    }
}

/// The bytes available, out of what `df -Pk` prints: a line of titles, then device, size, used, available, …
fn free_bytes(df: &str) -> Option<u64> {
    // Devices may have spaces in their names; the use in percent has no like.
    let fields: Vec<&str> = df.lines().nth(1)?.split_whitespace().collect();
    let percent = fields.iter().position(|field| field.ends_with('%'))?;
    fields.get(percent.checked_sub(1)?)?.parse::<u64>().ok()?.checked_mul(1024)
}

/// Looks at the database before it is opened, and opens it. None when the other checks make no sense.
fn database(config: &Config, report: &mut Report) -> Result<Option<Store>, Failure> {
    let check = "database";
    let location = config.location()?;
    let at = shown(&location);
    let advice = advice(&location);
    if let Some(fault) = dump::faults_within(&location, SHORT_LOOK).ok().and_then(|faults| faults.into_iter().next()) {
        report.failed("database file", fault, DAMAGED);
        return Ok(None);
    }
    let before = match dump::version_of(&location) {
        Ok(Some(version)) => version,
        Ok(None) => {
            if config.key_was_used_with(&location) {
                let gone = format!("{at} is empty or not there, and this server's key has been used with it");
                report.failed(check, gone, GONE);
                return Ok(None);
            }
            let advice = "`scholae site create` makes it with its first school, `scholae restore` brings a backup back";
            report.failed(check, format!("there is none at {at}"), advice);
            return Ok(None);
        }
        Err(error) => {
            report.failed(check, format!("{at}: {error}"), advice);
            return Ok(None);
        }
    };
    let store = match config.open_store() {
        Ok(store) => store,
        Err(failure) => {
            report.failed(check, failure.to_string(), "is this the program that the server runs, or an older one?");
            return Ok(None);
        }
    };
    let (engine, version) = store.read_now(|tx| Ok::<_, Failure>((dump::engine_version(tx)?, dump::version(tx)?)))?;
    report.ok(check, format!("{engine} at {at}"));
    if version == before {
        report.ok("tables", format!("version {version}, which is this program's"));
    } else {
        report.warning(
            "tables",
            format!("were of version {before}, this program has brought them up to {version}"),
            "update the server to this version of scholae too",
        );
    }
    Ok(Some(store))
}

fn counts(store: &Store, repair: bool, report: &mut Report) {
    let (check, advice) = ("counts", "see the line on the database");
    let told = |wrong: &[lists::Discrepancy]| {
        // A list is there once for each of its levels that is wrong.
        let mut lists: Vec<&str> = wrong.iter().map(|wrong| wrong.list).collect();
        lists.dedup();
        format!("some do not agree with the rows: {}", lists.join(", "))
    };
    match during("counting rows", || store.read_now(lists::audit)) {
        Err(error) => report.failed(check, error.to_string(), advice),
        Ok(wrong) if wrong.is_empty() => report.ok(check, "every list has as many rows as it says"),
        Ok(wrong) if !repair => {
            report.failed(
                check,
                told(&wrong),
                "`scholae doctor --repair` counts anew; please report how it came about",
            );
        }
        Ok(wrong) => {
            let left = store.write_now(None, |tx| {
                dump::recount(tx)?;
                lists::audit(tx)
            });
            match left {
                Ok(left) if left.is_empty() => report.warning(
                    check,
                    format!("{}; they were counted anew and agree now", told(&wrong)),
                    "please report how it came about",
                ),
                Ok(left) => report.failed(check, told(&left), "counting anew did not help: please report it"),
                Err(error) => report.failed(check, error.to_string(), advice),
            }
        }
    }
}

fn ledgers(store: &Store, report: &mut Report) {
    let check = "ledgers";
    match during("adding up orders", || store.read_now(books::audit)) {
        Ok(wrong) if wrong.is_empty() => report.ok(check, "orders and the sums of days agree with their rows"),
        Ok(wrong) => {
            // The first few say what kind of thing it is.
            let few = wrong.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
            let advice = "orders and transactions are what counts: compare them with the payment provider's books";
            report.failed(check, format!("{} disagreements: {few}", wrong.len()), advice);
        }
        Err(error) => report.failed(check, error.to_string(), "see the line on the database"),
    }
}

fn file(store: &Store, report: &mut Report) {
    let check = "database file";
    let advice = DAMAGED;
    match during("checking the file", || store.read_now(dump::quick_check)) {
        Ok(wrong) if wrong.is_empty() => report.ok(check, "SQLite finds nothing wrong with it"),
        Ok(wrong) => report.failed(check, wrong.into_iter().take(5).collect::<Vec<_>>().join("; "), advice),
        Err(error) => report.failed(check, error.to_string(), advice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_is_read_from_what_df_prints() {
        let plain = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 264 100 164 38% /\n";
        assert_eq!(free_bytes(plain), Some(164 * 1024));
        let spaced = "Filesystem 1024-blocks Used Available Capacity Mounted on\nmap auto home 264 100 7 0% /a b\n";
        assert_eq!(free_bytes(spaced), Some(7 * 1024));
        assert_eq!(free_bytes("df: no such thing"), None);
    }
}
