//! Making, changing and deleting a bundle.

use super::{LIST, path};
use crate::courses::{PriceFields, prices_of, status_words, with_prices};
use crate::form_values::Values;
use crate::manager::{Area, Manager, ManagerForm};
use crate::pictures::{Picture, PictureChoices};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{Choice, ConfirmDialog, FormField, Icon, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::bundles::{self, NewBundle};
use school::courses;
use school::products::{Price, ProductStatus};
use school::{BundleId, CourseId, PageRequest, bundles::Bundle, products};
use web::Tx;

/// So many courses can be chosen from.
const MOST_COURSES: i64 = 500;

/// What the form of a bundle is about.
struct BundlePage {
    /// None for a new one.
    bundle: Option<Bundle>,
    status: ProductStatus,
    prices: Vec<Price>,
    /// Every course that can be in it, by id and name.
    courses: Vec<(CourseId, String)>,
    pictures: PictureChoices,
}

const BANNER: Picture = Picture { url: "banner_image_url", file: "banner_image_file_id", label: "Picture on its page" };
const CARD: Picture =
    Picture { url: "bundle_card_image_url", file: "bundle_card_image_file_id", label: "Picture on its card" };

impl BundlePage {
    fn read(tx: &mut Tx<'_>, actor: &Actor, id: Option<BundleId>) -> school::Result<Self> {
        let site = actor.site().id;
        let bundle = id.map(|id| bundles::get(tx, site, id)).transpose()?;
        let product = bundle.as_ref().map(|bundle| products::get(tx, site, bundle.product_id)).transpose()?;
        let newest = PageRequest { descending: true, ..PageRequest::first(MOST_COURSES) };
        let pictures = match &bundle {
            Some(bundle) => {
                PictureChoices::read(tx, actor, &[&bundle.banner_image_url, &bundle.bundle_card_image_url])?
            }
            None => PictureChoices::read(tx, actor, &[])?,
        };
        let all = courses::list(tx, site, &newest)?.items;
        Ok(Self {
            status: product.as_ref().map_or(ProductStatus::Draft, |product| product.status),
            prices: product.map(|product| product.prices.clone()).unwrap_or_default(),
            courses: all.iter().map(|course| (course.id, course.name.clone())).collect(),
            pictures,
            bundle,
        })
    }

    fn values(&self) -> (Values, Vec<CourseId>) {
        let Some(bundle) = &self.bundle else {
            return (with_prices(Values::default().with("status", "draft"), &[]), Vec::new());
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let values = Values::default()
            .with("name", bundle.name.clone())
            .with("slug", bundle.slug.clone())
            .with("tagline", text(&bundle.tagline))
            .with("description", text(&bundle.description))
            .with("status", self.status.name());
        let values = BANNER.values(values, &bundle.banner_image_url);
        let values = CARD.values(values, &bundle.bundle_card_image_url);
        (with_prices(values, &self.prices), bundle.course_ids.clone())
    }

    fn form(&self, csrf: &Markup, values: &Values, chosen: &[CourseId], problems: &Problems) -> Markup {
        let line = |name, label| FormField::line(name, label, values.get(name)).problems(problems);
        let statuses = ProductStatus::ALL.iter().map(|one| Choice { value: one.name(), label: status_words(*one).0 });
        let fields = [
            line("name", "Name").required().longest(255),
            line("slug", "Last part of its address").hint("Made of the name when left empty."),
            line("tagline", "A few words below the name").longest(255),
            FormField::new("description", "What it is about", values.get("description"), Input::Text { rows: 4 })
                .problems(problems),
            FormField::new("status", "State", values.get("status"), Input::Select(statuses.collect())).required(),
        ];
        let ids: Vec<String> = self.courses.iter().map(|(id, _)| id.to_string()).collect();
        // Those that are in it come first, in their order.
        let mut order: Vec<usize> = (0..self.courses.len()).collect();
        let place = |at: &usize| chosen.iter().position(|id| *id == self.courses[*at].0).unwrap_or(usize::MAX);
        order.sort_by_key(place);
        let choice =
            |at: usize| (Choice { value: &ids[at], label: &self.courses[at].1 }, chosen.contains(&self.courses[at].0));
        let courses = Input::Checkboxes(order.into_iter().map(choice).collect());
        let courses = FormField::new("course_ids", "Courses in it", "", courses).problems(problems);
        let prices = PriceFields::of(values);
        let named = fields.iter().chain([&courses]).map(FormField::named);
        let named: Vec<_> = named.chain(prices.named(values, problems)).chain([BANNER.named(), CARD.named()]).collect();
        let (action, save) = match &self.bundle {
            Some(bundle) => (path(bundle.id), "Save"),
            None => (LIST.to_owned(), "Make the bundle"),
        };
        html! {
            (problem_summary(problems, &named))
            form method="post" action=(action) {
                (csrf)
                div.card { div.body.fields {
                    @for field in &fields[..3] { (field) }
                    div.fields data-writes="html" { (fields[3]) }
                    @for field in &fields[4..] { (field) }
                } }
                div.card {
                    header { div { h2 { "Pictures" } } }
                    div.body.fields {
                        (BANNER.field(&self.pictures, values, problems))
                        (CARD.field(&self.pictures, values, problems))
                    }
                }
                div.card { div.body.fields { (courses) } }
                div.card {
                    header { div { h2 { "How it is sold" } } }
                    div.body.fields {
                        (prices.show(values, problems))
                    }
                }
                (save_bar(save, LIST))
            }
        }
    }

    fn show(
        &self,
        manager: &Manager,
        area: &Area,
        values: &Values,
        chosen: &[CourseId],
        problems: &Problems,
    ) -> PageResult {
        let csrf = manager.csrf();
        let name = self.bundle.as_ref().map_or("Make a bundle", |bundle| &bundle.name);
        let body = html! {
            (self.form(&csrf, values, chosen, problems))
            @if let Some(bundle) = &self.bundle {
                (ConfirmDialog {
                    id: "delete",
                    title: &format!("Delete {name}?"),
                    body: html! { p { "The bundle and its price are gone for good. Its courses stay, and whoever is enrolled in them through it stays enrolled." } },
                    action: &format!("{}/delete", path(bundle.id)),
                    hidden: csrf.clone(),
                    confirm: &format!("Delete {name}"),
                    is_dangerous: true,
                })
            }
        };
        let actions = html! {
            @if self.bundle.is_some() { a.button.quiet.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" } }
        };
        let page = FramedPage::new(LIST, name, body).below("Bundles", LIST).actions(actions).narrow().writes();
        manager.show(area, page.with_problems(problems))
    }

    /// What the bundle becomes by what was sent.
    fn new_bundle(&self, values: &Values, chosen: &[CourseId]) -> Result<NewBundle, Problems> {
        Ok(NewBundle {
            name: values.get("name").to_owned(),
            slug: values.get("slug").to_owned(),
            description: values.text("description"),
            tagline: values.text("tagline"),
            course_ids: chosen.to_vec(),
            status: ProductStatus::named(values.get("status")).unwrap_or(ProductStatus::Draft),
            prices: prices_of(values, &self.prices)?,
            ..NewBundle::default()
        })
    }
}

/// The courses that were chosen: those that were in it keep their order, others follow.
fn chosen(fields: &Fields) -> Vec<CourseId> {
    let ids = fields.iter().filter(|(name, _)| *name == "course_ids");
    ids.filter_map(|(_, id)| id.parse().ok()).collect()
}

async fn read(manager: &Manager, id: Option<BundleId>) -> Result<(Area, BundlePage), PageError> {
    manager.read(move |tx, actor| BundlePage::read(tx, actor, id)).await
}

/// `GET /manage/bundles/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, page) = read(&manager, None).await?;
    let (values, chosen) = page.values();
    page.show(&manager, &area, &values, &chosen, &Problems::default())
}

/// `POST /manage/bundles`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, page) = read(&manager, None).await?;
    let (values, chosen) = (Values::submitted(&fields), chosen(&fields));
    let new = match page.new_bundle(&values, &chosen) {
        Ok(new) => new,
        Err(problems) => return page.show(&manager, &area, &values, &chosen, &problems),
    };
    let (sent, addresses) = (values.clone(), manager.app.file_addresses());
    let made = manager.write(move |tx, actor| {
        let new = NewBundle {
            banner_image_url: BANNER.sent(tx, actor, &sent, &addresses, &None)?,
            bundle_card_image_url: CARD.sent(tx, actor, &sent, &addresses, &None)?,
            ..new.clone()
        };
        bundles::create(tx, actor.site().id, &new)
    });
    match made.await {
        Ok(_) => Ok(see_other(&format!("{LIST}?done=made"))),
        Err(error) => page.show(&manager, &area, &values, &chosen, &error.problems()?.into()),
    }
}

/// `GET /manage/bundles/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<BundleId>) -> PageResult {
    let (area, page) = read(&manager, Some(id)).await?;
    let (values, chosen) = page.values();
    page.show(&manager, &area, &values, &chosen, &Problems::default())
}

/// `POST /manage/bundles/{id}`
pub(super) async fn update(PathId(id): PathId<BundleId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, page) = read(&manager, Some(id)).await?;
    let (values, chosen) = (Values::submitted(&fields), chosen(&fields));
    let new = match page.new_bundle(&values, &chosen) {
        Ok(new) => new,
        Err(problems) => return page.show(&manager, &area, &values, &chosen, &problems),
    };
    let (sent, addresses) = (values.clone(), manager.app.file_addresses());
    let changed = manager.write(move |tx, actor| {
        let had = NewBundle::of(tx, actor.site().id, id)?;
        let new = NewBundle {
            private: had.private,
            hidden: had.hidden,
            banner_image_url: BANNER.sent(tx, actor, &sent, &addresses, &had.banner_image_url)?,
            bundle_card_image_url: CARD.sent(tx, actor, &sent, &addresses, &had.bundle_card_image_url)?,
            ..new.clone()
        };
        bundles::update(tx, actor.site().id, id, &new)
    });
    match changed.await {
        Ok(_) => Ok(see_other(&format!("{LIST}?done=saved"))),
        Err(error) => page.show(&manager, &area, &values, &chosen, &error.problems()?.into()),
    }
}

/// `POST /manage/bundles/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<BundleId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| bundles::delete(tx, actor.site().id, id)).await?;
    Ok(see_other(&format!("{LIST}?done=deleted")))
}
