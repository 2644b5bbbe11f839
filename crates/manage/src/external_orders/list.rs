//! `GET /manage/external_orders`: every external order of the school.

use super::{LIST, TYPES, badge, balance, path, type_label};
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
use school::external_orders::{self, ExternalOrder, Wanted};
use school::{PageRequest, ProductId, UserId, external_order_export, products};
use web::Tx;

/// An order in the list.
struct ExternalOrderView {
    order: ExternalOrder,
    buyer: PersonView,
    product: String,
}

/// What the list shows.
struct ExternalOrderListView {
    orders: ListPage<ExternalOrderView>,
    products: Choices,
    /// Whose orders alone are asked for.
    buyer: Option<PersonView>,
}

/// `GET /manage/external_orders`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query);
    let page = page_number(&query);
    let asked = address.clone();
    let (area, view) = manager.read(move |tx, actor| ExternalOrderListView::read(tx, actor, &asked, page)).await?;
    let framed = FramedPage::new(LIST, "External orders", view.list(&address, page))
        .intro("What students paid elsewhere, as the programs that take the payments have reported it.")
        .actions(
            html! { a.button.quiet href=(crate::addresses::RECONCILIATION) { (Icon::ListChecks) "Reconciliation" } },
        );
    manager.show(&area, framed)
}

/// The same orders as a file.
pub(super) const CSV: &str = "/manage/external_orders.csv";

/// `GET /manage/external_orders.csv`
pub(super) async fn csv(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query);
    let request = PageRequest { created: dates::range(&address), ..csv::first(address.get("sort") != "created_at") };
    let columns = csv::columns(&external_order_export::COLUMNS);
    csv::download(manager, "external-orders.csv", &columns, request, move |tx, actor, request| {
        let site = actor.site().id;
        let listed = external_orders::list(tx, site, &wanted(&address), request)?;
        external_order_export::rows(tx, site, listed)
    })
    .await
}

/// Which orders are asked for. What the list is searched for is the reference that a payment provider knows a payment by.
fn wanted(address: &ListAddress) -> Wanted {
    let given = |name| Some(address.get(name).trim().to_owned()).filter(|text| !text.is_empty());
    Wanted {
        payment_provider: given("payment_provider"),
        user_id: address.get("user_id").parse().ok().map(UserId::new),
        product_id: address.get("product_id").parse().ok().map(ProductId::new),
        order_type: TYPES.iter().find(|(name, ..)| *name == address.get("order_type")).map(|(_, kind, _)| *kind),
        currency: given("currency"),
        reference: given("q"),
    }
}

impl ExternalOrderListView {
    fn read(tx: &mut Tx<'_>, actor: &Actor, address: &ListAddress, page: i64) -> school::Result<Self> {
        let (site, wanted) = (actor.site().id, wanted(address));
        let listed = external_orders::list(tx, site, &wanted, &request_of_days(address, page))?;
        let ids: Vec<ProductId> = listed.items.iter().map(|order| order.product_id).collect();
        let mut names = products::names(tx, site, &ids)?;
        let orders = ListPage::from(listed).try_map(|order| {
            let buyer = PersonView::find(tx, actor, order.user_id)?;
            let product = names.entry(order.product_id).or_insert_with(|| "A deleted product".to_owned()).clone();
            Ok::<_, school::Error>(ExternalOrderView { order, buyer, product })
        })?;
        let buyer = wanted.user_id.map(|id| PersonView::find(tx, actor, id)).transpose()?;
        let products = Choices::products(tx, actor, wanted.product_id)?;
        Ok(Self { orders, products, buyer })
    }

    fn filters(&self, address: &ListAddress) -> Markup {
        let types = TYPES.iter().map(|(value, _, label)| Choice { value, label });
        let types = std::iter::once(Choice { value: "", label: "Any type" }).chain(types).collect();
        html! {
            (FormField::line("payment_provider", "Payment provider", address.get("payment_provider")))
            (FormField::new("order_type", "Type", address.get("order_type"), Input::Select(types)))
            (FormField::new("product_id", "Product", address.get("product_id"), self.products.select("Any product")))
            (FormField::line("currency", "Currency", address.get("currency")).longest(3))
            (dates::fields(address))
        }
    }

    fn chips(&self, address: &ListAddress) -> Vec<FilterChip<'static>> {
        let mut chips = Vec::new();
        if !address.get("payment_provider").is_empty() {
            let label = format!("Provider: {}", address.get("payment_provider"));
            chips.push(FilterChip { parameter: "payment_provider", label });
        }
        if let Some((.., label)) = TYPES.iter().find(|(name, ..)| *name == address.get("order_type")) {
            chips.push(FilterChip { parameter: "order_type", label: format!("Type: {label}") });
        }
        if !address.get("product_id").is_empty() {
            let label = format!("Product: {}", self.products.label(address.get("product_id")));
            chips.push(FilterChip { parameter: "product_id", label });
        }
        if !address.get("currency").is_empty() {
            let label = format!("Currency: {}", address.get("currency").to_uppercase());
            chips.push(FilterChip { parameter: "currency", label });
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
            Column::new("Provider"),
            Column::new("State"),
            Column::new("Balance").number(),
            Column::new("Reported").sorted_by("created_at"),
        ];
        let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
        let list = ResourceList {
            address,
            of: "external orders",
            search: "the provider’s reference",
            filters: Some(self.filters(address)),
            chips: self.chips(address),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: self.orders.items.iter().map(|view| (view.order.id.to_string(), view.cells())).collect(),
            total: self.orders.total,
            page,
            has_next: self.orders.has_next,
            page_size: PAGE_SIZE,
            bulk: None,
            csv: Some(CSV),
            empty: EmptyState {
                icon: Icon::CreditCard,
                title: "No external orders yet",
                text: "A program that takes payments for the school reports them, and refunds, through the API. Each \
                       order stands here with all of them.",
                actions: html! { a.button.quiet href="/docs/api#createExternalOrder" { "Read how they are reported" } },
            },
        };
        html! { (list) }
    }
}

impl ExternalOrderView {
    fn cells(&self) -> Vec<Markup> {
        let order = &self.order;
        vec![
            html! { a.row href=(path(order.id)) { (order.id) } },
            html! { (self.buyer) },
            html! { span dir="auto" { (self.product) } span.sub { (type_label(order.order_type)) } },
            html! { span dir="auto" { (order.payment_provider) } },
            html! { (badge(order)) },
            html! { (balance(order)) },
            date(order.created_at),
        ]
    }
}
