//! Users and leads, for their events.

use super::{Scene, told};
use crate::config::Failure;
use school::Set;
use school::account_deletion;
use school::leads::{self, NewLead};
use school::users::{self, CreationOptions, User, UserInput};

impl Scene<'_, '_> {
    /// A number from which on nobody is called trigger-<n>.
    fn free_number(&mut self) -> Result<u64, Failure> {
        let (mut taken, mut free) = (0, 1);
        while users::id_by_email(self.tx, self.site.id, &address(free))?.is_some() {
            (taken, free) = (free, free * 2);
        }
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2;
            match users::id_by_email(self.tx, self.site.id, &address(middle))? {
                Some(_) => taken = middle,
                None => free = middle,
            }
        }
        Ok(free)
    }

    pub(super) fn make_user(&mut self, email: Option<String>) -> Result<User, Failure> {
        let number = self.free_number()?;
        let email = email.unwrap_or_else(|| address(number));
        let input = UserInput {
            first_name: Set::To("Trigger".to_owned()),
            last_name: Set::To(format!("Number {number}")),
            email: Set::To(email),
            ..UserInput::default()
        };
        let welcome = CreationOptions { skip_custom_fields_validation: true, ..CreationOptions::default() };
        let user = users::create(self.tx, self.site.id, &input, &welcome)?;
        self.did(format!("Made the user {} (id {}).", user.email, user.id));
        Ok(user)
    }

    /// The user with the address or id that was given; a new one when nobody was named, or nobody has the address.
    pub(super) fn user(&mut self) -> Result<User, Failure> {
        let Some(named) = self.asked.user.clone() else { return self.make_user(None) };
        let id = match named.parse() {
            Ok(id) => Some(id),
            Err(_) => users::id_by_email(self.tx, self.site.id, &named)?,
        };
        let found = match id {
            Some(id) => users::find(self.tx, self.site.id, id)?,
            None => None,
        };
        match found {
            Some(user) => Ok(user),
            None if named.contains('@') => self.make_user(Some(named)),
            None => told(format!("there is no user `{named}`; give an id or an address")),
        }
    }

    pub(super) fn sign_in(&mut self) -> Result<(), Failure> {
        let user = self.user()?;
        users::signed_in(self.tx, self.site.id, user.id)?;
        self.did(format!("{} signed in.", user.email));
        Ok(())
    }

    pub(super) fn delete_user(&mut self) -> Result<(), Failure> {
        let user = self.user()?;
        account_deletion::delete(self.tx, self.site.id, &users::UserRef::Id(user.id))?;
        self.did(format!("Removed the user {}.", user.email));
        Ok(())
    }

    pub(super) fn rename_user(&mut self) -> Result<(), Failure> {
        let user = self.user()?;
        let last_name = match user.last_name.strip_suffix(" (changed)") {
            Some(before) => before.to_owned(),
            None => format!("{} (changed)", user.last_name),
        };
        self.did(format!("The last name of {} is now {last_name}.", user.email));
        let input = UserInput { last_name: Set::To(last_name), ..UserInput::default() };
        users::update(self.tx, self.site.id, &users::UpdatedBy::School, &users::UserRef::Id(user.id), &input)?;
        Ok(())
    }

    pub(super) fn lead(&mut self) -> Result<(), Failure> {
        let email = match self.asked.user.clone() {
            Some(email) => email,
            None => format!("trigger-lead-{}@example.com", self.tx.moment()),
        };
        let (first_name, last_name) = ("Trigger".to_owned(), Some("Lead".to_owned()));
        let lead = leads::create(self.tx, self.site.id, &NewLead { email, first_name, last_name, subscribed: true })?;
        self.did(format!("{} left their address (lead {}).", lead.email, lead.id));
        Ok(())
    }
}

fn address(number: u64) -> String {
    format!("trigger-{number}@example.com")
}
