//! The page: what stands around the operations, and each of them.

use super::example::Examples;
use super::html::Html;
use super::introduction::{self, Part};
use super::operation::{Operation, Parameter, operations};
use super::schema::{Field, Kind, Resolved, Schemas};
use super::{REFERENCES, Reference};
use axum::http::StatusCode;
use serde_json::Value;
use web::paging::Paging;

/// Where the files of the page are.
#[derive(Debug, Clone)]
pub(super) struct Assets {
    /// The style sheet.
    pub style: String,
    /// The script.
    pub script: String,
    /// The icon.
    pub icon: String,
}

/// Operations of one group.
struct Group<'d> {
    tag: &'d str,
    operations: Vec<Operation<'d>>,
}

/// What the parts of the page are made from.
struct Page<'d> {
    reference: &'d Reference,
    document: &'d Value,
    schemas: Schemas<'d>,
    root: &'d str,
    groups: Vec<Group<'d>>,
    records: Vec<&'d str>,
}

/// The whole page of a document.
pub(super) fn page(document: &Value, reference: &Reference, assets: &Assets) -> String {
    let page = Page::of(document, reference);
    let mut html = Html::default();
    page.head(&mut html, assets);
    html.raw("<div class=\"frame\">\n<details class=\"fold\"><summary>Contents</summary>");
    page.contents(&mut html, "Contents, folded");
    html.raw("</details>\n<div class=\"side\">");
    page.contents(&mut html, "Contents");
    html.raw("</div>\n<main id=\"main\" tabindex=\"-1\">\n");
    page.introduction(&mut html);
    for group in &page.groups {
        page.group(&mut html, group);
    }
    page.records(&mut html);
    html.raw("</main>\n</div>\n<p class=\"unseen\" role=\"status\" id=\"said\"></p>\n</body>\n</html>\n");
    html.finish()
}

/// An anchor from a name: lower case, dashes.
fn slug(name: &str) -> String {
    name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

impl<'d> Page<'d> {
    fn of(document: &'d Value, reference: &'d Reference) -> Self {
        let schemas = Schemas::of(document);
        let mut groups: Vec<Group<'d>> = Vec::new();
        let mut records = Vec::new();
        for operation in operations(document, reference.definition.paging.params()) {
            for (status, _, schema) in operation.answers() {
                if let Some(schema) = schema.filter(|_| status.starts_with('2')) {
                    schemas.records(schema, &mut records);
                }
            }
            match groups.iter_mut().find(|group| group.tag == operation.tag()) {
                Some(group) => group.operations.push(operation),
                None => groups.push(Group { tag: operation.tag(), operations: vec![operation] }),
            }
        }
        let root = document["servers"][0]["url"].as_str().unwrap_or_default();
        Self { reference, document, schemas, root, groups, records }
    }

    fn title(&self) -> &'d str {
        self.document["info"]["title"].as_str().unwrap_or("API")
    }

    fn head(&self, html: &mut Html, assets: &Assets) {
        html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<title>").text(self.title());
        html.raw(": reference</title>\n<link rel=\"icon\" type=\"image/svg+xml\" href=\"").text(&assets.icon);
        html.raw("\">\n<link rel=\"stylesheet\" href=\"").text(&assets.style);
        html.raw("\">\n<script src=\"").text(&assets.script);
        html.raw("\" defer></script>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n");
        html.raw("<header class=\"top\"><a class=\"brand\" href=\"").text(self.reference.address);
        html.raw("\"><img src=\"").text(&assets.icon);
        html.raw("\" alt=\"\" width=\"28\" height=\"28\"> ").text(self.title());
        html.raw("</a> <span class=\"version\">").text(self.document["info"]["version"].as_str().unwrap_or_default());
        html.raw("</span><label class=\"school\" hidden>Your school <input type=\"text\" id=\"school\" ");
        html.raw("placeholder=\"subdomain\" autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\" ");
        html.raw("size=\"12\"></label>");
        for other in REFERENCES.iter().filter(|other| other.address != self.reference.address) {
            html.raw("<a class=\"machine\" href=\"").text(other.address).raw("\">").text(other.name).raw("</a>");
        }
        html.raw("<a class=\"machine\" href=\"").text(self.reference.definition.described_at);
        html.raw("\">OpenAPI</a></header>\n");
    }

    fn contents(&self, html: &mut Html, label: &'static str) {
        html.raw("<nav aria-label=\"").raw(label).raw("\">");
        html.raw("<input class=\"filter\" type=\"search\" aria-label=\"Filter the contents\" ");
        html.raw("placeholder=\"Filter\" hidden>\n<div class=\"part\"><a class=\"head\" href=\"#introduction\">");
        html.raw("Introduction</a><ul>");
        for (anchor, title) in introduction::titles(self.reference.prose) {
            html.raw("<li><a href=\"#").raw(anchor).raw("\">").raw(title).raw("</a></li>");
        }
        html.raw("</ul></div>\n");
        for Group { tag, operations } in &self.groups {
            html.raw("<div class=\"part\"><a class=\"head\" href=\"#group-").text(&slug(tag)).raw("\">").text(tag);
            html.raw("</a><ul>");
            for operation in operations {
                html.raw("<li><a href=\"#").text(&operation.anchor()).raw("\">");
                method(html, operation.method).raw(" <span>").path(operation.path).raw("</span></a></li>");
            }
            html.raw("</ul></div>\n");
        }
        html.raw("<div class=\"part\"><a class=\"head\" href=\"#records\">Records</a><ul>");
        for name in &self.records {
            html.raw("<li><a href=\"#record-").text(name).raw("\">").text(name).raw("</a></li>");
        }
        html.raw("</ul></div></nav>");
    }

    fn introduction(&self, html: &mut Html) {
        html.raw("<div class=\"prose\" id=\"introduction\">\n<h1>").text(self.title()).raw("</h1>\n");
        for part in introduction::parts(self.reference.prose) {
            match part {
                Part::Html(piece) => {
                    html.raw(piece);
                }
                Part::Root => {
                    html.text(self.root);
                }
                Part::ListParameters => {
                    html.raw("<table><thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">Meaning</th></tr>");
                    html.raw("</thead><tbody>");
                    for shared in self.reference.definition.paging.params() {
                        html.raw("<tr><th scope=\"row\"><code>").name(shared.name).raw("</code></th><td>");
                        html.prose(shared.about).raw("</td></tr>\n");
                    }
                    html.raw("</tbody></table>\n");
                }
                Part::Errors => introduction::errors(html),
            }
        }
        html.raw("</div>\n");
    }

    fn group(&self, html: &mut Html, Group { tag, operations }: &Group<'d>) {
        html.raw("<h2 class=\"group\" id=\"group-").text(&slug(tag)).raw("\">").text(tag).raw("</h2>\n");
        let described = super::schema::items(&self.document["tags"]).iter().find(|known| known["name"] == *tag);
        if let Some(about) = described.and_then(|known| known["description"].as_str()) {
            html.raw("<p class=\"prose\">").prose(about).raw("</p>\n");
        }
        for operation in operations {
            self.operation(html, operation);
        }
    }

    fn operation(&self, html: &mut Html, operation: &Operation<'d>) {
        html.raw("<section class=\"op\" id=\"").text(&operation.anchor()).raw("\">\n<div class=\"said\"><h3>");
        method(html, operation.method).raw(" <a href=\"#").text(&operation.anchor()).raw("\">");
        html.path(operation.path).raw("</a></h3>\n<p class=\"summary\">").prose(operation.summary()).raw("</p>\n");
        if let Some(more) = operation.spec["description"].as_str() {
            html.raw("<p>").prose(more).raw("</p>\n");
        }
        html.raw("<p class=\"also\">");
        match operation.scopes() {
            None => html.raw("Not for <a href=\"#apps\">apps</a>."),
            Some(scopes) if scopes.is_empty() => html.raw("For every <a href=\"#apps\">app</a>."),
            Some(scopes) => html.raw("<a href=\"#apps\">Apps</a> need <code>").text(&scopes.join(" ")).raw("</code>."),
        };
        html.raw("</p>\n");
        self.parameters(html, operation);
        if let Some(body) = operation.body() {
            html.raw("<h4>Body</h4>\n");
            let fields = self.schemas.fields(body);
            if fields.is_empty() {
                html.raw("<p>Any JSON object.</p>\n");
            } else {
                self.fields(html, "Field", &fields);
            }
        }
        self.answers(html, operation);
        html.raw("</div>\n<div class=\"shown\">\n<p class=\"over\">Request</p>\n<pre class=\"copy\"><code>");
        let (before, after) = operation.curl(self.root, self.schemas);
        html.text(&before).raw("<var>$SCHOLAE_SUBDOMAIN</var>").text(&after).raw("</code></pre>\n");
        let answer = operation.answers().find(|(status, ..)| status.starts_with('2'));
        if let Some((status, _, schema)) = answer {
            html.raw("<p class=\"over\">ApiResponse ").text(&named_status(status)).raw("</p>\n");
            if let Some(schema) = schema {
                html.raw("<pre class=\"copy\"><code>").json(&Examples(self.schemas).answer(schema));
                html.raw("</code></pre>\n");
            }
        }
        html.raw("</div>\n</section>\n");
    }

    fn parameters(&self, html: &mut Html, operation: &Operation<'d>) {
        let own = operation.own_parameters();
        if !own.is_empty() {
            html.raw("<h4>Parameters</h4>\n");
            let fields: Vec<Field<'d>> = own.into_iter().map(|parameter| self.parameter(parameter)).collect();
            self.fields(html, "Parameter", &fields);
        }
        if operation.is_list() {
            html.raw("<p class=\"also\">With <a href=\"#lists\">").raw(match self.reference.definition.paging {
                Paging::Pages => "paging, order and date filters",
                Paging::Cursors => "paging",
            });
            html.raw("</a>.</p>\n");
        }
        if operation.takes_a_key() {
            html.raw("<p class=\"also\">Takes an <a href=\"#idempotency\"><code>Idempotency-Key</code></a>.</p>\n");
        }
    }

    /// A parameter as a row of a table.
    fn parameter(&self, parameter: Parameter<'d>) -> Field<'d> {
        let about = match (parameter.about, parameter.place) {
            ("", "path") => Some("In the path."),
            ("", _) => None,
            (about, _) => Some(about),
        };
        let kind = self.schemas.kind(parameter.schema);
        Field { path: parameter.name.to_owned(), kind, required: parameter.required, about }
    }

    fn fields(&self, html: &mut Html, what: &'static str, fields: &[Field<'d>]) {
        html.raw("<table><thead><tr><th scope=\"col\">").raw(what);
        html.raw("</th><th scope=\"col\">Meaning</th></tr></thead><tbody>\n");
        for field in fields {
            html.raw("<tr><th scope=\"row\"><code>").name(&field.path).raw("</code> <small>");
            self.kind(html, &field.kind);
            html.raw("</small>");
            if field.required {
                html.raw(" <em>required</em>");
            }
            html.raw("</th><td>").prose(field.about.unwrap_or_default()).raw("</td></tr>\n");
        }
        html.raw("</tbody></table>\n");
    }

    fn kind(&self, html: &mut Html, kind: &Kind<'d>) {
        html.text(&kind.words);
        for (index, value) in kind.values.iter().enumerate() {
            html.raw(if index == 0 { " <code>" } else { ", <code>" }).text(value).raw("</code>");
        }
        if let Some(name) = kind.record {
            html.raw(if kind.words.is_empty() { "" } else { " " });
            self.record_link(html, name);
        }
        if kind.nullable {
            html.raw(" or null");
        }
    }

    fn record_link(&self, html: &mut Html, name: &str) {
        html.raw("<a href=\"#record-").text(name).raw("\">").text(name).raw("</a>");
    }

    fn answers(&self, html: &mut Html, operation: &Operation<'d>) {
        html.raw("<h4>Answers</h4>\n<ul class=\"answers\">\n");
        let mut refusals = Vec::new();
        for (status, about, schema) in operation.answers() {
            if !status.starts_with('2') {
                refusals.push((status, about));
                continue;
            }
            html.raw("<li><strong>").text(status).raw("</strong> ");
            match schema {
                None => {
                    html.raw("without a body.");
                }
                Some(schema) => self.answer(html, schema),
            }
            html.raw("</li>\n");
        }
        if !refusals.is_empty() {
            html.raw("<li>Refusals: ");
            for (index, (status, about)) in refusals.into_iter().enumerate() {
                html.raw(if index == 0 { "" } else { ", " });
                if introduction::explains(status) {
                    html.raw("<a href=\"#status-").text(status).raw("\">").text(status).raw("</a>");
                } else {
                    html.text(status).raw(" (").text(about).raw(")");
                }
            }
            html.raw(".</li>\n");
        }
        html.raw("</ul>\n");
        let inline = operation.answers().find_map(|(status, _, schema)| schema.filter(|_| status.starts_with('2')));
        if let Some(schema) = inline.filter(|schema| self.shown_in_place(schema)) {
            self.fields(html, "Field", &self.answered(schema));
        }
    }

    /// The fields of an answer. It has all of them, so that none needs to be marked.
    fn answered(&self, schema: &'d Value) -> Vec<Field<'d>> {
        let fields = self.schemas.own_fields(schema).into_iter();
        fields.map(|field| Field { required: false, ..field }).collect()
    }

    /// Whether an answer has fields, but neither a name nor the form of every list.
    fn shown_in_place(&self, schema: &'d Value) -> bool {
        let Resolved { schema: seen, name, .. } = self.schemas.resolve(schema);
        name.is_none() && self.schemas.page_of(schema).is_none() && !self.schemas.properties(seen).is_empty()
    }

    fn answer(&self, html: &mut Html, schema: &'d Value) {
        match self.schemas.page_of(schema) {
            Some(item) => {
                html.raw("with a page of ");
                self.kind(html, &self.schemas.kind(item));
            }
            None => {
                html.raw("with ");
                self.kind(html, &self.schemas.kind(schema));
            }
        }
        html.raw(".");
    }

    fn records(&self, html: &mut Html) {
        if self.records.is_empty() {
            return;
        }
        html.raw("<h2 class=\"group\" id=\"records\">Records</h2>\n<p class=\"prose\">What the answers are made of. ");
        html.raw("New fields may come; ignore those you do not know.</p>\n");
        for name in &self.records {
            let Some(schema) = self.schemas.named(name) else { continue };
            html.raw("<section class=\"record\" id=\"record-").text(name).raw("\">\n<h3><a href=\"#record-").text(name);
            html.raw("\">").text(name).raw("</a></h3>\n");
            if let Some(about) = self.schemas.resolve(schema).about {
                html.raw("<p>").prose(about).raw("</p>\n");
            }
            self.fields(html, "Field", &self.answered(schema));
            html.raw("</section>\n");
        }
    }
}

/// The badge of a method.
fn method<'h>(html: &'h mut Html, method: &str) -> &'h mut Html {
    html.raw("<span class=\"m ").text(method).raw("\">").text(&method.to_uppercase()).raw("</span>")
}

/// A status with its usual name: `201 Created`.
fn named_status(status: &str) -> String {
    status.parse::<StatusCode>().map_or_else(|_| status.to_owned(), |known| known.to_string())
}
