//! `GET /manage/webhooks`: the school's own webhooks.

use super::{LIST, badge, path};
use crate::csv;
use crate::manager::{Manager, PAGE_SIZE, page_number};
use delivery::webhooks::{self, Owner, Webhook};
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Column, EmptyState, Icon, ResourceList, Sort, date, moment};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::events::Topic;
use school::time::Moment;
use school::{Page, PageRequest, PageStart};
use serde_json::json;

/// `GET /manage/webhooks`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let number = page_number(&query);
    let request = PageRequest {
        start: PageStart::Page(number),
        descending: address.get("sort") != "created_at",
        ..PageRequest::first(PAGE_SIZE)
    };
    let read = manager.read(move |tx, actor| webhooks::list(tx, actor.site().id, Owner::SCHOOL, &request));
    let (area, page) = read.await?;
    let done = if query.get("done") == "deleted" { "The webhook was deleted." } else { "" };
    let framed = FramedPage::new(LIST, "Webhooks", list(&page, &address, number))
        .intro("Each tells a program of yours when something of its topic happens in the school.")
        .actions(html! { a.button href="/manage/webhooks/new" { (Icon::Plus) "Add a webhook" } });
    manager.show(&area, framed.done(done))
}

/// Where the list is as a file.
pub(super) const CSV: &str = "/manage/webhooks.csv";

/// `GET /manage/webhooks.csv`
pub(super) async fn csv(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let columns = csv::columns(&["id", "topic", "target_url", "active", "failing_since", "created_at", "off_reason"]);
    let request = csv::first(query.get("sort") != "created_at");
    csv::download(manager, "webhooks.csv", &columns, request, |tx, actor, request| {
        let row = |webhook: Webhook| {
            vec![
                json!(webhook.id),
                json!(topic(&webhook)),
                json!(webhook.target_url),
                json!(webhook.active),
                json!(webhook.failing_since.map(Moment)),
                json!(Moment(webhook.created_at_ns / 1_000_000)),
                json!(webhook.off_reason),
            ]
        };
        Ok(webhooks::list(tx, actor.site().id, Owner::SCHOOL, request)?.map(row))
    })
    .await
}

fn cells(webhook: &Webhook) -> Vec<Markup> {
    vec![
        html! { a.row href=(path(&webhook.id)) dir="ltr" { (webhook.target_url) } },
        html! { code { (topic(webhook)) } },
        html! { (badge(webhook)) },
        html! { @if let Some(since) = webhook.failing_since { (moment(since)) } },
        date(webhook.created_at_ns / 1_000_000),
    ]
}

/// The name of its topic.
pub(super) fn topic(webhook: &Webhook) -> &'static str {
    Topic::numbered(webhook.topic).map_or("", Topic::name)
}

fn list(page: &Page<Webhook>, address: &ListAddress, number: i64) -> Markup {
    let columns = [
        Column::new("Address"),
        Column::new("Topic"),
        Column::new("State"),
        Column::new("Failing since"),
        Column::new("Added").sorted_by("created_at"),
    ];
    let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
    let list = ResourceList {
        address,
        of: "webhooks",
        search: "",
        filters: None,
        chips: Vec::new(),
        columns: &columns,
        sort: Some(Sort::parse(sort)),
        rows: page.items.iter().map(|webhook| (webhook.id.clone(), cells(webhook))).collect(),
        total: Some(page.total),
        page: number,
        has_next: page.has_next(),
        page_size: PAGE_SIZE,
        bulk: None,
        csv: Some(CSV),
        empty: EmptyState {
            icon: Icon::Webhook,
            title: "No webhooks yet",
            text: "A webhook sends a request to an address of yours when something happens: a sign-up, an order, a \
                   course that was completed. Apps have webhooks of their own, which are not listed here.",
            actions: html! {
                a.button href="/manage/webhooks/new" { "Add a webhook" }
                a.button.quiet href="/docs/webhooks" { "Read about webhooks" }
            },
        },
    };
    html! { (list) }
}
