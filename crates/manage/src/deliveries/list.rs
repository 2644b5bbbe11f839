//! `GET /manage/deliveries`: everything that was sent to webhooks, those of apps too.

use super::{DeliveryView, LIST, STATES};
use crate::csv;
use crate::list_page;
use crate::manager::{Manager, PAGE_SIZE, page_number};
use delivery::webhooks::{self, DeliveryFilter, DeliveryState, Owner, Webhook};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Choice, Column, EmptyState, FilterChip, FormField, Icon, Input, ResourceList, Sort, grouped};
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::PageRequest;
use school::events::Topic;
use web::Tx;

/// So many webhooks can be chosen from in the filter, the newest; any other by its address.
const MOST_CHOICES: i64 = 100;

/// What the list shows.
struct DeliveryListView {
    deliveries: Vec<DeliveryView>,
    /// The school's own webhooks.
    webhooks: Vec<Webhook>,
    total: i64,
    has_next: bool,
}

/// `GET /manage/deliveries`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done", "count", "of"]));
    let page = page_number(&query);
    let asked = address.clone();
    let (area, view) = manager.read(move |tx, actor| DeliveryListView::read(tx, actor, &asked, page)).await?;
    let done = done(&query);
    let framed = FramedPage::new(LIST, "Deliveries", view.list(&address, page, &manager.csrf()))
        .intro("What was sent to webhooks in the last 30 days, and what was answered.");
    manager.show(&area, framed.done(&done))
}

/// What was done before.
fn done(query: &Fields) -> String {
    let number = |name: &str| query.get(name).parse::<i64>().unwrap_or_default().max(0);
    match (query.get("done"), number("count"), number("of")) {
        ("resent", count, of) if count == of => format!("{} deliveries are sent again.", grouped(count)),
        ("resent", count, of) => format!(
            "{} of {} deliveries are sent again. The webhooks of the others are off or were deleted.",
            grouped(count),
            grouped(of)
        ),
        _ => String::new(),
    }
}

/// The state that an address asks for.
fn state(address: &ListAddress) -> Option<(&'static str, DeliveryState, &'static str)> {
    STATES.into_iter().find(|(name, ..)| *name == address.get("state"))
}

/// What an address asks for.
fn filter(address: &ListAddress) -> DeliveryFilter {
    let given = |name: &str| Some(address.get(name).to_owned()).filter(|value| !value.is_empty());
    DeliveryFilter {
        webhook_id: given("webhook_id"),
        event_id: given("event_id"),
        state: state(address).map(|(_, state, _)| state),
    }
}

/// Where the list is as a file.
pub(super) const CSV: &str = "/manage/deliveries.csv";

/// `GET /manage/deliveries.csv`
pub(super) async fn csv(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let columns = csv::columns(&["id", "topic", "event_id", "target_url", "state", "attempts", "created_at"]);
    let (filter, request) = (filter(&ListAddress::new(LIST, &query)), csv::first(query.get("sort") != "created_at"));
    csv::download(manager, "deliveries.csv", &columns, request, move |tx, actor, request| {
        let site = actor.site().id;
        let page = webhooks::deliveries(tx, site, Owner::SCHOOL, &filter, request)?;
        let mut views = DeliveryView::read_all(tx, site, &page.items)?.into_iter();
        Ok(page.map(|_| views.next().map_or(Vec::new(), |view| view.row())))
    })
    .await
}

impl DeliveryListView {
    fn read(tx: &mut Tx<'_>, actor: &Actor, address: &ListAddress, page: i64) -> school::Result<Self> {
        let (site, filter) = (actor.site().id, filter(address));
        let request = list_page::request(address, page);
        let page = webhooks::deliveries(tx, site, Owner::SCHOOL, &filter, &request)?;
        let deliveries = DeliveryView::read_all(tx, site, &page.items)?;
        let newest = PageRequest { descending: true, ..PageRequest::first(MOST_CHOICES) };
        Ok(Self {
            deliveries,
            webhooks: webhooks::list(tx, site, Owner::SCHOOL, &newest)?.items,
            total: page.total,
            has_next: page.has_next(),
        })
    }

    fn filters(&self, address: &ListAddress) -> Markup {
        let states = STATES.map(|(value, _, label)| Choice { value, label });
        let states = std::iter::once(Choice { value: "", label: "Any state" }).chain(states).collect();
        let labels: Vec<String> = self.webhooks.iter().map(label).collect();
        let webhooks = self.webhooks.iter().zip(&labels).map(|(webhook, label)| Choice { value: &webhook.id, label });
        let webhooks = std::iter::once(Choice { value: "", label: "Any webhook" }).chain(webhooks).collect();
        html! {
            (FormField::new("state", "State", address.get("state"), Input::Select(states)))
            (FormField::new("webhook_id", "Webhook", address.get("webhook_id"), Input::Select(webhooks)))
            (FormField::line("event_id", "Id of the event", address.get("event_id")))
        }
    }

    fn chips(&self, address: &ListAddress) -> Vec<FilterChip<'static>> {
        let mut chips = Vec::new();
        if let Some((_, _, label)) = state(address) {
            chips.push(FilterChip { parameter: "state", label: format!("State: {label}") });
        }
        if !address.get("webhook_id").is_empty() {
            let known = self.webhooks.iter().find(|webhook| webhook.id == address.get("webhook_id"));
            let name = known.map_or_else(|| address.get("webhook_id").to_owned(), label);
            chips.push(FilterChip { parameter: "webhook_id", label: format!("Webhook: {name}") });
        }
        if !address.get("event_id").is_empty() {
            chips.push(FilterChip { parameter: "event_id", label: format!("Event: {}", address.get("event_id")) });
        }
        chips
    }

    fn list(&self, address: &ListAddress, page: i64, csrf: &Markup) -> Markup {
        let columns = [
            Column::new("Event"),
            Column::new("To"),
            Column::new("State"),
            Column::new("Attempts").number(),
            Column::new("Since").sorted_by("created_at"),
        ];
        let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
        let list = ResourceList {
            address,
            of: "deliveries",
            search: "",
            filters: Some(self.filters(address)),
            chips: self.chips(address),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: self.deliveries.iter().map(|delivery| (delivery.id.to_string(), delivery.cells())).collect(),
            total: Some(self.total),
            page,
            has_next: self.has_next,
            page_size: PAGE_SIZE,
            bulk: Some((
                "/manage/deliveries/resend",
                html! { (csrf) button.quiet type="submit" { (Icon::RotateCcw) "Send again" } },
            )),
            csv: Some(CSV),
            empty: EmptyState {
                icon: Icon::Send,
                title: "Nothing was sent yet",
                text: "Whenever something happens that a webhook is to hear of, what is sent stands here with what was \
                       answered.",
                actions: html! { a.button href="/manage/webhooks/new" { "Add a webhook" } },
            },
        };
        html! { (list) }
    }
}

fn label(webhook: &Webhook) -> String {
    format!("{} · {}", Topic::numbered(webhook.topic).map_or("", Topic::name), webhook.target_url)
}
