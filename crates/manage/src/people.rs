//! Somebody whom a record is about, as far as they are still there.

use crate::users;
use identity::actor::Actor;
use maud::{Markup, Render, html};
use pages::components::PersonChip;
use school::UserId;
use web::Tx;

/// Somebody whom a record names.
#[derive(Debug, Clone)]
pub(crate) struct PersonView {
    id: UserId,
    /// Their name, or else their address.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Whether they have an account.
    pub is_here: bool,
}

impl PersonView {
    /// A user; what is known of one who is gone is the number alone.
    pub fn find(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> school::Result<Self> {
        let user = school::users::find(tx, actor.site().id, id)?;
        Ok(match user {
            Some(user) => {
                let name = [user.first_name.as_str(), &user.last_name].join(" ").trim().to_owned();
                Self { id, name, email: user.email.clone(), is_here: true }
            }
            None => Self { id, name: format!("User {id}"), email: "deleted".to_owned(), is_here: false },
        })
    }

    /// A user whose name and address the record has kept.
    pub fn kept(tx: &mut Tx<'_>, actor: &Actor, id: UserId, name: &str, email: &str) -> school::Result<Self> {
        let is_here = school::users::exists(tx, actor.site().id, id)?;
        Ok(Self { id, name: name.trim().to_owned(), email: email.to_owned(), is_here })
    }
}

impl PersonView {
    /// Their name alone, which leads to them.
    pub fn link(&self) -> Markup {
        let name = if self.name.is_empty() { &self.email } else { &self.name };
        html! {
            @if self.is_here { a dir="auto" href=(users::path(self.id)) { (name) } } @else { span dir="auto" { (name) } " (has left)" }
        }
    }
}

impl Render for PersonView {
    fn render(&self) -> Markup {
        html! {
            @if self.is_here {
                (PersonChip { name: &self.name, below: &self.email, picture: None, href: &users::path(self.id) })
            } @else {
                span.person { span { span dir="auto" { (self.name) } span.sub.muted { (self.email) " · has left" } } }
            }
        }
    }
}
