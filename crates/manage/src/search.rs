//! `GET /manage/search`: people, courses, orders and pages of the admin area, found by what is typed above every page.

use crate::addresses::SEARCH;
use crate::manager::Manager;
use crate::{courses, navigation, orders, users};
use identity::actor::Actor;
use identity::managed_courses;
use maud::{Markup, html};
use pages::components::{Icon, PersonChip};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::courses::Course;
use school::orders::Order;
use web::Tx;
use web::form::encode;

/// So many of each kind are shown; their lists have the rest.
const SHOWN: usize = 8;

/// Somebody who was found.
struct PersonFound {
    name: String,
    email: String,
    picture: Option<String>,
    href: String,
}

/// What was found.
struct Found {
    people: Vec<PersonFound>,
    courses: Vec<Course>,
    orders: Vec<Order>,
    /// Pages, by what they are called and where they are.
    pages: Vec<(&'static str, &'static str)>,
}

/// `GET /manage/search`
pub(crate) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let words = query.get("q").trim().to_owned();
    let asked = words.clone();
    let (area, found) = manager.read(move |tx, actor| Found::read(tx, actor, &asked)).await?;
    let title = if words.is_empty() { "Search".to_owned() } else { format!("Search: {words}") };
    manager.show(&area, FramedPage::new(SEARCH, &title, found.body(&words)))
}

impl Found {
    fn read(tx: &mut Tx<'_>, actor: &Actor, words: &str) -> school::Result<Self> {
        if words.is_empty() {
            return Ok(Self { people: Vec::new(), courses: Vec::new(), orders: Vec::new(), pages: Vec::new() });
        }
        let site = actor.site().id;
        let people = school::users::search(tx, site, words, SHOWN)?.into_iter().map(|user| PersonFound {
            name: [user.first_name.as_str(), &user.last_name].join(" ").trim().to_owned(),
            email: user.email.clone(),
            picture: user.avatar_url.clone(),
            href: users::path(user.id),
        });
        let people = people.collect();
        let mut courses = managed_courses::search(tx, actor, words)?;
        courses.truncate(SHOWN);
        // By its number alone: orders of people are found with the people.
        let is_number = words.trim_start_matches('#').parse::<i64>().is_ok();
        let orders = if is_number { school::orders::search(tx, site, words)? } else { Vec::new() };
        let wanted = words.to_lowercase();
        let frame = navigation::frame(actor);
        let items = frame.navigation.iter().flat_map(|group| &group.items);
        let pages = items.filter(|item| item.label.to_lowercase().contains(&wanted));
        let pages = pages.map(|item| (item.label, item.href)).take(SHOWN).collect();
        Ok(Self { people, courses, orders, pages })
    }

    fn is_empty(&self) -> bool {
        self.people.is_empty() && self.courses.is_empty() && self.orders.is_empty() && self.pages.is_empty()
    }

    fn body(&self, words: &str) -> Markup {
        let all = |list: &str| format!("{list}?{}", encode([("q", words)]));
        html! {
            @if words.is_empty() {
                p.muted { "People are found by name or address, courses and pages by name, orders by number." }
            } @else if self.is_empty() {
                div.card {
                    div.empty {
                        (Icon::Search)
                        h2 { "Nothing found" }
                        p { "People are found by name or address, courses and pages by name, orders by number." }
                    }
                }
            }
            @if !self.people.is_empty() {
                (part("People", Some(all(users::LIST)), html! {
                    @for one in &self.people {
                        li { (PersonChip { name: &one.name, below: &one.email, picture: one.picture.as_deref(), href: &one.href }) }
                    }
                }))
            }
            @if !self.courses.is_empty() {
                (part("Courses", Some(all(courses::LIST)), html! {
                    @for course in &self.courses {
                        li { div { a dir="auto" href=(courses::path(course.id)) { (course.name) } } }
                    }
                }))
            }
            @if !self.orders.is_empty() { div.card { header { div { h2 { "Orders" } } } (orders::rows(&self.orders)) } }
            @if !self.pages.is_empty() {
                (part("Pages", None, html! {
                    @for (label, href) in &self.pages { li { div { a href=(href) { (label) } } } }
                }))
            }
        }
    }
}

/// What was found of one kind, with where all of it is.
fn part(title: &str, all: Option<String>, rows: Markup) -> Markup {
    html! {
        div.card {
            header {
                div { h2 { (title) } }
                @if let Some(all) = all { a href=(all) { "Search the whole list" } }
            }
            ul.rows { (rows) }
        }
    }
}
