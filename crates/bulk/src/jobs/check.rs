//! What is wrong with how a job is to be done.

use super::JobParams;
use super::enroll::target;
use super::import::Mapping;
use crate::enrollment_columns::EnrollmentColumns;
use school::check::Check;
use school::error::Result;
use school::roles::Role;
use school::{bundles, courses, custom_profile_field_definitions as definitions, enrolling, groups, users};
use store::jobs::JobKind;
use store::{SiteId, Tx};

/// Finds what is wrong with how a job of this kind is to be done, whose rows have these columns.
pub(super) fn params(
    tx: &mut Tx<'_>,
    site: SiteId,
    kind: JobKind,
    params: &JobParams,
    names: Option<&[String]>,
    check: &mut Check,
) -> Result<()> {
    if let Some(course) = params.course_id {
        check.that(courses::exists(tx, site, course)?, "course_id", "could not be found");
    }
    if let Some(bundle) = params.bundle_id {
        check.that(bundles::exists(tx, site, bundle)?, "bundle_id", "could not be found");
    }
    if let Some(group) = params.group_id {
        check.that(groups::exists(tx, site, group)?, "group_id", "could not be found");
    }
    if let Some(user) = params.user_id {
        check.that(users::exists(tx, site, user)?, "user_id", "could not be found");
    }
    if let Some(role) = &params.role {
        check.that(Role::named(role).is_some(), "role", "is not included in the list");
    }
    match kind {
        JobKind::EnrollmentsCreate => enrollments(params, names, check),
        JobKind::UsersImport => import(tx, site, params, names, check)?,
        JobKind::UsersExport | JobKind::EnrollmentsExport | JobKind::OrdersExport | JobKind::ProfileFieldClear => {
            check.that(names.is_none(), "rows", "are not taken by an export");
        }
    }
    Ok(())
}

fn enrollments(params: &JobParams, names: Option<&[String]>, check: &mut Check) {
    check.that(params.course_id.is_none() || params.bundle_id.is_none(), "bundle_id", "can't be beside a course");
    match (names, params.group_id) {
        (Some(_), Some(_)) => check.add("group_id", "can't be beside rows"),
        (None, None) => check.add("rows", "can't be blank"),
        (None, Some(_)) => check.that(target(params).is_some(), "course_id", "can't be blank"),
        (Some(names), None) => match EnrollmentColumns::of(names) {
            Err(text) => check.add("rows", text),
            Ok(columns) => {
                let has_target = target(params).is_some() || columns.name_a_target();
                check.that(has_target, "course_id", "can't be blank");
            }
        },
    }
}

fn import(
    tx: &mut Tx<'_>,
    site: SiteId,
    params: &JobParams,
    names: Option<&[String]>,
    check: &mut Check,
) -> Result<()> {
    let Some(names) = names else {
        check.add("rows", "can't be blank");
        return Ok(());
    };
    for name in &params.groups {
        if groups::id_by_name(tx, site, name)?.is_none() {
            check.add("groups", format!("has no group `{name:.64}`"));
        }
    }
    for name in &params.courses {
        if enrolling::target(tx, site, name, false)?.is_none() {
            check.add("courses", format!("has no course or bundle `{name:.64}`"));
        }
    }
    let definitions = definitions::all(tx, site)?;
    if let Err(wrong) = Mapping::of(names, params, &definitions) {
        check.add("rows", wrong.join("; "));
    }
    Ok(())
}
