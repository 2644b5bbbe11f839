//! `scholae users`: users out of a file.

mod sheet;
mod text;

use super::school;
use crate::config::{Config, Failure};
use crate::progress;
use clap::{Args, Subcommand};
use school::custom_profile_field_definitions as definitions;
use sheet::Sheet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{FromStore, StoreError};

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
wrong. Nobody is sent a mail; webhooks on user.signup are told of every user. The school's other writes wait while \
the rows are written; --dry-run does the same and takes it back at the end.";

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
        let bar = progress::bar(rows, if self.dry_run { "checking users" } else { "importing users" });
        let (dry_run, told_bar) = (self.dry_run, bar.clone());
        let imported = store.write_now(id, move |tx| {
            let users = sheet.import(tx, id, &told_bar)?;
            // An error is what takes everything back.
            if dry_run { Err(Stop::DryRun(users)) } else { Ok(users) }
        });
        bar.finish_and_clear();
        let name = &site.subdomain;
        match imported {
            Ok(users) => println!("{} imported into school `{name}`. Nobody was sent a mail.", people(users)),
            Err(Stop::DryRun(users)) => {
                println!("Dry run: {} can be imported into school `{name}`. Nothing was changed.", people(users));
            }
            Err(Stop::Problems(problems)) => return Err(refusal(&self.file, rows, &problems)),
            Err(Stop::School(error)) => return Err(error.into()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn people(count: u64) -> String {
    if count == 1 { "1 user".to_owned() } else { format!("{count} users") }
}

/// Prints what is wrong, and gives the sentence at the end.
fn refusal(file: &Path, rows: u64, problems: &[Problem]) -> Failure {
    use std::io::Write as _;
    let mut bad = problems.iter().map(|problem| problem.line).collect::<Vec<_>>();
    bad.dedup();
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
    drop(out);
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
