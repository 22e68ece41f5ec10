//! Property strings and sets of options, put together.

use std::collections::BTreeMap;
use std::fmt::Display;

/// A property string on its way.
#[derive(Default)]
pub(super) struct Line(String);

impl Line {
    /// One that begins with a value without a key.
    pub fn of(bare: impl Display) -> Line {
        Line(bare.to_string())
    }

    pub fn key(mut self, key: &str, value: impl Display) -> Line {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&format!("{key}={value}"));
        self
    }

    pub fn some(self, key: &str, value: Option<impl Display>) -> Line {
        match value {
            Some(value) => self.key(key, value),
            None => self,
        }
    }

    /// `key=1`, if it is so.
    pub fn on(self, key: &str, is_on: bool) -> Line {
        if is_on { self.key(key, 1) } else { self }
    }

    /// `key=0`, if it is so.
    pub fn off(self, key: &str, is_off: bool) -> Line {
        if is_off { self.key(key, 0) } else { self }
    }

    /// Values with `;` between, if there are any.
    pub fn list(self, key: &str, values: &[impl Display]) -> Line {
        if values.is_empty() { self } else { self.key(key, joined(values, ";")) }
    }

    pub fn text(self) -> String {
        self.0
    }
}

/// Options by name.
#[derive(Default)]
pub(super) struct Options(pub BTreeMap<String, String>);

impl Options {
    pub fn set(&mut self, option: impl Into<String>, value: impl Display) {
        self.0.insert(option.into(), value.to_string());
    }

    pub fn some(&mut self, option: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.set(option, value);
        }
    }

    pub fn on(&mut self, option: &str, is_on: bool) {
        if is_on {
            self.set(option, 1);
        }
    }

    pub fn off(&mut self, option: &str, is_off: bool) {
        if is_off {
            self.set(option, 0);
        }
    }

    /// A property string, if there is anything in it.
    pub fn line(&mut self, option: impl Into<String>, line: Line) {
        let text = line.text();
        if !text.is_empty() {
            self.set(option, text);
        }
    }

    pub fn list(&mut self, option: &str, values: &[impl Display], separator: &str) {
        if !values.is_empty() {
            self.set(option, joined(values, separator));
        }
    }
}

pub(super) fn joined(values: &[impl Display], separator: &str) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}
