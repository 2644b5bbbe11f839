//! `GET /manage/instructors`: everybody who teaches.

use super::{LIST, path};
use crate::manager::{Manager, PAGE_SIZE, page_number};
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Column, EmptyState, Icon, PersonChip, ResourceList, Sort, date};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::instructors::{self, Instructor};
use school::{Page, PageRequest, PageStart};

/// `GET /manage/instructors`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let number = page_number(&query);
    let request = PageRequest {
        start: PageStart::Page(number),
        descending: address.get("sort") != "created_at",
        ..PageRequest::first(PAGE_SIZE)
    };
    let (area, page) = manager.read(move |tx, actor| instructors::list(tx, actor.site().id, &request)).await?;
    let framed = FramedPage::new(LIST, "Instructors", list(&address, &page, number))
        .intro("Who teaches the courses. An instructor need not have an account.")
        .actions(html! { a.button href="/manage/instructors/new" { (Icon::UserPlus) "Add an instructor" } });
    let done = match query.get("done") {
        "added" => "The instructor was added.",
        "saved" => "The instructor was saved.",
        "deleted" => "The instructor was deleted.",
        _ => "",
    };
    manager.show(&area, framed.done(done))
}

fn cells(instructor: &Instructor) -> Vec<Markup> {
    let name = format!("{} {}", instructor.first_name, instructor.last_name);
    let (below, href) = (instructor.email.clone().unwrap_or_default(), path(instructor.id));
    let person = PersonChip { name: &name, below: &below, picture: instructor.avatar_url.as_deref(), href: &href };
    vec![
        html! { (person) },
        html! { span dir="auto" { (instructor.title.as_deref().unwrap_or_default()) } },
        date(instructor.created_at),
    ]
}

fn list(address: &ListAddress, page: &Page<Instructor>, number: i64) -> Markup {
    let columns = [Column::new("Name"), Column::new("Title"), Column::new("Added").sorted_by("created_at")];
    let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
    let list = ResourceList {
        address,
        of: "instructors",
        search: "",
        filters: None,
        chips: Vec::new(),
        columns: &columns,
        sort: Some(Sort::parse(sort)),
        rows: page.items.iter().map(|one| (one.id.to_string(), cells(one))).collect(),
        total: Some(page.total),
        page: number,
        has_next: page.has_next(),
        page_size: PAGE_SIZE,
        bulk: None,
        csv: None,
        empty: EmptyState {
            icon: Icon::GraduationCap,
            title: "No instructors yet",
            text: "An instructor’s name, picture and words about them stand on the pages of their courses.",
            actions: html! { a.button href="/manage/instructors/new" { "Add an instructor" } },
        },
    };
    html! { (list) }
}
