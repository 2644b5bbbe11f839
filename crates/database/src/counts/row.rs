//! Which list a row is counted in, and where.

/// A list whose rows are counted. The number is stored; never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountedList(pub i64);

/// One row's place in one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountedRow {
    /// The site.
    pub site: i64,
    /// Which list.
    pub list: CountedList,
    /// Which of the lists of that kind: the id of the group, course, promotion…; zero when there is just one.
    pub scope: i64,
    /// A small number that divides the list's rows (completed or not, approved or not…), so that each part is
    /// counted too.
    pub state: i64,
    /// The row's key in the order of the list.
    pub key: i64,
}
