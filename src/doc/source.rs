//! The text of declarations, and what is said about them elsewhere: shown by `hlab explain`, by editors and by the reference.

use rustc_hash::FxHashMap;

use crate::base::Sources;
use crate::hir::What;
use crate::resolve::Unit;
use crate::syntax::tree::{Index, NodeKind};

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

/// The incidents by the rule or type that they taught: the name of each and its source, in order.
#[must_use]
pub fn incidents(units: &[Unit], sources: &Sources) -> FxHashMap<String, Vec<(String, String)>> {
    let mut found: FxHashMap<String, Vec<(String, String)>> = FxHashMap::default();
    for unit in units {
        let text = &sources.file(unit.file).text;
        for item in unit.items.items.iter().filter(|item| item.what == What::Incident) {
            let Some(body) = unit.tree.child(item.node, NodeKind::Body) else { continue };
            let source = entries(unit, text, body, &["source"]).join(", ");
            let name = crate::syntax::unquote(unit.tree.text(item.name_node, text)).into_owned();
            for rule in entries(unit, text, body, &["rules", "types", "laws"]) {
                let of_rule = found.entry(rule).or_default();
                let told = (name.clone(), source.clone());
                if !of_rule.contains(&told) {
                    of_rule.push(told);
                }
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
