//! What happens to the school as a whole: its apps and its plan.

use super::Scene;
use crate::config::Failure;
use identity::apps::{self, App, AppInput, Kind};
use identity::installs;
use identity::scopes::Scope;
use school::sites::{self, Plan};
use school::users;
use store::{PageRequest, UserId};

impl Scene<'_, '_> {
    /// The app that comes and goes: the same each time, once it is registered.
    fn app(&mut self) -> Result<App, Failure> {
        let input = AppInput {
            kind: Kind::Private,
            name: "Trigger app".to_owned(),
            slug: None,
            company: "Trigger".to_owned(),
            redirect_uris: vec!["http://localhost:3000/callback".to_owned()],
            scopes: vec![Scope::ReadUsers.name().to_owned(), Scope::ReadCourses.name().to_owned()],
            app_url: None,
            install_url: None,
        };
        Ok(apps::find_or_create(self.tx, self.key, &input)?)
    }

    /// Who lets the app in: the owner, or else the first user, for the install goes before anybody sees it.
    fn installer(&mut self) -> Result<UserId, Failure> {
        if let Some(owner) = self.site.owner_user_id {
            return Ok(owner);
        }
        let first =
            users::list(self.tx, self.site.id, &users::UserFilter::default(), &PageRequest::first(1), |user| user.id)?;
        match first.items.first() {
            Some(id) => Ok(*id),
            None => Ok(self.make_user(None)?.id),
        }
    }

    pub(super) fn uninstall_app(&mut self) -> Result<(), Failure> {
        let app = self.app()?;
        let (name, slug) = (&app.name, &app.slug);
        if installs::granted(self.tx, self.site.id, &app)?.is_none() {
            let by = self.installer()?;
            installs::install(self.tx, self.site.id, &app, by)?;
            self.did(format!("Let in {name} ({slug}), with {}.", app.scopes));
        }
        installs::uninstall(self.tx, self.site.id, &app, Some("`scholae trigger` took it out."))?;
        self.did(format!("The school no longer has {name}."));
        Ok(())
    }

    pub(super) fn plan(&mut self) -> Result<(), Failure> {
        let had = self.site.plan;
        let after = Plan::ALL.iter().copied().cycle().skip_while(|plan| *plan != had).skip(1);
        let keeps = |opens: fn(Plan) -> bool, plan| opens(plan) || !opens(had);
        let opens = |plan: &Plan| keeps(sites::has_api, *plan) && keeps(sites::has_apps, *plan);
        let next = after.take(Plan::ALL.len()).find(opens).unwrap_or(had);
        sites::set_plan(self.tx, self.site, next)?;
        let (subdomain, had) = (&self.site.subdomain, had.name());
        let text = format!(
            "The school is on plan {}. Back with: scholae site update --school {subdomain} --plan {had}",
            next.name()
        );
        self.did(text);
        Ok(())
    }
}
