//! `GET /manage/promotions/{id}/codes.csv`: the codes of a promotion as a file.

use crate::csv;
use crate::manager::Manager;
use pages::{PageResult, PathId};
use school::PromotionId;
use school::coupons::{self, Coupon};
use school::time::Moment;
use serde_json::{Value, json};

/// `GET /manage/promotions/{id}/codes.csv`
pub(super) async fn download(manager: Manager, PathId(id): PathId<PromotionId>) -> PageResult {
    let columns = csv::columns(&["code", "uses", "used", "note", "made"]);
    let name = format!("codes-of-promotion-{id}.csv");
    csv::download(manager, &name, &columns, csv::first(false), move |tx, actor, request| {
        Ok(coupons::list(tx, actor.site().id, id, request)?.map(|coupon| row(&coupon)))
    })
    .await
}

fn row(coupon: &Coupon) -> Vec<Value> {
    vec![
        json!(coupon.code),
        json!(coupon.quantity),
        json!(coupon.quantity_used),
        json!(coupon.note),
        json!(Moment(coupon.created_at)),
    ]
}
