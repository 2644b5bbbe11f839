//! `scholae site delete`

use crate::commands::users::give_way;
use crate::commands::{school, until_done};
use crate::config::{Config, Failure};
use crate::progress::Progress;
use clap::Args;
use school::sites::{self, Site};
use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;
use store::dump::{self, Table};
use store::{Store, StoreError};

/// Rows that share a transaction: writes of other schools wait no longer than for these.
const BATCH: i64 = 1_000;
/// What is removed last: by these the rest is found again when the command was cut off.
const LAST: [&str; 2] = ["site_clocks", "sites"];

const AFTER_DELETE: &str = "\
The school is suspended first, so that nothing is added any more; then its rows are removed from every table, a part at a \
time, with its uploaded files, and its own row last. A command that was cut off is run again. Other schools on the server go on. It cannot be \
undone: take a backup first.

  scholae backup --school academy --out academy.jsonl
  scholae site delete --school academy";

/// Delete a school with everything in it
#[derive(Debug, Args)]
#[command(after_help = AFTER_DELETE)]
pub struct Delete {
    /// Which school; must be said
    #[arg(long, value_name = "SUBDOMAIN")]
    school: String,
    /// The subdomain again, instead of being asked for it
    #[arg(long, value_name = "SUBDOMAIN")]
    confirm: Option<String>,
}

impl Delete {
    /// Deletes the school.
    ///
    /// # Errors
    /// When there is no such school, or it was not confirmed.
    pub fn run(self, config: &Config, store: &Store) -> Result<(), Failure> {
        let site = school(store, Some(&self.school))?;
        let confirmed = match self.confirm {
            Some(confirmed) => confirmed,
            None => ask(&site)?,
        };
        if confirmed != site.subdomain {
            return Err(Failure::Told(format!(
                "nothing was deleted: say the subdomain once more, with --confirm {}",
                site.subdomain
            )));
        }
        let (id, subdomain, told) = (site.id, site.subdomain.clone(), site.clone());
        store.write_now(id, move |tx| sites::set_suspended(tx, &told, true))?;
        let progress = Progress::of(0, "deleting rows");
        let removed = remove(config, store, &site, &progress)?;
        progress.end();
        if removed.pieces > 0 {
            println!("{} pieces of its files are removed.", removed.pieces);
        }
        println!("School `{subdomain}` is deleted: {} rows.", removed.rows);
        Ok(())
    }
}

/// What was removed of a school.
struct Removed {
    rows: u64,
    /// Pieces of its files.
    pieces: u64,
}

/// Removes a school that is suspended, a part at a time.
fn remove(config: &Config, store: &Store, site: &Site, progress: &Progress) -> Result<Removed, Failure> {
    let id = site.id;
    let tables = store.read_now(dump::tables)?;
    let (last, first): (Vec<&Table>, Vec<&Table>) =
        tables.iter().filter(|table| table.school_column().is_some()).partition(|table| LAST.contains(&table.name));
    let mut rows = 0;
    for table in first {
        loop {
            let (begun, of) = (Instant::now(), table.clone());
            let gone = store.write_now(id, move |tx| of.remove_of(tx, id, BATCH))?;
            rows += gone;
            progress.expect(gone);
            progress.done(gone);
            if gone < BATCH.unsigned_abs() {
                break;
            }
            give_way(store, begun);
        }
    }
    let mut pieces = 0;
    if config.has_file_storage() {
        let storage = config.file_storage()?;
        pieces = until_done(async {
            storage.delete_all(&site.gid, None).await.map_err(|error| Failure::Told(error.to_string()))
        })?;
    }
    // What somebody wrote meanwhile who had begun before the school was suspended goes with the rest.
    let (tables, last): (Vec<Table>, Vec<Table>) = (tables.clone(), last.into_iter().cloned().collect());
    rows += store.write_now(id, move |tx| -> Result<u64, StoreError> {
        let mut removed = 0;
        for table in tables.iter().filter(|table| !LAST.contains(&table.name)).chain(&last) {
            removed += table.remove_of(tx, id, i64::MAX)?;
        }
        Ok(removed)
    })?;
    Ok(Removed { rows, pieces })
}

/// Deletes the schools whose owners closed them so long ago that they are not kept any more.
///
/// # Errors
/// When the database or the files cannot be reached; the next time goes on.
pub fn delete_closed(config: &Config, store: &Store) -> Result<(), Failure> {
    let now = store::now();
    for site in store.read_now(sites::all)? {
        if site.closes_at.is_some_and(|at| at <= now) {
            let removed = remove(config, store, &site, &Progress::of(0, "deleting a closed school"))?;
            tracing::info!(site = site.id.get(), rows = removed.rows, "a school was deleted that its owner had closed");
        }
    }
    Ok(())
}

/// Asks for the name of the school that is to go.
fn ask(site: &Site) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(String::new());
    }
    print!("Everything in school `{}` ({}) is deleted for good. Its subdomain, to go on: ", site.subdomain, site.name);
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}
