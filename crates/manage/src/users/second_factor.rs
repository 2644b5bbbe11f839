//! The second factor of a user: whether they have one, and taking it away from somebody who has lost it.

use super::path;
use crate::manager::ManagerForm;
use identity::actor::Actor;
use identity::rights::Right;
use identity::second_factor;
use maud::{Markup, html};
use pages::components::{ConfirmDialog, moment};
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::UserId;
use web::Tx;

/// The id of the dialog that asks.
const DIALOG: &str = "reset-second-factor";

/// What is shown of it.
pub(super) struct SecondFactorView {
    id: UserId,
    since: Option<i64>,
    may_reset: bool,
}

impl SecondFactorView {
    pub fn read(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> school::Result<Self> {
        let since = second_factor::since(tx, actor, id)?;
        let may_reset = since.is_some() && actor.may(Right::ManageSecurity) && actor.user_id() != id;
        Ok(Self { id, since, may_reset })
    }

    /// Since when they have it, with what leads to taking it away.
    pub fn fact(&self) -> Markup {
        html! {
            @match self.since {
                Some(since) => { "Since " (moment(since)) },
                None => "None",
            }
            @if self.may_reset {
                " · " a href={ "#" (DIALOG) } data-dialog=(DIALOG) { "Reset…" }
            }
        }
    }

    /// The question before it is taken away.
    pub fn dialog(&self, csrf: &Markup, name: &str) -> Markup {
        let action = format!("{}/second_factor/reset", path(self.id));
        html! {
            @if self.may_reset {
                (ConfirmDialog {
                    id: DIALOG,
                    title: &format!("Reset the second factor of {name}?"),
                    body: html! {
                        p { "Do this when they have lost their telephone and their recovery codes, and you are sure that it is they who ask." }
                        p { "Their password, or a link from a mail, is then enough to sign in, until they set a second factor up again. They are told by mail." }
                    },
                    action: &action,
                    hidden: csrf.clone(),
                    confirm: "Reset the second factor",
                    is_dangerous: true,
                })
            }
        }
    }
}

/// `POST /manage/users/{id}/second_factor/reset`
pub(super) async fn reset(PathId(id): PathId<UserId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| second_factor::reset_by(tx, actor, id)).await?;
    Ok(see_other(&format!("{}?done=second_factor", path(id))))
}
