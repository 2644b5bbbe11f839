//! A school whose server has a clock that stands still: what depends on the moment is tried at the exact millisecond.

use super::clock::Clock;
use super::process::{Home, Server, text};
use super::{Database, TestSchool};
use reqwest::Client;
use store::{Engine, ServerKey, SiteId};

/// Writes a test twice, as `on_both_engines!` does, for a school whose clock stands still. It begins at
/// [`TestSchool::BEGIN`], and moves when the test sets it.
macro_rules! with_a_stopped_clock {
    ($($(#[$meta:meta])* async fn $name:ident($school:ident: &TestSchool, $clock:ident: &Clock) $body:block)*) => {
        $($(#[$meta])* mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($school: &TestSchool, $clock: &Clock) $body

            async fn run(engine: store::Engine) {
                let Some((school, clock)) = TestSchool::start_with_a_stopped_clock(engine).await else { return };
                test(&school, &clock).await;
                school.finish().await;
            }

            #[tokio::test]
            async fn on_sqlite() {
                run(store::Engine::Sqlite).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                run(store::Engine::Postgres).await;
            }
        })*
    };
}

impl TestSchool {
    /// Where a stopped clock begins, in milliseconds: 2040-01-01T00:00:00Z. It is ahead of every other clock, because
    /// the times of a school never go back.
    pub const BEGIN: i64 = 2_208_988_800_000;

    /// A school whose server is a process of its own, with a clock that stands still; none where the engine or a C
    /// compiler is missing.
    pub async fn start_with_a_stopped_clock(engine: Engine) -> Option<(Self, Clock)> {
        let (home, clock) = (Home::new(engine)?, Clock::new()?);
        let create =
            ["site", "create", "--subdomain", "academy", "--name", "School academy", "--plan", "plus", "--json"];
        let made = home.run(&create).json();
        let (api_key, site) = (text(&made, "api_key").to_owned(), SiteId::new(made["id"].as_i64().expect("an id")));
        let key = std::fs::read_to_string(home.folder().join("data/server.key")).expect("the server's key");
        let key = ServerKey::from_text(key.trim()).expect("a key");
        clock.stop_at(Self::BEGIN);
        let mut command = home.serve_command();
        clock.give(&mut command);
        command.env("SCHOLAE_MAILBOX", "true");
        let server = Server::start(command);
        let school = Self {
            url: server.url.clone(),
            subdomain: "academy".to_owned(),
            api_key,
            site,
            store: home.store(),
            key,
            app: None,
            client: Client::new(),
            stop: None,
            server: None,
            database: Database::Process(server, home),
        };
        Some((school, clock))
    }
}
