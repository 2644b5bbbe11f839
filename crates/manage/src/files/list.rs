//! `GET /manage/files`: the files of the school.

use super::{LIST, NEW, path, words};
use crate::list_page::{ListPage, request};
use crate::manager::{Manager, PAGE_SIZE, page_number};
use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{
    Choice, Column, EmptyState, FilterChip, FormField, Icon, Input, ResourceList, Sort, date, progress_bar,
};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::SiteId;
use school::files::{self, File, FileAddresses, FileKind, FileLimits, FileState, KINDS, in_words};
use web::{Tx, now};

/// So many files are found at most; whoever searches says more then.
const MOST_FOUND: i64 = 200;
/// The width of the small pictures, in pixels.
const THUMBNAIL: u32 = 64;

/// What the list shows.
struct FileListView {
    site: SiteId,
    files: ListPage<File>,
    used: i64,
    quota: Option<i64>,
}

/// `GET /manage/files`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let address = ListAddress::new(LIST, &query.without(&["done"]));
    let page = page_number(&query);
    let (asked, limits) = (address.clone(), *manager.app.files().limits());
    let read = manager.read(move |tx, actor| FileListView::read(tx, actor.site().id, &asked, page, &limits));
    let (area, view) = read.await?;
    let body = html! { (view.room()) (view.list(&address, page, &manager.app.file_addresses())) };
    let framed = FramedPage::new(LIST, "Files", body)
        .intro("Pictures, videos, sound and documents that courses are made of.")
        .actions(html! { a.button href=(NEW) { (Icon::Upload) "Upload files" } });
    let done = if query.get("done") == "deleted" { "The file was deleted." } else { "" };
    manager.show(&area, framed.done(done))
}

impl FileListView {
    fn read(
        tx: &mut Tx<'_>,
        site: SiteId,
        address: &ListAddress,
        page: i64,
        limits: &FileLimits,
    ) -> school::Result<Self> {
        let kind = files::kind_named(address.get("kind"));
        let files = match address.get("q") {
            "" => files::list(tx, site, kind, &request(address, page))?.into(),
            words => {
                let found = files::search(tx, site, words, MOST_FOUND)?.into_iter();
                ListPage::found(found.filter(|file| kind.is_none_or(|kind| file.kind == kind)), page)
            }
        };
        let (used, quota) = (files::used(tx, site)?, files::quota(tx, site, limits)?);
        Ok(Self { site, files, used, quota })
    }

    /// How much room is used.
    fn room(&self) -> Markup {
        html! {
            @if self.used > 0 {
                p.room {
                    @match self.quota {
                        Some(quota) => {
                            (progress_bar("Room used", self.used, quota))
                            span.muted { (in_words(self.used)) " of " (in_words(quota)) " used" }
                        }
                        None => span.muted { (in_words(self.used)) " used" },
                    }
                }
            }
        }
    }

    fn cells(&self, file: &File, addresses: &FileAddresses) -> Vec<Markup> {
        let has_picture = file.kind == FileKind::Image && file.state == FileState::Ready;
        vec![
            html! {
                a.row.file href=(path(file.id)) {
                    span.thumb {
                        @if has_picture {
                            img src=(addresses.in_width(self.site, file, now(), THUMBNAIL)) alt="" width="32" height="32" loading="lazy";
                        } @else { (words::icon(file.kind)) }
                    }
                    span dir="auto" { (file.name) }
                }
            },
            html! { @if let Some(badge) = words::badge(file) { (badge) } @else { (words::kind(file.kind)) } },
            html! { (words::visibility(file.visibility)) },
            html! { span.nowrap { (in_words(file.size)) } },
            date(file.created_at),
        ]
    }

    fn list(&self, address: &ListAddress, page: i64, addresses: &FileAddresses) -> Markup {
        let first = Choice { value: "", label: "Any kind" };
        let kinds = KINDS.iter().map(|(value, kind)| Choice { value, label: words::kind(*kind) });
        let chosen = files::kind_named(address.get("kind"));
        let chip = |kind| FilterChip { parameter: "kind", label: format!("Kind: {}", words::kind(kind)) };
        let choices = Input::Select(std::iter::once(first).chain(kinds).collect());
        let columns = [
            Column::new("Name"),
            Column::new("Kind"),
            Column::new("Who may have it"),
            Column::new("Size").number(),
            Column::new("Added").sorted_by("created_at"),
        ];
        let sort = if address.get("sort").is_empty() { "-created_at" } else { address.get("sort") };
        let list = ResourceList {
            address,
            of: "files",
            search: "beginning of the name",
            filters: Some(html! { (FormField::new("kind", "Kind", address.get("kind"), choices)) }),
            chips: chosen.map(chip).into_iter().collect(),
            columns: &columns,
            sort: Some(Sort::parse(sort)),
            rows: self.files.items.iter().map(|file| (file.id.to_string(), self.cells(file, addresses))).collect(),
            total: self.files.total,
            page,
            has_next: self.files.has_next,
            page_size: PAGE_SIZE,
            bulk: None,
            csv: None,
            empty: EmptyState {
                icon: Icon::Upload,
                title: "No files yet",
                text: "Upload pictures, videos, sound, PDFs and other documents once, and use them in as many lessons as you \
                       like.",
                actions: html! { a.button href=(NEW) { "Upload files" } },
            },
        };
        html! { (list) }
    }
}
