//! A list of records: search, filters that live in the address, an order, pages, things to do with several at once, CSV.

use super::{EmptyState, Icon};
use crate::address::ListAddress;
use maud::{Markup, Render, html};

/// In which direction a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The smallest or oldest first.
    Ascending,
    /// The largest or newest first.
    Descending,
}

/// By what a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort<'s> {
    /// The key of a column.
    pub key: &'s str,
    /// In which direction.
    pub order: Order,
}

impl<'s> Sort<'s> {
    /// As an address has it: `created_at`, or `-created_at` for the newest first.
    #[must_use]
    pub fn parse(text: &'s str) -> Self {
        match text.strip_prefix('-') {
            Some(key) => Self { key, order: Order::Descending },
            None => Self { key: text, order: Order::Ascending },
        }
    }
}

/// A column of a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Column<'c> {
    /// What stands above it.
    pub label: &'c str,
    /// By which key the list can be ordered by it.
    pub sort: Option<&'c str>,
    /// Whether it holds numbers.
    pub is_number: bool,
}

impl<'c> Column<'c> {
    /// A column of texts in no order.
    #[must_use]
    pub const fn new(label: &'c str) -> Self {
        Self { label, sort: None, is_number: false }
    }

    /// The same, by which the list can be ordered.
    #[must_use]
    pub const fn sorted_by(self, key: &'c str) -> Self {
        Self { sort: Some(key), ..self }
    }

    /// The same for numbers.
    #[must_use]
    pub const fn number(self) -> Self {
        Self { is_number: true, ..self }
    }
}

/// A filter that is in force, with the way to be rid of it.
#[derive(Debug, Clone)]
pub struct FilterChip<'c> {
    /// The parameter of the address.
    pub parameter: &'c str,
    /// What it means: "Role: affiliate".
    pub label: String,
}

/// A list of records.
#[derive(Debug, Clone)]
pub struct ResourceList<'l> {
    /// Where it is, and what was asked for.
    pub address: &'l ListAddress,
    /// What it is a list of, in the plural: "students".
    pub of: &'l str,
    /// What can be searched for, such as "name or address"; no search where it is empty.
    pub search: &'l str,
    /// The fields of the filters.
    pub filters: Option<Markup>,
    /// The filters that are in force.
    pub chips: Vec<FilterChip<'l>>,
    /// The columns.
    pub columns: &'l [Column<'l>],
    /// By what it is ordered.
    pub sort: Option<Sort<'l>>,
    /// The rows: what identifies each, and its cells.
    pub rows: Vec<(String, Vec<Markup>)>,
    /// How many there are on all pages; not known of a search.
    pub total: Option<i64>,
    /// Which page this is, from 1.
    pub page: i64,
    /// Whether another follows.
    pub has_next: bool,
    /// How many are on a page.
    pub page_size: i64,
    /// What can be done with several: where the form is sent, hidden fields, buttons.
    pub bulk: Option<(&'l str, Markup)>,
    /// Where the same list is to be had as CSV.
    pub csv: Option<&'l str>,
    /// What stands where nothing was ever made.
    pub empty: EmptyState<'l>,
}

impl ResourceList<'_> {
    fn is_filtered(&self) -> bool {
        !self.chips.is_empty() || !self.address.get("q").is_empty()
    }

    fn toolbar(&self) -> Markup {
        let has_tools = !self.search.is_empty() || self.filters.is_some() || self.csv.is_some();
        html! {
            @if has_tools { div.toolbar {
                @if !self.search.is_empty() {
                    form.search role="search" method="get" action=(self.address.path()) {
                        @for (name, value) in self.address.others(&["q"]) { input type="hidden" name=(name) value=(value); }
                        (Icon::Search)
                        input type="search" name="q" value=(self.address.get("q")) dir="auto" autocomplete="off"
                            data-list-search placeholder={ "Search by " (self.search) }
                            aria-label={ "Search " (self.of) " by " (self.search) };
                        kbd aria-hidden="true" { "/" }
                    }
                }
                @if let Some(filters) = &self.filters {
                    details.menu.left {
                        summary.button.quiet { (Icon::Funnel) "Filter" }
                        div { form.panel method="get" action=(self.address.path()) {
                            @let parameters: Vec<&str> = self.chips.iter().map(|chip| chip.parameter).collect();
                            @for (name, value) in self.address.others(&parameters) { input type="hidden" name=(name) value=(value); }
                            (filters)
                            button type="submit" { "Show" }
                        } }
                    }
                }
                div.end {
                    @if let Some(csv) = self.csv {
                        a.button.quiet href=(self.address.at(csv)) download { (Icon::Download) "Export CSV" }
                    }
                }
            } }
            @if self.is_filtered() {
                div.chips {
                    @if !self.address.get("q").is_empty() { (self.chip("q", &format!("“{}”", self.address.get("q")))) }
                    @for chip in &self.chips { (self.chip(chip.parameter, &chip.label)) }
                    a.chip href=(self.address.path()) { "Clear all" }
                }
            }
        }
    }

    fn chip(&self, parameter: &str, label: &str) -> Markup {
        html! {
            a.chip href=(self.address.without(parameter)) dir="auto" {
                span.visually-hidden { "Remove the filter " } (label) (Icon::X)
            }
        }
    }

    fn heading(&self, column: &Column<'_>) -> Markup {
        let sort = self.sort.filter(|sort| Some(sort.key) == column.sort);
        let order = sort.map(|sort| match sort.order {
            Order::Ascending => ("ascending", Icon::ArrowUp),
            Order::Descending => ("descending", Icon::ArrowDown),
        });
        html! {
            th.number[column.is_number] scope="col" aria-sort=[order.map(|(name, _)| name)] {
                @match column.sort {
                    Some(key) => {
                        @let descends = order.is_none_or(|(name, _)| name == "ascending");
                        @let next = if descends { format!("-{key}") } else { key.to_owned() };
                        a href=(self.address.with("sort", &next)) {
                            (column.label) (order.map_or(Icon::ChevronsUpDown, |(_, icon)| icon))
                        }
                    }
                    None => (column.label),
                }
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll {
                table.stack {
                    caption.visually-hidden { (self.of) }
                    thead {
                        tr {
                            @if self.bulk.is_some() {
                                th.pick scope="col" { input type="checkbox" data-pick-all aria-label="Choose all on this page" hidden; }
                            }
                            @for column in self.columns { (self.heading(column)) }
                        }
                    }
                    tbody {
                        @for (id, cells) in &self.rows {
                            tr {
                                @if self.bulk.is_some() {
                                    td.pick { input type="checkbox" name="id" value=(id) aria-label={ "Choose " (id) }; }
                                }
                                @for (at, (cell, column)) in cells.iter().zip(self.columns).enumerate() {
                                    @let none = is_empty(cell);
                                    @match at {
                                        0 => td.number[column.is_number].none[none] { (cell) },
                                        _ => td.number[column.is_number].none[none] data-label=(column.label) { div.value { (cell) } },
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        let first = (self.page - 1) * self.page_size + 1;
        let last = first + self.rows.len() as i64 - 1;
        html! {
            footer {
                span {
                    @match self.total {
                        Some(1) if first == 1 => { "1 " (singular(self.of)) },
                        Some(total) => { (grouped(first)) "–" (grouped(last)) " of " (grouped(total)) " " (self.of) },
                        None if first == last => (grouped(first)),
                        None => { (grouped(first)) "–" (grouped(last)) },
                    }
                }
                nav.pager aria-label="Pages" {
                    @if self.page > 1 {
                        a.button.quiet href=(self.address.page(self.page - 1)) rel="prev" { (Icon::ChevronLeft) "Previous" }
                    }
                    @if self.has_next {
                        a.button.quiet href=(self.address.page(self.page + 1)) rel="next" { "Next" (Icon::ChevronRight) }
                    }
                }
            }
        }
    }

    fn nothing_found(&self) -> Markup {
        html! {
            div.empty {
                (Icon::Search)
                h2 { "Nothing found" }
                p { "No " (self.of) " match what you asked for." }
                div.actions { a.button.quiet href=(self.address.path()) { "Show all " (self.of) } }
            }
        }
    }
}

/// One of what a list is of, whose names are all regular but these.
fn singular(of: &str) -> String {
    match of.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => of.strip_suffix('s').unwrap_or(of).to_owned(),
    }
}

/// Whether a cell shows nothing: nothing stands between its tags, and none of them shows something by itself.
fn is_empty(cell: &Markup) -> bool {
    let mut rest = cell.0.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        let Some((tag, following)) = after.split_once('>') else { return false };
        if !before.trim().is_empty() || ["img", "progress", "input", "svg"].iter().any(|shown| tag.starts_with(shown)) {
            return false;
        }
        rest = following;
    }
    rest.trim().is_empty()
}

/// A whole number as people read it: 1,234,567.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + 8);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("−{text}") } else { text }
}

impl Render for ResourceList<'_> {
    fn render(&self) -> Markup {
        if self.rows.is_empty() && !self.is_filtered() && self.page == 1 {
            return html! { div.card { (self.empty) } };
        }
        html! {
            div.card #list {
                (self.toolbar())
                @if self.rows.is_empty() {
                    (self.nothing_found())
                } @else {
                    @match &self.bulk {
                        Some((action, buttons)) => form method="post" action=(action) {
                            div.bulk { span data-picked="chosen" { "With those chosen:" } (buttons) }
                            (self.table())
                        },
                        None => (self.table()),
                    }
                    (self.footer())
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, Sort, grouped, is_empty, singular};
    use maud::html;

    #[test]
    fn a_cell_of_tags_alone_is_empty() {
        assert!(is_empty(&html! { span dir="auto" { "" } }) && is_empty(&html! {}));
        assert!(!is_empty(&html! { span { "0" } }) && !is_empty(&html! { progress value="1" {} }));
    }

    #[test]
    fn one_of_several_is_named_in_the_singular() {
        assert_eq!(["users", "categories", "security log"].map(singular), ["user", "category", "security log"]);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written: Vec<String> = [0, 999, 1000, -1_234_567].map(grouped).into();
        assert_eq!(written, ["0", "999", "1,000", "−1,234,567"]);
        assert_eq!(grouped(i64::MIN), "−9,223,372,036,854,775,808");
    }

    #[test]
    fn a_dash_turns_the_order_round() {
        assert_eq!(Sort::parse("-name"), Sort { key: "name", order: Order::Descending });
        assert_eq!(Sort::parse("name"), Sort { key: "name", order: Order::Ascending });
    }
}
