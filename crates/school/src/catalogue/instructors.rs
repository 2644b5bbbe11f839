//! Instructors: who teaches the courses. An instructor may be a user, and need not be one.

use crate::check::{Check, LINE, Set, TEXT};
use crate::error::{Error, Result, Taken};
use crate::files::{self, FileUserKind};
use crate::{courses, products, slugs};
use store::instructors as rows;
pub use store::instructors::InstructorRow as Instructor;
use store::{InstructorId, Page, PageRequest, SiteId, Tx, UserId};

/// An instructor to be made, or the changes to one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InstructorInput {
    /// The user that they are.
    pub user_id: Set<UserId>,
    /// Their title.
    pub title: Set<String>,
    /// First name.
    pub first_name: Set<String>,
    /// Last name.
    pub last_name: Set<String>,
    /// A few words about them.
    pub bio: Set<String>,
    /// The last part of their address; nothing makes one of the name.
    pub slug: Set<String>,
    /// Their picture.
    pub avatar_url: Set<String>,
    /// Their address.
    pub email: Set<String>,
}

const TAKEN: &[(&str, &str)] = &[("instructors.slug", "slug")];

/// A page of the school's instructors.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Instructor>> {
    Ok(rows::page(tx, site, ask)?)
}

/// One instructor.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such instructor.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: InstructorId) -> Result<Instructor> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// The instructor with this slug, if there is one.
pub fn find_by_slug(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<Option<Instructor>> {
    Ok(rows::by_slug(tx, site, slug)?)
}

/// Makes an instructor. Without a slug they get one made of their name, with a number when it is taken.
///
/// # Errors
/// [`Error::Invalid`] when a name is missing, a field breaks a rule, the slug is taken or the user does not exist.
pub fn create(tx: &mut Tx<'_>, site: SiteId, input: &InstructorInput) -> Result<Instructor> {
    let mut row = Instructor::default();
    apply(tx, site, &mut row, input)?;
    let stamp = tx.stamp(site)?;
    row.id = InstructorId::next(tx)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    rows::insert(tx, site, &row).taken(TAKEN)?;
    use_files(tx, site, &row)?;
    Ok(row)
}

/// Changes an instructor. A change that changes nothing leaves no trace.
///
/// # Errors
/// [`Error::NotFound`] when there is no such instructor; [`Error::Invalid`] as [`create`].
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: InstructorId, input: &InstructorInput) -> Result<Instructor> {
    let had = get(tx, site, id)?;
    let mut row = had.clone();
    apply(tx, site, &mut row, input)?;
    if row == had {
        return Ok(row);
    }
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, &had, &row, stamp).taken(TAKEN)?;
    use_files(tx, site, &row)?;
    let names = courses::names(&row);
    if names != courses::names(&had) {
        show_on_products(tx, site, id, Some(&names))?;
    }
    row.rev = stamp.rev;
    row.updated_at = stamp.at;
    Ok(row)
}

/// Removes an instructor. The courses they taught stay, without an instructor.
///
/// # Errors
/// [`Error::NotFound`] when there is no such instructor.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: InstructorId) -> Result<()> {
    let instructor = get(tx, site, id)?;
    show_on_products(tx, site, id, None)?;
    for course in store::courses::remove_instructor_everywhere(tx, site, id)? {
        courses::tell_updated(tx, site, course)?;
    }
    Ok(rows::delete(tx, site, &instructor)?)
}

/// Writes an instructor's names on the products of the courses they teach.
fn show_on_products(tx: &mut Tx<'_>, site: SiteId, id: InstructorId, names: Option<&str>) -> Result<()> {
    for product in store::courses::product_ids_of_instructor(tx, site, id)? {
        products::set_instructor_names(tx, site, product, names)?;
    }
    Ok(())
}

/// Notes which files of the school an instructor shows: their picture, and those in what is said of them.
fn use_files(tx: &mut Tx<'_>, site: SiteId, row: &Instructor) -> Result<()> {
    let texts = [&row.avatar_url, &row.bio].into_iter().flatten().map(String::as_str);
    files::use_files_in(tx, site, FileUserKind::Instructor, row.id, texts, "avatar_file_id")
}

/// Applies the input to a row, and checks what stands in it then.
fn apply(tx: &mut Tx<'_>, site: SiteId, row: &mut Instructor, input: &InstructorInput) -> Result<()> {
    let mut check = Check::new();
    let text = |set: &Set<String>, had: &str| match set {
        Set::Keep => had.to_owned(),
        Set::Clear => String::new(),
        Set::To(text) => text.clone(),
    };
    row.first_name = check.required("first_name", Some(&text(&input.first_name, &row.first_name)), LINE);
    row.last_name = check.required("last_name", Some(&text(&input.last_name, &row.last_name)), LINE);
    let slug = text(&input.slug, &row.slug);
    row.slug = slug.trim().to_owned();
    check.length("slug", &row.slug, LINE);
    check.slug("slug", &row.slug);
    for (set, field, name, max) in [
        (&input.title, &mut row.title, "title", LINE),
        (&input.bio, &mut row.bio, "bio", TEXT),
        (&input.avatar_url, &mut row.avatar_url, "avatar_url", 2048),
        (&input.email, &mut row.email, "email", LINE),
    ] {
        if let Set::To(text) = set {
            check.length(name, text, max);
        }
        set.clone().apply(field);
    }
    // A form has no other way to say "none".
    row.email.take_if(|email| email.trim().is_empty());
    if let Some(email) = &mut row.email {
        *email = check.email("email", email);
    }
    input.user_id.clone().apply(&mut row.user_id);
    if let Set::To(user) = input.user_id {
        check.that(store::users::exists(tx, site, user)?, "user_id", "must exist");
    }
    if !check.is_fine() && !row.slug.is_empty() {
        // Otherwise writing the row tells.
        let other = rows::by_slug(tx, site, &row.slug)?.filter(|other| other.id != row.id);
        other.iter().for_each(|_| check.taken("slug"));
    }
    check.done()?;
    if row.slug.is_empty() {
        let name = format!("{} {}", row.first_name, row.last_name);
        row.slug = slugs::free(&name, |slug| Ok(rows::by_slug(tx, site, slug)?.is_some()))?;
    }
    Ok(())
}
