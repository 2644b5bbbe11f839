//! An endpoint: how it is called, what it takes and answers, and who handles it. The router, the OpenAPI document and the
//! reference page all come from its description.

use crate::App;
use crate::parameter::Param;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::response::Response;
use identity::access::Need;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;

/// An answer on its way.
pub(crate) type ResponseFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler, called once the middleware has let a request through.
type BoxedHandler = Arc<dyn Fn(Request, App) -> ResponseFuture + Send + Sync>;

fn boxed<H: Handler<T, App>, T: 'static>(handler: H) -> BoxedHandler {
    Arc::new(move |request, app| Box::pin(handler.clone().call(request, app)))
}

/// Makes the schema of a type, adding it to the document's components.
pub type SchemaFn = fn(&mut SchemaGenerator) -> Schema;

/// What an endpoint answers on success.
#[derive(Debug, Clone, Copy)]
pub enum ResponseBody {
    /// Nothing but the status.
    Empty,
    /// A record.
    Record(SchemaFn),
    /// A page of records.
    List(SchemaFn),
    /// A file, of one of these media types.
    File(&'static [&'static str]),
}

/// An endpoint of an API.
#[derive(Clone)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path under the API's root, with `{name}` for path parameters.
    pub path: &'static str,
    /// Examples of its path parameters, in their order.
    pub path_examples: &'static [&'static str],
    /// The group of endpoints that it belongs to in the document.
    pub tag: &'static str,
    /// Its `operationId` in the document.
    pub operation_id: &'static str,
    /// What access a caller needs.
    pub access: Need,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// Its own query parameters.
    pub query: &'static [Param],
    /// Whether it is a list, with paging and date filters.
    pub is_list: bool,
    /// What it takes.
    pub request: Option<SchemaFn>,
    /// The status of its success.
    pub status: u16,
    /// What it answers on success.
    pub response: ResponseBody,
    /// What of its response differs from the examples of the fields.
    pub response_example: Option<fn() -> Value>,
    /// The statuses of its errors, beside those that every endpoint has.
    pub error_statuses: &'static [u16],
    /// Whether `id` and `provider` in the path are texts.
    pub text_id: bool,
    /// Whether it may wait for something to happen, so that taking long is no sign of trouble.
    pub long_poll: bool,
    /// Whether its handler reads the body itself, as it comes, however long it is: see [`crate::uploads::UploadBody`].
    pub streams: bool,
    handler: BoxedHandler,
}

impl Endpoint {
    fn new(
        method: Method,
        path: &'static str,
        operation_id: &'static str,
        access: impl Into<Need>,
        handler: BoxedHandler,
    ) -> Self {
        Self {
            method,
            path,
            path_examples: &[],
            tag: "",
            operation_id,
            access: access.into(),
            summary: "",
            query: &[],
            is_list: false,
            request: None,
            status: 204,
            response: ResponseBody::Empty,
            response_example: None,
            error_statuses: &[],
            text_id: false,
            long_poll: false,
            streams: false,
            handler,
        }
    }

    /// Examples of its path parameters, in their order.
    #[must_use]
    pub fn path_examples(self, path_examples: &'static [&'static str]) -> Self {
        Self { path_examples, ..self }
    }

    /// What it does, in one sentence.
    #[must_use]
    pub fn summary(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    /// Its query parameters.
    #[must_use]
    pub fn query(self, query: &'static [Param]) -> Self {
        Self { query, ..self }
    }

    /// It answers a page of these.
    #[must_use]
    pub fn list_response<T: JsonSchema>(self) -> Self {
        let response = ResponseBody::List(SchemaGenerator::subschema_for::<T>);
        Self { is_list: true, status: 200, response, ..self }
    }

    /// It answers one of these.
    #[must_use]
    pub fn response<T: JsonSchema>(self, status: u16) -> Self {
        Self { status, response: ResponseBody::Record(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers a file of one of these media types.
    #[must_use]
    pub fn file_response(self, media_types: &'static [&'static str]) -> Self {
        Self { status: 200, response: ResponseBody::File(media_types), ..self }
    }

    /// It answers nothing but a status; without a call of this or another response, 204.
    #[must_use]
    pub fn empty_response(self, status: u16) -> Self {
        Self { status, response: ResponseBody::Empty, ..self }
    }

    /// It takes one of these.
    #[must_use]
    pub fn request<T: JsonSchema>(self) -> Self {
        Self { request: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// The example of its response has these fields instead of those of its type.
    #[must_use]
    pub fn response_example(self, changes: fn() -> Value) -> Self {
        Self { response_example: Some(changes), ..self }
    }

    /// It answers errors with these statuses, beside those that every endpoint has.
    #[must_use]
    pub fn error_statuses(self, error_statuses: &'static [u16]) -> Self {
        Self { error_statuses, ..self }
    }

    /// Its path takes ids that are texts.
    #[must_use]
    pub fn text_id(self) -> Self {
        Self { text_id: true, ..self }
    }

    /// It may wait for something to happen.
    #[must_use]
    pub fn long_poll(self) -> Self {
        Self { long_poll: true, ..self }
    }

    /// Its handler reads the body itself, as it comes. An `Idempotency-Key` means nothing here: what was sent is not known
    /// before it was taken.
    #[must_use]
    pub fn streams(self) -> Self {
        Self { streams: true, long_poll: true, ..self }
    }

    /// The names of its path parameters.
    pub fn path_params(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    pub(crate) fn handle(&self, request: Request, app: App) -> ResponseFuture {
        (self.handler)(request, app)
    }
}

/// A group of endpoints.
#[must_use]
pub fn tagged(tag: &'static str, endpoints: Vec<Endpoint>) -> Vec<Endpoint> {
    endpoints.into_iter().map(|endpoint| Endpoint { tag, ..endpoint }).collect()
}

/// An endpoint that reads.
pub fn get<H: Handler<T, App>, T: 'static>(
    path: &'static str,
    operation_id: &'static str,
    access: impl Into<Need>,
    handler: H,
) -> Endpoint {
    Endpoint::new(Method::GET, path, operation_id, access, boxed(handler))
}

/// An endpoint that makes.
pub fn post<H: Handler<T, App>, T: 'static>(
    path: &'static str,
    operation_id: &'static str,
    access: impl Into<Need>,
    handler: H,
) -> Endpoint {
    Endpoint::new(Method::POST, path, operation_id, access, boxed(handler))
}

/// An endpoint that changes.
pub fn put<H: Handler<T, App>, T: 'static>(
    path: &'static str,
    operation_id: &'static str,
    access: impl Into<Need>,
    handler: H,
) -> Endpoint {
    Endpoint::new(Method::PUT, path, operation_id, access, boxed(handler))
}

/// An endpoint that removes.
pub fn delete<H: Handler<T, App>, T: 'static>(
    path: &'static str,
    operation_id: &'static str,
    access: impl Into<Need>,
    handler: H,
) -> Endpoint {
    Endpoint::new(Method::DELETE, path, operation_id, access, boxed(handler))
}
