//! Reads the text of a type, `[[host=]<ID>] [,pcie=<1|0>]`, as the keys of a property string: the official schema expands some
//! named formats no further than that.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;

use super::schema::{Kind, Pattern, Schema};

/// The keys that a text of a type names. Empty if it names none.
pub fn keys(typetext: &str) -> BTreeMap<String, Schema> {
    static KEY: OnceLock<Regex> = OnceLock::new();
    let key = KEY.get_or_init(|| {
        let text =
            r"(?P<open>\[)?,?(?P<inner>\[)?(?P<key>[a-z][A-Za-z0-9_-]*)=(?P<close>\])?(?P<value><[^>]*>|[^\s\]]+)";
        Regex::new(text).expect("the expression is well-formed")
    });
    let read = |found: regex::Captures<'_>| {
        let is_default = found.name("close").is_some();
        // `[key=]value` is a required value with an optional key; `[[key=]value]` and `[,key=value]` are optional as a whole.
        let is_optional = if is_default { found.name("inner").is_some() } else { found.name("open").is_some() };
        let mut schema = value(&found["value"]);
        schema.optional = is_optional;
        schema.default_key = is_default;
        (found["key"].to_owned(), schema)
    };
    key.captures_iter(typetext).map(read).collect()
}

/// What the text of a value says: a boolean, an integer, one of some words, an expression, or any text.
fn value(text: &str) -> Schema {
    let text = text.trim_start_matches('<').trim_end_matches('>');
    let kind = match text {
        "1|0" => Kind::Boolean,
        "integer" => Kind::Integer,
        _ => Kind::String,
    };
    let words: Vec<String> = text.split('|').map(str::to_owned).collect();
    let is_word = |word: &String| {
        let is_range = word.starts_with(|first: char| first.is_ascii_digit());
        !is_range && !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '/')
    };
    let are_choices = kind == Kind::String && words.len() > 1 && words.iter().all(is_word);
    // `[acdn]{1,4}`: an expression, as it is.
    let is_expression = text.starts_with('[') && text.ends_with('}');
    let pattern = is_expression.then(|| Pattern::new(text));
    Schema { kind: Some(kind), choices: are_choices.then_some(words), pattern, ..Schema::default() }
}

#[cfg(test)]
mod tests {
    use super::{Kind, keys};

    #[test]
    fn brackets_say_what_is_optional_and_what_needs_no_key() {
        let found = keys("[[host=]<HOSTPCIID[;HOSTPCIID2...]>] [,driver=<vfio|keep>] [,pcie=<1|0>]");
        assert_eq!(found.keys().collect::<Vec<_>>(), ["driver", "host", "pcie"]);
        assert!(found["host"].default_key && found["host"].optional);
        assert_eq!(found["pcie"].kind, Some(Kind::Boolean));
        assert_eq!(found["driver"].choices.as_deref(), Some(&["vfio".to_owned(), "keep".to_owned()][..]));

        let found = keys("[type=]<sev-type> ,attestation=<1|0> [,vsock-cid=<integer>]");
        assert!(found["type"].default_key && !found["type"].optional);
        assert!(!found["attestation"].optional && found["vsock-cid"].optional);

        let found = keys("[source=]</dev/urandom|/dev/random> [,phys-bits=<8-64|host>]");
        assert_eq!(found["source"].choices.as_ref().map(Vec::len), Some(2));
        let boot = keys("[[legacy=]<[acdn]{1,4}>] [,order=<device[;device...]>]");
        assert_eq!(boot["legacy"].pattern.as_ref().and_then(|pattern| pattern.matches("acx")), Some(false));
        assert!(boot["order"].pattern.is_none());
        assert_eq!(found["phys-bits"].choices, None, "a range is no word");
    }
}
