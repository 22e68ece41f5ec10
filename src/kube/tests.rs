//! What a schema refuses, one word of it at a time.

use serde_json::{Value as Data, json};

use super::{check, metadata, shown_path};

/// Each violation as `path: message`.
fn found(object: &Data, schema: &Data) -> Vec<String> {
    let report = check(object, schema);
    report.violations.iter().map(|one| format!("{}: {}", shown_path(&one.path), one.problem.message())).collect()
}

/// A schema with one field `f`, and what is found in an object where `f` is a value.
fn field(schema: &Data, value: Data) -> Vec<String> {
    found(&json!({ "f": value }), &json!({ "type": "object", "properties": { "f": schema } }))
}

#[test]
fn each_word_of_a_schema_takes_what_it_says_and_refuses_the_rest() {
    for (schema, good, bad, message) in [
        (json!({ "type": "string" }), json!("4"), json!(4), "f: expected text, found the number 4"),
        (json!({ "type": "integer" }), json!(4.0), json!(4.5), "f: expected a whole number, found the number 4.5"),
        (json!({ "type": "number" }), json!(4), json!("4"), "f: expected a number, found the text \"4\""),
        (
            json!({ "type": "boolean" }),
            json!(true),
            json!("on"),
            "f: expected `true` or `false`, found the text \"on\"",
        ),
        (json!({ "type": "array" }), json!([]), json!({}), "f: expected a list, found fields in braces"),
        (json!({ "type": "string", "nullable": true }), json!(null), json!(1), "f: expected text, found the number 1"),
        (
            json!({ "x-kubernetes-int-or-string": true, "anyOf": [{ "type": "integer" }, { "type": "string" }] }),
            json!("25%"),
            json!(true),
            "f: expected a whole number or text, found `true`",
        ),
        (json!({ "enum": ["a", "b"] }), json!("a"), json!("c"), "f: expected `a` or `b`, found `c`"),
        (
            json!({ "type": "string", "pattern": "^[0-9]+m$" }),
            json!("10m"),
            json!("10 m"),
            "f: expected text of the pattern `^[0-9]+m$`, found `10 m`",
        ),
        (
            json!({ "type": "string", "maxLength": 2 }),
            json!("éé"),
            json!("abc"),
            "f: expected at most 2 characters, found 3",
        ),
        (
            json!({ "type": "string", "minLength": 1 }),
            json!("a"),
            json!(""),
            "f: expected at least 1 character, found 0",
        ),
        (
            json!({ "type": "string", "format": "cidr" }),
            json!("10.0.0.0/8"),
            json!("10.0.0.0"),
            "f: expected a network such as `192.168.4.0/24`, found `10.0.0.0`",
        ),
        (json!({ "type": "integer", "minimum": 1 }), json!(1), json!(0), "f: expected at least 1, found 0"),
        (
            json!({ "type": "integer", "maximum": 5, "exclusiveMaximum": true }),
            json!(4),
            json!(5),
            "f: expected less than 5, found 5",
        ),
        (json!({ "type": "integer", "multipleOf": 5 }), json!(10), json!(7), "f: expected a multiple of 5, found 7"),
        (
            json!({ "type": "integer", "format": "int32" }),
            json!(2_147_483_647),
            json!(2_147_483_648_i64),
            "f: expected at most 2147483647, found 2147483648",
        ),
        (json!({ "type": "array", "minItems": 1 }), json!([1]), json!([]), "f: expected at least 1 element, found 0"),
        (
            json!({ "type": "object", "maxProperties": 1, "additionalProperties": true }),
            json!({ "a": 1 }),
            json!({ "a": 1, "b": 2 }),
            "f: expected at most 1 field, found 2",
        ),
        (
            json!({ "type": "array", "x-kubernetes-list-type": "set" }),
            json!([1, 2]),
            json!([1, 2, 1]),
            "f[2]: `1` is in the set already, as `[0]`",
        ),
        (
            json!({ "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["n"] }),
            json!([{ "n": "a" }, { "n": "b" }]),
            json!([{ "n": "a" }, { "n": "a" }]),
            "f[1]: `[0]` has the same `n`: `\"a\"`",
        ),
        (
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            json!({ "a": "b" }),
            json!({ "a": 1 }),
            "f.a: expected text, found the number 1",
        ),
        (
            json!({ "oneOf": [{ "required": ["a"] }, { "required": ["b"] }], "x-kubernetes-preserve-unknown-fields": true }),
            json!({ "a": 1 }),
            json!({ "a": 1, "b": 1 }),
            "f: expected only one of `a` or `b`, found 2",
        ),
        (
            json!({ "anyOf": [{ "required": ["a"] }, { "required": ["b"] }], "x-kubernetes-preserve-unknown-fields": true }),
            json!({ "a": 1, "b": 1 }),
            json!({}),
            "f: expected one of `a` or `b`, found none",
        ),
        (
            json!({ "allOf": [{ "minimum": 1 }, { "maximum": 3 }] }),
            json!(2),
            json!(4),
            "f: expected at most 3, found 4",
        ),
        (json!({ "not": { "enum": ["x"] } }), json!("y"), json!("x"), "f: the schema forbids this value"),
        (
            json!({ "type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true }),
            json!({ "apiVersion": "v1", "kind": "Pod", "spec": {} }),
            json!({ "apiVersion": "v1" }),
            "f: the required field `kind` is missing",
        ),
    ] {
        assert_eq!(field(&schema, good), Vec::<String>::new(), "{schema}");
        assert_eq!(field(&schema, bad), [message], "{schema}");
    }
}

#[test]
fn fields_are_those_of_the_schema_and_required_ones_are_there_or_have_defaults() {
    let schema = json!({
        "type": "object",
        "required": ["spec"],
        "properties": {
            "spec": {
                "type": "object",
                "required": ["interval", "mode"],
                "properties": {
                    "interval": { "type": "string" },
                    "mode": { "type": "string", "default": "a" },
                    "values": { "x-kubernetes-preserve-unknown-fields": true },
                    "empty": { "type": "object" },
                },
            },
        },
    });
    let of = |spec: Data| found(&json!({ "apiVersion": "a/v1", "kind": "K", "metadata": {}, "spec": spec }), &schema);
    assert_eq!(of(json!({ "interval": "1m", "values": { "a": [{ "b": 1 }] } })), Vec::<String>::new());
    assert_eq!(of(json!({ "mode": "b" })), ["spec: the required field `interval` is missing"]);
    assert_eq!(of(json!({ "interval": "1m", "intervall": "2m" })), ["spec.intervall: there is no field `intervall`"]);
    assert_eq!(of(json!({ "interval": "1m", "empty": { "a": 1 } })), ["spec.empty.a: there is no field `a`"]);
    assert_eq!(found(&json!({}), &schema), [": the required field `spec` is missing"]);
}

#[test]
fn a_pattern_that_cannot_be_compiled_is_told_and_refuses_nothing() {
    let schema = json!({ "properties": { "f": { "type": "string", "pattern": "(?=a)" } } });
    let report = check(&json!({ "f": "b" }), &schema);
    assert_eq!((report.violations.len(), report.unread_patterns.as_slice()), (0, ["(?=a)".to_owned()].as_slice()));
}

#[test]
fn a_schema_that_multiplies_work_ends() {
    let mut schema = json!({ "type": "string" });
    for _ in 0..60 {
        schema = json!({ "allOf": [schema.clone()], "anyOf": [{ "not": { "enum": [1] } }] });
    }
    assert!(check(&json!("x"), &schema).violations.is_empty());
    let wide: Vec<Data> = (0..3000).map(|number| json!({ "enum": [number] })).collect();
    let many: Vec<Data> = (0..3000).map(|_| json!("x")).collect();
    let report = check(&Data::Array(many), &json!({ "items": { "anyOf": wide } }));
    assert!(report.is_cut && report.violations.len() <= 50);
}

#[test]
fn metadata_is_checked_alike_for_all_kinds() {
    let of = |value: Data| -> Vec<String> {
        let found = metadata(&value, "a.io/v1");
        found.iter().map(|one| format!("{}: {}", shown_path(&one.path), one.problem.message())).collect()
    };
    assert_eq!(
        of(json!({ "name": "a.b", "labels": { "a/b": "c" }, "annotations": { "x": "any text" } })),
        Vec::<String>::new()
    );
    assert_eq!(of(json!({ "labels": { "a": true } })), ["metadata.labels.a: expected text, found `true`"]);
    assert_eq!(of(json!({ "label": {} })), ["metadata.label: there is no field `label`"]);
    assert!(of(json!({ "name": "Big" }))[0].starts_with("metadata.name: expected text of the pattern"));
    assert!(metadata(&json!({ "name": "system:node" }), "rbac.authorization.k8s.io/v1").is_empty());
}
