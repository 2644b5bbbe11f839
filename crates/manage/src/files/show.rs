//! `GET /manage/files/{id}`: one file, where it is, and what uses it.

use super::{LIST, NEW, path, words};
use crate::manager::Manager;
use maud::{Markup, html};
use pages::components::{
    Banner, Choice, ConfirmDialog, FormField, Icon, Input, Tone, copy_button, grouped, moment, problem_summary,
    progress_bar,
};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::{PageResult, PathId, QueryFields};
use school::files::{
    self, File, FileAddresses, FileChanges, FileKind, FileState, FileUse, FileUserKind, Visibility, in_words,
};
use school::{FileId, SiteId, users};
use web::{Tx, now};

/// The width in which a picture is shown, in pixels.
const SHOWN: u32 = 960;

/// What is shown of a file.
struct FilePage {
    site: SiteId,
    file: File,
    uses: Vec<FileUse>,
    parts: i64,
    created_by: Option<String>,
}

/// `GET /manage/files/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<FileId>, QueryFields(query): QueryFields) -> PageResult {
    let done = match query.get("done") {
        "uploaded" => "The file was uploaded.",
        "saved" => "The changes were saved.",
        _ => "",
    };
    page(&manager, id, None, &Problems::default(), done).await
}

/// The page, with what somebody wanted to change and could not.
pub(super) async fn page(
    manager: &Manager,
    id: FileId,
    wanted: Option<&FileChanges>,
    problems: &Problems,
    done: &str,
) -> PageResult {
    let (area, view) = manager.read(move |tx, actor| FilePage::read(tx, actor.site().id, id)).await?;
    let (csrf, addresses) = (manager.csrf(), manager.app.file_addresses());
    let name = wanted.and_then(|wanted| wanted.name.clone()).unwrap_or_else(|| view.file.name.clone());
    let visibility = wanted.and_then(|wanted| wanted.visibility).unwrap_or(view.file.visibility);
    let body = html! {
        (view.trouble())
        div.grid.two {
            div { (view.preview(&addresses)) (view.address(&addresses)) }
            div { (view.facts()) (view.kept()) (view.form(&csrf, &name, visibility, problems)) }
        }
        (view.delete_dialog(&csrf))
    };
    let framed = FramedPage::new(LIST, &view.file.name, body)
        .badge(words::badge(&view.file))
        .below("Files", LIST)
        .actions(view.actions(&addresses))
        .with_problems(problems)
        .done(done);
    manager.show(&area, framed)
}

/// What uses a file, with the way there.
fn used_in(one: &FileUse) -> Markup {
    let href = match one.kind {
        FileUserKind::Content | FileUserKind::ContentText => format!("/manage/lessons/{}", one.id),
        FileUserKind::Course => format!("/manage/courses/{}/settings", one.id),
        FileUserKind::Instructor => format!("/manage/instructors/{}", one.id),
        FileUserKind::Bundle => format!("/manage/bundles/{}", one.id),
        FileUserKind::User => format!("/manage/users/{}", one.id),
    };
    html! {
        a href=(href) dir="auto" { (one.name) }
        span.muted {
            @match &one.course {
                Some((_, course)) => { ", a lesson of " (course) },
                None => { ", " (files::thing(one.kind)) },
            }
        }
    }
}

impl FilePage {
    fn read(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> school::Result<Self> {
        let file = files::get(tx, site, id)?;
        let parts = files::parts_come(tx, site, id)?.len() as i64;
        let uses = files::named_uses(tx, site, id)?;
        let created_by = match file.created_by_user_id {
            Some(user) => users::find(tx, site, user)?.map(|user| user.email.clone()),
            None => None,
        };
        Ok(Self { site, file, uses, parts, created_by })
    }

    fn url(&self, addresses: &FileAddresses) -> Option<String> {
        (self.file.state == FileState::Ready).then(|| addresses.of(self.site, &self.file, now()))
    }

    fn actions(&self, addresses: &FileAddresses) -> Markup {
        html! {
            @if self.uses.is_empty() { a.button.quiet.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" } }
            @if let Some(url) = self.url(addresses) {
                @let joined = if url.contains('?') { "&" } else { "?" };
                a.button href={ (url) (joined) "download=1" } { (Icon::Download) "Download" }
            }
        }
    }

    /// What there is to be told of one that is not ready.
    fn trouble(&self) -> Markup {
        let problem = self.file.problem.as_deref().unwrap_or_default();
        html! {
            @match self.file.state {
                FileState::Ready => {},
                FileState::Uploading => (Banner::new(Tone::Neutral, "Its upload is not complete", html! {
                    p {
                        (progress_bar("Uploaded", self.parts, files::part_count(&self.file)))
                        " To go on, choose the same file once more on the " a href=(NEW) { "upload page" }
                        ". One that is left is given up after a day."
                    }
                })),
                FileState::Checking if problem.is_empty() => (Banner::new(Tone::Neutral, "It is being checked", html! {
                    p { "Load this page again in a moment." }
                })),
                FileState::Checking => (Banner::new(Tone::Warning, "It waits to be checked", html! {
                    p { (problem) ". It is tried again every few minutes; whoever runs the server can see why in its log." }
                })),
                FileState::Refused => (Banner::new(Tone::Danger, "It was refused", html! { p { (problem) "." } })),
            }
        }
    }

    fn preview(&self, addresses: &FileAddresses) -> Markup {
        let Some(url) = self.url(addresses) else { return html! {} };
        let file = &self.file;
        html! {
            div.card.preview {
                @match file.kind {
                    FileKind::Image => img src=(addresses.in_width(self.site, file, now(), SHOWN)) alt={ "Preview of " (file.name) }
                        width=[file.width] height=[file.height];,
                    FileKind::Video => video controls preload="metadata" src=(url) width=[file.width] height=[file.height] {},
                    FileKind::Audio => audio controls preload="metadata" src=(url) {},
                    _ => div.none { (words::icon(file.kind)) p.muted { "There is no preview of this kind of file." } },
                }
            }
        }
    }

    fn address(&self, addresses: &FileAddresses) -> Markup {
        let Some(url) = self.url(addresses) else { return html! {} };
        html! {
            div.card {
                header {
                    div {
                        h2 { "Address" }
                        p {
                            @match FileAddresses::expires_at(&self.file, now()) {
                                None => "It stays, and whoever has it may have the file.",
                                Some(until) => { "It counts until " (moment(until)) "; each time this page is opened there is a new one." }
                            }
                        }
                    }
                }
                div.body { div.secret { code #address { (url) } (copy_button("address", "the address")) } }
            }
        }
    }

    fn facts(&self) -> Markup {
        let file = &self.file;
        html! {
            div.card {
                header { div { h2 { "About" } } }
                div.body {
                    dl.facts {
                        dt { "Kind" } dd { (words::kind(file.kind)) @if !file.content_type.is_empty() { " " span.muted { (file.content_type) } } }
                        dt { "Size" } dd { (in_words(file.size)) " " span.muted { "(" (grouped(file.size)) " bytes)" } }
                        @if let (Some(width), Some(height)) = (file.width, file.height) {
                            dt { "Pixels" } dd { (width) " × " (height) }
                        }
                        @if let Some(duration) = file.duration_ms { dt { "Length" } dd { (words::duration(duration)) } }
                        dt { "Id" } dd.mono { (file.id) }
                        dt { "Added" } dd { (moment(file.created_at)) }
                        @if let Some(email) = &self.created_by { dt { "Added by" } dd { (email) } }
                        dt { "Used in" }
                        dd {
                            @if self.uses.is_empty() { span.muted { "Nothing yet" } }
                            @for (at, one) in self.uses.iter().enumerate() { @if at > 0 { br; } (used_in(one)) }
                        }
                    }
                }
            }
        }
    }

    fn form(&self, csrf: &Markup, name: &str, visibility: Visibility, problems: &Problems) -> Markup {
        let choices = [Visibility::Private, Visibility::Public];
        let choices = choices.map(|one| Choice { value: one.name(), label: words::visibility(one) }).into();
        let field = FormField::line("name", "Name", name).required().longest(200).problems(problems);
        html! {
            div.card {
                header { div { h2 { "Name and visibility" } } }
                form.body.fields method="post" action=(path(self.file.id)) {
                    (csrf)
                    (problem_summary(problems, &[field.named()]))
                    (field)
                    (FormField::new("visibility", "Who may have it", visibility.name(), Input::Select(choices))
                        .required()
                        .hint("Of a file that was public, copies may be kept by whoever had it."))
                    div.actions { button.quiet type="submit" { "Save" } }
                }
            }
        }
    }

    /// That it cannot be deleted while something uses it.
    fn kept(&self) -> Markup {
        html! {
            @if !self.uses.is_empty() {
                p.muted { "It cannot be deleted while it is used: choose another file there first." }
            }
        }
    }

    fn delete_dialog(&self, csrf: &Markup) -> Markup {
        if !self.uses.is_empty() {
            return html! {};
        }
        html! {
            (ConfirmDialog {
                id: "delete",
                title: &format!("Delete {}?", self.file.name),
                body: html! {
                    p { (in_words(self.file.size)) " are removed for good, and its address leads nowhere." }
                },
                action: &format!("{}/delete", path(self.file.id)),
                hidden: csrf.clone(),
                confirm: "Delete the file",
                is_dangerous: true,
            })
        }
    }
}
