//! `GET /manage/courses`: the courses that somebody may change, and making one.

use super::price::price_words;
use super::{LIST, path, status_words};
use crate::form_values::Values;
use crate::list_page;
use crate::manager::{Area, Manager, ManagerForm, PAGE_SIZE, page_number};
use identity::actor::Actor;
use identity::managed_courses;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{
    Badge, Choice, Column, EmptyState, FilterChip, FormField, Icon, Input, ResourceList, Sort, date, grouped,
    problem_summary, save_bar,
};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, QueryFields};
use school::CourseId;
use school::courses::{Course, enrollment_count};
use school::products::{self, ProductStatus};
use web::Tx;

/// A course in the list.
struct CourseView {
    id: CourseId,
    name: String,
    status: ProductStatus,
    price: String,
    chapters: usize,
    enrollments: i64,
    updated_at: i64,
}

/// What the list shows.
struct CourseListView {
    courses: Vec<CourseView>,
    total: Option<i64>,
    has_next: bool,
}

/// `GET /manage/courses`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let page = page_number(&query);
    let asked = address.clone();
    let (area, view) = manager.read(move |tx, actor| CourseListView::read(tx, actor, &asked, page)).await?;
    let framed = FramedPage::new(LIST, "Courses", view.list(&address, page))
        .intro("What the school teaches. A draft is seen by nobody but those who may change it.")
        .actions(html! {
            a.button.quiet href="/manage/courses/import" { (Icon::Upload) "Import" }
            a.button href="/manage/courses/new" { (Icon::Plus) "Make a course" }
        });
    manager.show(&area, framed.done(if query.get("done") == "deleted" { "The course was deleted." } else { "" }))
}

impl CourseListView {
    fn read(tx: &mut Tx<'_>, actor: &Actor, address: &ListAddress, page: i64) -> school::Result<Self> {
        let status = ProductStatus::named(address.get("status"));
        if address.get("q").is_empty() && status.is_none() && managed_courses::manages_all(actor) {
            let request = list_page::request(address, page);
            let found = managed_courses::list(tx, actor, &request)?;
            let has_next = found.has_next();
            let courses = CourseView::all(tx, actor, found.items)?;
            return Ok(Self { courses, total: Some(found.total), has_next });
        }
        let mut found = managed_courses::search(tx, actor, address.get("q"))?;
        if address.get("sort") == "created_at" {
            found.reverse();
        }
        if let Some(wanted) = status {
            let mut kept = Vec::new();
            for course in found {
                if managed_courses::status(tx, actor, &course)? == wanted {
                    kept.push(course);
                }
            }
            found = kept;
        }
        let total = found.len();
        let skipped = usize::try_from((page - 1) * PAGE_SIZE).unwrap_or(usize::MAX);
        let shown: Vec<Course> = found.into_iter().skip(skipped).take(PAGE_SIZE as usize).collect();
        let has_next = skipped.saturating_add(shown.len()) < total;
        Ok(Self { courses: CourseView::all(tx, actor, shown)?, total: Some(total as i64), has_next })
    }

    fn list(&self, address: &ListAddress, page: i64) -> Markup {
        let statuses = ProductStatus::ALL.iter().map(|status| (status.name(), status_words(*status).0));
        let choices = std::iter::once(Choice { value: "", label: "Any state" })
            .chain(statuses.map(|(value, label)| Choice { value, label }))
            .collect();
        let chosen = ProductStatus::named(address.get("status"));
        let chip = |status: ProductStatus| FilterChip {
            parameter: "status",
            label: format!("State: {}", status_words(status).0),
        };
        let columns = [
            Column::new("Course"),
            Column::new("State"),
            Column::new("Price"),
            Column::new("Enrollments").number(),
            Column::new("Changed").sorted_by("created_at"),
        ];
        let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
        let list = ResourceList {
            address,
            of: "courses",
            search: "name",
            filters: Some(html! { (FormField::new("status", "State", address.get("status"), Input::Select(choices))) }),
            chips: chosen.map(chip).into_iter().collect(),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: self.courses.iter().map(|course| (course.id.to_string(), course.cells())).collect(),
            total: self.total,
            page,
            has_next: self.has_next,
            page_size: PAGE_SIZE,
            bulk: None,
            csv: None,
            empty: EmptyState {
                icon: Icon::BookOpen,
                title: "No courses yet",
                text: "A course has chapters, and chapters have lessons: texts, videos, quizzes. It begins as a draft that \
                       nobody else sees.",
                actions: html! { a.button href="/manage/courses/new" { "Make a course" } },
            },
        };
        html! { (list) }
    }
}

impl CourseView {
    fn all(tx: &mut Tx<'_>, actor: &Actor, courses: Vec<Course>) -> school::Result<Vec<Self>> {
        let site = actor.site().id;
        let view = |course: Course| {
            let product = products::get(tx, site, course.product_id)?;
            Ok(Self {
                id: course.id,
                name: course.name.clone(),
                status: product.status,
                price: price_words(&product),
                chapters: course.chapter_ids.len(),
                enrollments: enrollment_count(tx, site, course.id)?,
                updated_at: course.updated_at.max(product.updated_at),
            })
        };
        courses.into_iter().map(view).collect()
    }

    fn cells(&self) -> Vec<Markup> {
        let (words, tone) = status_words(self.status);
        let chapters = if self.chapters == 1 { "1 chapter".to_owned() } else { format!("{} chapters", self.chapters) };
        vec![
            html! { a href=(path(self.id)) dir="auto" { (self.name) } span.sub.muted { (chapters) } },
            html! { (Badge::new(words, tone)) },
            html! { (self.price) },
            html! { (grouped(self.enrollments)) },
            date(self.updated_at),
        ]
    }
}

/// `GET /manage/courses/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    new_page(&manager, &area, &Values::default(), &Problems::default())
}

fn new_page(manager: &Manager, area: &Area, values: &Values, problems: &Problems) -> PageResult {
    let name = FormField::line("name", "Name", values.get("name"))
        .hint("What people read in the catalog. Everything else can be said later.")
        .required()
        .longest(255)
        .problems(problems);
    let body = html! {
        (problem_summary(problems, &[name.named()]))
        form method="post" action=(LIST) {
            (manager.csrf())
            div.card { div.body.fields { (name) } }
            (save_bar("Make the course", LIST))
        }
    };
    let page = FramedPage::new(LIST, "Make a course", body).below("Courses", LIST).narrow();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/courses`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let values = Values::submitted(&fields);
    let name = values.get("name").to_owned();
    match manager.write(move |tx, actor| managed_courses::create(tx, actor, &name)).await {
        Ok(course) => Ok(see_other(&format!("{}?done=made", path(course.id)))),
        Err(error) => new_page(&manager, &area, &values, &error.problems()?.into()),
    }
}
