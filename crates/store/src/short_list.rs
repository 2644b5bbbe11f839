//! Pages cut out of short lists that are read whole.

use crate::{Cursor, Order, Page, PageRequest, PageStart, TimeRange};

/// What a row of a short list is ordered and chosen by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keys {
    pub id: i64,
    pub rev: i64,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub updated: i64,
}

/// Cuts a page out of a short list that was read whole. Where no order is asked for, the list keeps its own one; a
/// cursor then says how many rows lie before it, as a negative key, which no row has.
pub(crate) fn cut<T>(mut rows: Vec<T>, request: &PageRequest, keys: impl Fn(&T) -> Keys) -> Page<T> {
    let inside = |span: &TimeRange, moment: i64| span.from <= moment && (moment < span.to || span.to == i64::MAX);
    rows.retain(|row| inside(&request.created, keys(row).created) && inside(&request.updated, keys(row).updated));
    let order = request.order.filter(|_| !matches!(request.start, PageStart::After(..0)));
    let key = |row: &T| match order {
        Some(Order::Id) => keys(row).id,
        Some(Order::Rev) => keys(row).rev,
        None => 0,
    };
    rows.sort_by_key(&key);
    if request.descending {
        rows.reverse();
    }
    let total = rows.len() as i64;
    let limit = request.limit.max(1);
    let offset = match request.start {
        PageStart::Page(page) => (page.max(1) - 1).saturating_mul(limit).min(total),
        PageStart::After(before) if order.is_none() => before.saturating_neg().clamp(0, total),
        PageStart::After(after) if request.descending => rows.partition_point(|row| key(row) >= after) as i64,
        PageStart::After(after) => rows.partition_point(|row| key(row) <= after) as i64,
    };
    let end = offset.saturating_add(limit).min(total);
    let items: Vec<T> = rows.into_iter().take(end as usize).skip(offset as usize).collect();
    let next_after = items.last().filter(|_| end < total).map(|last| Cursor {
        order: request.order.unwrap_or(Order::Id),
        descending: request.descending,
        key: if order.is_none() { -end } else { key(last) },
    });
    Page { items, total, offset, next_after }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids in the list's own order.
    const LIST: [i64; 5] = [3, 1, 5, 2, 4];

    fn pages(mut request: PageRequest) -> Vec<Vec<i64>> {
        let keys = |id: &i64| Keys { id: *id, rev: 10 - id, created: id * 100, updated: id * 100 };
        let mut pages = Vec::new();
        loop {
            let page = cut(LIST.to_vec(), &request, keys);
            pages.push(page.items);
            match page.next_after {
                Some(Cursor { order, descending, key }) => {
                    request = PageRequest { start: PageStart::After(key), order: Some(order), descending, ..request };
                }
                None => return pages,
            }
        }
    }

    #[test]
    fn pages_follow_each_other_in_every_order() {
        let request = PageRequest::first(2);
        assert_eq!(pages(request), [vec![3, 1], vec![5, 2], vec![4]]);
        assert_eq!(pages(PageRequest { descending: true, ..request }), [vec![4, 2], vec![5, 1], vec![3]]);
        assert_eq!(pages(PageRequest { order: Some(Order::Id), ..request }), [vec![1, 2], vec![3, 4], vec![5]]);
        let by_rev = PageRequest { order: Some(Order::Rev), ..request };
        assert_eq!(pages(by_rev), [vec![5, 4], vec![3, 2], vec![1]]);
        assert_eq!(pages(PageRequest { descending: true, ..by_rev }), [vec![1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn a_page_by_number_and_by_time() {
        let keys = |id: &i64| Keys { id: *id, rev: *id, created: id * 100, updated: 0 };
        let third = cut(LIST.to_vec(), &PageRequest { start: PageStart::Page(3), ..PageRequest::first(2) }, keys);
        assert_eq!(third, Page { items: vec![4], total: 5, offset: 4, next_after: None });
        let beyond =
            cut(LIST.to_vec(), &PageRequest { start: PageStart::Page(i64::MAX), ..PageRequest::first(2) }, keys);
        assert_eq!(beyond, Page { items: vec![], total: 5, offset: 5, next_after: None });
        let early = PageRequest { created: TimeRange { from: 200, to: 400 }, ..PageRequest::first(9) };
        assert_eq!(cut(LIST.to_vec(), &early, keys).items, [3, 2]);
    }
}
