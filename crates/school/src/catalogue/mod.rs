//! What a school offers: courses and what they are made of, the products that sell them, and how they are shown.

pub mod bundles;
pub mod chapters;
pub mod collections;
pub mod contents;
pub mod course_source;
pub mod courses;
pub mod default_pictures;
pub mod instructors;
pub mod landing_pages;
pub mod outline;
pub mod places;
pub mod product_publish_requests;
pub mod product_sale;
pub mod products;
pub mod rich_text;
