//! Groups of writes through a connection.

use super::PgConnection;
use crate::StoreError;
use crate::engine::group::WriteConnection;
use crate::tx::Connected;

impl WriteConnection for PgConnection {
    fn begin(&mut self) -> Result<(), StoreError> {
        (self.open, self.broken) = (true, false);
        // The writes of one site take turns, as they do on SQLite: ids, clocks and ledgers stay in order.
        self.send_with_next(&format!("BEGIN; SELECT pg_advisory_xact_lock({})", self.site));
        Ok(())
    }

    fn command(&mut self, sql: &str) -> Result<(), StoreError> {
        if self.broken && sql == "COMMIT" {
            return Err(StoreError::Engine("a statement of the transaction failed unnoticed".to_owned()));
        }
        self.batch(sql)?;
        self.broken &= !sql.starts_with("ROLLBACK");
        if matches!(sql, "COMMIT" | "ROLLBACK") {
            self.open = false;
        }
        Ok(())
    }

    fn connected(&mut self) -> Connected<'_> {
        Connected::Postgres(self)
    }

    fn changes(&self) -> u64 {
        self.changes
    }

    fn is_open(&self) -> bool {
        self.open
    }

    /// Nothing: its vacuum does that by itself.
    fn forget_overwritten(&mut self) {}
}
