//! Rows of the attempts at deliveries.

use crate::table::{select, table};
use crate::{DeliveryId, SiteId, StoreError, Tx, params};

table! {
    /// One attempt at a delivery.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AttemptRow in "delivery_attempts" of site {
        parent { delivery_id: DeliveryId }
        keys {
            /// Its number, from one.
            number: i64,
        }
        fixed {
            /// When it began.
            at: i64,
            /// How long it took.
            milliseconds: i64,
            /// The status that was answered.
            status: Option<i64>,
            /// What went wrong, when nothing was answered.
            error: Option<String>,
            /// The beginning of the answer's body.
            answer: Option<String>,
            /// The method and the address, and below them the headers that were sent; none of an attempt that was made
            /// before they were kept, or for which there was no request.
            request_head: Option<String>,
            /// The headers of the answer.
            answer_head: Option<String>,
        }
    }
}

/// The attempts at a delivery, in order.
pub fn attempts(tx: &mut Tx<'_>, site: SiteId, delivery: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
    let sql = select!(AttemptRow, "WHERE t.site_id = $1 AND t.delivery_id = $2 ORDER BY t.number");
    tx.query(sql, params![site, delivery], AttemptRow::read)
}
