//! Where the database is, and how it is opened: most commands open one, a few make it.

use super::{Config, ConfigError, Failure};
use crate::commands::demo;
use crate::location::shown;
use std::path::Path;
use std::time::Duration;
use store::{Location, Store, StoreError, dump};

/// A server begins after it has looked at its file for so long at most. All of a large one is read by `doctor`.
const LOOK: Duration = Duration::from_secs(1);

impl Config {
    /// Where the database is.
    ///
    /// # Errors
    /// When `database` is no address of one.
    pub fn location(&self) -> Result<Location, ConfigError> {
        if self.database.is_empty() {
            return Ok(Location::Sqlite(self.data.join("scholae.db")));
        }
        self.database.parse().map_err(|error: StoreError| ConfigError::Wrong(error.to_string()))
    }

    /// The same configuration, on the demo's data when nobody has said where the data is, the usual folder has no
    /// database, and the demo's beside it has one. What a developer types next to a running demo then finds it. Unless
    /// `quiet`, that is told when the database is opened.
    #[must_use]
    pub fn or_the_demos(self, quiet: bool) -> Self {
        let there = |folder: &Path| folder.join("scholae.db").exists();
        let demos = Path::new(demo::DATA);
        if self.placed || there(&self.data) || !there(demos) {
            return self;
        }
        let remark = format!("this is the demo's data, {}; --data names another folder", demo::DATA);
        Self { data: demos.to_owned(), remark: Some(remark).filter(|_| !quiet), ..self }
    }

    /// Opens the store that is there. A command that only looks makes none: it would show an empty one when it is
    /// pointed at the wrong place.
    ///
    /// # Errors
    /// When there is no database, or it cannot be used.
    pub fn open_store(&self) -> Result<Store, Failure> {
        let location = self.location()?;
        if self.version(&location)?.is_none() {
            return Err(Failure::Told(format!(
                "there is no database at {}; `scholae site create` or `scholae demo` makes one, --data names the \
                 folder of another",
                shown(&location)
            )));
        }
        if let Some(remark) = &self.remark {
            eprintln!("scholae: {remark}");
        }
        self.connect(&location)
    }

    /// Opens the store, and makes it when there is none.
    ///
    /// # Errors
    /// When the database cannot be used, or there was one and it is gone.
    pub fn make_store(&self) -> Result<Store, Failure> {
        let location = self.location()?;
        if self.version(&location)?.is_none() && self.key_was_used_with(&location) {
            return Err(Failure::Told(format!(
                "the database {} is empty or not there, and this server's key has been used with it: its schools are \
                 gone. Bring the file back, or restore a backup (`scholae restore FILE`). To begin anew, move {} and {} \
                 away",
                shown(&location),
                self.key_file().display(),
                self.used_key_file().display()
            )));
        }
        if let Location::Sqlite(path) = &location
            && path.metadata().is_ok_and(|file| file.len() == 0)
            && self.existing_key()?.is_some()
        {
            tracing::warn!(
                "the database {} is empty, though there is a server key: a new server begins in it. If it had schools, \
                 stop the server and bring the file back, or restore a backup (`scholae restore FILE`)",
                path.display()
            );
        }
        self.connect(&location)
    }

    /// The same for what fills a database from a backup, whatever was there before.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub fn make_store_to_fill(&self) -> Result<Store, Failure> {
        let location = self.location()?;
        match self.version(&location)? {
            Some(_) => self.open_store(),
            None => self.connect(&location),
        }
    }

    /// Looks quickly whether the file of a database is damaged, before a server begins with it.
    ///
    /// # Errors
    /// When it is.
    pub fn check_file(&self) -> Result<(), Failure> {
        let location = self.location()?;
        if self.version(&location)?.is_none() {
            return Ok(());
        }
        let found = dump::faults_within(&location, LOOK).map_err(|error| unusable(&location, &error))?;
        match found.first() {
            None => Ok(()),
            Some(fault) => Err(Failure::Told(format!(
                "the database {} is damaged: {fault}. Stop the server that uses it, keep a copy of it and of the files \
                 beside it, and restore the last backup into a new data folder (--data FOLDER); `scholae doctor` looks at \
                 all of it",
                shown(&location)
            ))),
        }
    }

    /// A failure with what to look at, when the database cannot be used.
    #[must_use]
    pub fn with_advice(&self, failure: Failure) -> Failure {
        match (failure, self.location()) {
            (Failure::Store(error @ StoreError::Unavailable(_)), Ok(location)) => unusable(&location, &error),
            (other, _) => other,
        }
    }

    /// The version of the tables that are there, which are not newer than this program.
    fn version(&self, location: &Location) -> Result<Option<i64>, Failure> {
        let version = dump::version_of(location).map_err(|error| unusable(location, &error))?;
        let ours = dump::latest_version();
        if let Some(theirs) = version.filter(|theirs| *theirs > ours) {
            return Err(Failure::Told(format!(
                "the database {} has tables of version {theirs}, and this program knows them up to version {ours}: is \
                 this the program that the server runs, or an older one?",
                shown(location)
            )));
        }
        Ok(version)
    }

    fn connect(&self, location: &Location) -> Result<Store, Failure> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let connections = match (self.connections, location) {
            (0, Location::Sqlite(_)) => cores,
            (0, Location::Postgres(_)) => 16,
            (some, _) => some,
        };
        Store::open(location, connections).map_err(|error| unusable(location, &error))
    }
}

/// What to look at when a database cannot be used.
#[must_use]
pub fn advice(location: &Location) -> &'static str {
    match location {
        Location::Sqlite(_) => {
            "is --data (SCHOLAE_DATA) right, and may this user read and write the file? If it is malformed, keep a \
             copy and restore the last backup into a new data folder"
        }
        Location::Postgres(_) => {
            "is the server running, and are name and password in --database (SCHOLAE_DATABASE) right?"
        }
    }
}

fn unusable(location: &Location, error: &StoreError) -> Failure {
    Failure::Told(format!("the database {} cannot be used: {error}; {}", shown(location), advice(location)))
}
