//! `GET /manage/promotions`: every promotion of the school.

use super::{LIST, NEW, badge, discount, path};
use crate::manager::{Manager, PAGE_SIZE, page_number};
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Column, EmptyState, Icon, ResourceList, Sort, date, grouped};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::promotions::{self, Promotion};
use school::{Page, PageRequest, PageStart, now};

/// `GET /manage/promotions`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let number = page_number(&query);
    let request = PageRequest {
        start: PageStart::Page(number),
        descending: address.get("sort") != "created_at",
        ..PageRequest::first(PAGE_SIZE)
    };
    let (area, page) = manager.read(move |tx, actor| promotions::list(tx, actor.site().id, &request)).await?;
    let done = if query.get("done") == "deleted" { "The promotion and its coupons were deleted." } else { "" };
    let framed = FramedPage::new(LIST, "Promotions", list(&page, &address, number))
        .intro("Each takes something off the price of products for whoever has one of its coupons.")
        .actions(html! { a.button href=(NEW) { (Icon::Plus) "Make a promotion" } });
    manager.show(&area, framed.done(done))
}

/// For which products it is.
pub(super) fn products(promotion: &Promotion) -> String {
    match promotion.product_ids.len() {
        0 => "All products".to_owned(),
        1 => "1 product".to_owned(),
        more => format!("{} products", grouped(more as i64)),
    }
}

fn cells(promotion: &Promotion, now: i64) -> Vec<Markup> {
    vec![
        html! { a.row href=(path(promotion.id)) dir="auto" { (promotion.name) } },
        html! { (badge(promotion, now)) },
        html! { (discount(promotion)) },
        html! { (products(promotion)) },
        html! { (grouped(promotion.coupon_ids.len() as i64)) },
        html! { @match promotion.expires_at { Some(end) => (date(end)), None => span.muted { "Never" } } },
        date(promotion.created_at),
    ]
}

fn list(page: &Page<Promotion>, address: &ListAddress, number: i64) -> Markup {
    let columns = [
        Column::new("Name"),
        Column::new("State"),
        Column::new("Discount"),
        Column::new("Products"),
        Column::new("Coupons").number(),
        Column::new("Ends"),
        Column::new("Made").sorted_by("created_at"),
    ];
    let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
    let now = now();
    let list = ResourceList {
        address,
        of: "promotions",
        search: "",
        filters: None,
        chips: Vec::new(),
        columns: &columns,
        sort: Some(Sort::parse(sort)),
        rows: page.items.iter().map(|promotion| (promotion.id.to_string(), cells(promotion, now))).collect(),
        total: Some(page.total),
        page: number,
        has_next: page.has_next(),
        page_size: PAGE_SIZE,
        bulk: None,
        csv: None,
        empty: EmptyState {
            icon: Icon::TicketPercent,
            title: "No promotions yet",
            text: "A promotion says what is taken off, from which products and for how long. Its coupons are the codes \
                   that students type in: one for everybody, or many that each count once.",
            actions: html! { a.button href=(NEW) { "Make a promotion" } },
        },
    };
    html! { (list) }
}
