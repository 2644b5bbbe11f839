//! `scholae users`: users out of a file.

mod sheet;
mod text;

use super::school;
use crate::config::{Config, Failure};
use crate::progress;
use clap::{Args, Subcommand};
use school::custom_profile_field_definitions as definitions;
use sheet::{Sheet, SheetRow};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;
use store::{Engine, FromStore, SiteId, Store, StoreError};

const AFTER_IMPORT: &str = "\
The file is comma-separated, in UTF-8, with the names of its columns in the first line:

  first_name,last_name,email,company,roles,field:Country
  Ada,Lovelace,ada@example.com,\"Analytical, Ltd.\",group_analyst,England
  Grace,Hopper,grace@example.com,,,United States

first_name, last_name and email must be there. There may be company, bio, headline, avatar_url, external_source, \
roles (affiliate, course_admin, group_analyst, site_admin; several with a semicolon between), external_id and \
provider (SSO or OPENID_CONNECT; SSO when left out), affiliate_code, affiliate_commission (like 12.5), \
affiliate_commission_type (% or $), affiliate_payout_email, and field:LABEL for a custom profile field of the school. \
An empty cell leaves its field empty; rows without any text are skipped.

All of the file is imported or nothing: every row that cannot be is reported with its line, its column and what is \
wrong. For that every row is tried first; --dry-run does that alone. Nobody is sent a mail; webhooks on user.signup are \
told of every user. Rows are written a few at a time, so that a server on the same database goes on writing; should \
somebody there take an address of the file in between, the import ends with that, and says so.";

/// Bring users in from a file
#[derive(Debug, Subcommand)]
pub enum UsersCommand {
    /// Make a user of each row of a CSV file
    Import(Import),
}

/// Make a user of each row of a CSV file
#[derive(Debug, Args)]
#[command(after_help = AFTER_IMPORT)]
pub struct Import {
    /// The CSV file
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// Check every row against the school, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Let required custom profile fields be empty
    #[arg(long)]
    skip_custom_fields_validation: bool,
}

impl UsersCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the file has anything wrong with it; nothing was then imported.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        match self {
            Self::Import(import) => import.run(config),
        }
    }
}

impl Import {
    fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let told = |text: String| Failure::Told(format!("{}: {text}", self.file.display()));
        let bytes = std::fs::read(&self.file).map_err(|error| told(format!("cannot be read: {error}")))?;
        let store = config.open_store()?;
        let site = school(&store, self.school.as_deref())?;
        let id = site.id;
        let definitions = store.read_now(move |tx| definitions::all(tx, id))?;
        let sheet = Sheet::new(bytes, &definitions, self.skip_custom_fields_validation).map_err(told)?;
        let rows = sheet.rows();
        let (count, name) = (rows.len() as u64, &site.subdomain);
        let parts = Parts { store, site: id, sheet: Arc::new(sheet), rows: Arc::new(rows) };
        // Everything is tried before anything is kept.
        let (users, problems) = parts.run("checking users", true)?;
        if !problems.is_empty() {
            return Err(refusal(&self.file, count, &problems));
        }
        if self.dry_run {
            println!("Dry run: {} can be imported into school `{name}`. Nothing was changed.", people(users));
            return Ok(ExitCode::SUCCESS);
        }
        let (users, problems) = parts.run("importing users", false)?;
        if !problems.is_empty() {
            // Somebody has signed up with an address of the file in between, say.
            print(&problems);
            return Err(told(format!(
                "{} imported, and the rest was not: the school has changed meanwhile. Take the rows out that are in it \
                 now, correct the others and try again",
                people(users)
            )));
        }
        println!("{} imported into school `{name}`. Nobody was sent a mail.", people(users));
        Ok(ExitCode::SUCCESS)
    }
}

/// So many rows are in one transaction.
const PART: usize = 50;

/// The rows of a file on their way into a school, a few in each transaction: others who want to write have their turn in
/// between.
struct Parts {
    store: Store,
    site: SiteId,
    sheet: Arc<Sheet>,
    rows: Arc<Vec<SheetRow>>,
}

impl Parts {
    /// Imports all of them, or only tries each part. Gives how many users were made, or could be, and what is wrong; the
    /// first part with which anything is wrong is the last one that is imported, but all of them are tried.
    fn run(&self, what: &'static str, dry_run: bool) -> Result<(u64, Vec<Problem>), Failure> {
        let bar = progress::bar(self.rows.len() as u64, what);
        let (mut made, mut problems) = (0, Vec::new());
        for first in (0..self.rows.len()).step_by(PART) {
            let last = (first + PART).min(self.rows.len());
            let (site, sheet, rows, begun) = (self.site, self.sheet.clone(), self.rows.clone(), Instant::now());
            let imported = self.store.write_now(site, move |tx| {
                let users = sheet.import(tx, site, &rows[first..last])?;
                // An error is what takes everything back.
                if dry_run { Err(Stop::DryRun(users)) } else { Ok(users) }
            });
            match imported {
                Ok(users) | Err(Stop::DryRun(users)) => made += users,
                Err(Stop::Problems(found)) => problems.extend(found),
                Err(Stop::School(error)) => return Err(error.into()),
            }
            bar.inc((last - first) as u64);
            if !dry_run && !problems.is_empty() {
                break;
            }
            if self.store.engine() == Engine::Sqlite && last < self.rows.len() {
                // Who waits for the lock of another process looks after it again and again, at longest each tenth of a
                // second, and would never find it free.
                std::thread::sleep(begun.elapsed());
            }
        }
        bar.finish_and_clear();
        Ok((made, problems))
    }
}

fn people(count: u64) -> String {
    if count == 1 { "1 user".to_owned() } else { format!("{count} users") }
}

/// Prints what is wrong.
fn print(problems: &[Problem]) {
    use std::io::Write as _;
    // In one piece: there may be a problem in each of many rows.
    let mut out = std::io::BufWriter::new(std::io::stderr().lock());
    for Problem { line, column, text } in problems {
        // Should the terminal be gone, so is everybody who could be told.
        let _told = if column.is_empty() {
            writeln!(out, "line {line}: {text}")
        } else {
            writeln!(out, "line {line}, {column}: {text}")
        };
    }
    let _told = out.flush();
}

/// Prints what is wrong, and gives the sentence at the end.
fn refusal(file: &Path, rows: u64, problems: &[Problem]) -> Failure {
    print(problems);
    let mut bad = problems.iter().map(|problem| problem.line).collect::<Vec<_>>();
    bad.dedup();
    Failure::Told(format!(
        "{}: nothing was imported, because {} of {rows} rows cannot be; correct them and try again",
        file.display(),
        bad.len()
    ))
}

/// Something wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    line: u64,
    /// Empty when it is the row as a whole.
    column: String,
    text: String,
}

/// Why an import ended without anything imported.
#[derive(Debug)]
enum Stop {
    /// It was only tried; so many users would have been made.
    DryRun(u64),
    /// Rows that cannot be imported.
    Problems(Vec<Problem>),
    /// The store failed.
    School(school::Error),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::School(error.into())
    }
}

impl FromStore for Stop {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::School(error) => error.store_error(),
            _ => None,
        }
    }
}
