//! Rows of webhooks: who asked to hear of what.

use crate::table::{select, table};
use crate::{
    AppId, CountedRow, Filter, ListQuery, Page, PageRequest, SiteId, StoreError, Tx, WebhookNumber, lists, params,
};

table! {
    /// A webhook's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct WebhookRow in "webhooks" of site {
        keys {
            /// Its number, which is ours.
            number: WebhookNumber,
        }
        fixed {
            /// Its id on the wire: 23 digits.
            id: String,
            /// The app it belongs to; none when it was made with the school's API key.
            app_id: Option<AppId>,
            /// When it was made, in nanoseconds.
            created_at_ns: i64,
            /// Who made it.
            created_by: String,
        }
        values {
            /// The number of its topic.
            topic: i64,
            /// Where events are sent.
            target_url: String,
            /// Whether events are sent at all.
            active: bool,
            /// Why it was switched off.
            off_reason: Option<String>,
            /// When it was last changed, in nanoseconds.
            updated_at_ns: i64,
            /// Who changed it last.
            updated_by: String,
            /// Since when every attempt has failed, in milliseconds; none while they succeed.
            failing_since: Option<i64>,
        }
    }
}

/// Adds a webhook. Its number is taken by the caller (`next_id("webhooks")`).
///
/// # Errors
/// [`StoreError::Taken`] `webhooks.id`.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, webhook: &WebhookRow) -> Result<(), StoreError> {
    webhook.insert(tx, site)?;
    tx.update_counts(&[], &[counted_row(site, webhook)]);
    Ok(())
}

/// Webhooks are counted per owner: those of each app, and the school's own.
fn counted_row(site: SiteId, webhook: &WebhookRow) -> CountedRow {
    lists::counted_row_of(site, lists::WEBHOOKS, owner(webhook.app_id), webhook.number)
}

/// The scope of the counts: an app, or zero for the school itself.
fn owner(app: Option<AppId>) -> i64 {
    app.map_or(0, AppId::get)
}

/// Writes what may change of a webhook. The sender hears of one that is switched off.
pub fn update(tx: &mut Tx<'_>, site: SiteId, webhook: &WebhookRow) -> Result<(), StoreError> {
    webhook.update(tx, site)?;
    if !webhook.active {
        tx.notify_queue(site, webhook.number);
    }
    Ok(())
}

/// Removes a webhook. Its deliveries stay to be looked at; those that wait are given up by the sender, which hears of it.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, webhook: &WebhookRow) -> Result<(), StoreError> {
    tx.execute("DELETE FROM webhooks WHERE site_id = $1 AND number = $2", params![site, webhook.number])?;
    tx.update_counts(&[counted_row(site, webhook)], &[]);
    tx.notify_queue(site, webhook.number);
    Ok(())
}

/// Switches every active webhook of every school off, for this reason; gives how many there were.
pub fn switch_off_all(tx: &mut Tx<'_>, reason: &str) -> Result<u64, StoreError> {
    let mut off = 0;
    for site in crate::sites::all(tx)? {
        off += switch_off_all_of(tx, site.id, reason)?;
    }
    Ok(off)
}

/// The same for the webhooks of one school.
pub fn switch_off_all_of(tx: &mut Tx<'_>, site: SiteId, reason: &str) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE webhooks SET active = FALSE, off_reason = $1 WHERE site_id = $2 AND active = TRUE",
        params![reason, site],
    )
}

/// The webhook with this id on the wire.
pub fn by_id(tx: &mut Tx<'_>, site: SiteId, id: &str) -> Result<Option<WebhookRow>, StoreError> {
    let sql = select!(WebhookRow, "WHERE t.site_id = $1 AND t.id = $2");
    tx.first(sql, params![site, id], WebhookRow::read)
}

/// The webhook with this number.
pub fn get(tx: &mut Tx<'_>, site: SiteId, number: WebhookNumber) -> Result<Option<WebhookRow>, StoreError> {
    let sql = select!(WebhookRow, "WHERE t.site_id = $1 AND t.number = $2");
    tx.first(sql, params![site, number], WebhookRow::read)
}

/// The webhook with the greatest id that is not greater than this one.
pub fn last_to(tx: &mut Tx<'_>, site: SiteId, id: &str) -> Result<Option<WebhookRow>, StoreError> {
    let sql = select!(WebhookRow, "WHERE t.site_id = $1 AND t.id <= $2 ORDER BY t.id DESC LIMIT 1");
    tx.first(sql, params![site, id], WebhookRow::read)
}

/// The numbers of the active webhooks of a topic.
pub fn of_topic(tx: &mut Tx<'_>, site: SiteId, topic: i64) -> Result<Vec<WebhookNumber>, StoreError> {
    tx.query(
        "SELECT number FROM webhooks WHERE site_id = $1 AND topic = $2 AND active = TRUE ORDER BY number",
        params![site, topic],
        |row| row.get(0),
    )
}

/// The webhooks of an app, in the order of their numbers.
pub fn of_app(tx: &mut Tx<'_>, site: SiteId, app: AppId) -> Result<Vec<WebhookRow>, StoreError> {
    let sql = select!(WebhookRow, "WHERE t.site_id = $1 AND t.app_id = $2 ORDER BY t.number");
    tx.query(sql, params![site, app], WebhookRow::read)
}

/// The school's own webhooks all of whose last attempts failed, those that fail longest first, at most so many: some are
/// still active, others were switched off.
pub fn failing(tx: &mut Tx<'_>, site: SiteId, most: i64) -> Result<Vec<WebhookRow>, StoreError> {
    let sql = select!(
        WebhookRow,
        "WHERE t.site_id = $1 AND t.failing_since IS NOT NULL AND t.app_id IS NULL
         ORDER BY t.failing_since, t.number LIMIT $2"
    );
    tx.query(sql, params![site, most], WebhookRow::read)
}

/// The webhooks of apps that the school no longer has, once nothing waits for them: so many at most.
pub fn left_behind(tx: &mut Tx<'_>, site: SiteId, most: i64) -> Result<Vec<WebhookRow>, StoreError> {
    let sql = select!(WebhookRow, "        WHERE t.site_id = $1 AND t.app_id > 0
           AND NOT EXISTS (SELECT 1 FROM installs i WHERE i.site_id = t.site_id AND i.app_id = t.app_id)
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.site_id = t.site_id AND d.webhook = t.number AND d.state = 0)
         ORDER BY t.number LIMIT $2");
    tx.query(sql, params![site, most], WebhookRow::read)
}

/// A page of an app's webhooks, or of the school's own.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    app: Option<AppId>,
    request: &PageRequest,
) -> Result<Page<WebhookRow>, StoreError> {
    let of = match app {
        Some(app) => Filter::is("t.app_id = ?", app),
        None => Filter::new("t.app_id IS NULL", []),
    };
    let source = ListQuery {
        id_column: "t.number",
        scope: vec![of],
        by_id: Some(lists::of(site, lists::WEBHOOKS, owner(app))),
        ..WebhookRow::list()
    };
    tx.page(site, &source, request, WebhookRow::read)
}

/// For every active webhook of every school, when its next delivery is due; none for those that wait for nothing. Also
/// those that are switched off, as long as something waits for them: it is to be given up. One look into an index for
/// each webhook: how the sender finds its work when it starts, and work that another process made. Nothing of a school
/// that is suspended.
pub fn due(tx: &mut Tx<'_>) -> Result<Vec<(SiteId, WebhookNumber, Option<i64>)>, StoreError> {
    let mut due = Vec::new();
    tx.for_each(
        "SELECT w.site_id, w.number, w.active, (
           SELECT d.due_at FROM deliveries d
           WHERE d.site_id = w.site_id AND d.webhook = w.number AND d.state = 0
           ORDER BY d.due_at, d.id LIMIT 1)
         FROM webhooks w JOIN sites s ON s.id = w.site_id WHERE s.suspended_at IS NULL",
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

/// The same where its school is open; none when that is suspended.
pub fn get_of_open_school(
    tx: &mut Tx<'_>,
    site: SiteId,
    number: WebhookNumber,
) -> Result<Option<WebhookRow>, StoreError> {
    let sql = select!(
        WebhookRow,
        "JOIN sites s ON s.id = t.site_id WHERE t.site_id = $1 AND t.number = $2 AND s.suspended_at IS NULL"
    );
    tx.first(sql, params![site, number], WebhookRow::read)
}

/// For every webhook of a school that something waits for, when the last of its deliveries is due. One look into an index
/// for each webhook.
pub(crate) fn last_due(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<(WebhookNumber, i64)>, StoreError> {
    let sql = "SELECT w.number, (
                 SELECT d.due_at FROM deliveries d
                 WHERE d.site_id = w.site_id AND d.webhook = w.number AND d.state = 0
                 ORDER BY d.due_at DESC, d.id DESC LIMIT 1)
               FROM webhooks w WHERE w.site_id = $1 ORDER BY w.number";
    let last = tx.query(sql, params![site], |row| Ok((row.get(0)?, row.get::<Option<i64>>(1)?)))?;
    Ok(last.into_iter().filter_map(|(webhook, due_at)| Some((webhook, due_at?))).collect())
}
