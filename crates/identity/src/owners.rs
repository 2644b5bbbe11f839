//! The owner of a school: exactly one, who may do everything in it, lets apps in and is written to. Owning is no role,
//! so that nobody who gives and takes roles can take the school away.

use crate::mailed_links::{self, Purpose};
use crate::passwords::Password;
use school::Set;
use school::error::Result;
use school::roles::Role;
use school::security_log::{self, Kind};
use school::sites::{self, Site};
use school::users::{self, CreationOptions, UpdatedBy, User, UserInput, UserRef};
use store::{ServerKey, Tx};

/// Who is to own a school.
#[derive(Debug, Clone)]
pub struct NewOwner {
    /// Their address: somebody of the school, or somebody new.
    pub email: String,
    /// First name of somebody new; none takes what stands before the @ of the address.
    pub first_name: Option<String>,
    /// Last name of somebody new; none takes `Owner`.
    pub last_name: Option<String>,
    /// The password they sign in with from now on; none leaves it as it is.
    pub password: Option<Password>,
}

/// Who owns a school now.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The owner.
    pub user: User,
    /// The secret of a link by which they choose a password, where they have none.
    pub link: Option<String>,
}

/// Gives a school to somebody, who is made when nobody has the address. Whoever owned it before stays a site admin.
///
/// # Errors
/// [`school::Error::Invalid`] when the address is none, or the password too short.
pub fn set(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, new: &NewOwner) -> Result<Owner> {
    let password = new.password.clone().map_or(Set::Keep, Set::To);
    let user = match users::id_by_email(tx, site.id, &new.email)? {
        Some(id) => {
            let had = users::get(tx, site.id, &UserRef::Id(id))?;
            let input = UserInput { password, roles: with_site_admin(&had), ..UserInput::default() };
            users::update(tx, site.id, &UpdatedBy::School, &UserRef::Id(id), &input)?
        }
        None => {
            let name = new.email.split('@').next().unwrap_or_default();
            let input = UserInput {
                first_name: Set::To(new.first_name.clone().unwrap_or_else(|| name.to_owned())),
                last_name: Set::To(new.last_name.clone().unwrap_or_else(|| "Owner".to_owned())),
                email: Set::To(new.email.clone()),
                password,
                roles: Set::To(vec!["site_admin".to_owned()]),
                ..UserInput::default()
            };
            let welcome = CreationOptions { skip_custom_fields_validation: true, ..CreationOptions::default() };
            users::create(tx, site.id, &input, &welcome)?
        }
    };
    sites::update(tx, site, |row| row.owner_user_id = Some(user.id))?;
    if site.owner_user_id != Some(user.id) {
        security_log::record(tx, site.id, Kind::OwnerChanged, Some(user.id), "")?;
    }
    let link = match user.has_password {
        true => None,
        false => Some(mailed_links::make(tx, key, site.id, &user, Purpose::Password, "")?),
    };
    Ok(Owner { user, link })
}

fn with_site_admin(user: &User) -> Set<Vec<String>> {
    if user.has(Role::SiteAdmin) {
        return Set::Keep;
    }
    Set::To(user.roles.with(Role::SiteAdmin).names().map(str::to_owned).collect())
}

/// The schools that nobody owns, by their subdomains: none was named, or they are gone.
pub fn missing(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    Ok(store::sites::without_owner(tx)?)
}
