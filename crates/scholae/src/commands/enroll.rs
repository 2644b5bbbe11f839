//! `scholae enroll`: people into a course or a bundle.

use super::school;
use super::users::{delimiter, give_way, read_csv, rows_of, write_refused};
use crate::config::{Config, Failure};
use crate::progress::Progress;
use bulk::csv_file::{CsvFile, Delimiter};
use bulk::enrollment_columns::{EnrollmentColumns, moment};
use clap::{ArgGroup, Args};
use school::enrolling::{self, Access, Named, Outcome};
use school::groups;
use school::users::{self, UserFilter};
use school::{PageRequest, PageStart, SiteId, Store, Tx, now};
use serde_json::json;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Seen;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use store::users::email_key;

/// People that share a transaction: other writes of the school wait no longer than for these.
const BATCH: usize = 50;
/// Users of a group that are read at a time.
const PAGE: i64 = 250;

const AFTER_HELP: &str = "\
The CSV file has a column email or user_id, and may have course, bundle and expires for each row; its columns are \
named in the first line, in any case. A file that `scholae users import` took does too, with --course or --bundle.

As with `scholae users import`, every row of a file is looked at before anybody is enrolled, and everything that is \
wrong with any is told with its line. Then either nobody is enrolled, or those of the other rows (--skip-bad). People who \
are named on the command line are each taken by themselves: the others are enrolled when one cannot be.

What happened is told for each person: enrolled, renewed (their enrollment had ended), upgraded (it was a free trial), \
already enrolled, or why not. They are enrolled some at a time, so that the school goes on; whoever is enrolled already \
stays as they are, and so the same command goes on after it was cut off. The exit code is 1 when somebody could not be, \
also with --skip-bad.";

/// Enroll people in a course or a bundle: named ones, those of a file, or a group
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
#[command(group(ArgGroup::new("who").required(true).multiple(true).args(["people", "csv", "group"])))]
pub struct Enroll {
    /// Who: addresses, or ids of users
    #[arg(value_name = "EMAIL|ID")]
    people: Vec<String>,
    /// Everybody in this file
    #[arg(long, value_name = "FILE.csv")]
    csv: Option<PathBuf>,
    /// Everybody in the group with this name
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// In which course
    #[arg(long, value_name = "SLUG|ID", conflicts_with = "bundle", required_unless_present_any = ["bundle", "csv"])]
    course: Option<String>,
    /// In the courses of which bundle
    #[arg(long, value_name = "SLUG|ID")]
    bundle: Option<String>,
    /// When it ends: the end of a day (UTC) such as 2027-06-30, or a moment such as 2027-06-30T12:00:00Z; never when
    /// left out
    #[arg(long, value_name = "DATE", value_parser = moment)]
    expires: Option<i64>,
    /// As a free trial
    #[arg(long)]
    trial: bool,
    /// Enroll those of the rows that can be, and write the other rows into this file, with a column that says why
    #[arg(long, value_name = "FILE.csv", requires = "csv")]
    skip_bad: Option<PathBuf>,
    /// Tell what would happen, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// What stands between the cells of the file: , ; or tab; found out when left out
    #[arg(long, value_name = "WHAT", value_parser = delimiter)]
    delimiter: Option<Delimiter>,
    /// Print one line of JSON for each: {"who", "line", "outcome", "reason"}
    #[arg(long)]
    json: bool,
}

/// Somebody to be enrolled, or why they cannot be.
#[derive(Debug, Clone)]
struct Entry {
    /// Their line in the file; none when they are not from one.
    line: Option<u64>,
    who: String,
    wanted: Result<(Named, Option<i64>), String>,
}

/// What came of it.
type Told = Result<Outcome, String>;

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Enrolled => "enrolled",
        Outcome::Renewed => "renewed",
        Outcome::Upgraded => "upgraded",
        Outcome::Already => "already enrolled",
    }
}

impl Enroll {
    /// Enrolls everybody and tells what happened.
    ///
    /// # Errors
    /// When the course, the group or the file is not there, or somebody in the file cannot be enrolled; nobody was then.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let file = self.csv.as_deref().map(|path| read_csv(path, self.delimiter)).transpose()?;
        let store = config.open_store()?;
        let site = school(&store, self.school.as_deref())?.id;
        if let Some(wanted) = self.wanted() {
            let named = wanted.clone();
            if store.read_now(move |tx| enrolling::find(tx, site, &named))?.is_none() {
                return Err(Failure::Told(wanted.missing()));
            }
        }
        let entries = self.entries(&store, site, file.as_ref())?;
        let (entries, skipped) = match &file {
            Some(file) if !self.dry_run => self.without_bad_rows(&store, site, file, entries)?,
            _ => (entries, 0),
        };
        let progress = Progress::of(entries.len() as u64, "enrolling");
        let mut counts = [0_usize; 5];
        for batch in entries.chunks(BATCH) {
            let begun = Instant::now();
            for (entry, told) in batch.iter().zip(self.enroll(&store, site, batch.to_vec(), self.dry_run)?) {
                counts[told.as_ref().map_or(4, |outcome| *outcome as usize)] += 1;
                self.tell(entry, &told);
            }
            progress.done(batch.len() as u64);
            give_way(&store, begun);
        }
        progress.end();
        let [enrolled, renewed, upgraded, already, refused] = counts;
        let could_not_be = refused + skipped;
        if !self.json {
            let how = if self.dry_run { "Dry run: nothing was changed. " } else { "" };
            println!(
                "{how}{enrolled} enrolled, {renewed} renewed, {upgraded} upgraded, {already} already enrolled, \
                 {could_not_be} could not be."
            );
            if let (Some(out), 1..) = (&self.skip_bad, skipped) {
                println!("{} could not be enrolled; they are in {}.", rows_of(skipped), out.display());
            }
        }
        Ok(if could_not_be > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    /// Looks at every row of the file. Gives the people without those of rows that cannot be enrolled, and how many those
    /// are.
    ///
    /// # Errors
    /// When there are any, and it was not asked to go on without them.
    fn without_bad_rows(
        &self,
        store: &Store,
        site: SiteId,
        file: &CsvFile,
        entries: Vec<Entry>,
    ) -> Result<(Vec<Entry>, usize), Failure> {
        let progress = Progress::of(entries.len() as u64, "checking rows");
        let (mut good, mut bad) = (Vec::with_capacity(entries.len()), Vec::new());
        for batch in entries.chunks(BATCH) {
            for (entry, told) in batch.iter().zip(self.enroll(store, site, batch.to_vec(), true)?) {
                match (entry.line, told) {
                    (Some(line), Err(reason)) => bad.push((entry, line, reason)),
                    _ => good.push(entry.clone()),
                }
            }
            progress.done(batch.len() as u64);
        }
        progress.end();
        let count = bad.len();
        for (entry, _, reason) in &bad {
            self.tell(entry, &Err(reason.clone()));
        }
        let (Some(path), 1..) = (&self.csv, count) else { return Ok((good, count)) };
        let rows = file.rows();
        let Some(out) = &self.skip_bad else {
            return Err(Failure::Told(format!(
                "{}: nobody was enrolled, because {count} of {} rows cannot be; correct them and try again, or enroll \
                 the others with --skip-bad FILE.csv",
                path.display(),
                rows.len()
            )));
        };
        let refused: Vec<(u64, String)> = bad.into_iter().map(|(_, line, reason)| (line, reason)).collect();
        write_refused(path, out, file, &rows, &refused)?;
        Ok((good, count))
    }

    /// The course or bundle for everybody who has none of their own.
    fn wanted(&self) -> Option<Named> {
        let (name, bundle) = match (&self.course, &self.bundle) {
            (Some(course), _) => (course, false),
            (None, Some(bundle)) => (bundle, true),
            (None, None) => return None,
        };
        Some(Named { name: name.clone(), bundle })
    }

    fn entries(&self, store: &Store, site: SiteId, file: Option<&CsvFile>) -> Result<Vec<Entry>, Failure> {
        let wanted = || match self.wanted() {
            Some(wanted) => Ok((wanted, self.expires)),
            None => Err("name a course with --course, or a bundle with --bundle".to_owned()),
        };
        let mut entries: Vec<Entry> =
            self.people.iter().map(|who| Entry { line: None, who: who.clone(), wanted: wanted() }).collect();
        if let Some(name) = &self.group {
            let in_it = of_group(store, site, name)?;
            entries.extend(in_it.into_iter().map(|who| Entry { line: None, who, wanted: wanted() }));
        }
        if let (Some(file), Some(path)) = (file, &self.csv) {
            let rows = self.rows(file).map_err(|text| Failure::Told(format!("{}: {text}", path.display())))?;
            entries.extend(rows);
        }
        Ok(entries)
    }

    /// The people in a file.
    fn rows(&self, file: &CsvFile) -> Result<Vec<Entry>, String> {
        let columns = EnrollmentColumns::of(file.names()).map_err(|text| format!("line 1: {text}"))?;
        let mut seen: HashMap<(String, Named), u64> = HashMap::new();
        let rows = file.rows().into_iter().map(|row| {
            let who = columns.who(&row);
            let named = columns.target(&row).map(|named| named.or_else(|| self.wanted()));
            // As with an import: also where the earlier row is refused.
            let repeated = match &named {
                Ok(Some(named)) if !who.is_empty() => match seen.entry((email_key(who), named.clone())) {
                    Seen::Occupied(earlier) => {
                        Some(format!("is also on line {}, for the same `{}`", earlier.get(), named.name))
                    }
                    Seen::Vacant(free) => {
                        free.insert(row.line);
                        None
                    }
                },
                _ => None,
            };
            let wanted = columns.read(&row).and_then(|read| match (repeated, named?) {
                (Some(repeated), _) => Err(repeated),
                (None, None) => Err("names no course and no bundle".to_owned()),
                (None, Some(named)) => Ok((named, read.expires.or(self.expires))),
            });
            Entry { line: Some(row.line), who: who.to_owned(), wanted }
        });
        Ok(rows.collect())
    }

    /// Enrolls some people in one transaction, or finds out what that would come to.
    fn enroll(&self, store: &Store, site: SiteId, batch: Vec<Entry>, dry_run: bool) -> Result<Vec<Told>, Failure> {
        let activated_at = Some(now()).filter(|_| !self.trial);
        let each = move |tx: &mut Tx<'_>| -> school::Result<Vec<Told>> {
            batch.iter().map(|entry| one(tx, site, entry, activated_at, dry_run)).collect()
        };
        Ok(if dry_run { store.read_now(each)? } else { store.write_now(site, each)? })
    }

    fn tell(&self, entry: &Entry, told: &Told) {
        let outcome = told.as_ref().map_or("refused", |outcome| word(*outcome));
        let reason = told.as_ref().err();
        if self.json {
            println!("{}", json!({ "who": entry.who, "line": entry.line, "outcome": outcome, "reason": reason }));
            return;
        }
        let place = entry.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        match reason {
            None => println!("{place}{}: {outcome}", entry.who),
            // Those are looked for, among many.
            Some(reason) => eprintln!("{place}{}: {reason}", entry.who),
        }
    }
}

/// Enrolls somebody. What the school has against it is not told by an error: the others are enrolled all the same.
fn one(tx: &mut Tx<'_>, site: SiteId, entry: &Entry, activated_at: Option<i64>, dry_run: bool) -> school::Result<Told> {
    let (named, expiry_date) = match &entry.wanted {
        Ok((named, expires)) => (named, *expires),
        Err(why) => return Ok(Err(why.clone())),
    };
    let Some(what) = enrolling::find(tx, site, named)? else { return Ok(Err(named.missing())) };
    let Some(user) = enrolling::person(tx, site, &entry.who)? else {
        return Ok(Err("there is no such user in this school".to_owned()));
    };
    let access = Access { activated_at, expiry_date };
    let told = if dry_run {
        enrolling::foresee(tx, site, user, what, access)?
    } else {
        enrolling::enroll(tx, site, user, what, access)?
    };
    Ok(Ok(told))
}

/// The addresses of everybody in a group.
fn of_group(store: &Store, site: SiteId, name: &str) -> Result<Vec<String>, Failure> {
    let wanted = name.to_owned();
    let group = store.read_now(move |tx| groups::id_by_name(tx, site, &wanted))?;
    let Some(group) = group else { return Err(Failure::Told(format!("there is no group `{name}` in this school"))) };
    let (mut all, mut page) = (Vec::new(), 1);
    loop {
        let filter = UserFilter { group_id: Some(group), ..UserFilter::default() };
        let found = store.read_now(move |tx| {
            let ask = PageRequest { start: PageStart::Page(page), ..PageRequest::first(PAGE) };
            users::list(tx, site, &filter, &ask, |user| user.email.to_owned())
        })?;
        let read = found.items.len();
        all.extend(found.items);
        if read < PAGE as usize {
            return Ok(all);
        }
        page += 1;
    }
}
