//! People of every kind, signed in.

use crate::people::browser::Browser;
use crate::support::TestSchool;
use school::UserId;
use serde_json::json;

/// What somebody is in the school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    Owner,
    SiteAdmin,
    Partner,
    CourseAdmin,
    GroupAnalyst,
    Affiliate,
    Student,
    Visitor,
}

impl Person {
    pub const ALL: [Self; 8] = [
        Self::Owner,
        Self::SiteAdmin,
        Self::Partner,
        Self::CourseAdmin,
        Self::GroupAnalyst,
        Self::Affiliate,
        Self::Student,
        Self::Visitor,
    ];

    fn roles(self) -> &'static [&'static str] {
        match self {
            Self::SiteAdmin => &["site_admin"],
            Self::CourseAdmin => &["course_admin"],
            Self::GroupAnalyst => &["group_analyst"],
            Self::Affiliate => &["affiliate"],
            Self::Owner | Self::Partner | Self::Student | Self::Visitor => &[],
        }
    }

    /// A browser in which such a person is signed in.
    pub async fn signed_in(self, school: &TestSchool) -> Browser {
        let mut browser = Browser::new(school);
        if self == Self::Visitor {
            return browser;
        }
        let email = format!("{self:?}@example.com").to_lowercase();
        let body = json!({
            "first_name": format!("{self:?}"), "last_name": "Example", "email": email, "password": "correct horse",
            "roles": self.roles(), "affiliate_code": format!("{self:?}"), "affiliate_commission": 10,
            "affiliate_payout_email": email,
        });
        let id = UserId::new(school.post("/users", body).await.expect(201).id());
        match self {
            Self::Owner => {
                school
                    .arrange(move |tx, site| {
                        tx.execute("UPDATE sites SET owner_user_id = $1 WHERE id = $2", store::params![id, site])?;
                        Ok(())
                    })
                    .await
            }
            Self::Partner => {
                school.arrange(move |tx, site| school::users::set_partner(tx, site, id, true).map(drop)).await;
            }
            _ => {}
        }
        browser.sign_in(&email, "correct horse").await.expect(303);
        browser
    }
}

/// A browser in which somebody is signed in who runs the school.
pub async fn manager(school: &TestSchool) -> Browser {
    Person::SiteAdmin.signed_in(school).await
}
