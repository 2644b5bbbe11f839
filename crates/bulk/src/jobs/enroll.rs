//! Enrolling people, some rows at a time.

use super::batch::{Budget, Done, Refusals, StepError, refusal};
use super::input;
use super::result::{REFUSED, ResultRow};
use super::{Job, JobParams, names};
use crate::enrollment_columns::EnrollmentColumns;
use school::enrolling::{self, Access, Named};
use school::error::{Error, Result};
use school::products::Productable;
use school::users::{self, UserFilter};
use serde_json::{Value, json};
use std::collections::HashMap;
use store::{GroupId, PageRequest, PageStart, SiteId, Tx, UserId};

/// So many members of a group are read at once.
const MEMBERS: i64 = 100;

/// From when on and until when people are enrolled, at a moment.
fn access(params: &JobParams, now: i64) -> Access {
    let activated_at = Some(params.activated_at.unwrap_or(now)).filter(|_| !params.free_trial);
    Access { activated_at, expiry_date: params.expiry_date }
}

/// In what everybody is enrolled whose row does not say.
pub(super) fn target(params: &JobParams) -> Option<Productable> {
    params.course_id.map(Productable::Course).or(params.bundle_id.map(Productable::Bundle))
}

/// What is found out once for many rows.
#[derive(Default)]
struct Targets(HashMap<Named, Option<Productable>>);

impl Targets {
    fn find(
        &mut self,
        tx: &mut Tx<'_>,
        site: SiteId,
        named: Named,
    ) -> Result<std::result::Result<Productable, String>> {
        let found = match self.0.get(&named) {
            Some(found) => *found,
            None => {
                let found = enrolling::find(tx, site, &named)?;
                self.0.insert(named.clone(), found);
                found
            }
        };
        Ok(found.ok_or_else(|| named.missing()))
    }
}

fn row(line: Option<u64>, who: &str, user: Option<UserId>, told: std::result::Result<&str, String>) -> ResultRow {
    let (outcome, reason) = match told {
        Ok(outcome) => (outcome, Value::Null),
        Err(reason) => (REFUSED, json!(reason)),
    };
    vec![json!(line), json!(who), json!(user), json!(outcome), reason]
}

pub(super) fn step(
    tx: &mut Tx<'_>,
    site: SiteId,
    job: &Job,
    params: &JobParams,
    refusals: &Refusals,
) -> std::result::Result<Done, StepError> {
    match params.group_id {
        Some(group) => members(tx, site, job, params, group, refusals),
        None => rows(tx, site, job, params, refusals),
    }
}

/// Enrolls who is named in rows.
fn rows(
    tx: &mut Tx<'_>,
    site: SiteId,
    job: &Job,
    params: &JobParams,
    refusals: &Refusals,
) -> std::result::Result<Done, StepError> {
    let columns = EnrollmentColumns::of(&names(job)).map_err(|text| Error::invalid("rows", text))?;
    let (budget, mut done, mut targets) = (Budget::begin(), Done::at(job.position), Targets::default());
    for csv_row in input::from(tx, site, job.id, job.position)? {
        if budget.is_spent(done.rows.len()) {
            break;
        }
        let who = columns.who(&csv_row).to_owned();
        let read = match refusals.get(&done.position) {
            Some(reason) => Err(reason.clone()),
            None => columns.read(&csv_row),
        };
        let (user, told) = match read {
            Err(reason) => (None, Err(reason)),
            Ok(read) => {
                let target = match (read.wanted, target(params)) {
                    (Some(named), _) => targets.find(tx, site, named)?,
                    (None, Some(target)) => Ok(target),
                    (None, None) => Err("names no course and no bundle".to_owned()),
                };
                let mut access = access(params, tx.moment());
                access.expiry_date = read.expires.or(access.expiry_date);
                let user = enrolling::person(tx, site, &read.who)?;
                let told = one(tx, site, user, target, access).map_err(|error| error.at(done.position))?;
                (user, told)
            }
        };
        done.push(row(Some(csv_row.line), &who, user, told));
    }
    done.has_ended = done.position >= job.total;
    Ok(done)
}

/// Enrolls the members of a group, by their ids.
fn members(
    tx: &mut Tx<'_>,
    site: SiteId,
    job: &Job,
    params: &JobParams,
    group: GroupId,
    refusals: &Refusals,
) -> std::result::Result<Done, StepError> {
    let filter = UserFilter { group_id: Some(group), ..UserFilter::default() };
    let ask = PageRequest { start: PageStart::After(job.position), ..PageRequest::first(MEMBERS) };
    let page = users::list(tx, site, &filter, &ask, |user| (user.id, user.email.to_owned()))?;
    let (budget, mut done) = (Budget::begin(), Done::at(job.position));
    done.total = Some(page.total.max(job.done));
    let target = target(params).ok_or(Error::NotFound)?;
    let access = access(params, tx.moment());
    let read = page.items.len();
    for (user, email) in page.items {
        if budget.is_spent(done.rows.len()) {
            break;
        }
        let told = match refusals.get(&user.get()) {
            Some(reason) => Err(reason.clone()),
            None => one(tx, site, Some(user), Ok(target), access).map_err(|error| error.at(user.get()))?,
        };
        done.push(row(None, &email, Some(user), told));
        done.position = user.get();
    }
    done.has_ended = page.next_after.is_none() && done.rows.len() == read;
    Ok(done)
}

/// Enrolls somebody.
fn one(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: Option<UserId>,
    target: std::result::Result<Productable, String>,
    access: Access,
) -> std::result::Result<std::result::Result<&'static str, String>, StepError> {
    let Some(user) = user else { return Ok(Err("there is no such user in this school".to_owned())) };
    let what = match target {
        Ok(what) => what,
        Err(reason) => return Ok(Err(reason)),
    };
    match enrolling::enroll(tx, site, user, what, access) {
        Ok(outcome) => Ok(Ok(outcome.name())),
        Err(error) => Err(refusal(error)),
    }
}
