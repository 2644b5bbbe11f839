//! The frame of the admin area and of everything built like it: navigation at the side, a bar above, and the page.

use crate::assets;
use crate::components::{Badge, Icon};
use crate::document::document;
use crate::fields::Problems;
use crate::impersonation_banner::impersonation_banner;
use crate::layout::secure;
use crate::school_page::csrf_field;
use crate::visitor::SignedInVisitor;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

/// What a framed page may load and run: its own files alone (CSP Level 3). Pictures of people may be anywhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; \
                      img-src 'self' data: https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A part of the surface, as the navigation shows it.
#[derive(Debug, Clone)]
pub struct NavigationItem<'n> {
    /// What it is called.
    pub label: &'n str,
    /// Where it is. The item whose address the page's begins with is the current one.
    pub href: &'n str,
    /// Its picture.
    pub icon: Icon,
    /// How many things in it need somebody.
    pub attention: i64,
}

/// Parts that belong together.
#[derive(Debug, Clone)]
pub struct NavigationGroup<'n> {
    /// What they are together; nothing above the first.
    pub label: &'n str,
    /// They.
    pub items: Vec<NavigationItem<'n>>,
}

/// What is the same on every page of a surface.
#[derive(Debug, Clone)]
pub struct Frame<'f> {
    /// Where the surface begins.
    pub home: &'f str,
    /// Its parts, as far as the visitor may see them.
    pub navigation: Vec<NavigationGroup<'f>>,
    /// Where its search is, and what for.
    pub search: Option<(&'f str, &'f str)>,
}

/// A page in the frame.
#[derive(Debug)]
pub struct FramedPage<'p> {
    title: &'p str,
    badge: Option<Badge<'p>>,
    intro: &'p str,
    crumbs: Vec<(&'p str, String)>,
    actions: Markup,
    body: Markup,
    current: &'p str,
    status: StatusCode,
    is_narrow: bool,
    done: &'p str,
    writes: bool,
}

impl<'p> FramedPage<'p> {
    /// A page with a title, and where it belongs in the navigation.
    #[must_use]
    pub fn new(current: &'p str, title: &'p str, body: Markup) -> Self {
        Self {
            title,
            badge: None,
            intro: "",
            crumbs: Vec::new(),
            actions: html! {},
            body,
            current,
            status: StatusCode::OK,
            is_narrow: false,
            done: "",
            writes: false,
        }
    }

    /// The same with the state of what it is about beside the title.
    #[must_use]
    pub fn badge(self, badge: Option<Badge<'p>>) -> Self {
        Self { badge, ..self }
    }

    /// The same with a sentence below the title.
    #[must_use]
    pub fn intro(self, intro: &'p str) -> Self {
        Self { intro, ..self }
    }

    /// The same with the page above it.
    #[must_use]
    pub fn below(mut self, label: &'p str, href: impl Into<String>) -> Self {
        self.crumbs.push((label, href.into()));
        self
    }

    /// The same with what can be done, the most important first.
    #[must_use]
    pub fn actions(self, actions: Markup) -> Self {
        Self { actions, ..self }
    }

    /// The same in the width of a form.
    #[must_use]
    pub fn narrow(self) -> Self {
        Self { is_narrow: true, ..self }
    }

    /// The same with the script by which texts are written and files chosen.
    #[must_use]
    pub fn writes(self) -> Self {
        Self { writes: true, ..self }
    }

    /// The same with a sentence about what was done.
    #[must_use]
    pub fn done(self, done: &'p str) -> Self {
        Self { done, ..self }
    }

    /// The same with another status.
    #[must_use]
    pub fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same with a form that was sent before: unprocessable when something is wrong with it.
    #[must_use]
    pub fn with_problems(self, problems: &Problems) -> Self {
        if problems.is_empty() { self } else { self.status(StatusCode::UNPROCESSABLE_ENTITY) }
    }

    /// The page for a visitor.
    #[must_use]
    pub fn show(self, frame: &Frame<'_>, visitor: &SignedInVisitor<'_>) -> Response {
        let person = Person {
            school: visitor.school_name(),
            name: [visitor.session.first_name.as_str(), &visitor.session.last_name].join(" "),
            email: &visitor.session.email,
            csrf: csrf_field(visitor.visitor()),
            is_impersonated: visitor.visitor().is_impersonating(),
            impersonation: impersonation_banner(visitor.visitor()),
        };
        let status = self.status;
        let html = self.document(frame, &person).into_string();
        // Pictures and videos of the school are on a host that is nobody's.
        let files = visitor.visitor().files_origin();
        let policy = POLICY.replace("https:;", &format!("https: {files}; media-src {files};"));
        secure((status, html).into_response(), &policy)
    }

    fn document(self, frame: &Frame<'_>, person: &Person<'_>) -> Markup {
        let head = html! {
            link rel="preload" as="font" type="font/woff2" crossorigin href=(*assets::FONT);
            link rel="stylesheet" href=(*assets::MANAGE_STYLE);
            script src=(*assets::MANAGE_SCRIPT) defer {}
            @if self.writes { script src=(*assets::EDITOR_SCRIPT) defer {} }
        };
        let body = html! {
            (person.impersonation)
            div.frame {
                (side(frame, person, self.current))
                div {
                    (bar(frame, person))
                    main.page.narrow[self.is_narrow] #main tabindex="-1" {
                        (self.head())
                        @if !self.done.is_empty() { div.toast role="status" { (self.done) } }
                        (self.body)
                    }
                }
            }
        };
        document(self.title, person.school, &head, &body)
    }

    fn head(&self) -> Markup {
        html! {
            @if !self.crumbs.is_empty() {
                nav.crumbs aria-label="Above this page" {
                    @for (at, (label, href)) in self.crumbs.iter().enumerate() {
                        @if at > 0 { (Icon::ChevronRight) }
                        a href=(href) dir="auto" { @if at == 0 { (Icon::ChevronLeft) } (label) }
                    }
                }
            }
            div.title {
                div {
                    h1 dir="auto" { (self.title) @if let Some(badge) = self.badge { (badge) } }
                    @if !self.intro.is_empty() { p { (self.intro) } }
                }
                div.actions { (self.actions) }
            }
        }
    }
}

/// Who looks at the page, and where.
struct Person<'p> {
    school: &'p str,
    name: String,
    email: &'p str,
    csrf: Markup,
    /// Whether somebody else sees the school as them: their account is not to be opened then.
    is_impersonated: bool,
    /// What stands above when somebody else sees the school as them.
    impersonation: Markup,
}

/// The item of the navigation that a page is in: the one with the longest address that its own begins with.
fn current_item<'n>(frame: &Frame<'n>, current: &str) -> Option<&'n str> {
    let items = frame.navigation.iter().flat_map(|group| &group.items);
    let is_in = |href: &&str| current == *href || current.strip_prefix(*href).is_some_and(|rest| rest.starts_with('/'));
    items.map(|item| item.href).filter(is_in).max_by_key(|href| href.len())
}

fn side(frame: &Frame<'_>, person: &Person<'_>, current: &str) -> Markup {
    let current = current_item(frame, current);
    let mark: String = person.school.chars().find(|letter| letter.is_alphanumeric()).into_iter().collect();
    html! {
        nav.side #navigation aria-label="Main" {
            a.school href=(frame.home) {
                span.mark aria-hidden="true" { (mark.to_uppercase()) }
                span dir="auto" { (person.school) }
            }
            @for group in &frame.navigation {
                @if !group.label.is_empty() { h2 { (group.label) } }
                ul {
                    @for item in &group.items {
                        li {
                            a href=(item.href) aria-current=[(current == Some(item.href)).then_some("page")] {
                                (item.icon) (item.label)
                                @if item.attention > 0 {
                                    span.count { (item.attention) span.visually-hidden { " to look at" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn bar(frame: &Frame<'_>, person: &Person<'_>) -> Markup {
    html! {
        header.bar {
            a.button.bare.square.drawer href="#navigation" aria-label="Open the navigation" { (Icon::Menu) }
            @if let Some((action, what)) = frame.search {
                form.search role="search" method="get" action=(action) {
                    (Icon::Search)
                    input type="search" name="q" dir="auto" autocomplete="off" data-search placeholder={ "Search " (what) }
                        aria-label={ "Search " (what) };
                    kbd aria-hidden="true" { "/" }
                }
            }
            div.end {
                a.button.bare href="/docs/api" aria-label="Reference" { (Icon::CircleHelp) span.wide-only { "Reference" } }
                details.menu {
                    summary.button.bare { (Icon::User) span.wide-only dir="auto" { (person.name) } span.visually-hidden { "Your account" } }
                    div {
                        p.who { strong dir="auto" { (person.name) } br; span.muted { (person.email) } }
                        a href="/" { "View the school" }
                        @if !person.is_impersonated { a href="/account" { "Your account" } }
                        form method="post" action="/users/sign_out" {
                            (person.csrf)
                            button type="submit" { "Sign out" }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, NavigationGroup, NavigationItem, current_item};
    use crate::components::Icon;

    #[test]
    fn a_page_is_in_the_item_with_the_longest_address_that_it_begins_with() {
        let item = |href| NavigationItem { label: "", href, icon: Icon::House, attention: 0 };
        let items = vec![item("/manage"), item("/manage/users"), item("/manage/users/groups")];
        let frame = Frame { home: "/manage", navigation: vec![NavigationGroup { label: "", items }], search: None };
        assert_eq!(current_item(&frame, "/manage/users/7"), Some("/manage/users"));
        assert_eq!(current_item(&frame, "/manage/users/groups"), Some("/manage/users/groups"));
        assert_eq!(current_item(&frame, "/manage/users-and-more"), Some("/manage"));
        assert_eq!(current_item(&frame, "/elsewhere"), None);
    }
}
