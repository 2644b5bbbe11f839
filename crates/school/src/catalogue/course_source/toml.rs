//! Writing TOML, one line for each value.

use crate::contents::{LessonFile, PoolDraw};
use crate::files::FileRef;
use crate::products::{BillingInterval, NewPrice, TrialInterval};
use std::fmt::Write as _;

/// A file of the school as it stands in TOML: `sha256:` and what its bytes hash to.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(try_from = "String")]
pub(super) struct FileToml(FileRef);

impl TryFrom<String> for FileToml {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        FileRef::of_code(&code)
            .map(Self)
            .ok_or("a file is named by sha256: and the 64 hexadecimal digits of its SHA-256")
    }
}

impl From<FileToml> for FileRef {
    fn from(file: FileToml) -> Self {
        file.0
    }
}

/// TOML being written.
pub(super) struct Toml {
    text: String,
}

impl Toml {
    pub(super) fn new() -> Self {
        Self { text: String::new() }
    }

    pub(super) fn end(self) -> String {
        self.text
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn table(&mut self, header: &str) {
        self.line("");
        self.line(header);
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.line(&format!("{key} = {}", quoted(value)));
    }

    pub(super) fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    pub(super) fn texts<'a>(&mut self, key: &str, values: impl Iterator<Item = &'a str>) {
        let values: Vec<String> = values.map(quoted).collect();
        self.line(&format!("{key} = [{}]", values.join(", ")));
    }

    pub(super) fn flag(&mut self, key: &str, value: bool) {
        self.line(&format!("{key} = {value}"));
    }

    /// A flag that is said only where it is set.
    pub(super) fn set(&mut self, key: &str, value: Option<bool>) {
        if value == Some(true) {
            self.flag(key, true);
        }
    }

    /// A file of the school, by what it holds.
    pub(super) fn file(&mut self, key: &str, file: Option<&FileRef>) {
        self.optional(key, file.map(FileRef::code).as_deref());
    }

    /// Files, each a table of its own in the one line.
    pub(super) fn files(&mut self, key: &str, files: &[LessonFile]) {
        let file = |file: &LessonFile| {
            let place = match &file.file {
                Some(own) => format!("file = {}", quoted(&own.code())),
                None => format!("url = {}", quoted(&file.url)),
            };
            format!("{{ name = {}, {place} }}", quoted(&file.name))
        };
        self.line(&format!("{key} = [{}]", files.iter().map(file).collect::<Vec<_>>().join(", ")));
    }

    /// Pools, each a table of its own in the one line.
    pub(super) fn pools(&mut self, key: &str, pools: &[PoolDraw]) {
        let pool = |pool: &PoolDraw| format!("{{ name = {}, count = {} }}", quoted(&pool.name), pool.count);
        self.line(&format!("{key} = [{}]", pools.iter().map(pool).collect::<Vec<_>>().join(", ")));
    }

    pub(super) fn number(&mut self, key: &str, value: Option<i64>) {
        if let Some(value) = value {
            self.line(&format!("{key} = {value}"));
        }
    }

    pub(super) fn price(&mut self, price: &NewPrice) {
        self.text("payment_type", price.payment_type.name());
        self.optional("label", price.label.as_deref());
        self.text("price", &amount(price.price));
        self.text("currency", &price.currency);
        self.optional("interval", price.interval.map(BillingInterval::name));
        self.number("interval_count", price.interval_count);
        self.number("number_of_payments", price.number_of_payments);
        self.optional("trial_interval", price.trial_interval.map(TrialInterval::name));
        self.number("trial_interval_count", price.trial_interval_count);
        self.optional("custom_first_price", price.custom_first_price.map(amount).as_deref());
        self.number("days_until_expiry", price.days_until_expiry);
        self.optional("pay_button_text", price.pay_button_text.as_deref());
    }
}

/// Hundredths as an amount: `900` is `9.00`.
fn amount(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A text as TOML writes it in one line (toml.io, basic strings).
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _infallible = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
