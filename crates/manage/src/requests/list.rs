//! `GET /manage/requests`: what each credential called, the newest first.

use super::words::{Callers, status, took};
use super::{LIST, path};
use crate::dates;
use crate::manager::{Manager, PAGE_SIZE, page_number};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Choice, Column, EmptyState, FilterChip, FormField, Icon, Input, ResourceList, Sort, moment};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::request_log::{self, Credential, Filter, Request};
use school::{Page, PageRequest, PageStart};
use web::Tx;

/// Kinds of statuses, by what the address calls them.
const STATUSES: [(&str, &str, i64, i64); 4] = [
    ("ok", "Answered (2xx and 3xx)", 200, 399),
    ("errors", "Refused or failed (4xx and 5xx)", 400, 599),
    ("refused", "Refused (4xx)", 400, 499),
    ("failed", "Failed (5xx)", 500, 599),
];
const METHODS: [&str; 4] = ["GET", "POST", "PUT", "DELETE"];

/// What the page shows.
struct Requests {
    page: Page<Request>,
    callers: Callers,
}

/// `GET /manage/requests`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query);
    let number = page_number(&query);
    let asked = address.clone();
    let (area, requests) = manager.read(move |tx, actor| Requests::read(tx, actor, &asked, number)).await?;
    let rows = manager.app.config.request_log_rows;
    let intro =
        "What programs called in the last 30 days. Neither bodies, nor queries of addresses, nor keys are kept.";
    let framed = FramedPage::new(LIST, "Requests", requests.list(&address, number, rows > 0)).intro(intro);
    manager.show(&area, framed)
}

/// What an address asks for; none when it names nothing that there is.
fn wanted(address: &ListAddress) -> Option<Filter> {
    let given = |parameter: &str| Some(address.get(parameter)).filter(|value| !value.is_empty());
    let mut wanted = Filter {
        request_id: given("q").map(str::to_owned),
        route: given("route").map(str::to_owned),
        method: given("method").map(str::to_owned),
        ..Filter::default()
    };
    if let Some(asked) = given("status") {
        let kind = STATUSES.iter().find(|(name, ..)| *name == asked).map(|(.., from, to)| (*from, *to));
        let (from, to) = kind.or_else(|| asked.parse().ok().map(|status| (status, status)))?;
        (wanted.status_from, wanted.status_to) = (Some(from), Some(to));
    }
    match given("by").map(|by| by.split_once(':').unwrap_or((by, ""))) {
        None => {}
        Some(("token", id)) => {
            wanted.credential = Some(Credential::ApiAccessToken);
            wanted.token_id = Some(id.parse().ok()?);
        }
        Some(("app", id)) => {
            wanted.credential = Some(Credential::App);
            wanted.app_id = Some(id.parse().ok()?);
        }
        Some((kind, _)) => wanted.credential = Some(Credential::named(kind)?),
    }
    Some(wanted)
}

impl Requests {
    fn read(tx: &mut Tx<'_>, actor: &Actor, address: &ListAddress, number: i64) -> school::Result<Self> {
        let callers = Callers::read(tx, actor)?;
        let Some(wanted) = wanted(address) else { return Ok(Self { page: Page::empty(), callers }) };
        let request = PageRequest {
            start: PageStart::Page(number),
            descending: address.get("sort") != "created_at",
            created: dates::range(address),
            ..PageRequest::first(PAGE_SIZE)
        };
        Ok(Self { page: request_log::list(tx, actor.site().id, &wanted, &request)?, callers })
    }

    fn cells(&self, request: &Request) -> Vec<Markup> {
        vec![
            html! {
                a.row href=(path(request.id)) { span.mono { (request.method) " " (request.path) } }
                span.sub.mono { (request.request_id) }
            },
            status(request.status),
            self.callers.name(request),
            html! { span.nowrap { (took(request.microseconds)) } },
            moment(request.created_at),
        ]
    }

    /// The credentials that can be chosen, by what the address calls them.
    fn credentials(&self) -> Vec<(String, String)> {
        let keys = [("api_key", "API key"), ("previous_api_key", "Previous API key")];
        let keys = keys.map(|(value, label)| (value.to_owned(), label.to_owned()));
        let tokens = self.callers.tokens.iter().map(|(id, name)| (format!("token:{id}"), format!("Token {name}")));
        let apps = self.callers.apps.iter().map(|(id, name)| (format!("app:{id}"), format!("App {name}")));
        keys.into_iter().chain(tokens).chain(apps).collect()
    }

    fn filters(&self, address: &ListAddress, credentials: &[(String, String)]) -> Markup {
        let any = |label| std::iter::once(Choice { value: "", label });
        let statuses = STATUSES.iter().map(|(value, label, ..)| Choice { value, label });
        let methods = METHODS.iter().map(|method| Choice { value: method, label: method });
        let by = credentials.iter().map(|(value, label)| Choice { value, label });
        let field = |name, label, input| FormField::new(name, label, address.get(name), input);
        html! {
            (field("status", "Status", Input::Select(any("Any status").chain(statuses).collect())))
            (field("by", "Called by", Input::Select(any("Anybody").chain(by).collect())))
            (field("method", "Method", Input::Select(any("Any method").chain(methods).collect())))
            (field("route", "Route, such as /api/public/v1/users/{id}", Input::Line("text")))
            (dates::fields(address))
        }
    }

    fn list(&self, address: &ListAddress, number: i64, is_on: bool) -> Markup {
        let credentials = self.credentials();
        let columns = [
            Column::new("Request"),
            Column::new("Status"),
            Column::new("Called by"),
            Column::new("Took"),
            Column::new("When").sorted_by("created_at"),
        ];
        let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
        let page = &self.page;
        let text = match is_on {
            true => "Every request of a program with the API key, a token or an app stands here a second later.",
            false => "Whoever runs the server has switched the request log off (request_log_rows).",
        };
        let list = ResourceList {
            address,
            of: "requests",
            search: "request id",
            filters: Some(self.filters(address, &credentials)),
            chips: chips(address, &credentials),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: page.items.iter().map(|request| (request.id.to_string(), self.cells(request))).collect(),
            total: Some(page.total),
            page: number,
            has_next: page.offset + (page.items.len() as i64) < page.total,
            page_size: PAGE_SIZE,
            bulk: None,
            csv: None,
            empty: EmptyState {
                icon: Icon::ScrollText,
                title: "No program has called yet",
                text,
                actions: html! { a.button.quiet href="/docs/api" { "Read about the API" } },
            },
        };
        html! { (list) }
    }
}

fn chips(address: &ListAddress, credentials: &[(String, String)]) -> Vec<FilterChip<'static>> {
    let names = [("status", "Status"), ("by", "Called by"), ("method", "Method"), ("route", "Route")];
    let said = |parameter: &str| {
        let value = address.get(parameter);
        let status = STATUSES.iter().find(|(name, ..)| parameter == "status" && *name == value);
        let credential = credentials.iter().find(|(known, _)| parameter == "by" && known == value);
        match (status, credential) {
            (Some((_, label, ..)), _) => (*label).to_owned(),
            (_, Some((_, label))) => label.clone(),
            _ => value.to_owned(),
        }
    };
    let given = names.into_iter().filter(|(parameter, _)| !address.get(parameter).is_empty());
    let chips = given.map(|(parameter, name)| FilterChip { parameter, label: format!("{name}: {}", said(parameter)) });
    chips.chain(dates::chips(address)).collect()
}
