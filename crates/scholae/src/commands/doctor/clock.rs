//! What `doctor` asks about clocks: this machine's, the database server's, and what was dated by one that was wrong.

use super::Report;
use crate::config::Failure;
use store::clocks::{self, Disorder, EARLIEST};
use store::{Engine, Store, StoreError};

/// Clocks that are further apart than this do not go together, in milliseconds.
const APART: i64 = 60_000;

/// What to do about dates that are ahead or in disorder.
pub const MEND: &str = "see that this machine's clock is right (`timedatectl`); when it is, `scholae doctor --repair` puts \
                        the dates in order";

/// A sentence for each school whose dates are ahead of this machine's clock, or not in order.
///
/// # Errors
/// When they cannot be read.
pub fn disorders(store: &Store) -> Result<Vec<String>, StoreError> {
    Ok(store.read_now(clocks::disorders)?.iter().map(told).collect())
}

fn told(disorder: &Disorder) -> String {
    let Disorder { subdomain, last, set_back_to, .. } = disorder;
    let name = if subdomain.is_empty() { "the platform".to_owned() } else { format!("`{subdomain}`") };
    match set_back_to {
        Some(moment) => format!(
            "{name} has dates that were ahead of this machine's clock when it was set back to {}: they are not in order, \
             and lists with a filter by date take longer",
            date(*moment)
        ),
        None => format!("{name} was last changed on {}, which is ahead of this machine's clock", date(*last)),
    }
}

fn date(moment: i64) -> String {
    jiff::Timestamp::from_millisecond(moment)
        .map_or_else(|_| moment.to_string(), |at| at.strftime("%F %T UTC").to_string())
}

/// Whether the clocks are right, as far as that can be told, and what is dated by them.
pub(super) fn look(store: &Store, repair: bool, report: &mut Report) {
    let check = "clock";
    let now = store::now();
    if now < EARLIEST {
        return report.failed(
            check,
            format!("this machine's clock says {}", date(now)),
            "set it right (`timedatectl`)",
        );
    }
    match apart(store) {
        Err(error) => return report.failed(check, error.to_string(), "see the line on the database"),
        Ok(Some(apart)) => report.warning(
            check,
            format!("the database server's clock is {} s away from this machine's", apart / 1000),
            "have both set by NTP (`timedatectl set-ntp true`)",
        ),
        Ok(None) => {}
    }
    match store.read_now(clocks::disorders) {
        Err(error) => report.failed(check, error.to_string(), "see the line on the database"),
        Ok(found) if found.is_empty() => report.ok(check, format!("it says {}, and nothing is dated later", date(now))),
        Ok(found) if repair => mend(store, &found, report),
        Ok(found) => report.failed(check, found.iter().map(told).collect::<Vec<_>>().join("; "), MEND),
    }
}

/// How far the clock of PostgreSQL is from this machine's, when that is too far.
fn apart(store: &Store) -> Result<Option<i64>, StoreError> {
    if store.engine() == Engine::Sqlite {
        return Ok(None);
    }
    let sql = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
    let theirs: Option<i64> = store.read_now(move |tx| tx.first(sql, &[], |row| row.get(0)))?;
    Ok(theirs.map(|theirs| (theirs - store::now()).abs()).filter(|apart| *apart > APART))
}

fn mend(store: &Store, found: &[Disorder], report: &mut Report) {
    let check = "clock";
    let mut mended = Vec::new();
    for disorder in found {
        let site = disorder.site;
        match store.write_now(site, move |tx| Ok::<_, Failure>(clocks::put_in_order(tx, site)?)) {
            Ok(dates) => mended.push(format!("{}; {dates} dates were put in order", told(disorder))),
            Err(failure) => return report.failed(check, failure.to_string(), "see the line on the database"),
        }
    }
    report.warning(check, mended.join("; "), "have the clock set by NTP (`timedatectl set-ntp true`)");
}
