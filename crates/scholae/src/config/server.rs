//! The keys of the configuration that say what clients may take of the server, and how it stops.

use clap::Args;
use serde::Deserialize;
use server::Limits;
use std::time::Duration;

/// The flags of these keys.
#[derive(Debug, Clone, Default, Args)]
pub struct ServerFlags {
    /// Connections of clients at once [env: SCHOLAE_CLIENT_CONNECTIONS]
    #[arg(long, global = true, value_name = "N", help_heading = "Configuration", hide_short_help = true)]
    client_connections: Option<i64>,
    /// The same from one address; 0 means no limit [env: SCHOLAE_CLIENT_CONNECTIONS_PER_ADDRESS]
    #[arg(long, global = true, value_name = "N", help_heading = "Configuration", hide_short_help = true)]
    client_connections_per_address: Option<i64>,
    /// How long the head of a request may take [env: SCHOLAE_HEAD_TIMEOUT_SECONDS]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration", hide_short_help = true)]
    head_timeout_seconds: Option<i64>,
    /// How long 64 KiB of a request's body may take [env: SCHOLAE_BODY_TIMEOUT_SECONDS]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration", hide_short_help = true)]
    body_timeout_seconds: Option<i64>,
    /// How long a client may take to accept 64 KiB of an answer [env: SCHOLAE_WRITE_TIMEOUT_SECONDS]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration", hide_short_help = true)]
    write_timeout_seconds: Option<i64>,
    /// How long a connection is kept on which nothing is asked [env: SCHOLAE_IDLE_TIMEOUT_SECONDS]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration", hide_short_help = true)]
    idle_timeout_seconds: Option<i64>,
    /// How long /readyz says 503 before a server that is stopped listens no more [env: SCHOLAE_UNREADY_SECONDS]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration", hide_short_help = true)]
    unready_seconds: Option<i64>,
    /// How long requests that have begun may take then [env: SCHOLAE_STOP_TIMEOUT_SECONDS]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration", hide_short_help = true)]
    stop_timeout_seconds: Option<i64>,
}

impl ServerFlags {
    /// The keys with what was given for them.
    pub(super) fn numbers(&self) -> [(&'static str, Option<i64>); 8] {
        [
            ("client_connections", self.client_connections),
            ("client_connections_per_address", self.client_connections_per_address),
            ("head_timeout_seconds", self.head_timeout_seconds),
            ("body_timeout_seconds", self.body_timeout_seconds),
            ("write_timeout_seconds", self.write_timeout_seconds),
            ("idle_timeout_seconds", self.idle_timeout_seconds),
            ("unready_seconds", self.unready_seconds),
            ("stop_timeout_seconds", self.stop_timeout_seconds),
        ]
    }
}

/// What the keys say.
#[derive(Debug, Clone, Deserialize)]
pub struct ServerSettings {
    client_connections: usize,
    client_connections_per_address: usize,
    head_timeout_seconds: u64,
    body_timeout_seconds: u64,
    write_timeout_seconds: u64,
    idle_timeout_seconds: u64,
    unready_seconds: u64,
    stop_timeout_seconds: u64,
}

/// Files that the program opens beside connections: its own, the database's.
const OTHER_FILES: usize = 64;

impl ServerSettings {
    /// How long `/readyz` says 503 before the server stops to listen.
    pub fn unready(&self) -> Duration {
        Duration::from_secs(self.unready_seconds)
    }

    /// How long what has begun may take when the server stops.
    pub fn stop_timeout(&self) -> Duration {
        Duration::from_secs(self.stop_timeout_seconds)
    }

    /// The limits, where so many files may be open at once and so many webhooks are sent at once. Behind a proxy all
    /// connections come from its address.
    pub fn limits(&self, files: Option<u64>, webhooks: usize, behind_a_proxy: bool) -> Limits {
        let files = files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
        let room = files.saturating_sub(OTHER_FILES + webhooks.min(files / 4)).max(1);
        if room < self.client_connections {
            tracing::warn!("at most {room} connections of clients: this process may open {files} files (ulimit -n)");
        }
        let per_address = Some(self.client_connections_per_address).filter(|most| *most > 0 && !behind_a_proxy);
        Limits {
            head_timeout: Duration::from_secs(self.head_timeout_seconds),
            body_timeout: Duration::from_secs(self.body_timeout_seconds),
            write_timeout: Duration::from_secs(self.write_timeout_seconds),
            idle_timeout: Duration::from_secs(self.idle_timeout_seconds),
            connections: self.client_connections.min(room),
            connections_per_address: per_address,
            stop_timeout: self.stop_timeout(),
            ..Limits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_other_files_and_those_of_a_proxy_are_not_counted_by_address() {
        let table: toml::Table = super::super::DEFAULTS.parse().expect("TOML");
        let settings: ServerSettings = table.try_into().expect("settings");
        let limits = |files, behind_a_proxy| {
            let Limits { connections, connections_per_address, .. } = settings.limits(files, 512, behind_a_proxy);
            (connections, connections_per_address)
        };
        assert_eq!(limits(None, false), (4096, Some(512)));
        assert_eq!(limits(Some(1_000_000), true), (4096, None));
        assert_eq!(limits(Some(1024), false), (1024 - 64 - 256, Some(512)));
        assert_eq!(limits(Some(10), false), (1, Some(512)));
    }
}
