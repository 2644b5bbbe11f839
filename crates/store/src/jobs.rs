//! Rows of jobs: long work that goes on after the answer to who asked for it.

use crate::enums::text_enum;
use crate::security_log::ActorKind;
use crate::table::{select, table};
use crate::{
    ApiAccessTokenId, AppId, CountedRow, JobId, ListQuery, Page, PageRequest, SiteId, Stamp, StoreError, Tx, UserId,
    job_chunks, lists, params,
};

text_enum! {
    /// What kinds of jobs there are.
    pub enum JobKind {
        /// Enrolls people in a course or a bundle.
        EnrollmentsCreate = "enrollments.create",
        /// Makes and changes users.
        UsersImport = "users.import",
        /// Writes out users.
        UsersExport = "users.export",
        /// Writes out enrollments.
        EnrollmentsExport = "enrollments.export",
        /// Writes out orders.
        OrdersExport = "orders.export",
        /// Takes the values of a custom profile field that is no more from users.
        ProfileFieldClear = "custom_profile_fields.clear",
    }
}

text_enum! {
    /// How far a job is.
    pub enum JobState {
        /// Its rows are there, and what is to be done with them is not said yet.
        Draft = "draft",
        /// Nothing was done yet.
        Waiting = "waiting",
        /// Something was done.
        Running = "running",
        /// Everything was done.
        Succeeded = "succeeded",
        /// It could not go on.
        Failed = "failed",
        /// Somebody stopped it.
        Cancelled = "cancelled",
    }
}

table! {
    /// A job's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct JobRow in "jobs" of site {
        keys {
            /// Its id.
            id: JobId,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When it was asked for.
            created_at: i64,
            /// When it was last changed.
            updated_at: i64,
        }
        fixed {
            /// What it does.
            kind: JobKind,
            /// What kind of somebody asked for it.
            actor: ActorKind,
            /// The app that asked for it.
            app_id: Option<AppId>,
            /// The API access token with which it was asked for.
            token_id: Option<ApiAccessTokenId>,
        }
        values {
            /// The user who asked for it; none when it was a program of the school, or they are gone.
            user_id: Option<UserId>,
            /// How far it is.
            state: JobState,
            /// How it is to be done, as JSON.
            params: String,
            /// What the columns of its input are called, as a JSON list; empty without input.
            column_names: String,
            /// How many rows there are to be done.
            total: i64,
            /// How many were.
            done: i64,
            /// How many of those could not be.
            failed: i64,
            /// Where it goes on: the number of the next row of the input, or the last id that was written out.
            position: i64,
            /// How long the result is, in bytes.
            result_bytes: i64,
            /// When the first of it was done.
            started_at: Option<i64>,
            /// When it ended, whichever way.
            ended_at: Option<i64>,
            /// When it is forgotten, with its input and its result.
            expires_at: i64,
            /// Why it could not go on.
            error: Option<String>,
            /// Who works at it.
            holder: Option<String>,
            /// Until when nobody else does.
            lease_until: Option<i64>,
        }
    }
}

fn counted_rows(site: SiteId, row: &JobRow) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::JOBS, lists::JOBS_BY_REV], row.id, row.rev)
}

/// Adds a job; gives it its id, and the stamp as its times and revision.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, row: &mut JobRow, stamp: Stamp) -> Result<(), StoreError> {
    row.id = JobId::next(tx)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    row.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, row));
    Ok(())
}

/// Writes a changed job over the one that was read; the stamp becomes its time of change and its revision.
pub fn update(tx: &mut Tx<'_>, site: SiteId, had: &JobRow, has: &mut JobRow, stamp: Stamp) -> Result<(), StoreError> {
    has.rev = stamp.rev;
    has.updated_at = stamp.at;
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had), &counted_rows(site, has));
    Ok(())
}

/// The job with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: JobId) -> Result<Option<JobRow>, StoreError> {
    tx.first(select!(JobRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], JobRow::read)
}

/// A page of the school's jobs.
pub fn page(tx: &mut Tx<'_>, site: SiteId, request: &PageRequest) -> Result<Page<JobRow>, StoreError> {
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::JOBS)),
        by_rev: Some(lists::whole(site, lists::JOBS_BY_REV)),
        ..JobRow::list()
    };
    tx.page(site, &source, request, JobRow::read)
}

/// The jobs that somebody can work at now, the oldest of each school that is open: what nobody holds, what this holder
/// does, and what was left. A lease that ends later than any could is from before the clock was set back.
pub fn due(tx: &mut Tx<'_>, holder: &str, now: i64, lease: i64) -> Result<Vec<(SiteId, JobId)>, StoreError> {
    let sql = "SELECT s.id, (
                 SELECT j.id FROM jobs j
                 WHERE j.site_id = s.id AND j.state IN ('waiting', 'running')
                 ORDER BY j.id LIMIT 1)
               FROM sites s WHERE s.suspended_at IS NULL AND EXISTS (
                 SELECT 1 FROM jobs j WHERE j.site_id = s.id AND j.state IN ('waiting', 'running')
                   AND (j.lease_until IS NULL OR j.lease_until <= $1 OR j.lease_until > $2 OR j.holder = $3))
               ORDER BY s.id";
    let found =
        tx.query(sql, params![now, now + lease, holder], |row| Ok((row.get(0)?, row.get::<Option<JobId>>(1)?)))?;
    Ok(found.into_iter().filter_map(|(site, job)| Some((site, job?))).collect())
}

/// The schools at whose jobs somebody works.
pub fn held(tx: &mut Tx<'_>, holder: &str) -> Result<Vec<SiteId>, StoreError> {
    let sql = "SELECT s.id FROM sites s WHERE EXISTS (
                 SELECT 1 FROM jobs j WHERE j.site_id = s.id AND j.state IN ('waiting', 'running') AND j.holder = $1)
               ORDER BY s.id";
    tx.query(sql, params![holder], |row| row.get(0))
}

/// Lets others go on with what somebody works at.
pub fn let_go(tx: &mut Tx<'_>, site: SiteId, holder: &str) -> Result<(), StoreError> {
    let sql = "UPDATE jobs SET holder = NULL, lease_until = NULL
               WHERE site_id = $1 AND state IN ('waiting', 'running') AND holder = $2";
    tx.execute(sql, params![site, holder])?;
    Ok(())
}

/// How many jobs of a school are not ended.
pub fn open_count(tx: &mut Tx<'_>, site: SiteId) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM jobs WHERE site_id = $1 AND state IN ('draft', 'waiting', 'running')";
    Ok(tx.first(sql, params![site], |row| row.get(0))?.unwrap_or(0))
}

/// Removes a job with its input and its result.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, row: &JobRow) -> Result<(), StoreError> {
    job_chunks::delete_of(tx, site, row.id, None)?;
    tx.execute("DELETE FROM jobs WHERE site_id = $1 AND id = $2", params![site, row.id])?;
    tx.update_counts(&counted_rows(site, row), &[]);
    Ok(())
}

/// Forgets jobs whose time has come, at most `most`; gives how many.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, now: i64, most: i64) -> Result<usize, StoreError> {
    let sql = select!(JobRow, "WHERE t.site_id = $1 AND t.expires_at <= $2 ORDER BY t.expires_at LIMIT $3");
    let old = tx.query(sql, params![site, now, most], JobRow::read)?;
    for row in &old {
        delete(tx, site, row)?;
    }
    Ok(old.len())
}

/// Forgets that a user asked for jobs.
pub fn forget_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    tx.execute("UPDATE jobs SET user_id = NULL WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    Ok(())
}
