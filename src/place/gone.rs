//! `removed vm.x { on-delete = destroy }`: what was taken out of the source on purpose, and what becomes of it.
//!
//! The lock keeps the id of what is gone: it is given to nobody else until `hlab lock --forget`.

use rustc_hash::FxHashMap;

use crate::base::{Sources, Span};
use crate::diag::Diagnostic;
use crate::eval::{Machine, show};
use crate::hir::{What, read_head};
use crate::place::errors;
use crate::resolve::Unit;
use crate::syntax::tree::{Index, NodeKind};
use crate::types::value::{ObjId, Value};
use crate::types::{Program, span_of};

/// A resource that is gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gone {
    /// Its kind: `vm`.
    pub kind: String,
    /// Its name in the source.
    pub name: String,
    /// Whether it is to be destroyed; otherwise it stays as it is.
    pub destroy: bool,
    /// Where the source says so.
    pub at: Span,
}

impl Gone {
    /// Its address, as the lock spells it.
    #[must_use]
    pub fn address(&self) -> String {
        address(&self.kind, &self.name)
    }
}

/// `vm.k3s`, `vm."haos16.0"`
pub(super) fn address(kind: &str, name: &str) -> String {
    match crate::syntax::is_identifier(name) {
        true => format!("{kind}.{name}"),
        false => format!("{kind}.\"{}\"", name.escape_debug()),
    }
}

/// What resources were called before: for each that says `was`, the addresses. A name that another resource has, or that two
/// resources had, is an error.
pub fn renamed(machine: &mut Machine<'_>, out: &mut Vec<Diagnostic>) -> FxHashMap<ObjId, Vec<String>> {
    let word = machine.p.heap.names.intern("was");
    let mut found: FxHashMap<ObjId, Vec<String>> = FxHashMap::default();
    let mut taken: FxHashMap<String, ObjId> = FxHashMap::default();
    for number in 0..machine.w.resources {
        let object = ObjId(number);
        let of = *machine.w.object(object);
        if of.shape.0 == u16::MAX || of.is_poison {
            continue;
        }
        let Some(field) = machine.p.shape(of.shape).any_field(word) else { continue };
        let Some(slot) = machine.w.slot(object, field).copied() else { continue };
        let said = machine.read(object, field);
        let at = span_of(machine.units, slot.at);
        let kind_word = machine.p.shape(of.shape).word;
        let kind = machine.p.name(kind_word).to_owned();
        let scope = machine.p.defs.get(machine.w.resource(object)).scope;
        for value in machine.elements(said) {
            let Value::Str(name) = value else { continue };
            let old = address(&kind, machine.p.name(name));
            let own = show::address(machine, object);
            if let Some(other) = machine.p.defs.resource(scope, kind_word, name) {
                let other = *machine.p.defs.get(other);
                let declared = machine.units[other.unit as usize].tree.span(other.head.key);
                out.push(errors::old_name_in_use(at, &own, &old, declared));
            } else if let Some(first) = taken.insert(old.clone(), object).filter(|first| *first != object) {
                let first_at = span_of(machine.units, machine.w.object(first).at);
                out.push(errors::old_name_twice(at, &old, &show::address(machine, first), first_at));
            } else {
                found.entry(object).or_default().push(old);
            }
        }
    }
    found
}

/// Every `removed` of the project, in order; one that names no kind, or what is still there, is an error.
pub fn gone(p: &mut Program, units: &[Unit], sources: &Sources, out: &mut Vec<Diagnostic>) -> Vec<Gone> {
    let mut found: Vec<Gone> = Vec::new();
    let mut first_at: FxHashMap<String, Span> = FxHashMap::default();
    for unit in units {
        let text = &sources.file(unit.file).text;
        for item in unit.items.items.iter().filter(|item| item.what == What::Removed) {
            let Some(one) = read(p, units, unit, text, item.node, out) else { continue };
            match first_at.get(&one.address()) {
                Some(first) => out.push(errors::removed_twice(one.at, &one.address(), *first)),
                None => {
                    first_at.insert(one.address(), one.at);
                    found.push(one);
                }
            }
        }
    }
    found
}

fn read(
    p: &mut Program,
    units: &[Unit],
    unit: &Unit,
    text: &str,
    node: Index,
    out: &mut Vec<Diagnostic>,
) -> Option<Gone> {
    let tree = &unit.tree;
    let head = read_head(tree, node);
    let at = tree.span(head.key);
    let words: Vec<Index> = match tree.kind(head.key) {
        NodeKind::Path => tree.children(head.key).collect(),
        _ => Vec::new(),
    };
    let [kind, name] = words.as_slice() else {
        out.push(errors::removed_what(at, tree.text(head.key, text)));
        return None;
    };
    for clause in [head.model, head.on, head.within, head.with].into_iter().filter(|clause| *clause != 0) {
        out.push(errors::removed_says(tree.span(clause), "`removed` has no clauses: it names what is gone"));
    }
    let destroy = head.body != 0 && is_destroyed(unit, text, head.body, out);
    let name = crate::syntax::unquote(tree.text(*name, text)).into_owned();
    let kind_text = tree.text(*kind, text).to_owned();
    let word = p.heap.names.intern(&kind_text);
    if p.kind(unit.scope, word).is_none() {
        out.push(errors::removed_kind(tree.span(*kind), &kind_text));
        return None;
    }
    let key = p.heap.names.intern(&name);
    if let Some(resource) = p.defs.resource(unit.scope, word, key) {
        let declared = *p.defs.get(resource);
        let span = units[declared.unit as usize].tree.span(declared.head.key);
        out.push(errors::still_declared(at, &address(&kind_text, &name), span));
        return None;
    }
    Some(Gone { kind: kind_text, name, destroy, at })
}

/// What the body says: nothing but `on-delete`.
fn is_destroyed(unit: &Unit, text: &str, body: Index, out: &mut Vec<Diagnostic>) -> bool {
    let tree = &unit.tree;
    let mut said: Option<(bool, Span)> = None;
    for entry in tree.children(body) {
        let children: Vec<Index> = tree.children(entry).collect();
        match (tree.kind(entry), children.as_slice()) {
            (NodeKind::ErrorEntry, _) => {}
            (NodeKind::Field, [name, value]) if tree.text(*name, text) == "on-delete" => {
                let destroy = match (tree.kind(*value), tree.text(*value, text)) {
                    (NodeKind::NameRef, "destroy") => true,
                    (NodeKind::NameRef, "keep") => false,
                    (NodeKind::Missing | NodeKind::Error, _) => continue,
                    (_, found) => {
                        out.push(errors::on_delete(tree.span(*value), found));
                        continue;
                    }
                };
                if let Some((_, first)) = said {
                    out.push(errors::said_twice(tree.span(*name), first));
                }
                said = Some((destroy, tree.span(*name)));
            }
            _ => out.push(errors::removed_says(tree.span(entry), "`removed` says nothing but `on-delete`")),
        }
    }
    said.is_some_and(|(destroy, _)| destroy)
}
