//! Rows of products.
