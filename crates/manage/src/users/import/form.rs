//! What the columns of a file mean, and how its rows are taken.

use crate::choices::{self, Targets};
use bulk::csv_file::CsvRow;
use bulk::jobs::JobParams;
use bulk::user_import::COLUMNS;
use maud::{Markup, html};
use pages::components::{Choice, FormField, Input, problem_summary};
use pages::fields::Problems;
use pages::form::Fields;
use school::custom_profile_field_definitions::Definition;
use school::jobs::column_key;
use school::users::UserInput;
use school::{SiteId, groups, products};
use web::Tx;

/// A few other names that files have for the columns, by what counts of them.
const ALIASES: &[(&str, &str)] = &[
    ("mail", "email"),
    ("emailaddress", "email"),
    ("firstname", "first_name"),
    ("givenname", "first_name"),
    ("forename", "first_name"),
    ("vorname", "first_name"),
    ("lastname", "last_name"),
    ("surname", "last_name"),
    ("familyname", "last_name"),
    ("nachname", "last_name"),
    ("organization", "company"),
    ("organisation", "company"),
    ("group", "groups"),
    ("course", "courses"),
    ("role", "roles"),
    ("title", "headline"),
];
/// So many values of a column are shown beside it.
const SHOWN: usize = 3;

/// What stands in the form.
pub(super) struct ImportForm {
    names: Vec<String>,
    /// What each column means; empty for one that is left out.
    meanings: Vec<String>,
    /// What can be meant: names of columns, and what people read.
    known: Vec<(String, String)>,
    update: bool,
    invite: bool,
    skip_custom_fields_validation: bool,
    target: String,
    group: String,
    has_required: bool,
}

/// What a column with this name is likely to mean.
fn guessed(name: &str, known: &[(String, String)]) -> String {
    let asked = column_key(name);
    let same = known
        .iter()
        .find(|(meaning, _)| column_key(meaning) == asked || column_key(meaning) == format!("field{asked}"));
    let alias = || ALIASES.iter().find(|(alias, _)| *alias == asked).map(|(_, meaning)| (*meaning).to_owned());
    same.map(|(meaning, _)| meaning.clone()).or_else(alias).unwrap_or_default()
}

/// What people read for the name of a column: "First name".
fn readable(name: &str) -> String {
    let mut text = name.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn known(definitions: &[Definition]) -> Vec<(String, String)> {
    let fields = UserInput::cells().chain(COLUMNS).map(|(name, _)| name).filter(|name| !name.starts_with("field:"));
    let fields = fields.map(|name| (name.to_owned(), readable(name)));
    let own = definitions.iter().map(|one| (format!("field:{}", one.label), format!("{} (own field)", one.label)));
    fields.chain(own).collect()
}

impl ImportForm {
    /// As it is guessed from the names of the columns.
    pub fn guessed(names: Vec<String>, definitions: &[Definition]) -> Self {
        let known = known(definitions);
        let mut meanings: Vec<String> = Vec::with_capacity(names.len());
        for name in &names {
            let meaning = guessed(name, &known);
            // Of two that could mean the same the first is taken.
            meanings.push(if meanings.contains(&meaning) { String::new() } else { meaning });
        }
        let has_required = definitions.iter().any(|definition| definition.required);
        Self {
            names,
            meanings,
            known,
            update: false,
            invite: false,
            skip_custom_fields_validation: false,
            target: String::new(),
            group: String::new(),
            has_required,
        }
    }

    /// As it was said before, with what can be chosen in the place of names.
    pub fn of(names: Vec<String>, params: &JobParams, chosen: (String, String), definitions: &[Definition]) -> Self {
        let guessed = Self::guessed(names, definitions);
        let meanings = if params.columns.is_empty() { guessed.meanings.clone() } else { params.columns.clone() };
        Self {
            meanings,
            update: params.update,
            invite: params.invite,
            skip_custom_fields_validation: params.skip_custom_fields_validation,
            target: chosen.0,
            group: chosen.1,
            ..guessed
        }
    }

    /// As somebody has sent it.
    pub fn submitted(names: Vec<String>, fields: &Fields, definitions: &[Definition]) -> Self {
        let meanings = (0..names.len()).map(|at| fields.get(&format!("column_{at}")).to_owned()).collect();
        Self {
            meanings,
            update: fields.has("update"),
            invite: fields.has("invite"),
            skip_custom_fields_validation: fields.has("skip_custom_fields_validation"),
            target: fields.get("target").to_owned(),
            group: fields.get("group").to_owned(),
            ..Self::guessed(names, definitions)
        }
    }

    /// How the rows are to be looked at.
    pub fn params(&self, tx: &mut Tx<'_>, site: SiteId) -> school::Result<JobParams> {
        let mut params = JobParams {
            dry_run: true,
            update: self.update,
            invite: self.invite,
            skip_custom_fields_validation: self.skip_custom_fields_validation,
            columns: self.meanings.clone(),
            ..JobParams::default()
        };
        if let Some(target) = choices::slug(tx, site, &self.target)? {
            params.courses = vec![target];
        }
        if let Some(group) = choices::group(tx, site, &self.group)? {
            params.groups = vec![groups::get(tx, site, group)?.name];
        }
        Ok(params)
    }

    /// What was chosen of courses and groups, by the ids that the form knows them by.
    pub fn chosen(tx: &mut Tx<'_>, site: SiteId, params: &JobParams) -> school::Result<(String, String)> {
        let target = match params.courses.first() {
            Some(slug) => products::id_by_slug(tx, site, slug)?,
            None => None,
        };
        let group = match params.groups.first() {
            Some(name) => groups::id_by_name(tx, site, name)?,
            None => None,
        };
        let text = |id: Option<String>| id.unwrap_or_default();
        Ok((text(target.map(|id| id.to_string())), text(group.map(|id| id.to_string()))))
    }

    fn options<'f>(&'f self, targets: &'f Targets) -> [FormField<'f>; 5] {
        let yes = |yes: bool| if yes { "true" } else { "" };
        [
            FormField::new("update", "Change users who are there already", yes(self.update), Input::Checkbox)
                .hint("Found by their address. Otherwise their rows are refused."),
            FormField::new("invite", "Invite everybody without a password by mail", yes(self.invite), Input::Checkbox),
            FormField::new(
                "skip_custom_fields_validation",
                "Let required fields of the school be empty",
                yes(self.skip_custom_fields_validation),
                Input::Checkbox,
            ),
            FormField::new("target", "Enroll everybody in", &self.target, targets.products()),
            FormField::new("group", "Add everybody to the group", &self.group, targets.groups()),
        ]
    }

    /// The cards of the form, with the first rows of the file.
    pub fn cards(&self, rows: &[CsvRow], targets: &Targets, problems: &Problems) -> Markup {
        let [update, invite, skip, target, group] = self.options(targets);
        let wrong: Vec<&str> = problems.for_field("rows").collect();
        html! {
            (problem_summary(problems, &[("rows", "Columns:", "columns".to_owned())]))
            div.card #columns {
                header { div { h2 { "Columns" } p { "What each column of the file means." } } }
                @if !wrong.is_empty() { div.body { p.problem { (wrong.join(", ")) } } }
                div.scroll {
                    table.stack {
                        caption.visually-hidden { "The columns of the file" }
                        thead { tr { th scope="col" { "In the file" } th scope="col" { "First rows" } th scope="col" { "Means" } } }
                        tbody { @for at in 0..self.names.len() { (self.column(at, rows)) } }
                    }
                }
            }
            div.card {
                header { div { h2 { "Options" } } }
                div.body.fields {
                    (update) (invite)
                    @if self.has_required { (skip) }
                    div.fields.pair { (target) (group) }
                }
            }
        }
    }

    fn column(&self, at: usize, rows: &[CsvRow]) -> Markup {
        let leave = Choice { value: "", label: "Leave it out" };
        let known = self.known.iter().map(|(value, label)| Choice { value, label });
        let values: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.cells.get(at))
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
            .take(SHOWN)
            .collect();
        let (id, meaning) = (format!("column-{at}"), self.meanings.get(at).map_or("", String::as_str));
        html! {
            tr {
                td dir="auto" { label.strong for=(id) { @if self.names[at].is_empty() { "Column " (at + 1) } @else { (self.names[at]) } } }
                td.muted data-label="First rows" dir="auto" { (values.join(", ")) }
                td {
                    select id=(id) name={ "column_" (at) } {
                        @for choice in std::iter::once(leave).chain(known) {
                            option value=(choice.value) selected[choice.value == meaning] { (choice.label) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{guessed, known, readable};

    #[test]
    fn what_a_column_means_is_guessed_from_its_name() {
        let known = known(&[]);
        let guess = |name: &str| guessed(name, &known);
        assert_eq!(
            ["E-Mail", "First Name", "Surname", "Role", "Shoe size"].map(guess),
            ["email", "first_name", "last_name", "roles", ""]
        );
        assert_eq!(readable("first_name"), "First name");
    }
}
