//! The next ids, which the engines keep in different places.

use super::{Column, ColumnType, KINDS, tables};
use crate::{Engine, StoreError, Tx, params};

/// The next id of every kind that ever had one, in the order of [`KINDS`].
pub fn counters(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, StoreError> {
    let mut counters = Vec::with_capacity(KINDS.len());
    for kind in KINDS {
        let next: Option<i64> = match tx.engine() {
            Engine::Sqlite => tx.first("SELECT next FROM id_counters WHERE kind = $1", params![*kind], |r| r.get(0))?,
            Engine::Postgres => {
                let sql = format!("SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM ids_{kind}");
                tx.first(&sql, &[], |row| row.get(0))?
            }
        };
        if let Some(next) = next.filter(|next| *next > 1) {
            counters.push(((*kind).to_owned(), next));
        }
    }
    Ok(counters)
}

/// Makes the ids of every kind go on where `counters` says, and in any case after the highest id there is. To be done
/// last in its transaction, because PostgreSQL does not undo it.
///
/// # Errors
/// [`StoreError::Config`] when a counter is of no known kind, and whatever else the database says.
pub fn set_counters(tx: &mut Tx<'_>, counters: &[(String, i64)]) -> Result<(), StoreError> {
    if let Some((kind, _)) = counters.iter().find(|(kind, _)| !KINDS.contains(&kind.as_str())) {
        return Err(StoreError::Config(format!("there are no ids of the kind {kind}")));
    }
    let tables = tables(tx)?;
    for kind in KINDS {
        let given = counters.iter().filter(|(known, _)| known == kind).map(|(_, next)| *next).max().unwrap_or(1);
        // A webhook's id is a text: what counts it is its number.
        let counted = ["id", "number"].into_iter().find(|name| {
            let column = |column: &Column| column.name == *name && column.kind == ColumnType::Int;
            tables.iter().any(|table| table.name == *kind && table.columns.iter().any(column))
        });
        let highest: Option<i64> = match counted {
            Some(name) => tx.first(&format!("SELECT max({name}) FROM \"{kind}\""), &[], |row| row.get(0))?.flatten(),
            None => None,
        };
        let next = given.max(highest.unwrap_or(0).saturating_add(1));
        if tx.engine() == Engine::Postgres {
            let sql = format!("SELECT setval('ids_{kind}', $1, FALSE)");
            tx.first(&sql, params![next], |row| row.get::<i64>(0))?;
        } else if next > 1 {
            tx.execute(
                "INSERT INTO id_counters (kind, next) VALUES ($1, $2)
                 ON CONFLICT (kind) DO UPDATE SET next = excluded.next",
                params![*kind, next],
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::tests::store;

    #[test]
    fn ids_go_on_after_the_counter_and_after_the_highest_row() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(&folder);
        let ids = store.write_now(None, |tx| {
            let sql = "INSERT INTO groups (site_id, id, rev, created_at, updated_at, name, token)
                       VALUES (1, 41, 1, 0, 0, 'a', 'b')";
            tx.execute(sql, &[])?;
            let sql = "INSERT INTO webhooks (site_id, number, id, topic, target_url, active, created_at_ns, created_by,
                         updated_at_ns, updated_by)
                       VALUES (1, 6, '00000000000000000000007', 0, '', TRUE, 0, '', 0, '')";
            tx.execute(sql, &[])?;
            set_counters(tx, &[("users".to_owned(), 9), ("groups".to_owned(), 3)])?;
            assert!(set_counters(tx, &[("unicorns".to_owned(), 9)]).is_err());
            Ok::<_, StoreError>((tx.next_id("users")?, tx.next_id("groups")?, tx.next_id("courses")?))
        });
        assert_eq!(ids.expect("ids"), (9, 42, 1));
        let counters = store.read_now(counters).expect("counters");
        let expected = [("users", 10), ("groups", 43), ("courses", 2), ("webhooks", 7)];
        assert_eq!(counters, expected.map(|(k, n)| (k.to_owned(), n)));
    }
}
