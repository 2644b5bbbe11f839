//! `scholae backup` and `scholae restore`: the whole database in one file that either engine reads.
//!
//! The file is lines of JSON. The first says what it is ([`Header`]); then each table has a line with its name and
//! columns, followed by a line for each row, an array (bytes as `{"hex": "00ff"}`); the last line has the number of
//! rows of each table and the SHA-256 of everything before it ([`Footer`]). A file without that line is incomplete, a
//! file with another sum is damaged, and neither is read into a database.

use crate::config::{Config, Failure};
use crate::progress;
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::dump::{self, Kind, Table};
use store::secrets::hex;
use store::{Engine, ServerKey, Store, StoreError, Tx, Value, lists};

/// What every backup says it is.
const FORMAT: &str = "scholae-backup";
/// The version of the format: another number means that older programs cannot read it.
const FORMAT_VERSION: u64 = 1;
/// The next ids stand in the file like a table of this name, although PostgreSQL keeps them elsewhere.
const COUNTERS: &str = "id_counters";
/// What the server's key is known by: its fingerprint of this text, from which nobody learns the key.
const KEY_TEST: &str = "scholae backup";
/// Rows are collected up to about this many bytes, or this many values, before they are written.
const BATCH_BYTES: usize = 4 << 20;
const BATCH_VALUES: usize = 8_000;

const AFTER_BACKUP: &str = "\
The server may go on: the backup is what the database was at one moment. It is written to FILE.part and takes its \
name when it is complete and on the disk, replacing an older one; only its owner can read it.

API keys are in it as they are in the database, sealed with the server's key. Keep a copy of server.key, in another \
place than the backups: without it nobody opens the API keys, also not you.

  scholae backup --out /backups/school-$(date +%F).jsonl";

const AFTER_RESTORE: &str = "\
The file is read and checked as a whole before anything is written, and everything is written or nothing is. The \
database must be empty; one that is not there yet is made. It need not be of the engine that the backup is of, which \
is also how a school moves from one to the other:

  scholae backup --out school.jsonl
  scholae restore school.jsonl --database postgres://scholae@localhost/scholae

Stop the server that uses the old database before you make the backup to move with: what it writes afterwards is \
not in it.

A server on the restored database would tell webhooks what they were still to be told. When there are active ones, say \
with --webhooks what is to become of them: keep them when the school moves or comes back, switch them off when the \
backup is only tried out. Those that are off are switched on again one by one (PUT /api/v2/webhooks/{id} with the \
status active), and are then sent what was given up with POST /api/v2/webhooks/{id}/recover.";

/// Why webhooks are off after a restore.
const OFF_BY_RESTORE: &str = "Switched off when a backup was restored.";

/// Write the whole database into one file, while it is in use
#[derive(Debug, Args)]
#[command(after_help = AFTER_BACKUP)]
pub struct Backup {
    /// Where to
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Read a backup into an empty database, of either engine
#[derive(Debug, Args)]
#[command(after_help = AFTER_RESTORE)]
pub struct Restore {
    /// What `scholae backup` has written
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key of the old server is lost: take every school's API key away, to be made anew with `scholae key rotate`,
    /// and end every token
    #[arg(long)]
    new_server_key: bool,
    /// What becomes of active webhooks; must be said when there are any
    #[arg(long, value_enum)]
    webhooks: Option<Webhooks>,
}

/// What becomes of webhooks in a restored database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Webhooks {
    /// They go on to be told what happens, and what they were still to be told
    Keep,
    /// They are switched off, and what waits for them is given up
    Off,
}

/// The first line of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    /// [`FORMAT`].
    format: String,
    /// [`FORMAT_VERSION`].
    format_version: u64,
    /// The version of the program that wrote it.
    program: String,
    /// When, RFC 3339.
    taken_at: String,
    /// `sqlite` or `postgres`.
    engine: String,
    /// The number of the last migration of its tables.
    migration: i64,
    /// By which the server's key is known; none when the keys in the database do not open with the key at hand.
    server_key_fingerprint: Option<String>,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Footer {
    /// How many rows each table has.
    rows: Map<String, serde_json::Value>,
    /// Over all lines before this one, line ends included.
    sha256: String,
}

/// The line before the rows of a table.
#[derive(Debug, Serialize, Deserialize)]
struct Heading<'a> {
    #[serde(borrow)]
    table: Cow<'a, str>,
    columns: Vec<String>,
}

impl Backup {
    /// Writes the backup.
    ///
    /// # Errors
    /// When the database cannot be read or the file not be written. No half of a file stays behind.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        if self.out.is_dir() {
            return Err(Failure::Told(format!("{} is a folder; name a file in it", self.out.display())));
        }
        // Opening would make a database: the backup of nothing, should the configuration name the wrong one.
        let location = config.location()?;
        if dump::version_of(&location)?.is_none() {
            return Err(Failure::Told(format!(
                "there is no database to back up at {}: name it with --data FOLDER or --database URL",
                super::doctor::shown(&location)
            )));
        }
        let (store, key) = (config.open_store()?, existing_key(config)?);
        let locked = sites_that_stay_shut(&store, key.as_ref())?;
        let fingerprint = key.filter(|_| locked.is_empty()).map(|key| key.fingerprint(KEY_TEST));
        if !locked.is_empty() {
            eprintln!(
                "scholae: WARNING: the API key of {} was sealed with another server key than {}; \
                 the backup is complete, but keep the right server.key beside it",
                locked.join(", "),
                config.key_file().display()
            );
        }
        let part = part_of(&self.out);
        let file = claim(&part)?;
        let written = write(&store, fingerprint, file.try_clone()?).and_then(|written| {
            file.sync_all()?;
            std::fs::rename(&part, &self.out)?;
            sync_folder(&self.out)?;
            Ok(written)
        });
        match written {
            Ok((rows, bytes)) => {
                println!("{}: {rows} rows, {bytes} bytes. Keep server.key too.", self.out.display());
                Ok(ExitCode::SUCCESS)
            }
            Err(failure) => {
                let _already_gone = std::fs::remove_file(&part);
                Err(failure)
            }
        }
    }
}

impl Restore {
    /// Reads the backup in.
    ///
    /// # Errors
    /// When the file is no complete backup of these tables, was sealed with another server key, or the database is
    /// not empty. The database is then as it was.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let bytes = std::fs::metadata(&self.file)
            .map_err(|error| Failure::Told(format!("{} cannot be read: {error}", self.file.display())))?
            .len();
        let bar = progress::bar(bytes, "checking the file");
        let (header, footer) = walk(&self.file, &mut |at, _| {
            bar.set_position(at);
            Ok(())
        })?;
        bar.finish_and_clear();
        let key = match existing_key(config)? {
            Some(key) => Some(key),
            // Nothing of this server is sealed yet: it may have a key of its own from the first day.
            None if self.new_server_key => Some(config.server_key()?),
            None => None,
        };
        if !self.new_server_key {
            same_key(config, &header, key.as_ref())?;
        }
        let store = config.open_store()?;
        let (fresh, webhooks) = (self.new_server_key, self.webhooks);
        let rows: u64 = footer.rows.values().filter_map(serde_json::Value::as_u64).sum();
        let bar = progress::bar(rows, "restoring");
        let (path, told) = (self.file.clone(), bar.clone());
        let found = store.write_now(0, move |tx| {
            let found = restore(tx, &path, fresh, &told)?;
            settle_webhooks(tx, webhooks)?;
            Ok::<_, Failure>(found)
        })?;
        bar.finish_and_clear();
        println!("{rows} rows restored, as they were at {} ({}).", header.taken_at, header.engine);
        for (subdomain, name) in &found.schools {
            println!("  {subdomain:<24} {name}");
        }
        for wrong in &found.wrong {
            eprintln!("scholae: WARNING: {wrong}");
        }
        if found.wrong.is_empty() {
            println!("Every maintained count and every ledger agrees with the rows.");
        }
        if fresh {
            println!("No API key opens anything: make each school's with `scholae key rotate SUBDOMAIN`.");
            println!(
                "Nor does any token or app secret: make these with `scholae token create` and `scholae app rotate-secret`."
            );
            return Ok(ExitCode::SUCCESS);
        }
        let locked = sites_that_stay_shut(&store, key.as_ref())?;
        if !locked.is_empty() {
            eprintln!(
                "scholae: WARNING: the API key of {} does not open with this server key: bring server.key of the old \
                 server to {}, or make new API keys with `scholae key rotate SUBDOMAIN`",
                locked.join(", "),
                config.key_file().display()
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The server's key if there is one; unlike [`Config::server_key`] this never makes one.
///
/// # Errors
/// When there is one but it cannot be read.
pub(super) fn existing_key(config: &Config) -> Result<Option<ServerKey>, Failure> {
    if config.key_file().exists() {
        return config.server_key().map(Some);
    }
    // In a folder that cannot be, no file is made: only a key of the configuration itself is found there.
    let nowhere = "/dev/null/nowhere";
    let mut elsewhere = config.clone();
    elsewhere.data = nowhere.into();
    match elsewhere.server_key() {
        Ok(key) => Ok(Some(key)),
        Err(failure) if failure.to_string().contains(nowhere) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The subdomains of the schools whose API key does not open with this server key.
///
/// # Errors
/// Whatever the store says.
pub(super) fn sites_that_stay_shut(store: &Store, key: Option<&ServerKey>) -> Result<Vec<String>, Failure> {
    let key = key.cloned();
    store.read_now(move |tx| {
        let mut shut = Vec::new();
        for site in store::sites::all(tx)? {
            if let Some(sealed) = store::sites::sealed_key(tx, site.id)?
                && key.as_ref().is_none_or(|key| key.open(&sealed).is_err())
            {
                shut.push(site.subdomain);
            }
        }
        Ok::<_, Failure>(shut)
    })
}

fn same_key(config: &Config, header: &Header, key: Option<&ServerKey>) -> Result<(), Failure> {
    let Some(theirs) = &header.server_key_fingerprint else { return Ok(()) };
    if key.is_some_and(|key| key.fingerprint(KEY_TEST) == *theirs) {
        return Ok(());
    }
    let ours = if key.is_some() { "another server key than this server's" } else { "a server key, and here is none" };
    Err(Failure::Told(format!(
        "this backup was sealed with {ours}: bring server.key of the old server to {} (or its text in \
         SCHOLAE_SERVER_KEY) and restore again. If it is lost, --new-server-key restores without it, and every school \
         needs a new API key",
        config.key_file().display()
    )))
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

/// Writes the database into the file; gives the rows and the bytes.
fn write(store: &Store, fingerprint: Option<String>, file: File) -> Result<(u64, u64), Failure> {
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
            server_key_fingerprint: fingerprint.clone(),
        };
        // From the start: this runs again when the connection to the database was lost.
        file.set_len(0)?;
        std::io::Seek::rewind(&mut &file)?;
        let mut sheet = Sheet::new(BufWriter::with_capacity(1 << 20, &file));
        let tables = dump::tables(tx)?;
        let bar = progress::bar(0, "writing");
        if !bar.is_hidden() {
            for table in &tables {
                bar.inc_length(table.count(tx)?);
            }
        }
        sheet.json(&header)?;
        let mut counts = Map::new();
        let mut all = 0;
        for table in &tables {
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            sheet.json(&json!({ "table": table.name, "columns": columns }))?;
            let mut rows = 0_u64;
            table.for_each(tx, |row| {
                rows += 1;
                bar.inc(1);
                sheet.row(row)
            })?;
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
        bar.finish_and_clear();
        Ok((all, bytes))
    })
}

/// Lines on their way into the file, and the sum over them.
struct Sheet<W> {
    out: W,
    sum: Sha256,
    line: Vec<u8>,
    bytes: u64,
}

impl<W: Write> Sheet<W> {
    fn new(out: W) -> Self {
        Self { out, sum: Sha256::new(), line: Vec::new(), bytes: 0 }
    }

    fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value).map_err(std::io::Error::from)?;
        self.end()
    }

    fn row(&mut self, values: &[Value<'_>]) -> Result<(), Failure> {
        self.line.clear();
        for (at, value) in values.iter().enumerate() {
            self.line.push(if at == 0 { b'[' } else { b',' });
            match value {
                Value::Null => self.line.extend_from_slice(b"null"),
                Value::Int(number) => write!(self.line, "{number}")?,
                Value::Bool(flag) => write!(self.line, "{flag}")?,
                Value::Text(text) => serde_json::to_writer(&mut self.line, text).map_err(std::io::Error::from)?,
                Value::Bytes(bytes) => write!(self.line, "{{\"hex\":\"{}\"}}", hex(bytes))?,
            }
        }
        self.line.push(b']');
        self.end()
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.line.push(b'\n');
        self.sum.update(&self.line);
        self.bytes += self.line.len() as u64;
        Ok(self.out.write_all(&self.line)?)
    }

    fn finish(mut self, rows: Map<String, serde_json::Value>) -> Result<u64, Failure> {
        let sha256 = hex(&std::mem::take(&mut self.sum).finalize());
        self.json(&Footer { rows, sha256 })?;
        self.out.flush()?;
        Ok(self.bytes)
    }
}

/// What [`walk`] comes by.
enum Part<'a> {
    Header(&'a Header),
    Table(Heading<'a>),
    /// A row, still as text, with the number of its line.
    Row(&'a [u8], u64),
}

/// Goes through a backup from the first line to the last, and is only content when it is whole: every table there,
/// the numbers of rows right, the sum right. `visit` is also told how many bytes were read.
fn walk(path: &Path, visit: &mut dyn FnMut(u64, Part<'_>) -> Result<(), Failure>) -> Result<(Header, Footer), Failure> {
    let told = |text: &str| Failure::Told(format!("{}: {text}", path.display()));
    let file = File::open(path).map_err(|error| told(&format!("cannot be read: {error}")))?;
    let mut file = BufReader::with_capacity(1 << 20, file);
    let (mut line, mut sum, mut number, mut bytes) = (Vec::new(), Sha256::new(), 0_u64, 0_u64);
    let mut header: Option<Header> = None;
    let mut rows: Map<String, serde_json::Value> = Map::new();
    let mut table: Option<(String, u64)> = None;
    let footer: Footer = loop {
        line.clear();
        let length = file.read_until(b'\n', &mut line)?;
        if header.is_some() && !line.ends_with(b"\n") {
            return Err(told("it ends before its last line: it is not complete. Take another backup"));
        }
        number += 1;
        bytes += length as u64;
        let Some(_) = &header else {
            let first: Header = serde_json::from_slice(&line)
                .ok()
                .filter(|header: &Header| header.format == FORMAT)
                .ok_or_else(|| told("this is not a backup that `scholae backup` has written"))?;
            if first.format_version != FORMAT_VERSION {
                return Err(told(&format!(
                    "it has version {} of the format, and this program knows {FORMAT_VERSION}: restore it with \
                     scholae {}",
                    first.format_version, first.program
                )));
            }
            visit(bytes, Part::Header(&first))?;
            sum.update(&line);
            header = Some(first);
            continue;
        };
        if line.starts_with(b"[") {
            let (_, rows) = table.as_mut().ok_or_else(|| told(&format!("line {number}: a row of no table")))?;
            *rows += 1;
            visit(bytes, Part::Row(&line, number))?;
        } else {
            if let Some((name, count)) = table.take() {
                rows.insert(name, count.into());
            }
            if let Ok(footer) = serde_json::from_slice(&line) {
                break footer;
            }
            let heading: Heading<'_> =
                serde_json::from_slice(&line).map_err(|_| told(&format!("line {number} is damaged")))?;
            if rows.contains_key(heading.table.as_ref()) {
                return Err(told(&format!("line {number}: the table {} comes twice", heading.table)));
            }
            table = Some((heading.table.clone().into_owned(), 0));
            visit(bytes, Part::Table(heading))?;
        }
        sum.update(&line);
    };
    if hex(&sum.finalize()) != footer.sha256 {
        return Err(told("it is damaged: its content is not what its last line says. Take another backup"));
    }
    line.clear();
    if file.read_until(b'\n', &mut line)? != 0 {
        return Err(told("there is something after its last line: it is damaged. Take another backup"));
    }
    if rows != footer.rows {
        return Err(told("it is damaged: the numbers of its rows are not those its last line says"));
    }
    let header = header.ok_or_else(|| told("it is empty"))?;
    Ok((header, footer))
}

/// What was found in the database after the rows were in.
struct Found {
    schools: Vec<(String, String)>,
    wrong: Vec<String>,
}

/// Reads the rows in and looks whether everything agrees. An error means that nothing stays of it.
fn restore(tx: &mut Tx<'_>, path: &Path, fresh: bool, bar: &ProgressBar) -> Result<Found, Failure> {
    bar.set_position(0);
    if let Some(name) = dump::occupied(tx)? {
        let what = match store::sites::all(tx)?.first() {
            Some(site) => format!("has a school already (`{}`)", site.subdomain),
            None => format!("is not empty: there are rows in {name}"),
        };
        return Err(Failure::Told(format!(
            "the database {what}. A backup is only restored into an empty database: name another with --data FOLDER \
             or --database URL"
        )));
    }
    let tables = dump::tables(tx)?;
    let ours = dump::version(tx)?;
    let mut filling = Filling { missing: tables.iter().map(|table| table.name).collect(), ..Filling::default() };
    walk(path, &mut |_, part| match part {
        Part::Header(header) => same_tables(header, ours),
        Part::Table(heading) => filling.begin(tx, &tables, &heading),
        Part::Row(line, number) => {
            bar.inc(1);
            filling.row(tx, line, number)
        }
    })?;
    filling.flush(tx)?;
    if let Some(name) = filling.missing.first() {
        return Err(Failure::Told(format!("{}: the table {name} is not in it", path.display())));
    }
    bar.set_message("comparing");
    dump::analyze(tx)?;
    let sites = store::sites::all(tx)?;
    if fresh {
        for site in &sites {
            store::sites::set_key(tx, site.id, None, store::now())?;
        }
        school::apps::forget_what_a_lost_key_sealed(tx)?;
    }
    let lists = lists::audit(tx)?.into_iter().map(|wrong| {
        format!("the counts of {} do not agree with the rows; `scholae doctor --repair` counts anew", wrong.list)
    });
    let mut wrong: Vec<String> = lists.collect();
    wrong.extend(store::external_orders::audit(tx)?);
    dump::set_counters(tx, &filling.counters)?;
    Ok(Found { schools: sites.into_iter().map(|site| (site.subdomain, site.name)).collect(), wrong })
}

/// Switches webhooks off when that was asked for, and asks when it must be.
fn settle_webhooks(tx: &mut Tx<'_>, wanted: Option<Webhooks>) -> Result<(), Failure> {
    if wanted == Some(Webhooks::Keep) {
        return Ok(());
    }
    let off = store::webhooks::switch_off_all(tx, OFF_BY_RESTORE)?;
    if wanted.is_none() && off > 0 {
        return Err(Failure::Told(format!(
            "the backup has {off} active webhooks, which a server on the restored database would tell what they were \
             still to be told. Say --webhooks keep when the school moves or comes back, or --webhooks off when the \
             backup is only tried out"
        )));
    }
    Ok(())
}

fn same_tables(header: &Header, ours: i64) -> Result<(), Failure> {
    let theirs = header.migration;
    match theirs.cmp(&ours) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Failure::Told(format!(
            "the backup has tables of version {theirs}, this program makes version {ours}: restore it with scholae {} \
             or a later one",
            header.program
        ))),
        std::cmp::Ordering::Less => Err(Failure::Told(format!(
            "the backup has tables of version {theirs}, this program makes version {ours}: restore it with scholae {} \
             into a new database, and then start this program on it, which brings the tables up to date",
            header.program
        ))),
    }
}

/// Rows on their way into the tables.
#[derive(Default)]
struct Filling {
    table: Option<Table>,
    cells: Vec<Cell>,
    bytes: usize,
    counters: Vec<(String, i64)>,
    missing: Vec<&'static str>,
}

impl Filling {
    fn begin(&mut self, tx: &mut Tx<'_>, tables: &[Table], heading: &Heading<'_>) -> Result<(), Failure> {
        self.flush(tx)?;
        self.table = None;
        if heading.table == COUNTERS {
            return Ok(());
        }
        let known = tables.iter().find(|table| table.name == heading.table);
        let table = known.and_then(|table| table.in_order(&heading.columns)).ok_or_else(|| {
            Failure::Told(format!("the table {} of the backup is not that of this program", heading.table))
        })?;
        self.missing.retain(|name| *name != table.name);
        self.table = Some(table);
        Ok(())
    }

    fn row(&mut self, tx: &mut Tx<'_>, line: &[u8], number: u64) -> Result<(), Failure> {
        let damaged = |what: String| Failure::Told(format!("line {number} of the backup cannot be restored: {what}"));
        let row: Vec<Cell> = serde_json::from_slice(line).map_err(|error| damaged(error.to_string()))?;
        let Some(table) = &self.table else {
            let [Cell::Text(kind), Cell::Int(next)] = row.as_slice() else {
                return Err(damaged("a next id is a name and a number".to_owned()));
            };
            self.counters.push((kind.clone(), *next));
            return Ok(());
        };
        if row.len() != table.columns.len() {
            return Err(damaged(format!("{} has {} columns, not {}", table.name, table.columns.len(), row.len())));
        }
        if let Some((column, _)) = table.columns.iter().zip(&row).find(|(column, cell)| !cell.is(column.kind)) {
            return Err(damaged(format!("{}.{} holds something else", table.name, column.name)));
        }
        self.cells.extend(row);
        self.bytes += line.len();
        if self.bytes > BATCH_BYTES || self.cells.len() > BATCH_VALUES { self.flush(tx) } else { Ok(()) }
    }

    fn flush(&mut self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        if let Some(table) = &self.table {
            let values: Vec<Value<'_>> = self.cells.iter().map(Cell::value).collect();
            table.insert(tx, &values).map_err(|error| match error {
                // The one that is worth another try.
                lost @ StoreError::Unavailable(_) => lost.into(),
                other => Failure::Told(format!("rows of {} cannot be restored: {other}", table.name)),
            })?;
        }
        self.cells.clear();
        self.bytes = 0;
        Ok(())
    }
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Null,
    Int(i64),
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
}

impl Cell {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(number) => Value::Int(*number),
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }

    fn is(&self, kind: Kind) -> bool {
        match self {
            Self::Null => true,
            Self::Int(_) => kind == Kind::Int,
            Self::Bool(_) => kind == Kind::Bool,
            Self::Text(_) => kind == Kind::Text,
            Self::Bytes(_) => kind == Kind::Bytes,
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Cell;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("null, a whole number, true or false, a text, or {\"hex\": …}")
            }
            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Null)
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Cell, E> {
                Ok(Cell::Bool(flag))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
                Ok(Cell::Int(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Cell, E> {
                i64::try_from(number).map(Cell::Int).map_err(|_| E::custom("a number is too large"))
            }
            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::Text(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
                let Some(("hex", text)) = map.next_entry::<&str, &str>()? else {
                    return Err(de::Error::custom("an object is not {\"hex\": …}"));
                };
                bytes_of(text).map(Cell::Bytes).ok_or_else(|| de::Error::custom("these are not hexadecimal digits"))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// The bytes that [`hex`] has written.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            program: "0.1.0".to_owned(),
            taken_at: "2026-01-01T00:00:00Z".to_owned(),
            engine: "sqlite".to_owned(),
            migration: 1,
            server_key_fingerprint: None,
        }
    }

    const ROW: [Value<'_>; 6] = [
        Value::Null,
        Value::Int(i64::MIN),
        Value::Bool(true),
        Value::Text("a \"quote\", a\nline, ü\u{1f600}\u{2028}"),
        Value::Bytes(&[0, 127, 255]),
        Value::Int(i64::MAX),
    ];

    fn backup() -> String {
        let mut text = Vec::new();
        let mut sheet = Sheet::new(&mut text);
        sheet.json(&header()).expect("written");
        sheet.json(&json!({ "table": "things", "columns": ["a", "b"] })).expect("written");
        sheet.row(&ROW).expect("written");
        sheet.row(&ROW).expect("written");
        sheet.json(&json!({ "table": "none", "columns": ["a"] })).expect("written");
        let rows = json!({ "things": 2, "none": 0 });
        sheet.finish(rows.as_object().expect("an object").clone()).expect("written");
        String::from_utf8(text).expect("text")
    }

    fn walked(text: &str) -> Result<Vec<Vec<Cell>>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, text).expect("written");
        let mut rows = Vec::new();
        walk(&path, &mut |_, part| {
            if let Part::Row(line, _) = part {
                rows.push(serde_json::from_slice(line).expect("a row"));
            }
            Ok(())
        })
        .map_err(|failure| failure.to_string())?;
        Ok(rows)
    }

    #[test]
    fn what_was_written_is_read_again() {
        let rows = walked(&backup()).expect("whole");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].iter().map(Cell::value).collect::<Vec<_>>(), ROW);
    }

    #[test]
    fn a_file_that_is_not_whole_is_told_from_one_that_is() {
        let whole = backup();
        let refused = |text: &str, why: &str| {
            let refusal = walked(text).expect_err("refused");
            assert!(refusal.contains(why), "{refusal}");
        };
        refused("", "not a backup");
        refused("{\"some\":\"json\"}\n", "not a backup");
        refused("PRAGMA foreign_keys=OFF;\n", "not a backup");
        refused(&whole.replace("\"format_version\":1", "\"format_version\":2"), "version 2 of the format");
        refused(&whole.replace("a \\\"quote", "A \\\"quote"), "it is damaged");
        refused(&format!("{whole}\n"), "after its last line");
        refused(&whole.replace("\"none\":0", "\"none\":1"), "the numbers of its rows");
        // Cut off anywhere: in a line, after a line, before the very last line end.
        for (at, _) in whole.char_indices() {
            let refusal = walked(&whole[..at]).expect_err("cut off");
            assert!(refusal.contains("not complete") || refusal.contains("not a backup"), "{at}: {refusal}");
        }
    }

    #[test]
    fn cells_are_only_what_rows_are_made_of() {
        assert_eq!(bytes_of("00fFa1"), Some(vec![0, 255, 161]));
        assert_eq!((bytes_of("0"), bytes_of("0g"), bytes_of("+1")), (None, None, None));
        for wrong in ["[1.5]", "[[1]]", "[{\"hex\":\"0\"}]", "[{\"text\":\"00\"}]", "[18446744073709551615]", "[1"] {
            assert!(serde_json::from_str::<Vec<Cell>>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tables_of_another_version_are_refused_with_the_way_out() {
        assert!(same_tables(&header(), 1).is_ok());
        let told = |ours| same_tables(&header(), ours).expect_err("refused").to_string();
        assert!(told(0).contains("or a later one"));
        assert!(told(2).contains("brings the tables up to date"));
    }
}
