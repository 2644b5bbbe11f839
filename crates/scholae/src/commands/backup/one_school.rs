//! Which rows of a database belong to one school: those that carry its id, and the apps that it has.

use super::cell::Cell;
use super::file::{BackupItem, walk};
use crate::config::Failure;
use std::collections::BTreeSet;
use std::path::Path;
use store::dump::Table;
use store::{AppId, SiteId, Tx, Value};

/// The tables of the platform that a school's backup has rows of.
const APPS: &str = "apps";
const SERVER_KEY: &str = "server_key";

/// One school.
#[derive(Debug, Clone)]
pub struct OneSchool {
    /// Its id.
    pub site: SiteId,
    /// The ids of the apps that it has.
    apps: BTreeSet<i64>,
}

impl OneSchool {
    /// The school as it is in a database.
    pub fn of(tx: &mut Tx<'_>, site: SiteId) -> Result<Self, Failure> {
        let apps = store::apps::of_site(tx, site)?.into_iter().map(|install| install.app_id.get());
        Ok(Self { site, apps: apps.collect() })
    }

    /// The school with this subdomain as it is in a backup; none when that has no such school.
    pub fn in_backup(path: &Path, subdomain: &str) -> Result<Option<Self>, Failure> {
        let (mut table, mut columns) = (String::new(), Vec::new());
        let (mut site, mut installs) = (None, Vec::new());
        walk(path, &mut |_, item| {
            match item {
                BackupItem::Table(heading) => {
                    table = heading.table.into_owned();
                    columns = heading.columns;
                }
                BackupItem::Row(line, _) if table == "sites" || table == "installs" => {
                    let row: Vec<Cell> = serde_json::from_slice(line).map_err(std::io::Error::from)?;
                    let cell = |name: &str| row.get(columns.iter().position(|column| column == name)?);
                    let int = |name: &str| match cell(name) {
                        Some(Cell::Int(number)) => Some(*number),
                        _ => None,
                    };
                    let is_it = || matches!(cell("subdomain"), Some(Cell::Text(text)) if text == subdomain);
                    if table == "sites" && is_it() {
                        site = int("id");
                    } else if table == "installs" {
                        installs.extend(int("site_id").zip(int("app_id")));
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        let apps = installs.into_iter().filter(|(of, _)| Some(*of) == site).map(|(_, app)| app).collect();
        Ok(site.map(|site| Self { site: SiteId::new(site), apps }))
    }

    /// Hands over the rows of a table that are the school's, and the fingerprint of the key that they are sealed under.
    pub fn for_each(
        &self,
        tx: &mut Tx<'_>,
        table: &Table,
        each: &mut dyn FnMut(&[Value<'_>]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if table.school_column().is_some() {
            return table.for_each_of(tx, self.site, each);
        }
        let id = table.columns.iter().position(|column| column.name == "id");
        table.for_each(tx, |row| match id.and_then(|at| row.get(at)) {
            Some(Value::Int(id)) if table.name == APPS && self.apps.contains(id) => each(row),
            _ if table.name == SERVER_KEY => each(row),
            _ => Ok(()),
        })
    }

    /// Whether a row of a backup is to be added to a database that has other schools.
    ///
    /// # Errors
    /// When it is an app, and the database has another in its place.
    pub fn adds(&self, tx: &mut Tx<'_>, table: &Table, row: &[Cell]) -> Result<bool, Failure> {
        let cell = |name: &str| row.get(table.columns.iter().position(|column| column.name == name)?);
        let is = |name: &str, wanted: i64| matches!(cell(name), Some(Cell::Int(number)) if *number == wanted);
        if let Some(column) = table.school_column() {
            return Ok(is(column, self.site.get()));
        }
        let (Some(Cell::Int(id)), true) = (cell("id"), table.name == APPS) else { return Ok(false) };
        if !self.apps.contains(id) {
            return Ok(false);
        }
        let text = |name: &str| match cell(name) {
            Some(Cell::Text(text)) => text.as_str(),
            _ => "",
        };
        let (client_id, slug) = (text("client_id"), text("slug"));
        let here = store::apps::get(tx, AppId::new(*id))?;
        let others = [store::apps::by_client_id(tx, client_id)?, store::apps::by_slug(tx, slug)?];
        match here {
            // The same app: what it is here counts.
            Some(app) if app.client_id == client_id => Ok(false),
            None if others.iter().all(Option::is_none) => Ok(true),
            _ => Err(Failure::Told(format!(
                "the school has the app `{slug}` (id {id}), and this server has another app with its id, its client id or \
                 its name. Apps keep their ids, because their tokens name them: restore the school into another server, or \
                 delete the other app first"
            ))),
        }
    }

    /// Makes sure that a database has room for the school under its own id and subdomain.
    ///
    /// # Errors
    /// When another school has one of them.
    pub fn must_be_free(&self, tx: &mut Tx<'_>, subdomain: &str, tables: &[Table]) -> Result<(), Failure> {
        if let Some(other) = store::sites::get(tx, self.site)? {
            return Err(Failure::Told(format!(
                "school `{subdomain}` of the backup has the id {}, and so has school `{}` here. Ids are kept, because \
                 programs, tokens and receivers of webhooks know them: restore it into another server, or delete the \
                 other one first (`scholae site delete --school {}`)",
                self.site, other.subdomain, other.subdomain
            )));
        }
        if store::sites::by_subdomain(tx, subdomain)?.is_some() {
            return Err(Failure::Told(format!(
                "there is a school `{subdomain}` here already: give it another subdomain first (`scholae site update \
                 --school {subdomain} --subdomain OTHER`), or delete it"
            )));
        }
        for table in tables {
            if table.count_of(tx, self.site)? > 0 {
                return Err(Failure::Told(format!(
                    "rows of a school with the id {} are left in {}: this database is not in order, see `scholae doctor`",
                    self.site, table.name
                )));
            }
        }
        Ok(())
    }
}
