//! The members of a group with how far they came, as whoever runs the school sees them and as the group's analysts do.

use maud::{Markup, html};
use pages::components::{Column, PersonChip, date, progress_bar};
use school::enrollments::{self, COMPLETE, Enrollment, EnrollmentFilter, fraction};
use school::time::Moment;
use school::users::{self, UserFilter};
use school::{GroupId, Page, PageRequest, SiteId, UserId};
use serde_json::{Value, json};
use web::Tx;

/// So many courses of each member are shown.
const SHOWN: i64 = 20;

/// A member with what they take.
pub(crate) struct MemberView {
    pub id: UserId,
    name: String,
    email: String,
    joined: i64,
    enrollments: Vec<Enrollment>,
}

/// The members of a group on a page of them.
pub(crate) fn members(
    tx: &mut Tx<'_>,
    site: SiteId,
    group: GroupId,
    request: &PageRequest,
) -> school::Result<Page<MemberView>> {
    let filter = UserFilter { group_id: Some(group), ..UserFilter::default() };
    let mut page = users::list(tx, site, &filter, request, |user| MemberView {
        id: user.id,
        name: [user.first_name, user.last_name].join(" ").trim().to_owned(),
        email: user.email.to_owned(),
        joined: user.created_at,
        enrollments: Vec::new(),
    })?;
    for member in &mut page.items {
        let wanted = EnrollmentFilter { user_id: Some(member.id), ..EnrollmentFilter::default() };
        let newest = PageRequest { descending: true, ..PageRequest::first(SHOWN) };
        member.enrollments = enrollments::list(tx, site, &wanted, &newest)?.items;
    }
    Ok(page)
}

/// The columns of the list of members.
pub(crate) fn list_columns() -> [Column<'static>; 3] {
    [Column::new("Name"), Column::new("Progress"), Column::new("Joined")]
}

impl MemberView {
    /// Their cells; the name leads to their page for whoever may open it.
    pub fn cells(&self, leads_on: bool) -> Vec<Markup> {
        let href = crate::users::path(self.id);
        let name = if self.name.is_empty() { &self.email } else { &self.name };
        vec![
            html! {
                @if leads_on { (PersonChip { name, below: &self.email, picture: None, href: &href }) }
                @else { strong dir="auto" { (name) } span.sub { (self.email) } }
            },
            html! {
                @if self.enrollments.is_empty() { span.muted { "Not enrolled" } }
                @for enrollment in &self.enrollments {
                    div.progress-line {
                        span dir="auto" { (enrollment.course_name) }
                        (progress_bar(&enrollment.course_name, enrollment.percentage_completed, COMPLETE))
                    }
                }
            },
            date(self.joined),
        ]
    }
}

/// The columns of the file of members: a row for each course of each.
pub(crate) fn columns() -> Vec<String> {
    crate::csv::columns(&[
        "user_id",
        "name",
        "email",
        "course",
        "percentage_completed",
        "completed",
        "started_at",
        "completed_at",
    ])
}

/// The rows of a page of members.
pub(crate) fn rows(
    tx: &mut Tx<'_>,
    site: SiteId,
    group: GroupId,
    request: &PageRequest,
) -> school::Result<Page<Vec<Value>>> {
    let Page { items, total, offset, next_after } = members(tx, site, group, request)?;
    let moment = |at: Option<i64>| at.map_or(Value::Null, |at| json!(Moment(at)));
    let mut rows = Vec::new();
    for member in items {
        let who = [json!(member.id), json!(member.name), json!(member.email)];
        if member.enrollments.is_empty() {
            rows.push([&who[..], &[const { Value::Null }; 5]].concat());
        }
        for enrollment in &member.enrollments {
            let what = [
                json!(enrollment.course_name),
                json!(fraction(enrollment.percentage_completed)),
                json!(enrollment.completed),
                moment(enrollment.started_at),
                moment(enrollment.completed_at),
            ];
            rows.push([&who[..], &what[..]].concat());
        }
    }
    Ok(Page { items: rows, total, offset, next_after })
}
