//! The reconciliation report: what the books of external orders say of a period, per payment provider and currency.

use crate::error::{Error, Result};
use std::collections::BTreeMap;
use store::external_orders::DAY;
use store::reconciliation::{self as rows, Sums};
use store::{SiteId, Tx};

/// How many days a report covers when it is not told.
const DAYS: i64 = 30;

/// What a report is asked for. Days are days in UTC, given as any moment of theirs in milliseconds.
#[derive(Debug, Clone, Default)]
pub struct ReportRequest {
    /// The first day; none for 30 days up to the last one.
    pub from: Option<i64>,
    /// The last day; none for today.
    pub to: Option<i64>,
    /// Only this payment provider.
    pub payment_provider: Option<String>,
    /// Only this currency.
    pub currency: Option<String>,
}

/// What the books say of one payment provider and currency. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLine {
    /// The sums of the days.
    pub sums: Sums,
    /// How many subscriptions were opened by the end of the period and were still being paid then.
    pub subscriptions_paying: i64,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Where the first day begins, in milliseconds.
    pub from: i64,
    /// Where the last day begins, in milliseconds.
    pub to: i64,
    /// What the books say, by provider and currency.
    pub items: Vec<ReportLine>,
}

/// Reports on a period from the sums that are kept per day. A subscription counts as paying while its last purchase
/// is not longer ago than one interval of its product's primary price and a week of grace; asked of a period that
/// has not ended, it is asked of this moment.
///
/// # Errors
/// [`Error::Invalid`] when the period ends before it begins.
pub fn report(tx: &mut Tx<'_>, site: SiteId, asked: &ReportRequest) -> Result<Report> {
    let now = store::now();
    let last = asked.to.unwrap_or(now).div_euclid(DAY);
    let first = asked.from.map_or(last - (DAYS - 1), |from| from.div_euclid(DAY));
    if first > last {
        return Err(Error::invalid("from", "must not be after to"));
    }
    let end = now.min(last.saturating_add(1).saturating_mul(DAY) - 1);
    let mut items: BTreeMap<(String, String), ReportLine> = rows::sums(tx, site, first, last)?
        .into_iter()
        .map(|sums| {
            ((sums.payment_provider.clone(), sums.currency.clone()), ReportLine { sums, subscriptions_paying: 0 })
        })
        .collect();
    for (payment_provider, currency, subscriptions_paying) in rows::paying(tx, site, end)? {
        // Where nothing happened in the period somebody may still be paying: a yearly subscription.
        let key = (payment_provider, currency);
        let item = items.entry(key.clone());
        let item = item.or_insert_with(|| ReportLine { sums: nothing(key.0, key.1), subscriptions_paying: 0 });
        item.subscriptions_paying = subscriptions_paying;
    }
    let asked_for = |ReportLine { sums, subscriptions_paying }: &ReportLine| {
        let empty =
            *subscriptions_paying == 0 && (sums.purchases, sums.refunds, sums.subscriptions_opened) == (0, 0, 0);
        !empty
            && asked.payment_provider.as_ref().is_none_or(|provider| *provider == sums.payment_provider)
            && asked.currency.as_ref().is_none_or(|code| code.eq_ignore_ascii_case(&sums.currency))
    };
    let items = items.into_values().filter(asked_for).collect();
    Ok(Report { from: first.saturating_mul(DAY), to: last.saturating_mul(DAY), items })
}

fn nothing(payment_provider: String, currency: String) -> Sums {
    Sums { payment_provider, currency, gross: 0, refunded: 0, purchases: 0, refunds: 0, subscriptions_opened: 0 }
}
