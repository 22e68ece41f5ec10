//! Property strings, `virtio=BC:24:11:00:00:01,bridge=vmbr0`, against the keys that the schema declares.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::schema::{Additional, Kind, Schema};
use super::validate::{Errors, check_object};

/// Why a property string is refused: in the server's words, as they stand behind `invalid format - `.
pub fn refusal(keys: &BTreeMap<String, Schema>, text: &str, path: &str) -> Option<String> {
    let parsed = match parse(keys, text) {
        Ok(parsed) => parsed,
        Err(reason) => return Some(format!("{reason}\n")),
    };
    let mut errors = Errors::new();
    check_object(&parsed, keys, Some(&Additional::No), path, &mut errors);
    if errors.is_empty() {
        return None;
    }
    let lines = errors.iter().map(|(path, reason)| format!("{path}: {reason}\n"));
    Some(format!("format error\n{}", lines.collect::<String>()))
}

/// The values by key; a bare value goes to the default key, an alias to what it stands for.
fn parse(keys: &BTreeMap<String, Schema>, text: &str) -> Result<Map<String, Value>, String> {
    let duplicate = |key: &str| format!("duplicate key in comma-separated list property: {key}");
    let (mut parsed, mut bare_key) = (Map::new(), None);
    for part in text.split(',').filter(|part| !part.trim().is_empty()) {
        let Some((key, value)) = part.split_once('=') else {
            if let Some(key) = bare_key {
                return Err(duplicate(key));
            }
            let Some((key, _)) = keys.iter().find(|(_, schema)| schema.default_key) else {
                return Err("value without key, but schema does not define a default key".to_owned());
            };
            if parsed.contains_key(key) {
                return Err(duplicate(key));
            }
            parsed.insert(key.clone(), Value::String(part.to_owned()));
            bare_key = Some(key);
            continue;
        };
        if key.is_empty() || value.is_empty() {
            return Err("missing key in comma-separated list property".to_owned());
        }
        if parsed.contains_key(key) {
            return Err(duplicate(key));
        }
        let mut target = key;
        if let Some(alias) = keys.get(key).and_then(|schema| schema.alias.as_deref()) {
            if let Some(key_alias) = keys.get(key).and_then(|schema| schema.key_alias.as_ref()) {
                if parsed.contains_key(key_alias) {
                    return Err(format!("key alias '{key_alias}' is already defined"));
                }
                parsed.insert(key_alias.clone(), Value::String(key.to_owned()));
            }
            target = alias;
        }
        let Some(schema) = keys.get(target) else {
            return Err(format!("invalid key in comma-separated list property: {target}"));
        };
        let is_boolean = schema.kind == Some(Kind::Boolean);
        let value = is_boolean.then(|| boolean(value)).flatten().unwrap_or(value);
        parsed.insert(target.to_owned(), Value::String(value.to_owned()));
    }
    Ok(parsed)
}

/// The spellings of a truth value that property strings take, unlike parameters, which take only 1 and 0.
fn boolean(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "on" | "yes" | "true" => Some("1"),
        "0" | "off" | "no" | "false" => Some("0"),
        _ => None,
    }
}
