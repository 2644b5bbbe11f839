//! The part of a group analyst: the groups that they were given, to be looked at.

use crate::addresses::MY_GROUPS;
use crate::csv;
use crate::manager::{Manager, PAGE_SIZE, page_number};
use crate::progress_of_members as progress;
use crate::route::{PageRoute, page};
use identity::rights::Right;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{EmptyState, Icon, ResourceList, grouped};
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::{PageResult, PathId, QueryFields};
use school::groups::{self, Group};
use school::{GroupId, PageRequest, PageStart};

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::AnalyseGroups;
    vec![
        page(MY_GROUPS, RIGHT, show_all),
        page("/manage/my_groups/{id}", RIGHT, show),
        page("/manage/my_groups/{id}/members.csv", RIGHT, members_csv),
    ]
}

/// `GET /manage/my_groups`
async fn show_all(manager: Manager) -> PageResult {
    let read = manager.read(|tx, actor| {
        let site = actor.site().id;
        let mut found = Vec::new();
        for group in groups::of_analyst(tx, site, actor.user_id())? {
            let members = groups::member_count(tx, site, group.id)?;
            found.push((group, members));
        }
        Ok(found)
    });
    let (area, found) = read.await?;
    let page = FramedPage::new(MY_GROUPS, "Your groups", list(&found)).intro("The groups whose progress you follow.");
    manager.show(&area, page)
}

fn list(found: &[(Group, i64)]) -> Markup {
    html! {
        div.card {
            @if found.is_empty() {
                (EmptyState {
                    icon: Icon::UsersRound,
                    title: "No group yet",
                    text: "Whoever runs the school gives you the groups that you are to follow.",
                    actions: html! {},
                })
            } @else {
                ul.rows {
                    @for (group, members) in found {
                        li {
                            div { p { a href={ (MY_GROUPS) "/" (group.id) } dir="auto" { (group.name) } } }
                            span.muted { (grouped(*members)) @if *members == 1 { " member" } @else { " members" } }
                        }
                    }
                }
            }
        }
    }
}

/// `GET /manage/my_groups/{id}`
async fn show(manager: Manager, PathId(id): PathId<GroupId>, QueryFields(query): QueryFields) -> PageResult {
    let number = page_number(&query);
    let read = manager.read(move |tx, actor| {
        let site = actor.site().id;
        let group = groups::get_of_analyst(tx, site, actor.user_id(), id)?;
        let request = PageRequest { start: PageStart::Page(number), ..PageRequest::first(PAGE_SIZE) };
        Ok((group, progress::members(tx, site, id, &request)?))
    });
    let (area, (group, members)) = read.await?;
    let here = format!("{MY_GROUPS}/{id}");
    let (address, csv) = (ListAddress::new(here.clone(), &Fields::default()), format!("{here}/members.csv"));
    let columns = progress::list_columns();
    let list = ResourceList {
        address: &address,
        of: "members",
        search: "",
        filters: None,
        chips: Vec::new(),
        columns: &columns,
        sort: None,
        rows: members.items.iter().map(|member| (member.id.to_string(), member.cells(false))).collect(),
        total: Some(members.total),
        page: number,
        has_next: members.has_next(),
        page_size: PAGE_SIZE,
        bulk: None,
        csv: Some(&csv),
        empty: EmptyState {
            icon: Icon::UsersRound,
            title: "Nobody is in the group yet",
            text: "Whoever runs the school adds people to it.",
            actions: html! {},
        },
    };
    let page = FramedPage::new(MY_GROUPS, &group.name, html! { (list) }).below("Your groups", MY_GROUPS);
    manager.show(&area, page)
}

/// `GET /manage/my_groups/{id}/members.csv`
async fn members_csv(manager: Manager, PathId(id): PathId<GroupId>) -> PageResult {
    let name = format!("group-{id}.csv");
    csv::download(manager, &name, &progress::columns(), csv::first(false), move |tx, actor, request| {
        let site = actor.site().id;
        groups::get_of_analyst(tx, site, actor.user_id(), id)?;
        progress::rows(tx, site, id, request)
    })
    .await
}
