//! Addresses of lists: where the search, the filters, the order and the page stand, so that each can be changed alone.

use crate::form::Fields;
use web::form::encode;

/// The address of a list.
#[derive(Debug, Clone)]
pub struct ListAddress {
    path: String,
    pairs: Vec<(String, String)>,
}

impl ListAddress {
    /// What was asked for at a path. Empty values say nothing and are left out.
    #[must_use]
    pub fn new(path: impl Into<String>, query: &Fields) -> Self {
        let filled = query.iter().filter(|(_, value)| !value.trim().is_empty());
        Self { path: path.into(), pairs: filled.map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// Where the list is, without what was asked for.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of a parameter; empty when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The same list with another value of a parameter, from its first page.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let others = self.pairs.iter().filter(|(known, _)| known != name && known != "page");
        let mut pairs: Vec<(&str, &str)> = others.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if !value.is_empty() {
            pairs.push((name, value));
        }
        self.of(&pairs)
    }

    /// The same list without a parameter, from its first page.
    #[must_use]
    pub fn without(&self, name: &str) -> String {
        self.with(name, "")
    }

    /// Another page of the same list.
    #[must_use]
    pub fn page(&self, page: i64) -> String {
        let others = self.pairs.iter().filter(|(known, _)| known != "page");
        let mut pairs: Vec<(&str, &str)> = others.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let page = page.to_string();
        if page != "1" {
            pairs.push(("page", &page));
        }
        self.of(&pairs)
    }

    /// Another path with what was asked for here, as for an export of the same list.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        Self { path: path.to_owned(), ..self.clone() }.page(1)
    }

    /// What was asked for beside these parameters, as hidden fields of a form that asks for these.
    pub fn others<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let others = self.pairs.iter().filter(|(name, _)| name != "page" && !names.contains(&name.as_str()));
        others.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn of(&self, pairs: &[(&str, &str)]) -> String {
        if pairs.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, encode(pairs.iter().copied())) }
    }
}

#[cfg(test)]
mod tests {
    use super::ListAddress;
    use crate::form::Fields;

    fn address(query: &str) -> ListAddress {
        ListAddress::new("/users", &Fields::parse(query.as_bytes()).expect("a query"))
    }

    #[test]
    fn one_parameter_changes_and_the_list_begins_again() {
        let address = address("q=a%26b&role=affiliate&page=7");
        assert_eq!(address.with("role", "partner"), "/users?q=a%26b&role=partner");
        assert_eq!(address.without("q"), "/users?role=affiliate");
        assert_eq!(address.page(8), "/users?q=a%26b&role=affiliate&page=8");
        assert_eq!(address.page(1), "/users?q=a%26b&role=affiliate");
        assert_eq!(address.at("/users.csv"), "/users.csv?q=a%26b&role=affiliate");
    }

    #[test]
    fn what_says_nothing_is_left_out() {
        assert_eq!(address("q=&role=+").page(1), "/users");
        let known = address("q=x&role=y&page=2");
        assert_eq!(known.others(&["q"]).collect::<Vec<_>>(), [("role", "y")]);
    }
}
