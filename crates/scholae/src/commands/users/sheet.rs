//! The rows of a file of users: what its columns mean, and a user of each row.

use super::text::{Lines, is_blank, reader, text};
use super::{Problem, Stop};
use csv::StringRecord;
use school::Set;
use school::custom_profile_field_definitions::Definition;
use school::external_ids::{self, Provider};
use school::users::{self, CreationOptions, UserInput};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use store::{DefinitionId, SiteId, Tx};

/// The columns a file may have beside those of a user's fields ([`UserInput::cells`]) and `field:…`.
const OTHERS: [&str; 2] = ["external_id", "provider"];
/// Those it must have.
const REQUIRED: [&str; 3] = ["first_name", "last_name", "email"];
/// What a column of a custom profile field begins with.
const FIELD: &str = "field:";
/// Columns whose values no two users have.
const UNIQUE: [&str; 3] = ["email", "affiliate_code", "external_id"];

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    /// The name of a field of users, one of [`OTHERS`], or `field:` and the label.
    name: String,
    /// The custom profile field.
    definition: Option<DefinitionId>,
}

/// A file whose text and first line are in order.
#[derive(Debug)]
pub struct Sheet {
    text: String,
    columns: Vec<Column>,
    skip_custom_fields_validation: bool,
}

impl Sheet {
    /// Checks everything about a file that is not a row of it. The error is a sentence for the person.
    pub fn new(bytes: Vec<u8>, definitions: &[Definition], skip: bool) -> Result<Self, String> {
        let text = text(bytes)?;
        let names = reader(&text).headers().map_err(|error| error.to_string())?.clone();
        let columns = columns(&names, definitions, skip)?;
        Ok(Self { text, columns, skip_custom_fields_validation: skip })
    }

    /// Reads every row, and finds what is wrong with it by the file alone.
    pub fn rows(&self) -> Vec<SheetRow> {
        let mut reader = reader(&self.text);
        let mut lines = Lines::new(&self.text);
        let mut record = StringRecord::new();
        let mut seen = UniqueValues::default();
        let mut rows = Vec::new();
        // The text is UTF-8 and the rows may be of any width: a reader has nothing left to refuse.
        while reader.read_record(&mut record).unwrap_or(false) {
            if is_blank(&record) {
                continue;
            }
            let line = lines.of(record.position().map_or(0, csv::Position::byte));
            let mut row = self.row(&record);
            if let Ok(row) = &mut row {
                seen.note(line, row);
            }
            rows.push(SheetRow { line, cells: record.clone(), row });
        }
        rows
    }

    /// Makes a user of each of these rows. When a row cannot be, the others are still looked at, so that everything wrong
    /// is known at once.
    pub fn import(&self, tx: &mut Tx<'_>, site: SiteId, rows: &[SheetRow]) -> Result<u64, Stop> {
        let mut problems = Vec::new();
        let mut made = 0;
        tx.batch("SAVEPOINT before_import")?;
        for SheetRow { line, cells, row } in rows {
            let row = match row {
                Ok(row) => row,
                Err(text) => {
                    problems.push(Problem { line: *line, column: String::new(), text: text.clone() });
                    continue;
                }
            };
            let mut wrong = row.problems.clone();
            match users::create(tx, site, &row.input, &row.welcome) {
                Ok(_) => made += 1,
                Err(school::Error::Invalid(found)) => {
                    // A refused row ends everything that PostgreSQL was doing. What was made so far is taken back,
                    // which is no loss: with this row nothing is imported.
                    tx.batch("ROLLBACK TO SAVEPOINT before_import")?;
                    for (field, text) in found {
                        self.add(&mut wrong, &field, text);
                    }
                }
                Err(error) => return Err(Stop::School(error)),
            }
            problems.extend(wrong.into_iter().map(|(column, text)| {
                let value = self.columns.iter().position(|known| known.name == column).and_then(|at| cells.get(at));
                Problem { line: *line, text: quoting(text, value), column }
            }));
        }
        tx.batch("RELEASE SAVEPOINT before_import")?;
        if !problems.is_empty() {
            return Err(Stop::Problems(problems));
        }
        Ok(made)
    }

    /// Adds what the school says of a field, under the name of the column; once for each column.
    fn add(&self, problems: &mut Vec<(String, String)>, field: &str, text: String) {
        // The school says of which custom profile field it speaks in the text.
        let label = text.strip_suffix(" can't be blank").map(|label| format!("{FIELD}{label}"));
        let own = label.filter(|_| field == "custom_profile_fields");
        let (column, text) = match own {
            Some(column) => (column, "can't be blank".to_owned()),
            None => (field.to_owned(), text),
        };
        if !problems.iter().any(|(known, _)| *known == column) {
            problems.push((column, text));
        }
    }

    /// Reads a row. The error is about the row as a whole.
    fn row(&self, record: &StringRecord) -> Result<Row, String> {
        if record.len() != self.columns.len() {
            let hint = if record.iter().any(|cell| cell.contains('\n')) {
                "; is a quotation mark in it never closed?"
            } else {
                "; a cell with a comma in it needs \"quotation marks\" around it"
            };
            return Err(format!("has {} cells where the first line has {}{hint}", record.len(), self.columns.len()));
        }
        let mut row = Row::default();
        row.welcome.skip_custom_fields_validation = self.skip_custom_fields_validation;
        let (mut fields, mut provider, mut external_id) = (Vec::new(), Provider::Sso, None);
        for (column, cell) in self.columns.iter().zip(record) {
            let cell = cell.trim();
            if cell.is_empty() {
                continue;
            }
            let mut wrong = |text: &str| row.problems.push((column.name.clone(), text.to_owned()));
            let cell = match school::text::checked(cell) {
                Ok(cell) => cell,
                Err(control) => {
                    wrong(&control.to_string());
                    continue;
                }
            };
            let cell = &*cell;
            match column.name.as_str() {
                "provider" => match external_ids::provider(cell) {
                    Some(named) => provider = named,
                    None => wrong("is neither SSO nor OPENID_CONNECT"),
                },
                "external_id" => external_id = Some(cell.to_owned()),
                name => match column.definition {
                    Some(definition) => fields.push((definition, Some(cell.to_owned()))),
                    None => row.input.set_cell(name, cell).unwrap_or_else(wrong),
                },
            }
        }
        if !fields.is_empty() {
            row.input.custom_profile_fields = Set::To(fields);
        }
        row.welcome.external_id = external_id.map(|id| (provider, id));
        Ok(row)
    }
}

/// A row of the file.
#[derive(Debug)]
pub struct SheetRow {
    line: u64,
    cells: StringRecord,
    /// What it is, or what is wrong with the row as a whole.
    row: Result<Row, String>,
}

/// A row as the school takes it, and what is wrong with it: columns and texts.
#[derive(Debug, Default)]
struct Row {
    input: UserInput,
    welcome: CreationOptions,
    problems: Vec<(String, String)>,
}

/// The values that no two users have, with the lines they are on.
#[derive(Debug, Default)]
struct UniqueValues {
    lines: [HashMap<String, u64>; UNIQUE.len()],
}

impl UniqueValues {
    /// Notes a row's values; one that was on an earlier line is a problem of this row.
    fn note(&mut self, line: u64, row: &mut Row) {
        let external_id = row.welcome.external_id.as_ref().map(|(provider, id)| format!("{} {id}", provider.name()));
        let values = [
            row.input.email.value().map(|email| store::users::email_key(email)),
            row.input.affiliate_code.value().cloned(),
            external_id,
        ];
        for ((column, lines), value) in UNIQUE.iter().zip(&mut self.lines).zip(values) {
            let Some(value) = value else { continue };
            match lines.entry(value) {
                Entry::Vacant(entry) => {
                    entry.insert(line);
                }
                Entry::Occupied(entry) => {
                    row.problems.push(((*column).to_owned(), format!("is also on line {}", entry.get())));
                }
            }
        }
    }
}

/// A problem with the value it is about, when that is short enough to be looked for.
fn quoting(text: String, value: Option<&str>) -> String {
    match value.map(str::trim).filter(|value| !value.is_empty() && value.len() <= 80 && !value.contains(['\n', '\r'])) {
        Some(value) => format!("{text}: {value}"),
        None => text,
    }
}

/// The names of columns that are no custom profile fields.
fn known() -> impl Iterator<Item = &'static str> {
    UserInput::cells().chain(OTHERS)
}

/// What the columns of a file are, by its first line.
fn columns(names: &StringRecord, definitions: &[Definition], skip: bool) -> Result<Vec<Column>, String> {
    if names.len() == 1 && names.iter().any(|name| name.contains([';', '\t'])) {
        return Err("its cells are separated by semicolons or tabs; save it with commas".to_owned());
    }
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    let mut wrong = Vec::new();
    for name in names.iter().map(|name| school::text::nfc(name.trim())) {
        let name = &*name;
        let label = name.strip_prefix(FIELD).map(str::trim);
        let column = match label {
            Some(label) => match definitions.iter().find(|known| known.label == label) {
                Some(known) => Column { name: format!("{FIELD}{label}"), definition: Some(known.id) },
                None => {
                    let labels: Vec<&str> = definitions.iter().map(|known| known.label.as_str()).collect();
                    wrong.push(match labels.as_slice() {
                        [] => format!("`{name}`: the school has no custom profile fields"),
                        _ => format!("`{name}`: the school's custom profile fields are {}", labels.join(", ")),
                    });
                    continue;
                }
            },
            None => match known().find(|known| known.eq_ignore_ascii_case(name)) {
                Some(known) => Column { name: known.to_owned(), definition: None },
                None => {
                    let known: Vec<&str> = known().collect();
                    wrong.push(format!("`{name}` means nothing; there are {}, and {FIELD}LABEL", known.join(", ")));
                    continue;
                }
            },
        };
        if columns.contains(&column) {
            wrong.push(format!("`{name}` comes twice"));
        }
        columns.push(column);
    }
    let has = |name: &str| columns.iter().any(|column| column.name == name);
    wrong.extend(REQUIRED.iter().filter(|name| !has(name)).map(|name| format!("`{name}` is missing")));
    if !skip {
        let required = definitions.iter().filter(|known| known.required).map(|known| format!("{FIELD}{}", known.label));
        wrong.extend(required.filter(|name| !has(name)).map(|name| {
            format!("`{name}` is missing, which the school requires (unless with --skip-custom-fields-validation)")
        }));
    }
    if wrong.is_empty() { Ok(columns) } else { Err(format!("the columns in line 1: {}", wrong.join("; "))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use school::custom_profile_field_definitions::FieldType;

    fn country(required: bool) -> Vec<Definition> {
        vec![Definition {
            id: DefinitionId::new(7),
            label: "Country, of birth".to_owned(),
            field_type: FieldType::Text,
            required,
            ..Definition::default()
        }]
    }

    fn sheet(text: &str) -> Sheet {
        Sheet::new(text.into(), &country(false), false).expect("in order")
    }

    fn rows(sheet: &Sheet) -> Vec<(u64, Result<Row, String>)> {
        let mut lines = Lines::new(&sheet.text);
        let (mut reader, mut record, mut rows) = (reader(&sheet.text), StringRecord::new(), Vec::new());
        while reader.read_record(&mut record).expect("a row") {
            rows.push((lines.of(record.position().expect("a place").byte()), sheet.row(&record)));
        }
        rows
    }

    #[test]
    fn every_way_to_end_a_line_gives_the_same_lines() {
        let text = "first_name,last_name,email\nA,\"B\nb\",a@x\n\n\nC,D,c@x\nE,F\nG,H,g@x";
        for end in ["\n", "\r\n", "\r"] {
            for mark in ["", "\u{feff}"] {
                let sheet = sheet(&format!("{mark}{}", text.replace('\n', end)));
                let rows = rows(&sheet);
                let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
                assert_eq!(lines, [2, 6, 7, 8], "{end:?}");
                assert!(rows[2].1.as_ref().is_err_and(|text| text.contains("has 2 cells where the first line has 3")));
                assert_eq!(rows[0].1.as_ref().expect("a row").input.last_name, Set::To(format!("B{end}b")));
            }
        }
    }

    #[test]
    fn a_row_becomes_a_user() {
        let sheet = sheet(
            "Email,first_name,last_name,roles,affiliate_commission,external_id,provider,\"field:Country, of birth\"\n\
             a@x, Ada ,\"King, Countess\",affiliate; site_admin ;,12.5,e1,openid_connect,UK\n\
             b@x,Bea,B,,,,,\n\
             c@x,Cy,C,,1.234,e2,nobody,\n",
        );
        let rows: Vec<Row> = rows(&sheet).into_iter().map(|(_, row)| row.expect("a row")).collect();
        let ada = &rows[0];
        assert_eq!(ada.input.first_name, Set::To("Ada".to_owned()));
        assert_eq!(ada.input.last_name, Set::To("King, Countess".to_owned()));
        assert_eq!(ada.input.roles, Set::To(vec!["affiliate".to_owned(), "site_admin".to_owned()]));
        assert_eq!(ada.input.affiliate_commission, Set::To(school::money::Hundredths(1250)));
        assert_eq!(ada.input.custom_profile_fields, Set::To(vec![(DefinitionId::new(7), Some("UK".to_owned()))]));
        assert_eq!(ada.welcome.external_id, Some((Provider::OpenidConnect, "e1".to_owned())));
        assert!(!ada.welcome.send_welcome_email);
        let bea = &rows[1];
        assert_eq!((&bea.input.roles, &bea.input.custom_profile_fields), (&Set::Keep, &Set::Keep));
        assert_eq!(bea.welcome.external_id, None);
        let wrong: Vec<&str> = rows[2].problems.iter().map(|(column, _)| column.as_str()).collect();
        assert_eq!(wrong, ["affiliate_commission", "provider"]);
    }

    #[test]
    fn a_value_that_only_one_user_has_is_told_from_the_line_it_was_on() {
        let sheet = sheet(
            "first_name,last_name,email,external_id,provider\n\
             A,A,same@x,1,\nB,B, SAME@x,1,SSO\nC,C,c@x,1,OPENID_CONNECT\n",
        );
        let mut seen = UniqueValues::default();
        let found: Vec<_> = rows(&sheet)
            .into_iter()
            .map(|(line, row)| {
                let mut row = row.expect("a row");
                seen.note(line, &mut row);
                row.problems
            })
            .collect();
        let of = |column: &str| (column.to_owned(), "is also on line 2".to_owned());
        assert_eq!(found, [vec![], vec![of("email"), of("external_id")], vec![]]);
    }

    #[test]
    fn columns_are_refused_by_name() {
        let refused = |text: &str| Sheet::new(text.into(), &country(true), false).expect_err("refused");
        let told = refused("first_name,last_name,e-mail,first_name,field:County\n");
        for part in ["`e-mail` means nothing", "`first_name` comes twice", "`email` is missing", "fields are Country"] {
            assert!(told.contains(part), "{told}");
        }
        assert!(told.contains("`field:Country, of birth` is missing, which the school requires"));
        assert!(refused("first_name;last_name;email\n").contains("save it with commas"));
        assert!(refused("").contains("`email` is missing"));
        assert!(Sheet::new("email,first_name,last_name".into(), &country(true), true).is_ok());
    }

    #[test]
    fn the_school_speaks_of_fields_and_the_report_of_columns() {
        let sheet = sheet("first_name,last_name,email\n");
        let mut problems = vec![("email".to_owned(), "is also on line 2".to_owned())];
        sheet.add(&mut problems, "email", "has already been taken".to_owned());
        sheet.add(&mut problems, "custom_profile_fields", "Country can't be blank".to_owned());
        sheet.add(&mut problems, "first_name", "can't be blank".to_owned());
        let columns: Vec<&str> = problems.iter().map(|(column, _)| column.as_str()).collect();
        assert_eq!(columns, ["email", "field:Country", "first_name"]);
        assert_eq!(quoting("is invalid".to_owned(), Some(" a@ ")), "is invalid: a@");
    }
}
