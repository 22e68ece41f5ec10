//! Maps of built-in kinds that hold texts only: what a ConfigMap or Secret says.
//!
//! Source: <https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/> and `config-map-v1`.

use serde_json::{Value as Data, json};

use super::check::check;
use super::problem::{Step, Violation};

/// The fields of a kind whose values are texts.
fn fields(api: &str, kind: &str) -> &'static [&'static str] {
    match (api, kind) {
        ("v1", "Secret") => &["data", "stringData"],
        ("v1", "ConfigMap") => &["binaryData", "data"],
        _ => &[],
    }
}

/// What of an object is no text, where its kind takes texts only.
#[must_use]
pub fn texts(object: &Data, api: &str, kind: &str) -> Vec<Violation> {
    fields(api, kind).iter().flat_map(|field| texts_of(&object[*field], &[Step::Key((*field).to_owned())])).collect()
}

/// What of a map that stands at a path is no text; nothing if there is none.
#[must_use]
pub fn texts_of(map: &Data, path: &[Step]) -> Vec<Violation> {
    if map.is_null() {
        return Vec::new();
    }
    let mut found = check(map, &json!({ "type": "object", "additionalProperties": { "type": "string" } })).violations;
    for violation in &mut found {
        violation.path = [path, &violation.path].concat();
    }
    found
}
