//! What somebody is at.

use school::security_log::{Origin, Who};

/// What somebody is at, as far as their requests tell.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// What the browser calls itself.
    pub user_agent: String,
    /// The address it comes from.
    pub address: String,
    /// By what it is known once somebody has signed in with it: see [`crate::known_devices`]. Empty for nothing.
    pub secret: String,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { user_agent, address, .. } = self;
        f.debug_struct("Device").field("user_agent", user_agent).field("address", address).finish_non_exhaustive()
    }
}

impl Device {
    /// That somebody works from here, for the security log.
    #[must_use]
    pub fn origin(&self, who: Who) -> Origin {
        Origin { who, address: self.address.clone(), user_agent: self.user_agent.clone() }
    }
}
