//! What pages are built of: each component once, in every state it has. [`gallery`] shows them all.

mod badge;
mod banner;
mod code;
mod dialog;
mod empty_state;
mod form_field;
pub mod gallery;
mod icon;
mod person;
mod plot;
mod progress;
mod resource_list;
mod save_bar;
mod secret;
mod stat_tile;
mod tabs;
mod time;
mod timeline;

pub use badge::{Badge, Tone};
pub use banner::Banner;
pub use code::{code_block, message_block};
pub use dialog::ConfirmDialog;
pub use empty_state::EmptyState;
pub use form_field::{Choice, FormField, Input, problem_summary};
pub use icon::Icon;
pub use person::{Avatar, PersonChip};
pub use plot::{BarPlot, LinePlot, Point};
pub use progress::{percentage, progress_bar};
pub use resource_list::{Column, FilterChip, Order, ResourceList, Sort, grouped};
pub use save_bar::save_bar;
pub use secret::{Secret, copy_button};
pub use stat_tile::{Change, NumberTile, StatTile};
pub use tabs::{Tab, tabs};
pub use time::{date, moment};
pub use timeline::{TimelineEntry, timeline};
