//! Rows of external orders: their ledger, their balances, and the ledger's sums per day.
//!
//! Entries of the ledger are only ever added. The balances on the order and the sums per day change with them, in the
//! same transaction; [`audit`] takes both again from the ledger.

use crate::{CountedRow, Filter, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, lists, params};

/// An external order's row. Amounts are minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalOrderRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was reported.
    pub created_at: i64,
    /// When its last transaction was reported.
    pub updated_at: i64,
    /// Who takes the payments.
    pub payment_provider: String,
    /// Who pays.
    pub user_id: i64,
    /// For which product.
    pub product_id: i64,
    /// `one-time`, `subscription` or `payment-plan`.
    pub order_type: String,
    /// Three capital letters, ISO 4217.
    pub currency: String,
    /// The sum of its purchases.
    pub paid: i64,
    /// The sum of its refunds, never more than was paid.
    pub refunded: i64,
    /// How many entries its ledger has.
    pub transactions: i64,
    /// Until when a subscription counts as being paid; none when it was never paid, or all of it was refunded.
    pub paying_until: Option<i64>,
}

/// What an entry of the ledger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Money came in.
    Purchase,
    /// Money went back.
    Refund,
}

impl Action {
    /// The name on the wire and in the rows.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Refund => "refund",
        }
    }
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionRow {
    /// Its id.
    pub id: i64,
    /// Whose entry it is.
    pub order_id: i64,
    /// When it was reported.
    pub created_at: i64,
    /// `purchase` or `refund`.
    pub action: String,
    /// Minor units, above zero.
    pub amount: i64,
    /// Three capital letters, ISO 4217.
    pub currency: String,
    /// By what the payment provider knows it.
    pub reference: Option<String>,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.updated_at, t.payment_provider, t.user_id, t.product_id, \
                       t.order_type, t.currency, t.paid, t.refunded, t.transactions, t.paying_until";
const ENTRY: &str = "x.id, x.order_id, x.created_at, x.action, x.amount, x.currency, x.reference";

fn read(row: &Row<'_>) -> Result<ExternalOrderRow, StoreError> {
    Ok(ExternalOrderRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        payment_provider: row.get(4)?,
        user_id: row.get(5)?,
        product_id: row.get(6)?,
        order_type: row.get(7)?,
        currency: row.get(8)?,
        paid: row.get(9)?,
        refunded: row.get(10)?,
        transactions: row.get(11)?,
        paying_until: row.get(12)?,
    })
}

fn read_entry(row: &Row<'_>) -> Result<TransactionRow, StoreError> {
    Ok(TransactionRow {
        id: row.get(0)?,
        order_id: row.get(1)?,
        created_at: row.get(2)?,
        action: row.get(3)?,
        amount: row.get(4)?,
        currency: row.get(5)?,
        reference: row.get(6)?,
    })
}

fn places(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [lists::place(site, lists::EXTERNAL_ORDERS, id), lists::place(site, lists::EXTERNAL_ORDERS_BY_REV, rev)]
}

/// One day in milliseconds. Days of the books begin at midnight UTC and are numbered from 1970-01-01.
pub const DAY: i64 = 86_400_000;

/// Changes to the sums of one day, provider and currency.
#[derive(Debug, Clone, Copy, Default)]
struct DayChange {
    gross: i64,
    refunded: i64,
    purchases: i64,
    refunds: i64,
    subscriptions_opened: i64,
}

fn add_to_day(
    tx: &mut Tx<'_>,
    site: i64,
    moment: i64,
    payment_provider: &str,
    currency: &str,
    change: DayChange,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO external_order_days (site_id, day, payment_provider, currency, gross, refunded, purchases, refunds,
           subscriptions_opened)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (site_id, day, payment_provider, currency) DO UPDATE SET
           gross = external_order_days.gross + excluded.gross,
           refunded = external_order_days.refunded + excluded.refunded,
           purchases = external_order_days.purchases + excluded.purchases,
           refunds = external_order_days.refunds + excluded.refunds,
           subscriptions_opened = external_order_days.subscriptions_opened + excluded.subscriptions_opened",
        params![
            site,
            moment.div_euclid(DAY),
            payment_provider,
            currency,
            change.gross,
            change.refunded,
            change.purchases,
            change.refunds,
            change.subscriptions_opened,
        ],
    )?;
    Ok(())
}

/// A subscription counts as opened on the day of its order, in the order's currency.
fn count_opened(tx: &mut Tx<'_>, site: i64, order: &ExternalOrderRow, by: i64) -> Result<(), StoreError> {
    if order.order_type != "subscription" {
        return Ok(());
    }
    let change = DayChange { subscriptions_opened: by, ..DayChange::default() };
    add_to_day(tx, site, order.created_at, &order.payment_provider, &order.currency, change)
}

/// Adds an order without any transaction; gives it its id, and the stamp as its times and revision.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, order: &mut ExternalOrderRow, stamp: Stamp) -> Result<(), StoreError> {
    order.id = tx.next_id("external_orders")?;
    order.rev = stamp.rev;
    order.created_at = stamp.at;
    order.updated_at = stamp.at;
    tx.execute(
        "INSERT INTO external_orders (site_id, id, rev, created_at, updated_at, payment_provider, user_id, product_id,
           order_type, currency, paid, refunded, transactions, paying_until)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, 0, 0, 0, $10)",
        params![
            site,
            order.id,
            order.rev,
            order.created_at,
            &order.payment_provider,
            order.user_id,
            order.product_id,
            &order.order_type,
            &order.currency,
            order.paying_until,
        ],
    )?;
    tx.update_counts(&[], &places(site, order.id, order.rev));
    count_opened(tx, site, order, 1)
}

/// An entry to be added to an order's ledger.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// Whether money came in or went back.
    pub action: Action,
    /// Minor units, above zero.
    pub amount: i64,
    /// Three capital letters, ISO 4217.
    pub currency: &'a str,
    /// By what the payment provider knows it.
    pub reference: Option<&'a str>,
}

/// Adds an entry to the ledger of the order that was read, and takes it into every sum. `has` is the order with its
/// new balances; the stamp becomes its time of change and its revision.
///
/// # Errors
/// [`StoreError::Taken`] `external_order_transactions.reference` when the provider's reference is in the books.
pub fn add_entry(
    tx: &mut Tx<'_>,
    site: i64,
    had: &ExternalOrderRow,
    has: &mut ExternalOrderRow,
    entry: &NewEntry<'_>,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.rev = stamp.rev;
    has.updated_at = stamp.at;
    let id = tx.next_id("external_order_transactions")?;
    tx.execute(
        "INSERT INTO external_order_transactions (site_id, order_id, id, created_at, payment_provider, action, amount,
           currency, reference)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            site,
            had.id,
            id,
            stamp.at,
            &had.payment_provider,
            entry.action.name(),
            entry.amount,
            entry.currency,
            entry.reference,
        ],
    )?;
    tx.execute(
        "UPDATE external_orders SET rev = $1, updated_at = $2, currency = $3, paid = $4, refunded = $5,
           transactions = $6, paying_until = $7
         WHERE site_id = $8 AND id = $9",
        params![
            has.rev,
            has.updated_at,
            &has.currency,
            has.paid,
            has.refunded,
            has.transactions,
            has.paying_until,
            site,
            had.id,
        ],
    )?;
    tx.update_counts(&places(site, had.id, had.rev), &places(site, had.id, has.rev));
    let change = match entry.action {
        Action::Purchase => DayChange { gross: entry.amount, purchases: 1, ..DayChange::default() },
        Action::Refund => DayChange { refunded: entry.amount, refunds: 1, ..DayChange::default() },
    };
    add_to_day(tx, site, stamp.at, &had.payment_provider, entry.currency, change)?;
    if had.currency != has.currency {
        count_opened(tx, site, had, -1)?;
        count_opened(tx, site, has, 1)?;
    }
    Ok(())
}

/// The order with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<ExternalOrderRow>, StoreError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM external_orders t WHERE t.site_id = $1 AND t.id = $2"),
        params![site, id],
        read,
    )
}

/// The ledger of an order, oldest entry first.
///
/// # Errors
/// Whatever the database says.
pub fn entries(tx: &mut Tx<'_>, site: i64, order: i64) -> Result<Vec<TransactionRow>, StoreError> {
    tx.query(
        &format!(
            "SELECT {ENTRY} FROM external_order_transactions x WHERE x.site_id = $1 AND x.order_id = $2 ORDER BY x.id"
        ),
        params![site, order],
        read_entry,
    )
}

/// The entry that a provider knows by this reference. A purchase and its refund may share one.
///
/// # Errors
/// Whatever the database says.
pub fn entry_by_reference(
    tx: &mut Tx<'_>,
    site: i64,
    payment_provider: &str,
    action: Action,
    reference: &str,
) -> Result<Option<TransactionRow>, StoreError> {
    tx.first(
        &format!(
            "SELECT {ENTRY} FROM external_order_transactions x
             WHERE x.site_id = $1 AND x.payment_provider = $2 AND x.action = $3 AND x.reference = $4"
        ),
        params![site, payment_provider, action.name(), reference],
        read_entry,
    )
}

/// Which external orders a list is of.
#[derive(Debug, Clone, Default)]
pub struct ExternalOrderFilter {
    /// Those of this payment provider.
    pub payment_provider: Option<String>,
    /// Those of this user.
    pub user_id: Option<i64>,
    /// Those for this product.
    pub product_id: Option<i64>,
    /// Those of this type.
    pub order_type: Option<String>,
    /// Those in this currency, in capital letters.
    pub currency: Option<String>,
    /// Those with a transaction that has this reference.
    pub reference: Option<String>,
}

/// A page of the school's external orders.
///
/// # Errors
/// Whatever the database says.
pub fn page(
    tx: &mut Tx<'_>,
    site: i64,
    filter: &ExternalOrderFilter,
    request: &PageRequest,
) -> Result<Page<ExternalOrderRow>, StoreError> {
    let mut filters = Vec::new();
    if let Some(reference) = &filter.reference {
        filters.push(Filter::new(
            "t.id IN (SELECT x.order_id FROM external_order_transactions x WHERE x.site_id = ? AND x.reference = ?)",
            [site.into(), reference.into()],
        ));
    }
    if let Some(user) = filter.user_id {
        filters.push(Filter::is("t.user_id = ?", user));
    }
    if let Some(product) = filter.product_id {
        filters.push(Filter::is("t.product_id = ?", product));
    }
    if let Some(payment_provider) = &filter.payment_provider {
        filters.push(Filter::is("t.payment_provider = ?", payment_provider));
    }
    if let Some(order_type) = &filter.order_type {
        filters.push(Filter::is("t.order_type = ?", order_type));
    }
    if let Some(currency) = &filter.currency {
        filters.push(Filter::is("t.currency = ?", currency));
    }
    let source = ListQuery {
        table: "external_orders",
        columns: COLUMNS,
        from: "external_orders t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: Some(lists::whole(site, lists::EXTERNAL_ORDERS)),
        by_rev: Some(lists::whole(site, lists::EXTERNAL_ORDERS_BY_REV)),
        filters,
    };
    tx.page(site, &source, request, read)
}

/// Takes every balance and every sum again from the ledger, and names those that disagree. Reads everything; meant
/// for `doctor` and for tests.
///
/// # Errors
/// Whatever the database says.
pub fn audit(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let mut wrong = tx.query(
        "SELECT o.site_id, o.id FROM external_orders o LEFT JOIN (
           SELECT site_id, order_id, count(*) AS entries, min(amount) AS least,
             sum(CASE WHEN action = 'purchase' THEN amount ELSE 0 END) AS paid,
             sum(CASE WHEN action = 'refund' THEN amount ELSE 0 END) AS refunded
           FROM external_order_transactions GROUP BY site_id, order_id
         ) AS x ON x.site_id = o.site_id AND x.order_id = o.id
         WHERE o.paid <> coalesce(x.paid, 0) OR o.refunded <> coalesce(x.refunded, 0)
           OR o.transactions <> coalesce(x.entries, 0) OR o.refunded > o.paid OR coalesce(x.least, 1) <= 0
         ORDER BY o.site_id, o.id",
        &[],
        |row| {
            let (site, id): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok(format!("site {site}, external order {id}: its balance disagrees with its ledger"))
        },
    )?;
    wrong.extend(tx.query(
        "SELECT x.site_id, x.id FROM external_order_transactions x
         LEFT JOIN external_orders o ON o.site_id = x.site_id AND o.id = x.order_id
         WHERE o.id IS NULL OR x.currency <> o.currency OR x.payment_provider <> o.payment_provider
         ORDER BY x.site_id, x.id",
        &[],
        |row| {
            let (site, id): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok(format!("site {site}, external transaction {id}: disagrees with its order"))
        },
    )?);
    let days = format!(
        "SELECT site_id, day, payment_provider, currency FROM (
           SELECT site_id, day, payment_provider, currency, gross, refunded, purchases, refunds,
             subscriptions_opened AS opened
           FROM external_order_days
           UNION ALL
           SELECT site_id, created_at / {DAY} AS day, payment_provider, currency,
             CASE WHEN action = 'purchase' THEN -amount ELSE 0 END AS gross,
             CASE WHEN action = 'refund' THEN -amount ELSE 0 END AS refunded,
             CASE WHEN action = 'purchase' THEN -1 ELSE 0 END AS purchases,
             CASE WHEN action = 'refund' THEN -1 ELSE 0 END AS refunds, 0 AS opened
           FROM external_order_transactions
           UNION ALL
           SELECT site_id, created_at / {DAY} AS day, payment_provider, currency, 0, 0, 0, 0, -1
           FROM external_orders WHERE order_type = 'subscription'
         ) AS both_sides GROUP BY site_id, day, payment_provider, currency
         HAVING sum(gross) <> 0 OR sum(refunded) <> 0 OR sum(purchases) <> 0 OR sum(refunds) <> 0 OR sum(opened) <> 0
         ORDER BY site_id, day, payment_provider, currency"
    );
    wrong.extend(tx.query(&days, &[], |row| {
        let (site, day): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (provider, currency): (String, String) = (row.get(2)?, row.get(3)?);
        Ok(format!("site {site}, day {day}, {provider}, {currency}: the day's sums disagree with the ledger"))
    })?);
    Ok(wrong)
}
