//! What came of a job, as a file.

use crate::csv;
use crate::manager::Manager;
use bulk::csv_cell::push_line;
use bulk::jobs::{self, ResultFormat};
use pages::{PageError, PageResult, PathId};
use school::JobId;
use web::stream::{Part, stream};

/// `GET /manage/jobs/{id}/result.csv`
pub(super) async fn csv(manager: Manager, PathId(id): PathId<JobId>) -> PageResult {
    let (_, job) = manager.read(move |tx, actor| jobs::get(tx, actor.site().id, id)).await?;
    let columns = jobs::columns(&job);
    let opening = jobs::opening(ResultFormat::Csv, &columns);
    let mut response = stream("text/csv; charset=utf-8", opening, 0, move |from: i64| {
        let (manager, columns) = (manager.clone(), columns.clone());
        async move {
            let read = manager.read(move |tx, actor| jobs::result_rows(tx, actor.site().id, id, from));
            let (_, read) = read.await?;
            let bytes = jobs::written(ResultFormat::Csv, &columns, read.rows);
            Ok::<_, PageError>(Part { bytes, next: read.next })
        }
    });
    csv::attachment(&mut response, &format!("job-{id}.csv"));
    Ok(response)
}

/// `GET /manage/jobs/{id}/refused.csv`: the rows that were refused, as they came, with the reason, so that the file can be
/// corrected and brought in again.
pub(super) async fn refused(manager: Manager, PathId(id): PathId<JobId>) -> PageResult {
    let read = manager.read(move |tx, actor| {
        let job = jobs::get(tx, actor.site().id, id)?;
        jobs::refused(tx, actor.site().id, &job)
    });
    let (_, (names, rows)) = read.await?;
    let mut bytes = Vec::new();
    push_line(&mut bytes, &names);
    rows.iter().for_each(|row| push_line(&mut bytes, row));
    Ok(csv::whole(&format!("refused-{id}.csv"), bytes))
}
