//! What a test changes: `change vm.x { … }`, `without host.x`, and heads of its own.

use crate::base::Sources;
use crate::diag::Diagnostic;
use crate::hir::read_head;
use crate::resolve::{ResId, Resource, Scope, Unit};
use crate::session::errors;
use crate::syntax::tree::{Index, NodeKind};
use crate::types::Program;

/// The changes of one test: the unit it stands in and the node of the test.
#[derive(Clone, Copy, Debug)]
pub struct Overlay {
    /// The unit, as a number of the parsed files.
    pub unit: u32,
    /// The `Test` node.
    pub node: Index,
}

impl Overlay {
    /// Applies the changes to the definitions of a program.
    pub fn declare(&self, p: &mut Program, units: &[Unit], sources: &Sources, out: &mut Vec<Diagnostic>) {
        let unit = &units[self.unit as usize];
        let Some(body) = unit.tree.child(self.node, NodeKind::Body) else { return };
        let text = &sources.file(unit.file).text;
        for entry in unit.tree.children(body) {
            if unit.tree.kind(entry) != NodeKind::Decl {
                continue;
            }
            let head = read_head(&unit.tree, entry);
            match unit.tree.text(head.word, text) {
                "change" => match self.target(p, units, sources, head.key) {
                    Some(id) if head.body != 0 => p.patches.entry(id).or_default().push((self.unit, head.body)),
                    Some(_) => {}
                    None => {
                        out.push(errors::nothing_to_change(unit.tree.span(head.key), unit.tree.text(head.key, text)))
                    }
                },
                "without" => match self.target(p, units, sources, head.key) {
                    Some(id) => {
                        p.defs.forget(id);
                        p.removed.insert(id);
                    }
                    None => {
                        out.push(errors::nothing_to_change(unit.tree.span(head.key), unit.tree.text(head.key, text)))
                    }
                },
                word => {
                    let word = p.heap.names.intern(word);
                    let key = crate::syntax::unquote(unit.tree.text(head.key, text)).into_owned();
                    let key = p.heap.names.intern(&key);
                    let resource = Resource { word, key, scope: unit.scope, unit: self.unit, node: entry, head };
                    if let Err(first) = p.defs.declare(resource) {
                        let first = *p.defs.get(first);
                        let other = units[first.unit as usize].tree.span(first.head.key);
                        out.push(errors::declared_already(
                            unit.tree.span(head.key),
                            other,
                            unit.tree.text(head.key, text),
                        ));
                    }
                }
            }
        }
    }

    /// The resource that a path names: `vm.frigate`.
    fn target(&self, p: &mut Program, units: &[Unit], sources: &Sources, key: Index) -> Option<ResId> {
        let unit = &units[self.unit as usize];
        let text = &sources.file(unit.file).text;
        let mut parts = unit.tree.children(key).map(|part| {
            let text = crate::syntax::unquote(unit.tree.text(part, text)).into_owned();
            p.heap.names.intern(&text)
        });
        let (word, name) = (parts.next()?, parts.next()?);
        p.defs.resource(Scope::ROOT, word, name)
    }
}
