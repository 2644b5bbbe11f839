//! Mail: which there is, and to whom it is to be sent. What it says is found when it leaves, in `delivery`.

pub mod mail_texts;
pub mod mails;
