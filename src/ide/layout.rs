//! The layout of a file as edits: small ones, so that a cursor and what was folded stay where they are.
//!
//! A whole file is laid out by [`syntax::format`], and the lines that differ become edits. Of a part of a file the entries
//! that the range touches are taken from the file's layout, and nothing else is: layout neither adds nor removes nodes, so
//! an entry has one number before and after.

use std::ops::Range;

use crate::base::{FileId, Span, TextEdit};
use crate::ide::Snapshot;
use crate::session::edits::hunks;
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::syntax::{self, parse};

/// The edits that lay a file out; none if it is laid out already, or has syntax errors.
#[must_use]
pub fn format(snapshot: &Snapshot, file: FileId) -> Vec<TextEdit> {
    let old = snapshot.text(file);
    syntax::format(old).map_or_else(Vec::new, |new| difference(file, old, &(0..old.len()), &new))
}

/// The edits that lay out the entries which a range of bytes touches; the rest of the file stays as it is, byte for byte.
#[must_use]
pub fn format_range(snapshot: &Snapshot, file: FileId, range: &Range<u32>) -> Vec<TextEdit> {
    let old = snapshot.text(file);
    let Some(new) = syntax::format(old) else { return Vec::new() };
    if range.start == 0 && range.end as usize >= old.len() {
        return difference(file, old, &(0..old.len()), &new);
    }
    let (before, after) = (parse(file, old).value, parse(file, &new).value);
    let kinds = |tree: &Tree| tree.nodes.iter().map(|node| node.kind).collect::<Vec<_>>();
    if kinds(&before) != kinds(&after) {
        return Vec::new();
    }
    let (old, new) = (Side { text: old, tree: &before }, Side { text: &new, tree: &after });
    let Some(run) = touched(old, new, 0, range) else { return Vec::new() };
    let (here, there) = (lines_of(old, &run), lines_of(new, &run));
    difference(file, old.text, &here, &new.text[there])
}

/// A text with its tree.
#[derive(Clone, Copy)]
struct Side<'t> {
    text: &'t str,
    tree: &'t Tree,
}

/// Neighbouring entries of one body.
struct Run {
    /// The body, or the file.
    of: Index,
    /// The entry before, if there is one.
    before: Option<Index>,
    first: Index,
    last: Index,
    /// The entry behind, if there is one.
    behind: Option<Index>,
}

/// The smallest run of entries that a range touches and that have their lines for themselves, before and after.
fn touched(old: Side<'_>, new: Side<'_>, of: Index, range: &Range<u32>) -> Option<Run> {
    let entries: Vec<Index> = old.tree.children(of).collect();
    let touches = |entry: &Index| {
        let node = old.tree.node(*entry);
        node.start <= range.end && range.start <= node.end
    };
    let first = entries.iter().position(touches)?;
    let last = entries.iter().rposition(touches)?;
    if let (true, Some(body)) = (first == last, body_of(old.tree, entries[first])) {
        let node = old.tree.node(body);
        let is_inside = node.start < range.start && range.end < node.end;
        if is_inside && is_tall(old, body) && is_tall(new, body) {
            return touched(old, new, body, range);
        }
    }
    Some(Run {
        of,
        before: first.checked_sub(1).map(|before| entries[before]),
        first: entries[first],
        last: entries[last],
        behind: entries.get(last + 1).copied(),
    })
}

/// The body of an entry; of a field the one that it is given.
fn body_of(tree: &Tree, entry: Index) -> Option<Index> {
    tree.child(entry, NodeKind::Body)
}

/// Whether every entry of a body begins its own line, and the closer too.
fn is_tall(side: Side<'_>, body: Index) -> bool {
    let node = side.tree.node(body);
    let begins_line = |at: u32| side.text[line_start(side.text, at as usize)..at as usize].trim().is_empty();
    side.tree.children(body).all(|entry| begins_line(side.tree.node(entry).start))
        && begins_line(node.end.saturating_sub(1))
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// The lines of a run, with the comments above it.
fn lines_of(side: Side<'_>, run: &Run) -> Range<usize> {
    let end_of = |entry: Index| line_end(side.text, side.tree.node(entry).end as usize);
    let start = match run.before {
        Some(before) => end_of(before),
        None if run.of == 0 => 0,
        None => line_end(side.text, side.tree.node(run.of).start as usize),
    };
    let end = if run.of == 0 && run.behind.is_none() { side.text.len() } else { end_of(run.last) };
    // Two items on one line are laid out together or not at all.
    let start = start.min(line_start(side.text, side.tree.node(run.first).start as usize));
    start..end.max(start)
}

/// The edits that turn a part of a text into another, run by run of the lines that differ.
fn difference(file: FileId, text: &str, part: &Range<usize>, new: &str) -> Vec<TextEdit> {
    let (old, new) = (lines(&text[part.clone()]), lines(new));
    let mut starts = vec![part.start];
    starts.extend(old.iter().scan(part.start, |at, line| {
        *at += line.len();
        Some(*at)
    }));
    let mut edits = Vec::new();
    for (from, to) in hunks(&old, &new) {
        let (start, end) = (starts[from.start], starts[from.end]);
        let (old, new) = (&text[start..end], new[to].concat());
        match woven(file, start, old, &new) {
            Some(small) => edits.extend(small),
            None => edits.extend(trimmed(file, start, old, &new)),
        }
    }
    edits
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The edits between the words of a text: layout changes only the spaces, line breaks and commas there. None if these
/// texts differ otherwise.
fn woven(file: FileId, at: usize, old: &str, new: &str) -> Option<Vec<TextEdit>> {
    let is_gap = |c: char| c.is_whitespace() || c == ',';
    let split = |text: &str, at: usize| {
        let gap = at + text[at..].find(|c| !is_gap(c)).unwrap_or(text.len() - at);
        let word = gap + text[gap..].find(is_gap).unwrap_or(text.len() - gap);
        (gap, word)
    };
    let (mut one, mut other, mut edits) = (0, 0, Vec::new());
    while one < old.len() || other < new.len() {
        let ((old_gap, old_word), (new_gap, new_word)) = (split(old, one), split(new, other));
        if old[old_gap..old_word] != new[new_gap..new_word] {
            return None;
        }
        edits.extend(trimmed(file, at + one, &old[one..old_gap], &new[other..new_gap]));
        (one, other) = (old_word, new_word);
    }
    Some(edits)
}

/// The edit that turns one text into another, without what both begin and end with.
fn trimmed(file: FileId, at: usize, old: &str, new: &str) -> Option<TextEdit> {
    if old == new {
        return None;
    }
    let same = |(one, other): &(char, char)| one == other;
    let head: usize = old.chars().zip(new.chars()).take_while(same).map(|(one, _)| one.len_utf8()).sum();
    let (old, new) = (&old[head..], &new[head..]);
    let tail: usize = old.chars().rev().zip(new.chars().rev()).take_while(same).map(|(one, _)| one.len_utf8()).sum();
    let start = at + head;
    let end = start + old.len() - tail;
    Some(TextEdit { span: Span::new(file, start, end), text: new[..new.len() - tail].to_owned() })
}
