//! A file of people to be enrolled: what its columns mean, and what a row of it asks for.

use crate::csv_file::{CsvRow, width_problem};
use crate::user_import;
use school::enrolling::Named;
use school::jobs::column_key;
use school::text;

/// What the columns are called, and what they mean.
pub const COLUMNS: [(&str, &str); 5] = [
    ("email", "Whom: their address. This or user_id must be there."),
    ("user_id", "Whom: their id."),
    ("course", "In which course, by the last part of its address or by its id."),
    ("bundle", "In the courses of which bundle, by the last part of its address or by its id."),
    ("expires", "When it ends: the end of a day (UTC) such as 2027-06-30, or a moment."),
];

/// Somebody to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrollmentRow {
    /// Who, by their address or their id.
    pub who: String,
    /// In what; none when the row does not say.
    pub wanted: Option<Named>,
    /// When it ends; none when the row does not say.
    pub expires: Option<i64>,
}

/// What the columns of a file mean.
#[derive(Debug, Clone, Copy)]
pub struct EnrollmentColumns {
    who: usize,
    course: Option<usize>,
    bundle: Option<usize>,
    expires: Option<usize>,
    width: usize,
}

impl EnrollmentColumns {
    /// Finds out what the names in the first line mean. Case, blanks, hyphens and underscores do not count. Passed over
    /// are `reason`, so that rows which were refused can be read again, and what a file of people says about them, so that
    /// the file that brought them in can enroll them too; not what it says about courses.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn of(names: &[String]) -> Result<Self, String> {
        let keys: Vec<String> = names.iter().map(|name| column_key(name)).collect();
        let is_known = |key: &String| COLUMNS.iter().any(|(known, _)| column_key(known) == *key);
        let is_of_people = |name: &str, key: &String| *key != "courses" && user_import::is_column(name);
        let columns = names.iter().zip(&keys);
        let unknown: Vec<&str> = columns
            .filter(|(name, key)| !is_known(key) && !is_of_people(name, key))
            .map(|(name, _)| name.as_str())
            .collect();
        if !unknown.is_empty() {
            let known = COLUMNS.map(|(name, _)| name).join(", ");
            return Err(format!("`{}` means nothing; there are {known}", unknown.join("`, `")));
        }
        let place = |name: &str| keys.iter().position(|known| known == name);
        let Some(who) = place("email").or(place("userid")) else {
            return Err("there is no column email or user_id".to_owned());
        };
        let (course, bundle, expires) = (place("course"), place("bundle"), place("expires"));
        Ok(Self { who, course, bundle, expires, width: keys.len() })
    }

    /// Whether every row can say in what its person is enrolled.
    #[must_use]
    pub fn name_a_target(&self) -> bool {
        self.course.is_some() || self.bundle.is_some()
    }

    /// Who a row is about; empty when it does not say.
    #[must_use]
    pub fn who<'r>(&self, row: &'r CsvRow) -> &'r str {
        row.cells.get(self.who).map_or("", String::as_str)
    }

    /// What a row asks for.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, row: &CsvRow) -> Result<EnrollmentRow, String> {
        if let Some(text) = width_problem(row, self.width) {
            return Err(text);
        }
        if let Some(control) = row.cells.iter().find_map(|cell| text::control_character(cell)) {
            return Err(control.to_string());
        }
        let wanted = self.target(row)?;
        let expires = cell(row, self.expires).map(|cell| moment(cell).map_err(|text| format!("expires: {text}")));
        Ok(EnrollmentRow { who: self.who(row).to_owned(), wanted, expires: expires.transpose()? })
    }

    /// In what a row enrolls, whatever else is wrong with it; none when it does not say.
    ///
    /// # Errors
    /// When it names both a course and a bundle.
    pub fn target(&self, row: &CsvRow) -> Result<Option<Named>, String> {
        let named = |name: &String, bundle| Ok(Some(Named { name: name.clone(), bundle }));
        match (cell(row, self.course), cell(row, self.bundle)) {
            (Some(_), Some(_)) => Err("name a course or a bundle, not both".to_owned()),
            (Some(name), None) => named(name, false),
            (None, Some(name)) => named(name, true),
            (None, None) => Ok(None),
        }
    }
}

/// What stands in a column, where there is one and something stands in it.
fn cell(row: &CsvRow, at: Option<usize>) -> Option<&String> {
    at.and_then(|at| row.cells.get(at)).filter(|cell| !cell.is_empty())
}

/// A moment, or the end of a day (UTC), in milliseconds since 1970.
///
/// # Errors
/// What it must be.
pub fn moment(text: &str) -> Result<i64, String> {
    let end = text.parse::<jiff::civil::Date>().and_then(|day| day.tomorrow()).map(|next| format!("{next}T00:00:00Z"));
    let moment = end.as_deref().unwrap_or(text).parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond);
    moment.map_err(|_| "it must be a date such as 2027-06-30, or a moment such as 2027-06-30T12:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &str, cells: &[&str]) -> Result<EnrollmentRow, String> {
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
        EnrollmentColumns::of(&names)?.read(&CsvRow { line: 2, cells })
    }

    #[test]
    fn a_row_says_who_in_what_and_until_when() {
        let row = read("E-Mail,Course,reason,Expires", &["a@x", "bread", "no", "1970-01-01"]).expect("a row");
        let wanted = Some(Named { name: "bread".to_owned(), bundle: false });
        assert_eq!(row, EnrollmentRow { who: "a@x".to_owned(), wanted, expires: Some(86_400_000) });
        assert_eq!(read("User ID", &["7"]).expect("a row").wanted, None);
        let row = read("first_name,email,field:Country,id", &["Ada", "a@x", "England", "7"]).expect("a row");
        assert_eq!((row.who.as_str(), row.wanted), ("a@x", None), "a file of people");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (names, cells, told) in [
            ("email,when", vec!["a", "b"], "`when` means nothing"),
            ("email,courses", vec!["a", "b"], "`courses` means nothing"),
            ("course", vec!["a"], "no column email"),
            ("email,course", vec!["a"], "has 1 cells"),
            ("email,course,bundle", vec!["a", "b", "c"], "not both"),
            ("email,expires", vec!["a", "soon"], "expires: it must be a date"),
            ("email", vec!["a\0"], "control character"),
        ] {
            let error = read(names, &cells).expect_err("refused");
            assert!(error.contains(told), "{error}");
        }
    }
}
