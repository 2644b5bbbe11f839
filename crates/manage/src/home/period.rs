//! Over which days the numbers of the home page are, as its address says.

use crate::HOME;
use maud::{Markup, html};
use pages::components::{Tab, day, day_input, day_of_input, tabs};
use pages::fields::{Field, Problems};
use pages::form::Fields;
use school::now;
use school::statistics::{LONGEST_PERIOD, Period};

/// The periods that have a name: what the address says, how many days up to today, and what people read.
const NAMED: [(&str, i64, &str); 4] =
    [("7", 7, "7 days"), ("30", 30, "30 days"), ("90", 90, "90 days"), ("365", 365, "12 months")];
/// The one that is shown when nothing is asked for.
const USUAL: &str = "30";

/// What was asked for, and what is shown.
pub(super) struct AskedPeriod {
    /// The days that are shown.
    pub period: Period,
    /// The name of the period; empty for two dates.
    name: &'static str,
    from: String,
    to: String,
    /// What is wrong with the two dates.
    pub problems: Problems,
}

impl AskedPeriod {
    /// What an address asks for. What cannot be shown is said beside its field, and the usual period is shown.
    pub fn of(query: &Fields) -> Self {
        let today = Period::ending(1, now()).last;
        let (from, to) = (query.get("from").to_owned(), query.get("to").to_owned());
        let mut problems = Problems::default();
        if (!from.is_empty() || !to.is_empty())
            && let Some(period) = between(&from, &to, today, &mut problems)
        {
            return Self { period, name: "", from, to, problems };
        }
        let asked = NAMED.iter().find(|(name, ..)| *name == query.get("period"));
        let usual = NAMED.iter().find(|(name, ..)| *name == USUAL);
        let (name, days, _) = asked.or(usual).unwrap_or(&NAMED[0]);
        let period = Period::ending(*days, now());
        let is_wrong = !problems.is_empty();
        let given = |given: String, day: i64| if is_wrong { given } else { day_input(day) };
        Self { period, name, from: given(from, period.first), to: given(to, period.last), problems }
    }

    /// The days in words: `30 Oct 2026 – 28 Nov 2026`.
    pub fn words(&self) -> String {
        format!("{} – {}", day(self.period.first), day(self.period.last))
    }

    /// The choice of the period.
    pub fn choice(&self) -> Markup {
        let hrefs = NAMED.map(|(name, ..)| format!("{HOME}?period={name}"));
        let links: Vec<Tab<'_>> = NAMED
            .iter()
            .zip(&hrefs)
            .map(|((name, _, label), href)| Tab { label, href, is_current: *name == self.name })
            .collect();
        let date = |name, label, value| Field { kind: "date", ..Field::text(name, label, value) };
        html! {
            div.period {
                (tabs("Period", &links))
                details.menu open[!self.problems.is_empty()] {
                    summary.button.quiet { (self.words()) (pages::components::Icon::Calendar) }
                    div {
                        form.panel method="get" action=(HOME) {
                            (date("from", "From", &self.from).show(&self.problems))
                            (date("to", "To", &self.to).show(&self.problems))
                            button type="submit" { "Show these days" }
                        }
                    }
                }
            }
        }
    }
}

/// The days between two dates, both included.
fn between(from: &str, to: &str, today: i64, problems: &mut Problems) -> Option<Period> {
    let mut date = |name, text| {
        let day = day_of_input(text);
        if day.is_none() {
            problems.add(name, "must be a date");
        }
        day
    };
    let (first, last) = (date("from", from), date("to", to));
    let (first, last) = (first?, last?);
    if first > last {
        problems.add("from", "must not be after the other date");
    } else if first > today {
        problems.add("from", "must not be in the future");
    } else if last - first >= LONGEST_PERIOD {
        problems.add("from", format!("must be within {LONGEST_PERIOD} days of the other date"));
    }
    problems.is_empty().then_some(Period { first, last })
}
