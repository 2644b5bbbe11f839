//! One line for an endpoint: how it is called, what it takes and answers, and who handles it. The router and the
//! OpenAPI document both come from that line.

use crate::App;
use crate::parameter::Param;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::response::Response;
use identity::access::Need;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::pin::Pin;
use std::sync::Arc;

/// An answer on its way.
pub(crate) type ResponseFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers a request that the middleware has let through.
type Handle = Arc<dyn Fn(Request, App) -> ResponseFuture + Send + Sync>;

fn handle<H: Handler<T, App>, T: 'static>(handler: H) -> Handle {
    Arc::new(move |request, app| Box::pin(handler.clone().call(request, app)))
}

/// Makes the schema of a type, adding it to the document's components.
pub type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// What an endpoint answers on success.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Nothing but the status.
    Empty,
    /// A record.
    One(MakeSchema),
    /// A page of records.
    List(MakeSchema),
}

/// An endpoint of the API.
#[derive(Clone)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path under the API's root, with `{name}` for parts that vary.
    pub path: &'static str,
    /// Which group of endpoints it belongs to.
    pub tag: &'static str,
    /// Its name in the OpenAPI document.
    pub id: &'static str,
    /// What it needs of whoever calls it.
    pub need: Need,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// Its own parameters in the query.
    pub query: &'static [Param],
    /// Whether it is a list, with paging and date filters.
    pub list: bool,
    /// What it takes.
    pub body: Option<MakeSchema>,
    /// The status of its success.
    pub status: u16,
    /// What it answers on success.
    pub answers: Shape,
    /// The statuses of its refusals, beside those that every endpoint has.
    pub refuses: &'static [u16],
    /// Whether the path takes an external id with `?provider=`.
    pub text_id: bool,
    /// Whether it may wait on purpose, so that taking long is no sign of trouble.
    pub waits: bool,
    handler: Handle,
}

impl Endpoint {
    fn new(method: Method, path: &'static str, id: &'static str, need: impl Into<Need>, handler: Handle) -> Self {
        Self {
            method,
            path,
            tag: "",
            id,
            need: need.into(),
            about: "",
            query: &[],
            list: false,
            body: None,
            status: 204,
            answers: Shape::Empty,
            refuses: &[],
            text_id: false,
            waits: false,
            handler,
        }
    }

    /// What it does, in one sentence.
    #[must_use]
    pub fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// Its parameters in the query.
    #[must_use]
    pub fn query(self, query: &'static [Param]) -> Self {
        Self { query, ..self }
    }

    /// It answers a page of these.
    #[must_use]
    pub fn lists<T: JsonSchema>(self) -> Self {
        Self { list: true, status: 200, answers: Shape::List(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers one of these.
    #[must_use]
    pub fn answers<T: JsonSchema>(self, status: u16) -> Self {
        Self { status, answers: Shape::One(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers nothing but a status.
    #[must_use]
    pub fn empty(self, status: u16) -> Self {
        Self { status, answers: Shape::Empty, ..self }
    }

    /// It takes one of these.
    #[must_use]
    pub fn takes<T: JsonSchema>(self) -> Self {
        Self { body: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It refuses with these statuses, beside those that every endpoint has.
    #[must_use]
    pub fn refuses(self, refuses: &'static [u16]) -> Self {
        Self { refuses, ..self }
    }

    /// Its path takes ids that are text.
    #[must_use]
    pub fn text_id(self) -> Self {
        Self { text_id: true, ..self }
    }

    /// It may wait on purpose.
    #[must_use]
    pub fn waits(self) -> Self {
        Self { waits: true, ..self }
    }

    /// The names of the parts of its path that vary.
    pub fn path_params(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    pub(crate) fn answer(&self, request: Request, app: App) -> ResponseFuture {
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
    id: &'static str,
    need: impl Into<Need>,
    handler: H,
) -> Endpoint {
    Endpoint::new(Method::GET, path, id, need, handle(handler))
}

/// An endpoint that makes.
pub fn post<H: Handler<T, App>, T: 'static>(
    path: &'static str,
    id: &'static str,
    need: impl Into<Need>,
    handler: H,
) -> Endpoint {
    Endpoint::new(Method::POST, path, id, need, handle(handler))
}

/// An endpoint that changes.
pub fn put<H: Handler<T, App>, T: 'static>(
    path: &'static str,
    id: &'static str,
    need: impl Into<Need>,
    handler: H,
) -> Endpoint {
    Endpoint::new(Method::PUT, path, id, need, handle(handler))
}

/// An endpoint that removes.
pub fn delete<H: Handler<T, App>, T: 'static>(
    path: &'static str,
    id: &'static str,
    need: impl Into<Need>,
    handler: H,
) -> Endpoint {
    Endpoint::new(Method::DELETE, path, id, need, handle(handler))
}
