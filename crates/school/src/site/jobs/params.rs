//! How a job is to be done.

use serde::{Deserialize, Serialize};
use store::{BundleId, CourseId, DefinitionId, GroupId, UserId};

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
