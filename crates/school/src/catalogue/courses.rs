//! Courses: what is taught, with the product through which each is sold.

mod payload;

pub use crate::catalogue::default_pictures::{BANNER, CARD};
use crate::check::{Check, LINE, TEXT};
use crate::enrollments::{self, EnrollmentFilter};
use crate::error::{Error, Result, Taken};
use crate::events::{self, Topic, payloads};
use crate::files::{self, FileUserKind};
use crate::products::{self, NewPrice, NewProduct, PaymentType, Price, ProductStatus, Productable};
use crate::{rich_text, slugs};
use std::collections::HashMap;
use store::courses::{self as rows, CourseRow};
use store::instructors::InstructorRow;
use store::{ChapterId, CourseId, InstructorId, Page, PageRequest, SiteId, Tx, UserId};

/// A course, with what is said of it beside its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    row: CourseRow,
    /// The ids of its chapters, in order.
    pub chapter_ids: Vec<ChapterId>,
    /// The ids of the users who look after it.
    pub administrator_user_ids: Vec<UserId>,
}

impl std::ops::Deref for Course {
    type Target = CourseRow;

    fn deref(&self) -> &CourseRow {
        &self.row
    }
}

/// A course to be made, or what is to become of one; with its product.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCourse {
    /// Its name.
    pub name: String,
    /// The last part of its address; empty makes one of the name that is not taken.
    pub slug: String,
    /// A second line below the name.
    pub subtitle: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// What its card in the catalogue says.
    pub course_card_text: Option<String>,
    /// A video on YouTube that introduces it.
    pub intro_video_youtube: Option<String>,
    /// A video at Wistia that introduces it.
    pub intro_video_wistia_identifier: Option<String>,
    /// Whom to ask about it.
    pub contact_information: Option<String>,
    /// What it is found by.
    pub keywords: Option<String>,
    /// How long it takes, in words.
    pub duration: Option<String>,
    /// The picture on its page.
    pub banner_image_url: Option<String>,
    /// The picture on its card.
    pub course_card_image_url: Option<String>,
    /// Whether students may review it.
    pub reviews_enabled: bool,
    /// Who made it.
    pub user_id: Option<UserId>,
    /// Who teaches it.
    pub instructor_id: Option<InstructorId>,
    /// The users who look after it.
    pub administrator_user_ids: Vec<UserId>,
    /// How much of a video must be seen before its lesson is completed, in per cent; none of it where this is none.
    pub video_completion_percentage: Option<i64>,
    /// Of its product: its status.
    pub status: ProductStatus,
    /// Of its product: whether it cannot be bought.
    pub private: bool,
    /// Of its product: whether no page of the school shows it.
    pub hidden: bool,
    /// Of its product: whether completing it earns a certificate.
    pub has_certificate: bool,
    /// Of its product: for how many days after an enrollment it is open; none for ever.
    pub days_until_expiry: Option<i64>,
    /// Of its product: title for search engines.
    pub seo_title: Option<String>,
    /// Of its product: description for search engines.
    pub seo_description: Option<String>,
    /// Of its product: its prices; none at all makes it free.
    pub prices: Vec<NewPrice>,
}

impl NewCourse {
    /// A published, free course.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            slug: String::new(),
            subtitle: None,
            description: None,
            course_card_text: None,
            intro_video_youtube: None,
            intro_video_wistia_identifier: None,
            contact_information: None,
            keywords: None,
            duration: None,
            banner_image_url: None,
            course_card_image_url: None,
            reviews_enabled: false,
            user_id: None,
            instructor_id: None,
            administrator_user_ids: Vec::new(),
            video_completion_percentage: None,
            status: ProductStatus::Published,
            private: false,
            hidden: false,
            has_certificate: false,
            days_until_expiry: None,
            seo_title: None,
            seo_description: None,
            prices: Vec::new(),
        }
    }

    /// A course as it is, to be changed.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the school has no such course.
    pub fn of(tx: &mut Tx<'_>, site: SiteId, id: CourseId) -> Result<Self> {
        let Course { row, administrator_user_ids, .. } = get(tx, site, id)?;
        let product = products::get(tx, site, row.product_id)?;
        Ok(Self {
            name: row.name,
            slug: row.slug,
            subtitle: row.subtitle,
            description: row.description,
            course_card_text: row.course_card_text,
            intro_video_youtube: row.intro_video_youtube,
            intro_video_wistia_identifier: row.intro_video_wistia_identifier,
            contact_information: row.contact_information,
            keywords: row.keywords,
            duration: row.duration,
            banner_image_url: row.banner_image_url,
            course_card_image_url: row.course_card_image_url,
            reviews_enabled: row.reviews_enabled,
            user_id: row.user_id,
            instructor_id: row.instructor_id,
            administrator_user_ids,
            video_completion_percentage: row.video_completion_percentage,
            status: product.status,
            private: product.private,
            hidden: product.hidden,
            has_certificate: product.has_certificate,
            days_until_expiry: product.days_until_expiry,
            seo_title: product.seo_title.clone(),
            seo_description: product.seo_description.clone(),
            prices: product.prices.iter().map(NewPrice::from).collect(),
        })
    }
}

const TAKEN: &[(&str, &str)] = &[("courses.slug", "slug")];

/// A page of the school's courses.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Course>> {
    let Page { items, total, offset, next_after } = rows::page(tx, site, ask)?;
    Ok(Page { items: complete(tx, site, items)?, total, offset, next_after })
}

/// Those of these courses that there are, in the order of their ids here: a fixed number of queries for any number.
pub fn of_ids(tx: &mut Tx<'_>, site: SiteId, ids: &[CourseId]) -> Result<Vec<Course>> {
    let found = rows::by_ids(tx, site, ids)?;
    let mut found: HashMap<CourseId, Course> =
        complete(tx, site, found)?.into_iter().map(|course| (course.id, course)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// One course.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such course.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: CourseId) -> Result<Course> {
    let row = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    complete(tx, site, vec![row])?.pop().ok_or(Error::NotFound)
}

/// The course with this slug, if there is one.
pub fn find_by_slug(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<Option<Course>> {
    let row = rows::by_slug(tx, site, slug)?;
    Ok(complete(tx, site, row.into_iter().collect())?.pop())
}

/// Whether there is a course with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: CourseId) -> Result<bool> {
    Ok(rows::exists(tx, site, id)?)
}

fn complete(tx: &mut Tx<'_>, site: SiteId, courses: Vec<CourseRow>) -> Result<Vec<Course>> {
    let ids: Vec<CourseId> = courses.iter().map(|course| course.id).collect();
    let mut chapters = rows::chapter_ids(tx, site, &ids)?;
    let mut administrators = rows::administrators(tx, site, &ids)?;
    let course = |row: CourseRow| Course {
        chapter_ids: chapters.remove(&row.id).unwrap_or_default(),
        administrator_user_ids: administrators.remove(&row.id).unwrap_or_default(),
        row,
    };
    Ok(courses.into_iter().map(course).collect())
}

/// Makes a course and the product through which it is sold.
///
/// # Errors
/// [`Error::Invalid`] when a field of either breaks a rule, the slug is taken, or a person named does not exist.
pub fn create(tx: &mut Tx<'_>, site: SiteId, new: &NewCourse) -> Result<Course> {
    let mut row = CourseRow::default();
    apply(tx, site, &mut row, new)?;
    row.id = CourseId::next(tx)?;
    let product = product_of(tx, site, &row, new)?;
    let product = products::create(tx, site, &product)?;
    row.product_id = product.id;
    let stamp = tx.stamp(site)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    rows::insert(tx, site, &row).taken(TAKEN)?;
    rows::set_administrators(tx, site, row.id, &new.administrator_user_ids)?;
    use_files(tx, site, &row)?;
    let course = get(tx, site, row.id)?;
    events::record(tx, site, Topic::CourseCreated, &payloads::Course::of(&course, &product))?;
    Ok(course)
}

/// Replaces the fields of a course and of its product, whose settings are the course's too. What does not change
/// leaves no trace.
///
/// # Errors
/// [`Error::NotFound`] when there is no such course; [`Error::Invalid`] as [`create`].
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: CourseId, new: &NewCourse) -> Result<Course> {
    let had = get(tx, site, id)?;
    let mut row = had.row.clone();
    apply(tx, site, &mut row, new)?;
    let wanted = product_of(tx, site, &row, new)?;
    let before = products::get(tx, site, row.product_id)?;
    let product = products::update(tx, site, row.product_id, &wanted)?;
    if row != had.row {
        let stamp = tx.stamp(site)?;
        rows::update(tx, site, &had.row, &row, stamp).taken(TAKEN)?;
        use_files(tx, site, &row)?;
    }
    if new.administrator_user_ids != had.administrator_user_ids {
        rows::set_administrators(tx, site, id, &new.administrator_user_ids)?;
    }
    let has = get(tx, site, id)?;
    if has != had || product != before {
        events::record(tx, site, Topic::CourseUpdated, &payloads::Course::of(&has, &product))?;
    }
    Ok(has)
}

/// How many enrollments a course has, ended ones included.
pub fn enrollment_count(tx: &mut Tx<'_>, site: SiteId, id: CourseId) -> Result<i64> {
    let wanted = EnrollmentFilter { course_id: Some(id), ..EnrollmentFilter::default() };
    Ok(enrollments::list(tx, site, &wanted, &PageRequest::first(1))?.total)
}

/// Says that a course was changed by something else that changed.
pub(crate) fn tell_updated(tx: &mut Tx<'_>, site: SiteId, id: CourseId) -> Result<()> {
    let course = get(tx, site, id)?;
    let product = store::products::get(tx, site, course.product_id)?.ok_or(Error::NotFound)?;
    events::record(tx, site, Topic::CourseUpdated, &payloads::Course::of(&course, &product))
}

/// Removes a course: what it is made of, its product, its enrollments with all progress, its reviews, and its place
/// in bundles. Orders are books and stay.
///
/// # Errors
/// [`Error::NotFound`] when there is no such course.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: CourseId) -> Result<()> {
    let course = get(tx, site, id)?;
    let product = store::products::get(tx, site, course.product_id)?.ok_or(Error::NotFound)?;
    store::enrollments::delete_of_course(tx, site, id)?;
    store::course_reviews::delete_of_course(tx, site, id)?;
    store::bundles::remove_course_everywhere(tx, site, id)?;
    store::contents::delete_of_course(tx, site, id)?;
    store::chapters::delete_of_course(tx, site, id)?;
    rows::delete(tx, site, &course.row)?;
    events::record(tx, site, Topic::CourseDeleted, &payloads::Course::of(&course, &product))?;
    products::delete(tx, site, product.id)
}

/// Notes which files of the school a course shows: its pictures, and those in its description.
fn use_files(tx: &mut Tx<'_>, site: SiteId, row: &CourseRow) -> Result<()> {
    let texts = [&row.banner_image_url, &row.course_card_image_url, &row.description, &row.course_card_text];
    let texts = texts.into_iter().flatten().map(String::as_str);
    files::use_files_in(tx, site, FileUserKind::Course, row.id, texts, "base")
}

/// Applies the input to a row, and checks what stands in it then.
fn apply(tx: &mut Tx<'_>, site: SiteId, row: &mut CourseRow, new: &NewCourse) -> Result<()> {
    let mut check = Check::new();
    row.name = check.required("name", Some(&new.name), LINE);
    row.slug = new.slug.trim().to_owned();
    check.length("slug", &row.slug, LINE);
    check.slug("slug", &row.slug);
    for (given, field, name, max) in [
        (&new.subtitle, &mut row.subtitle, "subtitle", TEXT),
        (&new.description, &mut row.description, "description", TEXT),
        (&new.course_card_text, &mut row.course_card_text, "course_card_text", TEXT),
        (&new.intro_video_youtube, &mut row.intro_video_youtube, "intro_video_youtube", 2048),
        (
            &new.intro_video_wistia_identifier,
            &mut row.intro_video_wistia_identifier,
            "intro_video_wistia_identifier",
            LINE,
        ),
        (&new.contact_information, &mut row.contact_information, "contact_information", TEXT),
        (&new.keywords, &mut row.keywords, "keywords", TEXT),
        (&new.duration, &mut row.duration, "duration", LINE),
        (&new.banner_image_url, &mut row.banner_image_url, "banner_image_url", 2048),
        (&new.course_card_image_url, &mut row.course_card_image_url, "course_card_image_url", 2048),
    ] {
        *field = check.optional(name, given.clone(), max);
    }
    row.description = row.description.take().map(rich_text::description);
    row.reviews_enabled = new.reviews_enabled;
    row.video_completion_percentage = new.video_completion_percentage;
    let seen = new.video_completion_percentage.is_none_or(|seen| (1..=100).contains(&seen));
    check.that(seen, "video_completion_percentage", "must be between 1 and 100");
    row.user_id = new.user_id;
    row.instructor_id = new.instructor_id;
    if let Some(user) = new.user_id {
        check.that(store::users::exists(tx, site, user)?, "user_id", "must exist");
    }
    if let Some(instructor) = new.instructor_id {
        check.that(store::instructors::get(tx, site, instructor)?.is_some(), "instructor_id", "must exist");
    }
    for user in &new.administrator_user_ids {
        check.that(store::users::exists(tx, site, *user)?, "administrator_user_ids", "must exist");
    }
    check.done()?;
    if row.slug.is_empty() {
        row.slug = slugs::free(&row.name, |slug| {
            Ok(rows::by_slug(tx, site, slug)?.is_some() || products::id_by_slug(tx, site, slug)?.is_some())
        })?;
    }
    Ok(())
}

/// Both names of an instructor, as a product shows them.
pub(crate) fn names(instructor: &InstructorRow) -> String {
    format!("{} {}", instructor.first_name, instructor.last_name)
}

/// The product that a course is to have.
fn product_of(tx: &mut Tx<'_>, site: SiteId, course: &CourseRow, new: &NewCourse) -> Result<NewProduct> {
    let instructor = match course.instructor_id {
        Some(id) => store::instructors::get(tx, site, id)?,
        None => None,
    };
    Ok(NewProduct {
        productable: Productable::Course(course.id),
        name: course.name.clone(),
        slug: course.slug.clone(),
        status: new.status,
        private: new.private,
        hidden: new.hidden,
        has_certificate: new.has_certificate,
        days_until_expiry: new.days_until_expiry,
        keywords: course.keywords.clone(),
        seo_title: new.seo_title.clone(),
        seo_description: new.seo_description.clone(),
        description: course.description.clone(),
        card_image_url: course.course_card_image_url.clone(),
        instructor_names: instructor.as_ref().map(names),
        prices: new.prices.clone(),
    })
}

/// Whether a price is the one of a product that was made without prices.
#[must_use]
pub fn is_simply_free(price: &Price) -> bool {
    price.payment_type == PaymentType::Free
        && price.price == 0
        && price.label.is_none()
        && price.days_until_expiry.is_none()
        && price.pay_button_text.is_none()
        && price.number_of_payments.is_none()
        && price.interval.is_none()
        && price.interval_count.is_none()
        && price.trial_interval.is_none()
        && price.trial_interval_count.is_none()
        && price.custom_first_price.is_none()
}
