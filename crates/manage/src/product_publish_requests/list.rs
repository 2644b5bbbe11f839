//! `GET /manage/product_publish_requests`: the requests that wait for an answer.

use super::{LIST, badge, path};
use crate::manager::{Manager, PAGE_SIZE, page_number};
use crate::people::PersonView;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Column, EmptyState, Icon, ResourceList, Sort, date};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::product_publish_requests::{self as requests, PublishRequest};
use school::{PageRequest, PageStart, ProductId, products};
use web::Tx;

/// What the list shows.
struct RequestListView {
    /// Each with who asks and the name of the product.
    requests: Vec<(PublishRequest, PersonView, String)>,
    total: i64,
    has_next: bool,
}

/// `GET /manage/product_publish_requests`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let number = page_number(&query);
    let request = PageRequest {
        start: PageStart::Page(number),
        descending: address.get("sort") == "-created_at",
        ..PageRequest::first(PAGE_SIZE)
    };
    let (area, view) = manager.read(move |tx, actor| RequestListView::read(tx, actor, &request)).await?;
    let done = match query.get("done") {
        "approved" => "The product is published.",
        "denied" => "The request was denied. The product stays as it is.",
        _ => "",
    };
    let framed = FramedPage::new(LIST, "Publish requests", view.list(&address, number))
        .intro("Course admins ask for a product of theirs to be published. Those that wait for an answer stand here.");
    manager.show(&area, framed.done(done))
}

impl RequestListView {
    fn read(tx: &mut Tx<'_>, actor: &Actor, request: &PageRequest) -> school::Result<Self> {
        let site = actor.site().id;
        let page = requests::list(tx, site, request)?;
        let has_next = page.has_next();
        let ids: Vec<ProductId> = page.items.iter().map(|request| request.product_id).collect();
        let names = products::names(tx, site, &ids)?;
        let mut requests = Vec::with_capacity(page.items.len());
        for request in page.items {
            let person = PersonView::find(tx, actor, request.requesting_user_id)?;
            let product = names.get(&request.product_id).cloned().unwrap_or_default();
            requests.push((request, person, product));
        }
        Ok(Self { requests, total: page.total, has_next })
    }

    fn list(&self, address: &ListAddress, page: i64) -> Markup {
        let columns = [
            Column::new("Product"),
            Column::new("Asked by"),
            Column::new("State"),
            Column::new("Asked").sorted_by("created_at"),
        ];
        let sort = if address.get("sort").is_empty() { "created_at" } else { address.get("sort") };
        let cells = |(request, person, product): &(PublishRequest, PersonView, String)| {
            let cells = vec![
                html! { a.row href=(path(request.id)) dir="auto" { (product) } },
                html! { (person) },
                html! { (badge(request.status)) },
                date(request.created_at),
            ];
            (request.id.to_string(), cells)
        };
        let list = ResourceList {
            address,
            of: "requests",
            search: "",
            filters: None,
            chips: Vec::new(),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: self.requests.iter().map(cells).collect(),
            total: Some(self.total),
            page,
            has_next: self.has_next,
            page_size: PAGE_SIZE,
            bulk: None,
            csv: None,
            empty: EmptyState {
                icon: Icon::Send,
                title: "No request waits",
                text: "When a course admin asks for a product to be published, the request stands here until somebody \
                       approves or denies it.",
                actions: html! {},
            },
        };
        html! { (list) }
    }
}
