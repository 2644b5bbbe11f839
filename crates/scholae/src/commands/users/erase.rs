//! `scholae users erase`

use crate::commands::school;
use crate::config::{Config, Failure};
use clap::Args;
use identity::managed_users;
use school::error::Error;
use school::users::{self, UserRef};
use school::{SiteId, UserId, account_erasure};
use std::process::ExitCode;
use store::Tx;

const AFTER_ERASE: &str = "\
Beside what deleting an account removes, the person's names, address and whatever else was said of them go from orders, \
events, answers that are kept for idempotency keys, mails, leads and the security log. Amounts, counts and ids stay, so \
that the books agree. Somebody who is no user any more, but is still named in orders or events, is erased in the same way, by \
the address or the id that they had. It cannot be undone, and backups that were made before still have the person in them.";

/// Delete a user, and take what names them from orders, events and everything else that stays
#[derive(Debug, Args)]
#[command(after_help = AFTER_ERASE)]
pub struct Erase {
    /// Who: their address, or their id
    #[arg(value_name = "EMAIL|ID")]
    who: String,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// The same address or id again: nothing is erased without it
    #[arg(long, value_name = "EMAIL|ID")]
    confirm: Option<String>,
}

/// Who is meant.
enum Found {
    User {
        id: UserId,
        email: String,
    },
    /// Accounts that are gone, of which something is left.
    Gone(Vec<UserId>),
}

impl Erase {
    /// Erases the user.
    ///
    /// # Errors
    /// When nobody is known by that, they own the school, or it was not confirmed.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let Self { who, school: named, confirm } = self;
        let store = config.open_store()?;
        let key = config.server_key(&store)?;
        let site = school(&store, named.as_deref())?;
        let (id, wanted) = (site.id, who.clone());
        let name = &site.subdomain;
        let Some(found) = store.read_now(move |tx| find(tx, id, &wanted))? else {
            return Err(Failure::Told(format!(
                "school `{name}` has no user `{who}`, and no order or event names one who is gone"
            )));
        };
        if confirm.as_ref() != Some(&who) {
            let what = match &found {
                Found::User { id, email } => format!("{email} (id {id}) of school `{name}`"),
                Found::Gone(ids) => format!(
                    "What school `{name}` still has of somebody who is no user any more (id {})",
                    ids.iter().map(UserId::to_string).collect::<Vec<_>>().join(", ")
                ),
            };
            return Err(Failure::Told(format!(
                "nothing was erased. {what} would be gone for good: say so with --confirm {who}"
            )));
        }
        let (all, told) = match found {
            Found::User { id, .. } => (vec![id], format!("The user with the id {id} was erased from school `{name}`.")),
            Found::Gone(ids) => {
                let told = format!("What was left of {who} in school `{name}` was erased.");
                (ids, told)
            }
        };
        store.write_now(id, move |tx| {
            for user in &all {
                match managed_users::erase(tx, &key, id, &UserRef::Id(*user)) {
                    // It was erased with the one before, which had the same address.
                    Err(Error::NotFound) if all.len() > 1 => {}
                    other => other?,
                }
            }
            Ok::<_, Error>(())
        })?;
        println!("{told}");
        println!("Backups from before still have them: keep those no longer than you must.");
        Ok(ExitCode::SUCCESS)
    }
}

/// Finds whoever has, or had, this address or id.
fn find(tx: &mut Tx<'_>, site: SiteId, who: &str) -> school::Result<Option<Found>> {
    let by_id = who.parse::<UserId>().ok();
    let user = match by_id {
        Some(user) => Some(user),
        None => users::id_by_email(tx, site, who)?,
    };
    if let Some(id) = user {
        if let Some(user) = users::find(tx, site, id)? {
            return Ok(Some(Found::User { id, email: user.email.clone() }));
        }
        return Ok(account_erasure::is_named(tx, site, id)?.then(|| Found::Gone(vec![id])));
    }
    let ids = account_erasure::gone_of(tx, site, who)?;
    Ok(Some(Found::Gone(ids)).filter(|found| !matches!(found, Found::Gone(ids) if ids.is_empty())))
}
