//! `scholae backup`: the whole database in one file that either engine reads.

pub(super) mod cell;
pub(super) mod file;
pub(super) mod files;
pub(super) mod one_school;

use crate::config::{Config, Failure};
use crate::progress::Progress;
use clap::Args;
use file::{COUNTERS, FORMAT, FORMAT_VERSION, Header, Sheet};
use one_school::OneSchool;
use school::Site;
use serde_json::{Map, json};
use std::fs::{File, OpenOptions, Permissions};
use std::io::BufWriter;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::server_key::{self, KeyMatch};
use store::{Engine, Store, Value, dump};

const AFTER_BACKUP: &str = "\
The server may go on: the backup is what the database was at one moment. It is written to FILE.part and takes its \
name when it is complete and on the disk, replacing an older one; only its owner can read it.

API keys are in it as they are in the database, sealed with the server's key. Keep a copy of server.key, in another \
place than the backups: without it nobody opens the API keys, also not you.

  scholae backup --out /backups/school-$(date +%F).jsonl

Uploaded files are copied beside it, into the folder FILE.files: it belongs to the backup and goes where that goes. What \
is there already is not copied again.

With --school only what belongs to that school is written, with the apps that it has; `scholae restore FILE --school \
SUBDOMAIN` reads it into a server that has other schools.";

/// Write the whole database into one file, while it is in use
#[derive(Debug, Args)]
#[command(after_help = AFTER_BACKUP)]
pub struct Backup {
    /// Where to
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only this school; every school when left out
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// Leave uploaded files out: where they are has backups of its own
    #[arg(long)]
    without_files: bool,
}

impl Backup {
    /// Writes the backup.
    ///
    /// # Errors
    /// When the database cannot be read or the file not be written. No half of a file stays behind.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let out = target(&self.out)?;
        // Opening would make a database: the backup of nothing, should the configuration name the wrong one.
        let location = config.location()?;
        if dump::version_of(&location)?.is_none() {
            return Err(Failure::Told(format!(
                "there is no database to back up at {}: name it with --data FOLDER or --database URL",
                crate::location::shown(&location)
            )));
        }
        let (store, key) = (config.open_store()?, config.existing_key()?);
        if store.read_now(move |tx| server_key::look(tx, key.as_ref()))? == KeyMatch::Foreign {
            eprintln!(
                "scholae: WARNING: {} is missing, or not the server key that the database is under; the backup is \
                 complete, but keep the right one beside it",
                config.key_place()
            );
        }
        let only = self.school.as_deref().map(|name| super::school(&store, Some(name))).transpose()?;
        let site = only.as_ref().map(|site| site.id);
        let part = part_of(&out);
        let file = claim(&part)?;
        let written = write(&store, file.try_clone()?, only).and_then(|written| {
            // Before the file has its name: what it names is there then.
            let files = match self.without_files {
                true => None,
                false => files::save(config, &store, &out, site)?,
            };
            file.sync_all()?;
            std::fs::rename(&part, &out)?;
            sync_folder(&out)?;
            Ok((written, files))
        });
        match written {
            Ok(((rows, bytes), files)) => {
                println!("{}: {rows} rows, {bytes} bytes. Keep server.key too.", out.display());
                if let Some(files) = files {
                    println!("{files}");
                }
                Ok(ExitCode::SUCCESS)
            }
            Err(failure) => {
                let _already_gone = std::fs::remove_file(&part);
                Err(failure)
            }
        }
    }
}

/// The file that is written. A link stays, and what it names is replaced.
///
/// # Errors
/// When something is there that is no file: taking its place would take it away.
fn target(out: &Path) -> Result<PathBuf, Failure> {
    let told = |what: &str| Failure::Told(format!("{} {what}", out.display()));
    if out == Path::new("-") {
        return Err(told(
            "is no file: a backup is written beside its name and takes it when it is complete; name a file",
        ));
    }
    let target = match std::fs::read_link(out) {
        Ok(named) => out.canonicalize().unwrap_or_else(|_| out.parent().unwrap_or(Path::new("")).join(named)),
        Err(_) => out.to_owned(),
    };
    match std::fs::metadata(&target) {
        Ok(found) if found.is_dir() => Err(told("is a folder; name a file in it")),
        Ok(found) if !found.is_file() => Err(told("is no file, and a backup would take its place; name a file")),
        _ => Ok(target),
    }
}

/// `school.jsonl.part` for `school.jsonl`.
fn part_of(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Opens the file that is written to for nobody but this process and its owner.
fn claim(part: &Path) -> Result<File, Failure> {
    let told = |error: std::io::Error| Failure::Told(format!("{} cannot be written: {error}", part.display()));
    // Not truncated before the lock is held: another backup may be writing it.
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(part).map_err(told)?;
    if file.try_lock().is_err() {
        return Err(Failure::Told(format!("{} is being written by another backup", part.display())));
    }
    file.set_permissions(Permissions::from_mode(0o600)).map_err(told)?;
    file.set_len(0).map_err(told)?;
    Ok(file)
}

/// Makes sure that the new name is on the disk, not only the content.
fn sync_folder(file: &Path) -> Result<(), Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(File::open(folder)?.sync_all()?)
}

/// Writes the database, or one school of it, into the file; gives the rows and the bytes.
fn write(store: &Store, file: File, only: Option<Site>) -> Result<(u64, u64), Failure> {
    store.read_now(move |tx| {
        let header = Header {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at: jiff::Timestamp::now().to_string(),
            engine: match tx.engine() {
                Engine::Sqlite => "sqlite".to_owned(),
                Engine::Postgres => "postgres".to_owned(),
            },
            migration: dump::version(tx)?,
            server_key_fingerprint: server_key::kept(tx)?,
            school: only.as_ref().map(|site| site.subdomain.clone()),
        };
        // From the start: this runs again when the connection to the database was lost.
        file.set_len(0)?;
        std::io::Seek::rewind(&mut &file)?;
        let mut sheet = Sheet::new(BufWriter::with_capacity(1 << 20, &file));
        let tables = dump::tables(tx)?;
        let school = only.as_ref().map(|site| OneSchool::of(tx, site.id)).transpose()?;
        let progress = Progress::of(0, "writing rows");
        for table in &tables {
            progress.expect(match &school {
                Some(school) => table.count_of(tx, school.site)?,
                None => table.count(tx)?,
            });
        }
        sheet.json(&header)?;
        let mut counts = Map::new();
        let mut all = 0;
        for table in &tables {
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            sheet.json(&json!({ "table": table.name, "columns": columns }))?;
            let mut rows = 0_u64;
            let mut each = |row: &[Value<'_>]| {
                rows += 1;
                progress.done(1);
                sheet.row(row)
            };
            match &school {
                Some(school) => school.for_each(tx, table, &mut each)?,
                None => table.for_each(tx, &mut each)?,
            }
            counts.insert(table.name.to_owned(), rows.into());
            all += rows;
        }
        let counters = dump::counters(tx)?;
        sheet.json(&json!({ "table": COUNTERS, "columns": ["kind", "next"] }))?;
        for (kind, next) in &counters {
            sheet.row(&[Value::Text(kind), Value::Int(*next)])?;
        }
        counts.insert(COUNTERS.to_owned(), counters.len().into());
        all += counters.len() as u64;
        let bytes = sheet.finish(counts)?;
        progress.end();
        Ok((all, bytes))
    })
}
