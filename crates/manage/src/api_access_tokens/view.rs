//! A token as the list shows it.

use crate::addresses;
use identity::actor::Actor;
use identity::api_access_tokens::{self, Validity};
use maud::{Markup, html};
use pages::components::{Badge, ConfirmDialog, Icon, Tone, date, moment};
use school::{ApiAccessTokenId, users};
use web::Tx;

/// A token in the list.
pub(super) struct TokenView {
    pub id: ApiAccessTokenId,
    pub name: String,
    /// The address of who made it; none when a command on the server did, or they are gone.
    pub made_by: Option<String>,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
    pub expires_at: Option<i64>,
    pub validity: Validity,
}

impl TokenView {
    /// Every token of the school, the newest first.
    pub fn all(tx: &mut Tx<'_>, actor: &Actor, now: i64) -> school::Result<Vec<Self>> {
        let site = actor.site().id;
        let mut views = Vec::new();
        for token in api_access_tokens::all(tx, site)?.into_iter().rev() {
            let validity = api_access_tokens::validity(&token, now);
            let made_by = match token.created_by {
                Some(user) => users::find(tx, site, user)?.map(|user| user.email.clone()),
                None => None,
            };
            views.push(Self {
                id: token.id,
                name: token.name,
                made_by,
                created_at: token.created_at,
                last_used_at: token.last_used_at,
                expires_at: token.expires_at,
                validity,
            });
        }
        Ok(views)
    }

    fn badge(&self) -> Option<Badge<'static>> {
        match self.validity {
            Validity::Counts => None,
            Validity::EndsSoon => Some(Badge::new("Ends soon", Tone::Warning)),
            Validity::Ended => Some(Badge::new("Ended", Tone::Danger)),
        }
    }

    fn dialog(&self) -> String {
        format!("revoke-{}", self.id)
    }

    /// What is asked before it is revoked.
    pub fn revoke_dialog(&self, csrf: &Markup) -> Markup {
        html! {
            (ConfirmDialog {
                id: &self.dialog(),
                title: &format!("Revoke {}?", self.name),
                body: html! { p { "The program that uses it is refused from this moment on. A token that was revoked cannot be had back." } },
                action: &format!("/manage/api_access_tokens/{}/revoke", self.id),
                hidden: csrf.clone(),
                confirm: &format!("Revoke {}", self.name),
                is_dangerous: true,
            })
        }
    }
}

/// The tokens.
pub(super) fn rows(tokens: &[TokenView]) -> Markup {
    html! {
        ul.rows {
            @for token in tokens {
                li {
                    div {
                        p { span.strong dir="auto" { (token.name) } @if let Some(badge) = token.badge() { " " (badge) } }
                        p {
                            "Made " @if let Some(email) = &token.made_by { "by " (email) " " } "on " (date(token.created_at)) " · "
                            @match token.last_used_at { Some(at) => { "last used " (moment(at)) }, None => "never used" }
                            " · "
                            @match (token.expires_at, token.validity) {
                                (None, _) => "does not end",
                                (Some(end), Validity::Ended) => { "ended " (moment(end)) },
                                (Some(end), _) => { "ends " (moment(end)) },
                            }
                        }
                    }
                    div.actions {
                        a.button.quiet href=(addresses::requests_of_token(token.id)) {
                            (Icon::ScrollText) "Requests" span.visually-hidden { " of " (token.name) }
                        }
                        a.button.quiet.danger href={ "#" (token.dialog()) } data-dialog=(token.dialog()) {
                            (Icon::Trash2) "Revoke" span.visually-hidden { " " (token.name) }
                        }
                    }
                }
            }
        }
    }
}
