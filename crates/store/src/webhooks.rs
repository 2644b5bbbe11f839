//! Rows of webhooks: who asked to hear of what.

use crate::{CountedRow, Filter, ListQuery, Page, PageRequest, Row, StoreError, Tx, lists, params};

/// A webhook's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// Its number, which is ours.
    pub number: i64,
    /// Its id on the wire: 23 digits.
    pub id: String,
    /// The app it belongs to; none when it was made with the school's API key.
    pub app_id: Option<i64>,
    /// The number of its topic.
    pub topic: i64,
    /// Where events are sent.
    pub target_url: String,
    /// Whether events are sent at all.
    pub active: bool,
    /// Why it was switched off.
    pub off_reason: Option<String>,
    /// When it was made, in nanoseconds.
    pub created_at_ns: i64,
    /// Who made it.
    pub created_by: String,
    /// When it was last changed, in nanoseconds.
    pub updated_at_ns: i64,
    /// Who changed it last.
    pub updated_by: String,
    /// Since when every attempt has failed, in milliseconds; none while they succeed.
    pub failing_since: Option<i64>,
}

const COLUMNS: &str = "t.number, t.id, t.app_id, t.topic, t.target_url, t.active, t.off_reason, t.created_at_ns, \
                       t.created_by, t.updated_at_ns, t.updated_by, t.failing_since";

fn read(row: &Row<'_>) -> Result<WebhookRow, StoreError> {
    Ok(WebhookRow {
        number: row.get(0)?,
        id: row.get(1)?,
        app_id: row.get(2)?,
        topic: row.get(3)?,
        target_url: row.get(4)?,
        active: row.get(5)?,
        off_reason: row.get(6)?,
        created_at_ns: row.get(7)?,
        created_by: row.get(8)?,
        updated_at_ns: row.get(9)?,
        updated_by: row.get(10)?,
        failing_since: row.get(11)?,
    })
}

/// Adds a webhook. Its number is taken by the caller (`next_id("webhooks")`).
///
/// # Errors
/// [`StoreError::Taken`] `webhooks.id`.
pub fn insert(tx: &mut Tx<'_>, site: i64, webhook: &WebhookRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO webhooks (site_id, number, id, app_id, topic, target_url, active, off_reason, created_at_ns,
           created_by, updated_at_ns, updated_by, failing_since)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            site,
            webhook.number,
            &webhook.id,
            webhook.app_id,
            webhook.topic,
            &webhook.target_url,
            webhook.active,
            &webhook.off_reason,
            webhook.created_at_ns,
            &webhook.created_by,
            webhook.updated_at_ns,
            &webhook.updated_by,
            webhook.failing_since,
        ],
    )?;
    tx.update_counts(&[], &[place(site, webhook)]);
    Ok(())
}

/// Webhooks are counted per owner: those of each app, and the school's own.
fn place(site: i64, webhook: &WebhookRow) -> CountedRow {
    CountedRow { scope: webhook.app_id.unwrap_or(0), ..lists::place(site, lists::WEBHOOKS, webhook.number) }
}

/// Writes what may change of a webhook. The sender hears of one that is switched off.
///
/// # Errors
/// Whatever the database says.
pub fn update(tx: &mut Tx<'_>, site: i64, webhook: &WebhookRow) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE webhooks SET topic = $1, target_url = $2, active = $3, off_reason = $4, updated_at_ns = $5,
           updated_by = $6, failing_since = $7
         WHERE site_id = $8 AND number = $9",
        params![
            webhook.topic,
            &webhook.target_url,
            webhook.active,
            &webhook.off_reason,
            webhook.updated_at_ns,
            &webhook.updated_by,
            webhook.failing_since,
            site,
            webhook.number,
        ],
    )?;
    if !webhook.active {
        tx.notify_queue(site, webhook.number);
    }
    Ok(())
}

/// Removes a webhook. Its deliveries stay to be looked at; those that wait are given up by the sender, which hears of it.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, webhook: &WebhookRow) -> Result<(), StoreError> {
    tx.execute("DELETE FROM webhooks WHERE site_id = $1 AND number = $2", params![site, webhook.number])?;
    tx.update_counts(&[place(site, webhook)], &[]);
    tx.notify_queue(site, webhook.number);
    Ok(())
}

/// Switches every active webhook of every school off, for this reason; gives how many there were.
///
/// # Errors
/// Whatever the database says.
pub fn switch_off_all(tx: &mut Tx<'_>, reason: &str) -> Result<u64, StoreError> {
    let mut off = 0;
    for site in crate::sites::all(tx)? {
        off += tx.execute(
            "UPDATE webhooks SET active = FALSE, off_reason = $1 WHERE site_id = $2 AND active = TRUE",
            params![reason, site.id],
        )?;
    }
    Ok(off)
}

/// The webhook with this id on the wire.
///
/// # Errors
/// Whatever the database says.
pub fn by_id(tx: &mut Tx<'_>, site: i64, id: &str) -> Result<Option<WebhookRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM webhooks t WHERE t.site_id = $1 AND t.id = $2");
    tx.first(&sql, params![site, id], read)
}

/// The webhook with this number.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, number: i64) -> Result<Option<WebhookRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM webhooks t WHERE t.site_id = $1 AND t.number = $2");
    tx.first(&sql, params![site, number], read)
}

/// The webhook with the greatest id that is not greater than this one.
///
/// # Errors
/// Whatever the database says.
pub fn last_to(tx: &mut Tx<'_>, site: i64, id: &str) -> Result<Option<WebhookRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM webhooks t WHERE t.site_id = $1 AND t.id <= $2 ORDER BY t.id DESC LIMIT 1");
    tx.first(&sql, params![site, id], read)
}

/// The numbers of the active webhooks of a topic.
///
/// # Errors
/// Whatever the database says.
pub fn of_topic(tx: &mut Tx<'_>, site: i64, topic: i64) -> Result<Vec<i64>, StoreError> {
    tx.query(
        "SELECT number FROM webhooks WHERE site_id = $1 AND topic = $2 AND active = TRUE ORDER BY number",
        params![site, topic],
        |row| row.get(0),
    )
}

/// The webhooks of an app, in the order of their numbers.
///
/// # Errors
/// Whatever the database says.
pub fn of_app(tx: &mut Tx<'_>, site: i64, app: i64) -> Result<Vec<WebhookRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM webhooks t WHERE t.site_id = $1 AND t.app_id = $2 ORDER BY t.number");
    tx.query(&sql, params![site, app], read)
}

/// The webhooks of apps that the school no longer has, once nothing waits for them: so many at most.
///
/// # Errors
/// Whatever the database says.
pub fn left_behind(tx: &mut Tx<'_>, site: i64, most: i64) -> Result<Vec<WebhookRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM webhooks t
         WHERE t.site_id = $1 AND t.app_id > 0
           AND NOT EXISTS (SELECT 1 FROM installs i WHERE i.site_id = t.site_id AND i.app_id = t.app_id)
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.site_id = t.site_id AND d.webhook = t.number AND d.state = 0)
         ORDER BY t.number LIMIT $2"
    );
    tx.query(&sql, params![site, most], read)
}

/// A page of an app's webhooks, or of the school's own.
///
/// # Errors
/// Whatever the database says.
pub fn page(
    tx: &mut Tx<'_>,
    site: i64,
    app: Option<i64>,
    request: &PageRequest,
) -> Result<Page<WebhookRow>, StoreError> {
    let of = match app {
        Some(app) => Filter::is("t.app_id = ?", app),
        None => Filter::new("t.app_id IS NULL", []),
    };
    let source = ListQuery {
        table: "webhooks",
        columns: COLUMNS,
        from: "webhooks t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.number",
        scope: vec![of],
        by_id: Some(lists::of(site, lists::WEBHOOKS, app.unwrap_or(0))),
        by_rev: None,
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}

/// For every active webhook of every school, when its next delivery is due; none for those that wait for nothing. Also
/// those that are switched off, as long as something waits for them: it is to be given up. One look into an index for each webhook: how the sender finds its work when it starts, and work that another
/// process made.
///
/// # Errors
/// Whatever the database says.
pub fn due(tx: &mut Tx<'_>) -> Result<Vec<(i64, i64, Option<i64>)>, StoreError> {
    let mut due = Vec::new();
    tx.for_each(
        "SELECT w.site_id, w.number, w.active, (
           SELECT d.due_at FROM deliveries d
           WHERE d.site_id = w.site_id AND d.webhook = w.number AND d.state = 0
           ORDER BY d.due_at, d.id LIMIT 1)
         FROM webhooks w",
        &[],
        |row| {
            let (active, at): (bool, Option<i64>) = (row.get(2)?, row.get(3)?);
            if active || at.is_some() {
                due.push((row.get(0)?, row.get(1)?, at));
            }
            Ok::<_, StoreError>(())
        },
    )?;
    Ok(due)
}
