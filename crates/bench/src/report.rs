//! The results as JSON, as Markdown, as a table on the terminal and as a picture.

use crate::Outcome;
use crate::measure::{Engine, Line, Measured, Results, Unit, Verdict};
use crate::plot;
use crate::poster::AT_ONCE;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Writes results.json, results.md and results.svg.
pub fn write(folder: &Path, results: &Results) -> Outcome<()> {
    fs::create_dir_all(folder)?;
    let mut json = serde_json::to_string_pretty(results)?;
    json.push('\n');
    fs::write(folder.join("results.json"), json)?;
    fs::write(folder.join("results.md"), markdown(results))?;
    fs::write(folder.join("results.svg"), plot::svg(results))?;
    Ok(())
}

/// Writes results.md and results.svg again.
pub fn draw(folder: &Path) -> Outcome<()> {
    let results: Results = serde_json::from_slice(&fs::read(folder.join("results.json"))?)?;
    write(folder, &results)
}

/// A whole number with its thousands apart.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Milliseconds, with as many digits as mean something.
pub fn milliseconds(number: f64) -> String {
    match number {
        n if n < 1.0 => format!("{n:.3}"),
        n if n < 10.0 => format!("{n:.2}"),
        n => format!("{n:.1}"),
    }
}

impl Line {
    /// A number of this line, with its unit.
    pub fn shown(&self, number: f64) -> String {
        match self.unit {
            Unit::Ratio => format!("{number:.2}"),
            Unit::Mebibytes => format!("{number:.1} MiB"),
            Unit::Milliseconds if number < 10.0 => format!("{number:.1} ms"),
            Unit::Milliseconds => format!("{number:.0} ms"),
            Unit::PerSecond => format!("{}/s", count(number as u64)),
            Unit::Kilobytes => format!("{number:.1} kB"),
            Unit::Megabytes => format!("{number:.1} MB"),
        }
    }

    /// A goal of this line, with the side of it that is good.
    pub fn goal(&self, goal: f64) -> String {
        let (side, unit) = (if self.more_is_better { "≥" } else { "≤" }, self.shown(0.0).replace(['0', '.'], ""));
        format!("{side} {goal}{unit}")
    }

    /// How a measurement turned out, in words.
    pub fn said(&self, measured: &Measured) -> &'static str {
        match (measured.verdict, self.aim) {
            (Verdict::Missed, _) => "missed",
            (Verdict::Must, Some(_)) => "met, short of the aim",
            (Verdict::Must, None) => "met",
            (Verdict::Aim, _) => "aim met",
        }
    }
}

fn cells(results: &Results) -> Vec<Vec<String>> {
    let engines = results.engines();
    let mut rows = vec![vec!["what".to_owned(), "must".to_owned(), "aim".to_owned()]];
    for engine in &engines {
        rows[0].extend([engine.name().to_owned(), "verdict".to_owned()]);
    }
    for line in &results.lines {
        let aim = line.aim.map_or_else(|| "–".to_owned(), |aim| line.goal(aim));
        let mut row = vec![line.what.clone(), line.goal(line.must), aim];
        for engine in &engines {
            match line.measured.get(engine) {
                Some(measured) => row.extend([line.shown(measured.value), line.said(measured).to_owned()]),
                None => row.extend(["–".to_owned(), "–".to_owned()]),
            }
        }
        rows.push(row);
    }
    rows
}

/// The table, for a terminal.
pub fn table(results: &Results) -> String {
    let rows = cells(results);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _infallible = writeln!(text, "{}", cells.join("  ").trim_end());
        if index == 0 {
            let _infallible = writeln!(text, "{}", "-".repeat(widths.iter().sum::<usize>() + 2 * widths.len() - 2));
        }
    }
    text
}

fn markdown(results: &Results) -> String {
    let mut text = String::from("# Measurements\n\n");
    let Results { when, commit, method, .. } = results;
    let commit = commit.as_ref().map(|commit| format!(", commit {commit}")).unwrap_or_default();
    let _infallible = writeln!(text, "Written by `bench` on {when}{commit}; not by hand.\n");
    if method.quick {
        text.push_str("**A quick look** (`--quick`): short rounds, a smaller large school. Not for publishing.\n\n");
    }
    if results.machine.load_before > 0.5 {
        text.push_str("**The machine was busy with something else**: see the load average below.\n\n");
    }
    text.push_str("![Each measurement against what it must be and what it aims for](results.svg)\n\n");
    for (index, row) in cells(results).iter().enumerate() {
        let _infallible = writeln!(text, "| {} |", row.join(" | "));
        if index == 0 {
            let _infallible =
                writeln!(text, "|---|{}", "--:|--:|".to_owned() + &"--:|---|".repeat((row.len() - 3) / 2));
        }
    }
    text.push_str("\n## The numbers behind the ratios\n\n");
    for engine in results.engines() {
        absolute(&mut text, results, engine);
    }
    about(&mut text, results);
    text
}

fn absolute(text: &mut String, results: &Results, engine: Engine) {
    let _infallible = writeln!(text, "### {}\n", engine.name());
    text.push_str("| what | median | spread | absolute |\n|---|--:|--:|---|\n");
    for line in &results.lines {
        let Some(measured) = line.measured.get(&engine) else { continue };
        let rounds = if measured.low < measured.high {
            format!("{} – {}", line.shown(measured.low), line.shown(measured.high))
        } else {
            "–".to_owned()
        };
        let (what, value, numbers) = (&line.what, line.shown(measured.value), &measured.numbers);
        let _infallible = writeln!(text, "| {what} | {value} | {rounds} | {numbers} |");
    }
    text.push('\n');
}

fn about(text: &mut String, results: &Results) {
    let Results { machine, method, .. } = results;
    let _infallible = writeln!(
        text,
        "## The machine\n\n- {}, {} cores, {:.1} GiB of memory, {}\n- {}: {} syncs of a 4 KiB page a second, {} ms each\
         \n- SQLite {}{}\n- load average before the run: {:.2}\n",
        machine.cpu,
        machine.cores,
        machine.memory_mib as f64 / 1024.0,
        machine.kernel,
        machine.file_system,
        count(machine.syncs_per_second as u64),
        milliseconds(machine.sync_ms),
        machine.sqlite,
        machine.postgres.as_ref().map(|version| format!(", PostgreSQL {version}")).unwrap_or_default(),
        machine.load_before,
    );
    let _infallible = writeln!(
        text,
        "## How it is measured\n\n\
         - The server is the release program, driven from outside: its limits are counted and never met, keys are \
         checked, totals are exact, users have custom fields. The bench looks before it measures.\n\
         - Ratios of requests a second: {} connections on one thread, on the same cores as the server, each with one \
         request under way; {} rounds of {} s of each side in turns (A B A B …) after a warm-up; the ratio of the \
         medians. The yardstick is a process of its own: axum and a router, the same bytes, the same headers, the same \
         allocator and runtime.\n\
         - Ratios of latencies: one connection, one request after another; {} batches of {} s of each side in turns; \
         the ratio of the medians of the batches' medians.\n\
         - Spread: of ratios of requests a second the lowest and the highest round, of ratios of latencies the middle \
         half of the batches. By processor time: the same ratio of what an answer costs, asking included; it holds \
         also on a busy machine.\n\
         - Writes: {} clients, every pair of user and course once, an answer is 201 after the commit is synced; beside \
         one connection that inserts a row of four numbers and commits with a sync, over and over, on the same disk \
         with the same settings. Afterwards the school must have exactly as many enrollments as were answered.\n\
         - PostgreSQL: a cluster of its own on the same machine and disk, reached over a Unix socket, with the \
         settings that it comes with except max_wal_size=4GB; VACUUM ANALYZE after a school is made. Its processes \
         share the same cores; memory and processor time are those of the server alone.\n\
         - Deliveries: {} events wait when the server starts; from the first to the last request at a receiver that answers \
         at once, on the same cores; beside a process of hyper's client that posts the same body with as many headers, \
         {AT_ONCE} at once. Times of deliveries begin with the answer to the change, which comes after its commit. \
         Claims are made and taken back in one transaction, in turns from a webhook for which {} deliveries wait and one \
         for which 1,000 do.\n\
         - Memory: VmRSS of `serve` on the data of `demo`, two seconds after its start, and again after the requests \
         (all lists and records, reading).\n\
         - Start: from spawning the process to the end of the first answer to a page of users.\n\n\
         Again: `cargo build --release -p scholae -p bench && target/release/bench`.",
        method.connections,
        method.rounds,
        method.round_seconds,
        method.batches,
        method.batch_seconds,
        method.writers,
        count(method.deliveries),
        count(method.waiting),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn line(unit: Unit, more_is_better: bool, must: f64, aim: Option<f64>) -> Line {
        Line { key: "k".into(), what: "w".into(), unit, more_is_better, must, aim, measured: BTreeMap::new() }
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(milliseconds(0.1234), "0.123");
        assert_eq!(milliseconds(12.34), "12.3");
    }

    #[test]
    fn goals_tell_which_side_is_good() {
        assert_eq!(line(Unit::Ratio, true, 0.2, None).goal(0.2), "≥ 0.2");
        assert_eq!(line(Unit::Mebibytes, false, 30.0, None).goal(30.0), "≤ 30 MiB");
        assert_eq!(line(Unit::Milliseconds, false, 100.0, None).goal(100.0), "≤ 100 ms");
    }

    #[test]
    fn verdicts() {
        let more = line(Unit::Ratio, true, 0.2, Some(0.4));
        assert_eq!([0.19, 0.2, 0.4].map(|value| more.verdict(value)), [Verdict::Missed, Verdict::Must, Verdict::Aim]);
        let less = line(Unit::Ratio, false, 1.2, Some(1.0));
        assert_eq!([1.21, 1.2, 1.004].map(|value| less.verdict(value)), [Verdict::Missed, Verdict::Must, Verdict::Aim]);
    }
}
