//! `GET /manage/groups/{id}`: one group, with its members and its analysts.

use super::{LIST, path};
use crate::csv;
use crate::manager::{Manager, PAGE_SIZE, page_number};
use crate::progress_of_members::{self as progress, MemberView};
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{
    ConfirmDialog, EmptyState, FormField, Icon, Input, PersonChip, ResourceList, date, grouped, problem_summary,
};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::{PageError, PageResult, PathId, QueryFields};
use school::groups::{self, Group};
use school::users::{self, User};
use school::{GroupId, Page, PageRequest, PageStart, SiteId};
use web::Tx;

/// What is shown of a group.
pub(super) struct GroupPage {
    group: Group,
    members: Page<MemberView>,
    number: i64,
    analysts: Vec<User>,
}

/// `GET /manage/groups/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<GroupId>, QueryFields(query): QueryFields) -> PageResult {
    let number = page_number(&query);
    let (area, page) = manager.read(move |tx, actor| GroupPage::read(tx, actor.site().id, id, number)).await?;
    let done = done(&query);
    let framed = page.framed(&manager, "", "", &Problems::default());
    manager.show(&area, framed.done(&done))
}

/// `GET /manage/groups/{id}/members.csv`
pub(super) async fn csv(manager: Manager, PathId(id): PathId<GroupId>) -> PageResult {
    let name = format!("group-{id}.csv");
    csv::download(manager, &name, &progress::columns(), csv::first(false), move |tx, actor, request| {
        groups::get(tx, actor.site().id, id)?;
        progress::rows(tx, actor.site().id, id, request)
    })
    .await
}

/// What was done before.
fn done(query: &Fields) -> String {
    let count: i64 = query.get("count").parse().unwrap_or_default();
    let people = if count == 1 { "1 person".to_owned() } else { format!("{} people", grouped(count)) };
    match query.get("done") {
        "made" => "The group was made.".to_owned(),
        "renamed" => "The group was renamed.".to_owned(),
        "added" => format!("{people} were added."),
        "removed" => format!("{people} were taken out of the group."),
        "analyst" => "The analyst was added.".to_owned(),
        "analyst_removed" => "The analyst was removed.".to_owned(),
        _ => String::new(),
    }
}

impl GroupPage {
    fn read(tx: &mut Tx<'_>, site: SiteId, id: GroupId, number: i64) -> school::Result<Self> {
        let group = groups::get(tx, site, id)?;
        let request = PageRequest { start: PageStart::Page(number), ..PageRequest::first(PAGE_SIZE) };
        let members = progress::members(tx, site, id, &request)?;
        let mut analysts = Vec::new();
        for user in groups::analysts(tx, site, id)? {
            analysts.extend(users::find(tx, site, user)?);
        }
        Ok(Self { group, members, number, analysts })
    }

    /// The page once more, after a form of it was refused: with what was typed and what is wrong with it.
    pub async fn show_again(
        manager: &Manager,
        id: GroupId,
        addresses: &str,
        analyst: &str,
        problems: &Problems,
    ) -> Result<axum::response::Response, PageError> {
        let (area, page) = manager.read(move |tx, actor| Self::read(tx, actor.site().id, id, 1)).await?;
        manager.show(&area, page.framed(manager, addresses, analyst, problems).with_problems(problems))
    }

    fn framed<'p>(&'p self, manager: &Manager, addresses: &str, analyst: &str, problems: &Problems) -> FramedPage<'p> {
        let csrf = manager.csrf();
        FramedPage::new(LIST, &self.group.name, self.body(&csrf, addresses, analyst, problems))
            .below("Groups", LIST)
            .actions(self.actions())
    }

    fn actions(&self) -> Markup {
        let here = path(self.group.id);
        html! {
            details.menu {
                summary.button.quiet { "More" (Icon::ChevronDown) }
                div {
                    a href={ "/manage/users/enroll?group=" (self.group.id) } { (Icon::GraduationCap) "Enroll the group" }
                    a.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" }
                }
            }
            a.button.quiet href={ (here) "/edit" } { (Icon::Pencil) "Rename" }
        }
    }

    fn body(&self, csrf: &Markup, addresses: &str, analyst: &str, problems: &Problems) -> Markup {
        let here = path(self.group.id);
        let address = ListAddress::new(here.clone(), &Fields::default());
        let add = FormField::new("addresses", "Addresses", addresses, Input::Text { rows: 3 })
            .hint("Of people who have an account, one on each line or with commas between.")
            .required()
            .problems(problems);
        let by_address = FormField::new("analyst", "Address of the analyst", analyst, Input::Line("email"))
            .required()
            .problems(problems);
        let csv = format!("{here}/members.csv");
        let remove = format!("{here}/remove_members");
        let columns = progress::list_columns();
        let list = ResourceList {
            address: &address,
            of: "members",
            search: "",
            filters: None,
            chips: Vec::new(),
            columns: &columns,
            sort: None,
            rows: self.members.items.iter().map(|member| (member.id.to_string(), member.cells(true))).collect(),
            total: Some(self.members.total),
            page: self.number,
            has_next: self.members.has_next(),
            page_size: PAGE_SIZE,
            bulk: Some((&remove, html! { (csrf) button.quiet type="submit" { (Icon::X) "Take out of the group" } })),
            csv: Some(&csv),
            empty: EmptyState {
                icon: Icon::UsersRound,
                title: "Nobody is in the group yet",
                text: "Add people by their addresses, or choose several in the list of users.",
                actions: html! {},
            },
        };
        html! {
            (problem_summary(problems, &[add.named(), by_address.named()]))
            div.grid.two {
                div { (list) }
                div {
                    div.card {
                        header { div { h2 { "Add members" } } }
                        form.body.fields method="post" action={ (here) "/members" } {
                            (csrf) (add)
                            div.actions { button.quiet type="submit" { (Icon::Plus) "Add to the group" } }
                        }
                    }
                    (self.analysts_card(csrf, &by_address))
                    (self.about())
                }
            }
            (self.delete_dialog(csrf))
        }
    }

    fn analysts_card(&self, csrf: &Markup, by_address: &FormField<'_>) -> Markup {
        let here = path(self.group.id);
        html! {
            div.card {
                header { div { h2 { "Analysts" } p { "They see the members and their progress, and nothing else." } } }
                @if !self.analysts.is_empty() {
                    ul.rows {
                        @for user in &self.analysts {
                            @let name = [user.first_name.as_str(), &user.last_name].join(" ");
                            @let href = crate::users::path(user.id);
                            li {
                                div { (PersonChip { name: &name, below: &user.email, picture: user.avatar_url.as_deref(), href: &href }) }
                                form method="post" action={ (here) "/remove_analyst" } {
                                    (csrf)
                                    input type="hidden" name="id" value=(user.id);
                                    button.bare type="submit" aria-label={ "Remove " (user.email) } { (Icon::X) }
                                }
                            }
                        }
                    }
                }
                form.body.fields method="post" action={ (here) "/analysts" } {
                    (csrf) (by_address)
                    div.actions { button.quiet type="submit" { (Icon::Plus) "Add the analyst" } }
                }
            }
        }
    }

    fn about(&self) -> Markup {
        html! {
            div.card {
                header { div { h2 { "About" } } }
                div.body {
                    dl.facts {
                        dt { "Id" } dd.mono { (self.group.id) }
                        dt { "Token" } dd.mono { (self.group.token) }
                        dt { "Made" } dd { (date(self.group.created_at)) }
                    }
                }
            }
        }
    }

    fn delete_dialog(&self, csrf: &Markup) -> Markup {
        let name = &self.group.name;
        html! {
            (ConfirmDialog {
                id: "delete",
                title: &format!("Delete {name}?"),
                body: html! {
                    p { (grouped(self.members.total)) " people are no longer in a group of this name. Their accounts, enrollments and progress stay." }
                },
                action: &format!("{}/delete", path(self.group.id)),
                hidden: csrf.clone(),
                confirm: &format!("Delete {name}"),
                is_dangerous: true,
            })
        }
    }
}
