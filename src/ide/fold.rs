//! What can be folded: bodies, lists, long strings, runs of comments and of `use`.

use crate::base::{FileId, Span};
use crate::ide::Snapshot;
use crate::syntax::tree::{Index, NodeKind, Tree};

/// What is folded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Sort {
    /// A run of comments or documentation.
    Comment,
    /// A run of `use`.
    Imports,
    /// A body, a list or a string.
    Region,
}

/// A part of a file that can be folded: from within its first line to the end of its last; the line of a closer stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fold {
    /// What is hidden; it is more than one line, or one line and what follows on the first.
    pub span: Span,
    /// What it is.
    pub sort: Sort,
}

/// So many strings before a line are asked whether they hold it: one of several lines rarely has another inside.
const DEEPEST: usize = 4;

/// Everything of a file that can be folded, in order; at most one fold begins on a line.
#[must_use]
pub fn folds(snapshot: &mut Snapshot, file: FileId) -> Vec<Fold> {
    let Some(unit) = snapshot.unit(file) else { return Vec::new() };
    let tree = snapshot.tree(unit);
    let text = snapshot.text(file);
    let mut found = Vec::new();
    brackets(&tree, text, &mut found);
    uses(&tree, text, &mut found);
    comments(&tree, text, &mut found);
    found.sort_by_key(|fold| (fold.span.start, std::cmp::Reverse(fold.span.end)));
    let mut last_line = None;
    found.retain(|fold| {
        let line = line_start(text, fold.span.start as usize);
        last_line.replace(line) != Some(line)
    });
    found
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// What brackets and quotes of several lines enclose.
fn brackets(tree: &Tree, text: &str, found: &mut Vec<Fold>) {
    for node in &tree.nodes {
        let has_closer = matches!(
            node.kind,
            NodeKind::Body | NodeKind::List | NodeKind::Comprehension | NodeKind::Str | NodeKind::Call
        );
        let (start, end) = (node.start as usize, node.end as usize);
        if !has_closer || !text[start..end].contains('\n') {
            continue;
        }
        // The closer stays in sight where it begins its line.
        let closer = line_start(text, end);
        let is_alone = text[closer..end].trim_start().len() <= 3;
        let end = if is_alone { closer - 1 } else { end };
        if text[start..end].contains('\n') {
            found.push(Fold { span: Span::new(tree.file, start, end), sort: Sort::Region });
        }
    }
}

/// Runs of `use` with nothing else between.
fn uses(tree: &Tree, text: &str, found: &mut Vec<Fold>) {
    let items: Vec<Index> = tree.children(0).collect();
    for run in items.chunk_by(|one, other| is_use(tree, *one) == is_use(tree, *other)) {
        if let [first, .., last] = run
            && is_use(tree, *first)
        {
            let (start, end) = (tree.node(*first).start as usize, tree.node(*last).end as usize);
            if text[start..end].contains('\n') {
                found.push(Fold { span: Span::new(tree.file, start, end), sort: Sort::Imports });
            }
        }
    }
}

fn is_use(tree: &Tree, item: Index) -> bool {
    tree.kind(item) == NodeKind::Use
}

/// Runs of two or more lines that are comments of one sort.
fn comments(tree: &Tree, text: &str, found: &mut Vec<Fold>) {
    let tall = |node: &&crate::syntax::tree::Node| {
        node.kind == NodeKind::Str && text[node.start as usize..node.end as usize].contains('\n')
    };
    let strings: Vec<(usize, usize)> =
        tree.nodes.iter().filter(tall).map(|node| (node.start as usize, node.end as usize)).collect();
    // Strings may stand in strings; the last that begins before a line tells enough, or the one around it does.
    let is_in_string = |at: usize| {
        let before = strings.partition_point(|(start, _)| *start < at);
        strings[..before].iter().rev().take(DEEPEST).any(|(_, end)| at < *end)
    };
    let mut run: Option<(&str, usize, usize, u32)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let written = line.trim();
        let marker = ["///", "//!", "//"].into_iter().find(|marker| written.starts_with(marker));
        let marker = marker.filter(|_| !is_in_string(at));
        let start = at + line.len() - line.trim_start().len();
        let end = at + line.trim_end().len();
        at += line.len();
        match (&mut run, marker) {
            (Some((of, _, last, count)), Some(marker)) if *of == marker => (*last, *count) = (end, *count + 1),
            _ => {
                close(tree.file, run.take(), found);
                run = marker.map(|marker| (marker, start, end, 1));
            }
        }
    }
    close(tree.file, run, found);
}

fn close(file: FileId, run: Option<(&str, usize, usize, u32)>, found: &mut Vec<Fold>) {
    if let Some((_, start, end, count)) = run
        && count > 1
    {
        found.push(Fold { span: Span::new(file, start, end), sort: Sort::Comment });
    }
}
