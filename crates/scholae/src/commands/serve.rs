//! `scholae serve`

use super::doctor::clock;
use super::doctor::mail::{NO_MAIL, NOBODYS_SENDER, SET_MAIL, SET_SENDER, sender_is_nobodys};
use super::proxy;
use super::site::delete::delete_closed;
use crate::config::{Config, Failure};
use clap::Args;
use delivery::mail::{self, Mailer, Route};
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::{ServerKey, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use web::{App, WebConfig};

/// Serve the schools of a database
#[derive(Debug, Args)]
pub struct Serve {
    /// Print one line of JSON when ready: {"url": …}
    #[arg(long)]
    json: bool,
}

impl Serve {
    /// Serves until told to stop.
    ///
    /// # Errors
    /// When the database or the address cannot be used.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        config.check_file()?;
        let store = config.make_store()?;
        let key = config.server_key(&store)?;
        serve(config, store, key, |url, _| {
            if self.json {
                println!("{}", json!({ "url": url }));
            } else {
                println!("Scholae answers at {url} (reference: {url}/docs/api). Ctrl-C ends it.");
            }
            Ok(())
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Listens, says so, and serves until a signal comes.
///
/// # Errors
/// When the address cannot be used.
pub fn serve(
    config: &Config,
    store: Store,
    key: ServerKey,
    ready: impl FnOnce(&str, &App) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let route = config.mail()?;
    if matches!(route, Route::Nowhere) {
        tracing::warn!("{NO_MAIL}; {SET_MAIL}");
    }
    if let Some(from) = sender_is_nobodys(&route) {
        tracing::warn!("mail is from {from}, {NOBODYS_SENDER}; {SET_SENDER}");
    }
    for told in clock::disorders(&store)? {
        tracing::warn!("{told}; {}", clock::MEND);
    }
    let files = config.files()?;
    let open_files = server::raise_open_files();
    let limits = config.server.limits(open_files, config.webhook_concurrency, config.proxies > 0);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(&config.listen).await.map_err(|error| {
            Failure::Told(format!("cannot listen on {}: {error}; choose another with --listen", config.listen))
        })?;
        let address = listener.local_addr()?;
        let app =
            App::new(store.clone(), key.clone(), WebConfig { files: files.clone(), ..config.web(address.port()) });
        // Whoever reads that it is ready may ask it to end.
        let stop = stopped(app.clone(), config.server.unready())?;
        ready(&format!("http://{address}"), &app)?;
        let closing_store = store.clone();
        let (links, mailer_store, mailer_key) = (app.clone(), store.clone(), key.clone());
        let mail = mail::start(Mailer {
            store: mailer_store,
            key: mailer_key,
            route,
            site_url: Arc::new(move |subdomain| links.site_url(subdomain)),
        });
        let _watch = delivery::clock::watch(store.clone());
        let worker = worker::start(store.clone(), key.clone());
        let file_work = files::worker::start(store.clone(), files);
        let delivery = delivery::start(store, key, config.delivery());
        let log = app.start_request_log();
        let _closed = delete_closed_schools(config.clone(), closing_store);
        let served = server::serve(listener, app, limits, proxy::on_forwarded(config), stop).await;
        // Also what the last requests caused is on its way, as far as there is time. What is not sent now is sent when
        // its lease has ended.
        let rest = async { tokio::join!(worker.stop(), delivery.stop(), mail.stop(), file_work.stop(), log.stop()) };
        if tokio::time::timeout(config.server.stop_timeout(), rest).await.is_err() {
            tracing::warn!("some webhooks or mails were not answered in time; they are sent again");
        }
        served?;
        tracing::info!("stopped");
        Ok::<_, Failure>(())
    });
    // Nobody waits for a password that is still being hashed.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

/// How often there is a look for schools that were closed long ago.
const CLOSED_EVERY: Duration = Duration::from_secs(3600);

/// Deletes the schools that were closed long ago, now and each hour, until the process ends.
fn delete_closed_schools(config: Config, store: Store) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let (config, store) = (config.clone(), store.clone());
            let deleted = tokio::task::spawn_blocking(move || delete_closed(&config, &store)).await;
            if let Ok(Err(error)) = deleted {
                tracing::warn!(%error, "a school that was closed could not be deleted; it is tried again");
            }
            tokio::time::sleep(CLOSED_EVERY).await;
        }
    })
}

/// Done when the process is to end: asked to by SIGTERM it first says for a while that it is not ready. A second signal
/// ends the process at once.
fn stopped(app: App, unready: Duration) -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let unready = tokio::select! {
            _ = terminate.recv() => unready,
            _ = interrupt.recv() => Duration::ZERO,
        };
        app.leave();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::warn!("ended at once by a second signal");
            std::process::exit(1);
        });
        if !unready.is_zero() {
            tracing::info!("stopping: not ready for {} s, so that requests are sent elsewhere", unready.as_secs());
            tokio::time::sleep(unready).await;
        }
        tracing::info!("stopping: finishing the requests that have begun; a second signal ends at once");
    })
}
