//! `GET /manage/bundles`: the bundles of the school.

use super::{LIST, path};
use crate::courses::{price_words, status_words};
use crate::manager::{Manager, PAGE_SIZE, page_number};
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{Badge, Column, EmptyState, Icon, ResourceList, date};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::bundles::{self, Bundle};
use school::products::{self, Product};
use school::{PageRequest, PageStart};

/// `GET /manage/bundles`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let number = page_number(&query);
    let request = PageRequest { start: PageStart::Page(number), descending: true, ..PageRequest::first(PAGE_SIZE) };
    let read = manager.read(move |tx, actor| {
        let site = actor.site().id;
        let page = bundles::list(tx, site, &request)?;
        let (total, has_next) = (page.total, page.has_next());
        let with_product = |bundle: Bundle| Ok((products::get(tx, site, bundle.product_id)?, bundle));
        let rows = page.items.into_iter().map(with_product).collect::<school::Result<Vec<_>>>()?;
        Ok((rows, total, has_next))
    });
    let (area, (rows, total, has_next)) = read.await?;
    let columns = [Column::new("Bundle"), Column::new("State"), Column::new("Price"), Column::new("Changed")];
    let list = ResourceList {
        address: &address,
        of: "bundles",
        search: "",
        filters: None,
        chips: Vec::new(),
        columns: &columns,
        sort: None,
        rows: rows.iter().map(|(product, bundle)| (bundle.id.to_string(), cells(product, bundle))).collect(),
        total: Some(total),
        page: number,
        has_next,
        page_size: PAGE_SIZE,
        bulk: None,
        csv: None,
        empty: EmptyState {
            icon: Icon::Layers,
            title: "No bundles yet",
            text: "A bundle sells several courses together, for a price of its own.",
            actions: html! { a.button href="/manage/bundles/new" { "Make a bundle" } },
        },
    };
    let framed = FramedPage::new(LIST, "Bundles", html! { (list) })
        .intro("Courses that are sold together.")
        .actions(html! { a.button href="/manage/bundles/new" { (Icon::Plus) "Make a bundle" } });
    let done = match query.get("done") {
        "made" => "The bundle was made. It is a draft.",
        "saved" => "The bundle was saved.",
        "deleted" => "The bundle was deleted.",
        _ => "",
    };
    manager.show(&area, framed.done(done))
}

fn cells(product: &Product, bundle: &Bundle) -> Vec<Markup> {
    let (words, tone) = status_words(product.status);
    let courses = if bundle.course_ids.len() == 1 {
        "1 course".to_owned()
    } else {
        format!("{} courses", bundle.course_ids.len())
    };
    vec![
        html! { a href=(path(bundle.id)) dir="auto" { (bundle.name) } span.sub.muted { (courses) } },
        html! { (Badge::new(words, tone)) },
        html! { (price_words(product)) },
        date(bundle.updated_at.max(product.updated_at)),
    ]
}
