//! `scholae users erase`

use crate::commands::school;
use crate::config::{Config, Failure};
use clap::Args;
use identity::managed_users;
use school::users::{self, User, UserRef};
use school::{Site, Store, UserId};
use std::process::ExitCode;

const AFTER_ERASE: &str = "\
Beside what deleting an account removes, the person's names, address and whatever else was said of them go from orders, \
events, answers that are kept for idempotency keys, mails, leads and the security log. Amounts, counts and ids stay, so \
that the books agree. It cannot be undone, and backups that were made before still have the person in them.";

/// Delete a user, and take what names them from orders, events and everything else that stays
#[derive(Debug, Args)]
#[command(after_help = AFTER_ERASE)]
pub struct Erase {
    /// Who: their address, or their id
    #[arg(value_name = "EMAIL")]
    who: String,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// The same address or id again: nothing is erased without it
    #[arg(long, value_name = "EMAIL")]
    confirm: Option<String>,
}

impl Erase {
    /// Erases the user.
    ///
    /// # Errors
    /// When there is no such user, they own the school, or it was not confirmed.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let Self { who, school: named, confirm } = self;
        let store = config.open_store()?;
        let key = config.server_key(&store)?;
        let site = school(&store, named.as_deref())?;
        let id = site.id;
        let user = find(&store, &site, &who)?;
        if confirm.as_ref() != Some(&who) {
            return Err(Failure::Told(format!(
                "nothing was erased. {} (id {}) of school `{}` would be gone for good: say so with --confirm {who}",
                user.email, user.id, site.subdomain
            )));
        }
        let user = user.id;
        store.write_now(id, move |tx| managed_users::erase(tx, &key, id, &UserRef::Id(user)))?;
        println!("The user with the id {user} was erased from school `{}`.", site.subdomain);
        println!("Backups from before still have them: keep those no longer than you must.");
        Ok(ExitCode::SUCCESS)
    }
}

/// The user of a school with an address or an id.
///
/// # Errors
/// When there is none.
pub fn find(store: &Store, site: &Site, who: &str) -> Result<User, Failure> {
    let (id, wanted) = (site.id, who.to_owned());
    let user = store.read_now(move |tx| -> school::Result<_> {
        let user = match wanted.parse::<UserId>() {
            Ok(user) => Some(user),
            Err(_) => users::id_by_email(tx, id, &wanted)?,
        };
        match user {
            Some(user) => users::find(tx, id, user),
            None => Ok(None),
        }
    })?;
    user.ok_or_else(|| Failure::Told(format!("school `{}` has no user `{who}`", site.subdomain)))
}
