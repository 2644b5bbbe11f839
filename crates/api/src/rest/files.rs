//! Files: an addition of ours in the manner of the API. A small one is sent in one request; a large one in parts, each of
//! which can be sent again, so that an upload goes on after a lost connection.

use axum::http::{HeaderMap, StatusCode};
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::files::{self, File, FileAddresses, FileChanges, FileState, KINDS, NewFile, Visibility};
use school::{FileId, Page, SiteId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Field, Int, Text, Timestamp};
use web::parameter::Param;
use web::path::{Id, Ids};
use web::query::Query;
use web::response::ApiResponse;
use web::uploads::{FileForm, FormLimits, UploadBody, form_boundary};
use web::{ApiError, ApiResult, Tx};

const KIND_NAMES: [&str; 6] = {
    let mut names = [""; 6];
    let mut at = 0;
    while at < 6 {
        names[at] = KINDS[at].0;
        at += 1;
    }
    names
};
const FILTERS: &[Param] = &[Param::one_of("query[kind]", &KIND_NAMES, "Only files of this kind.")];
const UPLOAD: &[Param] = &[
    Param::text("name", "Its name, with its ending; of a form the name that the form has."),
    Param::one_of("visibility", Visibility::NAMES, "Who may have it; private where nothing is said."),
];

/// A file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FileResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: FileId,
    /// Its name.
    #[schemars(example = &"folding.txt")]
    pub name: &'a str,
    /// How far it has come: only one that is `ready` can be used.
    #[schemars(example = &"ready")]
    pub state: FileState,
    /// What it is, by its content; null before it was looked at.
    #[schemars(example = &"download", extend("enum" = KIND_NAMES))]
    pub kind: Option<&'static str>,
    /// Its media type; null before it was looked at.
    #[schemars(example = &"text/plain")]
    pub content_type: Option<&'a str>,
    /// How many bytes it has. A picture is kept without where and with what it was taken, and may be a little smaller than
    /// what was sent.
    #[schemars(example = 32)]
    pub size: i64,
    /// The width of a picture or video, in pixels, where it is known.
    pub width: Option<i64>,
    /// The height of a picture or video, in pixels, where it is known.
    pub height: Option<i64>,
    /// How long a video or sound is, in milliseconds, where it is known.
    pub duration_ms: Option<i64>,
    /// The SHA-256 of its bytes, in hexadecimal digits; null before it was looked at.
    #[schemars(example = &"6efa9cb95da11dd1cc35e125cb53add6d530a325912dba0db936ffb9ced286d2")]
    pub checksum: Option<&'a str>,
    /// Who may have it: with `public` whoever has its address, with `private` whoever was given one that ends.
    #[schemars(example = &"public")]
    pub visibility: Visibility,
    /// Where it is, once it is ready. With `width` in its query a picture comes in about that width.
    #[schemars(example = &"https://school.example/files/1/1/0f3c1f27c2b14bb3a5d1c8e07a6f9d42/folding.txt")]
    pub url: Option<String>,
    /// Until when that address counts; null where it does not end.
    #[schemars(example = None::<&str>)]
    pub url_expires_at: Option<Timestamp>,
    /// Why it is refused, or was not looked at yet.
    pub problem: Option<&'a str>,
    /// How many bytes each part of it has but the last.
    #[schemars(example = 8388608)]
    pub part_size: i64,
    /// The numbers of the parts that have come, from 1, while it is uploaded.
    #[schemars(example = [0_i64; 0])]
    pub received_parts: Vec<i64>,
    /// Who uploaded it; null when it was a program, or they are gone.
    pub created_by_user_id: Option<UserId>,
    /// When its upload began.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A file to be uploaded in parts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CreateFileRequest {
    /// Its name, with its ending.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"lecture.mp4")]
    pub name: Field<Text>,
    /// How many bytes it has.
    #[serde(default)]
    #[schemars(required, with = "Int", example = 1073741824)]
    pub size: Field<Int>,
    /// Who may have it: `private` (where nothing is said) or `public`.
    #[serde(default)]
    #[schemars(with = "Option<Visibility>", example = &"private")]
    pub visibility: Field<Text>,
}

/// Changes to a file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct UpdateFileRequest {
    /// Its name, with its ending.
    #[serde(default)]
    #[schemars(with = "Option<Text>", example = &"folding.txt")]
    pub name: Field<Text>,
    /// Who may have it.
    #[serde(default)]
    #[schemars(with = "Option<Visibility>", example = &"public")]
    pub visibility: Field<Text>,
}

/// A file whose upload has just begun.
fn just_begun() -> Value {
    json!({
        "name": "lecture.mp4", "state": "uploading", "kind": null, "content_type": null, "size": 1_073_741_824,
        "checksum": null, "visibility": "private", "url": null,
    })
}

fn view<'a>(addresses: &FileAddresses, site: SiteId, file: &'a File, received_parts: Vec<i64>) -> FileResponse<'a> {
    let is_ready = file.state == FileState::Ready;
    let now = web::now();
    FileResponse {
        id: file.id,
        name: &file.name,
        state: file.state,
        kind: files::kind_name(file.kind),
        content_type: Some(file.content_type.as_str()).filter(|kind| !kind.is_empty()),
        size: file.size,
        width: file.width,
        height: file.height,
        duration_ms: file.duration_ms,
        checksum: file.checksum.as_deref(),
        visibility: file.visibility,
        url: is_ready.then(|| addresses.of(site, file, now)),
        url_expires_at: FileAddresses::expires_at(file, now).filter(|_| is_ready).map(Timestamp),
        problem: file.problem.as_deref(),
        part_size: file.part_size,
        received_parts,
        created_by_user_id: file.created_by_user_id,
        created_at: Timestamp(file.created_at),
        updated_at: Timestamp(file.updated_at),
    }
}

/// A file with the parts that have come of it.
fn answer(tx: &mut Tx<'_>, addresses: &FileAddresses, site: SiteId, file: &File, status: StatusCode) -> ApiResult {
    let received = if file.state == FileState::Uploading { files::parts_come(tx, site, file.id)? } else { Vec::new() };
    Ok(ApiResponse::with(status, &view(addresses, site, file, received)))
}

/// The endpoints of files.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Files",
        vec![
            endpoint::get("/files", "getFiles", Scope::ReadFiles, list)
                .summary("Lists the school's files.")
                .query(FILTERS)
                .list_response::<FileResponse<'static>>(),
            endpoint::post("/files", "createFile", Scope::WriteFiles, create)
                .summary(
                    "Begins the upload of a large file. Its parts are sent one by one, each of part_size bytes but the last, \
                     in any order and as often as it takes; then the upload is completed.",
                )
                .request::<CreateFileRequest>()
                .response::<FileResponse<'static>>(201)
                .response_example(just_begun),
            endpoint::post("/files/upload", "uploadFile", Scope::WriteFiles, upload)
                .summary(
                    "Uploads a file in one request: the bytes themselves, with the name in the query, or a form \
                     (multipart/form-data) whose last field is the file. Answers 202 while it is still being looked at.",
                )
                .query(UPLOAD)
                .streams()
                .response::<FileResponse<'static>>(201),
            endpoint::get("/files/{id}", "getFile", Scope::ReadFiles, get)
                .path_examples(&["1"])
                .summary("Gives a file: also how far its upload has come, and a new address of a private one.")
                .response::<FileResponse<'static>>(200),
            endpoint::put("/files/{id}", "updateFile", Scope::WriteFiles, update)
                .path_examples(&["1"])
                .summary("Changes the name of a file, or who may have it.")
                .request::<UpdateFileRequest>()
                .response::<FileResponse<'static>>(200),
            endpoint::delete("/files/{id}", "deleteFile", Scope::WriteFiles, delete)
                .path_examples(&["1"])
                .summary("Removes a file that nothing uses. An upload that has begun is given up so."),
            endpoint::put("/files/{id}/parts/{number}", "putFilePart", Scope::WriteFiles, put_part)
                .path_examples(&["1", "1"])
                .summary("Takes a part of a file, from number 1: its bytes are the body. One that has come before is replaced.")
                .streams()
                .response::<FileResponse<'static>>(200),
            endpoint::post("/files/{id}/complete", "completeFile", Scope::WriteFiles, complete)
                .path_examples(&["1"])
                .summary(
                    "Ends an upload: the file is looked at, and is ready or refused. Answers 202 while that takes; ask for \
                     the file then.",
                )
                .response::<FileResponse<'static>>(200),
        ],
    )
}

/// `GET /files`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    let kind = query.text("query[kind]").map(|name| files::kind_named(&name));
    let addresses = api.app().file_addresses();
    api.read(move |tx, site| {
        let page = match kind {
            Some(None) => Page::empty(),
            kind => files::list(tx, site.id, kind.flatten(), &page_request)?,
        };
        Ok(ApiResponse::page(&query, &page, |file| view(&addresses, site.id, file, Vec::new())))
    })
    .await
}

/// `GET /files/{id}`
pub async fn get(api: ApiContext, Id(id): Id<FileId>) -> ApiResult {
    let addresses = api.app().file_addresses();
    api.read(move |tx, site| {
        let file = files::get(tx, site.id, id)?;
        answer(tx, &addresses, site.id, &file, StatusCode::OK)
    })
    .await
}

fn visibility(text: Option<&str>) -> Result<Visibility, ApiError> {
    match text {
        None | Some("") => Ok(Visibility::default()),
        Some(name) => {
            Visibility::named(name).ok_or_else(|| ApiError::invalid("visibility", "must be public or private"))
        }
    }
}

/// `POST /files`
pub async fn create(api: ApiContext, Body(request): Body<CreateFileRequest>) -> ApiResult {
    let text = request.visibility.value().map(String::from);
    let new = NewFile {
        name: request.name.value().map(String::from),
        size: request.size.value().map(i64::from),
        visibility: api.checked(visibility(text.as_deref()))?,
        avatar_of: None,
    };
    let (addresses, limits) = (api.app().file_addresses(), *api.app().files().limits());
    api.write(move |tx, site| {
        let file = files::begin(tx, site.id, &new, &limits)?;
        answer(tx, &addresses, site.id, &file, StatusCode::CREATED)
    })
    .await
}

/// `PUT /files/{id}`
pub async fn update(api: ApiContext, Id(id): Id<FileId>, Body(request): Body<UpdateFileRequest>) -> ApiResult {
    let text = request.visibility.value().map(String::from);
    let chosen = api.checked(text.as_deref().map(|name| visibility(Some(name))).transpose())?;
    let changes = FileChanges { name: request.name.sent(), visibility: chosen };
    let addresses = api.app().file_addresses();
    api.write(move |tx, site| {
        let file = files::update(tx, site.id, id, &changes)?;
        answer(tx, &addresses, site.id, &file, StatusCode::OK)
    })
    .await
}

/// `DELETE /files/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<FileId>) -> ApiResult {
    api.write(move |tx, site| {
        files::delete_unused(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `PUT /files/{id}/parts/{number}`
pub async fn put_part(api: ApiContext, Ids((id, number)): Ids<(FileId, i64)>, body: UploadBody) -> ApiResult {
    let file = api.read(move |tx, site| Ok(files::uploading(tx, site.id, id)?)).await?;
    let part = api.app().receive_part((api.site(), api.site_gid()), &file, number, body).await?;
    let (addresses, noted) = (api.app().file_addresses(), part.clone());
    let answered = api
        .write_step(move |tx, site| {
            let before = files::note_part(tx, site.id, id, &noted)?;
            let file = files::get(tx, site.id, id)?;
            Ok((answer(tx, &addresses, site.id, &file, StatusCode::OK)?, before))
        })
        .await;
    let (answer, unused) = match answered {
        Ok((answer, before)) => (Ok(answer), before),
        Err(error) => (Err(error), Some(part)),
    };
    if let Some(part) = unused {
        api.app().discard_part(api.site_gid(), &file, &part).await;
    }
    answer
}

/// `POST /files/{id}/complete`
pub async fn complete(api: ApiContext, Id(id): Id<FileId>) -> ApiResult {
    api.write_step(move |tx, site| Ok(files::complete(tx, site.id, id)?)).await?;
    finished(&api, id, StatusCode::OK).await
}

/// Has a file looked at and answers what it is then: `status` when it is ready.
async fn finished(api: &ApiContext, id: FileId, status: StatusCode) -> ApiResult {
    api.release_concurrency_permit();
    api.app().look_at_file(api.site(), id).await;
    let addresses = api.app().file_addresses();
    api.read(move |tx, site| {
        let file = files::get(tx, site.id, id)?;
        match (file.state, &file.problem) {
            (FileState::Refused, Some(problem)) => Err(ApiError::invalid("base", problem.clone())),
            (FileState::Ready, _) => answer(tx, &addresses, site.id, &file, status),
            _ => answer(tx, &addresses, site.id, &file, StatusCode::ACCEPTED),
        }
    })
    .await
}

/// `POST /files/upload`
pub async fn upload(api: ApiContext, query: Query, headers: HeaderMap, body: UploadBody) -> ApiResult {
    let size = body.length(&headers);
    if size.is_none() {
        return Err(ApiError::BadRequest(
            "Say how long the file is (Content-Length), or begin an upload with POST /files.".to_owned(),
        ));
    }
    let (mut name, mut chosen) = (query.text("name"), query.text("visibility"));
    match form_boundary(&headers) {
        None => {
            let new = NewFile { name, size, visibility: visibility(chosen.as_deref())?, avatar_of: None };
            receive(api, new, body).await
        }
        Some(boundary) => {
            let form = FileForm::read(body, boundary, FormLimits::STREAMED).await?;
            let Some(own) = form.file_name.clone() else { return Err(ApiError::invalid("file", "can't be blank")) };
            name = name.or(Some(own));
            chosen = chosen.or_else(|| Some(form.get("visibility").to_owned()));
            // The form is a little longer than the file in it.
            let new = NewFile { name, size, visibility: visibility(chosen.as_deref())?, avatar_of: None };
            receive(api, new, form.into_bytes()).await
        }
    }
}

async fn receive<S>(api: ApiContext, new: NewFile, bytes: S) -> ApiResult
where
    S: futures_util::Stream<Item = Result<axum::body::Bytes, web::uploads::BoxError>> + Unpin,
{
    let limits = *api.app().files().limits();
    let file = api.write_step(move |tx, site| Ok(files::begin(tx, site.id, &new, &limits)?)).await?;
    let (id, place) = (file.id, (api.site(), api.site_gid()));
    let ended = match api.app().receive_whole(place, &file, bytes).await {
        Ok(parts) => api.write_step(move |tx, site| Ok(files::complete_with(tx, site.id, id, &parts)?)).await.map(drop),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = ended {
        // Nothing half-sent is left; one that cannot be removed now is given up by itself.
        let _given_up = api.write_step(move |tx, site| Ok(files::delete(tx, site.id, id)?)).await;
        return Err(error);
    }
    finished(&api, id, StatusCode::CREATED).await
}
