//! A real browser: Chromium, driven over the WebDriver protocol (w3.org/TR/webdriver2), of which these tests need a
//! dozen commands. Where Chromium or its driver are missing, the test is noted as skipped.

use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use testing::skipped;

/// By what a command's answer names an element (WebDriver, section 11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// What finds violations of accessibility rules.
const AXE: &str = include_str!("../../assets/axe.min.js");

/// What leaves the screen at its sides: the page itself, or a menu of it once it is open.
const OUTSIDE: &str = "
    // Not that of the window: a phone makes it as wide as what is too wide.
    const width = document.documentElement.clientWidth;
    const wide = () => document.documentElement.scrollWidth > width;
    const found = wide() ? ['the page'] : [];
    for (const menu of document.querySelectorAll('details.menu')) {
        if (!menu.getClientRects().length) continue;
        const was = menu.open;
        menu.open = true;
        const { left, right } = menu.querySelector(':scope > div').getBoundingClientRect();
        if (left < 0 || right > width || wide()) found.push(`${menu.innerText} (${left} to ${right} of ${width})`);
        menu.open = was;
    }
    return found;
";

/// Whether somebody will look at the pages (`make pictures`): a picture takes as long as all that the page is held against.
fn pictures() -> bool {
    std::env::var_os("SCHOLAE_PICTURES").is_some()
}

/// On what the pages are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 1280 by 900, light.
    Desktop,
    /// 390 by 844, dark.
    Phone,
}

/// A browser with nothing in it.
pub struct Chromium {
    driver: Child,
    client: Client,
    session: String,
    screen: Screen,
    // Kept open: the driver goes on writing.
    _out: BufReader<ChildStdout>,
}

impl Chromium {
    /// Starts one; none where there is none.
    pub async fn start(screen: Screen) -> Option<Self> {
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let browser = names.into_iter().find(|name| skipped::has(name)).unwrap_or(names[0]);
        if !skipped::can("pages in a browser", &[browser, "chromedriver"]) {
            return None;
        }
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut out = BufReader::new(driver.stdout.take().expect("piped"));
        let port: u16 = loop {
            let mut line = String::new();
            assert!(out.read_line(&mut line).expect("a line") > 0, "chromedriver ended");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim().trim_end_matches('.').parse().expect("a port");
            }
        };
        let mut options = json!({
            "binary": skipped::find(browser).expect("a browser"),
            // Containers have neither the rights nor the memory that Chromium's own walls need.
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                     "--window-size=1280,900", "--no-first-run", "--disable-component-update"],
        });
        if screen == Screen::Phone {
            options["mobileEmulation"] =
                json!({ "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2, "touch": true } });
        }
        let client = Client::builder().timeout(Duration::from_secs(120)).build().expect("a client");
        let wish =
            json!({ "capabilities": { "alwaysMatch": { "browserName": "chrome", "goog:chromeOptions": options } } });
        let url = format!("http://127.0.0.1:{port}/session");
        let made: Value = client.post(&url).json(&wish).send().await.expect("an answer").json().await.expect("JSON");
        let id = made["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {made}"));
        let chromium = Self { driver, client, session: format!("{url}/{id}"), screen, _out: out };
        let scheme = if screen == Screen::Phone { "dark" } else { "light" };
        // Pictures are of pages that have come to rest.
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        let emulate = json!({ "cmd": "Emulation.setEmulatedMedia", "params": features });
        chromium.ask(Method::POST, "goog/cdp/execute", emulate).await;
        Some(chromium)
    }

    async fn try_ask(&self, method: Method, path: &str, body: &Value) -> Result<Value, Value> {
        let request = self.client.request(method.clone(), format!("{}/{path}", self.session));
        let request = if method == Method::POST { request.json(body) } else { request };
        let response = request.send().await.expect("an answer");
        let good = response.status().is_success();
        let mut answer: Value = response.json().await.expect("JSON");
        if good { Ok(answer["value"].take()) } else { Err(answer["value"].take()) }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        self.try_ask(method, path, &body).await.unwrap_or_else(|error| panic!("{path} {body}: {error}"))
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.ask(Method::POST, "url", json!({ "url": url })).await;
    }

    /// Loads the page again until it says this.
    pub async fn load_until(&self, words: &str) {
        let (address, begun) = (self.address().await, Instant::now());
        while !self.text().await.contains(words) {
            assert!(begun.elapsed() < Duration::from_secs(20), "no {words:?}: {}", self.text().await);
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.open(&address).await;
        }
    }

    /// The address that is open.
    pub async fn address(&self) -> String {
        self.ask(Method::GET, "url", Value::Null).await.as_str().expect("text").to_owned()
    }

    /// The title of the page.
    pub async fn title(&self) -> String {
        self.ask(Method::GET, "title", Value::Null).await.as_str().expect("text").to_owned()
    }

    /// The words of the page, as they are seen.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().expect("text").to_owned()
    }

    /// Runs a script on the page and gives what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.ask(Method::POST, "execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Runs a script that calls its last argument with what it finds.
    pub async fn run_async(&self, script: &str) -> Value {
        self.ask(Method::POST, "execute/async", json!({ "script": script, "args": [] })).await
    }

    /// Chooses a file in the field with this name.
    pub async fn choose_file(&self, name: &str, path: &std::path::Path) {
        let field = self.find("css selector", &format!("main [name='{name}']")).await;
        let text = path.to_str().expect("a path of plain text");
        self.ask(Method::POST, &format!("element/{field}/value"), json!({ "text": text })).await;
    }

    /// Waits for an element.
    async fn find(&self, using: &str, value: &str) -> String {
        let begun = Instant::now();
        loop {
            match self.try_ask(Method::POST, "element", &json!({ "using": using, "value": value })).await {
                Ok(found) => return found[ELEMENT].as_str().expect("an element").to_owned(),
                Err(_) if begun.elapsed() < Duration::from_secs(10) => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => panic!("no {value} at {}: {error}\n{}", self.address().await, self.text().await),
            }
        }
    }

    /// Writes into the field with this name.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.find("css selector", &format!("main [name='{name}']:not([type=hidden])")).await;
        self.ask(Method::POST, &format!("element/{field}/clear"), json!({})).await;
        self.ask(Method::POST, &format!("element/{field}/value"), json!({ "text": text })).await;
    }

    /// Chooses files in the field with this name.
    pub async fn choose_files(&self, name: &str, paths: &[&std::path::Path]) {
        let field = self.find("css selector", &format!("main [name='{name}']")).await;
        let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        self.ask(Method::POST, &format!("element/{field}/value"), json!({ "text": paths.join("\n") })).await;
    }

    /// Waits until these words are on the page.
    pub async fn wait_for(&self, words: &str) {
        let begun = Instant::now();
        while !self.text().await.contains(words) {
            assert!(begun.elapsed() < Duration::from_secs(20), "no {words:?} on {}", self.text().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Presses the button with these words.
    pub async fn press(&self, words: &str) {
        self.click(&format!("//button[normalize-space()={words:?}]")).await;
    }

    /// Follows the link with these words.
    pub async fn follow(&self, words: &str) {
        self.click(&format!("//a[normalize-space()={words:?}]")).await;
    }

    /// Clicks what an XPath names, and waits until another page has come.
    pub async fn click(&self, xpath: &str) {
        let element = self.find("xpath", xpath).await;
        // Into the middle, where nothing that stays at an edge of the screen covers it.
        let script = "window.here = true; arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.ask(Method::POST, "execute/sync", json!({ "script": script, "args": [{ (ELEMENT): element }] })).await;
        self.ask(Method::POST, &format!("element/{element}/click"), json!({})).await;
        self.another_page(xpath).await;
    }

    /// Clicks what an XPath names, where that leads to no other page.
    pub async fn point(&self, xpath: &str) {
        let element = self.find("xpath", xpath).await;
        let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.ask(Method::POST, "execute/sync", json!({ "script": script, "args": [{ (ELEMENT): element }] })).await;
        self.ask(Method::POST, &format!("element/{element}/click"), json!({})).await;
    }

    /// Waits until another page has come than the one that is marked.
    async fn another_page(&self, cause: &str) {
        let begun = Instant::now();
        let ready = "return !window.here && document.readyState === 'complete'";
        while self.try_ask(Method::POST, "execute/sync", &json!({ "script": ready, "args": [] })).await
            != Ok(json!(true))
        {
            assert!(begun.elapsed() < Duration::from_secs(40), "nothing came after {cause}: {}", self.text().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Types, and presses keys by their code points (WebDriver, section 17.4.2), where the focus is.
    pub async fn keys(&self, keys: &str) {
        let press = |key: char| [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })];
        let actions: Vec<Value> = keys.chars().flat_map(press).collect();
        let keyboard = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.ask(Method::POST, "actions", keyboard).await;
    }

    /// Presses a key while another is held.
    pub async fn chord(&self, held: char, key: char) {
        let down = |key: char| json!({ "type": "keyDown", "value": key });
        let up = |key: char| json!({ "type": "keyUp", "value": key });
        let actions = [down(held), down(key), up(key), up(held)];
        let keyboard = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.ask(Method::POST, "actions", keyboard).await;
    }

    /// Writes into the editor of the text with this name.
    pub async fn write(&self, name: &str, text: &str) {
        let focus = format!(
            "document.querySelector(\"main textarea[name='{name}']\").parentElement.querySelector('.editable').focus()"
        );
        self.run(&focus).await;
        self.keys(text).await;
    }

    /// Drags what one XPath names onto what another names with the mouse, and waits until another page has come.
    pub async fn drag(&self, from: &str, to: &str) {
        let (from, to) = (self.find("xpath", from).await, self.find("xpath", to).await);
        self.run("window.here = true").await;
        let pointer = |y: i64| json!({ "type": "pointerMove", "duration": 50, "x": 0, "y": y, "origin": "pointer" });
        let over = |element: &str, y: i64| json!({ "type": "pointerMove", "duration": 50, "x": 0, "y": y, "origin": { (ELEMENT): element } });
        // A browser takes a few movements for a drag, and lets go only over what it has moved over.
        let actions = [
            over(&from, 0),
            json!({ "type": "pointerDown", "button": 0 }),
            pointer(8),
            pointer(8),
            over(&to, -5),
            over(&to, 0),
            over(&to, 4),
            json!({ "type": "pause", "duration": 200 }),
            over(&to, 2),
            json!({ "type": "pointerUp", "button": 0 }),
        ];
        let parameters = json!({ "pointerType": "mouse" });
        let mouse = json!({ "type": "pointer", "id": "mouse", "parameters": parameters, "actions": actions });
        self.ask(Method::POST, "actions", json!({ "actions": [mouse] })).await;
        self.another_page("a drag").await;
    }

    /// Clicks what an XPath names where no other page comes; again, when a script has replaced it meanwhile.
    pub async fn touch(&self, xpath: &str) {
        for _ in 0..20 {
            let element = self.find("xpath", xpath).await;
            let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
            let sent = json!({ "script": script, "args": [{ (ELEMENT): element }] });
            let there = self.try_ask(Method::POST, "execute/sync", &sent).await.is_ok();
            let click = format!("element/{element}/click");
            if there && self.try_ask(Method::POST, &click, &json!({})).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{xpath} cannot be clicked: {}", self.text().await);
    }

    /// Presses Enter where the focus is, and waits until another page has come.
    pub async fn enter(&self) {
        self.run("window.here = true").await;
        self.keys("\u{e007}").await;
        self.another_page("Enter").await;
    }

    /// Forgets every cookie of the site that is open, as another browser would not have them.
    pub async fn forget(&self) {
        self.ask(Method::DELETE, "cookie", Value::Null).await;
    }

    /// Finds what people with disabilities could not use, and that nothing is wider than the screen. Keeps a picture of
    /// the whole page when pictures are asked for.
    pub async fn look(&self, name: &str) {
        if pictures() {
            let whole = json!({ "cmd": "Page.captureScreenshot", "params": { "captureBeyondViewport": true } });
            let picture = self.ask(Method::POST, "goog/cdp/execute", whole).await;
            self.keep(name, &picture["data"]);
        }
        self.judge(name, "document").await;
    }

    /// The same for a page that is too long for a picture: of what is on the screen, and what people could not use of
    /// one element.
    pub async fn look_at(&self, name: &str, selector: &str) {
        if pictures() {
            let picture = self.ask(Method::GET, "screenshot", Value::Null).await;
            self.keep(name, &picture);
        }
        self.judge(name, &format!("document.querySelector({selector:?})")).await;
    }

    fn screen(&self) -> String {
        format!("{:?}", self.screen).to_lowercase()
    }

    /// Writes a picture into `target/pictures`.
    fn keep(&self, name: &str, picture: &Value) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../pictures");
        std::fs::create_dir_all(&folder).expect("a folder");
        let bytes = {
            use base64::Engine as _;
            let text = picture.as_str().expect("a picture");
            base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
        };
        std::fs::write(folder.join(format!("{name}-{}.png", self.screen())), bytes).expect("written");
    }

    async fn judge(&self, name: &str, what: &str) {
        let screen = self.screen();
        let script = format!(
            "{AXE}\n;const done = arguments[arguments.length - 1];
             axe.run({what}, {{ resultTypes: ['violations'], preload: false }})
               .then(found => done(found.violations.map(v =>
                  [v.impact, v.id, v.nodes.map(n => n.html + ' ' + n.failureSummary).join('; ')])))
               .catch(error => done([['critical', 'axe', String(error)]]));"
        );
        let found = self.ask(Method::POST, "execute/async", json!({ "script": script, "args": [] })).await;
        let grave: Vec<&Value> = found
            .as_array()
            .expect("a list")
            .iter()
            .filter(|one| one[0] == "serious" || one[0] == "critical")
            .collect();
        assert!(grave.is_empty(), "{name} on {screen}: {grave:#?}");
        let outside = self.run(OUTSIDE).await;
        assert_eq!(outside, json!([]), "{name} is wider than a {screen}");
    }

    /// Closes it.
    pub async fn close(mut self) {
        let _closed = self.client.delete(&self.session).send().await;
        let _ended = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // After a failure; Chromium ends with its driver's session or not at all, so that it is told so.
        let (client, session) = (Client::new(), self.session.clone());
        let told = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                let _closed =
                    runtime.block_on(async { client.delete(session).timeout(Duration::from_secs(5)).send().await });
            }
        });
        let _told = told.join();
        let _ended = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}
