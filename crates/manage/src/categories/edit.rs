//! Making, changing and deleting a category, and saying what is in it.

use super::{LIST, path};
use crate::form_values::Values;
use crate::manager::{Area, Manager, ManagerForm};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{Choice, ConfirmDialog, FormField, Icon, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::collections::{self, Collection, CollectionInput};
use school::{CollectionId, PageRequest, ProductId, Set, SiteId, products};
use web::Tx;

/// So many products can be chosen from, the newest.
const MOST_PRODUCTS: i64 = 500;

/// What the form of a category is about.
struct CategoryPage {
    /// None for a new one.
    collection: Option<Collection>,
    /// What can be in it, by id and name.
    products: Vec<(ProductId, String)>,
}

impl CategoryPage {
    fn read(tx: &mut Tx<'_>, actor: &Actor, id: Option<CollectionId>) -> school::Result<Self> {
        let site = actor.site().id;
        let newest = PageRequest { descending: true, ..PageRequest::first(MOST_PRODUCTS) };
        let all = products::list(tx, site, &newest)?.items;
        Ok(Self {
            collection: id.map(|id| collections::get(tx, site, id)).transpose()?,
            products: all.iter().map(|product| (product.id, product.name.clone())).collect(),
        })
    }

    fn values(&self) -> (Values, Vec<ProductId>) {
        let Some(collection) = &self.collection else { return (Values::default(), Vec::new()) };
        let values = Values::default()
            .with("name", collection.name.clone())
            .with("slug", collection.slug.clone())
            .with("description", collection.description.clone());
        (values, collection.product_ids.clone())
    }

    fn form(&self, csrf: &Markup, values: &Values, chosen: &[ProductId], problems: &Problems) -> Markup {
        let fields = [
            FormField::line("name", "Name", values.get("name")).required().longest(255).problems(problems),
            FormField::line("slug", "Last part of its address", values.get("slug"))
                .hint("Made of the name when left empty.")
                .problems(problems),
            FormField::new("description", "What it is about", values.get("description"), Input::Text { rows: 3 })
                .problems(problems),
        ];
        let ids: Vec<String> = self.products.iter().map(|(id, _)| id.to_string()).collect();
        let choices = self
            .products
            .iter()
            .zip(&ids)
            .map(|((id, name), text)| (Choice { value: text.as_str(), label: name.as_str() }, chosen.contains(id)));
        let in_it = Input::Checkboxes(choices.collect());
        let (action, save) = match &self.collection {
            Some(collection) => (path(collection.id), "Save"),
            None => (LIST.to_owned(), "Make the category"),
        };
        html! {
            (problem_summary(problems, &fields.each_ref().map(FormField::named)))
            form method="post" action=(action) {
                (csrf)
                div.card { div.body.fields { @for field in &fields { (field) } } }
                @if !self.products.is_empty() {
                    div.card { div.body.fields { (FormField::new("product_ids", "Courses and bundles in it", "", in_it)) } }
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
        chosen: &[ProductId],
        problems: &Problems,
    ) -> PageResult {
        let csrf = manager.csrf();
        let name = self.collection.as_ref().map_or("Make a category", |collection| &collection.name);
        let deletable = self.collection.as_ref().filter(|collection| !collection.is_default);
        let body = html! {
            (self.form(&csrf, values, chosen, problems))
            @if let Some(collection) = deletable {
                (ConfirmDialog {
                    id: "delete",
                    title: &format!("Delete {name}?"),
                    body: html! { p { "Its page is gone for good. The " (collection.product_ids.len()) " courses and bundles in it stay." } },
                    action: &format!("{}/delete", path(collection.id)),
                    hidden: csrf.clone(),
                    confirm: &format!("Delete {name}"),
                    is_dangerous: true,
                })
            }
        };
        let actions = html! {
            @if deletable.is_some() { a.button.quiet.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" } }
        };
        let page = FramedPage::new(LIST, name, body).below("Categories", LIST).actions(actions).narrow();
        manager.show(area, page.with_problems(problems))
    }

    /// Puts in what was chosen and takes out what was not, of what could be chosen.
    fn change_members(
        &self,
        tx: &mut Tx<'_>,
        site: SiteId,
        id: CollectionId,
        chosen: &[ProductId],
    ) -> school::Result<()> {
        let known: Vec<ProductId> = self.products.iter().map(|(id, _)| *id).collect();
        let had = self.collection.as_ref().map(|collection| collection.product_ids.clone()).unwrap_or_default();
        let add: Vec<ProductId> = chosen.iter().copied().filter(|id| !had.contains(id)).collect();
        let take: Vec<ProductId> = had.into_iter().filter(|id| known.contains(id) && !chosen.contains(id)).collect();
        collections::add_products(tx, site, id, &add)?;
        collections::remove_products(tx, site, id, &take)
    }
}

fn chosen(fields: &Fields) -> Vec<ProductId> {
    let ids = fields.iter().filter(|(name, _)| *name == "product_ids");
    ids.filter_map(|(_, id)| id.parse().ok()).collect()
}

fn input(values: &Values) -> CollectionInput {
    let set = |name: &str| values.text(name).map_or(Set::Clear, Set::To);
    CollectionInput { name: set("name"), description: set("description"), slug: set("slug") }
}

async fn read(manager: &Manager, id: Option<CollectionId>) -> Result<(Area, CategoryPage), PageError> {
    manager.read(move |tx, actor| CategoryPage::read(tx, actor, id)).await
}

/// `GET /manage/categories/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, page) = read(&manager, None).await?;
    page.show(&manager, &area, &Values::default(), &[], &Problems::default())
}

/// `POST /manage/categories`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, page) = read(&manager, None).await?;
    let (values, chosen) = (Values::submitted(&fields), chosen(&fields));
    let (input, wanted) = (input(&values), chosen.clone());
    let made = manager.write(move |tx, actor| {
        let made = collections::create(tx, actor.site().id, &input)?;
        let page = CategoryPage::read(tx, actor, Some(made.id))?;
        page.change_members(tx, actor.site().id, made.id, &wanted)
    });
    match made.await {
        Ok(()) => Ok(see_other(&format!("{LIST}?done=made"))),
        Err(error) => page.show(&manager, &area, &values, &chosen, &error.problems()?.into()),
    }
}

/// `GET /manage/categories/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<CollectionId>) -> PageResult {
    let (area, page) = read(&manager, Some(id)).await?;
    let (values, chosen) = page.values();
    page.show(&manager, &area, &values, &chosen, &Problems::default())
}

/// `POST /manage/categories/{id}`
pub(super) async fn update(
    PathId(id): PathId<CollectionId>,
    ManagerForm { manager, fields }: ManagerForm,
) -> PageResult {
    let (area, page) = read(&manager, Some(id)).await?;
    let (values, chosen) = (Values::submitted(&fields), chosen(&fields));
    let (input, wanted) = (input(&values), chosen.clone());
    let changed = manager.write(move |tx, actor| {
        collections::update(tx, actor.site().id, id, &input)?;
        let page = CategoryPage::read(tx, actor, Some(id))?;
        page.change_members(tx, actor.site().id, id, &wanted)
    });
    match changed.await {
        Ok(()) => Ok(see_other(&format!("{LIST}?done=saved"))),
        Err(error) => page.show(&manager, &area, &values, &chosen, &error.problems()?.into()),
    }
}

/// `POST /manage/categories/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<CollectionId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| collections::delete(tx, actor.site().id, id)).await?;
    Ok(see_other(&format!("{LIST}?done=deleted")))
}
