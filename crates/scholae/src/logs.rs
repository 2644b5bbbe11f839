//! Logs: to the standard error stream, as text or as JSON. Nothing that is logged anywhere is a secret: no key, no
//! password, no body.

use crate::config::{Config, ConfigError};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Begins to log.
///
/// # Errors
/// When the configured level is none.
pub fn start(config: &Config) -> Result<(), ConfigError> {
    // At every start these tell that there are no migrations to apply. Whoever wants to hear it names them.
    let filter = EnvFilter::try_new(format!("refinery_core=warn,tokio_postgres=warn,{}", config.log))
        .map_err(|error| ConfigError::Wrong(format!("log: {error}")))?;
    let colours = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    // A log that nobody reads any more is no reason to stop serving: telling so would panic.
    let builder = builder.log_internal_errors(false);
    let started = if config.log_format == "json" { builder.json().try_init() } else { builder.try_init() };
    started.map_err(|error| ConfigError::Wrong(format!("logging cannot start: {error}")))
}
