//! The server's key, which nobody gets without it having been compared with the one that the database is under.

use super::{Config, Failure};
use crate::location::shown;
use std::path::{Path, PathBuf};
use store::server_key::{self, KeyMatch};
use store::{Location, ServerKey, Store};

impl Config {
    /// The server's key: of the configuration, or of the file in the data folder. A database that is under no key yet
    /// is put under this one; when there is no file either, it is made.
    ///
    /// # Errors
    /// When the key is too short, its file cannot be used, or the database is under another key.
    pub fn server_key(&self, store: &Store) -> Result<ServerKey, Failure> {
        let existing = self.existing_key()?;
        let asked = existing.clone();
        let standing = store.read_now(move |tx| server_key::look(tx, asked.as_ref()))?;
        let key = match (standing, existing) {
            (KeyMatch::Foreign, existing) => return Err(self.foreign(existing.is_some())),
            (_, Some(key)) => key,
            (_, None) => ServerKey::from_file(&self.key_file())?,
        };
        if standing == KeyMatch::Free {
            let first = key.clone();
            // Two servers may begin at once on an empty database, each with a key of its own: one of them is told.
            if store.write_now(None, move |tx| server_key::keep(tx, &first, store::now()))? == KeyMatch::Foreign {
                return Err(self.foreign(true));
            }
        }
        self.note_use(store);
        Ok(key)
    }

    /// Notes that the key is used with this database, so that a database which is lost later is not taken for a new one.
    fn note_use(&self, store: &Store) {
        let (file, name) = (self.used_key_file(), self.name_of(&store.location()));
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        if known.lines().any(|line| line == name) {
            return;
        }
        let noted =
            std::fs::create_dir_all(&self.data).and_then(|()| std::fs::write(&file, format!("{known}{name}\n")));
        if let Err(error) = noted {
            tracing::debug!(%error, "the use of the key cannot be noted in the data folder");
        }
    }

    /// Whether the key has been used with this database.
    pub fn key_was_used_with(&self, location: &Location) -> bool {
        let known = std::fs::read_to_string(self.used_key_file()).unwrap_or_default();
        let there_is_a_key = !self.server_key.is_empty() || self.key_file().exists();
        there_is_a_key && known.lines().any(|line| line == self.name_of(location))
    }

    /// Where that is noted.
    pub(super) fn used_key_file(&self) -> PathBuf {
        Path::new(&self.data).join("server.key.used")
    }

    /// What a database is called there: the same wherever a command is typed, and when the data folder moves.
    fn name_of(&self, location: &Location) -> String {
        match location {
            Location::Sqlite(path) if path.parent() == Some(&self.data) => {
                path.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
            Location::Sqlite(path) => std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string(),
            Location::Postgres(_) => shown(location),
        }
    }

    /// The server's key if there is one, whatever the database is under; none is made.
    ///
    /// # Errors
    /// When there is one but it cannot be read.
    pub fn existing_key(&self) -> Result<Option<ServerKey>, Failure> {
        if !self.server_key.is_empty() {
            return Ok(Some(ServerKey::from_text(&self.server_key)?));
        }
        let path = self.key_file();
        let there = path.try_exists().map_err(|error| {
            Failure::Told(format!("the server key {} cannot be looked for: {error}", path.display()))
        })?;
        there.then(|| ServerKey::from_file(&path)).transpose().map_err(Failure::from)
    }

    /// The file of the server's key, where the configuration does not hold it.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        Path::new(&self.data).join("server.key")
    }

    /// Where the key is that is used: the file, or the configuration.
    #[must_use]
    pub fn key_place(&self) -> String {
        if self.server_key.is_empty() {
            self.key_file().display().to_string()
        } else {
            "server_key (SCHOLAE_SERVER_KEY) of the configuration".to_owned()
        }
    }

    /// That the database is under another key than the one here, or than none.
    fn foreign(&self, there_is_one: bool) -> Failure {
        let database = self.location().map_or_else(|_| "given".to_owned(), |location| shown(&location));
        let found = if there_is_one { "is not the one" } else { "is missing" };
        Failure::Told(format!(
            "the database {database} is under a server key already, and {} {found}. With another key nobody could sign \
             in or use the API. {HOW_TO_BRING_IT}",
            self.key_place()
        ))
    }
}

/// What to do when the key is not the database's.
pub const HOW_TO_BRING_IT: &str = "\
Copy server.key from the server that used this database before, or uses it beside this one, or from your backup of it; \
or give its text as SCHOLAE_SERVER_KEY. If it is lost: `scholae backup --out FILE`, and `scholae restore FILE \
--new-server-key` into an empty database";
