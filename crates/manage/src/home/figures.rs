//! The numbers of a period beside those of the one before: tiles, and a plot of each.

use crate::{addresses, users};
use maud::{Markup, html};
use pages::components::{BEFORE, Change, LinePlot, Point, Quantity, StatTile, day, grouped, money, short_day};
use school::money::{Currency, Money};
use school::statistics::{Sales, Series, Statistics};

/// So many currencies have a tile and a plot; the others are named with their sums.
const MOST_CURRENCIES: usize = 3;

fn amount(minor: i64, currency: Currency) -> String {
    money(Money { minor, currency })
}

fn sales_label(sales: &Sales) -> String {
    format!("Sales in {}", sales.currency.code())
}

/// The tiles.
pub(super) fn tiles(statistics: &Statistics) -> Markup {
    let shown = &statistics.sales[..statistics.sales.len().min(MOST_CURRENCIES)];
    let count = |label, series: &Series, href| StatTile {
        label,
        value: grouped(series.now),
        change: Change::of(series.before, series.now),
        href,
    };
    html! {
        div.grid.figures {
            @for sales in shown {
                @let label = sales_label(sales);
                (StatTile {
                    label: &label,
                    value: amount(sales.amounts.now, sales.currency),
                    change: Change::of(sales.amounts.before, sales.amounts.now),
                    href: Some(addresses::ORDERS),
                })
            }
            (count("New students", &statistics.new_students, Some(users::LIST)))
            (count("Enrollments", &statistics.enrollments, Some(addresses::ENROLLMENTS)))
            (count("Active students", &statistics.active_students, None))
            (count("Completions", &statistics.completions, Some("/manage/enrollments?state=completed")))
        }
        (others(&statistics.sales[shown.len()..]))
    }
}

/// What was sold in the currencies that have no tile.
fn others(sales: &[Sales]) -> Markup {
    html! {
        @if !sales.is_empty() {
            p.muted.small {
                "Sales in other currencies: "
                @for (at, one) in sales.iter().enumerate() {
                    @if at > 0 { ", " }
                    span.nowrap { (one.currency.code()) " " (amount(one.amounts.now, one.currency)) }
                }
                "."
            }
        }
    }
}

/// The plots.
pub(super) fn plots(statistics: &Statistics) -> Markup {
    let sales = statistics.sales.iter().take(MOST_CURRENCIES).map(|one| {
        let note = "What was ordered and paid, and what others reported as paid, before refunds";
        (sales_label(one), note, &one.amounts, Quantity::Money(one.currency))
    });
    let counts = [
        ("New students", "Who has had an account since that day", &statistics.new_students),
        ("Enrollments", "Made on that day, free trials too", &statistics.enrollments),
        ("Active students", "Did something in a course; nobody counts twice", &statistics.active_students),
        ("Completions", "Courses completed on that day", &statistics.completions),
    ];
    let counts = counts.map(|(label, note, series)| (label.to_owned(), note, series, Quantity::Count));
    html! {
        div.grid.plots {
            @for (label, note, series, quantity) in sales.chain(counts) { (plot(&label, note, series, quantity)) }
        }
    }
}

fn plot(label: &str, note: &str, series: &Series, quantity: Quantity) -> Markup {
    let points: Vec<Point> = series
        .steps
        .iter()
        .map(|step| Point { label: short_day(step.period.first), value: step.now, before: Some(step.before) })
        .collect();
    let is_by_day = series.steps.first().is_none_or(|step| step.period.days() == 1);
    let of = if is_by_day { "Day" } else { "Week from" };
    html! {
        section.card {
            header { div { h2 { (label) } p { (note) @if !is_by_day { ", by week" } } } }
            div.body {
                div.legend { span { "This period" } span.was { (BEFORE) } }
                (LinePlot { title: label, of, points: &points, quantity, beside: BEFORE })
            }
        }
    }
}

/// What the numbers are of, below them.
pub(super) fn note(statistics: &Statistics) -> Markup {
    let before = statistics.period.before();
    html! {
        p.muted.small.note {
            "Beside them the " (before.days()) " days before, " (day(before.first)) " – " (day(before.last))
            ". Days begin at midnight UTC. Numbers are of what is there now: who was deleted no longer counts."
        }
    }
}
