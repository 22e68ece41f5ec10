//! Where a thing is declared, and where it is used.

use crate::base::{FileId, Span};
use crate::ide::Snapshot;
use crate::ide::cursor::{self, Cursor};
use crate::ide::target::{self, Target};
use crate::syntax::tree::{Index, NodeKind};

/// The declaration of what stands at an offset: the span of its name.
pub fn definition(snapshot: &mut Snapshot, file: FileId, offset: u32) -> Option<Span> {
    let cursor = cursor::at(snapshot, file, offset)?;
    let target = target::of(snapshot, &cursor)?;
    target::declaration(snapshot, target)
}

/// Every place in the project and its tests that names what stands at an offset, in order of files; its declaration is one
/// of them.
pub fn references(snapshot: &mut Snapshot, file: FileId, offset: u32) -> Vec<Span> {
    let Some(cursor) = cursor::at(snapshot, file, offset) else { return Vec::new() };
    match target::of(snapshot, &cursor) {
        Some(target) => places_of(snapshot, target),
        None => Vec::new(),
    }
}

/// Every place of the project that names a thing, the declaration included (the library's too, if it stands there).
pub(crate) fn places_of(snapshot: &mut Snapshot, target: Target) -> Vec<Span> {
    let declaration = target::declaration(snapshot, target);
    let mut places: Vec<Span> = declaration.into_iter().collect();
    let Some(word) = declaration.map(|span| crate::syntax::unquote(snapshot.text_of(span)).into_owned()) else {
        return places;
    };
    let units = snapshot.compiled().units.len() as u32;
    for unit in 0..units {
        let file = snapshot.compiled().units[unit as usize].file;
        let is_foreign = snapshot.is_library(file);
        if let Target::Local(own, _) = target
            && own != unit
        {
            continue;
        }
        if is_foreign || !snapshot.text(file).contains(word.as_str()) {
            continue;
        }
        places_in(snapshot, unit, file, target, &word, &mut places);
    }
    places.sort();
    places.dedup();
    places
}

/// The places of one file: only items whose text has the word are looked into.
fn places_in(snapshot: &mut Snapshot, unit: u32, file: FileId, target: Target, word: &str, places: &mut Vec<Span>) {
    let tree = snapshot.tree(unit);
    let items = snapshot.compiled().units[unit as usize].items.items.clone();
    for item in items {
        let span = tree.span(item.node);
        if !snapshot.text_of(span).contains(word) {
            continue;
        }
        let Some(around) = cursor::at(snapshot, file, span.start) else { continue };
        let around = Cursor { item: Some(item), notes: snapshot.notes(unit, &item), ..around };
        for node in item.node..tree.node(item.node).next {
            if !names_something(tree.kind(node)) || crate::syntax::unquote(tree.text(node, snapshot.text(file))) != word
            {
                continue;
            }
            let at_node = Cursor { path: path_of(&tree, item.node, node), ..around.clone() };
            if target::of_node(snapshot, &at_node, node) == Some(target) {
                places.push(tree.span(node));
            }
        }
    }
}

fn names_something(kind: NodeKind) -> bool {
    cursor::is_word(kind) || kind == NodeKind::Str
}

/// The nodes from the file to a node.
fn path_of(tree: &crate::syntax::tree::Tree, item: Index, node: Index) -> Vec<Index> {
    let mut path = vec![0, item];
    let mut at = item;
    while at != node {
        let Some(child) = tree.children(at).find(|child| *child <= node && node < tree.node(*child).next) else {
            break;
        };
        path.push(child);
        at = child;
    }
    path
}
