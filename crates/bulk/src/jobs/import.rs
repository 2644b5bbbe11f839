//! Bringing people in, some rows at a time.

use super::batch::{Budget, Done, Refusals, StepError, Worker, refusal};
use super::input;
use super::result::{REFUSED, ResultRow};
use super::{Job, JobParams, names};
use crate::csv_file::{CsvRow, width_problem};
use crate::user_import::{self, ImportOptions, ImportRow, RowProblem, UniqueValues, UserColumns};
use school::custom_profile_field_definitions::{self as definitions, Definition};
use school::error::{Error, Result};
use school::jobs::rows::{json as written, parsed};
use school::users;
use serde_json::{Value, json};
use std::collections::HashMap;
use store::job_chunks::{self, JobChunkRow, JobPart};
use store::{SiteId, Tx};

/// How a file of people is taken.
fn options(params: &JobParams) -> ImportOptions {
    ImportOptions {
        create_groups: false,
        update: params.update,
        skip_custom_fields_validation: params.skip_custom_fields_validation,
        invite: params.invite,
    }
}

/// What the columns of a file of people mean, as somebody has said.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The places of those that are not left out.
    kept: Vec<usize>,
    /// How many there are in all.
    width: usize,
    columns: UserColumns,
}

impl Mapping {
    /// What columns of these names mean.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn of(
        names: &[String],
        params: &JobParams,
        definitions: &[Definition],
    ) -> std::result::Result<Self, Vec<String>> {
        let meaning = |at: usize| match params.columns.get(at) {
            Some(meaning) => meaning.clone(),
            None => names[at].clone(),
        };
        let kept: Vec<usize> = (0..names.len()).filter(|at| !meaning(*at).is_empty()).collect();
        let meant: Vec<String> = kept.iter().map(|at| meaning(*at)).collect();
        let columns = UserColumns::of(&meant, definitions, options(params))?;
        Ok(Self { kept, width: names.len(), columns })
    }

    /// Reads a row.
    #[must_use]
    pub fn read(&self, row: &CsvRow) -> ImportRow {
        if let Some(text) = width_problem(row, self.width) {
            let mut read = ImportRow::default();
            read.line = row.line;
            read.add("", text);
            return read;
        }
        let cells = self.kept.iter().map(|at| row.cells[*at].clone()).collect();
        ImportRow::read(&self.columns, &CsvRow { line: row.line, cells })
    }
}

/// Finds out which rows name what an earlier one names, and keeps that for every step: a step sees only its own rows.
pub(super) fn note_repeated(
    tx: &mut Tx<'_>,
    site: SiteId,
    job: &Job,
    params: &JobParams,
    rows: &[CsvRow],
) -> Result<()> {
    job_chunks::delete_of(tx, site, job.id, Some(JobPart::Repeated))?;
    let mapping = mapping(tx, site, job, params)?;
    let mut seen = UniqueValues::default();
    let mut repeated: Vec<(u64, String, String)> = Vec::new();
    for row in rows {
        let mut read = mapping.read(row);
        let had = read.problems.len();
        seen.note(&mut read);
        repeated.extend(read.problems.drain(had..).map(|problem| (problem.line, problem.column, problem.text)));
    }
    if !repeated.is_empty() {
        let chunk = JobChunkRow { job_id: job.id, part: JobPart::Repeated, first_row: 0, rows: written(&repeated) };
        job_chunks::insert(tx, site, &chunk)?;
    }
    Ok(())
}

/// What was found out about the rows of a step.
fn repeated(tx: &mut Tx<'_>, site: SiteId, job: &Job) -> Result<HashMap<u64, Vec<(String, String)>>> {
    let mut by_line: HashMap<u64, Vec<(String, String)>> = HashMap::new();
    if let Some(chunk) = job_chunks::with_row(tx, site, job.id, JobPart::Repeated, 0)? {
        for (line, column, text) in parsed::<Vec<(u64, String, String)>>(&chunk)? {
            by_line.entry(line).or_default().push((column, text));
        }
    }
    Ok(by_line)
}

fn mapping(tx: &mut Tx<'_>, site: SiteId, job: &Job, params: &JobParams) -> Result<Mapping> {
    let definitions = definitions::all(tx, site)?;
    Mapping::of(&names(job), params, &definitions).map_err(|wrong| Error::invalid("rows", wrong.join("; ")))
}

pub(super) fn step(
    tx: &mut Tx<'_>,
    site: SiteId,
    job: &Job,
    params: &JobParams,
    worker: &Worker<'_>,
    refusals: &Refusals,
) -> std::result::Result<Done, StepError> {
    let (mapping, repeated) = (mapping(tx, site, job, params)?, repeated(tx, site, job)?);
    let (budget, mut done) = (Budget::begin(), Done::at(job.position));
    for csv_row in input::from(tx, site, job.id, job.position)? {
        if budget.is_spent(done.rows.len()) {
            break;
        }
        let mut row = mapping.read(&csv_row);
        for (column, text) in repeated.get(&row.line).into_iter().flatten() {
            // Its value is quoted already.
            if !row.problems.iter().any(|known| known.column == *column) {
                row.problems.push(RowProblem { line: row.line, column: column.clone(), text: text.clone() });
            }
        }
        if let Some(reason) = refusals.get(&done.position) {
            row.add("", reason.clone());
        }
        row.courses.extend(params.courses.iter().cloned());
        row.groups.extend(params.groups.iter().filter(|name| !row.groups.contains(name)).cloned().collect::<Vec<_>>());
        let told = one(tx, site, params, worker, &mut row).map_err(|error| error.at(done.position))?;
        done.push(told);
    }
    done.has_ended = done.position >= job.total;
    Ok(done)
}

/// Looks at a row, and brings its person in unless something is wrong with it.
fn one(
    tx: &mut Tx<'_>,
    site: SiteId,
    params: &JobParams,
    worker: &Worker<'_>,
    row: &mut ImportRow,
) -> std::result::Result<ResultRow, StepError> {
    let options = options(params);
    user_import::check(tx, site, options, row)?;
    let email = row.input.email.value().cloned();
    let told =
        |user: Value, outcome: &str, reason: Value| vec![json!(row.line), json!(email), user, json!(outcome), reason];
    if !row.problems.is_empty() {
        return Ok(told(Value::Null, REFUSED, json!(row.reason())));
    }
    let outcome = |created: bool| if created { "created" } else { "updated" };
    if params.dry_run {
        let known = match &email {
            Some(email) => users::id_by_email(tx, site, email)?,
            None => None,
        };
        return Ok(told(json!(known), outcome(known.is_none()), Value::Null));
    }
    let imported = user_import::import(tx, site, options, row).map_err(refusal)?;
    if imported.invite {
        (worker.invite)(tx, site, imported.user).map_err(refusal)?;
    }
    Ok(told(json!(imported.user), outcome(imported.created), Value::Null))
}
