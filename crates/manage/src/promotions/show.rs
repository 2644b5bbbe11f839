//! `GET /manage/promotions/{id}`: one promotion with its coupons, and what makes more of them.

use super::list::products;
use super::{LIST, badge, discount, path};
use crate::coupons::{self, BulkForm, CouponForm};
use crate::manager::{Area, Manager, PAGE_SIZE, page_number};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{
    Column, ConfirmDialog, EmptyState, Icon, ResourceList, Sort, date, grouped, moment, problem_summary,
};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::{PageError, PageResult, PathId, QueryFields};
use school::coupons::Coupon;
use school::promotions::{self, Promotion};
use school::{Page, PageRequest, PageStart, PromotionId, now};
use web::Tx;

/// What is shown of a promotion.
pub(crate) struct PromotionPage {
    promotion: Promotion,
    /// The names of the products that it is for; none for all.
    product_names: Vec<String>,
    coupons: Page<Coupon>,
    address: ListAddress,
    number: i64,
}

/// `GET /manage/promotions/{id}`
pub(super) async fn show(
    manager: Manager,
    PathId(id): PathId<PromotionId>,
    QueryFields(query): QueryFields,
) -> PageResult {
    let (area, page) = PromotionPage::load(&manager, id, &query).await?;
    let done = done(&query);
    let forms = (&CouponForm::new(), &BulkForm::new());
    page.show(&manager, &area, forms, &Problems::default(), &done)
}

fn done(query: &Fields) -> String {
    match query.get("done") {
        "added" => "The promotion was made. Now make its coupons.".to_owned(),
        "saved" => "The changes were saved.".to_owned(),
        "coupon" => "The coupon was made.".to_owned(),
        "coupon_saved" => "The coupon was changed.".to_owned(),
        "coupon_deleted" => "The coupon was deleted.".to_owned(),
        "coupons" => match query.get("count").parse::<i64>() {
            Ok(count) if count != 1 => format!("{} coupons were made.", grouped(count)),
            _ => "A coupon was made.".to_owned(),
        },
        _ => String::new(),
    }
}

impl PromotionPage {
    /// Reads a promotion with the page of its coupons that an address asks for.
    pub async fn load(manager: &Manager, id: PromotionId, query: &Fields) -> Result<(Area, Self), PageError> {
        let address = ListAddress::new(path(id), &query.without(&["done", "count"]));
        let number = page_number(query);
        manager.read(move |tx, actor| Self::read(tx, actor, id, address.clone(), number)).await
    }

    fn read(
        tx: &mut Tx<'_>,
        actor: &Actor,
        id: PromotionId,
        address: ListAddress,
        number: i64,
    ) -> school::Result<Self> {
        let site = actor.site().id;
        let promotion = promotions::get(tx, site, id)?;
        let names = school::products::names(tx, site, &promotion.product_ids)?;
        let mut product_names: Vec<String> = names.into_values().collect();
        product_names.sort_unstable();
        let request = PageRequest {
            start: PageStart::Page(number),
            descending: address.get("sort") != "created_at",
            ..PageRequest::first(PAGE_SIZE)
        };
        let coupons = school::coupons::list(tx, site, id, &request)?;
        Ok(Self { promotion, product_names, coupons, address, number })
    }

    /// The page, with its two forms as they were filled in.
    pub fn show(
        &self,
        manager: &Manager,
        area: &Area,
        (one, many): (&CouponForm, &BulkForm),
        problems: &Problems,
        done: &str,
    ) -> PageResult {
        let (csrf, here) = (manager.csrf(), path(self.promotion.id));
        let named: Vec<_> = one.named(problems).into_iter().chain(many.named(problems)).collect();
        let body = html! {
            (problem_summary(problems, &named))
            div.grid.two {
                div { (self.list()) }
                div {
                    (self.facts())
                    (one.card(&format!("{here}/coupons"), &csrf, problems))
                    (many.card(&format!("{here}/codes"), &csrf, problems))
                }
            }
            (self.delete_dialog(&csrf))
        };
        let page = FramedPage::new(LIST, &self.promotion.name, body)
            .badge(Some(badge(&self.promotion, now())))
            .below("Promotions", LIST)
            .actions(self.actions())
            .done(done);
        manager.show(area, page.with_problems(problems))
    }

    fn actions(&self) -> Markup {
        let here = path(self.promotion.id);
        html! {
            details.menu {
                summary.button.quiet { "More" (Icon::ChevronDown) }
                div {
                    a.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" }
                }
            }
            @if self.coupons.total > 0 {
                a.button.quiet href={ (here) "/codes.csv" } download { (Icon::Download) "Download the codes" }
            }
            a.button href={ (here) "/edit" } { (Icon::Pencil) "Edit" }
        }
    }

    fn facts(&self) -> Markup {
        let promotion = &self.promotion;
        html! {
            div.card {
                header { div { h2 { "About" } } }
                div.body {
                    dl.facts {
                        dt { "Discount" } dd { (discount(promotion)) }
                        dt { "For" }
                        dd {
                            @if self.product_names.is_empty() { (products(promotion)) }
                            @else { ul.plain { @for name in &self.product_names { li dir="auto" { (name) } } } }
                        }
                        @if let Some(duration) = promotion.duration {
                            dt { "Counts for" } dd { (grouped(duration)) @if duration == 1 { " payment" } @else { " payments" } }
                        }
                        dt { "Begins" } dd { @match promotion.starts_at { Some(at) => (moment(at)), None => "At once" } }
                        dt { "Ends" } dd { @match promotion.expires_at { Some(at) => (moment(at)), None => "Never" } }
                        @if let Some(text) = &promotion.description { dt { "Description" } dd dir="auto" { (text) } }
                        dt { "Made" } dd { (moment(promotion.created_at)) }
                        dt { "Id" } dd.mono { (promotion.id) }
                    }
                }
            }
        }
    }

    fn list(&self) -> Markup {
        let columns = [
            Column::new("Code"),
            Column::new("Used").number(),
            Column::new("Note"),
            Column::new("Made").sorted_by("created_at"),
        ];
        let sort = if self.address.get("sort").is_empty() { "-created_at" } else { self.address.get("sort") };
        let list = ResourceList {
            address: &self.address,
            of: "coupons",
            search: "",
            filters: None,
            chips: Vec::new(),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: self.coupons.items.iter().map(|coupon| (coupon.id.to_string(), cells(coupon))).collect(),
            total: Some(self.coupons.total),
            page: self.number,
            has_next: self.coupons.has_next(),
            page_size: PAGE_SIZE,
            bulk: None,
            csv: None,
            empty: EmptyState {
                icon: Icon::Tag,
                title: "No coupons yet",
                text: "Make one code for everybody, or many at once that nobody can guess.",
                actions: html! {},
            },
        };
        html! { (list) }
    }

    fn delete_dialog(&self, csrf: &Markup) -> Markup {
        let name = &self.promotion.name;
        let count = self.coupons.total;
        html! {
            (ConfirmDialog {
                id: "delete",
                title: &format!("Delete {name}?"),
                body: html! {
                    p {
                        @match count {
                            0 => "It has no coupons.",
                            1 => "Its coupon is deleted with it: the code is taken no more.",
                            more => { "Its " (grouped(more)) " coupons are deleted with it: their codes are taken no more." },
                        }
                    }
                    p { "Orders that used a coupon keep its code, and what was paid." }
                },
                action: &format!("{}/delete", path(self.promotion.id)),
                hidden: csrf.clone(),
                confirm: &format!("Delete {name}"),
                is_dangerous: true,
            })
        }
    }
}

fn cells(coupon: &Coupon) -> Vec<Markup> {
    let is_used_up = coupon.quantity.is_some_and(|quantity| coupon.quantity_used >= quantity);
    vec![
        html! { a.row.mono href=(coupons::path(coupon.id)) dir="auto" { (coupon.code) } },
        html! {
            (grouped(coupon.quantity_used))
            @match coupon.quantity {
                Some(most) => { " of " (grouped(most)) @if is_used_up { span.sub { "used up" } } },
                None => span.sub { "no limit" },
            }
        },
        html! { span dir="auto" { (coupon.note.as_deref().unwrap_or_default()) } },
        date(coupon.created_at),
    ]
}
