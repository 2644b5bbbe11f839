//! The columns of a file of people.

use super::ImportOptions;
use school::custom_profile_field_definitions::Definition;
use school::jobs::column_key;
use school::users::UserInput;
use store::DefinitionId;

/// The columns a file may have beside those of a user's fields ([`UserInput::cells`]), and what they mean.
pub const COLUMNS: [(&str, &str); 6] = [
    ("external_id", "The id by which another system knows them."),
    ("provider", "Which system: SSO or OPENID_CONNECT; SSO when left out."),
    ("groups", "Names of groups they are put into; several with a semicolon or | between."),
    ("courses", "Courses and bundles they are enrolled in, by slug or id; several with a semicolon or | between."),
    ("invite", "yes: they are sent a mail with a link to choose a password, unless they have one."),
    ("field:LABEL", "A custom profile field of the school, by its label."),
];
/// Columns that are passed over: why a row was refused, so that a corrected file can be read as it is; and what an export
/// of users has that nobody can set.
pub(super) const PASSED_OVER: [&str; 3] = ["reason", "id", "created_at"];
/// Those a file must have.
const REQUIRED: [&str; 3] = ["first_name", "last_name", "email"];
/// What a column of a custom profile field begins with.
pub(super) const FIELD: &str = "field:";

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// The name of a field of users, one of [`COLUMNS`], [`PASSED_OVER`], or `field:` and the label.
    pub name: String,
    /// The custom profile field.
    pub definition: Option<DefinitionId>,
}

/// What the columns of a file mean.
#[derive(Debug, Clone)]
pub struct UserColumns {
    pub(super) columns: Vec<Column>,
    pub(super) options: ImportOptions,
}

/// The names of columns that are no custom profile fields.
fn known() -> impl Iterator<Item = &'static str> {
    let others = COLUMNS.iter().map(|(name, _)| *name).filter(|name| !name.starts_with(FIELD));
    UserInput::cells().map(|(name, _)| name).chain(others)
}

impl UserColumns {
    /// Finds out what the names in the first line mean. Case, blanks, hyphens and underscores do not count.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn of(
        names: &[String],
        definitions: &[Definition],
        options: ImportOptions,
    ) -> std::result::Result<Self, Vec<String>> {
        let mut columns: Vec<Column> = Vec::with_capacity(names.len());
        let mut wrong = Vec::new();
        for name in names {
            match column(name, definitions) {
                Err(text) => wrong.push(text),
                Ok(column) => {
                    if columns.contains(&column) {
                        wrong.push(format!("`{name}` comes twice"));
                    }
                    columns.push(column);
                }
            }
        }
        let has = |name: &str| columns.iter().any(|column| column.name == name);
        // Somebody who is known keeps their names.
        let required = REQUIRED.iter().filter(|name| !options.update || **name == "email");
        wrong.extend(required.filter(|name| !has(name)).map(|name| format!("`{name}` is missing")));
        if !options.skip_custom_fields_validation && !options.update {
            let required = definitions.iter().filter(|known| known.required);
            let missing = required.map(|known| format!("{FIELD}{}", known.label)).filter(|name| !has(name));
            wrong.extend(missing.map(|name| {
                format!("`{name}` is missing, which the school requires (unless with --skip-custom-fields-validation)")
            }));
        }
        if wrong.is_empty() { Ok(Self { columns, options }) } else { Err(wrong) }
    }

    /// How many columns there are.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }
}

/// Whether a file of people may have a column with this name, in some school.
#[must_use]
pub fn is_column(name: &str) -> bool {
    let names = known().chain(PASSED_OVER);
    let is_field = name.get(..FIELD.len()).is_some_and(|start| start.eq_ignore_ascii_case(FIELD));
    is_field || names.into_iter().any(|known| column_key(known) == column_key(name))
}

/// The column with this name.
fn column(name: &str, definitions: &[Definition]) -> std::result::Result<Column, String> {
    let plain = |name: &str| Column { name: name.to_owned(), definition: None };
    let Some(label) =
        name.get(..FIELD.len()).filter(|start| start.eq_ignore_ascii_case(FIELD)).map(|_| &name[FIELD.len()..])
    else {
        if let Some(known) = PASSED_OVER.iter().find(|known| column_key(known) == column_key(name)) {
            return Ok(plain(known));
        }
        return known().find(|known| column_key(known) == column_key(name)).map(plain).ok_or_else(|| {
            let all: Vec<&str> = known().collect();
            format!("`{name}` means nothing; there are {}, and {FIELD}LABEL", all.join(", "))
        });
    };
    let label = label.trim();
    let same = definitions.iter().find(|known| known.label == label);
    match same.or_else(|| definitions.iter().find(|known| column_key(&known.label) == column_key(label))) {
        Some(known) => Ok(Column { name: format!("{FIELD}{}", known.label), definition: Some(known.id) }),
        None if definitions.is_empty() => Err(format!("`{name}`: the school has no custom profile fields")),
        None => {
            let labels: Vec<&str> = definitions.iter().map(|known| known.label.as_str()).collect();
            Err(format!("`{name}`: the school's custom profile fields are {}", labels.join(", ")))
        }
    }
}
