//! From files to a course, with everything that is wrong with them.

use super::check::Texts;
use super::toml::FileToml;
use super::{COURSE_FILE, ChapterSource, CourseProblems, CourseSource, InstructorSource, ProductSource, form, lesson};
use crate::check::{Check, LINE, TEXT};
use crate::file_names;
use crate::money::{self, Currency};
use crate::products::{BillingInterval, NewPrice, PaymentType, ProductStatus, TrialInterval};
use crate::slugs;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CourseToml {
    name: String,
    slug: String,
    subtitle: Option<String>,
    description: Option<String>,
    course_card_text: Option<String>,
    keywords: Option<String>,
    duration: Option<String>,
    contact_information: Option<String>,
    #[serde(default)]
    reviews_enabled: bool,
    card_image_url: Option<String>,
    card_image_file: Option<FileToml>,
    banner_image_url: Option<String>,
    banner_image_file: Option<FileToml>,
    intro_video_youtube: Option<String>,
    intro_video_wistia_identifier: Option<String>,
    video_completion_percentage: Option<i64>,
    instructor: Option<InstructorToml>,
    #[serde(default)]
    product: ProductToml,
    #[serde(default)]
    prices: Vec<PriceToml>,
    #[serde(default)]
    chapters: Vec<ChapterToml>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct InstructorToml {
    first_name: String,
    last_name: String,
    title: Option<String>,
    bio: Option<String>,
    email: Option<String>,
    avatar_url: Option<String>,
    avatar_file: Option<FileToml>,
    slug: Option<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ProductToml {
    status: Option<String>,
    private: bool,
    hidden: bool,
    has_certificate: bool,
    days_until_expiry: Option<i64>,
    seo_title: Option<String>,
    seo_description: Option<String>,
    collections: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceToml {
    payment_type: String,
    label: Option<String>,
    price: String,
    currency: String,
    interval: Option<String>,
    interval_count: Option<i64>,
    number_of_payments: Option<i64>,
    trial_interval: Option<String>,
    trial_interval_count: Option<i64>,
    custom_first_price: Option<String>,
    days_until_expiry: Option<i64>,
    pay_button_text: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ChapterToml {
    name: String,
    description: Option<String>,
    folder: String,
    lessons: Vec<String>,
}

/// Where the files of a course are: gives the text of a file by its path within the course's folder, such as
/// `01-light/02-shade.md`, or says why there is none.
pub type FilesByName<'f> = &'f dyn Fn(&str) -> Result<String, String>;

/// Reads the course in a folder of this name.
///
/// # Errors
/// Everything that is wrong with its files, each with the file and what to do.
pub fn read(own_name: &str, file: FilesByName<'_>) -> Result<CourseSource, CourseProblems> {
    let text = file(COURSE_FILE).map_err(|why| CourseProblems::one(COURSE_FILE, why))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut problems = CourseProblems::default();
    let (course, wrong) = form::read::<CourseToml>(text, |key| stand_in(key, own_name));
    for problem in wrong {
        problems.add(COURSE_FILE, problem);
    }
    let Some(course) = course else { return Err(problems) };
    let source = course.source(file, own_name, &mut problems);
    problems.done()?;
    Ok(source)
}

/// What stands for a key that is missing, so that the rest can be looked at: nothing is wrong with it.
fn stand_in(key: &str, own_name: &str) -> Option<toml::Value> {
    match key {
        "name" | "first_name" | "last_name" => Some("-".into()),
        "slug" => Some(own_name.into()),
        "payment_type" => Some("one-time".into()),
        "price" => Some("0.00".into()),
        "currency" => Some("usd".into()),
        "lessons" => Some(toml::Value::Array(Vec::new())),
        _ => None,
    }
}

impl CourseToml {
    fn source(self, files: FilesByName<'_>, folder: &str, problems: &mut CourseProblems) -> CourseSource {
        let mut check = Texts::new();
        let source = CourseSource {
            name: check.required("name", &self.name, LINE),
            slug: check.required("slug", &self.slug, LINE),
            subtitle: check.optional("subtitle", self.subtitle, TEXT),
            description: check.optional("description", self.description, TEXT),
            course_card_text: check.optional("course_card_text", self.course_card_text, TEXT),
            keywords: check.optional("keywords", self.keywords, TEXT),
            duration: check.optional("duration", self.duration, LINE),
            contact_information: check.optional("contact_information", self.contact_information, TEXT),
            reviews_enabled: self.reviews_enabled,
            card_image_url: check.optional("card_image_url", self.card_image_url, 2048),
            card_image_file: self.card_image_file.map(Into::into),
            banner_image_url: check.optional("banner_image_url", self.banner_image_url, 2048),
            banner_image_file: self.banner_image_file.map(Into::into),
            intro_video_youtube: check.optional("intro_video_youtube", self.intro_video_youtube, 2048),
            intro_video_wistia_identifier: check.optional(
                "intro_video_wistia_identifier",
                self.intro_video_wistia_identifier,
                LINE,
            ),
            video_completion_percentage: self.video_completion_percentage,
            instructor: self.instructor.map(|instructor| instructor.source(&mut check)),
            product: self.product.source(&mut check),
            prices: prices(self.prices, &mut check),
            chapters: Vec::new(),
        };
        for (field, url, file) in [
            ("card_image_url", &source.card_image_url, &source.card_image_file),
            ("banner_image_url", &source.banner_image_url, &source.banner_image_file),
        ] {
            check.that(url.is_none() || file.is_none(), field, "is there beside a file; take one of them out");
        }
        let seen = source.video_completion_percentage.is_none_or(|seen| (1..=100).contains(&seen));
        check.that(seen, "video_completion_percentage", "must be between 1 and 100");
        slug("slug", &source.slug, &mut check);
        let same = source.slug == folder;
        check.that(same, "slug", &format!("\"{}\" is not the name of the folder; rename one of them", source.slug));
        check.report(COURSE_FILE, problems);
        CourseSource { chapters: chapters(self.chapters, files, problems), ..source }
    }
}

fn slug(field: &'static str, slug: &str, check: &mut Texts) {
    let mut rule = Check::new();
    rule.slug(field, slug);
    check.school(rule);
}

impl InstructorToml {
    fn source(self, check: &mut Texts) -> InstructorSource {
        let first_name = check.required("instructor.first_name", &self.first_name, LINE);
        let last_name = check.required("instructor.last_name", &self.last_name, LINE);
        let named = self.slug.unwrap_or_else(|| slugs::slug_of(&format!("{first_name} {last_name}")));
        let source = InstructorSource {
            title: check.optional("instructor.title", self.title, LINE),
            bio: check.optional("instructor.bio", self.bio, TEXT),
            email: check.optional("instructor.email", self.email, LINE).filter(|email| !email.trim().is_empty()),
            avatar_url: check.optional("instructor.avatar_url", self.avatar_url, 2048),
            avatar_file: self.avatar_file.map(Into::into),
            slug: check.required("instructor.slug", &named, LINE),
            first_name,
            last_name,
        };
        slug("instructor.slug", &source.slug, check);
        if let Some(email) = &source.email {
            let mut rule = Check::new();
            rule.email("instructor.email", email);
            check.school(rule);
        }
        source
    }
}

impl ProductToml {
    fn source(self, check: &mut Texts) -> ProductSource {
        let status = match self.status.as_deref().map(ProductStatus::named) {
            None => Some(ProductSource::default().status),
            Some(named) => named,
        };
        check.that(status.is_some(), "product.status", "is none of published, draft, presell");
        let days = self.days_until_expiry;
        check.that(days.is_none_or(|days| days > 0), "product.days_until_expiry", "must be greater than 0");
        let mut collections: Vec<String> =
            self.collections.iter().map(|name| check.required("product.collections", name, LINE)).collect();
        collections.sort();
        collections.dedup();
        ProductSource {
            status: status.unwrap_or_default(),
            private: self.private,
            hidden: self.hidden,
            has_certificate: self.has_certificate,
            days_until_expiry: days,
            seo_title: check.optional("product.seo_title", self.seo_title, LINE),
            seo_description: check.optional("product.seo_description", self.seo_description, TEXT),
            collections,
        }
    }
}

/// The prices; none at all when the only one is that it is free, which is the same.
fn prices(given: Vec<PriceToml>, check: &mut Texts) -> Vec<NewPrice> {
    let prices: Vec<NewPrice> =
        given.into_iter().enumerate().map(|(index, price)| price.source(index, check)).collect();
    match &prices[..] {
        [only] if *only == NewPrice::primary(PaymentType::Free, 0, &only.currency) => Vec::new(),
        _ => prices,
    }
}

impl PriceToml {
    fn source(self, index: usize, check: &mut Texts) -> NewPrice {
        let of = |field: &str| format!("price {}: {field}", index + 1);
        let payment_type = PaymentType::named(&self.payment_type).unwrap_or_else(|| {
            check.that(false, &of("payment_type"), "is none of free, one-time, subscription, payment-plan");
            PaymentType::Free
        });
        let currency = self.currency.to_lowercase();
        let known = Currency::named(&currency);
        check.that(known.is_some(), &of("currency"), "is not a currency of ISO 4217, such as usd");
        let mut amount = |field: &str, text: &str| {
            let amount = money::hundredths(text).filter(|amount| *amount >= 0);
            let divides = known.is_none_or(|currency| currency.minor_digits() > 0);
            let whole = divides || amount.is_none_or(|amount| amount % 100 == 0);
            check.that(amount.is_some(), &of(field), "is no amount such as \"9.00\"");
            check.that(whole, &of(field), "must be whole: this currency has no smaller unit");
            amount.unwrap_or(0)
        };
        let price = amount("price", &self.price);
        let custom_first_price = self.custom_first_price.map(|text| amount("custom_first_price", &text));
        let free = payment_type != PaymentType::Free || price == 0;
        check.that(free, &of("price"), "must be \"0.00\" when payment_type is free");
        let recurs = matches!(payment_type, PaymentType::Subscription | PaymentType::PaymentPlan);
        let plan = payment_type != PaymentType::PaymentPlan || self.number_of_payments.is_some();
        check.that(plan, &of("number_of_payments"), "is missing; a payment-plan needs it");
        for (field, count) in [
            ("interval_count", self.interval_count),
            ("number_of_payments", self.number_of_payments),
            ("trial_interval_count", self.trial_interval_count),
            ("days_until_expiry", self.days_until_expiry),
        ] {
            check.that(count.is_none_or(|count| count > 0), &of(field), "must be greater than 0");
        }
        let interval = self.interval.as_deref().map(BillingInterval::named);
        check.that(interval != Some(None), &of("interval"), "is none of month, year");
        let trial_interval = self.trial_interval.as_deref().map(TrialInterval::named);
        check.that(trial_interval != Some(None), &of("trial_interval"), "is none of day, month");
        let label = check.optional(&of("label"), self.label, LINE);
        let has_label = index == 0 || label.as_ref().is_some_and(|label| !label.trim().is_empty());
        check.that(has_label, &of("label"), "is missing; every price but the first needs one");
        NewPrice {
            is_primary: index == 0,
            payment_type,
            label,
            price,
            currency,
            days_until_expiry: self.days_until_expiry,
            pay_button_text: check.optional(&of("pay_button_text"), self.pay_button_text, LINE),
            number_of_payments: self.number_of_payments,
            interval: interval.flatten().or_else(|| recurs.then_some(BillingInterval::Month)),
            interval_count: self.interval_count.or_else(|| recurs.then_some(1)),
            trial_interval: trial_interval.flatten(),
            trial_interval_count: self.trial_interval_count,
            custom_first_price,
        }
    }
}

fn chapters(given: Vec<ChapterToml>, files: FilesByName<'_>, problems: &mut CourseProblems) -> Vec<ChapterSource> {
    let mut chapters: Vec<ChapterSource> = Vec::with_capacity(given.len());
    for chapter in given {
        let folder = chapter.folder;
        let mut check = Texts::new();
        let of = |field: &str| format!("chapter \"{folder}\": {field}");
        let name = check.required(&of("name"), &chapter.name, LINE);
        let description = check.optional(&of("description"), chapter.description, TEXT);
        let named = file_names::is_valid(&folder) && !file_names::same(&folder, COURSE_FILE);
        check.that(named, &of("folder"), "must be the name of a folder in the course's own folder, not a path");
        let twice = chapters.iter().any(|other| file_names::same(&other.folder, &folder));
        check.that(!twice, &of("folder"), "is the folder of another chapter, too; give each its own");
        let mut lessons = Vec::with_capacity(chapter.lessons.len());
        for (index, file_name) in chapter.lessons.iter().enumerate() {
            let of = |what: &str| format!("chapter \"{folder}\": lesson \"{file_name}\" {what}");
            if !file_names::is_valid(file_name) || !file_name.ends_with(".md") {
                check.that(false, &of("must be the name of a .md file"), "in the chapter's folder, not a path");
                continue;
            }
            let twice = chapter.lessons[..index].iter().any(|other| file_names::same(other, file_name));
            check.that(!twice, &of("is there"), "twice; take one of them out");
            if named {
                let path = format!("{folder}/{file_name}");
                match files(&path) {
                    Ok(text) => lessons.extend(lesson::parse(&path, file_name, &text, problems)),
                    Err(why) => problems.add(&path, why),
                }
            }
        }
        check.report(COURSE_FILE, problems);
        chapters.push(ChapterSource { name, description, folder, lessons });
    }
    chapters
}
