//! `GET /manage/settings/security`: who must have a second factor, and where the people with a role are signed in.

use super::{Parts, SECURITY};
use crate::manager::{Manager, ManagerForm};
use crate::users::{self, badges_of};
use identity::second_factor;
use identity::staff::{self, MOST, StaffMember};
use maud::{Markup, html};
use pages::components::{
    Badge, Banner, ConfirmDialog, FormField, Icon, Input, PersonChip, Tone, browser_name, moment, problem_summary,
};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, QueryFields};

/// The field that says whether a second factor is asked for.
const REQUIRED: &str = "requires_second_factor";

/// What the page shows.
struct SecurityPage {
    parts: Parts,
    is_required: bool,
    members: Vec<StaffMember>,
}

/// `GET /manage/settings/security`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let done = match query.get("done") {
        "required" => "Everybody with a role is asked for a second factor from now on.",
        "not_required" => "Nobody is asked for a second factor any more.",
        "ended" => "It was signed out.",
        "all_ended" => "Everybody with a role was signed out everywhere, but you here.",
        _ => "",
    };
    show_page(&manager, done, &Problems::default()).await
}

async fn show_page(manager: &Manager, done: &str, problems: &Problems) -> PageResult {
    let read = manager.read(|tx, actor| {
        let is_required = actor.site().requires_second_factor;
        Ok(SecurityPage { parts: Parts::of(actor), is_required, members: staff::list(tx, actor)? })
    });
    let (area, page) = read.await?;
    let framed = FramedPage::new(super::GENERAL, "Settings", page.body(&manager.csrf(), problems)).done(done);
    manager.show(&area, framed.with_problems(problems))
}

impl SecurityPage {
    fn body(&self, csrf: &Markup, problems: &Problems) -> Markup {
        html! {
            (self.parts.tabs(SECURITY))
            (self.rule(csrf, problems))
            (self.people(csrf))
            (ConfirmDialog {
                id: "end-sessions",
                title: "Sign everybody with a role out?",
                body: html! {
                    p { "Everybody who runs a part of the school is signed out everywhere, and signs in again. You stay signed in here; students stay signed in." }
                },
                action: "/manage/settings/security/end_sessions",
                hidden: csrf.clone(),
                confirm: "Sign everybody out",
                is_dangerous: true,
            })
        }
    }

    /// Who must have a second factor.
    fn rule(&self, csrf: &Markup, problems: &Problems) -> Markup {
        let value = if self.is_required { "true" } else { "" };
        let field = FormField::new(REQUIRED, "Everybody with a role must have a second factor", value, Input::Checkbox)
            .hint("Whoever has none sets one up before they do anything else, however they have signed in.")
            .problems(problems);
        let without = self.members.iter().filter(|member| !member.has_second_factor).count();
        html! {
            (problem_summary(problems, &[field.named()]))
            div.card {
                header {
                    div { h2 { "Second factor" } p { "A code of an app on a telephone, beside the password." } }
                }
                div.body {
                    @if !self.is_required && without > 0 {
                        (Banner::new(Tone::Warning, "Some people with a role have none", html! {
                            p { (without) " of " (self.members.len()) " sign in with their password or a mail alone." }
                        }))
                    }
                    form.fields method="post" action="/manage/settings/security/second_factor" {
                        (csrf)
                        (field)
                        div.actions { button type="submit" { "Save" } }
                    }
                    p.muted.small { "Your own is in " a href="/account/second_factor" { "your account" } "." }
                }
            }
        }
    }

    /// Everybody with a role, with where they are signed in.
    fn people(&self, csrf: &Markup) -> Markup {
        html! {
            div.card {
                header {
                    div { h2 { "People with a role" } p { "How they sign in, and where they are signed in now." } }
                    a.button.quiet href="#end-sessions" data-dialog="end-sessions" { (Icon::LogOut) "Sign all out…" }
                }
                ul.rows {
                    @for member in &self.members {
                        li {
                            (PersonChip {
                                name: &member.name,
                                below: &member.email,
                                picture: None,
                                href: &users::path(member.id),
                            })
                            span {
                                @for (text, tone) in badges_of(member.roles, member.is_owner) { (Badge::new(text, tone)) " " }
                                @match member.has_second_factor {
                                    true => (Badge::new("Second factor", Tone::Success)),
                                    false => (Badge::new("No second factor", Tone::Warning)),
                                }
                            }
                        }
                        @for session in &member.sessions {
                            li.below {
                                div {
                                    p { (browser_name(&session.user_agent)) @if session.here { " (here)" } }
                                    p {
                                        "Since " (moment(session.created_at)) ", last used " (moment(session.seen_at))
                                        @if !session.address.is_empty() { ", from " span.mono { (session.address) } }
                                    }
                                }
                                @if !session.here {
                                    form method="post" action="/manage/settings/security/end_session" {
                                        (csrf)
                                        input type="hidden" name="user" value=(member.id);
                                        input type="hidden" name="session" value=(session.id);
                                        button.quiet type="submit" {
                                            "Sign out" span.visually-hidden { " " (member.name) ", " (browser_name(&session.user_agent)) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                @if i64::try_from(self.members.len()).is_ok_and(|shown| shown >= MOST) {
                    div.body { p.muted { "The first " (MOST) " are shown." } }
                }
            }
        }
    }
}

/// `POST /manage/settings/security/second_factor`
pub(super) async fn require(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let is_required = fields.get(REQUIRED) == "true";
    match manager.write(move |tx, actor| second_factor::require(tx, actor, is_required)).await {
        Ok(()) => Ok(see_other(&format!("{SECURITY}?done={}", if is_required { "required" } else { "not_required" }))),
        Err(error) => show_page(&manager, "", &error.problems()?.into()).await,
    }
}

/// `POST /manage/settings/security/end_session`, with a `user` and one of their sessions.
pub(super) async fn end_session(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (user, session) = (fields.get("user").parse().ok(), fields.get("session").parse().ok());
    let ended = manager.write(move |tx, actor| {
        let (Some(user), Some(session)) = (user, session) else { return Err(school::Error::NotFound) };
        staff::end_session(tx, actor, user, session)
    });
    match ended.await {
        Ok(()) => Ok(see_other(&format!("{SECURITY}?done=ended"))),
        // It has ended by itself.
        Err(PageError::Refused(school::Error::NotFound)) if session.is_some() => {
            Ok(see_other(&format!("{SECURITY}?done=ended")))
        }
        Err(error) => Err(error),
    }
}

/// `POST /manage/settings/security/end_sessions`
pub(super) async fn end_all_sessions(ManagerForm { manager, .. }: ManagerForm) -> PageResult {
    manager.write(staff::end_all_sessions).await?;
    Ok(see_other(&format!("{SECURITY}?done=all_ended")))
}
