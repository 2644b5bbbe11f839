//! `scholae users`: users out of a file.

use super::school;
use crate::config::{Config, Failure};
use crate::progress;
use clap::{Args, Subcommand};
use csv::{ReaderBuilder, StringRecord};
use indicatif::ProgressBar;
use school::check::LINE;
use school::custom_profile_field_definitions::{self as definitions, Definition};
use school::users::{self, Provider, UserInput, Welcome};
use school::{Set, money};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{FromStore, StoreError, Tx};

/// The columns a file may have, beside `field:…`.
const COLUMNS: [&str; 15] = [
    "first_name",
    "last_name",
    "email",
    "company",
    "bio",
    "headline",
    "avatar_url",
    "external_source",
    "external_id",
    "provider",
    "roles",
    "affiliate_code",
    "affiliate_commission",
    "affiliate_commission_type",
    "affiliate_payout_email",
];
/// Those it must have.
const REQUIRED: [&str; 3] = ["first_name", "last_name", "email"];
/// What a column of a custom profile field begins with.
const FIELD: &str = "field:";
/// Columns whose values no two users have.
const UNIQUE: [&str; 3] = ["email", "affiliate_code", "external_id"];

const AFTER_IMPORT: &str = "\
The file is comma-separated, in UTF-8, with the names of its columns in the first line:

  first_name,last_name,email,company,roles,field:Country
  Ada,Lovelace,ada@example.com,\"Analytical, Ltd.\",group_analyst,England
  Grace,Hopper,grace@example.com,,,United States

first_name, last_name and email must be there. There may be company, bio, headline, avatar_url, external_source, \
roles (affiliate, course_admin, group_analyst, site_admin; several with a semicolon between), external_id and \
provider (SSO or OPENID_CONNECT; SSO when left out), affiliate_code, affiliate_commission (like 12.5), \
affiliate_commission_type (% or $), affiliate_payout_email, and field:LABEL for a custom profile field of the school. \
An empty cell leaves its field empty; rows without any text are skipped.

All of the file is imported or nothing: every row that cannot be is reported with its line, its column and what is \
wrong. Nobody is sent a mail; webhooks on user.signup are told of every user. The school's other writes wait while \
the rows are written; --dry-run does the same and takes it back at the end.";

/// Bring users in from a file
#[derive(Debug, Subcommand)]
pub enum UsersCommand {
    /// Make a user of each row of a CSV file
    Import(Import),
}

/// Make a user of each row of a CSV file
#[derive(Debug, Args)]
#[command(after_help = AFTER_IMPORT)]
pub struct Import {
    /// The CSV file
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// Check every row against the school, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Let required custom profile fields be empty
    #[arg(long)]
    skip_custom_fields_validation: bool,
}

impl UsersCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the file has anything wrong with it; nothing was then imported.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        match self {
            Self::Import(import) => import.run(config),
        }
    }
}

impl Import {
    fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let told = |text: String| Failure::Told(format!("{}: {text}", self.file.display()));
        let bytes = std::fs::read(&self.file).map_err(|error| told(format!("cannot be read: {error}")))?;
        let store = config.open_store()?;
        let site = school(&store, self.school.as_deref())?;
        let id = site.id;
        let definitions = store.read_now(move |tx| definitions::all(tx, id))?;
        let sheet = Sheet::new(bytes, &definitions, self.skip_custom_fields_validation).map_err(told)?;
        let rows = sheet.rows();
        let bar = progress::bar(rows, if self.dry_run { "checking users" } else { "importing users" });
        let (dry_run, told_bar) = (self.dry_run, bar.clone());
        let imported = store.write_now(id, move |tx| {
            let users = sheet.import(tx, id, &told_bar)?;
            // An error is what takes everything back.
            if dry_run { Err(Stop::DryRun(users)) } else { Ok(users) }
        });
        bar.finish_and_clear();
        let name = &site.row.subdomain;
        match imported {
            Ok(users) => println!("{} imported into school `{name}`. Nobody was sent a mail.", people(users)),
            Err(Stop::DryRun(users)) => {
                println!("Dry run: {} can be imported into school `{name}`. Nothing was changed.", people(users));
            }
            Err(Stop::Problems(problems)) => return Err(refusal(&self.file, rows, &problems)),
            Err(Stop::School(error)) => return Err(error.into()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn people(count: u64) -> String {
    if count == 1 { "1 user".to_owned() } else { format!("{count} users") }
}

/// Prints what is wrong, and gives the sentence at the end.
fn refusal(file: &Path, rows: u64, problems: &[Problem]) -> Failure {
    use std::io::Write as _;
    let mut bad = problems.iter().map(|problem| problem.line).collect::<Vec<_>>();
    bad.dedup();
    // In one piece: there may be a problem in each of many rows.
    let mut out = std::io::BufWriter::new(std::io::stderr().lock());
    for Problem { line, column, text } in problems {
        // Should the terminal be gone, so is everybody who could be told.
        let _told = if column.is_empty() {
            writeln!(out, "line {line}: {text}")
        } else {
            writeln!(out, "line {line}, {column}: {text}")
        };
    }
    let _told = out.flush();
    drop(out);
    Failure::Told(format!(
        "{}: nothing was imported, because {} of {rows} rows cannot be; correct them and try again",
        file.display(),
        bad.len()
    ))
}

/// Something wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    line: u64,
    /// Empty when it is the row as a whole.
    column: String,
    text: String,
}

/// Why an import ended without anything imported.
#[derive(Debug)]
enum Stop {
    /// It was only tried; so many users would have been made.
    DryRun(u64),
    /// Rows that cannot be imported.
    Problems(Vec<Problem>),
    /// The store failed.
    School(school::Error),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::School(error.into())
    }
}

impl FromStore for Stop {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::School(error) => error.store_error(),
            _ => None,
        }
    }
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    /// One of [`COLUMNS`], or `field:` and the label.
    name: String,
    /// The custom profile field.
    definition: Option<i64>,
}

/// A file whose text and first line are in order.
#[derive(Debug)]
struct Sheet {
    text: String,
    columns: Vec<Column>,
    skip_custom_fields_validation: bool,
}

impl Sheet {
    /// Checks everything about a file that is not a row of it. The error is a sentence for the person.
    fn new(bytes: Vec<u8>, definitions: &[Definition], skip: bool) -> Result<Self, String> {
        let text = text(bytes)?;
        let names = reader(&text).headers().map_err(|error| error.to_string())?.clone();
        let columns = columns(&names, definitions, skip)?;
        Ok(Self { text, columns, skip_custom_fields_validation: skip })
    }

    /// How many rows there are.
    fn rows(&self) -> u64 {
        let (mut reader, mut record, mut rows) = (reader(&self.text), StringRecord::new(), 0);
        while reader.read_record(&mut record).unwrap_or(false) {
            rows += u64::from(!is_blank(&record));
        }
        rows
    }

    /// Makes a user of every row. When a row cannot be, the others are still looked at, so that everything wrong is
    /// known at once.
    fn import(&self, tx: &mut Tx<'_>, site: i64, bar: &ProgressBar) -> Result<u64, Stop> {
        bar.set_position(0);
        let mut reader = reader(&self.text);
        let mut lines = Lines::new(&self.text);
        let mut record = StringRecord::new();
        let mut seen = Seen::default();
        let mut problems = Vec::new();
        let mut made = 0;
        tx.batch("SAVEPOINT before_import")?;
        // The text is UTF-8 and the rows may be of any width: a reader has nothing left to refuse.
        while reader.read_record(&mut record).unwrap_or(false) {
            if is_blank(&record) {
                continue;
            }
            let line = lines.of(record.position().map_or(0, csv::Position::byte));
            bar.inc(1);
            let mut row = match self.row(&record) {
                Ok(row) => row,
                Err(text) => {
                    problems.push(Problem { line, column: String::new(), text });
                    continue;
                }
            };
            seen.note(line, &mut row);
            match users::create(tx, site, &row.input, &row.welcome) {
                Ok(_) => made += 1,
                Err(school::Error::Invalid(found)) => {
                    // A refused row ends everything that PostgreSQL was doing. What was made so far is taken back,
                    // which is no loss: with this row nothing is imported.
                    tx.batch("ROLLBACK TO SAVEPOINT before_import")?;
                    for (field, text) in found {
                        self.add(&mut row.problems, &field, text);
                    }
                }
                Err(error) => return Err(Stop::School(error)),
            }
            problems.extend(row.problems.into_iter().map(|(column, text)| {
                let value = self.columns.iter().position(|known| known.name == column).and_then(|at| record.get(at));
                Problem { line, text: quoting(text, value), column }
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
            if cell.contains('\0') {
                wrong("has a NUL character");
                continue;
            }
            let text = || Set::To(cell.to_owned());
            let input = &mut row.input;
            match column.name.as_str() {
                "first_name" => input.first_name = text(),
                "last_name" => input.last_name = text(),
                "email" => input.email = text(),
                "company" => input.company = text(),
                "bio" => input.bio = text(),
                "headline" => input.headline = text(),
                "avatar_url" => input.avatar_url = text(),
                "external_source" => input.external_source = text(),
                "affiliate_code" => input.affiliate_code = text(),
                "affiliate_commission_type" => input.affiliate_commission_type = text(),
                "affiliate_payout_email" => input.affiliate_payout_email = text(),
                "affiliate_commission" => match money::hundredths(cell) {
                    Some(hundredths) => input.affiliate_commission = Set::To(hundredths),
                    None => wrong("is not a number with at most two decimals, like 12.5"),
                },
                "roles" => {
                    let names = cell.split(';').map(str::trim).filter(|name| !name.is_empty());
                    input.roles = Set::To(names.map(str::to_owned).collect());
                }
                "provider" => match Provider::named(cell) {
                    Some(named) => provider = named,
                    None => wrong("is neither SSO nor OPENID_CONNECT"),
                },
                "external_id" if cell.chars().count() > LINE => {
                    wrong(&format!("is too long (maximum is {LINE} characters)"));
                }
                "external_id" => external_id = Some(cell.to_owned()),
                _ => fields.extend(column.definition.map(|definition| (definition, Some(cell.to_owned())))),
            }
        }
        if !fields.is_empty() {
            row.input.custom_profile_fields = Set::To(fields);
        }
        row.welcome.external_id = external_id.map(|id| (provider, id));
        Ok(row)
    }
}

/// A row as the school takes it, and what is wrong with it: columns and texts.
#[derive(Debug, Default)]
struct Row {
    input: UserInput,
    welcome: Welcome,
    problems: Vec<(String, String)>,
}

/// The values that no two users have, with the lines they are on.
#[derive(Debug, Default)]
struct Seen {
    lines: [HashMap<String, u64>; UNIQUE.len()],
}

impl Seen {
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

fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(|cell| cell.trim().is_empty())
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().flexible(true).from_reader(text.as_bytes())
}

/// The file's text, without the mark that some programs put before it.
fn text(mut bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is in UTF-16; save it as “CSV UTF-8”".to_owned());
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = 1 + line_ends(&bytes[..at]);
        let wrong = bytes.get(at).copied().unwrap_or_default();
        format!("line {line}: the byte {wrong:#04x} is not UTF-8; save the file as “CSV UTF-8”")
    })
}

/// What the columns of a file are, by its first line.
fn columns(names: &StringRecord, definitions: &[Definition], skip: bool) -> Result<Vec<Column>, String> {
    if names.len() == 1 && names.iter().any(|name| name.contains([';', '\t'])) {
        return Err("its cells are separated by semicolons or tabs; save it with commas".to_owned());
    }
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    let mut wrong = Vec::new();
    for name in names.iter().map(str::trim) {
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
            None => match COLUMNS.iter().find(|known| known.eq_ignore_ascii_case(name)) {
                Some(known) => Column { name: (*known).to_owned(), definition: None },
                None => {
                    wrong.push(format!("`{name}` means nothing; there are {}, and {FIELD}LABEL", COLUMNS.join(", ")));
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

/// Finds the line that a place in the text is on. Places are asked for in order.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, line: 1 }
    }

    /// The line of the row that is read from this byte on; line ends that the reader skips come first.
    fn of(&mut self, byte: u64) -> u64 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX).clamp(self.at, self.bytes.len());
        let skipped = self.bytes[from..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.line += line_ends(&self.bytes[self.at..from + skipped]);
        self.at = from + skipped;
        self.line
    }
}

/// How many lines end in these bytes: with a line feed, a carriage return, or both.
fn line_ends(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(required: bool) -> Vec<Definition> {
        vec![Definition { id: 7, label: "Country, of birth".to_owned(), field_type: "text".to_owned(), required }]
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
        assert_eq!(ada.input.affiliate_commission, Set::To(1250));
        assert_eq!(ada.input.custom_profile_fields, Set::To(vec![(7, Some("UK".to_owned()))]));
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
        let mut seen = Seen::default();
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
    fn text_that_is_not_utf_8_is_told_with_its_line() {
        let latin = b"first_name,last_name,email\r\nA,B,a@x\r\nJos\xe9,C,c@x\r\n".to_vec();
        assert!(text(latin).expect_err("refused").contains("line 3: the byte 0xe9"));
        assert!(text(b"\xff\xfef\0".to_vec()).expect_err("refused").contains("UTF-16"));
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
