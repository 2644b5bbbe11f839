//! `GET /manage/categories`: the categories of the school.

use super::{LIST, path};
use crate::manager::{Manager, PAGE_SIZE, page_number};
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Badge, Column, EmptyState, Icon, ResourceList, Tone, grouped};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::collections::{self, Collection};
use school::{PageRequest, PageStart};

/// `GET /manage/categories`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let number = page_number(&query);
    let request = PageRequest { start: PageStart::Page(number), ..PageRequest::first(PAGE_SIZE) };
    let (area, page) = manager.read(move |tx, actor| collections::list(tx, actor.site().id, &request)).await?;
    let columns = [Column::new("Category"), Column::new("Address"), Column::new("Products").number()];
    let list = ResourceList {
        address: &address,
        of: "categories",
        search: "",
        filters: None,
        chips: Vec::new(),
        columns: &columns,
        sort: None,
        rows: page.items.iter().map(|one| (one.id.to_string(), cells(one))).collect(),
        total: Some(page.total),
        page: number,
        has_next: page.has_next(),
        page_size: PAGE_SIZE,
        bulk: None,
        csv: None,
        empty: EmptyState {
            icon: Icon::Tag,
            title: "No categories yet",
            text: "A category shows courses and bundles together on a page of its own.",
            actions: html! { a.button href="/manage/categories/new" { "Make a category" } },
        },
    };
    let framed = FramedPage::new(LIST, "Categories", html! { (list) })
        .intro("What is shown together in the catalog.")
        .actions(html! { a.button href="/manage/categories/new" { (Icon::Plus) "Make a category" } });
    let done = match query.get("done") {
        "made" => "The category was made.",
        "saved" => "The category was saved.",
        "deleted" => "The category was deleted.",
        _ => "",
    };
    manager.show(&area, framed.done(done))
}

fn cells(collection: &Collection) -> Vec<Markup> {
    vec![
        html! {
            a href=(path(collection.id)) dir="auto" { (collection.name) }
            @if collection.is_default { " " (Badge::new("Default", Tone::Neutral)) }
        },
        html! { span.mono { "/collections/" (collection.slug) } },
        html! { (grouped(collection.product_ids.len() as i64)) },
    ]
}
