//! `GET /manage/promotions/{id}/codes.csv`: the codes of a promotion as a file.

use crate::manager::Manager;
use axum::http::header;
use axum::response::IntoResponse;
use pages::{PageResult, PathId};
use school::coupons::{self, Coupon};
use school::time::Moment;
use school::{PageRequest, PageStart, PromotionId};
use std::fmt::Write;

/// So many are read at once.
const AT_ONCE: i64 = 1_000;

/// `GET /manage/promotions/{id}/codes.csv`
pub(super) async fn download(manager: Manager, PathId(id): PathId<PromotionId>) -> PageResult {
    let read = manager.read(move |tx, actor| {
        let mut text = "code,uses,used,note,made\r\n".to_owned();
        let mut start = PageStart::Page(1);
        loop {
            let request = PageRequest { start, ..PageRequest::first(AT_ONCE) };
            let page = coupons::list(tx, actor.site().id, id, &request)?;
            page.items.iter().for_each(|coupon| row(&mut text, coupon));
            match page.next_after {
                Some(next) => start = PageStart::After(next.key),
                None => return Ok(text),
            }
        }
    });
    let (_, text) = read.await?;
    let disposition = format!("attachment; filename=\"codes-of-promotion-{id}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, text).into_response())
}

fn row(text: &mut String, coupon: &Coupon) {
    let uses = coupon.quantity.map(|quantity| quantity.to_string()).unwrap_or_default();
    let (code, note) = (cell(&coupon.code), cell(coupon.note.as_deref().unwrap_or_default()));
    // Writing to a text cannot fail.
    let _written = write!(text, "{code},{uses},{},{note},{}\r\n", coupon.quantity_used, Moment(coupon.created_at));
}

/// A text as a cell (RFC 4180). One that a spreadsheet would take for a formula begins with an apostrophe, which it shows
/// as a text.
fn cell(text: &str) -> String {
    let formula = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{formula}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{formula}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_no_formula_and_ends_where_it_ends() {
        assert_eq!(cell("SPRING"), "SPRING");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("@a,\"b\""), "\"'@a,\"\"b\"\"\"");
        assert_eq!(cell("two\nlines"), "\"two\nlines\"");
    }
}
