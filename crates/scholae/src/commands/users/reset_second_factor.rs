//! `scholae users reset-second-factor`

use super::erase::find;
use crate::commands::school;
use crate::config::{Config, Failure};
use clap::Args;
use identity::second_factor;
use std::process::ExitCode;

const AFTER_RESET: &str = "\
For somebody who has lost the telephone that shows their codes, and their recovery codes too. The owner of a school can \
reset everybody else's in the admin area; nobody but this command resets the owner's. They then sign in with their \
password, or by a link from a mail, and set a second factor up again. They are told by mail, and the security log says so.";

/// Take the second factor away from a user who has lost it, the owner too
#[derive(Debug, Args)]
#[command(after_help = AFTER_RESET)]
pub struct ResetSecondFactor {
    /// Whose: their address, or their id
    #[arg(value_name = "EMAIL")]
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
        let user = find(&store, &site, &self.who)?;
        let (id, who) = (site.id, user.id);
        if !store.write_now(id, move |tx| second_factor::reset(tx, id, who))? {
            return Err(Failure::Told(format!("{} of school `{}` has no second factor", user.email, site.subdomain)));
        }
        println!("{} of school `{}` signs in without a second factor now.", user.email, site.subdomain);
        Ok(ExitCode::SUCCESS)
    }
}
