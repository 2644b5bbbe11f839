//! A browser of few words: it keeps cookies per host, follows no redirect by itself, and sends the forms of pages.

use crate::support::{Reply, TestSchool, send};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use school::events::Topic;
use serde_json::Value;
use std::collections::BTreeMap;
use store::EventId;

/// Somebody's browser.
pub struct Browser {
    client: Client,
    url: String,
    /// The host that it asks: a school's.
    pub host: String,
    /// Its cookies, by name.
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A new browser, before the pages of the test's school.
    pub fn new(school: &TestSchool) -> Self {
        Self::at(school, &school.subdomain)
    }

    /// The same, before the pages of another school of the same server.
    pub fn at(school: &TestSchool, subdomain: &str) -> Self {
        Self::of(&school.url, subdomain)
    }

    /// The same, before the pages of a school of any server.
    pub fn of(url: &str, subdomain: &str) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { client, url: url.to_owned(), host: format!("{subdomain}.localhost"), cookies: BTreeMap::new() }
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], &[]).await
    }

    /// Sends fields as they are.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(Method::POST, path, fields, &[]).await
    }

    /// Asks for a page and sends its form to `action`, with what the page has hidden in it.
    pub async fn submit(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Reply {
        let shown = self.get(page).await.expect(200);
        let hidden = hidden(&shown.text, action);
        let mut all: Vec<(&str, &str)> = fields.to_vec();
        all.extend(hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.send(Method::POST, action, &all, &[]).await
    }

    /// Asks for a page and sends its form with a file in it to `action`.
    pub async fn upload(&mut self, page: &str, action: &str, fields: &[(&str, &str)], file: &str) -> Reply {
        let shown = self.get(page).await.expect(200);
        let mut body = String::new();
        let hidden = hidden(&shown.text, action);
        let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in fields.iter().copied().chain(hidden) {
            body += &format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        let about = "Content-Disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\nContent-Type: text/csv";
        body += &format!("--part\r\n{about}\r\n\r\n{file}\r\n--part--\r\n");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.post(format!("{}{action}", self.url)).header("Host", &self.host);
        let request = request.header("Cookie", cookies.join("; "));
        send(request.header("Content-Type", "multipart/form-data; boundary=part").body(body)).await
    }

    /// Sends a request with headers of its own.
    pub async fn send(&mut self, method: Method, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let mut request = self.request(method.clone(), path, headers);
        if method == Method::POST {
            request = request.form(form);
        }
        self.receive(request).await
    }

    /// Sends a body as it is.
    pub async fn send_body(&mut self, path: &str, body: impl Into<Vec<u8>>, headers: &[(&str, &str)]) -> Reply {
        let request = self.request(Method::POST, path, headers).body(body.into());
        self.receive(request).await
    }

    fn request(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).header("Host", &self.host);
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("Cookie", cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
    }

    async fn receive(&mut self, request: RequestBuilder) -> Reply {
        let reply = send(request).await;
        for cookie in set_cookies(&reply) {
            let (name, rest) = cookie.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }

    /// What a form of this browser carries to show that it comes from here.
    pub async fn token(&mut self) -> String {
        let here = self.get("/").await.expect(200).text;
        let action = if here.contains("/users/sign_out") { "/users/sign_out" } else { "/users/sign_in" };
        let page = if action == "/users/sign_in" { self.get(action).await.expect(200).text } else { here };
        hidden(&page, action).into_iter().find(|(name, _)| name == "csrf").expect("a token").1
    }

    /// Signs in with an address and a password.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Reply {
        self.submit("/users/sign_in", "/users/sign_in", &[("email", email), ("password", password)]).await
    }

    /// Whether the school knows who this is.
    pub async fn is_signed_in(&mut self) -> bool {
        self.get("/").await.expect(200).text.contains("You are signed in as")
    }
}

/// What a reply gives a browser to keep, as it stands there.
pub fn set_cookies(reply: &Reply) -> Vec<String> {
    reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("text").to_owned()).collect()
}

/// The hidden fields of a page's form with this action.
#[track_caller]
pub fn hidden(page: &str, action: &str) -> Vec<(String, String)> {
    let form = page
        .split("<form ")
        .find(|form| form.contains(&format!("method=\"post\" action=\"{action}\"")))
        .unwrap_or_else(|| panic!("no form leads to {action} in {page}"));
    let form = form.split("</form>").next().unwrap_or_default();
    form.split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|input| {
            let (name, rest) = input.split_once("\" value=\"").expect("a value");
            (name.to_owned(), unescaped(rest.split('"').next().unwrap_or_default()))
        })
        .collect()
}

/// Text of a page as it was before it was escaped.
pub fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// What has happened in the school, the oldest first.
pub async fn events(school: &TestSchool) -> Vec<String> {
    let events = school.arrange(|tx, site| Ok(store::events::after(tx, site, EventId::default(), 1000)?)).await;
    events.iter().filter_map(|event| Topic::numbered(event.topic)).map(|topic| topic.name().to_owned()).collect()
}

/// The path of a mail's link with this label.
#[track_caller]
pub fn link(mail: &Value, label: &str) -> String {
    let links = mail["links"].as_array().expect("links");
    let found = links.iter().find(|link| link["label"] == label).unwrap_or_else(|| panic!("no {label} in {mail}"));
    let url = found["url"].as_str().expect("a url");
    url.strip_prefix("http://academy.localhost").unwrap_or_else(|| panic!("{url} is elsewhere")).to_owned()
}

/// Lets every moment that is written down lie this much further back, as if so much time had gone by.
pub async fn time_goes_by(school: &TestSchool, milliseconds: i64) {
    school
        .arrange(move |tx, site| {
            for (table, column) in [
                ("sessions", "expires_at"),
                ("mailed_links", "expires_at"),
                ("sign_ups", "expires_at"),
                ("sso_tokens", "expires_at"),
                ("attempts", "expires_at"),
                ("outgoing_mails", "due_at"),
                ("outgoing_mails", "created_at"),
            ] {
                let sql = format!("UPDATE {table} SET {column} = {column} - $1 WHERE site_id = $2");
                tx.execute(&sql, store::params![milliseconds, site])?;
            }
            Ok(())
        })
        .await;
}
