//! Courses, bundles, products and groups to choose from, by name.

use identity::actor::Actor;
use pages::components::{Choice, Input};
use school::products::{Product, Productable, ProductableType};
use school::{CourseId, GroupId, PageRequest, ProductId, SiteId, courses, groups, products};
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

    /// What somebody can be enrolled in, courses and bundles, by the products that sell them ([`target`]).
    pub fn enrollables(tx: &mut Tx<'_>, site: SiteId) -> school::Result<Self> {
        let offered = products::newest(tx, site, MOST)?.into_iter().map(|product| match product.productable_type {
            ProductableType::Course => (product.id.to_string(), product.name),
            ProductableType::Bundle => (product.id.to_string(), product.name + " (bundle)"),
        });
        Ok(Self::sorted(offered))
    }

    /// The school's groups.
    pub fn groups(tx: &mut Tx<'_>, site: SiteId) -> school::Result<Self> {
        let request = PageRequest { descending: true, ..PageRequest::first(MOST) };
        let newest = groups::list(tx, site, &request)?.items.into_iter();
        Ok(Self::sorted(newest.map(|group| (group.id.to_string(), group.name))))
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
        Input::Select(std::iter::once(Choice { value: "", label: none }).chain(self.iter()).collect())
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

/// What people can be put into.
pub(crate) struct Targets {
    products: Choices,
    groups: Choices,
}

impl Targets {
    /// Those of a school.
    pub fn read(tx: &mut Tx<'_>, site: SiteId) -> school::Result<Self> {
        Ok(Self { products: Choices::enrollables(tx, site)?, groups: Choices::groups(tx, site)? })
    }

    /// The list of courses and bundles, of which one is chosen.
    pub fn products(&self) -> Input<'_> {
        self.products.select("Choose a course or a bundle")
    }

    /// The list of groups, of which one is chosen.
    pub fn groups(&self) -> Input<'_> {
        self.groups.select("Choose a group")
    }
}

/// The product of the course or bundle that was chosen; none when there is no such thing.
fn product(tx: &mut Tx<'_>, site: SiteId, value: &str) -> school::Result<Option<Product>> {
    let Ok(id) = value.parse::<i64>() else { return Ok(None) };
    let id = ProductId::new(id);
    products::exists(tx, site, id)?.then(|| products::get(tx, site, id)).transpose()
}

/// The course or bundle that was chosen; none when there is no such thing.
pub(crate) fn target(tx: &mut Tx<'_>, site: SiteId, value: &str) -> school::Result<Option<Productable>> {
    Ok(product(tx, site, value)?.map(|product| product.productable()))
}

/// The last part of the address of the course or bundle that was chosen; none when there is no such thing.
pub(crate) fn slug(tx: &mut Tx<'_>, site: SiteId, value: &str) -> school::Result<Option<String>> {
    Ok(product(tx, site, value)?.map(|product| product.slug.clone()))
}

/// The group that was chosen; none when there is no such group.
pub(crate) fn group(tx: &mut Tx<'_>, site: SiteId, value: &str) -> school::Result<Option<GroupId>> {
    let Ok(id) = value.parse::<i64>() else { return Ok(None) };
    let id = GroupId::new(id);
    Ok(groups::exists(tx, site, id)?.then_some(id))
}
