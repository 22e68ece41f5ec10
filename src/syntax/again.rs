//! A text that was parsed before and changed in one place: only the item around that place is read again.
//!
//! An item in column 0 begins anew whatever stands before it, so the item that holds a change, read together with the
//! one behind it, means what it means in the whole file, as long as everything else is in order. Where that is not
//! plain, the answer is `None` and the file is parsed as a whole; a law holds both against each other.

use std::ops::Range;

use super::lex::Lexer;
use super::parse;
use super::tree::{Index, Node, NodeKind, Tree};
use crate::diag::{Checked, Diagnostic};

/// A text that was parsed, with what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tree.
    pub tree: &'a Tree,
    /// What was wrong with it.
    pub diagnostics: &'a [Diagnostic],
}

/// The tree of `text`, made from what was there before: the bytes `changed` of the text before became `inserted` bytes.
///
/// `None` if the change reaches beyond one item, or an error elsewhere might mean something else now.
///
/// Cost: parsing two items, and copying the nodes of the file.
#[must_use]
pub fn parse_again(before: &Before<'_>, text: &str, changed: &Range<usize>, inserted: usize) -> Option<Checked<Tree>> {
    let tree = before.tree;
    let items = &tree.items;
    let starts_before = |item: &Index| (tree.node(*item).start as usize) <= changed.start;
    let number = items.partition_point(starts_before).checked_sub(1)?;
    let item = items[number];
    let next = items.get(number + 1).copied();
    let start = tree.node(item).start as usize;
    let shift = inserted as i64 - changed.len() as i64;
    let moved = |at: u32| (i64::from(at) + shift) as u32;
    // The change may not touch the item behind, nor the first byte of this one.
    let old_end = next.map_or(tree.node(0).end, |next| tree.node(next).start);
    let is_inside =
        changed.start > start && (next.is_none() && changed.end <= old_end as usize || changed.end < old_end as usize);
    let is_quiet =
        |diagnostic: &Diagnostic| spans(diagnostic).all(|span| span.start as usize >= start && span.end <= old_end);
    // Closers further down may belong to a bracket that was not closed, and be quiet only for that.
    let is_closed = (item..tree.node(item).next).all(|node| is_closed(before, node));
    // What begins an item in column 0 does so whatever is open before it.
    let lexer = Lexer::new(text);
    let begins = |at: usize| text.as_bytes()[..at].last().is_none_or(|byte| *byte == b'\n') && lexer.item_head(at);
    if !is_inside || !is_closed || !before.diagnostics.iter().all(is_quiet) || !begins(start) {
        return None;
    }
    let new_end = moved(old_end) as usize;
    let read_to = items.get(number + 2).map_or(text.len(), |second| moved(tree.node(*second).start) as usize);
    let part = text.get(start..read_to)?;
    // A text between three quotes may reach anywhere.
    if part[..new_end - start].contains("\"\"\"") || next.is_some() && !begins(new_end) {
        return None;
    }
    let read = parse(tree.file, part);
    let end = match next {
        Some(_) => read.value.children(0).find(|entry| read.value.node(*entry).start as usize == new_end - start)?,
        None => read.value.nodes.len() as Index,
    };
    let is_head = read
        .value
        .children(0)
        .next()
        .is_some_and(|first| read.value.node(first).start == 0 && read.value.kind(first) != NodeKind::ErrorEntry);
    if !is_head {
        return None;
    }
    let mut diagnostics = read.diagnostics;
    for diagnostic in &mut diagnostics {
        if spans(diagnostic).any(|span| span.end as usize > new_end - start) {
            return None;
        }
        move_by(diagnostic, start as u32);
    }
    let first = &tree.nodes[1..item as usize];
    let after = &tree.nodes[next.map_or(tree.nodes.len(), |next| next as usize)..];
    let own = &read.value.nodes[1..end as usize];
    let mut nodes = Vec::with_capacity(1 + first.len() + own.len() + after.len());
    nodes.push(tree.nodes[0]);
    nodes.extend_from_slice(first);
    let place = |node: &Node| Node {
        twin: 0,
        start: node.start + start as u32,
        end: node.end + start as u32,
        next: node.next - 1 + item,
        ..*node
    };
    nodes.extend(own.iter().map(place));
    let grown = nodes.len() as i64 - (tree.nodes.len() - after.len()) as i64;
    let later = |node: &Node| Node {
        start: moved(node.start),
        end: moved(node.end),
        next: (i64::from(node.next) + grown) as u32,
        ..*node
    };
    nodes.extend(after.iter().map(later));
    nodes[0].end = text.len() as u32;
    nodes[0].next = nodes.len() as u32;
    // Those of this file before the change, those that were read, and those behind, each where it is now.
    let later = items[number..].iter().skip(1).map(|item| (i64::from(*item) + grown) as Index);
    let own = read.value.items.iter().take_while(|entry| **entry < end).map(|entry| entry - 1 + item);
    let items = items[..number].iter().copied().chain(own).chain(later).collect();
    Some(Checked::new(Tree { file: tree.file, nodes, items }, diagnostics))
}

/// Whether a node is no body, or one that ends with its own `}`.
fn is_closed(before: &Before<'_>, node: Index) -> bool {
    let tree = before.tree;
    let end = tree.node(node).end;
    let last = tree.children(node).last().map_or(tree.node(node).start, |last| tree.node(last).end);
    tree.kind(node) != NodeKind::Body || last < end && before.text.as_bytes()[end as usize - 1] == b'}'
}

/// Every place that a diagnostic names.
fn spans(diagnostic: &Diagnostic) -> impl Iterator<Item = crate::base::Span> + '_ {
    let labels = diagnostic.primary.iter().chain(&diagnostic.labels).map(|label| label.span);
    let edits = diagnostic.fixes.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
    labels.chain(edits).chain(diagnostic.frames.iter().filter_map(|frame| frame.span))
}

fn move_by(diagnostic: &mut Diagnostic, by: u32) {
    let labels = diagnostic.primary.iter_mut().chain(&mut diagnostic.labels).map(|label| &mut label.span);
    let edits = diagnostic.fixes.iter_mut().flat_map(|fix| fix.edits.iter_mut().map(|edit| &mut edit.span));
    let frames = diagnostic.frames.iter_mut().filter_map(|frame| frame.span.as_mut());
    for span in labels.chain(edits).chain(frames) {
        span.start += by;
        span.end += by;
    }
}
