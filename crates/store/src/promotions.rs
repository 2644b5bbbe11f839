//! Rows of promotions.
