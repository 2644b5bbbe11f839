//! A question before something is done that cannot be taken back.

use maud::{Markup, Render, html};

/// A question before something is done that cannot be taken back. Without script the button leads to it as a part of the
/// page; with script it opens above the page.
#[derive(Debug, Clone)]
pub struct ConfirmDialog<'d> {
    /// Its id in the page.
    pub id: &'d str,
    /// What is asked: "Delete Sourdough at home?".
    pub title: &'d str,
    /// What will be lost.
    pub body: Markup,
    /// Where the form is sent.
    pub action: &'d str,
    /// The hidden fields of the form.
    pub hidden: Markup,
    /// What the button says: a verb and the thing.
    pub confirm: &'d str,
    /// Whether it destroys something.
    pub is_dangerous: bool,
}

impl Render for ConfirmDialog<'_> {
    fn render(&self) -> Markup {
        let Self { id, title, body, action, hidden, confirm, is_dangerous } = self;
        html! {
            dialog #(id) aria-labelledby={ (id) "-title" } {
                form method="post" action=(action) {
                    (hidden)
                    header { h2 id={ (id) "-title" } { (title) } }
                    div.body { (body) }
                    footer {
                        button.quiet type="submit" formmethod="dialog" formnovalidate value="cancel" { "Cancel" }
                        button.danger[*is_dangerous] type="submit" { (confirm) }
                    }
                }
            }
        }
    }
}
