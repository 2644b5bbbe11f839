//! Courses, bundles, products and groups to choose from, by name.

use identity::actor::Actor;
use pages::components::{Choice, Input};
use school::groups::{self, Group};
use school::products::{Productable, ProductableType};
use school::{CourseId, GroupId, PageRequest, ProductId, SiteId, courses, products};
use web::Tx;

/// So many are offered, the newest; another one that is chosen already stands beside them.
const MOST: i64 = 200;

/// Things to choose from: what is sent, and what people read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices(Vec<(String, String)>);

impl Choices {
    /// The school's products.
    pub fn products(tx: &mut Tx<'_>, actor: &Actor, chosen: Option<ProductId>) -> school::Result<Self> {
        let newest = products::newest(tx, actor.site().id, MOST)?;
        let mut offered = Self::sorted(newest.into_iter().map(|product| (product.id.to_string(), product.name)));
        if let Some(chosen) = chosen {
            offered.include(tx, actor, &[chosen])?;
        }
        Ok(offered)
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

    /// The school's courses, by the names of their products.
    pub fn courses(tx: &mut Tx<'_>, actor: &Actor, chosen: Option<CourseId>) -> school::Result<Self> {
        let site = actor.site().id;
        let newest = products::newest(tx, site, MOST)?;
        let courses = newest.into_iter().filter(|product| product.productable_type == ProductableType::Course);
        let mut offered = Self::sorted(courses.map(|product| (product.productable_id.to_string(), product.name)));
        if let Some(id) = chosen.filter(|chosen| offered.label(&chosen.to_string()).is_empty()) {
            let found = courses::of_ids(tx, site, &[id])?;
            offered.0.extend(found.into_iter().map(|course| (course.id.to_string(), course.name.clone())));
        }
        Ok(offered)
    }

    /// What somebody can be enrolled in: courses and bundles, as [`school::single_enrollment`] names them.
    pub fn enrollables(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Self> {
        let newest = products::newest(tx, actor.site().id, MOST)?;
        let offered = newest.into_iter().map(|product| match product.productable_type {
            ProductableType::Course => (format!("course:{}", product.productable_id), product.name),
            ProductableType::Bundle => (format!("bundle:{}", product.productable_id), product.name + " (bundle)"),
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
        Input::Select(self.or_none(none))
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

    fn or_none<'c>(&'c self, none: &'c str) -> Vec<Choice<'c>> {
        std::iter::once(Choice { value: "", label: none }).chain(self.iter()).collect()
    }

    fn iter(&self) -> impl Iterator<Item = Choice<'_>> {
        self.0.iter().map(|(value, label)| Choice { value, label })
    }
}

/// What many people can be put into at once.
pub(crate) struct Choosable {
    products: Choices,
    groups: Choices,
}

impl Choosable {
    /// The courses, bundles and groups of a school.
    pub fn read(tx: &mut Tx<'_>, site: SiteId) -> school::Result<Self> {
        let newest = products::newest(tx, site, MOST)?.into_iter().map(|product| match product.productable_type {
            ProductableType::Course => (product.id.to_string(), product.name),
            ProductableType::Bundle => (product.id.to_string(), product.name + " (bundle)"),
        });
        let request = PageRequest { descending: true, ..PageRequest::first(MOST) };
        let groups = groups::list(tx, site, &request)?.items;
        let group = |group: &Group| (group.id.to_string(), group.name.clone());
        Ok(Self { products: Choices::sorted(newest), groups: Choices::sorted(groups.iter().map(group)) })
    }

    /// The courses and bundles.
    pub fn products(&self) -> Vec<Choice<'_>> {
        self.products.or_none("Choose a course or a bundle")
    }

    /// The groups.
    pub fn groups(&self) -> Vec<Choice<'_>> {
        self.groups.or_none("Choose a group")
    }
}

/// The course or bundle that was chosen; none when there is no such thing.
pub(crate) fn target(tx: &mut Tx<'_>, site: SiteId, value: &str) -> school::Result<Option<Productable>> {
    let Ok(id) = value.parse::<i64>() else { return Ok(None) };
    let id = ProductId::new(id);
    if products::exists(tx, site, id)? { Ok(Some(products::get(tx, site, id)?.productable())) } else { Ok(None) }
}

/// The last part of the address of the course or bundle that was chosen; none when there is no such thing.
pub(crate) fn slug(tx: &mut Tx<'_>, site: SiteId, value: &str) -> school::Result<Option<String>> {
    let Ok(id) = value.parse::<i64>() else { return Ok(None) };
    let id = ProductId::new(id);
    if products::exists(tx, site, id)? { Ok(Some(products::get(tx, site, id)?.slug.clone())) } else { Ok(None) }
}

/// The group that was chosen; none when there is no such group.
pub(crate) fn group(tx: &mut Tx<'_>, site: SiteId, value: &str) -> school::Result<Option<GroupId>> {
    let Ok(id) = value.parse::<i64>() else { return Ok(None) };
    let id = GroupId::new(id);
    Ok(groups::exists(tx, site, id)?.then_some(id))
}
