//! The pictures of what has none of its own.

/// The picture on the page of a course, or of a bundle, that has none of its own.
pub const BANNER: &str = "/assets/tenant/default-course-banner.jpg";
/// The picture on the card of a course, or of a bundle, that has none of its own.
pub const CARD: &str = "/assets/defaults/default-product-card.png";
