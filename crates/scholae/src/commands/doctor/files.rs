//! Whether the bytes of uploaded files are there.

use super::Report;
use crate::commands::until_done;
use crate::config::{Config, Failure};
use files::sweep::{Comparison, compare};
use store::Store;

/// So many files are named at most.
const NAMED: usize = 5;

/// Compares the files that schools know of with what is there.
pub fn look(config: &Config, store: &Store, repair: bool, report: &mut Report) {
    let check = "files";
    if let Err(error) = sums(store, repair, report) {
        return report.failed(check, format!("they cannot be read: {error}"), "see the lines above");
    }
    match compared(config, store) {
        Ok((0, _)) => {}
        Ok((count, damaged)) if damaged.is_empty() => report.ok(check, format!("{count} files are whole")),
        Ok((_, damaged)) => {
            let named: Vec<&str> = damaged.iter().take(NAMED).map(String::as_str).collect();
            report.failed(
                check,
                format!("{} files are missing, or not whole: {}", damaged.len(), named.join(", ")),
                "bring back what is under their ids in the folder beside the last backup, or delete them (/manage/files)",
            );
        }
        Err(error) => report.failed(
            check,
            error.to_string(),
            "is `files` (SCHOLAE_FILES) right, and may this user read and write there?",
        ),
    }
}

/// How many files can be used, and which of them are not whole: school and id.
fn compared(config: &Config, store: &Store) -> Result<(u64, Vec<String>), Failure> {
    let sites = store.read_now(|tx| -> Result<_, Failure> {
        let mut with_files = Vec::new();
        for site in school::sites::all(tx)? {
            if school::files::used(tx, site.id)? > 0 {
                with_files.push(site);
            }
        }
        Ok(with_files)
    })?;
    if sites.is_empty() {
        return Ok((0, Vec::new()));
    }
    let files = config.files()?;
    until_done(async {
        let (mut count, mut all) = (0, Vec::new());
        for site in sites {
            let compared =
                compare(&files, store, site.id, 0).await.map_err(|error| Failure::Told(error.to_string()))?;
            let Comparison { damaged, ready, .. } = compared;
            count += ready;
            all.extend(damaged.into_iter().map(|id| format!("{} {id}", site.subdomain)));
        }
        Ok((count, all))
    })
}

/// Whether the sums of what the files of schools take are right.
fn sums(store: &Store, repair: bool, report: &mut Report) -> Result<(), Failure> {
    let wrong = store.read_now(store::files::audit)?;
    match (wrong.as_slice(), repair) {
        ([], _) => {}
        ([first, ..], false) => report.failed(
            "file sums",
            format!("{first} ({} schools)", wrong.len()),
            "`scholae doctor --repair` adds anew",
        ),
        (_, true) => {
            store.write_now(None, store::files::recount)?;
            report.ok("file sums", format!("{} were added anew", wrong.len()));
        }
    }
    Ok(())
}
