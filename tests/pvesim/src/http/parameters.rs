//! What a request says in its query and body, as one map.
//!
//! Source: pve-http-server `extract_params` and `decode_urlencoded`.

use serde_json::{Map, Value};

use super::Head;
use crate::failure::Failure;

/// The parameters: the body's, and over them the query's.
///
/// # Errors
/// The server's refusal of a body that is no JSON object.
pub fn of_request(head: &Head, body: &[u8]) -> Result<Map<String, Value>, Failure> {
    let mut parameters = if head.content_type() == Some("application/json") && !body.is_empty() {
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => members,
            Ok(_) => return Err(Failure::new(501, "malformed JSON string, an object is expected")),
            Err(error) => return Err(Failure::new(501, &format!("malformed JSON string: {error}"))),
        }
    } else {
        form(&String::from_utf8_lossy(body))
    };
    parameters.extend(form(&head.query));
    // The parameter that disables caches.
    parameters.remove("_dc");
    Ok(parameters)
}

/// The parameters of an upload: the query's, and over them the parts of the form.
pub fn of_upload(head: &Head, fields: Vec<(String, String)>) -> Map<String, Value> {
    let mut parameters = form(&head.query);
    parameters.extend(fields.into_iter().map(|(name, value)| (name, value.into())));
    parameters.remove("_dc");
    parameters
}

/// The pairs of a form; a key that comes again makes a list. Pairs end at `&` and at `;`.
fn form(text: &str) -> Map<String, Value> {
    let mut pairs = Map::new();
    for pair in text.split(['&', ';']).filter(|pair| !pair.is_empty()) {
        let (key, value) = match pair.split_once('=') {
            // The server splits at each `=` and keeps what stands between the first two; an empty value is none at all.
            Some((key, rest)) => (key, rest.split('=').next().filter(|value| !value.is_empty())),
            None => (pair, None),
        };
        let value = value.map_or(Value::Null, |value| Value::String(decoded(value)));
        match pairs.entry(decoded(key)) {
            serde_json::map::Entry::Vacant(entry) => {
                entry.insert(value);
            }
            serde_json::map::Entry::Occupied(mut entry) => match entry.get_mut() {
                Value::Array(items) => items.push(value),
                single => *single = Value::Array(vec![single.take(), value]),
            },
        }
    }
    pairs
}

fn decoded(text: &str) -> String {
    unescape(&text.replace('+', " "))
}

/// Percent signs with two digits become their bytes; what is no UTF-8 then is replaced.
pub fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let escaped = if bytes[at] == b'%' { digit(at + 1).zip(digit(at + 2)) } else { None };
        match escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{form, unescape};

    #[test]
    fn forms_are_read_as_the_server_does() {
        let pairs = form("net0=virtio%3DBC%3A24%2Cbridge%3Dvmbr0&name=a+b&map=x&map=y;tags=z&flag&comment=");
        assert_eq!(pairs["net0"], "virtio=BC:24,bridge=vmbr0");
        assert_eq!(pairs["name"], "a b");
        assert_eq!(pairs["map"], serde_json::json!(["x", "y"]));
        assert_eq!(pairs["tags"], "z", "a semicolon ends a pair too");
        assert!(pairs["flag"].is_null() && pairs["comment"].is_null(), "an empty value is none");
    }

    #[test]
    fn what_is_no_escape_stays() {
        assert_eq!(unescape("100%zz%4"), "100%zz%4");
        assert_eq!(unescape("%C3%A4"), "ä");
    }
}
