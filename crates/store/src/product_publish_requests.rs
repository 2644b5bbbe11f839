//! Rows of product publish requests.
