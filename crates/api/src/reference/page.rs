//! The page: what stands around the operations.

use super::introduction::{self, Section};
use super::markup::{breakable_name, breakable_path, prose};
use super::operation::{Operation, operations};
use super::operation_section::{Sections, method};
use super::{REFERENCES, Reference};
use crate::openapi::schemas::{Schemas, items};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

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

/// Operations of one tag.
struct Group<'d> {
    tag: &'d str,
    operations: Vec<Operation<'d>>,
}

/// What the parts of the page are made from.
struct Page<'d> {
    reference: &'d Reference,
    document: &'d Value,
    sections: Sections<'d>,
    groups: Vec<Group<'d>>,
    /// The names of the records that responses are made of.
    records: Vec<&'d str>,
}

/// The whole page of a document.
pub(super) fn page(document: &Value, reference: &Reference, assets: &Assets) -> String {
    let page = Page::of(document, reference);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (page.head(assets))
            body {
                a.skip href="#main" { "Skip to the content" }
                (page.top(assets))
                div.frame {
                    details.fold { summary { "Contents" } (page.contents("Contents, folded")) }
                    div.side { (page.contents("Contents")) }
                    main #main tabindex="-1" {
                        (page.introduction())
                        @for group in &page.groups { (page.group(group)) }
                        (page.records())
                    }
                }
                p.unseen role="status" #said {}
            }
        }
    };
    page.into_string()
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
            if let Some(schema) = operation.success().and_then(|response| response.schema) {
                schemas.records(schema, &mut records);
            }
            match groups.iter_mut().find(|group| group.tag == operation.tag()) {
                Some(group) => group.operations.push(operation),
                None => groups.push(Group { tag: operation.tag(), operations: vec![operation] }),
            }
        }
        let root = document["servers"][0]["url"].as_str().unwrap_or_default();
        let sections = Sections { schemas, root, paging: reference.definition.paging };
        Self { reference, document, sections, groups, records }
    }

    fn title(&self) -> &'d str {
        self.document["info"]["title"].as_str().unwrap_or("API")
    }

    fn head(&self, assets: &Assets) -> Markup {
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (self.title()) ": reference" }
                link rel="icon" type="image/svg+xml" href=(assets.icon);
                link rel="stylesheet" href=(assets.style);
                script src=(assets.script) defer {}
            }
        }
    }

    fn top(&self, assets: &Assets) -> Markup {
        let others = REFERENCES.iter().filter(|other| other.address != self.reference.address);
        html! {
            header.top {
                a.brand href=(self.reference.address) {
                    img src=(assets.icon) alt="" width="28" height="28"; " " (self.title())
                }
                " " span.version { (self.document["info"]["version"].as_str().unwrap_or_default()) }
                label.school hidden {
                    "Your school "
                    input type="text" #school placeholder="subdomain" autocomplete="off" autocapitalize="none"
                        spellcheck="false" size="12";
                }
                label.school hidden {
                    "API key "
                    input type="password" #key placeholder="kept nowhere" autocomplete="off" spellcheck="false" size="12"
                        data-1p-ignore data-lpignore="true";
                }
                @for other in others { a.machine href=(other.address) { (other.name) } }
                a.machine href=(self.reference.definition.openapi_path) { "OpenAPI" }
            }
        }
    }

    fn contents(&self, label: &str) -> Markup {
        html! {
            nav aria-label=(label) {
                input.filter type="search" aria-label="Filter the contents" placeholder="Filter" hidden;
                div.part {
                    a.head href="#introduction" { "Introduction" }
                    ul {
                        @for (anchor, title) in introduction::titles(self.reference.prose) {
                            li { a href={ "#" (anchor) } { (PreEscaped(title)) } }
                        }
                    }
                }
                @for Group { tag, operations } in &self.groups {
                    div.part {
                        a.head href={ "#group-" (slug(tag)) } { (tag) }
                        ul {
                            @for operation in operations {
                                li {
                                    a href={ "#" (operation.anchor()) } {
                                        (method(operation.method)) " " span { (breakable_path(operation.path)) }
                                    }
                                }
                            }
                        }
                    }
                }
                div.part {
                    a.head href="#records" { "Records" }
                    ul { @for name in &self.records { li { a href={ "#record-" (name) } { (name) } } } }
                }
            }
        }
    }

    fn introduction(&self) -> Markup {
        html! {
            div.prose #introduction {
                h1 { (self.title()) }
                @for part in introduction::parts(self.reference.prose) {
                    @match part {
                        Section::Html(piece) => { (PreEscaped(piece)) },
                        Section::Root => { (self.sections.root) },
                        Section::ListParameters => { (self.list_parameters()) },
                        Section::Errors => { (introduction::errors()) },
                    }
                }
            }
        }
    }

    fn list_parameters(&self) -> Markup {
        html! {
            table {
                thead { tr { th scope="col" { "Parameter" } th scope="col" { "Meaning" } } }
                tbody {
                    @for param in self.reference.definition.paging.params() {
                        tr {
                            th scope="row" { code { (breakable_name(param.name)) } }
                            td { (prose(param.description)) }
                        }
                    }
                }
            }
        }
    }

    fn group(&self, Group { tag, operations }: &Group<'d>) -> Markup {
        let described = items(&self.document["tags"]).iter().find(|known| known["name"] == *tag);
        html! {
            h2.group id={ "group-" (slug(tag)) } { (tag) }
            @if let Some(description) = described.and_then(|known| known["description"].as_str()) {
                p.prose { (prose(description)) }
            }
            @for operation in operations { (self.sections.operation(operation)) }
        }
    }

    fn records(&self) -> Markup {
        let schemas = self.sections.schemas;
        let records = self.records.iter().filter_map(|name| Some((name, schemas.named(name)?)));
        html! {
            @if !self.records.is_empty() {
                h2.group #records { "Records" }
                p.prose { "What the answers are made of. New fields may come; ignore those you do not know." }
            }
            @for (name, schema) in records {
                section.record id={ "record-" (name) } {
                    h3 { a href={ "#record-" (name) } { (name) } }
                    @if let Some(description) = schemas.resolve(schema).description { p { (prose(description)) } }
                    (self.sections.fields("Field", &self.sections.response_fields(schema)))
                }
            }
        }
    }
}
