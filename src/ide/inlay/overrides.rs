//! What a resource says otherwise than its profiles: `overrides 4GiB of node`.

use super::{Hint, written};
use crate::eval::show;
use crate::hir::read_head;
use crate::ide::Snapshot;
use crate::session::compile::Compiled;
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::syntax::unquote;
use crate::types::body::{Entry, EntryOp};
use crate::types::expr::NodeRef;
use crate::types::shape::Holds;
use crate::types::span_of;
use crate::types::ty::ShapeId;
use crate::types::value::Value;

/// A step from an object to a block of it: the field, and the key of a keyed one.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Step {
    field: u16,
    key: Option<String>,
}

impl Step {
    /// Whether an entry of a layer is about the block that the step leads to.
    fn leads_to(&self, compiled: &Compiled, entry: &Entry) -> bool {
        let is_key = match &self.key {
            None => entry.value == Value::Null,
            Some(key) => show::text(&compiled.program, &compiled.world, entry.value) == *key,
        };
        entry.field == self.field && is_key
    }
}

/// A value that a profile or model says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Below {
    /// Which one says it.
    pub layer: u32,
    /// Where.
    pub at: NodeRef,
}

/// The hints of a resource's body, whose head names these layers.
pub(super) fn hints(snapshot: &mut Snapshot, tree: &Tree, node: Index, layers: &[u32], hints: &mut Vec<Hint>) {
    let body = read_head(tree, node).body;
    let text = snapshot.text(tree.file).to_owned();
    let compiled = snapshot.compiled();
    let Some(shape) = layers.first().map(|layer| compiled.program.layers[*layer as usize].shape) else { return };
    if body != 0 {
        Walk { compiled, tree, text: &text, layers, hints }.body(body, shape, &mut Vec::new());
    }
}

struct Walk<'a> {
    compiled: &'a Compiled,
    tree: &'a Tree,
    text: &'a str,
    layers: &'a [u32],
    hints: &'a mut Vec<Hint>,
}

impl Walk<'_> {
    fn word(&self, node: Index) -> String {
        unquote(self.tree.text(node, self.text)).into_owned()
    }

    /// A field by its name, of whichever variant.
    fn field(&self, shape: ShapeId, word: &str) -> Option<u16> {
        let name = self.compiled.program.heap.names.find(word)?;
        self.compiled.program.shape(shape).any_field(name)
    }

    fn body(&mut self, body: Index, shape: ShapeId, path: &mut Vec<Step>) {
        let tree = self.tree;
        for entry in tree.children(body) {
            match tree.kind(entry) {
                NodeKind::Field if tree.child(entry, NodeKind::AppendOp).is_none() => {
                    let parts: Vec<Index> = tree.children(entry).collect();
                    if let [words @ .., value] = parts.as_slice() {
                        self.value(words, *value, shape, path);
                    }
                }
                NodeKind::BlockEntry => {
                    let parts: Vec<Index> = tree.children(entry).collect();
                    if let [words @ .., inner] = parts.as_slice() {
                        let depth = path.len();
                        if let Some(of) = self.enter(words, shape, path) {
                            self.body(*inner, of, path);
                        }
                        path.truncate(depth);
                    }
                }
                NodeKind::Decl => {
                    let head = read_head(tree, entry);
                    let depth = path.len();
                    if let Some(of) = self.enter(&[head.word, head.key], shape, path).filter(|_| head.body != 0) {
                        self.body(head.body, of, path);
                    }
                    path.truncate(depth);
                }
                _ => {}
            }
        }
    }

    /// The shape of the block that some words lead to.
    fn enter(&self, words: &[Index], shape: ShapeId, path: &mut Vec<Step>) -> Option<ShapeId> {
        let Some((first, rest)) = words.split_first() else { return Some(shape) };
        let field = self.field(shape, &self.word(*first))?;
        match (self.compiled.program.field(shape, field).holds, rest.split_first()) {
            (Holds::Block(inner, _), _) => {
                path.push(Step { field, key: None });
                self.enter(rest, inner, path)
            }
            (Holds::Blocks(inner, _), Some((key, rest))) => {
                path.push(Step { field, key: Some(self.word(*key)) });
                self.enter(rest, inner, path)
            }
            (Holds::Blocks(..) | Holds::Value | Holds::Derived, _) => None,
        }
    }

    fn value(&mut self, words: &[Index], value: Index, shape: ShapeId, path: &mut Vec<Step>) {
        let Some((last, before)) = words.split_last() else { return };
        let depth = path.len();
        let found = self.enter(before, shape, path).and_then(|of| {
            let field = self.field(of, &self.word(*last))?;
            matches!(self.compiled.program.field(of, field).holds, Holds::Value).then_some(())?;
            find(self.compiled, self.layers, path, field)
        });
        path.truncate(depth);
        let Some(below) = found else { return };
        let Some(text) = written(self.compiled, below.at) else { return };
        if text == self.tree.text(value, self.text) {
            return;
        }
        let program = &self.compiled.program;
        let name = program.name(program.layers[below.layer as usize].name);
        self.hints.push(Hint {
            at: self.tree.node(value).end,
            text: format!(" overrides {text} of {name}"),
            tooltip: format!("`{name}` says `{text}`; what the resource says wins"),
            place: Some(span_of(&self.compiled.units, below.at)),
        });
    }
}

/// The value that some layers, weakest first, say for a field at the end of a path.
pub(super) fn find(compiled: &Compiled, layers: &[u32], path: &[Step], field: u16) -> Option<Below> {
    layers.iter().rev().find_map(|layer| {
        let of = &compiled.program.layers[*layer as usize];
        let own = in_entries(compiled, *layer, 0..of.body.entries.len(), path, field);
        own.map(|at| Below { layer: *layer, at }).or_else(|| find(compiled, &of.with, path, field))
    })
}

/// The last place among some entries of a layer that says the field.
fn in_entries(
    compiled: &Compiled,
    layer: u32,
    range: std::ops::Range<usize>,
    path: &[Step],
    field: u16,
) -> Option<NodeRef> {
    let entries = &compiled.program.layers[layer as usize].body.entries;
    let (mut at, mut found) = (range.start, None);
    while at < range.end {
        let entry = entries[at];
        let next = (entry.next as usize).max(at + 1);
        match (entry.op, path.split_first()) {
            (EntryOp::Set, None) if entry.field == field => found = Some(entry.at),
            (EntryOp::Block(_) | EntryOp::Keyed, Some((step, rest))) if step.leads_to(compiled, &entry) => {
                // `x = { … }` replaces what was there before.
                let kept = if entry.op == EntryOp::Block(true) { None } else { found };
                found = in_entries(compiled, layer, at + 1..next, rest, field).or(kept);
            }
            (EntryOp::Remove, Some((step, _))) if step.leads_to(compiled, &entry) => found = None,
            // What a loop says depends on its run; the rest says no value.
            (
                EntryOp::Set
                | EntryOp::Append
                | EntryOp::Block(_)
                | EntryOp::Keyed
                | EntryOp::Remove
                | EntryOp::Tag
                | EntryOp::With
                | EntryOp::Loop
                | EntryOp::Allow,
                _,
            ) => {}
        }
        at = next;
    }
    found
}
