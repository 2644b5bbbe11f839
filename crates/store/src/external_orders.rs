//! Rows of external orders.
