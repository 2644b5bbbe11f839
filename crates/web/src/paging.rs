//! How lists are paged, and the parameters that every list understands.

use crate::parameter::Param;

/// How the lists of an API are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// Page by page, with `page` and `meta.pagination`.
    Pages,
    /// From cursor to cursor, with `next` and `meta.page`.
    Cursors,
}

impl Paging {
    /// What every list understands, beside its own filters.
    #[must_use]
    pub fn params(self) -> &'static [Param] {
        match self {
            Self::Pages => LIST_PARAMS,
            Self::Cursors => CURSOR_PARAMS,
        }
    }
}

/// The filters by the time of creation.
pub const CREATED_PARAMS: [Param; 5] = [
    Param::timestamp("query[created_on]", "Only those created on this day (UTC)."),
    Param::timestamp("query[created_before]", "Only those created before this moment, or before this day."),
    Param::timestamp(
        "query[created_on_or_before]",
        "Only those created at this moment or before; of a day alone, up to its end.",
    ),
    Param::timestamp("query[created_after]", "Only those created after this moment; of a day alone, after its end."),
    Param::timestamp("query[created_on_or_after]", "Only those created at this moment or after, or from this day on."),
];

/// What every list understands, beside its own filters.
pub const LIST_PARAMS: &[Param] = &[
    Param::integer(
        "page",
        "The page, from one. The order is that of `id`, whatever is filtered, so that a record which changes between two \
         pages keeps its place. One that is removed, or that no longer meets a filter (`query[updated_before]`, \
         `query[expired]`), moves those behind it up: `after` loses none of them.",
    ),
    Param::integer("limit", "Items on a page: 25 unless told, at most 250; more is cut, with a `Warning`."),
    Param::text(
        "after",
        "Where the page begins: the cursor of the `Link` header of the page before. It loses and repeats nothing, \
         whatever comes, goes or changes meanwhile.",
    ),
    Param::text(
        "sort",
        "`id`, `created_at` or `updated_at`; with a `-` before it, the other way round. By `updated_at` a record that \
         changes comes again at the end; read such a list on by `after`, not by `page`.",
    ),
    CREATED_PARAMS[0],
    CREATED_PARAMS[1],
    CREATED_PARAMS[2],
    CREATED_PARAMS[3],
    CREATED_PARAMS[4],
    Param::timestamp("query[updated_on]", "Only those last changed on this day (UTC)."),
    Param::timestamp("query[updated_before]", "Only those last changed before this moment, or before this day."),
    Param::timestamp(
        "query[updated_on_or_before]",
        "Only those last changed at this moment or before; of a day alone, up to its end.",
    ),
    Param::timestamp(
        "query[updated_after]",
        "Only those last changed after this moment; of a day alone, after its end.",
    ),
    Param::timestamp(
        "query[updated_on_or_after]",
        "Only those last changed at this moment or after, or from this day on.",
    ),
];

/// What every list that is read from cursor to cursor understands, beside its own filters.
pub const CURSOR_PARAMS: &[Param] = &[
    Param::text("next", "Where the page begins: `meta.page.next_page` of the page before."),
    Param::integer("limit", "Items on a page: 25 unless told, at most 250; more is cut, with a `Warning`."),
];
