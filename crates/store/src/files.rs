//! Rows of files, of the parts that their bytes are made of, and of how much a school's files take.

use crate::enums::{number_enum, text_enum};
use crate::table::{select, table};
use crate::{
    CountedRow, FileId, Filter, ListQuery, Page, PageRequest, SiteId, Stamp, StoreError, Tx, UserId, Value, addresses,
    lists, params,
};

text_enum! {
    /// How far a file has come.
    pub enum FileState {
        /// Its bytes are being sent.
        Uploading = "uploading",
        /// All of them have come; it is being looked at what they are.
        Checking = "checking",
        /// It can be used.
        Ready = "ready",
        /// It is not taken, and its bytes are gone.
        Refused = "refused",
    }
}

text_enum! {
    /// Who may have a file.
    #[derive(Default)]
    pub enum Visibility {
        /// Whoever has its address.
        Public = "public",
        /// Whoever was given an address that ends.
        #[default]
        Private = "private",
    }
}

number_enum! {
    /// What a file is, by its content.
    pub enum FileKind {
        /// Not known before it was looked at.
        Unknown = 0,
        /// A picture.
        Image = 1,
        /// A video.
        Video = 2,
        /// Sound.
        Audio = 3,
        /// A PDF document.
        Pdf = 4,
        /// Texts for a video, WebVTT.
        Captions = 5,
        /// Anything else, to be downloaded.
        Download = 6,
    }
}

number_enum! {
    /// The kinds of things that use files.
    pub enum FileUserKind {
        /// A content of a course.
        Content = 1,
        /// A course: its pictures.
        Course = 2,
        /// An instructor: their picture.
        Instructor = 3,
        /// A user: their picture.
        User = 4,
        /// A bundle: its pictures.
        Bundle = 5,
        /// The text of a content: pictures in it.
        ContentText = 6,
    }
}

table! {
    /// A file's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FileRow in "files" of site {
        keys {
            /// Its id.
            id: FileId,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When its upload began.
            created_at: i64,
            /// When it was last changed.
            updated_at: i64,
        }
        fixed {
            /// A random part of its address.
            token: String,
            /// Whose picture it is, when it was uploaded as that.
            avatar_of_user_id: Option<UserId>,
            /// Who uploaded it; none when it was a program, or they are gone.
            created_by_user_id: Option<UserId>,
        }
        values {
            /// Its name, with its ending.
            name: String,
            /// Who may have it.
            visibility: Visibility,
            /// How far it has come.
            state: FileState,
            /// How many bytes it has, or is to have.
            size: i64,
            /// How many bytes each of its parts has but the last.
            part_size: i64,
            /// What it is.
            kind: FileKind,
            /// Its media type; empty while it is not known.
            content_type: String,
            /// The SHA-256 of its bytes, in hexadecimal digits.
            checksum: Option<String>,
            /// The width of a picture or video, in pixels.
            width: Option<i64>,
            /// The height of a picture or video, in pixels.
            height: Option<i64>,
            /// How long a video or sound is, in milliseconds.
            duration_ms: Option<i64>,
            /// Why it is not taken, or not looked at yet.
            problem: Option<String>,
            /// When somebody must see to it; none when nobody must.
            due_at: Option<i64>,
        }
        derived(row) { name_key = name_key(&row.name) }
    }
}

/// The form of a name in which it is searched for.
fn name_key(name: &str) -> String {
    addresses::nfc(&name.to_lowercase()).into_owned()
}

/// A part of a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1.
    pub number: i64,
    /// What names its object.
    pub token: String,
    /// How many bytes it has.
    pub size: i64,
}

fn counted_rows(site: SiteId, file: &FileRow) -> [CountedRow; 3] {
    let [by_id, by_rev] = lists::counted_rows(site, [lists::FILES, lists::FILES_BY_REV], file.id, file.rev);
    [by_id, by_rev, lists::counted_row_of(site, lists::FILES_OF_KIND, file.kind.number(), file.id)]
}

/// Adds a file, under the id and the stamp that its row carries.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, file: &FileRow) -> Result<(), StoreError> {
    file.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, file));
    add_usage(tx, site, file.size)
}

/// Writes a changed file over the one that was read. `stamp` becomes the time and number of the change.
pub fn update(tx: &mut Tx<'_>, site: SiteId, had: &FileRow, has: &FileRow, stamp: Stamp) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    let now = FileRow { rev: stamp.rev, ..has.clone() };
    tx.update_counts(&counted_rows(site, had), &counted_rows(site, &now));
    add_usage(tx, site, usage(has) - usage(had))
}

/// The bytes that a file takes: one that was refused has none.
fn usage(file: &FileRow) -> i64 {
    if file.state == FileState::Refused { 0 } else { file.size }
}

fn add_usage(tx: &mut Tx<'_>, site: SiteId, bytes: i64) -> Result<(), StoreError> {
    if bytes != 0 {
        let sql = "INSERT INTO file_usage (site_id, bytes) VALUES ($1, $2)
                   ON CONFLICT (site_id) DO UPDATE SET bytes = file_usage.bytes + excluded.bytes";
        tx.execute(sql, params![site, bytes])?;
    }
    Ok(())
}

/// How many bytes the files of a school take.
pub fn used(tx: &mut Tx<'_>, site: SiteId) -> Result<i64, StoreError> {
    let sql = "SELECT bytes FROM file_usage WHERE site_id = $1";
    Ok(tx.first(sql, params![site], |row| row.get(0))?.unwrap_or(0))
}

/// Says when somebody must see to a file; that is no change of it.
pub fn set_due(tx: &mut Tx<'_>, site: SiteId, id: FileId, due_at: Option<i64>) -> Result<(), StoreError> {
    tx.execute("UPDATE files SET due_at = $1 WHERE site_id = $2 AND id = $3", params![due_at, site, id])?;
    Ok(())
}

/// The file with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: FileId) -> Result<Option<FileRow>, StoreError> {
    tx.first(select!(FileRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], FileRow::read)
}

/// The files that can be used and hold exactly this, by the SHA-256 of their bytes, the oldest first.
pub fn with_checksum(tx: &mut Tx<'_>, site: SiteId, checksum: &str, most: i64) -> Result<Vec<FileRow>, StoreError> {
    let sql = select!(
        FileRow,
        "WHERE t.site_id = $1 AND t.checksum = $2 AND t.checksum IS NOT NULL AND t.state = $3 ORDER BY t.id LIMIT $4"
    );
    tx.query(sql, params![site, checksum, FileState::Ready, most], FileRow::read)
}

/// The picture that a user has uploaded of themselves.
pub fn avatars_of(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<FileRow>, StoreError> {
    let sql = select!(FileRow, "WHERE t.site_id = $1 AND t.avatar_of_user_id = $2 ORDER BY t.id");
    tx.query(sql, params![site, user], FileRow::read)
}

/// The files that a user has uploaded, the newest first; so many at most.
pub fn uploaded_by(tx: &mut Tx<'_>, site: SiteId, user: UserId, most: i64) -> Result<Vec<FileRow>, StoreError> {
    let sql = select!(
        FileRow,
        "WHERE t.site_id = $1 AND t.created_by_user_id = $2 AND t.created_by_user_id IS NOT NULL
         ORDER BY t.id DESC LIMIT $3"
    );
    tx.query(sql, params![site, user, most], FileRow::read)
}

/// Lets files no longer say that a user has uploaded them.
pub fn forget_creator(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    let sql = "UPDATE files SET created_by_user_id = NULL WHERE site_id = $1 AND created_by_user_id = $2";
    tx.execute(sql, params![site, user])?;
    Ok(())
}

/// A page of the school's files, or of those of one kind.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    kind: Option<FileKind>,
    request: &PageRequest,
) -> Result<Page<FileRow>, StoreError> {
    let source = match kind {
        None => ListQuery {
            by_id: Some(lists::whole(site, lists::FILES)),
            by_rev: Some(lists::whole(site, lists::FILES_BY_REV)),
            ..FileRow::list()
        },
        Some(kind) => ListQuery {
            scope: vec![Filter::is("t.kind = ?", kind)],
            by_id: Some(lists::of(site, lists::FILES_OF_KIND, kind.number())),
            ..FileRow::list()
        },
    };
    tx.page(site, &source, request, FileRow::read)
}

/// Files whose names begin with a text, in whatever case, by their names.
pub fn named_like(tx: &mut Tx<'_>, site: SiteId, beginning: &str, most: i64) -> Result<Vec<FileRow>, StoreError> {
    let from = name_key(beginning);
    // The last character there is: no name goes on with anything after it.
    let to = format!("{from}\u{10ffff}");
    let sql = select!(
        FileRow,
        "WHERE t.site_id = $1 AND t.name_key >= $2 AND t.name_key < $3 ORDER BY t.name_key, t.id LIMIT $4"
    );
    tx.query(sql, params![site, &from, &to, most], FileRow::read)
}

/// Removes a file with its parts and what is known of its uses. Its bytes are to be removed afterwards: see [`removed`].
pub fn delete(tx: &mut Tx<'_>, site: SiteId, file: &FileRow) -> Result<(), StoreError> {
    for table in ["file_parts", "file_uses"] {
        tx.execute(&format!("DELETE FROM {table} WHERE site_id = $1 AND file_id = $2"), params![site, file.id])?;
    }
    tx.execute("DELETE FROM files WHERE site_id = $1 AND id = $2", params![site, file.id])?;
    tx.update_counts(&counted_rows(site, file), &[]);
    add_usage(tx, site, -usage(file))?;
    note_removed(tx, site, file.id)
}

/// The parts of a file with these numbers and between them, in order.
pub fn parts(tx: &mut Tx<'_>, site: SiteId, file: FileId, from: i64, to: i64) -> Result<Vec<Part>, StoreError> {
    let sql = "SELECT number, token, size FROM file_parts
               WHERE site_id = $1 AND file_id = $2 AND number >= $3 AND number <= $4 ORDER BY number";
    tx.query(sql, params![site, file, from, to], |row| {
        Ok(Part { number: row.get(0)?, token: row.get(1)?, size: row.get(2)? })
    })
}

/// Notes which object holds a part from now on.
pub fn set_part(tx: &mut Tx<'_>, site: SiteId, file: FileId, part: &Part) -> Result<(), StoreError> {
    let sql = "INSERT INTO file_parts (site_id, file_id, number, token, size) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (site_id, file_id, number) DO UPDATE SET token = excluded.token, size = excluded.size";
    tx.execute(sql, params![site, file, part.number, &part.token, part.size])?;
    Ok(())
}

/// Forgets the parts of a file.
pub fn clear_parts(tx: &mut Tx<'_>, site: SiteId, file: FileId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM file_parts WHERE site_id = $1 AND file_id = $2", params![site, file])?;
    Ok(())
}

/// Notes which files a thing uses, instead of those it used before.
pub fn set_uses(
    tx: &mut Tx<'_>,
    site: SiteId,
    thing: FileUserKind,
    thing_id: i64,
    files: &[FileId],
) -> Result<(), StoreError> {
    forget_uses(tx, site, thing, thing_id)?;
    let sql =
        "INSERT INTO file_uses (site_id, thing, thing_id, file_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    for file in files {
        tx.execute(sql, params![site, thing, thing_id, *file])?;
    }
    Ok(())
}

/// Forgets which files a thing uses that is gone.
pub fn forget_uses(tx: &mut Tx<'_>, site: SiteId, thing: FileUserKind, thing_id: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM file_uses WHERE site_id = $1 AND thing = $2 AND thing_id = $3";
    tx.execute(sql, params![site, thing, thing_id])?;
    Ok(())
}

/// What uses a file: kinds of things, and which; so many at most.
pub fn uses(tx: &mut Tx<'_>, site: SiteId, file: FileId, most: i64) -> Result<Vec<(FileUserKind, i64)>, StoreError> {
    let sql =
        "SELECT thing, thing_id FROM file_uses WHERE site_id = $1 AND file_id = $2 ORDER BY thing, thing_id LIMIT $3";
    tx.query(sql, params![site, file, most], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The schools that have something to see to: one look into two indexes for each school.
pub fn due(tx: &mut Tx<'_>, now: i64) -> Result<Vec<SiteId>, StoreError> {
    tx.query(
        "SELECT s.id FROM sites s WHERE EXISTS (
           SELECT 1 FROM files f WHERE f.site_id = s.id AND f.due_at <= $1 AND f.due_at IS NOT NULL)
         OR EXISTS (SELECT 1 FROM removed_files r WHERE r.site_id = s.id)
         ORDER BY s.id",
        params![now],
        |row| row.get(0),
    )
}

/// The files of a school that somebody must see to, the longest overdue first.
pub fn due_of(tx: &mut Tx<'_>, site: SiteId, now: i64, most: i64) -> Result<Vec<FileRow>, StoreError> {
    let sql = select!(
        FileRow,
        "WHERE t.site_id = $1 AND t.due_at <= $2 AND t.due_at IS NOT NULL ORDER BY t.due_at, t.id LIMIT $3"
    );
    tx.query(sql, params![site, now, most], FileRow::read)
}

/// Notes that the bytes of a file that are not named by its parts are to be removed.
pub fn note_removed(tx: &mut Tx<'_>, site: SiteId, file: FileId) -> Result<(), StoreError> {
    let sql = "INSERT INTO removed_files (site_id, file_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    tx.execute(sql, params![site, file])?;
    Ok(())
}

/// Files that are gone and whose bytes are still to be removed.
pub fn removed(tx: &mut Tx<'_>, site: SiteId, most: i64) -> Result<Vec<FileId>, StoreError> {
    let sql = "SELECT file_id FROM removed_files WHERE site_id = $1 ORDER BY file_id LIMIT $2";
    tx.query(sql, params![site, most], |row| row.get(0))
}

/// The bytes of a file are removed.
pub fn forget_removed(tx: &mut Tx<'_>, site: SiteId, file: FileId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM removed_files WHERE site_id = $1 AND file_id = $2", params![site, file])?;
    Ok(())
}

/// The objects of a school's files, file by file and part by part: the file, its state and the token of each part. One
/// without parts comes with an empty token.
pub fn objects<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    site: SiteId,
    mut each: impl FnMut(FileId, FileState, &str, i64) -> Result<(), E>,
) -> Result<(), E> {
    let sql = "SELECT f.id, f.state, coalesce(p.token, ''), coalesce(p.size, 0) FROM files f
               LEFT JOIN file_parts p ON p.site_id = f.site_id AND p.file_id = f.id
               WHERE f.site_id = $1 ORDER BY f.id, p.number";
    tx.for_each(sql, params![site], |row| each(row.get(0)?, row.get(1)?, row.get::<&str>(2)?, row.get(3)?))
}

/// Sentences about schools whose sum of bytes is not that of their files. Reads every file.
pub fn audit(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT s.subdomain, coalesce(u.bytes, 0),
                 CAST(coalesce((SELECT sum(f.size) FROM files f WHERE f.site_id = s.id AND f.state <> $1), 0) AS BIGINT)
               FROM sites s LEFT JOIN file_usage u ON u.site_id = s.id ORDER BY s.id";
    let sums: Vec<(String, i64, i64)> =
        tx.query(sql, &[Value::from(FileState::Refused)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let wrong = sums.into_iter().filter(|(_, noted, sum)| noted != sum);
    let told = |(school, noted, sum)| format!("the files of {school} take {sum} bytes, and {noted} are noted");
    Ok(wrong.map(told).collect())
}

/// Writes the sums of bytes anew from the files.
pub fn recount(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM file_usage", &[])?;
    let sql = "INSERT INTO file_usage (site_id, bytes)
               SELECT site_id, CAST(sum(size) AS BIGINT) FROM files WHERE state <> $1 GROUP BY site_id";
    tx.execute(sql, &[Value::from(FileState::Refused)])?;
    Ok(())
}
