//! coupons of a school.
