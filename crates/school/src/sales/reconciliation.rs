//! The reconciliation report: what the books of external orders say of a period, per payment provider and currency.

use crate::error::{Error, Result};
use std::collections::BTreeMap;
use store::external_orders::{Action, DAY};
use store::reconciliation as rows;
pub use store::reconciliation::{ReusedReference, Sums, SumsOfDay};
use store::{SiteId, Tx};

/// How many days a report covers when it is not told.
const DAYS: i64 = 30;
/// How many reused references a report names. Whoever has more of them sends something else than references.
pub const MOST_REFERENCES: usize = 1000;

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
    /// The references under which something was reported in the period that had been used before, at most
    /// [`MOST_REFERENCES`].
    pub reused_references: Vec<ReusedReference>,
    /// Whether there are more of them.
    pub more_reused_references: bool,
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
    let (from, to) = (first.saturating_mul(DAY), last.saturating_mul(DAY));
    let mut reused_references = reused(tx, site, asked, (from, to.saturating_add(DAY)))?;
    let more_reused_references = reused_references.len() > MOST_REFERENCES;
    reused_references.truncate(MOST_REFERENCES);
    Ok(Report { from, to, items, reused_references, more_reused_references })
}

/// Something in a report that should be compared with the books of who took the payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// A reference under which something was reported that had been used before: it may have been counted twice.
    ReusedReference(ReusedReference),
    /// More was refunded than came in.
    MoreRefundedThanPaid(Sums),
}

impl Difference {
    /// What it is, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::ReusedReference(one) => format!(
                "{} reported {} under the reference {}, which had been used before.",
                one.payment_provider,
                match (one.action, one.transactions) {
                    (Action::Purchase, 1) => "a purchase".to_owned(),
                    (Action::Refund, 1) => "a refund".to_owned(),
                    (Action::Purchase, more) => format!("{more} purchases"),
                    (Action::Refund, more) => format!("{more} refunds"),
                },
                one.reference,
            ),
            Self::MoreRefundedThanPaid(sums) => {
                format!("{} refunded more in {} than came in.", sums.payment_provider, sums.currency)
            }
        }
    }
}

/// What a report has that should be looked at.
#[must_use]
pub fn differences(report: &Report) -> Vec<Difference> {
    let sums = report.items.iter().map(|line| line.sums.clone());
    named(sums.collect(), report.reused_references.clone())
}

/// The same of the last 30 days, up to today, without the rest of the report: it costs what those days have.
pub fn recent_differences(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<Difference>> {
    let last = store::now().div_euclid(DAY);
    let first = last - (DAYS - 1);
    let mut sums = rows::sums(tx, site, first, last)?;
    // The engines do not agree on the order of texts.
    sums.sort_by_cached_key(|sums| (sums.payment_provider.clone(), sums.currency.clone()));
    let mut reused = reused(tx, site, &ReportRequest::default(), (first * DAY, (last + 1) * DAY))?;
    reused.truncate(MOST_REFERENCES);
    Ok(named(sums, reused))
}

fn named(sums: Vec<Sums>, reused: Vec<ReusedReference>) -> Vec<Difference> {
    let more_refunded = sums.into_iter().filter(|sums| sums.refunded > sums.gross);
    let more_refunded = more_refunded.map(Difference::MoreRefundedThanPaid);
    reused.into_iter().map(Difference::ReusedReference).chain(more_refunded).collect()
}

/// The sums of each day of a report, by provider and currency: what its plot shows.
pub fn of_days(tx: &mut Tx<'_>, site: SiteId, report: &Report) -> Result<Vec<SumsOfDay>> {
    Ok(rows::of_days(tx, site, (report.from.div_euclid(DAY), report.to.div_euclid(DAY)))?)
}

/// The references that were used again in a period; one more than are named, where there are more.
fn reused(tx: &mut Tx<'_>, site: SiteId, asked: &ReportRequest, period: (i64, i64)) -> Result<Vec<ReusedReference>> {
    let currency = asked.currency.as_ref().map(|code| code.to_ascii_uppercase());
    let wanted = (asked.payment_provider.as_deref(), currency.as_deref());
    let mut reused = rows::reused_references(tx, site, period, wanted, MOST_REFERENCES as i64 + 1)?;
    // The engines do not agree on the order of texts.
    reused.sort_by_cached_key(|one| {
        (one.payment_provider.clone(), one.currency.clone(), one.action.name(), one.reference.clone())
    });
    Ok(reused)
}

fn nothing(payment_provider: String, currency: String) -> Sums {
    Sums { payment_provider, currency, gross: 0, refunded: 0, purchases: 0, refunds: 0, subscriptions_opened: 0 }
}
