//! What happens when requests come through a proxy that the configuration does not know of: it is logged, and noted in
//! the data folder, where `doctor` finds it.

use crate::config::Config;
use server::OnForwarded;
use std::path::{Path, PathBuf};

/// What that means.
pub const UNKNOWN_PROXY: &str = "requests come through a proxy (they have X-Forwarded-For or Forwarded), but proxies \
                                 is 0: all people count as one, so that one who guesses passwords locks everybody out";
/// What to do about it.
pub const SET_PROXIES: &str =
    "set proxies (SCHOLAE_PROXIES) to the number of proxies of yours before the server, mostly 1";

fn note(data: &Path) -> PathBuf {
    data.join("asked-through-a-proxy")
}

/// Whether a server has noted it since it was last started.
pub fn is_noted(data: &Path) -> bool {
    note(data).exists()
}

/// What a server that begins now does about it.
pub fn on_forwarded(config: &Config) -> OnForwarded {
    let note = note(&config.data);
    // It may have been mended since.
    let _none_was_there = std::fs::remove_file(&note);
    Box::new(move || {
        tracing::warn!("{UNKNOWN_PROXY}; {SET_PROXIES}");
        if let Err(error) = std::fs::write(&note, format!("{UNKNOWN_PROXY}.\n")) {
            tracing::debug!(%error, "that cannot be noted in the data folder");
        }
    })
}
