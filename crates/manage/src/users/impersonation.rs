//! Seeing the school as one of its people: the question on their page, and its beginning.

use super::path;
use crate::manager::ManagerForm;
use identity::actor::Actor;
use identity::impersonation;
use maud::{Markup, html};
use pages::components::{ConfirmDialog, Icon};
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::UserId;
use school::users::User;

/// The id of the dialog that asks.
const DIALOG: &str = "impersonate";

/// Whether whoever looks may see the school as this person.
pub(super) struct ImpersonationView(Option<UserId>);

impl ImpersonationView {
    pub fn of(actor: &Actor, user: &User) -> Self {
        Self(impersonation::is_possible(actor, user).then_some(user.id))
    }

    /// What leads to the question.
    pub fn action(&self, name: &str) -> Markup {
        html! {
            @if self.0.is_some() {
                a href={ "#" (DIALOG) } data-dialog=(DIALOG) { (Icon::Eye) "See the school as " bdi { (name) } "…" }
            }
        }
    }

    /// The question.
    pub fn dialog(&self, csrf: &Markup, name: &str) -> Markup {
        html! {
            @if let Some(id) = self.0 {
                (ConfirmDialog {
                    id: DIALOG,
                    title: &format!("See the school as {name}?"),
                    body: html! {
                        p { "You see what they see, and can do what they can do, for an hour at most. Their account stays theirs: their profile, password, address and apps cannot be opened." }
                        p { "That you did, and when, stands in the security log; so does what you change meanwhile, as your work. A banner above every page leads back." }
                    },
                    action: &format!("{}/impersonate", path(id)),
                    hidden: csrf.clone(),
                    confirm: "See the school as them",
                    is_dangerous: false,
                })
            }
        }
    }
}

/// `POST /manage/users/{id}/impersonate`
pub(super) async fn begin(PathId(id): PathId<UserId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| impersonation::begin(tx, actor, id)).await?;
    Ok(see_other("/"))
}
