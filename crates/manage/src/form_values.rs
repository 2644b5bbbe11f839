//! What stands in a form: as it was sent, or as something is.

use pages::form::Fields;

/// The values of a form's fields, by their names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values(Vec<(String, String)>);

impl Values {
    /// As somebody has sent them.
    pub fn submitted(fields: &Fields) -> Self {
        Self(fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// The same with a checkbox.
    #[must_use]
    pub fn with_flag(self, name: &str, is_set: bool) -> Self {
        if is_set { self.with(name, "true") } else { self }
    }

    /// The value of a field; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether a field was sent, filled in or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Every value of a field.
    pub fn all<'v>(&'v self, name: &str) -> impl Iterator<Item = &'v str> {
        let name = name.to_owned();
        self.0.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a checkbox is checked.
    pub fn is_set(&self, name: &str) -> bool {
        self.get(name) == "true"
    }

    /// The text of a field; none when it is empty.
    pub fn text(&self, name: &str) -> Option<String> {
        // A browser ends lines in its own way.
        let text = self.get(name).replace("\r\n", "\n");
        (!text.trim().is_empty()).then_some(text)
    }

    /// The whole number of a field; none when it is empty, and the field's name when it is no number.
    pub fn number(&self, name: &'static str) -> Result<Option<i64>, &'static str> {
        match self.get(name).trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| name),
        }
    }
}
