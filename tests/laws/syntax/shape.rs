//! A tree as a list: depth, kind and, for leaves, the place. Two trees are of one shape if their lists are equal.

use hlab::syntax::tree::{NodeKind, Tree};

/// One node: its depth, its kind by name, and the place of a leaf.
pub type Shape = Vec<(usize, String, Option<(u32, u32)>)>;

/// A node: its depth, its kind, and its place if it is a leaf.
pub type Line = (usize, NodeKind, Option<(u32, u32)>);

/// The nodes of a tree, in preorder.
pub fn leaves(tree: &Tree) -> Vec<Line> {
    let mut open: Vec<u32> = Vec::new();
    let mut shape = Vec::new();
    for (index, node) in tree.nodes.iter().enumerate() {
        while open.last().is_some_and(|next| *next as usize <= index) {
            open.pop();
        }
        let leaf = (node.next as usize == index + 1).then_some((node.start, node.end));
        shape.push((open.len(), node.kind, leaf));
        open.push(node.next);
    }
    shape
}

/// The shape of a tree.
pub fn of(tree: &Tree) -> Shape {
    leaves(tree).into_iter().map(|(depth, kind, leaf)| (depth, format!("{kind:?}"), leaf)).collect()
}

/// The first difference between two shapes.
pub fn difference(specified: &Shape, parsed: &Shape) -> Option<String> {
    let longest = specified.len().max(parsed.len());
    let at = (0..longest).find(|at| specified.get(*at) != parsed.get(*at))?;
    Some(format!("node {at}: the grammar has {:?}, the parser {:?}", specified.get(at), parsed.get(at)))
}
