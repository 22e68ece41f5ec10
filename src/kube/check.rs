//! An object against the schema of its CRD: what an API server with strict validation would refuse.
//!
//! Checked: fields that the schema does not have, types, `required`, `enum`, `pattern`, bounds and lengths, formats,
//! sets and lists by key, `allOf`, `anyOf`, `oneOf` and `not`, `nullable`, numbers that may be text, embedded objects.
//! A default counts as said. Not checked: rules in CEL (`x-kubernetes-validations`).
//!
//! Cost: each value meets each part of its schema once, at most [`MOST`] times in all; texts meet patterns in linear time.
//!
//! Source: <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/>.

use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Data};

use super::format;
use super::pattern::Pattern;
use super::problem::{Problem, Step, Violation};

/// How often a value may meet a part of a schema: a hundred times more than a large object needs.
const MOST: usize = 5_000_000;
/// How many violations of one object are told.
const TOLD: usize = 50;

/// What was found.
#[derive(Clone, Default, Debug)]
pub struct Report {
    /// What is refused, in the order of the schema.
    pub violations: Vec<Violation>,
    /// Patterns that could not be compiled, so that nothing was compared with them.
    pub unread_patterns: Vec<String>,
    /// Whether the object and its schema are so large that not everything was compared.
    pub is_cut: bool,
}

/// Checks an object, whose `apiVersion`, `kind` and `metadata` are taken for checked.
#[must_use]
pub fn check(object: &Data, schema: &Data) -> Report {
    let mut checker = Checker { report: Report::default(), patterns: FxHashMap::default(), path: Vec::new(), steps: 0 };
    checker.value(object, schema, How::Root);
    checker.report
}

/// Which part a schema plays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// It is of the whole object.
    Root,
    /// It says which fields there are.
    Structure,
    /// It stands in `allOf` and the like, and only restricts.
    Restriction,
}

struct Checker<'s> {
    report: Report,
    patterns: FxHashMap<&'s str, Option<Pattern>>,
    path: Vec<Step>,
    steps: usize,
}

impl<'s> Checker<'s> {
    fn fail(&mut self, schema: &Data, problem: Problem) {
        self.tell(problem, schema["description"].as_str());
    }

    fn tell(&mut self, problem: Problem, about: Option<&str>) {
        if self.report.violations.len() < TOLD {
            let about = about.map(str::to_owned);
            self.report.violations.push(Violation { path: self.path.clone(), problem, about });
        }
    }

    fn value(&mut self, value: &Data, schema: &'s Data, how: How) {
        self.steps += 1;
        if self.steps > MOST {
            self.report.is_cut = true;
            return;
        }
        if !self.has_type(value, schema) {
            return;
        }
        if let Some(Data::Array(allowed)) = schema.get("enum")
            && !allowed.iter().any(|one| same(one, value))
        {
            self.fail(schema, Problem::NotAllowed { found: value.clone(), allowed: allowed.clone() });
        }
        match value {
            Data::String(text) => self.text(text, schema),
            Data::Number(number) => self.number(number.as_f64().unwrap_or_default(), schema),
            Data::Array(items) => self.items(items, schema, how),
            Data::Object(fields) => self.fields(fields, schema, how),
            Data::Null | Data::Bool(_) => {}
        }
        self.combined(value, schema);
    }

    /// Whether a value is of the type that the schema wants; reports it if not.
    fn has_type(&mut self, value: &Data, schema: &'s Data) -> bool {
        let either = is(schema, "x-kubernetes-int-or-string") || schema["format"] == "int-or-string";
        let wanted = schema["type"].as_str();
        if value.is_null() && (is(schema, "nullable") || (wanted.is_none() && !either)) {
            return false;
        }
        let fits = match (either, wanted) {
            (true, _) => value.is_string() || is_whole(value),
            (false, None) => true,
            (false, Some("string")) => value.is_string(),
            (false, Some("boolean")) => value.is_boolean(),
            (false, Some("integer")) => is_whole(value),
            (false, Some("number")) => value.is_number(),
            (false, Some("array")) => value.is_array(),
            (false, Some("object")) => value.is_object(),
            // No type of OpenAPI: nothing fits, and it is not the object's fault.
            (false, Some(_)) => true,
        };
        if !fits {
            let wanted = if either { "int-or-string" } else { wanted.unwrap_or_default() };
            self.fail(schema, Problem::Type { wanted: wanted.to_owned(), found: value.clone() });
        }
        fits
    }

    fn text(&mut self, text: &str, schema: &'s Data) {
        let length = text.chars().count() as u64;
        if let Some(most) = schema["maxLength"].as_u64().filter(|most| length > *most) {
            self.fail(schema, Problem::Longer { most, found: length });
        }
        if let Some(least) = schema["minLength"].as_u64().filter(|least| length < *least) {
            self.fail(schema, Problem::Shorter { least, found: length });
        }
        if let Some(pattern) = schema["pattern"].as_str() {
            let compiled = self.patterns.entry(pattern).or_insert_with(|| Pattern::new(pattern));
            match compiled.as_ref().map(|compiled| compiled.fits(text)) {
                Some(true) => {}
                Some(false) => {
                    self.fail(schema, Problem::Pattern { found: text.to_owned(), pattern: pattern.to_owned() });
                }
                None if self.report.unread_patterns.iter().any(|known| known == pattern) => {}
                None => self.report.unread_patterns.push(pattern.to_owned()),
            }
        }
        if let Some(name) = schema["format"].as_str().filter(|name| !format::is_valid(name, text)) {
            self.fail(schema, Problem::Format { found: text.to_owned(), format: name.to_owned() });
        }
    }

    fn number(&mut self, number: f64, schema: &'s Data) {
        let bits = match schema["format"].as_str() {
            Some("int32") => Some((f64::from(i32::MIN), f64::from(i32::MAX))),
            _ => None,
        };
        let least = schema["minimum"].as_f64().or(bits.map(|(least, _)| least));
        let most = schema["maximum"].as_f64().or(bits.map(|(_, most)| most));
        let below = |least: &f64| number < *least || (is(schema, "exclusiveMinimum") && number == *least);
        if let Some(bound) = least.filter(below) {
            self.fail(schema, Problem::Less { least: bound, is_open: is(schema, "exclusiveMinimum"), found: number });
        }
        let above = |most: &f64| number > *most || (is(schema, "exclusiveMaximum") && number == *most);
        if let Some(bound) = most.filter(above) {
            self.fail(schema, Problem::More { most: bound, is_open: is(schema, "exclusiveMaximum"), found: number });
        }
        let is_multiple = |of: &f64| *of == 0.0 || ((number / of) - (number / of).round()).abs() < 1e-9;
        if let Some(of) = schema["multipleOf"].as_f64().filter(|of| !is_multiple(of)) {
            self.fail(schema, Problem::NotAMultiple { of, found: number });
        }
    }

    fn count(&mut self, found: usize, schema: &'s Data, [least, most]: [&str; 2], what: &'static str) {
        let found = found as u64;
        if let Some(least) = schema[least].as_u64().filter(|least| found < *least) {
            self.fail(schema, Problem::TooFew { least, found, what });
        }
        if let Some(most) = schema[most].as_u64().filter(|most| found > *most) {
            self.fail(schema, Problem::TooMany { most, found, what });
        }
    }

    fn items(&mut self, items: &[Data], schema: &'s Data, how: How) {
        self.count(items.len(), schema, ["minItems", "maxItems"], "elements");
        if let Some(of) = schema.get("items").filter(|of| of.is_object()) {
            for (number, item) in items.iter().enumerate() {
                self.path.push(Step::Item(number));
                self.value(item, of, inner(how));
                self.path.pop();
            }
        }
        let by_key = schema["x-kubernetes-list-type"] == "map" && how != How::Restriction;
        let is_set =
            (schema["x-kubernetes-list-type"] == "set" && how != How::Restriction) || is(schema, "uniqueItems");
        if !by_key && !is_set {
            return;
        }
        let keys: Vec<&str> =
            schema["x-kubernetes-list-map-keys"].as_array().into_iter().flatten().filter_map(Data::as_str).collect();
        let mut seen: FxHashMap<String, usize> = FxHashMap::default();
        for (number, item) in items.iter().enumerate() {
            let of_key =
                |key: &&str| item.get(*key).unwrap_or(&schema["items"]["properties"][*key]["default"]).to_string();
            let identity =
                if by_key { keys.iter().map(of_key).collect::<Vec<_>>().join(", ") } else { item.to_string() };
            if let Some(first) = seen.get(&identity).copied() {
                self.path.push(Step::Item(number));
                let keys = if by_key { keys.iter().map(|key| (*key).to_owned()).collect() } else { Vec::new() };
                self.fail(schema, Problem::Repeated { keys, value: identity, first });
                self.path.pop();
            } else {
                seen.insert(identity, number);
            }
        }
    }

    fn fields(&mut self, fields: &Map<String, Data>, schema: &'s Data, how: How) {
        self.count(fields.len(), schema, ["minProperties", "maxProperties"], "fields");
        let declared = schema["properties"].as_object();
        let of = |name: &str| declared.and_then(|declared| declared.get(name));
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Data::as_str) {
            let has_default = of(name).is_some_and(|field| field.get("default").is_some());
            if !fields.contains_key(name) && !has_default {
                let about = of(name).and_then(|field| field["description"].as_str()).map(str::to_owned);
                self.fail(schema, Problem::Missing { name: name.to_owned(), about });
            }
        }
        let is_embedded = is(schema, "x-kubernetes-embedded-resource");
        for name in ["apiVersion", "kind"].iter().filter(|name| is_embedded && !fields.contains_key(**name)) {
            self.fail(schema, Problem::Missing { name: (*name).to_owned(), about: None });
        }
        let is_open = how == How::Restriction || is(schema, "x-kubernetes-preserve-unknown-fields");
        for (name, value) in fields {
            self.path.push(Step::Key(name.clone()));
            let is_head = matches!(name.as_str(), "apiVersion" | "kind" | "metadata");
            match (of(name), schema.get("additionalProperties")) {
                (Some(field), _) if how == How::Root && is_head => self.value(value, field, How::Restriction),
                (None, _) if is_head && (how == How::Root || is_embedded) => {}
                (Some(field), _) if is_embedded && name == "metadata" => self.value(value, field, How::Restriction),
                (Some(field), _) => self.value(value, field, inner(how)),
                (None, Some(field)) if field.is_object() => self.value(value, field, inner(how)),
                (None, Some(Data::Bool(true))) => {}
                (None, _) if is_open => {}
                (None, _) => {
                    let known = declared.map_or(Vec::new(), |declared| declared.keys().cloned().collect());
                    self.tell(Problem::Unknown { name: name.clone(), known }, None);
                }
            }
            self.path.pop();
        }
    }

    /// `allOf`, `anyOf`, `oneOf`, `not`.
    fn combined(&mut self, value: &Data, schema: &'s Data) {
        for part in parts(schema, "allOf") {
            self.value(value, part, How::Restriction);
        }
        // `anyOf` of a number or a text is how the latter was said before there was a word for it.
        let either = is(schema, "x-kubernetes-int-or-string");
        for (word, most) in [("anyOf", usize::MAX), ("oneOf", 1)] {
            let branches = parts(schema, word);
            if branches.is_empty() || either {
                continue;
            }
            let tried: Vec<Vec<Violation>> = branches.iter().map(|branch| self.tried(value, branch)).collect();
            let fitting = tried.iter().filter(|violations| violations.is_empty()).count();
            if fitting == 0 || fitting > most {
                let wanted: Vec<Vec<String>> = branches.iter().map(required).collect();
                let first = tried.into_iter().flatten().next().map(Box::new);
                self.fail(schema, Problem::Alternatives { fitting, most_one: most == 1, wanted, first });
            }
        }
        if let Some(not) = schema.get("not").filter(|not| not.is_object())
            && self.tried(value, not).is_empty()
        {
            self.fail(schema, Problem::Forbidden { wanted: required(not) });
        }
    }

    /// What a value would be refused for.
    fn tried(&mut self, value: &Data, schema: &'s Data) -> Vec<Violation> {
        let before = std::mem::take(&mut self.report.violations);
        self.value(value, schema, How::Restriction);
        std::mem::replace(&mut self.report.violations, before)
    }
}

/// What the schema of a part is, below a schema that plays a part.
fn inner(how: How) -> How {
    match how {
        How::Root | How::Structure => How::Structure,
        How::Restriction => How::Restriction,
    }
}

fn is(schema: &Data, word: &str) -> bool {
    schema[word] == Data::Bool(true)
}

/// The fields that an alternative wants, if that is all it says.
fn required(schema: &Data) -> Vec<String> {
    let fields = schema["required"].as_array().into_iter().flatten();
    fields.filter_map(Data::as_str).map(str::to_owned).collect()
}

fn parts<'s>(schema: &'s Data, word: &str) -> &'s [Data] {
    schema[word].as_array().map_or(&[], Vec::as_slice)
}

/// Whether a value is a whole number; `1.0` is one.
fn is_whole(value: &Data) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

/// Whether two values are equal, numbers by what they come to.
fn same(one: &Data, other: &Data) -> bool {
    match (one, other) {
        (Data::Number(a), Data::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => one == other,
    }
}
