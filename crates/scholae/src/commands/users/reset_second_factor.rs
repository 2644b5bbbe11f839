//! `scholae users reset-second-factor`

use crate::commands::school;
use crate::config::{Config, Failure};
use clap::Args;
use identity::second_factor;
use school::UserId;
use school::users::{self, User};
use std::process::ExitCode;
use store::{SiteId, Tx};

const AFTER_RESET: &str = "\
For somebody who has lost the telephone that shows their codes, and their recovery codes too. The owner of a school can \
reset everybody else's in the admin area; nobody but this command resets the owner's. They then sign in with their \
password, or by a link from a mail, and set a second factor up again. They are told by mail, and the security log says so.";

/// Take the second factor away from a user who has lost it, the owner too
#[derive(Debug, Args)]
#[command(after_help = AFTER_RESET)]
pub struct ResetSecondFactor {
    /// Whose: their address, or their id
    #[arg(value_name = "EMAIL|ID")]
    who: String,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
}

impl ResetSecondFactor {
    /// Takes it away.
    ///
    /// # Errors
    /// When there is no such user, or they have none.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let store = config.open_store()?;
        let site = school(&store, self.school.as_deref())?;
        let (id, wanted) = (site.id, self.who.clone());
        let Some(user) = store.read_now(move |tx| find(tx, id, &wanted))? else {
            return Err(Failure::Told(format!("school `{}` has no user `{}`", site.subdomain, self.who)));
        };
        let who = user.id;
        if !store.write_now(id, move |tx| second_factor::reset(tx, id, who))? {
            return Err(Failure::Told(format!("{} of school `{}` has no second factor", user.email, site.subdomain)));
        }
        println!("{} of school `{}` signs in without a second factor now.", user.email, site.subdomain);
        Ok(ExitCode::SUCCESS)
    }
}

/// The user with this address or id.
fn find(tx: &mut Tx<'_>, site: SiteId, who: &str) -> school::Result<Option<User>> {
    let id = match who.parse::<UserId>() {
        Ok(id) => Some(id),
        Err(_) => users::id_by_email(tx, site, who)?,
    };
    id.map_or(Ok(None), |id| users::find(tx, site, id))
}
