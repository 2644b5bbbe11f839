//! `GET /manage/groups`: the groups of the school, the newest first.

use super::{LIST, path};
use crate::csv;
use crate::manager::{Manager, PAGE_SIZE, page_number};
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Column, EmptyState, Icon, ResourceList, Sort, date, grouped};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::groups::{self, Group};
use school::time::Moment;
use school::{Page, PageRequest, PageStart, SiteId};
use serde_json::json;
use web::Tx;

/// A group with how many are in it, and how many look at it.
struct GroupView {
    group: Group,
    members: i64,
    analysts: usize,
}

impl GroupView {
    fn read(tx: &mut Tx<'_>, site: SiteId, group: Group) -> school::Result<Self> {
        let members = groups::member_count(tx, site, group.id)?;
        let analysts = groups::analysts(tx, site, group.id)?.len();
        Ok(Self { group, members, analysts })
    }
}

fn read(tx: &mut Tx<'_>, site: SiteId, request: &PageRequest) -> school::Result<Page<GroupView>> {
    let page = groups::list(tx, site, request)?;
    let Page { items, total, offset, next_after } = page;
    let items = items.into_iter().map(|group| GroupView::read(tx, site, group)).collect::<school::Result<_>>()?;
    Ok(Page { items, total, offset, next_after })
}

/// `GET /manage/groups`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let number = page_number(&query);
    let request = PageRequest {
        start: PageStart::Page(number),
        descending: address.get("sort") != "created_at",
        ..PageRequest::first(PAGE_SIZE)
    };
    let (area, page) = manager.read(move |tx, actor| read(tx, actor.site().id, &request)).await?;
    let done = if query.get("done") == "deleted" { "The group was deleted." } else { "" };
    let framed = FramedPage::new(LIST, "Groups", list(&page, &address, number))
        .intro("People who belong together: a cohort, a company, a class.")
        .actions(html! { a.button href="/manage/groups/new" { (Icon::Plus) "Make a group" } });
    manager.show(&area, framed.done(done))
}

/// Where the list is as a file.
pub(super) const CSV: &str = "/manage/groups.csv";

/// `GET /manage/groups.csv`
pub(super) async fn csv(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let columns = csv::columns(&["id", "name", "token", "members", "analysts", "created_at"]);
    let request = csv::first(query.get("sort") != "created_at");
    csv::download(manager, "groups.csv", &columns, request, |tx, actor, request| {
        let row = |GroupView { group, members, analysts }: GroupView| {
            let made = json!(Moment(group.created_at));
            vec![json!(group.id), json!(group.name), json!(group.token), json!(members), json!(analysts), made]
        };
        Ok(read(tx, actor.site().id, request)?.map(row))
    })
    .await
}

fn cells(view: &GroupView) -> Vec<Markup> {
    vec![
        html! { a.row href=(path(view.group.id)) dir="auto" { (view.group.name) } },
        html! { (grouped(view.members)) },
        html! { @if view.analysts > 0 { (view.analysts) } },
        date(view.group.created_at),
    ]
}

fn list(page: &Page<GroupView>, address: &ListAddress, number: i64) -> Markup {
    let columns = [
        Column::new("Name"),
        Column::new("Members").number(),
        Column::new("Analysts").number(),
        Column::new("Made").sorted_by("created_at"),
    ];
    let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
    let list = ResourceList {
        address,
        of: "groups",
        search: "",
        filters: None,
        chips: Vec::new(),
        columns: &columns,
        sort: Some(Sort::parse(sort)),
        rows: page.items.iter().map(|view| (view.group.id.to_string(), cells(view))).collect(),
        total: Some(page.total),
        page: number,
        has_next: page.has_next(),
        page_size: PAGE_SIZE,
        bulk: None,
        csv: Some(CSV),
        empty: EmptyState {
            icon: Icon::UsersRound,
            title: "No groups yet",
            text: "A group holds people who belong together. It can be enrolled as a whole, and an analyst can follow its \
                   progress.",
            actions: html! { a.button href="/manage/groups/new" { "Make a group" } },
        },
    };
    html! { (list) }
}
