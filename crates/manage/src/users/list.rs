//! `GET /manage/users`: everybody who has an account in the school.

use super::bulk::{self, BULK};
use super::roles::{ROLES, badges};
use super::{LIST, path};
use crate::csv;
use crate::list_page::{ListPage, request};
use crate::manager::{Manager, PAGE_SIZE, page_number};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{
    Badge, Choice, Column, EmptyState, FilterChip, FormField, Icon, Input, PersonChip, ResourceList, Sort, Tone, date,
};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::users::{self, User, UserFilter};
use school::{Page, UserId};
use school::{custom_profile_field_definitions as definitions, user_export};
use web::Tx;

/// So many people are found at most; whoever searches says more then.
const MOST_FOUND: usize = 200;

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
    users: ListPage<UserView>,
}

/// `GET /manage/users`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done", "count"]));
    let page = page_number(&query);
    let asked = address.clone();
    let (area, view) = manager.read(move |tx, actor| UserListView::read(tx, actor, &asked, page)).await?;
    let framed = FramedPage::new(LIST, "Users", view.list(&address, page))
        .intro("Students and everybody else who has an account in the school.")
        .actions(html! {
            details.menu {
                summary.button.quiet { "More" (Icon::ChevronDown) }
                div {
                    a href="/manage/users/import" { (Icon::Upload) "Import from a file" }
                    a href="/manage/users/enroll" { (Icon::GraduationCap) "Enroll many" }
                }
            }
            a.button href="/manage/users/new" { (Icon::UserPlus) "Add a user" }
        });
    let done = match query.get("done") {
        "deleted" => "The user was deleted.".to_owned(),
        "erased" => "The user was erased.".to_owned(),
        other => bulk::done(other, &query),
    };
    manager.show(&area, framed.done(&done))
}

/// Where the list is as a file.
pub(super) const CSV: &str = "/manage/users.csv";

/// `GET /manage/users.csv`
pub(super) async fn csv(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let (_, definitions) = manager.read(|tx, actor| definitions::all(tx, actor.site().id)).await?;
    let columns = user_export::columns(&definitions, true);
    let (named, address) = (columns.clone(), ListAddress::new(LIST, &query));
    let request = csv::first(address.get("sort") != "created_at");
    csv::download(manager, "users.csv", &columns, request, move |tx, actor, request| {
        let (site, role) = (actor.site().id, address.get("role"));
        if address.get("q").is_empty() {
            let role = Some(role.to_owned()).filter(|role| !role.is_empty());
            let filter = UserFilter { role, ..UserFilter::default() };
            return users::list(tx, site, &filter, request, |user| user_export::row(user, &definitions, &named));
        }
        let found = users::search(tx, site, address.get("q"), MOST_FOUND)?.into_iter();
        let found = found.filter(|user| role.is_empty() || user.roles.names().any(|had| had == role));
        let rows = found.map(|user| user_export::row(&user, &definitions, &named)).collect();
        Ok(Page { items: rows, ..Page::empty() })
    })
    .await
}

impl UserListView {
    /// A page of everybody, or of those with a role; or of those whose names or address begin with what is searched for.
    fn read(tx: &mut Tx<'_>, actor: &Actor, address: &ListAddress, page: i64) -> school::Result<Self> {
        let (site, role) = (actor.site(), address.get("role"));
        let users = match address.get("q") {
            "" => {
                let role = Some(role.to_owned()).filter(|role| !role.is_empty());
                let filter = UserFilter { role, ..UserFilter::default() };
                let view = |user: &User<&str>| UserView::of(user, site.owner_user_id);
                users::list(tx, site.id, &filter, &request(address, page), view)?.into()
            }
            words => {
                let found = users::search(tx, site.id, words, MOST_FOUND)?.into_iter();
                let with_role = found.filter(|user| role.is_empty() || user.roles.names().any(|had| had == role));
                ListPage::found(with_role.map(|user| UserView::of(&user, site.owner_user_id)), page)
            }
        };
        Ok(Self { users })
    }
}

impl UserView {
    fn of<S: AsRef<str>>(user: &User<S>, owner: Option<UserId>) -> Self {
        Self {
            id: user.id,
            name: [user.first_name.as_ref(), user.last_name.as_ref()].join(" ").trim().to_owned(),
            email: user.email.as_ref().to_owned(),
            picture: user.avatar_url.as_ref().map(|url| url.as_ref().to_owned()),
            badges: badges(user, owner),
            company: user.company.as_ref().map_or("", AsRef::as_ref).to_owned(),
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
            search: "name or address",
            filters: Some(html! { (FormField::new("role", "Role", address.get("role"), Input::Select(choices))) }),
            chips: chosen.map(chip).into_iter().collect(),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: self.users.items.iter().map(|user| (user.id.to_string(), user.cells())).collect(),
            total: self.users.total,
            page,
            has_next: self.users.has_next,
            page_size: PAGE_SIZE,
            bulk: Some((BULK, bulk::buttons())),
            csv: Some(CSV),
            empty: EmptyState {
                icon: Icon::Users,
                title: "Nobody is here yet",
                text: "Everybody who signs up, is enrolled or imported stands here.",
                actions: html! {
                    a.button href="/manage/users/new" { "Add a user" }
                    a.button.quiet href="/manage/users/import" { "Import from a file" }
                },
            },
        };
        html! { (list) }
    }
}
