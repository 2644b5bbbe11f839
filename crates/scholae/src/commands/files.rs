//! `scholae files`

use crate::commands::until_done;
use crate::config::{Config, Failure};
use clap::{Args, Subcommand};
use files::Files;
use files::sweep::{Comparison, YOUNG, compare};
use school::Site;
use school::files::in_words;
use std::process::ExitCode;
use store::Store;

const AFTER_SWEEP: &str = "\
What a school deletes is removed by the server by itself, and so are uploads that were left, after a day. This finds what \
is left when a process ended between writing bytes and noting them. The server does the same every six hours. Files of \
schools that this server does not have are named and never removed: they may be another server's.";

/// What is done with uploaded files
#[derive(Debug, Subcommand)]
pub enum FilesCommand {
    /// Name the bytes that no school knows of, or remove them
    Sweep(Sweep),
}

/// Name the bytes that no school knows of, or remove them
#[derive(Debug, Args)]
#[command(after_help = AFTER_SWEEP)]
pub struct Sweep {
    /// Remove what is found
    #[arg(long)]
    delete: bool,
}

impl FilesCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the database or the files cannot be reached.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let Self::Sweep(Sweep { delete }) = self;
        let store = config.open_store()?;
        if !config.has_file_storage() {
            println!("No file was ever uploaded here.");
            return Ok(ExitCode::SUCCESS);
        }
        let files = config.files()?;
        until_done(sweep(&store, &files, delete))
    }
}

async fn sweep(store: &Store, files: &Files, delete: bool) -> Result<ExitCode, Failure> {
    let told = |error: &dyn std::fmt::Display| Failure::Told(error.to_string());
    let sites = store.read(school::sites::all).await?;
    let mut found = 0;
    for site in &sites {
        let Comparison { orphans, .. } =
            compare(files, store, site.id, store::now() - YOUNG).await.map_err(|error| told(&error))?;
        for (key, size) in &orphans {
            let did = if delete { "removed" } else { "found" };
            println!("{did}  {:<24} {}/{}  {}", site.subdomain, key.file, key.name, in_words(*size as i64));
            if delete {
                files.storage().delete(key).await.map_err(|error| told(&error))?;
            }
        }
        found += orphans.len();
    }
    let others = files.storage().schools().await.map_err(|error| told(&error))?;
    let is_ours = |gid: &String| sites.iter().any(|site: &Site| site.gid == *gid);
    for gid in others.iter().filter(|gid| !is_ours(gid)) {
        eprintln!("scholae: {} has files of a school that is not here: {gid}", files.storage().shown());
    }
    match (found, delete) {
        (0, _) => println!("Nothing is left over."),
        (found, true) => println!("{found} left over, and removed."),
        (found, false) => println!("{found} left over; --delete removes them."),
    }
    Ok(ExitCode::SUCCESS)
}
