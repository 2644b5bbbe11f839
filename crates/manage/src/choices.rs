//! Courses, bundles and products to choose from, by name.

use identity::actor::Actor;
use pages::components::{Choice, Input};
use school::products::Productable;
use school::{CourseId, PageRequest, ProductId, courses, products};
use web::Tx;

/// So many are offered, the newest; another one that is chosen already stands beside them.
const MOST: i64 = 200;

/// Things to choose from: what is sent, and what people read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices(Vec<(String, String)>);

impl Choices {
    /// The school's products.
    pub fn products(tx: &mut Tx<'_>, actor: &Actor, chosen: Option<ProductId>) -> school::Result<Self> {
        let site = actor.site().id;
        let page = products::list(tx, site, &newest())?;
        let mut offered: Vec<(ProductId, String)> =
            page.items.iter().map(|product| (product.id, product.name.clone())).collect();
        if let Some(id) = chosen.filter(|chosen| offered.iter().all(|(id, _)| id != chosen)) {
            offered.extend(products::names(tx, site, &[id])?);
        }
        Ok(Self::sorted(offered.into_iter().map(|(id, name)| (id.to_string(), name))))
    }

    /// Offers these products too.
    pub fn include(&mut self, tx: &mut Tx<'_>, actor: &Actor, ids: &[ProductId]) -> school::Result<()> {
        for (id, name) in products::names(tx, actor.site().id, ids)? {
            let id = id.to_string();
            if self.label(&id).is_empty() {
                self.0.push((id, name));
            }
        }
        Ok(())
    }

    /// The school's courses.
    pub fn courses(tx: &mut Tx<'_>, actor: &Actor, chosen: Option<CourseId>) -> school::Result<Self> {
        let site = actor.site().id;
        let mut offered = courses::list(tx, site, &newest())?.items;
        if let Some(id) = chosen.filter(|chosen| offered.iter().all(|course| course.id != *chosen)) {
            offered.extend(courses::of_ids(tx, site, &[id])?);
        }
        Ok(Self::sorted(offered.iter().map(|course| (course.id.to_string(), course.name.clone()))))
    }

    /// What somebody can be enrolled in: courses and bundles, as [`Choices::enrollable`] reads them.
    pub fn enrollables(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Self> {
        let page = products::list(tx, actor.site().id, &newest())?;
        let offered = page.items.iter().map(|product| match product.productable() {
            Productable::Course(id) => (format!("course:{id}"), product.name.clone()),
            Productable::Bundle(id) => (format!("bundle:{id}"), format!("{} (bundle)", product.name)),
        });
        Ok(Self::sorted(offered))
    }

    fn sorted(offered: impl Iterator<Item = (String, String)>) -> Self {
        let mut offered: Vec<_> = offered.collect();
        offered.sort_by_cached_key(|(_, name)| name.to_lowercase());
        Self(offered)
    }

    /// What a choice is called; empty when it is none of them.
    pub fn label(&self, value: &str) -> &str {
        self.0.iter().find(|(known, _)| known == value).map_or("", |(_, label)| label)
    }

    /// A list to choose one from; `none` is what stands for none of them.
    pub fn select<'c>(&'c self, none: &'c str) -> Input<'c> {
        let none = Choice { value: "", label: none };
        Input::Select(std::iter::once(none).chain(self.iter()).collect())
    }

    /// A list to choose several from.
    pub fn checkboxes(&self, is_chosen: impl Fn(&str) -> bool) -> Input<'_> {
        Input::Checkboxes(
            self.iter()
                .map(|choice| {
                    let chosen = is_chosen(choice.value);
                    (choice, chosen)
                })
                .collect(),
        )
    }

    fn iter(&self) -> impl Iterator<Item = Choice<'_>> {
        self.0.iter().map(|(value, label)| Choice { value, label })
    }
}

fn newest() -> PageRequest {
    PageRequest { descending: true, ..PageRequest::first(MOST) }
}
