//! `GET /manage/users`: everybody who has an account in the school.

use super::roles::{ROLES, badges};
use super::{LIST, path};
use crate::area::{self, PAGE_SIZE, page_number};
use identity::actor::Actor;
use identity::rights::Right;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{
    Badge, Choice, Column, EmptyState, FilterChip, FormField, Icon, Input, PersonChip, ResourceList, Sort, Tone, date,
};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields, Visitor};
use school::users::{self, User, UserFilter};
use school::{PageRequest, PageStart, UserId};
use web::Tx;

/// A user in the list.
struct UserView {
    id: UserId,
    name: String,
    email: String,
    picture: Option<String>,
    badges: Vec<(&'static str, Tone)>,
    company: String,
    joined: i64,
}

/// What the list shows.
struct UserListView {
    users: Vec<UserView>,
    total: i64,
    has_next: bool,
}

/// `GET /manage/users`
pub(super) async fn show(visitor: Visitor, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query);
    let visitor = visitor.signed_in(&address.page(page_number(&query)))?;
    let page = page_number(&query);
    let (filter, request) = (filter(&address), request(&address, page));
    let (area, view) =
        area::read(&visitor, Right::ManageSchool, move |tx, actor| read(tx, actor, &filter, &request)).await?;
    let framed = FramedPage::new(LIST, "Users", view.list(&address, page))
        .intro("Students and everybody else who has an account in the school.")
        .actions(html! { a.button href="/manage/users/new" { (Icon::UserPlus) "Add a user" } });
    let done = if query.get("done") == "deleted" { "The user was deleted." } else { "" };
    Ok(area.show(framed.done(done), &visitor))
}

fn filter(address: &ListAddress) -> UserFilter {
    let given = |name: &str| Some(address.get(name).to_owned()).filter(|value| !value.is_empty());
    UserFilter { email: given("q"), role: given("role"), ..UserFilter::default() }
}

fn request(address: &ListAddress, page: i64) -> PageRequest {
    PageRequest {
        start: PageStart::Page(page),
        descending: address.get("sort") != "created_at",
        ..PageRequest::first(PAGE_SIZE)
    }
}

fn read(tx: &mut Tx<'_>, actor: &Actor, filter: &UserFilter, request: &PageRequest) -> school::Result<UserListView> {
    let site = actor.site();
    let owner = site.owner_user_id;
    let page = users::list(tx, site.id, filter, request, |user| UserView::of(user, owner))?;
    Ok(UserListView {
        has_next: page.offset + (page.items.len() as i64) < page.total,
        total: page.total,
        users: page.items,
    })
}

impl UserView {
    fn of(user: &User<&str>, owner: Option<UserId>) -> Self {
        Self {
            id: user.id,
            name: [user.first_name, user.last_name].join(" ").trim().to_owned(),
            email: user.email.to_owned(),
            picture: user.avatar_url.map(str::to_owned),
            badges: badges(user, owner),
            company: user.company.unwrap_or_default().to_owned(),
            joined: user.created_at,
        }
    }

    fn cells(&self) -> Vec<Markup> {
        let href = path(self.id);
        let person = PersonChip { name: &self.name, below: &self.email, picture: self.picture.as_deref(), href: &href };
        vec![
            html! { (person) },
            html! { @for (text, tone) in &self.badges { (Badge::new(text, *tone)) " " } },
            html! { span dir="auto" { (self.company) } },
            date(self.joined),
        ]
    }
}

impl UserListView {
    fn list(&self, address: &ListAddress, page: i64) -> Markup {
        let roles = ROLES.iter().map(|(value, label)| Choice { value, label });
        let choices = std::iter::once(Choice { value: "", label: "Any role" }).chain(roles).collect();
        let chosen = ROLES.iter().find(|(name, _)| *name == address.get("role"));
        let chip = |(_, label): &(&str, &str)| FilterChip { parameter: "role", label: format!("Role: {label}") };
        let columns = [
            Column::new("Name"),
            Column::new("Role"),
            Column::new("Company"),
            Column::new("Joined").sorted_by("created_at"),
        ];
        let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
        let list = ResourceList {
            address,
            of: "users",
            search: "address",
            filters: Some(html! { (FormField::new("role", "Role", address.get("role"), Input::Select(choices))) }),
            chips: chosen.map(chip).into_iter().collect(),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: self.users.iter().map(|user| (user.id.to_string(), user.cells())).collect(),
            total: Some(self.total),
            page,
            has_next: self.has_next,
            page_size: PAGE_SIZE,
            bulk: None,
            csv: None,
            empty: EmptyState {
                icon: Icon::Users,
                title: "Nobody is here yet",
                text: "Everybody who signs up, is enrolled or imported stands here.",
                actions: html! { a.button href="/manage/users/new" { "Add a user" } },
            },
        };
        html! { (list) }
    }
}
