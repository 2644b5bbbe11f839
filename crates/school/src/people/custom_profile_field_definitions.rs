//! Which fields a school asks its users for, beyond the usual.

use crate::check::{Check, LINE, Set};
use crate::error::{Error, Result, Taken};
use crate::jobs::{self, JobKind, JobParams, JobState, QueuedJob};
use store::custom_profile_field_definitions as rows;
pub use store::custom_profile_field_definitions::{DefinitionRow as Definition, FieldType};
use store::{DefinitionId, Page, PageRequest, SiteId, Tx};

/// The most choices of a field.
const MOST_CHOICES: usize = 500;
/// So many users with a value are counted before something is deleted.
const COUNTED: i64 = 10_000;
const TAKEN: &[(&str, &str)] = &[("custom_profile_field_definitions.label", "label")];

/// A field to be defined, or the changes to one.
#[derive(Debug, Clone, Default)]
pub struct DefinitionInput {
    /// What it is called.
    pub label: Set<String>,
    /// What kind of field it is; said once.
    pub field_type: Set<String>,
    /// Whether a user must have a value.
    pub required: Set<bool>,
    /// What a value is chosen from.
    pub choices: Set<Vec<String>>,
    /// Its place among the others, from one.
    pub position: Set<i64>,
}

/// A page of the school's definitions.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Definition>> {
    Ok(rows::page(tx, site, ask)?)
}

/// Every definition of the school, in the order in which it asks for them.
pub fn all(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<Definition>> {
    Ok(rows::all(tx, site)?)
}

/// One definition.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such definition.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: DefinitionId) -> Result<Definition> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// What a value of a field is chosen from; empty for a field of any text.
#[must_use]
pub fn choices(definition: &Definition) -> Vec<String> {
    serde_json::from_str(&definition.choices).unwrap_or_default()
}

/// How many users have a value of a field, up to ten thousand.
pub fn users_with_value(tx: &mut Tx<'_>, site: SiteId, id: DefinitionId) -> Result<i64> {
    Ok(rows::count_users_with_value(tx, site, id, COUNTED)?)
}

/// Defines a field by its label, its kind, and whether every user must have a value.
///
/// # Errors
/// As [`make`].
pub fn create(
    tx: &mut Tx<'_>,
    site: SiteId,
    label: &str,
    field_type: FieldType,
    required: bool,
) -> Result<DefinitionId> {
    let input = DefinitionInput {
        label: Set::To(label.to_owned()),
        field_type: Set::To(field_type.name().to_owned()),
        required: Set::To(required),
        ..DefinitionInput::default()
    };
    Ok(make(tx, site, &input)?.id)
}

/// Defines a field, behind the others unless it says where.
///
/// # Errors
/// [`Error::Invalid`] when the label is missing or taken, or the kind is unknown.
pub fn make(tx: &mut Tx<'_>, site: SiteId, input: &DefinitionInput) -> Result<Definition> {
    let (mut check, others) = (Check::new(), all(tx, site)?);
    let mut row = Definition { label: String::new(), ..Definition::default() };
    apply(&mut row, input, &mut check);
    match &input.field_type {
        Set::To(name) => match FieldType::named(name) {
            Some(kind) => row.field_type = kind,
            None => check.add("field_type", "is not included in the list"),
        },
        Set::Keep | Set::Clear => row.field_type = FieldType::default(),
    }
    check_choices(&row, &mut check);
    check.done()?;
    row.position = others.iter().map(|other| other.position).max().unwrap_or(0) + 1;
    let stamp = tx.stamp(site)?;
    store::sites::invalidate_credentials(tx, site)?;
    rows::insert(tx, site, &mut row, stamp).taken(TAKEN)?;
    match input.position {
        Set::To(place) => move_to(tx, site, row.id, place),
        Set::Keep | Set::Clear => Ok(row),
    }
}

/// Changes a field. Its kind stays.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such definition; [`Error::Invalid`] as [`make`], and when it is to be of
/// another kind.
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: DefinitionId, input: &DefinitionInput) -> Result<Definition> {
    let had = get(tx, site, id)?;
    let (mut check, mut has) = (Check::new(), had.clone());
    apply(&mut has, input, &mut check);
    let same = input.field_type.value().is_none_or(|name| name == had.field_type.name());
    check.that(same, "field_type", "can't be changed: users have values of this kind");
    check_choices(&has, &mut check);
    check.done()?;
    let stamp = tx.stamp(site)?;
    store::sites::invalidate_credentials(tx, site)?;
    rows::update(tx, site, &had, &mut has, stamp).taken(TAKEN)?;
    match input.position {
        Set::To(place) => move_to(tx, site, id, place),
        Set::Keep | Set::Clear => Ok(has),
    }
}

fn apply(row: &mut Definition, input: &DefinitionInput, check: &mut Check) {
    let label = match &input.label {
        Set::Keep => row.label.clone(),
        Set::Clear => String::new(),
        Set::To(label) => label.clone(),
    };
    row.label = check.required("label", Some(&label), LINE);
    if input.required != Set::Keep {
        row.required = input.required.value().copied().unwrap_or(false);
    }
    let choices = match &input.choices {
        Set::Keep => return,
        Set::Clear => Vec::new(),
        Set::To(choices) => distinct(choices),
    };
    check.that(choices.len() <= MOST_CHOICES, "choices", &format!("has too many entries (maximum is {MOST_CHOICES})"));
    choices.iter().for_each(|choice| check.length("choices", choice, LINE));
    row.choices = if choices.is_empty() { String::new() } else { serde_json::json!(choices).to_string() };
}

/// Texts without blanks around them, each once.
fn distinct(choices: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(choices.len());
    for choice in choices.iter().map(|choice| choice.trim()).filter(|choice| !choice.is_empty()) {
        if !kept.iter().any(|known| known == choice) {
            kept.push(choice.to_owned());
        }
    }
    kept
}

fn check_choices(row: &Definition, check: &mut Check) {
    let is_select = row.field_type == FieldType::Select;
    check.that(is_select || row.choices.is_empty(), "choices", "are for fields of the kind select");
}

/// Gives a field another place among the others, from one. The others keep their order.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such definition.
pub fn move_to(tx: &mut Tx<'_>, site: SiteId, id: DefinitionId, place: i64) -> Result<Definition> {
    let mut ordered = all(tx, site)?;
    let at = ordered.iter().position(|row| row.id == id).ok_or(Error::NotFound)?;
    let moved = ordered.remove(at);
    let to = usize::try_from(place.max(1) - 1).unwrap_or(usize::MAX).min(ordered.len());
    ordered.insert(to, moved);
    store::sites::invalidate_credentials(tx, site)?;
    for (place, had) in (1_i64..).zip(ordered) {
        if had.position != place {
            let (stamp, mut has) = (tx.stamp(site)?, Definition { position: place, ..had.clone() });
            rows::update(tx, site, &had, &mut has, stamp)?;
        }
    }
    get(tx, site, id)
}

/// Removes a field. What users have said in it goes too, in a job.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such definition.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: DefinitionId) -> Result<()> {
    let row = get(tx, site, id)?;
    store::sites::invalidate_credentials(tx, site)?;
    rows::delete(tx, site, &row)?;
    if users_with_value(tx, site, id)? > 0 {
        let params = JobParams { definition_id: Some(id), ..JobParams::default() };
        let mut check = Check::new();
        jobs::check_open(tx, site, &mut check)?;
        check.done()?;
        let (kind, state) = (JobKind::ProfileFieldClear, JobState::Waiting);
        jobs::insert(tx, site, &QueuedJob { kind, params: &params, names: Vec::new(), total: 0, state })?;
    }
    Ok(())
}
