//! Plots, drawn on the server as SVG. Each has a table of the same numbers beside it.

use super::{grouped, money};
use maud::{Markup, Render, html};
use school::money::{Currency, Money};
use std::fmt::Write;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 212.0;
const LEFT: f64 = 60.0;
/// Room for half of the last label.
const RIGHT: f64 = 32.0;
/// How wide a letter of a label is at most, and what is free between two labels: `manage.css` writes the labels of a
/// narrow plot in 22 of these units.
const LETTER: f64 = 12.5;
const BETWEEN_LABELS: f64 = 28.0;
/// Room for the labels, clear of the number at the foot of the axis.
const BOTTOM: f64 = 38.0;
const TOP: f64 = 10.0;

/// What is most often beside the numbers of a period.
pub const BEFORE: &str = "Period before";

/// A number with what it is of, such as a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What it is of.
    pub label: String,
    /// The number.
    pub value: i64,
    /// The number beside it: at the same place of the period before, or of what [`LinePlot::beside`] says.
    pub before: Option<i64>,
}

/// What the numbers are, and so how they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// How many there are.
    Count,
    /// Minor units of a currency.
    Money(Currency),
}

impl Quantity {
    fn written(self, value: i64) -> String {
        match self {
            Self::Count => grouped(value),
            Self::Money(currency) => money(Money { minor: value, currency }),
        }
    }

    /// The same on an axis, where there is little room: 12,000 is written 12k.
    fn short(self, value: i64) -> String {
        match self {
            Self::Count => thousands(value),
            Self::Money(currency) => {
                let unit = 10_i64.saturating_pow(currency.minor_digits());
                if value % unit == 0 { thousands(value / unit) } else { self.written(value) }
            }
        }
    }
}

/// A number with as few digits as say it.
fn thousands(value: i64) -> String {
    match value {
        1_000_000.. if value % 100_000 == 0 => format!("{}M", value as f64 / 1e6),
        10_000.. if value % 100 == 0 => format!("{}k", value as f64 / 1e3),
        _ => grouped(value),
    }
}

/// A line of numbers over time, with another one beside it.
#[derive(Debug, Clone)]
pub struct LinePlot<'p> {
    /// What the plot is of.
    pub title: &'p str,
    /// What stands above the labels in the table, such as "Day".
    pub of: &'p str,
    /// The numbers.
    pub points: &'p [Point],
    /// What they are.
    pub quantity: Quantity,
    /// What the numbers beside them are: [`BEFORE`] most often.
    pub beside: &'p str,
}

/// The same as bars, for things that have no order in time.
#[derive(Debug, Clone)]
pub struct BarPlot<'p>(pub LinePlot<'p>);

/// The lines behind the numbers: a step of 1, 2 or 5 times a power of ten, so that there are at most five of them.
fn steps(highest: i64) -> (i64, i64) {
    let mut power = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            let Some(step) = power.checked_mul(factor) else { return (i64::MAX, 1) };
            if highest <= step.saturating_mul(4) {
                return (step, (highest.max(1) - 1) / step + 1);
            }
        }
        let Some(next) = power.checked_mul(10) else { return (i64::MAX, 1) };
        power = next;
    }
}

impl LinePlot<'_> {
    fn highest(&self) -> i64 {
        self.points.iter().flat_map(|point| [Some(point.value), point.before]).flatten().max().unwrap_or(0).max(1)
    }

    /// How far one place is from the next.
    fn across(&self) -> f64 {
        (WIDTH - LEFT - RIGHT) / (self.points.len().max(2) - 1) as f64
    }

    /// Where the number of this place stands.
    fn place(&self, at: usize, value: i64, top: i64) -> (f64, f64) {
        let across = self.across();
        let share = value.max(0) as f64 / top as f64;
        (LEFT + across * at as f64, TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - share))
    }

    fn line(&self, top: i64, value: impl Fn(&Point) -> Option<i64>) -> String {
        let mut path = String::new();
        for (at, number) in self.points.iter().enumerate().filter_map(|(at, point)| Some((at, value(point)?))) {
            let (x, y) = self.place(at, number, top);
            let command = if path.is_empty() { 'M' } else { 'L' };
            // Writing to a text cannot fail.
            let _written = write!(path, "{command}{x:.1} {y:.1}");
        }
        path
    }

    fn grid(&self, step: i64, count: i64) -> Markup {
        let top = step.saturating_mul(count);
        html! {
            @for line in 0..=count {
                @let (_, y) = self.place(0, step.saturating_mul(line), top);
                line.gridline x1=(LEFT) x2=(WIDTH - RIGHT) y1=(format!("{y:.1}")) y2=(format!("{y:.1}")) {}
                text.axis x=(LEFT - 8.0) y=(format!("{:.1}", y + 4.0)) text-anchor="end" { (self.quantity.short(step.saturating_mul(line))) }
            }
        }
    }

    /// The places whose labels stand below the plot: as many as have room, and are not too many to read.
    fn labelled(&self) -> impl Iterator<Item = usize> {
        let longest = self.points.iter().map(|point| point.label.chars().count()).max().unwrap_or(0);
        let room = longest as f64 * LETTER + BETWEEN_LABELS;
        let every = ((room / self.across()).ceil() as usize).max(self.points.len().div_ceil(8)).max(1);
        (0..self.points.len()).step_by(every)
    }

    fn labels(&self) -> Markup {
        html! {
            @for at in self.labelled() {
                @let (x, _) = self.place(at, 0, 1);
                text.axis x=(format!("{x:.1}")) y=(HEIGHT - 4.0) text-anchor="middle" { (self.points[at].label) }
            }
        }
    }

    fn table(&self) -> Markup {
        let with_before = self.points.iter().any(|point| point.before.is_some());
        html! {
            details.plot-table {
                summary { "Show as a table" }
                div.scroll {
                    table {
                        caption.visually-hidden { (self.title) }
                        thead {
                            tr {
                                th scope="col" { (self.of) }
                                th.number scope="col" { (self.title) }
                                @if with_before { th.number scope="col" { (self.beside) } }
                            }
                        }
                        tbody {
                            @for point in self.points {
                                tr {
                                    th scope="row" { (point.label) }
                                    td.number { (self.quantity.written(point.value)) }
                                    @if with_before { td.number { (point.before.map(|before| self.quantity.written(before)).unwrap_or_default()) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn framed(&self, marks: &Markup, labels: &Markup) -> Markup {
        let (step, count) = steps(self.highest());
        html! {
            figure.plot-figure {
                svg.plot viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label={ (self.title) ", the numbers are in the table below" } {
                    (self.grid(step, count))
                    (marks)
                    (labels)
                }
                (self.table())
            }
        }
    }
}

impl Render for LinePlot<'_> {
    fn render(&self) -> Markup {
        let (step, count) = steps(self.highest());
        let top = step.saturating_mul(count);
        let line = self.line(top, |point| Some(point.value));
        let before = self.line(top, |point| point.before);
        let (last, floor) = self.place(self.points.len().saturating_sub(1), 0, top);
        let marks = html! {
            @if !line.is_empty() { path.area d=(format!("{line}L{last:.1} {floor:.1}L{LEFT} {floor:.1}Z")) {} }
            @if !before.is_empty() { path.before d=(before) {} }
            path.series d=(line) {}
        };
        self.framed(&marks, &self.labels())
    }
}

impl Render for BarPlot<'_> {
    fn render(&self) -> Markup {
        let plot = &self.0;
        let (step, count) = steps(plot.highest());
        let top = step.saturating_mul(count);
        let room = (WIDTH - LEFT - RIGHT) / plot.points.len().max(1) as f64;
        let wide = (room * 0.62).min(56.0);
        let marks = html! {
            @for (at, point) in plot.points.iter().enumerate() {
                @let (_, y) = plot.place(0, point.value, top);
                rect.bar-mark x=(format!("{:.1}", LEFT + room * (at as f64 + 0.5) - wide / 2.0)) y=(format!("{y:.1}"))
                    width=(format!("{wide:.1}")) height=(format!("{:.1}", HEIGHT - BOTTOM - y)) rx="2" {
                    title { (point.label) ": " (plot.quantity.written(point.value)) }
                }
            }
        };
        let labels = html! {
            @for (at, point) in plot.points.iter().enumerate() {
                @let x = format!("{:.1}", LEFT + room * (at as f64 + 0.5));
                text.axis x=(x) y=(HEIGHT - 4.0) text-anchor="middle" { (point.label) }
            }
        };
        plot.framed(&marks, &labels)
    }
}

#[cfg(test)]
mod tests {
    use super::{LinePlot, Point, Quantity, steps};
    use maud::Render;
    use school::money::Currency;

    #[test]
    fn the_lines_behind_the_numbers_are_round_and_few() {
        for (highest, step, count) in
            [(1, 1, 1), (4, 1, 4), (5, 2, 3), (17, 5, 4), (999, 500, 2), (1_000_000, 500_000, 2)]
        {
            assert_eq!(steps(highest), (step, count), "up to {highest}");
        }
        assert!(steps(i64::MAX).0 > 0);
    }

    #[test]
    fn a_plot_of_nothing_of_one_number_and_of_the_largest_is_drawn_within_its_frame() {
        let point = |value| Point { label: "1 Nov".into(), value, before: Some(0) };
        for points in [vec![], vec![point(0)], vec![point(i64::MAX), point(i64::MIN)]] {
            for quantity in [Quantity::Count, Quantity::Money(Currency::named("kwd").expect("a currency"))] {
                let plot = LinePlot { title: "Sales", of: "Day", points: &points, quantity, beside: super::BEFORE };
                let drawn = plot.render().into_string();
                assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
            }
        }
    }

    #[test]
    fn labels_leave_room_for_each_other_however_many_and_long_they_are() {
        for (label, count) in [("31 Aug", 7), ("31 Aug", 90), ("31 August 2026", 12), ("Aug", 365), ("9", 2)] {
            let points: Vec<Point> =
                (0..count).map(|value| Point { label: label.into(), value, before: None }).collect();
            let plot = LinePlot {
                title: "Sales",
                of: "Day",
                points: &points,
                quantity: Quantity::Count,
                beside: super::BEFORE,
            };
            let shown: Vec<f64> = plot.labelled().map(|at| plot.place(at, 0, 1).0).collect();
            assert!(!shown.is_empty() && shown.len() <= 8, "{label}: {shown:?}");
            let wide = label.len() as f64 * super::LETTER;
            assert!(
                shown.windows(2).all(|pair| pair[1] - pair[0] >= wide + super::BETWEEN_LABELS),
                "{label}: {shown:?}"
            );
        }
    }

    #[test]
    fn every_shape_is_closed_so_that_none_is_taken_for_a_part_of_another() {
        let points: Vec<Point> =
            (0..5).map(|value| Point { label: value.to_string(), value, before: Some(4 - value) }).collect();
        let plot =
            LinePlot { title: "Sales", of: "Day", points: &points, quantity: Quantity::Count, beside: super::BEFORE };
        for drawn in [plot.render().into_string(), super::BarPlot(plot).render().into_string()] {
            for shape in ["line", "path", "rect", "text"] {
                let (opened, closed) =
                    (drawn.matches(&format!("<{shape} ")).count(), drawn.matches(&format!("</{shape}>")).count());
                assert_eq!(opened, closed, "{shape} in {drawn}");
            }
        }
    }

    #[test]
    fn axes_have_few_digits_and_money_no_fractions() {
        let dollars = Quantity::Money(Currency::named("usd").expect("a currency"));
        assert_eq!([Quantity::Count.short(900), Quantity::Count.short(12_500)], ["900", "12.5k"]);
        assert_eq!([dollars.short(50_000), dollars.short(2_000_000), dollars.short(150)], ["500", "20k", "$1.50"]);
    }
}
