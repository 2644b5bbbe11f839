//! `GET /manage/events`: what happened, the newest first.

use super::{LIST, path};
use crate::csv;
use crate::manager::{Manager, PAGE_SIZE, page_number};
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{
    Badge, Choice, Column, EmptyState, FilterChip, FormField, Icon, Input, ResourceList, Sort, Tone, moment,
};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::events::{self, Event, Topic};
use school::time::Moment;
use school::{Page, PageRequest, PageStart};
use serde_json::json;

/// `GET /manage/events`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query);
    let number = page_number(&query);
    let topic = Topic::named(address.get("topic"));
    let request = PageRequest {
        start: PageStart::Page(number),
        descending: address.get("sort") != "created_at",
        ..PageRequest::first(PAGE_SIZE)
    };
    let (area, page) = manager.read(move |tx, actor| events::list(tx, actor.site().id, topic, &request)).await?;
    let framed = FramedPage::new(LIST, "Events", list(&page, &address, topic, number))
        .intro("What happened in the school in the last 30 days, as webhooks are told of it.");
    manager.show(&area, framed)
}

/// Where the list is as a file.
pub(super) const CSV: &str = "/manage/events.csv";

/// `GET /manage/events.csv`
pub(super) async fn csv(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let (topic, descending) = (Topic::named(query.get("topic")), query.get("sort") != "created_at");
    let columns = csv::columns(&["id", "topic", "created_at", "test"]);
    csv::download(manager, "events.csv", &columns, csv::first(descending), move |tx, actor, request| {
        let page = events::list(tx, actor.site().id, topic, request)?;
        let row = |event: Event| {
            vec![json!(event.ulid), json!(topic_name(&event)), json!(Moment(event.created_at)), json!(event.test)]
        };
        Ok(page.map(row))
    })
    .await
}

/// The name of an event's topic.
pub(super) fn topic_name(event: &Event) -> &'static str {
    Topic::numbered(event.topic).map_or("", Topic::name)
}

fn cells(event: &Event) -> Vec<Markup> {
    vec![
        html! { a.row href=(path(&event.ulid)) { (topic_name(event)) } " " @if event.test { (Badge::new("Test", Tone::Neutral)) } },
        html! { @for (at, words) in events::about(&event.body).iter().enumerate() { span.sub[at > 0] dir="auto" { (words) } } },
        html! { span.mono { (event.ulid) } },
        moment(event.created_at),
    ]
}

fn list(page: &Page<Event>, address: &ListAddress, topic: Option<Topic>, number: i64) -> Markup {
    let columns =
        [Column::new("Topic"), Column::new("About"), Column::new("Id"), Column::new("When").sorted_by("created_at")];
    let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
    let topics = Topic::ALL.iter().map(|topic| Choice { value: topic.name(), label: topic.name() });
    let choices = std::iter::once(Choice { value: "", label: "Any topic" }).chain(topics).collect();
    let chip = |topic: Topic| FilterChip { parameter: "topic", label: format!("Topic: {}", topic.name()) };
    let list = ResourceList {
        address,
        of: "events",
        search: "",
        filters: Some(html! { (FormField::new("topic", "Topic", address.get("topic"), Input::Select(choices))) }),
        chips: topic.map(chip).into_iter().collect(),
        columns: &columns,
        sort: Some(Sort::parse(sort)),
        rows: page.items.iter().map(|event| (event.ulid.clone(), cells(event))).collect(),
        total: Some(page.total),
        page: number,
        has_next: page.has_next(),
        page_size: PAGE_SIZE,
        bulk: None,
        csv: Some(CSV),
        empty: EmptyState {
            icon: Icon::Activity,
            title: "Nothing happened yet",
            text: "Sign-ups, enrollments, orders and other things that programs may want to hear of stand here for 30 days.",
            actions: html! { a.button.quiet href="/docs/webhooks" { "Read about events" } },
        },
    };
    html! { (list) }
}
