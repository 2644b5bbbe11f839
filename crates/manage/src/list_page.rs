//! A page of a list: one of everything that its filters let through, or of what a search has found.

use crate::dates;
use crate::manager::PAGE_SIZE;
use pages::address::ListAddress;
use school::{Page, PageRequest, PageStart};

/// A page of a list.
pub(crate) struct ListPage<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// How many there are in all; not known of a search.
    pub total: Option<i64>,
    /// Whether another page follows.
    pub has_next: bool,
}

impl<T> ListPage<T> {
    /// The same page with each item made into something else.
    pub fn try_map<U, E>(self, make: impl FnMut(T) -> Result<U, E>) -> Result<ListPage<U>, E> {
        let items = self.items.into_iter().map(make).collect::<Result<_, E>>()?;
        Ok(ListPage { items, total: self.total, has_next: self.has_next })
    }

    /// A page, from one, of what a search has found.
    pub fn found(found: impl IntoIterator<Item = T>, page: i64) -> Self {
        let skipped = usize::try_from((page - 1) * PAGE_SIZE).unwrap_or(usize::MAX);
        let mut left = found.into_iter().skip(skipped);
        let items = left.by_ref().take(PAGE_SIZE as usize).collect();
        Self { items, total: None, has_next: left.next().is_some() }
    }
}

/// A page of everything that the filters let through.
impl<T> From<Page<T>> for ListPage<T> {
    fn from(page: Page<T>) -> Self {
        Self { has_next: page.has_next(), total: Some(page.total), items: page.items }
    }
}

/// What an address asks for: the newest first unless it says otherwise.
pub(crate) fn request(address: &ListAddress, page: i64) -> PageRequest {
    PageRequest {
        start: PageStart::Page(page),
        descending: address.get("sort") != "created_at",
        ..PageRequest::first(PAGE_SIZE)
    }
}

/// The same of a list that shows the days which its address names.
pub(crate) fn request_of_days(address: &ListAddress, page: i64) -> PageRequest {
    PageRequest { created: dates::range(address), ..request(address, page) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_shown_page_by_page() {
        let found: Vec<i64> = (0..PAGE_SIZE + 1).collect();
        let first = ListPage::found(found.clone(), 1);
        assert_eq!((first.items.len() as i64, first.total, first.has_next), (PAGE_SIZE, None, true));
        let last = ListPage::found(found.clone(), 2);
        assert_eq!((last.items, last.has_next), (vec![PAGE_SIZE], false));
        assert!(ListPage::found(found, i64::MAX / PAGE_SIZE).items.is_empty());
    }
}
