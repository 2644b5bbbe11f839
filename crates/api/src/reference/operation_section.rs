//! The section of an operation: what it does and takes on one side, an example on the other.

use super::fields::{Field, ValueType};
use super::introduction;
use super::markup::{breakable_name, breakable_path, json, prose};
use super::operation::{Operation, Parameter, Response};
use super::samples::samples;
use super::try_it;
use crate::openapi::schemas::{Resolved, Schemas};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;
use web::paging::Paging;

/// What every section of a page needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sections<'d> {
    /// The schemas of the document.
    pub schemas: Schemas<'d>,
    /// The path that the operations are under.
    pub root: &'d str,
    /// How lists are read.
    pub paging: Paging,
}

impl<'d> Sections<'d> {
    /// The section of an operation.
    pub fn operation(self, operation: &Operation<'d>) -> Markup {
        let anchor = operation.anchor();
        html! {
            section.op id=(anchor) {
                div.said {
                    h3 { (method(operation.method)) " " a href={ "#" (anchor) } { (breakable_path(operation.path)) } }
                    p.summary { (prose(operation.summary())) }
                    @if let Some(more) = operation.spec["description"].as_str() { p { (prose(more)) } }
                    (access(operation))
                    (self.parameters(operation))
                    @if let Some(request) = operation.request() { (self.request(request)) }
                    (self.responses(operation))
                }
                div.shown { (self.example(operation)) }
            }
        }
    }

    /// A table of fields.
    pub fn fields(self, heading: &str, fields: &[Field<'d>]) -> Markup {
        html! {
            table {
                thead { tr { th scope="col" { (heading) } th scope="col" { "Meaning" } } }
                tbody {
                    @for field in fields {
                        tr {
                            th scope="row" {
                                code { (breakable_name(&field.path)) } " " small { (value_type(&field.value_type)) }
                                @if field.required { " " em { "required" } }
                            }
                            td { (prose(field.description.unwrap_or_default())) }
                        }
                    }
                }
            }
        }
    }

    /// The fields of a response. It has all of them, so that none needs to be marked.
    pub fn response_fields(self, schema: &'d Value) -> Vec<Field<'d>> {
        let fields = self.schemas.own_fields(schema).into_iter();
        fields.map(|field| Field { required: false, ..field }).collect()
    }

    fn parameters(self, operation: &Operation<'d>) -> Markup {
        let own: Vec<Field<'d>> =
            operation.own_parameters().into_iter().map(|parameter| self.parameter(parameter)).collect();
        html! {
            @if !own.is_empty() { h4 { "Parameters" } (self.fields("Parameter", &own)) }
            @if operation.is_list() {
                p.also {
                    "With " a href="#lists" {
                        @match self.paging {
                            Paging::Pages => { "paging, order and date filters" },
                            Paging::Cursors => { "paging" },
                        }
                    } "."
                }
            }
            @if operation.takes_idempotency_key() {
                p.also { "Takes an " a href="#idempotency" { code { "Idempotency-Key" } } "." }
            }
        }
    }

    /// A parameter as a row of a table.
    fn parameter(self, parameter: Parameter<'d>) -> Field<'d> {
        let description = match (parameter.description, parameter.location) {
            ("", "path") => Some("In the path."),
            ("", _) => None,
            (description, _) => Some(description),
        };
        let value_type = self.schemas.value_type(parameter.schema);
        Field { path: parameter.name.to_owned(), value_type, required: parameter.required, description }
    }

    fn request(self, schema: &'d Value) -> Markup {
        let fields = self.schemas.fields(schema);
        html! {
            h4 { "Body" }
            @if fields.is_empty() { p { "Any JSON object." } } @else { (self.fields("Field", &fields)) }
        }
    }

    fn responses(self, operation: &Operation<'d>) -> Markup {
        let errors: Vec<Response<'d>> = operation.responses().filter(|response| !response.is_success()).collect();
        let unnamed = operation.success().and_then(|response| response.schema).filter(|schema| self.is_unnamed(schema));
        html! {
            h4 { "Answers" }
            ul.answers {
                @if let Some(success) = operation.success() {
                    li { strong { (success.status) } " " (self.success(success)) }
                }
                @if !errors.is_empty() {
                    li {
                        "Refusals: "
                        @for (index, Response { status, description, .. }) in errors.into_iter().enumerate() {
                            @if index > 0 { ", " }
                            @if introduction::explains(status) { a href={ "#status-" (status) } { (status) } }
                            @else { (status) " (" (description) ")" }
                        }
                        "."
                    }
                }
            }
            @if let Some(schema) = unnamed { (self.fields("Field", &self.response_fields(schema))) }
        }
    }

    fn success(self, Response { schema, .. }: Response<'d>) -> Markup {
        html! {
            @if let Some(schema) = schema {
                @if let Some(item) = self.schemas.list_item(schema) {
                    "with a page of " (value_type(&self.schemas.value_type(item))) "."
                } @else {
                    "with " (value_type(&self.schemas.value_type(schema))) "."
                }
            } @else {
                "without a body."
            }
        }
    }

    /// Whether a response has fields, but neither a name nor the form of every list: they are listed with the operation.
    fn is_unnamed(self, schema: &'d Value) -> bool {
        let Resolved { schema: resolved, name, .. } = self.schemas.resolve(schema);
        name.is_none() && self.schemas.list_item(schema).is_none() && !self.schemas.properties(resolved).is_empty()
    }

    fn example(self, operation: &Operation<'d>) -> Markup {
        html! {
            (samples(operation, self.root))
            (try_it::form(operation, self.root))
            @if let Some(Response { status, example, .. }) = operation.success() {
                p.over { "Answer " (named_status(status)) }
                @if let Some(example) = example { pre.copy { code { (json(example)) } } }
            }
        }
    }
}

/// Which apps may call an operation.
fn access(operation: &Operation<'_>) -> Markup {
    html! {
        p.also {
            @match operation.scopes() {
                None => { "Not for " a href="#apps" { "apps" } "." },
                Some(scopes) if scopes.is_empty() => { "For every " a href="#apps" { "app" } "." },
                Some(scopes) => { a href="#apps" { "Apps" } " need " code { (scopes.join(" ")) } "." },
            }
        }
    }
}

/// The type of a value, with a link to the record when it is one.
fn value_type(value_type: &ValueType<'_>) -> Markup {
    html! {
        (value_type.words)
        @for (index, value) in value_type.values.iter().enumerate() {
            @if index > 0 { "," }
            " " code { (value) }
        }
        @if let Some(name) = value_type.record {
            @if !value_type.words.is_empty() { " " }
            a href={ "#record-" (name) } { (name) }
        }
        @if value_type.nullable { " or null" }
    }
}

/// The badge of a method.
pub(super) fn method(method: &str) -> Markup {
    html! { span class={ "m " (method) } { (method.to_uppercase()) } }
}

/// A status with its usual name: `201 Created`.
fn named_status(status: &str) -> String {
    status.parse::<StatusCode>().map_or_else(|_| status.to_owned(), |known| known.to_string())
}
