//! `GET /manage/enrollments`: every enrollment of the school.

use super::{LIST, NEW, badges, path};
use crate::choices::Choices;
use crate::list_page::{ListPage, request_of_days};
use crate::manager::{Manager, PAGE_SIZE, page_number};
use crate::people::PersonView;
use crate::{csv, dates, users};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{
    Choice, Column, EmptyState, FilterChip, FormField, Icon, Input, PersonChip, ResourceList, Sort, date, progress_bar,
};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::enrollments::{self, COMPLETE, Enrollment, EnrollmentFilter, is_expired};
use school::{CourseId, Page, PageRequest, UserId, enrollment_export, now};
use web::Tx;

/// The states that are asked for: the name in addresses, and what people read.
const STATES: [(&str, &str); 5] = [
    ("open", "Not ended"),
    ("ended", "Ended"),
    ("completed", "Completed"),
    ("trial", "Free trial"),
    ("full", "Full access"),
];

/// What the list shows.
struct EnrollmentListView {
    enrollments: ListPage<Enrollment>,
    courses: Choices,
    /// Whose enrollments alone are asked for.
    student: Option<PersonView>,
    now: i64,
}

/// `GET /manage/enrollments`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let page = page_number(&query);
    let asked = address.clone();
    let (area, view) = manager.read(move |tx, actor| EnrollmentListView::read(tx, actor, &asked, page)).await?;
    let done = if query.get("done") == "bundle" { "They are enrolled in every course of the bundle." } else { "" };
    let framed = FramedPage::new(LIST, "Enrollments", view.list(&address, page))
        .intro("Who may take which course, until when, and how far they came.")
        .actions(html! { a.button href=(NEW) { (Icon::Plus) "Enroll somebody" } });
    manager.show(&area, framed.done(done))
}

fn filter(address: &ListAddress) -> EnrollmentFilter {
    let state = address.get("state");
    EnrollmentFilter {
        user_id: address.get("user_id").parse().ok().map(UserId::new),
        email: None,
        course_id: address.get("course_id").parse().ok().map(CourseId::new),
        free_trial: state == "trial",
        full: state == "full",
        completed: state == "completed",
        expired: match state {
            "open" => Some(false),
            "ended" => Some(true),
            _ => None,
        },
    }
}

/// Whether an enrollment that was searched for is one of those that are asked for.
fn is_asked_for(enrollment: &Enrollment, filter: &EnrollmentFilter, address: &ListAddress, now: i64) -> bool {
    let range = dates::range(address);
    filter.course_id.is_none_or(|course| enrollment.course_id == course)
        && filter.user_id.is_none_or(|user| enrollment.user_id == user)
        && (!filter.free_trial || enrollment.free_trial())
        && (!filter.full || !enrollment.free_trial())
        && (!filter.completed || enrollment.completed)
        && filter.expired.is_none_or(|expired| is_expired(enrollment, now) == expired)
        && (range.from..range.to).contains(&enrollment.created_at)
}

/// The same enrollments as a file.
pub(super) const CSV: &str = "/manage/enrollments.csv";

/// `GET /manage/enrollments.csv`
pub(super) async fn csv(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let request = PageRequest { created: dates::range(&address), ..csv::first(address.get("sort") != "created_at") };
    let columns = csv::columns(&enrollment_export::COLUMNS);
    let now = now();
    csv::download(manager, "enrollments.csv", &columns, request, move |tx, actor, request| {
        let (site, filter) = (actor.site().id, filter(&address));
        let row = |enrollment: Enrollment| enrollment_export::row(&enrollment, now);
        if address.get("q").is_empty() {
            return Ok(enrollments::list(tx, site, &filter, request)?.map(row));
        }
        let mut found = enrollments::search(tx, site, address.get("q"))?;
        found.retain(|enrollment| is_asked_for(enrollment, &filter, &address, now));
        Ok(Page { items: found.into_iter().map(row).collect(), ..Page::empty() })
    })
    .await
}

impl EnrollmentListView {
    fn read(tx: &mut Tx<'_>, actor: &Actor, address: &ListAddress, page: i64) -> school::Result<Self> {
        let (site, filter, now) = (actor.site().id, filter(address), now());
        let enrollments = match address.get("q") {
            "" => enrollments::list(tx, site, &filter, &request_of_days(address, page))?.into(),
            words => {
                let found = enrollments::search(tx, site, words)?.into_iter();
                ListPage::found(found.filter(|enrollment| is_asked_for(enrollment, &filter, address, now)), page)
            }
        };
        let student = filter.user_id.map(|id| PersonView::find(tx, actor, id)).transpose()?;
        let courses = Choices::courses(tx, actor, filter.course_id)?;
        Ok(Self { enrollments, courses, student, now })
    }

    fn filters(&self, address: &ListAddress) -> Markup {
        let states = STATES.iter().map(|(value, label)| Choice { value, label });
        let states = std::iter::once(Choice { value: "", label: "Any state" }).chain(states).collect();
        html! {
            (FormField::new("course_id", "Course", address.get("course_id"), self.courses.select("Any course")))
            (FormField::new("state", "State", address.get("state"), Input::Select(states)))
            (dates::fields(address))
        }
    }

    fn chips(&self, address: &ListAddress) -> Vec<FilterChip<'static>> {
        let mut chips = Vec::new();
        if !address.get("course_id").is_empty() {
            let label = format!("Course: {}", self.courses.label(address.get("course_id")));
            chips.push(FilterChip { parameter: "course_id", label });
        }
        if let Some((_, label)) = STATES.iter().find(|(name, _)| *name == address.get("state")) {
            chips.push(FilterChip { parameter: "state", label: format!("State: {label}") });
        }
        if let Some(student) = &self.student {
            chips.push(FilterChip { parameter: "user_id", label: format!("Student: {}", student.name) });
        }
        chips.extend(dates::chips(address));
        chips
    }

    fn list(&self, address: &ListAddress, page: i64) -> Markup {
        let columns = [
            Column::new("Student"),
            Column::new("Course"),
            Column::new("Progress"),
            Column::new("State"),
            Column::new("Enrolled").sorted_by("created_at"),
        ];
        let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
        let rows =
            self.enrollments.items.iter().map(|enrollment| (enrollment.id.to_string(), cells(enrollment, self.now)));
        let list = ResourceList {
            address,
            of: "enrollments",
            search: "name or address",
            filters: Some(self.filters(address)),
            chips: self.chips(address),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: rows.collect(),
            total: self.enrollments.total,
            page,
            has_next: self.enrollments.has_next,
            page_size: PAGE_SIZE,
            bulk: None,
            csv: Some(CSV),
            empty: EmptyState {
                icon: Icon::GraduationCap,
                title: "Nobody is enrolled yet",
                text: "Whoever buys a course, is enrolled by a program or by you stands here, with how far they came.",
                actions: html! { a.button href=(NEW) { "Enroll somebody" } },
            },
        };
        html! { (list) }
    }
}

fn cells(enrollment: &Enrollment, now: i64) -> Vec<Markup> {
    let (name, href) = (enrollment.user_name(), users::path(enrollment.user_id));
    let person = PersonChip { name: &name, below: &enrollment.user_email, picture: None, href: &href };
    vec![
        html! { (person) },
        html! { a.row dir="auto" href=(path(enrollment.id)) { (enrollment.course_name) } },
        progress_bar("Progress", enrollment.percentage_completed, COMPLETE),
        html! {
            (badges(enrollment, now))
            @if let Some(end) = enrollment.expiry_date {
                span.sub { @if is_expired(enrollment, now) { "on " } @else { "ends " } (date(end)) }
            }
        },
        date(enrollment.created_at),
    ]
}
