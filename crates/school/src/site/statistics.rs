//! What happened in a school over some days, beside as many days before: from numbers that are kept by days, so that a
//! school of any size costs the same.
//!
//! Days are days in UTC, as in the books ([`crate::reconciliation`]): a school has no time zone of its own. Numbers are of
//! what is there now: whoever is deleted is no longer among the new students, and an enrollment that is not completed any
//! more is no completion.

use crate::error::Result;
use crate::money::{Currency, Money};
use std::collections::BTreeMap;
use store::day_counts::{self, Counted};
pub use store::student_days::LONGEST_PERIOD;
use store::student_days::{self, ActiveOfDay};
use store::{SiteId, Tx, order_days, reconciliation};

/// Periods of more days than this are shown by weeks.
const MOST_DAYS_BY_DAY: i64 = 92;
const WEEK: i64 = 7;

/// Some days, one after the other, numbered from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub first: i64,
    /// The last.
    pub last: i64,
}

impl Period {
    /// So many days, the last of which is that of a moment.
    #[must_use]
    pub fn ending(days: i64, moment: i64) -> Self {
        let last = day_counts::day_of(moment);
        Self { first: last - days + 1, last }
    }

    /// How many days.
    #[must_use]
    pub fn days(self) -> i64 {
        self.last - self.first + 1
    }

    /// As many days before.
    #[must_use]
    pub fn before(self) -> Self {
        Self { first: self.first - self.days(), last: self.first - 1 }
    }

    /// How many days are one number: one, or a week where there are many.
    #[must_use]
    pub fn step(self) -> i64 {
        if self.days() <= MOST_DAYS_BY_DAY { 1 } else { WEEK }
    }

    /// The parts of the period that are one number each; the last may be shorter.
    pub fn steps(self) -> impl Iterator<Item = Self> {
        let step = self.step();
        let firsts = (0..).map(move |nth| self.first + nth * step).take_while(move |first| *first <= self.last);
        firsts.map(move |first| Self { first, last: (first + step - 1).min(self.last) })
    }
}

/// A part of a period with its number, and that of the same part of the period before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Its days.
    pub period: Period,
    /// The number.
    pub now: i64,
    /// The number in the period before.
    pub before: i64,
}

/// A number over a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// In the whole period.
    pub now: i64,
    /// In the whole period before.
    pub before: i64,
    /// Part by part.
    pub steps: Vec<Step>,
}

impl Series {
    /// A series from what gives the number of any days.
    fn of(period: Period, number: impl Fn(Period) -> i64) -> Self {
        let back = period.days();
        let step = |days: Period| Step {
            period: days,
            now: number(days),
            before: number(Period { first: days.first - back, last: days.last - back }),
        };
        Self { now: number(period), before: number(period.before()), steps: period.steps().map(step).collect() }
    }

    /// The same from a number for each day that has one.
    fn summed(period: Period, days: &BTreeMap<i64, i64>) -> Self {
        Self::of(period, |some| days.range(some.first..=some.last).fold(0, |sum: i64, (_, n)| sum.saturating_add(*n)))
    }
}

/// What was sold in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sales {
    /// The currency.
    pub currency: Currency,
    /// Its amounts, in minor units.
    pub amounts: Series,
}

/// What happened over a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// The period.
    pub period: Period,
    /// What was ordered and paid, before refunds: the school's own orders on the day they were made, and purchases that
    /// others reported on the day they did. The currency of the school comes first, then by how much was sold.
    pub sales: Vec<Sales>,
    /// Who has an account since.
    pub new_students: Series,
    /// Enrollments that were made.
    pub enrollments: Series,
    /// How many different students did something in a course.
    pub active_students: Series,
    /// Enrollments that were completed.
    pub completions: Series,
}

/// What happened over a period of at most [`LONGEST_PERIOD`] days, beside the one before.
pub fn of_period(tx: &mut Tx<'_>, site: SiteId, school_currency: &str, period: Period) -> Result<Statistics> {
    let days = (period.before().first, period.last);
    let mut counted = |what| -> Result<Series> {
        let counts = day_counts::of_days(tx, site, what, days)?;
        Ok(Series::summed(period, &counts.into_iter().collect()))
    };
    let (new_students, enrollments) = (counted(Counted::NewUsers)?, counted(Counted::Enrollments)?);
    let completions = counted(Counted::Completions)?;
    let active = student_days::of_days(tx, site, days)?;
    let active_students = Series::of(period, |some| students(&active, some));
    let sales = sales(tx, site, school_currency, period)?;
    Ok(Statistics { period, sales, new_students, enrollments, active_students, completions })
}

/// How many different students were active on some days: everybody counts on the first of theirs.
fn students(active: &[ActiveOfDay], days: Period) -> i64 {
    let from = active.partition_point(|one| one.day < days.first);
    let until = active.partition_point(|one| one.day <= days.last);
    let first_of_theirs = |one: &&ActiveOfDay| one.gap > one.day - days.first;
    active[from..until].iter().filter(first_of_theirs).map(|one| one.students).sum()
}

fn sales(tx: &mut Tx<'_>, site: SiteId, school_currency: &str, period: Period) -> Result<Vec<Sales>> {
    let days = (period.before().first, period.last);
    let mut by_currency: BTreeMap<&'static str, (Currency, BTreeMap<i64, i64>)> = BTreeMap::new();
    let mut add = |code: &str, day, minor: &dyn Fn(Currency) -> i64| {
        // What is no currency is refused where an order is made.
        if let Some(currency) = Currency::named(code) {
            let (_, of_days) = by_currency.entry(currency.code()).or_insert_with(|| (currency, BTreeMap::new()));
            let sum = of_days.entry(day).or_default();
            *sum = sum.saturating_add(minor(currency));
        }
    };
    add(school_currency, period.first, &|_| 0);
    for orders in order_days::of_days(tx, site, days)? {
        add(&orders.currency, orders.day, &|currency| Money::of_hundredths(orders.amount, currency).minor);
    }
    for sums in reconciliation::of_days(tx, site, days)? {
        add(&sums.currency, sums.day, &|_| sums.gross);
    }
    let of_currency = |(currency, of_days): (Currency, BTreeMap<i64, i64>)| Sales {
        currency,
        amounts: Series::summed(period, &of_days),
    };
    let mut sales: Vec<Sales> = by_currency.into_values().map(of_currency).collect();
    let is_own = |one: &Sales| one.currency.code().eq_ignore_ascii_case(school_currency);
    sales.sort_by_key(|one| (!is_own(one), std::cmp::Reverse(one.amounts.now), std::cmp::Reverse(one.amounts.before)));
    sales.retain(|one| is_own(one) || one.amounts.now != 0 || one.amounts.before != 0);
    Ok(sales)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_one_before_and_is_shown_by_weeks_when_it_is_long() {
        let month = Period::ending(30, 100 * 86_400_000 + 5);
        assert_eq!((month.first, month.last, month.before()), (71, 100, Period { first: 41, last: 70 }));
        assert_eq!(month.steps().count(), 30);
        let year = Period { first: 1, last: 365 };
        let steps: Vec<_> = year.steps().collect();
        assert_eq!(
            (steps.len(), steps[0], steps[52]),
            (53, Period { first: 1, last: 7 }, Period { first: 365, last: 365 })
        );
    }

    #[test]
    fn nobody_counts_twice_in_a_period_however_often_they_were_active() {
        // One student on the days 10, 12 and 20, another one on day 12.
        let new = LONGEST_PERIOD + 1;
        let of = |day, gap, students| ActiveOfDay { day, gap, students };
        let active = [of(10, new, 1), of(12, 2, 1), of(12, new, 1), of(20, 8, 1)];
        for (first, last, count) in
            [(10, 20, 2), (10, 10, 1), (11, 19, 2), (12, 12, 2), (13, 20, 1), (13, 19, 0), (1, 9, 0)]
        {
            assert_eq!(students(&active, Period { first, last }), count, "{first} to {last}");
        }
    }
}
