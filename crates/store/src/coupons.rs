//! Rows of coupons.
