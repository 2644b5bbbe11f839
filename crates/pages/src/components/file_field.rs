//! Choosing a file of the school, or naming one that is elsewhere by its address. Without script the newest are offered in a
//! list; with script they are looked for in a dialog, and uploaded right there.

use super::{Choice, FormField, Input};
use crate::fields::Problems;
use maud::{Markup, Render, html};

/// Where a file of the school is chosen, or an address is written.
#[derive(Debug, Clone)]
pub struct FileField<'f> {
    /// The name of the field with the file's id.
    pub name: &'f str,
    /// What people read.
    pub label: &'f str,
    /// Where a script asks which files there are, with what may be chosen in the query.
    pub offers: String,
    /// Whether everybody sees it: then only public files are offered, and those that are uploaded become public.
    pub is_public: bool,
    /// The id of the file that is chosen; empty where there is none.
    pub chosen: &'f str,
    /// The newest files, by id and name; the chosen one is among them.
    pub choices: &'f [(String, String)],
    /// The field with the address.
    pub address: FormField<'f>,
    /// What is wrong.
    pub problems: &'f Problems,
}

impl FileField<'_> {
    /// The field with the file's id.
    fn select(&self) -> FormField<'_> {
        let none = Choice { value: "", label: "No file: what is at the address below" };
        let files = self.choices.iter().map(|(value, label)| Choice { value, label });
        let choices = Input::Select(std::iter::once(none).chain(files).collect());
        FormField::new(self.name, self.label, self.chosen, choices)
            .hint("A file of the school, the newest first.")
            .problems(self.problems)
    }
}

impl Render for FileField<'_> {
    fn render(&self) -> Markup {
        html! {
            div.filefield data-file-field=(self.offers) data-public[self.is_public] data-label=(self.label) {
                (self.select())
                (self.address)
            }
        }
    }
}
