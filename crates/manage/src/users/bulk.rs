//! What can be done with several users at once: first it is said with whom, and asked for what is missing; then it is done
//! in one transaction.

use super::LIST;
use crate::choices::{self, Targets};
use crate::manager::{Area, Manager, ManagerForm};
use identity::actor::Actor;
use identity::managed_users;
use maud::{Markup, html};
use pages::components::{EmptyState, FormField, Icon, grouped, problem_summary, save_bar};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, QueryFields};
use school::enrolling::{self, Access};
use school::groups;
use school::users::{self, User};
use school::{Error, UserId};
use web::Tx;

/// Where several are dealt with.
pub(super) const BULK: &str = "/manage/users/bulk";
/// The most that are dealt with at once.
const MOST: usize = 200;

/// What is done with several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Enroll,
    Group,
    SignOut,
    Delete,
}

impl Action {
    const ALL: [(Self, &'static str, &'static str, Icon); 4] = [
        (Self::Enroll, "enroll", "Enroll", Icon::GraduationCap),
        (Self::Group, "group", "Add to a group", Icon::UsersRound),
        (Self::SignOut, "sign_out", "Sign out", Icon::LogOut),
        (Self::Delete, "delete", "Delete", Icon::Trash2),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, ..)| *known == name).map(|(action, ..)| *action)
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, ..)| *known == self).map_or("", |(_, name, ..)| name)
    }
}

/// The buttons above the list. They lead to an address that says with whom.
pub(super) fn buttons() -> Markup {
    html! {
        @for (action, name, label, icon) in Action::ALL {
            button.quiet.danger[action == Action::Delete] type="submit" formmethod="get" formaction=(BULK) name="action"
                value=(name) { (icon) (label) }
        }
    }
}

/// What was done before.
pub(super) fn done(what: &str, query: &Fields) -> String {
    let count: i64 = query.get("count").parse().unwrap_or_default();
    let users = if count == 1 { "1 user was".to_owned() } else { format!("{} users were", grouped(count)) };
    match what {
        "enroll" => format!("{users} enrolled."),
        "group" => format!("{users} added to the group."),
        "sign_out" => format!("{users} signed out everywhere."),
        "delete" => format!("{users} deleted."),
        _ => String::new(),
    }
}

/// What is asked for.
struct BulkForm {
    action: Action,
    users: Vec<User>,
    target: String,
    group: String,
}

impl BulkForm {
    fn read(tx: &mut Tx<'_>, actor: &Actor, fields: &Fields) -> school::Result<Option<Self>> {
        let Some(action) = Action::named(fields.get("action")) else { return Ok(None) };
        let ids = fields.all("id").filter_map(|id| id.parse::<i64>().ok()).take(MOST);
        let mut found = Vec::new();
        for id in ids {
            found.extend(users::find(tx, actor.site().id, UserId::new(id))?);
        }
        let (target, group) = (fields.get("target").to_owned(), fields.get("group").to_owned());
        Ok((!found.is_empty()).then_some(Self { action, users: found, target, group }))
    }

    fn title(&self) -> String {
        let users = match self.users.as_slice() {
            [one] => one.email.clone(),
            many => format!("{} users", many.len()),
        };
        match self.action {
            Action::Enroll => format!("Enroll {users}"),
            Action::Group => format!("Add {users} to a group"),
            Action::SignOut => format!("Sign out {users} everywhere?"),
            Action::Delete => format!("Delete {users}?"),
        }
    }

    fn confirm(&self) -> String {
        let count = self.users.len();
        match self.action {
            Action::Enroll => "Enroll".to_owned(),
            Action::Group => "Add to the group".to_owned(),
            Action::SignOut => "Sign out".to_owned(),
            Action::Delete if count == 1 => "Delete 1 user".to_owned(),
            Action::Delete => format!("Delete {count} users"),
        }
    }

    fn field<'f>(&'f self, targets: &'f Targets, problems: &'f Problems) -> Option<FormField<'f>> {
        let field = match self.action {
            Action::Enroll => FormField::new("target", "Course or bundle", &self.target, targets.products()),
            Action::Group => FormField::new("group", "Group", &self.group, targets.groups()),
            Action::SignOut | Action::Delete => return None,
        };
        Some(field.required().problems(problems))
    }

    fn show(&self, manager: &Manager, area: &Area, targets: &Targets, problems: &Problems) -> PageResult {
        let field = self.field(targets, problems);
        let named: Vec<_> = field.iter().map(FormField::named).collect();
        let confirm = self.confirm();
        let body = html! {
            (problem_summary(problems, &named))
            form method="post" action=(BULK) {
                (manager.csrf())
                input type="hidden" name="action" value=(self.action.name());
                @for user in &self.users { input type="hidden" name="id" value=(user.id); }
                div.card {
                    div.body.fields {
                        @match self.action {
                            Action::Delete => p {
                                "Their accounts, their progress, reviews and places in groups are gone for good. Orders and payments \
                                 stay, because they are the school's books."
                            },
                            Action::SignOut => p { "Every session of theirs ends. They sign in again with their password or a link." },
                            Action::Enroll | Action::Group => {},
                        }
                        @if let Some(field) = &field { (field) }
                        ul.plain { @for user in &self.users { li dir="auto" { (user.email) } } }
                    }
                }
                @if self.action == Action::Delete {
                    div.actions.apart {
                        a.button.quiet href=(LIST) { "Cancel" }
                        button.danger type="submit" { (Icon::Trash2) (confirm) }
                    }
                } @else { (save_bar(&confirm, LIST)) }
            }
        };
        let title = self.title();
        let page = FramedPage::new(LIST, &title, body).below("Users", LIST).narrow();
        manager.show(area, page.with_problems(problems))
    }

    /// Does it; gives with how many.
    fn apply(&self, tx: &mut Tx<'_>, actor: &Actor) -> school::Result<usize> {
        let site = actor.site().id;
        match self.action {
            Action::Enroll => {
                let target = choices::target(tx, site, &self.target)?;
                let target = target.ok_or_else(|| Error::invalid("target", "must be chosen"))?;
                let access = Access { activated_at: Some(tx.moment()), expiry_date: None };
                for user in &self.users {
                    enrolling::enroll(tx, site, user.id, target, access)?;
                }
            }
            Action::Group => {
                let group = choices::group(tx, site, &self.group)?;
                let group = group.ok_or_else(|| Error::invalid("group", "must be chosen"))?;
                for user in &self.users {
                    groups::add_member(tx, site, group, user.id)?;
                }
            }
            Action::SignOut => {
                for user in &self.users {
                    managed_users::sign_out_everywhere(tx, actor, user.id)?;
                }
            }
            Action::Delete => {
                for user in &self.users {
                    managed_users::delete(tx, actor, user.id)?;
                }
            }
        }
        Ok(self.users.len())
    }
}

/// `GET /manage/users/bulk`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let read = manager.read(move |tx, actor| {
        let form = BulkForm::read(tx, actor, &query)?;
        Ok((form, Targets::read(tx, actor.site().id)?))
    });
    let (area, (form, targets)) = read.await?;
    let Some(form) = form else {
        let body = html! {
            div.card {
                (EmptyState {
                    icon: Icon::Users,
                    title: "Nobody is chosen",
                    text: "Choose people in the list of users first, and then what to do with them.",
                    actions: html! { a.button href=(LIST) { "Show the users" } },
                })
            }
        };
        return manager.show(&area, FramedPage::new(LIST, "Several users", body).below("Users", LIST).narrow());
    };
    form.show(&manager, &area, &targets, &Problems::default())
}

/// `POST /manage/users/bulk`
pub(super) async fn apply(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let asked = fields.clone();
    let applied = manager.write(move |tx, actor| match BulkForm::read(tx, actor, &asked)? {
        Some(form) => form.apply(tx, actor),
        None => Err(Error::invalid("id", "Please choose people in the list of users first")),
    });
    let error = match applied.await {
        Ok(count) => return Ok(see_other(&format!("{LIST}?done={}&count={count}", fields.get("action")))),
        Err(error) => error,
    };
    let asked = fields.clone();
    let read = manager.read(move |tx, actor| {
        let form = BulkForm::read(tx, actor, &asked)?;
        Ok((form, Targets::read(tx, actor.site().id)?))
    });
    let (area, (form, targets)) = read.await?;
    let Some(form) = form else { return Err(error) };
    let problems: Problems = match error {
        // What the school says of one of them stands by itself.
        PageError::Refused(Error::Invalid(problems)) => problems.into(),
        other => return Err(other),
    };
    form.show(&manager, &area, &targets, &problems)
}
