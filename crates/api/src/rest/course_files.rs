//! Courses as code over HTTP: a whole course as the files that the command line imports and exports.

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::course_source::{self, CourseProblems, CourseSource};
use school::error::Problem;
use school::input::Object;
use school::{ChapterId, CourseId, ProductId};
use serde::{Deserialize, Serialize};
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Field, Text};
use web::path::PathTexts;
use web::response::ApiResponse;
use web::{ApiError, ApiResult};

/// More files than this are no course.
const MOST_FILES: usize = 5000;

/// The files of a course.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CourseFilesResponse {
    /// The last part of the course's address, which names its folder.
    #[schemars(example = &"bookkeeping-for-a-small-workshop")]
    pub slug: String,
    /// Its files: `course.toml` first, then those of the lessons in their order.
    pub files: Vec<CourseFileResponse>,
}

/// A file of a course.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CourseFileResponse {
    /// Its path within the course's folder.
    #[schemars(example = &"01-an-hour-a-week/01-why-bother.md")]
    pub path: String,
    /// Its text.
    #[schemars(example = &"+++\nname = \"Why bother?\"…")]
    pub text: String,
}

/// The course that the files have become.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WrittenCourseResponse {
    /// Its id.
    #[schemars(example = 5)]
    pub course_id: CourseId,
    /// The product through which it is sold.
    #[schemars(example = 6)]
    pub product_id: ProductId,
    /// The last part of its address.
    #[schemars(example = &"bread-in-a-day")]
    pub slug: String,
    /// Its chapters, in order.
    #[schemars(example = [0; 0])]
    pub chapter_ids: Vec<ChapterId>,
}

/// The files of a course that is to be made or brought up to date.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CourseFilesRequest {
    /// Its files, in any order. Only what `course.toml` names is taken.
    #[serde(default)]
    #[schemars(required, with = "Vec<CourseFileRequest>")]
    pub files: Field<Vec<Object<CourseFileRequest>>>,
}

/// A file of a course.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CourseFileRequest {
    /// Its path within the course's folder.
    #[schemars(example = &"course.toml")]
    pub path: Text,
    /// Its text.
    #[schemars(example = &"name = \"Bread in a day\"\nslug = \"bread-in-a-day\"\n")]
    pub text: Text,
}

/// The endpoints of courses as code.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Courses",
        vec![
            endpoint::get("/course_files/{id}", "getCourseFiles", Scope::ReadCourses, get)
                .path_examples(&["bookkeeping-for-a-small-workshop"])
                .summary("Gives a whole course as code, by its slug: the files that `scholae course export` writes.")
                .text_id()
                .response::<CourseFilesResponse>(200),
            endpoint::put("/course_files/{id}", "putCourseFiles", Scope::WriteCourses, put)
                .path_examples(&["bread-in-a-day"])
                .summary(
                    "Makes a whole course, or brings the one with this slug up to date: what `scholae course import` does with \
                     the same files. What did not change is left alone and keeps its id; chapters and lessons that the files \
                     no longer name are removed. Sending the same again changes nothing.",
                )
                .text_id()
                .request::<CourseFilesRequest>()
                .response::<WrittenCourseResponse>(200),
        ],
    )
}

fn slug(PathTexts(texts): &PathTexts) -> Result<String, ApiError> {
    texts.first().cloned().ok_or_else(ApiError::not_found)
}

/// Reads a course from the files that were sent.
fn read(slug: &str, request: CourseFilesRequest) -> Result<CourseSource, ApiError> {
    let Some(files) = request.files.value() else { return Err(ApiError::invalid("files", "can't be blank")) };
    if files.len() > MOST_FILES {
        return Err(ApiError::invalid("files", format!("has too many entries (maximum is {MOST_FILES})")));
    }
    let file = |path: &str| {
        let found = files.iter().find(|Object(file)| file.path.0 == path);
        found.map(|Object(file)| file.text.0.clone()).ok_or_else(|| "is missing; send it along".to_owned())
    };
    course_source::read(slug, &file).map_err(|problems| refused(&problems).into())
}

/// What is wrong with the files, each file's under its path.
fn refused(CourseProblems(problems): &CourseProblems) -> school::Error {
    let problem = |file: &str, message: &str| -> Problem { (file.to_owned().into(), message.to_owned()) };
    school::Error::Invalid(problems.iter().map(|one| problem(&one.file, &one.message)).collect())
}

/// `GET /course_files/{slug}`
pub async fn get(api: ApiContext, path: PathTexts) -> ApiResult {
    let slug = slug(&path)?;
    api.read(move |tx, site| {
        let source = course_source::export(tx, site.id, &slug)?;
        let files = course_source::files(&source).into_iter();
        let files = files.map(|(path, text)| CourseFileResponse { path, text }).collect();
        Ok(ApiResponse::ok(&CourseFilesResponse { slug: source.slug, files }))
    })
    .await
}

/// `PUT /course_files/{slug}`
pub async fn put(api: ApiContext, path: PathTexts, Body(request): Body<CourseFilesRequest>) -> ApiResult {
    let source = api.checked(read(&slug(&path)?, request))?;
    let addresses = api.app().file_addresses();
    api.write(move |tx, site| {
        let course = course_source::import(tx, site.id, &source, &addresses)?;
        Ok(ApiResponse::ok(&WrittenCourseResponse {
            course_id: course.id,
            product_id: course.product_id,
            slug: course.slug.clone(),
            chapter_ids: course.chapter_ids.clone(),
        }))
    })
    .await
}
