//! Lists as files of comma-separated values: the same rows as on the pages, with the same filters, all of them. They are
//! read a part at a time, and nothing of them is kept.

use crate::manager::Manager;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bulk::csv_cell::push_line;
use bulk::jobs::push_cells;
use identity::actor::Actor;
use pages::{PageError, PageResult};
use school::{Page, PageRequest, PageStart};
use serde_json::Value;
use web::Tx;
use web::stream::{Part, stream};

/// So many rows are read at once.
const ROWS: i64 = 500;

/// What the file of a list begins with: the first rows.
#[must_use]
pub(crate) fn first(descending: bool) -> PageRequest {
    PageRequest { descending, ..PageRequest::first(ROWS) }
}

/// Answers with a list as a file of this name. `read` gives the rows of a page of it.
pub(crate) async fn download<F>(
    manager: Manager,
    name: &str,
    columns: &[String],
    request: PageRequest,
    read: F,
) -> PageResult
where
    F: Fn(&mut Tx<'_>, &Actor, &PageRequest) -> school::Result<Page<Vec<Value>>> + Clone + Send + Sync + 'static,
{
    let mut opening = Vec::new();
    push_line(&mut opening, columns);
    // The first rows are read before anything is answered, so that whoever may not is told so.
    let begun = part(manager.clone(), request, read.clone()).await?;
    opening.extend_from_slice(&begun.bytes);
    let mut response =
        stream("text/csv; charset=utf-8", opening, begun.next.flatten(), move |next: Option<PageStart>| {
            let (manager, read) = (manager.clone(), read.clone());
            async move {
                match next {
                    Some(start) => part(manager, PageRequest { start, ..request }, read).await,
                    None => Ok(Part { bytes: Vec::new(), next: None }),
                }
            }
        });
    attachment(&mut response, name);
    Ok(response)
}

/// The rows of one page, and where the next begins. The part after the last is empty, and ends the file.
async fn part<F>(manager: Manager, request: PageRequest, read: F) -> Result<Part<Option<PageStart>>, PageError>
where
    F: Fn(&mut Tx<'_>, &Actor, &PageRequest) -> school::Result<Page<Vec<Value>>> + Send + 'static,
{
    let (_, page) = manager.read(move |tx, actor| read(tx, actor, &request)).await?;
    let mut bytes = Vec::with_capacity(page.items.len() * 128);
    page.items.iter().for_each(|row| push_cells(&mut bytes, row));
    let next = page.next_after.map(|cursor| PageStart::After(cursor.key));
    Ok(Part { bytes, next: next.map(Some) })
}

/// Lets a browser keep the answer as a file of this name, and show it to nobody else.
pub(crate) fn attachment(response: &mut Response, name: &str) {
    let headers = response.headers_mut();
    let disposition = format!("attachment; filename=\"{name}\"");
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(disposition).unwrap_or_else(|_| HeaderValue::from_static("attachment")),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
}

/// A whole file that is small.
pub(crate) fn whole(name: &str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(axum::body::Body::from(bytes));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    attachment(&mut response, name);
    response
}

/// Texts as the names of columns.
pub(crate) fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
