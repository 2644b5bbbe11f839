//! How a job is to be done.

use crate::bulk_enrollments::{Access, EnrollmentColumns};
use crate::check::Check;
use crate::error::Result;
use crate::products::Productable;
use crate::roles::Role;
use crate::user_import::ImportOptions;
use crate::{bundles, courses, custom_profile_field_definitions as definitions, groups, users};
use serde::{Deserialize, Serialize};
use store::jobs::JobKind;
use store::{BundleId, CourseId, DefinitionId, GroupId, SiteId, Tx, UserId};

/// How a job is to be done. What a field means to each kind is said with it; the others leave it out of account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobParams {
    /// `enrollments.create`: in which course. `enrollments.export`: only those in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course_id: Option<CourseId>,
    /// `enrollments.create`: in the courses of which bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle_id: Option<BundleId>,
    /// `enrollments.create`: everybody in this group. `users.export`: only those in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// `enrollments.export`: only those of this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// `users.export`: only those with this role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// `enrollments.create`: as free trials.
    #[serde(skip_serializing_if = "is_false")]
    pub free_trial: bool,
    /// `enrollments.create`: from when on all of it is open; from when they are enrolled without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<i64>,
    /// `enrollments.create`: when it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<i64>,
    /// `users.import`: whoever is known is changed, instead of being refused.
    #[serde(skip_serializing_if = "is_false")]
    pub update: bool,
    /// `users.import`: every row is looked at, and nothing is changed.
    #[serde(skip_serializing_if = "is_false")]
    pub dry_run: bool,
    /// `users.import`: required custom profile fields may be missing.
    #[serde(skip_serializing_if = "is_false")]
    pub skip_custom_fields_validation: bool,
    /// `users.import`: whoever has no password is invited to choose one.
    #[serde(skip_serializing_if = "is_false")]
    pub invite: bool,
    /// `users.import`: courses and bundles that everybody is enrolled in, by slug or id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub courses: Vec<String>,
    /// `users.import`: groups that everybody is put into, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// `users.import`: what each column means, where that is another name than its own; empty for one that is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// `custom_profile_fields.clear`: of which field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition_id: Option<DefinitionId>,
    /// `users.export`: what people say of themselves is left out.
    #[serde(skip_serializing_if = "is_false")]
    pub without_profile: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl JobParams {
    /// How a file of people is taken.
    #[must_use]
    pub fn import_options(&self) -> ImportOptions {
        ImportOptions {
            create_groups: false,
            update: self.update,
            skip_custom_fields_validation: self.skip_custom_fields_validation,
            invite: self.invite,
        }
    }

    /// From when on and until when people are enrolled, at a moment.
    #[must_use]
    pub fn access(&self, now: i64) -> Access {
        let activated_at = Some(self.activated_at.unwrap_or(now)).filter(|_| !self.free_trial);
        Access { activated_at, expiry_date: self.expiry_date }
    }

    /// In what everybody is enrolled whose row does not say.
    #[must_use]
    pub fn target(&self) -> Option<Productable> {
        self.course_id.map(Productable::Course).or(self.bundle_id.map(Productable::Bundle))
    }

    /// Finds what is wrong with them, for a job of this kind whose rows have these columns.
    pub(super) fn check(
        &self,
        tx: &mut Tx<'_>,
        site: SiteId,
        kind: JobKind,
        names: Option<&[String]>,
        check: &mut Check,
    ) -> Result<()> {
        if let Some(course) = self.course_id {
            check.that(courses::exists(tx, site, course)?, "course_id", "could not be found");
        }
        if let Some(bundle) = self.bundle_id {
            check.that(bundles::exists(tx, site, bundle)?, "bundle_id", "could not be found");
        }
        if let Some(group) = self.group_id {
            check.that(groups::exists(tx, site, group)?, "group_id", "could not be found");
        }
        if let Some(user) = self.user_id {
            check.that(users::exists(tx, site, user)?, "user_id", "could not be found");
        }
        if let Some(role) = &self.role {
            check.that(Role::named(role).is_some(), "role", "is not included in the list");
        }
        match kind {
            JobKind::EnrollmentsCreate => self.check_enrollments(names, check),
            JobKind::UsersImport => self.check_import(tx, site, names, check)?,
            JobKind::UsersExport | JobKind::EnrollmentsExport | JobKind::OrdersExport | JobKind::ProfileFieldClear => {
                check.that(names.is_none(), "rows", "are not taken by an export");
            }
        }
        Ok(())
    }

    fn check_enrollments(&self, names: Option<&[String]>, check: &mut Check) {
        check.that(self.course_id.is_none() || self.bundle_id.is_none(), "bundle_id", "can't be beside a course");
        match (names, self.group_id) {
            (Some(_), Some(_)) => check.add("group_id", "can't be beside rows"),
            (None, None) => check.add("rows", "can't be blank"),
            (None, Some(_)) => check.that(self.target().is_some(), "course_id", "can't be blank"),
            (Some(names), None) => match EnrollmentColumns::of(names) {
                Err(text) => check.add("rows", text),
                Ok(columns) => {
                    let has_target = self.target().is_some() || columns.name_a_target();
                    check.that(has_target, "course_id", "can't be blank");
                }
            },
        }
    }

    fn check_import(&self, tx: &mut Tx<'_>, site: SiteId, names: Option<&[String]>, check: &mut Check) -> Result<()> {
        let Some(names) = names else {
            check.add("rows", "can't be blank");
            return Ok(());
        };
        for name in &self.groups {
            if groups::id_by_name(tx, site, name)?.is_none() {
                check.add("groups", format!("has no group `{name:.64}`"));
            }
        }
        for name in &self.courses {
            if crate::bulk_enrollments::target(tx, site, name, false)?.is_none() {
                check.add("courses", format!("has no course or bundle `{name:.64}`"));
            }
        }
        let definitions = definitions::all(tx, site)?;
        if let Err(wrong) = super::import::Mapping::of(names, self, &definitions) {
            check.add("rows", wrong.join("; "));
        }
        Ok(())
    }
}
