//! The document of every page: what stands in its head, and how one comes to its content without a mouse.

use crate::assets;
use maud::{DOCTYPE, Markup, html};

/// A whole document. `head` is what this kind of page loads beside the icon; in `body` the content has the id `main`.
pub(crate) fn document(title: &str, site_name: &str, head: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " (site_name) }
                link rel="icon" type="image/svg+xml" href=(*assets::ICON);
                (head)
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                (body)
            }
        }
    }
}
