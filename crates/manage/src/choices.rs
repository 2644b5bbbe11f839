//! Courses, bundles and groups, to be chosen from in forms.

use pages::components::Choice;
use school::groups::{self, Group};
use school::products::{self, Product, Productable};
use school::{GroupId, PageRequest, ProductId, SiteId};
use web::Tx;

/// So many of each can be chosen from, the newest.
const MOST: i64 = 250;

/// What can be chosen.
pub(crate) struct Choosable {
    products: Vec<(String, String)>,
    groups: Vec<(String, String)>,
}

impl Choosable {
    /// The courses, bundles and groups of a school.
    pub fn read(tx: &mut Tx<'_>, site: SiteId) -> school::Result<Self> {
        let newest = PageRequest { descending: true, ..PageRequest::first(MOST) };
        let product = |product: &Product| {
            let kind = match product.productable() {
                Productable::Course(_) => "",
                Productable::Bundle(_) => " (bundle)",
            };
            (product.id.to_string(), format!("{}{kind}", product.name))
        };
        let group = |group: &Group| (group.id.to_string(), group.name.clone());
        let mut products: Vec<_> = products::list(tx, site, &newest)?.items.iter().map(product).collect();
        let mut groups: Vec<_> = groups::list(tx, site, &newest)?.items.iter().map(group).collect();
        let by_name =
            |(_, one): &(String, String), (_, other): &(String, String)| one.to_lowercase().cmp(&other.to_lowercase());
        products.sort_by(by_name);
        groups.sort_by(by_name);
        Ok(Self { products, groups })
    }

    /// The courses and bundles.
    pub fn products(&self) -> Vec<Choice<'_>> {
        choices("Choose a course or a bundle", &self.products)
    }

    /// The groups.
    pub fn groups(&self) -> Vec<Choice<'_>> {
        choices("Choose a group", &self.groups)
    }
}

fn choices<'c>(none: &'c str, all: &'c [(String, String)]) -> Vec<Choice<'c>> {
    let all = all.iter().map(|(value, label)| Choice { value, label });
    std::iter::once(Choice { value: "", label: none }).chain(all).collect()
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
