//! What students think of a course: reviews, which are approved, hidden and deleted.

use super::outline::course_tabs;
use super::{LIST, path};
use crate::manager::{Manager, ManagerForm, PAGE_SIZE, page_number};
use identity::managed_courses;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Badge, Column, EmptyState, Icon, ResourceList, Tone, date};
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, PathId, QueryFields};
use school::course_reviews::{self, Review};
use school::courses::Course;
use school::users;
use school::{CourseId, PageRequest, PageStart, ReviewId};

/// `GET /manage/courses/{id}/reviews`
pub(super) async fn show(
    manager: Manager,
    PathId(id): PathId<CourseId>,
    QueryFields(query): QueryFields,
) -> PageResult {
    let here = format!("{}/reviews", path(id));
    let address = ListAddress::new(&here, &query.without(&["done"]));
    let number = page_number(&query);
    let request = PageRequest { start: PageStart::Page(number), descending: true, ..PageRequest::first(PAGE_SIZE) };
    let read = manager.read(move |tx, actor| {
        let site = actor.site().id;
        let course = managed_courses::course(tx, actor, id)?;
        let page = course_reviews::list(tx, site, id, false, &request)?;
        let (total, has_next) = (page.total, page.has_next());
        let by = |review: Review| {
            let user = users::find(tx, site, review.user_id)?;
            let name = user.map(|user| format!("{} {}", user.first_name, user.last_name)).unwrap_or_default();
            Ok((review, name))
        };
        let rows = page.items.into_iter().map(by).collect::<school::Result<Vec<_>>>()?;
        Ok((course, rows, total, has_next))
    });
    let (area, (course, rows, total, has_next)) = read.await?;
    let csrf = manager.csrf();
    let columns =
        [Column::new("Review"), Column::new("Stars"), Column::new("State"), Column::new("Written"), Column::new("")];
    let list = ResourceList {
        address: &address,
        of: "reviews",
        search: "",
        filters: None,
        chips: Vec::new(),
        columns: &columns,
        sort: None,
        rows: rows.iter().map(|(review, name)| (review.id.to_string(), cells(&csrf, review, name))).collect(),
        total: Some(total),
        page: number,
        has_next,
        page_size: PAGE_SIZE,
        bulk: None,
        csv: None,
        empty: empty(&course),
    };
    let done = match query.get("done") {
        "approved" => "The review is approved: everybody may read it.",
        "hidden" => "The review is hidden.",
        "deleted" => "The review was deleted.",
        _ => "",
    };
    let body = html! { (course_tabs(id, "reviews")) (list) };
    manager.show(&area, FramedPage::new(LIST, &course.name, body).below("Courses", LIST).done(done))
}

fn empty(course: &Course) -> EmptyState<'static> {
    let text = if course.reviews_enabled {
        "What students write about the course waits here to be approved."
    } else {
        "Students may not review this course. That is changed in its settings."
    };
    EmptyState { icon: Icon::Star, title: "No reviews yet", text, actions: html! {} }
}

fn cells(csrf: &Markup, review: &Review, name: &str) -> Vec<Markup> {
    let button = |action: &str, words: &str| {
        html! {
            form method="post" action={ "/manage/reviews/" (review.id) "/" (action) } {
                (csrf) button.quiet type="submit" { (words) span.visually-hidden { " the review “" (review.title) "”" } }
            }
        }
    };
    let (words, tone) = if review.approved { ("Approved", Tone::Success) } else { ("Waiting", Tone::Warning) };
    vec![
        html! { strong dir="auto" { (review.title) } span.sub dir="auto" { (review.review_text) } span.sub.muted dir="auto" { (name) } },
        html! { (review.rating) " of 5" },
        html! { (Badge::new(words, tone)) },
        date(review.created_at),
        html! { div.actions {
            @if review.approved { (button("hide", "Hide")) } @else { (button("approve", "Approve")) }
            (button("delete", "Delete"))
        } },
    ]
}

async fn decide(
    manager: &Manager,
    id: ReviewId,
    done: &str,
    decide: impl Fn(&mut web::Tx<'_>, school::SiteId) -> school::Result<()> + Send + 'static,
) -> PageResult {
    let course = manager.write(move |tx, actor| {
        let review = managed_courses::review(tx, actor, id)?;
        decide(tx, actor.site().id)?;
        Ok(review.course_id)
    });
    Ok(see_other(&format!("{}/reviews?done={done}", path(course.await?))))
}

/// `POST /manage/reviews/{id}/approve`
pub(super) async fn approve(PathId(id): PathId<ReviewId>, form: ManagerForm) -> PageResult {
    decide(&form.manager, id, "approved", move |tx, site| course_reviews::set_approved(tx, site, id, true)).await
}

/// `POST /manage/reviews/{id}/hide`
pub(super) async fn hide(PathId(id): PathId<ReviewId>, form: ManagerForm) -> PageResult {
    decide(&form.manager, id, "hidden", move |tx, site| course_reviews::set_approved(tx, site, id, false)).await
}

/// `POST /manage/reviews/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<ReviewId>, form: ManagerForm) -> PageResult {
    decide(&form.manager, id, "deleted", move |tx, site| course_reviews::delete(tx, site, id)).await
}
