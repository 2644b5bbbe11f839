//! A row of a file of people, as the school takes it, with everything that is wrong with it.

use super::RowProblem;
use super::columns::{FIELD, PASSED_OVER, UserColumns};
use crate::csv_file::{CsvRow, several, width_problem};
use school::check::{LINE, Set};
use school::email;
use school::external_ids::{self, Provider};
use school::roles::Role;
use school::users::{CreationOptions, UserInput};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A row as the school takes it.
#[derive(Debug, Clone, Default)]
pub struct ImportRow {
    /// The line that it begins on.
    pub line: u64,
    /// The user.
    pub input: UserInput,
    /// What else a new user comes with.
    pub creation: CreationOptions,
    /// The courses and bundles they are enrolled in.
    pub courses: Vec<String>,
    /// The groups they are put into.
    pub groups: Vec<String>,
    /// Whether they are invited to choose a password.
    pub invite: bool,
    /// What is wrong, by the name of the column.
    pub problems: Vec<RowProblem>,
    /// What its cells say, to be quoted.
    cells: Vec<(String, String)>,
}

impl ImportRow {
    /// Reads a row.
    #[must_use]
    pub fn read(columns: &UserColumns, row: &CsvRow) -> Self {
        let mut read = Self { line: row.line, ..Self::default() };
        if let Some(text) = width_problem(row, columns.width()) {
            read.add("", text);
            return read;
        }
        read.creation.skip_custom_fields_validation = columns.options.skip_custom_fields_validation;
        let (mut fields, mut provider) = (Vec::new(), Provider::Sso);
        for (column, cell) in columns.columns.iter().zip(&row.cells) {
            if cell.is_empty() {
                continue;
            }
            read.cells.push((column.name.clone(), cell.clone()));
            match (column.definition, column.name.as_str()) {
                _ if cell.contains('\0') => read.add(&column.name, "has a NUL character"),
                (Some(definition), _) => fields.push((definition, Some(cell.clone()))),
                (None, "provider") => match external_ids::provider(cell) {
                    Some(named) => provider = named,
                    None => read.add("provider", "is neither SSO nor OPENID_CONNECT"),
                },
                (None, name) => read.take(name, cell),
            }
        }
        if !fields.is_empty() {
            read.input.custom_profile_fields = Set::To(fields);
        }
        read.creation.external_id = read.creation.external_id.take().map(|(_, id)| (provider, id));
        read
    }

    /// Takes a cell that is not empty.
    fn take(&mut self, name: &str, cell: &str) {
        match name {
            passed_over if PASSED_OVER.contains(&passed_over) => {}
            "external_id" if cell.chars().count() > LINE => {
                self.add(name, format!("is too long (maximum is {LINE} characters)"));
            }
            "external_id" => self.creation.external_id = Some((Provider::Sso, cell.to_owned())),
            "courses" => self.courses = several(cell),
            "groups" => self.groups = several(cell),
            "invite" => match cell.to_lowercase().as_str() {
                "yes" | "true" | "1" | "x" => self.invite = true,
                "no" | "false" | "0" => {}
                _ => self.add(name, "is neither yes nor no"),
            },
            "roles" => {
                let named = |text: String| text.to_lowercase().replace([' ', '-'], "_");
                let roles: Vec<String> = several(cell).into_iter().map(named).collect();
                let unknown: Vec<&str> =
                    roles.iter().map(String::as_str).filter(|role| Role::named(role).is_none()).collect();
                if !unknown.is_empty() {
                    let known: Vec<&str> = Role::ALL.iter().map(|(_, name)| *name).collect();
                    let are = if unknown.len() == 1 { "is no role" } else { "are no roles" };
                    self.add(name, format!("`{}` {are}; there are {}", unknown.join("`, `"), known.join(", ")));
                }
                self.input.roles = Set::To(roles);
            }
            name => {
                if let Err(text) = self.input.set_cell(name, cell) {
                    self.add(name, text);
                }
            }
        }
    }

    /// Whether it has cells too few or too many: nothing of it is known.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.problems.iter().any(|problem| problem.column.is_empty())
    }

    /// Adds something that is wrong, once for each column.
    pub fn add(&mut self, column: &str, text: impl Into<String>) {
        if self.problems.iter().any(|known| known.column == column) {
            return;
        }
        let cell = self.cells.iter().find(|(name, _)| name == column).map(|(_, cell)| cell);
        // A value that is short enough is quoted, to be looked for.
        let quoted = cell.filter(|cell| cell.len() <= 80 && !cell.contains(['\n', '\r']));
        let text = text.into();
        let text = match quoted {
            Some(cell) if !text.contains('`') => format!("{text}: {cell}"),
            _ => text,
        };
        self.problems.push(RowProblem { line: self.line, column: column.to_owned(), text });
    }

    /// Adds the names in a cell that name nothing, if there are any.
    pub(super) fn add_missing(&mut self, column: &str, text: &str, names: &[String]) {
        if !names.is_empty() {
            self.add(column, format!("{text} `{}`", names.join("`, `")));
        }
    }

    /// Adds what the school says of a field, under the name of the column.
    pub(super) fn add_from_school(&mut self, field: &str, text: String) {
        // The school says of which custom profile field it speaks in the text.
        match text.strip_suffix(" can't be blank").filter(|_| field == "custom_profile_fields") {
            Some(label) => self.add(&format!("{FIELD}{label}"), "can't be blank"),
            None => self.add(field, text),
        }
    }

    /// Everything that is wrong with it, in a line.
    #[must_use]
    pub fn reason(&self) -> String {
        let told = self.problems.iter().map(
            |RowProblem { column, text, .. }| {
                if column.is_empty() { text.clone() } else { format!("{column} {text}") }
            },
        );
        told.collect::<Vec<_>>().join("; ")
    }
}

/// The values that no two users have, with the lines they are on.
#[derive(Debug, Default)]
pub struct UniqueValues {
    lines: HashMap<(&'static str, String), u64>,
}

impl UniqueValues {
    /// Notes the values of a row that was checked; one that was on an earlier line is a problem of this row, also where
    /// that one is refused: when it is mended, its values are its own.
    pub fn note(&mut self, row: &mut ImportRow) {
        let external_id = row.creation.external_id.as_ref().map(|(provider, id)| format!("{} {id}", provider.name()));
        let values = [
            // What is no address is refused for that.
            ("email", row.input.email.value().and_then(|email| email::address(email)).map(store::users::email_key)),
            ("affiliate_code", row.input.affiliate_code.value().cloned()),
            ("external_id", external_id),
        ];
        let values: Vec<_> = values.into_iter().filter_map(|(column, value)| Some((column, value?))).collect();
        for key in values {
            let column = key.0;
            match self.lines.entry(key) {
                Entry::Occupied(earlier) => row.add(column, format!("is also on line {}", earlier.get())),
                Entry::Vacant(free) => {
                    free.insert(row.line);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv_file::CsvFile;
    use crate::user_import::ImportOptions;
    use school::custom_profile_field_definitions::{Definition, FieldType};
    use store::DefinitionId;

    fn country(required: bool) -> Vec<Definition> {
        vec![Definition {
            id: DefinitionId::new(7),
            label: "Country, of birth".to_owned(),
            field_type: FieldType::Text,
            required,
            ..Definition::default()
        }]
    }

    fn columns(text: &str, required: bool) -> (CsvFile, Result<UserColumns, Vec<String>>) {
        let file = CsvFile::read(text.into(), None).expect("in order");
        let columns = UserColumns::of(file.names(), &country(required), ImportOptions::default());
        (file, columns)
    }

    fn rows(text: &str) -> Vec<ImportRow> {
        let (file, columns) = columns(text, false);
        let columns = columns.expect("in order");
        file.rows().iter().map(|row| ImportRow::read(&columns, row)).collect()
    }

    #[test]
    fn a_row_becomes_a_user() {
        let rows = rows(
            "E-Mail,First Name,LAST_NAME,Roles,affiliate commission,external_id,provider,\"Field: country, of birth\",\
             courses,groups,invite\n\
             a@x, Ada ,\"King, Countess\",affiliate; Site Admin ;,12.5,e1,openid_connect,UK,a|7,A; B,Yes\n\
             b@x,Bea,B,,,,,,,,\n\
             c@x,Cy,C,king,1.234,e2,nobody,,,,maybe\n",
        );
        let ada = &rows[0];
        assert_eq!(ada.input.first_name, Set::To("Ada".to_owned()));
        assert_eq!(ada.input.last_name, Set::To("King, Countess".to_owned()));
        assert_eq!(ada.input.roles, Set::To(vec!["affiliate".to_owned(), "site_admin".to_owned()]));
        assert_eq!(ada.input.affiliate_commission, Set::To(school::money::Hundredths(1250)));
        assert_eq!(ada.input.custom_profile_fields, Set::To(vec![(DefinitionId::new(7), Some("UK".to_owned()))]));
        assert_eq!(ada.creation.external_id, Some((Provider::OpenidConnect, "e1".to_owned())));
        assert_eq!((ada.courses.join(" "), ada.groups.join(" "), ada.invite), ("a 7".into(), "A B".into(), true));
        let bea = &rows[1];
        assert_eq!((&bea.input.roles, &bea.input.custom_profile_fields), (&Set::Keep, &Set::Keep));
        assert!(bea.creation.external_id.is_none() && !bea.creation.send_welcome_email && !bea.invite);
        let wrong: Vec<&str> = rows[2].problems.iter().map(|problem| problem.column.as_str()).collect();
        assert_eq!(wrong, ["roles", "affiliate_commission", "provider", "invite"]);
        assert!(rows[2].reason().starts_with("roles `king` is no role; there are affiliate, course_admin"));
    }

    #[test]
    fn a_value_that_only_one_user_has_is_told_from_the_line_it_was_on() {
        let text = "first_name,last_name,email,external_id,provider\n\
                    A,A,same@x,1,\nB,B, SAME@x,1,SSO\nC,C,c@x,1,OPENID_CONNECT\n";
        let mut seen = UniqueValues::default();
        let found: Vec<Vec<String>> = rows(text)
            .into_iter()
            .map(|mut row| {
                seen.note(&mut row);
                row.problems.into_iter().map(|problem| format!("{} {}", problem.column, problem.text)).collect()
            })
            .collect();
        let told = ["email is also on line 2: SAME@x".to_owned(), "external_id is also on line 2: 1".to_owned()];
        assert_eq!(found, [vec![], told.to_vec(), vec![]]);
    }

    #[test]
    fn a_value_stays_that_of_the_row_that_had_it_first_when_that_row_is_refused() {
        let mut rows = rows("first_name,last_name,email\nA,A,same@x\nB,B,same@x\nC,C,same@x\n");
        rows[0].add("groups", "there is no group `Bakres`");
        let mut seen = UniqueValues::default();
        rows.iter_mut().for_each(|row| seen.note(row));
        assert_eq!(rows[1].reason(), "email is also on line 2: same@x");
        assert_eq!(rows[2].reason(), "email is also on line 2: same@x");
    }

    #[test]
    fn columns_are_refused_by_name_all_at_once() {
        let refused = |text: &str| columns(text, true).1.expect_err("refused").join("; ");
        let told = refused("first_name,last_name,e-mial,first name,field:County\n");
        for part in ["`e-mial` means nothing", "`first name` comes twice", "`email` is missing", "fields are Country"] {
            assert!(told.contains(part), "{told}");
        }
        assert!(told.contains("`field:Country, of birth` is missing, which the school requires"));
        assert!(refused("").contains("`email` is missing"));
        assert!(columns("first_name;last_name;email;reason\n", false).1.is_ok());
    }

    #[test]
    fn the_school_speaks_of_fields_and_the_report_of_columns() {
        let mut row = rows("first_name,last_name,email\nA,,a@\n").remove(0);
        row.add("email", "is also on line 2");
        row.add_from_school("email", "has already been taken".to_owned());
        row.add_from_school("custom_profile_fields", "Country can't be blank".to_owned());
        row.add_from_school("last_name", "can't be blank".to_owned());
        let told = "email is also on line 2: a@; field:Country can't be blank; last_name can't be blank";
        assert_eq!(row.reason(), told);
    }
}
