//! Looks at values with the eyes of the server's validator, and says what it says.
//!
//! Source: pve-common `PVE::JSONSchema` (`check_prop`, `check_object`, `check_type`), whose order of checks and wordings are kept.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::schema::{Additional, Format, Kind, Schema};
use super::{formats, property_string, typetext};

/// What is wrong, by parameter.
pub type Errors = BTreeMap<String, String>;

/// The parameters as a handler gets them, or what is wrong with them.
///
/// Two old habits of clients are put right first, as on the server: an array where a list in a text is expected is joined,
/// and a single value where an array is expected becomes an array of one.
///
/// # Errors
/// What the server puts into `errors`.
pub fn validate(mut given: Map<String, Value>, schema: &Schema) -> Result<Map<String, Value>, Errors> {
    for (name, value) in &mut given {
        let Some(property) = property_of(&schema.properties, name) else { continue };
        let is_list = matches!(&property.format, Some(Format::Named(format)) if format.ends_with("-list"));
        if let (Value::Array(items), Some(Kind::String), true) = (&*value, property.kind, is_list) {
            *value = Value::String(items.iter().filter_map(text_of).collect::<Vec<_>>().join(","));
        } else if property.kind == Some(Kind::Array) && !value.is_array() && !value.is_null() {
            *value = Value::Array(vec![value.take()]);
        }
    }
    let mut errors = Errors::new();
    check_object(&given, &schema.properties, schema.additional.as_ref(), "", &mut errors);
    if errors.is_empty() { Ok(given) } else { Err(errors) }
}

/// The first parameter that belongs to another type than the request says, such as `affinity` in a rule of the type
/// `node-affinity`. The server's validator lets it pass; the code behind it refuses with 500 and `unexpected property`.
///
/// Source: pve-common `PVE::SectionConfig::check_value`.
pub fn foreign_property(given: &Map<String, Value>, schema: &Schema) -> Option<String> {
    let is_foreign = |name: &&String| {
        let Some(property) = property_of(&schema.properties, name) else { return false };
        let types = property.instance_types.iter().flatten();
        instance_type(property, given)
            .is_some_and(|own| property.instance_types.is_some() && !types.clone().any(|name| name == own))
    };
    given.keys().find(is_foreign).cloned()
}

/// What is wrong with an answer, place by place. As lenient as the server is about numbers in texts and about what is not declared.
pub fn offences_of_answer(answer: &Value, schema: &Schema) -> Vec<String> {
    let mut errors = Errors::new();
    check_value(Some(answer).filter(|answer| !answer.is_null()), schema, "", None, &mut errors);
    errors.into_iter().map(|(path, reason)| format!("{path}: {reason}")).collect()
}

/// The schema of a property; `net0` is declared as `net[n]`.
pub fn property_of<'a>(properties: &'a BTreeMap<String, Schema>, name: &str) -> Option<&'a Schema> {
    if let Some(schema) = properties.get(name) {
        return Some(schema).filter(|_| !name.ends_with("[n]"));
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let index = &name[stem.len()..];
    let is_plain = !index.is_empty() && (index == "0" || !index.starts_with('0'));
    let schema = properties.get(&format!("{stem}[n]")).filter(|_| is_plain)?;
    let index: u32 = index.parse().ok()?;
    Some(schema).filter(|schema| schema.last_index.is_none_or(|last| index <= last))
}

/// A scalar as the server sees it: a text. None for what is none.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn add(errors: &mut Errors, path: &str, reason: impl Into<String>) {
    let path = if path.is_empty() { "_root" } else { path };
    let reason = reason.into();
    // The server joins several reasons with a backslash and an `n`, which was meant as a newline.
    let both = |first: &mut String| *first = format!("{first}\\n{reason}");
    errors.entry(path.to_owned()).and_modify(both).or_insert(reason);
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The type of the object that the property `type-property` names.
fn instance_type<'a>(schema: &Schema, object: &'a Map<String, Value>) -> Option<&'a str> {
    object.get(schema.type_property.as_deref()?)?.as_str()
}

pub(super) fn check_object(
    object: &Map<String, Value>,
    properties: &BTreeMap<String, Schema>,
    additional: Option<&Additional>,
    path: &str,
    errors: &mut Errors,
) {
    for (name, schema) in properties.iter().filter(|(name, _)| !name.ends_with("[n]")) {
        let value = object.get(name).filter(|value| !value.is_null());
        check_value(value, schema, &below(path, name), instance_type(schema, object), errors);
    }
    for (name, value) in object {
        let place = below(path, name);
        let Some(schema) = property_of(properties, name) else {
            match additional {
                Some(Additional::No) => {
                    let reason =
                        "property is not defined in schema and the schema does not allow additional properties";
                    add(errors, &place, reason);
                }
                Some(Additional::Schema(schema)) => check_value(Some(value), schema, &place, None, errors),
                Some(Additional::Yes) | None => {}
            }
            continue;
        };
        if !properties.contains_key(name) {
            check_value(Some(value), schema, &place, instance_type(schema, object), errors);
        }
        if let Some(required) = &schema.requires
            && object.get(required).is_none_or(Value::is_null)
        {
            add(errors, &below(path, required), format!("missing property - '{place}' requires this property"));
        }
    }
}

fn check_value(value: Option<&Value>, schema: &Schema, path: &str, instance: Option<&str>, errors: &mut Errors) {
    let mut is_optional = schema.optional || schema.alias.is_some();
    if !schema.one_of.is_empty() {
        is_optional |= check_alternatives(value, schema, path, instance, errors);
    }
    for part in &schema.all_of {
        check_value(value, part, path, instance, errors);
    }
    let Some(value) = value else {
        if !is_optional && schema.kind != Some(Kind::Null) {
            add(errors, path, "property is missing and it is not optional");
        }
        return;
    };
    if !check_type(value, schema, path, errors) {
        return;
    }
    match value {
        Value::Array(items) => {
            let Some(schema) = &schema.items else { return };
            for (index, item) in items.iter().enumerate() {
                check_value(Some(item), schema, &format!("{path}[{index}]"), None, errors);
            }
        }
        Value::Object(object) => {
            if !schema.properties.is_empty() || schema.additional.is_some() {
                check_object(object, &schema.properties, schema.additional.as_ref(), path, errors);
            }
        }
        scalar => {
            let text = text_of(scalar).unwrap_or_default();
            if let Some(reason) = refusal_of_scalar(&text, schema, path) {
                add(errors, path, reason);
            }
        }
    }
}

/// Looks at alternatives; whether the value may be left out because of them.
fn check_alternatives(
    value: Option<&Value>,
    schema: &Schema,
    path: &str,
    instance: Option<&str>,
    errors: &mut Errors,
) -> bool {
    if schema.type_property.is_some() {
        // Only the alternative of the object's type counts; without a type, none does.
        let Some(instance) = instance else { return true };
        let is_of = |part: &&Schema| part.instance_types.iter().flatten().any(|name| name == instance);
        let mut is_optional = true;
        for part in schema.one_of.iter().filter(is_of) {
            is_optional = part.optional;
            check_value(value, part, path, None, errors);
        }
        return is_optional;
    }
    let mut collected = Errors::new();
    for (index, part) in schema.one_of.iter().enumerate() {
        let mut own = Errors::new();
        check_value(value, part, &format!("{path}.oneOf[{index}]"), None, &mut own);
        if own.is_empty() {
            return false;
        }
        collected.append(&mut own);
    }
    errors.append(&mut collected);
    false
}

fn check_type(value: &Value, schema: &Schema, path: &str, errors: &mut Errors) -> bool {
    let Some(kind) = schema.kind else { return true };
    let failed = format!("type check ('{}') failed", kind.name());
    let reason = match (kind, value) {
        (Kind::Any, _) | (Kind::Array, Value::Array(_)) | (Kind::Object, Value::Object(_)) => return true,
        (Kind::Null, _) => format!("{failed} - value is not null"),
        (Kind::Array | Kind::Object, _) => failed,
        (_, Value::Array(_)) => format!("{failed} - got ARRAY"),
        (_, Value::Object(_)) => format!("{failed} - got HASH"),
        (Kind::String, _) => return true,
        // Only 1, 0 and JSON's own: the server knows more spellings in property strings, but not here (seen on 9.2:
        // `type check ('boolean') failed - got 'true'`).
        (Kind::Boolean, Value::Bool(_)) => return true,
        (Kind::Boolean | Kind::Integer | Kind::Number, scalar) => {
            let text = text_of(scalar).unwrap_or_default();
            let fits = match kind {
                Kind::Boolean => text == "1" || text == "0",
                Kind::Integer => is_integer(&text),
                _ => is_number(&text),
            };
            if fits {
                return true;
            }
            format!("{failed} - got '{text}'")
        }
    };
    add(errors, path, reason);
    false
}

/// The first thing that is wrong with a scalar of the right type.
fn refusal_of_scalar(text: &str, schema: &Schema, path: &str) -> Option<String> {
    if let Some(reason) = schema.format.as_ref().and_then(|format| refusal_of_format(text, format, schema, path)) {
        return Some(format!("invalid format - {reason}"));
    }
    if schema.pattern.as_ref().is_some_and(|pattern| pattern.matches(text) == Some(false)) {
        return Some("value does not match the regex pattern".to_owned());
    }
    let length = text.chars().count();
    if let Some(most) = schema.max_length.filter(|most| length > *most) {
        return Some(format!("value may only be {most} characters long"));
    }
    if let Some(least) = schema.min_length.filter(|least| length < *least) {
        return Some(format!("value must be at least {least} characters long"));
    }
    if let Some(number) = Some(text).filter(|text| is_number(text)).and_then(|text| text.parse::<f64>().ok()) {
        if let Some(most) = schema.maximum.filter(|most| number > *most) {
            return Some(format!("value must have a maximum value of {most}"));
        }
        if let Some(least) = schema.minimum.filter(|least| number < *least) {
            return Some(format!("value must have a minimum value of {least}"));
        }
    }
    let choices = schema.choices.as_ref().filter(|choices| !choices.iter().any(|choice| choice == text))?;
    Some(format!("value '{text}' does not have a value in the enumeration '{}'", choices.join(", ")))
}

fn refusal_of_format(text: &str, format: &Format, schema: &Schema, path: &str) -> Option<String> {
    match format {
        Format::Keys(keys) => property_string::refusal(keys, text, path),
        Format::Named(name) => match &schema.typetext {
            Some(typetext) if !formats::is_known(name) => {
                property_string::refusal(&typetext::keys(typetext), text, path)
            }
            Some(_) | None => formats::refusal(name, text).map(|reason| format!("{reason}\n")),
        },
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Decimal notation, as the server's expression has it: digits, a point, an exponent.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let has_digit = mantissa.bytes().any(|byte| byte.is_ascii_digit());
    let is_decimal = mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && mantissa.bytes().filter(|byte| *byte == b'.').count() <= 1;
    has_digit && is_decimal && exponent.is_none_or(is_integer)
}
