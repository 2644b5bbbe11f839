//! Where a database is, as people may see it.

use store::Location;

/// Where a database is, without the password.
pub(crate) fn shown(location: &Location) -> String {
    match location {
        Location::Sqlite(path) => path.display().to_string(),
        Location::Postgres(url) => {
            let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
            // What comes after the host may have a password too: ?password=…
            let head = rest.split(['?', '#']).next().unwrap_or_default();
            let rest = match head.rsplit_once('@') {
                Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
                // A password with a question mark in it: better nothing than half of it.
                None if rest.contains('@') && head.contains(':') => "…".to_owned(),
                None => head.to_owned(),
            };
            format!("{scheme}://{rest}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (url, text) in [
            ("postgres://scholae:hunter2@db.example/school", "postgres://scholae@db.example/school"),
            ("postgres://scholae:p@ss:w@db.example:5432/school", "postgres://scholae@db.example:5432/school"),
            ("postgresql://db.example/school", "postgresql://db.example/school"),
            ("postgres://db.example/school?user=a&password=hunter2", "postgres://db.example/school"),
            ("postgres://scholae:hunt?er2@db.example/school", "postgres://…"),
        ] {
            assert_eq!(shown(&Location::Postgres(url.to_owned())), text);
        }
    }
}
