//! The days of a report, drawn: what came in and what went back, for each payment provider and currency.

use crate::dates::DAY_MS;
use maud::{Markup, html};
use pages::components::{LinePlot, Point, Quantity, short_day};
use school::money::Currency;
use school::reconciliation::{Report, ReportLine, SumsOfDay};
use school::statistics::Period;

/// So many providers and currencies are drawn; whoever has more chooses one.
const MOST: usize = 8;
const REFUNDS: &str = "Refunds";

/// A plot for each line of a report.
pub(super) fn of(report: &Report, days: &[SumsOfDay]) -> Markup {
    let period = Period { first: report.from / DAY_MS, last: report.to / DAY_MS };
    let drawn = report.items.iter().filter(|line| line.sums.purchases + line.sums.refunds > 0);
    html! {
        div.grid.plots {
            @for line in drawn.clone().take(MOST) { (plot(line, period, days)) }
        }
        @if drawn.count() > MOST {
            p.muted.small.note { "The first " (MOST) " are drawn. Choose a payment provider or a currency for another." }
        }
    }
}

fn plot(line: &ReportLine, period: Period, days: &[SumsOfDay]) -> Markup {
    let sums = &line.sums;
    let Some(currency) = Currency::named(&sums.currency) else { return html! {} };
    let of_line = |day: &&SumsOfDay| day.payment_provider == sums.payment_provider && day.currency == sums.currency;
    let days: Vec<&SumsOfDay> = days.iter().filter(of_line).collect();
    let point = |part: Period| {
        let from = days.partition_point(|day| day.day < part.first);
        let until = days.partition_point(|day| day.day <= part.last);
        let sum = |value: fn(&SumsOfDay) -> i64| days[from..until].iter().map(|day| value(day)).sum();
        Point { label: short_day(part.first), value: sum(|day| day.gross), before: Some(sum(|day| day.refunded)) }
    };
    let points: Vec<Point> = period.steps().map(point).collect();
    let (title, of) = ("Purchases", if period.step() == 1 { "Day" } else { "Week from" });
    html! {
        section.card {
            header {
                div {
                    h2 dir="auto" { (sums.payment_provider) ", " (sums.currency) }
                    p { "What came in and went back" @if period.step() > 1 { ", by week" } }
                }
            }
            div.body {
                div.legend { span { (title) } span.was { (REFUNDS) } }
                (LinePlot { title, of, points: &points, quantity: Quantity::Money(currency), beside: REFUNDS })
            }
        }
    }
}
