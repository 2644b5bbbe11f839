//! `GET /manage/orders`: every order of the school.

use super::{LIST, STATUSES, amount, badge, each, path};
use crate::choices::Choices;
use crate::csv;
use crate::dates;
use crate::list_page::{ListPage, request_of_days};
use crate::manager::{Manager, PAGE_SIZE, page_number};
use crate::people::PersonView;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Choice, Column, EmptyState, FilterChip, FormField, Icon, Input, ResourceList, Sort, date};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::orders::{self, Order, OrderFilter};
use school::{Page, PageRequest, ProductId, SiteId, UserId, order_export};
use web::Tx;

/// What the list shows.
struct OrderListView {
    orders: ListPage<(Order, PersonView)>,
    products: Choices,
    /// Whose orders alone are asked for.
    buyer: Option<PersonView>,
}

/// `GET /manage/orders`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query);
    let page = page_number(&query);
    let asked = address.clone();
    let (area, view) = manager.read(move |tx, actor| OrderListView::read(tx, actor, &asked, page)).await?;
    let framed = FramedPage::new(LIST, "Orders", view.list(&address, page))
        .intro("What students bought in the school itself. What they paid elsewhere is in external orders.");
    manager.show(&area, framed)
}

/// The same orders as a file.
pub(super) const CSV: &str = "/manage/orders.csv";

/// `GET /manage/orders.csv`
pub(super) async fn csv(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query);
    let request = PageRequest { created: dates::range(&address), ..csv::first(address.get("sort") != "created_at") };
    let columns = csv::columns(&order_export::COLUMNS);
    csv::download(manager, "orders.csv", &columns, request, move |tx, actor, request| {
        let (site, filter) = (actor.site().id, filter(&address));
        if address.get("q").is_empty() {
            return Ok(orders::list(tx, site, &filter, request)?.map(|order| order_export::row(&order)));
        }
        let items = found(tx, site, &address, &filter)?.iter().map(order_export::row).collect();
        Ok(Page { items, ..Page::empty() })
    })
    .await
}

/// Which orders are asked for.
fn filter(address: &ListAddress) -> OrderFilter {
    OrderFilter {
        status: STATUSES.iter().find(|(name, ..)| *name == address.get("status")).map(|(_, status, ..)| *status),
        product_id: address.get("product_id").parse().ok().map(ProductId::new),
        user_id: address.get("user_id").parse().ok().map(UserId::new),
    }
}

/// The orders that are searched for, of those that are asked for.
fn found(tx: &mut Tx<'_>, site: SiteId, address: &ListAddress, filter: &OrderFilter) -> school::Result<Vec<Order>> {
    let range = dates::range(address);
    let mut found = orders::search(tx, site, address.get("q"))?;
    found.retain(|order| {
        filter.status.is_none_or(|status| order.status == status)
            && filter.product_id.is_none_or(|product| order.product_id == product)
            && filter.user_id.is_none_or(|user| order.user_id == user)
            && (range.from..range.to).contains(&order.created_at)
    });
    Ok(found)
}

impl OrderListView {
    fn read(tx: &mut Tx<'_>, actor: &Actor, address: &ListAddress, page: i64) -> school::Result<Self> {
        let (site, filter) = (actor.site().id, filter(address));
        let orders = match address.get("q") {
            "" => orders::list(tx, site, &filter, &request_of_days(address, page))?.into(),
            _ => ListPage::found(found(tx, site, address, &filter)?, page),
        };
        let orders = orders.try_map(|order: Order| {
            let buyer = PersonView::kept(tx, actor, order.user_id, &order.user_name, &order.user_email)?;
            Ok::<_, school::Error>((order, buyer))
        })?;
        let buyer = filter.user_id.map(|id| PersonView::find(tx, actor, id)).transpose()?;
        Ok(Self { orders, products: Choices::products(tx, actor, filter.product_id)?, buyer })
    }

    fn filters(&self, address: &ListAddress) -> Markup {
        let statuses = STATUSES.iter().map(|(value, _, label, _)| Choice { value, label });
        let statuses = std::iter::once(Choice { value: "", label: "Any state" }).chain(statuses).collect();
        html! {
            (FormField::new("status", "State", address.get("status"), Input::Select(statuses)))
            (FormField::new("product_id", "Product", address.get("product_id"), self.products.select("Any product")))
            (dates::fields(address))
        }
    }

    fn chips(&self, address: &ListAddress) -> Vec<FilterChip<'static>> {
        let mut chips = Vec::new();
        if let Some((_, _, label, _)) = STATUSES.iter().find(|(name, ..)| *name == address.get("status")) {
            chips.push(FilterChip { parameter: "status", label: format!("State: {label}") });
        }
        if !address.get("product_id").is_empty() {
            let label = format!("Product: {}", self.products.label(address.get("product_id")));
            chips.push(FilterChip { parameter: "product_id", label });
        }
        if let Some(buyer) = &self.buyer {
            chips.push(FilterChip { parameter: "user_id", label: format!("Buyer: {}", buyer.name) });
        }
        chips.extend(dates::chips(address));
        chips
    }

    fn list(&self, address: &ListAddress, page: i64) -> Markup {
        let columns = [
            Column::new("Order"),
            Column::new("Buyer"),
            Column::new("Product"),
            Column::new("State"),
            Column::new("Amount").number(),
            Column::new("Made").sorted_by("created_at"),
        ];
        let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
        let list = ResourceList {
            address,
            of: "orders",
            search: "number, name or address",
            filters: Some(self.filters(address)),
            chips: self.chips(address),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: self.orders.items.iter().map(|(order, buyer)| (order.id.to_string(), cells(order, buyer))).collect(),
            total: self.orders.total,
            page,
            has_next: self.orders.has_next,
            page_size: PAGE_SIZE,
            bulk: None,
            csv: Some(CSV),
            empty: EmptyState {
                icon: Icon::Receipt,
                title: "No orders yet",
                text: "Whatever students buy in the school stands here, with its items and payments. What they pay \
                       elsewhere is reported by programs, and stands in external orders.",
                actions: html! { a.button.quiet href=(crate::addresses::EXTERNAL_ORDERS) { "Go to the external orders" } },
            },
        };
        html! { (list) }
    }
}

fn cells(order: &Order, buyer: &PersonView) -> Vec<Markup> {
    let more = order.items.len().saturating_sub(1);
    vec![
        html! { a.row href=(path(order.id)) { (order.order_number) } },
        html! { (buyer) },
        html! {
            span dir="auto" { (order.product_name) }
            @if more > 0 { span.sub { "and " (more) " more" } }
        },
        html! { (badge(order)) },
        html! {
            (amount(order.amount_cents, &order.currency))
            @if let Some(each) = each(order.payment_type) { span.sub { (each) } }
        },
        date(order.created_at),
    ]
}
