//! `scholae users`: users out of a file, one for good, and one who is locked out.

mod erase;
mod reset_second_factor;

use super::school;
use crate::config::{Config, Failure};
use crate::progress::Progress;
use bulk::csv_file::{CsvFile, CsvRow, Delimiter};
use bulk::user_import::{self, COLUMNS, ImportOptions, ImportRow, RowProblem, UniqueValues, UserColumns};
use clap::{Args, Subcommand};
use erase::Erase;
use identity::mailed_links;
use reset_second_factor::ResetSecondFactor;
use school::custom_profile_field_definitions as definitions;
use school::users::UserInput;
use school::{SiteId, Store};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use store::{Engine, ServerKey};

/// Rows that share a transaction: other writes of the school wait no longer than for these.
const BATCH: usize = 50;

/// What stands below the help, with the columns as the domain has them.
fn after_import() -> String {
    let columns = UserInput::cells().chain(COLUMNS).map(|(name, meaning)| column(name, meaning));
    format!(
        "\
The file has the names of its columns in the first line; first_name, last_name and email must be there. Case, blanks \
and hyphens do not count: `First Name` is first_name, `E-mail` is email.

  first_name,last_name,email,roles,field:Country
  Ada,Lovelace,ada@example.com,group_analyst,England

Columns:
{}
An empty cell leaves its field as it is, or empty; rows without any text are passed over.

Every row is looked at before any is imported, and everything that is wrong with any is told with its line and \
column. Then either none is imported, or those that can be (--skip-bad). They are written {BATCH} at a time, so that \
the school goes on; an import that was cut off goes on when it is run again with --update. The exit code is 1 when a row \
could not be imported, also with --skip-bad.",
        columns.collect::<String>()
    )
}

/// So wide is the help of a column at most, so that no terminal breaks its lines.
const HELP_WIDTH: usize = 78;

/// A column with its meaning beside it, in lines that begin below each other.
fn column(name: &str, meaning: &str) -> String {
    const MARGIN: usize = 29;
    let more = if name == "roles" { " Several with a semicolon or | between." } else { "" };
    let mut lines = format!("  {name:<width$}", width = MARGIN - 2);
    let mut at = MARGIN;
    for word in meaning.split(' ').chain(more.split(' ')).filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if at > MARGIN && at + 1 + length > HELP_WIDTH {
            lines.push_str(&format!("\n{:MARGIN$}", ""));
            at = MARGIN;
        } else if at > MARGIN {
            lines.push(' ');
            at += 1;
        }
        lines.push_str(word);
        at += length;
    }
    lines.push('\n');
    lines
}

/// Bring users in from a file
#[derive(Debug, Subcommand)]
pub enum UsersCommand {
    /// Make a user of each row of a CSV file, or change those that are there
    Import(Import),
    /// Delete a user, and take what names them from orders, events and everything else that stays
    Erase(Erase),
    /// Take the second factor away from a user who has lost it, the owner too
    ResetSecondFactor(ResetSecondFactor),
}

/// What stands between the cells of a file, as it is typed.
pub fn delimiter(text: &str) -> Result<Delimiter, String> {
    match text {
        "," | "comma" => Ok(Delimiter::Comma),
        ";" | "semicolon" => Ok(Delimiter::Semicolon),
        "\t" | "\\t" | "tab" => Ok(Delimiter::Tab),
        _ => Err("it must be one of , ; tab".to_owned()),
    }
}

/// Make a user of each row of a CSV file, or change those that are there
#[derive(Debug, Args)]
#[command(after_help = after_import())]
pub struct Import {
    /// The CSV file, in UTF-8
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// Look at every row, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Change users whose address is there already, instead of refusing their rows
    #[arg(long)]
    update: bool,
    /// Import the rows that can be, and write the others into this file, with a column that says why
    #[arg(long, value_name = "FILE.csv")]
    skip_bad: Option<PathBuf>,
    /// Invite everybody without a password to choose one, by mail
    #[arg(long)]
    invite: bool,
    /// Make groups that are named in the file and are not there yet, instead of refusing their rows
    #[arg(long)]
    create_groups: bool,
    /// Let required custom profile fields be empty
    #[arg(long)]
    skip_custom_fields_validation: bool,
    /// What stands between cells: , ; or tab; found out when left out
    #[arg(long, value_name = "WHAT", value_parser = delimiter)]
    delimiter: Option<Delimiter>,
}

impl UsersCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the file has anything wrong with it; nothing was then imported.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        match self {
            Self::Import(import) => import.run(config),
            Self::Erase(erase) => erase.run(config),
            Self::ResetSecondFactor(reset) => reset.run(config),
        }
    }
}

/// Reads a CSV file.
///
/// # Errors
/// When it cannot be read, or is in another encoding.
pub fn read_csv(path: &Path, delimiter: Option<Delimiter>) -> Result<CsvFile, Failure> {
    let told = |text: String| Failure::Told(format!("{}: {text}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| told(format!("cannot be read: {error}")))?;
    CsvFile::read(bytes, delimiter).map_err(told)
}

impl Import {
    fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let file = read_csv(&self.file, self.delimiter)?;
        let store = config.open_store()?;
        let site = school(&store, self.school.as_deref())?;
        let (id, options) = (site.id, self.options());
        let definitions = store.read_now(move |tx| definitions::all(tx, id))?;
        let columns = UserColumns::of(file.names(), &definitions, options).map_err(|wrong| {
            Failure::Told(format!("{}: the columns in line 1: {}", self.file.display(), wrong.join("; ")))
        })?;
        let rows = file.rows();
        let (good, bad): (Vec<ImportRow>, Vec<ImportRow>) =
            checked(&store, id, options, &columns, &rows)?.into_iter().partition(|row| row.problems.is_empty());
        if !bad.is_empty() {
            tell(&bad);
            let Some(out) = self.skip_bad.as_deref().filter(|_| !self.dry_run) else {
                return Err(self.refusal(bad.len(), rows.len(), good.len()));
            };
            let refused: Vec<(u64, String)> = bad.iter().map(|bad| (bad.line, bad.reason())).collect();
            write_refused(&self.file, out, &file, &rows, &refused)?;
        }
        let name = &site.subdomain;
        if self.dry_run {
            println!("Dry run: {} can be imported into school `{name}`. Nothing was changed.", people(good.len()));
            return Ok(ExitCode::SUCCESS);
        }
        let key = config.server_key(&store)?;
        let written = written(&store, id, &key, options, &good)?;
        println!("{} imported into school `{name}`{}.", people(written.made + written.known), written.told());
        if let (Some(out), false) = (&self.skip_bad, bad.is_empty()) {
            println!("{} could not be; they are in {}.", rows_of(bad.len()), out.display());
        }
        Ok(if bad.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn options(&self) -> ImportOptions {
        ImportOptions {
            update: self.update,
            skip_custom_fields_validation: self.skip_custom_fields_validation,
            invite: self.invite,
            create_groups: self.create_groups,
        }
    }

    /// The sentence at the end of what is wrong.
    fn refusal(&self, bad: usize, all: usize, good: usize) -> Failure {
        let file = self.file.display();
        Failure::Told(if self.dry_run {
            format!("{file}: {good} of {all} rows can be imported; nothing was changed")
        } else {
            format!(
                "{file}: nothing was imported, because {bad} of {all} rows cannot be; correct them and try again, or \
                 import the others with --skip-bad FILE.csv"
            )
        })
    }
}

/// Looks at every row. Only reads.
fn checked(
    store: &Store,
    site: SiteId,
    options: ImportOptions,
    columns: &UserColumns,
    rows: &[CsvRow],
) -> Result<Vec<ImportRow>, Failure> {
    let mut seen = UniqueValues::default();
    let progress = Progress::of(rows.len() as u64, "checking rows");
    let mut all = Vec::with_capacity(rows.len());
    for rows in rows.chunks(BATCH) {
        let read: Vec<ImportRow> = rows.iter().map(|row| ImportRow::read(columns, row)).collect();
        let mut checked = store.read_now(move |tx| -> school::Result<Vec<ImportRow>> {
            let mut rows = read.clone();
            for row in &mut rows {
                user_import::check(tx, site, options, row)?;
            }
            Ok(rows)
        })?;
        checked.iter_mut().for_each(|row| seen.note(row));
        progress.done(checked.len() as u64);
        all.extend(checked);
    }
    progress.end();
    Ok(all)
}

/// What was done.
#[derive(Debug, Clone, Copy, Default)]
struct Written {
    made: usize,
    /// Users who were there already.
    known: usize,
    /// Of them, those of whom nothing was new.
    unchanged: usize,
    invited: usize,
}

impl Written {
    /// What was done beside making users, as the end of a sentence.
    fn told(self) -> String {
        let known = match self.known {
            0 => String::new(),
            1 => format!("; 1 of them was there already ({} unchanged)", self.unchanged),
            more => format!("; {more} of them were there already ({} unchanged)", self.unchanged),
        };
        let invited = match self.invited {
            0 => ". Nobody was sent a mail".to_owned(),
            invited => format!(". {} invited by mail", people(invited)),
        };
        format!("{known}{invited}")
    }
}

/// Imports rows that were checked, some at a time.
fn written(
    store: &Store,
    site: SiteId,
    key: &ServerKey,
    options: ImportOptions,
    rows: &[ImportRow],
) -> Result<Written, Failure> {
    let progress = Progress::of(rows.len() as u64, "importing users");
    let mut all = Written::default();
    for rows in rows.chunks(BATCH) {
        let begun = Instant::now();
        let (batch, key) = (rows.to_vec(), key.clone());
        let written = store.write_now(site, move |tx| -> school::Result<Written> {
            let mut written = Written::default();
            for row in &batch {
                let imported = user_import::import(tx, site, options, row)?;
                if imported.invite {
                    mailed_links::invite(tx, &key, site, imported.user)?;
                    written.invited += 1;
                }
                *if imported.created { &mut written.made } else { &mut written.known } += 1;
                written.unchanged += usize::from(!imported.changed);
            }
            Ok(written)
        });
        let written = written.map_err(|error| {
            let (first, last) = (rows.first().map_or(0, |row| row.line), rows.last().map_or(0, |row| row.line));
            let done = all.made + all.known;
            Failure::Told(format!(
                "lines {first} to {last} cannot be imported: {}. {} before them were; run the same command with \
                 --update to go on",
                Failure::from(error),
                rows_of(done)
            ))
        })?;
        all.made += written.made;
        all.known += written.known;
        all.unchanged += written.unchanged;
        all.invited += written.invited;
        progress.done(rows.len() as u64);
        give_way(store, begun);
    }
    progress.end();
    Ok(all)
}

/// Lets other writers have their turn after a batch that began then. On SQLite, whoever waits for the lock of another process
/// looks after it again and again, at longest each tenth of a second, and would never find it free.
pub fn give_way(store: &Store, begun: Instant) {
    if store.engine() == Engine::Sqlite {
        std::thread::sleep(begun.elapsed());
    }
}

fn people(count: usize) -> String {
    if count == 1 { "1 user".to_owned() } else { format!("{count} users") }
}

/// `1 row`, `2 rows`.
pub fn rows_of(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

/// Prints what is wrong with rows.
fn tell(bad: &[ImportRow]) {
    use std::io::Write as _;
    // In one piece: there may be a problem in each of many rows.
    let mut out = std::io::BufWriter::new(std::io::stderr().lock());
    for RowProblem { line, column, text } in bad.iter().flat_map(|row| &row.problems) {
        // Should the terminal be gone, so is everybody who could be told.
        let _told = if column.is_empty() {
            writeln!(out, "line {line}: {text}")
        } else {
            writeln!(out, "line {line}, {column}: {text}")
        };
    }
    let _told = out.flush();
}

/// Writes the rows on the lines that are refused, each with the reason.
pub fn write_refused(
    from: &Path,
    out: &Path,
    file: &CsvFile,
    rows: &[CsvRow],
    refused: &[(u64, String)],
) -> Result<(), Failure> {
    let told = |text: String| Failure::Told(format!("{}: {text}", out.display()));
    if let (Ok(from), Ok(out)) = (from.canonicalize(), out.canonicalize())
        && from == out
    {
        return Err(told("is the file that is imported; name another for the rows that cannot be".to_owned()));
    }
    let refused = refused.iter().filter_map(|(line, reason)| {
        let at = rows.binary_search_by_key(line, |row| row.line).ok()?;
        Some((&rows[at], reason.clone()))
    });
    let bytes = file.with_column("reason", refused)?;
    std::fs::write(out, bytes).map_err(|error| told(format!("cannot be written: {error}")))
}
