//! The entries of a resource or block, as they will be written.

use std::fmt::Write as _;

use super::text;
use crate::desire::Text;

/// Bodies of this many characters stay on one line if they hold no other block.
const ONE_LINE: usize = 90;

/// Entries of a body, in order.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Body {
    entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Entry {
    /// `memory = 4GiB`
    Field(String, String),
    /// `disk scsi0 { … }`
    Block(String, Body),
}

impl Body {
    /// `key = value`, the value spelt already.
    pub fn say(&mut self, key: &str, value: impl Into<String>) {
        self.entries.push(Entry::Field(key.to_owned(), value.into()));
    }

    /// A string, if there is one.
    pub fn string(&mut self, key: &str, value: Option<&Text<'_>>) {
        if let Some(value) = value {
            self.say(key, text::string(value));
        }
    }

    /// A text of several lines, if there is one.
    pub fn lines(&mut self, key: &str, value: Option<&Text<'_>>) {
        if let Some(value) = value {
            self.say(key, text::lines(value, "    "));
        }
    }

    /// A member of an enumeration, if there is one.
    pub fn member(&mut self, key: &str, value: Option<&Text<'_>>) {
        if let Some(value) = value {
            self.say(key, text::member(value));
        }
    }

    /// A member of an enumeration where nothing stands for `absent`, and the library's default is `usual`.
    pub fn member_unless(&mut self, key: &str, value: Option<&Text<'_>>, absent: &str, usual: &str) {
        let value = value.map_or(absent, |value| &**value);
        if value != usual {
            self.say(key, text::member(value));
        }
    }

    /// A number, if there is one.
    pub fn number(&mut self, key: &str, value: Option<u32>) {
        if let Some(value) = value {
            self.say(key, value.to_string());
        }
    }

    /// Seconds, if there are any.
    pub fn seconds(&mut self, key: &str, value: Option<u32>) {
        if let Some(value) = value {
            self.say(key, crate::eval::show::duration(u64::from(value) * 1000));
        }
    }

    /// MiB, if there are any.
    pub fn mebibytes(&mut self, key: &str, value: Option<u32>) {
        if let Some(value) = value {
            self.say(key, crate::eval::show::size(u64::from(value) << 20));
        }
    }

    /// `key = true` where the library says false.
    pub fn on(&mut self, key: &str, value: bool) {
        if value {
            self.say(key, "true");
        }
    }

    /// `key = false` where the library says true.
    pub fn off(&mut self, key: &str, value: bool) {
        if value {
            self.say(key, "false");
        }
    }

    /// Strings, if there are any.
    pub fn strings(&mut self, key: &str, values: &[Text<'_>]) {
        if !values.is_empty() {
            self.say(key, text::list(values.iter().map(|value| text::string(value))));
        }
    }

    /// A list of what is spelt already, if there is any.
    pub fn list(&mut self, key: &str, values: Vec<String>) {
        if !values.is_empty() {
            self.say(key, text::list(values));
        }
    }

    /// `head { … }`, though it says nothing.
    pub fn block(&mut self, head: impl Into<String>, body: Body) {
        self.entries.push(Entry::Block(head.into(), body));
    }

    /// `head { … }`, if it says anything.
    pub fn block_if_said(&mut self, head: &str, body: Body) {
        if !body.entries.is_empty() {
            self.block(head, body);
        }
    }

    /// The entries of another body after its own.
    pub fn append(&mut self, other: &Body) {
        self.entries.extend(other.entries.iter().cloned());
    }

    /// `key { "k" = "v" }`, if there are any.
    pub fn pairs<'p>(&mut self, key: &str, pairs: impl IntoIterator<Item = (&'p str, &'p str)>) {
        let mut body = Body::default();
        pairs.into_iter().for_each(|(key, value)| body.say(&text::string(key), text::string(value)));
        self.block_if_said(key, body);
    }

    /// The body with its head.
    pub fn written(&self, head: &str) -> String {
        let mut out = String::new();
        self.write(head, 0, &mut out);
        out
    }

    /// A line in column 0 would begin a new item, so that what is inside is set in.
    fn write(&self, head: &str, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        out.push_str(&indent);
        out.push_str(head);
        if self.entries.is_empty() {
            out.push('\n');
            return;
        }
        let length = self.entries.iter().map(Entry::length).sum::<usize>() + head.len();
        if length <= ONE_LINE && self.entries.iter().all(|entry| matches!(entry, Entry::Field(..))) {
            let fields: Vec<String> = self.entries.iter().map(Entry::field).collect();
            // Writing to a String cannot fail.
            let _ = writeln!(out, " {{ {} }}", fields.join(", "));
            return;
        }
        out.push_str(" {\n");
        for entry in &self.entries {
            match entry {
                Entry::Field(..) => {
                    out.push_str(&indent);
                    out.push_str("  ");
                    out.push_str(&entry.field());
                    out.push('\n');
                }
                Entry::Block(head, body) => body.write(head, depth + 1, out),
            }
        }
        out.push_str(&indent);
        out.push_str("}\n");
    }
}

impl Entry {
    fn length(&self) -> usize {
        match self {
            Entry::Field(_, value) if value.contains('\n') => ONE_LINE + 1,
            Entry::Field(key, value) => key.len() + value.len() + 5,
            Entry::Block(..) => ONE_LINE,
        }
    }

    fn field(&self) -> String {
        match self {
            Entry::Field(key, value) => format!("{key} = {value}"),
            Entry::Block(head, _) => head.clone(),
        }
    }
}
