//! `GET /manage/security_log`: who came in, who could not, and what changed of the ways in, the newest first.

use super::LIST;
use super::words::{label, tone};
use crate::csv;
use crate::manager::{Manager, PAGE_SIZE, page_number};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{
    Badge, Choice, Column, EmptyState, FilterChip, FormField, Icon, Input, ResourceList, Sort, grouped, moment,
};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::security_log::{self, ActorKind, Entry, Filter, Kind};
use school::time::Moment;
use school::users;
use school::{Page, PageRequest, PageStart, TimeRange, UserId};
use serde_json::json;
use web::Tx;
use web::input::parse_timestamp;

const DAY_MS: i64 = 86_400_000;

/// `GET /manage/security_log`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query);
    let number = page_number(&query);
    let asked = address.clone();
    let request = PageRequest {
        start: PageStart::Page(number),
        descending: address.get("sort") != "created_at",
        ..PageRequest::first(PAGE_SIZE)
    };
    let (area, page) = manager.read(move |tx, actor| read(tx, actor, &asked, &request)).await?;
    let framed = FramedPage::new(LIST, "Security log", list(&page, &address, number))
        .intro("Who came in, who could not, and what changed of keys, passwords, roles and apps. Kept for 90 days.");
    manager.show(&area, framed)
}

/// What an address asks for. None where it names nothing that there is.
fn wanted(tx: &mut Tx<'_>, actor: &Actor, address: &ListAddress) -> school::Result<Option<(Filter, TimeRange)>> {
    let mut wanted = Filter::default();
    if !address.get("kind").is_empty() {
        let Some(kind) = Kind::named(address.get("kind")) else { return Ok(None) };
        wanted.kind = Some(kind);
    }
    for (parameter, user) in [("about", &mut wanted.user_id), ("by", &mut wanted.actor_user_id)] {
        if !address.get(parameter).is_empty() {
            let found: Option<UserId> = users::id_by_email(tx, actor.site().id, address.get(parameter))?;
            if found.is_none() {
                return Ok(None);
            }
            *user = found;
        }
    }
    let day = |parameter: &str| parse_timestamp(address.get(parameter));
    let created = TimeRange {
        from: day("from").unwrap_or(i64::MIN),
        to: day("to").map_or(i64::MAX, |day| day.saturating_add(DAY_MS)),
    };
    Ok(Some((wanted, created)))
}

/// The entries that an address asks for, on a page of them.
fn read(tx: &mut Tx<'_>, actor: &Actor, address: &ListAddress, request: &PageRequest) -> school::Result<Page<Entry>> {
    match wanted(tx, actor, address)? {
        None => Ok(Page::empty()),
        Some((wanted, created)) => {
            security_log::list(tx, actor.site().id, &wanted, &PageRequest { created, ..*request })
        }
    }
}

/// Where the list is as a file.
pub(super) const CSV: &str = "/manage/security_log.csv";

/// `GET /manage/security_log.csv`
pub(super) async fn csv(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let columns = csv::columns(&[
        "id",
        "kind",
        "actor",
        "actor_email",
        "actor_name",
        "user_email",
        "detail",
        "address",
        "user_agent",
        "times",
        "created_at",
        "updated_at",
    ]);
    let address = ListAddress::new(LIST, &query);
    let request = csv::first(address.get("sort") != "created_at");
    csv::download(manager, "security-log.csv", &columns, request, move |tx, actor, request| {
        let row = |entry: Entry| {
            vec![
                json!(entry.id),
                json!(entry.kind),
                json!(entry.actor),
                json!(entry.actor_email),
                json!(entry.actor_name),
                json!(entry.user_email),
                json!(entry.detail),
                json!(entry.address),
                json!(entry.user_agent),
                json!(entry.times),
                json!(Moment(entry.created_at)),
                json!(Moment(entry.updated_at)),
            ]
        };
        Ok(read(tx, actor, &address, request)?.map(row))
    })
    .await
}

/// Who did it.
fn actor(entry: &Entry) -> Markup {
    let email = entry.actor_email.as_deref();
    let name = entry.actor_name.as_deref().unwrap_or_default();
    html! {
        @match entry.actor {
            ActorKind::Anyone => span.muted { "Nobody signed in" },
            ActorKind::User => (person(entry.actor_user_id, email)),
            ActorKind::App => { "App " (name) @if email.is_some() { span.sub { "for " (person(entry.actor_user_id, email)) } } },
            ActorKind::ApiKey => "A program with the API key",
            ActorKind::ApiAccessToken => { "Token " span dir="auto" { (name) } },
            ActorKind::Command => "A command on the server",
        }
    }
}

fn person(id: Option<UserId>, email: Option<&str>) -> Markup {
    html! {
        @match (id, email) {
            (Some(id), Some(email)) => a href={ "/manage/users/" (id) } { (email) },
            _ => span.muted { "Somebody who is gone" },
        }
    }
}

fn cells(entry: &Entry) -> Vec<Markup> {
    let is_about_another = entry.user_id.is_some() && entry.user_id != entry.actor_user_id;
    vec![
        html! {
            (Badge::new(label(entry.kind), tone(entry.kind)))
            @if entry.times > 1 { " " span.muted.nowrap { (grouped(entry.times)) " times" } }
            @if !entry.detail.is_empty() { span.sub dir="auto" { (entry.detail) } }
        },
        actor(entry),
        html! { @if is_about_another { (person(entry.user_id, entry.user_email.as_deref())) } },
        html! {
            @if !entry.address.is_empty() { span.mono { (entry.address) } }
            @if !entry.user_agent.is_empty() { span.sub { (entry.user_agent) } }
        },
        html! { (moment(entry.created_at)) @if entry.updated_at != entry.created_at { span.sub { "last " (moment(entry.updated_at)) } } },
    ]
}

fn filters(address: &ListAddress) -> Markup {
    let kinds = Kind::ALL.iter().map(|kind| Choice { value: kind.name(), label: label(*kind) });
    let kinds = std::iter::once(Choice { value: "", label: "Anything" }).chain(kinds).collect();
    let field = |name, label, kind| FormField::new(name, label, address.get(name), Input::Line(kind));
    html! {
        (FormField::new("kind", "What happened", address.get("kind"), Input::Select(kinds)))
        (field("by", "Done by (address)", "email"))
        (field("about", "About (address)", "email"))
        (field("from", "From (day in UTC)", "date"))
        (field("to", "To (day in UTC)", "date"))
    }
}

fn chips(address: &ListAddress) -> Vec<FilterChip<'static>> {
    let chip = |parameter: &'static str, name: &str| {
        let value = address.get(parameter);
        (!value.is_empty()).then(|| FilterChip { parameter, label: format!("{name}: {value}") })
    };
    let kind = Kind::named(address.get("kind"));
    let kind = kind.map(|kind| FilterChip { parameter: "kind", label: label(kind).to_owned() });
    let others = [chip("by", "Done by"), chip("about", "About"), chip("from", "From"), chip("to", "To")];
    kind.into_iter().chain(others.into_iter().flatten()).collect()
}

fn list(page: &Page<Entry>, address: &ListAddress, number: i64) -> Markup {
    let columns = [
        Column::new("What"),
        Column::new("By"),
        Column::new("About"),
        Column::new("From where"),
        Column::new("When").sorted_by("created_at"),
    ];
    let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
    let list = ResourceList {
        address,
        of: "entries",
        search: "",
        filters: Some(filters(address)),
        chips: chips(address),
        columns: &columns,
        sort: Some(Sort::parse(sort)),
        rows: page.items.iter().map(|entry| (entry.id.to_string(), cells(entry))).collect(),
        total: Some(page.total),
        page: number,
        has_next: page.has_next(),
        page_size: PAGE_SIZE,
        bulk: None,
        csv: Some(CSV),
        empty: EmptyState {
            icon: Icon::Shield,
            title: "Nothing happened yet",
            text: "Whoever signs in, changes a password or a key, or installs an app is written down here.",
            actions: html! {},
        },
    };
    html! { (list) }
}
