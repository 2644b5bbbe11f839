//! `GET /manage/users/{id}`: one person, and what they have in the school.

use super::impersonation::ImpersonationView;
use super::purchases::Purchases;
use super::roles::badges;
use super::second_factor::SecondFactorView;
use super::{LIST, path};
use crate::addresses;
use crate::enrollments as enrolling;
use crate::manager::Manager;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{
    Avatar, Badge, ConfirmDialog, EmptyState, FormField, Icon, Input, Tone, date, grouped, moment, progress_bar,
};
use pages::frame::FramedPage;
use pages::{PageResult, PathId, QueryFields};
use school::custom_profile_field_definitions as definitions;
use school::enrollments::{self, EnrollmentFilter, is_expired};
use school::users::{self, User, UserRef};
use school::{EnrollmentId, PageRequest, UserId, courses, now};
use web::Tx;

/// So many enrollments stand on somebody's page, the newest.
const SHOWN: i64 = 10;

/// What is shown of somebody.
struct UserPage {
    user: User,
    badges: Vec<(&'static str, Tone)>,
    is_owner: bool,
    second_factor: SecondFactorView,
    impersonation: ImpersonationView,
    /// The school's own fields with what they say.
    fields: Vec<(String, String)>,
    enrollments: Vec<EnrollmentView>,
    enrollment_count: i64,
    purchases: Purchases,
}

/// One of their enrollments.
struct EnrollmentView {
    id: EnrollmentId,
    course: String,
    percentage: i64,
    is_completed: bool,
    is_trial: bool,
    is_expired: bool,
    since: i64,
}

/// `GET /manage/users/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<UserId>, QueryFields(query): QueryFields) -> PageResult {
    let done = match query.get("done") {
        "added" => "The user was added.",
        "saved" => "The changes were saved.",
        "signed_out" => "They were signed out everywhere.",
        "impersonation_ended" => "You see the school as yourself again.",
        "second_factor" => "Their second factor was reset.",
        _ => "",
    };
    let csrf = manager.csrf();
    let (area, view) = manager.read(move |tx, actor| UserPage::read(tx, actor, id)).await?;
    let name = view.name();
    let page =
        FramedPage::new(LIST, &name, view.body(&csrf)).below("Users", LIST).actions(view.actions(&csrf)).done(done);
    manager.show(&area, page)
}

impl UserPage {
    fn read(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> school::Result<Self> {
        let site = actor.site();
        let user = users::get(tx, site.id, &UserRef::Id(id))?;
        let said = user.custom_fields();
        let fields = definitions::all(tx, site.id)?.into_iter().map(|definition| {
            let value = said.iter().find(|(_, known, _)| *known == definition.id);
            (definition.label, value.map_or(String::new(), |(.., value)| value.to_string()))
        });
        let filter = EnrollmentFilter { user_id: Some(id), ..EnrollmentFilter::default() };
        let newest = PageRequest { descending: true, ..PageRequest::first(SHOWN) };
        let page = enrollments::list(tx, site.id, &filter, &newest)?;
        let ids: Vec<_> = page.items.iter().map(|enrollment| enrollment.course_id).collect();
        let courses = courses::of_ids(tx, site.id, &ids)?;
        let now = now();
        let shown = page.items.iter().map(|enrollment| EnrollmentView {
            id: enrollment.id,
            course: courses
                .iter()
                .find(|course| course.id == enrollment.course_id)
                .map_or(String::new(), |c| c.name.clone()),
            percentage: enrollment.percentage_completed,
            is_completed: enrollment.completed,
            is_trial: enrollment.free_trial(),
            is_expired: is_expired(enrollment, now),
            since: enrollment.created_at,
        });
        Ok(Self {
            badges: badges(&user, site.owner_user_id),
            is_owner: site.owner_user_id == Some(id),
            second_factor: SecondFactorView::read(tx, actor, id)?,
            fields: fields.collect(),
            enrollments: shown.collect(),
            enrollment_count: page.total,
            purchases: Purchases::read(tx, actor, id)?,
            impersonation: ImpersonationView::of(actor, &user),
            user,
        })
    }

    fn name(&self) -> String {
        let name = [self.user.first_name.as_str(), &self.user.last_name].join(" ");
        if name.trim().is_empty() { self.user.email.clone() } else { name }
    }

    fn actions(&self, csrf: &Markup) -> Markup {
        let here = path(self.user.id);
        html! {
            details.menu {
                summary.button.quiet { "More" (Icon::ChevronDown) }
                div {
                    a href={ (here) "/data.json" } download { (Icon::Download) "Export their data" }
                    (self.impersonation.action(&self.name()))
                    @if !self.is_owner {
                        form method="post" action={ (here) "/sign_out" } {
                            (csrf)
                            button type="submit" { (Icon::LogOut) "Sign out everywhere" }
                        }
                        a.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" }
                    }
                }
            }
            a.button href={ (here) "/edit" } { (Icon::Pencil) "Edit" }
        }
    }

    fn body(&self, csrf: &Markup) -> Markup {
        html! {
            div.grid.two {
                div { (self.profile()) (self.courses()) (self.purchases.cards()) }
                div { (self.facts()) }
            }
            @if !self.is_owner { (self.delete_dialog(csrf)) }
            (self.impersonation.dialog(csrf, &self.name()))
            (self.second_factor.dialog(csrf, &self.name()))
        }
    }

    fn profile(&self) -> Markup {
        let name = self.name();
        html! {
            div.card {
                div.body {
                    div.person {
                        (Avatar { name: &name, picture: self.user.avatar_url.as_deref(), is_large: true })
                        span {
                            strong dir="auto" { (name) } " "
                            @for (text, tone) in &self.badges { (Badge::new(text, *tone)) " " }
                            span.sub.muted { a href={ "mailto:" (self.user.email) } { (self.user.email) } }
                            @if let Some(headline) = &self.user.headline { span.sub.muted dir="auto" { (headline) } }
                        }
                    }
                    @if let Some(bio) = &self.user.bio { p.bio dir="auto" { (bio) } }
                }
            }
        }
    }

    fn courses(&self) -> Markup {
        html! {
            div.card {
                header {
                    div { h2 { "Enrollments" } }
                    @if self.enrollment_count > 0 {
                        a href={ (addresses::ENROLLMENTS) "?user_id=" (self.user.id) } { "Show all " (grouped(self.enrollment_count)) }
                    }
                    a.button.quiet href={ (enrolling::NEW) "?user_id=" (self.user.id) } { (Icon::Plus) "Enroll" }
                }
                @if self.enrollments.is_empty() {
                    (EmptyState {
                        icon: Icon::BookOpen,
                        title: "Not enrolled in a course",
                        text: "What they take stands here, with how far they came.",
                        actions: html! {},
                    })
                } @else {
                    ul.rows {
                        @for enrollment in &self.enrollments {
                            li {
                                div { p.strong { a dir="auto" href=(addresses::enrollment(enrollment.id)) { (enrollment.course) } } p { "Since " (date(enrollment.since)) } }
                                @if enrollment.is_trial { (Badge::new("Free trial", Tone::Accent)) }
                                @if enrollment.is_expired { (Badge::new("Ended", Tone::Neutral)) }
                                @if enrollment.is_completed { (Badge::new("Completed", Tone::Success)) }
                                (progress_bar(&enrollment.course, enrollment.percentage, enrollments::COMPLETE))
                            }
                        }
                    }
                }
            }
        }
    }

    fn facts(&self) -> Markup {
        let user = &self.user;
        let optional = [
            ("Company", &user.company),
            ("Came from", &user.external_source),
            ("Affiliate code", &user.affiliate_code),
        ];
        html! {
            div.card {
                header { div { h2 { "About" } } }
                div.body {
                    dl.facts {
                        dt { "Id" } dd.mono { (user.id) }
                        dt { "Joined" } dd { (moment(user.created_at)) }
                        dt { "Changed" } dd { (moment(user.updated_at)) }
                        dt { "Password" } dd { @if user.has_password { "Chosen" } @else { "None; signs in by mail" } }
                        dt { "Second factor" } dd { (self.second_factor.fact()) }
                        @for (label, value) in optional { @if let Some(value) = value { dt { (label) } dd dir="auto" { (value) } } }
                        @for (label, value) in &self.fields {
                            dt dir="auto" { (label) }
                            dd dir="auto" { @if value.is_empty() { span.muted { "—" } } @else { (value) } }
                        }
                    }
                }
            }
        }
    }

    fn delete_dialog(&self, csrf: &Markup) -> Markup {
        let (name, action) = (self.name(), format!("{}/delete", path(self.user.id)));
        html! {
            (ConfirmDialog {
                id: "delete",
                title: &format!("Delete {name}?"),
                body: html! {
                    p {
                        "Their account, their progress in " (self.enrollment_count) " courses, reviews and places in groups are gone for good. "
                        "Orders and payments stay, because they are the school's books."
                    }
                    (FormField::new("erase", "Erase from orders and events too", "", Input::Checkbox).hint(
                        "Then nothing that stays says whose it was: amounts and numbers are kept, names and addresses \
                         are not.",
                    ))
                },
                action: &action,
                hidden: csrf.clone(),
                confirm: &format!("Delete {name}"),
                is_dangerous: true,
            })
        }
    }
}
