//! Apps: a Bearer token beside the key, tokens beside another provider, codes beside bare signatures, and the time that
//! somebody's browser waits.

use super::reading::Side;
use super::{Bench, Row, USERS};
use crate::http::Connection;
use crate::load::{Requests, Spread, drive};
use crate::report::{count, milliseconds};
use crate::scholae::{Child, Home, School};
use crate::statistics::{ends, median, quantile};
use crate::{Fault, Outcome, machine};
use identity::apps::{self, App, AppInput, Kind};
use identity::oauth::authorize::{self, Begin};
use identity::oauth::clients::Client;
use identity::oauth::tokens::{self, Redeem};
use identity::oauth::{Failure, keys};
use identity::scopes::Claims;
use identity::sessions::{self, Device};
use school::security_log::Kind as SecurityEvent;
use school::{Site, sites, users};
use serde_json::json;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::{Location, ServerKey, Store, UserId};

const CALLBACK: &str = "https://app.example/callback";
/// The version of the other provider, and where npm puts it.
const PROVIDER: &str = "oidc-provider@9.13.3";
/// Codes of one batch: they count for a minute.
const CODES: u64 = 2_000;
/// Requests to authorize, so many a second.
const A_SECOND: u32 = 50;

/// A school that has an app, and the database beside its server.
struct Installed {
    store: Store,
    key: ServerKey,
    site: Site,
    app: App,
    secret: String,
    first_user: UserId,
}

impl Installed {
    fn new(home: &Home, school: &School) -> Outcome<Self> {
        let location = match &home.database {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Sqlite(home.folder.join("scholae.db")),
        };
        let store = Store::open(&location, 1)?;
        let key = ServerKey::from_file(&home.folder.join("server.key"))?;
        let first_user = UserId::new(i64::try_from(school.first_user_id)?);
        let (subdomain, sealing) = (school.subdomain.clone(), key.clone());
        let (site, app, secret) = store.write_now(None, move |tx| -> school::Result<_> {
            let site = sites::by_subdomain(tx, &subdomain)?;
            let site = sites::update(tx, &site, |site| site.owner_user_id = Some(first_user))?;
            let input = AppInput {
                kind: Kind::Public,
                name: "Bench".to_owned(),
                slug: None,
                company: "Bench".to_owned(),
                redirect_uris: vec![CALLBACK.to_owned()],
                scopes: vec!["read:users_profile".to_owned()],
                app_url: None,
                install_url: None,
            };
            let (app, secret) = apps::create(tx, &sealing, &input)?;
            let owner = users::find(tx, site.id, first_user)?.ok_or(school::Error::NotFound)?;
            authorize::agree(tx, &site, &owner, &app, Claims::asked_in("openid email"), true)?;
            Ok((site, app, secret))
        })?;
        Ok(Self { store, key, site, app, secret, first_user })
    }

    /// Codes of so many people, each of whom has agreed.
    fn codes(&self, count: u64, scope: &str) -> Outcome<Vec<String>> {
        let (key, site, app, first) = (self.key.clone(), self.site.id, self.app.id, self.first_user);
        let begin = Begin {
            claims: Claims::asked_in(scope),
            nonce: Some("n-0S6_WzA2Mj".to_owned()),
            code_challenge: None,
            redirect_uri: CALLBACK.to_owned(),
            signed_in_at: store::now(),
        };
        let people = USERS.min(count);
        Ok(self.store.write_now(site, move |tx| -> school::Result<_> {
            let user = |n: u64| UserId::new(first.get() + (n % people) as i64);
            (0..count).map(|n| authorize::begin(tx, &key, site, user(n), app, &begin)).collect()
        })?)
    }

    /// Access and refresh tokens of so many grants.
    fn tokens(&self, count: u64) -> Outcome<Vec<(String, String)>> {
        let codes = self.codes(count, "")?;
        let (key, site, app) = (self.key.clone(), self.site.clone(), self.app.clone());
        let given = self.store.write_now(site.id, move |tx| -> Result<_, Failure> {
            let client = Client { app: app.clone(), proved: true };
            let mut given = Vec::with_capacity(codes.len());
            for code in &codes {
                let redeem = Redeem { code: code.clone(), redirect_uri: None, verifier: None };
                if let Ok(tokens) = tokens::redeem(tx, &key, &site, &client, &redeem)? {
                    given.push((tokens.access, tokens.refresh.unwrap_or_default()));
                }
            }
            Ok(given)
        })?;
        Ok(given)
    }

    /// Writes a request of the app to the token endpoint.
    fn ask(&self, into: &mut Vec<u8>, body: &str) {
        let host = format!("{}.localhost", self.site.subdomain);
        let body = format!("{body}&client_id={}&client_secret={}", self.app.client_id, self.secret);
        form(into, &host, "/oauth2/token", &body);
    }
}

fn form(into: &mut Vec<u8>, host: &str, path: &str, body: &str) {
    let _infallible = write!(
        into,
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench\r\nAccept: */*\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
}

impl Bench<'_> {
    pub(super) fn apps(&mut self) -> Outcome<()> {
        if !self.wants(&[Row::Bearer, Row::Refresh, Row::Codes, Row::Authorize]) {
            return Ok(());
        }
        self.say("a school with an app");
        let home = self.home("apps")?;
        let school = home.generate(USERS, 10)?;
        let installed = Installed::new(&home, &school)?;
        self.settle(&home)?;
        let server = home.serve()?;
        if self.wants(&[Row::Bearer]) {
            self.bearer(&server, &school, &installed)?;
        }
        if self.wants(&[Row::Refresh]) {
            self.refresh(&server, &installed)?;
        }
        if self.wants(&[Row::Codes]) {
            self.redeem(&server, &installed)?;
        }
        if self.wants(&[Row::Authorize]) {
            self.authorize(&server, &installed)?;
        }
        Ok(())
    }

    /// The same reads, in turns with the key and with a token.
    fn bearer(&mut self, server: &Child, school: &School, installed: &Installed) -> Outcome<()> {
        self.say("a user, by a token and by the key");
        let (first, last) = (school.first_user_id, school.last_user_id);
        let token = installed.tokens(1)?.pop().ok_or("no token")?.0;
        let by_key = |n: u64| -> Requests {
            let (caller, mut spread) = (school.caller(), Spread::new(n));
            Box::new(move |into| {
                let id = spread.between(first, last);
                caller.get(into, format_args!("/api/public/v1/users/{id}"));
                true
            })
        };
        let by_token = |n: u64| -> Requests {
            let (token, mut spread) = (token.clone(), Spread::new(n));
            Box::new(move |into| {
                let id = spread.between(first, last);
                let _infallible = write!(
                    into,
                    "GET /api/public/v1/users/{id} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\
                     Authorization: Bearer {token}\r\n\r\n"
                );
                true
            })
        };
        let length = Duration::from_secs_f64(self.method.round_seconds);
        let (mut ours, mut theirs) = (Side::default(), Side::default());
        for round in 0..=self.method.rounds {
            let length = if round == 0 { length / 2 } else { length };
            for token in [true, false] {
                let all: Vec<Requests> =
                    (0..self.method.connections).map(|n| if token { by_token(n) } else { by_key(n) }).collect();
                let before = machine::cpu_time(server.id());
                let load = drive(server.address, all, length, 200)?;
                if round > 0 {
                    let side = if token { &mut ours } else { &mut theirs };
                    side.add(&load, machine::cpu_time(server.id()) - before, Duration::ZERO);
                }
            }
        }
        let ratios = ours.per_second.iter().zip(&theirs.per_second).map(|(ours, theirs)| ours / theirs);
        let (a, b) = (median(&ours.per_second), median(&theirs.per_second));
        let numbers = format!(
            "{} ÷ {} a second; {:.1} and {:.1} µs of processor an answer",
            count(a as u64),
            count(b as u64),
            ours.cpu_each(),
            theirs.cpu_each()
        );
        self.found("bearer", a / b, ends(ratios), numbers);
        Ok(())
    }

    /// Renewals, each written to the disk, beside tokens that another provider makes up in memory.
    fn refresh(&mut self, server: &Child, installed: &Installed) -> Outcome<()> {
        self.say("renewed tokens, beside another provider");
        let provider = match provider(self.work) {
            Ok(provider) => provider,
            Err(fault) => {
                eprintln!("  not measured: {fault}");
                return Ok(());
            }
        };
        let clients = self.method.writers;
        let mut chains: Vec<String> = installed.tokens(clients)?.into_iter().map(|(_, refresh)| refresh).collect();
        let mut fixed = Vec::new();
        let body = "grant_type=client_credentials&client_id=bench&client_secret=a+secret+that+is+long+enough";
        form(&mut fixed, "127.0.0.1", "/token", body);
        let length = Duration::from_secs_f64(self.method.round_seconds);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..=self.method.rounds {
            let length = if round == 0 { length / 4 } else { length };
            let renewed = at_once(server.address, &mut chains, length, |connection, token| {
                let mut request = Vec::with_capacity(512);
                installed.ask(&mut request, &format!("grant_type=refresh_token&refresh_token={token}"));
                let answer = connection.ask(&request)?.expect(200)?.json()?;
                *token = answer["refresh_token"].as_str().ok_or("no refresh token")?.to_owned();
                Ok(())
            })?;
            let made = at_once(provider.address, &mut chains.clone(), length, |connection, _| {
                let answer = connection.ask(&fixed)?.expect(200)?.json()?;
                answer["access_token"].as_str().map(|_| ()).ok_or_else(|| "no access token".into())
            })?;
            if round > 0 {
                ours.push(renewed);
                theirs.push(made);
            }
        }
        let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs);
        let (a, b) = (median(&ours), median(&theirs));
        self.found("refresh", a / b, ends(ratios), format!("{} ÷ {} a second", count(a as u64), count(b as u64)));
        Ok(())
    }

    /// Codes redeemed for tokens and a signed id token, beside signatures alone on one core.
    fn redeem(&mut self, server: &Child, installed: &Installed) -> Outcome<()> {
        self.say("codes redeemed with an id token, beside bare signatures");
        let host = format!("{}.localhost", installed.site.subdomain);
        let mut asked = Vec::new();
        let _infallible = write!(asked, "GET /.well-known/jwks.json HTTP/1.1\r\nHost: {host}\r\n\r\n");
        Connection::open(server.address)?.ask(&asked)?.expect(200)?;
        let key = installed.key.clone();
        let keys = installed.store.read_now(move |tx| keys::load(tx, &key))?.ok_or("the server has made no key")?;
        let claims = json!({ "iss": "http://load.localhost", "sub": "01EY1SAQY490WCG2H7SZ1365HN", "iat": 1, "exp": 2 });
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..self.method.rounds {
            let codes = installed.codes(CODES, "openid email")?;
            let next = AtomicU64::new(0);
            let begun = Instant::now();
            std::thread::scope(|scope| -> Outcome<()> {
                let redeem = || -> Outcome<()> {
                    let mut connection = Connection::open(server.address)?;
                    while let Some(code) = codes.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                        let mut request = Vec::with_capacity(512);
                        installed.ask(&mut request, &format!("grant_type=authorization_code&code={code}"));
                        let answer = connection.ask(&request)?.expect(200)?.json()?;
                        answer["id_token"].as_str().ok_or("no id token")?;
                    }
                    Ok(())
                };
                let threads: Vec<_> = (0..self.method.connections).map(|_| scope.spawn(redeem)).collect();
                threads
                    .into_iter()
                    .try_for_each(|thread| thread.join().map_err(|_| Fault::from("a client panicked"))?)
            })?;
            ours.push(CODES as f64 / begun.elapsed().as_secs_f64());
            let (begun, mut signed) = (Instant::now(), 0_u32);
            while begun.elapsed() < Duration::from_secs(1) {
                std::hint::black_box(keys.sign(&claims)?);
                signed += 1;
            }
            theirs.push(f64::from(signed) / begun.elapsed().as_secs_f64());
        }
        let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs);
        let (a, b) = (median(&ours), median(&theirs));
        self.found("codes", a / b, ends(ratios), format!("{} ÷ {} a second", count(a as u64), count(b as u64)));
        Ok(())
    }

    /// How long the browser of somebody waits who agreed before, at a steady pace.
    fn authorize(&mut self, server: &Child, installed: &Installed) -> Outcome<()> {
        self.say("authorizing somebody who agreed before");
        let (key, site, user) = (installed.key.clone(), installed.site.id, installed.first_user);
        let begun = installed.store.write_now(site, move |tx| {
            sessions::begin(tx, &key, site, user, &Device::default(), (SecurityEvent::SignIn, "measured"), true)
        });
        let secret = begun?.secret;
        let mut request = Vec::new();
        let _infallible = write!(
            request,
            "GET /oauth2/authorize?client_id={}&redirect_uri={CALLBACK}&response_type=code&scope=openid+email&state=x \
             HTTP/1.1\r\nHost: {}.localhost\r\nCookie: scholae_session={secret}\r\n\r\n",
            installed.app.client_id, installed.site.subdomain
        );
        let mut connection = Connection::open(server.address)?;
        let answer = connection.ask(&request)?.expect(302)?;
        if !answer.headers.iter().any(|(name, to)| name.eq_ignore_ascii_case("location") && to.contains("code=")) {
            return Err("nobody was sent back with a code".into());
        }
        let (mut p99, pause) = (Vec::new(), Duration::from_secs(1) / A_SECOND);
        let asked = (self.method.round_seconds * f64::from(A_SECOND)) as u32 * 2;
        for _ in 0..self.method.rounds {
            let (begun, mut times) = (Instant::now(), Vec::new());
            for turn in 0..asked {
                std::thread::sleep((pause * turn).saturating_sub(begun.elapsed()));
                times.push(connection.time(&request)?.1.as_secs_f64() * 1000.0);
            }
            times.sort_unstable_by(f64::total_cmp);
            p99.push(quantile(&times, 0.99));
        }
        let value = median(&p99);
        let numbers = format!("{A_SECOND} a second, 99% within {} ms", milliseconds(value));
        self.found("authorize", value, ends(p99.iter().copied()), numbers);
        Ok(())
    }
}

/// Lets every client ask over and over on a connection of its own; gives how often all of them together were answered,
/// a second.
fn at_once(
    address: SocketAddr,
    clients: &mut [String],
    length: Duration,
    ask: impl Fn(&mut Connection, &mut String) -> Outcome<()> + Sync,
) -> Outcome<f64> {
    let (over, answered, wrong) = (AtomicBool::new(false), AtomicU64::new(0), Mutex::new(None));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for client in clients {
            let (over, answered, wrong, ask) = (&over, &answered, &wrong, &ask);
            scope.spawn(move || {
                let all = || -> Outcome<()> {
                    let mut connection = Connection::open(address)?;
                    while !over.load(Ordering::Relaxed) {
                        ask(&mut connection, client)?;
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                };
                let mut all = all;
                if let Err(fault) = all()
                    && let Ok(mut wrong) = wrong.lock()
                {
                    *wrong = Some(fault.to_string());
                }
            });
        }
        std::thread::sleep(length);
        over.store(true, Ordering::Relaxed);
    });
    let seconds = begun.elapsed().as_secs_f64();
    match wrong.into_inner() {
        Ok(None) => Ok(answered.into_inner() as f64 / seconds),
        Ok(Some(fault)) => Err(fault.into()),
        Err(_) => Err("a client panicked".into()),
    }
}

/// Fetches the other provider from npm, once, and starts it.
fn provider(work: &Path) -> Outcome<Child> {
    let folder: PathBuf = work.parent().unwrap_or(work).join("bench-npm");
    if !folder.join("node_modules/oidc-provider").exists() {
        std::fs::create_dir_all(&folder)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--prefix"]).arg(&folder).args([
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
            PROVIDER,
        ]);
        let done = npm.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        match done {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(format!("npm could not fetch {PROVIDER} ({status})").into()),
            Err(_) => return Err("npm is not installed".into()),
        }
    }
    let script = folder.join("provider.mjs");
    std::fs::write(&script, include_str!("../../assets/oidc_provider.mjs"))?;
    let mut node = Command::new("node");
    node.arg(&script).env("NODE_ENV", "production");
    Child::start(node, &folder.join("provider.log"))
}
