//! A job to be asked for.

use bulk::jobs::{InputRows, JobKind, JobParams, NewJob};
use schemars::JsonSchema;
use school::{BundleId, CourseId, GroupId, UserId};
use serde::Deserialize;
use serde_json::{Map, Value};
use web::ApiError;
use web::input::{Bool, Field, IdInput, Object, TIMESTAMP_EXAMPLE, Text, TimestampInput};

/// A job to be done.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CreateJobRequest {
    /// What it does: `enrollments.create`, `users.import`, `users.export`, `enrollments.export` or `orders.export`.
    #[schemars(required, with = "Text", example = &"enrollments.create")]
    pub kind: Field<Text>,
    /// How it is to be done.
    #[schemars(example = serde_json::json!({ "course_id": 1 }))]
    pub params: Field<Object<JobParamsRequest>>,
    /// The rows it works on, at most 50,000. For `enrollments.create`, `email` or `user_id`, and where they differ from row to
    /// row `course` or `bundle` (the last part of its address, or its id) and `expires`. For `users.import` the fields of
    /// users, `external_id`, `provider`, `groups`, `courses`, `invite`, and `field:LABEL` for a custom profile field.
    #[schemars(with = "Vec<Map<String, Value>>", example = [serde_json::json!({ "email": "amara.okafor@demo.example" })])]
    pub rows: Field<Vec<Object<Map<String, Value>>>>,
    /// The same rows as the text of a CSV file, with the names of the columns in its first line.
    #[schemars(with = "Option<Text>")]
    pub csv: Field<String>,
}

/// How a job is to be done. Each kind takes its own fields and leaves the others out of account.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct JobParamsRequest {
    /// `enrollments.create`: in which course. `enrollments.export`: only those in it.
    #[schemars(example = 1)]
    pub course_id: Field<IdInput<CourseId>>,
    /// `enrollments.create`: in the courses of which bundle.
    pub bundle_id: Field<IdInput<BundleId>>,
    /// `enrollments.create`: everybody in this group, instead of rows. `users.export`: only those in it.
    pub group_id: Field<IdInput<GroupId>>,
    /// `enrollments.export`: only those of this user.
    pub user_id: Field<IdInput<UserId>>,
    /// `users.export`: only those with this role.
    pub role: Field<Text>,
    /// `enrollments.create`: as free trials.
    #[schemars(with = "Option<Bool>")]
    pub free_trial: Field<Bool>,
    /// `enrollments.create`: from when on the whole course is open; from when they are enrolled without it.
    #[schemars(example = TIMESTAMP_EXAMPLE)]
    pub activated_at: Field<TimestampInput>,
    /// `enrollments.create`: when it ends; never without it.
    pub expiry_date: Field<TimestampInput>,
    /// `users.import`: somebody whose address is known is changed, instead of being refused.
    #[schemars(with = "Option<Bool>")]
    pub update: Field<Bool>,
    /// `users.import`: every row is looked at, and nothing is changed.
    #[schemars(with = "Option<Bool>")]
    pub dry_run: Field<Bool>,
    /// `users.import`: required custom profile fields may be missing.
    #[schemars(with = "Option<Bool>")]
    pub skip_custom_fields_validation: Field<Bool>,
    /// `users.import`: whoever has no password is invited by mail to choose one.
    #[schemars(with = "Option<Bool>")]
    pub invite: Field<Bool>,
    /// `users.import`: courses and bundles that everybody is enrolled in, by the last part of their address or by id.
    #[schemars(with = "Option<Vec<Text>>")]
    pub courses: Field<Vec<Text>>,
    /// `users.import`: groups that everybody is put into, by name.
    #[schemars(with = "Option<Vec<Text>>")]
    pub groups: Field<Vec<Text>>,
}

impl JobParamsRequest {
    fn params(self) -> JobParams {
        let yes = |flag: Field<Bool>| flag.value().is_some_and(|Bool(yes)| yes);
        let moment = |at: Field<TimestampInput>| at.value().map(|TimestampInput(at)| at);
        let texts = |texts: Field<Vec<Text>>| texts.value().unwrap_or_default().into_iter().map(String::from).collect();
        JobParams {
            course_id: self.course_id.id(),
            bundle_id: self.bundle_id.id(),
            group_id: self.group_id.id(),
            user_id: self.user_id.id(),
            role: self.role.value().map(String::from),
            free_trial: yes(self.free_trial),
            activated_at: moment(self.activated_at),
            expiry_date: moment(self.expiry_date),
            update: yes(self.update),
            dry_run: yes(self.dry_run),
            skip_custom_fields_validation: yes(self.skip_custom_fields_validation),
            invite: yes(self.invite),
            courses: texts(self.courses),
            groups: texts(self.groups),
            columns: Vec::new(),
            definition_id: None,
            without_profile: false,
        }
    }
}

/// The most names that one request may have in a list.
const MOST_NAMES: usize = 100;

impl CreateJobRequest {
    /// The job, when its rows can be read as a whole.
    pub fn job(self) -> Result<NewJob, ApiError> {
        let kind = match self.kind.value() {
            None => return Err(ApiError::invalid("kind", "can't be blank")),
            // A field is cleared by deleting it.
            Some(Text(name)) => JobKind::named(&name).filter(|kind| *kind != JobKind::ProfileFieldClear),
        };
        let kind = kind.ok_or_else(|| ApiError::invalid("kind", "is not included in the list"))?;
        let params = self.params.value().map(|Object(params)| params.params()).unwrap_or_default();
        if params.courses.len() > MOST_NAMES || params.groups.len() > MOST_NAMES {
            let field = if params.courses.len() > MOST_NAMES { "courses" } else { "groups" };
            return Err(ApiError::invalid(field, format!("has too many entries (maximum is {MOST_NAMES})")));
        }
        let input = match (self.rows.value(), self.csv.value()) {
            (Some(_), Some(_)) => return Err(ApiError::invalid("csv", "can't be beside rows")),
            (Some(rows), None) => {
                let objects: Vec<Map<String, Value>> = rows.into_iter().map(|Object(row)| row).collect();
                Some(InputRows::of_objects(&objects).map_err(|text| ApiError::invalid("rows", text))?)
            }
            (None, Some(csv)) => {
                Some(InputRows::of_csv(csv.into_bytes()).map_err(|text| ApiError::invalid("csv", text))?)
            }
            (None, None) => None,
        };
        Ok(NewJob { kind, params, input })
    }
}
