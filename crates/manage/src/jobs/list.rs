//! `GET /manage/jobs`: what was asked for, the newest first.

use super::{LIST, badge, label, path};
use crate::manager::{Manager, PAGE_SIZE, page_number};
use bulk::jobs::{self, Job};
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Column, EmptyState, Icon, ResourceList, Sort, grouped, moment};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::{Page, PageRequest, PageStart, UserId, users};

/// `GET /manage/jobs`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query);
    let number = page_number(&query);
    let request = PageRequest {
        start: PageStart::Page(number),
        descending: address.get("sort") != "created_at",
        ..PageRequest::first(PAGE_SIZE)
    };
    let read = manager.read(move |tx, actor| {
        let site = actor.site().id;
        let page = jobs::list(tx, site, &request)?;
        let mut asked_by = Vec::with_capacity(page.items.len());
        for job in &page.items {
            asked_by.push(match job.user_id {
                Some(user) => users::find(tx, site, user)?.map(|user| (user.id, user.email.clone())),
                None => None,
            });
        }
        Ok((page, asked_by))
    });
    let (area, (page, asked_by)) = read.await?;
    let framed = FramedPage::new(LIST, "Jobs", list(&page, &asked_by, &address, number))
        .intro("Imports, exports and other long work of the last 30 days: how far each is, and what came of it.");
    manager.show(&area, framed)
}

fn cells(job: &Job, asked_by: Option<&(UserId, String)>) -> Vec<Markup> {
    vec![
        html! { a.row href=(path(job.id)) { (label(job)) } span.sub { "Job " (job.id) } },
        html! { (badge(job)) },
        html! { (grouped(job.done)) @if job.total > job.done { " of " (grouped(job.total)) } },
        html! { @if job.failed > 0 { (grouped(job.failed)) } },
        html! {
            @match asked_by {
                Some((id, email)) => a href={ "/manage/users/" (id) } { (email) },
                None => span.muted { "A program" },
            }
        },
        moment(job.created_at),
    ]
}

fn list(page: &Page<Job>, asked_by: &[Option<(UserId, String)>], address: &ListAddress, number: i64) -> Markup {
    let columns = [
        Column::new("What"),
        Column::new("State"),
        Column::new("Rows").number(),
        Column::new("Refused").number(),
        Column::new("Asked by"),
        Column::new("Asked").sorted_by("created_at"),
    ];
    let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
    let rows = page.items.iter().zip(asked_by);
    let list = ResourceList {
        address,
        of: "jobs",
        search: "",
        filters: None,
        chips: Vec::new(),
        columns: &columns,
        sort: Some(Sort::parse(sort)),
        rows: rows.map(|(job, asked_by)| (job.id.to_string(), cells(job, asked_by.as_ref()))).collect(),
        total: Some(page.total),
        page: number,
        has_next: page.has_next(),
        page_size: PAGE_SIZE,
        bulk: None,
        csv: None,
        empty: EmptyState {
            icon: Icon::ListChecks,
            title: "No jobs yet",
            text: "When many people are imported or enrolled at once, how far that is stands here, and what came of it.",
            actions: html! {
                a.button href="/manage/users/import" { "Import users" }
                a.button.quiet href="/manage/users/enroll" { "Enroll many" }
            },
        },
    };
    html! { (list) }
}
