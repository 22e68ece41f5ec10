//! `metadata` of any object: Kubernetes checks it for all kinds alike.
//!
//! Source: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/>, and for names and labels
//! <https://kubernetes.io/docs/concepts/overview/working-with-objects/>.

use std::sync::OnceLock;

use serde_json::{Value as Data, json};

use super::check::check;
use super::group_of;
use super::problem::{Step, Violation};

/// What is wrong with the `metadata` of an object of this API.
#[must_use]
pub fn metadata(metadata: &Data, api: &str) -> Vec<Violation> {
    static SCHEMAS: OnceLock<[Data; 2]> = OnceLock::new();
    let [usual, free] = SCHEMAS.get_or_init(|| [schema(true), schema(false)]);
    // Roles are called `system:node` and the like.
    let schema = if group_of(api) == "rbac.authorization.k8s.io" { free } else { usual };
    let mut found = check(metadata, schema).violations;
    for violation in &mut found {
        violation.path.insert(0, Step::Key("metadata".to_owned()));
    }
    found
}

fn schema(is_subdomain: bool) -> Data {
    let text = json!({ "type": "string" });
    let mut name = json!({ "type": "string", "minLength": 1, "maxLength": 253 });
    if is_subdomain {
        name["pattern"] = json!("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$");
    }
    let label =
        json!({ "type": "string", "maxLength": 63, "pattern": "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$" });
    let namespace = json!({ "type": "string", "maxLength": 63, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" });
    let reference = json!({
        "type": "object",
        "required": ["apiVersion", "kind", "name", "uid"],
        "properties": {
            "apiVersion": text, "kind": text, "name": text, "uid": text,
            "controller": { "type": "boolean" }, "blockOwnerDeletion": { "type": "boolean" },
        },
    });
    json!({
        "type": "object",
        "properties": {
            "name": name,
            "generateName": text,
            "namespace": namespace,
            "labels": { "type": "object", "additionalProperties": label },
            "annotations": { "type": "object", "additionalProperties": text },
            "finalizers": { "type": "array", "items": text },
            "ownerReferences": { "type": "array", "items": reference },
        },
    })
}
