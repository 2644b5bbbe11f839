//! Where files are dropped or chosen. Without script it is a form with a file; with script each file is sent in parts, with
//! a bar for how far it is, and goes on after a lost connection.

use super::Icon;
use maud::{Markup, Render, html};

/// Where files are dropped or chosen.
#[derive(Debug, Clone)]
pub struct FileDrop<'d> {
    /// Where the form is sent without script.
    pub action: &'d str,
    /// Where a script begins an upload; what it answers says where the parts go.
    pub begin: &'d str,
    /// Hidden fields of the form: the first is its token.
    pub hidden: Markup,
    /// Fields that count for every file, above it.
    pub fields: Markup,
    /// A few words about what may be uploaded.
    pub hint: &'d str,
    /// What is wrong with what was sent.
    pub problem: &'d str,
}

impl Render for FileDrop<'_> {
    fn render(&self) -> Markup {
        let Self { action, begin, hidden, fields, hint, problem } = self;
        let described = if problem.is_empty() { "field-file-hint" } else { "field-file-hint field-file-problem" };
        html! {
            form.filedrop method="post" action=(action) enctype="multipart/form-data" data-upload=(begin) {
                (hidden)
                div.fields {
                    (fields)
                    div.field {
                        label for="field-file" { "File" }
                        div.drop {
                            (Icon::Upload)
                            p data-drop-words hidden { strong { "Drop files here" } ", or choose them:" }
                            input #field-file type="file" name="file" required aria-describedby=(described)
                                aria-invalid=[(!problem.is_empty()).then_some("true")];
                            p.hint #field-file-hint { (hint) }
                        }
                        @if !problem.is_empty() { p.problem #field-file-problem { (Icon::CircleAlert) span { (problem) } } }
                    }
                }
                div.actions { button type="submit" { (Icon::Upload) "Upload" } }
                ul.uploads aria-live="polite" {}
            }
        }
    }
}
