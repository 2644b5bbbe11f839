//! The keys of the configuration on their way in: what each was given, where, and whether it can be that.

use super::{ConfigError, DEFAULTS};
use crate::spelling::nearest;
use std::collections::BTreeMap;
use std::path::Path;
use store::ServerKey;
use toml::de::DeTable;
use toml::{Table, Value};

/// How much is logged, from nothing to everything.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
/// Variables that the course on the API and its examples have their readers set, and the commands that ask a server.
const OF_THE_EXAMPLES: [&str; 8] = [
    "SCHOLAE_URL",
    "SCHOLAE_KEY",
    "SCHOLAE_SUBDOMAIN",
    "SCHOLAE_SITE",
    "SCHOLAE_OWNER_EMAIL",
    "SCHOLAE_OWNER_PASSWORD",
    "SCHOLAE_CLIENT_ID",
    "SCHOLAE_CLIENT_SECRET",
];

/// Values, and where they came from.
pub(super) struct Settings {
    /// What counts.
    pub table: Table,
    /// Everybody's defaults, which say what type each key has.
    defaults: Table,
    /// What each given key is called where it was given: `own.toml, line 3: listen`, `SCHOLAE_LISTEN`, `--listen`.
    given: BTreeMap<String, String>,
}

fn defaults() -> Result<Table, ConfigError> {
    DEFAULTS.parse().map_err(|error: toml::de::Error| ConfigError::Wrong(error.to_string()))
}

fn variable(key: &str) -> String {
    format!("SCHOLAE_{}", key.to_uppercase())
}

/// A sentence for each variable that begins as ours do and is none of them.
///
/// # Errors
/// Never: the defaults are a constant.
pub fn unknown_variables() -> Result<Vec<String>, ConfigError> {
    let known: Vec<String> = defaults()?.keys().map(|key| variable(key)).chain(["SCHOLAE_CONFIG".to_owned()]).collect();
    let set = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let unknown = set
        .filter(|name| name.starts_with("SCHOLAE_") && !known.contains(name))
        .filter(|name| !OF_THE_EXAMPLES.contains(&name.as_str()));
    let stem = |name: &str| name.trim_start_matches("SCHOLAE_").to_owned();
    let stems: Vec<String> = known.iter().map(|name| stem(name)).collect();
    let told = unknown.map(|name| match nearest(&stem(&name), stems.iter().map(String::as_str)) {
        Some(meant) => format!("the variable {name} means nothing; did you mean SCHOLAE_{meant}?"),
        None => format!("the variable {name} means nothing; `scholae config` prints every key"),
    });
    Ok(told.collect())
}

impl Settings {
    /// Everybody's defaults, and those of a command.
    pub fn new(command: Table) -> Result<Self, ConfigError> {
        let defaults = defaults()?;
        let mut table = defaults.clone();
        table.extend(command);
        Ok(Self { table, defaults, given: BTreeMap::new() })
    }

    /// Whether a key was given, not left to its default.
    pub fn was_given(&self, key: &str) -> bool {
        self.given.contains_key(key)
    }

    fn give(&mut self, key: &str, value: Value, called: String) {
        self.table.insert(key.to_owned(), value);
        self.given.insert(key.to_owned(), called);
    }

    /// Takes what a file says.
    pub fn file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
        let malformed = |error| ConfigError::Malformed(path.to_owned(), error);
        let own: Table = text.parse().map_err(malformed)?;
        let places = DeTable::parse(&text).map_err(malformed)?;
        for (key, value) in own {
            if !self.defaults.contains_key(&key) {
                let meant = nearest(&key, self.defaults.keys().map(String::as_str));
                let hint = meant.map(|meant| format!(", did you mean `{meant}`?")).unwrap_or_default();
                return Err(ConfigError::UnknownKey(path.to_owned(), key, hint));
            }
            let place = places.get_ref().keys().find(|place| place.get_ref().as_ref() == key);
            let before = place.and_then(|place| text.get(..place.span().start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let value = beside(path, &key, value);
            let called = format!("{}, line {line}: {key}", path.display());
            self.give(&key, value, called);
        }
        Ok(())
    }

    /// Takes what the environment says. An empty variable says nothing where empty means nothing.
    pub fn environment(&mut self) {
        for (key, default) in self.defaults.clone() {
            let name = variable(&key);
            let Ok(text) = std::env::var(&name) else { continue };
            if text.is_empty() && default.as_str() != Some("") {
                continue;
            }
            // What is no number stays a text, to be refused with the others.
            let value = match &default {
                Value::Integer(_) => text.trim().parse().ok().map(Value::Integer),
                Value::Boolean(_) => text.trim().parse().ok().map(Value::Boolean),
                _ => None,
            };
            self.give(&key, value.unwrap_or(Value::String(text)), name);
        }
    }

    /// Takes what the flags say.
    pub fn flags(&mut self, flags: Table) {
        for (key, value) in flags {
            let called = format!("--{}", key.replace('_', "-"));
            self.give(&key, value, called);
        }
    }

    /// Looks whether everything can be what it is.
    pub fn check(&self) -> Result<(), ConfigError> {
        for (key, default) in &self.defaults {
            let value = self.table.get(key).unwrap_or(default);
            if let Some(fault) = typed(key, value, default).or_else(|| fault(key, value)) {
                let called = self.given.get(key).unwrap_or(key);
                return Err(ConfigError::Wrong(format!("{called} {fault}")));
            }
        }
        Ok(())
    }
}

/// A path in a file is meant from the file's own folder, so that it is the same wherever a command is typed.
fn beside(file: &Path, key: &str, value: Value) -> Value {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return value };
    let joined = |path: &str| folder.join(path.trim_start_matches("./")).display().to_string();
    match value.as_str() {
        Some(data) if key == "data" && !data.is_empty() => Value::String(joined(data)),
        Some(files) if key == "files" && !files.is_empty() && !files.contains("://") => Value::String(joined(files)),
        Some(url) if key == "database" => match url.strip_prefix("sqlite://").filter(|path| !path.is_empty()) {
            Some(path) => Value::String(format!("sqlite://{}", joined(path))),
            None => value,
        },
        _ => value,
    }
}

/// What is wrong with the type of a value. The value itself is not told: it may be a secret.
fn typed(key: &str, value: &Value, default: &Value) -> Option<String> {
    let ((least, most), words) = match key {
        "public_port" => ((0, i64::from(u16::MAX)), " from 0 to 65535"),
        "requests_per_minute" | "requests_at_once" | "request_log_rows" => {
            ((0, i64::from(u32::MAX)), " from 0 to 4294967295")
        }
        "webhook_concurrency"
        | "webhook_timeout_seconds"
        | "client_connections"
        | "head_timeout_seconds"
        | "body_timeout_seconds"
        | "write_timeout_seconds"
        | "idle_timeout_seconds"
        | "file_scan_timeout_seconds" => ((1, i64::from(u32::MAX)), ", 1 or more"),
        "file_limit" => ((1, i64::MAX), ", 1 or more"),
        _ => ((0, i64::MAX), ", 0 or more"),
    };
    match (default, value) {
        (Value::Integer(_), Value::Integer(number)) if (least..=most).contains(number) => None,
        (Value::Integer(_), _) => Some(format!("must be a whole number{words}, without quotes")),
        (Value::Boolean(_), Value::Boolean(_)) | (Value::String(_), Value::String(_)) => None,
        (Value::Boolean(_), _) => Some("must be true or false, without quotes".to_owned()),
        (Value::String(example), _) if !example.is_empty() => {
            Some(format!("must be a text in quotes, such as \"{example}\""))
        }
        _ => Some("must be a text in quotes".to_owned()),
    }
}

/// What is wrong with what a text says.
fn fault(key: &str, value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let fine = match key {
        "data" => !text.is_empty(),
        "listen" => listens(text),
        "base_domain" => names_a_host(text),
        "scheme" => ["http", "https"].contains(&text),
        "log_format" => ["text", "json"].contains(&text),
        "log" => text.split(',').all(|part| {
            let level = part.rsplit('=').next().unwrap_or(part);
            LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level))
        }),
        "server_key" if !text.is_empty() => {
            return ServerKey::from_text(text).err().map(|error| format!("is refused: {error}"));
        }
        _ => true,
    };
    if fine {
        return None;
    }
    Some(match key {
        "data" => "must name a folder".to_owned(),
        "listen" => format!("must be an address and a port, such as 127.0.0.1:9000, not `{text}`"),
        "base_domain" => format!(
            "must be the name of a host alone, such as school.example.com, not `{text}`; `scheme` says http or https, \
             `public_port` the port"
        ),
        "scheme" => "must be http or https".to_owned(),
        "log_format" => "must be text or json".to_owned(),
        _ => {
            format!("must be one of {}, or one for each part, such as info,web=debug; not `{text}`", LEVELS.join(", "))
        }
    })
}

/// Whether a text is an address with a port. Whether it can be listened on shows when that is tried.
fn listens(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    !host.is_empty() && !host.contains('/') && port.parse::<u16>().is_ok()
}

/// Whether a text is the name of a host (RFC 1123, section 2.1), with nothing before or after it.
fn names_a_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_file_is_beside_the_file() {
        for (file, key, value, meant) in [
            ("own.toml", "data", "./here", "./here"),
            ("/etc/scholae/own.toml", "data", "./here", "/etc/scholae/here"),
            ("/etc/scholae/own.toml", "data", "/var/lib/scholae", "/var/lib/scholae"),
            ("etc/own.toml", "database", "sqlite://school.db", "sqlite://etc/school.db"),
            ("etc/own.toml", "database", "sqlite:///school.db", "sqlite:///school.db"),
            ("etc/own.toml", "database", "postgres://localhost/a", "postgres://localhost/a"),
            ("etc/own.toml", "database", "", ""),
            ("etc/own.toml", "listen", "./here", "./here"),
        ] {
            assert_eq!(beside(Path::new(file), key, value.into()).as_str(), Some(meant), "{file} {value}");
        }
    }

    #[test]
    fn addresses_and_hosts() {
        for (text, fine) in [
            ("127.0.0.1:0", true),
            ("[::]:9000", true),
            ("localhost:9000", true),
            ("9000", false),
            (":9000", false),
            ("http://localhost:9000", false),
            ("localhost:port", false),
        ] {
            assert_eq!(listens(text), fine, "{text}");
        }
        for (text, fine) in [
            ("localhost", true),
            ("school.example.com", true),
            ("http://x/", false),
            ("x:9000", false),
            ("x/", false),
            (".example.com", false),
            ("", false),
        ] {
            assert_eq!(names_a_host(text), fine, "{text}");
        }
    }
}
