//! `scholae restore`: a backup into an empty database, of either engine.

use super::backup::cell::Cell;
use super::backup::file::{BackupItem, COUNTERS, Header, Heading, walk};
use super::backup::files;
use super::backup::one_school::OneSchool;
use crate::config::{Config, Failure};
use crate::progress::Progress;
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::dump::{self, Table};
use store::server_key::{self, KeyMatch};
use store::{ServerKey, SiteId, StoreError, Tx, Value, lists};

/// Rows are collected up to about this many bytes, or this many values, before they are written.
const BATCH_BYTES: usize = 4 << 20;
const BATCH_VALUES: usize = 8_000;

const AFTER_RESTORE: &str = "\
The file is read and checked as a whole before anything is written, and everything is written or nothing is. The \
database must be empty; one that is not there yet is made. It need not be of the engine that the backup is of, which \
is also how a school moves from one to the other. The exit code is 1 when the books of what was restored do not agree:

  scholae backup --out school.jsonl
  scholae restore school.jsonl --database postgres://scholae@localhost/scholae

With --school one school is read, out of its own backup or one of the whole database, also into a database that has \
others, which go on meanwhile. It keeps its ids: rows of several schools never share a key, so that nothing but the id \
and the subdomain of the school itself must be free. Both servers must have the same server key. Its apps come along where this \
server does not have them.

  scholae backup --school academy --out academy.jsonl
  scholae restore academy.jsonl --school academy --webhooks keep

Stop the server that uses the old database before you make the backup to move with: what it writes afterwards is \
not in it.

A server on the restored database would tell webhooks what they were still to be told. When there are active ones, say \
with --webhooks what is to become of them: keep them when the school moves or comes back, switch them off when the \
backup is only tried out. Those that are off are switched on again one by one (PUT /api/v2/webhooks/{id} with the \
status active), and are then sent what was given up with POST /api/v2/webhooks/{id}/recover.";

/// Why webhooks are off after a restore.
const OFF_BY_RESTORE: &str = "Switched off when a backup was restored.";

/// Read a backup into an empty database, of either engine
#[derive(Debug, Args)]
#[command(after_help = AFTER_RESTORE)]
pub struct Restore {
    /// What `scholae backup` has written, with FILE.files beside it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key of the old server is lost: take every school's API key away, to be made anew with `scholae key rotate`,
    /// and end every token
    #[arg(long)]
    new_server_key: bool,
    /// Read this one school, into a database that may have others
    #[arg(long, value_name = "SUBDOMAIN", conflicts_with = "new_server_key")]
    school: Option<String>,
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
        let bar = Progress::of(bytes, "checking the file");
        let (header, footer) = walk(&self.file, &mut |at, _| {
            bar.at(at);
            Ok(())
        })?;
        bar.end();
        let key = self.key(config, &header)?;
        let only = self.one_school()?;
        config.check_file()?;
        let store = config.make_store_to_fill()?;
        let (fresh, webhooks) = (self.new_server_key, self.webhooks);
        let rows: u64 = footer.rows.values().filter_map(serde_json::Value::as_u64).sum();
        let bar = Progress::of(rows, "restoring rows");
        let (path, told, own) = (self.file.clone(), bar.clone(), config.clone());
        let site = only.as_ref().map(|(school, _)| school.site);
        let found = store.write_now(site, move |tx| {
            let found = restore(tx, &path, &told, only.as_ref())?;
            match &key {
                Some(key) if fresh => forget_the_old_key(tx, key)?,
                key if server_key::look(tx, key.as_ref())? == KeyMatch::Foreign => {
                    return Err(another_key(&own, key.is_some()));
                }
                _ => {}
            }
            settle_webhooks(tx, webhooks, site)?;
            Ok::<_, Failure>(found)
        });
        let found = found.map_err(|failure| config.with_advice(failure))?;
        bar.end();
        println!("{} rows restored, as they were at {} ({}).", found.rows, header.taken_at, header.engine);
        for (subdomain, name) in &found.schools {
            println!("  {subdomain:<24} {name}");
        }
        if let Some(brought) = files::bring_back(config, &store, &self.file, site)? {
            println!("{brought}");
        }
        let code = found.report();
        if fresh {
            println!("No API key opens anything: make each school's with `scholae key rotate SUBDOMAIN`.");
            println!(
                "Nor does any token or app secret: make these with `scholae token create` and `scholae app rotate-secret`."
            );
        }
        Ok(code)
    }

    /// The key that the restored database is opened with.
    ///
    /// # Errors
    /// When the backup was sealed with another one.
    fn key(&self, config: &Config, header: &Header) -> Result<Option<ServerKey>, Failure> {
        let key = match config.existing_key()? {
            Some(key) => Some(key),
            // Nothing of this server is sealed yet: it may have a key of its own from the first day.
            None if self.new_server_key => Some(ServerKey::from_file(&config.key_file())?),
            None => None,
        };
        if !self.new_server_key {
            // Before anything is written. Afterwards the rows are asked too.
            let theirs = header.server_key_fingerprint.as_ref();
            if theirs.is_some_and(|theirs| key.as_ref().is_none_or(|key| server_key::mark(key) != *theirs)) {
                return Err(another_key(config, key.is_some()));
            }
        }
        Ok(key)
    }

    /// The one school that is restored; none for all of them.
    ///
    /// # Errors
    /// When the backup has no such school.
    fn one_school(&self) -> Result<Option<(OneSchool, String)>, Failure> {
        let Some(name) = &self.school else { return Ok(None) };
        match OneSchool::in_backup(&self.file, name)? {
            Some(school) => Ok(Some((school, name.clone()))),
            None => Err(Failure::Told(format!("{} has no school `{name}`", self.file.display()))),
        }
    }
}

impl Found {
    /// Says what was found wrong; gives what the command ends with.
    fn report(&self) -> ExitCode {
        for wrong in &self.wrong {
            eprintln!("scholae: WARNING: {wrong}");
        }
        if !self.mended.is_empty() {
            let columns = self.mended.iter().map(|(column, texts)| format!("{column} ({texts})"));
            eprintln!(
                "scholae: WARNING: texts had control characters, which no text has any more; there are blanks in their \
                 place now: {}",
                columns.collect::<Vec<_>>().join(", ")
            );
        }
        if !self.wrong.is_empty() {
            return ExitCode::FAILURE;
        }
        println!("Every maintained count and every ledger agrees with the rows.");
        ExitCode::SUCCESS
    }
}

/// That the backup was sealed with another key than the one here, or than none.
fn another_key(config: &Config, there_is_one: bool) -> Failure {
    let ours = if there_is_one { "another server key than this server's" } else { "a server key, and here is none" };
    Failure::Told(format!(
        "this backup was sealed with {ours}: bring server.key of the old server to {} (or its text in \
         SCHOLAE_SERVER_KEY) and restore again. If it is lost, --new-server-key restores without it, and every school \
         needs a new API key",
        config.key_file().display()
    ))
}

/// Takes away what nobody can open or find any more without the key of the old server, and begins with a new one.
fn forget_the_old_key(tx: &mut Tx<'_>, key: &ServerKey) -> Result<(), Failure> {
    for site in store::sites::all(tx)? {
        store::sites::set_key(tx, site.id, None, None, store::now())?;
    }
    identity::apps::forget_what_a_lost_key_sealed(tx)?;
    Ok(server_key::replace(tx, key, store::now())?)
}

/// What was found in the database after the rows were in.
struct Found {
    rows: u64,
    schools: Vec<(String, String)>,
    wrong: Vec<String>,
    /// How many texts of which columns had control characters.
    mended: BTreeMap<String, u64>,
}

/// Reads the rows in and looks whether everything agrees. An error means that nothing stays of it.
fn restore(tx: &mut Tx<'_>, path: &Path, bar: &Progress, only: Option<&(OneSchool, String)>) -> Result<Found, Failure> {
    bar.at(0);
    let tables = dump::tables(tx)?;
    if let Some((school, subdomain)) = only {
        school.must_be_free(tx, subdomain, &tables)?;
    } else if let Some(name) = dump::occupied(tx)? {
        let what = match store::sites::all(tx)?.first() {
            Some(site) => format!("has a school already (`{}`)", site.subdomain),
            None => format!("is not empty: there are rows in {name}"),
        };
        return Err(Failure::Told(format!(
            "the database {what}. A backup is only restored into an empty database: name another with --data FOLDER \
             or --database URL. Or restore one school into this one, with --school SUBDOMAIN"
        )));
    } else {
        // A server that was started on it may have put it under a key; the rows say which one now.
        server_key::forget(tx)?;
    }
    let ours = dump::version(tx)?;
    let mut filling = TableLoad {
        missing: tables.iter().map(|table| table.name).collect(),
        only: only.map(|(school, _)| school.clone()),
        ..TableLoad::default()
    };
    walk(path, &mut |_, part| match part {
        BackupItem::Header(header) => same_tables(header, ours),
        BackupItem::Table(heading) => filling.begin(tx, &tables, &heading),
        BackupItem::Row(line, number) => {
            bar.done(1);
            filling.row(tx, line, number)
        }
    })?;
    filling.flush(tx)?;
    if let Some(name) = filling.missing.first() {
        return Err(Failure::Told(format!("{}: the table {name} is not in it", path.display())));
    }
    bar.goes_on_with("comparing");
    dump::analyze(tx)?;
    let sites = store::sites::all(tx)?;
    let lists = lists::audit(tx)?.into_iter().map(|wrong| {
        format!("the counts of {} do not agree with the rows; `scholae doctor --repair` counts anew", wrong.list)
    });
    let mut wrong: Vec<String> = lists.collect();
    wrong.extend(store::books::audit(tx)?);
    if only.is_some() {
        // Ids that this server has given are never given again.
        filling.counters.extend(dump::counters(tx)?);
    }
    dump::set_counters(tx, &filling.counters)?;
    let is_restored = |site: &store::sites::SiteRow| only.is_none_or(|(school, _)| school.site == site.id);
    let schools = sites.into_iter().filter(is_restored).map(|site| (site.subdomain, site.name)).collect();
    Ok(Found { rows: filling.rows, schools, wrong, mended: filling.mended })
}

/// Switches webhooks off when that was asked for, and asks when it must be.
fn settle_webhooks(tx: &mut Tx<'_>, wanted: Option<Webhooks>, only: Option<SiteId>) -> Result<(), Failure> {
    if wanted == Some(Webhooks::Keep) {
        return Ok(());
    }
    let off = match only {
        Some(site) => store::webhooks::switch_off_all_of(tx, site, OFF_BY_RESTORE)?,
        None => store::webhooks::switch_off_all(tx, OFF_BY_RESTORE)?,
    };
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
struct TableLoad {
    table: Option<Table>,
    cells: Vec<Cell>,
    bytes: usize,
    counters: Vec<(String, i64)>,
    missing: Vec<&'static str>,
    mended: BTreeMap<String, u64>,
    /// The one school whose rows are taken.
    only: Option<OneSchool>,
    /// How many rows were taken.
    rows: u64,
}

impl TableLoad {
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
        let mut row: Vec<Cell> = serde_json::from_slice(line).map_err(|error| damaged(error.to_string()))?;
        let Some(table) = &self.table else {
            let [Cell::Text(kind), Cell::Int(next)] = row.as_slice() else {
                return Err(damaged("a next id is a name and a number".to_owned()));
            };
            self.counters.push((kind.clone(), *next));
            self.rows += u64::from(self.only.is_none());
            return Ok(());
        };
        if row.len() != table.columns.len() {
            return Err(damaged(format!("{} has {} columns, not {}", table.name, table.columns.len(), row.len())));
        }
        if let Some((column, _)) = table.columns.iter().zip(&row).find(|(column, cell)| !cell.is(column.kind)) {
            return Err(damaged(format!("{}.{} holds something else", table.name, column.name)));
        }
        if let Some(only) = &self.only
            && !only.adds(tx, table, &row)?
        {
            return Ok(());
        }
        self.rows += 1;
        for (column, cell) in table.columns.iter().zip(&mut row) {
            // A school of before there was a check of texts may have them, and PostgreSQL cannot store every one.
            if let Cell::Text(text) = cell
                && let Some(mended) = school::text::mended(text)
            {
                *text = mended;
                *self.mended.entry(format!("{}.{}", table.name, column.name)).or_default() += 1;
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::backup::file::tests::header;

    #[test]
    fn tables_of_another_version_are_refused_with_the_way_out() {
        assert!(same_tables(&header(), 1).is_ok());
        let told = |ours| same_tables(&header(), ours).expect_err("refused").to_string();
        assert!(told(0).contains("or a later one"));
        assert!(told(2).contains("brings the tables up to date"));
    }
}
