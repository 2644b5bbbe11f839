//! Lists of users, each shown while it is read: a list copies no texts.

use super::fields;
use super::user::User;
use crate::error::Result;
use crate::roles::Role;
use store::users as rows;
use store::{GroupId, Page, PageRequest, SiteId, Tx};

/// Which users a list is of.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// The one with this address.
    pub email: Option<String>,
    /// Those with this role, by name.
    pub role: Option<String>,
    /// Those from this source.
    pub external_source: Option<String>,
    /// Those with this value of the field with this label.
    pub field: Option<(String, String)>,
    /// Those in this group.
    pub group_id: Option<GroupId>,
}

/// A page of the school's users.
pub fn list<T>(
    tx: &mut Tx<'_>,
    site: SiteId,
    wanted: &UserFilter,
    ask: &PageRequest,
    mut show: impl FnMut(&User<&str>) -> T,
) -> Result<Page<T>> {
    let mut filter = rows::UserFilter {
        email: wanted.email.clone(),
        external_source: wanted.external_source.clone(),
        group_id: wanted.group_id,
        ..rows::UserFilter::default()
    };
    if let Some(name) = &wanted.role {
        // A role that nobody can have is had by nobody.
        let Some(role) = Role::named(name) else { return Ok(Page::empty()) };
        filter.role = Some(role);
    }
    if let Some((label, value)) = &wanted.field {
        let definitions = store::custom_profile_field_definitions::all(tx, site)?;
        let Some(definition) = definitions.iter().find(|known| known.label == *label) else {
            return Ok(Page::empty());
        };
        filter.value = Some((definition.id, fields::value_hash(value)));
    }
    Ok(rows::page(tx, site, &filter, ask, |row| show(&User::from(row)))?)
}

/// The users who have, for each word of a text, a name, company or address with a word that begins with it: at most so
/// many.
pub fn search(tx: &mut Tx<'_>, site: SiteId, text: &str, most: usize) -> Result<Vec<User>> {
    Ok(store::users::search(tx, site, text, most)?.into_iter().map(User::from).collect())
}
