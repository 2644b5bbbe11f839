//! The keys of the configuration about files: where they are, how much of them there may be, what looks at them.

use super::{Config, ConfigError};
use ::files::Files;
use ::files::scan::Scan;
use ::files::storage::Storage;
use clap::Args;
use school::files::{FileAddresses, FileLimits};
use serde::Deserialize;
use std::time::Duration;
use store::ServerKey;

/// The flags of these keys.
#[derive(Debug, Clone, Default, Args)]
pub struct FileFlags {
    /// Folder of uploaded files, or s3://bucket/beginning [env: SCHOLAE_FILES]
    #[arg(long, global = true, value_name = "WHERE", help_heading = "Configuration")]
    files: Option<String>,
    /// Bytes that the files of each school may take; 0 means no limit [env: SCHOLAE_FILE_QUOTA]
    #[arg(long, global = true, value_name = "BYTES", help_heading = "Configuration", hide_short_help = true)]
    file_quota: Option<i64>,
    /// Longest file in bytes [env: SCHOLAE_FILE_LIMIT]
    #[arg(long, global = true, value_name = "BYTES", help_heading = "Configuration", hide_short_help = true)]
    file_limit: Option<i64>,
    /// Command that each file is given to as its input; 0 means fine, 1 means refused [env: SCHOLAE_FILE_SCAN]
    #[arg(long, global = true, value_name = "COMMAND", help_heading = "Configuration", hide_short_help = true)]
    file_scan: Option<String>,
    /// How long it may take for a file [env: SCHOLAE_FILE_SCAN_TIMEOUT_SECONDS]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration", hide_short_help = true)]
    file_scan_timeout_seconds: Option<i64>,
}

impl FileFlags {
    /// The keys of texts with what was given for them.
    pub(super) fn texts(&self) -> [(&'static str, &Option<String>); 2] {
        [("files", &self.files), ("file_scan", &self.file_scan)]
    }

    /// The keys of numbers with what was given for them.
    pub(super) fn numbers(&self) -> [(&'static str, Option<i64>); 3] {
        [
            ("file_quota", self.file_quota),
            ("file_limit", self.file_limit),
            ("file_scan_timeout_seconds", self.file_scan_timeout_seconds),
        ]
    }
}

/// What the keys say.
#[derive(Debug, Clone, Deserialize)]
pub struct FileSettings {
    files: String,
    file_quota: i64,
    file_limit: i64,
    file_scan: String,
    file_scan_timeout_seconds: u64,
}

impl Config {
    /// Where files are: a folder beside the database where nothing is said.
    ///
    /// # Errors
    /// When the address is none.
    pub fn file_storage(&self) -> Result<Storage, ConfigError> {
        let settings = &self.file_settings;
        match settings.files.as_str() {
            "" => Ok(Storage::folder(&self.data.join("files"))),
            address => Storage::at(address).map_err(|error| ConfigError::Wrong(error.to_string())),
        }
    }

    /// How files are kept.
    ///
    /// # Errors
    /// As [`Config::file_storage`].
    pub fn files(&self) -> Result<Files, ConfigError> {
        let settings = &self.file_settings;
        let limits =
            FileLimits { quota: Some(settings.file_quota).filter(|quota| *quota > 0), size: settings.file_limit };
        let timeout = Duration::from_secs(settings.file_scan_timeout_seconds);
        Ok(Files::new(self.file_storage()?, limits, Scan::of(&settings.file_scan, timeout)))
    }

    /// What makes the addresses of files, as the server that listens does.
    #[must_use]
    pub fn file_addresses(&self, key: ServerKey) -> FileAddresses {
        FileAddresses { url: self.web(self.asked_port()).platform_url(), key }
    }

    /// Whether files were ever kept in the folder beside the database, or are kept elsewhere.
    #[must_use]
    pub fn has_file_storage(&self) -> bool {
        !self.file_settings.files.is_empty() || self.data.join("files").is_dir()
    }
}
