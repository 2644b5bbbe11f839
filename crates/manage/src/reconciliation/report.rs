//! `GET /manage/reconciliation`: what came in and went back over a period, per payment provider and currency.

use super::{PAGE, plots};
use crate::dates::DAY_MS;
use crate::external_orders;
use crate::manager::Manager;
use maud::{Markup, html};
use pages::components::{
    Banner, EmptyState, FormField, Icon, Input, Tone, day, day_input, day_of_input, grouped, money, problem_summary,
};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::money::{Currency, Money};
use school::reconciliation::{self, Difference, MOST_REFERENCES, Report, ReportLine, ReportRequest, SumsOfDay};
use web::form::encode;

/// The longest period of a report, in days: what a plot by weeks can show.
const LONGEST: i64 = 1_096;

/// What a report is asked for, as it was typed.
struct Asked {
    from: String,
    to: String,
    payment_provider: String,
    currency: String,
}

/// `GET /manage/reconciliation`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let asked = Asked::of(&query);
    let mut problems = Problems::default();
    let request = asked.request(&mut problems);
    // What cannot be reported on is said, and the usual period is shown.
    let request = if problems.is_empty() { request } else { ReportRequest::default() };
    let read = manager.read(move |tx, actor| {
        let report = reconciliation::report(tx, actor.site().id, &request)?;
        let days = reconciliation::of_days(tx, actor.site().id, &report)?;
        Ok((report, days))
    });
    let (area, (report, days)) = read.await?;
    let body = html! {
        (asked.form(&report, &problems))
        (body(&report, &days))
    };
    let page = FramedPage::new(PAGE, "Reconciliation", body).intro(
        "What programs have reported of payments taken elsewhere, to be compared with the books of who took them.",
    );
    manager.show(&area, page.with_problems(&problems))
}

impl Asked {
    fn of(query: &Fields) -> Self {
        let text = |name: &str| query.get(name).trim().to_owned();
        Self {
            from: text("from"),
            to: text("to"),
            payment_provider: text("payment_provider"),
            currency: text("currency"),
        }
    }

    fn request(&self, problems: &mut Problems) -> ReportRequest {
        let mut date = |name, text: &str| {
            let day = day_of_input(text);
            if day.is_none() && !text.is_empty() {
                problems.add(name, "must be a date");
            }
            day
        };
        let (from, to) = (date("from", &self.from), date("to", &self.to));
        match (from, to) {
            (Some(from), Some(to)) if from > to => problems.add("from", "must not be after the other date"),
            (Some(from), to) if to.unwrap_or(school::now() / DAY_MS) - from >= LONGEST => {
                problems.add("from", "must be within three years of the other date");
            }
            (Some(from), None) if from > school::now() / DAY_MS => problems.add("from", "must not be in the future"),
            _ => {}
        }
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        ReportRequest {
            from: from.map(|day| day.saturating_mul(DAY_MS)),
            to: to.map(|day| day.saturating_mul(DAY_MS)),
            payment_provider: given(&self.payment_provider),
            currency: given(&self.currency),
        }
    }

    fn form(&self, report: &Report, problems: &Problems) -> Markup {
        let (first, last) = (day_input(report.from / DAY_MS), day_input(report.to / DAY_MS));
        let date = |typed: &str, shown: String| if problems.is_empty() { shown } else { typed.to_owned() };
        let (from, to) = (date(&self.from, first), date(&self.to, last));
        let fields = [
            FormField::new("from", "From", &from, Input::Line("date")).required().problems(problems),
            FormField::new("to", "To", &to, Input::Line("date")).required().problems(problems),
            FormField::line("payment_provider", "Payment provider", &self.payment_provider),
            FormField::line("currency", "Currency", &self.currency).longest(3),
        ];
        html! {
            (problem_summary(problems, &fields.each_ref().map(FormField::named)))
            form.card.asked method="get" action=(PAGE) {
                div.body.inline-fields {
                    @for field in &fields { (field) }
                    button type="submit" { "Show" }
                }
            }
        }
    }
}

fn body(report: &Report, days: &[SumsOfDay]) -> Markup {
    html! {
        (differences(report))
        div.card {
            header {
                div {
                    h2 { (day(report.from / DAY_MS)) " – " (day(report.to / DAY_MS)) }
                    p { "Days begin at midnight UTC. A transaction counts on the day on which it was reported." }
                }
            }
            @if report.items.is_empty() {
                (EmptyState {
                    icon: Icon::ListChecks,
                    title: "Nothing was reported in this period",
                    text: "Choose other days, or look whether the program that takes the payments reports them.",
                    actions: html! { a.button.quiet href=(external_orders::LIST) { "Go to the external orders" } },
                })
            } @else {
                (table(&report.items))
            }
        }
        (plots::of(report, days))
    }
}

fn amount(minor: i64, code: &str) -> String {
    Currency::named(code).map_or_else(|| minor.to_string(), |currency| money(Money { minor, currency }))
}

fn table(items: &[ReportLine]) -> Markup {
    html! {
        div.scroll {
            table.stack {
                caption.visually-hidden { "Sums by payment provider and currency" }
                thead {
                    tr {
                        th scope="col" { "Provider" }
                        @for column in ["Purchases", "Refunds", "Net", "Subscriptions opened", "Paying at the end"] {
                            th.number scope="col" { (column) }
                        }
                    }
                }
                tbody { @for line in items { (row(line)) } }
            }
        }
    }
}

fn row(line: &ReportLine) -> Markup {
    let sums = &line.sums;
    let orders = encode([("payment_provider", sums.payment_provider.as_str()), ("currency", sums.currency.as_str())]);
    html! {
        tr {
            td {
                a.row dir="auto" href={ (external_orders::LIST) "?" (orders) } { (sums.payment_provider) }
                span.sub { (sums.currency) }
            }
            td.number data-label="Purchases" {
                (amount(sums.gross, &sums.currency)) span.sub { (grouped(sums.purchases)) @if sums.purchases == 1 { " purchase" } @else { " purchases" } }
            }
            td.number data-label="Refunds" {
                (amount(sums.refunded, &sums.currency)) span.sub { (grouped(sums.refunds)) @if sums.refunds == 1 { " refund" } @else { " refunds" } }
            }
            td.number.strong data-label="Net" { (amount(sums.gross - sums.refunded, &sums.currency)) }
            td.number data-label="Opened" { (grouped(sums.subscriptions_opened)) }
            td.number data-label="Paying" { (grouped(line.subscriptions_paying)) }
        }
    }
}

/// What should be compared with the provider's own books.
fn differences(report: &Report) -> Markup {
    let found = reconciliation::differences(report);
    html! {
        @if found.is_empty() {
            @if !report.items.is_empty() {
                (Banner::new(Tone::Success, "", html! {
                    p { "No reference was used twice, and no more was refunded than came in." }
                }))
            }
        } @else {
            div.card.differences {
                header {
                    div {
                        h2 { "To be looked at" }
                        p { "Compare these with the provider’s own books: something may have been counted twice, or not at all." }
                    }
                }
                ul.rows { @for one in &found { (difference(one)) } }
                @if report.more_reused_references {
                    footer { "The first " (grouped(MOST_REFERENCES as i64)) " references are named; choose a shorter period for the others." }
                }
            }
        }
    }
}

fn difference(one: &Difference) -> Markup {
    let (sum, pairs) = match one {
        Difference::ReusedReference(reused) => {
            (amount(reused.amount, &reused.currency), encode([("q", reused.reference.as_str())]))
        }
        Difference::MoreRefundedThanPaid(sums) => {
            let pairs = [("payment_provider", sums.payment_provider.as_str()), ("currency", &sums.currency)];
            (amount(sums.gross - sums.refunded, &sums.currency), encode(pairs))
        }
    };
    html! {
        li {
            div { p dir="auto" { (one.sentence()) } }
            span.number.strong { (sum) }
            a.button.quiet href={ (external_orders::LIST) "?" (pairs) } { "Show the orders" }
        }
    }
}
