//! The text of declarations, and what is said about them elsewhere: shown by `hlab explain`, by editors and by the reference.

use rustc_hash::FxHashMap;

use crate::base::{Origin, Sources};
use crate::hir::What;
use crate::resolve::Unit;
use crate::syntax::tree::{Index, NodeKind, doc_before};

/// The line that declares what stands at a byte, without the body that opens in it.
#[must_use]
pub fn head_line(text: &str, at: usize) -> String {
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or_default().trim();
    line.strip_suffix('{').unwrap_or(line).trim_end().to_owned()
}

/// The text of a node on one line: `memory: Size = 512MiB where it >= 16MiB`.
#[must_use]
pub fn on_one_line(unit: &Unit, text: &str, node: Index) -> String {
    unit.tree.text(node, text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An `incident` as its source has it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Incident {
    /// What it is called: the date, and what happened.
    pub name: String,
    /// Its documentation.
    pub story: String,
    /// Where it is told at length.
    pub source: String,
    /// The policies and codes that stop it.
    pub rules: Vec<String>,
    /// The types, kinds, blocks and models that cannot say it, or refuse it.
    pub types: Vec<String>,
    /// The laws that no output breaks.
    pub laws: Vec<String>,
    /// What a lab must say for that.
    pub facts: Vec<String>,
    /// Labs of the library that prove it.
    pub labs: Vec<String>,
    /// Tests of the project that prove it.
    pub tests: Vec<String>,
    /// What does not exist yet, and what it is about.
    pub waits: Option<String>,
    /// What else it takes to stop all of it.
    pub rest: Option<String>,
    /// Where it stands: `std/incidents/2025.hlab:9`.
    pub place: String,
    /// Whether the library says it.
    pub is_of_library: bool,
}

/// The fields of an incident.
pub const INCIDENT: &[&str] = &["source", "rules", "types", "laws", "facts", "labs", "tests", "waits", "rest"];

/// Every incident, in order.
#[must_use]
pub fn all_incidents(units: &[Unit], sources: &Sources) -> Vec<Incident> {
    let mut found = Vec::new();
    for unit in units {
        let file = sources.file(unit.file);
        for item in unit.items.items.iter().filter(|item| item.what == What::Incident) {
            let Some(body) = unit.tree.child(item.node, NodeKind::Body) else { continue };
            let at = unit.tree.node(item.node).start as usize;
            let list = |field: &str| entries(unit, &file.text, body, &[field]);
            found.push(Incident {
                name: crate::syntax::unquote(unit.tree.text(item.name_node, &file.text)).into_owned(),
                story: doc_before(&file.text, at).lines().collect::<Vec<_>>().join(" "),
                source: list("source").join(", "),
                rules: list("rules"),
                types: list("types"),
                laws: list("laws"),
                facts: list("facts"),
                labs: list("labs"),
                tests: list("tests"),
                waits: list("waits").into_iter().next(),
                rest: list("rest").into_iter().next(),
                place: format!("{}:{}", file.path, file.position(at).line),
                is_of_library: file.origin == Origin::Library,
            });
        }
    }
    found
}

/// What an incident says stops it.
pub fn names(incident: &Incident) -> impl Iterator<Item = &str> {
    let all = incident.rules.iter().chain(&incident.types).chain(&incident.laws);
    all.map(|name| name.strip_prefix("policy/").unwrap_or(name))
}

/// The incidents by the rule or type that they taught: the name of each and its source, in order.
#[must_use]
pub fn incidents(units: &[Unit], sources: &Sources) -> FxHashMap<String, Vec<(String, String)>> {
    let mut found: FxHashMap<String, Vec<(String, String)>> = FxHashMap::default();
    for incident in all_incidents(units, sources) {
        for rule in names(&incident) {
            let of_rule = found.entry(rule.to_owned()).or_default();
            let told = (incident.name.clone(), incident.source.clone());
            if !of_rule.contains(&told) {
                of_rule.push(told);
            }
        }
    }
    found
}

/// The words and strings that some fields of a body list.
fn entries(unit: &Unit, text: &str, body: Index, fields: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in unit.tree.children(body).filter(|entry| unit.tree.kind(*entry) == NodeKind::Field) {
        let mut children = unit.tree.children(entry);
        let Some(name) = children.next() else { continue };
        if !fields.contains(&unit.tree.text(name, text)) {
            continue;
        }
        for value in children {
            let leaves =
                if unit.tree.kind(value) == NodeKind::List { unit.tree.children(value).collect() } else { vec![value] };
            found
                .extend(leaves.into_iter().map(|leaf| crate::syntax::unquote(unit.tree.text(leaf, text)).into_owned()));
        }
    }
    found
}
