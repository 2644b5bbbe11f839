//! What a course is set to: what is said of it, who teaches it, how it is sold; publishing, duplicating and deleting it.

use super::outline::course_tabs;
use super::price::{PriceFields, prices_of, with_prices};
use super::{LIST, path};
use crate::form_values::Values;
use crate::manager::{Area, Manager, ManagerForm};
use crate::pictures::{Picture, PictureChoices};
use identity::actor::Actor;
use identity::managed_courses;
use maud::{Markup, html};
use pages::components::{Choice, FormField, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId, QueryFields};
use school::courses::{Course, NewCourse, is_simply_free};
use school::product_sale::{self, ProductChanges};
use school::products::{self, PaymentType, Product, ProductStatus};
use school::users::{self, User, UserFilter};
use school::{CourseId, InstructorId, PageRequest, ProductId, UserId, instructors};
use web::Tx;

/// So many instructors can be chosen from.
const MOST_INSTRUCTORS: i64 = 500;
/// So many course admins and other products can be chosen from.
const MOST_OTHERS: i64 = 200;

/// What the page of the settings is about.
struct SettingsPage {
    course: Course,
    product: Product,
    /// Their ids and names.
    instructors: Vec<(String, String)>,
    /// Those who may look after it: everybody who looks after courses, and who does already.
    admins: Vec<(UserId, String)>,
    /// What it can be shown beside.
    others: Vec<(ProductId, String)>,
    manages_all: bool,
    pictures: PictureChoices,
}

const BANNER: Picture = Picture { url: "banner_image_url", file: "banner_image_file_id", label: "Picture on its page" };
const CARD: Picture =
    Picture { url: "course_card_image_url", file: "course_card_image_file_id", label: "Picture on its card" };

/// `GET /manage/courses/{id}/settings`
pub(super) async fn show(
    manager: Manager,
    PathId(id): PathId<CourseId>,
    QueryFields(query): QueryFields,
) -> PageResult {
    let (area, page) = read(&manager, id).await?;
    let done = if query.get("done") == "saved" { "The settings were saved." } else { "" };
    page.show(&manager, &area, &page.values(), &Problems::default(), done)
}

async fn read(manager: &Manager, id: CourseId) -> Result<(Area, SettingsPage), PageError> {
    manager.read(move |tx, actor| SettingsPage::read(tx, actor, id)).await
}

impl SettingsPage {
    fn read(tx: &mut Tx<'_>, actor: &Actor, id: CourseId) -> school::Result<Self> {
        let site = actor.site().id;
        let course = managed_courses::course(tx, actor, id)?;
        let all = instructors::list(tx, site, &PageRequest::first(MOST_INSTRUCTORS))?;
        let name = |one: &instructors::Instructor| format!("{} {}", one.first_name, one.last_name);
        let newest = PageRequest { descending: true, ..PageRequest::first(MOST_OTHERS) };
        let others = products::list(tx, site, &newest)?.items;
        let role = UserFilter { role: Some("course_admin".to_owned()), ..UserFilter::default() };
        let named = |user: &User<&str>| (user.id, format!("{} {}", user.first_name, user.last_name));
        let mut admins = users::list(tx, site, &role, &PageRequest::first(MOST_OTHERS), named)?.items;
        for id in &course.administrator_user_ids {
            if !admins.iter().any(|(known, _)| known == id)
                && let Some(user) = users::find(tx, site, *id)?
            {
                admins.push((user.id, format!("{} {}", user.first_name, user.last_name)));
            }
        }
        let pictures = PictureChoices::read(tx, actor, &[&course.banner_image_url, &course.course_card_image_url])?;
        Ok(Self {
            pictures,
            others: others
                .iter()
                .filter(|other| other.id != course.product_id)
                .map(|other| (other.id, other.name.clone()))
                .collect(),
            admins,
            product: products::get(tx, site, course.product_id)?,
            instructors: all.items.iter().map(|one| (one.id.to_string(), name(one))).collect(),
            manages_all: managed_courses::manages_all(actor),
            course,
        })
    }

    fn values(&self) -> Values {
        let (course, product) = (&self.course, &self.product);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let values = Values::default()
            .with("name", course.name.clone())
            .with("slug", course.slug.clone())
            .with("subtitle", text(&course.subtitle))
            .with("description", text(&course.description))
            .with("course_card_text", text(&course.course_card_text))
            .with("keywords", text(&course.keywords))
            .with("duration", text(&course.duration))
            .with("contact_information", text(&course.contact_information))
            .with("intro_video_youtube", text(&course.intro_video_youtube))
            .with("instructor_id", course.instructor_id.map(|id| id.to_string()).unwrap_or_default())
            .with_flag("reviews_enabled", course.reviews_enabled)
            .with("video_completion_percentage", number(course.video_completion_percentage))
            .with("seo_title", text(&product.seo_title))
            .with("seo_description", text(&product.seo_description))
            .with_flag("private", product.private)
            .with_flag("hidden", product.hidden)
            .with_flag("has_certificate", product.has_certificate)
            .with("days_until_expiry", number(product.days_until_expiry));
        let values = BANNER.values(values, &course.banner_image_url);
        let values = CARD.values(values, &course.course_card_image_url);
        let values = course
            .administrator_user_ids
            .iter()
            .fold(values, |values, id| values.with("administrator_user_ids", id.to_string()));
        let values = product
            .related_product_ids
            .iter()
            .fold(values, |values, id| values.with("related_product_ids", id.to_string()));
        with_prices(values, &product.prices)
    }

    fn about<'f>(&'f self, values: &'f Values, problems: &'f Problems) -> Vec<FormField<'f>> {
        let line = |name, label| FormField::line(name, label, values.get(name)).problems(problems);
        let text =
            |name, label, rows| FormField::new(name, label, values.get(name), Input::Text { rows }).problems(problems);
        let nobody = Choice { value: "", label: "Nobody in particular" };
        let teachers = self.instructors.iter().map(|(id, name)| Choice { value: id, label: name });
        let teachers = std::iter::once(nobody).chain(teachers).collect();
        vec![
            line("name", "Name").required().longest(255),
            line("slug", "Last part of its address").required().longest(255),
            line("subtitle", "Second line"),
            text("description", "What it is about", 6),
            text("course_card_text", "On its card in the catalog", 2),
            FormField::new("instructor_id", "Taught by", values.get("instructor_id"), Input::Select(teachers)),
            line("duration", "How long it takes").hint("In words: three evenings, six weeks."),
            line("contact_information", "Whom to ask about it"),
            line("intro_video_youtube", "Introducing video on YouTube"),
            line("keywords", "Keywords"),
            line("seo_title", "Title for search engines"),
            text("seo_description", "Description for search engines", 2),
        ]
    }

    fn learning<'f>(values: &'f Values, problems: &'f Problems) -> [FormField<'f>; 2] {
        [
            FormField::new("reviews_enabled", "Students may review it", values.get("reviews_enabled"), Input::Checkbox),
            FormField::new(
                "video_completion_percentage",
                "So much of a video must be seen, in per cent",
                values.get("video_completion_percentage"),
                Input::Line("number"),
            )
            .hint("Before its lesson can be completed. Empty: none of it.")
            .problems(problems),
        ]
    }

    fn sale<'f>(values: &'f Values, problems: &'f Problems) -> [FormField<'f>; 4] {
        let flag = |name, label, hint| FormField::new(name, label, values.get(name), Input::Checkbox).hint(hint);
        [
            FormField::new(
                "days_until_expiry",
                "Open for so many days after an enrollment",
                values.get("days_until_expiry"),
                Input::Line("number"),
            )
            .problems(problems),
            flag("has_certificate", "Completing it earns a certificate", ""),
            flag("private", "It cannot be bought", "Users are enrolled by the school."),
            flag("hidden", "Not in the catalog", "Whoever has its address finds it."),
        ]
    }

    fn show(&self, manager: &Manager, area: &Area, values: &Values, problems: &Problems, done: &str) -> PageResult {
        let chosen = |name: &str, id: i64| values.all(name).any(|value| value.parse() == Ok(id));
        let admins: Vec<String> = self.admins.iter().map(|(id, _)| id.to_string()).collect();
        let others: Vec<String> = self.others.iter().map(|(id, _)| id.to_string()).collect();
        let admin_choices = self.admins.iter().zip(&admins).map(|((id, name), text)| {
            (Choice { value: text.as_str(), label: name.as_str() }, chosen("administrator_user_ids", id.get()))
        });
        let other_choices = self.others.iter().zip(&others).map(|((id, name), text)| {
            (Choice { value: text.as_str(), label: name.as_str() }, chosen("related_product_ids", id.get()))
        });
        let admin_choices = Input::Checkboxes(admin_choices.collect());
        let other_choices = Input::Checkboxes(other_choices.collect());
        let here = path(self.course.id);
        let about = self.about(values, problems);
        let (learning, sale) = (Self::learning(values, problems), Self::sale(values, problems));
        let prices = PriceFields::of(values);
        let named = about.iter().chain(&learning).chain(&sale).map(FormField::named);
        let named: Vec<_> = named.chain(prices.named(values, problems)).chain([BANNER.named(), CARD.named()]).collect();
        let body = html! {
            (course_tabs(self.course.id, "settings"))
            (problem_summary(problems, &named))
            form method="post" action={ (here) "/settings" } {
                (manager.csrf())
                div.card {
                    header { div { h2 { "About the course" } } }
                    div.body.fields {
                        @for field in &about[..3] { (field) }
                        div.fields data-writes="html" { (about[3]) }
                        @for field in &about[4..7] { (field) }
                    }
                }
                @if self.manages_all {
                    div.card {
                        header { div { h2 { "How it is sold" } } }
                        div.body.fields {
                            (prices.show(values, problems))
                            @for field in &sale { (field) }
                        }
                    }
                }
                @if self.manages_all && !self.admins.is_empty() {
                    (card("Looked after by", "They change what it teaches, and see no other course.", &[
                        FormField::new("administrator_user_ids", "Course admins", "", admin_choices),
                    ]))
                }
                (card("Learning", "", &learning))
                div.card {
                    header { div { h2 { "Pictures" } p { "On its page, and on its card in the catalogue." } } }
                    div.body.fields {
                        (BANNER.field(&self.pictures, values, problems))
                        (CARD.field(&self.pictures, values, problems))
                    }
                }
                (card("Its page", "What people see before they have it.", &about[7..]))
                @if self.manages_all && !self.others.is_empty() {
                    (card("Related", "What its page shows beside it.", &[
                        FormField::new("related_product_ids", "Courses and bundles", "", other_choices),
                    ]))
                }
                (save_bar("Save", &here))
            }
        };
        let page = FramedPage::new(LIST, &self.course.name, body).below("Courses", LIST).narrow().writes().done(done);
        manager.show(area, page.with_problems(problems))
    }

    /// What is to be sold how.
    fn changes(&self, values: &Values) -> Result<ProductChanges, Problems> {
        let days = values.number("days_until_expiry");
        let Ok(days) = days else { return Err(Problems::one("days_until_expiry", "must be a whole number")) };
        let prices = prices_of(values, &self.product.prices)?;
        // A course that is simply free stays so.
        let is_free = |price: &products::Price| {
            is_simply_free(price)
                && prices.len() == 1
                && prices[0].payment_type == PaymentType::Free
                && prices[0].label.is_none()
        };
        let stays_free = matches!(&self.product.prices[..], [only] if is_free(only));
        let chosen = ids(values, "related_product_ids").into_iter().map(ProductId::new);
        // What could not be chosen stays as it was.
        let offered = |id: &ProductId| self.others.iter().any(|(known, _)| known == id);
        let kept = self.product.related_product_ids.iter().copied().filter(|id| !offered(id));
        let related = chosen.chain(kept).collect();
        Ok(ProductChanges {
            private: Some(values.is_set("private")),
            hidden: Some(values.is_set("hidden")),
            has_certificate: Some(values.is_set("has_certificate")),
            days_until_expiry: days.map_or(school::Set::Clear, school::Set::To),
            prices: (!stays_free).then_some(prices),
            related_product_ids: Some(related),
            ..ProductChanges::default()
        })
    }
}

fn card(title: &str, about: &str, fields: &[FormField<'_>]) -> Markup {
    html! {
        div.card {
            header { div { h2 { (title) } @if !about.is_empty() { p { (about) } } } }
            div.body.fields { @for field in fields { (field) } }
        }
    }
}

/// The ids that were chosen, in order.
fn ids(values: &Values, name: &str) -> Vec<i64> {
    let mut ids: Vec<i64> = values.all(name).filter_map(|id| id.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// What the course becomes by what was sent.
fn apply(values: &Values, seen: Option<i64>, course: &mut NewCourse) {
    course.name = values.get("name").to_owned();
    course.slug = values.get("slug").to_owned();
    for (name, field) in [
        ("subtitle", &mut course.subtitle),
        ("description", &mut course.description),
        ("course_card_text", &mut course.course_card_text),
        ("keywords", &mut course.keywords),
        ("duration", &mut course.duration),
        ("contact_information", &mut course.contact_information),
        ("intro_video_youtube", &mut course.intro_video_youtube),
        ("seo_title", &mut course.seo_title),
        ("seo_description", &mut course.seo_description),
    ] {
        *field = values.text(name);
    }
    course.instructor_id = values.get("instructor_id").parse::<i64>().ok().map(InstructorId::new);
    course.reviews_enabled = values.is_set("reviews_enabled");
    course.video_completion_percentage = seen;
    // Kept as they are by whoever may not say it.
    course.administrator_user_ids = ids(values, "administrator_user_ids").into_iter().map(UserId::new).collect();
}

/// `POST /manage/courses/{id}/settings`
pub(super) async fn update(PathId(id): PathId<CourseId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, page) = read(&manager, id).await?;
    let values = Values::submitted(&fields);
    let Ok(seen) = values.number("video_completion_percentage") else {
        let problems = Problems::one("video_completion_percentage", "must be a whole number");
        return page.show(&manager, &area, &values, &problems, "");
    };
    let sale = match page.changes(&values) {
        Ok(sale) => page.manages_all.then_some(sale),
        Err(problems) => return page.show(&manager, &area, &values, &problems, ""),
    };
    let (sent, product) = (values.clone(), page.product.id);
    let addresses = manager.app.file_addresses();
    let changed = manager.write(move |tx, actor| {
        let had = managed_courses::course(tx, actor, id)?;
        let banner = BANNER.sent(tx, actor, &sent, &addresses, &had.banner_image_url)?;
        let card = CARD.sent(tx, actor, &sent, &addresses, &had.course_card_image_url)?;
        managed_courses::update(tx, actor, id, |course| {
            apply(&sent, seen, course);
            (course.banner_image_url, course.course_card_image_url) = (banner, card);
        })?;
        match &sale {
            Some(sale) if managed_courses::manages_all(actor) => {
                product_sale::change(tx, actor.site().id, product, sale).map(drop)
            }
            _ => Ok(()),
        }
    });
    match changed.await {
        Ok(()) => Ok(see_other(&format!("{}/settings?done=saved", path(id)))),
        Err(error) => page.show(&manager, &area, &values, &error.problems()?.into(), ""),
    }
}

/// `POST /manage/courses/{id}/status`: publishes a course or makes it a draft; whoever looks after courses alone asks for
/// it.
pub(super) async fn set_status(
    PathId(id): PathId<CourseId>,
    ManagerForm { manager, fields }: ManagerForm,
) -> PageResult {
    let wanted = if fields.get("status") == "draft" { ProductStatus::Draft } else { ProductStatus::Published };
    let done = manager.write(move |tx, actor| {
        if !managed_courses::manages_all(actor) {
            managed_courses::ask_to_publish(tx, actor, id)?;
            return Ok("asked");
        }
        managed_courses::update(tx, actor, id, |course| course.status = wanted)?;
        Ok(if wanted == ProductStatus::Draft { "draft" } else { "published" })
    });
    let done = done.await?;
    Ok(see_other(&format!("{}?done={done}", path(id))))
}

/// `POST /manage/courses/{id}/duplicate`
pub(super) async fn duplicate(PathId(id): PathId<CourseId>, form: ManagerForm) -> PageResult {
    let copy = form.manager.write(move |tx, actor| managed_courses::duplicate(tx, actor, id)).await?;
    Ok(see_other(&format!("{}?done=duplicated", path(copy.id))))
}

/// `POST /manage/courses/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<CourseId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| managed_courses::delete(tx, actor, id)).await?;
    Ok(see_other(&format!("{LIST}?done=deleted")))
}
